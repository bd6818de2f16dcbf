/* One life of the service under judgement: a Windows of our model with devices that can be plugged,
 * the service's program in it, and what is seen of it. Time is virtual, nothing here sleeps. */
#ifndef CONFORMANCE_SUITES_SERVICE_SERVED_H
#define CONFORMANCE_SUITES_SERVICE_SERVED_H

#include "conformance/case/conf.h"
#include "conformance/host/win/win_host.h"
#include "conformance/suites/service/served_inf.h"

enum { SERVED_DEVICES = 4, SERVED_TALE = 1024, SERVED_MINUTE = 60000 };
/* A thread that never waits again is given its time twice. */
#define SERVED_CASE(...) .ics = "ANY", .needs = CONF_SERVICE, .timeout_s = 60, __VA_ARGS__

struct served {
    struct conf *c;
    struct win_host host;
    struct win_program program;
    struct scm_launcher launcher;
    struct pnp_devnode *devices[SERVED_DEVICES]; /* NULL: never plugged */
    struct pnp_listener vetoer;
    bool open;         /* processes may begin: what is plugged before is all there */
    bool vetoes;       /* somebody else does not let a device go */
    bool silent;       /* a request is answered when the device has gone, and not before */
    bool pulled;       /* the silent one has */
    uint32_t open_ms;  /* that opening a device takes */
    unsigned injected; /* by the case's hook */
    bool done;         /* the hook's work is */
    char tale[SERVED_TALE];
    struct served_registered as; /* by the vendor's INF, or ours */
};

/* Nothing is plugged, nothing started. served_end() ends it. */
void served_begin(struct conf *c, struct served *it);
/* Everything is pulled, the service told to stop; how many of its threads are left. */
unsigned served_end(struct served *it);

/* ---- what is done to it; served_rest() ends the case when a thread of it does not rest */
/* Lets a minute pass; served_passes() says whether the service came to rest. */
bool served_passes(struct served *it);
void served_rest(struct served *it);
void served_quiet(struct served *it); /* no time */
/* These may be called by a hook, on a thread of the service: nothing is waited for. */
void served_plug(struct served *it, unsigned device);
void served_pull(struct served *it, unsigned device);
int served_eject(struct served *it, unsigned device);
/* Plugs so many, which starts the service, and rests. */
void served_start(struct served *it, unsigned devices);
/* The same where nothing is judged if it does not hold a device open. */
void served_hold(struct served *it, unsigned devices);
uint32_t served_control(struct served *it, uint32_t control);

/* ---- what is seen of it */
uint32_t served_state(struct served *it);
bool served_stopped(struct served *it);
unsigned served_handles(const struct served *it, unsigned device);
unsigned served_registrations(struct served *it, unsigned device);
/* One handle, registered for once. */
bool served_holds(struct served *it, unsigned device);
bool served_let_go(struct served *it, unsigned device); /* neither */
bool served_found(struct served *it, const char *word); /* world_found() */
/* Nothing was given back twice, or used when it was none (any more). */
bool served_sound(struct served *it);
/* What it has reported; never NULL. */
const struct scm_report *served_reports(struct served *it, size_t *ret_count);
const struct scm_report *served_last(struct served *it); /* NULL: none */
bool served_flaw(struct served *it, enum scm_flaw flaw); /* has its reports that flaw? */
/* The first entry of the trace at or behind `from` that begins so; NULL: none. *ret_at: where. */
const struct world_entry *served_entry(struct served *it, size_t from, const char *begins,
                                       size_t *ret_at);
/* The sentence of a failed check: why it is wrong, and what was seen. */
const char *served_tale(struct served *it, const char *why);

#endif
