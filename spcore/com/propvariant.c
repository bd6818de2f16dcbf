/* BSTR, one-dimensional SAFEARRAY and PROPVARIANT, as far as the media device interfaces go. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"

/* ---- BSTR: the byte count stands in front of the characters */
struct bstr {
    uint32_t pad;   /* keeps the text aligned for any use */
    uint32_t bytes; /* right in front of the text, where every COM looks for it */
    WCHAR text[];
};

static struct bstr *bstr_of(BSTR text)
{
    return (struct bstr *)(void *)((char *)text - offsetof(struct bstr, text));
}

BSTR SysAllocStringLen(const WCHAR *text, UINT length)
{
    struct bstr *string = com_zalloc(sizeof(*string) + ((size_t)length + 1) * sizeof(WCHAR));

    if (!string)
        return NULL;
    string->bytes = (uint32_t)(length * sizeof(WCHAR));
    if (text)
        memcpy(string->text, text, string->bytes);
    return string->text;
}

BSTR SysAllocString(const WCHAR *text)
{
    return text ? SysAllocStringLen(text, (UINT)com_wcslen(text)) : NULL;
}

void SysFreeString(BSTR text)
{
    if (text)
        free(bstr_of(text));
}

UINT SysStringLen(BSTR text)
{
    return text ? (UINT)(bstr_of(text)->bytes / sizeof(WCHAR)) : 0;
}

/* ---- SAFEARRAY */
struct vector {
    uint32_t pad[3], vt; /* where FADF_HAVEVARTYPE keeps it: right before the descriptor */
    SAFEARRAY array;
};

static struct vector *vector_of(SAFEARRAY *array)
{
    return (struct vector *)(void *)((char *)array - offsetof(struct vector, array));
}

/* Bytes of one element; 0: a type we do not carry in arrays. */
static ULONG element_size(VARTYPE vt)
{
    switch (vt) {
    case VT_I1:
    case VT_UI1:
        return 1;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL:
        return 2;
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
    case VT_R4:
    case VT_ERROR:
        return 4;
    case VT_I8:
    case VT_UI8:
    case VT_R8:
    case VT_DATE:
    case VT_BSTR:
    case VT_UNKNOWN:
        return 8;
    default:
        return 0;
    }
}

SAFEARRAY *SafeArrayCreateVector(VARTYPE vt, LONG lower_bound, ULONG elements)
{
    ULONG size = element_size(vt);
    struct vector *vector = size ? com_zalloc(sizeof(*vector)) : NULL;

    if (!vector)
        return NULL;
    vector->vt = vt;
    vector->array = (SAFEARRAY){.cDims = 1,
                                .fFeatures = FADF_HAVEVARTYPE,
                                .cbElements = size,
                                .rgsabound = {{elements, lower_bound}}};
    vector->array.pvData = com_zalloc((size_t)size * elements);
    if (!vector->array.pvData) {
        free(vector);
        return NULL;
    }
    return &vector->array;
}

HRESULT SafeArrayDestroy(SAFEARRAY *array)
{
    if (!array)
        return S_OK;
    for (ULONG i = 0; i < array->rgsabound[0].cElements; i++) {
        void *element = ((void **)array->pvData) + i;
        if (vector_of(array)->vt == VT_BSTR)
            SysFreeString(*(BSTR *)element);
        else if (vector_of(array)->vt == VT_UNKNOWN && *(IUnknown **)element)
            IUnknown_Release(*(IUnknown **)element);
    }
    free(array->pvData);
    free(vector_of(array));
    return S_OK;
}

HRESULT SafeArrayAccessData(SAFEARRAY *array, void **ret_data)
{
    if (!array || !ret_data)
        return E_INVALIDARG;
    array->cLocks++;
    *ret_data = array->pvData;
    return S_OK;
}

HRESULT SafeArrayUnaccessData(SAFEARRAY *array)
{
    if (!array)
        return E_INVALIDARG;
    if (array->cLocks == 0)
        return E_UNEXPECTED;
    array->cLocks--;
    return S_OK;
}

HRESULT SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *ret_vt)
{
    if (!array || !ret_vt || !(array->fFeatures & FADF_HAVEVARTYPE))
        return E_INVALIDARG;
    *ret_vt = (VARTYPE)vector_of(array)->vt;
    return S_OK;
}

HRESULT SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound)
{
    if (!array || !ret_bound)
        return E_INVALIDARG;
    if (dimension != 1)
        return DISP_E_BADINDEX;
    *ret_bound = array->rgsabound[0].lLbound;
    return S_OK;
}

HRESULT SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound)
{
    if (!array || !ret_bound)
        return E_INVALIDARG;
    if (dimension != 1)
        return DISP_E_BADINDEX;
    *ret_bound = array->rgsabound[0].lLbound + (LONG)array->rgsabound[0].cElements - 1;
    return S_OK;
}

static SAFEARRAY *array_copy(SAFEARRAY *source)
{
    VARTYPE vt = (VARTYPE)vector_of(source)->vt;
    ULONG count = source->rgsabound[0].cElements;
    SAFEARRAY *copy = SafeArrayCreateVector(vt, source->rgsabound[0].lLbound, count);

    if (!copy)
        return NULL;
    if (vt != VT_BSTR)
        memcpy(copy->pvData, source->pvData, (size_t)count * source->cbElements);
    for (ULONG i = 0; i < count && (vt == VT_BSTR || vt == VT_UNKNOWN); i++) {
        BSTR text = vt == VT_BSTR ? ((BSTR *)source->pvData)[i] : NULL;
        if (vt == VT_UNKNOWN && ((IUnknown **)copy->pvData)[i])
            IUnknown_AddRef(((IUnknown **)copy->pvData)[i]);
        if (!text)
            continue;
        ((BSTR *)copy->pvData)[i] = SysAllocStringLen(text, SysStringLen(text));
        if (!((BSTR *)copy->pvData)[i]) {
            SafeArrayDestroy(copy);
            return NULL;
        }
    }
    return copy;
}

/* ---- PROPVARIANT */
/* What stands behind a type: nothing, or which kind of block. */
enum owned {
    OWNS_NOTHING,
    OWNS_BLOCK,
    OWNS_BLOB,
    OWNS_BSTR,
    OWNS_OBJECT,
    OWNS_ARRAY,
    OWNS_STRINGS,
    OWNS_UNKNOWN
};

static enum owned owned_by(VARTYPE vt)
{
    VARTYPE element = (VARTYPE)(vt & ~(VT_ARRAY | VT_VECTOR));

    if (vt & VT_ARRAY)
        return element_size(element) ? OWNS_ARRAY : OWNS_UNKNOWN;
    if (vt & VT_VECTOR) {
        if (element == VT_LPWSTR)
            return OWNS_STRINGS;
        return element_size(element) || element == VT_CLSID ? OWNS_BLOB : OWNS_UNKNOWN;
    }
    switch (vt) {
    case VT_EMPTY:
    case VT_NULL:
    case VT_FILETIME:
        return OWNS_NOTHING;
    case VT_LPSTR:
    case VT_LPWSTR:
    case VT_CLSID:
        return OWNS_BLOCK;
    case VT_BLOB:
        return OWNS_BLOB;
    case VT_BSTR:
        return OWNS_BSTR;
    case VT_UNKNOWN:
        return OWNS_OBJECT;
    default:
        return element_size(vt) ? OWNS_NOTHING : OWNS_UNKNOWN;
    }
}

HRESULT PropVariantClear(PROPVARIANT *value)
{
    enum owned owned = value ? owned_by(value->vt) : OWNS_NOTHING;

    if (!value)
        return S_OK;
    if (owned == OWNS_BLOCK)
        CoTaskMemFree(value->pwszVal);
    if (owned == OWNS_BLOB)
        CoTaskMemFree(value->blob.pBlobData);
    if (owned == OWNS_BSTR)
        SysFreeString(value->bstrVal);
    if (owned == OWNS_OBJECT && value->punkVal)
        IUnknown_Release(value->punkVal);
    if (owned == OWNS_ARRAY)
        SafeArrayDestroy(value->parray);
    if (owned == OWNS_STRINGS) {
        for (ULONG i = 0; i < value->calpwstr.cElems; i++)
            CoTaskMemFree(value->calpwstr.pElems[i]);
        CoTaskMemFree(value->calpwstr.pElems);
    }
    PropVariantInit(value);
    return owned == OWNS_UNKNOWN ? DISP_E_TYPEMISMATCH : S_OK;
}

static void *block_copy(const void *block, size_t bytes)
{
    void *copy = CoTaskMemAlloc(bytes);

    if (copy && bytes)
        memcpy(copy, block, bytes);
    return copy;
}

static size_t blob_bytes(const PROPVARIANT *value)
{
    VARTYPE element = (VARTYPE)(value->vt & ~VT_VECTOR);
    size_t unit = value->vt == VT_BLOB  ? 1
                  : element == VT_CLSID ? sizeof(CLSID)
                                        : element_size(element);
    return unit * value->blob.cbSize;
}

/* Copies what source owns into *copy, which is a plain copy of it so far. */
static bool own_copy(PROPVARIANT *copy, const PROPVARIANT *source)
{
    switch (owned_by(source->vt)) {
    case OWNS_BLOCK:
        if (!source->pwszVal)
            return true;
        copy->pwszVal =
            block_copy(source->pwszVal, source->vt == VT_CLSID ? sizeof(CLSID)
                                        : source->vt == VT_LPSTR
                                            ? strlen(source->pszVal) + 1
                                            : (com_wcslen(source->pwszVal) + 1) * sizeof(WCHAR));
        return copy->pwszVal;
    case OWNS_BLOB:
        copy->blob.pBlobData = block_copy(source->blob.pBlobData, blob_bytes(source));
        return copy->blob.pBlobData;
    case OWNS_BSTR:
        copy->bstrVal = SysAllocStringLen(source->bstrVal, SysStringLen(source->bstrVal));
        return copy->bstrVal;
    case OWNS_OBJECT:
        if (copy->punkVal)
            IUnknown_AddRef(copy->punkVal);
        return true;
    case OWNS_ARRAY:
        copy->parray = source->parray ? array_copy(source->parray) : NULL;
        return copy->parray || !source->parray;
    default:
        return true;
    }
}

HRESULT PropVariantCopy(PROPVARIANT *ret_copy, const PROPVARIANT *source)
{
    PROPVARIANT copy;
    enum owned owned;

    if (!ret_copy || !source)
        return E_INVALIDARG;
    PropVariantInit(ret_copy);
    copy = *source;
    owned = owned_by(source->vt);
    if (owned == OWNS_UNKNOWN || owned == OWNS_STRINGS)
        return DISP_E_TYPEMISMATCH;
    if (!own_copy(&copy, source))
        return E_OUTOFMEMORY;
    *ret_copy = copy;
    return S_OK;
}
