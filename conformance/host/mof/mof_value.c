/* Values: literals, arrays, aliases, objects in objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_path.h"
#include "conformance/host/cim/cim_status.h"
#include "conformance/host/mof/mof_private.h"

static HRESULT literal(struct mof *mof, bool negative, struct cim_value *ret)
{
    struct mof_word *word = &mof->source->word;

    if (word->kind == MOF_REAL) {
        *ret = (struct cim_value){.type = CIM_REAL64, .one.r = negative ? -word->real : word->real};
    } else if (word->kind == MOF_INTEGER && negative) {
        if (word->number > (uint64_t)INT64_MAX + 1)
            return mof_fail(mof, word, WBEM_E_VALUE_OUT_OF_RANGE, "a number of more than 64 bits");
        *ret = cim_int(CIM_SINT64, (int64_t)(0 - word->number));
    } else if (word->kind == MOF_INTEGER || word->kind == MOF_CHAR) {
        *ret = (struct cim_value){.type = CIM_UINT64, .one.u = word->number};
    } else {
        return mof_fail(mof, word, WBEM_E_INVALID_SYNTAX, "expected a value");
    }
    return mof_next(mof);
}

static HRESULT aliased(struct mof *mof, const struct cim_type *type, struct cim_value *ret)
{
    struct mof_word *word = &mof->source->word;
    struct cim_object *object = mof_alias(mof, word->text);
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!object)
        return mof_fail(mof, word, WBEM_E_INVALID_SYNTAX, "$%.100s: no alias of that name",
                        word->text);
    *ret = (struct cim_value){.type = type->type};
    if (type->kind == CIM_IS_OBJECT)
        ret->one.object = cim_object_ref(object);
    else
        hr = cim_object_path(object, false, &ret->one.s);
    if (FAILED(hr))
        return mof_result(mof, word, hr, "the path of", word->text);
    return mof_next(mof);
}

static HRESULT embedded(struct mof *mof, struct cim_value *ret)
{
    struct mof_qualifiers list = {.count = 0};
    struct cim_object *object = NULL;
    char *alias = NULL;
    HRESULT hr = mof_qualifiers(mof, &list);

    if (SUCCEEDED(hr) && mof_is_word(mof, "class"))
        hr = mof_class(mof, &list, &object);
    else if (SUCCEEDED(hr) && mof_is_word(mof, "instance"))
        hr = mof_instance(mof, &list, &object, &alias);
    else if (SUCCEEDED(hr))
        hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                      "expected instance of or class");
    free(alias);
    mof_qualifiers_done(&list);
    if (SUCCEEDED(hr))
        *ret = (struct cim_value){.type = CIM_OBJECT, .one.object = object};
    return hr;
}

/* One, of whatever type it is written as. */
static HRESULT as_written(struct mof *mof, const struct cim_type *type, struct cim_value *ret)
{
    struct mof_word *word = &mof->source->word;
    HRESULT hr = WBEM_S_NO_ERROR;
    bool negative;

    if (word->kind == MOF_STRING) {
        *ret = (struct cim_value){.type = CIM_STRING};
        return mof_string(mof, "a string", &ret->one.s);
    }
    if (word->kind == MOF_ALIAS && (type->kind == CIM_IS_OBJECT || type->type == CIM_REFERENCE))
        return aliased(mof, type, ret);
    if (mof_is_word(mof, "true") || mof_is_word(mof, "false")) {
        *ret = cim_bool(mof_is_word(mof, "true"));
        return mof_next(mof);
    }
    if (type->kind == CIM_IS_OBJECT)
        return embedded(mof, ret);
    negative = mof_accept(mof, '-', &hr);
    if (!negative)
        (void)mof_accept(mof, '+', &hr);
    return SUCCEEDED(hr) ? literal(mof, negative, ret) : hr;
}

static HRESULT one(struct mof *mof, const struct cim_type *type, struct cim_value *ret)
{
    struct mof_word at = mof->source->word;
    struct cim_value value;
    HRESULT hr = as_written(mof, type, &value);

    at.text = NULL;
    if (FAILED(hr))
        return hr;
    hr = cim_cast(&value, type->type, false, ret);
    cim_value_done(&value);
    return FAILED(hr)
               ? mof_fail(mof, &at, hr, "no value of type %s: %s", type->name, cim_status(hr))
               : hr;
}

static HRESULT many(struct mof *mof, const struct cim_type *type, struct cim_value *ret)
{
    struct cim_value array = {.type = type->type | CIM_FLAG_ARRAY};
    struct mof_word at = mof->source->word;
    HRESULT hr = mof_expect(mof, '{', "before the values of an array");

    at.text = NULL;
    while (SUCCEEDED(hr) && !mof_is(mof, '}')) {
        struct cim_value value;
        hr = one(mof, type, &value);
        if (SUCCEEDED(hr))
            hr = mof_result(mof, &at, cim_append(&array, value.one), "an array", NULL);
        if (FAILED(hr) || !mof_accept(mof, ',', &hr))
            break;
        if (SUCCEEDED(hr) && mof_is(mof, '}'))
            hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                          "expected a value behind the comma");
    }
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, '}', "behind the values of an array");
    if (SUCCEEDED(hr))
        *ret = array;
    else
        cim_value_done(&array);
    return hr;
}

HRESULT mof_value(struct mof *mof, CIMTYPE type, struct cim_value *ret)
{
    const struct cim_type *of = cim_type_of(type);
    HRESULT hr;

    if (mof_is_word(mof, "null")) {
        *ret = cim_null(type);
        return mof_next(mof);
    }
    if (++mof->depth > WBEM_MAX_OBJECT_NESTING)
        hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                      "more than %d objects in each other", WBEM_MAX_OBJECT_NESTING);
    else
        hr = (type & CIM_FLAG_ARRAY ? many : one)(mof, of, ret);
    mof->depth--;
    return hr;
}
