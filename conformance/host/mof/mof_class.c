/* Class declarations: properties with their types and defaults, methods with their parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof_private.h"

#define PARAMETERS "__PARAMETERS"

/* A type as it is written: of a property, a parameter or a result. */
struct type {
    CIMTYPE type;
    char *of; /* the class of a reference or an object; owned */
    bool is_void;
    struct mof_word at;
};

static HRESULT parse_type(struct mof *mof, struct type *ret)
{
    const struct cim_type *known;
    char *name = NULL;
    HRESULT hr = mof_name(mof, "a type", &name, &ret->at);

    if (FAILED(hr))
        return hr;
    known = cim_type_named(name);
    ret->is_void = strcasecmp(name, "void") == 0;
    if (mof_is_word(mof, "ref") && !ret->is_void) {
        ret->type = CIM_REFERENCE;
        hr = mof_next(mof);
        if (!known || known->type != CIM_OBJECT)
            ret->of = name;
    } else if (known && known->type != CIM_REFERENCE) {
        ret->type = known->type;
    } else {
        ret->type = CIM_OBJECT;
        ret->of = name;
    }
    if (!ret->of)
        free(name);
    return hr;
}

static void type_done(struct type *type)
{
    free(type->of);
    type->of = NULL;
}

/* [] or [5], whose length nobody is held to. */
static HRESULT brackets(struct mof *mof, struct type *type)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!mof_accept(mof, '[', &hr))
        return hr;
    type->type |= CIM_FLAG_ARRAY;
    if (mof->source->word.kind == MOF_INTEGER)
        hr = mof_next(mof);
    return SUCCEEDED(hr) ? mof_expect(mof, ']', "behind an array's length") : hr;
}

static HRESULT default_of(struct mof *mof, CIMTYPE type, struct cim_value *ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    *ret = cim_null(type);
    return mof_accept(mof, '=', &hr) ? mof_value(mof, type, ret) : hr;
}

/* ---- methods: both directions are objects of __PARAMETERS, a property a parameter */
struct method {
    struct cim_object *in, *out;
    int64_t count;
};

static HRESULT add_parameter(struct mof *mof, struct cim_object **to, const char *name,
                             const struct type *type, const struct cim_value *value,
                             struct mof_qualifiers *list, int64_t id)
{
    struct cim_property *property;
    struct cim_value copy;
    HRESULT hr = *to ? WBEM_S_NO_ERROR : cim_class_new(PARAMETERS, to);

    if (SUCCEEDED(hr) && cim_property(*to, name))
        hr = WBEM_E_INVALID_DUPLICATE_PARAMETER;
    if (SUCCEEDED(hr))
        hr = cim_value_copy(value, &copy);
    if (SUCCEEDED(hr))
        hr = cim_put_property(*to, name, copy, type->of);
    if (FAILED(hr))
        return mof_result(mof, &type->at, hr, "parameter", name);
    property = cim_property(*to, name);
    for (size_t i = 0; list && SUCCEEDED(hr) && i < list->count; i++) {
        hr = cim_value_copy(&list->at[i].value, &copy);
        if (SUCCEEDED(hr))
            hr = cim_put_property_qualifier(*to, property, list->at[i].name, copy,
                                            list->at[i].flavor);
    }
    if (SUCCEEDED(hr))
        hr = cim_put_property_qualifier(
            *to, property, id < 0 ? "out" : "ID", id < 0 ? cim_bool(true) : cim_int(CIM_SINT32, id),
            id < 0 ? 0 : WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE | WBEM_FLAVOR_NOT_OVERRIDABLE);
    return mof_result(mof, &type->at, hr, "parameter", name);
}

static bool says(const struct mof_qualifiers *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct cim_value *value = &list->at[i].value;
        if (strcasecmp(list->at[i].name, name) == 0 &&
            (value->type != CIM_BOOLEAN || (!value->is_null && value->one.b)))
            return true;
    }
    return false;
}

static HRESULT parse_parameter(struct mof *mof, struct method *method)
{
    struct mof_qualifiers list = {.count = 0};
    struct type type = {.of = NULL};
    struct cim_value value = cim_null(CIM_EMPTY);
    char *name = NULL;
    bool out;
    HRESULT hr = mof_qualifiers(mof, &list);

    out = says(&list, "out");
    if (SUCCEEDED(hr))
        hr = parse_type(mof, &type);
    if (SUCCEEDED(hr) && type.is_void)
        hr = mof_fail(mof, &type.at, WBEM_E_INVALID_SYNTAX, "a parameter of type void");
    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a parameter", &name, NULL);
    if (SUCCEEDED(hr))
        hr = brackets(mof, &type);
    if (SUCCEEDED(hr))
        hr = default_of(mof, type.type, &value);
    if (SUCCEEDED(hr) && (says(&list, "in") || !out))
        hr = add_parameter(mof, &method->in, name, &type, &value, &list, method->count);
    if (SUCCEEDED(hr) && out)
        hr = add_parameter(mof, &method->out, name, &type, &value, &list, method->count);
    method->count++;
    cim_value_done(&value);
    mof_qualifiers_done(&list);
    type_done(&type);
    free(name);
    return hr;
}

static HRESULT parse_method(struct mof *mof, struct cim_object *class, const char *name,
                            const struct type *type, struct mof_qualifiers *list)
{
    struct method method = {.count = 0};
    struct cim_value none = cim_null(type->type);
    HRESULT hr = mof_expect(mof, '(', "before parameters");

    while (SUCCEEDED(hr) && !mof_is(mof, ')')) {
        hr = parse_parameter(mof, &method);
        if (FAILED(hr) || !mof_accept(mof, ',', &hr))
            break;
    }
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ')', "behind parameters");
    if (SUCCEEDED(hr) && !type->is_void)
        hr = add_parameter(mof, &method.out, "ReturnValue", type, &none, NULL, -1);
    if (SUCCEEDED(hr))
        hr = mof_result(mof, &type->at, cim_put_method(class, name, method.in, method.out),
                        "method", name);
    if (SUCCEEDED(hr))
        hr = mof_qualify(mof, list, &cim_method(class, name)->qualifiers);
    cim_object_unref(method.in);
    cim_object_unref(method.out);
    return hr;
}

/* ---- properties */
static HRESULT parse_property(struct mof *mof, struct cim_object *class, const char *name,
                              struct type *type, struct mof_qualifiers *list)
{
    struct cim_property *old;
    struct cim_value value;
    HRESULT hr = brackets(mof, type);

    if (FAILED(hr))
        return hr;
    old = cim_property(class, name);
    if (old && old->is_local)
        return mof_fail(mof, &type->at, WBEM_E_INVALID_SYNTAX, "%.100s: declared twice", name);
    if (old && !mof_is(mof, '=')) /* what is above stays as it is */
        hr = mof_result(mof, &type->at, cim_value_copy(&old->value, &value), "property", name);
    else
        hr = default_of(mof, type->type, &value);
    if (FAILED(hr))
        return hr;
    if (old && value.type != type->type) {
        cim_value_done(&value);
        return mof_result(mof, &type->at, WBEM_E_TYPE_MISMATCH, "property", name);
    }
    hr = mof_result(mof, &type->at, cim_put_property(class, name, value, type->of), "property",
                    name);
    return SUCCEEDED(hr) ? mof_qualify_property(mof, list, class, cim_property(class, name)) : hr;
}

static HRESULT member(struct mof *mof, struct cim_object *class)
{
    struct mof_qualifiers list = {.count = 0};
    struct type type = {.of = NULL};
    char *name = NULL;
    HRESULT hr = mof_qualifiers(mof, &list);

    if (SUCCEEDED(hr))
        hr = parse_type(mof, &type);
    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a property or a method", &name, NULL);
    if (SUCCEEDED(hr) && mof_is(mof, '('))
        hr = parse_method(mof, class, name, &type, &list);
    else if (SUCCEEDED(hr) && type.is_void)
        hr = mof_fail(mof, &type.at, WBEM_E_INVALID_SYNTAX, "a property of type void");
    else if (SUCCEEDED(hr))
        hr = parse_property(mof, class, name, &type, &list);
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ';', "behind a property or a method");
    mof_qualifiers_done(&list);
    type_done(&type);
    free(name);
    return hr;
}

static HRESULT parent_of(struct mof *mof, struct cim_object **ret)
{
    struct mof_word at;
    char *name = NULL;
    HRESULT hr = mof_next(mof);

    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the class above", &name, &at);
    if (SUCCEEDED(hr)) {
        hr = cim_repo_class(mof->repo, mof->ns, name, ret);
        if (hr == WBEM_E_NOT_FOUND)
            hr = WBEM_E_INVALID_SUPERCLASS;
        hr = mof_result(mof, &at, hr, "class", name);
    }
    free(name);
    return hr;
}

static HRESULT head(struct mof *mof, char **ret_name, char **ret_alias, struct mof_word *ret_at,
                    struct cim_object **ret_parent)
{
    HRESULT hr = mof_next(mof);

    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a class", ret_name, ret_at);
    if (SUCCEEDED(hr) && mof_is_word(mof, "as")) {
        hr = mof_next(mof);
        if (SUCCEEDED(hr) && mof->source->word.kind != MOF_ALIAS)
            hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                          "expected an alias, $Name");
        if (SUCCEEDED(hr)) {
            *ret_alias = mof->source->word.text;
            mof->source->word.text = NULL;
            hr = mof_next(mof);
        }
    }
    if (SUCCEEDED(hr) && mof_is(mof, ':'))
        hr = parent_of(mof, ret_parent);
    return hr;
}

static HRESULT body(struct mof *mof, struct mof_qualifiers *list, struct cim_object *class)
{
    HRESULT hr = mof_qualify(mof, list, &class->qualifiers);

    if (SUCCEEDED(hr))
        hr = mof_expect(mof, '{', "before what a class has");
    while (SUCCEEDED(hr) && !mof_is(mof, '}'))
        hr = member(mof, class);
    return SUCCEEDED(hr) ? mof_expect(mof, '}', "behind what a class has") : hr;
}

HRESULT mof_class(struct mof *mof, struct mof_qualifiers *list, struct cim_object **ret)
{
    struct cim_object *parent = NULL, *class = NULL;
    struct mof_word at = mof->source->word;
    char *name = NULL, *alias = NULL;
    HRESULT hr = head(mof, &name, &alias, &at, &parent);

    if (SUCCEEDED(hr)) {
        hr = parent ? cim_derive(parent, &class) : cim_class_new(NULL, &class);
        hr = mof_result(mof, &at, hr, "class", name);
    }
    if (SUCCEEDED(hr)) {
        class->class_name = name;
        name = NULL;
        hr = body(mof, list, class);
    }
    if (SUCCEEDED(hr) && alias) {
        hr = mof_alias_put(mof, &at, alias, class);
        alias = NULL;
    }
    cim_object_unref(parent);
    free(name);
    free(alias);
    if (SUCCEEDED(hr))
        *ret = class;
    else
        cim_object_unref(class);
    return hr;
}
