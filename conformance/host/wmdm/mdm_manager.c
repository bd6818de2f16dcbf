/* The application's device manager: IComponentAuthenticate at once, IWMDeviceManager/2/3 and
 * IConnectionPointContainer for one that has authenticated. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_cache.h"
#include "conformance/host/wmdm/mdm_notify.h"
#include "wmdm_certs.h"

struct mdm_manager {
    struct com_object com;
    IWMDeviceManager3 IWMDeviceManager3_iface;
    IComponentAuthenticate IComponentAuthenticate_iface;
    IConnectionPointContainer IConnectionPointContainer_iface;
    struct mdm_machine *machine; /* a reference */
    struct mdm_manager *next;    /* at this machine */
    struct mdm_application *application;
    struct mdm_cache cache; /* under the machine's lock */
    struct mdm_sinks *sinks;
};

COM_INTERFACE(mdm_manager, IWMDeviceManager3)
COM_INTERFACE(mdm_manager, IComponentAuthenticate)
COM_INTERFACE(mdm_manager, IConnectionPointContainer)

/* ---- arrival and removal, with the machine's lock held */
struct mdm_manager *mdm_manager_next(struct mdm_manager *manager)
{
    return manager->next;
}

HRESULT mdm_manager_arrival(struct mdm_manager *manager, struct mdm_attached *attached,
                            struct mdm_messages *messages)
{
    struct mdm_cache *cache = &manager->cache;
    size_t first = 0;
    HRESULT hr;

    if (!cache->filled)
        return S_OK; /* its start comes yet */
    hr = mdm_cache_add(cache, attached, &first);
    for (size_t i = first; i < cache->count; i++)
        mdm_sinks_tell(manager->sinks, messages, WMDM_MSG_DEVICE_ARRIVAL,
                       mdm_device_canonical(cache->devices[i]));
    return hr;
}

HRESULT mdm_manager_removal(struct mdm_manager *manager, struct mdm_attached *attached,
                            struct mdm_messages *messages)
{
    struct mdm_cache *cache = &manager->cache;

    for (size_t i = 0; i < cache->count;) {
        if (!mdm_cache_is_of(cache->devices[i], attached->path)) {
            i++;
            continue;
        }
        mdm_sinks_tell(manager->sinks, messages, WMDM_MSG_DEVICE_REMOVAL,
                       mdm_device_canonical(cache->devices[i]));
        mdm_cache_remove(cache, i);
    }
    return S_OK;
}

void mdm_manager_media(struct mdm_manager *manager, const WCHAR *canonical, DWORD type,
                       struct mdm_messages *messages)
{
    for (size_t i = 0; i < manager->cache.count; i++) {
        if (com_wcseq(mdm_device_canonical(manager->cache.devices[i]), canonical))
            mdm_sinks_tell(manager->sinks, messages, type, canonical);
    }
}

/* ---- IWMDeviceManager */
/* Certified, and at work: the start is the first call that is about devices, so that a preference
 * can be set before it. Holds the machine's lock when it succeeds. */
static HRESULT enter(struct mdm_manager *self, bool arguments)
{
    HRESULT hr = mdm_certified(self->application);

    if (SUCCEEDED(hr) && !arguments)
        hr = E_INVALIDARG;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->machine->lock);
    if (!self->cache.filled)
        (void)mdm_cache_fill(&self->cache, self->machine); /* the others are there all the same */
    return S_OK;
}

static HRESULT leave(struct mdm_manager *self, HRESULT hr)
{
    pthread_mutex_unlock(&self->machine->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE manager_GetRevision(IWMDeviceManager3 *This, DWORD *pdwRevision)
{
    HRESULT hr = mdm_certified(mdm_manager_from_IWMDeviceManager3(This)->application);

    if (FAILED(hr))
        return hr;
    if (!pdwRevision)
        return E_INVALIDARG;
    *pdwRevision = 0x00110000; /* of the Windows Media Device Manager 11 that is described */
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE manager_GetDeviceCount(IWMDeviceManager3 *This, DWORD *pdwCount)
{
    struct mdm_manager *self = mdm_manager_from_IWMDeviceManager3(This);
    HRESULT hr = enter(self, pdwCount != NULL);

    if (FAILED(hr))
        return hr;
    *pdwCount = (DWORD)self->cache.count;
    return leave(self, S_OK);
}

static HRESULT STDMETHODCALLTYPE manager_EnumDevices(IWMDeviceManager3 *This,
                                                     IWMDMEnumDevice **ppEnumDevice)
{
    struct mdm_manager *self = mdm_manager_from_IWMDeviceManager3(This);
    HRESULT hr = enter(self, mdm_clear(ppEnumDevice));

    if (FAILED(hr))
        return hr;
    return leave(self,
                 mdm_enum_device_new(self->cache.devices, self->cache.count, 0, ppEnumDevice));
}

static HRESULT STDMETHODCALLTYPE manager_GetDeviceFromCanonicalName(IWMDeviceManager3 *This,
                                                                    const WCHAR *pwszCanonicalName,
                                                                    IWMDMDevice **ppDevice)
{
    struct mdm_manager *self = mdm_manager_from_IWMDeviceManager3(This);
    HRESULT hr = enter(self, mdm_clear(ppDevice) && pwszCanonicalName);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < self->cache.count; i++) {
        IWMDMDevice *device = self->cache.devices[i];

        if (com_wcseq(mdm_device_canonical(device), pwszCanonicalName)) {
            IWMDMDevice_AddRef(device);
            *ppDevice = device;
            return leave(self, S_OK);
        }
    }
    return leave(self, S_FALSE);
}

/* All devices anew, of plug-and-play providers and of the others (SP-APP-006). What an application
 * holds of the old list stays valid. */
static HRESULT STDMETHODCALLTYPE manager_Reinitialize(IWMDeviceManager3 *This)
{
    struct mdm_manager *self = mdm_manager_from_IWMDeviceManager3(This);
    HRESULT hr = mdm_certified(self->application);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->machine->lock);
    mdm_cache_empty(&self->cache);
    return leave(self, mdm_cache_fill(&self->cache, self->machine));
}

static HRESULT STDMETHODCALLTYPE manager_SetDeviceEnumPreference(IWMDeviceManager3 *This,
                                                                 DWORD dwEnumPref)
{
    struct mdm_manager *self = mdm_manager_from_IWMDeviceManager3(This);
    const DWORD known = DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES | ALLOW_OUTOFBAND_NOTIFICATION;
    struct mdm_cache *cache = &self->cache;
    HRESULT hr = mdm_certified(self->application);

    if (FAILED(hr))
        return hr;
    if (dwEnumPref & ~known)
        return E_INVALIDARG;
    pthread_mutex_lock(&self->machine->lock);
    if (cache->preferred && cache->preference == dwEnumPref)
        return leave(self, S_OK);
    if (cache->preferred || cache->filled)
        return leave(self, WMDM_E_CALL_OUT_OF_SEQUENCE);
    cache->preference = dwEnumPref;
    cache->preferred = true;
    return leave(self, S_OK);
}

/* ---- IComponentAuthenticate */
static HRESULT STDMETHODCALLTYPE manager_SACAuth(IComponentAuthenticate *This, DWORD dwProtocolID,
                                                 DWORD dwPass, BYTE *pbDataIn, DWORD dwDataInLen,
                                                 BYTE **ppbDataOut, DWORD *pdwDataOutLen)
{
    struct mdm_manager *self = mdm_manager_from_IComponentAuthenticate(This);

    return sac_auth(self->application->channel, dwProtocolID, dwPass, pbDataIn, dwDataInLen,
                    ppbDataOut, pdwDataOutLen);
}

static HRESULT STDMETHODCALLTYPE manager_SACGetProtocols(IComponentAuthenticate *This,
                                                         DWORD **ppdwProtocols,
                                                         DWORD *pdwProtocolCount)
{
    return sac_get_protocols(mdm_manager_from_IComponentAuthenticate(This)->application->channel,
                             ppdwProtocols, pdwProtocolCount);
}

/* ---- IConnectionPointContainer: the one point is of IWMDMNotification */
static HRESULT STDMETHODCALLTYPE container_EnumConnectionPoints(IConnectionPointContainer *This,
                                                                IEnumConnectionPoints **ppEnum)
{
    (void)This;
    return mdm_clear(ppEnum) ? E_NOTIMPL : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE container_FindConnectionPoint(IConnectionPointContainer *This,
                                                               REFIID riid, IConnectionPoint **ppCP)
{
    struct mdm_manager *self = mdm_manager_from_IConnectionPointContainer(This);

    if (!mdm_clear(ppCP) || !riid)
        return E_POINTER;
    return IsEqualIID(riid, &IID_IWMDMNotification) ? mdm_point_new(This, self->sinks, ppCP)
                                                    : CONNECT_E_NOCONNECTION;
}

/* ---- the class */
/* What only a certified application gets (SP-APP-008). */
static HRESULT gate(struct mdm_manager *self, REFIID riid, void **ppvObject, HRESULT hr)
{
    if (FAILED(hr) || IsEqualIID(riid, &IID_IUnknown) ||
        IsEqualIID(riid, &IID_IComponentAuthenticate))
        return hr;
    hr = mdm_certified(self->application);
    if (FAILED(hr)) {
        *ppvObject = NULL;
        com_object_release(&self->com);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE manager_QueryInterface(IWMDeviceManager3 *This, REFIID riid,
                                                        void **ppvObject)
{
    return gate(mdm_manager_from_IWMDeviceManager3(This), riid, ppvObject,
                mdm_manager_IWMDeviceManager3_QueryInterface(This, riid, ppvObject));
}

static HRESULT STDMETHODCALLTYPE authenticate_QueryInterface(IComponentAuthenticate *This,
                                                             REFIID riid, void **ppvObject)
{
    return gate(mdm_manager_from_IComponentAuthenticate(This), riid, ppvObject,
                mdm_manager_IComponentAuthenticate_QueryInterface(This, riid, ppvObject));
}

static HRESULT STDMETHODCALLTYPE container_QueryInterface(IConnectionPointContainer *This,
                                                          REFIID riid, void **ppvObject)
{
    return gate(mdm_manager_from_IConnectionPointContainer(This), riid, ppvObject,
                mdm_manager_IConnectionPointContainer_QueryInterface(This, riid, ppvObject));
}

static const IWMDeviceManager3Vtbl manager_vtbl = {
    .QueryInterface = manager_QueryInterface,
    .AddRef = mdm_manager_IWMDeviceManager3_AddRef,
    .Release = mdm_manager_IWMDeviceManager3_Release,
    .GetRevision = manager_GetRevision,
    .GetDeviceCount = manager_GetDeviceCount,
    .EnumDevices = manager_EnumDevices,
    .GetDeviceFromCanonicalName = manager_GetDeviceFromCanonicalName,
    .EnumDevices2 = manager_EnumDevices,
    .Reinitialize = manager_Reinitialize,
    .SetDeviceEnumPreference = manager_SetDeviceEnumPreference,
};

static const IComponentAuthenticateVtbl authenticate_vtbl = {
    .QueryInterface = authenticate_QueryInterface,
    .AddRef = mdm_manager_IComponentAuthenticate_AddRef,
    .Release = mdm_manager_IComponentAuthenticate_Release,
    .SACAuth = manager_SACAuth,
    .SACGetProtocols = manager_SACGetProtocols,
};

static const IConnectionPointContainerVtbl container_vtbl = {
    .QueryInterface = container_QueryInterface,
    .AddRef = mdm_manager_IConnectionPointContainer_AddRef,
    .Release = mdm_manager_IConnectionPointContainer_Release,
    .EnumConnectionPoints = container_EnumConnectionPoints,
    .FindConnectionPoint = container_FindConnectionPoint,
};

static const struct com_interface manager_interfaces[] = {
    COM_MAP(mdm_manager, IUnknown, IComponentAuthenticate),
    COM_MAP(mdm_manager, IComponentAuthenticate, IComponentAuthenticate),
    COM_MAP(mdm_manager, IWMDeviceManager, IWMDeviceManager3),
    COM_MAP(mdm_manager, IWMDeviceManager2, IWMDeviceManager3),
    COM_MAP(mdm_manager, IWMDeviceManager3, IWMDeviceManager3),
    COM_MAP(mdm_manager, IConnectionPointContainer, IConnectionPointContainer),
    COM_MAP_END,
};

static void manager_destroy(struct com_object *object)
{
    struct mdm_manager *self = container_of(object, struct mdm_manager, com), **at;
    struct mdm_machine *machine = self->machine;

    pthread_mutex_lock(&machine->lock);
    at = &machine->managers;
    while (*at != self)
        at = &(*at)->next;
    *at = self->next;
    mdm_cache_empty(&self->cache);
    pthread_mutex_unlock(&machine->lock);
    mdm_sinks_free(self->sinks);
    mdm_application_unref(self->application);
    mdm_machine_free(machine);
    free(self);
}

static const struct com_class manager_class = {"mdm_manager", manager_interfaces, manager_destroy};

HRESULT mdm_manager_new(struct mdm_machine *machine, REFIID riid, void **ret_interface)
{
    struct mdm_manager *self;
    HRESULT hr;

    if (!machine || !mdm_clear(ret_interface))
        return E_INVALIDARG;
    self = calloc(1, sizeof(*self));
    if (!self)
        return E_OUTOFMEMORY;
    self->application = mdm_application_new();
    self->sinks = mdm_sinks_new();
    if (!self->application || !self->sinks) {
        mdm_application_unref(self->application);
        mdm_sinks_free(self->sinks);
        free(self);
        return E_OUTOFMEMORY;
    }
    self->IWMDeviceManager3_iface.lpVtbl = &manager_vtbl;
    self->IComponentAuthenticate_iface.lpVtbl = &authenticate_vtbl;
    self->IConnectionPointContainer_iface.lpVtbl = &container_vtbl;
    self->machine = mdm_machine_ref(machine);
    self->cache.application = self->application;
    com_object_init(&self->com, &manager_class);
    pthread_mutex_lock(&machine->lock);
    self->next = machine->managers;
    machine->managers = self;
    pthread_mutex_unlock(&machine->lock);
    hr = authenticate_QueryInterface(&self->IComponentAuthenticate_iface, riid, ret_interface);
    com_object_release(&self->com);
    return hr;
}

HRESULT mdm_open(struct mdm_machine *machine, IWMDeviceManager3 **ret_manager,
                 struct sac_channel **ret_channel)
{
    IComponentAuthenticate *component = NULL;
    struct sac_channel *channel = sac_client_new();
    HRESULT hr;

    if (!mdm_clear(ret_manager))
        hr = E_INVALIDARG;
    else
        hr = mdm_manager_new(machine, &IID_IComponentAuthenticate, (void **)&component);
    if (SUCCEEDED(hr))
        hr = sac_set_certificate(channel, SAC_CERT_V1, application_high_certificate,
                                 sizeof(application_high_certificate), application_high_key,
                                 sizeof(application_high_key));
    if (SUCCEEDED(hr))
        hr = sac_set_interface(channel, component);
    if (SUCCEEDED(hr))
        hr = sac_authenticate(channel, SAC_PROTOCOL_V1);
    if (SUCCEEDED(hr))
        hr = IComponentAuthenticate_QueryInterface(component, &IID_IWMDeviceManager3,
                                                   (void **)ret_manager);
    LET_GO(component);
    if (SUCCEEDED(hr) && ret_channel)
        *ret_channel = channel;
    else
        sac_free(channel);
    return hr;
}
