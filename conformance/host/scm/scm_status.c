/* The diagram of service states, which controls go to a service in which of them, and the judge of
 * what a service has reported. */
#include "conformance/host/scm/scm_status.h"

#include "conformance/host/scm/scm.h"

#define TO(state) (1u << (state))

/* What may be reported after each state; each may be said again. Whatever runs may stop by itself,
 * or be on its way there. */
static const uint16_t arrows[SCM_STATES] = {
    [SCM_START_PENDING] =
        TO(SCM_START_PENDING) | TO(SCM_RUNNING) | TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
    [SCM_RUNNING] = TO(SCM_RUNNING) | TO(SCM_PAUSE_PENDING) | TO(SCM_PAUSED) |
                    TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
    [SCM_PAUSE_PENDING] = TO(SCM_PAUSE_PENDING) | TO(SCM_PAUSED) | TO(SCM_RUNNING) |
                          TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
    [SCM_PAUSED] = TO(SCM_PAUSED) | TO(SCM_CONTINUE_PENDING) | TO(SCM_RUNNING) |
                   TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
    [SCM_CONTINUE_PENDING] = TO(SCM_CONTINUE_PENDING) | TO(SCM_RUNNING) | TO(SCM_PAUSED) |
                             TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
    [SCM_STOP_PENDING] = TO(SCM_STOP_PENDING) | TO(SCM_STOPPED),
};

bool scm_may_follow(uint32_t from, uint32_t to)
{
    return from < SCM_STATES && to < SCM_STATES && arrows[from] & TO(to);
}

bool scm_is_pending(uint32_t state)
{
    return state == SCM_START_PENDING || state == SCM_STOP_PENDING ||
           state == SCM_CONTINUE_PENDING || state == SCM_PAUSE_PENDING;
}

/* ---- controls */
/* ACCEPT that the control needs; 0: it needs none, UINT32_MAX: nobody may send it. */
static uint32_t needs(uint32_t control)
{
    static const uint32_t of[] = {
        [SCM_STOP] = SCM_ACCEPT_STOP,
        [SCM_PAUSE] = SCM_ACCEPT_PAUSE_CONTINUE,
        [SCM_CONTINUE] = SCM_ACCEPT_PAUSE_CONTINUE,
        [SCM_PARAMCHANGE] = SCM_ACCEPT_PARAMCHANGE,
        [SCM_NETBIND_FIRST] = SCM_ACCEPT_NETBINDCHANGE,
        [SCM_NETBIND_FIRST + 1] = SCM_ACCEPT_NETBINDCHANGE,
        [SCM_NETBIND_FIRST + 2] = SCM_ACCEPT_NETBINDCHANGE,
        [SCM_NETBIND_LAST] = SCM_ACCEPT_NETBINDCHANGE,
        [SCM_TRIGGEREVENT] = SCM_ACCEPT_TRIGGEREVENT,
    };

    if (control == SCM_INTERROGATE || (control >= SCM_USER_FIRST && control <= SCM_USER_LAST))
        return 0;
    if (control >= sizeof(of) / sizeof(of[0]) || !of[control])
        return UINT32_MAX;
    return of[control];
}

uint32_t scm_may_send(const struct scm_status *status, uint32_t control, bool stop_sent)
{
    const uint32_t accept = needs(control);

    if (accept == UINT32_MAX)
        return SCM_INVALID_PARAMETER;
    if (status->state == SCM_STOPPED)
        return SCM_NOT_ACTIVE;
    if (status->state == SCM_STOP_PENDING || stop_sent)
        return SCM_CANNOT_ACCEPT;
    if (status->state == SCM_START_PENDING &&
        !(control == SCM_STOP && status->accepted & SCM_ACCEPT_STOP))
        return SCM_CANNOT_ACCEPT;
    return (accept & status->accepted) == accept ? SCM_OK : SCM_INVALID_CONTROL;
}

/* ---- the judge */
/* Two reports of one pending state, the last before it and this. */
static enum scm_flaw judge_progress(const struct scm_report *last, const struct scm_report *report,
                                    uint32_t mask)
{
    const struct scm_status *before = &last->status, *now = &report->status;

    if (before->state != now->state)
        return SCM_SOUND;
    if (mask & TO(SCM_FELL_BACK) && now->checkpoint < before->checkpoint)
        return SCM_FELL_BACK;
    if (mask & TO(SCM_STUCK) && now->checkpoint == before->checkpoint &&
        report->time - last->time > before->wait_hint)
        return SCM_STUCK;
    return SCM_SOUND;
}

static enum scm_flaw judge_status(const struct scm_status *status, uint32_t mask)
{
    const bool pending = scm_is_pending(status->state);

    if (mask & TO(SCM_EARLY_ACCEPT) && status->state == SCM_START_PENDING && status->accepted)
        return SCM_EARLY_ACCEPT;
    if (mask & TO(SCM_NEVER_STOPS) && status->state == SCM_RUNNING &&
        !(status->accepted & SCM_ACCEPT_STOP))
        return SCM_NEVER_STOPS;
    if (mask & TO(SCM_NO_HINT) && pending && !status->wait_hint)
        return SCM_NO_HINT;
    if (mask & TO(SCM_LEFT_OVER) && !pending && (status->wait_hint || status->checkpoint))
        return SCM_LEFT_OVER;
    if (mask & TO(SCM_ODD_SPECIFIC) && status->state == SCM_STOPPED && status->specific &&
        status->exit_code != SCM_SPECIFIC_ERROR)
        return SCM_ODD_SPECIFIC;
    return SCM_SOUND;
}

static enum scm_flaw judge_one(const struct scm_report *reports, size_t at, uint32_t mask)
{
    const struct scm_report *report = &reports[at], *last = at ? report - 1 : NULL;
    const uint32_t from = last ? last->status.state : SCM_START_PENDING;
    enum scm_flaw flaw;

    if (mask & TO(SCM_AFTER_END) && from == SCM_STOPPED)
        return SCM_AFTER_END;
    if (mask & TO(SCM_TRANSITION) && !scm_may_follow(from, report->status.state))
        return SCM_TRANSITION;
    if (mask & TO(SCM_INTERROGATED) && report->control && from == report->status.state)
        return SCM_INTERROGATED;
    flaw = judge_status(&report->status, mask);
    if (flaw == SCM_SOUND && last && scm_is_pending(report->status.state))
        flaw = judge_progress(last, report, mask);
    return flaw;
}

enum scm_flaw scm_judge(const struct scm_report *reports, size_t count, uint32_t mask,
                        size_t *ret_at)
{
    for (size_t i = 0; i < count; i++) {
        enum scm_flaw flaw = judge_one(reports, i, mask);

        if (flaw == SCM_SOUND)
            continue;
        *ret_at = i;
        return flaw;
    }
    return SCM_SOUND;
}

const char *scm_flaw_text(enum scm_flaw flaw)
{
    static const char *const texts[SCM_FLAWS] = {
        [SCM_SOUND] = "nothing",
        [SCM_TRANSITION] = "the diagram of service states has no such arrow",
        [SCM_AFTER_END] = "a status after SERVICE_STOPPED, which is the last",
        [SCM_EARLY_ACCEPT] = "controls are accepted while SERVICE_START_PENDING",
        [SCM_NO_HINT] = "a pending state without a wait hint",
        [SCM_STUCK] = "the wait hint is over and the checkpoint has not moved",
        [SCM_FELL_BACK] = "the checkpoint is lower than before",
        [SCM_LEFT_OVER] = "a checkpoint or a wait hint in a state that is not pending",
        [SCM_NEVER_STOPS] = "SERVICE_RUNNING without SERVICE_ACCEPT_STOP",
        [SCM_ODD_SPECIFIC] = "a specific exit code without ERROR_SERVICE_SPECIFIC_ERROR",
        [SCM_INTERROGATED] = "the handler reports a status that is no news",
    };

    return texts[flaw];
}

const char *scm_state_name(uint32_t state)
{
    static const char *const names[SCM_STATES] = {
        "no state",
        "SERVICE_STOPPED",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_RUNNING",
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
    };

    return names[state < SCM_STATES ? state : 0];
}
