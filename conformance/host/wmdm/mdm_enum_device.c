/* IWMDMEnumDevice over the list as it was when it was asked for. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_enum_device {
    struct com_object com;
    IWMDMEnumDevice IWMDMEnumDevice_iface;
    IWMDMDevice **devices; /* references */
    size_t count;
    atomic_size_t position;
};

COM_INTERFACE(mdm_enum_device, IWMDMEnumDevice)

static size_t take(struct mdm_enum_device *self, DWORD wanted, DWORD *ret_taken)
{
    size_t first = atomic_load(&self->position), taken;

    do {
        taken = self->count - first < wanted ? self->count - first : wanted;
    } while (!atomic_compare_exchange_weak(&self->position, &first, first + taken));
    *ret_taken = (DWORD)taken;
    return first;
}

static HRESULT STDMETHODCALLTYPE enum_Next(IWMDMEnumDevice *This, DWORD celt,
                                           IWMDMDevice **ppDevice, DWORD *pceltFetched)
{
    struct mdm_enum_device *self = mdm_enum_device_from_IWMDMEnumDevice(This);
    DWORD taken;
    size_t first;

    if (!ppDevice || (!pceltFetched && celt != 1))
        return E_INVALIDARG;
    memset(ppDevice, 0, celt * sizeof(IWMDMDevice *));
    first = take(self, celt, &taken);
    for (DWORD i = 0; i < taken; i++) {
        ppDevice[i] = self->devices[first + i];
        IWMDMDevice_AddRef(ppDevice[i]);
    }
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IWMDMEnumDevice *This, DWORD celt, DWORD *pceltFetched)
{
    DWORD taken;

    take(mdm_enum_device_from_IWMDMEnumDevice(This), celt, &taken);
    if (pceltFetched)
        *pceltFetched = taken;
    return taken == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IWMDMEnumDevice *This)
{
    atomic_store(&mdm_enum_device_from_IWMDMEnumDevice(This)->position, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IWMDMEnumDevice *This, IWMDMEnumDevice **ppEnumDevice)
{
    struct mdm_enum_device *self = mdm_enum_device_from_IWMDMEnumDevice(This);

    if (!mdm_clear(ppEnumDevice))
        return E_INVALIDARG;
    return mdm_enum_device_new(self->devices, self->count, atomic_load(&self->position),
                               ppEnumDevice);
}

static const IWMDMEnumDeviceVtbl enum_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_enum_device, IWMDMEnumDevice),
    .Next = enum_Next,
    .Skip = enum_Skip,
    .Reset = enum_Reset,
    .Clone = enum_Clone,
};

static const struct com_interface enum_interfaces[] = {
    COM_MAP(mdm_enum_device, IUnknown, IWMDMEnumDevice),
    COM_MAP(mdm_enum_device, IWMDMEnumDevice, IWMDMEnumDevice),
    COM_MAP_END,
};

static void enum_destroy(struct com_object *object)
{
    struct mdm_enum_device *self = container_of(object, struct mdm_enum_device, com);

    for (size_t i = 0; i < self->count; i++)
        LET_GO(self->devices[i]);
    free(self->devices);
    free(self);
}

static const struct com_class enum_class = {"mdm_enum_device", enum_interfaces, enum_destroy};

HRESULT mdm_enum_device_new(IWMDMDevice *const *devices, size_t count, size_t position,
                            IWMDMEnumDevice **ret_enumerator)
{
    struct mdm_enum_device *self = calloc(1, sizeof(*self));

    if (self)
        self->devices = calloc(count + 1, sizeof(IWMDMDevice *));
    if (!self || !self->devices) {
        free(self);
        return E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        self->devices[i] = devices[i];
        IWMDMDevice_AddRef(devices[i]);
    }
    self->IWMDMEnumDevice_iface.lpVtbl = &enum_vtbl;
    self->count = count;
    atomic_init(&self->position, position);
    com_object_init(&self->com, &enum_class);
    *ret_enumerator = &self->IWMDMEnumDevice_iface;
    return S_OK;
}
