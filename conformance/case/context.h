/* What a case's process is told by the one that runs it; and the marker in shared memory by which
 * it tells where it is. */
#ifndef CONFORMANCE_CASE_CONTEXT_H
#define CONFORMANCE_CASE_CONTEXT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* In the environment of a case's process: the folder of its evidence, which names the case. */
#define CONF_CONTEXT_VARIABLE "PAPCHECK_CONTEXT"

/* In a verdict's "excused" the place of a row: all of them, since the subject offers less. */
#define MINIMUM_EVERY_ROW "*"
#define PROVIDER_CLASS_ROOM 39 /* "{…}" with its NUL */

/* In memory that both sides see. */
struct conf_marker {
    volatile uint32_t inside; /* bit of enum conf_need: of the subject control is in; 0: of none */
    volatile int32_t unwritten; /* errno, when its folder cannot be written */
    bool is_step;               /* row demands what every case needs */
    char row[32];
    char method[128];
    /* Of the device, by the judge itself; by a provider: its last method before the clean-up. */
    char asked[128];  /* what it was asked last; "": nothing */
    char silent[128]; /* the first of what was not answered since something was; "": nothing */
    bool is_answered; /* something was */
};

struct ics;
struct trace_room;
struct conf_context {
    struct conf_marker *marker;
    struct trace_room *trace; /* trace.h; NULL: nobody would write what is left in it */
    /* By which the case was chosen, of the process it is a copy of; NULL: not observed. */
    const struct ics *ics;
    bool (*offers)(const struct ics *ics, const char *expression);
    char uri[256];    /* of the device */
    char server[256]; /* host name of the USB/IP server; empty when there is none */
    uint16_t port;    /* its TCP port */
    char busid[32];
    char control[PATH_MAX];                   /* papsim's control socket; empty: none */
    char provider[PATH_MAX];                  /* the library under judgement; empty: none */
    char provider_class[PROVIDER_CLASS_ROOM]; /* its class id; empty: nobody names one */
    char evidence[PATH_MAX];                  /* folder of this case */
    char host_defect[64];                     /* of our model of a host; empty: none */
    char inf[PATH_MAX];                       /* the INF under judgement; empty: our own */
    char inf_defect[64];                      /* of our own; empty: none */
    char service[PATH_MAX];                   /* the library under judgement; empty: none */
    char class_provider[PATH_MAX];            /* the library under judgement; empty: none */
    char class_provider_defect[64];           /* of our own; empty: none */
    char mof[PATH_MAX];                       /* that registers it; empty: our own */
    uint64_t seed;
    unsigned timeout_scale; /* of every time-out; at least 1 */
    bool allow_mtp;
    bool destructive;
};

#endif
