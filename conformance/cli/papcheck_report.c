/* `papcheck report DIR`: the reports of a finished run, made anew. */
#include <stdio.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/report/report.h"
#include "spcore/base.h"

static const struct {
    const char *name;
    unsigned format;
} formats[] = {
    {"text", REPORT_TEXT}, {"junit", REPORT_JUNIT}, {"json", REPORT_JSON}, {"html", REPORT_HTML}};

static unsigned format_of(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (strlen(formats[i].name) == length && strncmp(formats[i].name, name, length) == 0)
            return formats[i].format;
    }
    return 0;
}

static int parse_formats(const char *list, unsigned *ret_formats)
{
    const char *at = list;

    *ret_formats = 0;
    for (;;) {
        size_t length = strcspn(at, ",");
        unsigned format = format_of(at, length);

        if (!format)
            return cli_usage("--format %s: expected a list of text, junit, json, html", list);
        *ret_formats |= format;
        if (!at[length])
            return 0;
        at += length + 1;
    }
}

int cli_report(int argc, char **argv)
{
    unsigned chosen = REPORT_ALL;
    const char *folder = NULL;
    struct results results;
    char error[512];
    int status;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--format") == 0 && i + 1 < argc) {
            status = parse_formats(argv[++i], &chosen);
            if (status)
                return status;
        } else if (argv[i][0] == '-' || folder) {
            return cli_usage("report: unknown argument %s; expected DIR [--format LIST]", argv[i]);
        } else {
            folder = argv[i];
        }
    }
    if (!folder)
        return cli_usage("report: expected the folder of a run");
    if (results_read(folder, &results, error, sizeof(error)) < 0)
        return cli_usage("%s", error);
    status = EXIT_OK;
    if (report_write(&results, folder, chosen, error, sizeof(error)) < 0) {
        cli_usage("%s", error);
        status = EXIT_ERROR;
    } else {
        report_summary(&results, folder, stdout);
    }
    results_done(&results);
    return status;
}
