/* `papcheck explain CASE|ROW|ITEM`: what is asked, how it is judged, which defect turns it red, and
 * what became of it last. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/cli/papcheck.h"
#include "conformance/report/markup.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"

#define ITEM_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"

struct explanation {
    struct catalogue catalogue;
    struct defect_list defects;
    const struct results *results; /* of --out; NULL: none */
};

static void line(const char *name, const char *value)
{
    printf("%-12s %s\n", name, value);
}

static void print_needs(unsigned needs)
{
    for (const struct cases_need *need = cases_needs; need->bit; need++) {
        if (needs & need->bit)
            line("needs", need->text);
    }
}

/* Of a row or a clause; one that needs none is proven by its parts. */
static void print_defects(const struct explanation *it, const char *id, const char *indent,
                          unsigned judged, bool is_needed)
{
    bool any = false;

    for (size_t i = 0; i < it->defects.count; i++) {
        const struct defect_pair *pair = &it->defects.pairs[i];

        if (strcmp(pair->row, id) != 0 || !(judged & 1u << pair->subject))
            continue;
        printf("%sturned red by %s (%s): %s\n", indent, pair->name,
               subjects[pair->subject].defective, pair->text);
        any = true;
    }
    if (!any && is_needed)
        printf("%sturned red by no declared defect\n", indent);
}

/* Of a row and of each of its clauses. */
static void print_row_defects(const struct explanation *it, const char *row, const char *indent,
                              unsigned judged)
{
    size_t count;
    const struct catalogue_clause *clauses = catalogue_clauses(&it->catalogue, row, &count);
    char deeper[16];

    snprintf(deeper, sizeof(deeper), "%s    ", indent);
    print_defects(it, row, indent, judged, !clauses);
    for (size_t i = 0; clauses && i < count; i++) {
        printf("%s%s %s\n", indent, clauses[i].id, clauses[i].text);
        print_defects(it, clauses[i].id, deeper, judged, true);
    }
}

/* What became of it in that run; an empty verdict: it was not in it. */
static void print_last(const char *verdict, const char *reason)
{
    printf("%-12s ", "last");
    rep_plain(stdout, *verdict ? verdict : "not in that run");
    fputs(*reason ? ": " : "", stdout);
    rep_plain(stdout, reason);
    putchar('\n');
}

static void print_last_case(const struct results *results, const char *id)
{
    for (size_t i = 0; results && i < results->case_count; i++) {
        const struct result *result = &results->cases[i];

        if (strcmp(result->id, id) == 0) {
            print_last(verdict_names[result->verdict].name, result_reason(result));
            return;
        }
    }
    if (results)
        print_last("", "");
}

static void print_last_row(const struct results *results, const char *id)
{
    for (size_t i = 0; results && i < results->row_count; i++) {
        if (strcmp(results->rows[i].id, id) == 0) {
            print_last(results->rows[i].held ? "pass" : "fail", "");
            return;
        }
    }
    if (results)
        print_last("", "");
}

static void explain_case(const struct explanation *it, const struct conf_case *one)
{
    unsigned subject = 1u << subject_of(one);
    char name[128], where[512];

    cases_name(one, name, sizeof(name));
    printf("%s – %s\n", name, one->title);
    line("level", cases_levels[one->level]);
    if (one->steps)
        line("steps", one->steps);
    line("applies if", one->ics);
    line("player", subject_player(one));
    print_needs(one->needs);
    snprintf(where, sizeof(where), "%s:%d", one->file, one->line);
    line("file", where);
    print_last_case(it->results, name);
    for (size_t i = 0; one->reqs[i]; i++) {
        const struct catalogue_row *row = catalogue_find(&it->catalogue, one->reqs[i]);

        printf("\n%s", one->reqs[i]);
        if (row)
            printf(" %s%s%s, %s\n    %s\n    source: %s", row->level, *row->reading ? ", " : "",
                   row->reading, row->subject, row->requirement, row->source);
        putchar('\n');
        print_row_defects(it, one->reqs[i], "    ", subject);
    }
}

static void explain_row(const struct explanation *it, const struct catalogue_row *row)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);
    char name[128];

    printf("%s – %s\n", row->id, row->requirement);
    printf("%-12s %s%s%s\n", "level", row->level, *row->reading ? ", " : "", row->reading);
    line("subject", row->subject);
    line("flow", row->flow);
    line("source", row->source);
    line("check", row->check);
    line("mutant", row->mutant);
    print_last_row(it->results, row->id);
    print_row_defects(it, row->id, "", ~0u);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; cases[i]->reqs[k]; k++) {
            if (strcmp(cases[i]->reqs[k], row->id) != 0)
                continue;
            cases_name(cases[i], name, sizeof(name));
            printf("%-12s %s – %s\n", "judged by", name, cases[i]->title);
        }
    }
}

/* ---- an item of an ICS */

/* The next name of an expression, moved on behind it; false: there is none. */
static bool next_name(const char **at, char ret[64])
{
    size_t length;

    *at += strcspn(*at, ITEM_LETTERS);
    length = strspn(*at, ITEM_LETTERS);
    snprintf(ret, 64, "%.*s", (int)length, *at);
    *at += length;
    return length != 0;
}

/* Of an item that stands for many, any of them. */
static bool asks(const struct explanation *it, const struct conf_case *one,
                 const struct catalogue_item *item, const char *name)
{
    const char *at = one->ics;
    char asked[64];

    while (next_name(&at, asked)) {
        if (catalogue_item(&it->catalogue, asked) == item &&
            (strcmp(name, item->name) == 0 || strcmp(name, asked) == 0))
            return true;
    }
    return false;
}

static bool has(const struct result_ics *ics, const char *item)
{
    size_t i = 0;

    while (i < ics->items.count && strcmp(ics->items.at[i], item) != 0)
        i++;
    return i < ics->items.count;
}

/* Which players of that run were seen, or declared, to have it. */
static void print_last_item(const struct results *results, const char *name)
{
    const char *before = "yes: ";

    if (!results)
        return;
    printf("%-12s ", "last");
    for (size_t i = 0; i < results->ics_count; i++) {
        const struct result_ics *one = &results->ics[i];

        if (!has(one, name))
            continue;
        fputs(before, stdout);
        rep_plain(stdout, *one->player ? one->player : results->device);
        before = ", ";
    }
    puts(*before == 'y' ? "no" : "");
}

static void explain_item(const struct explanation *it, const struct catalogue_item *item,
                         const char *name)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);
    char id[128];

    printf("%s – %s %s\n", name, item->subject, item->meaning);
    line("said by", strcmp(item->by, "device") == 0 ? "the device, which shows it" : item->by);
    line("seen by", item->observed);
    print_last_item(it->results, name);
    for (size_t i = 0; i < count; i++) {
        if (!asks(it, cases[i], item, name))
            continue;
        cases_name(cases[i], id, sizeof(id));
        printf("%-12s %s – %s\n", "asked by", id, cases[i]->title);
    }
}

static const struct command_option options[] = {
    {"out", "DIR", "what became of it in the run there", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse(int argc, char **argv, const char **ret_id, const char **ret_out)
{
    int option;

    while ((option = command_next(&cli_explain, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        *ret_out = optarg;
    }
    if (optind == argc)
        return cli_usage("explain: expected a case, a requirement row or an item of an ICS");
    *ret_id = argv[optind++];
    return optind == argc ? 0 : cli_usage("explain: unexpected argument %s", argv[optind]);
}

/* Also by the name under which one stands for many. */
static const struct catalogue_item *find_item(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->item_count; i++) {
        if (strcmp(catalogue->items[i].name, name) == 0)
            return &catalogue->items[i];
    }
    return catalogue_item(catalogue, name);
}

/* EXIT_OK, or why there is nothing to explain. */
static int explain(struct explanation *it, const char *id)
{
    const struct conf_case *one = cases_find(id);
    const struct catalogue_row *row = catalogue_find(&it->catalogue, id);
    const struct catalogue_item *item = find_item(&it->catalogue, id);

    if (!one && !row && item) {
        explain_item(it, item, id);
        return EXIT_OK;
    }
    if (!one && !row)
        return cli_usage("%s: no such case, requirement row (papcheck list shows them) or item "
                         "(papcheck ics list does)",
                         id);
    if (defects_load(&it->defects) < 0) {
        cli_usage("explain: the lists of deviations cannot be read");
        return EXIT_ERROR;
    }
    if (one)
        explain_case(it, one);
    else
        explain_row(it, row);
    return EXIT_OK;
}

static int explain_command(int argc, char **argv)
{
    struct explanation it = {.results = NULL};
    const char *id = NULL, *out = NULL;
    struct results results = {0};
    char error[512];
    int status = parse(argc, argv, &id, &out);

    if (status)
        return status;
    if (out) {
        if (results_read(out, &results, error, sizeof(error)) < 0)
            return cli_usage("%s", error);
        it.results = &results;
    }
    status = cli_catalogue(&it.catalogue);
    if (!status)
        status = explain(&it, id);
    defects_done(&it.defects);
    results_done(&results);
    catalogue_done(&it.catalogue);
    return status;
}

const struct command cli_explain = {
    .name = "explain",
    .arguments = "CASE|ROW|ITEM",
    .text = "What a case or a requirement asks, how it is judged, and which defect turns it red; "
            "what an item of an ICS says, and which cases ask for it.",
    .options = options,
    .run = explain_command,
};
