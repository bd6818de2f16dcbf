/* A provider's way up – its object, Initialize, and IWbemServices once that has said that it is
 * ready – and down. */
#include "conformance/host/router/router_private.h"
#include "conformance/host/wbem/wbem_value.h"

/* An error that is returned is the end, too: nobody speaks to the sink then. */
static HRESULT initialize(struct router_loaded *it, const struct provider_registration *who,
                          IWbemProviderInit *init)
{
    const struct router_options *options = &it->router->options;
    struct router_sink *sink = router_sink_new();
    IWbemServices *services = NULL;
    BSTR namespace = NULL;
    HRESULT hr = sink ? wbem_bstr(it->namespace, &namespace) : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr) && options->backend)
        hr = wbem_services_new(options->backend, options->backend_self, it->namespace, NULL,
                               &services);
    if (SUCCEEDED(hr)) {
        const struct router_before before = router_as(who, true);

        hr = IWbemProviderInit_Initialize(init, NULL, 0, namespace, NULL, services, NULL,
                                          router_sink_init(sink));
        router_was(&before);
    }
    if (SUCCEEDED(hr))
        hr = router_sink_await(sink, it, NULL, NULL, NULL);
    if (services)
        IWbemServices_Release(services);
    if (sink)
        router_sink_release(sink);
    SysFreeString(namespace);
    return SUCCEEDED(hr) || hr == WBEM_E_PROVIDER_TIMED_OUT ? hr : WBEM_E_INITIALIZATION_FAILURE;
}

HRESULT router_load(struct router_loaded *it, const struct provider_registration *who)
{
    const struct router_options *options = &it->router->options;
    IWbemProviderInit *init = NULL;
    struct router_before before = router_as(NULL, false);
    HRESULT hr = options->activator->activate(options->activator_self, who, &init, &it->place);

    router_was(&before);
    if (FAILED(hr) || !init)
        return WBEM_E_PROVIDER_LOAD_FAILURE;
    hr = initialize(it, who, init);
    before = router_as(NULL, false);
    if (SUCCEEDED(hr)) {
        hr = IWbemProviderInit_QueryInterface(init, &IID_IWbemServices, (void **)&it->services);
        if (FAILED(hr) || !it->services)
            hr = WBEM_E_PROVIDER_LOAD_FAILURE;
    }
    IWbemProviderInit_Release(init);
    if (FAILED(hr))
        options->activator->leave(options->activator_self, it->place, true);
    router_was(&before);
    return hr;
}

void router_unload(struct router_loaded *it)
{
    const struct router_options *options = &it->router->options;
    const struct router_before before = router_as(NULL, false);

    IWbemServices_Release(it->services);
    options->activator->leave(options->activator_self, it->place, it->pure);
    router_was(&before);
}

bool router_lives(const struct router_loaded *it)
{
    const struct router_options *options = &it->router->options;

    return !options->activator->lives ||
           options->activator->lives(options->activator_self, it->place);
}
