/* What a class says itself, put over what it inherits; and whether two objects are the same. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_object.h"

/* ---- resolving */
static bool is_own(const struct cim_qualifier *one)
{
    return !(one->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED);
}

static HRESULT put_qualifiers(const struct cim_qualifiers *from, struct cim_qualifiers *to)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < from->count; i++) {
        struct cim_value value;
        if (!is_own(&from->at[i]))
            continue;
        hr = cim_value_copy(&from->at[i].value, &value);
        if (SUCCEEDED(hr))
            hr = cim_put_qualifier(to, from->at[i].name, value, from->at[i].flavor);
    }
    return hr;
}

static HRESULT put_own_qualifiers(struct cim_object *object, struct cim_property *to,
                                  const struct cim_qualifiers *from)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < from->count; i++) {
        const struct cim_qualifier *one = &from->at[i];
        struct cim_value value;
        if (!is_own(one))
            continue;
        hr = cim_value_copy(&one->value, &value);
        if (SUCCEEDED(hr))
            hr = cim_put_property_qualifier(object, to, one->name, value, one->flavor);
    }
    return hr;
}

static HRESULT put_property(struct cim_object *object, const struct cim_property *from)
{
    struct cim_value value;
    HRESULT hr = cim_value_copy(&from->value, &value);

    if (FAILED(hr))
        return hr;
    hr = cim_put_property(object, from->name, value, cim_class_of(from));
    return SUCCEEDED(hr)
               ? put_own_qualifiers(object, cim_property(object, from->name), &from->qualifiers)
               : hr;
}

static HRESULT put_method(struct cim_object *object, const struct cim_method *from)
{
    HRESULT hr = cim_put_method(object, from->name, from->in, from->out);

    return SUCCEEDED(hr)
               ? put_qualifiers(&from->qualifiers, &cim_method(object, from->name)->qualifiers)
               : hr;
}

/* Whoever defines a property or a method first is named. */
static HRESULT name_origins(struct cim_object *object)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < object->property_count; i++) {
        if (!object->properties[i].origin)
            hr = cim_dup(object->class_name, &object->properties[i].origin);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < object->method_count; i++) {
        if (!object->methods[i].origin)
            hr = cim_dup(object->class_name, &object->methods[i].origin);
    }
    return hr;
}

static HRESULT decorate(struct cim_object *object, const struct cim_object *like)
{
    HRESULT hr = cim_dup(like->server, &object->server);

    return SUCCEEDED(hr) ? cim_dup(like->namespace, &object->namespace) : hr;
}

HRESULT cim_resolve(struct cim_object *parent, const struct cim_object *local,
                    struct cim_object **ret)
{
    struct cim_object *object = NULL;
    HRESULT hr = parent ? cim_derive(parent, &object) : cim_class_new(NULL, &object);

    if (SUCCEEDED(hr))
        hr = cim_dup(local->class_name, &object->class_name);
    if (SUCCEEDED(hr))
        hr = decorate(object, local);
    if (SUCCEEDED(hr))
        hr = put_qualifiers(&local->qualifiers, &object->qualifiers);
    for (size_t i = 0; SUCCEEDED(hr) && i < local->property_count; i++) {
        if (local->properties[i].is_local)
            hr = put_property(object, &local->properties[i]);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < local->method_count; i++) {
        if (local->methods[i].is_local)
            hr = put_method(object, &local->methods[i]);
    }
    if (SUCCEEDED(hr))
        hr = name_origins(object);
    if (SUCCEEDED(hr))
        *ret = object;
    else
        cim_object_unref(object);
    return hr;
}

HRESULT cim_resolve_instance(struct cim_object *class, const struct cim_object *local,
                             struct cim_object **ret)
{
    struct cim_object *object = NULL;
    HRESULT hr = cim_instantiate(class, &object);

    if (SUCCEEDED(hr))
        hr = decorate(object, local);
    if (SUCCEEDED(hr))
        hr = put_qualifiers(&local->qualifiers, &object->qualifiers);
    for (size_t i = 0; SUCCEEDED(hr) && i < local->property_count; i++) {
        const struct cim_property *from = &local->properties[i];
        struct cim_property *to = from->is_local ? cim_property(object, from->name) : NULL;
        struct cim_value value;
        if (!to || to->value.type != from->value.type)
            continue; /* the class has it no more, or in another way */
        hr = cim_value_copy(&from->value, &value);
        if (SUCCEEDED(hr))
            hr = cim_set_value(object, from->name, value);
        if (SUCCEEDED(hr))
            hr = put_qualifiers(&from->qualifiers, &to->qualifiers);
    }
    if (SUCCEEDED(hr))
        *ret = object;
    else
        cim_object_unref(object);
    return hr;
}

/* ---- comparing */
static bool qualifiers_equal(const struct cim_qualifiers *a, const struct cim_qualifiers *b,
                             LONG flags)
{
    if (flags & WBEM_FLAG_IGNORE_QUALIFIERS)
        return true;
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct cim_qualifier *other = cim_qualifier(b, a->at[i].name);
        if (!other ||
            !cim_value_equal(&a->at[i].value, &other->value, flags & WBEM_FLAG_IGNORE_CASE) ||
            (a->at[i].flavor != other->flavor && !(flags & WBEM_FLAG_IGNORE_FLAVOR)))
            return false;
    }
    return true;
}

static bool text_equal(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcasecmp(a, b) == 0);
}

static bool properties_equal(const struct cim_object *a, const struct cim_object *b, LONG flags)
{
    bool defaults = a->genus == WBEM_GENUS_INSTANCE || !(flags & WBEM_FLAG_IGNORE_DEFAULT_VALUES);

    if (a->property_count != b->property_count)
        return false;
    for (size_t i = 0; i < a->property_count; i++) {
        const struct cim_property *one = &a->properties[i], *other = cim_property(b, one->name);
        if (!other || one->value.type != other->value.type ||
            (defaults &&
             !cim_value_equal(&one->value, &other->value, flags & WBEM_FLAG_IGNORE_CASE)) ||
            !qualifiers_equal(&one->qualifiers, &other->qualifiers, flags))
            return false;
    }
    return true;
}

static bool signature_equal(const struct cim_object *a, const struct cim_object *b, LONG flags)
{
    return a == b || (a && b && cim_object_equal(a, b, flags));
}

static bool methods_equal(const struct cim_object *a, const struct cim_object *b, LONG flags)
{
    if (a->method_count != b->method_count)
        return false;
    for (size_t i = 0; i < a->method_count; i++) {
        const struct cim_method *one = &a->methods[i], *other = cim_method(b, one->name);
        if (!other || !qualifiers_equal(&one->qualifiers, &other->qualifiers, flags) ||
            !signature_equal(one->in, other->in, flags) ||
            !signature_equal(one->out, other->out, flags))
            return false;
    }
    return true;
}

bool cim_object_equal(const struct cim_object *a, const struct cim_object *b, LONG flags)
{
    if (a->genus != b->genus)
        return false;
    if (!(flags & WBEM_FLAG_IGNORE_CLASS) && (!text_equal(a->class_name, b->class_name) ||
                                              !text_equal(cim_superclass(a), cim_superclass(b))))
        return false;
    if (!(flags & WBEM_FLAG_IGNORE_OBJECT_SOURCE) &&
        (!text_equal(a->server, b->server) || !text_equal(a->namespace, b->namespace)))
        return false;
    return qualifiers_equal(&a->qualifiers, &b->qualifiers, flags) &&
           properties_equal(a, b, flags) && methods_equal(a, b, flags);
}
