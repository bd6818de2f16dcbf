/* The methods of a provider's objects, called as the other end asks. Out parameters are there, as
 * they are for any caller, and what comes in them goes again: WMI calls what has a sink. */
#include <stdlib.h>

#include "conformance/host/wbem/wbem_value.h"
#include "conformance/wmihost/wmihost.h"
#include "spcore/base.h"

struct arguments {
    BSTR texts[HOSTING_TEXTS];
    LONG flags;
    IWbemContext *context;
    IWbemClassObject *object;
    IWbemObjectSink *sink;
    IUnknown *outs[2];
};

/* ---- in and out of messages */
static HRESULT unpack(struct wmihost *host, const struct hosting_message *call,
                      struct arguments *ret)
{
    HRESULT hr = hosting_face(call, 0, &ret->object);

    ret->flags = call->flags;
    for (size_t i = 0; SUCCEEDED(hr) && i < HOSTING_TEXTS; i++)
        hr = wbem_bstr(call->texts[i], &ret->texts[i]);
    if (SUCCEEDED(hr))
        hr = hosting_context(call, &ret->context);
    if (SUCCEEDED(hr) && call->sink && call->op == HOSTING_METHOD)
        ret->sink = wmihost_sink(host, call->sink);
    return SUCCEEDED(hr) && call->op == HOSTING_METHOD && call->sink && !ret->sink
               ? WBEM_E_OUT_OF_MEMORY
               : hr;
}

static void put_away(struct wmihost *host, struct arguments *it)
{
    for (size_t i = 0; i < HOSTING_TEXTS; i++)
        SysFreeString(it->texts[i]);
    for (size_t i = 0; i < ARRAY_SIZE(it->outs); i++) {
        if (it->outs[i])
            (void)IUnknown_Release(it->outs[i]);
    }
    if (it->object)
        (void)IWbemClassObject_Release(it->object);
    if (it->sink)
        (void)IWbemObjectSink_Release(it->sink);
    wmihost_give(host, (IUnknown *)it->context, true);
}

/* ---- IWbemServices */
#define METHOD(name, ...)                                                                          \
    static HRESULT call_##name(IWbemServices *services, struct arguments *in)                      \
    {                                                                                              \
        return services->lpVtbl->name(services, __VA_ARGS__);                                      \
    }
#define TEXT0 in->texts[0]
#define CALL in->flags, in->context
#define RETURNED(number, type) (type **)(void *)&in->outs[number]
#define RESULT(number) RETURNED(number, IWbemCallResult)
METHOD(OpenNamespace, TEXT0, CALL, RETURNED(0, IWbemServices), RESULT(1))
METHOD(CancelAsyncCall, in->sink)
METHOD(QueryObjectSink, in->flags, RETURNED(0, IWbemObjectSink))
METHOD(GetObject, TEXT0, CALL, RETURNED(0, IWbemClassObject), RESULT(1))
METHOD(GetObjectAsync, TEXT0, CALL, in->sink)
METHOD(PutClass, in->object, CALL, RESULT(0))
METHOD(PutClassAsync, in->object, CALL, in->sink)
METHOD(DeleteClass, TEXT0, CALL, RESULT(0))
METHOD(DeleteClassAsync, TEXT0, CALL, in->sink)
METHOD(CreateClassEnum, TEXT0, CALL, RETURNED(0, IEnumWbemClassObject))
METHOD(CreateClassEnumAsync, TEXT0, CALL, in->sink)
METHOD(PutInstance, in->object, CALL, RESULT(0))
METHOD(PutInstanceAsync, in->object, CALL, in->sink)
METHOD(DeleteInstance, TEXT0, CALL, RESULT(0))
METHOD(DeleteInstanceAsync, TEXT0, CALL, in->sink)
METHOD(CreateInstanceEnum, TEXT0, CALL, RETURNED(0, IEnumWbemClassObject))
METHOD(CreateInstanceEnumAsync, TEXT0, CALL, in->sink)
METHOD(ExecQuery, TEXT0, in->texts[1], CALL, RETURNED(0, IEnumWbemClassObject))
METHOD(ExecQueryAsync, TEXT0, in->texts[1], CALL, in->sink)
METHOD(ExecNotificationQuery, TEXT0, in->texts[1], CALL, RETURNED(0, IEnumWbemClassObject))
METHOD(ExecNotificationQueryAsync, TEXT0, in->texts[1], CALL, in->sink)
METHOD(ExecMethod, TEXT0, in->texts[1], CALL, in->object, RETURNED(0, IWbemClassObject), RESULT(1))
METHOD(ExecMethodAsync, TEXT0, in->texts[1], CALL, in->object, in->sink)

#define SLOT(name) [HOSTING_SLOT(name)] = call_##name
static HRESULT (*const methods[])(IWbemServices *services, struct arguments *in) = {
    SLOT(OpenNamespace),
    SLOT(CancelAsyncCall),
    SLOT(QueryObjectSink),
    SLOT(GetObject),
    SLOT(GetObjectAsync),
    SLOT(PutClass),
    SLOT(PutClassAsync),
    SLOT(DeleteClass),
    SLOT(DeleteClassAsync),
    SLOT(CreateClassEnum),
    SLOT(CreateClassEnumAsync),
    SLOT(PutInstance),
    SLOT(PutInstanceAsync),
    SLOT(DeleteInstance),
    SLOT(DeleteInstanceAsync),
    SLOT(CreateInstanceEnum),
    SLOT(CreateInstanceEnumAsync),
    SLOT(ExecQuery),
    SLOT(ExecQueryAsync),
    SLOT(ExecNotificationQuery),
    SLOT(ExecNotificationQueryAsync),
    SLOT(ExecMethod),
    SLOT(ExecMethodAsync),
};

void wmihost_method(struct wmihost *host, struct hosting_message *call,
                    struct hosting_message *answer)
{
    IWbemServices *services = wmihost_object(host, &IID_IWbemServices, call->handle);
    const size_t slot = call->number < 0 ? SIZE_MAX : (size_t)call->number;
    struct arguments in = {.flags = 0};

    if (!services)
        answer->hr = E_HANDLE;
    else if (slot >= ARRAY_SIZE(methods) || !methods[slot])
        answer->hr = WBEM_E_INVALID_PARAMETER;
    else
        answer->hr = unpack(host, call, &in);
    if (SUCCEEDED(answer->hr))
        answer->hr = methods[slot](services, &in);
    put_away(host, &in);
}

/* ---- IWbemProviderInit */
void wmihost_initialize(struct wmihost *host, struct hosting_message *call,
                        struct hosting_message *answer)
{
    IWbemProviderInit *init = wmihost_object(host, &IID_IWbemProviderInit, call->handle);
    IWbemProviderInitSink *sink = NULL;
    IWbemServices *namespace = NULL;
    struct arguments in = {.flags = 0};
    HRESULT hr = init ? unpack(host, call, &in) : E_HANDLE;

    if (SUCCEEDED(hr))
        hr = wbem_services_new(&wmihost_wmi, host, call->texts[1] ? call->texts[1] : "",
                               call->texts[0], &namespace);
    if (SUCCEEDED(hr) && call->sink && !(sink = wmihost_init_sink(host, call->sink)))
        hr = WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr))
        hr = IWbemProviderInit_Initialize(init, in.texts[0], in.flags, in.texts[1], in.texts[2],
                                          namespace, in.context, sink);
    if (sink)
        (void)IWbemProviderInitSink_Release(sink);
    wmihost_give(host, (IUnknown *)namespace, false);
    put_away(host, &in);
    answer->hr = hr;
}
