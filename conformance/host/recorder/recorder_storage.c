/* The recorder's storages: a root, and files that all have the same content. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/recorder/recorder_private.h"

struct recorder_storage {
    struct com_object com;
    IMDSPStorage4 IMDSPStorage4_iface;
    IMDSPObject2 IMDSPObject2_iface;
    IMDSPDirectTransfer IMDSPDirectTransfer_iface;
    struct recorder_channel *channel;
    char name[64]; /* "": the root */
    DWORD position;
};

RECORDED(recorder_storage, IMDSPStorage4)
RECORDED(recorder_storage, IMDSPObject2)
RECORDED(recorder_storage, IMDSPDirectTransfer)

static struct recorder *tape(struct recorder_storage *self)
{
    return self->channel->recorder;
}

/* ---- IMDSPStorage4 */
#define ONLY(method, ...)                                                                          \
    static HRESULT STDMETHODCALLTYPE storage_##method(IMDSPStorage4 *This, ##__VA_ARGS__)          \
    {                                                                                              \
        return recorder_asked(recorder_storage_from_IMDSPStorage4(This)->channel, #method, "%s",   \
                              "");                                                                 \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
ONLY(SetAttributes, DWORD attributes, WAVEFORMATEX *format)
ONLY(GetDate, WMDMDATETIME *date)
ONLY(SendOpaqueCommand, OPAQUECOMMAND *command)
ONLY(SetAttributes2, DWORD attributes, DWORD more, WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
ONLY(GetAttributes2, DWORD *attributes, DWORD *more, WAVEFORMATEX *audio, VIDEOINFOHEADER *video)
ONLY(GetMetadata, IWMDMMetaData *metadata)
ONLY(GetSpecifiedMetadata, DWORD count, WCHAR **names, IWMDMMetaData *metadata)
#pragma GCC diagnostic pop

static HRESULT STDMETHODCALLTYPE storage_GetStorageGlobals(IMDSPStorage4 *This,
                                                           IMDSPStorageGlobals **ppStorageGlobals)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);
    HRESULT hr = recorder_asked(self->channel, "GetStorageGlobals", "%s", "");

    if (FAILED(hr) || tape(self)->hands_nothing)
        return hr;
    return recorder_globals_new(self->channel, ppStorageGlobals);
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes(IMDSPStorage4 *This, DWORD *pdwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    (void)pFormat;
    *pdwAttributes = self->name[0] ? WMDM_FILE_ATTR_FILE : WMDM_FILE_ATTR_FOLDER;
    return recorder_asked(self->channel, "GetAttributes", "%s", "");
}

static HRESULT STDMETHODCALLTYPE storage_GetName(IMDSPStorage4 *This, WCHAR *pwszName,
                                                 DWORD nMaxChars)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);
    WCHAR *wide = com_utf16_from_utf8(self->name);
    HRESULT hr = recorder_asked(self->channel, "GetName", "%s", "");

    if (SUCCEEDED(hr))
        hr = com_copy_string(wide, pwszName, nMaxChars);
    CoTaskMemFree(wide);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetSize(IMDSPStorage4 *This, DWORD *pdwSizeLow,
                                                 DWORD *pdwSizeHigh)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    *pdwSizeLow = tape(self)->length;
    *pdwSizeHigh = 0;
    return recorder_asked(self->channel, "GetSize", "%s", "");
}

static HRESULT STDMETHODCALLTYPE storage_GetRights(IMDSPStorage4 *This, WMDMRIGHTS **ppRights,
                                                   DWORD *pnRightsCount, BYTE *abMac)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);
    HRESULT hr = recorder_asked(self->channel, "GetRights", "%s", "");
    DWORD count = 1;
    WMDMRIGHTS *rights;

    if (FAILED(hr))
        return hr;
    rights = CoTaskMemAlloc(sizeof(*rights));
    *rights = (WMDMRIGHTS){.cbSize = sizeof(*rights), .dwContentType = WMDM_RIGHTS_PLAYBACKCOUNT};
    *ppRights = rights;
    *pnRightsCount = count;
    return recorder_mac(
        self->channel,
        (const struct recorder_piece[]){{rights, sizeof(*rights)}, {&count, sizeof(count)}}, 2,
        abMac);
}

/* A new file of that name; which door it came through is in the log. */
static HRESULT created(struct recorder_storage *self, HRESULT hr, const WCHAR *wide,
                       IMDSPStorage **ret_storage)
{
    char *name = com_utf8_from_utf16(wide);

    if (SUCCEEDED(hr) && !tape(self)->hands_nothing)
        hr = recorder_storage_new(self->channel, name, ret_storage);
    CoTaskMemFree(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorage(IMDSPStorage4 *This, DWORD dwAttributes,
                                                       WAVEFORMATEX *pFormat, const WCHAR *pwszName,
                                                       IMDSPStorage **ppNewStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    (void)pFormat;
    return created(self, recorder_asked(self->channel, "CreateStorage", "(0x%x)", dwAttributes),
                   pwszName, ppNewStorage);
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorage2(IMDSPStorage4 *This, DWORD dwAttributes,
                                                        DWORD dwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat,
                                                        const WCHAR *pwszName, uint64_t qwFileSize,
                                                        IMDSPStorage **ppNewStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    (void)dwAttributesEx, (void)pAudioFormat, (void)pVideoFormat;
    return created(self,
                   recorder_asked(self->channel, "CreateStorage2", "(0x%x,%llu)", dwAttributes,
                                  (unsigned long long)qwFileSize),
                   pwszName, ppNewStorage);
}

static void keep_format(struct recorder *recorder, IWMDMMetaData *list)
{
    WMDM_TAG_DATATYPE type;
    BYTE *value = NULL;
    DWORD length = 0;

    recorder->format = 0;
    if (list &&
        SUCCEEDED(IWMDMMetaData_QueryByName(list, g_wszWMDMFormatCode, &type, &value, &length)) &&
        length == sizeof(recorder->format))
        memcpy(&recorder->format, value, length);
    CoTaskMemFree(value);
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorageWithMetadata(
    IMDSPStorage4 *This, DWORD dwAttributes, const WCHAR *pwszName, IWMDMMetaData *pMetadata,
    uint64_t qwFileSize, IMDSPStorage **ppNewStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    keep_format(tape(self), pMetadata);
    return created(self,
                   recorder_asked(self->channel, "CreateStorageWithMetadata", "(0x%x,%llu)",
                                  dwAttributes, (unsigned long long)qwFileSize),
                   pwszName, ppNewStorage);
}

static HRESULT STDMETHODCALLTYPE storage_SetMetadata(IMDSPStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    keep_format(tape(self), pMetadata);
    return recorder_asked(self->channel, "SetMetadata", "%s", "");
}

static HRESULT STDMETHODCALLTYPE storage_EnumStorage(IMDSPStorage4 *This,
                                                     IMDSPEnumStorage **ppEnumStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);
    HRESULT hr = recorder_asked(self->channel, "IMDSPStorage::EnumStorage", "%s", "");

    if (FAILED(hr) || tape(self)->hands_nothing)
        return hr;
    return recorder_enum_new(self->channel, false, ppEnumStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetStorage(IMDSPStorage4 *This,
                                                    const WCHAR *pszStorageName,
                                                    IMDSPStorage **ppStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    return created(self, recorder_asked(self->channel, "IMDSPStorage2::GetStorage", "%s", ""),
                   pszStorageName, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_SetReferences(IMDSPStorage4 *This, DWORD dwRefs,
                                                       IMDSPStorage **ppISPStorage)
{
    (void)ppISPStorage;
    return recorder_asked(recorder_storage_from_IMDSPStorage4(This)->channel, "SetReferences",
                          "(%u)", dwRefs);
}

static HRESULT STDMETHODCALLTYPE storage_GetReferences(IMDSPStorage4 *This, DWORD *pdwRefs,
                                                       IMDSPStorage ***pppISPStorage)
{
    *pdwRefs = 0;
    *pppISPStorage = NULL;
    return recorder_asked(recorder_storage_from_IMDSPStorage4(This)->channel, "GetReferences", "%s",
                          "");
}

static HRESULT STDMETHODCALLTYPE storage_FindStorage(IMDSPStorage4 *This, WMDM_FIND_SCOPE findScope,
                                                     const WCHAR *pwszUniqueID,
                                                     IMDSPStorage **ppStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    return created(
        self, recorder_asked(self->channel, "IMDSPStorage4::FindStorage", "(%d)", (int)findScope),
        pwszUniqueID, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetParent(IMDSPStorage4 *This, IMDSPStorage **ppStorage)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPStorage4(This);

    return created(self, recorder_asked(self->channel, "GetParent", "%s", ""), u"", ppStorage);
}

static const IMDSPStorage4Vtbl storage_vtbl = {
    RECORDED_SLOTS(recorder_storage, IMDSPStorage4),
    .SetAttributes = storage_SetAttributes,
    .GetStorageGlobals = storage_GetStorageGlobals,
    .GetAttributes = storage_GetAttributes,
    .GetName = storage_GetName,
    .GetDate = storage_GetDate,
    .GetSize = storage_GetSize,
    .GetRights = storage_GetRights,
    .CreateStorage = storage_CreateStorage,
    .EnumStorage = storage_EnumStorage,
    .SendOpaqueCommand = storage_SendOpaqueCommand,
    .GetStorage = storage_GetStorage,
    .CreateStorage2 = storage_CreateStorage2,
    .SetAttributes2 = storage_SetAttributes2,
    .GetAttributes2 = storage_GetAttributes2,
    .GetMetadata = storage_GetMetadata,
    .SetMetadata = storage_SetMetadata,
    .SetReferences = storage_SetReferences,
    .GetReferences = storage_GetReferences,
    .CreateStorageWithMetadata = storage_CreateStorageWithMetadata,
    .GetSpecifiedMetadata = storage_GetSpecifiedMetadata,
    .FindStorage = storage_FindStorage,
    .GetParent = storage_GetParent,
};

/* ---- IMDSPObject2 */
static HRESULT STDMETHODCALLTYPE object_Open(IMDSPObject2 *This, DWORD fuMode)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    HRESULT hr =
        recorder_asked(self->channel, "Open", "(%s)", fuMode == MDSP_READ ? "READ" : "WRITE");

    self->position = 0;
    if (SUCCEEDED(hr) && fuMode == MDSP_WRITE)
        tape(self)->length = 0;
    return hr;
}

static DWORD give(struct recorder_storage *self, BYTE *data, DWORD room)
{
    DWORD left = tape(self)->length - self->position, size = room < left ? room : left;

    memcpy(data, tape(self)->content + self->position, size);
    self->position += size;
    return size;
}

static HRESULT take(struct recorder_storage *self, const BYTE *data, DWORD size)
{
    if (size > RECORDER_CONTENT - tape(self)->length)
        return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
    memcpy(tape(self)->content + tape(self)->length, data, size);
    tape(self)->length += size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE object_Read(IMDSPObject2 *This, BYTE *pData, DWORD *pdwSize,
                                             BYTE *abMac)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    HRESULT hr = recorder_asked(self->channel, "Read", "(%u)", *pdwSize);

    if (FAILED(hr))
        return hr;
    *pdwSize = give(self, pData, *pdwSize);
    if (!*pdwSize)
        return S_OK;
    hr = recorder_mac(
        self->channel,
        (const struct recorder_piece[]){{pData, *pdwSize}, {pdwSize, sizeof(*pdwSize)}}, 2, abMac);
    return FAILED(hr) ? hr : sac_encrypt_param(self->channel->sac, pData, *pdwSize);
}

static HRESULT STDMETHODCALLTYPE object_Write(IMDSPObject2 *This, BYTE *pData, DWORD *pdwSize,
                                              BYTE *abMac)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    BYTE expected[WMDM_MAC_LENGTH] = {0};
    HRESULT hr = recorder_asked(self->channel, "Write", "(%u)", *pdwSize);

    if (SUCCEEDED(hr))
        hr = sac_decrypt_param(self->channel->sac, pData, *pdwSize);
    if (SUCCEEDED(hr))
        hr = recorder_mac(
            self->channel,
            (const struct recorder_piece[]){{pData, *pdwSize}, {pdwSize, sizeof(*pdwSize)}}, 2,
            expected);
    if (SUCCEEDED(hr) && memcmp(expected, abMac, sizeof(expected)) != 0)
        hr = WMDM_E_MAC_CHECK_FAILED;
    return FAILED(hr) ? hr : take(self, pData, *pdwSize);
}

static HRESULT STDMETHODCALLTYPE object_Delete(IMDSPObject2 *This, DWORD fuMode,
                                               IWMDMProgress *pProgress)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    HRESULT hr;

    if (pProgress)
        (void)IWMDMProgress_Begin(pProgress, 1);
    hr = recorder_asked(self->channel, "Delete", "(0x%x)", fuMode);
    if (pProgress)
        (void)IWMDMProgress_End(pProgress);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Seek(IMDSPObject2 *This, DWORD fuFlags, DWORD dwOffset)
{
    return recorder_asked(recorder_storage_from_IMDSPObject2(This)->channel, "Seek", "(%u,%u)",
                          fuFlags, dwOffset);
}

static HRESULT STDMETHODCALLTYPE object_Rename(IMDSPObject2 *This, const WCHAR *pwszNewName,
                                               IWMDMProgress *pProgress)
{
    char *name = com_utf8_from_utf16(pwszNewName);
    HRESULT hr =
        recorder_asked(recorder_storage_from_IMDSPObject2(This)->channel, "Rename", "(%s)", name);

    (void)pProgress;
    CoTaskMemFree(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Move(IMDSPObject2 *This, DWORD fuMode,
                                             IWMDMProgress *pProgress, IMDSPStorage *pTarget)
{
    (void)pProgress, (void)pTarget;
    return recorder_asked(recorder_storage_from_IMDSPObject2(This)->channel, "Move", "(0x%x)",
                          fuMode);
}

static HRESULT STDMETHODCALLTYPE object_Close(IMDSPObject2 *This)
{
    return recorder_asked(recorder_storage_from_IMDSPObject2(This)->channel, "Close", "%s", "");
}

static HRESULT STDMETHODCALLTYPE object_ReadOnClearChannel(IMDSPObject2 *This, BYTE *pData,
                                                           DWORD *pdwSize)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    HRESULT hr = recorder_asked(self->channel, "ReadOnClearChannel", "(%u)", *pdwSize);

    if (SUCCEEDED(hr))
        *pdwSize = give(self, pData, *pdwSize);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_WriteOnClearChannel(IMDSPObject2 *This, BYTE *pData,
                                                            DWORD *pdwSize)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPObject2(This);
    HRESULT hr = recorder_asked(self->channel, "WriteOnClearChannel", "(%u)", *pdwSize);

    return FAILED(hr) ? hr : take(self, pData, *pdwSize);
}

static const IMDSPObject2Vtbl object_vtbl = {
    RECORDED_SLOTS(recorder_storage, IMDSPObject2),
    .Open = object_Open,
    .Read = object_Read,
    .Write = object_Write,
    .Delete = object_Delete,
    .Seek = object_Seek,
    .Rename = object_Rename,
    .Move = object_Move,
    .Close = object_Close,
    .ReadOnClearChannel = object_ReadOnClearChannel,
    .WriteOnClearChannel = object_WriteOnClearChannel,
};

/* ---- IMDSPDirectTransfer: asks the operation for all of it, in blocks of 1000 bytes */
static HRESULT STDMETHODCALLTYPE direct_TransferToDevice(
    IMDSPDirectTransfer *This, const WCHAR *pwszSourceFilePath, IWMDMOperation *pSourceOperation,
    DWORD fuFlags, const WCHAR *pwszDestinationName, IWMDMMetaData *pSourceMetaData,
    IWMDMProgress *pTransferProgress, IMDSPStorage **ppNewObject)
{
    struct recorder_storage *self = recorder_storage_from_IMDSPDirectTransfer(This);
    HRESULT hr = recorder_asked(self->channel, "TransferToDevice", "(0x%x)", fuFlags), got = hr;
    BYTE block[1000], mac[WMDM_MAC_LENGTH];

    (void)pwszSourceFilePath, (void)pTransferProgress;
    keep_format(tape(self), pSourceMetaData);
    tape(self)->length = 0;
    while (pSourceOperation && got == S_OK && SUCCEEDED(hr)) {
        DWORD size = sizeof(block);

        got = IWMDMOperation_TransferObjectData(pSourceOperation, block, &size, mac);
        if (SUCCEEDED(got) && size)
            hr = sac_decrypt_param(self->channel->sac, block, size);
        if (SUCCEEDED(got) && SUCCEEDED(hr))
            hr = take(self, block, size);
    }
    return created(self, FAILED(got) ? got : hr, pwszDestinationName, ppNewObject);
}

static const IMDSPDirectTransferVtbl direct_vtbl = {
    RECORDED_SLOTS(recorder_storage, IMDSPDirectTransfer),
    .TransferToDevice = direct_TransferToDevice,
};

static const struct com_interface storage_interfaces[] = {
    COM_MAP(recorder_storage, IUnknown, IMDSPStorage4),
    COM_MAP(recorder_storage, IMDSPStorage, IMDSPStorage4),
    COM_MAP(recorder_storage, IMDSPStorage2, IMDSPStorage4),
    COM_MAP(recorder_storage, IMDSPStorage3, IMDSPStorage4),
    COM_MAP(recorder_storage, IMDSPStorage4, IMDSPStorage4),
    COM_MAP(recorder_storage, IMDSPObject, IMDSPObject2),
    COM_MAP(recorder_storage, IMDSPObject2, IMDSPObject2),
    COM_MAP(recorder_storage, IMDSPDirectTransfer, IMDSPDirectTransfer),
    COM_MAP_END,
};

static void storage_destroy(struct com_object *object)
{
    struct recorder_storage *self = container_of(object, struct recorder_storage, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class storage_class = {"recorder_storage", storage_interfaces,
                                               storage_destroy};

HRESULT recorder_storage_new(struct recorder_channel *channel, const char *name,
                             IMDSPStorage **ret_storage)
{
    struct recorder_storage *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IMDSPStorage4_iface.lpVtbl = &storage_vtbl;
    self->IMDSPObject2_iface.lpVtbl = &object_vtbl;
    self->IMDSPDirectTransfer_iface.lpVtbl = &direct_vtbl;
    self->channel = recorder_channel_ref(channel);
    strncpy(self->name, name, sizeof(self->name) - 1);
    com_object_init(&self->com, &storage_class);
    *ret_storage = (IMDSPStorage *)&self->IMDSPStorage4_iface;
    return S_OK;
}
