/* Variants: what each owns, and the way from one type to another. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/oleauto.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

_Static_assert(sizeof(VARIANT) == sizeof(PROPVARIANT), "what both have lies alike");

void VariantInit(VARIANT *variant)
{
    memset(variant, 0, sizeof(*variant)); /* VT_EMPTY */
}

/* A property's variant is a larger set of types; what both have they own alike. */
static PROPVARIANT *as_property(const VARIANT *variant)
{
    return (PROPVARIANT *)(void *)variant;
}

static bool is_ours(VARTYPE vt)
{
    VARTYPE type = (VARTYPE)(vt & VT_TYPEMASK);

    return !(vt & VT_VECTOR) && (type <= VT_R8 || type == VT_DATE || type == VT_BSTR ||
                                 (type >= VT_ERROR && type <= VT_UNKNOWN && type != VT_VARIANT) ||
                                 (type >= VT_I1 && type <= VT_UINT));
}

HRESULT VariantClear(VARIANT *variant)
{
    if (!variant)
        return E_INVALIDARG;
    if (!is_ours(variant->vt) && !(variant->vt & VT_BYREF))
        return DISP_E_BADVARTYPE;
    if (variant->vt & VT_ARRAY && !(variant->vt & VT_BYREF) && variant->parray &&
        variant->parray->cLocks)
        return DISP_E_ARRAYISLOCKED;
    if (!(variant->vt & VT_BYREF)) /* what that points to is somebody else's */
        return PropVariantClear(as_property(variant));
    VariantInit(variant);
    return S_OK;
}

HRESULT VariantCopy(VARIANT *dest, const VARIANT *source)
{
    VARIANT copy;
    HRESULT hr;

    if (!dest || !source)
        return E_INVALIDARG;
    if (dest == source)
        return S_OK;
    if (!is_ours(source->vt) && !(source->vt & VT_BYREF))
        return DISP_E_BADVARTYPE;
    copy = *source;
    if (!(source->vt & VT_BYREF)) {
        hr = PropVariantCopy(as_property(&copy), as_property(source));
        if (FAILED(hr))
            return hr;
    }
    hr = VariantClear(dest);
    if (SUCCEEDED(hr))
        *dest = copy;
    else if (!(copy.vt & VT_BYREF))
        (void)VariantClear(&copy);
    return hr;
}

/* ---- numbers: each is held as the widest of its kind */
struct number {
    enum { NEGATIVE, POSITIVE, REAL } kind;
    uint64_t magnitude;
    double real;
};

static struct number whole(int64_t value)
{
    return value < 0 ? (struct number){NEGATIVE, 0 - (uint64_t)value, 0}
                     : (struct number){POSITIVE, (uint64_t)value, 0};
}

static HRESULT of_text(BSTR text, struct number *ret)
{
    char *utf8 = com_utf8_copy(text ? text : (const WCHAR[]){0}), *end, *digits;
    HRESULT hr = S_OK;

    if (!utf8)
        return E_OUTOFMEMORY;
    digits = utf8 + strspn(utf8, " \t");
    errno = 0;
    if (strcasecmp(digits, "true") == 0 || strcasecmp(digits, "false") == 0) {
        *ret = whole(-(strcasecmp(digits, "true") == 0));
        free(utf8);
        return S_OK;
    }
    ret->kind = *digits == '-' ? NEGATIVE : POSITIVE;
    ret->magnitude = strtoull(digits + (*digits == '-' || *digits == '+'), &end, 10);
    if (errno || end == digits || *end) {
        ret->kind = REAL;
        ret->real = strtod(digits, &end);
    }
    end += strspn(end, " \t");
    if (end == digits || *end || strpbrk(digits, "xXnN"))
        hr = DISP_E_TYPEMISMATCH;
    free(utf8);
    return hr;
}

static HRESULT number_of(const VARIANT *v, struct number *ret)
{
    switch (v->vt) {
    case VT_EMPTY:
        *ret = whole(0);
        return S_OK;
    case VT_I1:
        *ret = whole(v->cVal);
        return S_OK;
    case VT_UI1:
        *ret = whole(v->bVal);
        return S_OK;
    case VT_I2:
    case VT_BOOL:
        *ret = whole(v->iVal);
        return S_OK;
    case VT_UI2:
        *ret = whole(v->uiVal);
        return S_OK;
    case VT_I4:
    case VT_INT:
    case VT_ERROR:
        *ret = whole(v->lVal);
        return S_OK;
    case VT_UI4:
    case VT_UINT:
        *ret = whole(v->ulVal);
        return S_OK;
    case VT_I8:
        *ret = whole(v->llVal);
        return S_OK;
    case VT_UI8:
        *ret = (struct number){POSITIVE, v->ullVal, 0};
        return S_OK;
    case VT_R4:
        *ret = (struct number){REAL, 0, v->fltVal};
        return S_OK;
    case VT_R8:
    case VT_DATE:
        *ret = (struct number){REAL, 0, v->dblVal};
        return S_OK;
    case VT_BSTR:
        return of_text(v->bstrVal, ret);
    default:
        return DISP_E_TYPEMISMATCH;
    }
}

static double real_of(const struct number *number)
{
    return number->kind == REAL       ? number->real
           : number->kind == NEGATIVE ? -(double)number->magnitude
                                      : (double)number->magnitude;
}

/* To a whole number, halves to the even one; false: it is beyond 64 bits. */
static bool round_number(struct number *number)
{
    double value = fabs(number->real), rest;

    if (number->kind != REAL)
        return true;
    if (!(value < 18446744073709551616.0))
        return false;
    number->magnitude = (uint64_t)value;
    rest = value - (double)number->magnitude;
    if (rest > 0.5 || (rest == 0.5 && number->magnitude % 2))
        number->magnitude++;
    number->kind = number->real < 0 ? NEGATIVE : POSITIVE;
    return true;
}

static const struct width {
    VARTYPE vt;
    unsigned bits;
    bool is_signed;
} widths[] = {
    {VT_I1, 8, true},     {VT_UI1, 8, false}, {VT_I2, 16, true},   {VT_UI2, 16, false},
    {VT_I4, 32, true},    {VT_INT, 32, true}, {VT_UI4, 32, false}, {VT_UINT, 32, false},
    {VT_ERROR, 32, true}, {VT_I8, 64, true},  {VT_UI8, 64, false},
};

static HRESULT to_whole(struct number *number, const struct width *to, VARIANT *ret)
{
    uint64_t limit = to->is_signed    ? (uint64_t)1 << (to->bits - 1)
                     : to->bits == 64 ? 0
                                      : (uint64_t)1 << to->bits;

    if (!round_number(number))
        return DISP_E_OVERFLOW;
    if (number->kind == NEGATIVE && number->magnitude &&
        (!to->is_signed || number->magnitude > limit))
        return DISP_E_OVERFLOW;
    if (number->kind == POSITIVE && limit && number->magnitude >= limit)
        return DISP_E_OVERFLOW;
    /* The lower bytes are those of every width. */
    ret->ullVal = number->kind == NEGATIVE ? 0 - number->magnitude : number->magnitude;
    return S_OK;
}

static HRESULT to_text(const VARIANT *source, USHORT flags, VARIANT *ret)
{
    struct number number;
    char text[40];
    WCHAR *wide;
    HRESULT hr = number_of(source, &number);

    if (FAILED(hr))
        return hr;
    if (source->vt == VT_EMPTY)
        text[0] = '\0';
    else if (source->vt == VT_BOOL && flags & VARIANT_ALPHABOOL)
        snprintf(text, sizeof(text), "%s", source->boolVal ? "True" : "False");
    else if (number.kind == REAL)
        snprintf(text, sizeof(text), source->vt == VT_R4 ? "%.7g" : "%.15g", number.real);
    else
        snprintf(text, sizeof(text), "%s%llu", number.kind == NEGATIVE ? "-" : "",
                 (unsigned long long)number.magnitude);
    wide = com_utf16_from_utf8(text);
    ret->bstrVal = wide ? SysAllocString(wide) : NULL;
    CoTaskMemFree(wide);
    return ret->bstrVal ? S_OK : E_OUTOFMEMORY;
}

static HRESULT change(const VARIANT *source, USHORT flags, VARTYPE vt, VARIANT *ret)
{
    struct number number;
    HRESULT hr;

    if (vt == VT_BSTR)
        return to_text(source, flags, ret);
    hr = number_of(source, &number);
    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
        if (widths[i].vt == vt)
            return to_whole(&number, &widths[i], ret);
    }
    if (vt == VT_BOOL)
        ret->boolVal = real_of(&number) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
    else if (vt == VT_R4)
        ret->fltVal = (float)real_of(&number);
    else if (vt == VT_R8 || vt == VT_DATE)
        ret->dblVal = real_of(&number);
    else
        return DISP_E_TYPEMISMATCH;
    return vt == VT_R4 && isfinite(real_of(&number)) && !isfinite(ret->fltVal) ? DISP_E_OVERFLOW
                                                                               : S_OK;
}

HRESULT VariantChangeType(VARIANT *dest, const VARIANT *source, USHORT flags, VARTYPE vt)
{
    VARIANT changed;
    HRESULT hr;

    if (!dest || !source)
        return E_INVALIDARG;
    if (!is_ours(vt))
        return DISP_E_BADVARTYPE;
    if (source->vt == vt)
        return VariantCopy(dest, source);
    VariantInit(&changed);
    hr = change(source, flags, vt, &changed);
    if (FAILED(hr))
        return hr;
    changed.vt = vt;
    hr = VariantClear(dest);
    if (SUCCEEDED(hr))
        *dest = changed;
    else
        (void)VariantClear(&changed);
    return hr;
}
