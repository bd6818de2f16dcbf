/* The process that a class provider is hosted in: its Windows, its objects by their handles, and
 * WMI, which is at the other end of a socket. */
#ifndef CONFORMANCE_WMIHOST_WMIHOST_H
#define CONFORMANCE_WMIHOST_WMIHOST_H

#include <pthread.h>

#include "conformance/host/hosting/hosting_link.h"
#include "conformance/host/pnp/pnp_reach.h"
#include "conformance/host/wbem/wbem_backend.h"
#include "conformance/host/win/win_host.h"

struct wmihost_module {
    struct wmihost_module *next;
    char *path;
    void *module; /* module.h's */
};

/* What the provider was given a reference of; one more is ours. */
struct wmihost_given {
    struct wmihost_given *next;
    IUnknown *what;
    bool is_context;
};

struct wmihost {
    struct win_host windows;
    struct pnp_reach *reach;
    struct pnp_devnode *player; /* NULL: nothing is plugged */
    struct hosting_end end;
    struct hosting_link *link;
    bool keeps; /* what goes stays, to be asked about */
    struct wmihost_module *modules;
    struct wmihost_given *given;
    struct wmihost_object *objects;
    uint64_t last_handle;
    pthread_mutex_t lock; /* of sinks, which are called on any thread */
    struct wmihost_sink *sinks, *gone;
};

/* A call of the other end, and what it is answered. */
typedef void wmihost_op(struct wmihost *host, struct hosting_message *call,
                        struct hosting_message *answer);

/* ---- the Windows (wmihost_windows.c); 0, or a line is said */
int wmihost_windows_new(struct wmihost *host);
wmihost_op wmihost_stage, wmihost_plug, wmihost_unplug, wmihost_advance, wmihost_quiesce;

/* ---- the library (wmihost_library.c) */
wmihost_op wmihost_load, wmihost_register, wmihost_create;

/* ---- the provider's objects (wmihost_object.c), and their methods (wmihost_method.c) */
wmihost_op wmihost_query, wmihost_release, wmihost_initialize, wmihost_method, wmihost_held;
/* Takes the reference; 0: it is of no interface that is spoken, and is given back. */
uint64_t wmihost_hand_out(struct wmihost *host, REFIID iid, void *object);
/* NULL: there is none with that handle and of that interface. Borrowed. */
void *wmihost_object(struct wmihost *host, REFIID iid, uint64_t handle);
/* Takes the reference over, for wmihost_held(); NULL is fine. What is nobody's any more goes. */
void wmihost_give(struct wmihost *host, IUnknown *what, bool is_context);

/* ---- sinks (wmihost_sink.c): a reference; the same while anybody has it. NULL: no memory, or
 * `id` is 0. */
IWbemObjectSink *wmihost_sink(struct wmihost *host, uint64_t id);
IWbemProviderInitSink *wmihost_init_sink(struct wmihost *host, uint64_t id);
/* The first object it was indicated, with a reference; NULL: none. Of a host that keeps. */
IWbemClassObject *wmihost_first(struct wmihost *host, uint64_t id);

/* ---- WMI, as the provider has it (wmihost_wmi.c): a host is the slots' `self` */
extern const struct wbem_backend wmihost_wmi;
/* As the plain locator has it. */
extern const struct wbem_backend wmihost_plain;
/* As hosting_link_call(); the world's time may pass meanwhile. */
HRESULT wmihost_call(struct wmihost *host, struct hosting_message *call,
                     struct hosting_message *ret_answer);

#endif
