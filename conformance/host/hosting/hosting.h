/* Providers out of process: a process of their own (wmihost) loads their library, and what becomes
 * of it – a crash, a hang, an end, memory without end – is told here and takes nobody along. */
#ifndef CONFORMANCE_HOST_HOSTING_HOSTING_H
#define CONFORMANCE_HOST_HOSTING_HOSTING_H

#include <sys/types.h>

#include "conformance/host/hosting/hosting_codec.h"
#include "conformance/host/wbem/wbem_backend.h"

struct hosting; /* opaque */

enum { HOSTING_DEADLINE_MS = 10000 };

struct hosting_options {
    const char *program;                /* wmihost */
    const char *account, *group;        /* of the hosting model; for whoever looks at processes */
    const struct wbem_backend *backend; /* what providers have for WMI */
    void *backend_self;
    int64_t deadline_ms;  /* for one call; 0: HOSTING_DEADLINE_MS */
    uint64_t memory_most; /* bytes of the process; 0: 512 MiB */
    bool keeps;           /* what providers have had is kept until the end, so that it can be asked
                           * what of it they still refer to, and calls behind the end arrive */
};

enum hosting_fate {
    HOSTING_LIVES,
    HOSTING_CRASHED, /* by a signal of its own */
    HOSTING_EXITED,
    HOSTING_HUNG,    /* no answer within the deadline */
    HOSTING_GREW,    /* beyond memory_most */
    HOSTING_GARBLED, /* what it sent was none of what is sent */
};

/* What is given is borrowed. 0 or -errno. */
int hosting_start(const struct hosting_options *options, struct hosting **ret);
/* Over a socket that is taken; `pid` is ended with it (0: nobody's). */
int hosting_adopt(int fd, pid_t pid, const struct hosting_options *options, struct hosting **ret);
/* No interface of it is in use, nor one of its calls under way. NULL is fine. */
void hosting_stop(struct hosting *hosting);
/* *ret_how: a sentence, "its process was ended by signal 11 (SIGSEGV)", until hosting_stop(). */
enum hosting_fate hosting_fate(struct hosting *hosting, const char **ret_how);

/* ---- the Windows in there; RPC_E_DISCONNECTED: it is gone */
/* An INF; the address of what is plugged; or it is pulled out. *ret_why as below. */
HRESULT hosting_stage(struct hosting *hosting, const char *inf, char **ret_why);
HRESULT hosting_plug(struct hosting *hosting, const char *uri, char **ret_why);
HRESULT hosting_unplug(struct hosting *hosting);
/* Lets so much of its time pass (none: until nobody is at work); false: not all of it did.
 * *ret_now, which may be missing: in milliseconds since it began. */
bool hosting_advance(struct hosting *hosting, uint32_t ms, uint64_t *ret_now);
bool hosting_quiesce(struct hosting *hosting);

/* ---- the library; *ret_why: what is wrong, to free(), NULL on success */
HRESULT hosting_load(struct hosting *hosting, const char *library, char **ret_why);
/* Calls its DllRegisterServer. *ret_threading: what that said of the class, to free(); "": nothing.
 */
HRESULT hosting_register(struct hosting *hosting, const char *library, const char *clsid,
                         char **ret_threading, char **ret_why);
/* An object of the class. What is called of it is called in there, one call after the other; of
 * synchronous methods the status alone comes back. */
HRESULT hosting_create(struct hosting *hosting, const char *library, const char *clsid,
                       IWbemProviderInit **ret, char **ret_why);

/* References that the provider has of what it was given: of all namespaces, of all contexts, or of
 * the first object that it indicated to that sink. */
unsigned hosting_held(struct hosting *hosting, enum hosting_what what, IWbemObjectSink *sink);
/* How often it was denied to connect to WMI, by a locator that is not for providers. */
unsigned hosting_denied(struct hosting *hosting);

#endif
