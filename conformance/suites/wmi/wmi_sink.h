/* What a provider tells of its calls, recorded: sinks that count each use of themselves, on
 * whatever thread it comes. */
#ifndef CONFORMANCE_SUITES_WMI_WMI_SINK_H
#define CONFORMANCE_SUITES_WMI_WMI_SINK_H

#include <pthread.h>

#include "conformance/case/conf.h"
#include "conformance/host/cim/cim_object.h"
#include "conformance/host/hosting/hosting.h"
#include "conformance/host/include/wbemprov.h"

/* Of both kinds. What stands behind the lock is read when nothing is under way. */
struct wmi_sink {
    IWbemObjectSink objects_iface;
    IWbemProviderInitSink init_iface;
    struct conf *c;
    struct hosting *hosting; /* whose time passes while it is awaited */
    struct wmi_sink *next;   /* the subject's */
    atomic_uint refs;        /* one of them is ours */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct cim_object **classes; /* as they came; a reference each */
    size_t count;
    unsigned indicates, statuses, progress; /* statuses: final ones */
    unsigned done,
        backward;     /* of progress: what was done last; more than all, or less than before */
    unsigned late;    /* calls behind the final one */
    unsigned foreign; /* objects that are not WMI's */
    unsigned small;   /* Indicate without objects, or without an array */
    HRESULT result;   /* of the first final status */
    HRESULT refuses;  /* what Indicate answers, if not 0 */
    void (*met)(void *self); /* called in the first Indicate; NULL: nothing */
    void *met_self;
};

struct wmi_sink *wmi_sink_new(struct conf *c, struct hosting *hosting);
/* Ours is let go of; memory that a provider still refers to stays. */
void wmi_sink_free(struct wmi_sink *sink);
/* Until its final status and what whoever is at work does behind it, or ten seconds in which
 * nothing came of it. */
bool wmi_sink_await(struct wmi_sink *sink);
/* References besides ours. */
unsigned wmi_sink_held(struct wmi_sink *sink);
/* Until nobody else holds it, or half a second of the time over there: false. */
bool wmi_sink_let_go(struct wmi_sink *sink);
/* The provider's references to the first object that it indicated. */
unsigned wmi_sink_object_held(struct wmi_sink *sink);
const struct cim_object *wmi_sink_class(const struct wmi_sink *sink, const char *name);

#endif
