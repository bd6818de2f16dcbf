/* report.txt: for a terminal and for logs. */
#include <string.h>

#include "conformance/report/markup.h"
#include "conformance/report/report.h"
#include "conformance/report/standing.h"
#include "spcore/base.h"

static void member(FILE *out, const char *name, const char *value)
{
    const size_t length = strlen(name);

    rep_plain(out, name);
    fprintf(out, "%*s", length < 10 ? (int)(11 - length) : 1, "");
    rep_plain(out, value);
    fputc('\n', out);
}

static void list(FILE *out, const char *name, const struct texts *texts)
{
    fprintf(out, "%-10s ", name);
    for (size_t i = 0; i < texts->count; i++) {
        fputs(i ? ", " : "", out);
        rep_plain(out, texts->at[i]);
    }
    fputc('\n', out);
}

static void known(FILE *out, const char *name, const char *value)
{
    if (value && *value)
        member(out, name, value);
}

static void device(FILE *out, const struct result_device *one)
{
    const char *const texts[] = {one->manufacturer, " ",           one->product,  ", serial ",
                                 one->serial,       ", firmware ", one->firmware, ", USB ",
                                 one->usb,          ", release ",  one->release};

    fprintf(out, "%-10s ", *one->player ? "player" : "");
    if (*one->player) {
        rep_plain(out, one->player);
        fputs(": ", out);
    }
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        rep_plain(out, texts[i]);
    fputc('\n', out);
}

static void claim(const struct results *results, FILE *out)
{
    member(out, "suite", results->suite);
    known(out, "sources", results->git);
    known(out, "command", results->command);
    known(out, "host", results->host);
    known(out, "date", results->began);
    list(out, "subjects", &results->subjects);
    member(out, "device", results->device);
    known(out, "sha256", results->player_sha256);
    for (size_t i = 0; i < results->device_count; i++)
        device(out, &results->devices[i]);
    member(out, "provider", *results->provider ? results->provider : "none");
    known(out, "sha256", results->provider_sha256);
    known(out, "class", results->provider_class);
    known(out, "named by", results->provider_class_by);
    for (size_t i = 0; i < results->file_count; i++) {
        known(out, results->files[i].what, results->files[i].name);
        known(out, "sha256", results->files[i].sha256);
    }
    fprintf(out, "%-10s ", "ics");
    rep_plain(out, rep_ics_file(results) ? rep_ics_file(results) : "observed");
    if (rep_ics_file(results)) {
        fputs(", sha256 ", out);
        rep_plain(out, results->ics_sha256);
    }
    fputc('\n', out);
    fprintf(out, "%-10s %llu\n", "seed", (unsigned long long)results->seed);
    if (results->patterns.count)
        list(out, "selection", &results->patterns);
    else
        member(out, "selection", "everything");
    if (results->shard && *results->shard)
        member(out, "shard", results->shard);
    if (results->command && *results->command)
        member(out, "command", results->command);
    if (results->defects.count) {
        list(out, "defects", &results->defects);
        fputs("Defects were switched on: nothing can be claimed from this run.\n", out);
    }
}

static void matrix(const struct results *results, FILE *out)
{
    fprintf(out, "\n%-16s", "flow");
    for (size_t i = 0; i < VERDICTS; i++)
        fprintf(out, "%13s", verdict_names[verdict_urgency[i]].text);
    fputc('\n', out);
    for (const char *const *flow = flow_names; *flow; flow++) {
        size_t counts[VERDICTS], all = 0;

        for (size_t i = 0; i < VERDICTS; i++)
            all += counts[i] = results_count(results, *flow, verdict_urgency[i]);
        if (!all)
            continue;
        fprintf(out, "%-16s", *flow);
        for (size_t i = 0; i < VERDICTS; i++)
            fprintf(out, "%13zu", counts[i]);
        fputc('\n', out);
    }
}

static void rows(const struct results *results, FILE *out)
{
    static const char *const names[REP_CLASSES] = {
        [REP_HEADLINE] = "requirements judged",
        [REP_INFERRED] = "our own reading, apart",
        [REP_OTHER_SUBJECT] = "not subjects of this run",
    };

    fputc('\n', out);
    for (enum rep_class class = REP_HEADLINE; class < REP_CLASSES; class ++)
        fprintf(out, "%-26s %zu held, %zu failed, %zu warned\n", names[class],
                rep_count_rows(results, class, REP_ROW_HELD),
                rep_count_rows(results, class, REP_ROW_FAILED),
                rep_count_rows(results, class, REP_ROW_WARNED));
}

/* What is asked, by the clause or else by the row that the id is of. */
static void asked(const struct results *results, const char *id, FILE *out)
{
    const struct result_clause *clause = results_clause(results, id);
    const struct result_row *row = results_row(results, id);
    char weight[REP_WEIGHT_MAX];

    rep_weight(results, id, weight);
    fprintf(out, "    %s%s: ", id, weight);
    rep_plain(out, clause ? clause->text : row->requirement);
    fputc('\n', out);
}

void rep_bad_checks(const struct results *results, const struct result *one, FILE *out)
{
    const char *before = "";

    for (size_t i = 0; i < one->check_count; i++) {
        const struct result_check *check = &one->checks[i];

        if (check->ok)
            continue;
        if (results_row(results, check->row)) {
            if (strcmp(check->row, before) != 0)
                asked(results, check->row, out);
            fputs("      ", out);
        } else {
            fprintf(out, "    %s: ", check->row);
        }
        before = check->row;
        rep_plain(out, check->text);
        fputs(rep_saw(check), out);
        rep_plain(out, check->seen);
        fputs(" (", out);
        rep_plain(out, check->file);
        fprintf(out, ":%d)\n", check->line);
    }
}

static void one_case(const struct results *results, const struct result *one, FILE *out)
{
    fprintf(out, "%-14s ", verdict_names[one->verdict].name);
    rep_plain(out, one->id);
    fputs("  ", out);
    rep_plain(out, one->title);
    fputc('\n', out);
    if (*result_reason(one)) {
        fputs("    ", out);
        rep_plain(out, result_reason(one));
        fputc('\n', out);
    }
    rep_bad_checks(results, one, out);
}

static void cases(const struct results *results, FILE *out)
{
    for (size_t verdict = 0; verdict < VERDICTS; verdict++) {
        fputs(results_count(results, NULL, verdict_urgency[verdict]) ? "\n" : "", out);
        for (size_t i = 0; i < results->case_count; i++) {
            if (results->cases[i].verdict == verdict_urgency[verdict])
                one_case(results, &results->cases[i], out);
        }
    }
}

void rep_write_text(const struct results *results, const char *folder, FILE *out)
{
    claim(results, out);
    matrix(results, out);
    rows(results, out);
    cases(results, out);
    fputc('\n', out);
    report_summary(results, folder, out);
}
