/* results.json: everything a report needs and nothing that differs between two equal runs;
 * timing.json has what does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/run/run.h"

#define SUITE "papcheck 0.1.0"

static const char *const level_names[] = {"MUST", "SHOULD", "MAY"};

/* May quote a device, whose text may be anything. */
static json_t *reason_json(const char *reason)
{
    json_t *text = json_string(reason);
    char plain[sizeof(((struct run_result *)0)->reason)];
    size_t i;

    if (text)
        return text;
    for (i = 0; i < sizeof(plain) - 1 && reason[i]; i++)
        plain[i] = (unsigned char)reason[i] < 0x80 ? reason[i] : '?';
    plain[i] = '\0';
    return json_string(plain);
}

static json_t *case_json(const struct run *run, const struct run_result *result)
{
    const struct conf_case *one = result->conf_case;
    const struct catalogue_row *row = catalogue_find(run->catalogue, one->reqs[0]);
    char name[128], evidence[192];
    json_t *object;

    run_case_name(one, name, sizeof(name));
    snprintf(evidence, sizeof(evidence), "cases/%s", one->id);
    object = json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:i}", "id", name, "title", one->title,
                       "verdict", run_verdict_names[result->verdict], "reason",
                       reason_json(result->reason), "level", level_names[one->level], "flow",
                       row ? row->flow : "", "player", run_player_of(one), "evidence", evidence,
                       "warnings", (int)result->warnings);
    json_object_set_new(object, "rows", result->rows ? json_incref(result->rows) : json_object());
    json_object_set_new(object, "checks",
                        result->checks ? json_incref(result->checks) : json_array());
    json_object_set_new(object, "notes", result->notes ? json_incref(result->notes) : json_array());
    return object;
}

static json_t *rows_json(const struct run *run)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < run->catalogue->count; i++) {
        const struct catalogue_row *row = &run->catalogue->rows[i];
        const char *verdict = run_row_verdict(run, row->id);

        if (verdict)
            json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "id", row->id,
                                                  "level", row->level, "flow", row->flow, "subject",
                                                  row->subject, "verdict", verdict, "inferred",
                                                  row->inferred, "requirement", row->requirement));
    }
    return rows;
}

static json_t *subjects_json(const struct run *run)
{
    json_t *subjects = json_array();

    json_array_append_new(subjects, json_string("device"));
    if (!run->options.device || strncmp(run->options.device, "usbip:", 6) == 0)
        json_array_append_new(subjects, json_string("server"));
    if (run->options.provider)
        json_array_append_new(subjects, json_string("provider"));
    if (!run->options.device && (!run->options.provider || run->options.own_provider))
        json_array_append_new(subjects, json_string("host"));
    return subjects;
}

static json_t *totals_json(const struct run *run)
{
    size_t totals[RUN_VERDICTS] = {0};
    json_t *object = json_object();

    for (size_t i = 0; i < run->count; i++)
        totals[run->results[i].verdict]++;
    for (size_t i = 0; i < RUN_VERDICTS; i++)
        json_object_set_new(object, run_verdict_names[i], json_integer((json_int_t)totals[i]));
    return object;
}

static json_t *results_json(const struct run *run)
{
    const struct run_options *options = &run->options;
    json_t *defects = json_array(), *cases = json_array();

    for (size_t i = 0; options->defects && options->defects[i]; i++)
        json_array_append_new(defects, json_string(options->defects[i]));
    if (options->provider_defect)
        json_array_append_new(defects, json_string(options->provider_defect));
    if (options->host_defect)
        json_array_append_new(defects, json_string(options->host_defect));
    for (size_t i = 0; i < run->count; i++)
        json_array_append_new(cases, case_json(run, &run->results[i]));
    return json_pack("{s:s,s:I,s:b,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:i}", "suite", SUITE, "seed",
                     (json_int_t)options->seed, "strict", options->strict, "device",
                     options->device ? options->device : "own simulator", "provider",
                     !options->provider      ? ""
                     : options->own_provider ? "libspcore.so"
                                             : options->provider,
                     "subjects", subjects_json(run), "deviations", defects, "ics",
                     run_ics_json(run), "totals", totals_json(run), "cases", cases, "rows",
                     rows_json(run), "exit", run->interrupted ? 130 : run_exit_code(run));
}

static json_t *timing_json(const struct run *run)
{
    json_t *cases = json_object();
    char name[128];
    double total = 0;

    for (size_t i = 0; i < run->count; i++) {
        run_case_name(run->results[i].conf_case, name, sizeof(name));
        json_object_set_new(cases, name, json_real(run->results[i].seconds));
        total += run->results[i].seconds;
    }
    return json_pack("{s:f,s:o}", "seconds", total, "cases", cases);
}

static int dump(const char *folder, const char *name, json_t *object)
{
    char path[4200], final[4200];
    int error;

    snprintf(path, sizeof(path), "%s/%s.tmp", folder, name);
    snprintf(final, sizeof(final), "%s/%s", folder, name);
    error = object && !json_dump_file(object, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER) &&
                    !rename(path, final)
                ? 0
                : -EIO;
    json_decref(object);
    return error;
}

int run_write(const struct run *run, const char *folder)
{
    int error = dump(folder, "timing.json", timing_json(run));

    return error ? error : dump(folder, "results.json", results_json(run));
}
