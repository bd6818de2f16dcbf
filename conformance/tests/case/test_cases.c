/* The list of cases. These are this file's own: no suite is linked in. */
#include <criterion/criterion.h>

#include "conformance/case/cases.h"

#define ENTRY(token, ...)                                                                          \
    static const struct conf_case token = {.id = #token, .reqs = REQS("ROW-1"), __VA_ARGS__};      \
    static const struct conf_case *const token##_entry                                             \
        __attribute__((used, section("conf_cases"))) = &token

ENTRY(TST_BETA_BV_01, .timeout_s = 60);
ENTRY(TST_ALPHA_BV_01, );

Test(cases, all_are_listed_in_order)
{
    const struct conf_case *const *cases;

    cr_assert_eq(cases_all(&cases), 2);
    cr_assert_eq(cases[0], &TST_ALPHA_BV_01);
    cr_assert_eq(cases[1], &TST_BETA_BV_01);
}

Test(cases, a_case_is_found_by_either_spelling)
{
    cr_assert_eq(cases_find("TST-BETA-BV-01"), &TST_BETA_BV_01);
    cr_assert_eq(cases_find("TST_BETA_BV_01"), &TST_BETA_BV_01);
    cr_assert_null(cases_find("TST-BETA"));
    cr_assert_null(cases_find("TST-BETA-BV-01-"));
}

Test(cases, reports_write_a_name_with_dashes)
{
    char name[64];

    cases_name(&TST_BETA_BV_01, name, sizeof(name));
    cr_assert_str_eq(name, "TST-BETA-BV-01");
}

Test(cases, a_case_judges_the_rows_it_declares)
{
    cr_assert(cases_judge(&TST_BETA_BV_01, "ROW-1"));
    cr_assert_not(cases_judge(&TST_BETA_BV_01, "ROW-2"));
    cr_assert(cases_judge(&TST_BETA_BV_01, "ROW-1.clause"));
    cr_assert_not(cases_judge(&TST_BETA_BV_01, "ROW-10"));
}

Test(cases, a_case_that_names_no_time_has_the_usual_one)
{
    cr_assert_eq(cases_timeout_s(&TST_BETA_BV_01), 60);
    cr_assert_eq(cases_timeout_s(&TST_ALPHA_BV_01), 20);
}
