/* IMDSPStorage/2/3/4: the class, and what one object says about itself. */
#include "sp/storage.h"

#include <stdlib.h>
#include <string.h>

#include "com/com_memory.h"
#include "com/com_utf16.h"

COM_INTERFACE(sp_storage, IMDSPStorage4)

static const IMDSPStorage4Vtbl storage_vtbl;

struct sp_storage *sp_storage_of(IMDSPStorage *interface)
{
    if ((const void *)interface->lpVtbl != (const void *)&storage_vtbl)
        return NULL;
    return sp_storage_from_IMDSPStorage4((IMDSPStorage4 *)interface);
}

HRESULT sp_storage_info(const struct sp_storage *self, struct mtpi_object_info *ret_info)
{
    return sp_storage_hr(self, mtpi_get_object_info(sp_storage_mtpi(self), self->handle, ret_info));
}

HRESULT sp_storage_medium(const struct sp_storage *self, struct mtpi_storage_info *ret_info)
{
    return sp_storage_hr(self,
                         mtpi_get_storage_info(sp_storage_mtpi(self), self->storage, ret_info));
}

/* The 32-bit field of ObjectInfo says 0xffffffff for what does not fit (MTP 1.1, 5.3.1). */
HRESULT sp_storage_size(const struct sp_storage *self, uint64_t *ret_size)
{
    struct mtpi_object_info info = {0};
    struct mtpi_value value = {0};
    HRESULT hr = sp_storage_info(self, &info);

    if (FAILED(hr))
        return hr;
    *ret_size = info.format == MTP_FC_ASSOCIATION ? 0 : info.compressed_size;
    mtpi_object_info_done(&info);
    if (*ret_size == 0xffffffffu) {
        hr = sp_storage_hr(self,
                           mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                      MTP_OPC_OBJECT_SIZE, MTP_DTC_UINT64, &value));
        if (SUCCEEDED(hr))
            *ret_size = value.integer;
    }
    return hr;
}

/* "YYYYMMDDThhmmss[.s][Z|+hhmm]" (MTP 1.1, 3.2.5). A zone's offset is taken off: UTC. */
bool sp_date_parse(const uint16_t *text, WMDMDATETIME *ret_date)
{
    unsigned field[6] = {0}, at = 0;
    static const unsigned width[6] = {4, 2, 2, 2, 2, 2};

    if (!text)
        return false;
    for (unsigned i = 0; i < 6; i++) {
        if (i == 3 && text[at++] != 'T')
            return false;
        for (unsigned k = 0; k < width[i]; k++, at++) {
            if (text[at] < '0' || text[at] > '9')
                return false;
            field[i] = field[i] * 10 + (unsigned)(text[at] - '0');
        }
    }
    if (field[1] < 1 || field[1] > 12 || field[2] < 1 || field[2] > 31 || field[3] > 23)
        return false;
    *ret_date = (WMDMDATETIME){(WORD)field[0], (WORD)field[1], (WORD)field[2],
                               (WORD)field[3], (WORD)field[4], (WORD)field[5]};
    return true;
}

/* ---- attributes --------------------------------------------------------------------------------
 */
static DWORD medium_attributes(const struct mtpi_storage_info *medium)
{
    bool removable = medium->storage_type == MTP_ST_REMOVABLE_ROM ||
                     medium->storage_type == MTP_ST_REMOVABLE_RAM;
    DWORD attributes = removable ? WMDM_STORAGE_ATTR_REMOVABLE : WMDM_STORAGE_ATTR_NONREMOVABLE;

    if (medium->filesystem_type != MTP_FST_GENERIC_FLAT)
        attributes |= WMDM_STORAGE_ATTR_FOLDERS;
    if (SP_DEVIATES(BOTH_REMOVABLE))
        attributes |= WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE;
    return attributes;
}

static HRESULT child_attributes(const struct sp_storage *self, DWORD *attributes)
{
    uint32_t parent = self->handle ? self->handle : 0xffffffffu, all = 0, folders = 0;
    struct mtpi *mtpi = sp_storage_mtpi(self);
    HRESULT hr;

    if (SP_DEVIATES(CHILD_FLAGS_FIXED))
        return S_OK;
    hr = sp_storage_hr(self, mtpi_get_num_objects(mtpi, self->storage, 0, parent, &all));
    if (SUCCEEDED(hr) && all)
        hr = sp_storage_hr(
            self, mtpi_get_num_objects(mtpi, self->storage, MTP_FC_ASSOCIATION, parent, &folders));
    if (folders)
        *attributes |= WMDM_STORAGE_ATTR_HAS_FOLDERS;
    if (all > folders)
        *attributes |= WMDM_STORAGE_ATTR_HAS_FILES;
    return hr;
}

static bool is_hidden(const struct sp_storage *self, uint16_t format)
{
    struct mtpi_value value = {0};

    return sp_link_has_property(sp_storage_link(self), format, MTP_OPC_HIDDEN) &&
           mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle, MTP_OPC_HIDDEN,
                                      MTP_DTC_UINT16, &value) == 0 &&
           value.integer == 1;
}

static DWORD can_attributes(const struct sp_storage *self, const struct mtpi_object_info *info,
                            const struct mtpi_storage_info *medium)
{
    struct sp_link *link = sp_storage_link(self);
    DWORD attributes = 0;

    if (medium->access == MTP_AC_READ_WRITE && info->protection == 0) {
        if (sp_link_lists(link, MTP_OP_DELETE_OBJECT))
            attributes |= WMDM_FILE_ATTR_CANDELETE;
        if (sp_link_lists(link, MTP_OP_MOVE_OBJECT))
            attributes |= WMDM_FILE_ATTR_CANMOVE;
        if (sp_link_lists(link, MTP_OP_SET_OBJECT_PROP_VALUE))
            attributes |= WMDM_FILE_ATTR_CANRENAME | WMDM_STORAGE_ATTR_CANEDITMETADATA;
    }
    if (sp_format_kind(info->format) != SP_KIND_LIST && info->format != MTP_FC_ASSOCIATION)
        attributes |= WMDM_FILE_ATTR_CANREAD;
    if (SP_DEVIATES(ALL_CAN_FLAGS))
        attributes |= WMDM_FILE_ATTR_CANDELETE | WMDM_FILE_ATTR_CANMOVE | WMDM_FILE_ATTR_CANRENAME |
                      WMDM_FILE_ATTR_CANREAD | WMDM_FILE_ATTR_CANPLAY;
    return attributes;
}

static DWORD kind_attributes(uint16_t format)
{
    switch (sp_format_kind(format)) {
    case SP_KIND_AUDIO:
        return WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_MUSIC;
    case SP_KIND_VIDEO:
        return WMDM_FILE_ATTR_VIDEO;
    case SP_KIND_LIST:
        return SP_DEVIATES(LIST_AS_FILE) ? WMDM_FILE_ATTR_CANREAD : WMDM_STORAGE_ATTR_VIRTUAL;
    default:
        return SP_DEVIATES(ALL_AUDIO) ? WMDM_FILE_ATTR_AUDIO : WMDM_FILE_ATTR_DATA;
    }
}

static HRESULT object_attributes(struct sp_storage *self, const struct mtpi_storage_info *medium,
                                 DWORD *attributes, uint16_t *ret_format)
{
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_storage_info(self, &info);
    bool folder = info.format == MTP_FC_ASSOCIATION;

    if (FAILED(hr))
        return hr;
    *attributes |= folder ? WMDM_FILE_ATTR_FOLDER : WMDM_FILE_ATTR_FILE;
    if (SP_DEVIATES(FILE_AND_FOLDER) && !folder)
        *attributes |= WMDM_FILE_ATTR_FOLDER;
    *attributes |= can_attributes(self, &info, medium);
    if (info.protection == 1)
        *attributes |= WMDM_FILE_ATTR_READONLY;
    if (is_hidden(self, info.format))
        *attributes |= WMDM_FILE_ATTR_HIDDEN;
    *ret_format = info.format;
    mtpi_object_info_done(&info);
    if (folder)
        return child_attributes(self, attributes);
    *attributes |= kind_attributes(*ret_format);
    return S_OK;
}

static HRESULT get_attributes(struct sp_storage *self, DWORD *ret_attributes, uint16_t *ret_format)
{
    struct mtpi_storage_info medium = {0};
    DWORD attributes;
    HRESULT hr = sp_storage_medium(self, &medium);

    if (FAILED(hr))
        return hr;
    attributes = medium_attributes(&medium);
    mtpi_storage_info_done(&medium);
    *ret_format = MTP_FC_ASSOCIATION;
    if (self->handle) {
        hr = object_attributes(self, &medium, &attributes, ret_format);
    } else {
        attributes |= SP_DEVIATES(ROOT_NO_FILESYSTEM)
                          ? WMDM_FILE_ATTR_FOLDER
                          : WMDM_STORAGE_ATTR_FILESYSTEM | WMDM_FILE_ATTR_FOLDER;
        hr = child_attributes(self, &attributes);
    }
    if (SUCCEEDED(hr))
        *ret_attributes = attributes;
    return hr;
}

static uint32_t number_of(struct sp_storage *self, uint16_t format, uint16_t code, uint16_t type)
{
    struct mtpi_value value = {0};

    if (!sp_link_has_property(sp_storage_link(self), format, code) ||
        mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle, code, type, &value))
        return 0;
    return (uint32_t)value.integer;
}

/* From the object's own properties; left alone while the device knows none. */
static void audio_format(struct sp_storage *self, uint16_t format, WAVEFORMATEX *ret)
{
    uint32_t rate = number_of(self, format, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32);
    uint32_t bits = number_of(self, format, MTP_OPC_AUDIO_BIT_DEPTH, MTP_DTC_UINT32);
    WAVEFORMATEX wave = {0};

    if (!rate)
        return;
    wave.nSamplesPerSec = rate;
    wave.nChannels = (WORD)number_of(self, format, MTP_OPC_NUMBER_OF_CHANNELS, MTP_DTC_UINT16);
    wave.wFormatTag = (WORD)number_of(self, format, MTP_OPC_AUDIO_WAVE_CODEC, MTP_DTC_UINT32);
    wave.nAvgBytesPerSec = number_of(self, format, MTP_OPC_AUDIO_BITRATE, MTP_DTC_UINT32) / 8;
    if (!bits && wave.wFormatTag == 1 && wave.nChannels)
        bits = wave.nAvgBytesPerSec * 8 / rate / wave.nChannels;
    wave.wBitsPerSample = (WORD)bits;
    wave.nBlockAlign = bits ? (WORD)(wave.nChannels * bits / 8) : 1;
    *ret = wave;
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes2(IMDSPStorage4 *This, DWORD *pdwAttributes,
                                                        DWORD *pdwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint16_t format = 0;
    HRESULT hr = sp_enter_device(self->device);

    (void)pVideoFormat; /* nothing known about a video beyond its format code */
    if (FAILED(hr))
        return hr;
    if (!pdwAttributes || !pdwAttributesEx)
        return E_INVALIDARG;
    if (SP_DEVIATES(ATTRIBUTES2_STUB))
        return E_NOTIMPL;
    hr = get_attributes(self, pdwAttributes, &format);
    if (FAILED(hr))
        return hr;
    if (!SP_DEVIATES(ATTRIBUTES_EX_UNWRITTEN))
        *pdwAttributesEx = 0;
    if (pAudioFormat && sp_format_kind(format) == SP_KIND_AUDIO)
        audio_format(self, format, pAudioFormat);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes(IMDSPStorage4 *This, DWORD *pdwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint16_t format = 0;
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    if (!pdwAttributes || (!pFormat && SP_DEVIATES(FORMAT_REQUIRED)))
        return E_INVALIDARG;
    hr = get_attributes(self, pdwAttributes, &format);
    if (FAILED(hr) || !pFormat)
        return hr;
    if (sp_format_kind(format) == SP_KIND_AUDIO)
        audio_format(self, format, pFormat);
    else if (SP_DEVIATES(FORMAT_ZEROED))
        memset(pFormat, 0, sizeof(*pFormat));
    return S_OK;
}

/* READONLY and HIDDEN have a counterpart on the device; the other settable ones follow from the
 * object's format. What would change its nature is refused. */
static HRESULT set_attributes(struct sp_storage *self, DWORD attributes)
{
    struct mtpi_object_info info = {0};
    struct mtpi_response response = {0};
    struct mtpi_data none = {0};
    struct mtpi_value hidden = {.type = MTP_DTC_UINT16};
    uint32_t params[2] = {self->handle, attributes & WMDM_FILE_ATTR_READONLY ? 1 : 0};
    bool folder;
    HRESULT hr;

    if (!self->handle)
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    folder = info.format == MTP_FC_ASSOCIATION;
    mtpi_object_info_done(&info);
    if ((attributes & WMDM_STORAGE_ATTR_FILESYSTEM) ||
        (attributes & (folder ? WMDM_FILE_ATTR_FILE : WMDM_FILE_ATTR_FOLDER)))
        return E_INVALIDARG;
    if (SP_DEVIATES(SET_ATTRIBUTES_LOST))
        return S_OK;
    if (sp_link_has_property(sp_storage_link(self), info.format, MTP_OPC_HIDDEN) &&
        is_hidden(self, info.format) != !!(attributes & WMDM_FILE_ATTR_HIDDEN)) {
        hidden.integer = attributes & WMDM_FILE_ATTR_HIDDEN ? 1 : 0;
        hr = sp_storage_hr(self, mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                            MTP_OPC_HIDDEN, &hidden));
    }
    if (FAILED(hr) || info.protection == params[1])
        return hr;
    hr = sp_storage_hr(self, mtpi_transact(sp_storage_mtpi(self), MTP_OP_SET_OBJECT_PROTECTION,
                                           params, 2, &none, &response));
    if (SUCCEEDED(hr) && response.code != MTP_RC_OK)
        hr = sp_storage_hr(self, response.code);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_SetAttributes(IMDSPStorage4 *This, DWORD dwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    (void)pFormat;
    return FAILED(hr) ? hr : set_attributes(self, dwAttributes);
}

static HRESULT STDMETHODCALLTYPE storage_SetAttributes2(IMDSPStorage4 *This, DWORD dwAttributes,
                                                        DWORD dwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    (void)pAudioFormat;
    (void)pVideoFormat;
    if (FAILED(hr))
        return hr;
    return dwAttributesEx ? E_INVALIDARG : set_attributes(self, dwAttributes);
}

/* ---- name, date, size --------------------------------------------------------------------------
 */
static HRESULT STDMETHODCALLTYPE storage_GetStorageGlobals(IMDSPStorage4 *This,
                                                           IMDSPStorageGlobals **ppStorageGlobals)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (ppStorageGlobals)
        *ppStorageGlobals = NULL;
    hr = sp_enter_device(self->device);
    if (FAILED(hr))
        return hr;
    if (!ppStorageGlobals)
        return E_INVALIDARG;
    if (self->handle && SP_DEVIATES(GLOBALS_OF_ROOTS_ONLY))
        return WMDM_E_INVALIDTYPE;
    return sp_globals_new(self->device, self->storage, ppStorageGlobals);
}

static HRESULT root_name(const struct sp_storage *self, WCHAR *buffer, DWORD room)
{
    struct mtpi_storage_info medium = {0};
    HRESULT hr = sp_storage_medium(self, &medium);
    const WCHAR *name;

    if (FAILED(hr))
        return hr;
    name = medium.description && medium.description[0] ? medium.description : medium.volume;
    hr = com_copy_string(name ? name : u"", buffer, room);
    mtpi_storage_info_done(&medium);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetName(IMDSPStorage4 *This, WCHAR *pwszName,
                                                 DWORD nMaxChars)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    if (!pwszName)
        return E_INVALIDARG;
    if (!nMaxChars)
        return WMDM_E_BUFFERTOOSMALL;
    if (!self->handle)
        return root_name(self, pwszName, nMaxChars);
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    if (SP_DEVIATES(NON_ASCII_LOST)) {
        for (WCHAR *at = info.name; at && *at; at++)
            *at = *at >= 0xd800 && *at < 0xe000 ? '?' : *at;
    }
    hr = com_copy_string(info.name ? info.name : u"", pwszName,
                         SP_DEVIATES(NAME_OFF_BY_ONE) ? nMaxChars - 1 : nMaxChars);
    if (SUCCEEDED(hr) && SP_DEVIATES(NAME_IS_PATH) && com_wcslen(info.name) + 2 < nMaxChars) {
        memmove(pwszName + 1, pwszName, (com_wcslen(pwszName) + 1) * sizeof(WCHAR));
        pwszName[0] = '\\';
    }
    mtpi_object_info_done(&info);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetDate(IMDSPStorage4 *This, WMDMDATETIME *pDateTimeUTC)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    if (!pDateTimeUTC)
        return E_INVALIDARG;
    if (SP_DEVIATES(FOLDER_DATE_STUB))
        return E_NOTIMPL;
    /* A medium has no date of its own: all fields 0. */
    memset(pDateTimeUTC, 0, sizeof(*pDateTimeUTC));
    if (!self->handle)
        return S_OK;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    if (!sp_date_parse(info.modified, pDateTimeUTC))
        sp_date_parse(info.created, pDateTimeUTC);
    if (SP_DEVIATES(MONTH_FROM_ZERO))
        pDateTimeUTC->wMonth = 0;
    mtpi_object_info_done(&info);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_GetSize(IMDSPStorage4 *This, DWORD *pdwSizeLow,
                                                 DWORD *pdwSizeHigh)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint64_t size = 0;
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    if (!pdwSizeLow)
        return E_INVALIDARG;
    if (self->handle)
        hr = sp_storage_size(self, &size);
    if (SUCCEEDED(hr) && !size && SP_DEVIATES(FOLDER_SIZE))
        size = 3000;
    if (SUCCEEDED(hr)) {
        *pdwSizeLow = (DWORD)size;
        if (pdwSizeHigh)
            *pdwSizeHigh = (DWORD)(size >> 32);
    }
    return hr;
}

/* Optional and not built yet: no rights are claimed. */
static HRESULT STDMETHODCALLTYPE storage_GetRights(IMDSPStorage4 *This, WMDMRIGHTS **ppRights,
                                                   DWORD *pnRightsCount, BYTE *abMac)
{
    HRESULT hr = sp_enter_device(sp_storage_from_IMDSPStorage4(This)->device);

    if (FAILED(hr))
        return hr;
    if (!ppRights || !pnRightsCount || !abMac)
        return E_INVALIDARG;
    *ppRights = NULL;
    *pnRightsCount = 0;
    return WMDM_E_NOTSUPPORTED;
}

/* Optional and not built yet (SP-STG-045). */
static HRESULT STDMETHODCALLTYPE storage_SendOpaqueCommand(IMDSPStorage4 *This,
                                                           OPAQUECOMMAND *pCommand)
{
    HRESULT hr = sp_enter_device(sp_storage_from_IMDSPStorage4(This)->device);

    if (FAILED(hr))
        return hr;
    if (!pCommand)
        return E_INVALIDARG;
    return SP_DEVIATES(STORAGE_OPAQUE_OK) ? S_OK : WMDM_E_NOTSUPPORTED;
}

/* ---- children, creating, metadata: thin entries; the work is in the class's other files
 * ---------- */
static HRESULT create(IMDSPStorage4 *This, const struct sp_creation *creation,
                      IMDSPStorage **ret_storage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (ret_storage)
        *ret_storage = NULL;
    hr = sp_enter_device(self->device);
    return FAILED(hr) ? hr : sp_storage_create(self, creation, ret_storage);
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorage(IMDSPStorage4 *This, DWORD dwAttributes,
                                                       WAVEFORMATEX *pFormat, const WCHAR *pwszName,
                                                       IMDSPStorage **ppNewStorage)
{
    return create(This, &(struct sp_creation){dwAttributes, 0, pwszName, NULL, pFormat, 0},
                  ppNewStorage);
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorage2(IMDSPStorage4 *This, DWORD dwAttributes,
                                                        DWORD dwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat,
                                                        const WCHAR *pwszName, ULONGLONG qwFileSize,
                                                        IMDSPStorage **ppNewStorage)
{
    (void)pVideoFormat;
    return create(This,
                  &(struct sp_creation){dwAttributes, dwAttributesEx, pwszName, NULL, pAudioFormat,
                                        qwFileSize},
                  ppNewStorage);
}

static HRESULT STDMETHODCALLTYPE storage_CreateStorageWithMetadata(
    IMDSPStorage4 *This, DWORD dwAttributes, const WCHAR *pwszName, IWMDMMetaData *pMetadata,
    ULONGLONG qwFileSize, IMDSPStorage **ppNewStorage)
{
    return create(This,
                  &(struct sp_creation){dwAttributes, 0, pwszName, pMetadata, NULL, qwFileSize},
                  ppNewStorage);
}

static HRESULT STDMETHODCALLTYPE storage_EnumStorage(IMDSPStorage4 *This,
                                                     IMDSPEnumStorage **ppEnumStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (ppEnumStorage)
        *ppEnumStorage = NULL;
    hr = sp_enter_device(self->device);
    if (FAILED(hr))
        return hr;
    return ppEnumStorage ? sp_storage_enumerate(self, ppEnumStorage) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE storage_GetStorage(IMDSPStorage4 *This,
                                                    const WCHAR *pszStorageName,
                                                    IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint32_t handle = 0;
    HRESULT hr;

    if (ppStorage)
        *ppStorage = NULL;
    hr = sp_enter_device(self->device);
    if (FAILED(hr))
        return hr;
    if (!pszStorageName || !ppStorage)
        return E_INVALIDARG;
    hr = sp_child_by_name(self->device, self->storage,
                          SP_DEVIATES(GET_STORAGE_IN_ROOT) ? 0 : self->handle, pszStorageName,
                          &handle);
    return hr == S_OK ? sp_storage_new(self->device, self->storage, handle, ppStorage) : hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetMetadata(IMDSPStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    return pMetadata ? sp_metadata_get(self, pMetadata) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE storage_SetMetadata(IMDSPStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    return pMetadata ? sp_metadata_set(self, pMetadata) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE storage_SetReferences(IMDSPStorage4 *This, DWORD dwRefs,
                                                       IMDSPStorage **ppISPStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    return FAILED(hr) ? hr : sp_storage_set_references(self, dwRefs, ppISPStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetReferences(IMDSPStorage4 *This, DWORD *pdwRefs,
                                                       IMDSPStorage ***pppISPStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (pppISPStorage)
        *pppISPStorage = NULL;
    hr = sp_enter_device(self->device);
    if (FAILED(hr))
        return hr;
    if (!pdwRefs || !pppISPStorage)
        return E_INVALIDARG;
    return sp_storage_get_references(self, pdwRefs, pppISPStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetSpecifiedMetadata(IMDSPStorage4 *This,
                                                              DWORD cProperties,
                                                              WCHAR **ppwszPropNames,
                                                              IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device);

    if (FAILED(hr))
        return hr;
    if (!cProperties || !ppwszPropNames || !pMetadata)
        return E_INVALIDARG;
    return sp_metadata_get_some(self, cProperties, ppwszPropNames, pMetadata);
}

static HRESULT STDMETHODCALLTYPE storage_FindStorage(IMDSPStorage4 *This, WMDM_FIND_SCOPE findScope,
                                                     const WCHAR *pwszUniqueID,
                                                     IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (ppStorage)
        *ppStorage = NULL;
    hr = sp_enter_device(self->device);
    return FAILED(hr) ? hr
                      : sp_device_find(self->device, self->storage, self->handle, findScope,
                                       pwszUniqueID, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetParent(IMDSPStorage4 *This, IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr;

    if (ppStorage)
        *ppStorage = NULL;
    hr = SP_DEVIATES(PARENT_WITHOUT_CHANNEL) ? S_OK : sp_enter_device(self->device);
    if (FAILED(hr))
        return hr;
    return ppStorage ? sp_storage_parent(self, ppStorage) : E_INVALIDARG;
}

static const IMDSPStorage4Vtbl storage_vtbl = {
    COM_UNKNOWN_SLOTS(sp_storage, IMDSPStorage4),
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

static const struct com_interface storage_interfaces[] = {
    COM_MAP(sp_storage, IUnknown, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage2, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage3, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPObject, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPObject2, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPStorage4, IMDSPStorage4), /* last: the deviant build ends before it */
    COM_MAP_END,
};

static void storage_destroy(struct com_object *object)
{
    struct sp_storage *self = (struct sp_storage *)object;

    sp_object_release_open(self);
    sp_device_unref(self->device);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct com_class storage_class = {"sp_storage", storage_interfaces, storage_destroy};

HRESULT sp_storage_new(struct sp_device *device, uint32_t storage, uint32_t handle,
                       IMDSPStorage **ret_storage)
{
    struct sp_storage *self = com_zalloc(sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    sp_device_ref(device);
    pthread_mutex_init(&self->lock, NULL);
    self->IMDSPStorage4_iface.lpVtbl = &storage_vtbl;
    self->IMDSPObject2_iface.lpVtbl = &sp_storage_object_vtbl;
    self->device = device;
    self->storage = storage;
    self->handle = handle;
    com_object_init(&self->com, &storage_class);
    *ret_storage = (IMDSPStorage *)&self->IMDSPStorage4_iface;
    return S_OK;
}
