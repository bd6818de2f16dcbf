/* report.txt: for a terminal and for logs. */
#include <string.h>

#include "conformance/report/markup.h"
#include "conformance/report/report.h"
#include "conformance/report/report_results.h"

static void member(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%-10s ", name);
    rep_plain(out, value);
    fputc('\n', out);
}

static void list(FILE *out, const char *name, const json_t *values)
{
    const json_t *value;
    size_t i;

    fprintf(out, "%-10s ", name);
    json_array_foreach(values, i, value)
    {
        fputs(i ? ", " : "", out);
        rep_plain(out, json_string_value(value) ? json_string_value(value) : "");
    }
    fputc('\n', out);
}

static void claim(const json_t *results, FILE *out)
{
    member(out, "suite", rep_text(results, "suite"));
    list(out, "subjects", json_object_get(results, "subjects"));
    member(out, "device", rep_text(results, "device"));
    member(out, "provider",
           *rep_text(results, "provider") ? rep_text(results, "provider") : "none");
    fprintf(out, "%-10s %lld\n", "seed", (long long)rep_number(results, "seed"));
    if (rep_has_defects(results)) {
        list(out, "defects", json_object_get(results, "deviations"));
        fputs("Defects were switched on: nothing can be claimed from this run.\n", out);
    }
}

static void matrix(const json_t *results, FILE *out)
{
    fprintf(out, "\n%-16s", "flow");
    for (size_t i = 0; i < REP_VERDICTS; i++)
        fprintf(out, "%13s", rep_verdicts[i].text);
    fputc('\n', out);
    for (size_t flow = 0; rep_flows[flow]; flow++) {
        size_t counts[REP_VERDICTS], all = 0;

        for (size_t i = 0; i < REP_VERDICTS; i++)
            all += counts[i] = rep_count_cases(results, rep_flows[flow], rep_verdicts[i].name);
        if (!all)
            continue;
        fprintf(out, "%-16s", rep_flows[flow]);
        for (size_t i = 0; i < REP_VERDICTS; i++)
            fprintf(out, "%13zu", counts[i]);
        fputc('\n', out);
    }
}

static void rows(const json_t *results, FILE *out)
{
    static const char *const names[REP_CLASSES] = {
        [REP_HEADLINE] = "requirements judged",
        [REP_INFERRED] = "our own reading, apart",
        [REP_OTHER_SUBJECT] = "not subjects of this run",
    };
    enum rep_class class;

    fputc('\n', out);
    for (class = REP_HEADLINE; class < REP_CLASSES; class ++)
        fprintf(out, "%-26s %zu held, %zu failed, %zu warned\n", names[class],
                rep_count_rows(results, class, REP_ROW_HELD),
                rep_count_rows(results, class, REP_ROW_FAILED),
                rep_count_rows(results, class, REP_ROW_WARNED));
}

static void bad_checks(const json_t *one, FILE *out)
{
    const json_t *check;
    size_t i;

    json_array_foreach(json_object_get(one, "checks"), i, check)
    {
        if (json_is_true(json_object_get(check, "ok")))
            continue;
        fputs("    ", out);
        rep_plain(out, rep_text(check, "row"));
        fputs(": ", out);
        rep_plain(out, rep_text(check, "text"));
        fputs("; saw ", out);
        rep_plain(out, rep_text(check, "seen"));
        fputs(" (", out);
        rep_plain(out, rep_text(check, "file"));
        fprintf(out, ":%lld)\n", (long long)rep_number(check, "line"));
    }
}

static void cases(const json_t *results, FILE *out)
{
    const json_t *one;
    size_t i;

    for (size_t verdict = 0; verdict < REP_VERDICTS; verdict++) {
        fputs(rep_count_cases(results, NULL, rep_verdicts[verdict].name) ? "\n" : "", out);
        json_array_foreach(json_object_get(results, "cases"), i, one)
        {
            if (strcmp(rep_text(one, "verdict"), rep_verdicts[verdict].name) != 0)
                continue;
            fprintf(out, "%-14s ", rep_verdicts[verdict].name);
            rep_plain(out, rep_text(one, "id"));
            fputs("  ", out);
            rep_plain(out, rep_text(one, "title"));
            fputc('\n', out);
            if (*rep_text(one, "reason")) {
                fputs("    ", out);
                rep_plain(out, rep_text(one, "reason"));
                fputc('\n', out);
            }
            bad_checks(one, out);
        }
    }
}

void rep_write_text(const struct rep *rep, FILE *out)
{
    claim(rep->results, out);
    matrix(rep->results, out);
    rows(rep->results, out);
    cases(rep->results, out);
    fputc('\n', out);
    report_summary(rep->results, rep->folder, out);
}
