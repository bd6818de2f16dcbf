/* The host of class providers: which of those that are registered in a namespace is asked for a
 * class, and what all of them answer together. A provider is loaded when it is asked first, and let
 * go of when nobody has asked it for a while ("Registering a Class Provider", "Unloading a
 * Provider"). */
#ifndef CONFORMANCE_HOST_ROUTER_ROUTER_H
#define CONFORMANCE_HOST_ROUTER_ROUTER_H

#include "conformance/host/include/wbemprov.h"
#include "conformance/host/provider/provider_registration.h"
#include "conformance/host/wbem/wbem_source.h"
#include "conformance/host/world/world.h"

struct router; /* opaque */

enum { ROUTER_PATIENCE_MS = 10000 };

/* COM, as far as providers need it. Each slot on any thread, and on several at once. */
struct router_activator {
    /* An object of the provider's class, and what it lives in, for the other slots. */
    HRESULT(*activate)
    (void *self, const struct provider_registration *provider, IWbemProviderInit **ret,
     void **ret_place);
    /* false: that has ended, with all that was in it. NULL: it never does. */
    bool (*lives)(void *self, void *place);
    /* It is waited for, and has its turn. NULL: it needs none. */
    void (*turn)(void *self, void *place);
    /* Nothing of the object is referred to any more. `pure`: nor does it go on by itself. */
    void (*leave)(void *self, void *place, bool pure);
};

struct router_options {
    struct cim_repo *repo;
    const struct router_activator *activator;
    void *activator_self;
    const struct wbem_backend *backend; /* what providers have for WMI; NULL: nothing */
    void *backend_self;
    struct world *world; /* whose time passes; NULL: nobody is let go of before router_free() */
    int64_t patience_ms; /* real ones, with a provider that says nothing; 0: ROUTER_PATIENCE_MS */
};

/* What is given is borrowed. WBEM_E_OUT_OF_MEMORY. */
HRESULT router_new(const struct router_options *options, struct router **ret);
/* Lets go of all providers; no call is under way. NULL is fine. */
void router_free(struct router *router);

/* For wbem_local, with a router for its self. */
extern const struct wbem_source router_source;

#endif
