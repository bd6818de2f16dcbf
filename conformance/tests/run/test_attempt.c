/* What becomes of a case's process at its deadline, and why a case does not run. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/run/attempt.h"

static const struct conf_case one = {.id = "TST_ONE_BV_01", .ics = "ANY"};

Test(attempt, only_one_that_a_debugger_holds_goes_on)
{
    struct run_options options = {.jobs = 1};
    struct attempt attempt = {.options = &options, .conf_case = &one};

    attempt.worker.pid = fork();
    if (attempt.worker.pid == 0) {
        for (;;)
            pause();
    }
    cr_assert_gt(attempt.worker.pid, 0);
    cr_assert_not(attempt_is_traced(&attempt));
    cr_assert_eq(attempt.deadline_ms, 0);
    cr_assert_eq(ptrace(PTRACE_SEIZE, attempt.worker.pid, NULL, NULL), 0);
    cr_assert(attempt_is_traced(&attempt));
    cr_assert_gt(attempt.deadline_ms, 0);
    kill(attempt.worker.pid, SIGKILL);
    waitpid(attempt.worker.pid, NULL, 0);
}

/* Why `one` with these needs does not run on this device; NULL: it does. */
static const char *obstacle(unsigned needs, const char *device, bool destructive,
                            enum verdict *ret_verdict)
{
    struct run_options options = {.of = {[SUBJECT_DEVICE] = {.name = device}},
                                  .destructive = destructive};
    struct conf_case needy = one;
    enum cause cause;

    needy.needs = needs;
    return attempt_obstacle(&options, NULL, &needy, ret_verdict, &cause);
}

Test(attempt, a_strangers_device_is_written_to_only_with_leave)
{
    enum verdict verdict;

    cr_assert_null(obstacle(CONF_WRITES, NULL, false, &verdict));
    cr_assert_null(obstacle(CONF_WRITES, "usb:1:2", true, &verdict));
    cr_assert(strstr(obstacle(CONF_WRITES, "usb:1:2", false, &verdict), "--destructive"));
    cr_assert_eq(verdict, VERDICT_NOT_RUN);
    cr_assert(strstr(obstacle(CONF_FORMATS, "usb:1:2", true, &verdict), "--serial"));
}

/* What stands in the way of a case of the provider's, or of one that steers, on a player of the
 * user's. */
static const char *with_player(unsigned needs, const char *made_for, const char *player,
                               bool still_image, bool allow_mtp)
{
    struct run_options options = {.of = {[SUBJECT_PROVIDER] = {.name = "vendor.so"}},
                                  .player = player,
                                  .allow_mtp = allow_mtp};
    struct conf_case needy = one;
    struct ics ics = {.still_image = still_image};
    enum verdict verdict;
    enum cause cause;

    needy.needs = needs;
    needy.player = made_for;
    return attempt_obstacle(&options, &ics, &needy, &verdict, &cause);
}

Test(attempt, a_provider_drives_an_mtp_device_that_is_given_only_with_leave)
{
    cr_assert_eq(with_player(CONF_PROVIDER, NULL, "mtp", true, false), attempt_anothers);
    cr_assert_null(with_player(CONF_PROVIDER, NULL, "mtp", true, true));
    cr_assert_null(with_player(CONF_PROVIDER, NULL, "pap-inf", false, false));
    cr_assert_null(with_player(CONF_PROVIDER, "mtp", NULL, true, false));
    cr_assert_null(with_player(0, NULL, "mtp", true, false));
}

Test(attempt, what_steers_a_player_of_the_suite_is_not_judged_on_another)
{
    cr_assert(strstr(with_player(CONF_CONTROL, "mtp-music", "/my.yaml", true, false), "steers"));
    cr_assert_null(with_player(CONF_CONTROL, "mtp-music", "mtp-music", true, false));
    cr_assert_null(with_player(CONF_CONTROL, "mtp-music", NULL, true, false));
    cr_assert_null(with_player(CONF_CONTROL, NULL, "/my.yaml", true, false));
    cr_assert_null(with_player(CONF_CONTROL, "mtp", "/my.yaml", true, false));
    cr_assert_null(with_player(CONF_WRITES, "mtp-music", "/my.yaml", true, false));
}

Test(attempt, there_is_no_server_behind_usb)
{
    enum verdict verdict;

    cr_assert_null(obstacle(CONF_WIRE, "usbip:host/1-1", false, &verdict));
    cr_assert_null(obstacle(CONF_WIRE, NULL, false, &verdict));
    cr_assert_not_null(obstacle(CONF_WIRE, "usb:1:2", false, &verdict));
    cr_assert_eq(verdict, VERDICT_NOT_APPLICABLE);
}

Test(attempt, an_expression_that_is_none_is_an_error)
{
    struct run_options options = {.jobs = 1};
    struct conf_case wrong = one, inapplicable = one;
    struct ics ics = {0};
    enum verdict verdict;
    enum cause cause;

    wrong.ics = "MTP &&";
    inapplicable.ics = "MTP";
    cr_assert_str_eq(attempt_obstacle(&options, &ics, &wrong, &verdict, &cause), "MTP &&");
    cr_assert_eq(verdict, VERDICT_ERROR);
    cr_assert_str_eq(attempt_obstacle(&options, &ics, &inapplicable, &verdict, &cause), "MTP");
    cr_assert_eq(verdict, VERDICT_NOT_APPLICABLE);
    cr_assert_eq(cause, CAUSE_ICS);
}
