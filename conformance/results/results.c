/* The words of verdicts, causes and flows, and what is asked of results again and again. */
#include "conformance/results/results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/results/clause.h"

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
    [CAUSE_INTERRUPT] = "interrupt", [CAUSE_FEWER] = "fewer",   [CAUSE_UNTRIED] = "untried",
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

struct result_count result_count(const struct result *result, const char *row)
{
    struct result_count all = {.row = row};

    for (size_t i = 0; i < result->count_count; i++) {
        const struct result_count *one = &result->counts[i];

        if (strcmp(one->row, row) == 0 || clause_is_of(one->row, row)) {
            all.pass += one->pass;
            all.fail += one->fail;
        }
    }
    return all;
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

    if (check->expression)
        json_object_set_new(object, "expression", json_string(check->expression));
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

/* So many more failed checks of it; what has none of either kind does not stand there. */
static void add_failed(json_t *rows, const char *row, int more)
{
    json_t *count = json_object_get(rows, row);
    json_int_t pass = json_integer_value(json_object_get(count, "pass"));
    json_int_t fail = json_integer_value(json_object_get(count, "fail")) + more;

    if (count && (pass || fail > 0))
        json_object_set_new(count, "fail", json_integer(fail));
    else if (pass || fail > 0)
        json_object_set_new(rows, row, json_pack("{s:I,s:I}", "pass", pass, "fail", fail));
    else
        json_object_del(rows, row);
}

int result_fail(struct result *result, const struct result_check *check)
{
    json_t *object =
        result->json ? json_deep_copy(result->json) : json_pack("{s:{},s:[]}", "rows", "checks");

    add_failed(json_object_get(object, "rows"), check->row, 1);
    json_array_append_new(json_object_get(object, "checks"), result_check_json(check));
    return show(result, object);
}

int result_clear(struct result *result)
{
    return show(result, json_pack("{s:{},s:[],s:[]}", "rows", "checks", "notes"));
}

int result_unfail(struct result *result, const char *row)
{
    size_t i = result->check_count;
    json_t *object;

    while (i && (result->checks[i - 1].ok || strcmp(result->checks[i - 1].row, row) != 0))
        i--;
    if (!i)
        return 0;
    object = json_deep_copy(result->json);
    json_array_remove(json_object_get(object, "checks"), i - 1);
    add_failed(json_object_get(object, "rows"), row, -1);
    return show(result, object);
}

void result_done(struct result *result)
{
    free(result->reason);
    let_go(result);
    *result = (struct result){0};
}

const struct result_file *results_file(const struct results *results, const char *what)
{
    for (size_t i = 0; i < results->file_count; i++) {
        if (strcmp(results->files[i].what, what) == 0)
            return &results->files[i];
    }
    return NULL;
}

const struct result_row *results_row(const struct results *results, const char *id)
{
    for (size_t i = 0; i < results->row_count; i++) {
        if (clause_is_of(id, results->rows[i].id))
            return &results->rows[i];
    }
    return NULL;
}

const struct result_clause *results_clause(const struct results *results, const char *id)
{
    for (size_t i = 0; i < results->clause_count; i++) {
        if (strcmp(results->clauses[i].id, id) == 0)
            return &results->clauses[i];
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

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

bool results_untried(const struct results *results, size_t i, struct result_untried *ret)
{
    const json_t *one = json_array_get(results->untried, i);

    if (!one)
        return false;
    *ret = (struct result_untried){text_of(one, "what"), text_of(one, "name"), text_of(one, "how"),
                                   json_is_true(json_object_get(one, "mandatory"))};
    return true;
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
    free(results->files);
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
    free(results->clauses);
    json_decref(results->exercised);
    json_decref(results->untried);
    json_decref(results->json);
    json_decref(results->timing);
    *results = (struct results){0};
}
