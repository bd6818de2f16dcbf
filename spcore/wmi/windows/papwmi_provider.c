/* The provider: it is initialized, keeps what it is given until it is released, and answers for as
 * long. In its push form it puts the classes into the repository while it is initialized, and is
 * asked for nothing more. */
#include <stdlib.h>

#include "spcore/wmi/windows/papwmi.h"

COM_INTERFACE(papwmi_provider, IWbemProviderInit)

/* Players are waited for on another thread: here nothing takes its time. */
static HRESULT STDMETHODCALLTYPE initialize(IWbemProviderInit *This, LPWSTR user, LONG flags,
                                            LPWSTR namespace, LPWSTR locale,
                                            IWbemServices *services, IWbemContext *context,
                                            IWbemProviderInitSink *sink)
{
    struct papwmi_provider *self = papwmi_provider_from_IWbemProviderInit(This);
    HRESULT hr;

    (void)user, (void)flags, (void)namespace, (void)locale;
    if (!services || !sink || self->namespace)
        return WBEM_E_INVALID_PARAMETER;
    if (!papwmi_players_open())
        return WBEM_E_OUT_OF_MEMORY;
    self->watches = true;
    self->namespace = services;
    (void)IWbemServices_AddRef(services);
    self->context = context;
    if (context)
        (void)IWbemContext_AddRef(context);
    hr = papwmi_begin_init(self, sink);
    return hr;
}

static const IWbemProviderInitVtbl init_vtbl = {
    COM_UNKNOWN_SLOTS(papwmi_provider, IWbemProviderInit),
    .Initialize = initialize,
};

static void destroy(struct com_object *object)
{
    struct papwmi_provider *self = (struct papwmi_provider *)object;

    if (self->watches)
        papwmi_players_close();
    if (self->context)
        (void)IWbemContext_Release(self->context);
    if (self->namespace)
        (void)IWbemServices_Release(self->namespace);
    free(self);
}

static const struct com_interface pull_interfaces[] = {
    {&IID_IUnknown, offsetof(struct papwmi_provider, IWbemProviderInit_iface)},
    COM_MAP(papwmi_provider, IWbemProviderInit, IWbemProviderInit),
    COM_MAP(papwmi_provider, IWbemServices, IWbemServices),
    COM_MAP_END,
};
static const struct com_interface push_interfaces[] = {
    {&IID_IUnknown, offsetof(struct papwmi_provider, IWbemProviderInit_iface)},
    COM_MAP(papwmi_provider, IWbemProviderInit, IWbemProviderInit),
    COM_MAP_END,
};
static const struct com_class pull_class = {"papwmi", pull_interfaces, destroy};
static const struct com_class push_class = {"papwmi-push", push_interfaces, destroy};

HRESULT papwmi_provider_new(bool pushes, REFIID riid, void **ret_interface)
{
    struct papwmi_provider *self = calloc(1, sizeof(*self));
    HRESULT hr;

    if (!self)
        return E_OUTOFMEMORY;
    com_object_init(&self->com, pushes ? &push_class : &pull_class);
    self->IWbemProviderInit_iface.lpVtbl = &init_vtbl;
    self->IWbemServices_iface.lpVtbl = &papwmi_services_vtbl;
    self->pushes = pushes;
    InitializeSRWLock(&self->lock);
    hr = com_object_query(&self->com, riid, ret_interface);
    (void)com_object_release(&self->com);
    return hr;
}
