/* junit.xml, as Jenkins' schema (junit-10) has it and GitLab, GitHub's actions and others read it:
 * one test suite a flow, one test case a case. */
#include <stdlib.h>
#include <string.h>

#include "conformance/report/kept.h"
#include "conformance/report/markup.h"
#include "conformance/report/reach.h"
#include "conformance/report/standing.h"

/* An attribute's line: what failed first, or why there is no verdict. */
static const char *message_of(const struct result *one)
{
    if (*result_reason(one))
        return result_reason(one);
    for (size_t i = 0; i < one->check_count; i++) {
        if (!one->checks[i].ok)
            return one->checks[i].text;
    }
    return verdict_names[one->verdict].name;
}

static void bad_checks(const struct results *results, const struct result *one, FILE *out)
{
    const char *before = "";
    char line[32], weight[REP_WEIGHT_MAX];

    for (size_t i = 0; i < one->check_count; i++) {
        const struct result_check *check = &one->checks[i];
        const struct result_row *row = results_row(results, check->row);
        const struct result_clause *clause = results_clause(results, check->row);

        if (check->ok)
            continue;
        rep_weight(results, check->row, weight);
        snprintf(line, sizeof(line), "%d", check->line);
        if (row && strcmp(check->row, before) != 0)
            rep_fill(out, "@@: @\n", row->id, weight, row->requirement);
        else if (!row)
            rep_fill(out, "@\n", check->row);
        if (clause && strcmp(check->row, before) != 0)
            rep_fill(out, "@: @\n", clause->id, clause->text);
        before = check->row;
        rep_fill(out, "  @@@\n  @:@\n", check->text, rep_saw(check), check->seen, check->file,
                 line);
    }
}

/* A line of output. Some readers upload what [[ATTACHMENT|…]] names: a device's words must not be
 * read as that. */
static void say(FILE *out, const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        return;
    for (char *mark = copy; (mark = strstr(mark, "[["));)
        *mark = '(';
    rep_fill(out, "@\n", copy);
    free(copy);
}

static void output(const struct results *results, const struct result *one, const char *folder,
                   FILE *out)
{
    const char *names[REP_FILES_MOST];
    size_t count = rep_files(folder, one->evidence, names);

    fputs("      <system-out>", out);
    say(out, one->title);
    if (one->verdict != VERDICT_FAIL && one->warnings) { /* no place of their own in the schema */
        fputs("WARNING\n", out);
        bad_checks(results, one, out);
    }
    for (size_t i = 0; i < one->notes.count; i++)
        say(out, one->notes.at[i]);
    for (size_t i = 0; i < count; i++)
        rep_fill(out, "[[ATTACHMENT|@/@/@]]\n", rep_shown_path(folder), one->evidence, names[i]);
    fputs("</system-out>\n", out);
}

static void outcome(const struct results *results, const struct result *one, FILE *out)
{
    const char *verdict = verdict_names[one->verdict].name;

    switch (one->verdict) {
    case VERDICT_PASS:
        return;
    case VERDICT_FAIL:
        rep_fill(out, "      <failure type=\"@\" message=\"@\">", verdict, message_of(one));
        bad_checks(results, one, out);
        fputs("</failure>\n", out);
        return;
    case VERDICT_ERROR:
        rep_fill(out, "      <error type=\"@\" message=\"@\"/>\n", verdict, message_of(one));
        return;
    default:
        rep_fill(out, "      <skipped message=\"@: @\"/>\n", verdict, message_of(one));
    }
}

static double seconds_of(double seconds)
{
    return seconds > 0 ? seconds : 0;
}

static void test_case(const struct results *results, const struct result *one, const char *folder,
                      FILE *out)
{
    char time[32];

    snprintf(time, sizeof(time), "%.3f", seconds_of(one->seconds));
    rep_fill(out, "    <testcase classname=\"papcheck.@\" name=\"@\" time=\"@\">\n", one->flow,
             one->id, time);
    outcome(results, one, out);
    output(results, one, folder, out);
    fputs("    </testcase>\n", out);
}

/* What <testsuite> and <testsuites> both count, and the time. */
static void counts(const struct results *results, const char *flow, double seconds, FILE *out)
{
    size_t all = 0;

    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        all += results_count(results, flow, verdict);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"", all,
            results_count(results, flow, VERDICT_FAIL), results_count(results, flow, VERDICT_ERROR),
            seconds_of(seconds));
}

static size_t skipped(const struct results *results, const char *flow)
{
    return results_count(results, flow, VERDICT_INCONCLUSIVE) +
           results_count(results, flow, VERDICT_NOT_APPLICABLE) +
           results_count(results, flow, VERDICT_NOT_RUN);
}

static void property(FILE *out, const char *name, const char *value)
{
    if (value && *value)
        rep_fill(out, "      <property name=\"@\" value=\"@\"/>\n", name, value);
}

static void list(FILE *out, const char *name, const struct texts *texts, const char *none)
{
    rep_fill(out, "      <property name=\"@\" value=\"@", name, texts->count ? "" : none);
    for (size_t i = 0; i < texts->count; i++)
        rep_fill(out, i ? " @" : "@", texts->at[i]);
    fputs("\"/>\n", out);
}

static void device(FILE *out, const struct result_device *one)
{
    rep_fill(out,
             "      <property name=\"@@\" value=\"@ @ @, serial @, release @, firmware @\"/>\n",
             *one->player ? "player " : "device is", one->player, one->usb, one->manufacturer,
             one->product, one->serial, one->release, one->firmware);
}

static void untried(const struct results *results, FILE *out)
{
    struct result_untried one;

    for (size_t i = 0; results_untried(results, i, &one); i++)
        rep_fill(out, "      <property name=\"untried@\" value=\"@ @: @\"/>\n",
                 one.is_mandatory ? ", mandatory" : "", one.what, one.name, one.how);
}

static void files(const struct results *results, FILE *out)
{
    for (size_t i = 0; i < results->file_count; i++)
        rep_fill(out,
                 "      <property name=\"@\" value=\"@\"/>\n"
                 "      <property name=\"@ sha256\" value=\"@\"/>\n",
                 results->files[i].what, results->files[i].name, results->files[i].what,
                 results->files[i].sha256);
}

static void properties(const struct results *results, FILE *out)
{
    char seed[32], text[REACH_MAX];

    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)results->seed);
    fputs("    <properties>\n", out);
    property(out, "suite", results->suite);
    property(out, "git", results->git);
    property(out, "options", results->command);
    list(out, "selection", &results->patterns, "everything");
    property(out, "shard", results->shard);
    property(out, "verdict", rep_standing(results));
    reach_rows(results, text);
    property(out, "judged", text);
    for (size_t i = 0; i < results->left_count; i++) {
        reach_left(&results->left[i], text);
        property(out, "not judged", text);
    }
    untried(results, out);
    property(out, "seed", seed);
    property(out, "strict", results->strict ? "yes" : "no");
    list(out, "subjects", &results->subjects, "none");
    list(out, "defects", &results->defects, "none");
    property(out, "device", results->device);
    property(out, "player sha256", results->player_sha256);
    for (size_t i = 0; i < results->device_count; i++)
        device(out, &results->devices[i]);
    property(out, "provider", results->provider);
    property(out, "provider sha256", results->provider_sha256);
    property(out, "provider class", results->provider_class);
    files(results, out);
    property(out, "ics", rep_ics_file(results) ? rep_ics_file(results) : "observed");
    property(out, "ics sha256", results->ics_sha256);
    fputs("    </properties>\n", out);
}

/* Readers know no zone: it is UTC. */
static void when_and_where(const struct results *results, FILE *out)
{
    if (results->began && *results->began)
        fprintf(out, " timestamp=\"%.*s\"", (int)strcspn(results->began, "Z<&\""), results->began);
    if (results->host && *results->host)
        rep_fill(out, " hostname=\"@\"", results->host);
}

static void suite(const struct results *results, const char *flow, const char *folder, FILE *out)
{
    double total = 0;
    size_t count = 0;

    for (size_t i = 0; i < results->case_count; i++) {
        if (strcmp(results->cases[i].flow, flow) == 0) {
            count++;
            total += seconds_of(results->cases[i].seconds);
        }
    }
    if (!count)
        return;
    rep_fill(out, "  <testsuite name=\"@\"", *flow ? flow : "other");
    counts(results, flow, total, out);
    fprintf(out, " skipped=\"%zu\"", skipped(results, flow));
    when_and_where(results, out);
    fputs(">\n", out);
    properties(results, out);
    for (size_t i = 0; i < results->case_count; i++) {
        if (strcmp(results->cases[i].flow, flow) == 0)
            test_case(results, &results->cases[i], folder, out);
    }
    fputs("  </testsuite>\n", out);
}

void rep_write_junit(const struct results *results, const char *folder, FILE *out)
{
    rep_fill(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"@\"",
             results->suite);
    counts(results, NULL, results->seconds, out);
    fputs(">\n", out);
    for (const char *const *flow = flow_names; *flow; flow++)
        suite(results, *flow, folder, out);
    suite(results, "", folder, out); /* cases whose first row is in no catalogue */
    fputs("</testsuites>\n", out);
}
