/* Calls under way, and the rules of sinks: Indicate as often as there is something, then SetStatus
 * with WBEM_STATUS_COMPLETE, once and last. */
#include "conformance/host/wbem/wbem_job.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_services.h"
#include "conformance/host/wbem/wbem_value.h"

/* ---- threads */
static void *run(void *self)
{
    struct wbem_job *job = self;

    principal_act(&job->caller);
    (void)wbem_job_run(job);
    wbem_job_unref(job);
    return NULL;
}

static int start(struct wbem_job *job)
{
    pthread_attr_t detached;
    pthread_t thread;
    int error;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread, &detached, run, job);
    pthread_attr_destroy(&detached);
    return -error;
}

/* ---- life */
HRESULT wbem_job_new(struct wbem_services *services, HRESULT (*work)(struct wbem_job *job),
                     LONG flags, IWbemContext *context, const WCHAR *text, struct wbem_job **ret)
{
    struct wbem_job *job = calloc(1, sizeof(*job));
    pthread_condattr_t monotonic;

    if (!job || (text && FAILED(wbem_utf8(text, &job->text)))) {
        free(job);
        return WBEM_E_OUT_OF_MEMORY;
    }
    atomic_init(&job->refs, 1);
    pthread_mutex_init(&job->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&job->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    com_object_add_ref(&services->com);
    job->services = services;
    job->work = work;
    job->flags = flags;
    job->context = context;
    job->caller = principal_now();
    if (context)
        IWbemContext_AddRef(context);
    *ret = job;
    return WBEM_S_NO_ERROR;
}

struct wbem_job *wbem_job_ref(struct wbem_job *job)
{
    atomic_fetch_add_explicit(&job->refs, 1, memory_order_relaxed);
    return job;
}

static void drop_objects(struct wbem_job *job)
{
    for (size_t i = 0; i < job->count; i++)
        cim_object_unref(job->at[i]);
    free(job->at);
    job->at = NULL;
    job->count = 0;
}

void wbem_job_unref(struct wbem_job *job)
{
    struct wbem_services *services;
    IWbemObjectSink *sink;

    if (!job || atomic_fetch_sub_explicit(&job->refs, 1, memory_order_acq_rel) > 1)
        return;
    services = job->services;
    sink = job->sink;
    drop_objects(job);
    cim_object_unref(job->in);
    if (job->context)
        IWbemContext_Release(job->context);
    if (job->from)
        IEnumWbemClassObject_Release(job->from);
    if (job->ret_services)
        IWbemServices_Release(job->ret_services);
    pthread_cond_destroy(&job->changed);
    pthread_mutex_destroy(&job->lock);
    free(job->text);
    free(job->method);
    free(job->ret_path);
    free(job);
    com_object_release(&services->com);
    if (sink) /* last: who has it back has everything back */
        IWbemObjectSink_Release(sink);
}

/* ---- results. The sink is never called under the lock, and by one thread at a time. */
static HRESULT indicate(struct wbem_job *job, struct cim_object *object)
{
    IWbemClassObject *face;
    bool wanted;
    HRESULT hr = wbem_object_new(object, &face);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&job->lock);
    job->delivering = wanted = !job->done;
    pthread_mutex_unlock(&job->lock);
    if (wanted)
        hr = IWbemObjectSink_Indicate(job->sink, 1, &face);
    IWbemClassObject_Release(face);
    pthread_mutex_lock(&job->lock);
    job->delivering = false;
    pthread_mutex_unlock(&job->lock);
    /* A client that fails to take one gets no more. */
    return FAILED(hr) || atomic_load(&job->cancelled) ? WBEM_E_CALL_CANCELLED : WBEM_S_NO_ERROR;
}

static HRESULT keep(struct wbem_job *job, struct cim_object *object)
{
    void *grown;

    pthread_mutex_lock(&job->lock);
    grown = cim_grow(job->at, job->count, sizeof(*job->at));
    if (grown) {
        job->at = grown;
        job->at[job->count++] = cim_object_ref(object);
        pthread_cond_broadcast(&job->changed);
    }
    pthread_mutex_unlock(&job->lock);
    return grown ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

HRESULT wbem_job_each(void *self, struct cim_object *object)
{
    struct wbem_job *job = self;

    if (atomic_load(&job->cancelled))
        return WBEM_E_CALL_CANCELLED;
    return job->sink ? indicate(job, object) : keep(job, object);
}

static void tell_sink(struct wbem_job *job, HRESULT hr)
{
    BSTR path = NULL;

    if (SUCCEEDED(hr))
        hr = wbem_bstr(job->ret_path, &path) < 0 ? WBEM_E_OUT_OF_MEMORY : hr;
    (void)IWbemObjectSink_SetStatus(job->sink, WBEM_STATUS_COMPLETE, hr, path, NULL);
    SysFreeString(path);
}

/* The first end counts. What came before a failure is no result: who waits is told of that alone.
 * `idle`: not while the sink is being called, whose caller ends it then. */
static void finish(struct wbem_job *job, HRESULT hr, bool idle)
{
    bool first;

    pthread_mutex_lock(&job->lock);
    first = !job->done && !(idle && job->delivering);
    if (first) {
        job->done = true;
        job->hr = hr;
        if (FAILED(hr))
            drop_objects(job);
        pthread_cond_broadcast(&job->changed);
    }
    pthread_mutex_unlock(&job->lock);
    if (first && job->sink)
        tell_sink(job, hr);
}

/* ---- running */
static void list(struct wbem_job *job)
{
    pthread_mutex_lock(&job->services->lock);
    job->next = job->services->jobs;
    job->services->jobs = job;
    pthread_mutex_unlock(&job->services->lock);
}

static void unlist(struct wbem_job *job)
{
    pthread_mutex_lock(&job->services->lock);
    for (struct wbem_job **at = &job->services->jobs; *at; at = &(*at)->next) {
        if (*at == job) {
            *at = job->next;
            break;
        }
    }
    pthread_mutex_unlock(&job->services->lock);
}

HRESULT wbem_job_run(struct wbem_job *job)
{
    HRESULT hr = atomic_load(&job->cancelled) ? WBEM_E_CALL_CANCELLED : job->work(job);

    finish(job, hr, false);
    unlist(job);
    return hr;
}

HRESULT wbem_job_start(struct wbem_job *job)
{
    wbem_job_ref(job);
    list(job);
    if (start(job) == 0)
        return WBEM_S_NO_ERROR;
    unlist(job);
    wbem_job_unref(job);
    return WBEM_E_OUT_OF_MEMORY;
}

static bool same_object(IUnknown *a, IUnknown *b)
{
    IUnknown *x = NULL, *y = NULL;
    bool same = SUCCEEDED(IUnknown_QueryInterface(a, &IID_IUnknown, (void **)&x)) &&
                SUCCEEDED(IUnknown_QueryInterface(b, &IID_IUnknown, (void **)&y)) && x == y;

    if (x)
        IUnknown_Release(x);
    if (y)
        IUnknown_Release(y);
    return same;
}

/* One of them that is not cancelled yet, with a reference. */
static struct wbem_job *pending(struct wbem_services *services, IWbemObjectSink *sink)
{
    struct wbem_job *job;

    pthread_mutex_lock(&services->lock);
    for (job = services->jobs; job; job = job->next) {
        if (job->sink && !atomic_load(&job->cancelled) &&
            same_object((IUnknown *)job->sink, (IUnknown *)sink)) {
            atomic_store(&job->cancelled, true);
            wbem_job_ref(job);
            break;
        }
    }
    pthread_mutex_unlock(&services->lock);
    return job;
}

HRESULT wbem_job_cancel(struct wbem_services *services, IWbemObjectSink *sink)
{
    HRESULT hr = WBEM_E_NOT_FOUND;
    struct wbem_job *job;

    while ((job = pending(services, sink))) {
        hr = WBEM_S_NO_ERROR;
        finish(job, WBEM_E_CALL_CANCELLED, true);
        wbem_job_unref(job);
    }
    return hr;
}

/* ---- waiting */
static struct timespec after(LONG ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

bool wbem_job_wait(struct wbem_job *job, size_t count, LONG timeout)
{
    struct timespec deadline = after(timeout > 0 ? timeout : 0);
    int error = 0;

    if (job->done || job->count >= count || !timeout)
        return job->done || job->count >= count;
    while (!job->done && job->count < count && error != ETIMEDOUT)
        error = timeout < 0 ? pthread_cond_wait(&job->changed, &job->lock)
                            : pthread_cond_timedwait(&job->changed, &job->lock, &deadline);
    return job->done || job->count >= count;
}
