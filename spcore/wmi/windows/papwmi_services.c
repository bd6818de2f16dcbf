/* IWbemServices of a class provider that only reads: two methods answer, a third takes one of them
 * back, and all others are no business of its. */
#include "spcore/wmi/windows/papwmi.h"

COM_INTERFACE(papwmi_provider, IWbemServices)

/* ---- what it has */
static HRESULT STDMETHODCALLTYPE get_object_async(IWbemServices *This, const BSTR path, LONG flags,
                                                  IWbemContext *context, IWbemObjectSink *sink)
{
    if (!path || !sink)
        return WBEM_E_INVALID_PARAMETER;
    return papwmi_begin_call(papwmi_provider_from_IWbemServices(This), PAPWMI_GET, path, flags,
                             context, sink);
}

static HRESULT STDMETHODCALLTYPE create_class_enum_async(IWbemServices *This, const BSTR superclass,
                                                         LONG flags, IWbemContext *context,
                                                         IWbemObjectSink *sink)
{
    if (!sink)
        return WBEM_E_INVALID_PARAMETER;
    return papwmi_begin_call(papwmi_provider_from_IWbemServices(This), PAPWMI_ENUM,
                             superclass ? superclass : L"", flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE cancel_async_call(IWbemServices *This, IWbemObjectSink *sink)
{
    return sink ? papwmi_cancel(papwmi_provider_from_IWbemServices(This), sink)
                : WBEM_E_INVALID_PARAMETER;
}

/* ---- what it has not */
#define REFUSES(name, ...)                                                                         \
    static HRESULT STDMETHODCALLTYPE name(IWbemServices *This, __VA_ARGS__)                        \
    {                                                                                              \
        return WBEM_E_PROVIDER_NOT_CAPABLE;                                                        \
    }
#define CALL LONG flags, IWbemContext *context
#pragma GCC diagnostic ignored "-Wunused-parameter"

REFUSES(open_namespace, const BSTR name, CALL, IWbemServices **ret, IWbemCallResult **ret_call)
REFUSES(query_object_sink, LONG flags, IWbemObjectSink **ret)
REFUSES(get_object, const BSTR path, CALL, IWbemClassObject **ret, IWbemCallResult **ret_call)
REFUSES(put_class, IWbemClassObject *object, CALL, IWbemCallResult **ret_call)
REFUSES(put_async, IWbemClassObject *object, CALL, IWbemObjectSink *sink)
REFUSES(delete_class, const BSTR name, CALL, IWbemCallResult **ret_call)
REFUSES(named_async, const BSTR name, CALL, IWbemObjectSink *sink)
REFUSES(create_enum, const BSTR name, CALL, IEnumWbemClassObject **ret)
REFUSES(exec_query, const BSTR language, const BSTR query, CALL, IEnumWbemClassObject **ret)
REFUSES(exec_query_async, const BSTR language, const BSTR query, CALL, IWbemObjectSink *sink)
REFUSES(exec_method, const BSTR path, const BSTR method, CALL, IWbemClassObject *in,
        IWbemClassObject **ret_out, IWbemCallResult **ret_call)
REFUSES(exec_method_async, const BSTR path, const BSTR method, CALL, IWbemClassObject *in,
        IWbemObjectSink *sink)

const IWbemServicesVtbl papwmi_services_vtbl = {
    COM_UNKNOWN_SLOTS(papwmi_provider, IWbemServices),
    .OpenNamespace = open_namespace,
    .CancelAsyncCall = cancel_async_call,
    .QueryObjectSink = query_object_sink,
    .GetObject = get_object,
    .GetObjectAsync = get_object_async,
    .PutClass = put_class,
    .PutClassAsync = put_async,
    .DeleteClass = delete_class,
    .DeleteClassAsync = named_async,
    .CreateClassEnum = create_enum,
    .CreateClassEnumAsync = create_class_enum_async,
    .PutInstance = put_class,
    .PutInstanceAsync = put_async,
    .DeleteInstance = delete_class,
    .DeleteInstanceAsync = named_async,
    .CreateInstanceEnum = create_enum,
    .CreateInstanceEnumAsync = named_async,
    .ExecQuery = exec_query,
    .ExecQueryAsync = exec_query_async,
    .ExecNotificationQuery = exec_query,
    .ExecNotificationQueryAsync = exec_query_async,
    .ExecMethod = exec_method,
    .ExecMethodAsync = exec_method_async,
};
