/* Sets of qualifiers: flavours, and what they let pass from class to class and to instances. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_object.h"
#include "spcore/base.h"

/* What these mean they mean for all that is derived, too ("Key Qualifier"). */
static const struct {
    const char *name;
    LONG flavor;
} fixed[] = {
    {"key", CIM_FLAVOR_PROPAGATES | WBEM_FLAVOR_NOT_OVERRIDABLE},
    {"CIMTYPE", CIM_FLAVOR_PROPAGATES},
};

struct cim_qualifier *cim_qualifier(const struct cim_qualifiers *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcasecmp(set->at[i].name, name) == 0)
            return &set->at[i];
    }
    return NULL;
}

bool cim_flagged(const struct cim_qualifiers *set, const char *name)
{
    const struct cim_qualifier *one = cim_qualifier(set, name);

    if (!one || strcasecmp(name, "key") == 0 || strcasecmp(name, "static") == 0)
        return one;
    return one->value.type != CIM_BOOLEAN || (!one->value.is_null && one->value.one.b);
}

static void qualifier_done(struct cim_qualifier *one)
{
    cim_value_done(&one->value);
    free(one->name);
}

void cim_qualifiers_done(struct cim_qualifiers *set)
{
    for (size_t i = 0; i < set->count; i++)
        qualifier_done(&set->at[i]);
    free(set->at);
    *set = (struct cim_qualifiers){.count = 0};
}

static HRESULT copy_one(const struct cim_qualifier *from, LONG origin, struct cim_qualifiers *to)
{
    struct cim_qualifier *one = &to->at[to->count];
    HRESULT hr = cim_dup(from->name, &one->name);

    if (FAILED(hr))
        return hr;
    hr = cim_value_copy(&from->value, &one->value);
    if (FAILED(hr)) {
        free(one->name);
        return hr;
    }
    one->flavor = from->flavor | origin;
    to->count++;
    return hr;
}

static HRESULT copy_some(const struct cim_qualifiers *set, LONG mask, LONG origin,
                         struct cim_qualifiers *ret)
{
    struct cim_qualifiers copy = {cim_room(set->count, sizeof(*copy.at)), 0};
    HRESULT hr = copy.at ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    for (size_t i = 0; SUCCEEDED(hr) && i < set->count; i++) {
        if ((set->at[i].flavor & mask) == mask)
            hr = copy_one(&set->at[i], origin, &copy);
    }
    if (SUCCEEDED(hr))
        *ret = copy;
    else
        cim_qualifiers_done(&copy);
    return hr;
}

HRESULT cim_qualifiers_copy(const struct cim_qualifiers *set, struct cim_qualifiers *ret)
{
    return copy_some(set, 0, 0, ret);
}

HRESULT cim_qualifiers_inherit(const struct cim_qualifiers *set, LONG mask,
                               struct cim_qualifiers *ret)
{
    return copy_some(set, mask, WBEM_FLAVOR_ORIGIN_PROPAGATED, ret);
}

static bool is_qualifier_type(CIMTYPE type)
{
    type &= ~CIM_FLAG_ARRAY;
    return type == CIM_SINT32 || type == CIM_REAL64 || type == CIM_STRING || type == CIM_BOOLEAN;
}

static HRESULT judge(const struct cim_qualifiers *set, const char *name,
                     const struct cim_value *value, LONG flavor)
{
    const struct cim_qualifier *old = cim_qualifier(set, name);

    if (!cim_is_name(name) || name[0] == '_' || name[strlen(name) - 1] == '_')
        return WBEM_E_INVALID_PARAMETER;
    if (!is_qualifier_type(value->type))
        return WBEM_E_INVALID_QUALIFIER_TYPE;
    if (flavor & ~(CIM_FLAVOR_PROPAGATES | WBEM_FLAVOR_NOT_OVERRIDABLE | WBEM_FLAVOR_AMENDED |
                   WBEM_FLAVOR_MASK_ORIGIN))
        return WBEM_E_INVALID_FLAVOR;
    if (old && old->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED &&
        old->flavor & WBEM_FLAVOR_NOT_OVERRIDABLE && !cim_value_equal(&old->value, value, false))
        return WBEM_E_OVERRIDE_NOT_ALLOWED;
    return !old && set->count >= CIM_QUALIFIERS_MAX ? WBEM_E_TOO_MUCH_DATA : WBEM_S_NO_ERROR;
}

HRESULT cim_put_qualifier(struct cim_qualifiers *set, const char *name, struct cim_value value,
                          LONG flavor)
{
    struct cim_qualifier *old = cim_qualifier(set, name);
    HRESULT hr = judge(set, name, &value, flavor);
    char *copy = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
        if (strcasecmp(name, fixed[i].name) == 0)
            flavor |= fixed[i].flavor;
    }
    flavor &= ~WBEM_FLAVOR_MASK_ORIGIN;
    if (SUCCEEDED(hr) && !old)
        hr = cim_dup(name, &copy);
    if (SUCCEEDED(hr) && !old) {
        void *grown = cim_grow(set->at, set->count, sizeof(*set->at));
        hr = grown ? hr : WBEM_E_OUT_OF_MEMORY;
        set->at = grown ? grown : set->at;
    }
    if (FAILED(hr)) {
        cim_value_done(&value);
        free(copy);
        return hr;
    }
    if (!old) {
        old = &set->at[set->count++];
        *old = (struct cim_qualifier){.name = copy};
    } else if (old->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED &&
               old->flavor & WBEM_FLAVOR_NOT_OVERRIDABLE) {
        cim_value_done(&value); /* it says what it said before */
        return hr;
    }
    cim_value_done(&old->value);
    old->value = value;
    old->flavor = flavor;
    return hr;
}

HRESULT cim_delete_qualifier(struct cim_qualifiers *set, const struct cim_qualifiers *above,
                             LONG mask, const char *name)
{
    struct cim_qualifier *one = cim_qualifier(set, name);
    const struct cim_qualifier *other = above ? cim_qualifier(above, name) : NULL;
    struct cim_value value;
    HRESULT hr;

    if (!one)
        return WBEM_E_NOT_FOUND;
    if (one->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED)
        return WBEM_E_PROPAGATED_QUALIFIER;
    if (other && other->flavor & mask) {
        hr = cim_value_copy(&other->value, &value);
        if (FAILED(hr))
            return hr;
        cim_value_done(&one->value);
        one->value = value;
        one->flavor = other->flavor | WBEM_FLAVOR_ORIGIN_PROPAGATED;
        return WBEM_S_RESET_TO_DEFAULT;
    }
    qualifier_done(one);
    set->count--;
    memmove(one, one + 1, (size_t)(set->at + set->count - one) * sizeof(*one));
    return WBEM_S_NO_ERROR;
}
