/* Each CIM type has its type of variant ("Numbers", "MOF Data Types"): those that variants of
 * automation have not – 64 bits, unsigned ones – travel as texts or in the next wider type. */
#include "conformance/host/wbem/wbem_value.h"

#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

static const struct pair {
    CIMTYPE type;
    VARTYPE vt;
} pairs[] = {{CIM_SINT8, VT_I2},      {CIM_UINT8, VT_UI1},      {CIM_SINT16, VT_I2},
             {CIM_UINT16, VT_I4},     {CIM_SINT32, VT_I4},      {CIM_UINT32, VT_I4},
             {CIM_SINT64, VT_BSTR},   {CIM_UINT64, VT_BSTR},    {CIM_REAL32, VT_R4},
             {CIM_REAL64, VT_R8},     {CIM_BOOLEAN, VT_BOOL},   {CIM_STRING, VT_BSTR},
             {CIM_DATETIME, VT_BSTR}, {CIM_REFERENCE, VT_BSTR}, {CIM_CHAR16, VT_I2},
             {CIM_OBJECT, VT_UNKNOWN}};

HRESULT wbem_bstr(const char *text, BSTR *ret)
{
    WCHAR *wide = text ? com_utf16_from_utf8(text) : NULL;

    *ret = wide ? SysAllocString(wide) : NULL;
    CoTaskMemFree(wide);
    return text && !*ret ? WBEM_E_OUT_OF_MEMORY : WBEM_S_NO_ERROR;
}

HRESULT wbem_utf8(const WCHAR *text, char **ret)
{
    *ret = text ? com_utf8_copy(text) : NULL;
    return *ret ? WBEM_S_NO_ERROR : text ? WBEM_E_OUT_OF_MEMORY : WBEM_E_INVALID_PARAMETER;
}

/* ---- to variants */
static HRESULT text_out(CIMTYPE type, const union cim_item *item, BSTR *ret)
{
    struct cim_value number = {.type = type, .one = *item}, text;
    HRESULT hr;

    if (type != CIM_SINT64 && type != CIM_UINT64)
        return wbem_bstr(item->s, ret);
    hr = cim_cast(&number, CIM_STRING, true, &text);
    if (FAILED(hr))
        return hr;
    hr = wbem_bstr(text.one.s, ret);
    cim_value_done(&text);
    return hr;
}

/* `to` is where a variant or an array has that type. */
static HRESULT item_out(const struct pair *pair, const union cim_item *item, void *to)
{
    switch (pair->vt) {
    case VT_UI1:
        *(BYTE *)to = (BYTE)item->u;
        break;
    case VT_I2:
        *(SHORT *)to = (SHORT)item->i;
        break;
    case VT_I4:
        *(LONG *)to = (LONG)item->i;
        break;
    case VT_R4:
        *(float *)to = (float)item->r;
        break;
    case VT_R8:
        *(double *)to = item->r;
        break;
    case VT_BOOL:
        *(VARIANT_BOOL *)to = item->b ? VARIANT_TRUE : VARIANT_FALSE;
        break;
    case VT_UNKNOWN:
        return wbem_object_new(item->object, (IWbemClassObject **)to);
    default:
        return text_out(pair->type, item, to);
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT array_out(const struct pair *pair, const struct cim_value *value, SAFEARRAY **ret)
{
    SAFEARRAY *array = SafeArrayCreateVector(pair->vt, 0, value->count);
    HRESULT hr = array ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    for (uint32_t i = 0; SUCCEEDED(hr) && i < value->count; i++)
        hr = item_out(pair, &value->many[i], (char *)array->pvData + i * array->cbElements);
    if (SUCCEEDED(hr))
        *ret = array;
    else
        SafeArrayDestroy(array);
    return hr;
}

static const struct pair *pair_of(CIMTYPE type)
{
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        if (pairs[i].type == (type & ~CIM_FLAG_ARRAY))
            return &pairs[i];
    }
    return NULL;
}

HRESULT wbem_to_variant(const struct cim_value *value, VARIANT *ret)
{
    const struct pair *pair = pair_of(value->type);
    VARTYPE array = value->type & CIM_FLAG_ARRAY ? VT_ARRAY : 0;
    HRESULT hr = WBEM_S_NO_ERROR;

    VariantInit(ret);
    if (value->is_null || !pair) {
        ret->vt = VT_NULL;
        return hr;
    }
    hr = array ? array_out(pair, value, &ret->parray) : item_out(pair, &value->one, &ret->llVal);
    ret->vt = SUCCEEDED(hr) ? (VARTYPE)(pair->vt | array) : VT_EMPTY;
    return hr;
}

HRESULT wbem_names(char *const *names, size_t count, SAFEARRAY **ret)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 0, (ULONG)count);
    HRESULT hr = array ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++)
        hr = wbem_bstr(names[i], (BSTR *)array->pvData + i);
    if (SUCCEEDED(hr))
        *ret = array;
    else
        SafeArrayDestroy(array);
    return hr;
}

/* ---- from variants */
static HRESULT STDMETHODCALLTYPE object_in(IUnknown *unknown, struct cim_object **ret)
{
    IWbemClassObject *object = NULL;

    if (!unknown ||
        FAILED(IUnknown_QueryInterface(unknown, &IID_IWbemClassObject, (void **)&object)))
        return WBEM_E_TYPE_MISMATCH;
    *ret = wbem_object_cim(object);
    IWbemClassObject_Release(object);
    return *ret ? WBEM_S_NO_ERROR : WBEM_E_INVALID_OBJECT;
}

/* What stands at `from`, with the CIM type that is nearest. */
static HRESULT item_in(VARTYPE vt, const void *from, struct cim_value *ret)
{
    char *text;
    HRESULT hr;

#define CASE(vt_, type_, cim_, member_)                                                            \
    case vt_:                                                                                      \
        *ret = (struct cim_value){.type = cim_, .one.member_ = *(const type_ *)from};              \
        return WBEM_S_NO_ERROR
    switch (vt) {
        CASE(VT_I1, int8_t, CIM_SINT8, i);
        CASE(VT_UI1, BYTE, CIM_UINT8, u);
        CASE(VT_I2, SHORT, CIM_SINT16, i);
        CASE(VT_UI2, USHORT, CIM_UINT16, u);
        CASE(VT_I4, LONG, CIM_SINT32, i);
        CASE(VT_UI4, ULONG, CIM_UINT32, u);
        CASE(VT_INT, INT, CIM_SINT32, i);
        CASE(VT_UINT, UINT, CIM_UINT32, u);
        CASE(VT_I8, LONGLONG, CIM_SINT64, i);
        CASE(VT_UI8, ULONGLONG, CIM_UINT64, u);
        CASE(VT_R4, float, CIM_REAL32, r);
        CASE(VT_R8, double, CIM_REAL64, r);
    case VT_BOOL:
        *ret = cim_bool(*(const VARIANT_BOOL *)from);
        return WBEM_S_NO_ERROR;
    case VT_BSTR:
        hr = wbem_utf8(*(const BSTR *)from ? *(const BSTR *)from : (const WCHAR[]){0}, &text);
        if (SUCCEEDED(hr))
            *ret = (struct cim_value){.type = CIM_STRING, .one.s = text};
        return hr;
    case VT_UNKNOWN:
        *ret = (struct cim_value){.type = CIM_OBJECT};
        return object_in(*(IUnknown *const *)from, &ret->one.object);
    case VT_VARIANT: /* an element of an array */
        vt = ((const VARIANT *)from)->vt;
        return vt == VT_VARIANT ? WBEM_E_TYPE_MISMATCH
                                : item_in(vt, &((const VARIANT *)from)->llVal, ret);
    default:
        return WBEM_E_TYPE_MISMATCH;
    }
#undef CASE
}

/* Unsigned ones come as the signed ones of the same size, bit by bit. */
static void as_unsigned(struct cim_value *value, CIMTYPE type)
{
    type &= ~CIM_FLAG_ARRAY;
    if (value->type == CIM_SINT32 && type == CIM_UINT32)
        *value = (struct cim_value){.type = CIM_UINT32, .one.u = (uint32_t)value->one.i};
    else if (value->type == CIM_SINT16 && (type == CIM_UINT16 || type == CIM_CHAR16))
        *value = (struct cim_value){.type = CIM_UINT16, .one.u = (uint16_t)value->one.i};
}

static HRESULT one_in(VARTYPE vt, const void *from, CIMTYPE type, struct cim_value *ret)
{
    struct cim_value value;
    HRESULT hr = item_in(vt, from, &value);

    if (FAILED(hr))
        return hr;
    if (!type) {
        *ret = value;
        return hr;
    }
    as_unsigned(&value, type);
    hr = cim_cast(&value, type, true, ret);
    cim_value_done(&value);
    return hr;
}

/* An empty one fits any type. */
static HRESULT array_in(SAFEARRAY *array, CIMTYPE type, struct cim_value *ret)
{
    struct cim_value value = {.type = type | CIM_FLAG_ARRAY}, one;
    VARTYPE vt;
    HRESULT hr = array && array->cDims == 1 && SUCCEEDED(SafeArrayGetVartype(array, &vt))
                     ? WBEM_S_NO_ERROR
                     : WBEM_E_TYPE_MISMATCH;

    for (ULONG i = 0; SUCCEEDED(hr) && i < array->rgsabound[0].cElements; i++) {
        hr =
            one_in(vt, (char *)array->pvData + i * array->cbElements, type & ~CIM_FLAG_ARRAY, &one);
        if (FAILED(hr))
            break;
        if (i && one.type != (value.type & ~CIM_FLAG_ARRAY)) { /* of variants of several types */
            cim_value_done(&one);
            hr = WBEM_E_TYPE_MISMATCH;
            break;
        }
        value.type = one.type | CIM_FLAG_ARRAY;
        hr = cim_append(&value, one.one);
    }
    if (SUCCEEDED(hr) && value.type == CIM_FLAG_ARRAY) { /* empty, and nothing says of what */
        hr = item_in(vt, &(VARIANT){0}, &one);
        value.type = SUCCEEDED(hr) ? one.type | CIM_FLAG_ARRAY : value.type;
        if (SUCCEEDED(hr))
            cim_value_done(&one);
    }
    if (SUCCEEDED(hr))
        *ret = value;
    else
        cim_value_done(&value);
    return hr;
}

HRESULT wbem_from_variant(const VARIANT *variant, CIMTYPE type, struct cim_value *ret)
{
    bool is_array = variant && variant->vt & VT_ARRAY;

    if (type && !cim_type_of(type))
        return WBEM_E_INVALID_PROPERTY_TYPE;
    if (!variant || variant->vt == VT_NULL) {
        *ret = cim_null(type);
        return type ? WBEM_S_NO_ERROR : WBEM_E_INVALID_PROPERTY_TYPE;
    }
    if (variant->vt & VT_BYREF || (type && is_array != !!(type & CIM_FLAG_ARRAY)))
        return WBEM_E_TYPE_MISMATCH;
    return is_array ? array_in(variant->parray, type, ret)
                    : one_in(variant->vt, &variant->llVal, type, ret);
}
