/* IWMDMEnumStorage before the provider's enumerator. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_enum_storage {
    struct com_object com;
    IWMDMEnumStorage IWMDMEnumStorage_iface;
    struct mdm_way *way;
    IMDSPEnumStorage *storages;
};

COM_INTERFACE(mdm_enum_storage, IWMDMEnumStorage)

/* What the provider gave, as ours; all of it or, on a failure, nothing. */
static HRESULT wrap(struct mdm_enum_storage *self, IMDSPStorage **theirs, DWORD count,
                    IWMDMStorage **ret_storages)
{
    HRESULT hr = S_OK;

    for (DWORD i = 0; i < count; i++) {
        if (SUCCEEDED(hr))
            hr = mdm_storage_take(self->way, theirs[i], &ret_storages[i]);
        else
            LET_GO(theirs[i]);
    }
    for (DWORD i = 0; i < count && FAILED(hr); i++)
        LET_GO(ret_storages[i]);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Next(IWMDMEnumStorage *This, DWORD celt,
                                           IWMDMStorage **ppStorage, DWORD *pceltFetched)
{
    struct mdm_enum_storage *self = mdm_enum_storage_from_IWMDMEnumStorage(This);
    HRESULT hr = mdm_enter(self->way, ppStorage && (pceltFetched || celt == 1)), wrapped;
    IMDSPStorage **theirs;
    DWORD fetched = 0;

    if (pceltFetched)
        *pceltFetched = 0;
    if (FAILED(hr))
        return hr;
    memset(ppStorage, 0, celt * sizeof(IWMDMStorage *));
    theirs = calloc((size_t)celt + 1, sizeof(IMDSPStorage *));
    if (!theirs)
        return E_OUTOFMEMORY;
    hr = IMDSPEnumStorage_Next(self->storages, celt, theirs, &fetched);
    if (fetched > celt) /* a count that cannot be */
        hr = E_UNEXPECTED;
    wrapped = SUCCEEDED(hr) ? wrap(self, theirs, fetched, ppStorage) : hr;
    free(theirs);
    if (FAILED(wrapped))
        return wrapped;
    if (pceltFetched)
        *pceltFetched = fetched;
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IWMDMEnumStorage *This, DWORD celt, DWORD *pceltFetched)
{
    struct mdm_enum_storage *self = mdm_enum_storage_from_IWMDMEnumStorage(This);
    HRESULT hr = mdm_enter(self->way, true);
    DWORD skipped = 0;

    if (FAILED(hr))
        return hr;
    hr = IMDSPEnumStorage_Skip(self->storages, celt, &skipped);
    if (pceltFetched)
        *pceltFetched = skipped;
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IWMDMEnumStorage *This)
{
    struct mdm_enum_storage *self = mdm_enum_storage_from_IWMDMEnumStorage(This);
    HRESULT hr = mdm_enter(self->way, true);

    return FAILED(hr) ? hr : IMDSPEnumStorage_Reset(self->storages);
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IWMDMEnumStorage *This,
                                            IWMDMEnumStorage **ppEnumStorage)
{
    struct mdm_enum_storage *self = mdm_enum_storage_from_IWMDMEnumStorage(This);
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppEnumStorage));
    IMDSPEnumStorage *clone = NULL;

    if (SUCCEEDED(hr))
        hr = IMDSPEnumStorage_Clone(self->storages, &clone);
    return FAILED(hr) ? hr : mdm_enum_storage_take(self->way, clone, ppEnumStorage);
}

static const IWMDMEnumStorageVtbl enum_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_enum_storage, IWMDMEnumStorage),
    .Next = enum_Next,
    .Skip = enum_Skip,
    .Reset = enum_Reset,
    .Clone = enum_Clone,
};

static const struct com_interface enum_interfaces[] = {
    COM_MAP(mdm_enum_storage, IUnknown, IWMDMEnumStorage),
    COM_MAP(mdm_enum_storage, IWMDMEnumStorage, IWMDMEnumStorage),
    COM_MAP_END,
};

static void enum_destroy(struct com_object *object)
{
    struct mdm_enum_storage *self = container_of(object, struct mdm_enum_storage, com);

    LET_GO(self->storages);
    mdm_way_unref(self->way);
    free(self);
}

static const struct com_class enum_class = {"mdm_enum_storage", enum_interfaces, enum_destroy};

HRESULT mdm_enum_storage_take(struct mdm_way *way, IMDSPEnumStorage *storages,
                              IWMDMEnumStorage **ret_enumerator)
{
    struct mdm_enum_storage *self;

    if (!storages)
        return E_UNEXPECTED;
    self = calloc(1, sizeof(*self));
    if (!self) {
        LET_GO(storages);
        return E_OUTOFMEMORY;
    }
    self->IWMDMEnumStorage_iface.lpVtbl = &enum_vtbl;
    self->way = mdm_way_ref(way);
    self->storages = storages;
    com_object_init(&self->com, &enum_class);
    *ret_enumerator = &self->IWMDMEnumStorage_iface;
    return S_OK;
}

bool mdm_leaves_to_us(HRESULT hr)
{
    return hr == E_NOTIMPL;
}

HRESULT mdm_find_by_name(IMDSPEnumStorage *storages, const WCHAR *name, IMDSPStorage **ret_storage)
{
    IMDSPStorage *storage = NULL;
    WCHAR theirs[512];
    DWORD fetched;
    HRESULT hr = storages ? S_OK : E_UNEXPECTED;

    while (hr == S_OK) {
        hr = IMDSPEnumStorage_Next(storages, 1, &storage, &fetched);
        if (hr != S_OK || !storage)
            break;
        memset(theirs, 0, sizeof(theirs));
        if (SUCCEEDED(IMDSPStorage_GetName(storage, theirs, ARRAY_SIZE(theirs) - 1)) &&
            com_wcseq(theirs, name)) {
            *ret_storage = storage;
            LET_GO(storages);
            return S_OK;
        }
        LET_GO(storage);
    }
    LET_GO(storages);
    return FAILED(hr) ? hr : S_FALSE;
}
