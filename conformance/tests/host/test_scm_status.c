/* What the documents say of a row of reports, and of what may be sent in each state. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/host/scm/scm.h"
#include "spcore/base.h"

Test(scm_status, the_judge_of_reports_sees_each_flaw)
{
    const struct scm_report sound[] = {
        {0, 1, 0, {0x10, SCM_START_PENDING, 0, 0, 0, 1, 100}},
        {50, 1, 0, {0x10, SCM_START_PENDING, 0, 0, 0, 2, 100}},
        {100, 1, 0, {0x10, SCM_RUNNING, SCM_ACCEPT_STOP, 0, 0, 0, 0}},
        {200, 2, SCM_STOP, {0x10, SCM_STOP_PENDING, 0, 0, 0, 1, 100}},
        {250, 1, 0, {0x10, SCM_STOPPED, 0, 0, 0, 0, 0}},
    };
    static const struct {
        size_t at;
        struct scm_report report;
        enum scm_flaw flaw;
    } changed[] = {
        {1, {50, 1, 0, {0x10, SCM_PAUSED, 0, 0, 0, 0, 0}}, SCM_TRANSITION},
        {3, {200, 1, 0, {0x10, SCM_STOPPED, 0, 0, 0, 0, 0}}, SCM_AFTER_END},
        {1, {50, 1, 0, {0x10, SCM_START_PENDING, 1, 0, 0, 2, 100}}, SCM_EARLY_ACCEPT},
        {0, {0, 1, 0, {0x10, SCM_START_PENDING, 0, 0, 0, 1, 0}}, SCM_NO_HINT},
        {1, {101, 1, 0, {0x10, SCM_START_PENDING, 0, 0, 0, 1, 100}}, SCM_STUCK},
        {1, {50, 1, 0, {0x10, SCM_START_PENDING, 0, 0, 0, 0, 100}}, SCM_FELL_BACK},
        {2, {100, 1, 0, {0x10, SCM_RUNNING, 1, 0, 0, 0, 5}}, SCM_LEFT_OVER},
        {2, {100, 1, 0, {0x10, SCM_RUNNING, 0, 0, 0, 0, 0}}, SCM_NEVER_STOPS},
        {4, {250, 1, 0, {0x10, SCM_STOPPED, 0, 0, 5, 0, 0}}, SCM_ODD_SPECIFIC},
        {1, {50, 2, SCM_INTERROGATE, {0x10, SCM_START_PENDING, 0, 0, 0, 2, 1}}, SCM_INTERROGATED},
    };
    size_t at = 99;

    cr_assert_eq(scm_judge(sound, 5, UINT32_MAX, &at), SCM_SOUND);
    for (size_t i = 0; i < ARRAY_SIZE(changed); i++) {
        struct scm_report reports[5];

        memcpy(reports, sound, sizeof(reports));
        reports[changed[i].at] = changed[i].report;
        cr_expect_eq(scm_judge(reports, 5, UINT32_MAX, &at), changed[i].flaw, "%zu: %s", i,
                     scm_flaw_text(changed[i].flaw));
        cr_expect_eq(scm_judge(reports, 5, 1u << changed[i].flaw, &at), changed[i].flaw, "%zu", i);
    }
}

Test(scm_status, what_may_be_sent_is_of_the_state_and_of_what_is_accepted)
{
    static const struct {
        uint32_t state, accepted, control, result;
    } rows[] = {
        {SCM_STOPPED, 1, SCM_STOP, SCM_NOT_ACTIVE},
        {SCM_STOPPED, 0, SCM_INTERROGATE, SCM_NOT_ACTIVE},
        {SCM_STOP_PENDING, 1, SCM_STOP, SCM_CANNOT_ACCEPT},
        {SCM_STOP_PENDING, 1, SCM_INTERROGATE, SCM_CANNOT_ACCEPT},
        {SCM_START_PENDING, 1, SCM_STOP, SCM_OK},
        {SCM_START_PENDING, 0, SCM_STOP, SCM_CANNOT_ACCEPT},
        {SCM_START_PENDING, 3, SCM_PAUSE, SCM_CANNOT_ACCEPT},
        {SCM_RUNNING, 0, SCM_STOP, SCM_INVALID_CONTROL},
        {SCM_RUNNING, 0, SCM_INTERROGATE, SCM_OK},
        {SCM_RUNNING, 1, SCM_PAUSE, SCM_INVALID_CONTROL},
        {SCM_RUNNING, 2, SCM_PAUSE, SCM_OK},
        {SCM_RUNNING, 0, 200, SCM_OK},
        {SCM_RUNNING, 0, 99, SCM_INVALID_PARAMETER},
        {SCM_PAUSED, 2, SCM_CONTINUE, SCM_OK},
        {SCM_PAUSE_PENDING, 1, SCM_STOP, SCM_OK},
        {SCM_CONTINUE_PENDING, 0, SCM_PARAMCHANGE, SCM_INVALID_CONTROL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct scm_status status = {.state = rows[i].state, .accepted = rows[i].accepted};

        cr_expect_eq(scm_may_send(&status, rows[i].control, false), rows[i].result, "%zu", i);
    }
}
