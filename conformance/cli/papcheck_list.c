/* `papcheck list`: what is asked for, and the cases, for people or as JSON. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_list.h"
#include "conformance/run/run.h"

static json_t *case_json(const struct conf_case *one, const struct defect_list *defects)
{
    json_t *reqs = json_array(), *names = json_array(), *needs = json_array();
    char name[128];

    for (size_t i = 0; one->reqs[i]; i++) {
        json_array_append_new(reqs, json_string(one->reqs[i]));
        list_defects(defects, one->reqs[i], names);
    }
    for (const struct cases_need *need = cases_needs; need->bit; need++) {
        if (one->needs & need->bit)
            json_array_append_new(needs, json_string(need->name));
    }
    cases_name(one, name, sizeof(name));
    return json_pack("{s:s,s:s,s:s,s:o,s:s,s:o,s:o}", "id", name, "title", one->title, "level",
                     cases_levels[one->level], "reqs", reqs, "ics", one->ics, "deviations", names,
                     "needs", needs);
}

enum { OPTION_ROWS, OPTION_SUBJECT, OPTION_SELFTEST, OPTION_JSON };

static const struct command_option options[] = {
    {"rows", NULL, "the requirements instead of the cases, and how far each is judged", OPTION_ROWS,
     0},
    {"subject", "NAME", "only what is asked of this subject", OPTION_SUBJECT, 0},
    {"selftest", "DIR", "with --rows: what the self-test there has found covered", OPTION_SELFTEST,
     0},
    {"json", NULL, "as JSON", OPTION_JSON, 0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, struct list_words *words)
{
    int option;

    while ((option = command_next(&cli_list, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        words->json |= option == OPTION_JSON;
        words->rows |= option == OPTION_ROWS;
        if (option == OPTION_SUBJECT)
            words->subject = optarg;
        if (option == OPTION_SELFTEST)
            words->selftest = optarg;
    }
    words->patterns = (const char *const *)argv + optind;
    words->pattern_count = (size_t)(argc - optind);
    return words->selftest && !words->rows
               ? cli_usage("list: --selftest says what is covered of --rows")
               : 0;
}

static bool has_subject(const struct catalogue *catalogue, const struct conf_case *one,
                        const char *subject)
{
    for (size_t i = 0; one->reqs[i]; i++) {
        const struct catalogue_row *row = catalogue_find(catalogue, one->reqs[i]);

        if (row && strcmp(row->subject, subject) == 0)
            return true;
    }
    return false;
}

static bool stands_before(const struct catalogue *catalogue, size_t end, const char *subject)
{
    for (size_t i = 0; i < end; i++) {
        if (strcmp(catalogue->rows[i].subject, subject) == 0)
            return true;
    }
    return false;
}

/* The catalogue has no list of them but its rows. */
static int check_subject(const struct catalogue *catalogue, const char *subject)
{
    char known[256];
    size_t length = 0;

    if (stands_before(catalogue, catalogue->count, subject))
        return 0;
    for (size_t i = 0; i < catalogue->count && length < sizeof(known); i++) {
        if (!stands_before(catalogue, i, catalogue->rows[i].subject))
            length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s",
                                       length ? ", " : "", catalogue->rows[i].subject);
    }
    return cli_usage("--subject %s: expected one of %s", subject, known);
}

static int list_cases(const struct list_words *words, const struct catalogue *catalogue,
                      const struct defect_list *defects)
{
    const struct conf_case **cases;
    const char *bad = NULL;
    json_t *all = json_array();
    size_t count;

    if (run_select(catalogue, words->patterns, words->pattern_count, &cases, &count, &bad) < 0) {
        json_decref(all);
        return cli_usage("%s: no such case, row or flow", bad ? bad : "list");
    }
    for (size_t i = 0; i < count; i++) {
        char name[128];

        if (words->subject && !has_subject(catalogue, cases[i], words->subject))
            continue;
        cases_name(cases[i], name, sizeof(name));
        if (words->json)
            json_array_append_new(all, case_json(cases[i], defects));
        else
            printf("%-24s %s\n", name, cases[i]->title);
    }
    if (words->json)
        cli_print_json(all);
    json_decref(all);
    free(cases);
    return EXIT_OK;
}

static int list_command(int argc, char **argv)
{
    struct list_words words = {0};
    struct catalogue catalogue;
    struct defect_list defects = {0};
    int status = parse(argc, argv, &words);

    if (!status)
        status = cli_catalogue(&catalogue);
    if (status)
        return status;
    if (words.subject)
        status = check_subject(&catalogue, words.subject);
    if (words.json || words.rows)
        defects_load(&defects);
    if (!status)
        status = (words.rows ? list_rows : list_cases)(&words, &catalogue, &defects);
    defects_done(&defects);
    catalogue_done(&catalogue);
    return status;
}

const struct command cli_list = {
    .name = "list",
    .arguments = "[PATTERN…]",
    .text = "The cases, or the requirements they judge.",
    .options = options,
    .run = list_command,
};
