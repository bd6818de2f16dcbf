/* COM for the router, as hosts of providers are processes: each account and group of a hosting
 * model has one, whoever hosts itself has its own, and the library is the one that registers the
 * class. */
#ifndef CONFORMANCE_HOST_ROUTER_ROUTER_PROCESS_H
#define CONFORMANCE_HOST_ROUTER_ROUTER_PROCESS_H

#include "conformance/host/hosting/hosting.h"
#include "conformance/host/router/router.h"

struct router_processes; /* opaque */

struct router_processes_options {
    struct hosting_options hosting; /* account and group are those of each process */
    const char *const *libraries;   /* any of which may have the class; ends with NULL */
    const char *inf, *device;       /* what is plugged into each, by that INF; NULL: nothing */
};

/* What is given is borrowed. NULL: no memory. */
struct router_processes *router_processes_new(const struct router_processes_options *options);
/* Ends them all; the router has gone before. NULL is fine. */
void router_processes_free(struct router_processes *all);
/* Why the last object was not made, or what became of the last process that ended: a sentence; "":
 * nothing of that. */
const char *router_processes_said(struct router_processes *all);
/* How many there are. */
size_t router_processes_count(struct router_processes *all);

/* With a router_processes for its self. */
extern const struct router_activator router_process_activator;

#endif
