/* What failed on stdout, the files, and the summary as the last line: the same for a run and for
 * parts of one, so that the whole reads as a run does. */
#include "conformance/cli/papcheck_outcome.h"

#include <stdio.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/terminal.h"
#include "conformance/report/markup.h"
#include "conformance/report/report.h"
#include "conformance/report/standing.h"

bool cli_is_red(const struct result *result)
{
    return result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR;
}

static void print_failure(const struct results *results, const struct result *result,
                          struct terminal_colours colours)
{
    bool is_red = cli_is_red(result);

    printf("%s%s%s %s: %s\n", is_red ? colours.bad : "",
           is_red ? verdict_names[result->verdict].name : "WARNING", is_red ? colours.off : "",
           result->id, result->title);
    if (*result_reason(result)) {
        fputs("    ", stdout);
        rep_plain(stdout, result_reason(result));
        fputc('\n', stdout);
    }
    rep_bad_checks(results, result, stdout);
}

static void print_failures(const struct results *results)
{
    struct terminal_colours colours = terminal_colours();

    for (size_t i = 0; i < results->case_count; i++) {
        if (cli_is_red(&results->cases[i]) || results->cases[i].warnings)
            print_failure(results, &results->cases[i], colours);
    }
}

static void print_left_behind(const struct results *results)
{
    for (size_t i = 0; i < results->case_count; i++) {
        if (results->cases[i].left_behind)
            printf("left on the device: %s\n", results->cases[i].left_behind);
    }
}

int cli_outcome(struct run *run, int (*complete)(struct run *run, void *context), void *context)
{
    const struct results *results = &run->results;
    const char *out = run->options.out;
    char error[512];
    int unwritten;

    if (run_conclude(run) < 0)
        return EXIT_ERROR;
    print_failures(results);
    if (run->options.of[SUBJECT_DEVICE].name)
        print_left_behind(results);
    unwritten = complete ? complete(run, context) : 0;
    if (!unwritten)
        unwritten = results_write(results, out);
    if (unwritten) {
        run_complain(&run->options, unwritten);
        return EXIT_ERROR;
    }
    if (report_write(results, out, REPORT_ALL, error, sizeof(error)) < 0) {
        cli_usage("%s", error);
        return EXIT_ERROR;
    }
    report_summary(results, out, stdout);
    return results->exit;
}
