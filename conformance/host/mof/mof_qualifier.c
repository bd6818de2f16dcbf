/* Qualifiers and their flavours, and what a qualifier declaration says of all of a name. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof_private.h"
#include "spcore/base.h"

void mof_qualifiers_done(struct mof_qualifiers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->at[i].name);
        cim_value_done(&list->at[i].value);
    }
    free(list->at);
    *list = (struct mof_qualifiers){.count = 0};
}

/* ---- flavours */
static const struct flavor {
    const char *word;
    LONG set, clear;
} flavors[] = {
    {"ToInstance", WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE, 0},
    {"ToSubclass", WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS, 0},
    {"NotToInstance", 0, WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE},
    {"NotToSubclass", 0, WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS},
    {"Restricted", 0, CIM_FLAVOR_PROPAGATES},
    {"DisableOverride", WBEM_FLAVOR_NOT_OVERRIDABLE, 0},
    {"EnableOverride", 0, WBEM_FLAVOR_NOT_OVERRIDABLE},
    {"Amended", WBEM_FLAVOR_AMENDED, 0},
    {"Translatable", WBEM_FLAVOR_AMENDED, 0}, /* as DMTF has it */
};

static const struct flavor *flavor_of(const struct mof *mof)
{
    for (size_t i = 0; i < ARRAY_SIZE(flavors); i++) {
        if (mof_is_word(mof, flavors[i].word))
            return &flavors[i];
    }
    return NULL;
}

/* Words behind a colon, up to what is none. */
static HRESULT read_flavors(struct mof *mof, LONG *ret)
{
    const struct flavor *one;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!flavor_of(mof))
        return mof_fail(mof, &mof->source->word, WBEM_E_INVALID_FLAVOR,
                        "expected a flavor, as ToInstance");
    while (SUCCEEDED(hr) && (one = flavor_of(mof))) {
        *ret = (*ret & ~one->clear) | one->set;
        hr = mof_next(mof);
    }
    return hr;
}

/* What a declaration has said of a name. */
struct declared {
    char *name;
    LONG flavor;
};

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct declared *)a)->name, ((const struct declared *)b)->name);
}

static void declared_free(void *one)
{
    free(((struct declared *)one)->name);
    free(one);
}

void mof_flavors_done(struct mof *mof)
{
    tdestroy(mof->flavors, declared_free);
    mof->flavors = NULL;
}

static LONG declared_flavor(struct mof *mof, char *name)
{
    struct declared key = {name, 0}, **found = tfind(&key, &mof->flavors, by_name);

    return found ? (*found)->flavor : 0;
}

/* ---- one qualifier */
static bool is_number(const struct mof *mof)
{
    return mof->source->word.kind == MOF_INTEGER || mof->source->word.kind == MOF_CHAR ||
           mof_is(mof, '-') || mof_is(mof, '+');
}

/* A type that a qualifier may have, by what its first value looks like. */
static HRESULT guess(struct mof *mof, CIMTYPE *ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    if (mof->source->word.kind == MOF_STRING)
        *ret = CIM_STRING;
    else if (mof_is_word(mof, "true") || mof_is_word(mof, "false"))
        *ret = CIM_BOOLEAN;
    else if (mof->source->word.kind == MOF_REAL)
        *ret = CIM_REAL64;
    else if (is_number(mof))
        *ret = CIM_SINT32;
    else
        hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_QUALIFIER_TYPE,
                      "expected a string, a number, TRUE or FALSE");
    return hr;
}

/* A signed number shows only behind its sign whether it is a real one. */
static HRESULT peek_real(struct mof *mof, CIMTYPE *type)
{
    struct mof_lexer ahead = mof->source->lexer;
    struct mof_word word;

    if (*type != CIM_SINT32 || !(mof_is(mof, '-') || mof_is(mof, '+')))
        return WBEM_S_NO_ERROR;
    if (mof_lex(&ahead, &word))
        return mof_fail(mof, &mof->source->word, WBEM_E_OUT_OF_MEMORY, "out of memory");
    if (word.kind == MOF_REAL)
        *type = CIM_REAL64;
    mof_word_done(&word);
    return WBEM_S_NO_ERROR;
}

static HRESULT scalar(struct mof *mof, struct cim_value *ret)
{
    CIMTYPE type = CIM_EMPTY;
    HRESULT hr = guess(mof, &type);

    if (SUCCEEDED(hr))
        hr = peek_real(mof, &type);
    return SUCCEEDED(hr) ? mof_value(mof, type, ret) : hr;
}

static HRESULT array(struct mof *mof, struct cim_value *ret)
{
    struct cim_value all = {.type = CIM_STRING | CIM_FLAG_ARRAY}, value, cast;
    HRESULT hr = mof_expect(mof, '{', "before the values of a qualifier");

    while (SUCCEEDED(hr) && !mof_is(mof, '}')) {
        struct mof_word at = mof->source->word;
        at.text = NULL;
        hr = scalar(mof, &value);
        if (FAILED(hr))
            break;
        if (!all.count)
            all.type = value.type | CIM_FLAG_ARRAY;
        hr = cim_cast(&value, all.type & ~CIM_FLAG_ARRAY, false, &cast);
        cim_value_done(&value);
        if (SUCCEEDED(hr))
            hr = cim_append(&all, cast.one);
        hr = mof_result(mof, &at, hr, "values of one type", NULL);
        if (FAILED(hr) || !mof_accept(mof, ',', &hr))
            break;
    }
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, '}', "behind the values of a qualifier");
    if (SUCCEEDED(hr))
        *ret = all;
    else
        cim_value_done(&all);
    return hr;
}

static HRESULT qualifier_value(struct mof *mof, struct cim_value *ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    if (mof_is(mof, '{'))
        return array(mof, ret);
    *ret = cim_bool(true);
    if (!mof_accept(mof, '(', &hr))
        return hr;
    hr = mof_is(mof, '{') ? array(mof, ret) : scalar(mof, ret);
    if (FAILED(hr))
        return hr;
    hr = mof_expect(mof, ')', "behind the value of a qualifier");
    if (FAILED(hr))
        cim_value_done(ret);
    return hr;
}

static HRESULT one_qualifier(struct mof *mof, struct mof_qualifiers *list)
{
    struct mof_qualifier one = {.name = NULL};
    void *grown;
    HRESULT hr = mof_name(mof, "the name of a qualifier", &one.name, &one.at);

    if (FAILED(hr))
        return hr;
    hr = qualifier_value(mof, &one.value);
    if (FAILED(hr)) {
        free(one.name);
        return hr;
    }
    one.flavor = declared_flavor(mof, one.name);
    grown = list->count < CIM_QUALIFIERS_MAX ? cim_grow(list->at, list->count, sizeof(*list->at))
                                             : NULL;
    if (!grown) {
        hr = mof_fail(mof, &one.at, WBEM_E_TOO_MUCH_DATA, "more than %d qualifiers",
                      CIM_QUALIFIERS_MAX);
        free(one.name);
        cim_value_done(&one.value);
        return hr;
    }
    list->at = grown;
    list->at[list->count++] = one;
    if (mof_accept(mof, ':', &hr))
        hr = read_flavors(mof, &list->at[list->count - 1].flavor);
    return hr;
}

HRESULT mof_qualifiers(struct mof *mof, struct mof_qualifiers *ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!mof_accept(mof, '[', &hr))
        return hr;
    do {
        hr = one_qualifier(mof, ret);
    } while (SUCCEEDED(hr) && mof_accept(mof, ',', &hr));
    return SUCCEEDED(hr) ? mof_expect(mof, ']', "behind the qualifiers") : hr;
}

/* ---- put where they belong */
static struct cim_value take(struct mof_qualifier *one)
{
    struct cim_value value = one->value;

    one->value = cim_null(value.type);
    return value;
}

HRESULT mof_qualify(struct mof *mof, struct mof_qualifiers *list, struct cim_qualifiers *set)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < list->count; i++) {
        struct mof_qualifier *one = &list->at[i];
        hr = mof_result(mof, &one->at, cim_put_qualifier(set, one->name, take(one), one->flavor),
                        "qualifier", one->name);
    }
    return hr;
}

HRESULT mof_qualify_property(struct mof *mof, struct mof_qualifiers *list,
                             struct cim_object *object, struct cim_property *property)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < list->count; i++) {
        struct mof_qualifier *one = &list->at[i];
        hr = cim_put_property_qualifier(object, property, one->name, take(one), one->flavor);
        hr = mof_result(mof, &one->at, hr, "qualifier", one->name);
    }
    return hr;
}

/* ---- Qualifier Name : Flavor …; or, as DMTF has it, Qualifier Name : type = value, Scope(…),
 * Flavor(…); of which the flavours count here */
static HRESULT in_parentheses(struct mof *mof, LONG *flavor)
{
    HRESULT hr = mof_expect(mof, '(', "behind Scope or Flavor");

    while (SUCCEEDED(hr) && mof->source->word.kind == MOF_NAME) {
        if (flavor)
            hr = read_flavors(mof, flavor);
        else
            hr = mof_next(mof);
        if (FAILED(hr) || !mof_accept(mof, ',', &hr))
            break;
    }
    return SUCCEEDED(hr) ? mof_expect(mof, ')', "behind Scope or Flavor") : hr;
}

static HRESULT typed(struct mof *mof, LONG *flavor)
{
    const struct cim_type *type = cim_type_named(mof->source->word.text);
    CIMTYPE full = type->type;
    struct cim_value value = cim_null(full);
    HRESULT hr = mof_next(mof);

    if (mof_accept(mof, '[', &hr)) {
        full |= CIM_FLAG_ARRAY;
        if (SUCCEEDED(hr) && mof->source->word.kind == MOF_INTEGER)
            hr = mof_next(mof);
        hr = SUCCEEDED(hr) ? mof_expect(mof, ']', "behind the type of a qualifier") : hr;
    }
    if (mof_accept(mof, '=', &hr))
        hr = mof_value(mof, full, &value);
    cim_value_done(&value);
    while (SUCCEEDED(hr) && mof_accept(mof, ',', &hr)) {
        bool is_flavor = mof_is_word(mof, "flavor");
        if (!is_flavor && !mof_is_word(mof, "scope"))
            return mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                            "expected Scope or Flavor");
        hr = mof_next(mof);
        if (SUCCEEDED(hr))
            hr = in_parentheses(mof, is_flavor ? flavor : NULL);
    }
    return hr;
}

static HRESULT declare(struct mof *mof, char *name, LONG flavor)
{
    struct declared *one = malloc(sizeof(*one)), **found;

    if (!one) {
        free(name);
        return WBEM_E_OUT_OF_MEMORY;
    }
    *one = (struct declared){name, flavor};
    found = tsearch(one, &mof->flavors, by_name);
    if (!found || *found != one)
        declared_free(one);
    if (found && *found != one)
        (*found)->flavor = flavor;
    return found ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

HRESULT mof_qualifier_declaration(struct mof *mof)
{
    struct mof_word at;
    LONG flavor = 0;
    char *name = NULL;
    HRESULT hr = mof_next(mof);

    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a qualifier", &name, &at);
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ':', "behind the name of a qualifier");
    if (SUCCEEDED(hr) && mof->source->word.kind == MOF_NAME &&
        cim_type_named(mof->source->word.text)) {
        flavor = WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS; /* DMTF's default */
        hr = typed(mof, &flavor);
    } else if (SUCCEEDED(hr)) {
        hr = read_flavors(mof, &flavor);
    }
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ';', "behind the declaration of a qualifier");
    if (SUCCEEDED(hr))
        return mof_result(mof, &at, declare(mof, name, flavor), "qualifier", NULL);
    free(name);
    return hr;
}
