/* `papcheck report DIR`: the reports of a finished run, made anew. */
#include <getopt.h>
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

static const struct command_option options[] = {
    {"format", "LIST", "only these, with commas between: text, junit, json, html", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, unsigned *ret_formats, const char **ret_folder)
{
    int option;

    while ((option = command_next(&cli_report, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG || parse_formats(optarg, ret_formats))
            return EXIT_USAGE;
    }
    if (optind == argc)
        return cli_usage("report: expected the folder of a run");
    *ret_folder = argv[optind++];
    return optind == argc ? 0 : cli_usage("report: unexpected argument %s", argv[optind]);
}

static int report(int argc, char **argv)
{
    unsigned chosen = REPORT_ALL;
    const char *folder = NULL;
    struct results results;
    char error[512];
    int status;

    status = parse(argc, argv, &chosen, &folder);
    if (status)
        return status;
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

const struct command cli_report = {
    .name = "report",
    .arguments = "DIR",
    .text = "Makes the reports of a finished run anew.",
    .options = options,
    .run = report,
};
