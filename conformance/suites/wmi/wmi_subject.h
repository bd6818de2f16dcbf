/* A class provider as WMI loads it: its library in a process of its own, registered in a Windows of
 * our model to which a player is plugged, its MOF compiled here, its class made and initialized for
 * its namespace. */
#ifndef CONFORMANCE_SUITES_WMI_WMI_SUBJECT_H
#define CONFORMANCE_SUITES_WMI_WMI_SUBJECT_H

#include "conformance/host/hosting/hosting.h"
#include "conformance/host/principal/principal.h"
#include "conformance/host/provider/provider_registration.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/suites/wmi/wmi_sink.h"

/* What it does with the namespace it is given. It may do so until its process has ended. */
struct wmi_seen {
    struct wbem_local local;
    atomic_uint gets, puts, drops, finds;
    atomic_uint without_context; /* calls that have not the context of the request */
    atomic_uint without_owner;   /* changes without WBEM_FLAG_OWNER_UPDATE */
    /* of one request, from wmi_trace() on: calls by who they are in the name of */
    atomic_uint client; /* who is to be, as a number */
    atomic_uint as_client, as_host, as_another;
    atomic_uint host_again; /* of as_host: behind one that was in the client's */
};

struct wmi_subject {
    struct conf *c;
    struct hosting *hosting;
    struct cim_repo *repo;
    struct wmi_seen *seen;
    struct provider_registration registration;
    bool is_found;
    char threading[64];      /* ThreadingModel; "": none */
    struct principal client; /* who asks; an administrator until wmi_as() */
    IWbemContext *context;   /* of each request */
    IWbemProviderInit *init;
    IWbemServices *services; /* NULL: a push provider, or not there */
    struct wmi_sink *sinks;  /* of every call; freed with it */
    struct wmi_sink *initialized;
};

/* The Windows and the MOF, with the first registration of that kind; ends the case when there is
 * none. A player is plugged if it is `plugged`. */
void wmi_set_up(struct wmi_subject *it, struct conf *c, enum provider_interaction kind,
                bool plugged);
void wmi_plug(struct wmi_subject *it);
void wmi_unplug(struct wmi_subject *it);
/* An object of its class, not initialized. */
void wmi_create(struct wmi_subject *it);
/* Calls Initialize; `it->initialized` has its sink. */
HRESULT wmi_initialize(struct wmi_subject *it);
/* An object of its class, initialized; false: it does not want to be. */
bool wmi_comes_up(struct wmi_subject *it);
/* Takes its IWbemServices then. */
void wmi_ready(struct wmi_subject *it);
/* Both, or the case ends. */
void wmi_bring_up(struct wmi_subject *it, enum provider_interaction kind);
/* All of it. */
void wmi_load(struct wmi_subject *it, struct conf *c, enum provider_interaction kind, bool plugged);
/* Gives everything back, and waits for what it does then. */
void wmi_release(struct wmi_subject *it);
void wmi_leave(struct wmi_subject *it);
#define WMI_SUBJECT __attribute__((cleanup(wmi_leave))) struct wmi_subject

/* ---- who asks: from now on that. WMI calls the provider as its registration says. */
void wmi_as(struct wmi_subject *it, const struct principal *client);
/* What the provider calls of WMI counts anew. */
void wmi_trace(struct wmi_subject *it);

/* ---- requests. Texts in UTF-8; NULL is NULL. */
struct wmi_sink *wmi_sink(struct wmi_subject *it);
HRESULT wmi_begin_get(struct wmi_subject *it, const char *path, struct wmi_sink *sink);
HRESULT wmi_begin_enum(struct wmi_subject *it, const char *superclass, LONG flags,
                       struct wmi_sink *sink);
/* Until it ends, in the method that it is the sink of; false: it does not. */
bool wmi_await(struct wmi_subject *it, const char *method, struct wmi_sink *sink);
/* To their end: NULL when that did not come, or the call failed; *ret_hr (may be NULL) is what the
 * call answered. */
struct wmi_sink *wmi_get(struct wmi_subject *it, const char *path, HRESULT *ret_hr);
struct wmi_sink *wmi_enum(struct wmi_subject *it, const char *superclass, LONG flags,
                          HRESULT *ret_hr);
/* All classes of the provider; ends the case if it does not tell them. */
struct wmi_sink *wmi_all(struct wmi_subject *it);
/* One whose parent is among them, if there is one, else the first; NULL: there is no class. */
const struct cim_object *wmi_some(const struct wmi_sink *all);
BSTR wmi_bstr(struct conf *c, const char *text);
/* Lets its time pass: until nobody in there is at work, or so many milliseconds. */
void wmi_quiesce(struct wmi_subject *it);
void wmi_advance(struct wmi_subject *it, uint32_t ms);
/* Since its world began, in milliseconds. */
uint64_t wmi_now(struct wmi_subject *it);
/* What the provider has references of. */
unsigned wmi_held(struct wmi_subject *it, enum hosting_what what);

/* Control is in the provider: what is called, or NULL for not any more. If its process has come to
 * an end meanwhile, so does the case. */
void wmi_enter(struct wmi_subject *it, const char *method);
/* What was called and what came of it, by the names that WMI has for results: a check of that very
 * result says so. */
void wmi_answered(struct wmi_subject *it, HRESULT hr, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define CHECK_STATUS(actual, expected) CHECK_ANSWER((actual) == (expected), actual, #expected)

#endif
