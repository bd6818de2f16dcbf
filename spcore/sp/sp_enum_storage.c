/* IMDSPEnumStorage over the places found when it was made: objects are made only as they are asked
 * for, and a clone shares nothing with its original. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_ahead.h"

struct sp_enum_storage {
    struct com_object com;
    IMDSPEnumStorage IMDSPEnumStorage_iface;
    struct sp_device *device; /* a reference */
    struct sp_place *places;
    size_t count;
    struct sp_ahead *ahead; /* a reference, or NULL */
    atomic_size_t position;
};

COM_INTERFACE(sp_enum_storage, IMDSPEnumStorage)

static size_t take(struct sp_enum_storage *self, DWORD wanted, DWORD *ret_taken)
{
    size_t first = atomic_load(&self->position), taken;

    do {
        taken = self->count - first < wanted ? self->count - first : wanted;
    } while (!atomic_compare_exchange_weak(&self->position, &first, first + taken));
    *ret_taken = (DWORD)taken;
    return first;
}

static HRESULT STDMETHODCALLTYPE enum_storage_Next(IMDSPEnumStorage *This, DWORD celt,
                                                   IMDSPStorage **ppStorage, DWORD *pceltFetched)
{
    struct sp_enum_storage *self = sp_enum_storage_from_IMDSPEnumStorage(This);
    HRESULT hr;
    DWORD taken;
    size_t first;

    if (ppStorage)
        memset(ppStorage, 0, celt * sizeof(IMDSPStorage *));
    hr = sp_enter_device(self->device, ppStorage && (pceltFetched || celt <= 1));
    if (FAILED(hr))
        return hr;
    first = take(self, celt, &taken);
    for (DWORD i = 0; i < taken && SUCCEEDED(hr); i++) {
        const struct sp_place *place = &self->places[first + i];

        hr = sp_storage_new_listed(self->device, place->storage, place->handle, self->ahead,
                                   &ppStorage[i]);
    }
    if (FAILED(hr)) {
        for (DWORD i = 0; i < taken; i++) {
            if (ppStorage[i])
                ppStorage[i]->lpVtbl->Release(ppStorage[i]);
            ppStorage[i] = NULL;
        }
        return hr;
    }
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_storage_Skip(IMDSPEnumStorage *This, DWORD celt,
                                                   DWORD *pceltFetched)
{
    struct sp_enum_storage *self = sp_enum_storage_from_IMDSPEnumStorage(This);
    HRESULT hr = sp_enter_device(self->device, true);
    DWORD taken;

    if (FAILED(hr))
        return hr;
    take(self, celt, &taken);
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_storage_Reset(IMDSPEnumStorage *This)
{
    struct sp_enum_storage *self = sp_enum_storage_from_IMDSPEnumStorage(This);
    HRESULT hr = sp_enter_device(self->device, true);

    if (SUCCEEDED(hr))
        atomic_store(&self->position, 0);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_storage_Clone(IMDSPEnumStorage *This,
                                                    IMDSPEnumStorage **ppEnumStorage)
{
    struct sp_enum_storage *self = sp_enum_storage_from_IMDSPEnumStorage(This);
    HRESULT hr = sp_enter_device(self->device, sp_clear(ppEnumStorage));

    if (FAILED(hr))
        return hr;
    return sp_enum_storage_new(self->device, self->places, self->count,
                               atomic_load(&self->position), self->ahead, ppEnumStorage);
}

static const IMDSPEnumStorageVtbl enum_storage_vtbl = {
    COM_UNKNOWN_SLOTS(sp_enum_storage, IMDSPEnumStorage),
    .Next = enum_storage_Next,
    .Skip = enum_storage_Skip,
    .Reset = enum_storage_Reset,
    .Clone = enum_storage_Clone,
};

static const struct com_interface enum_storage_interfaces[] = {
    COM_MAP(sp_enum_storage, IUnknown, IMDSPEnumStorage),
    COM_MAP(sp_enum_storage, IMDSPEnumStorage, IMDSPEnumStorage),
    COM_MAP_END,
};

static void enum_storage_destroy(struct com_object *object)
{
    struct sp_enum_storage *self = container_of(object, struct sp_enum_storage, com);

    sp_device_unref(self->device);
    sp_ahead_unref(self->ahead);
    free(self->places);
    free(self);
}

static const struct com_class enum_storage_class = {"sp_enum_storage", enum_storage_interfaces,
                                                    enum_storage_destroy};

HRESULT sp_enum_storage_new(struct sp_device *device, const struct sp_place *places, size_t count,
                            size_t position, struct sp_ahead *ahead,
                            IMDSPEnumStorage **ret_enumerator)
{
    struct sp_enum_storage *self = com_zalloc(sizeof(*self));
    struct sp_place *copy = com_zalloc((count + 1) * sizeof(*copy));

    if (!self || !copy) {
        free(self);
        free(copy);
        return E_OUTOFMEMORY;
    }
    if (count)
        memcpy(copy, places, count * sizeof(*copy));
    sp_device_ref(device);
    self->IMDSPEnumStorage_iface.lpVtbl = &enum_storage_vtbl;
    self->device = device;
    self->places = copy;
    self->count = count;
    self->ahead = sp_ahead_ref(ahead);
    atomic_init(&self->position, position);
    com_object_init(&self->com, &enum_storage_class);
    *ret_enumerator = &self->IMDSPEnumStorage_iface;
    return S_OK;
}
