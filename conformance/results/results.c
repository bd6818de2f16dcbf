/* The words of verdicts, causes and flows, and what is asked of results again and again. */
#include "conformance/results/results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct verdict_name verdict_names[VERDICTS] = {
    [VERDICT_PASS] = {"PASS", "pass"},
    [VERDICT_FAIL] = {"FAIL", "fail"},
    [VERDICT_INCONCLUSIVE] = {"INCONCLUSIVE", "inconclusive"},
    [VERDICT_NOT_APPLICABLE] = {"NOT_APPLICABLE", "n/a"},
    [VERDICT_NOT_RUN] = {"NOT_RUN", "not run"},
    [VERDICT_ERROR] = {"ERROR", "error"},
};

const enum verdict verdict_urgency[VERDICTS] = {
    VERDICT_FAIL,    VERDICT_ERROR, VERDICT_INCONCLUSIVE,
    VERDICT_NOT_RUN, VERDICT_PASS,  VERDICT_NOT_APPLICABLE,
};

const char *const cause_names[CAUSES] = {
    [CAUSE_CHECKS] = "checks",       [CAUSE_OFFER] = "offer",   [CAUSE_SETUP] = "setup",
    [CAUSE_SUITE] = "suite",         [CAUSE_BARRED] = "barred", [CAUSE_SILENCE] = "silence",
    [CAUSE_SUBJECT] = "subject",     [CAUSE_CRASH] = "crash",   [CAUSE_WATCHDOG] = "watchdog",
    [CAUSE_START] = "start",         [CAUSE_ICS] = "ics",       [CAUSE_NEED] = "need",
    [CAUSE_INTERRUPT] = "interrupt",
};

const char *const flow_names[] = {"enumeration", "authentication", "storage",        "sync",
                                  "control",     "service",        "class-provider", NULL};

int texts_add(struct texts *texts, const char *text)
{
    const char **at = realloc(texts->at, (texts->count + 1) * sizeof(*at));

    if (!at)
        return -ENOMEM;
    texts->at = at;
    at[texts->count++] = text;
    return 0;
}

void result_say(struct result *result, enum verdict verdict, enum cause cause, const char *format,
                ...)
{
    va_list arguments;
    char *reason;

    va_start(arguments, format);
    if (vasprintf(&reason, format, arguments) < 0)
        reason = NULL;
    va_end(arguments);
    free(result->reason);
    result->reason = reason;
    result->verdict = verdict;
    result->cause = cause;
}

const char *result_reason(const struct result *result)
{
    return result->reason ? result->reason : "";
}

const struct result_count *result_count(const struct result *result, const char *row)
{
    for (size_t i = 0; i < result->count_count; i++) {
        if (strcmp(result->counts[i].row, row) == 0)
            return &result->counts[i];
    }
    return NULL;
}

/* What result_take() took. */
static void let_go(struct result *result)
{
    free(result->counts);
    free(result->checks);
    free(result->notes.at);
    json_decref(result->json);
    result->counts = NULL;
    result->checks = NULL;
    result->count_count = result->check_count = 0;
    result->notes = (struct texts){0};
    result->json = NULL;
}

json_t *result_check_json(const struct result_check *check)
{
    json_t *object =
        json_pack("{s:s,s:b,s:s,s:i,s:s,s:s}", "row", check->row, "ok", check->ok, "file",
                  check->file, "line", check->line, "text", check->text, "seen", check->seen);

    if (check->is_end)
        json_object_set_new(object, "end", json_true());
    return object;
}

/* Takes the object's texts instead of those so far, and the reference. */
static int show(struct result *result, json_t *object)
{
    int error;

    let_go(result);
    error = result_take(result, object);
    json_decref(object);
    return error;
}

int result_fail(struct result *result, const struct result_check *check)
{
    const struct result_count *count = result_count(result, check->row);
    int pass = count ? (int)count->pass : 0, fail = count ? (int)count->fail : 0;
    json_t *object =
        result->json ? json_deep_copy(result->json) : json_pack("{s:{},s:[]}", "rows", "checks");

    json_object_set_new(json_object_get(object, "rows"), check->row,
                        json_pack("{s:i,s:i}", "pass", pass, "fail", fail + 1));
    json_array_append_new(json_object_get(object, "checks"), result_check_json(check));
    return show(result, object);
}

int result_unfail(struct result *result, const char *row)
{
    const struct result_count *count = result_count(result, row);
    int pass = count ? (int)count->pass : 0, fail = count ? (int)count->fail : 0;
    size_t i = result->check_count;
    json_t *object;

    while (i && (result->checks[i - 1].ok || strcmp(result->checks[i - 1].row, row) != 0))
        i--;
    if (!i || !fail)
        return 0;
    object = json_deep_copy(result->json);
    json_array_remove(json_object_get(object, "checks"), i - 1);
    if (pass || fail > 1)
        json_object_set_new(json_object_get(object, "rows"), row,
                            json_pack("{s:i,s:i}", "pass", pass, "fail", fail - 1));
    else
        json_object_del(json_object_get(object, "rows"), row);
    return show(result, object);
}

void result_done(struct result *result)
{
    free(result->reason);
    let_go(result);
    *result = (struct result){0};
}

const struct result_row *results_row(const struct results *results, const char *id)
{
    for (size_t i = 0; i < results->row_count; i++) {
        if (strcmp(results->rows[i].id, id) == 0)
            return &results->rows[i];
    }
    return NULL;
}

const struct standing_name standing_names[STANDINGS] = {
    [STANDING_CONFORMANT] = {"CONFORMANT", "Conformant"},
    [STANDING_SUBSET] = {"SUBSET", "Subset"},
    [STANDING_INCOMPLETE] = {"INCOMPLETE", "Incomplete"},
    [STANDING_NOT_CONFORMANT] = {"NOT_CONFORMANT", "Not conformant"},
    [STANDING_NOTHING] = {"NOTHING_JUDGED", "Nothing judged"},
    [STANDING_INTERRUPTED] = {"INTERRUPTED", "Interrupted"},
    [STANDING_NONE] = {"NO_VERDICT", "No verdict"},
};

unsigned results_left(const struct results *results)
{
    unsigned must = 0;

    for (size_t i = 0; i < results->left_count; i++)
        must += results->left[i].beyond ? 0 : results->left[i].must;
    return must;
}

/* Of every other exit code: STANDING_NONE. */
static const struct {
    int exit;
    enum standing standing;
} by_exit[] = {
    {1, STANDING_NOT_CONFORMANT},
    {5, STANDING_INCOMPLETE},
    {130, STANDING_INTERRUPTED},
};

enum standing results_standing(const struct results *results)
{
    for (size_t i = 0; i < sizeof(by_exit) / sizeof(by_exit[0]); i++) {
        if (by_exit[i].exit == results->exit)
            return by_exit[i].standing;
    }
    if (results->exit)
        return STANDING_NONE;
    if (!results_count(results, NULL, VERDICT_PASS))
        return STANDING_NOTHING;
    return results_left(results) ? STANDING_SUBSET : STANDING_CONFORMANT;
}

size_t results_count(const struct results *results, const char *flow, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < results->case_count; i++)
        count += results->cases[i].verdict == verdict &&
                 (!flow || strcmp(results->cases[i].flow, flow) == 0);
    return count;
}

void results_done(struct results *results)
{
    for (size_t i = 0; i < results->case_count; i++)
        result_done(&results->cases[i]);
    for (size_t i = 0; i < results->ics_count; i++)
        free(results->ics[i].items.at);
    for (size_t i = 0; i < results->shown_count; i++)
        free(results->shown[i].items.at);
    free(results->devices);
    free(results->scopes);
    free(results->left);
    free(results->absent);
    free(results->patterns.at);
    free(results->subjects.at);
    free(results->defects.at);
    free(results->options.at);
    free(results->ics);
    free(results->claims);
    free(results->shown);
    free(results->cases);
    free(results->rows);
    json_decref(results->json);
    json_decref(results->timing);
    *results = (struct results){0};
}
