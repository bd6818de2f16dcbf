/* Methods of a class: two signatures each, objects of __PARAMETERS whose properties are numbered by
 * the qualifier ID, from 0 over both of them. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wbem/wbem_private.h"

#define RESULT "ReturnValue"

/* ---- reading */
static HRESULT face(struct cim_object *signature, IWbemClassObject **ret)
{
    if (!ret)
        return WBEM_S_NO_ERROR;
    *ret = NULL;
    return signature ? wbem_object_new(signature, ret) : WBEM_S_NO_ERROR;
}

static HRESULT faces(const struct cim_method *method, IWbemClassObject **ret_in,
                     IWbemClassObject **ret_out)
{
    HRESULT hr = face(method->in, ret_in);

    if (FAILED(hr))
        return hr;
    hr = face(method->out, ret_out);
    if (FAILED(hr) && ret_in && *ret_in) {
        IWbemClassObject_Release(*ret_in);
        *ret_in = NULL;
    }
    return hr;
}

/* Instances have no methods of their own. */
static HRESULT find(const struct cim_object *object, const char *name,
                    const struct cim_method **ret)
{
    if (object->genus != WBEM_GENUS_CLASS)
        return WBEM_E_INVALID_OPERATION;
    *ret = cim_method(object, name);
    return *ret ? WBEM_S_NO_ERROR : WBEM_E_NOT_FOUND;
}

HRESULT STDMETHODCALLTYPE wbem_GetMethod(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                         IWbemClassObject **ppInSignature,
                                         IWbemClassObject **ppOutSignature)
{
    const struct cim_method *method;
    struct cim_object *object;
    char *name;
    HRESULT hr;

    if (ppInSignature)
        *ppInSignature = NULL;
    if (ppOutSignature)
        *ppOutSignature = NULL;
    hr = lFlags ? WBEM_E_INVALID_PARAMETER : wbem_utf8(wszName, &name);
    if (FAILED(hr))
        return hr;
    object = wbem_object_cim(This);
    hr = find(object, name, &method);
    if (SUCCEEDED(hr))
        hr = faces(method, ppInSignature, ppOutSignature);
    cim_object_unref(object);
    free(name);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_GetMethodOrigin(IWbemClassObject *This, LPCWSTR wszMethodName,
                                               BSTR *pstrClassName)
{
    const struct cim_method *method;
    struct cim_object *object;
    char *name;
    HRESULT hr = pstrClassName ? wbem_utf8(wszMethodName, &name) : WBEM_E_INVALID_PARAMETER;

    if (FAILED(hr))
        return hr;
    object = wbem_object_cim(This);
    hr = find(object, name, &method);
    if (SUCCEEDED(hr))
        hr = wbem_bstr(method->origin ? method->origin : object->class_name, pstrClassName);
    cim_object_unref(object);
    free(name);
    return hr;
}

/* ---- signatures: what both say of a parameter they say alike */
static HRESULT id_of(const struct cim_property *parameter, size_t most, size_t *ret)
{
    const struct cim_qualifier *id = cim_qualifier(&parameter->qualifiers, "ID");

    if (strcasecmp(parameter->name, RESULT) == 0)
        return id ? WBEM_E_PARAMETER_ID_ON_RETVAL : WBEM_S_FALSE;
    if (!id)
        return WBEM_E_MISSING_PARAMETER_ID;
    if (id->value.type != CIM_SINT32 || id->value.is_null || id->value.one.i < 0)
        return WBEM_E_INVALID_PARAMETER_ID;
    *ret = (size_t)id->value.one.i;
    return *ret < most ? WBEM_S_NO_ERROR : WBEM_E_NONCONSECUTIVE_PARAMETER_IDS;
}

static bool alike(const struct cim_property *a, const struct cim_property *b)
{
    const struct cim_qualifier *x = cim_qualifier(&a->qualifiers, "ID"),
                               *y = cim_qualifier(&b->qualifiers, "ID");

    return a->value.type == b->value.type && x && y && cim_value_equal(&x->value, &y->value, false);
}

/* Marks what is numbered in `seen`, one more than its place; another parameter of the same number
 * is none. */
static HRESULT number(const struct cim_object *signature, const struct cim_object *other,
                      const char **seen, size_t most)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && signature && i < signature->property_count; i++) {
        const struct cim_property *one = &signature->properties[i],
                                  *same = other ? cim_property(other, one->name) : NULL;
        size_t id;
        hr = id_of(one, most, &id);
        if (hr != WBEM_S_NO_ERROR)
            continue;
        if (same && !alike(one, same))
            hr = WBEM_E_INVALID_DUPLICATE_PARAMETER;
        else if (seen[id] && strcasecmp(seen[id], one->name) != 0)
            hr = WBEM_E_INVALID_PARAMETER_ID;
        else
            seen[id] = one->name;
    }
    return hr;
}

static HRESULT judge(const struct cim_object *in, const struct cim_object *out)
{
    size_t most = (in ? in->property_count : 0) + (out ? out->property_count : 0), last = most;
    const char **seen = calloc(most + 1, sizeof(*seen));
    HRESULT hr = seen ? number(in, out, seen, most) : WBEM_E_OUT_OF_MEMORY;

    if (SUCCEEDED(hr))
        hr = number(out, in, seen, most);
    while (SUCCEEDED(hr) && last && !seen[last - 1])
        last--;
    for (size_t i = 0; SUCCEEDED(hr) && i < last; i++)
        hr = seen[i] ? hr : WBEM_E_NONCONSECUTIVE_PARAMETER_IDS;
    free(seen);
    return SUCCEEDED(hr) ? WBEM_S_NO_ERROR : hr;
}

static HRESULT signature_of(IWbemClassObject *given, struct cim_object **ret)
{
    *ret = wbem_object_cim(given);
    return !given || (*ret && (*ret)->genus == WBEM_GENUS_CLASS) ? WBEM_S_NO_ERROR
                                                                 : WBEM_E_INVALID_PARAMETER;
}

static HRESULT put(struct wbem_object *it, const char *name, struct cim_object *in,
                   struct cim_object *out)
{
    HRESULT hr = judge(in, out);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    hr = wbem_own(it);
    if (SUCCEEDED(hr))
        hr = cim_put_method(it->object, name, in, out);
    pthread_mutex_unlock(&it->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_PutMethod(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                         IWbemClassObject *pInSignature,
                                         IWbemClassObject *pOutSignature)
{
    struct cim_object *in = NULL, *out = NULL;
    char *name;
    HRESULT hr = lFlags ? WBEM_E_INVALID_PARAMETER : wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    hr = signature_of(pInSignature, &in);
    if (SUCCEEDED(hr))
        hr = signature_of(pOutSignature, &out);
    if (SUCCEEDED(hr))
        hr = put(wbem_object_of(This), name, in, out);
    cim_object_unref(in);
    cim_object_unref(out);
    free(name);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_DeleteMethod(IWbemClassObject *This, LPCWSTR wszName)
{
    struct wbem_object *it = wbem_object_of(This);
    char *name;
    HRESULT hr = wbem_utf8(wszName, &name);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->lock);
    hr = wbem_own(it);
    if (SUCCEEDED(hr))
        hr = cim_delete_method(it->object, name);
    pthread_mutex_unlock(&it->lock);
    free(name);
    return hr;
}

/* ---- one after the other */
HRESULT STDMETHODCALLTYPE wbem_BeginMethodEnumeration(IWbemClassObject *This, LONG lEnumFlags)
{
    struct wbem_object *it = wbem_object_of(This);
    HRESULT hr = WBEM_S_NO_ERROR;

    if (lEnumFlags && lEnumFlags != WBEM_FLAG_LOCAL_ONLY && lEnumFlags != WBEM_FLAG_PROPAGATED_ONLY)
        return WBEM_E_INVALID_PARAMETER;
    pthread_mutex_lock(&it->lock);
    if (it->object->genus != WBEM_GENUS_CLASS)
        hr = WBEM_E_INVALID_OPERATION;
    else if (it->methods.begun)
        hr = WBEM_E_UNEXPECTED;
    else
        it->methods = (struct wbem_walk){true, lEnumFlags, 0};
    pthread_mutex_unlock(&it->lock);
    return hr;
}

static const struct cim_method *chosen(const struct cim_object *object, struct wbem_walk *walk)
{
    for (; walk->next < object->method_count; walk->next++) {
        const struct cim_method *one = &object->methods[walk->next];
        if (!walk->flags || one->is_inherited == (walk->flags == WBEM_FLAG_PROPAGATED_ONLY))
            return one;
    }
    return NULL;
}

static HRESULT next(struct wbem_object *it, BSTR *ret_name, IWbemClassObject **ret_in,
                    IWbemClassObject **ret_out)
{
    const struct cim_method *method;
    BSTR text = NULL;
    HRESULT hr;

    if (!it->methods.begun)
        return WBEM_E_UNEXPECTED;
    method = chosen(it->object, &it->methods);
    if (!method)
        return WBEM_S_NO_MORE_DATA;
    hr = ret_name ? wbem_bstr(method->name, &text) : WBEM_S_NO_ERROR;
    if (SUCCEEDED(hr))
        hr = faces(method, ret_in, ret_out);
    if (FAILED(hr)) {
        SysFreeString(text);
        return hr;
    }
    if (ret_name)
        *ret_name = text;
    it->methods.next++;
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_NextMethod(IWbemClassObject *This, LONG lFlags, BSTR *pstrName,
                                          IWbemClassObject **ppInSignature,
                                          IWbemClassObject **ppOutSignature)
{
    struct wbem_object *it = wbem_object_of(This);
    HRESULT hr;

    if (lFlags)
        return WBEM_E_INVALID_PARAMETER;
    pthread_mutex_lock(&it->lock);
    hr = next(it, pstrName, ppInSignature, ppOutSignature);
    pthread_mutex_unlock(&it->lock);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_EndMethodEnumeration(IWbemClassObject *This)
{
    struct wbem_object *it = wbem_object_of(This);

    pthread_mutex_lock(&it->lock);
    it->methods = (struct wbem_walk){.begun = false};
    pthread_mutex_unlock(&it->lock);
    return WBEM_S_NO_ERROR;
}
