/* Instance declarations, and the aliases that others know them by. */
#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof_private.h"

/* ---- aliases */
struct alias {
    char *name;
    struct cim_object *object;
};

static int by_name(const void *a, const void *b)
{
    return strcasecmp(((const struct alias *)a)->name, ((const struct alias *)b)->name);
}

static void alias_free(void *one)
{
    cim_object_unref(((struct alias *)one)->object);
    free(((struct alias *)one)->name);
    free(one);
}

void mof_aliases_done(struct mof *mof)
{
    tdestroy(mof->aliases, alias_free);
    mof->aliases = NULL;
}

struct cim_object *mof_alias(struct mof *mof, const char *name)
{
    struct alias key = {(char *)name, NULL}, **found = tfind(&key, &mof->aliases, by_name);

    return found ? (*found)->object : NULL;
}

HRESULT mof_alias_put(struct mof *mof, const struct mof_word *at, char *name,
                      struct cim_object *object)
{
    struct alias *one = malloc(sizeof(*one)), **found;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!one) {
        free(name);
        return mof_fail(mof, at, WBEM_E_OUT_OF_MEMORY, "out of memory");
    }
    *one = (struct alias){name, cim_object_ref(object)};
    found = tsearch(one, &mof->aliases, by_name);
    if (!found)
        hr = mof_fail(mof, at, WBEM_E_OUT_OF_MEMORY, "out of memory");
    else if (*found != one)
        hr =
            mof_fail(mof, at, WBEM_E_INVALID_SYNTAX, "$%.100s: an alias of that name before", name);
    if (FAILED(hr))
        alias_free(one);
    return hr;
}

/* ---- instances */
/* Without a value a property has that of its class: what is given it are qualifiers. */
static HRESULT assigned_value(struct mof *mof, const struct mof_word *at,
                              const struct cim_property *property, struct cim_object *instance)
{
    struct cim_value value = {0};
    HRESULT hr;

    if (mof_is(mof, ';'))
        hr = cim_value_copy(&property->value, &value);
    else if (SUCCEEDED(hr = mof_expect(mof, '=', "behind the name of a property")))
        hr = mof_value(mof, property->value.type, &value);
    return FAILED(hr) ? hr
                      : mof_result(mof, at, cim_set_value(instance, property->name, value),
                                   "property", property->name);
}

static HRESULT assignment(struct mof *mof, struct cim_object *instance)
{
    struct mof_qualifiers list = {.count = 0};
    struct cim_property *property = NULL;
    struct mof_word at;
    char *name = NULL;
    HRESULT hr = mof_qualifiers(mof, &list);

    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a property", &name, &at);
    if (SUCCEEDED(hr)) {
        assert(name && instance);
        property = cim_property(instance, name);
        if (!property)
            hr = mof_fail(mof, &at, WBEM_E_INVALID_PROPERTY,
                          "%.100s: class %.100s has no such property", name, instance->class_name);
    }
    assert(FAILED(hr) || property);
    if (SUCCEEDED(hr))
        hr = assigned_value(mof, &at, property, instance);
    if (SUCCEEDED(hr))
        hr = mof_qualify(mof, &list, &property->qualifiers);
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ';', "behind a value");
    mof_qualifiers_done(&list);
    free(name);
    return hr;
}

static HRESULT head(struct mof *mof, struct cim_object **ret, char **ret_alias)
{
    struct cim_object *class = NULL;
    struct mof_word at;
    char *name = NULL;
    HRESULT hr = mof_next(mof);

    if (SUCCEEDED(hr) && !mof_is_word(mof, "of"))
        hr =
            mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX, "expected of behind instance");
    if (SUCCEEDED(hr))
        hr = mof_next(mof);
    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a class", &name, &at);
    if (SUCCEEDED(hr)) {
        hr = cim_repo_class(mof->repo, mof->ns, name, &class);
        hr = hr == WBEM_E_NOT_FOUND ? WBEM_E_INVALID_CLASS : hr;
        if (SUCCEEDED(hr))
            hr = cim_instantiate(class, ret);
        hr = mof_result(mof, &at, hr, "class", name);
    }
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
    cim_object_unref(class);
    free(name);
    return hr;
}

HRESULT mof_instance(struct mof *mof, struct mof_qualifiers *list, struct cim_object **ret,
                     char **ret_alias)
{
    struct cim_object *instance = NULL;
    char *alias = NULL;
    HRESULT hr = head(mof, &instance, &alias);

    if (SUCCEEDED(hr))
        hr = mof_qualify(mof, list, &instance->qualifiers);
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, '{', "before an instance's values");
    while (SUCCEEDED(hr) && !mof_is(mof, '}'))
        hr = assignment(mof, instance);
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, '}', "behind an instance's values");
    if (SUCCEEDED(hr)) {
        *ret = instance;
        *ret_alias = alias;
    } else {
        cim_object_unref(instance);
        free(alias);
    }
    return hr;
}
