/* A service's status, and what the documents say of a row of them: pure functions. */
#ifndef CONFORMANCE_HOST_SCM_SCM_STATUS_H
#define CONFORMANCE_HOST_SCM_SCM_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SERVICE_…, Windows' numbers */
enum scm_state {
    SCM_STOPPED = 1,
    SCM_START_PENDING,
    SCM_STOP_PENDING,
    SCM_RUNNING,
    SCM_CONTINUE_PENDING,
    SCM_PAUSE_PENDING,
    SCM_PAUSED,
    SCM_STATES
};
/* SERVICE_CONTROL_… */
enum scm_control_code {
    SCM_STOP = 1,
    SCM_PAUSE = 2,
    SCM_CONTINUE = 3,
    SCM_INTERROGATE = 4,
    SCM_PARAMCHANGE = 6,
    SCM_NETBIND_FIRST = 7,
    SCM_NETBIND_LAST = 10,
    SCM_TRIGGEREVENT = 0x20,
    SCM_USER_FIRST = 128,
    SCM_USER_LAST = 255,
};
/* SERVICE_ACCEPT_… */
enum scm_accept {
    SCM_ACCEPT_STOP = 1,
    SCM_ACCEPT_PAUSE_CONTINUE = 2,
    SCM_ACCEPT_PARAMCHANGE = 8,
    SCM_ACCEPT_NETBINDCHANGE = 0x10,
    SCM_ACCEPT_TRIGGEREVENT = 0x400,
};
enum { SCM_SPECIFIC_ERROR = 1066, SCM_HANDLER_MS = 30000, SCM_CONNECT_MS = 30000 };
enum { SCM_UPDATE_MS = 80000 }; /* and the last wait hint: without a report it is hung */

struct scm_status { /* SERVICE_STATUS */
    uint32_t type, state, accepted, exit_code, specific, checkpoint, wait_hint;
};

/* One report of a service: when, by which thread, and in the call of which control (0: in none). */
struct scm_report {
    uint64_t time;
    unsigned thread;
    uint32_t control;
    struct scm_status status;
};

/* May a service report `to` after `from`? SCM_START_PENDING is what the manager sets at launch. */
bool scm_may_follow(uint32_t from, uint32_t to);
bool scm_is_pending(uint32_t state);

/* What ControlService comes to in that state before anything is sent: 0, or ERROR_…. */
uint32_t scm_may_send(const struct scm_status *status, uint32_t control, bool stop_sent);

/* What is wrong with a report, given those before it in the same life. */
enum scm_flaw {
    SCM_SOUND,
    SCM_TRANSITION,   /* the diagram has no such arrow */
    SCM_AFTER_END,    /* a report after SERVICE_STOPPED */
    SCM_EARLY_ACCEPT, /* controls are accepted while START_PENDING */
    SCM_NO_HINT,      /* a pending state without a wait hint */
    SCM_STUCK,        /* the last hint is over, and the checkpoint is where it was */
    SCM_FELL_BACK,    /* the checkpoint is lower than before in the same state */
    SCM_LEFT_OVER,    /* checkpoint or hint in a state that is not pending */
    SCM_NEVER_STOPS,  /* RUNNING does not accept SERVICE_CONTROL_STOP */
    SCM_ODD_SPECIFIC, /* a specific code without ERROR_SERVICE_SPECIFIC_ERROR */
    SCM_INTERROGATED, /* a report in the handler's call, of no new state */
    SCM_FLAWS
};
/* The first, and *ret_at which report it is; SCM_SOUND: none. `mask` says which are looked for, a
 * bit 1 << flaw each. */
enum scm_flaw scm_judge(const struct scm_report *reports, size_t count, uint32_t mask,
                        size_t *ret_at);
const char *scm_flaw_text(enum scm_flaw flaw);
const char *scm_state_name(uint32_t state);

#endif
