/* `papcheck inf FILE…`: what is wrong with INFs, where, by which row, and how it is mended. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/host/inf/inf_lint.h"
#include "conformance/report/markup.h"

enum { OPTION_CODE_PAGE, OPTION_FIELDS };

static const struct command_option options[] = {
    {"code-page", "NUMBER", "of files that are neither UTF-8 nor UTF-16; 1252 if not said",
     OPTION_CODE_PAGE, 0},
    {"fields", NULL, "prints what is read, an entry a line: section, key and values", OPTION_FIELDS,
     0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, unsigned *ret_code_page, bool *ret_fields)
{
    int option;

    while ((option = command_next(&cli_inf, argc, argv)) != COMMAND_END) {
        uint32_t number;

        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == OPTION_FIELDS) {
            *ret_fields = true;
            continue;
        }
        if (!inf_number(optarg, 0, &number) || !number || number > INF_CODE_PAGE_MAX)
            return cli_usage("--code-page %s: expected a number as 1252 or 932", optarg);
        *ret_code_page = number;
    }
    return optind < argc ? 0 : cli_usage("inf: expected one INF or several");
}

static void print(const struct inf_finding *finding)
{
    rep_plain(stdout, finding->file);
    printf(":%u:%u: %s: ", finding->at.line, finding->at.column, finding->row);
    rep_plain(stdout, finding->text);
    fputs(" – ", stdout);
    rep_plain(stdout, finding->fix);
    putchar('\n');
}

static void print_all(const struct inf *inf, struct inf_findings *findings)
{
    size_t count;

    inf_findings_sort(findings);
    count = findings->count + findings->left_out;
    for (size_t i = 0; i < findings->count; i++)
        print(&findings->at[i]);
    if (findings->left_out)
        printf("%zu more are left out\n", findings->left_out);
    rep_plain(stdout, inf->name);
    if (count)
        printf(": %zu finding%s", count, count == 1 ? "" : "s");
    else
        printf(": clean");
    printf(" (%s, %zu sections, %zu entries)\n", inf_encodings[inf->encoding], inf->section_count,
           inf->entry_count);
}

/* Tokens replaced by the strings of no language; "|" between, where there is no key as well. */
static int print_fields(const struct inf *inf)
{
    struct inf_strings strings;
    char text[INF_EXPANDED];

    if (inf_strings_of(inf, inf_strings_choose(inf, INF_NEUTRAL), &strings))
        return cli_usage("%s: %s", inf->name, strerror(ENOMEM));
    for (size_t i = 0; i < inf->section_count; i++) {
        const struct inf_section *section = inf->sections[i];

        for (const struct inf_entry *e = inf_first(inf, section); e; e = inf_next(inf, e)) {
            putchar('[');
            rep_plain(stdout, section->name);
            fputs(e->has_key ? "]|" : "]||", stdout);
            for (size_t k = 0; k < e->count; k++) {
                (void)inf_expand(&strings, inf->fields[e->first + k].text, text, NULL, NULL);
                fputs(k ? "|" : "", stdout);
                rep_plain(stdout, text);
            }
            putchar('\n');
        }
    }
    inf_strings_done(&strings);
    return EXIT_OK;
}

static int judge(const char *path, unsigned code_page, bool fields)
{
    struct inf_findings findings = {.count = 0};
    char error[256], *copy = strdup(path);
    struct inf *inf = NULL;
    int status = EXIT_OK;

    if (!copy || inf_load(path, code_page, &findings, &inf, error, sizeof(error)))
        status = cli_usage("%s: %s", path, copy ? error : strerror(ENOMEM));
    else if (fields)
        status = print_fields(inf);
    else if (inf_lint(inf, dirname(copy), code_page))
        status = cli_usage("%s: %s", path, strerror(ENOMEM));
    if (status == EXIT_OK && !fields) {
        print_all(inf, &findings);
        status = findings.count ? EXIT_NONCONFORMANT : EXIT_OK;
    }
    inf_free(inf);
    inf_findings_done(&findings);
    free(copy);
    return status;
}

static int inf_command(int argc, char **argv)
{
    unsigned code_page = INF_CODE_PAGE;
    bool fields = false;
    int status = parse(argc, argv, &code_page, &fields);

    if (status)
        return status;
    for (int i = optind; i < argc; i++) {
        int one = judge(argv[i], code_page, fields);

        status = one > status ? one : status;
    }
    return status;
}

const struct command cli_inf = {
    .name = "inf",
    .arguments = "FILE...",
    .text = "Says what is wrong with INFs: line, column, requirement row and what mends it. "
            "Exit 0: clean, 1: findings, 2: a file that cannot be read.",
    .options = options,
    .run = inf_command,
};
