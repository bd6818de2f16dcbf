/* IMDSPEnumDevice over a list taken when it was made: devices that come and go meanwhile do not
 * change what an enumeration under way shows. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/sp/sp.h"

struct sp_enum_device {
    struct com_object com;
    IMDSPEnumDevice IMDSPEnumDevice_iface;
    struct sp_context *context;
    IMDSPDevice **devices; /* references */
    size_t count;
    atomic_size_t position;
};

COM_INTERFACE(sp_enum_device, IMDSPEnumDevice)

/* Takes up to `wanted` from the position on; the first one taken. */
static size_t take(struct sp_enum_device *self, DWORD wanted, DWORD *ret_taken)
{
    size_t first = atomic_load(&self->position), taken;

    do {
        taken = self->count - first < wanted ? self->count - first : wanted;
    } while (!atomic_compare_exchange_weak(&self->position, &first, first + taken));
    *ret_taken = (DWORD)taken;
    return first;
}

static HRESULT STDMETHODCALLTYPE enum_device_Next(IMDSPEnumDevice *This, DWORD celt,
                                                  IMDSPDevice **ppDevice, DWORD *pceltFetched)
{
    struct sp_enum_device *self = sp_enum_device_from_IMDSPEnumDevice(This);
    HRESULT hr;
    DWORD taken;
    size_t first;

    if (ppDevice)
        memset(ppDevice, 0, celt * sizeof(IMDSPDevice *));
    hr = sp_enter(self->context, ppDevice && (pceltFetched || celt <= 1));
    if (FAILED(hr))
        return hr;
    first = take(self, celt, &taken);
    for (DWORD i = 0; i < taken; i++) {
        ppDevice[i] = self->devices[first + i];
        ppDevice[i]->lpVtbl->AddRef(ppDevice[i]);
    }
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_device_Skip(IMDSPEnumDevice *This, DWORD celt,
                                                  DWORD *pceltFetched)
{
    struct sp_enum_device *self = sp_enum_device_from_IMDSPEnumDevice(This);
    HRESULT hr = sp_enter(self->context, true);
    DWORD taken;

    if (FAILED(hr))
        return hr;
    take(self, celt, &taken);
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_device_Reset(IMDSPEnumDevice *This)
{
    struct sp_enum_device *self = sp_enum_device_from_IMDSPEnumDevice(This);
    HRESULT hr = sp_enter(self->context, true);

    if (SUCCEEDED(hr))
        atomic_store(&self->position, 0);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_device_Clone(IMDSPEnumDevice *This,
                                                   IMDSPEnumDevice **ppEnumDevice)
{
    struct sp_enum_device *self = sp_enum_device_from_IMDSPEnumDevice(This);
    HRESULT hr = sp_enter(self->context, sp_clear(ppEnumDevice));

    if (FAILED(hr))
        return hr;
    return sp_enum_device_new(self->context, self->devices, self->count,
                              atomic_load(&self->position), ppEnumDevice);
}

static const IMDSPEnumDeviceVtbl enum_device_vtbl = {
    COM_UNKNOWN_SLOTS(sp_enum_device, IMDSPEnumDevice),
    .Next = enum_device_Next,
    .Skip = enum_device_Skip,
    .Reset = enum_device_Reset,
    .Clone = enum_device_Clone,
};

static const struct com_interface enum_device_interfaces[] = {
    COM_MAP(sp_enum_device, IUnknown, IMDSPEnumDevice),
    COM_MAP(sp_enum_device, IMDSPEnumDevice, IMDSPEnumDevice),
    COM_MAP_END,
};

static void enum_device_destroy(struct com_object *object)
{
    struct sp_enum_device *self = container_of(object, struct sp_enum_device, com);

    for (size_t i = 0; i < self->count; i++)
        self->devices[i]->lpVtbl->Release(self->devices[i]);
    sp_context_unref(self->context);
    free(self->devices);
    free(self);
}

static const struct com_class enum_device_class = {"sp_enum_device", enum_device_interfaces,
                                                   enum_device_destroy};

HRESULT sp_enum_device_new(struct sp_context *context, IMDSPDevice *const *devices, size_t count,
                           size_t position, IMDSPEnumDevice **ret_enumerator)
{
    struct sp_enum_device *self = com_zalloc(sizeof(*self));
    IMDSPDevice **copy = com_zalloc((count + 1) * sizeof(IMDSPDevice *));

    if (!self || !copy) {
        free(self);
        free(copy);
        return E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = devices[i];
        copy[i]->lpVtbl->AddRef(copy[i]);
    }
    self->IMDSPEnumDevice_iface.lpVtbl = &enum_device_vtbl;
    self->context = sp_context_ref(context);
    self->devices = copy;
    self->count = count;
    atomic_init(&self->position, position);
    com_object_init(&self->com, &enum_device_class);
    *ret_enumerator = &self->IMDSPEnumDevice_iface;
    return S_OK;
}
