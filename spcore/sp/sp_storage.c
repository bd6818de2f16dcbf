/* IMDSPStorage/2/3/4: the class, and what one object says about itself. Its other methods are thin
 * entries to the class's other files. */
#include "spcore/sp/sp_storage.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_ahead.h"
#include "spcore/sp/sp_opaque.h"
#include "spcore/sp/sp_rights.h"

COM_INTERFACE(sp_storage, IMDSPStorage4)

/* Who answers with the class's QueryInterface is of the class. */
struct sp_storage *sp_storage_of(IMDSPStorage *interface)
{
    IMDSPStorage4 *newest = (IMDSPStorage4 *)interface;

    return newest->lpVtbl->QueryInterface == sp_storage_IMDSPStorage4_QueryInterface
               ? sp_storage_from_IMDSPStorage4(newest)
               : NULL;
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

/* ---- attributes */
static HRESULT STDMETHODCALLTYPE storage_GetAttributes2(IMDSPStorage4 *This, DWORD *pdwAttributes,
                                                        DWORD *pdwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint16_t format = 0;
    HRESULT hr = sp_enter_device(self->device, pdwAttributes && pdwAttributesEx);

    (void)pVideoFormat; /* nothing known about a video beyond its format code */
    if (FAILED(hr))
        return hr;
    hr = sp_attributes_get(self, pdwAttributes, &format);
    if (FAILED(hr))
        return hr;
    *pdwAttributesEx = 0;
    if (pAudioFormat && sp_format_kind(format) == SP_KIND_AUDIO)
        sp_attributes_wave(self, format, pAudioFormat);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes(IMDSPStorage4 *This, DWORD *pdwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint16_t format = 0;
    HRESULT hr = sp_enter_device(self->device, pdwAttributes != NULL);

    if (FAILED(hr))
        return hr;
    hr = sp_attributes_get(self, pdwAttributes, &format);
    if (FAILED(hr) || !pFormat)
        return hr;
    if (sp_format_kind(format) == SP_KIND_AUDIO)
        sp_attributes_wave(self, format, pFormat);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_SetAttributes(IMDSPStorage4 *This, DWORD dwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, true);

    (void)pFormat;
    return FAILED(hr) ? hr : sp_attributes_set(self, dwAttributes);
}

static HRESULT STDMETHODCALLTYPE storage_SetAttributes2(IMDSPStorage4 *This, DWORD dwAttributes,
                                                        DWORD dwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, true);

    (void)pAudioFormat;
    (void)pVideoFormat;
    if (FAILED(hr))
        return hr;
    return dwAttributesEx ? E_INVALIDARG : sp_attributes_set(self, dwAttributes);
}

/* ---- name, date, size */
static HRESULT STDMETHODCALLTYPE storage_GetStorageGlobals(IMDSPStorage4 *This,
                                                           IMDSPStorageGlobals **ppStorageGlobals)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppStorageGlobals));

    if (FAILED(hr))
        return hr;
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
    HRESULT hr = sp_enter_device(self->device, pwszName != NULL);

    if (FAILED(hr))
        return hr;
    if (!nMaxChars)
        return WMDM_E_BUFFERTOOSMALL;
    if (!self->handle)
        return root_name(self, pwszName, nMaxChars);
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    hr = com_copy_string(info.name ? info.name : u"", pwszName, nMaxChars);
    mtpi_object_info_done(&info);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetDate(IMDSPStorage4 *This, WMDMDATETIME *pDateTimeUTC)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_enter_device(self->device, pDateTimeUTC != NULL);

    if (FAILED(hr))
        return hr;
    /* A medium has no date of its own: all fields 0. */
    memset(pDateTimeUTC, 0, sizeof(*pDateTimeUTC));
    if (!self->handle)
        return S_OK;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    if (!sp_date_parse(info.modified, pDateTimeUTC))
        sp_date_parse(info.created, pDateTimeUTC);
    mtpi_object_info_done(&info);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE storage_GetSize(IMDSPStorage4 *This, DWORD *pdwSizeLow,
                                                 DWORD *pdwSizeHigh)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint64_t size = 0;
    HRESULT hr = sp_enter_device(self->device, pdwSizeLow != NULL);

    if (FAILED(hr))
        return hr;
    if (self->handle)
        hr = sp_storage_size(self, &size);
    if (SUCCEEDED(hr)) {
        *pdwSizeLow = (DWORD)size;
        if (pdwSizeHigh)
            *pdwSizeHigh = (DWORD)(size >> 32);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetRights(IMDSPStorage4 *This, WMDMRIGHTS **ppRights,
                                                   DWORD *pnRightsCount, BYTE *abMac)
{
    HRESULT hr = sp_enter_device(sp_storage_from_IMDSPStorage4(This)->device,
                                 ppRights && pnRightsCount && abMac);

    if (FAILED(hr))
        return hr;
    *ppRights = NULL;
    *pnRightsCount = 0;
    return sp_rights_get(sp_storage_from_IMDSPStorage4(This), ppRights, pnRightsCount, abMac);
}

static HRESULT STDMETHODCALLTYPE storage_SendOpaqueCommand(IMDSPStorage4 *This,
                                                           OPAQUECOMMAND *pCommand)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, pCommand != NULL);

    return FAILED(hr) ? hr : sp_opaque_send(self->device, self->storage, pCommand);
}

/* ---- children, creating, metadata: thin entries; the work is in the class's other files */
static HRESULT create(IMDSPStorage4 *This, const struct sp_creation *creation,
                      IMDSPStorage **ret_storage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ret_storage));

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
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppEnumStorage));

    return FAILED(hr) ? hr : sp_storage_enumerate(self, ppEnumStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetStorage(IMDSPStorage4 *This,
                                                    const WCHAR *pszStorageName,
                                                    IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    uint32_t handle = 0;
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppStorage) && pszStorageName);

    if (FAILED(hr))
        return hr;
    hr = sp_child_by_name(self->device, self->storage, self->handle, pszStorageName, &handle);
    return hr == S_OK ? sp_storage_new(self->device, self->storage, handle, ppStorage) : hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetMetadata(IMDSPStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, pMetadata != NULL);

    return FAILED(hr) ? hr : sp_metadata_get(self, pMetadata);
}

static HRESULT STDMETHODCALLTYPE storage_SetMetadata(IMDSPStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, pMetadata != NULL);

    return FAILED(hr) ? hr : sp_metadata_set(self, pMetadata);
}

static HRESULT STDMETHODCALLTYPE storage_SetReferences(IMDSPStorage4 *This, DWORD dwRefs,
                                                       IMDSPStorage **ppISPStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, true);

    return FAILED(hr) ? hr : sp_storage_set_references(self, dwRefs, ppISPStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetReferences(IMDSPStorage4 *This, DWORD *pdwRefs,
                                                       IMDSPStorage ***pppISPStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(pppISPStorage) && pdwRefs);

    if (FAILED(hr))
        return hr;
    return sp_storage_get_references(self, pdwRefs, pppISPStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetSpecifiedMetadata(IMDSPStorage4 *This,
                                                              DWORD cProperties,
                                                              WCHAR **ppwszPropNames,
                                                              IWMDMMetaData *pMetadata)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, cProperties && ppwszPropNames && pMetadata);

    if (FAILED(hr))
        return hr;
    return sp_metadata_get_some(self, cProperties, ppwszPropNames, pMetadata);
}

static HRESULT STDMETHODCALLTYPE storage_FindStorage(IMDSPStorage4 *This, WMDM_FIND_SCOPE findScope,
                                                     const WCHAR *pwszUniqueID,
                                                     IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppStorage));

    return FAILED(hr) ? hr
                      : sp_device_find(self->device, self->storage, self->handle, findScope,
                                       pwszUniqueID, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetParent(IMDSPStorage4 *This, IMDSPStorage **ppStorage)
{
    struct sp_storage *self = sp_storage_from_IMDSPStorage4(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppStorage));

    return FAILED(hr) ? hr : sp_storage_parent(self, ppStorage);
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
    COM_MAP(sp_storage, IMDSPStorage4, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPObject, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPObject2, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPDirectTransfer, IMDSPDirectTransfer),
    COM_MAP_END,
};

/* On a device whose player tells where it is. */
static const struct com_interface played_interfaces[] = {
    COM_MAP(sp_storage, IUnknown, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage2, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage3, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPStorage4, IMDSPStorage4),
    COM_MAP(sp_storage, IMDSPObject, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPObject2, IMDSPObject2),
    COM_MAP(sp_storage, IMDSPDirectTransfer, IMDSPDirectTransfer),
    COM_MAP(sp_storage, IMDSPObjectInfo, IMDSPObjectInfo),
    COM_MAP_END,
};

static void storage_destroy(struct com_object *object)
{
    struct sp_storage *self = container_of(object, struct sp_storage, com);

    sp_object_release_open(self);
    sp_ahead_unref(self->ahead);
    sp_followers_remove(sp_storage_followers(self), &self->follower);
    sp_device_unref(self->device);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct com_class storage_class = {"sp_storage", storage_interfaces, storage_destroy};
static const struct com_class played_class = {"sp_storage", played_interfaces, storage_destroy};

HRESULT sp_storage_new(struct sp_device *device, uint32_t storage, uint32_t handle,
                       IMDSPStorage **ret_storage)
{
    return sp_storage_new_listed(device, storage, handle, NULL, ret_storage);
}

HRESULT sp_storage_new_listed(struct sp_device *device, uint32_t storage, uint32_t handle,
                              struct sp_ahead *ahead, IMDSPStorage **ret_storage)
{
    struct sp_storage *self = com_zalloc(sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    sp_device_ref(device);
    pthread_mutex_init(&self->lock, NULL);
    self->IMDSPStorage4_iface.lpVtbl = &storage_vtbl;
    self->IMDSPObject2_iface.lpVtbl = &sp_storage_object_vtbl;
    self->IMDSPObjectInfo_iface.lpVtbl = &sp_storage_info_vtbl;
    self->IMDSPDirectTransfer_iface.lpVtbl = &sp_storage_direct_vtbl;
    self->device = device;
    self->storage = storage;
    self->handle = handle;
    self->ahead = sp_ahead_ref(ahead);
    sp_followers_add(sp_storage_followers(self), &self->follower, &self->handle);
    com_object_init(&self->com,
                    device->playback & WMDM_DEVICECAP_CANSEEK ? &played_class : &storage_class);
    *ret_storage = (IMDSPStorage *)&self->IMDSPStorage4_iface;
    return S_OK;
}
