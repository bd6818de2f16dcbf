/* Sinks of the other end as a provider has them: on whatever thread they are called, and until the
 * last reference goes, which the other end is told. */
#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/wmihost/wmihost.h"
#include "spcore/base.h"

struct wmihost_sink {
    IWbemObjectSink objects_iface;
    IWbemProviderInitSink init_iface;
    struct wmihost *host;
    struct wmihost_sink *next; /* of those that are there, or have gone */
    uint64_t id;
    ULONG refs;    /* under the host's lock, as is what follows */
    int64_t times; /* it was passed */
    IWbemClassObject *first;
};

/* ---- as an object */
static HRESULT query(struct wmihost_sink *it, REFIID riid, const IID *own, void *iface, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, own))
        return E_NOINTERFACE;
    pthread_mutex_lock(&it->host->lock);
    it->refs++;
    pthread_mutex_unlock(&it->host->lock);
    *ret = iface;
    return S_OK;
}

static ULONG add_ref(struct wmihost_sink *it)
{
    ULONG refs;

    pthread_mutex_lock(&it->host->lock);
    refs = ++it->refs;
    pthread_mutex_unlock(&it->host->lock);
    return refs;
}

static void unlist(struct wmihost_sink *it)
{
    struct wmihost_sink **at = &it->host->sinks;

    while (*at && *at != it)
        at = &(*at)->next;
    if (*at)
        *at = it->next;
}

/* One that has gone and is called all the same is still there where the other end wants to know. */
static void go(struct wmihost_sink *it, int64_t times)
{
    struct hosting_message note = {.op = HOSTING_SINK_GONE, .sink = it->id, .number = times};
    struct wmihost *host = it->host;

    if (!host->keeps && it->first)
        (void)IWbemClassObject_Release(it->first);
    if (!host->keeps)
        free(it);
    (void)hosting_link_note(host->link, &note);
}

static ULONG release(struct wmihost_sink *it)
{
    struct wmihost *host = it->host;
    int64_t times = 0;
    ULONG refs;

    pthread_mutex_lock(&host->lock);
    refs = it->refs ? --it->refs : 0;
    if (!refs && it->times) {
        times = it->times;
        it->times = 0;
        unlist(it);
        if (host->keeps) {
            it->next = host->gone;
            host->gone = it;
        }
    }
    pthread_mutex_unlock(&host->lock);
    if (times)
        go(it, times);
    return refs;
}

#define UNKNOWN(name, type, iid, member)                                                           \
    static struct wmihost_sink *name##_of(type *This)                                              \
    {                                                                                              \
        return container_of(This, struct wmihost_sink, member);                                    \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE name##_query(type *This, REFIID riid, void **ret)             \
    {                                                                                              \
        return query(name##_of(This), riid, &iid, This, ret);                                      \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_add_ref(type *This)                                      \
    {                                                                                              \
        return add_ref(name##_of(This));                                                           \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_release(type *This)                                      \
    {                                                                                              \
        return release(name##_of(This));                                                           \
    }
UNKNOWN(objects, IWbemObjectSink, IID_IWbemObjectSink, objects_iface)
UNKNOWN(init, IWbemProviderInitSink, IID_IWbemProviderInitSink, init_iface)

/* ---- what it is told */
static void keep_first(struct wmihost_sink *it, IWbemClassObject *object)
{
    pthread_mutex_lock(&it->host->lock);
    if (it->host->keeps && !it->first && object) {
        it->first = object;
        (void)IWbemClassObject_AddRef(object);
    }
    pthread_mutex_unlock(&it->host->lock);
}

static HRESULT tell(struct wmihost_sink *it, HRESULT hr, struct hosting_message *call)
{
    struct hosting_message answer = {.hr = S_OK};

    call->sink = it->id;
    if (SUCCEEDED(hr))
        hr = wmihost_call(it->host, call, &answer);
    if (SUCCEEDED(hr))
        hr = answer.hr;
    hosting_message_done(&answer);
    hosting_message_done(call);
    return hr;
}

static HRESULT put_any(struct hosting_message *call, IWbemClassObject *object)
{
    return object ? hosting_put_face(call, object) : hosting_put_object(call, NULL);
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *This, LONG count,
                                          IWbemClassObject **objects)
{
    struct hosting_message call = {.op = HOSTING_INDICATE, .number = count};
    struct wmihost_sink *it = objects_of(This);
    HRESULT hr = S_OK;

    if (objects && count > 0)
        keep_first(it, objects[0]);
    for (LONG i = 0; SUCCEEDED(hr) && objects && i < count; i++)
        hr = put_any(&call, objects[i]);
    return tell(it, hr, &call);
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *This, LONG flags, HRESULT status,
                                            const BSTR text, IWbemClassObject *object)
{
    struct hosting_message call = {.op = HOSTING_SET_STATUS, .flags = flags, .hr = status};
    HRESULT hr = hosting_put_wide(&call, 0, text);

    if (SUCCEEDED(hr))
        hr = hosting_put_face(&call, object);
    return tell(objects_of(This), hr, &call);
}

static HRESULT STDMETHODCALLTYPE set_init_status(IWbemProviderInitSink *This, LONG status,
                                                 LONG flags)
{
    struct hosting_message call = {
        .op = HOSTING_INIT_STATUS, .flags = flags, .hr = (HRESULT)status};

    return tell(init_of(This), S_OK, &call);
}

static const IWbemObjectSinkVtbl objects_vtbl = {.QueryInterface = objects_query,
                                                 .AddRef = objects_add_ref,
                                                 .Release = objects_release,
                                                 .Indicate = indicate,
                                                 .SetStatus = set_status};
static const IWbemProviderInitSinkVtbl init_vtbl = {.QueryInterface = init_query,
                                                    .AddRef = init_add_ref,
                                                    .Release = init_release,
                                                    .SetStatus = set_init_status};

/* ---- life */
static struct wmihost_sink *find(struct wmihost_sink *list, uint64_t id)
{
    while (list && list->id != id)
        list = list->next;
    return list;
}

/* Under the lock; NULL: no memory. */
static struct wmihost_sink *make(struct wmihost *host, uint64_t id)
{
    struct wmihost_sink *it = calloc(1, sizeof(*it));

    if (it) {
        *it = (struct wmihost_sink){.objects_iface.lpVtbl = &objects_vtbl,
                                    .init_iface.lpVtbl = &init_vtbl,
                                    .host = host,
                                    .next = host->sinks,
                                    .id = id};
        host->sinks = it;
    }
    return it;
}

static struct wmihost_sink *sink_of(struct wmihost *host, uint64_t id)
{
    struct wmihost_sink *it;

    if (!id)
        return NULL;
    pthread_mutex_lock(&host->lock);
    it = find(host->sinks, id);
    if (!it)
        it = make(host, id);
    if (it) {
        it->refs++;
        it->times++;
    }
    pthread_mutex_unlock(&host->lock);
    return it;
}

IWbemObjectSink *wmihost_sink(struct wmihost *host, uint64_t id)
{
    struct wmihost_sink *it = sink_of(host, id);

    return it ? &it->objects_iface : NULL;
}

IWbemProviderInitSink *wmihost_init_sink(struct wmihost *host, uint64_t id)
{
    struct wmihost_sink *it = sink_of(host, id);

    return it ? &it->init_iface : NULL;
}

IWbemClassObject *wmihost_first(struct wmihost *host, uint64_t id)
{
    struct wmihost_sink *it;
    IWbemClassObject *first = NULL;

    pthread_mutex_lock(&host->lock);
    it = find(host->sinks, id);
    if (!it)
        it = find(host->gone, id);
    if (it && it->first) {
        first = it->first;
        (void)IWbemClassObject_AddRef(first);
    }
    pthread_mutex_unlock(&host->lock);
    return first;
}
