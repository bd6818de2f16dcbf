/* Which properties an enumeration or a list of names has: the conditions of
 * IWbemClassObject::GetNames and BeginEnumeration. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_system.h"
#include "conformance/host/wbem/wbem_private.h"

enum { KINDS = WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_REFS_ONLY };

const char *wbem_name_at(const struct cim_object *object, size_t index)
{
    size_t system = 0;

    while (cim_system_name(system) && system < index)
        system++;
    if (cim_system_name(system))
        return cim_system_name(system);
    index -= system;
    return index < object->property_count ? object->properties[index].name : NULL;
}

bool wbem_are_conditions(const struct cim_object *object, LONG flags, LONG mask)
{
    LONG origin = flags & WBEM_MASK_CONDITION_ORIGIN, of_class = flags & WBEM_MASK_CLASS_CONDITION;

    if (flags & ~mask || origin > WBEM_FLAG_NONSYSTEM_ONLY)
        return false;
    if (!of_class)
        return true;
    return of_class != WBEM_MASK_CLASS_CONDITION && !origin && object->genus == WBEM_GENUS_CLASS;
}

static bool comes_from(const struct cim_property *property, LONG flags)
{
    switch (flags & (WBEM_MASK_CONDITION_ORIGIN | WBEM_MASK_CLASS_CONDITION)) {
    case WBEM_FLAG_LOCAL_ONLY:
        return property && !property->is_inherited;
    case WBEM_FLAG_PROPAGATED_ONLY:
        return property && property->is_inherited;
    case WBEM_FLAG_SYSTEM_ONLY:
        return !property;
    case WBEM_FLAG_NONSYSTEM_ONLY:
        return property;
    case WBEM_FLAG_CLASS_OVERRIDES_ONLY:
        return property && property->is_inherited && property->is_local;
    case WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES:
        return property && property->is_local;
    default:
        return true;
    }
}

bool wbem_is_chosen(const struct cim_object *object, const char *name, LONG flags)
{
    const struct cim_property *property = cim_property(object, name);

    if (!comes_from(property, flags) || (flags & KINDS && !property))
        return false;
    if (flags & WBEM_FLAG_KEYS_ONLY && !cim_is_key(property))
        return false;
    return !(flags & WBEM_FLAG_REFS_ONLY) ||
           (property->value.type & ~CIM_FLAG_ARRAY) == CIM_REFERENCE;
}

/* ---- names at once */
struct condition {
    LONG flags;
    char *qualifier;
    struct cim_value value;
};

static bool meets(const struct cim_object *object, const char *name,
                  const struct condition *condition)
{
    const struct cim_property *property = cim_property(object, name);
    const struct cim_qualifier *one =
        property && condition->qualifier
            ? cim_qualifier(&property->qualifiers, condition->qualifier)
            : NULL;

    if (!wbem_is_chosen(object, name, condition->flags))
        return false;
    switch (condition->flags & WBEM_MASK_PRIMARY_CONDITION) {
    case WBEM_FLAG_ONLY_IF_TRUE:
        return one;
    case WBEM_FLAG_ONLY_IF_FALSE:
        return !one;
    case WBEM_FLAG_ONLY_IF_IDENTICAL:
        return one && cim_value_equal(&one->value, &condition->value, false);
    default:
        return true;
    }
}

static HRESULT collect(const struct cim_object *object, const struct condition *condition,
                       SAFEARRAY **ret)
{
    size_t most = 0, count = 0;
    char **names;
    HRESULT hr;

    while (wbem_name_at(object, most))
        most++;
    names = calloc(most + 1, sizeof(*names));
    if (!names)
        return WBEM_E_OUT_OF_MEMORY;
    for (size_t i = 0; i < most; i++) {
        const char *name = wbem_name_at(object, i);
        if (meets(object, name, condition))
            names[count++] = (char *)name;
    }
    hr = wbem_names(names, count, ret);
    free(names);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_GetNames(IWbemClassObject *This, LPCWSTR wszQualifierName,
                                        LONG lFlags, VARIANT *pQualifierVal, SAFEARRAY **pNames)
{
    struct condition condition = {.flags = lFlags, .value.is_null = true};
    LONG primary = lFlags & WBEM_MASK_PRIMARY_CONDITION;
    struct cim_object *object;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!pNames)
        return WBEM_E_INVALID_PARAMETER;
    *pNames = NULL;
    object = wbem_object_cim(This);
    if (!wbem_are_conditions(object, lFlags,
                             WBEM_MASK_PRIMARY_CONDITION | KINDS | WBEM_MASK_CONDITION_ORIGIN))
        hr = WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr) && primary)
        hr = wbem_utf8(wszQualifierName, &condition.qualifier);
    if (SUCCEEDED(hr) && primary == WBEM_FLAG_ONLY_IF_IDENTICAL)
        hr = pQualifierVal ? wbem_from_variant(pQualifierVal, 0, &condition.value)
                           : WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr))
        hr = collect(object, &condition, pNames);
    cim_value_done(&condition.value);
    free(condition.qualifier);
    cim_object_unref(object);
    return hr;
}

/* ---- one after the other */
HRESULT STDMETHODCALLTYPE wbem_BeginEnumeration(IWbemClassObject *This, LONG lEnumFlags)
{
    struct wbem_object *it = wbem_object_of(This);
    HRESULT hr = WBEM_S_NO_ERROR;

    pthread_mutex_lock(&it->lock);
    if (!wbem_are_conditions(it->object, lEnumFlags,
                             KINDS | WBEM_MASK_CONDITION_ORIGIN | WBEM_MASK_CLASS_CONDITION))
        hr = WBEM_E_INVALID_PARAMETER;
    else if (it->walk.begun)
        hr = WBEM_E_UNEXPECTED;
    else
        it->walk = (struct wbem_walk){true, lEnumFlags, 0};
    pthread_mutex_unlock(&it->lock);
    return hr;
}

static HRESULT next(struct wbem_object *it, BSTR *ret_name, VARIANT *ret_value, CIMTYPE *ret_type,
                    LONG *ret_flavor)
{
    const char *name;
    BSTR text = NULL;
    HRESULT hr;

    if (!it->walk.begun)
        return WBEM_E_UNEXPECTED;
    while ((name = wbem_name_at(it->object, it->walk.next)) &&
           !wbem_is_chosen(it->object, name, it->walk.flags))
        it->walk.next++;
    if (!name)
        return WBEM_S_NO_MORE_DATA;
    hr = ret_name ? wbem_bstr(name, &text) : WBEM_S_NO_ERROR;
    if (SUCCEEDED(hr))
        hr = wbem_tell(it->object, name, ret_value, ret_type, ret_flavor);
    if (FAILED(hr)) {
        SysFreeString(text);
        return hr;
    }
    if (ret_name)
        *ret_name = text;
    it->walk.next++;
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_Next(IWbemClassObject *This, LONG lFlags, BSTR *strName,
                                    VARIANT *pVal, CIMTYPE *pType, LONG *plFlavor)
{
    struct wbem_object *it = wbem_object_of(This);
    HRESULT hr;

    if (lFlags)
        return WBEM_E_INVALID_PARAMETER;
    pthread_mutex_lock(&it->lock);
    hr = next(it, strName, pVal, pType, plFlavor);
    pthread_mutex_unlock(&it->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_EndEnumeration(IWbemClassObject *This)
{
    struct wbem_object *it = wbem_object_of(This);

    pthread_mutex_lock(&it->lock);
    it->walk = (struct wbem_walk){.begun = false};
    pthread_mutex_unlock(&it->lock);
    return WBEM_S_NO_ERROR;
}
