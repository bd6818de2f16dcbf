/* Our model of WMI for one case: a repository with a few classes, a source of classes beside it
 * that does what the case says, and services that are connected. */
#ifndef CONFORMANCE_SUITES_HOST_HOST_WMI_H
#define CONFORMANCE_SUITES_HOST_HOST_WMI_H

#include <pthread.h>

#include "conformance/case/conf.h"
#include "conformance/host/wbem/wbem_local.h"

struct host_wmi {
    struct conf *c;
    struct cim_repo *repo;
    struct wbem_local local;
    IWbemServices *services; /* of root\default */

    /* the source: P and P_Q below it, and another A than the stored one */
    struct cim_object *provided[3];
    bool gone;         /* it has none of them any more */
    HRESULT answer;    /* to an enumeration, behind the classes */
    unsigned progress; /* calls of SetStatus before them: 3 of 10 */
    bool holds;        /* an enumeration waits until host_wmi_let() */
    bool on_caller;    /* it came on the thread of the case */
    pthread_t caller;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

void host_wmi_leave(struct host_wmi *it);
#define HOST_WMI __attribute__((cleanup(host_wmi_leave))) struct host_wmi
/* With `mof` compiled into it. */
void host_wmi_begin(struct conf *c, struct host_wmi *it, const char *mof);
void host_wmi_let(struct host_wmi *it);
/* The case's defect is switched on, if it is one of WMI's. */
void host_wmi_deviate(struct conf *c);

HRESULT host_wmi_get(struct host_wmi *it, const char *path, IWbemClassObject **ret);
/* *ret is NULL after a failure. */
HRESULT host_wmi_enum(struct host_wmi *it, const char *super, LONG flags,
                      IEnumWbemClassObject **ret);
/* Their names, without the system's, with a space behind each, and what the last Next answered. The
 * enumerator is released; of NULL nothing. */
const char *host_wmi_names(IEnumWbemClassObject *found, char *text, size_t size, HRESULT *ret_hr);
/* The value of a property as a text; "" is null or not there. To free(). */
char *host_wmi_text(IWbemClassObject *object, const WCHAR *property);
HRESULT host_wmi_compile(struct cim_repo *repo, const char *mof, const char *namespace,
                         LONG class_flags, bool check_only);

/* ---- a sink that writes down what it is told */
struct host_sink {
    IWbemObjectSink face;
    unsigned refs, indicated, ended, progressed, late;
    HRESULT status, progress;
    IWbemClassObject *kept; /* the first, with a reference of its own */
    pthread_mutex_t lock;
    pthread_cond_t changed;
};
void host_sink_begin(struct host_sink *it);
/* Until it is told the end, and given back. */
void host_sink_await(struct host_sink *it);

#endif
