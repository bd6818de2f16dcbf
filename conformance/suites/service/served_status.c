/* What a service tells its manager (rows SVC-SCM-004, 005, 009, 013 and 016). */
#include <string.h>

#include "conformance/suites/service/served.h"

enum { INTERROGATIONS = 200, NOT_IMPLEMENTED = 120 };

static const char *said(struct served *it, enum scm_flaw flaw)
{
    return served_tale(it, scm_flaw_text(flaw));
}

/* Is the first of Windows' that ServiceMain calls the registration of its handler? */
static bool registers_first(struct served *it)
{
    size_t at = 0;
    const struct world_entry *entry, *begun = served_entry(it, 0, "ServiceMain of", &at);

    for (size_t i = at + 1; begun && (entry = world_entry(it->host.world, i)) != NULL; i++) {
        if (entry->thread == begun->thread)
            return strncmp(entry->text, "RegisterServiceCtrlHandler(",
                           strlen("RegisterServiceCtrlHandler(")) == 0;
    }
    return false;
}

CONF_CASE(SERVICE_STATUS_BV_01,
          SERVED_CASE(.level = CONF_MUST,
                      .title = "What a service reports from its start to its end",
                      .reqs = REQS("SVC-SCM-004", "SVC-SCM-005", "SVC-SCM-009", "SVC-SCM-016"),
                      .steps = "A life with two devices, until they have gone: each report"))
{
    struct served it;
    const struct scm_report *last;

    served_begin(c, &it);
    served_start(&it, 2);
    ROW("SVC-SCM-005.first")
        CHECK_TOLD(registers_first(&it),
                   served_tale(&it, "nothing can be reported before RegisterServiceCtrlHandler has "
                                    "given a handle, so what may fail comes after it"));
    ROW("SVC-SCM-005.handle")
        CHECK_TOLD(!served_found(&it, "bad-handle"),
                   served_tale(&it, "SetServiceStatus takes the handle that "
                                    "RegisterServiceCtrlHandler gave"));
    served_pull(&it, 0);
    served_pull(&it, 1);
    served_rest(&it);
    if (!served_stopped(&it))
        (void)served_control(&it, SCM_STOP);
    served_rest(&it);
    last = served_last(&it);
    ROW("SVC-SCM-004.pending")
        CHECK_TOLD(!served_flaw(&it, SCM_EARLY_ACCEPT), said(&it, SCM_EARLY_ACCEPT));
    ROW("SVC-SCM-004.running")
        CHECK_TOLD(!served_flaw(&it, SCM_NEVER_STOPS), said(&it, SCM_NEVER_STOPS));
    ROW("SVC-SCM-009.hint")
        CHECK_TOLD(!served_flaw(&it, SCM_NO_HINT), said(&it, SCM_NO_HINT));
    ROW("SVC-SCM-009.checkpoint") {
        CHECK_TOLD(!served_flaw(&it, SCM_FELL_BACK), said(&it, SCM_FELL_BACK));
        CHECK_TOLD(!served_flaw(&it, SCM_STUCK), said(&it, SCM_STUCK));
    }
    ROW("SVC-SCM-009.rest")
        CHECK_TOLD(!served_flaw(&it, SCM_LEFT_OVER), said(&it, SCM_LEFT_OVER));
    ROW("SVC-SCM-016.normal")
        CHECK_TOLD(!last || last->status.state != SCM_STOPPED || last->status.exit_code == 0,
                   served_tale(&it, "it ended because all devices have gone: dwWin32ExitCode is "
                                    "NO_ERROR"));
    ROW("SVC-SCM-016.specific")
        CHECK_TOLD(!served_flaw(&it, SCM_ODD_SPECIFIC), said(&it, SCM_ODD_SPECIFIC));
    (void)served_end(&it);
}

/* ---- controls that ask for nothing */
static bool answers_unknown(struct served *it)
{
    bool found = false;

    for (uint32_t code = SCM_USER_FIRST; code <= SCM_USER_LAST; code++)
        found |= served_control(it, code) == NOT_IMPLEMENTED;
    return found;
}

CONF_CASE(SERVICE_STATUS_BV_02,
          SERVED_CASE(.level = CONF_MUST,
                      .title = "A service is asked how it is, and for what it does not know",
                      .reqs = REQS("SVC-SCM-013"),
                      .steps = "SERVICE_CONTROL_INTERROGATE 200 times, then the codes 128 to 255"))
{
    struct served it;
    size_t before, after, at = 0;
    unsigned answered = 0;

    served_begin(c, &it);
    served_start(&it, 1);
    if (served_state(&it) != SCM_RUNNING)
        conf_refused(c, "service", "%s",
                     served_tale(&it, "it does not run while a device is there"));
    (void)served_reports(&it, &before);
    for (unsigned i = 0; i < INTERROGATIONS; i++)
        answered += served_control(&it, SCM_INTERROGATE) == SCM_OK;
    (void)served_reports(&it, &after);
    ROW("SVC-SCM-013.interrogate")
        CHECK_TOLD(answered == INTERROGATIONS,
                   served_tale(&it, "SERVICE_CONTROL_INTERROGATE is answered with NO_ERROR"));
    ROW("SVC-SCM-013.silent")
        CHECK_TOLD(before == after,
                   served_tale(&it, "SERVICE_CONTROL_INTERROGATE asks for no report: the manager "
                                    "knows the state, and a stale one overwrites it"));
    ROW("SVC-SCM-013.unknown") {
        if (served_entry(&it, 0, "a handler without a result", &at))
            conf_excused(c, 1, "RegisterServiceCtrlHandler's handler has no result");
        else
            CHECK_TOLD(answers_unknown(&it),
                       served_tale(&it, "what a handler does not know it answers with "
                                        "ERROR_CALL_NOT_IMPLEMENTED; this one takes each of 128 "
                                        "codes"));
    }
    (void)served_end(&it);
}
