/* One call of one provider, from its loading to the end that its sink is told. */
#include "conformance/host/router/router_private.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"

static HRESULT put(IWbemServices *services, const struct router_question *question,
                   IWbemContext *context, IWbemObjectSink *sink)
{
    IWbemClassObject *face = NULL;
    HRESULT hr = wbem_object_new(question->class, &face);

    if (SUCCEEDED(hr)) {
        hr = IWbemServices_PutClassAsync(services, face, question->flags, context, sink);
        IWbemClassObject_Release(face);
    }
    return hr;
}

static HRESULT begin(IWbemServices *services, const struct router_question *question,
                     IWbemContext *context, IWbemObjectSink *sink)
{
    BSTR text = NULL;
    HRESULT hr = wbem_bstr(question->text, &text);

    if (FAILED(hr))
        return hr;
    if (question->method == ROUTER_GET)
        hr = IWbemServices_GetObjectAsync(services, text, question->flags, context, sink);
    else if (question->method == ROUTER_CLASSES)
        hr = IWbemServices_CreateClassEnumAsync(services, text, question->flags, context, sink);
    else if (question->method == ROUTER_DELETE)
        hr = IWbemServices_DeleteClassAsync(services, text, question->flags, context, sink);
    else
        hr = put(services, question, context, sink);
    SysFreeString(text);
    return hr;
}

struct router_before router_as(const struct provider_registration *who, bool initializes)
{
    const struct router_before before = {principal_acts(), principal_now()};

    if (who) {
        const struct principal caller = provider_caller(who, &before.client, initializes);

        principal_act(&caller);
    } else {
        principal_act(NULL);
    }
    return before;
}

void router_was(const struct router_before *before)
{
    principal_act(before->acts ? &before->client : NULL);
}

/* A failure that says nothing is one of the provider's, for whoever asked WMI. */
static HRESULT told(HRESULT hr)
{
    return hr == WBEM_E_FAILED || hr == RPC_E_DISCONNECTED ? WBEM_E_PROVIDER_FAILURE : hr;
}

HRESULT router_ask(struct router *router, const struct provider_registration *who,
                   const struct wbem_call *call, const struct router_question *question,
                   cim_each *each, void *each_self)
{
    struct router_sink *sink = router_sink_new();
    struct router_loaded *it = NULL;
    HRESULT hr = sink ? router_use(router, who, &it) : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr)) {
        struct router_before before = router_as(who, false);

        hr = begin(it->services, question, call->context, router_sink_objects(sink));
        router_was(&before);
        if (SUCCEEDED(hr))
            hr = router_sink_await(sink, it, call, each, each_self);
        if (hr == WBEM_E_CALL_CANCELLED) {
            before = router_as(who, false);
            (void)IWbemServices_CancelAsyncCall(it->services, router_sink_objects(sink));
            router_was(&before);
        }
        router_unuse(it, hr == RPC_E_DISCONNECTED);
    }
    if (sink)
        router_sink_release(sink);
    return told(hr);
}
