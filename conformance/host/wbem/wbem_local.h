/* The repository of this process as what stands behind IWbemServices. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_LOCAL_H
#define CONFORMANCE_HOST_WBEM_WBEM_LOCAL_H

#include "conformance/host/wbem/wbem_source.h"
#include "conformance/host/wql/wql.h"

struct wbem_local {
    struct cim_repo *repo;
    const struct wbem_source *source; /* NULL: nothing but what is stored */
    void *source_self;
};

/* Its slots, with a wbem_local for `self`. */
extern const struct wbem_backend wbem_local_backend;

/* A class, stored or of the source, with its parents. WBEM_E_NOT_FOUND; WBEM_E_INVALID_SUPERCLASS:
 * it is stored, and what it derives from has gone. */
HRESULT wbem_local_class(struct wbem_local *local, const struct wbem_call *call, const char *name,
                         struct cim_object **ret);

/* What the text says, in WQL; of a failure `fault` may say where it is wrong: `fault->line` is 0
 * else.
 */
HRESULT wbem_local_query(struct wbem_local *local, const struct wbem_call *call, const char *text,
                         cim_each *each, void *each_self, struct wql_fault *fault);

/* What IWbemLocator of this process connects to, borrowed until NULL takes it back; without one it
 * is a repository of its own, in the directory that PAPHOST_WMI names or in memory. */
void wbem_bind(const struct wbem_backend *backend, void *self);
/* What the plain locator connects to instead, with the same `self`, until the next wbem_bind(). */
void wbem_bind_plain(const struct wbem_backend *backend);

#endif
