/* What counts as seeing a defect. */
#include <criterion/criterion.h>

#include "conformance/selftest/matrix.h"
#include "spcore/base.h"

/* Of ROW-1, where checks of `row` held and failed that often. */
static enum kill judged(const char *row, unsigned pass, unsigned fail, enum cause cause)
{
    struct result_count counts[] = {{row, pass, fail, 0}, {"ROW-3", 1, 1, 0}};
    struct result result = {.counts = counts, .count_count = 2, .cause = cause};

    return kill_of(&result, "ROW-1");
}

Test(matrix, a_failed_check_of_the_row_kills)
{
    cr_assert_eq(judged("ROW-1", 3, 1, CAUSE_CHECKS), KILL_KILLED);
}

Test(matrix, a_failed_check_of_another_row_does_not)
{
    cr_assert_eq(judged("ROW-1", 3, 0, CAUSE_CHECKS), KILL_SURVIVED);
}

Test(matrix, a_row_without_checks_proves_nothing)
{
    static const struct result none = {.cause = CAUSE_CHECKS};

    cr_assert_eq(judged("ROW-2", 0, 1, CAUSE_CHECKS), KILL_NO_PROOF);
    cr_assert_eq(kill_of(&none, "ROW-1"), KILL_NO_PROOF);
}

/* What is declared for a whole row is seen by a check of any of its clauses; what is declared for a
 * clause by its own alone. */
Test(matrix, a_clause_stands_for_its_row_and_not_the_other_way_round)
{
    struct result_count counts[] = {
        {"ROW-1.a", 1, 1, 0}, {"ROW-1.b", 1, 0, 0}, {"ROW-10.a", 1, 1, 0}};
    const struct result result = {.counts = counts, .count_count = 3, .cause = CAUSE_CHECKS};

    cr_assert_eq(kill_of(&result, "ROW-1"), KILL_KILLED);
    cr_assert_eq(kill_of(&result, "ROW-1.a"), KILL_KILLED);
    cr_assert_eq(kill_of(&result, "ROW-1.b"), KILL_SURVIVED);
    cr_assert_eq(kill_of(&result, "ROW-1.c"), KILL_NO_PROOF);
    counts[0].row = "ROW-1";
    cr_assert_eq(kill_of(&result, "ROW-1.b"), KILL_SURVIVED);
}

/* A set-up that fails after a check has failed does not take the kill back. */
Test(matrix, a_check_that_failed_counts_whatever_came_after)
{
    cr_assert_eq(judged("ROW-1", 0, 1, CAUSE_SETUP), KILL_KILLED);
}

/* A crash marks the row as failed in the report, but no check saw the defect. */
Test(matrix, a_crash_is_no_kill_unless_a_check_had_failed)
{
    struct result_check end = {.row = "ROW-1", .is_end = true};
    struct result_count counts[] = {{"ROW-1", 2, 1, 0}, {"ROW-2", 0, 1, 0}};
    struct result result = {.counts = counts,
                            .count_count = 2,
                            .checks = &end,
                            .check_count = 1,
                            .cause = CAUSE_SUBJECT};

    cr_assert_eq(kill_of(&result, "ROW-1"), KILL_NO_PROOF);
    cr_assert_eq(kill_of(&result, "ROW-2"), KILL_KILLED);
    counts[0].fail = 2;
    cr_assert_eq(kill_of(&result, "ROW-1"), KILL_KILLED);
}

Test(matrix, what_did_not_come_to_its_end_survived_nothing)
{
    cr_assert_eq(judged("ROW-1", 3, 0, CAUSE_WATCHDOG), KILL_NO_PROOF);
    cr_assert_eq(judged("ROW-1", 3, 0, CAUSE_SETUP), KILL_NO_PROOF);
}

/* Of the row that demands the step, and of no other; a crash in there is a crash. */
Test(matrix, a_step_that_is_refused_kills_for_the_row_that_demands_it)
{
    struct result result = {.barred = "ROW-1", .cause = CAUSE_BARRED};

    cr_assert_eq(kill_of(&result, "ROW-1"), KILL_KILLED);
    cr_assert_eq(kill_of(&result, "ROW-2"), KILL_NO_PROOF);
    result.cause = CAUSE_SUBJECT;
    cr_assert_eq(kill_of(&result, "ROW-1"), KILL_NO_PROOF);
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
