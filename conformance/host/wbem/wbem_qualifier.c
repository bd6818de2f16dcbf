/* IWbemQualifierSet: the qualifiers of an object, a property or a method as they are now. A set
 * writes through to the object that it was asked of, and holds it. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wbem/wbem_private.h"

struct wbem_qualifiers {
    struct com_object com;
    IWbemQualifierSet IWbemQualifierSet_iface;
    struct wbem_object *of; /* held; its lock is this one's, too */
    char *property, *method;
    struct wbem_walk walk;
};

COM_INTERFACE(wbem_qualifiers, IWbemQualifierSet)

/* ---- where they are; NULL: the property or the method is gone */
static struct cim_qualifiers *set_in(const struct wbem_qualifiers *it, struct cim_object *object)
{
    struct cim_property *property = it->property ? cim_property(object, it->property) : NULL;
    struct cim_method *method = it->method ? cim_method(object, it->method) : NULL;

    if (!it->property && !it->method)
        return &object->qualifiers;
    return property ? &property->qualifiers : method ? &method->qualifiers : NULL;
}

static struct wbem_qualifiers *lock(IWbemQualifierSet *This)
{
    struct wbem_qualifiers *it = wbem_qualifiers_from_IWbemQualifierSet(This);

    pthread_mutex_lock(&it->of->lock);
    return it;
}

static void unlock(struct wbem_qualifiers *it)
{
    pthread_mutex_unlock(&it->of->lock);
}

static bool is_origin(LONG flags)
{
    return !flags || flags == WBEM_FLAG_LOCAL_ONLY || flags == WBEM_FLAG_PROPAGATED_ONLY;
}

static bool is_chosen(const struct cim_qualifier *one, LONG flags)
{
    bool propagated = one->flavor & WBEM_FLAVOR_ORIGIN_PROPAGATED;

    return !flags || propagated == (flags == WBEM_FLAG_PROPAGATED_ONLY);
}

/* ---- the methods */
static HRESULT STDMETHODCALLTYPE set_Get(IWbemQualifierSet *This, LPCWSTR wszName, LONG lFlags,
                                         VARIANT *pVal, LONG *plFlavor)
{
    struct wbem_qualifiers *it;
    const struct cim_qualifiers *set;
    const struct cim_qualifier *one;
    char *name;
    HRESULT hr = lFlags ? WBEM_E_INVALID_PARAMETER : wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    it = lock(This);
    set = set_in(it, it->of->object);
    one = set ? cim_qualifier(set, name) : NULL;
    hr = one ? WBEM_S_NO_ERROR : WBEM_E_NOT_FOUND;
    if (one && pVal)
        hr = wbem_to_variant(&one->value, pVal);
    if (SUCCEEDED(hr) && plFlavor)
        *plFlavor = one->flavor;
    unlock(it);
    free(name);
    return hr;
}

/* The value is the set's then, in any case. */
static HRESULT put(struct wbem_qualifiers *it, const char *name, struct cim_value value,
                   LONG flavor)
{
    HRESULT hr = wbem_own(it->of);
    struct cim_object *object = it->of->object;
    struct cim_qualifiers *set = set_in(it, object);

    if (FAILED(hr) || !set) {
        cim_value_done(&value);
        return FAILED(hr) ? hr : WBEM_E_NOT_FOUND;
    }
    if (it->property)
        return cim_put_property_qualifier(object, cim_property(object, it->property), name, value,
                                          flavor);
    hr = cim_put_qualifier(set, name, value, flavor);
    if (SUCCEEDED(hr) && it->method)
        cim_method(object, it->method)->is_local = true;
    return hr;
}

static HRESULT STDMETHODCALLTYPE set_Put(IWbemQualifierSet *This, LPCWSTR wszName, VARIANT *pVal,
                                         LONG lFlavor)
{
    struct cim_value value;
    struct wbem_qualifiers *it;
    char *name;
    HRESULT hr = pVal ? wbem_utf8(wszName, &name) : WBEM_E_INVALID_PARAMETER;

    if (FAILED(hr))
        return hr;
    hr = wbem_from_variant(pVal, 0, &value);
    if (hr == WBEM_E_TYPE_MISMATCH || hr == WBEM_E_INVALID_PROPERTY_TYPE)
        hr = WBEM_E_INVALID_QUALIFIER_TYPE;
    if (SUCCEEDED(hr)) {
        it = lock(This);
        hr = put(it, name, value, lFlavor);
        unlock(it);
    }
    free(name);
    return hr;
}

/* The set that this one inherits from. */
static const struct cim_qualifiers *above(const struct wbem_qualifiers *it)
{
    struct cim_object *base = it->of->object->base;

    return base ? set_in(it, base) : NULL;
}

static HRESULT drop(struct wbem_qualifiers *it, const char *name)
{
    HRESULT hr = wbem_own(it->of);
    struct cim_qualifiers *set = set_in(it, it->of->object);
    LONG mask = it->of->object->genus == WBEM_GENUS_CLASS
                    ? WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS
                    : WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE;

    if (FAILED(hr))
        return hr;
    return set ? cim_delete_qualifier(set, above(it), mask, name) : WBEM_E_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE set_Delete(IWbemQualifierSet *This, LPCWSTR wszName)
{
    struct wbem_qualifiers *it;
    char *name;
    HRESULT hr = wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    it = lock(This);
    /* Without it a property had no type. */
    hr = it->property && strcasecmp(name, "CIMTYPE") == 0 ? WBEM_E_INVALID_OPERATION
                                                          : drop(it, name);
    unlock(it);
    free(name);
    return hr;
}

static HRESULT names_of(const struct cim_qualifiers *set, LONG flags, SAFEARRAY **ret)
{
    char **names = calloc(set->count + 1, sizeof(*names));
    size_t count = 0;
    HRESULT hr = names ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    for (size_t i = 0; names && i < set->count; i++) {
        if (is_chosen(&set->at[i], flags))
            names[count++] = set->at[i].name;
    }
    if (SUCCEEDED(hr))
        hr = wbem_names(names, count, ret);
    free(names);
    return hr;
}

static HRESULT STDMETHODCALLTYPE set_GetNames(IWbemQualifierSet *This, LONG lFlags,
                                              SAFEARRAY **pNames)
{
    const struct cim_qualifiers *set;
    struct wbem_qualifiers *it;
    HRESULT hr;

    if (!pNames || !is_origin(lFlags))
        return WBEM_E_INVALID_PARAMETER;
    *pNames = NULL;
    it = lock(This);
    set = set_in(it, it->of->object);
    hr = set ? names_of(set, lFlags, pNames) : WBEM_E_NOT_FOUND;
    unlock(it);
    return hr;
}

/* Begins anew whenever it is called: that it would have to be ended first no page says. */
static HRESULT STDMETHODCALLTYPE set_BeginEnumeration(IWbemQualifierSet *This, LONG lFlags)
{
    struct wbem_qualifiers *it;

    if (!is_origin(lFlags))
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    it->walk = (struct wbem_walk){true, lFlags, 0};
    unlock(it);
    return WBEM_S_NO_ERROR;
}

static HRESULT next(struct wbem_qualifiers *it, BSTR *ret_name, VARIANT *ret_value,
                    LONG *ret_flavor)
{
    const struct cim_qualifiers *set = set_in(it, it->of->object);
    const struct cim_qualifier *one;
    BSTR text = NULL;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!it->walk.begun)
        return WBEM_E_UNEXPECTED;
    while (set && it->walk.next < set->count && !is_chosen(&set->at[it->walk.next], it->walk.flags))
        it->walk.next++;
    if (!set || it->walk.next >= set->count)
        return WBEM_S_NO_MORE_DATA;
    one = &set->at[it->walk.next];
    if (ret_name)
        hr = wbem_bstr(one->name, &text);
    if (SUCCEEDED(hr) && ret_value)
        hr = wbem_to_variant(&one->value, ret_value);
    if (FAILED(hr)) {
        SysFreeString(text);
        return hr;
    }
    if (ret_name)
        *ret_name = text;
    if (ret_flavor)
        *ret_flavor = one->flavor;
    it->walk.next++;
    return hr;
}

static HRESULT STDMETHODCALLTYPE set_Next(IWbemQualifierSet *This, LONG lFlags, BSTR *pstrName,
                                          VARIANT *pVal, LONG *plFlavor)
{
    struct wbem_qualifiers *it;
    HRESULT hr;

    if (lFlags)
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    hr = next(it, pstrName, pVal, plFlavor);
    unlock(it);
    return hr;
}

static HRESULT STDMETHODCALLTYPE set_EndEnumeration(IWbemQualifierSet *This)
{
    struct wbem_qualifiers *it = lock(This);

    it->walk = (struct wbem_walk){.begun = false};
    unlock(it);
    return WBEM_S_NO_ERROR;
}

/* ---- life */
static const IWbemQualifierSetVtbl set_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_qualifiers, IWbemQualifierSet),
    .Get = set_Get,
    .Put = set_Put,
    .Delete = set_Delete,
    .GetNames = set_GetNames,
    .BeginEnumeration = set_BeginEnumeration,
    .Next = set_Next,
    .EndEnumeration = set_EndEnumeration,
};

static const struct com_interface set_interfaces[] = {
    COM_MAP(wbem_qualifiers, IUnknown, IWbemQualifierSet),
    COM_MAP(wbem_qualifiers, IWbemQualifierSet, IWbemQualifierSet),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    struct wbem_qualifiers *it = container_of(com, struct wbem_qualifiers, com);

    com_object_release(&it->of->com);
    free(it->property);
    free(it->method);
    free(it);
}

static const struct com_class set_class = {"wbem_qualifiers", set_interfaces, destroy};

HRESULT wbem_qualifiers_new(struct wbem_object *of, const char *property, const char *method,
                            IWbemQualifierSet **ret)
{
    struct wbem_qualifiers *it = calloc(1, sizeof(*it));

    if (!it || FAILED(cim_dup(property, &it->property)) || FAILED(cim_dup(method, &it->method))) {
        if (it)
            free(it->property);
        free(it);
        return WBEM_E_OUT_OF_MEMORY;
    }
    com_object_init(&it->com, &set_class);
    com_object_add_ref(&of->com);
    it->IWbemQualifierSet_iface.lpVtbl = &set_vtbl;
    it->of = of;
    *ret = &it->IWbemQualifierSet_iface;
    return WBEM_S_NO_ERROR;
}
