/* Properties and methods of classes and instances, and what may be done with those from above. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_object.h"

void cim_property_done(struct cim_property *property);
void cim_method_done(struct cim_method *method);

void cim_property_done(struct cim_property *property)
{
    cim_value_done(&property->value);
    cim_qualifiers_done(&property->qualifiers);
    free(property->name);
    free(property->origin);
}

void cim_method_done(struct cim_method *method)
{
    cim_object_unref(method->in);
    cim_object_unref(method->out);
    cim_qualifiers_done(&method->qualifiers);
    free(method->name);
    free(method->origin);
}

struct cim_property *cim_property(const struct cim_object *object, const char *name)
{
    for (size_t i = 0; i < object->property_count; i++) {
        if (strcasecmp(object->properties[i].name, name) == 0)
            return &object->properties[i];
    }
    return NULL;
}

bool cim_is_key(const struct cim_property *property)
{
    return cim_flagged(&property->qualifiers, "key");
}

bool cim_has_keys(const struct cim_object *object)
{
    for (size_t i = 0; i < object->property_count; i++) {
        if (cim_is_key(&object->properties[i]))
            return true;
    }
    return false;
}

const char *cim_class_of(const struct cim_property *property)
{
    const struct cim_qualifier *type = cim_qualifier(&property->qualifiers, "CIMTYPE");
    const char *colon = type && type->value.type == CIM_STRING && !type->value.is_null
                            ? strchr(type->value.one.s, ':')
                            : NULL;

    return colon ? colon + 1 : NULL;
}

/* The type's name as a qualifier, which it goes by to whoever derives. */
static HRESULT name_type(struct cim_property *property, const char *of)
{
    const char *name = cim_type_of(property->value.type)->name;
    const struct cim_qualifier *old = cim_qualifier(&property->qualifiers, "CIMTYPE");
    struct cim_value value = {.type = CIM_STRING};
    char *text;

    if (asprintf(&text, "%s%s%s", name, of ? ":" : "", of ? of : "") < 0)
        return WBEM_E_OUT_OF_MEMORY;
    if (old && old->value.type == CIM_STRING && !old->value.is_null &&
        strcasecmp(old->value.one.s, text) == 0) {
        free(text);
        return WBEM_S_NO_ERROR;
    }
    value.one.s = text;
    return cim_put_qualifier(&property->qualifiers, "CIMTYPE", value, 0);
}

static HRESULT add(struct cim_object *class, const char *name, struct cim_value value,
                   const char *of)
{
    struct cim_property property = {.value = value, .is_local = true};
    void *grown;
    HRESULT hr;

    if (class->property_count >= WBEM_MAX_USER_PROPERTIES)
        hr = WBEM_E_TOO_MANY_PROPERTIES;
    else
        hr = cim_dup(name, &property.name);
    if (SUCCEEDED(hr))
        hr = name_type(&property, of);
    grown = SUCCEEDED(hr)
                ? cim_grow(class->properties, class->property_count, sizeof(*class->properties))
                : NULL;
    if (!grown) {
        cim_property_done(&property);
        return FAILED(hr) ? hr : WBEM_E_OUT_OF_MEMORY;
    }
    class->properties = grown;
    class->properties[class->property_count++] = property;
    return WBEM_S_NO_ERROR;
}

static void replace(struct cim_value *old, struct cim_value value)
{
    cim_value_done(old);
    *old = value;
}

static bool is_own_name(const char *name)
{
    return cim_is_name(name) && name[0] != '_' && name[strlen(name) - 1] != '_';
}

HRESULT cim_put_property(struct cim_object *class, const char *name, struct cim_value value,
                         const char *of)
{
    struct cim_property *property = cim_property(class, name);
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!property && is_own_name(name))
        return add(class, name, value, of);
    if (!property)
        hr = WBEM_E_INVALID_PARAMETER;
    else if (property->is_inherited && property->value.type != value.type)
        hr = WBEM_E_TYPE_MISMATCH;
    if (FAILED(hr)) {
        cim_value_done(&value);
        return hr;
    }
    replace(&property->value, value);
    property->is_local = true;
    return of || !property->is_inherited ? name_type(property, of) : hr;
}

HRESULT cim_set_value(struct cim_object *object, const char *name, struct cim_value value)
{
    struct cim_property *property = cim_property(object, name);

    if (!property || property->value.type != value.type) {
        cim_value_done(&value);
        return property ? WBEM_E_TYPE_MISMATCH : WBEM_E_NOT_FOUND;
    }
    replace(&property->value, value);
    property->is_local = true;
    return WBEM_S_NO_ERROR;
}

/* As the base has it: its value, and of its qualifiers those that come here. */
static HRESULT reset(struct cim_object *object, struct cim_property *property)
{
    const struct cim_property *base = cim_property(object->base, property->name);
    LONG mask = object->genus == WBEM_GENUS_CLASS ? WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS
                                                  : WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE;
    struct cim_qualifiers qualifiers;
    struct cim_value value;
    HRESULT hr = cim_value_copy(&base->value, &value);

    if (FAILED(hr))
        return hr;
    hr = cim_qualifiers_inherit(&base->qualifiers, mask, &qualifiers);
    if (FAILED(hr)) {
        cim_value_done(&value);
        return hr;
    }
    replace(&property->value, value);
    cim_qualifiers_done(&property->qualifiers);
    property->qualifiers = qualifiers;
    property->is_local = false;
    return WBEM_S_RESET_TO_DEFAULT;
}

HRESULT cim_delete_property(struct cim_object *object, const char *name)
{
    struct cim_property *property = cim_property(object, name);

    if (!property)
        return WBEM_E_NOT_FOUND;
    if (object->genus == WBEM_GENUS_INSTANCE || (property->is_inherited && property->is_local))
        return object->base ? reset(object, property) : WBEM_E_INVALID_OPERATION;
    if (property->is_inherited)
        return WBEM_E_PROPAGATED_PROPERTY;
    cim_property_done(property);
    object->property_count--;
    memmove(property, property + 1,
            (size_t)(object->properties + object->property_count - property) * sizeof(*property));
    return WBEM_S_NO_ERROR;
}

void cim_keep_properties(struct cim_object *object, char *const *names, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < object->property_count; i++) {
        size_t k = 0;
        while (k < count && strcasecmp(names[k], object->properties[i].name) != 0)
            k++;
        if (k < count)
            object->properties[kept++] = object->properties[i];
        else
            cim_property_done(&object->properties[i]);
    }
    object->property_count = kept;
}

/* Another type of the same size of text: a date, a reference, an object of a class. */
static HRESULT retype(struct cim_property *property, const struct cim_value *name)
{
    char word[16];
    const struct cim_type *type;
    struct cim_value value;
    CIMTYPE wanted;
    HRESULT hr;

    if (name->type != CIM_STRING || name->is_null)
        return WBEM_E_INVALID_QUALIFIER_TYPE;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(name->one.s, ":"), name->one.s);
    type = cim_type_named(word);
    if (!type ||
        (strchr(name->one.s, ':') && type->type != CIM_REFERENCE && type->type != CIM_OBJECT))
        return WBEM_E_INVALID_CIM_TYPE;
    wanted = type->type | (property->value.type & CIM_FLAG_ARRAY);
    if (wanted == property->value.type)
        return WBEM_S_NO_ERROR;
    if (property->is_inherited)
        return WBEM_E_TYPE_MISMATCH;
    hr = cim_cast(&property->value, wanted, false, &value);
    if (SUCCEEDED(hr))
        replace(&property->value, value);
    return hr;
}

HRESULT cim_put_property_qualifier(struct cim_object *object, struct cim_property *property,
                                   const char *name, struct cim_value value, LONG flavor)
{
    const struct cim_type *type = cim_type_of(property->value.type);
    bool is_array = property->value.type & CIM_FLAG_ARRAY;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (strcasecmp(name, "key") == 0 && !cim_is_key(property)) {
        bool keyed_above = object->base && cim_has_keys(object->base);
        if (object->genus == WBEM_GENUS_INSTANCE || keyed_above || is_array ||
            type->kind == CIM_IS_REAL || type->kind == CIM_IS_OBJECT)
            hr = WBEM_E_CANNOT_BE_KEY;
    }
    if (strcasecmp(name, "CIMTYPE") == 0)
        hr = object->genus == WBEM_GENUS_INSTANCE ? WBEM_E_READ_ONLY : retype(property, &value);
    if (FAILED(hr)) {
        cim_value_done(&value);
        return hr;
    }
    hr = cim_put_qualifier(&property->qualifiers, name, value, flavor);
    if (SUCCEEDED(hr))
        property->is_local = true;
    return hr;
}

/* ---- methods */
struct cim_method *cim_method(const struct cim_object *object, const char *name)
{
    for (size_t i = 0; i < object->method_count; i++) {
        if (strcasecmp(object->methods[i].name, name) == 0)
            return &object->methods[i];
    }
    return NULL;
}

static HRESULT add_method(struct cim_object *class, const char *name)
{
    void *grown = cim_grow(class->methods, class->method_count, sizeof(*class->methods));
    struct cim_method method = {.is_local = true};

    if (!grown)
        return WBEM_E_OUT_OF_MEMORY;
    class->methods = grown;
    if (FAILED(cim_dup(name, &method.name)))
        return WBEM_E_OUT_OF_MEMORY;
    class->methods[class->method_count++] = method;
    return WBEM_S_NO_ERROR;
}

HRESULT cim_put_method(struct cim_object *class, const char *name, struct cim_object *in,
                       struct cim_object *out)
{
    struct cim_method *method = cim_method(class, name);
    HRESULT hr = WBEM_S_NO_ERROR;

    if (class->genus != WBEM_GENUS_CLASS)
        return WBEM_E_INVALID_OPERATION;
    if (!method && !is_own_name(name))
        return WBEM_E_INVALID_PARAMETER;
    if (!method && class->method_count >= WBEM_MAX_USER_PROPERTIES)
        return WBEM_E_TOO_MUCH_DATA;
    if (!method)
        hr = add_method(class, name);
    if (FAILED(hr))
        return hr;
    method = cim_method(class, name);
    cim_object_ref(in);
    cim_object_ref(out);
    cim_object_unref(method->in);
    cim_object_unref(method->out);
    method->in = in;
    method->out = out;
    method->is_local = true;
    return hr;
}

HRESULT cim_delete_method(struct cim_object *class, const char *name)
{
    struct cim_method *method = cim_method(class, name);

    if (class->genus != WBEM_GENUS_CLASS)
        return WBEM_E_INVALID_OPERATION;
    if (!method)
        return WBEM_E_NOT_FOUND;
    if (method->is_inherited)
        return WBEM_E_PROPAGATED_METHOD;
    cim_method_done(method);
    class->method_count--;
    memmove(method, method + 1,
            (size_t)(class->methods + class->method_count - method) * sizeof(*method));
    return WBEM_S_NO_ERROR;
}
