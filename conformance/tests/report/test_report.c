/* Reports are made from results.json alone; what stands in it is shown and never obeyed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/report/markup.h"
#include "conformance/report/report.h"
#include "conformance/report/report_results.h"
#include "spcore/base.h"

static char folder[] = "/tmp/papcheck-report-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"results.json", "timing.json", "report.txt", "junit.xml",
                                        "report.html"};
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

/* Three rows and two cases; `exit` and `strict` as given. */
static json_t *results_of(int status, bool strict)
{
    json_t *results =
        json_pack("{s:s,s:i,s:b,s:[s],s:s,s:s,s:[],"
                  "s:{s:i,s:i,s:i,s:i,s:i,s:i},"
                  "s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:i},{s:s,s:s,s:s,s:s,s:s,s:s,s:i}],s:i}",
                  "suite", "papcheck 0", "seed", 7, "strict", strict, "subjects", "device",
                  "device", "own simulator", "provider", "", "deviations", "totals", "PASS", 1,
                  "FAIL", 1, "INCONCLUSIVE", 0, "NOT_APPLICABLE", 0, "NOT_RUN", 0, "ERROR", 0,
                  "cases", "id", "A-A-BV-01", "title", "One", "verdict", "PASS", "level", "MUST",
                  "flow", "sync", "evidence", "cases/A_A_BV_01", "warnings", 1, "id", "A-A-BV-02",
                  "title", "Two", "verdict", "FAIL", "level", "MUST", "flow", "storage", "evidence",
                  "cases/A_A_BV_02", "warnings", 0, "exit", status);

    cr_assert_not_null(results);
    json_object_set_new(results, "rows",
                        json_pack("[{s:s,s:s,s:s,s:s,s:s,s:b,s:s},{s:s,s:s,s:s,s:s,s:s,s:b,s:s},"
                                  "{s:s,s:s,s:s,s:s,s:s,s:b,s:s}]",
                                  "id", "R-1", "level", "SHOULD", "flow", "sync", "subject",
                                  "device", "verdict", "fail", "inferred", 0, "requirement", "one",
                                  "id", "R-2", "level", "MUST", "flow", "sync", "subject", "device",
                                  "verdict", "pass", "inferred", 1, "requirement", "two", "id",
                                  "R-3", "level", "MUST", "flow", "sync", "subject", "host",
                                  "verdict", "pass", "inferred", 0, "requirement", "three"));
    return results;
}

Test(report, a_should_that_fails_warns_unless_strict)
{
    json_t *lenient = results_of(1, false), *strict = results_of(1, true);

    cr_expect_eq(rep_count_rows(lenient, REP_HEADLINE, REP_ROW_WARNED), 1);
    cr_expect_eq(rep_count_rows(lenient, REP_HEADLINE, REP_ROW_FAILED), 0);
    cr_expect_eq(rep_count_rows(strict, REP_HEADLINE, REP_ROW_FAILED), 1);
    json_decref(lenient);
    json_decref(strict);
}

Test(report, our_readings_and_other_subjects_stay_out_of_the_headline)
{
    json_t *results = results_of(1, false);

    cr_expect_eq(rep_count_rows(results, REP_HEADLINE, REP_ROW_HELD), 0);
    cr_expect_eq(rep_count_rows(results, REP_INFERRED, REP_ROW_HELD), 1);
    cr_expect_eq(rep_count_rows(results, REP_OTHER_SUBJECT, REP_ROW_HELD), 1);
    json_decref(results);
}

static char *summary_of(json_t *results)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    report_summary(results, "/no/such/folder", out);
    fclose(out);
    json_decref(results);
    return text;
}

Test(report, the_summary_counts_and_names_the_page)
{
    char *text = summary_of(results_of(1, false));

    cr_expect_str_eq(text, "1 pass 1 fail 0 inconclusive 0 n/a 0 not run 0 error, 1 warning – "
                           "NOT CONFORMANT (1) – /no/such/folder/report.html\n");
    free(text);
}

static void expect_standing(int status, const char *expected)
{
    json_t *results = results_of(status, false);

    cr_expect_str_eq(rep_standing(results), expected);
    json_decref(results);
}

Test(report, the_standing_follows_the_exit_code)
{
    expect_standing(0, "CONFORMANT");
    expect_standing(1, "NOT CONFORMANT");
    expect_standing(3, "NO VERDICT");
    expect_standing(130, "INTERRUPTED");
}

Test(report, a_run_in_which_nothing_passed_is_not_called_conformant)
{
    json_t *results = results_of(0, false);

    json_object_set_new(json_object_get(results, "totals"), "PASS", json_integer(0));
    cr_expect_str_eq(rep_standing(results), "NOTHING JUDGED");
    json_decref(results);
}

Test(report, defects_in_force_are_said_in_the_summary)
{
    json_t *results = results_of(0, false);
    char *text;

    json_array_append_new(json_object_get(results, "deviations"), json_string("x"));
    text = summary_of(results);
    cr_expect_not_null(strstr(text, "nothing can be claimed"));
    free(text);
}

static void write_results(const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/results.json", folder);
    file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static bool exists(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

Test(report, only_the_chosen_formats_are_written, .init = make_folder, .fini = remove_folder)
{
    json_t *results = results_of(1, false);
    char *text = json_dumps(results, 0), error[256];

    write_results(text);
    cr_expect_eq(report_write(folder, REPORT_JUNIT | REPORT_JSON, error, sizeof(error)), 0);
    cr_expect(exists("junit.xml"));
    cr_expect_not(exists("report.html"));
    cr_expect_not(exists("report.txt"));
    free(text);
    json_decref(results);
}

Test(report, results_that_do_not_parse_are_named_by_line, .init = make_folder,
     .fini = remove_folder)
{
    char error[256] = "";

    write_results("{\n\"suite\": ,\n}\n");
    cr_expect_lt(report_write(folder, REPORT_ALL, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "results.json:2: "), "%s", error);
    cr_expect_not(exists("report.html"));
}

Test(report, results_of_another_kind_are_refused, .init = make_folder, .fini = remove_folder)
{
    char error[256] = "";

    write_results("{\"suite\": \"papcheck 0\"}");
    cr_expect_lt(report_write(folder, REPORT_ALL, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "not the results of a run"), "%s", error);
}

Test(report, members_of_the_wrong_kind_do_no_harm, .init = make_folder, .fini = remove_folder)
{
    char error[256];

    write_results("{\"suite\": \"x\", \"exit\": 0, \"totals\": {}, \"rows\": [1, null, \"a\"],"
                  " \"subjects\": [4], \"deviations\": [{}], \"ics\": {\"a\": 3},"
                  " \"cases\": [null, 3, {\"verdict\": \"FAIL\", \"checks\": [7, {}],"
                  " \"notes\": [1], \"rows\": []}]}");
    cr_expect_eq(report_write(folder, REPORT_ALL, error, sizeof(error)), 0);
    cr_expect(exists("report.html"));
}
