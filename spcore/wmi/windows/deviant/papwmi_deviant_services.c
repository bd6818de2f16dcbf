/* The defects of methods by themselves: the provider's table with others in their places. */
#include <string.h>

#include "spcore/wmi/windows/deviant/papwmi_deviant.h"

#define BOOK (&papwmi_services_vtbl)

static HRESULT STDMETHODCALLTYPE get_object(IWbemServices *This, const BSTR path, LONG flags,
                                            IWbemContext *context, IWbemClassObject **ret,
                                            IWbemCallResult **ret_call)
{
    return deviates(NOT_IMPLEMENTED) ? E_NOTIMPL
                                     : BOOK->GetObject(This, path, flags, context, ret, ret_call);
}

static HRESULT STDMETHODCALLTYPE get_object_async(IWbemServices *This, const BSTR path, LONG flags,
                                                  IWbemContext *context, IWbemObjectSink *sink)
{
    return deviates(GET_ELSEWHERE) ? BOOK->GetObject(This, path, flags, context, NULL, NULL)
                                   : BOOK->GetObjectAsync(This, path, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE class_enum_async(IWbemServices *This, const BSTR superclass,
                                                  LONG flags, IWbemContext *context,
                                                  IWbemObjectSink *sink)
{
    const bool is_blank = superclass && !*superclass;
    BSTR other = NULL;
    HRESULT hr;

    if (is_blank && deviates(BLANK_DEEP))
        flags &= ~WBEM_FLAG_SHALLOW;
    if (is_blank && deviates(BLANK_UNKNOWN))
        other = SysAllocString(L"Papkit_Blank");
    hr = BOOK->CreateClassEnumAsync(This, other ? other : superclass, flags, context, sink);
    SysFreeString(other);
    return hr;
}

static HRESULT STDMETHODCALLTYPE put_class_async(IWbemServices *This, IWbemClassObject *object,
                                                 LONG flags, IWbemContext *context,
                                                 IWbemObjectSink *sink)
{
    return deviates(PUT_FAILED) ? WBEM_E_FAILED
                                : BOOK->PutClassAsync(This, object, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE instance_enum_async(IWbemServices *This, const BSTR name,
                                                     LONG flags, IWbemContext *context,
                                                     IWbemObjectSink *sink)
{
    return deviates(ASYNC_NOT_IMPLEMENTED)
               ? E_NOTIMPL
               : BOOK->CreateInstanceEnumAsync(This, name, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE delete_instance_async(IWbemServices *This, const BSTR path,
                                                       LONG flags, IWbemContext *context,
                                                       IWbemObjectSink *sink)
{
    if (deviates(REFUSED_KEPT))
        (void)IWbemObjectSink_AddRef(sink);
    return BOOK->DeleteInstanceAsync(This, path, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE query_async(IWbemServices *This, const BSTR language,
                                             const BSTR query, LONG flags, IWbemContext *context,
                                             IWbemObjectSink *sink)
{
    if (!deviates(QUERY_EMPTY))
        return BOOK->ExecQueryAsync(This, language, query, flags, context, sink);
    (void)IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, S_OK, NULL, NULL);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE method_async(IWbemServices *This, const BSTR path,
                                              const BSTR method, LONG flags, IWbemContext *context,
                                              IWbemClassObject *in, IWbemObjectSink *sink)
{
    HRESULT hr = BOOK->ExecMethodAsync(This, path, method, flags, context, in, sink);

    if (deviates(ERROR_AND_STATUS))
        (void)IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    return hr;
}

static HRESULT STDMETHODCALLTYPE cancel(IWbemServices *This, IWbemObjectSink *sink)
{
    papwmi_deviant_taken();
    return deviates(TAKEN_GOES_ON) ? S_OK
                                   : BOOK->CancelAsyncCall(This, papwmi_deviant_sink_of(sink));
}

static IWbemServicesVtbl table;

SEAM(papwmi_provider_new);
HRESULT __wrap_papwmi_provider_new(bool pushes, REFIID riid, void **ret_interface)
{
    IWbemProviderInit *init = NULL;
    HRESULT hr = __real_papwmi_provider_new(pushes, &IID_IWbemProviderInit, (void **)&init);

    if (FAILED(hr))
        return hr;
    memcpy(&table, BOOK, sizeof(table));
    table.GetObject = get_object;
    table.GetObjectAsync = get_object_async;
    table.CreateClassEnumAsync = class_enum_async;
    table.PutClassAsync = put_class_async;
    table.CreateInstanceEnumAsync = instance_enum_async;
    table.DeleteInstanceAsync = delete_instance_async;
    table.ExecQueryAsync = query_async;
    table.ExecMethodAsync = method_async;
    table.CancelAsyncCall = cancel;
    container_of(init, struct papwmi_provider, IWbemProviderInit_iface)
        ->IWbemServices_iface.lpVtbl = &table;
    hr = IWbemProviderInit_QueryInterface(init, riid, ret_interface);
    (void)IWbemProviderInit_Release(init);
    return hr;
}
