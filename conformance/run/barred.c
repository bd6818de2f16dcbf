/* What bars the way of many cases is one fault. Which of them fails does not depend on which came
 * first: two equal runs have equal results. */
#include "conformance/run/barred.h"

#include <string.h>

#include "conformance/case/cases.h"

/* What a case that is settled is known by, where parts of a run become a whole: the check by which
 * it answers for others, and the reason that another one answers for. */
#define ANSWERS "the case gets to what it judges"
#define TOLD "not run because "

/* What it judged before may have failed as well. */
static bool is_barred(const struct result *result)
{
    return result->barred && (result->cause == CAUSE_BARRED || result->cause == CAUSE_SUBJECT);
}

static bool is_answering(const struct result *result)
{
    size_t i = is_barred(result) ? result->check_count : 0;

    while (i && strcmp(result->checks[i - 1].text, ANSWERS) != 0)
        i--;
    return i > 0;
}

/* As if it did not answer; what it failed by itself it has failed. */
static int reopen(struct result *result)
{
    int error = result_unfail(result, result->barred);
    size_t failed = 0;

    for (size_t i = 0; i < result->count_count; i++)
        failed += result->counts[i].fail != 0;
    result->verdict = failed > result->warnings ? VERDICT_FAIL : VERDICT_NOT_RUN;
    return error;
}

static bool has_failed(const struct results *results, const char *row)
{
    for (size_t i = 0; i < results->case_count; i++) {
        if (result_count(&results->cases[i], row).fail)
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
    int error = result_fail(result, &(struct result_check){.row = result->barred,
                                                           .file = cases_base_name(conf_case->file),
                                                           .line = conf_case->line,
                                                           .text = ANSWERS,
                                                           .seen = result_reason(result),
                                                           .is_end = true});

    result->verdict = VERDICT_FAIL;
    return error;
}

int barred_settle(struct run *run)
{
    struct result *results = run->results.cases;
    int error = 0;

    /* Ones that answer in parts of a run are some of many again in the whole. */
    for (size_t i = 0; i < run->results.case_count && !error; i++)
        error = is_answering(&results[i]) ? reopen(&results[i]) : 0;
    for (size_t i = 0; i < run->results.case_count && !error; i++) {
        size_t who;

        if (!is_barred(&results[i]) || has_failed(&run->results, results[i].barred))
            continue;
        who = answers(run, i);
        error = fail(&results[who], run->cases[who]);
    }
    for (size_t i = 0; i < run->results.case_count && !error; i++) {
        char *why = results[i].reason;

        if (!is_barred(&results[i]) || results[i].verdict != VERDICT_NOT_RUN || !why ||
            strncmp(why, TOLD, strlen(TOLD)) == 0)
            continue;
        results[i].reason = NULL;
        result_say(&results[i], VERDICT_NOT_RUN, CAUSE_BARRED, TOLD "%s (%s)", why,
                   results[i].barred);
        free(why);
    }
    return error;
}
