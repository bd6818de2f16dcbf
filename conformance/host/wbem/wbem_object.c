/* IWbemClassObject over a CIM object. Objects are shared until somebody writes; each has its lock,
 * so that threads that share an interface see one write after the other. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_print.h"
#include "conformance/host/cim/cim_system.h"
#include "conformance/host/wbem/wbem_private.h"

enum {
    COMPARISONS = WBEM_FLAG_IGNORE_QUALIFIERS | WBEM_FLAG_IGNORE_OBJECT_SOURCE |
                  WBEM_FLAG_IGNORE_DEFAULT_VALUES | WBEM_FLAG_IGNORE_CLASS | WBEM_FLAG_IGNORE_CASE |
                  WBEM_FLAG_IGNORE_FLAVOR
};

COM_INTERFACE(wbem_object, IWbemClassObject)

struct wbem_object *wbem_object_of(IWbemClassObject *This)
{
    return wbem_object_from_IWbemClassObject(This);
}

HRESULT wbem_own(struct wbem_object *it)
{
    struct cim_object *copy;
    HRESULT hr;

    if (atomic_load_explicit(&it->object->refs, memory_order_acquire) == 1)
        return WBEM_S_NO_ERROR;
    hr = cim_object_clone(it->object, &copy);
    if (FAILED(hr))
        return hr;
    cim_object_unref(it->object);
    it->object = copy;
    return hr;
}

/* ---- reading and writing of properties */
static bool is_system(const char *name)
{
    for (size_t i = 0; cim_system_name(i); i++) {
        if (strcasecmp(cim_system_name(i), name) == 0)
            return true;
    }
    return false;
}

static HRESULT tell_value(const struct cim_value *value, LONG flavor, VARIANT *ret_value,
                          CIMTYPE *ret_type, LONG *ret_flavor)
{
    HRESULT hr = ret_value ? wbem_to_variant(value, ret_value) : WBEM_S_NO_ERROR;

    if (SUCCEEDED(hr) && ret_type)
        *ret_type = value->type;
    if (SUCCEEDED(hr) && ret_flavor)
        *ret_flavor = flavor;
    return hr;
}

HRESULT wbem_tell(const struct cim_object *object, const char *name, VARIANT *ret_value,
                  CIMTYPE *ret_type, LONG *ret_flavor)
{
    const struct cim_property *property = cim_property(object, name);
    struct cim_value value;
    HRESULT hr;

    if (property)
        return tell_value(&property->value,
                          property->is_inherited ? WBEM_FLAVOR_ORIGIN_PROPAGATED
                                                 : WBEM_FLAVOR_ORIGIN_LOCAL,
                          ret_value, ret_type, ret_flavor);
    hr = cim_system_value(object, name, &value);
    if (FAILED(hr))
        return hr;
    hr = tell_value(&value, WBEM_FLAVOR_ORIGIN_SYSTEM, ret_value, ret_type, ret_flavor);
    cim_value_done(&value);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Get(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                            VARIANT *pVal, CIMTYPE *pType, LONG *plFlavor)
{
    struct wbem_object *it = wbem_object_of(This);
    char *name;
    HRESULT hr = lFlags ? WBEM_E_INVALID_PARAMETER : wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    hr = wbem_tell(it->object, name, pVal, pType, plFlavor);
    pthread_mutex_unlock(&it->lock);
    free(name);
    return hr;
}

/* A class is named by its property __CLASS; all other system properties are made. */
static HRESULT put_system(struct cim_object *object, const char *name, const VARIANT *variant)
{
    struct cim_value value;
    HRESULT hr;

    if (object->genus != WBEM_GENUS_CLASS || strcasecmp(name, "__CLASS") != 0)
        return WBEM_E_READ_ONLY;
    if (!variant || variant->vt != VT_BSTR)
        return WBEM_E_TYPE_MISMATCH;
    hr = wbem_from_variant(variant, CIM_STRING, &value);
    if (SUCCEEDED(hr) && !cim_is_name(value.one.s)) {
        cim_value_done(&value);
        hr = WBEM_E_INVALID_PARAMETER;
    }
    if (FAILED(hr))
        return hr;
    free(object->class_name);
    object->class_name = value.one.s;
    return hr;
}

static HRESULT put(struct cim_object *object, const char *name, const VARIANT *variant,
                   CIMTYPE type)
{
    const struct cim_property *old = cim_property(object, name);
    struct cim_value value;
    HRESULT hr;

    if (is_system(name))
        return put_system(object, name, variant);
    if (!old && object->genus == WBEM_GENUS_INSTANCE)
        return WBEM_E_NOT_FOUND;
    if (old && type && type != old->value.type && object->genus == WBEM_GENUS_INSTANCE)
        return WBEM_E_TYPE_MISMATCH;
    hr = wbem_from_variant(variant, type ? type : old ? old->value.type : 0, &value);
    if (hr == WBEM_E_INVALID_PROPERTY_TYPE && !type)
        hr = WBEM_E_INVALID_PARAMETER; /* nothing says what is to be created */
    if (FAILED(hr))
        return hr;
    return object->genus == WBEM_GENUS_CLASS ? cim_put_property(object, name, value, NULL)
                                             : cim_set_value(object, name, value);
}

static HRESULT STDMETHODCALLTYPE object_Put(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                            VARIANT *pVal, CIMTYPE Type)
{
    struct wbem_object *it = wbem_object_of(This);
    char *name;
    HRESULT hr = lFlags ? WBEM_E_INVALID_PARAMETER : wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    hr = wbem_own(it);
    if (SUCCEEDED(hr))
        hr = put(it->object, name, pVal, Type);
    pthread_mutex_unlock(&it->lock);
    free(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Delete(IWbemClassObject *This, LPCWSTR wszName)
{
    struct wbem_object *it = wbem_object_of(This);
    char *name;
    HRESULT hr = wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    hr = is_system(name) ? WBEM_E_SYSTEM_PROPERTY : wbem_own(it);
    if (SUCCEEDED(hr))
        hr = cim_delete_property(it->object, name);
    pthread_mutex_unlock(&it->lock);
    free(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_GetPropertyOrigin(IWbemClassObject *This, LPCWSTR wszName,
                                                          BSTR *pstrClassName)
{
    struct wbem_object *it = wbem_object_of(This);
    const struct cim_property *property;
    char *name;
    HRESULT hr = pstrClassName ? wbem_utf8(wszName, &name) : WBEM_E_INVALID_PARAMETER;

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    property = cim_property(it->object, name);
    if (property) /* one that is not stored yet is the class's own */
        hr = wbem_bstr(property->origin ? property->origin : it->object->class_name, pstrClassName);
    else
        hr = is_system(name) ? wbem_bstr("___SYSTEM", pstrClassName) : WBEM_E_NOT_FOUND;
    pthread_mutex_unlock(&it->lock);
    free(name);
    return hr;
}

/* ---- qualifiers */
static HRESULT STDMETHODCALLTYPE object_GetQualifierSet(IWbemClassObject *This,
                                                        IWbemQualifierSet **ppQualSet)
{
    return ppQualSet ? wbem_qualifiers_new(wbem_object_of(This), NULL, NULL, ppQualSet)
                     : WBEM_E_INVALID_PARAMETER;
}

static HRESULT STDMETHODCALLTYPE object_GetPropertyQualifierSet(IWbemClassObject *This,
                                                                LPCWSTR wszProperty,
                                                                IWbemQualifierSet **ppQualSet)
{
    struct wbem_object *it = wbem_object_of(This);
    bool exists;
    char *name;
    HRESULT hr = ppQualSet ? wbem_utf8(wszProperty, &name) : WBEM_E_INVALID_PARAMETER;

    if (FAILED(hr))
        return hr;
    *ppQualSet = NULL;
    pthread_mutex_lock(&it->lock);
    exists = cim_property(it->object, name);
    pthread_mutex_unlock(&it->lock);
    if (is_system(name))
        hr = WBEM_E_SYSTEM_PROPERTY;
    else
        hr = exists ? wbem_qualifiers_new(it, name, NULL, ppQualSet) : WBEM_E_NOT_FOUND;
    free(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_GetMethodQualifierSet(IWbemClassObject *This,
                                                              LPCWSTR wszMethod,
                                                              IWbemQualifierSet **ppQualSet)
{
    struct wbem_object *it = wbem_object_of(This);
    char *name;
    HRESULT hr = ppQualSet ? wbem_utf8(wszMethod, &name) : WBEM_E_INVALID_PARAMETER;

    if (FAILED(hr))
        return hr;
    *ppQualSet = NULL;
    pthread_mutex_lock(&it->lock);
    if (it->object->genus != WBEM_GENUS_CLASS)
        hr = WBEM_E_INVALID_OPERATION;
    else if (!cim_method(it->object, name))
        hr = WBEM_E_NOT_FOUND;
    pthread_mutex_unlock(&it->lock);
    if (SUCCEEDED(hr))
        hr = wbem_qualifiers_new(it, NULL, name, ppQualSet);
    free(name);
    return hr;
}

/* ---- the object as a whole */
static HRESULT face(HRESULT hr, struct cim_object *object, IWbemClassObject **ret)
{
    if (SUCCEEDED(hr))
        hr = wbem_object_new(object, ret);
    cim_object_unref(object);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Clone(IWbemClassObject *This, IWbemClassObject **ppCopy)
{
    if (!ppCopy)
        return WBEM_E_INVALID_PARAMETER;
    *ppCopy = NULL;
    return face(WBEM_S_NO_ERROR, wbem_object_cim(This), ppCopy);
}

static HRESULT STDMETHODCALLTYPE object_GetObjectText(IWbemClassObject *This, LONG lFlags,
                                                      BSTR *pstrObjectText)
{
    struct cim_object *object;
    char *text;
    HRESULT hr;

    if (!pstrObjectText || lFlags & ~WBEM_FLAG_NO_FLAVORS)
        return WBEM_E_INVALID_PARAMETER;
    *pstrObjectText = NULL;
    object = wbem_object_cim(This);
    text = cim_mof(object, lFlags);
    hr = text ? wbem_bstr(text, pstrObjectText) : WBEM_E_OUT_OF_MEMORY;
    free(text);
    cim_object_unref(object);
    return hr;
}

/* A child of a class that changes later stays as it was born: it has the class of that time. */
static HRESULT spawn(IWbemClassObject *This, LONG lFlags, IWbemClassObject **ret,
                     HRESULT (*make)(struct cim_object *from, struct cim_object **ret))
{
    struct cim_object *from, *made = NULL;
    HRESULT hr;

    if (!ret || lFlags)
        return WBEM_E_INVALID_PARAMETER;
    *ret = NULL;
    from = wbem_object_cim(This);
    if (from->genus != WBEM_GENUS_CLASS)
        hr = WBEM_E_INVALID_OPERATION;
    else
        hr = from->class_name ? make(from, &made) : WBEM_E_INCOMPLETE_CLASS;
    cim_object_unref(from);
    return face(hr, made, ret);
}

static HRESULT STDMETHODCALLTYPE object_SpawnDerivedClass(IWbemClassObject *This, LONG lFlags,
                                                          IWbemClassObject **ppNewClass)
{
    return spawn(This, lFlags, ppNewClass, cim_derive);
}

static HRESULT STDMETHODCALLTYPE object_SpawnInstance(IWbemClassObject *This, LONG lFlags,
                                                      IWbemClassObject **ppNewInstance)
{
    return spawn(This, lFlags, ppNewInstance, cim_instantiate);
}

static HRESULT STDMETHODCALLTYPE object_CompareTo(IWbemClassObject *This, LONG lFlags,
                                                  IWbemClassObject *pCompareTo)
{
    struct cim_object *mine, *other;
    bool same;

    if (!pCompareTo || lFlags & ~COMPARISONS)
        return WBEM_E_INVALID_PARAMETER;
    other = wbem_object_cim(pCompareTo);
    if (!other)
        return WBEM_E_INVALID_PARAMETER;
    mine = wbem_object_cim(This);
    same = cim_object_equal(mine, other, lFlags);
    cim_object_unref(mine);
    cim_object_unref(other);
    return same ? WBEM_S_SAME : WBEM_S_DIFFERENT;
}

static HRESULT STDMETHODCALLTYPE object_InheritsFrom(IWbemClassObject *This, LPCWSTR strAncestor)
{
    struct cim_object *object;
    char *name;
    bool is_one;
    HRESULT hr = wbem_utf8(strAncestor, &name);

    if (FAILED(hr))
        return hr;
    object = wbem_object_cim(This);
    is_one = cim_is_a(object, name);
    cim_object_unref(object);
    free(name);
    return is_one ? WBEM_S_NO_ERROR : WBEM_S_FALSE;
}

/* ---- life */
static const IWbemClassObjectVtbl object_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_object, IWbemClassObject),
    .GetQualifierSet = object_GetQualifierSet,
    .Get = object_Get,
    .Put = object_Put,
    .Delete = object_Delete,
    .GetNames = wbem_GetNames,
    .BeginEnumeration = wbem_BeginEnumeration,
    .Next = wbem_Next,
    .EndEnumeration = wbem_EndEnumeration,
    .GetPropertyQualifierSet = object_GetPropertyQualifierSet,
    .Clone = object_Clone,
    .GetObjectText = object_GetObjectText,
    .SpawnDerivedClass = object_SpawnDerivedClass,
    .SpawnInstance = object_SpawnInstance,
    .CompareTo = object_CompareTo,
    .GetPropertyOrigin = object_GetPropertyOrigin,
    .InheritsFrom = object_InheritsFrom,
    .GetMethod = wbem_GetMethod,
    .PutMethod = wbem_PutMethod,
    .DeleteMethod = wbem_DeleteMethod,
    .BeginMethodEnumeration = wbem_BeginMethodEnumeration,
    .NextMethod = wbem_NextMethod,
    .EndMethodEnumeration = wbem_EndMethodEnumeration,
    .GetMethodQualifierSet = object_GetMethodQualifierSet,
    .GetMethodOrigin = wbem_GetMethodOrigin,
};

static const struct com_interface object_interfaces[] = {
    COM_MAP(wbem_object, IUnknown, IWbemClassObject),
    COM_MAP(wbem_object, IWbemClassObject, IWbemClassObject),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    struct wbem_object *it = container_of(com, struct wbem_object, com);

    cim_object_unref(it->object);
    pthread_mutex_destroy(&it->lock);
    free(it);
}

static const struct com_class object_class = {"wbem_object", object_interfaces, destroy};

HRESULT wbem_object_new(struct cim_object *object, IWbemClassObject **ret)
{
    struct wbem_object *it = calloc(1, sizeof(*it));

    if (!it)
        return WBEM_E_OUT_OF_MEMORY;
    com_object_init(&it->com, &object_class);
    it->IWbemClassObject_iface.lpVtbl = &object_vtbl;
    pthread_mutex_init(&it->lock, NULL);
    it->object = cim_object_ref(object);
    *ret = &it->IWbemClassObject_iface;
    return WBEM_S_NO_ERROR;
}

struct cim_object *wbem_object_cim(IWbemClassObject *object)
{
    struct wbem_object *it;
    struct cim_object *now;

    if (!object || object->lpVtbl != &object_vtbl)
        return NULL;
    it = wbem_object_of(object);
    pthread_mutex_lock(&it->lock);
    now = cim_object_ref(it->object);
    pthread_mutex_unlock(&it->lock);
    return now;
}
