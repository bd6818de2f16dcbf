/* The sink of one call to a provider. What comes in on any thread is taken on the thread that
 * waits, so that a slow client holds up nobody but itself; the provider has its turn meanwhile. */
#include <stdlib.h>

#include "conformance/host/router/router_private.h"
#include "conformance/host/wbem/wbem.h"
#include "spcore/com/com_object.h"

enum { SLICE_MS = 5 };

struct router_sink {
    struct com_object com;
    IWbemObjectSink IWbemObjectSink_iface;
    IWbemProviderInitSink IWbemProviderInitSink_iface;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct cim_object **at; /* that have come, and are not yet taken */
    size_t count;
    bool ended, closed; /* closed: nobody takes anything any more */
    HRESULT status;
};

COM_INTERFACE(router_sink, IWbemObjectSink)
COM_INTERFACE(router_sink, IWbemProviderInitSink)

/* ---- what comes */
/* Under the lock. */
static HRESULT keep(struct router_sink *it, IWbemClassObject *face)
{
    struct cim_object *object = face ? wbem_object_cim(face) : NULL;
    struct cim_object **more = object ? cim_grow(it->at, it->count, sizeof(*more)) : NULL;

    if (more) {
        it->at = more;
        more[it->count++] = object;
        return WBEM_S_NO_ERROR;
    }
    cim_object_unref(object);
    return object ? WBEM_E_OUT_OF_MEMORY : WBEM_E_INVALID_PARAMETER;
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *This, LONG count,
                                          IWbemClassObject **objects)
{
    struct router_sink *it = router_sink_from_IWbemObjectSink(This);
    HRESULT hr = count < 0 || (count && !objects) ? WBEM_E_INVALID_PARAMETER : WBEM_S_NO_ERROR;

    pthread_mutex_lock(&it->lock);
    if (it->closed || it->ended)
        hr = WBEM_E_CALL_CANCELLED;
    for (LONG i = 0; SUCCEEDED(hr) && i < count; i++)
        hr = keep(it, objects[i]);
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    return hr;
}

/* The first end is the end. */
static void end(struct router_sink *it, HRESULT status)
{
    pthread_mutex_lock(&it->lock);
    if (!it->ended)
        it->status = status;
    it->ended = true;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                            const BSTR text, IWbemClassObject *object)
{
    (void)text, (void)object;
    if (flags == WBEM_STATUS_COMPLETE)
        end(router_sink_from_IWbemObjectSink(This), hr);
    return WBEM_S_NO_ERROR;
}

/* It is ready, or it has failed; anything else is on the way there. */
static HRESULT STDMETHODCALLTYPE set_init_status(IWbemProviderInitSink *This, LONG status,
                                                 LONG flags)
{
    (void)flags;
    if (status == WBEM_S_INITIALIZED || FAILED((HRESULT)status))
        end(router_sink_from_IWbemProviderInitSink(This), (HRESULT)status);
    return WBEM_S_NO_ERROR;
}

static const IWbemObjectSinkVtbl objects_vtbl = {COM_UNKNOWN_SLOTS(router_sink, IWbemObjectSink),
                                                 .Indicate = indicate, .SetStatus = set_status};
static const IWbemProviderInitSinkVtbl init_vtbl = {
    COM_UNKNOWN_SLOTS(router_sink, IWbemProviderInitSink), .SetStatus = set_init_status};

/* ---- life */
static const struct com_interface interfaces[] = {
    COM_MAP(router_sink, IUnknown, IWbemObjectSink),
    COM_MAP(router_sink, IWbemObjectSink, IWbemObjectSink),
    COM_MAP(router_sink, IWbemProviderInitSink, IWbemProviderInitSink),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    struct router_sink *it = container_of(com, struct router_sink, com);

    for (size_t i = 0; i < it->count; i++)
        cim_object_unref(it->at[i]);
    free(it->at);
    pthread_cond_destroy(&it->changed);
    pthread_mutex_destroy(&it->lock);
    free(it);
}

static const struct com_class class = {"router_sink", interfaces, destroy};

struct router_sink *router_sink_new(void)
{
    struct router_sink *it = calloc(1, sizeof(*it));

    if (!it)
        return NULL;
    com_object_init(&it->com, &class);
    it->IWbemObjectSink_iface.lpVtbl = &objects_vtbl;
    it->IWbemProviderInitSink_iface.lpVtbl = &init_vtbl;
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->changed, NULL);
    return it;
}

void router_sink_release(struct router_sink *sink)
{
    com_object_release(&sink->com);
}

IWbemObjectSink *router_sink_objects(struct router_sink *sink)
{
    return &sink->IWbemObjectSink_iface;
}

IWbemProviderInitSink *router_sink_init(struct router_sink *sink)
{
    return &sink->IWbemProviderInitSink_iface;
}

/* ---- waiting. Under the lock, which is let go meanwhile. */
static HRESULT take(struct router_sink *it, cim_each *each, void *each_self)
{
    struct cim_object **at = it->at;
    const size_t count = it->count;
    HRESULT hr = WBEM_S_NO_ERROR;

    it->at = NULL;
    it->count = 0;
    pthread_mutex_unlock(&it->lock);
    for (size_t i = 0; i < count; i++) {
        if (SUCCEEDED(hr) && each)
            hr = each(each_self, at[i]);
        cim_object_unref(at[i]);
    }
    free(at);
    pthread_mutex_lock(&it->lock);
    return hr;
}

static void rest(struct router_sink *it)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&it->changed, &it->lock, &until);
}

static HRESULT go_on(struct router_sink *it, struct router_loaded *from,
                     const struct wbem_call *call, int64_t deadline)
{
    const struct router_options *options = &from->router->options;
    bool lives;

    if (call && wbem_cancelled(call))
        return WBEM_E_CALL_CANCELLED;
    if (base_now_ms() > deadline)
        return WBEM_E_PROVIDER_TIMED_OUT;
    rest(it);
    if (it->ended || it->count)
        return WBEM_S_NO_ERROR;
    pthread_mutex_unlock(&it->lock);
    if (options->activator->turn)
        options->activator->turn(options->activator_self, from->place);
    lives = router_lives(from);
    pthread_mutex_lock(&it->lock);
    return lives || it->ended ? WBEM_S_NO_ERROR : RPC_E_DISCONNECTED;
}

HRESULT router_sink_await(struct router_sink *it, struct router_loaded *from,
                          const struct wbem_call *call, cim_each *each, void *each_self)
{
    const int64_t patience = from->router->options.patience_ms;
    int64_t deadline = base_now_ms() + patience;
    HRESULT hr = WBEM_S_NO_ERROR;

    pthread_mutex_lock(&it->lock);
    while (SUCCEEDED(hr) && (it->count || !it->ended)) {
        if (it->count) {
            hr = take(it, each, each_self);
            deadline = base_now_ms() + patience;
        } else {
            hr = go_on(it, from, call, deadline);
        }
    }
    it->closed = true;
    if (SUCCEEDED(hr))
        hr = it->status;
    pthread_mutex_unlock(&it->lock);
    return hr;
}
