/* Arrays and strings, what spcore/com has not of them: one dimension, and the types it carries. */
#include <string.h>

#include "conformance/host/include/oleauto.h"

UINT SysStringByteLen(BSTR text)
{
    return SysStringLen(text) * (UINT)sizeof(WCHAR);
}

INT SysReAllocStringLen(BSTR *text, const WCHAR *value, UINT length)
{
    BSTR copy = SysAllocStringLen(value, length);

    if (!copy)
        return FALSE;
    SysFreeString(*text);
    *text = copy;
    return TRUE;
}

INT SysReAllocString(BSTR *text, const WCHAR *value)
{
    BSTR copy = SysAllocString(value);

    if (!copy && value)
        return FALSE;
    SysFreeString(*text);
    *text = copy;
    return TRUE;
}

SAFEARRAY *SafeArrayCreate(VARTYPE vt, UINT dimensions, SAFEARRAYBOUND *bounds)
{
    return dimensions == 1 && bounds ? SafeArrayCreateVector(vt, bounds->lLbound, bounds->cElements)
                                     : NULL;
}

UINT SafeArrayGetDim(SAFEARRAY *array)
{
    return array ? array->cDims : 0;
}

UINT SafeArrayGetElemsize(SAFEARRAY *array)
{
    return array ? array->cbElements : 0;
}

HRESULT SafeArrayLock(SAFEARRAY *array)
{
    void *data;

    return SafeArrayAccessData(array, &data);
}

HRESULT SafeArrayUnlock(SAFEARRAY *array)
{
    return SafeArrayUnaccessData(array);
}

HRESULT SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **ret_copy)
{
    PROPVARIANT from, to;
    VARTYPE vt;
    HRESULT hr;

    if (!ret_copy)
        return E_INVALIDARG;
    *ret_copy = NULL;
    if (!array)
        return S_OK;
    hr = SafeArrayGetVartype(array, &vt);
    if (FAILED(hr))
        return hr;
    PropVariantInit(&from);
    from.vt = (VARTYPE)(vt | VT_ARRAY);
    from.parray = array;
    hr = PropVariantCopy(&to, &from);
    if (SUCCEEDED(hr))
        *ret_copy = to.parray;
    return hr;
}

HRESULT SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **ret_element)
{
    int64_t at;

    if (!array || !indices || !ret_element)
        return E_INVALIDARG;
    at = (int64_t)indices[0] - array->rgsabound[0].lLbound;
    if (at < 0 || at >= array->rgsabound[0].cElements)
        return DISP_E_BADINDEX;
    *ret_element = (char *)array->pvData + (size_t)at * array->cbElements;
    return S_OK;
}

HRESULT SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *ret_element)
{
    VARTYPE vt;
    void *element;
    HRESULT hr = SafeArrayPtrOfIndex(array, indices, &element);

    if (SUCCEEDED(hr))
        hr = ret_element ? SafeArrayGetVartype(array, &vt) : E_INVALIDARG;
    if (FAILED(hr))
        return hr;
    if (vt == VT_BSTR) {
        BSTR text = *(BSTR *)element;
        *(BSTR *)ret_element = text ? SysAllocStringLen(text, SysStringLen(text)) : NULL;
        return text && !*(BSTR *)ret_element ? E_OUTOFMEMORY : S_OK;
    }
    memcpy(ret_element, element, array->cbElements);
    if (vt == VT_UNKNOWN && *(IUnknown **)element)
        IUnknown_AddRef(*(IUnknown **)element);
    return S_OK;
}

/* A string or an object is passed itself, any other by its address. */
HRESULT SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *value)
{
    VARTYPE vt;
    void *element;
    HRESULT hr = SafeArrayPtrOfIndex(array, indices, &element);

    if (SUCCEEDED(hr))
        hr = SafeArrayGetVartype(array, &vt);
    if (FAILED(hr))
        return hr;
    if (vt == VT_BSTR) {
        BSTR copy = value ? SysAllocStringLen(value, SysStringLen(value)) : NULL;
        if (value && !copy)
            return E_OUTOFMEMORY;
        SysFreeString(*(BSTR *)element);
        *(BSTR *)element = copy;
    } else if (vt == VT_UNKNOWN) {
        IUnknown *old = *(IUnknown **)element;
        if (value)
            IUnknown_AddRef((IUnknown *)value);
        *(IUnknown **)element = value;
        if (old)
            IUnknown_Release(old);
    } else if (value) {
        memcpy(element, value, array->cbElements);
    } else {
        return E_INVALIDARG;
    }
    return S_OK;
}
