/* What many verdicts come to, and the file that holds them. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/run/run.h"

static const struct conf_case one = {.id = "TST_ONE_BV_01", .title = "One", .reqs = REQS("ROW-1")};
static const struct conf_case two = {
    .id = "TST_TWO_BV_01", .title = "Two \"quoted\" <b> \\ \t", .reqs = REQS("ROW-1", "ROW-2")};

static struct catalogue_row rows[] = {
    {.id = (char[]){"ROW-1"},
     .level = (char[]){"MUST"},
     .flow = (char[]){"sync"},
     .subject = (char[]){"device"},
     .requirement = (char[]){"says \"it\" in <tags> & more"}},
    {.id = (char[]){"ROW-2"},
     .level = (char[]){"SHOULD"},
     .flow = (char[]){"sync"},
     .subject = (char[]){"device"},
     .requirement = (char[]){"may be"},
     .inferred = true},
};
static const struct catalogue catalogue = {rows, 2};

static struct run made(struct run_result results[2], enum run_verdict a, enum run_verdict b)
{
    struct run run = {.catalogue = &catalogue, .results = results, .count = 2};

    results[0] = (struct run_result){.conf_case = &one, .verdict = a};
    results[1] = (struct run_result){.conf_case = &two, .verdict = b};
    return run;
}

static int code(enum run_verdict a, enum run_verdict b)
{
    struct run_result results[2];
    struct run run = made(results, a, b);

    return run_exit_code(&run);
}

Test(results, passes_and_what_does_not_apply_are_conformant)
{
    cr_assert_eq(code(RUN_PASS, RUN_PASS), 0);
    cr_assert_eq(code(RUN_PASS, RUN_NOT_APPLICABLE), 0);
    cr_assert_eq(code(RUN_NOT_RUN, RUN_PASS), 0);
    cr_assert_eq(code(RUN_INCONCLUSIVE, RUN_PASS), 0);
}

Test(results, one_failure_is_not)
{
    cr_assert_eq(code(RUN_PASS, RUN_FAIL), 1);
    cr_assert_eq(code(RUN_FAIL, RUN_NOT_RUN), 1);
}

Test(results, an_error_outranks_a_failure)
{
    cr_assert_eq(code(RUN_FAIL, RUN_ERROR), 3);
    cr_assert_eq(code(RUN_ERROR, RUN_FAIL), 3);
}

/* Green that judged nothing would be a lie. */
Test(results, a_run_that_judged_nothing_is_no_pass)
{
    cr_assert_eq(code(RUN_NOT_RUN, RUN_NOT_RUN), 3);
    cr_assert_eq(code(RUN_NOT_APPLICABLE, RUN_NOT_RUN), 3);
}

Test(results, a_row_fails_when_any_case_saw_it_fail)
{
    struct run_result results[2];
    struct run run = made(results, RUN_PASS, RUN_FAIL);

    results[0].rows = json_pack("{s:{s:i,s:i}}", "ROW-1", "pass", 5, "fail", 0);
    results[1].rows = json_pack("{s:{s:i,s:i}}", "ROW-1", "pass", 1, "fail", 1);
    cr_assert_str_eq(run_row_verdict(&run, "ROW-1"), "fail");
    cr_assert_null(run_row_verdict(&run, "ROW-2"));
    run_result_done(&results[0]);
    run_result_done(&results[1]);
}

Test(results, an_error_proves_no_row)
{
    struct run_result results[2];
    struct run run = made(results, RUN_ERROR, RUN_PASS);

    results[0].rows = json_pack("{s:{s:i,s:i}}", "ROW-2", "pass", 5, "fail", 0);
    results[1].rows = json_pack("{s:{s:i,s:i}}", "ROW-1", "pass", 1, "fail", 0);
    cr_assert_null(run_row_verdict(&run, "ROW-2"));
    cr_assert_str_eq(run_row_verdict(&run, "ROW-1"), "pass");
    run_result_done(&results[0]);
    run_result_done(&results[1]);
}

Test(results, any_text_survives_the_file)
{
    char folder[] = "/tmp/test-results-XXXXXX", path[64];
    struct run_result results[2];
    struct run run = made(results, RUN_PASS, RUN_PASS);
    const json_t *row;
    json_t *read;

    cr_assert(mkdtemp(folder));
    results[1].rows = json_pack("{s:{s:i,s:i}}", "ROW-1", "pass", 1, "fail", 0);
    snprintf(results[1].reason, sizeof(results[1].reason), "\x01 \"\\\n\t</script> ü");
    cr_assert_eq(run_write(&run, folder), 0);
    snprintf(path, sizeof(path), "%s/results.json", folder);
    read = json_load_file(path, 0, NULL);
    cr_assert(read);
    row = json_array_get(json_object_get(read, "cases"), 1);
    cr_assert_str_eq(json_string_value(json_object_get(row, "title")), two.title);
    cr_assert_str_eq(json_string_value(json_object_get(row, "reason")), results[1].reason);
    row = json_array_get(json_object_get(read, "rows"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(row, "requirement")), rows[0].requirement);
    json_decref(read);
    unlink(path);
    snprintf(path, sizeof(path), "%s/timing.json", folder);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(rmdir(folder), 0); /* and nothing else was left */
    run_result_done(&results[1]);
}

/* A device's text may be anything; a message built from it still has to reach the file. */
Test(results, a_reason_that_is_not_utf8_does_not_lose_the_file)
{
    char folder[] = "/tmp/test-results-XXXXXX", path[64];
    struct run_result results[2];
    struct run run = made(results, RUN_PASS, RUN_ERROR);
    json_t *read;

    cr_assert(mkdtemp(folder));
    snprintf(results[1].reason, sizeof(results[1].reason), "device said \xff\xfe");
    cr_assert_eq(run_write(&run, folder), 0);
    snprintf(path, sizeof(path), "%s/results.json", folder);
    read = json_load_file(path, 0, NULL);
    cr_assert_eq(json_array_size(json_object_get(read, "cases")), 2);
    json_decref(read);
    unlink(path);
    snprintf(path, sizeof(path), "%s/timing.json", folder);
    unlink(path);
    rmdir(folder);
}
