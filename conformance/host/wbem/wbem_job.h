/* A call to IWbemServices on its way: what was asked, and what came of it so far. It runs on the
 * thread of who called, or on one of its own; then whoever waits, and the sink, are told. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_JOB_H
#define CONFORMANCE_HOST_WBEM_WBEM_JOB_H

#include <pthread.h>

#include "conformance/host/principal/principal.h"
#include "conformance/host/wbem/wbem_backend.h"

struct wbem_services;

struct wbem_job {
    atomic_uint refs;
    struct wbem_job *next; /* of those that are under way */
    struct wbem_services *services;

    /* what was asked: all of it the job's own */
    HRESULT (*work)(struct wbem_job *job);
    char *text, *method;
    struct cim_object *in;
    LONG flags, genus;
    enum wbem_what what;
    IWbemContext *context;
    struct principal caller;    /* as whom the thread acted that asked */
    IWbemObjectSink *sink;      /* NULL: whoever asked waits */
    IEnumWbemClassObject *from; /* of NextAsync: what it goes on with, and how many it wants */
    ULONG wanted;

    /* what came of it, under the lock; `cancelled` without */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_bool cancelled;
    atomic_uint readers;   /* enumerators of what it finds */
    bool done, delivering; /* delivering: the sink is being called */
    HRESULT hr;
    struct cim_object **at; /* NULL: taken for good */
    size_t count;
    char *ret_path;
    IWbemServices *ret_services;
};

/* One reference; WBEM_E_OUT_OF_MEMORY. Each text may be NULL. */
HRESULT wbem_job_new(struct wbem_services *services, HRESULT (*work)(struct wbem_job *job),
                     LONG flags, IWbemContext *context, const WCHAR *text, struct wbem_job **ret);
struct wbem_job *wbem_job_ref(struct wbem_job *job);
void wbem_job_unref(struct wbem_job *job); /* NULL is fine */

/* Here, to its end. */
HRESULT wbem_job_run(struct wbem_job *job);
/* On a thread of its own; the job is listed until it has ended. */
HRESULT wbem_job_start(struct wbem_job *job);
/* The sink's calls of these services: SetStatus with WBEM_E_CALL_CANCELLED, now or, if the sink is
 * being called at this moment, right behind that. WBEM_E_NOT_FOUND: there are none. */
HRESULT wbem_job_cancel(struct wbem_services *services, IWbemObjectSink *sink);

/* cim_each, with the job: kept, or indicated. */
HRESULT wbem_job_each(void *job, struct cim_object *object);
/* Until there are `count`, or it is done; false: `timeout` (ms, WBEM_INFINITE) came first. Under
 * the lock. */
bool wbem_job_wait(struct wbem_job *job, size_t count, LONG timeout);

HRESULT wbem_result_new(struct wbem_job *job, IWbemCallResult **ret);
HRESULT wbem_enum_new(struct wbem_job *job, IEnumWbemClassObject **ret);

#endif
