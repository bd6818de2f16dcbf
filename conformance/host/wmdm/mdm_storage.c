/* IWMDMStorage/2/3/4 before the provider's storage. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_metadata.h"
#include "conformance/host/wmdm/mdm_private.h"

COM_INTERFACE(mdm_storage, IWMDMStorage4)

/* Answered for ours alone: how we know them when an application hands them back. */
DEFINE_GUID(IID_mdm_storage, 0x5a1d7c34, 0x0b52, 0x4e0c, 0x9d, 0x0e, 0x53, 0x36, 0x8f, 0x21, 0x7a,
            0xc9);
const IID IID_mdm_storage = {
    0x5a1d7c34, 0x0b52, 0x4e0c, {0x9d, 0x0e, 0x53, 0x36, 0x8f, 0x21, 0x7a, 0xc9}};

struct mdm_storage *mdm_storage_of(IWMDMStorage *storage)
{
    IWMDMStorage4 *ours = NULL;

    if (!storage || FAILED(IWMDMStorage_QueryInterface(storage, &IID_mdm_storage, (void **)&ours)))
        return NULL;
    IWMDMStorage4_Release(ours); /* the caller's keeps it */
    return mdm_storage_from_IWMDMStorage4(ours);
}

bool mdm_storage_provides(IWMDMStorage *storage, REFIID iid)
{
    const struct mdm_storage *ours = mdm_storage_of(storage);

    return ours && mdm_answers(ours->storage, iid);
}

/* Enters, and asks the provider's object for the interface of that version. */
static HRESULT enter(struct mdm_storage *self, bool arguments, REFIID iid, void *ret_interface)
{
    HRESULT hr = mdm_enter(self->way, arguments);

    return FAILED(hr) ? hr : mdm_query(self->way, self->storage, iid, ret_interface);
}

/* ---- IWMDMStorage */
static HRESULT STDMETHODCALLTYPE storage_SetAttributes(IWMDMStorage4 *This, DWORD dwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, true);

    return FAILED(hr) ? hr : IMDSPStorage_SetAttributes(self->storage, dwAttributes, pFormat);
}

static HRESULT STDMETHODCALLTYPE storage_GetStorageGlobals(IWMDMStorage4 *This,
                                                           IWMDMStorageGlobals **ppStorageGlobals)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorageGlobals *globals = NULL;
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppStorageGlobals));

    if (SUCCEEDED(hr))
        hr = IMDSPStorage_GetStorageGlobals(self->storage, &globals);
    return FAILED(hr) ? hr : mdm_globals_take(self->way, globals, ppStorageGlobals);
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes(IWMDMStorage4 *This, DWORD *pdwAttributes,
                                                       WAVEFORMATEX *pFormat)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pdwAttributes != NULL);

    return FAILED(hr) ? hr : IMDSPStorage_GetAttributes(self->storage, pdwAttributes, pFormat);
}

static HRESULT STDMETHODCALLTYPE storage_GetName(IWMDMStorage4 *This, WCHAR *pwszName,
                                                 DWORD nMaxChars)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pwszName != NULL);

    return FAILED(hr) ? hr : IMDSPStorage_GetName(self->storage, pwszName, nMaxChars);
}

static HRESULT STDMETHODCALLTYPE storage_GetDate(IWMDMStorage4 *This, WMDMDATETIME *pDateTimeUTC)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pDateTimeUTC != NULL);

    return FAILED(hr) ? hr : IMDSPStorage_GetDate(self->storage, pDateTimeUTC);
}

static HRESULT STDMETHODCALLTYPE storage_GetSize(IWMDMStorage4 *This, DWORD *pdwSizeLow,
                                                 DWORD *pdwSizeHigh)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pdwSizeLow != NULL);

    return FAILED(hr) ? hr : IMDSPStorage_GetSize(self->storage, pdwSizeLow, pdwSizeHigh);
}

static HRESULT rights(struct mdm_storage *self, WMDMRIGHTS **ret_rights, DWORD *ret_count,
                      BYTE mac[WMDM_MAC_LENGTH], struct sac_channel *application)
{
    struct sac_channel *provider = self->way->provider->channel;
    WMDMRIGHTS *found = NULL;
    DWORD count = 0;
    HRESULT hr = IMDSPStorage_GetRights(self->storage, &found, &count, mac);
    const struct mdm_piece pieces[] = {{found, found ? count * (DWORD)sizeof(*found) : 0},
                                       {&count, sizeof(count)}};

    if (SUCCEEDED(hr))
        hr = application ? mdm_hand_on(provider, application, pieces, ARRAY_SIZE(pieces), mac)
                         : mdm_check(provider, pieces, ARRAY_SIZE(pieces), mac);
    if (FAILED(hr)) {
        CoTaskMemFree(found);
        return hr;
    }
    *ret_rights = found;
    *ret_count = count;
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetRights(IWMDMStorage4 *This, WMDMRIGHTS **ppRights,
                                                   DWORD *pnRightsCount, BYTE *abMac)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppRights) && pnRightsCount && abMac);

    if (pnRightsCount)
        *pnRightsCount = 0;
    return FAILED(hr)
               ? hr
               : rights(self, ppRights, pnRightsCount, abMac, self->way->application->channel);
}

static HRESULT STDMETHODCALLTYPE storage_EnumStorage(IWMDMStorage4 *This,
                                                     IWMDMEnumStorage **pEnumStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPEnumStorage *storages = NULL;
    HRESULT hr = mdm_enter(self->way, mdm_clear(pEnumStorage));

    if (SUCCEEDED(hr))
        hr = IMDSPStorage_EnumStorage(self->storage, &storages);
    return FAILED(hr) ? hr : mdm_enum_storage_take(self->way, storages, pEnumStorage);
}

static HRESULT STDMETHODCALLTYPE storage_SendOpaqueCommand(IWMDMStorage4 *This,
                                                           OPAQUECOMMAND *pCommand)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pCommand != NULL);

    if (SUCCEEDED(hr))
        hr = mdm_opaque_out(self->way, pCommand);
    if (SUCCEEDED(hr))
        hr = IMDSPStorage_SendOpaqueCommand(self->storage, pCommand);
    return FAILED(hr) ? hr : mdm_opaque_in(self->way, pCommand);
}

/* ---- IWMDMStorage2 */
static HRESULT find_child(struct mdm_storage *self, const WCHAR *name, IMDSPStorage **ret_storage)
{
    IMDSPStorage2 *second = NULL;
    IMDSPEnumStorage *storages = NULL;
    HRESULT hr = mdm_query(self->way, self->storage, &IID_IMDSPStorage2, &second);

    hr = SUCCEEDED(hr) ? IMDSPStorage2_GetStorage(second, name, ret_storage) : E_NOTIMPL;
    LET_GO(second);
    if (!mdm_leaves_to_us(hr))
        return hr;
    hr = IMDSPStorage_EnumStorage(self->storage, &storages);
    return FAILED(hr) ? hr : mdm_find_by_name(storages, name, ret_storage);
}

static HRESULT STDMETHODCALLTYPE storage_GetStorage(IWMDMStorage4 *This,
                                                    const WCHAR *pszStorageName,
                                                    IWMDMStorage **ppStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage *storage = NULL;
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppStorage) && pszStorageName);

    if (SUCCEEDED(hr))
        hr = find_child(self, pszStorageName, &storage);
    return hr != S_OK ? hr : mdm_storage_take(self->way, storage, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_SetAttributes2(IWMDMStorage4 *This, DWORD dwAttributes,
                                                        DWORD dwAttributesEx, WAVEFORMATEX *pFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage2 *second = NULL;
    HRESULT hr = enter(self, true, &IID_IMDSPStorage2, &second);

    if (SUCCEEDED(hr))
        hr = IMDSPStorage2_SetAttributes2(second, dwAttributes, dwAttributesEx, pFormat,
                                          pVideoFormat);
    LET_GO(second);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetAttributes2(IWMDMStorage4 *This, DWORD *pdwAttributes,
                                                        DWORD *pdwAttributesEx,
                                                        WAVEFORMATEX *pAudioFormat,
                                                        VIDEOINFOHEADER *pVideoFormat)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage2 *second = NULL;
    HRESULT hr = enter(self, pdwAttributes && pdwAttributesEx, &IID_IMDSPStorage2, &second);

    if (SUCCEEDED(hr))
        hr = IMDSPStorage2_GetAttributes2(second, pdwAttributes, pdwAttributesEx, pAudioFormat,
                                          pVideoFormat);
    LET_GO(second);
    return hr;
}

/* ---- IWMDMStorage3 */
static HRESULT STDMETHODCALLTYPE storage_GetMetadata(IWMDMStorage4 *This,
                                                     IWMDMMetaData **ppMetadata)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage3 *third = NULL;
    IWMDMMetaData *list = NULL;
    HRESULT hr = enter(self, mdm_clear(ppMetadata), &IID_IMDSPStorage3, &third);

    if (SUCCEEDED(hr))
        hr = mdm_metadata_new(&list);
    if (SUCCEEDED(hr))
        hr = IMDSPStorage3_GetMetadata(third, list);
    LET_GO(third);
    if (SUCCEEDED(hr))
        *ppMetadata = list;
    else
        LET_GO(list);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_SetMetadata(IWMDMStorage4 *This, IWMDMMetaData *pMetadata)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage3 *third = NULL;
    HRESULT hr = enter(self, pMetadata != NULL, &IID_IMDSPStorage3, &third);

    if (SUCCEEDED(hr))
        hr = IMDSPStorage3_SetMetadata(third, pMetadata);
    LET_GO(third);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_CreateEmptyMetadataObject(IWMDMStorage4 *This,
                                                                   IWMDMMetaData **ppMetadata)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppMetadata));

    return FAILED(hr) ? hr : mdm_metadata_new(ppMetadata);
}

/* The hierarchy as the provider has it is the one we present; a device that prefers views is
 * answered with it, too. */
static HRESULT STDMETHODCALLTYPE storage_SetEnumPreference(IWMDMStorage4 *This,
                                                           WMDM_STORAGE_ENUM_MODE *pMode,
                                                           DWORD nViews, WMDMMetadataView *pViews)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    HRESULT hr = mdm_enter(self->way, pMode && (nViews != 0) == (pViews != NULL) &&
                                          (unsigned)*pMode <= ENUM_MODE_METADATA_VIEWS);

    if (FAILED(hr))
        return hr;
    if (*pMode == ENUM_MODE_METADATA_VIEWS)
        return WMDM_E_NOTSUPPORTED;
    *pMode = ENUM_MODE_RAW;
    return S_OK;
}

/* ---- IWMDMStorage4 */
static HRESULT STDMETHODCALLTYPE storage_SetReferences(IWMDMStorage4 *This, DWORD dwRefs,
                                                       IWMDMStorage **ppIWMDMStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This), *one;
    IMDSPStorage4 *fourth = NULL;
    IMDSPStorage **theirs = NULL;
    HRESULT hr = enter(self, ppIWMDMStorage || !dwRefs, &IID_IMDSPStorage4, &fourth);

    if (FAILED(hr))
        return hr;
    theirs = calloc((size_t)dwRefs + 1, sizeof(IMDSPStorage *));
    hr = theirs ? S_OK : E_OUTOFMEMORY;
    for (DWORD i = 0; i < dwRefs && SUCCEEDED(hr); i++) {
        one = mdm_storage_of(ppIWMDMStorage[i]);
        if (one && one->way->provider == self->way->provider)
            theirs[i] = one->storage;
        else
            hr = E_INVALIDARG;
    }
    if (SUCCEEDED(hr))
        hr = IMDSPStorage4_SetReferences(fourth, dwRefs, dwRefs ? theirs : NULL);
    free(theirs);
    LET_GO(fourth);
    return hr;
}

static HRESULT wrap_references(struct mdm_way *way, IMDSPStorage **theirs, DWORD count,
                               IWMDMStorage ***ret_storages)
{
    IWMDMStorage **ours = CoTaskMemAlloc(((size_t)count + 1) * sizeof(IWMDMStorage *));
    HRESULT hr = ours ? S_OK : E_OUTOFMEMORY;

    for (DWORD i = 0; i < count; i++) {
        if (ours)
            ours[i] = NULL;
        if (SUCCEEDED(hr))
            hr = mdm_storage_take(way, theirs[i], &ours[i]);
        else
            LET_GO(theirs[i]);
    }
    CoTaskMemFree(theirs);
    if (SUCCEEDED(hr)) {
        *ret_storages = ours;
        return hr;
    }
    for (DWORD i = 0; ours && i < count; i++)
        LET_GO(ours[i]);
    CoTaskMemFree(ours);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetReferences(IWMDMStorage4 *This, DWORD *pdwRefs,
                                                       IWMDMStorage ***pppIWMDMStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage4 *fourth = NULL;
    IMDSPStorage **theirs = NULL;
    DWORD count = 0;
    HRESULT hr = enter(self, mdm_clear(pppIWMDMStorage) && pdwRefs, &IID_IMDSPStorage4, &fourth),
            wrapped;

    if (pdwRefs)
        *pdwRefs = 0;
    if (FAILED(hr))
        return hr;
    hr = IMDSPStorage4_GetReferences(fourth, &count, &theirs);
    LET_GO(fourth);
    if (FAILED(hr))
        return hr;
    wrapped = wrap_references(self->way, theirs, theirs ? count : 0, pppIWMDMStorage);
    if (FAILED(wrapped))
        return wrapped;
    *pdwRefs = theirs ? count : 0;
    return hr;
}

/* The documented progress of a long look into the rights: one step here, since a provider's
 * GetRights tells of none. */
static HRESULT STDMETHODCALLTYPE storage_GetRightsWithProgress(IWMDMStorage4 *This,
                                                               IWMDMProgress3 *pIProgressCallback,
                                                               WMDMRIGHTS **ppRights,
                                                               DWORD *pnRightsCount)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    struct mdm_progress *progress = NULL;
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppRights) && pnRightsCount);

    if (pnRightsCount)
        *pnRightsCount = 0;
    if (SUCCEEDED(hr))
        hr = mdm_progress_new((IWMDMProgress *)pIProgressCallback, &progress);
    if (FAILED(hr))
        return hr;
    hr = mdm_progress_begin(progress, 1);
    if (SUCCEEDED(hr))
        hr = rights(self, ppRights, pnRightsCount, mac, NULL);
    if (SUCCEEDED(hr))
        (void)mdm_progress_at(progress, 1);
    mdm_progress_end(progress, hr, false);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_GetSpecifiedMetadata(IWMDMStorage4 *This,
                                                              DWORD cProperties,
                                                              WCHAR **ppwszPropNames,
                                                              IWMDMMetaData **ppMetadata)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage4 *fourth = NULL;
    IWMDMMetaData *list = NULL;
    HRESULT hr = enter(self, mdm_clear(ppMetadata) && ppwszPropNames && cProperties,
                       &IID_IMDSPStorage4, &fourth);

    if (SUCCEEDED(hr))
        hr = mdm_metadata_new(&list);
    if (SUCCEEDED(hr))
        hr = IMDSPStorage4_GetSpecifiedMetadata(fourth, cProperties, ppwszPropNames, list);
    LET_GO(fourth);
    if (SUCCEEDED(hr))
        *ppMetadata = list;
    else
        LET_GO(list);
    return hr;
}

static HRESULT STDMETHODCALLTYPE storage_FindStorage(IWMDMStorage4 *This, WMDM_FIND_SCOPE findScope,
                                                     const WCHAR *pwszUniqueID,
                                                     IWMDMStorage **ppStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage4 *fourth = NULL;
    IMDSPStorage *storage = NULL;
    HRESULT hr = enter(self, mdm_clear(ppStorage) && pwszUniqueID, &IID_IMDSPStorage4, &fourth);

    if (SUCCEEDED(hr))
        hr = IMDSPStorage4_FindStorage(fourth, findScope, pwszUniqueID, &storage);
    LET_GO(fourth);
    return hr != S_OK ? hr : mdm_storage_take(self->way, storage, ppStorage);
}

static HRESULT STDMETHODCALLTYPE storage_GetParent(IWMDMStorage4 *This, IWMDMStorage **ppStorage)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMStorage4(This);
    IMDSPStorage4 *fourth = NULL;
    IMDSPStorage *storage = NULL;
    HRESULT hr = enter(self, mdm_clear(ppStorage), &IID_IMDSPStorage4, &fourth);

    if (SUCCEEDED(hr))
        hr = IMDSPStorage4_GetParent(fourth, &storage);
    LET_GO(fourth);
    return hr != S_OK ? hr : mdm_storage_take(self->way, storage, ppStorage);
}

static const IWMDMStorage4Vtbl storage_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_storage, IWMDMStorage4),
    .SetAttributes = storage_SetAttributes,
    .GetStorageGlobals = storage_GetStorageGlobals,
    .GetAttributes = storage_GetAttributes,
    .GetName = storage_GetName,
    .GetDate = storage_GetDate,
    .GetSize = storage_GetSize,
    .GetRights = storage_GetRights,
    .EnumStorage = storage_EnumStorage,
    .SendOpaqueCommand = storage_SendOpaqueCommand,
    .GetStorage = storage_GetStorage,
    .SetAttributes2 = storage_SetAttributes2,
    .GetAttributes2 = storage_GetAttributes2,
    .GetMetadata = storage_GetMetadata,
    .SetMetadata = storage_SetMetadata,
    .CreateEmptyMetadataObject = storage_CreateEmptyMetadataObject,
    .SetEnumPreference = storage_SetEnumPreference,
    .SetReferences = storage_SetReferences,
    .GetReferences = storage_GetReferences,
    .GetRightsWithProgress = storage_GetRightsWithProgress,
    .GetSpecifiedMetadata = storage_GetSpecifiedMetadata,
    .FindStorage = storage_FindStorage,
    .GetParent = storage_GetParent,
};

/* ---- the class */
#define OF_ANY                                                                                     \
    COM_MAP(mdm_storage, IUnknown, IWMDMStorage4),                                                 \
        COM_MAP(mdm_storage, IWMDMStorage, IWMDMStorage4),                                         \
        COM_MAP(mdm_storage, IWMDMStorage2, IWMDMStorage4),                                        \
        COM_MAP(mdm_storage, IWMDMStorage3, IWMDMStorage4),                                        \
        COM_MAP(mdm_storage, IWMDMStorage4, IWMDMStorage4),                                        \
        COM_MAP(mdm_storage, mdm_storage, IWMDMStorage4),                                          \
        COM_MAP(mdm_storage, IWMDMStorageControl, IWMDMStorageControl3),                           \
        COM_MAP(mdm_storage, IWMDMStorageControl2, IWMDMStorageControl3),                          \
        COM_MAP(mdm_storage, IWMDMStorageControl3, IWMDMStorageControl3),                          \
        COM_MAP(mdm_storage, IWMDMRevoked, IWMDMRevoked)
static const struct com_interface storage_interfaces[] = {OF_ANY, COM_MAP_END};
static const struct com_interface song_interfaces[] = {
    OF_ANY, COM_MAP(mdm_storage, IWMDMObjectInfo, IWMDMObjectInfo), COM_MAP_END};

static void storage_destroy(struct com_object *object)
{
    struct mdm_storage *self = container_of(object, struct mdm_storage, com);

    LET_GO(self->info);
    LET_GO(self->storage);
    mdm_way_unref(self->way);
    free(self);
}

static const struct com_class storage_class = {"mdm_storage", storage_interfaces, storage_destroy};
static const struct com_class song_class = {"mdm_storage", song_interfaces, storage_destroy};

HRESULT mdm_storage_take(struct mdm_way *way, IMDSPStorage *storage, IWMDMStorage **ret_storage)
{
    struct mdm_storage *self;

    if (!storage)
        return E_UNEXPECTED;
    self = calloc(1, sizeof(*self));
    if (!self) {
        LET_GO(storage);
        return E_OUTOFMEMORY;
    }
    self->IWMDMStorage4_iface.lpVtbl = &storage_vtbl;
    self->IWMDMStorageControl3_iface.lpVtbl = &mdm_storage_control_vtbl;
    self->IWMDMObjectInfo_iface.lpVtbl = &mdm_object_info_vtbl;
    self->IWMDMRevoked_iface.lpVtbl = &mdm_revoked_vtbl;
    self->way = mdm_way_ref(way);
    self->storage = storage;
    (void)mdm_query(way, storage, &IID_IMDSPObjectInfo, &self->info);
    com_object_init(&self->com, self->info ? &song_class : &storage_class);
    *ret_storage = (IWMDMStorage *)&self->IWMDMStorage4_iface;
    return S_OK;
}
