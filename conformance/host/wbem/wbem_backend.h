/* What stands behind IWbemServices: the repository of this process (wbem_local.h), or whoever
 * answers in its place, as a connection to another process does. The interface does the rest – who
 * waits for what, sinks, cancelled calls –, so that each of these runs to its end, on any thread
 * and on several at once. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_BACKEND_H
#define CONFORMANCE_HOST_WBEM_WBEM_BACKEND_H

#include "conformance/host/cim/cim_repo.h"

/* A call on its way. Borrowed until what it was given to returns. */
struct wbem_call {
    const char *namespace;        /* root\cimv2 */
    const char *user;             /* who calls; NULL: an administrator */
    LONG flags;                   /* as the client said them */
    IWbemContext *context;        /* NULL: none */
    const atomic_bool *cancelled; /* NULL: it cannot be */
    IWbemObjectSink *sink;        /* of a client that asked for progress, for that alone; or NULL */
};
bool wbem_cancelled(const struct wbem_call *call);

enum wbem_what {
    WBEM_CLASSES,   /* below the named one; "": all */
    WBEM_INSTANCES, /* of the named class */
    WBEM_QUERY,     /* what the text says, in WQL */
};

/* Slots answer what the client's call would, and objects whose reference the caller then has. Paths
 * are of this namespace, or say another one. */
struct wbem_backend {
    /* WBEM_E_INVALID_NAMESPACE, WBEM_E_ACCESS_DENIED. */
    HRESULT (*open)(void *self, const struct wbem_call *call);
    /* "": one without a name, that becomes a new class. */
    HRESULT(*get)
    (void *self, const struct wbem_call *call, const char *path, struct cim_object **ret);
    /* A class or an instance. *ret_path is to free(): that of the instance, else NULL. */
    HRESULT(*put)
    (void *self, const struct wbem_call *call, const struct cim_object *object, char **ret_path);
    /* `genus`: what the path may name. */
    HRESULT (*drop)(void *self, const struct wbem_call *call, LONG genus, const char *path);
    /* What `each` answers with a failure ends it, with that. Success may say more than
     * WBEM_S_NO_ERROR: WBEM_S_PARTIAL_RESULTS. */
    HRESULT(*find)
    (void *self, const struct wbem_call *call, enum wbem_what what, const char *text,
     cim_each *each, void *each_self);
    /* `in`: NULL for none; *ret_out may become NULL. */
    HRESULT(*run)
    (void *self, const struct wbem_call *call, const char *path, const char *method,
     const struct cim_object *in, struct cim_object **ret_out);
};

/* A reference, to Release(). All strings are copied; `backend` outlives it. */
HRESULT wbem_services_new(const struct wbem_backend *backend, void *self, const char *namespace,
                          const char *user, IWbemServices **ret);
/* The namespace is there: backend->open() says so. */
HRESULT wbem_connect(const struct wbem_backend *backend, void *self, const char *namespace,
                     const char *user, IWbemContext *context, IWbemServices **ret);

#endif
