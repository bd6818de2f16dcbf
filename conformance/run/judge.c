/* From what a case's process left behind to a result: its verdict.json; or the checks in its trace,
 * and the marker that says where control was when it came to no end. */
#include <stdio.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/attempt.h"
#include "conformance/run/minimum.h"
#include "conformance/run/salvage.h"
#include "spcore/base.h"

/* Whose code control was in; NULL: nobody's. */
static const struct subject *blamed(const struct conf_marker *marker)
{
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        if (subjects[id].blame && marker->inside == subjects[id].need)
            return &subjects[id];
    }
    return NULL;
}

/* No verdict: the fault of the subject control was in, or else ours. */
static void judge_silence(const struct attempt *attempt, enum cause cause, const char *how,
                          struct result *ret)
{
    const struct conf_case *one = attempt->conf_case;
    const struct conf_marker *marker = attempt->context.marker;
    const struct subject *subject = blamed(marker);

    if (!subject)
        result_say(ret, VERDICT_ERROR, cause, "%s%s", how,
                   attempt->options->of[SUBJECT_DEVICE].name && one->needs & CONF_WRITES
                       ? "; its folder papcheck-… may still be on the device"
                       : "");
    else
        result_say(ret, marker->is_step ? VERDICT_NOT_RUN : VERDICT_FAIL, CAUSE_SUBJECT,
                   "%s %s: %s", how, subject->blame, marker->method);
    if (subject && !marker->is_step)
        result_fail(ret, &(struct result_check){.row = marker->row,
                                                .file = cases_base_name(one->file),
                                                .line = one->line,
                                                .text = marker->method,
                                                .seen = how,
                                                .is_end = true});
}

/* As its verdict.json would have been. */
static json_t *without_verdict(struct attempt *attempt)
{
    struct conf_marker *marker = attempt->context.marker;
    json_t *object = salvage_checks(attempt->context.evidence);

    marker->row[sizeof(marker->row) - 1] = marker->method[sizeof(marker->method) - 1] = '\0';
    if (blamed(marker) && marker->is_step) /* it ends without a verdict of its own */
        json_object_set_new(object, "barred", json_string(marker->row));
    return object;
}

/* However a case ended: what its rows are is what it is. */
static void judge_rows(const struct attempt *attempt, struct result *ret)
{
    unsigned total = 0, failed = 0;
    const char *alien = NULL;

    for (size_t i = 0; i < ret->count_count; i++) {
        const struct result_count *count = &ret->counts[i];
        const struct catalogue_row *row = catalogue_find(attempt->catalogue, count->row);

        if (!cases_may_judge(attempt->conf_case, count->row) ||
            !catalogue_knows(attempt->catalogue, count->row)) {
            alien = count->row;
            continue;
        }
        total += count->pass + count->fail;
        if (count->fail && (attempt->options->strict || catalogue_weighs(row)))
            failed++;
        else if (count->fail)
            ret->warnings++;
    }
    if (alien)
        result_say(ret, VERDICT_ERROR, CAUSE_SUITE, "checks row %s, which it does not declare",
                   alien);
    else if (!total && ret->verdict == VERDICT_PASS)
        result_say(ret, VERDICT_ERROR, CAUSE_SUITE, "no check was made");
    if (failed)
        ret->verdict = VERDICT_FAIL;
}

/* What a case may say of its own end. */
static const struct {
    enum cause cause;
    enum verdict verdict;
} endings[] = {
    {CAUSE_CHECKS, VERDICT_PASS}, {CAUSE_OFFER, VERDICT_INCONCLUSIVE},
    {CAUSE_SETUP, VERDICT_ERROR}, {CAUSE_SUITE, VERDICT_ERROR},
    {CAUSE_START, VERDICT_ERROR}, {CAUSE_BARRED, VERDICT_NOT_RUN},
};

/* What it says of its end; NULL: nothing. */
static const enum verdict *said(const json_t *verdict, enum cause *ret_cause)
{
    const char *name = json_string_value(json_object_get(verdict, "cause"));

    for (size_t i = 0; name && i < ARRAY_SIZE(endings); i++) {
        *ret_cause = endings[i].cause;
        if (strcmp(name, cause_names[endings[i].cause]) == 0)
            return &endings[i].verdict;
    }
    return NULL;
}

/* A subject in a process of its own has ended, and the case has lived to tell; `how` instead of
 * what its own process did. */
static const char *told_end(const json_t *verdict, const char *how, char *ret_text, size_t room)
{
    const char *name = json_string_value(json_object_get(verdict, "cause"));
    const char *reason = json_string_value(json_object_get(verdict, "reason"));

    if (!name || !reason || strcmp(name, cause_names[CAUSE_SUBJECT]) != 0)
        return how;
    snprintf(ret_text, room, "%s", reason);
    return ret_text;
}

void attempt_judge(struct attempt *attempt, enum cause cause, const char *how)
{
    struct result *result = &attempt->result;
    char path[PATH_MAX + 16];
    char fewer[MINIMUM_TEXT], name[96], told[160];
    const enum verdict *ending;
    unsigned missing = 0;
    enum cause own;
    json_t *verdict;

    cases_name(attempt->conf_case, name, sizeof(name));
    snprintf(path, sizeof(path), "%s/verdict.json", attempt->context.evidence);
    verdict = json_load_file(path, 0, NULL);
    ending = said(verdict, &own);
    if (!ending) {
        how = told_end(verdict, how, told, sizeof(told));
        json_decref(verdict);
        verdict = without_verdict(attempt);
    } else if (own == CAUSE_CHECKS) {
        missing = minimum_hold(attempt->catalogue, name, verdict, fewer);
    }
    result_take(result, verdict);
    if (ending)
        result_say(result, *ending, own, "%s",
                   json_string_value(json_object_get(verdict, "reason")));
    else
        judge_silence(attempt, cause, how, result);
    judge_rows(attempt, result);
    if (missing && result->verdict == VERDICT_PASS)
        result_say(result, VERDICT_INCONCLUSIVE, CAUSE_FEWER, "%s", fewer);
    json_decref(verdict);
}
