/* Reports are made of results alone; what stands in them is shown and never obeyed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/report/kept.h"
#include "conformance/report/markup.h"
#include "conformance/report/report.h"
#include "conformance/report/standing.h"
#include "spcore/base.h"

static char folder[] = "/tmp/papcheck-report-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"report.txt", "junit.xml", "report.html"};
    char path[128];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    cr_expect_eq(rmdir(folder), 0, "something else was written: %s", strerror(errno));
}

/* What `print` writes of the text; the caller's to free(). */
static char *printed(void (*print)(FILE *out, const char *text), const char *text)
{
    char *result = NULL;
    size_t length;
    FILE *out = open_memstream(&result, &length);

    print(out, text);
    fclose(out);
    return result;
}

static void expect_escaped(const char *text, const char *expected)
{
    char *result = printed(rep_escape, text);

    cr_expect_str_eq(result, expected);
    free(result);
}

Test(report, markup_in_values_is_escaped)
{
    expect_escaped("<b a=\"1\" c='2'>&amp;", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
}

Test(report, text_of_other_languages_stays)
{
    expect_escaped("Gr\xc3\xbc\xc3\x9f\x65 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x8e\xb5\n\t",
                   "Gr\xc3\xbc\xc3\x9f\x65 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x8e\xb5\n\t");
}

Test(report, controls_are_replaced)
{
    expect_escaped("a\x1b[31m\x7f\r", "a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd");
    expect_escaped("\xc2\x9b"
                   "1m",
                   "\xef\xbf\xbd"
                   "1m");
}

Test(report, direction_overrides_are_replaced)
{
    expect_escaped("gpj.\xe2\x80\xae"
                   "exe",
                   "gpj.\xef\xbf\xbd"
                   "exe");
    expect_escaped("\xe2\x81\xa6x\xe2\x81\xa9", "\xef\xbf\xbdx\xef\xbf\xbd");
}

Test(report, characters_xml_forbids_are_replaced)
{
    expect_escaped("\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd");
}

Test(report, a_sequence_cut_short_is_not_read_past)
{
    expect_escaped("\xe2\x80", "\xe2\x80");
    expect_escaped("\xc2", "\xc2");
}

Test(report, a_terminal_gets_no_entities_and_no_escapes)
{
    char *result = printed(rep_plain, "<&>\x1b]0;title\x07");

    cr_expect_str_eq(result, "<&>\xef\xbf\xbd]0;title\xef\xbf\xbd");
    free(result);
}

Test(report, an_at_sign_in_a_value_is_no_place_for_another)
{
    char *result = NULL;
    size_t length;
    FILE *out = open_memstream(&result, &length);

    rep_fill(out, "<a href=\"@\">@</a>", "@<", "me@here");
    fclose(out);
    cr_expect_str_eq(result, "<a href=\"@&lt;\">me@here</a>");
    free(result);
}

Test(report, links_stay_below_the_folder)
{
    cr_expect(rep_safe_path("cases/USB_CH9_BV_01"));
    cr_expect_not(rep_safe_path(""));
    cr_expect_not(rep_safe_path("/etc/passwd"));
    cr_expect_not(rep_safe_path("cases/../../x"));
    cr_expect_not(rep_safe_path("javascript:alert(1)"));
    cr_expect_not(rep_safe_path("cases/a\"b"));
}

/* Three rows and two cases, one of them red; the arrays are the caller's to change. */
struct sample {
    struct results results;
    struct result cases[2];
    struct result_row rows[3];
    const char *subject, *defect;
};

static void fill(struct sample *sample, int status, bool strict)
{
    *sample = (struct sample){
        .cases = {{.id = "A-A-BV-01", .title = "One", .flow = "sync", .warnings = 1},
                  {.id = "A-A-BV-02", .title = "Two", .flow = "storage", .verdict = VERDICT_FAIL}},
        .rows = {{"R-1", "SHOULD", "sync", "device", "one", "", false},
                 {"R-2", "MUST", "sync", "device", "two", "our reading U6", true},
                 {"R-3", "MUST", "sync", "host", "three", "", true}},
        .subject = "device",
        .defect = "x"};
    for (size_t i = 0; i < 2; i++) {
        sample->cases[i].level = "MUST";
        sample->cases[i].player = "";
        sample->cases[i].evidence = "cases/A";
    }
    sample->results = (struct results){.suite = "papcheck 0",
                                       .device = "own simulator",
                                       .provider = "",
                                       .seed = 7,
                                       .strict = strict,
                                       .subjects = {&sample->subject, 1},
                                       .cases = sample->cases,
                                       .case_count = 2,
                                       .rows = sample->rows,
                                       .row_count = 3,
                                       .seconds = -1,
                                       .exit = status};
}

Test(report, a_should_that_fails_warns_unless_strict)
{
    struct sample lenient, strict;

    fill(&lenient, 1, false);
    fill(&strict, 1, true);
    cr_expect_eq(rep_count_rows(&lenient.results, REP_HEADLINE, REP_ROW_WARNED), 1);
    cr_expect_eq(rep_count_rows(&lenient.results, REP_HEADLINE, REP_ROW_FAILED), 0);
    cr_expect_eq(rep_count_rows(&strict.results, REP_HEADLINE, REP_ROW_FAILED), 1);
}

Test(report, our_readings_and_other_subjects_stay_out_of_the_headline)
{
    struct sample sample;

    fill(&sample, 1, false);
    cr_expect_eq(rep_count_rows(&sample.results, REP_HEADLINE, REP_ROW_HELD), 0);
    cr_expect_eq(rep_count_rows(&sample.results, REP_INFERRED, REP_ROW_HELD), 1);
    cr_expect_eq(rep_count_rows(&sample.results, REP_OTHER_SUBJECT, REP_ROW_HELD), 1);
}

static char *summary_of(const struct sample *sample)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    report_summary(&sample->results, "/no/such/folder", out);
    fclose(out);
    return text;
}

Test(report, the_summary_counts_and_names_the_page)
{
    struct sample sample;
    char *text;

    fill(&sample, 1, false);
    text = summary_of(&sample);
    cr_expect_str_eq(text, "1 pass 1 fail 0 inconclusive 0 n/a 0 not run 0 error, 1 warning – "
                           "NOT CONFORMANT (1) – /no/such/folder/report.html\n");
    free(text);
}

static void expect_standing(int status, const char *expected)
{
    struct sample sample;

    fill(&sample, status, false);
    cr_expect_str_eq(rep_standing(&sample.results), expected);
}

Test(report, the_standing_follows_the_exit_code)
{
    expect_standing(0, "Conformant");
    expect_standing(5, "Incomplete");
    expect_standing(1, "Not conformant");
    expect_standing(3, "No verdict");
    expect_standing(130, "Interrupted");
}

Test(report, a_run_in_which_nothing_passed_is_not_called_conformant)
{
    struct sample sample;

    fill(&sample, 0, false);
    sample.cases[0].verdict = VERDICT_NOT_APPLICABLE;
    cr_expect_str_eq(rep_standing(&sample.results), "Nothing judged");
}

Test(report, what_is_left_out_on_request_is_a_subset)
{
    struct result_left left = {.why = "not named", .must = 2};
    struct sample sample;

    fill(&sample, 0, false);
    sample.results.left = &left;
    sample.results.left_count = 1;
    cr_expect_str_eq(rep_standing(&sample.results), "Subset");
    left.beyond = true;
    cr_expect_str_eq(rep_standing(&sample.results), "Conformant");
    left.beyond = false;
    left.must = 0;
    left.others = 3;
    cr_expect_str_eq(rep_standing(&sample.results), "Conformant");
}

Test(report, the_summary_says_what_is_left_out_and_how_much_was_judged)
{
    struct result_left left[] = {{.why = "writes (--destructive)", .must = 64, .others = 1},
                                 {.why = "needs more", .others = 2, .beyond = true}};
    struct result_absent absent[] = {
        {"client", ""}, {"inf", "no case yet"}, {"host", ""}, {"service", "no case yet"}};
    struct result_scope scopes[] = {{"device", "sync", 1000, 7}, {"inf", "sync", 234, 0}};
    struct sample sample;
    char *text;

    fill(&sample, 5, false);
    sample.results.left = left;
    sample.results.left_count = 2;
    sample.results.absent = absent;
    sample.results.absent_count = 4;
    sample.results.scopes = scopes;
    sample.results.scope_count = 2;
    text = summary_of(&sample);
    cr_expect(strstr(text, "left out: 64 MUST and 1 other case: writes (--destructive)\n"
                           "out of reach: 0 MUST and 2 other cases: needs more\n"
                           "3 of 7 rows judged, 1,234 in the catalogue; not at all: client, host; "
                           "inf, service (no case yet)\n1 pass"),
              "%s", text);
    free(text);
}

Test(report, defects_in_force_are_said_in_the_summary)
{
    struct sample sample;
    char *text;

    fill(&sample, 0, false);
    sample.results.defects = (struct texts){&sample.defect, 1};
    text = summary_of(&sample);
    cr_expect_not_null(strstr(text, "nothing can be claimed"));
    free(text);
}

static bool exists(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

Test(report, only_the_chosen_formats_are_written, .init = make_folder, .fini = remove_folder)
{
    struct sample sample;
    char error[256];

    fill(&sample, 1, false);
    cr_expect_eq(
        report_write(&sample.results, folder, REPORT_JUNIT | REPORT_JSON, error, sizeof(error)), 0);
    cr_expect(exists("junit.xml"));
    cr_expect_not(exists("report.html"));
    cr_expect_not(exists("report.txt"));
}
