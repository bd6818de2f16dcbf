/* Values of CIM types: copies, comparisons and the way from one type to another. */
#include "conformance/host/cim/cim_value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_object.h"
#include "spcore/base.h"

static const struct cim_type types[] = {
    {CIM_SINT8, "sint8", CIM_IS_SIGNED, 8},      {CIM_UINT8, "uint8", CIM_IS_UNSIGNED, 8},
    {CIM_SINT16, "sint16", CIM_IS_SIGNED, 16},   {CIM_UINT16, "uint16", CIM_IS_UNSIGNED, 16},
    {CIM_SINT32, "sint32", CIM_IS_SIGNED, 32},   {CIM_UINT32, "uint32", CIM_IS_UNSIGNED, 32},
    {CIM_SINT64, "sint64", CIM_IS_SIGNED, 64},   {CIM_UINT64, "uint64", CIM_IS_UNSIGNED, 64},
    {CIM_REAL32, "real32", CIM_IS_REAL, 32},     {CIM_REAL64, "real64", CIM_IS_REAL, 64},
    {CIM_BOOLEAN, "boolean", CIM_IS_BOOL, 1},    {CIM_STRING, "string", CIM_IS_TEXT, 0},
    {CIM_DATETIME, "datetime", CIM_IS_TEXT, 0},  {CIM_REFERENCE, "ref", CIM_IS_TEXT, 0},
    {CIM_CHAR16, "char16", CIM_IS_UNSIGNED, 16}, {CIM_OBJECT, "object", CIM_IS_OBJECT, 0},
};

const struct cim_type *cim_type_of(CIMTYPE type)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].type == (type & ~CIM_FLAG_ARRAY))
            return &types[i];
    }
    return NULL;
}

const struct cim_type *cim_type_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcasecmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

struct cim_value cim_null(CIMTYPE type)
{
    return (struct cim_value){.type = type, .is_null = true};
}

struct cim_value cim_bool(bool value)
{
    return (struct cim_value){.type = CIM_BOOLEAN, .one.b = value};
}

struct cim_value cim_int(CIMTYPE type, int64_t value)
{
    return (struct cim_value){.type = type, .one.i = value};
}

HRESULT cim_text(CIMTYPE type, const char *text, struct cim_value *ret)
{
    char *copy = strdup(text);

    if (!copy)
        return WBEM_E_OUT_OF_MEMORY;
    *ret = (struct cim_value){.type = type, .one.s = copy};
    return WBEM_S_NO_ERROR;
}

HRESULT cim_dup(const char *text, char **ret_copy)
{
    *ret_copy = text ? strdup(text) : NULL;
    return text && !*ret_copy ? WBEM_E_OUT_OF_MEMORY : WBEM_S_NO_ERROR;
}

void *cim_room(size_t count, size_t size)
{
    size_t room = 1;

    while (room < count)
        room *= 2;
    return calloc(room, size);
}

/* Arrays are as long as the next power of two. */
void *cim_grow(void *elements, size_t count, size_t size)
{
    return count & (count - 1) ? elements : realloc(elements, (count ? count * 2 : 1) * size);
}

bool cim_is_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > WBEM_MAX_IDENTIFIER || isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (!isalnum(c) && c != '_' && c < 0x80)
            return false;
    }
    return true;
}

/* ---- items */
static void item_done(enum cim_kind kind, union cim_item *item)
{
    if (kind == CIM_IS_TEXT)
        free(item->s);
    else if (kind == CIM_IS_OBJECT)
        cim_object_unref(item->object);
}

static HRESULT item_copy(enum cim_kind kind, const union cim_item *item, union cim_item *ret)
{
    *ret = *item;
    if (kind == CIM_IS_TEXT)
        return cim_dup(item->s, &ret->s);
    if (kind == CIM_IS_OBJECT)
        ret->object = cim_object_ref(item->object);
    return WBEM_S_NO_ERROR;
}

const union cim_item *cim_items(const struct cim_value *value, uint32_t *ret_count)
{
    bool is_array = value->type & CIM_FLAG_ARRAY;

    *ret_count = value->is_null ? 0 : is_array ? value->count : 1;
    return is_array ? value->many : &value->one;
}

void cim_value_done(struct cim_value *value)
{
    const struct cim_type *type = cim_type_of(value->type);
    uint32_t count;
    union cim_item *items = (union cim_item *)cim_items(value, &count);

    for (uint32_t i = 0; type && i < count; i++)
        item_done(type->kind, &items[i]);
    if (!value->is_null && value->type & CIM_FLAG_ARRAY)
        free(value->many);
    *value = cim_null(value->type);
}

HRESULT cim_append(struct cim_value *array, union cim_item item)
{
    const struct cim_type *type = cim_type_of(array->type);
    void *grown = array->count < CIM_ELEMENTS_MAX
                      ? cim_grow(array->many, array->count, sizeof(*array->many))
                      : NULL;

    if (!grown) {
        item_done(type->kind, &item);
        return array->count < CIM_ELEMENTS_MAX ? WBEM_E_OUT_OF_MEMORY : WBEM_E_TOO_MUCH_DATA;
    }
    array->many = grown;
    array->many[array->count++] = item;
    return WBEM_S_NO_ERROR;
}

HRESULT cim_value_copy(const struct cim_value *value, struct cim_value *ret)
{
    return cim_cast(value, value->type, false, ret);
}

/* ---- dates */
static bool digits(const char *text, size_t count, bool stars)
{
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i]) && !(stars && text[i] == '*'))
            return false;
    }
    return true;
}

bool cim_is_interval(const char *text)
{
    return strlen(text) == CIM_DATETIME_LENGTH && digits(text, 14, false) && text[14] == '.' &&
           digits(text + 15, 6, false) && strcmp(text + 21, ":000") == 0 &&
           strncmp(text + 8, "24", 2) < 0 && text[10] < '6' && text[12] < '6';
}

/* Two digits, or asterisks for both. */
static bool within(const char *text, int low, int high)
{
    int value = (text[0] - '0') * 10 + text[1] - '0';

    if (text[0] == '*' || text[1] == '*')
        return text[0] == '*' && text[1] == '*';
    return value >= low && value <= high;
}

bool cim_is_datetime(const char *text)
{
    if (strlen(text) != CIM_DATETIME_LENGTH)
        return false;
    if (text[21] == ':')
        return cim_is_interval(text);
    return digits(text, 14, true) && text[14] == '.' && digits(text + 15, 6, true) &&
           (text[21] == '+' || text[21] == '-') && digits(text + 22, 3, true) &&
           within(text + 4, 1, 12) && within(text + 6, 1, 31) && within(text + 8, 0, 23) &&
           within(text + 10, 0, 59) && within(text + 12, 0, 60);
}

/* ---- from type to type */
static bool fits_signed(int64_t value, unsigned bits)
{
    const int64_t most = INT64_MAX >> (64 - bits);

    return value >= -most - 1 && value <= most;
}

static HRESULT to_integer(const struct cim_type *to, bool negative, uint64_t magnitude,
                          union cim_item *ret)
{
    if (to->kind == CIM_IS_UNSIGNED) {
        if (negative && magnitude)
            return WBEM_E_VALUE_OUT_OF_RANGE;
        if (to->bits < 64 && magnitude >> to->bits)
            return WBEM_E_VALUE_OUT_OF_RANGE;
        ret->u = magnitude;
        return WBEM_S_NO_ERROR;
    }
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return WBEM_E_VALUE_OUT_OF_RANGE;
    ret->i = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return fits_signed(ret->i, to->bits) ? WBEM_S_NO_ERROR : WBEM_E_VALUE_OUT_OF_RANGE;
}

static HRESULT to_real(const struct cim_type *to, double value, union cim_item *ret)
{
    ret->r = to->bits == 32 ? (double)(float)value : value;
    return isfinite(value) && !isfinite(ret->r) ? WBEM_E_VALUE_OUT_OF_RANGE : WBEM_S_NO_ERROR;
}

static HRESULT text_to(const char *text, const struct cim_type *to, union cim_item *ret)
{
    bool negative = text[0] == '-';
    char *end;

    if (to->kind == CIM_IS_BOOL) {
        ret->b = strcasecmp(text, "true") == 0;
        return ret->b || strcasecmp(text, "false") == 0 ? WBEM_S_NO_ERROR : WBEM_E_TYPE_MISMATCH;
    }
    if (!isdigit((unsigned char)text[negative]) &&
        !(to->kind == CIM_IS_REAL && text[negative] == '.'))
        return WBEM_E_TYPE_MISMATCH;
    errno = 0;
    if (to->kind == CIM_IS_REAL) {
        double value = strtod(text, &end);
        return *end ? WBEM_E_TYPE_MISMATCH : to_real(to, value, ret);
    }
    uint64_t magnitude = strtoull(text + negative, &end, 10);
    if (*end)
        return WBEM_E_TYPE_MISMATCH;
    return errno ? WBEM_E_VALUE_OUT_OF_RANGE : to_integer(to, negative, magnitude, ret);
}

static HRESULT to_text(enum cim_kind from, const union cim_item *item, union cim_item *ret)
{
    char text[40];

    if (from == CIM_IS_BOOL)
        snprintf(text, sizeof(text), "%s", item->b ? "TRUE" : "FALSE");
    else if (from == CIM_IS_SIGNED)
        snprintf(text, sizeof(text), "%lld", (long long)item->i);
    else if (from == CIM_IS_UNSIGNED)
        snprintf(text, sizeof(text), "%llu", (unsigned long long)item->u);
    else
        snprintf(text, sizeof(text), "%.17g", item->r);
    return cim_dup(text, &ret->s);
}

/* To a whole number, halves to the even one. */
static double rounded(double value)
{
    double whole, rest;

    if (fabs(value) >= 4503599627370496.0) /* has no fraction */
        return value;
    whole = (double)(int64_t)value;
    rest = fabs(value - whole);
    if (rest > 0.5 || (rest == 0.5 && (int64_t)whole % 2 != 0))
        whole += value < 0 ? -1 : 1;
    return whole;
}

static HRESULT real_to(double value, const struct cim_type *to, bool coerce, union cim_item *ret)
{
    if (to->kind == CIM_IS_REAL)
        return to_real(to, value, ret);
    if (!coerce)
        return WBEM_E_TYPE_MISMATCH;
    if (to->kind == CIM_IS_BOOL) {
        ret->b = value != 0;
        return WBEM_S_NO_ERROR;
    }
    if (!(fabs(value) < 18446744073709551616.0))
        return WBEM_E_VALUE_OUT_OF_RANGE;
    value = rounded(value);
    return to_integer(to, value < 0, (uint64_t)fabs(value), ret);
}

static HRESULT integer_to(bool negative, uint64_t magnitude, const struct cim_type *to, bool coerce,
                          union cim_item *ret)
{
    double value = (double)magnitude;

    if (to->kind == CIM_IS_SIGNED || to->kind == CIM_IS_UNSIGNED)
        return to_integer(to, negative, magnitude, ret);
    if (to->kind == CIM_IS_REAL)
        return to_real(to, negative ? -value : value, ret);
    if (to->kind != CIM_IS_BOOL || !coerce)
        return WBEM_E_TYPE_MISMATCH;
    ret->b = magnitude != 0;
    return WBEM_S_NO_ERROR;
}

static HRESULT cast_item(const struct cim_type *from, const union cim_item *item,
                         const struct cim_type *to, bool coerce, union cim_item *ret)
{
    if (from->kind == CIM_IS_OBJECT || to->kind == CIM_IS_OBJECT || from == to ||
        (from->kind == CIM_IS_TEXT && to->kind == CIM_IS_TEXT)) {
        if (from->kind != to->kind)
            return WBEM_E_TYPE_MISMATCH;
        if (to->type == CIM_DATETIME && !cim_is_datetime(item->s))
            return WBEM_E_TYPE_MISMATCH;
        return item_copy(from->kind, item, ret);
    }
    if (from->kind == CIM_IS_TEXT)
        return coerce ? text_to(item->s, to, ret) : WBEM_E_TYPE_MISMATCH;
    if (to->kind == CIM_IS_TEXT)
        return coerce && to->type == CIM_STRING ? to_text(from->kind, item, ret)
                                                : WBEM_E_TYPE_MISMATCH;
    if (from->kind == CIM_IS_REAL)
        return real_to(item->r, to, coerce, ret);
    if (from->kind == CIM_IS_BOOL)
        return coerce ? integer_to(item->b, item->b, to, coerce, ret) : WBEM_E_TYPE_MISMATCH;
    if (from->kind == CIM_IS_SIGNED && item->i < 0)
        return integer_to(true, 0 - (uint64_t)item->i, to, coerce, ret);
    return integer_to(false, item->u, to, coerce, ret);
}

HRESULT cim_cast(const struct cim_value *value, CIMTYPE type, bool coerce, struct cim_value *ret)
{
    const struct cim_type *from = cim_type_of(value->type), *to = cim_type_of(type);
    struct cim_value out = {.type = type};
    HRESULT hr = WBEM_S_NO_ERROR;
    uint32_t count;
    const union cim_item *items = cim_items(value, &count);

    if (!to)
        return WBEM_E_INVALID_CIM_TYPE;
    if (value->is_null) {
        *ret = cim_null(type);
        return WBEM_S_NO_ERROR;
    }
    if (!from || (value->type ^ type) & CIM_FLAG_ARRAY)
        return WBEM_E_TYPE_MISMATCH;
    if (!(type & CIM_FLAG_ARRAY))
        hr = cast_item(from, items, to, coerce, &out.one);
    else if (count && !(out.many = cim_room(count, sizeof(*out.many))))
        return WBEM_E_OUT_OF_MEMORY;
    for (; SUCCEEDED(hr) && type & CIM_FLAG_ARRAY && out.count < count; out.count++) {
        hr = cast_item(from, &items[out.count], to, coerce, &out.many[out.count]);
        if (FAILED(hr))
            break;
    }
    if (SUCCEEDED(hr))
        *ret = out;
    else if (type & CIM_FLAG_ARRAY)
        cim_value_done(&out);
    return hr;
}

/* ---- comparisons */
static bool item_equal(const struct cim_type *type, const union cim_item *a,
                       const union cim_item *b, bool fold)
{
    switch (type->kind) {
    case CIM_IS_TEXT:
        return (fold ? strcasecmp : strcmp)(a->s, b->s) == 0;
    case CIM_IS_OBJECT:
        return cim_object_equal(a->object, b->object,
                                WBEM_FLAG_IGNORE_OBJECT_SOURCE |
                                    (fold ? WBEM_FLAG_IGNORE_CASE : 0));
    case CIM_IS_REAL: /* a value that is none equals itself here */
        return a->r == b->r || (isnan(a->r) && isnan(b->r));
    case CIM_IS_BOOL:
        return a->b == b->b;
    default:
        return a->u == b->u;
    }
}

bool cim_value_equal(const struct cim_value *a, const struct cim_value *b, bool fold)
{
    const struct cim_type *type = cim_type_of(a->type);
    uint32_t count, other;
    const union cim_item *x = cim_items(a, &count), *y = cim_items(b, &other);

    if (a->type != b->type || a->is_null != b->is_null || count != other)
        return false;
    for (uint32_t i = 0; type && i < count; i++) {
        if (!item_equal(type, &x[i], &y[i], fold))
            return false;
    }
    return true;
}

static int order_of(double a, double b)
{
    return a < b ? -1 : a > b;
}

bool cim_compare(const struct cim_value *a, const struct cim_value *b, int *ret_order)
{
    const struct cim_type *type = cim_type_of(a->type);
    struct cim_value other = {.is_null = true};
    bool well = true;

    if (!type || !cim_type_of(b->type) || a->is_null || b->is_null || a->type & CIM_FLAG_ARRAY)
        return false;
    /* Out of a type's range is no error of a comparison: numbers are compared as such. */
    if (type->kind <= CIM_IS_UNSIGNED &&
        (cim_type_of(b->type)->kind == CIM_IS_REAL || FAILED(cim_cast(b, a->type, true, &other)))) {
        struct cim_value real;
        if (FAILED(cim_cast(b, CIM_REAL64, true, &other)) ||
            FAILED(cim_cast(a, CIM_REAL64, true, &real)))
            return false;
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): numbers own nothing */
        *ret_order = order_of(real.one.r, other.one.r);
        return true;
    }
    if (type->kind > CIM_IS_UNSIGNED && FAILED(cim_cast(b, a->type, true, &other)))
        return false;
    switch (type->kind) {
    case CIM_IS_SIGNED:
        *ret_order = a->one.i < other.one.i ? -1 : a->one.i > other.one.i;
        break;
    case CIM_IS_UNSIGNED:
        *ret_order = a->one.u < other.one.u ? -1 : a->one.u > other.one.u;
        break;
    case CIM_IS_REAL:
        *ret_order = order_of(a->one.r, other.one.r);
        break;
    case CIM_IS_BOOL:
        *ret_order = (int)a->one.b - (int)other.one.b;
        break;
    case CIM_IS_TEXT:
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): it is of that type */
        *ret_order = strcasecmp(a->one.s, other.one.s);
        break;
    default:
        well = false;
    }
    cim_value_done(&other);
    return well;
}
