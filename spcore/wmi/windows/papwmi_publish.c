/* What a push provider does, once: the repository has the classes of the players that are there,
 * and none of those that were there the last time and are no longer. */
#include <stdlib.h>

#include "spcore/wmi/windows/papwmi.h"

static HRESULT put(IWbemServices *namespace, IWbemContext *context, const struct wmi_class *class)
{
    IWbemClassObject *object = NULL;
    HRESULT hr = papwmi_class_make(namespace, context, NULL, class, &object);

    if (FAILED(hr))
        return hr;
    hr = IWbemServices_PutClass(namespace, object, WBEM_FLAG_OWNER_UPDATE, context, NULL);
    (void)IWbemClassObject_Release(object);
    return hr;
}

static HRESULT delete_class(IWbemServices *namespace, IWbemContext *context, const BSTR name)
{
    HRESULT hr = IWbemServices_DeleteClass(namespace, name, WBEM_FLAG_OWNER_UPDATE, context, NULL);

    return hr == WBEM_E_NOT_FOUND ? S_OK : hr; /* it went with what it was below */
}

/* Deletes the class of the object unless the view has it. */
static HRESULT keep(IWbemServices *namespace, IWbemContext *context, const struct papwmi_view *view,
                    IWbemClassObject *object)
{
    VARIANT name = {.vt = VT_EMPTY};
    HRESULT hr = IWbemClassObject_Get(object, L"__CLASS", 0, &name, NULL, NULL);
    char *text = SUCCEEDED(hr) ? papwmi_narrow(name.bstrVal) : NULL;

    if (SUCCEEDED(hr) && !text)
        hr = WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr) && !wmi_schema_find(view->schema, text))
        hr = delete_class(namespace, context, name.bstrVal);
    free(text);
    (void)VariantClear(&name);
    return hr;
}

/* What is below a root of ours, and the root. */
static HRESULT clear(IWbemServices *namespace, IWbemContext *context,
                     const struct papwmi_view *view, const char *root)
{
    IEnumWbemClassObject *all = NULL;
    IWbemClassObject *object = NULL;
    BSTR name = papwmi_bstr(root);
    ULONG count = 0;
    HRESULT hr = WBEM_E_OUT_OF_MEMORY;

    if (name)
        hr = IWbemServices_CreateClassEnum(
            namespace, name, WBEM_FLAG_DEEP | WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY,
            context, &all);
    while (SUCCEEDED(hr) &&
           (hr = IEnumWbemClassObject_Next(all, WBEM_INFINITE, 1, &object, &count)) == S_OK) {
        hr = keep(namespace, context, view, object);
        (void)IWbemClassObject_Release(object);
    }
    if (all)
        (void)IEnumWbemClassObject_Release(all);
    if (hr == WBEM_E_INVALID_CLASS || hr == WBEM_E_NOT_FOUND)
        hr = S_OK; /* it was never there */
    if (SUCCEEDED(hr) && !wmi_schema_find(view->schema, root))
        hr = delete_class(namespace, context, name);
    SysFreeString(name);
    return SUCCEEDED(hr) ? S_OK : hr;
}

HRESULT papwmi_publish(IWbemServices *namespace, IWbemContext *context,
                       const struct papwmi_view *view)
{
    static const char *const roots[] = {"PAP_Player", "PAP_Format", "PAP_Storage"};
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < ARRAYSIZE(roots); i++)
        hr = clear(namespace, context, view, roots[i]);
    for (size_t i = 0; SUCCEEDED(hr) && i < view->schema->count; i++)
        hr = put(namespace, context, view->schema->at[i]);
    return hr;
}
