/* IWbemContext: named values that travel with a call, to providers and back into WMI. */
#include <stdlib.h>

#include "conformance/host/wbem/wbem_private.h"
#include "spcore/com/com_utf16.h"

enum { VALUES_MAX = 1024 };

struct named {
    BSTR name;
    VARIANT value;
};

struct wbem_context {
    struct com_object com;
    IWbemContext IWbemContext_iface;
    pthread_mutex_t lock;
    struct named *at;
    size_t count;
    struct wbem_walk walk;
};

COM_INTERFACE(wbem_context, IWbemContext)

static struct wbem_context *lock(IWbemContext *This)
{
    struct wbem_context *it = wbem_context_from_IWbemContext(This);

    pthread_mutex_lock(&it->lock);
    return it;
}

static HRESULT unlock(struct wbem_context *it, HRESULT hr)
{
    pthread_mutex_unlock(&it->lock);
    return hr;
}

static struct named *find(struct wbem_context *it, const WCHAR *name)
{
    for (size_t i = 0; i < it->count; i++) {
        if (com_wcsicmp(it->at[i].name, name) == 0)
            return &it->at[i];
    }
    return NULL;
}

static void named_done(struct named *one)
{
    SysFreeString(one->name);
    VariantClear(&one->value);
}

static void clear(struct wbem_context *it)
{
    for (size_t i = 0; i < it->count; i++)
        named_done(&it->at[i]);
    free(it->at);
    it->at = NULL;
    it->count = 0;
    it->walk = (struct wbem_walk){.begun = false};
}

static HRESULT copy_value(const VARIANT *from, VARIANT *to)
{
    HRESULT hr;

    VariantInit(to);
    hr = VariantCopy(to, from);
    return hr == E_OUTOFMEMORY ? WBEM_E_OUT_OF_MEMORY
           : FAILED(hr)        ? WBEM_E_INVALID_PARAMETER
                               : WBEM_S_NO_ERROR;
}

/* The value is the context's then, in any case. */
static HRESULT set(struct wbem_context *it, const WCHAR *name, VARIANT *value)
{
    struct named *old = find(it, name), one;
    void *grown;

    if (old) {
        VariantClear(&old->value);
        old->value = *value;
        return WBEM_S_NO_ERROR;
    }
    one = (struct named){SysAllocString(name), *value};
    grown = it->count < VALUES_MAX ? cim_grow(it->at, it->count, sizeof(*it->at)) : NULL;
    it->at = grown ? grown : it->at;
    if (!one.name || !grown) {
        named_done(&one);
        return it->count < VALUES_MAX ? WBEM_E_OUT_OF_MEMORY : WBEM_E_TOO_MUCH_DATA;
    }
    it->at[it->count++] = one;
    return WBEM_S_NO_ERROR;
}

/* ---- the methods */
static HRESULT STDMETHODCALLTYPE context_Clone(IWbemContext *This, IWbemContext **ppNewCopy)
{
    struct wbem_context *it, *copy;
    VARIANT value;
    HRESULT hr;

    if (!ppNewCopy)
        return WBEM_E_INVALID_PARAMETER;
    *ppNewCopy = NULL;
    hr = wbem_context_new(ppNewCopy);
    if (FAILED(hr))
        return hr;
    copy = wbem_context_from_IWbemContext(*ppNewCopy);
    it = lock(This);
    for (size_t i = 0; SUCCEEDED(hr) && i < it->count; i++) {
        hr = copy_value(&it->at[i].value, &value);
        if (SUCCEEDED(hr))
            hr = set(copy, it->at[i].name, &value);
    }
    unlock(it, hr);
    if (FAILED(hr)) {
        IWbemContext_Release(*ppNewCopy);
        *ppNewCopy = NULL;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE context_GetNames(IWbemContext *This, LONG lFlags,
                                                  SAFEARRAY **pNames)
{
    struct wbem_context *it;
    SAFEARRAY *array;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (lFlags || !pNames)
        return WBEM_E_INVALID_PARAMETER;
    *pNames = NULL;
    it = lock(This);
    array = SafeArrayCreateVector(VT_BSTR, 0, (ULONG)it->count);
    for (size_t i = 0; array && i < it->count; i++) {
        ((BSTR *)array->pvData)[i] = SysAllocString(it->at[i].name);
        hr = ((BSTR *)array->pvData)[i] ? hr : WBEM_E_OUT_OF_MEMORY;
    }
    hr = unlock(it, array ? hr : WBEM_E_OUT_OF_MEMORY);
    if (SUCCEEDED(hr))
        *pNames = array;
    else
        SafeArrayDestroy(array);
    return hr;
}

static HRESULT STDMETHODCALLTYPE context_BeginEnumeration(IWbemContext *This, LONG lFlags)
{
    struct wbem_context *it;

    if (lFlags)
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    it->walk = (struct wbem_walk){.begun = true};
    return unlock(it, WBEM_S_NO_ERROR);
}

static HRESULT next(struct wbem_context *it, BSTR *ret_name, VARIANT *ret_value)
{
    BSTR name;
    HRESULT hr;

    if (!it->walk.begun)
        return WBEM_E_UNEXPECTED;
    if (it->walk.next >= it->count)
        return WBEM_S_NO_MORE_DATA;
    name = SysAllocString(it->at[it->walk.next].name);
    hr = name ? copy_value(&it->at[it->walk.next].value, ret_value) : WBEM_E_OUT_OF_MEMORY;
    if (FAILED(hr)) {
        SysFreeString(name);
        return hr;
    }
    *ret_name = name;
    it->walk.next++;
    return hr;
}

static HRESULT STDMETHODCALLTYPE context_Next(IWbemContext *This, LONG lFlags, BSTR *pstrName,
                                              VARIANT *pValue)
{
    struct wbem_context *it;

    if (lFlags || !pstrName || !pValue)
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    return unlock(it, next(it, pstrName, pValue));
}

static HRESULT STDMETHODCALLTYPE context_EndEnumeration(IWbemContext *This)
{
    struct wbem_context *it = lock(This);

    it->walk = (struct wbem_walk){.begun = false};
    return unlock(it, WBEM_S_NO_ERROR);
}

static HRESULT STDMETHODCALLTYPE context_SetValue(IWbemContext *This, LPCWSTR wszName, LONG lFlags,
                                                  VARIANT *pValue)
{
    struct wbem_context *it;
    VARIANT value;
    HRESULT hr;

    if (lFlags || !wszName || !pValue)
        return WBEM_E_INVALID_PARAMETER;
    hr = copy_value(pValue, &value);
    if (FAILED(hr))
        return hr;
    it = lock(This);
    return unlock(it, set(it, wszName, &value));
}

static HRESULT STDMETHODCALLTYPE context_GetValue(IWbemContext *This, LPCWSTR wszName, LONG lFlags,
                                                  VARIANT *pValue)
{
    struct wbem_context *it;
    struct named *one;

    if (lFlags || !wszName || !pValue)
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    one = find(it, wszName);
    return unlock(it, one ? copy_value(&one->value, pValue) : WBEM_E_NOT_FOUND);
}

static HRESULT STDMETHODCALLTYPE context_DeleteValue(IWbemContext *This, LPCWSTR wszName,
                                                     LONG lFlags)
{
    struct wbem_context *it;
    struct named *one;

    if (lFlags || !wszName)
        return WBEM_E_INVALID_PARAMETER;
    it = lock(This);
    one = find(it, wszName);
    if (!one)
        return unlock(it, WBEM_E_NOT_FOUND);
    named_done(one);
    it->count--;
    memmove(one, one + 1, (size_t)(it->at + it->count - one) * sizeof(*one));
    return unlock(it, WBEM_S_NO_ERROR);
}

static HRESULT STDMETHODCALLTYPE context_DeleteAll(IWbemContext *This)
{
    struct wbem_context *it = lock(This);

    clear(it);
    return unlock(it, WBEM_S_NO_ERROR);
}

/* ---- life */
static const IWbemContextVtbl context_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_context, IWbemContext),
    .Clone = context_Clone,
    .GetNames = context_GetNames,
    .BeginEnumeration = context_BeginEnumeration,
    .Next = context_Next,
    .EndEnumeration = context_EndEnumeration,
    .SetValue = context_SetValue,
    .GetValue = context_GetValue,
    .DeleteValue = context_DeleteValue,
    .DeleteAll = context_DeleteAll,
};

static const struct com_interface context_interfaces[] = {
    COM_MAP(wbem_context, IUnknown, IWbemContext),
    COM_MAP(wbem_context, IWbemContext, IWbemContext),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    struct wbem_context *it = container_of(com, struct wbem_context, com);

    clear(it);
    pthread_mutex_destroy(&it->lock);
    free(it);
}

static const struct com_class context_class = {"wbem_context", context_interfaces, destroy};

HRESULT wbem_context_new(IWbemContext **ret)
{
    struct wbem_context *it = calloc(1, sizeof(*it));

    if (!it)
        return WBEM_E_OUT_OF_MEMORY;
    com_object_init(&it->com, &context_class);
    it->IWbemContext_iface.lpVtbl = &context_vtbl;
    pthread_mutex_init(&it->lock, NULL);
    *ret = &it->IWbemContext_iface;
    return WBEM_S_NO_ERROR;
}
