/* Classes as objects of WMI's: each is spawned from the one it is below, so that what it inherits
 * is WMI's affair. */
#include <stdlib.h>

#include "mtp_codes.h"
#include "spcore/wmi/windows/papwmi.h"

static const LONG everywhere =
    WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE | WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS;

/* MTP 1.1, 3.2.1; integers of 128 bits are texts, as are types that we do not know. */
static CIMTYPE type_of(uint16_t type)
{
    static const CIMTYPE types[] = {
        [MTP_DTC_INT8] = CIM_SINT8,    [MTP_DTC_UINT8] = CIM_UINT8,   [MTP_DTC_INT16] = CIM_SINT16,
        [MTP_DTC_UINT16] = CIM_UINT16, [MTP_DTC_INT32] = CIM_SINT32,  [MTP_DTC_UINT32] = CIM_UINT32,
        [MTP_DTC_INT64] = CIM_SINT64,  [MTP_DTC_UINT64] = CIM_UINT64,
    };
    const uint16_t one = type & (uint16_t)~MTP_DTC_ARRAY;

    if (type == MTP_DTC_STRING || one >= ARRAYSIZE(types) || !types[one])
        return CIM_STRING;
    return types[one] | (type & MTP_DTC_ARRAY ? CIM_FLAG_ARRAY : 0);
}

/* ---- qualifiers; the variant is cleared */
static HRESULT qualify(IWbemQualifierSet *set, const WCHAR *name, VARIANT *value, LONG flavor)
{
    HRESULT hr = IWbemQualifierSet_Put(set, name, value, flavor);

    (void)VariantClear(value);
    return hr;
}

static HRESULT qualify_true(IWbemQualifierSet *set, const WCHAR *name, LONG flavor)
{
    VARIANT value = {.vt = VT_BOOL, .boolVal = VARIANT_TRUE};

    return qualify(set, name, &value, flavor);
}

static HRESULT qualify_text(IWbemQualifierSet *set, const WCHAR *name, const char *text,
                            LONG flavor)
{
    VARIANT value = {.vt = VT_BSTR, .bstrVal = papwmi_bstr(text)};

    return value.bstrVal ? qualify(set, name, &value, flavor) : WBEM_E_OUT_OF_MEMORY;
}

/* ---- properties */
static HRESULT qualify_property(IWbemClassObject *object, const WCHAR *name,
                                const struct wmi_property *property)
{
    IWbemQualifierSet *set;
    HRESULT hr = IWbemClassObject_GetPropertyQualifierSet(object, name, &set);

    if (FAILED(hr))
        return hr;
    if (property->of) {
        char text[WMI_NAME_MAX + 8] = "ref:";

        strcat(text, property->of);
        hr = qualify_text(set, L"CIMTYPE", text, everywhere);
    }
    if (SUCCEEDED(hr) && property->is_key)
        hr = qualify_true(set, L"key", everywhere | WBEM_FLAVOR_NOT_OVERRIDABLE);
    (void)IWbemQualifierSet_Release(set);
    return hr;
}

static HRESULT put_property(IWbemClassObject *object, const struct wmi_property *property)
{
    const CIMTYPE type = property->of ? CIM_REFERENCE : type_of(property->type);
    VARIANT value = {.vt = VT_I4, .lVal = (LONG)property->value};
    BSTR name = papwmi_bstr(property->name);
    HRESULT hr = name ? S_OK : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr))
        hr = IWbemClassObject_Put(object, name, 0, property->has_value ? &value : NULL,
                                  property->has_value ? 0 : type);
    if (SUCCEEDED(hr) && (property->of || property->is_key))
        hr = qualify_property(object, name, property);
    SysFreeString(name);
    return hr;
}

/* ---- classes */
static HRESULT put_name(IWbemClassObject *object, const char *name)
{
    VARIANT value = {.vt = VT_BSTR, .bstrVal = papwmi_bstr(name)};
    HRESULT hr = WBEM_E_OUT_OF_MEMORY;

    if (value.bstrVal)
        hr = IWbemClassObject_Put(object, L"__CLASS", 0, &value, CIM_STRING);
    (void)VariantClear(&value);
    return hr;
}

static HRESULT qualify_class(IWbemClassObject *object, const struct wmi_class *class)
{
    IWbemQualifierSet *set;
    HRESULT hr = IWbemClassObject_GetQualifierSet(object, &set);

    if (FAILED(hr))
        return hr;
    hr = qualify_text(set, L"Description", class->description, 0);
    if (SUCCEEDED(hr) && class->is_abstract)
        hr = qualify_true(set, L"abstract", 0);
    (void)IWbemQualifierSet_Release(set);
    return hr;
}

static HRESULT fill(IWbemClassObject *object, const struct wmi_class *class)
{
    HRESULT hr = put_name(object, class->name);

    if (SUCCEEDED(hr))
        hr = qualify_class(object, class);
    for (size_t i = 0; SUCCEEDED(hr) && i < class->property_count; i++)
        hr = put_property(object, &class->properties[i]);
    return hr;
}

/* The thread is WMI's behind each call, so that it becomes the caller's before each; and is
 * nobody's when an error keeps it from coming back. */
static HRESULT get_nothing(IWbemServices *namespace, IWbemContext *context, HANDLE caller,
                           IWbemClassObject **ret_object)
{
    HRESULT hr = WBEM_E_ACCESS_DENIED;

    if (!caller || SetThreadToken(NULL, caller))
        hr = IWbemServices_GetObject(namespace, NULL, 0, context, ret_object, NULL);
    if (caller)
        (void)RevertToSelf();
    return hr;
}

HRESULT papwmi_class_make(IWbemServices *namespace, IWbemContext *context, HANDLE caller,
                          const struct wmi_class *class, IWbemClassObject **ret_object)
{
    IWbemClassObject *object = NULL, *parent = NULL;
    HRESULT hr;

    if (class->parent) {
        hr = papwmi_class_make(namespace, context, caller, class->parent, &parent);
        if (SUCCEEDED(hr))
            hr = IWbemClassObject_SpawnDerivedClass(parent, 0, &object);
        if (parent)
            (void)IWbemClassObject_Release(parent);
    } else {
        hr = get_nothing(namespace, context, caller, &object);
    }
    if (SUCCEEDED(hr))
        hr = fill(object, class);
    if (SUCCEEDED(hr))
        *ret_object = object;
    else if (object)
        (void)IWbemClassObject_Release(object);
    return hr;
}
