/* From what a case's process left behind to a result: its verdict.json, or the marker that says
 * where control was when it came to no end. */
#include <stdio.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/attempt.h"
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

/* The step that every case takes, and that ends this one without a verdict of its own. */
static void judge_step(const struct conf_marker *marker, struct result *ret)
{
    json_t *object = json_pack("{s:{},s:[],s:s}", "rows", "checks", "barred", marker->row);

    result_take(ret, object);
    json_decref(object);
}

/* No verdict: the fault of the subject control was in, or else ours. */
static void judge_silence(const struct attempt *attempt, enum cause cause, const char *how,
                          struct result *ret)
{
    const struct conf_case *one = attempt->conf_case;
    struct conf_marker marker = *attempt->context.marker;
    const struct subject *subject = blamed(&marker);

    if (!subject) {
        result_say(ret, VERDICT_ERROR, cause, "%s%s", how,
                   attempt->options->of[SUBJECT_DEVICE].name && one->needs & CONF_WRITES
                       ? "; its folder papcheck-… may still be on the device"
                       : "");
        return;
    }
    marker.row[sizeof(marker.row) - 1] = marker.method[sizeof(marker.method) - 1] = '\0';
    if (marker.is_step) {
        judge_step(&marker, ret);
        result_say(ret, VERDICT_NOT_RUN, CAUSE_BARRED, "%s %s: %s", how, subject->blame,
                   marker.method);
        return;
    }
    result_fail(ret, &(struct result_check){.row = marker.row,
                                            .file = cases_base_name(one->file),
                                            .line = one->line,
                                            .text = marker.method,
                                            .seen = how});
    result_say(ret, VERDICT_FAIL, CAUSE_SUBJECT, "%s %s: %s", how, subject->blame, marker.method);
}

/* A case that came to its end is what its rows are. */
static void judge_rows(const struct attempt *attempt, struct result *ret)
{
    unsigned total = 0, failed = 0;

    for (size_t i = 0; i < ret->count_count; i++) {
        const struct result_count *count = &ret->counts[i];
        const struct catalogue_row *row = catalogue_find(attempt->catalogue, count->row);

        if (!cases_judge(attempt->conf_case, count->row) || !row) {
            result_say(ret, VERDICT_ERROR, CAUSE_SUITE, "checks row %s, which it does not declare",
                       count->row);
            return;
        }
        total += count->pass + count->fail;
        if (count->fail && (attempt->options->strict || strcmp(row->level, "SHOULD") != 0))
            failed++;
        else if (count->fail)
            ret->warnings++;
    }
    if (failed) /* whatever the case said of itself */
        ret->verdict = VERDICT_FAIL;
    else if (!total && ret->verdict == VERDICT_PASS)
        result_say(ret, VERDICT_ERROR, CAUSE_SUITE, "no check was made");
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

void attempt_judge(struct attempt *attempt, enum cause cause, const char *how)
{
    struct result *result = &attempt->result;
    char path[PATH_MAX + 16];
    const char *said;
    json_t *verdict;

    snprintf(path, sizeof(path), "%s/verdict.json", attempt->context.evidence);
    verdict = json_load_file(path, 0, NULL);
    said = json_string_value(json_object_get(verdict, "cause"));
    for (size_t i = 0; said && i < ARRAY_SIZE(endings); i++) {
        if (strcmp(said, cause_names[endings[i].cause]) != 0)
            continue;
        if (result_take(result, verdict) < 0)
            break;
        result_say(result, endings[i].verdict, endings[i].cause, "%s",
                   json_string_value(json_object_get(verdict, "reason")));
        judge_rows(attempt, result);
        json_decref(verdict);
        return;
    }
    json_decref(verdict);
    judge_silence(attempt, cause, how, result);
}
