#include "conformance/report/report_results.h"

#include <string.h>

const struct rep_verdict rep_verdicts[REP_VERDICTS] = {
    {"FAIL", "fail"},       {"ERROR", "error"}, {"INCONCLUSIVE", "inconclusive"},
    {"NOT_RUN", "not run"}, {"PASS", "pass"},   {"NOT_APPLICABLE", "n/a"},
};

const char *const rep_flows[] = {"enumeration", "authentication", "storage",        "sync",
                                 "control",     "service",        "class-provider", NULL};

const char *rep_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

json_int_t rep_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

json_int_t rep_total(const json_t *results, const char *verdict)
{
    return rep_number(json_object_get(results, "totals"), verdict);
}

double rep_seconds(const struct rep *rep, const char *id)
{
    const json_t *seconds = id ? json_object_get(json_object_get(rep->timing, "cases"), id)
                               : json_object_get(rep->timing, "seconds");

    return json_is_number(seconds) ? json_number_value(seconds) : -1;
}

enum rep_row rep_row(const json_t *results, const json_t *row)
{
    if (strcmp(rep_text(row, "verdict"), "pass") == 0)
        return REP_ROW_HELD;
    if (strcmp(rep_text(row, "level"), "SHOULD") == 0 &&
        !json_is_true(json_object_get(results, "strict")))
        return REP_ROW_WARNED;
    return REP_ROW_FAILED;
}

enum rep_class rep_class(const json_t *results, const json_t *row)
{
    const json_t *subject;
    size_t i;

    json_array_foreach(json_object_get(results, "subjects"), i, subject)
    {
        const char *name = json_string_value(subject);

        if (name && strcmp(name, rep_text(row, "subject")) == 0)
            return json_is_true(json_object_get(row, "inferred")) ? REP_INFERRED : REP_HEADLINE;
    }
    return REP_OTHER_SUBJECT;
}

size_t rep_count_rows(const json_t *results, enum rep_class class, enum rep_row outcome)
{
    const json_t *row;
    size_t count = 0, i;

    json_array_foreach(json_object_get(results, "rows"), i, row)
    {
        if (json_is_string(json_object_get(row, "verdict")) && rep_class(results, row) == class &&
            rep_row(results, row) == outcome)
            count++;
    }
    return count;
}

size_t rep_count_cases(const json_t *results, const char *flow, const char *verdict)
{
    const json_t *one;
    size_t count = 0, i;

    json_array_foreach(json_object_get(results, "cases"), i, one)
    {
        if (strcmp(rep_text(one, "verdict"), verdict) == 0 &&
            (!flow || strcmp(rep_text(one, "flow"), flow) == 0))
            count++;
    }
    return count;
}

const char *rep_standing(const json_t *results)
{
    switch (rep_number(results, "exit")) {
    case 0:
        return rep_total(results, "PASS") ? "CONFORMANT" : "NOTHING JUDGED";
    case 1:
        return "NOT CONFORMANT";
    case 130:
        return "INTERRUPTED";
    default:
        return "NO VERDICT";
    }
}

bool rep_has_defects(const json_t *results)
{
    return json_array_size(json_object_get(results, "deviations")) > 0;
}

bool rep_safe_path(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";

    return *path && *path != '/' && !path[strspn(path, plain)] && !strstr(path, "..");
}
