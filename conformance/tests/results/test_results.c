/* What is written comes back; what anybody else wrote does no harm. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/results/results.h"
#include "spcore/base.h"

static char folder[] = "/tmp/test-results-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"results.json", "timing.json"};
    char path[64];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    cr_expect_eq(rmdir(folder), 0, "something else was left");
}

TestSuite(results, .init = make_folder, .fini = remove_folder);

/* A run of one case; what the texts of its parts are is the test's. */
struct sample {
    struct results results;
    struct result one;
    struct result_row row;
    struct result_clause clause;
    struct result_count count;
    struct result_check check;
    struct result_ics ics;
    struct result_device device;
    struct result_file file;
    struct result_scope scope;
    const char *subject, *item, *note, *pattern;
};

/* Of the whole, whose parts are there. */
static void fill_run(struct sample *sample, const char *text)
{
    sample->results = (struct results){.suite = "papcheck 0",
                                       .device = text,
                                       .provider = "",
                                       .seed = 7,
                                       .strict = true,
                                       .subjects = {&sample->subject, 1},
                                       .ics = &sample->ics,
                                       .cases = &sample->one,
                                       .rows = &sample->row,
                                       .clauses = &sample->clause,
                                       .git = "0123456789ab",
                                       .provider_sha256 = "abcd",
                                       .ics_file = "my.ics",
                                       .ics_sha256 = "ef01",
                                       .shard = "1/3",
                                       .patterns = {&sample->pattern, 1},
                                       .devices = &sample->device,
                                       .files = &sample->file,
                                       .file_count = 1,
                                       .scopes = &sample->scope,
                                       .began = "2026-01-02T03:04:05Z",
                                       .host = "here",
                                       .command = "papcheck run",
                                       .device_count = 1,
                                       .scope_count = 1,
                                       .ics_count = 1,
                                       .case_count = 1,
                                       .row_count = 1,
                                       .clause_count = 1,
                                       .seconds = 1.5,
                                       .exit = 1};
}

static void fill(struct sample *sample, const char *text)
{
    static char reason[] = "a reason";

    *sample = (struct sample){
        .one = {.id = "A-A-BV-01",
                .title = text,
                .level = "MUST",
                .flow = "sync",
                .player = "mtp",
                .evidence = "cases/A_A_BV_01",
                .verdict = VERDICT_FAIL,
                .cause = CAUSE_SUBJECT,
                .reason = reason,
                .warnings = 3,
                .left_behind = "papcheck-01234567",
                .barred = "ROW-3",
                .seconds = 1.5},
        .row = {"ROW-1", "MUST", "sync", "device", text, "our reading U6", true},
        .clause = {"ROW-1.a", text, false},
        .count = {"ROW-1", 5, 2, 1},
        .check = {"ROW-1", "file.c", text, text, text, 42, true, false},
        .subject = "device",
        .item = "MTP",
        .note = text,
        .pattern = "SYNC-*",
        .device = {"mtp", "1209:5041", "1.00", text, "product", "serial", "firmware"},
        .file = {"service", text, "0123"},
        .scope = {"device", "sync", 3, 2},
    };
    sample->ics = (struct result_ics){"mtp", {&sample->item, 1}};
    sample->one.counts = &sample->count;
    sample->one.checks = &sample->check;
    sample->one.notes = (struct texts){&sample->note, 1};
    sample->one.count_count = sample->one.check_count = 1;
    fill_run(sample, text);
}

static void read_back(struct results *ret)
{
    char error[256];

    cr_assert_eq(results_read(folder, ret, error, sizeof(error)), 0, "%s", error);
}

Test(results, all_of_it_comes_back)
{
    static const char any[] = "says \"it\" in <tags> & more \x01 \n \\ \xc3\xbc";
    struct results read;
    struct sample sample;
    const struct result *one;

    fill(&sample, any);
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    one = &read.cases[0];
    cr_assert_str_eq(read.device, any);
    cr_assert_eq(read.seed, 7);
    cr_assert(read.strict);
    cr_assert_eq(read.exit, 1);
    cr_assert_float_eq(read.seconds, 1.5, 1e-9);
    cr_assert_str_eq(read.subjects.at[0], "device");
    cr_assert_str_eq(read.ics[0].player, "mtp");
    cr_assert_str_eq(read.ics[0].items.at[0], "MTP");
    cr_assert_str_eq(read.rows[0].requirement, any);
    cr_assert(read.rows[0].held);
    cr_assert_str_eq(read.rows[0].reading, "our reading U6");
    cr_assert_str_eq(results_clause(&read, "ROW-1.a")->text, any);
    cr_assert_not(results_clause(&read, "ROW-1.a")->held);
    cr_assert_null(results_clause(&read, "ROW-1"));
    cr_assert_str_eq(results_row(&read, "ROW-1.a")->id, "ROW-1");
    cr_assert_str_eq(one->title, any);
    cr_assert_eq(one->verdict, VERDICT_FAIL);
    cr_assert_eq(one->cause, CAUSE_SUBJECT);
    cr_assert_str_eq(result_reason(one), "a reason");
    cr_assert_eq(one->warnings, 3);
    cr_assert_str_eq(one->left_behind, "papcheck-01234567");
    cr_assert_str_eq(one->barred, "ROW-3");
    cr_assert_float_eq(one->seconds, 1.5, 1e-9);
    cr_assert_eq(result_count(one, "ROW-1").fail, 2);
    cr_assert_str_eq(one->checks[0].seen, any);
    cr_assert_eq(one->checks[0].line, 42);
    cr_assert_str_eq(one->notes.at[0], any);
    results_done(&read);
}

Test(results, where_they_come_from_comes_back)
{
    struct results read;
    struct sample sample;

    fill(&sample, "text");
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    cr_assert_str_eq(read.git, "0123456789ab");
    cr_assert_str_eq(read.provider_sha256, "abcd");
    cr_assert_str_eq(read.ics_file, "my.ics");
    cr_assert_str_eq(read.ics_sha256, "ef01");
    cr_assert_str_eq(read.shard, "1/3");
    cr_assert_str_eq(read.patterns.at[0], "SYNC-*");
    cr_assert_str_eq(read.devices[0].manufacturer, "text");
    cr_assert_str_eq(read.devices[0].firmware, "firmware");
    cr_assert_str_eq(results_file(&read, "service")->name, "text");
    cr_assert_str_eq(results_file(&read, "service")->sha256, "0123");
    cr_assert_null(results_file(&read, "inf"));
    cr_assert_eq(read.scopes[0].rows, 3);
    cr_assert_eq(read.scopes[0].suite, 2);
    cr_assert_str_eq(read.began, "2026-01-02T03:04:05Z");
    cr_assert_str_eq(read.host, "here");
    cr_assert_str_eq(read.command, "papcheck run");
    results_done(&read);
}

Test(results, what_was_left_out_comes_back)
{
    struct result_left left = {"a reason", 4, 1, true};
    struct result_absent absent = {"inf", "no case yet"};
    struct results read;
    struct sample sample;

    fill(&sample, "text");
    sample.results.left = &left;
    sample.results.absent = &absent;
    sample.results.left_count = sample.results.absent_count = 1;
    sample.results.subset = true;
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    cr_assert(read.subset);
    cr_assert_str_eq(read.left[0].why, "a reason");
    cr_assert(read.left[0].must == 4 && read.left[0].others == 1 && read.left[0].beyond);
    cr_assert_str_eq(read.absent[0].subject, "inf");
    cr_assert_str_eq(read.absent[0].how, "no case yet");
    results_done(&read);
}

Test(results, what_was_declared_and_shown_comes_back)
{
    const char *option = "--destructive";
    struct result_claim claim = {"BOS", 3, true};
    struct results read;
    struct sample sample;

    fill(&sample, "text");
    sample.results.claims = &claim;
    sample.results.shown = &sample.ics;
    sample.results.claim_count = sample.results.shown_count = 1;
    sample.results.options = (struct texts){&option, 1};
    sample.results.catalogue_sha256 = "2345";
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    cr_assert_str_eq(read.claims[0].item, "BOS");
    cr_assert(read.claims[0].line == 3 && read.claims[0].yes);
    cr_assert_str_eq(read.shown[0].player, "mtp");
    cr_assert_str_eq(read.shown[0].items.at[0], "MTP");
    cr_assert_str_eq(read.options.at[0], "--destructive");
    cr_assert_str_eq(read.catalogue_sha256, "2345");
    results_done(&read);
}

Test(results, what_is_not_known_is_empty)
{
    struct results read;
    struct sample sample;

    fill(&sample, "text");
    sample.results.git = sample.results.shard = sample.results.began = NULL;
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    cr_assert(!*read.git && !*read.shard && !*read.began);
    results_done(&read);
}

/* A device's text may be anything; a message built from it still has to reach the file. */
Test(results, a_reason_that_is_not_utf8_does_not_lose_the_file)
{
    struct results read;
    struct sample sample;

    fill(&sample, "text");
    sample.one.reason = (char[]){"device said \xff\xfe"};
    cr_assert_eq(results_write(&sample.results, folder), 0);
    read_back(&read);
    cr_assert_str_eq(result_reason(&read.cases[0]), "device said ??");
    results_done(&read);
}

static void write_results(const char *text)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "%s/results.json", folder);
    file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(results, results_that_do_not_parse_are_named_by_line)
{
    struct results read;
    char error[256] = "";

    write_results("{\n\"suite\": ,\n}\n");
    cr_expect_lt(results_read(folder, &read, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "results.json:2: "), "%s", error);
}

Test(results, results_of_another_kind_are_refused)
{
    struct results read;
    char error[256] = "";

    write_results("{\"suite\": \"papcheck 0\"}");
    cr_expect_lt(results_read(folder, &read, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "not the results of a run: expected a list \"cases\""), "%s",
                       error);
}

/* Whoever names a folder may have been given any. */
Test(results, what_is_no_file_or_too_long_for_one_is_not_read)
{
    struct results read;
    char path[64], error[256] = "";

    snprintf(path, sizeof(path), "%s/results.json", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_lt(results_read(folder, &read, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "expected a file"), "%s", error);
    unlink(path);
    write_results("{}");
    cr_assert_eq(truncate(path, (64 << 20) + 1), 0);
    cr_expect_lt(results_read(folder, &read, error, sizeof(error)), 0);
    cr_expect_not_null(strstr(error, "64 MiB"), "%s", error);
}

Test(results, members_of_the_wrong_kind_count_as_missing)
{
    struct results read;

    write_results("{\"suite\": \"x\", \"exit\": 0, \"totals\": {}, \"rows\": [1, null, \"a\"],"
                  " \"subjects\": [4], \"deviations\": [{}], \"ics\": {\"a\": 3},"
                  " \"cases\": [null, 3, {\"verdict\": \"FAIL\", \"checks\": [7, {}],"
                  " \"notes\": [1], \"rows\": []}]}");
    read_back(&read);
    cr_expect_eq(read.row_count, 0);
    cr_expect_eq(read.case_count, 3);
    cr_expect_eq(read.cases[0].verdict, VERDICT_ERROR);
    cr_expect_eq(read.cases[2].verdict, VERDICT_FAIL);
    cr_expect_str_eq(read.cases[2].checks[1].text, "");
    cr_expect_str_eq(read.cases[2].notes.at[0], "");
    cr_expect_str_eq(read.subjects.at[0], "");
    results_done(&read);
}

Test(results, a_failed_check_can_be_added_and_taken_back)
{
    static const struct result_check one = {
        .row = "ROW-1", .file = "a.c", .text = "first", .seen = "1", .line = 1};
    static const struct result_check two = {
        .row = "ROW-1", .file = "a.c", .text = "second", .seen = "2", .line = 2};
    struct result result = {0};

    cr_assert_eq(result_unfail(&result, "ROW-1"), 0);
    cr_assert_eq(result_fail(&result, &one), 0);
    cr_assert_eq(result_fail(&result, &two), 0);
    cr_assert_eq(result.check_count, 2);
    cr_assert_str_eq(result.checks[0].text, "first");
    cr_assert_str_eq(result.checks[1].seen, "2");
    cr_assert_eq(result_count(&result, "ROW-1").fail, 2);
    cr_assert_eq(result_unfail(&result, "ROW-1"), 0);
    cr_assert_eq(result.check_count, 1);
    cr_assert_str_eq(result.checks[0].text, "first");
    cr_assert_eq(result_unfail(&result, "ROW-1"), 0);
    cr_assert_eq(result_count(&result, "ROW-1").fail, 0);
    result_done(&result);
}
