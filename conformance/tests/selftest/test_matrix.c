/* What counts as seeing a defect. */
#include <criterion/criterion.h>
#include <jansson.h>

#include "conformance/selftest/matrix.h"
#include "spcore/base.h"

static enum kill judged(const char *rows, bool ended)
{
    json_t *parsed = json_loads(rows, 0, NULL);
    enum kill kill;

    cr_assert(parsed);
    kill = kill_of(parsed, "ROW-1", ended);
    json_decref(parsed);
    return kill;
}

Test(matrix, a_failed_check_of_the_row_kills)
{
    cr_assert_eq(judged("{\"ROW-1\": {\"pass\": 3, \"fail\": 1}}", true), KILL_KILLED);
}

Test(matrix, a_failed_check_of_another_row_does_not)
{
    cr_assert_eq(
        judged("{\"ROW-1\": {\"pass\": 3, \"fail\": 0}, \"ROW-2\": {\"pass\": 0, \"fail\": 1}}",
               true),
        KILL_SURVIVED);
}

Test(matrix, a_row_without_checks_proves_nothing)
{
    cr_assert_eq(judged("{\"ROW-2\": {\"pass\": 0, \"fail\": 1}}", true), KILL_NO_PROOF);
    cr_assert_eq(judged("{}", true), KILL_NO_PROOF);
    cr_assert_eq(kill_of(NULL, "ROW-1", true), KILL_NO_PROOF);
}

/* A crash marks the row as failed in the report, but no check saw the defect. */
Test(matrix, a_crash_is_no_kill)
{
    cr_assert_eq(judged("{\"ROW-1\": {\"pass\": 0, \"fail\": 1}}", false), KILL_NO_PROOF);
}

Test(matrix, one_kill_is_enough_whatever_the_order)
{
    static const enum kill others[] = {KILL_SURVIVED, KILL_NO_CASE, KILL_NO_PROOF, KILL_NOT_CLEAN};

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        cr_assert_eq(kill_best(KILL_KILLED, others[i]), KILL_KILLED);
        cr_assert_eq(kill_best(others[i], KILL_KILLED), KILL_KILLED);
    }
}

Test(matrix, a_survivor_outranks_what_was_not_judged)
{
    cr_assert_eq(kill_best(KILL_SURVIVED, KILL_NO_PROOF), KILL_SURVIVED);
    cr_assert_eq(kill_best(KILL_NO_PROOF, KILL_SURVIVED), KILL_SURVIVED);
    cr_assert_eq(kill_best(KILL_NO_CASE, KILL_NOT_CLEAN), KILL_NOT_CLEAN);
}
