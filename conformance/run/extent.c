/* A run that says it is conformant has to say of how much. What did not run is counted by its
 * reason, so that the reader sees the option that adds it. */
#include "conformance/run/extent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/attempt.h"
#include "conformance/run/observe.h"

#define NOT_NAMED "not among what was named (no PATTERN runs all)"
#define OTHER_SHARD "in another shard (papcheck merge joins them)"

/* ---- cases that did not run */

static bool is_must(const struct run *run, const struct conf_case *one)
{
    return one->level == CONF_MUST || (run->options.strict && one->level == CONF_SHOULD);
}

/* There is room for as many reasons as cases. */
static void leave_out(struct run *run, const struct conf_case *one, const char *why, bool beyond)
{
    struct results *results = &run->results;
    struct result_left *left = results->left, *end = left + results->left_count;

    while (left < end && (!left->why || strcmp(left->why, why) != 0))
        left++;
    if (left == end) {
        *left = (struct result_left){.why = why, .beyond = beyond};
        results->left_count++;
    }
    *(is_must(run, one) ? &left->must : &left->others) += 1;
}

static void leave_out_chosen(struct run *run, const struct conf_case *one,
                             const struct result *result)
{
    run->is_partial |= result->cause == CAUSE_INTERRUPT;
    if (result->verdict == VERDICT_NOT_RUN)
        leave_out(run, one, result_reason(result), false);
    else if (result->verdict == VERDICT_NOT_APPLICABLE && result->cause == CAUSE_NEED)
        leave_out(run, one, result_reason(result), true);
}

static void leave_out_other(struct run *run, const struct conf_case *one, bool named)
{
    enum verdict verdict;
    enum cause cause;

    if (attempt_obstacle(&run->options, run_ics_of(run, one), one, &verdict, &cause) &&
        verdict == VERDICT_NOT_APPLICABLE)
        return;
    run->is_partial = true;
    leave_out(run, one, !named ? NOT_NAMED : run->lacking ? run->lacking : OTHER_SHARD, false);
}

static bool is_among(const struct conf_case *const *cases, size_t count,
                     const struct conf_case *one)
{
    size_t i = 0;

    while (i < count && cases[i] != one)
        i++;
    return i < count;
}

static const struct result *result_of(const struct run *run, const struct conf_case *one)
{
    for (size_t i = 0; i < run->case_count; i++) {
        if (run->cases[i] == one)
            return &run->results.cases[i];
    }
    return NULL;
}

static int find_left(struct run *run)
{
    const struct run_options *options = &run->options;
    const struct conf_case *const *cases;
    const struct conf_case **named;
    size_t count = cases_all(&cases), named_count;
    const char *bad;

    run->results.left = calloc(count + 1, sizeof(*run->results.left));
    if (!run->results.left || run_select(run->catalogue, options->patterns, options->pattern_count,
                                         &named, &named_count, &bad) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct result *result = result_of(run, cases[i]);

        if (result)
            leave_out_chosen(run, cases[i], result);
        else if (subjects[subject_of(cases[i])].given(options))
            leave_out_other(run, cases[i], is_among(named, named_count, cases[i]));
    }
    free(named);
    return 0;
}

/* ---- rows of the catalogue */

static size_t find_scope(const struct result_scope *scopes, size_t count,
                         const struct catalogue_row *row)
{
    size_t i = 0;

    while (i < count &&
           (strcmp(scopes[i].subject, row->subject) != 0 || strcmp(scopes[i].flow, row->flow) != 0))
        i++;
    return i;
}

static int count_rows(const struct catalogue *catalogue, struct results *ret)
{
    struct result_scope *scopes = calloc(catalogue->count + 1, sizeof(*scopes));
    size_t count = 0;

    if (!scopes)
        return -ENOMEM;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_row *row = &catalogue->rows[i];
        size_t at = find_scope(scopes, count, row);

        if (at == count)
            scopes[count++] = (struct result_scope){row->subject, row->flow, 0, 0};
        scopes[at].rows++;
        scopes[at].suite += cases_have(row->id);
    }
    ret->scopes = scopes;
    ret->scope_count = count;
    return 0;
}

/* ---- subjects of the catalogue of which nothing was judged */

static bool is_judged(const struct results *results, const char *subject)
{
    for (size_t i = 0; i < results->row_count; i++) {
        if (strcmp(results->rows[i].subject, subject) == 0)
            return true;
    }
    for (size_t i = 0; i < results->absent_count; i++) {
        const char *known = results->absent[i].subject;

        if (known && strcmp(known, subject) == 0)
            return true; /* or known not to be */
    }
    return false;
}

static const char *how_to_judge(const struct run *run, const char *subject)
{
    unsigned suite = 0;

    for (size_t i = 0; i < run->results.scope_count; i++) {
        if (strcmp(run->results.scopes[i].subject, subject) == 0)
            suite += run->results.scopes[i].suite;
    }
    if (!suite)
        return "no case yet";
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        if (strcmp(subjects[id].name, subject) == 0 && !subjects[id].given(&run->options))
            return subjects[id].adds;
    }
    return "";
}

static int find_absent(struct run *run)
{
    struct results *results = &run->results;

    results->absent = calloc(results->scope_count + 1, sizeof(*results->absent));
    if (!results->absent)
        return -ENOMEM;
    for (size_t i = 0; i < results->scope_count; i++) {
        const char *subject = results->scopes[i].subject;

        if (!is_judged(results, subject))
            results->absent[results->absent_count++] =
                (struct result_absent){subject, how_to_judge(run, subject)};
    }
    return 0;
}

/* Of a merged run: what was asked for and is not among the parts. */
static bool lacks(const struct run *run)
{
    size_t i = 0;

    while (i < run->results.left_count && run->results.left[i].why != run->lacking)
        i++;
    return i < run->results.left_count;
}

int extent_results(struct run *run)
{
    int error = find_left(run);

    if (!error)
        error = count_rows(run->catalogue, &run->results);
    run->results.subset = run->options.subset || (run->options.pattern_count && !lacks(run));
    return error ? error : find_absent(run);
}
