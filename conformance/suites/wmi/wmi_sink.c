/* Sinks that remember. Time in our Windows passes while one is awaited, so that a provider that
 * waits there goes on. */
#include "conformance/suites/wmi/wmi_sink.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/wbem/wbem.h"
#include "spcore/base.h"

enum { PATIENCE_MS = 10000, SLICE_MS = 5, LET_GO_SLICES = 100 };

/* ---- as an object */
static HRESULT query(struct wmi_sink *sink, REFIID riid, const IID *own, void *iface, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, own))
        return E_NOINTERFACE;
    atomic_fetch_add(&sink->refs, 1);
    *ret = iface;
    return S_OK;
}

#define UNKNOWN(name, type, iid, member)                                                           \
    static struct wmi_sink *name##_of(type *This)                                                  \
    {                                                                                              \
        return container_of(This, struct wmi_sink, member);                                        \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE name##_query(type *This, REFIID riid, void **ret)             \
    {                                                                                              \
        return query(name##_of(This), riid, &iid, This, ret);                                      \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_add_ref(type *This)                                      \
    {                                                                                              \
        return atomic_fetch_add(&name##_of(This)->refs, 1) + 1;                                    \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE name##_release(type *This)                                      \
    {                                                                                              \
        return atomic_fetch_sub(&name##_of(This)->refs, 1) - 1;                                    \
    }
UNKNOWN(objects, IWbemObjectSink, IID_IWbemObjectSink, objects_iface)
UNKNOWN(init, IWbemProviderInitSink, IID_IWbemProviderInitSink, init_iface)

/* ---- what comes */
static void keep(struct wmi_sink *sink, IWbemClassObject *object)
{
    struct cim_object *class = object ? wbem_object_cim(object) : NULL;
    struct cim_object **more;

    sink->foreign += class == NULL;
    if (!class)
        return;
    more = realloc(sink->classes, (sink->count + 1) * sizeof(*more));
    if (more)
        sink->classes = more;
    if (more)
        more[sink->count++] = class;
    else
        cim_object_unref(class);
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *This, LONG count,
                                          IWbemClassObject **objects)
{
    struct wmi_sink *sink = objects_of(This);
    HRESULT answer;
    bool first;

    pthread_mutex_lock(&sink->lock);
    first = sink->indicates++ == 0;
    sink->late += sink->statuses > 0;
    sink->small += count <= 0 || !objects;
    for (LONG i = 0; objects && i < count; i++)
        keep(sink, objects[i]);
    answer = sink->refuses;
    pthread_cond_broadcast(&sink->changed);
    pthread_mutex_unlock(&sink->lock);
    if (first && sink->met)
        sink->met(sink->met_self);
    return answer;
}

static void take_progress(struct wmi_sink *sink, uint32_t words)
{
    const unsigned total = words >> 16, done = words & 0xffff;

    sink->backward += done > total || done < sink->done;
    sink->done = done;
    sink->progress++;
}

static void take_status(struct wmi_sink *sink, bool final, HRESULT hr)
{
    pthread_mutex_lock(&sink->lock);
    sink->late += sink->statuses > 0;
    if (final && !sink->statuses)
        sink->result = hr;
    sink->statuses += final;
    if (!final)
        take_progress(sink, (uint32_t)hr);
    pthread_cond_broadcast(&sink->changed);
    pthread_mutex_unlock(&sink->lock);
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                            const BSTR text, IWbemClassObject *object)
{
    (void)text, (void)object;
    take_status(objects_of(This), flags == WBEM_STATUS_COMPLETE, hr);
    return WBEM_S_NO_ERROR;
}

static HRESULT STDMETHODCALLTYPE set_init_status(IWbemProviderInitSink *This, LONG status,
                                                 LONG flags)
{
    (void)flags;
    take_status(init_of(This), true, (HRESULT)status);
    return WBEM_S_NO_ERROR;
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
struct wmi_sink *wmi_sink_new(struct conf *c, struct hosting *hosting)
{
    struct wmi_sink *sink = calloc(1, sizeof(*sink));

    if (!sink)
        conf_setup_failed(c, "no memory");
    *sink = (struct wmi_sink){.objects_iface.lpVtbl = &objects_vtbl,
                              .init_iface.lpVtbl = &init_vtbl,
                              .c = c,
                              .hosting = hosting};
    atomic_init(&sink->refs, 1);
    pthread_mutex_init(&sink->lock, NULL);
    pthread_cond_init(&sink->changed, NULL);
    return sink;
}

void wmi_sink_free(struct wmi_sink *sink)
{
    if (!sink || wmi_sink_held(sink))
        return;
    for (size_t i = 0; i < sink->count; i++)
        cim_object_unref(sink->classes[i]);
    free(sink->classes);
    pthread_cond_destroy(&sink->changed);
    pthread_mutex_destroy(&sink->lock);
    free(sink);
}

unsigned wmi_sink_held(struct wmi_sink *sink)
{
    return atomic_load(&sink->refs) - 1;
}

unsigned wmi_sink_object_held(struct wmi_sink *sink)
{
    return hosting_held(sink->hosting, HOSTING_FIRST_OBJECT, &sink->objects_iface);
}

/* ---- waiting */
static void rest(struct wmi_sink *sink)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&sink->changed, &sink->lock, &until);
}

static bool has_ended(struct wmi_sink *sink)
{
    return sink->statuses > 0;
}

static bool is_free(struct wmi_sink *sink)
{
    return wmi_sink_held(sink) == 0;
}

static bool lives(struct wmi_sink *sink)
{
    const char *how;

    return hosting_fate(sink->hosting, &how) == HOSTING_LIVES;
}

/* Under the lock, which is let go while time passes. */
static void pass_slice(struct wmi_sink *sink, bool (*met)(struct wmi_sink *sink))
{
    rest(sink);
    if (met(sink))
        return;
    pthread_mutex_unlock(&sink->lock);
    (void)hosting_advance(sink->hosting, SLICE_MS, NULL);
    pthread_mutex_lock(&sink->lock);
}

bool wmi_sink_await(struct wmi_sink *sink)
{
    const int64_t patience = (int64_t)PATIENCE_MS * conf_timeout_scale(sink->c);
    const int64_t deadline = base_now_ms() + patience;
    bool ended;

    pthread_mutex_lock(&sink->lock);
    while (!has_ended(sink) && base_now_ms() < deadline && lives(sink))
        pass_slice(sink, has_ended);
    ended = has_ended(sink);
    pthread_mutex_unlock(&sink->lock);
    if (ended)
        (void)hosting_quiesce(sink->hosting); /* what comes behind the end has come by then */
    return ended;
}

/* By the time of the other process, which has its turn in each slice, however slow the machine. */
bool wmi_sink_let_go(struct wmi_sink *sink)
{
    bool let_go;

    pthread_mutex_lock(&sink->lock);
    for (unsigned i = 0; i < LET_GO_SLICES && !is_free(sink) && lives(sink); i++)
        pass_slice(sink, is_free);
    let_go = is_free(sink);
    pthread_mutex_unlock(&sink->lock);
    return let_go;
}

const struct cim_object *wmi_sink_class(const struct wmi_sink *sink, const char *name)
{
    for (size_t i = 0; i < sink->count; i++) {
        if (sink->classes[i]->class_name && strcasecmp(sink->classes[i]->class_name, name) == 0)
            return sink->classes[i];
    }
    return NULL;
}
