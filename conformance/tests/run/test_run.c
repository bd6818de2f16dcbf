/* What many verdicts come to. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/run.h"

static struct catalogue_row rows[] = {
    {.id = (char[]){"ROW-1"}, .subject = (char[]){"device"}, .flow = (char[]){"sync"}},
    {.id = (char[]){"ROW-2"}, .subject = (char[]){"device"}, .flow = (char[]){"sync"}},
};
static const struct catalogue catalogue = {.rows = rows, .count = 2};

/* A run of two cases that came to these verdicts, concluded; run_done() is the caller's. */
static void conclude(struct run *run, enum verdict a, enum verdict b)
{
    struct result *results = run->results.cases;

    if (!results)
        results = calloc(2, sizeof(*results));
    cr_assert(results);
    results[0].verdict = a;
    results[1].verdict = b;
    run->catalogue = &catalogue;
    run->results.cases = results;
    run->results.case_count = 2;
    cr_assert_eq(run_conclude(run), 0);
}

static int code(enum verdict a, enum verdict b)
{
    struct run run = {0};
    int code;

    conclude(&run, a, b);
    code = run.results.exit;
    run_done(&run);
    return code;
}

Test(run, passes_and_what_does_not_apply_are_conformant)
{
    cr_assert_eq(code(VERDICT_PASS, VERDICT_PASS), 0);
    cr_assert_eq(code(VERDICT_PASS, VERDICT_NOT_APPLICABLE), 0);
    cr_assert_eq(code(VERDICT_NOT_RUN, VERDICT_PASS), 0);
    cr_assert_eq(code(VERDICT_INCONCLUSIVE, VERDICT_PASS), 0);
}

Test(run, one_failure_is_not)
{
    cr_assert_eq(code(VERDICT_PASS, VERDICT_FAIL), 1);
    cr_assert_eq(code(VERDICT_FAIL, VERDICT_NOT_RUN), 1);
}

Test(run, a_failure_outranks_an_error)
{
    cr_assert_eq(code(VERDICT_FAIL, VERDICT_ERROR), 1);
    cr_assert_eq(code(VERDICT_ERROR, VERDICT_FAIL), 1);
    cr_assert_eq(code(VERDICT_ERROR, VERDICT_PASS), 3);
}

/* Green that judged nothing would be a lie. */
Test(run, a_run_that_judged_nothing_is_no_pass)
{
    cr_assert_eq(code(VERDICT_NOT_RUN, VERDICT_NOT_RUN), 3);
    cr_assert_eq(code(VERDICT_NOT_APPLICABLE, VERDICT_NOT_RUN), 3);
}

/* One count each, of the two cases. */
static void count(struct run *run, struct result_count a, struct result_count b)
{
    struct result *results = calloc(2, sizeof(*results));

    cr_assert(results);
    for (size_t i = 0; i < 2; i++) {
        results[i].counts = calloc(1, sizeof(a));
        cr_assert(results[i].counts);
        results[i].counts[0] = i ? b : a;
        results[i].count_count = 1;
    }
    run->results.cases = results;
}

Test(run, a_row_fails_when_any_case_saw_it_fail)
{
    struct run run = {0};

    count(&run, (struct result_count){.row = "ROW-1", 5, 0},
          (struct result_count){"ROW-1", .pass = 1, .fail = 1});
    conclude(&run, VERDICT_PASS, VERDICT_FAIL);
    cr_assert_eq(run.results.row_count, 1);
    cr_assert_str_eq(run.results.rows[0].id, "ROW-1");
    cr_assert_not(run.results.rows[0].held);
    run_done(&run);
}

Test(run, an_error_proves_no_row)
{
    struct run run = {0};

    count(&run, (struct result_count){.row = "ROW-2", 5, 0},
          (struct result_count){"ROW-1", .pass = 1, .fail = 0});
    conclude(&run, VERDICT_ERROR, VERDICT_PASS);
    cr_assert_eq(run.results.row_count, 1);
    cr_assert_str_eq(run.results.rows[0].id, "ROW-1");
    cr_assert(run.results.rows[0].held);
    run_done(&run);
}

/* Whatever of it held: it was judged in part. */
Test(run, a_row_that_got_too_few_checks_is_not_held)
{
    struct run run = {0};

    count(&run, (struct result_count){.row = "ROW-1", .pass = 5, .missing = 1},
          (struct result_count){.row = "ROW-2", .pass = 1});
    conclude(&run, VERDICT_INCONCLUSIVE, VERDICT_PASS);
    cr_assert_eq(run.results.row_count, 1);
    cr_assert_str_eq(run.results.rows[0].id, "ROW-2");
    run_done(&run);
}
