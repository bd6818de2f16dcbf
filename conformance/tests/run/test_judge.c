/* What a case comes to whose process left its trace and no verdict, or a verdict of its set-up. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/run/attempt.h"

static const struct conf_case one = {
    .id = "TST_ONE_BV_01", .file = "a.c", .reqs = REQS("TST-001", "TST-002", "TST-003")};
static struct catalogue_row rows[] = {
    {.id = "TST-001", .level = "MUST"},
    {.id = "TST-002", .level = "SHOULD"},
    {.id = "TST-003", .level = "MUST"},
};
static const struct catalogue catalogue = {.rows = rows, .count = 3};
static const struct run_options options;

struct left {
    struct conf_marker marker;
    struct attempt attempt;
};

static void write_file(const struct left *left, const char *name, const char *text)
{
    char path[PATH_MAX + 32];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", left->attempt.context.evidence, name);
    file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

/* A case whose process wrote this trace and is gone. */
static struct left *gone(const char *trace)
{
    static struct left left;
    char *evidence = left.attempt.context.evidence;

    strcpy(evidence, "/tmp/test_judge_XXXXXX");
    cr_assert_not_null(mkdtemp(evidence));
    left.attempt.options = &options;
    left.attempt.catalogue = &catalogue;
    left.attempt.conf_case = &one;
    left.attempt.context.marker = &left.marker;
    write_file(&left, "trace.jsonl", trace);
    return &left;
}

static void forget(struct left *left)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/trace.jsonl", left->attempt.context.evidence);
    unlink(path);
    snprintf(path, sizeof(path), "%s/verdict.json", left->attempt.context.evidence);
    unlink(path);
    rmdir(left->attempt.context.evidence);
    result_done(&left->attempt.result);
}

#define CHECKED(row, ok)                                                                           \
    "{\"n\":7,\"what\":\"check\",\"row\":\"" row "\",\"ok\":" ok                                   \
    ",\"file\":\"a.c\",\"line\":3,\"text\":\"it holds\",\"seen\":\"0\"}\n"
#define NOTED "{\"n\":1,\"what\":\"note\",\"text\":\"\\\"what\\\":\\\"check\\\"\"}\n"

Test(judge, a_check_that_failed_before_a_crash_is_a_failure)
{
    struct left *left = gone(NOTED CHECKED("TST-001", "false")
                                 CHECKED("TST-003", "true") "{\"n\":9,\"what\":\"che");
    const struct result *result = &left->attempt.result;

    attempt_judge(&left->attempt, CAUSE_CRASH, "signal 11 SIGSEGV");
    cr_assert_eq(result->verdict, VERDICT_FAIL);
    cr_assert_eq(result->cause, CAUSE_CRASH);
    cr_assert_str_eq(result_reason(result), "signal 11 SIGSEGV");
    cr_assert_eq(result_count(result, "TST-001").fail, 1);
    cr_assert_eq(result_count(result, "TST-003").pass, 1);
    cr_assert_eq(result->check_count, 2);
    cr_assert_str_eq(result->checks[0].text, "it holds");
    forget(left);
}

Test(judge, a_crash_in_the_subject_fails_its_row_beside_those_that_had_failed)
{
    struct left *left = gone(CHECKED("TST-001", "false"));
    const struct result *result = &left->attempt.result;

    left->marker.inside = CONF_PROVIDER;
    strcpy(left->marker.row, "TST-003");
    strcpy(left->marker.method, "IMDSPObject::Read");
    attempt_judge(&left->attempt, CAUSE_CRASH, "signal 11 SIGSEGV");
    cr_assert_eq(result->verdict, VERDICT_FAIL);
    cr_assert_eq(result->cause, CAUSE_SUBJECT);
    cr_assert_eq(result_count(result, "TST-001").fail, 1);
    cr_assert_eq(result_count(result, "TST-003").fail, 1);
    cr_assert(result->checks[1].is_end && !result->checks[0].is_end);
    forget(left);
}

Test(judge, a_crash_in_a_step_on_the_way_bars_and_keeps_what_had_failed)
{
    struct left *left = gone(CHECKED("TST-001", "false"));
    const struct result *result = &left->attempt.result;

    left->marker.inside = CONF_PROVIDER;
    left->marker.is_step = true;
    strcpy(left->marker.row, "OTHER-001");
    attempt_judge(&left->attempt, CAUSE_WATCHDOG, "no end within 20 s");
    cr_assert_eq(result->verdict, VERDICT_FAIL);
    cr_assert_str_eq(result->barred, "OTHER-001");
    cr_assert_eq(result_count(result, "OTHER-001").fail, 0);
    forget(left);
}

Test(judge, without_a_failed_check_an_end_of_ours_is_an_error_and_a_should_a_warning)
{
    struct left *left = gone(CHECKED("TST-002", "false"));

    attempt_judge(&left->attempt, CAUSE_CRASH, "signal 11 SIGSEGV");
    cr_assert_eq(left->attempt.result.verdict, VERDICT_ERROR);
    cr_assert_eq(left->attempt.result.warnings, 1);
    forget(left);
}

Test(judge, a_verdict_that_is_there_is_believed_alone)
{
    struct left *left = gone(CHECKED("TST-001", "false"));

    write_file(left, "verdict.json",
               "{\"cause\":\"setup\",\"reason\":\"no memory\",\"rows\":{},\"checks\":[]}");
    attempt_judge(&left->attempt, CAUSE_CRASH, "never said");
    cr_assert_eq(left->attempt.result.verdict, VERDICT_ERROR);
    cr_assert_str_eq(result_reason(&left->attempt.result), "no memory");
    forget(left);
}

Test(judge, a_row_that_is_not_the_cases_hides_no_failure)
{
    struct left *left = gone(CHECKED("TST-001", "false") CHECKED("OTHER-001", "true"));

    attempt_judge(&left->attempt, CAUSE_CRASH, "signal 11 SIGSEGV");
    cr_assert_eq(left->attempt.result.verdict, VERDICT_FAIL);
    cr_assert_eq(left->attempt.result.cause, CAUSE_SUITE);
    forget(left);
}
