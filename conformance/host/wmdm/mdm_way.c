/* The way between an application and one device of a provider: both channels, and what the device's
 * parameters say about how it is used. */
#include <stdlib.h>

#include "conformance/host/wmdm/mdm_private.h"
#include "wmdm_certs.h"

/* Without OptimalTransferSize; and what a device may ask of our memory. */
enum { USUAL_BLOCK = 256 * 1024, LARGEST_BLOCK = 16 * 1024 * 1024 };

static DWORD block_of(const struct mdm_parameters *parameters)
{
    const DWORD wanted = parameters->OptimalTransferSize;

    if (!wanted)
        return USUAL_BLOCK;
    return wanted < LARGEST_BLOCK ? wanted : LARGEST_BLOCK;
}

/* ---- the application */
struct mdm_application *mdm_application_new(void)
{
    struct mdm_application *application = calloc(1, sizeof(*application));

    if (!application)
        return NULL;
    atomic_init(&application->refs, 1);
    application->channel = sac_server_new();
    if (application->channel &&
        SUCCEEDED(sac_set_certificate(application->channel, SAC_CERT_V1, NULL, 0, NULL, 0)))
        return application;
    mdm_application_unref(application);
    return NULL;
}

struct mdm_application *mdm_application_ref(struct mdm_application *application)
{
    atomic_fetch_add(&application->refs, 1);
    return application;
}

void mdm_application_unref(struct mdm_application *application)
{
    if (!application || atomic_fetch_sub(&application->refs, 1) != 1)
        return;
    sac_free(application->channel);
    free(application);
}

/* ---- the provider */
static HRESULT create_instance(struct mdm_library *library, IMDServiceProvider **ret_instance)
{
    IClassFactory *factory = NULL;
    HRESULT hr = library->get(&library->clsid, &IID_IClassFactory, (void **)&factory);

    if (FAILED(hr) || !factory)
        return FAILED(hr) ? hr : E_UNEXPECTED;
    hr =
        IClassFactory_CreateInstance(factory, NULL, &IID_IMDServiceProvider, (void **)ret_instance);
    IClassFactory_Release(factory);
    return FAILED(hr) || *ret_instance ? hr : E_UNEXPECTED;
}

static HRESULT speaks_our_protocol(IComponentAuthenticate *component)
{
    DWORD *protocols = NULL, count = 0;
    HRESULT hr = IComponentAuthenticate_SACGetProtocols(component, &protocols, &count);
    bool found = false;

    for (DWORD i = 0; SUCCEEDED(hr) && protocols && i < count; i++)
        found |= protocols[i] == SAC_PROTOCOL_V1;
    CoTaskMemFree(protocols);
    return FAILED(hr) || found ? hr : WMDM_E_NOTCERTIFIED;
}

/* The pair of the highest level that the application itself has. */
static HRESULT set_level(struct sac_channel *channel, DWORD level)
{
    return level > 1 ? sac_set_certificate(channel, SAC_CERT_V1, application_high_certificate,
                                           sizeof(application_high_certificate),
                                           application_high_key, sizeof(application_high_key))
                     : sac_set_certificate(channel, SAC_CERT_V1, application_low_certificate,
                                           sizeof(application_low_certificate), application_low_key,
                                           sizeof(application_low_key));
}

static HRESULT authenticate(struct mdm_provider *provider, DWORD level)
{
    IComponentAuthenticate *component = NULL;
    HRESULT hr = IMDServiceProvider_QueryInterface(provider->instance, &IID_IComponentAuthenticate,
                                                   (void **)&component);

    if (FAILED(hr))
        return hr;
    hr = speaks_our_protocol(component);
    provider->channel = sac_client_new();
    if (SUCCEEDED(hr))
        hr = set_level(provider->channel, level);
    if (SUCCEEDED(hr))
        hr = sac_set_interface(provider->channel, component);
    if (SUCCEEDED(hr))
        hr = sac_authenticate(provider->channel, SAC_PROTOCOL_V1);
    IComponentAuthenticate_Release(component);
    return hr;
}

HRESULT mdm_provider_new(struct mdm_library *library, DWORD level, struct mdm_provider **ret)
{
    struct mdm_provider *provider = calloc(1, sizeof(*provider));
    HRESULT hr;

    if (!provider)
        return E_OUTOFMEMORY;
    atomic_init(&provider->refs, 1);
    provider->library = mdm_library_ref(library);
    hr = create_instance(library, &provider->instance);
    if (SUCCEEDED(hr))
        hr = authenticate(provider, level);
    if (FAILED(hr))
        mdm_provider_unref(provider);
    else
        *ret = provider;
    return hr;
}

struct mdm_provider *mdm_provider_ref(struct mdm_provider *provider)
{
    atomic_fetch_add(&provider->refs, 1);
    return provider;
}

void mdm_provider_unref(struct mdm_provider *provider)
{
    if (!provider || atomic_fetch_sub(&provider->refs, 1) != 1)
        return;
    sac_free(provider->channel);
    LET_GO(provider->instance);
    mdm_library_unref(provider->library);
    free(provider);
}

/* ---- the way */
struct mdm_way *mdm_way_new(struct mdm_application *application, struct mdm_provider *provider,
                            const struct mdm_parameters *parameters)
{
    struct mdm_way *way = calloc(1, sizeof(*way));

    if (!way)
        return NULL;
    atomic_init(&way->refs, 1);
    way->application = mdm_application_ref(application);
    way->provider = mdm_provider_ref(provider);
    way->extended = parameters->UseExtendedWmdm == 1;
    way->block = block_of(parameters);
    return way;
}

struct mdm_way *mdm_way_ref(struct mdm_way *way)
{
    atomic_fetch_add(&way->refs, 1);
    return way;
}

void mdm_way_unref(struct mdm_way *way)
{
    if (!way || atomic_fetch_sub(&way->refs, 1) != 1)
        return;
    mdm_application_unref(way->application);
    mdm_provider_unref(way->provider);
    free(way);
}

HRESULT mdm_certified(const struct mdm_application *application)
{
    return sac_is_authenticated(application->channel) ? S_OK : WMDM_E_NOTCERTIFIED;
}

HRESULT mdm_query(const struct mdm_way *way, void *object, REFIID iid, void *ret_interface)
{
    const IID *const extended[] = {&IID_IMDSPDevice3, &IID_IMDSPStorage4, &IID_IMDSPObject2};
    void **ret = ret_interface;
    HRESULT hr;

    *ret = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(extended) && !way->extended; i++) {
        if (IsEqualIID(iid, extended[i]))
            return WMDM_E_NOTSUPPORTED;
    }
    hr = IUnknown_QueryInterface((IUnknown *)object, iid, ret);
    if (hr == E_NOINTERFACE || (SUCCEEDED(hr) && !*ret))
        return WMDM_E_NOTSUPPORTED;
    return hr;
}

bool mdm_answers(void *object, REFIID iid)
{
    IUnknown *found = NULL;
    HRESULT hr = IUnknown_QueryInterface((IUnknown *)object, iid, (void **)&found);

    LET_GO(found);
    return SUCCEEDED(hr);
}
