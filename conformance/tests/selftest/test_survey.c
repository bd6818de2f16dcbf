/* What a survey of generated defects comes to. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "conformance/selftest/survey.h"
#include "spcore/base.h"

static struct allowed allowed = {.pattern = "Free:*", .reason = "nobody minds", .matched = 1};

static int report(struct survey *survey)
{
    char folder[] = "/tmp/survey-XXXXXX", path[64];
    int status;

    cr_assert_not_null(mkdtemp(folder));
    survey->options.out = folder;
    status = survey_report(survey);
    snprintf(path, sizeof(path), "%s/generated.json", folder);
    unlink(path);
    rmdir(folder);
    return status;
}

/* What becomes of defects with these outcomes, of which `least` per cent are to be found. */
static int reported(struct made *made, size_t count, unsigned least)
{
    struct survey survey = {.made = made, .made_count = count, .least = least, .pattern_count = 1};

    return report(&survey);
}

static struct made a_defect(enum made_outcome outcome)
{
    return (struct made){.name = (char *)(uintptr_t) "Place:Field:changed",
                         .subject = SUBJECT_DEVICE,
                         .outcome = outcome};
}

Test(survey, as_many_as_are_wanted_is_enough)
{
    struct made made[] = {a_defect(MADE_CAUGHT), a_defect(MADE_SURVIVED)};

    cr_assert_eq(reported(made, ARRAY_SIZE(made), 50), 0);
    cr_assert_eq(reported(made, ARRAY_SIZE(made), 51), 1);
}

Test(survey, a_warning_is_found_and_an_error_is_not)
{
    struct made made[] = {a_defect(MADE_WARNED), a_defect(MADE_ERROR)};

    cr_assert_eq(reported(made, 1, 100), 0);
    cr_assert_eq(reported(made, 2, 51), 1);
}

Test(survey, what_is_allowed_has_no_weight)
{
    struct made made[] = {a_defect(MADE_CAUGHT), a_defect(MADE_SURVIVED)};

    made[1].allowed = &allowed;
    cr_assert_eq(reported(made, ARRAY_SIZE(made), 100), 0);
}

Test(survey, what_is_allowed_and_yet_caught_is_an_error)
{
    struct made made[] = {a_defect(MADE_CAUGHT)};

    made[0].allowed = &allowed;
    cr_assert_eq(reported(made, ARRAY_SIZE(made), 0), 1);
}

Test(survey, of_what_is_right_in_part_only_what_got_through_has_no_weight)
{
    struct allowed partly = {.pattern = "Some:*", .reason = "some are right", .partly = true};
    struct made made[] = {a_defect(MADE_CAUGHT), a_defect(MADE_SURVIVED)};

    made[0].allowed = made[1].allowed = &partly;
    cr_assert_eq(reported(made, ARRAY_SIZE(made), 100), 0);
}

Test(survey, a_row_that_nothing_matches_is_an_error_also_of_a_sample)
{
    struct made made[] = {a_defect(MADE_CAUGHT)};
    struct survey survey = {.made = made, .made_count = 1, .sample = 1};

    for (size_t i = 0; i < allowed_count; i++)
        allowed_rows[i].matched = 1;
    cr_assert_eq(report(&survey), 0);
    allowed_rows[allowed_count - 1].matched = 0;
    cr_assert_eq(report(&survey), 1);
}
