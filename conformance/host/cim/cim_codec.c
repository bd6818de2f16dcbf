/* Objects as bytes: numbers of seven bits a byte, texts and lists behind their length. Whatever is
 * read is bounded by what is left of it. */
#include "conformance/host/cim/cim_codec.h"

#include <stdlib.h>
#include <string.h>

enum { IS_NULL = 1, IS_METHOD_IN = 1, IS_METHOD_OUT = 2 };

/* ---- writing; `failed` is looked at once, at the end */
struct writer {
    uint8_t *bytes;
    size_t size, room;
    bool failed;
};

static void put(struct writer *w, const void *bytes, size_t size)
{
    if (w->size + size > w->room) {
        size_t room = (w->size + size) * 2 + 64;
        void *grown = w->failed ? NULL : realloc(w->bytes, room);
        if (!grown) {
            w->failed = true;
            return;
        }
        w->bytes = grown;
        w->room = room;
    }
    memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

static void put_number(struct writer *w, uint64_t number)
{
    uint8_t bytes[10];
    size_t count = 0;

    do {
        bytes[count] = (uint8_t)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        number >>= 7;
    } while (bytes[count++] & 0x80);
    put(w, bytes, count);
}

/* NULL, too. */
static void put_text(struct writer *w, const char *text)
{
    size_t length = text ? strlen(text) : 0;

    put_number(w, text ? length + 1 : 0);
    if (length)
        put(w, text, length);
}

static void put_whole(struct writer *w, const struct cim_object *object);

static void put_item(struct writer *w, const struct cim_type *type, const union cim_item *item)
{
    switch (type->kind) {
    case CIM_IS_TEXT:
        put_text(w, item->s);
        break;
    case CIM_IS_OBJECT:
        put_whole(w, item->object);
        break;
    case CIM_IS_REAL:
        put(w, &item->r, sizeof(item->r));
        break;
    case CIM_IS_BOOL:
        put_number(w, item->b);
        break;
    case CIM_IS_SIGNED: /* small either way */
        put_number(w, ((uint64_t)item->i << 1) ^ (item->i < 0 ? UINT64_MAX : 0));
        break;
    default:
        put_number(w, item->u);
    }
}

static void put_value(struct writer *w, const struct cim_value *value)
{
    const struct cim_type *type = cim_type_of(value->type);
    uint32_t count;
    const union cim_item *items = cim_items(value, &count);

    put_number(w, (uint64_t)value->type << 1 | value->is_null);
    if (value->is_null)
        return;
    if (value->type & CIM_FLAG_ARRAY)
        put_number(w, count);
    for (uint32_t i = 0; i < count; i++)
        put_item(w, type, &items[i]);
}

static bool is_own(const struct cim_qualifier *one)
{
    return !(one->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED);
}

static void put_qualifiers(struct writer *w, const struct cim_qualifiers *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += is_own(&set->at[i]);
    put_number(w, count);
    for (size_t i = 0; i < set->count; i++) {
        if (!is_own(&set->at[i]))
            continue;
        put_text(w, set->at[i].name);
        put_number(w, (uint64_t)set->at[i].flavor);
        put_value(w, &set->at[i].value);
    }
}

static void put_methods(struct writer *w, const struct cim_object *object)
{
    size_t count = 0;

    for (size_t i = 0; i < object->method_count; i++)
        count += object->methods[i].is_local;
    put_number(w, count);
    for (size_t i = 0; i < object->method_count; i++) {
        const struct cim_method *one = &object->methods[i];
        if (!one->is_local)
            continue;
        put_text(w, one->name);
        put_qualifiers(w, &one->qualifiers);
        put_number(w, (one->in ? IS_METHOD_IN : 0) | (one->out ? IS_METHOD_OUT : 0));
        if (one->in)
            put_whole(w, one->in);
        if (one->out)
            put_whole(w, one->out);
    }
}

static void put_object(struct writer *w, const struct cim_object *object)
{
    size_t count = 0;

    put_number(w, (uint64_t)object->genus);
    put_text(w, object->class_name);
    put_text(w, object->server);
    put_text(w, object->namespace);
    put_qualifiers(w, &object->qualifiers);
    for (size_t i = 0; i < object->property_count; i++)
        count += object->properties[i].is_local;
    put_number(w, count);
    for (size_t i = 0; i < object->property_count; i++) {
        if (!object->properties[i].is_local)
            continue;
        put_text(w, object->properties[i].name);
        put_value(w, &object->properties[i].value);
        put_qualifiers(w, &object->properties[i].qualifiers);
    }
    put_methods(w, object);
}

/* The classes it comes from, the topmost first, and itself. */
static void put_chain(struct writer *w, const struct cim_object *object)
{
    if (object->base)
        put_chain(w, object->base);
    put_object(w, object);
}

static void put_whole(struct writer *w, const struct cim_object *object)
{
    size_t count = 1;

    for (const struct cim_object *one = object; one->base; one = one->base)
        count++;
    put_number(w, count);
    put_chain(w, object);
}

static HRESULT finish(struct writer *w, void **ret_bytes, size_t *ret_size)
{
    if (w->failed) {
        free(w->bytes);
        return WBEM_E_OUT_OF_MEMORY;
    }
    *ret_bytes = w->bytes;
    *ret_size = w->size;
    return WBEM_S_NO_ERROR;
}

HRESULT cim_encode(const struct cim_object *object, void **ret_bytes, size_t *ret_size)
{
    struct writer w = {.bytes = NULL};

    put_object(&w, object);
    return finish(&w, ret_bytes, ret_size);
}

HRESULT cim_encode_whole(const struct cim_object *object, void **ret_bytes, size_t *ret_size)
{
    struct writer w = {.bytes = NULL};

    put_whole(&w, object);
    return finish(&w, ret_bytes, ret_size);
}

HRESULT cim_encode_value(const struct cim_value *value, void **ret_bytes, size_t *ret_size)
{
    struct writer w = {.bytes = NULL};

    put_value(&w, value);
    return finish(&w, ret_bytes, ret_size);
}

/* ---- reading */
struct reader {
    const uint8_t *at, *end;
    unsigned depth; /* of objects in objects */
};

static HRESULT get_number(struct reader *r, uint64_t limit, uint64_t *ret)
{
    uint64_t number = 0;

    for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
        uint8_t byte = *r->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        *ret = number;
        return number <= limit ? WBEM_S_NO_ERROR : WBEM_E_INVALID_OBJECT;
    }
    return WBEM_E_INVALID_OBJECT;
}

/* Of things that are at least a byte long each. */
static HRESULT get_count(struct reader *r, uint64_t limit, uint64_t *ret)
{
    uint64_t left = (uint64_t)(r->end - r->at);

    return get_number(r, left < limit ? left : limit, ret);
}

static HRESULT get_text(struct reader *r, char **ret)
{
    uint64_t length;
    HRESULT hr = get_count(r, CIM_TEXT_MAX, &length);

    *ret = NULL;
    if (FAILED(hr) || length == 0)
        return hr;
    length--;
    if (length > (uint64_t)(r->end - r->at) || memchr(r->at, '\0', length))
        return WBEM_E_INVALID_OBJECT;
    *ret = strndup((const char *)r->at, length);
    r->at += length;
    return *ret ? hr : WBEM_E_OUT_OF_MEMORY;
}

static HRESULT get_name(struct reader *r, char **ret)
{
    HRESULT hr = get_text(r, ret);

    if (SUCCEEDED(hr) && (!*ret || !cim_is_name(*ret))) {
        free(*ret);
        hr = WBEM_E_INVALID_OBJECT;
    }
    return hr;
}

static HRESULT get_whole(struct reader *r, struct cim_object **ret);

static HRESULT get_real(struct reader *r, union cim_item *ret)
{
    if (r->end - r->at < (ptrdiff_t)sizeof(ret->r))
        return WBEM_E_INVALID_OBJECT;
    memcpy(&ret->r, r->at, sizeof(ret->r));
    r->at += sizeof(ret->r);
    return WBEM_S_NO_ERROR;
}

static HRESULT get_item(struct reader *r, const struct cim_type *type, union cim_item *ret)
{
    uint64_t number;
    HRESULT hr;

    *ret = (union cim_item){.u = 0};
    if (type->kind == CIM_IS_REAL)
        return get_real(r, ret);
    if (type->kind == CIM_IS_OBJECT)
        return get_whole(r, &ret->object);
    if (type->kind == CIM_IS_TEXT) {
        hr = get_text(r, &ret->s);
        if (SUCCEEDED(hr) &&
            (!ret->s || (type->type == CIM_DATETIME && !cim_is_datetime(ret->s)))) {
            free(ret->s);
            hr = WBEM_E_INVALID_OBJECT;
        }
        return hr;
    }
    hr = get_number(r, type->kind == CIM_IS_BOOL ? 1 : UINT64_MAX, &number);
    if (FAILED(hr))
        return hr;
    if (type->kind == CIM_IS_BOOL)
        ret->b = number;
    else if (type->kind == CIM_IS_SIGNED)
        ret->i = (int64_t)((number >> 1) ^ (0 - (number & 1)));
    else
        ret->u = number;
    if (type->bits == 64 || type->kind == CIM_IS_BOOL)
        return hr;
    return (type->kind == CIM_IS_UNSIGNED ? ret->u >> type->bits
                                          : (ret->u + (1ULL << (type->bits - 1))) >> type->bits)
               ? WBEM_E_INVALID_OBJECT
               : hr;
}

static HRESULT get_value(struct reader *r, struct cim_value *ret)
{
    struct cim_value value;
    const struct cim_type *type;
    uint64_t number, count = 1;
    HRESULT hr = get_number(r, (uint64_t)CIM_ILLEGAL << 4, &number);

    if (FAILED(hr))
        return hr;
    value = cim_null((CIMTYPE)(number >> 1));
    type = cim_type_of(value.type);
    if (!type || (value.type & ~CIM_FLAG_ARRAY) != type->type)
        return WBEM_E_INVALID_OBJECT;
    if (number & IS_NULL) {
        *ret = value;
        return hr;
    }
    value.is_null = false;
    if (value.type & CIM_FLAG_ARRAY) {
        value.many = NULL;
        hr = get_count(r, CIM_ELEMENTS_MAX, &count);
        for (uint64_t i = 0; SUCCEEDED(hr) && i < count; i++) {
            union cim_item item;
            hr = get_item(r, type, &item);
            if (SUCCEEDED(hr))
                hr = cim_append(&value, item);
        }
        if (FAILED(hr))
            cim_value_done(&value);
    } else {
        hr = get_item(r, type, &value.one);
    }
    if (SUCCEEDED(hr))
        *ret = value;
    return hr;
}

static HRESULT get_qualifiers(struct reader *r, struct cim_qualifiers *set)
{
    uint64_t count, flavor;
    HRESULT hr = get_count(r, CIM_QUALIFIERS_MAX, &count);

    for (uint64_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        struct cim_value value = {.is_null = true};
        char *name;
        hr = get_name(r, &name);
        if (FAILED(hr))
            break;
        hr = get_number(r, 0xff, &flavor);
        if (SUCCEEDED(hr))
            hr = get_value(r, &value);
        if (SUCCEEDED(hr))
            hr = cim_put_qualifier(set, name, value, (LONG)flavor);
        free(name);
    }
    return hr;
}

static HRESULT get_properties(struct reader *r, struct cim_object *object)
{
    uint64_t count;
    HRESULT hr = get_count(r, WBEM_MAX_USER_PROPERTIES, &count);

    for (uint64_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        struct cim_property *property;
        struct cim_value value = {.is_null = true};
        char *name;
        hr = get_name(r, &name);
        if (FAILED(hr))
            break;
        if (cim_property(object, name))
            hr = WBEM_E_INVALID_OBJECT;
        if (SUCCEEDED(hr))
            hr = get_value(r, &value);
        if (SUCCEEDED(hr))
            hr = cim_put_property(object, name, value, NULL);
        property = SUCCEEDED(hr) ? cim_property(object, name) : NULL;
        free(name);
        if (!property)
            break;
        cim_qualifiers_done(&property->qualifiers); /* they come now */
        hr = get_qualifiers(r, &property->qualifiers);
    }
    return hr;
}

static HRESULT get_methods(struct reader *r, struct cim_object *object)
{
    uint64_t count, which = 0;
    HRESULT hr = get_count(r, WBEM_MAX_USER_PROPERTIES, &count);

    for (uint64_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        struct cim_object *in = NULL, *out = NULL;
        char *name;
        hr = get_name(r, &name);
        if (FAILED(hr))
            break;
        hr = cim_put_method(object, name, NULL, NULL);
        if (SUCCEEDED(hr))
            hr = get_qualifiers(r, &cim_method(object, name)->qualifiers);
        if (SUCCEEDED(hr))
            hr = get_number(r, IS_METHOD_IN | IS_METHOD_OUT, &which);
        if (SUCCEEDED(hr) && which & IS_METHOD_IN)
            hr = get_whole(r, &in);
        if (SUCCEEDED(hr) && which & IS_METHOD_OUT)
            hr = get_whole(r, &out);
        if (SUCCEEDED(hr))
            hr = cim_put_method(object, name, in, out);
        cim_object_unref(in);
        cim_object_unref(out);
        free(name);
    }
    return hr;
}

static HRESULT get_object(struct reader *r, struct cim_object **ret)
{
    struct cim_object *object = NULL;
    uint64_t genus;
    HRESULT hr = get_number(r, WBEM_GENUS_INSTANCE, &genus);

    if (SUCCEEDED(hr) && genus == 0)
        hr = WBEM_E_INVALID_OBJECT;
    if (SUCCEEDED(hr))
        hr = cim_class_new(NULL, &object);
    if (SUCCEEDED(hr))
        hr = get_text(r, &object->class_name);
    if (SUCCEEDED(hr) && object->class_name && !cim_is_name(object->class_name))
        hr = WBEM_E_INVALID_OBJECT;
    if (SUCCEEDED(hr))
        hr = get_text(r, &object->server);
    if (SUCCEEDED(hr))
        hr = get_text(r, &object->namespace);
    if (SUCCEEDED(hr))
        hr = get_qualifiers(r, &object->qualifiers);
    if (SUCCEEDED(hr))
        hr = get_properties(r, object);
    if (SUCCEEDED(hr))
        hr = get_methods(r, object);
    if (FAILED(hr)) {
        cim_object_unref(object);
        return hr;
    }
    object->genus = (LONG)genus;
    *ret = object;
    return hr;
}

static HRESULT put_over(struct cim_object *base, struct cim_object *local, bool is_last,
                        struct cim_object **ret)
{
    if (local->genus == WBEM_GENUS_INSTANCE)
        return base && is_last ? cim_resolve_instance(base, local, ret) : WBEM_E_INVALID_OBJECT;
    if (!local->class_name && !is_last)
        return WBEM_E_INVALID_OBJECT;
    return cim_resolve(base, local, ret);
}

static HRESULT get_chain(struct reader *r, struct cim_object **ret)
{
    struct cim_object *object = NULL;
    uint64_t count;
    HRESULT hr = get_number(r, CIM_DERIVATION_MAX + 2, &count);

    if (SUCCEEDED(hr) && count == 0)
        hr = WBEM_E_INVALID_OBJECT;
    for (uint64_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        struct cim_object *local = NULL, *next = NULL;
        hr = get_object(r, &local);
        if (SUCCEEDED(hr))
            hr = put_over(object, local, i + 1 == count, &next);
        cim_object_unref(local);
        if (SUCCEEDED(hr)) {
            cim_object_unref(object);
            object = next;
        }
    }
    if (SUCCEEDED(hr))
        *ret = object;
    else
        cim_object_unref(object);
    return hr;
}

static HRESULT get_whole(struct reader *r, struct cim_object **ret)
{
    HRESULT hr = WBEM_E_INVALID_OBJECT;

    if (++r->depth <= WBEM_MAX_OBJECT_NESTING)
        hr = get_chain(r, ret);
    r->depth--;
    return hr;
}

static HRESULT decode(const void *bytes, size_t size, struct cim_object **ret,
                      HRESULT (*get)(struct reader *r, struct cim_object **ret))
{
    struct reader r = {bytes, (const uint8_t *)bytes + size, 0};
    struct cim_object *object = NULL;
    HRESULT hr = get(&r, &object);

    if (SUCCEEDED(hr) && r.at != r.end) {
        cim_object_unref(object);
        return WBEM_E_INVALID_OBJECT;
    }
    if (SUCCEEDED(hr))
        *ret = object;
    return hr == WBEM_E_OUT_OF_MEMORY || SUCCEEDED(hr) ? hr : WBEM_E_INVALID_OBJECT;
}

HRESULT cim_decode(const void *bytes, size_t size, struct cim_object **ret)
{
    return decode(bytes, size, ret, get_object);
}

HRESULT cim_decode_whole(const void *bytes, size_t size, struct cim_object **ret)
{
    return decode(bytes, size, ret, get_whole);
}

HRESULT cim_decode_value(const void *bytes, size_t size, struct cim_value *ret)
{
    struct reader r = {bytes, (const uint8_t *)bytes + size, 0};
    struct cim_value value = {.is_null = true};
    HRESULT hr = get_value(&r, &value);

    if (SUCCEEDED(hr) && r.at == r.end) {
        *ret = value;
        return hr;
    }
    if (SUCCEEDED(hr))
        cim_value_done(&value);
    return hr == WBEM_E_OUT_OF_MEMORY ? hr : WBEM_E_INVALID_OBJECT;
}
