/* junit.xml: one test suite a flow, one test case a case. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/report/markup.h"
#include "conformance/report/report_results.h"

/* An attribute's line: what failed first, or why there is no verdict. */
static const char *message_of(const json_t *one)
{
    const json_t *check;
    size_t i;

    if (*rep_text(one, "reason"))
        return rep_text(one, "reason");
    json_array_foreach(json_object_get(one, "checks"), i, check)
    {
        if (!json_is_true(json_object_get(check, "ok")))
            return rep_text(check, "text");
    }
    return rep_text(one, "verdict");
}

static void bad_checks(const json_t *one, FILE *out)
{
    const json_t *check;
    char line[32];
    size_t i;

    json_array_foreach(json_object_get(one, "checks"), i, check)
    {
        if (json_is_true(json_object_get(check, "ok")))
            continue;
        snprintf(line, sizeof(line), "%lld", (long long)rep_number(check, "line"));
        rep_fill(out, "@: @\n  saw @\n  @:@\n", rep_text(check, "row"), rep_text(check, "text"),
                 rep_text(check, "seen"), rep_text(check, "file"), line);
    }
}

static void notes(const json_t *one, FILE *out)
{
    const json_t *values = json_object_get(one, "notes");
    const json_t *value;
    size_t i;

    if (!json_array_size(values))
        return;
    fputs("      <system-out>", out);
    json_array_foreach(values, i, value)
        rep_fill(out, "@\n", json_string_value(value) ? json_string_value(value) : "");
    fputs("</system-out>\n", out);
}

static void outcome(const json_t *one, FILE *out)
{
    const char *verdict = rep_text(one, "verdict");

    if (strcmp(verdict, "PASS") == 0)
        return;
    if (strcmp(verdict, "FAIL") == 0) {
        rep_fill(out, "      <failure type=\"@\" message=\"@\">", verdict, message_of(one));
        bad_checks(one, out);
        fputs("</failure>\n", out);
    } else if (strcmp(verdict, "ERROR") == 0) {
        rep_fill(out, "      <error type=\"@\" message=\"@\"/>\n", verdict, message_of(one));
    } else {
        rep_fill(out, "      <skipped message=\"@: @\"/>\n", verdict, message_of(one));
    }
}

static void test_case(const struct rep *rep, const json_t *one, FILE *out)
{
    double seconds = rep_seconds(rep, rep_text(one, "id"));
    char time[32];

    snprintf(time, sizeof(time), "%.3f", seconds > 0 ? seconds : 0.0);
    rep_fill(out,
             "    <testcase classname=\"papcheck.@\" name=\"@\" time=\"@\">\n"
             "      <properties><property name=\"title\" value=\"@\"/></properties>\n",
             rep_text(one, "flow"), rep_text(one, "id"), time, rep_text(one, "title"));
    outcome(one, out);
    notes(one, out);
    fputs("    </testcase>\n", out);
}

/* The four counts of <testsuite> and <testsuites>. */
static void counts(const json_t *results, const char *flow, FILE *out)
{
    size_t of[REP_VERDICTS], all = 0, fail = 0, error = 0, pass = 0;

    for (size_t i = 0; i < REP_VERDICTS; i++) {
        all += of[i] = rep_count_cases(results, flow, rep_verdicts[i].name);
        fail += strcmp(rep_verdicts[i].name, "FAIL") != 0 ? 0 : of[i];
        error += strcmp(rep_verdicts[i].name, "ERROR") != 0 ? 0 : of[i];
        pass += strcmp(rep_verdicts[i].name, "PASS") != 0 ? 0 : of[i];
    }
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", all, fail, error,
            all - fail - error - pass);
}

static void suite(const struct rep *rep, const char *flow, FILE *out)
{
    const json_t *one;
    double total = 0;
    size_t count = 0, i;

    json_array_foreach(json_object_get(rep->results, "cases"), i, one)
    {
        double seconds = rep_seconds(rep, rep_text(one, "id"));

        if (strcmp(rep_text(one, "flow"), flow) != 0)
            continue;
        count++;
        total += seconds > 0 ? seconds : 0;
    }
    if (!count)
        return;
    rep_fill(out, "  <testsuite name=\"@\"", *flow ? flow : "other");
    counts(rep->results, flow, out);
    fprintf(out, " time=\"%.3f\">\n", total);
    json_array_foreach(json_object_get(rep->results, "cases"), i, one)
    {
        if (strcmp(rep_text(one, "flow"), flow) == 0)
            test_case(rep, one, out);
    }
    fputs("  </testsuite>\n", out);
}

void rep_write_junit(const struct rep *rep, FILE *out)
{
    double seconds = rep_seconds(rep, NULL);

    rep_fill(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"@\"",
             rep_text(rep->results, "suite"));
    counts(rep->results, NULL, out);
    fprintf(out, " time=\"%.3f\">\n", seconds > 0 ? seconds : 0.0);
    for (size_t i = 0; rep_flows[i]; i++)
        suite(rep, rep_flows[i], out);
    suite(rep, "", out); /* cases whose first row is in no catalogue */
    fputs("</testsuites>\n", out);
}
