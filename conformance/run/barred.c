/* What bars the way of many cases is one fault. Which of them fails does not depend on which came
 * first: two equal runs have equal results. */
#include "conformance/run/barred.h"

#include <string.h>

#include "conformance/case/cases.h"

/* What it judged before may have failed as well. */
static bool is_barred(const struct result *result)
{
    return result->barred && (result->cause == CAUSE_BARRED || result->cause == CAUSE_SUBJECT);
}

static bool has_failed(const struct results *results, const char *row)
{
    for (size_t i = 0; i < results->case_count; i++) {
        const struct result_count *count = result_count(&results->cases[i], row);

        if (count && count->fail)
            return true;
    }
    return false;
}

/* The case that answers for what barred case `first` and others: one that judges the row, or else
 * the first. */
static size_t answers(const struct run *run, size_t first)
{
    const struct result *results = run->results.cases;

    for (size_t i = first; i < run->results.case_count; i++) {
        if (is_barred(&results[i]) && strcmp(results[i].barred, results[first].barred) == 0 &&
            cases_judge(run->cases[i], results[i].barred))
            return i;
    }
    return first;
}

static int fail(struct result *result, const struct conf_case *conf_case)
{
    int error =
        result_fail(result, &(struct result_check){.row = result->barred,
                                                   .file = cases_base_name(conf_case->file),
                                                   .line = conf_case->line,
                                                   .text = "the case gets to what it judges",
                                                   .seen = result_reason(result),
                                                   .is_end = true});

    result->verdict = VERDICT_FAIL;
    return error;
}

int barred_settle(struct run *run)
{
    struct result *results = run->results.cases;
    int error = 0;

    for (size_t i = 0; i < run->results.case_count && !error; i++) {
        size_t who;

        if (!is_barred(&results[i]) || has_failed(&run->results, results[i].barred))
            continue;
        who = answers(run, i);
        error = fail(&results[who], run->cases[who]);
    }
    for (size_t i = 0; i < run->results.case_count && !error; i++) {
        char *why = results[i].reason;

        if (!is_barred(&results[i]) || results[i].verdict != VERDICT_NOT_RUN)
            continue;
        results[i].reason = NULL;
        result_say(&results[i], VERDICT_NOT_RUN, CAUSE_BARRED, "not run because %s (%s)", why,
                   results[i].barred);
        free(why);
    }
    return error;
}
