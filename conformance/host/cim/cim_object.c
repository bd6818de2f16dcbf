/* Life and ancestry of CIM objects. */
#include "conformance/host/cim/cim_object.h"

#include <stdlib.h>
#include <string.h>

void cim_property_done(struct cim_property *property);
void cim_method_done(struct cim_method *method);

static struct cim_object *zeros(LONG genus)
{
    struct cim_object *object = calloc(1, sizeof(*object));

    if (!object)
        return NULL;
    atomic_init(&object->refs, 1);
    object->genus = genus;
    return object;
}

HRESULT cim_class_new(const char *name, struct cim_object **ret)
{
    struct cim_object *object = zeros(WBEM_GENUS_CLASS);

    if (!object || FAILED(cim_dup(name, &object->class_name))) {
        cim_object_unref(object);
        return WBEM_E_OUT_OF_MEMORY;
    }
    *ret = object;
    return WBEM_S_NO_ERROR;
}

struct cim_object *cim_object_ref(struct cim_object *object)
{
    if (object)
        atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
    return object;
}

void cim_object_unref(struct cim_object *object)
{
    if (!object || atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < object->property_count; i++)
        cim_property_done(&object->properties[i]);
    for (size_t i = 0; i < object->method_count; i++)
        cim_method_done(&object->methods[i]);
    cim_qualifiers_done(&object->qualifiers);
    cim_object_unref(object->base);
    free(object->properties);
    free(object->methods);
    free(object->class_name);
    free(object->server);
    free(object->namespace);
    free(object);
}

/* ---- copies: `mask` 0 of everything, else of what goes to instances or derived classes */
static HRESULT copy_qualifiers(const struct cim_qualifiers *set, LONG mask,
                               struct cim_qualifiers *ret)
{
    return mask ? cim_qualifiers_inherit(set, mask, ret) : cim_qualifiers_copy(set, ret);
}

static HRESULT copy_property(const struct cim_property *from, LONG mask, struct cim_property *to)
{
    HRESULT hr;

    to->is_inherited = from->is_inherited || mask == WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS;
    to->is_local = from->is_local && !mask;
    to->value = cim_null(from->value.type);
    hr = cim_dup(from->name, &to->name);
    if (SUCCEEDED(hr))
        hr = cim_dup(from->origin, &to->origin);
    if (SUCCEEDED(hr))
        hr = cim_value_copy(&from->value, &to->value);
    return SUCCEEDED(hr) ? copy_qualifiers(&from->qualifiers, mask, &to->qualifiers) : hr;
}

static HRESULT copy_method(const struct cim_method *from, LONG mask, struct cim_method *to)
{
    HRESULT hr;

    to->is_inherited = from->is_inherited || mask;
    to->is_local = from->is_local && !mask;
    to->in = cim_object_ref(from->in);
    to->out = cim_object_ref(from->out);
    hr = cim_dup(from->name, &to->name);
    if (SUCCEEDED(hr))
        hr = cim_dup(from->origin, &to->origin);
    return SUCCEEDED(hr) ? copy_qualifiers(&from->qualifiers, mask, &to->qualifiers) : hr;
}

static HRESULT copy_parts(const struct cim_object *from, LONG mask, struct cim_object *to)
{
    bool with_methods = to->genus == WBEM_GENUS_CLASS;
    HRESULT hr = copy_qualifiers(&from->qualifiers, mask, &to->qualifiers);

    to->properties = cim_room(from->property_count, sizeof(*to->properties));
    to->methods = with_methods ? cim_room(from->method_count, sizeof(*to->methods)) : NULL;
    if (!to->properties || (with_methods && !to->methods))
        return WBEM_E_OUT_OF_MEMORY;
    for (size_t i = 0; SUCCEEDED(hr) && i < from->property_count; i++)
        hr = copy_property(&from->properties[i], mask, &to->properties[to->property_count++]);
    for (size_t i = 0; SUCCEEDED(hr) && with_methods && i < from->method_count; i++)
        hr = copy_method(&from->methods[i], mask, &to->methods[to->method_count++]);
    return hr;
}

static HRESULT finish(HRESULT hr, struct cim_object *object, struct cim_object **ret)
{
    if (SUCCEEDED(hr))
        *ret = object;
    else
        cim_object_unref(object);
    return hr;
}

HRESULT cim_object_clone(const struct cim_object *object, struct cim_object **ret)
{
    struct cim_object *copy = zeros(object->genus);
    HRESULT hr = copy ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr))
        hr = cim_dup(object->class_name, &copy->class_name);
    if (SUCCEEDED(hr))
        hr = cim_dup(object->server, &copy->server);
    if (SUCCEEDED(hr))
        hr = cim_dup(object->namespace, &copy->namespace);
    if (SUCCEEDED(hr))
        hr = copy_parts(object, 0, copy);
    if (SUCCEEDED(hr))
        copy->base = cim_object_ref(object->base);
    return finish(hr, copy, ret);
}

HRESULT cim_derive(struct cim_object *parent, struct cim_object **ret)
{
    struct cim_object *child;
    HRESULT hr;

    if (parent->genus != WBEM_GENUS_CLASS || !parent->class_name)
        return WBEM_E_INVALID_OPERATION;
    if (cim_depth(parent) >= CIM_DERIVATION_MAX)
        return WBEM_E_INVALID_SUPERCLASS;
    child = zeros(WBEM_GENUS_CLASS);
    hr = child ? copy_parts(parent, WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS, child)
               : WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr))
        child->base = cim_object_ref(parent);
    return finish(hr, child, ret);
}

HRESULT cim_instantiate(struct cim_object *class, struct cim_object **ret)
{
    struct cim_object *instance;
    HRESULT hr;

    if (class->genus != WBEM_GENUS_CLASS)
        return WBEM_E_INVALID_OPERATION;
    if (!class->class_name)
        return WBEM_E_INCOMPLETE_CLASS;
    instance = zeros(WBEM_GENUS_INSTANCE);
    hr = instance ? cim_dup(class->class_name, &instance->class_name) : WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr))
        hr = copy_parts(class, WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE, instance);
    if (SUCCEEDED(hr))
        instance->base = cim_object_ref(class);
    return finish(hr, instance, ret);
}

/* ---- ancestry: an instance's first ancestor is its class's parent */
static const struct cim_object *class_of(const struct cim_object *object)
{
    return object->genus == WBEM_GENUS_INSTANCE && object->base ? object->base : object;
}

const struct cim_object *cim_ancestor(const struct cim_object *object, size_t index)
{
    object = class_of(object)->base;
    while (object && index--)
        object = object->base;
    return object;
}

size_t cim_depth(const struct cim_object *object)
{
    size_t depth = 0;

    for (object = class_of(object)->base; object; object = object->base)
        depth++;
    return depth;
}

const char *cim_superclass(const struct cim_object *object)
{
    object = class_of(object)->base;
    return object ? object->class_name : NULL;
}

const char *cim_dynasty(const struct cim_object *object)
{
    for (object = class_of(object); object->base;)
        object = object->base;
    return object->class_name;
}

bool cim_is_a(const struct cim_object *object, const char *class_name)
{
    for (object = class_of(object); object; object = object->base) {
        if (object->class_name && strcasecmp(object->class_name, class_name) == 0)
            return true;
    }
    return false;
}
