/* junit.xml: one test suite a flow, one test case a case. */
#include <string.h>

#include "conformance/report/markup.h"
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

static void bad_checks(const struct result *one, FILE *out)
{
    char line[32];

    for (size_t i = 0; i < one->check_count; i++) {
        const struct result_check *check = &one->checks[i];

        if (check->ok)
            continue;
        snprintf(line, sizeof(line), "%d", check->line);
        rep_fill(out, "@: @\n  saw @\n  @:@\n", check->row, check->text, check->seen, check->file,
                 line);
    }
}

static void notes(const struct texts *all, FILE *out)
{
    if (!all->count)
        return;
    fputs("      <system-out>", out);
    for (size_t i = 0; i < all->count; i++)
        rep_fill(out, "@\n", all->at[i]);
    fputs("</system-out>\n", out);
}

static void outcome(const struct result *one, FILE *out)
{
    const char *verdict = verdict_names[one->verdict].name;

    switch (one->verdict) {
    case VERDICT_PASS:
        return;
    case VERDICT_FAIL:
        rep_fill(out, "      <failure type=\"@\" message=\"@\">", verdict, message_of(one));
        bad_checks(one, out);
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

static void test_case(const struct result *one, FILE *out)
{
    char time[32];

    snprintf(time, sizeof(time), "%.3f", seconds_of(one->seconds));
    rep_fill(out,
             "    <testcase classname=\"papcheck.@\" name=\"@\" time=\"@\">\n"
             "      <properties><property name=\"title\" value=\"@\"/></properties>\n",
             one->flow, one->id, time, one->title);
    outcome(one, out);
    notes(&one->notes, out);
    fputs("    </testcase>\n", out);
}

/* The four counts of <testsuite> and <testsuites>, and the time. */
static void counts(const struct results *results, const char *flow, double seconds, FILE *out)
{
    size_t all = 0, fail = results_count(results, flow, VERDICT_FAIL);
    size_t error = results_count(results, flow, VERDICT_ERROR);
    size_t pass = results_count(results, flow, VERDICT_PASS);

    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        all += results_count(results, flow, verdict);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
            all, fail, error, all - fail - error - pass, seconds_of(seconds));
}

static void suite(const struct results *results, const char *flow, FILE *out)
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
    for (size_t i = 0; i < results->case_count; i++) {
        if (strcmp(results->cases[i].flow, flow) == 0)
            test_case(&results->cases[i], out);
    }
    fputs("  </testsuite>\n", out);
}

void rep_write_junit(const struct results *results, const char *folder, FILE *out)
{
    (void)folder;
    rep_fill(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"@\"",
             results->suite);
    counts(results, NULL, results->seconds, out);
    for (const char *const *flow = flow_names; *flow; flow++)
        suite(results, *flow, out);
    suite(results, "", out); /* cases whose first row is in no catalogue */
    fputs("</testsuites>\n", out);
}
