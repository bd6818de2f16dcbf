/* What the files of the router share. */
#ifndef CONFORMANCE_HOST_ROUTER_ROUTER_PRIVATE_H
#define CONFORMANCE_HOST_ROUTER_ROUTER_PRIVATE_H

#include <pthread.h>

#include "conformance/host/include/objbase.h"
#include "conformance/host/principal/principal.h"
#include "conformance/host/router/router.h"

/* ---- who is registered (router_routes.c) */
struct router_route {
    struct provider_registration it; /* of one that cannot be asked: its queries at most */
    HRESULT hr;                      /* why it cannot */
};

struct router_routes {
    struct router_route *at;
    size_t count;
};

/* The pull providers of a namespace, as they are now. */
HRESULT router_routes_read(struct cim_repo *repo, const char *namespace, struct router_routes *ret);
void router_routes_done(struct router_routes *routes);
/* May the class be the provider's, as far as its name tells? */
bool router_may_have(const struct provider_registration *it, const char *name);

/* ---- what one is asked, and its answer (router_ask.c, router_sink.c) */
enum router_method { ROUTER_GET, ROUTER_CLASSES, ROUTER_PUT, ROUTER_DELETE };

struct router_question {
    enum router_method method;
    const char *text; /* a path, or a superclass */
    LONG flags;
    struct cim_object *class;
};

struct router_sink;
struct router_loaded;

/* To its end; loads it if it has to. What `each` (may be NULL) fails with ends it. */
HRESULT router_ask(struct router *router, const struct provider_registration *who,
                   const struct wbem_call *call, const struct router_question *question,
                   cim_each *each, void *each_self);

/* One reference; both are one object with one end. NULL: no memory. */
struct router_sink *router_sink_new(void);
void router_sink_release(struct router_sink *sink);
IWbemObjectSink *router_sink_objects(struct router_sink *sink);
IWbemProviderInitSink *router_sink_init(struct router_sink *sink);
/* Until it has ended: what that said. Objects go to `each` as they come, on this thread.
 * WBEM_E_PROVIDER_TIMED_OUT, RPC_E_DISCONNECTED, WBEM_E_CALL_CANCELLED, or what `each` fails with:
 * then nothing is taken any more. `call`: NULL, it cannot be cancelled. */
HRESULT router_sink_await(struct router_sink *sink, struct router_loaded *from,
                          const struct wbem_call *call, cim_each *each, void *each_self);

/* The thread acts as whom the provider is called for, which is whoever asks WMI, or as WMI itself
 * (NULL; router_ask.c); router_was() makes it again what it was. */
struct router_before {
    bool acts;
    struct principal client;
};
struct router_before router_as(const struct provider_registration *who, bool initializes);
void router_was(const struct router_before *before);

/* ---- those that are loaded (router_cache.c), by their namespaces and names */
struct router_loaded {
    struct router_loaded *next;
    struct router *router;
    char *namespace, *name, *clsid;
    bool pure;
    IWbemServices *services;
    void *place;
    /* under the router's lock */
    bool loading, stale; /* stale: no new request gets it */
    HRESULT hr;          /* of its loading */
    unsigned users;
    uint64_t idle_since;
};

/* Loads it if it has to, and keeps it loaded until router_unuse(). */
HRESULT router_use(struct router *router, const struct provider_registration *who,
                   struct router_loaded **ret);
/* `broken`: what it lives in has ended. */
void router_unuse(struct router_loaded *it, bool broken);

/* Up to where it can be asked, and down again (router_load.c). Without the lock.
 * WBEM_E_PROVIDER_LOAD_FAILURE, INITIALIZATION_FAILURE, PROVIDER_TIMED_OUT. */
HRESULT router_load(struct router_loaded *it, const struct provider_registration *who);
void router_unload(struct router_loaded *it);
/* Has what it lives in not ended? */
bool router_lives(const struct router_loaded *it);

/* ---- how long one may be idle (router_idle.c) */
/* ClearAfter of __ObjectProviderCacheControl in \root, in milliseconds. */
uint64_t router_clear_after(struct cim_repo *repo);
bool router_interval(const char *text, uint64_t *ret_ms);

struct router {
    struct router_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct router_loaded *loaded;
    struct world_timer sweep;
    bool sweeping; /* the timer is started */
};

#endif
