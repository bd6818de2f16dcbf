/* Results to their files: results.json has everything a report needs and nothing that differs
 * between two equal runs; timing.json has what does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/results/results.h"
#include "conformance/results/results_folder.h"
#include "spcore/base.h"

/* May quote a device, whose text may be anything. */
static json_t *reason_json(const char *reason)
{
    json_t *text = json_string(reason);
    char *plain = text ? NULL : strdup(reason);

    for (char *at = plain; at && *at; at++) {
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    }
    if (plain)
        text = json_string(plain);
    free(plain);
    return text;
}

static json_t *text_json(const char *text)
{
    return json_string(text ? text : "");
}

static json_t *texts_json(const struct texts *texts)
{
    json_t *array = json_array();

    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(array, json_string(texts->at[i]));
    return array;
}

static json_t *counts_json(const struct result *result)
{
    json_t *rows = json_object();

    for (size_t i = 0; i < result->count_count; i++) {
        const struct result_count *count = &result->counts[i];

        json_t *row = json_pack("{s:i,s:i}", "pass", (int)count->pass, "fail", (int)count->fail);

        if (count->missing)
            json_object_set_new(row, "missing", json_integer(count->missing));
        json_object_set_new(rows, count->row, row);
    }
    return rows;
}

static json_t *checks_json(const struct result *result)
{
    json_t *checks = json_array();

    for (size_t i = 0; i < result->check_count; i++)
        json_array_append_new(checks, result_check_json(&result->checks[i]));
    return checks;
}

static json_t *case_json(const struct result *result)
{
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:i,s:o,s:o,s:o}", "id", result->id,
                  "title", result->title, "verdict", verdict_names[result->verdict].name, "cause",
                  cause_names[result->cause], "reason", reason_json(result_reason(result)), "level",
                  result->level, "flow", result->flow, "player", result->player, "evidence",
                  result->evidence, "warnings", (int)result->warnings, "rows", counts_json(result),
                  "checks", checks_json(result), "notes", texts_json(&result->notes));

    if (result->left_behind)
        json_object_set_new(object, "left_behind", json_string(result->left_behind));
    if (result->barred)
        json_object_set_new(object, "barred", json_string(result->barred));
    return object;
}

static json_t *rows_json(const struct results *results)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < results->row_count; i++) {
        const struct result_row *row = &results->rows[i];

        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", row->id, "level",
                                        row->level, "flow", row->flow, "subject", row->subject,
                                        "verdict", row->held ? "pass" : "fail", "reading",
                                        row->reading, "requirement", row->requirement));
    }
    return rows;
}

static json_t *clauses_json(const struct results *results)
{
    json_t *clauses = json_array();

    for (size_t i = 0; i < results->clause_count; i++) {
        const struct result_clause *one = &results->clauses[i];

        json_array_append_new(clauses, json_pack("{s:s,s:s,s:s}", "id", one->id, "verdict",
                                                 one->held ? "pass" : "fail", "clause", one->text));
    }
    return clauses;
}

static json_t *ics_json(const struct result_ics *ics, size_t count)
{
    json_t *all = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(all, ics[i].player, texts_json(&ics[i].items));
    return all;
}

static json_t *claims_json(const struct results *results)
{
    json_t *all = json_array();

    for (size_t i = 0; i < results->claim_count; i++)
        json_array_append_new(all, json_pack("{s:s,s:i,s:b}", "item", results->claims[i].item,
                                             "line", (int)results->claims[i].line, "yes",
                                             results->claims[i].yes));
    return all;
}

static json_t *devices_json(const struct results *results)
{
    json_t *devices = json_array();

    for (size_t i = 0; i < results->device_count; i++) {
        const struct result_device *one = &results->devices[i];

        json_array_append_new(
            devices,
            json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "player", text_json(one->player), "usb",
                      text_json(one->usb), "release", text_json(one->release), "manufacturer",
                      text_json(one->manufacturer), "product", text_json(one->product), "serial",
                      text_json(one->serial), "firmware", text_json(one->firmware)));
    }
    return devices;
}

static json_t *files_json(const struct results *results)
{
    json_t *files = json_array();

    for (size_t i = 0; i < results->file_count; i++) {
        const struct result_file *one = &results->files[i];

        json_array_append_new(files,
                              json_pack("{s:o,s:o,s:o}", "what", text_json(one->what), "name",
                                        text_json(one->name), "sha256", text_json(one->sha256)));
    }
    return files;
}

static json_t *scopes_json(const struct results *results)
{
    json_t *scopes = json_array();

    for (size_t i = 0; i < results->scope_count; i++) {
        const struct result_scope *scope = &results->scopes[i];

        json_array_append_new(scopes, json_pack("{s:s,s:s,s:i,s:i}", "subject", scope->subject,
                                                "flow", scope->flow, "rows", (int)scope->rows,
                                                "suite", (int)scope->suite));
    }
    return scopes;
}

static json_t *left_json(const struct results *results)
{
    json_t *all = json_array();

    for (size_t i = 0; i < results->left_count; i++) {
        const struct result_left *left = &results->left[i];

        json_array_append_new(all, json_pack("{s:o,s:i,s:i,s:b}", "why", reason_json(left->why),
                                             "must", (int)left->must, "others", (int)left->others,
                                             "beyond", left->beyond));
    }
    return all;
}

static json_t *absent_json(const struct results *results)
{
    json_t *all = json_array();

    for (size_t i = 0; i < results->absent_count; i++)
        json_array_append_new(all, json_pack("{s:s,s:s}", "subject", results->absent[i].subject,
                                             "how", results->absent[i].how));
    return all;
}

/* None of either where nothing was run. */
static json_t *or_empty(json_t *value, json_t *empty)
{
    if (!value)
        return empty;
    json_decref(empty);
    return json_incref(value);
}

static json_t *totals_json(const struct results *results)
{
    json_t *totals = json_object();

    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        json_object_set_new(totals, verdict_names[verdict].name,
                            json_integer((json_int_t)results_count(results, NULL, verdict)));
    return totals;
}

static json_t *cases_json(const struct results *results)
{
    json_t *cases = json_array();

    for (size_t i = 0; i < results->case_count; i++)
        json_array_append_new(cases, case_json(&results->cases[i]));
    return cases;
}

static json_t *results_json(const struct results *results)
{
    const struct {
        const char *name;
        json_t *value;
    } members[] = {
        {"suite", text_json(results->suite)},
        {"git", text_json(results->git)},
        {"catalogue_sha256", text_json(results->catalogue_sha256)},
        {"seed", json_integer((json_int_t)results->seed)},
        {"strict", json_boolean(results->strict)},
        {"subset", json_boolean(results->subset)},
        {"patterns", texts_json(&results->patterns)},
        {"shard", text_json(results->shard)},
        {"options", texts_json(&results->options)},
        {"device", text_json(results->device)},
        {"player", text_json(results->player)},
        {"player_sha256", text_json(results->player_sha256)},
        {"provider", text_json(results->provider)},
        {"provider_sha256", text_json(results->provider_sha256)},
        {"provider_class", text_json(results->provider_class)},
        {"provider_class_by", text_json(results->provider_class_by)},
        {"files", files_json(results)},
        {"devices", devices_json(results)},
        {"subjects", texts_json(&results->subjects)},
        {"deviations", texts_json(&results->defects)},
        {"ics_file", text_json(results->ics_file)},
        {"ics_sha256", text_json(results->ics_sha256)},
        {"ics", ics_json(results->ics, results->ics_count)},
        {"declared", claims_json(results)},
        {"shown", ics_json(results->shown, results->shown_count)},
        {"totals", totals_json(results)},
        {"cases", cases_json(results)},
        {"rows", rows_json(results)},
        {"clauses", clauses_json(results)},
        {"catalogue", scopes_json(results)},
        {"left_out", left_json(results)},
        {"not_judged", absent_json(results)},
        {"exercised", or_empty(results->exercised, json_object())},
        {"untried", or_empty(results->untried, json_array())},
        {"verdict", text_json(standing_names[results_standing(results)].name)},
        {"exit", json_integer(results->exit)},
    };
    json_t *object = json_object();

    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        json_object_set_new(object, members[i].name, members[i].value);
    return object;
}

static json_t *timing_json(const struct results *results)
{
    json_t *cases = json_object();

    for (size_t i = 0; i < results->case_count; i++)
        json_object_set_new(cases, results->cases[i].id, json_real(results->cases[i].seconds));
    return json_pack("{s:o,s:o,s:o,s:f,s:o}", "began", text_json(results->began), "host",
                     text_json(results->host), "command", text_json(results->command), "seconds",
                     results->seconds, "cases", cases);
}

int results_write(const struct results *results, const char *folder)
{
    int error = results_folder_json(folder, "timing.json", timing_json(results));

    return error ? error : results_folder_json(folder, "results.json", results_json(results));
}
