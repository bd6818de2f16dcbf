/* IEnumWbemClassObject: what a call has found, and finds while it is gone through. One that goes
 * forward only lets go of what it has given. */
#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_services.h"

struct wbem_enum {
    struct com_object com;
    IEnumWbemClassObject IEnumWbemClassObject_iface;
    struct wbem_job *job; /* its lock is this one's, too */
    size_t next;
};

COM_INTERFACE(wbem_enum, IEnumWbemClassObject)

static bool is_forward_only(const struct wbem_enum *it)
{
    return it->job->flags & WBEM_FLAG_FORWARD_ONLY;
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IEnumWbemClassObject *This)
{
    struct wbem_enum *it = wbem_enum_from_IEnumWbemClassObject(This);

    if (is_forward_only(it))
        return WBEM_E_INVALID_OPERATION;
    pthread_mutex_lock(&it->job->lock);
    it->next = 0;
    pthread_mutex_unlock(&it->job->lock);
    return WBEM_S_NO_ERROR;
}

/* How many there are to take, at most `count`, and what that is called. */
static HRESULT await(struct wbem_enum *it, LONG timeout, ULONG count, ULONG *ret_there)
{
    struct wbem_job *job = it->job;
    bool enough = wbem_job_wait(job, it->next + count, timeout);
    size_t there = job->count > it->next ? job->count - it->next : 0;

    *ret_there = there < count ? (ULONG)there : count;
    if (*ret_there == count)
        return WBEM_S_NO_ERROR;
    if (!enough)
        return WBEM_S_TIMEDOUT;
    /* The end: a failure, a result that is not all there is, or no more. */
    return job->hr ? job->hr : WBEM_S_FALSE;
}

static void pass(struct wbem_enum *it, ULONG count)
{
    for (ULONG i = 0; is_forward_only(it) && i < count; i++) {
        cim_object_unref(it->job->at[it->next + i]);
        it->job->at[it->next + i] = NULL;
    }
    it->next += count;
}

static HRESULT take(struct wbem_enum *it, ULONG count, IWbemClassObject **ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;
    ULONG made = 0;

    while (made < count && SUCCEEDED(hr)) {
        hr = wbem_object_new(it->job->at[it->next + made], &ret[made]);
        made += SUCCEEDED(hr);
    }
    for (; FAILED(hr) && made; made--)
        IWbemClassObject_Release(ret[made - 1]);
    if (SUCCEEDED(hr))
        pass(it, count);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Next(IEnumWbemClassObject *This, LONG lTimeout, ULONG uCount,
                                           IWbemClassObject **apObjects, ULONG *puReturned)
{
    struct wbem_enum *it = wbem_enum_from_IEnumWbemClassObject(This);
    ULONG there;
    HRESULT hr, made;

    if (puReturned)
        *puReturned = 0;
    if (!apObjects || !puReturned || !uCount || lTimeout < (LONG)WBEM_INFINITE)
        return WBEM_E_INVALID_PARAMETER;
    pthread_mutex_lock(&it->job->lock);
    hr = await(it, lTimeout, uCount, &there);
    made = take(it, there, apObjects);
    pthread_mutex_unlock(&it->job->lock);
    if (FAILED(made))
        return made;
    *puReturned = there;
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IEnumWbemClassObject *This, LONG lTimeout, ULONG nCount)
{
    struct wbem_enum *it = wbem_enum_from_IEnumWbemClassObject(This);
    ULONG there;
    HRESULT hr;

    if (lTimeout < (LONG)WBEM_INFINITE)
        return WBEM_E_INVALID_PARAMETER;
    pthread_mutex_lock(&it->job->lock);
    hr = await(it, lTimeout, nCount, &there);
    pass(it, there);
    pthread_mutex_unlock(&it->job->lock);
    return hr;
}

/* ---- to a sink: a call of its own, which waits for the one that finds */
static HRESULT deliver(struct wbem_job *job)
{
    ULONG left = job->wanted, there = 0;
    HRESULT hr = WBEM_S_NO_ERROR;

    while (SUCCEEDED(hr) && left) {
        IWbemClassObject *face;
        struct cim_object *object;
        hr = enum_Next(job->from, (LONG)WBEM_INFINITE, 1, &face, &there);
        if (!there)
            break;
        object = wbem_object_cim(face);
        IWbemClassObject_Release(face);
        hr = wbem_job_each(job, object);
        cim_object_unref(object);
        left--;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_NextAsync(IEnumWbemClassObject *This, ULONG uCount,
                                                IWbemObjectSink *pSink)
{
    struct wbem_enum *it = wbem_enum_from_IEnumWbemClassObject(This);
    struct wbem_job *job;
    HRESULT hr;

    if (!pSink || !uCount)
        return WBEM_E_INVALID_PARAMETER;
    hr = wbem_job_new(it->job->services, deliver, 0, NULL, NULL, &job);
    if (FAILED(hr))
        return hr;
    job->wanted = uCount;
    job->from = This;
    IEnumWbemClassObject_AddRef(This);
    job->sink = pSink;
    IWbemObjectSink_AddRef(pSink);
    hr = wbem_job_start(job);
    wbem_job_unref(job);
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IEnumWbemClassObject *This,
                                            IEnumWbemClassObject **ppEnum)
{
    struct wbem_enum *it = wbem_enum_from_IEnumWbemClassObject(This);
    HRESULT hr;

    if (!ppEnum)
        return WBEM_E_INVALID_PARAMETER;
    *ppEnum = NULL;
    if (is_forward_only(it))
        return WBEM_E_INVALID_OPERATION;
    hr = wbem_enum_new(it->job, ppEnum);
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&it->job->lock);
    wbem_enum_from_IEnumWbemClassObject(*ppEnum)->next = it->next;
    pthread_mutex_unlock(&it->job->lock);
    return hr;
}

/* ---- life */
static const IEnumWbemClassObjectVtbl enum_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_enum, IEnumWbemClassObject),
    .Reset = enum_Reset,
    .Next = enum_Next,
    .NextAsync = enum_NextAsync,
    .Clone = enum_Clone,
    .Skip = enum_Skip,
};

static const struct com_interface enum_interfaces[] = {
    COM_MAP(wbem_enum, IUnknown, IEnumWbemClassObject),
    COM_MAP(wbem_enum, IEnumWbemClassObject, IEnumWbemClassObject),
    COM_MAP_END,
};

/* What nobody goes through any more need not be found. */
static void destroy(struct com_object *com)
{
    struct wbem_enum *it = container_of(com, struct wbem_enum, com);

    if (atomic_fetch_sub(&it->job->readers, 1) == 1)
        atomic_store(&it->job->cancelled, true);
    wbem_job_unref(it->job);
    free(it);
}

static const struct com_class enum_class = {"wbem_enum", enum_interfaces, destroy};

HRESULT wbem_enum_new(struct wbem_job *job, IEnumWbemClassObject **ret)
{
    struct wbem_enum *it = calloc(1, sizeof(*it));

    if (!it)
        return WBEM_E_OUT_OF_MEMORY;
    com_object_init(&it->com, &enum_class);
    it->IEnumWbemClassObject_iface.lpVtbl = &enum_vtbl;
    it->job = wbem_job_ref(job);
    atomic_fetch_add(&job->readers, 1);
    *ret = &it->IEnumWbemClassObject_iface;
    return WBEM_S_NO_ERROR;
}
