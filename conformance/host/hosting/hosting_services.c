/* IWbemServices of a provider in another process. WMI calls the asynchronous methods; of the others
 * the status comes back, and what they may have made stays behind. */
#include "conformance/host/hosting/hosting_private.h"
#include "spcore/base.h"

struct arguments {
    const WCHAR *texts[HOSTING_TEXTS];
    LONG flags;
    IWbemContext *context;
    IWbemClassObject *object;
    IWbemObjectSink *sink;
};

static HRESULT pack(struct hosting *hosting, const struct arguments *in,
                    struct hosting_message *call)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < HOSTING_TEXTS; i++)
        hr = hosting_put_wide(call, i, in->texts[i]);
    if (SUCCEEDED(hr))
        hr = hosting_put_context(call, in->context);
    if (SUCCEEDED(hr))
        hr = hosting_put_face(call, in->object);
    if (SUCCEEDED(hr))
        hr = hosting_pass(hosting, (IUnknown *)in->sink, false, &call->sink);
    return hr;
}

static HRESULT invoke(IWbemServices *This, size_t slot, const struct arguments *in)
{
    struct hosting_proxy *it = container_of(This, struct hosting_proxy, services);
    struct hosting_message call = {
        .op = HOSTING_METHOD, .handle = it->handle, .number = (int64_t)slot, .flags = in->flags};

    return hosting_invoke(it->hosting, pack(it->hosting, in, &call), &call);
}

/* Each fills in the arguments that it has; what it would give out is nothing. */
#define METHOD(name, parameters, outs, ...)                                                        \
    static HRESULT STDMETHODCALLTYPE name parameters                                               \
    {                                                                                              \
        const struct arguments in = {__VA_ARGS__};                                                 \
                                                                                                   \
        outs;                                                                                      \
        return invoke(This, HOSTING_SLOT(name), &in);                                              \
    }
#define THIS IWbemServices *This
#define CALL LONG flags, IWbemContext *context
#define SINK IWbemObjectSink *sink
#define RESULT IWbemCallResult **ret_result
#define NAMED .flags = flags, .context = context
#define NO(out) no((void **)(out))

static void no(void **ret)
{
    if (ret)
        *ret = NULL;
}

METHOD(OpenNamespace, (THIS, const BSTR name, CALL, IWbemServices **ret, RESULT),
       (NO(ret), NO(ret_result)), .texts = {name}, NAMED)
METHOD(CancelAsyncCall, (THIS, SINK), (void)0, .sink = sink)
METHOD(QueryObjectSink, (THIS, LONG flags, IWbemObjectSink **ret), NO(ret), .flags = flags)
METHOD(GetObject, (THIS, const BSTR path, CALL, IWbemClassObject **ret, RESULT),
       (NO(ret), NO(ret_result)), .texts = {path}, NAMED)
METHOD(GetObjectAsync, (THIS, const BSTR path, CALL, SINK), (void)0, .texts = {path}, NAMED,
       .sink = sink)
METHOD(PutClass, (THIS, IWbemClassObject *object, CALL, RESULT), NO(ret_result), .object = object,
       NAMED)
METHOD(PutClassAsync, (THIS, IWbemClassObject *object, CALL, SINK), (void)0, .object = object,
       NAMED, .sink = sink)
METHOD(DeleteClass, (THIS, const BSTR name, CALL, RESULT), NO(ret_result), .texts = {name}, NAMED)
METHOD(DeleteClassAsync, (THIS, const BSTR name, CALL, SINK), (void)0, .texts = {name}, NAMED,
       .sink = sink)
METHOD(CreateClassEnum, (THIS, const BSTR name, CALL, IEnumWbemClassObject **ret), NO(ret),
       .texts = {name}, NAMED)
METHOD(CreateClassEnumAsync, (THIS, const BSTR name, CALL, SINK), (void)0, .texts = {name}, NAMED,
       .sink = sink)
METHOD(PutInstance, (THIS, IWbemClassObject *object, CALL, RESULT), NO(ret_result),
       .object = object, NAMED)
METHOD(PutInstanceAsync, (THIS, IWbemClassObject *object, CALL, SINK), (void)0, .object = object,
       NAMED, .sink = sink)
METHOD(DeleteInstance, (THIS, const BSTR path, CALL, RESULT), NO(ret_result), .texts = {path},
       NAMED)
METHOD(DeleteInstanceAsync, (THIS, const BSTR path, CALL, SINK), (void)0, .texts = {path}, NAMED,
       .sink = sink)
METHOD(CreateInstanceEnum, (THIS, const BSTR name, CALL, IEnumWbemClassObject **ret), NO(ret),
       .texts = {name}, NAMED)
METHOD(CreateInstanceEnumAsync, (THIS, const BSTR name, CALL, SINK), (void)0, .texts = {name},
       NAMED, .sink = sink)
METHOD(ExecQuery, (THIS, const BSTR language, const BSTR query, CALL, IEnumWbemClassObject **ret),
       NO(ret), .texts = {language, query}, NAMED)
METHOD(ExecQueryAsync, (THIS, const BSTR language, const BSTR query, CALL, SINK), (void)0,
       .texts = {language, query}, NAMED, .sink = sink)
METHOD(ExecNotificationQuery,
       (THIS, const BSTR language, const BSTR query, CALL, IEnumWbemClassObject **ret), NO(ret),
       .texts = {language, query}, NAMED)
METHOD(ExecNotificationQueryAsync, (THIS, const BSTR language, const BSTR query, CALL, SINK),
       (void)0, .texts = {language, query}, NAMED, .sink = sink)
METHOD(ExecMethod,
       (THIS, const BSTR path, const BSTR method, CALL, IWbemClassObject *parameters,
        IWbemClassObject **ret, RESULT),
       (NO(ret), NO(ret_result)), .texts = {path, method}, NAMED, .object = parameters)
METHOD(ExecMethodAsync,
       (THIS, const BSTR path, const BSTR method, CALL, IWbemClassObject *parameters, SINK),
       (void)0, .texts = {path, method}, NAMED, .object = parameters, .sink = sink)

HOSTING_PROXY(services, IWbemServices)

#define SLOT(name) .name = name
const IWbemServicesVtbl hosting_services_vtbl = {
    HOSTING_UNKNOWN_SLOTS(services),
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
