/* A process that is gone took its verdict with it. Its trace has each check that failed as it was
 * made, so what was seen before the end still counts. */
#include "conformance/run/salvage.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take(json_t *object, json_t *check)
{
    const char *row = json_string_value(json_object_get(check, "row"));
    const char *key = json_is_true(json_object_get(check, "ok")) ? "pass" : "fail";
    json_t *rows = json_object_get(object, "rows"), *entry;

    if (!row)
        return;
    entry = json_object_get(rows, row);
    if (!entry) {
        entry = json_pack("{s:i,s:i}", "pass", 0, "fail", 0);
        json_object_set_new(rows, row, entry);
    }
    json_object_set_new(entry, key,
                        json_integer(json_integer_value(json_object_get(entry, key)) + 1));
    json_object_del(check, "n");
    json_object_del(check, "what");
    json_array_append(json_object_get(object, "checks"), check);
}

json_t *salvage_checks(const char *evidence)
{
    json_t *object = json_pack("{s:{},s:[]}", "rows", "checks");
    char path[PATH_MAX + 16], *line = NULL;
    size_t room = 0;
    FILE *trace;

    snprintf(path, sizeof(path), "%s/trace.jsonl", evidence);
    trace = fopen(path, "re");
    while (object && trace && getline(&line, &room, trace) > 0) {
        /* Most of a trace is of the wire; the last line may be half a one. */
        json_t *event = strstr(line, "\"what\":\"check\"") ? json_loads(line, 0, NULL) : NULL;
        const char *what = json_string_value(json_object_get(event, "what"));

        if (what && strcmp(what, "check") == 0)
            take(object, event);
        json_decref(event);
    }
    free(line);
    if (trace)
        fclose(trace);
    return object;
}
