/* What bars the way of many cases fails once, in the case that answers for it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/barred.h"

static const struct conf_case other = {.id = "A_A_BV_01", .file = "a.c", .reqs = REQS("ROW-1")};
static const struct conf_case judge = {.id = "B_B_BV_01", .file = "b.c", .reqs = REQS("ROW-2")};
static const struct conf_case *const cases[] = {&other, &judge, &other};

/* Three cases that got no further than a step of ROW-2; the second is the one that judges it. */
static struct run barred(void)
{
    struct run run = {.cases = cases};
    json_t *object = json_pack("{s:{},s:[],s:s}", "rows", "checks", "barred", "ROW-2");

    run.results.cases = calloc(3, sizeof(*run.results.cases));
    run.results.case_count = 3;
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(result_take(&run.results.cases[i], object), 0);
        result_say(&run.results.cases[i], VERDICT_NOT_RUN, CAUSE_BARRED, "it refuses");
    }
    json_decref(object);
    return run;
}

Test(barred, the_case_that_judges_the_row_fails)
{
    struct run run = barred();
    const struct result *result = run.results.cases;

    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(result[1].verdict, VERDICT_FAIL);
    cr_assert_eq(result_count(&result[1], "ROW-2").fail, 1);
    cr_assert_str_eq(result[1].checks[0].seen, "it refuses");
    cr_assert_eq(result[0].verdict, VERDICT_NOT_RUN);
    cr_assert_eq(result_count(&result[0], "ROW-2").fail, 0);
    cr_assert_str_eq(result_reason(&result[2]), "not run because it refuses (ROW-2)");
    run_done(&run);
}

Test(barred, the_first_fails_where_none_judges_the_row)
{
    struct run run = barred();

    run.results.cases[1].cause = CAUSE_SETUP;
    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(run.results.cases[0].verdict, VERDICT_FAIL);
    cr_assert_eq(run.results.cases[2].verdict, VERDICT_NOT_RUN);
    run_done(&run);
}

/* Its own failure is one, what bars its way is another. */
Test(barred, a_case_that_had_failed_before_fails_for_the_step_as_well)
{
    static const struct result_check check = {.row = "ROW-1", .text = "t", .seen = "s", .file = ""};
    struct run run = barred();

    run.results.case_count = 1;
    result_fail(&run.results.cases[0], &check);
    run.results.cases[0].verdict = VERDICT_FAIL;
    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(result_count(&run.results.cases[0], "ROW-1").fail, 1);
    cr_assert_eq(result_count(&run.results.cases[0], "ROW-2").fail, 1);
    run.results.case_count = 3;
    run_done(&run);
}

Test(barred, nobody_fails_a_row_that_has_failed)
{
    static const struct result_check check = {.row = "ROW-2", .text = "t", .seen = "s", .file = ""};
    struct run run = barred();

    result_fail(&run.results.cases[2], &check);
    result_say(&run.results.cases[2], VERDICT_FAIL, CAUSE_CHECKS, "%s", "");
    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(run.results.cases[0].verdict, VERDICT_NOT_RUN);
    cr_assert_eq(run.results.cases[1].verdict, VERDICT_NOT_RUN);
    run_done(&run);
}

/* Parts of a run are settled each by itself; together they are what the whole would have been. */
Test(barred, two_that_answer_each_in_its_part_are_one_in_the_whole)
{
    struct run whole = barred(), run = barred(), first = run, rest = run;

    first.results.case_count = 1;
    rest.cases = cases + 1;
    rest.results.cases = run.results.cases + 1;
    rest.results.case_count = 2;
    cr_assert_eq(barred_settle(&first), 0);
    cr_assert_eq(barred_settle(&rest), 0);
    cr_assert_eq(run.results.cases[0].verdict, VERDICT_FAIL);
    cr_assert_eq(run.results.cases[1].verdict, VERDICT_FAIL);
    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(barred_settle(&whole), 0);
    for (size_t i = 0; i < 3; i++) {
        const struct result *one = &run.results.cases[i], *same = &whole.results.cases[i];

        cr_assert_eq(one->verdict, same->verdict);
        cr_assert_str_eq(result_reason(one), result_reason(same));
        cr_assert(json_equal(one->json, same->json));
    }
    cr_assert_eq(run.results.cases[0].verdict, VERDICT_NOT_RUN);
    run_done(&run);
    run_done(&whole);
}

Test(barred, a_case_that_failed_before_it_was_barred_keeps_its_failure)
{
    static const struct result_check check = {.row = "ROW-2", .text = "t", .seen = "s", .file = ""};
    struct run run = barred();

    result_fail(&run.results.cases[1], &check);
    run.results.cases[1].verdict = VERDICT_FAIL;
    cr_assert_eq(barred_settle(&run), 0);
    cr_assert_eq(run.results.cases[1].verdict, VERDICT_FAIL);
    cr_assert_eq(result_count(&run.results.cases[1], "ROW-2").fail, 1);
    cr_assert_eq(run.results.cases[0].verdict, VERDICT_NOT_RUN);
    run_done(&run);
}
