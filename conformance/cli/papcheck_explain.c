/* `papcheck explain CASE|ROW`: what is asked, how it is judged, which defect turns it red, and what
 * became of it last. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/report/markup.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"
#include "spcore/base.h"

struct explanation {
    struct catalogue catalogue;
    struct defect_list defects;
    json_t *results; /* of --out; NULL: none */
};

static const char *const level_names[] = {"MUST", "SHOULD", "MAY"};

static void line(const char *name, const char *value)
{
    printf("%-12s %s\n", name, value);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void print_needs(unsigned needs)
{
    static const struct {
        unsigned bit;
        const char *text;
    } names[] = {
        {CONF_WIRE, "speaks USB/IP itself (not over usb:)"},
        {CONF_WRITES, "creates or deletes objects (--destructive on a real device)"},
        {CONF_FORMATS, "formats a store (--destructive and --serial on a real device)"},
        {CONF_CONTROL, "the control socket of our own simulator"},
        {CONF_PROVIDER, "a provider (--provider, or libspcore.so)"},
        {CONF_HOST, "our own model of a host, which it judges (never in a vendor's run)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (needs & names[i].bit)
            line("needs", names[i].text);
    }
}

static void print_defects(const struct explanation *it, const char *row, const char *indent,
                          unsigned subjects)
{
    bool any = false;

    for (size_t i = 0; i < it->defects.count; i++) {
        const struct defect_pair *pair = &it->defects.pairs[i];

        if (strcmp(pair->row, row) != 0 || !(subjects & 1u << pair->subject))
            continue;
        printf("%sturned red by %s (%s): %s\n", indent, pair->name,
               defect_subject_names[pair->subject], pair->text);
        any = true;
    }
    if (!any)
        printf("%sturned red by no declared defect\n", indent);
}

static const json_t *last_of(const struct explanation *it, const char *list, const char *id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(it->results, list), i, one)
    {
        if (strcmp(text_of(one, "id"), id) == 0)
            return one;
    }
    return NULL;
}

static void print_last(const struct explanation *it, const char *list, const char *id)
{
    const json_t *last = last_of(it, list, id);
    const char *verdict = text_of(last, "verdict"), *reason = text_of(last, "reason");

    if (!it->results)
        return;
    printf("%-12s ", "last");
    rep_plain(stdout, *verdict ? verdict : "not in that run");
    fputs(*reason ? ": " : "", stdout);
    rep_plain(stdout, reason);
    putchar('\n');
}

static void explain_case(const struct explanation *it, const struct conf_case *one)
{
    unsigned subject = 1u << (one->needs & CONF_PROVIDER ? DEFECT_PROVIDER
                              : one->needs & CONF_HOST   ? DEFECT_HOST
                                                         : DEFECT_SIMULATOR);
    char name[128], where[512];

    run_case_name(one, name, sizeof(name));
    printf("%s – %s\n", name, one->title);
    line("level", level_names[one->level]);
    if (one->steps)
        line("steps", one->steps);
    line("applies if", one->ics);
    line("player", run_player_of(one));
    print_needs(one->needs);
    snprintf(where, sizeof(where), "%s:%d", one->file, one->line);
    line("file", where);
    print_last(it, "cases", name);
    for (size_t i = 0; one->reqs[i]; i++) {
        const struct catalogue_row *row = catalogue_find(&it->catalogue, one->reqs[i]);

        printf("\n%s", one->reqs[i]);
        if (row)
            printf(" %s%s, %s\n    %s\n    source: %s", row->level,
                   row->inferred ? ", our own reading" : "", row->subject, row->requirement,
                   row->source);
        putchar('\n');
        print_defects(it, one->reqs[i], "    ", subject);
    }
}

static void explain_row(const struct explanation *it, const struct catalogue_row *row)
{
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases);
    char name[128];

    printf("%s – %s\n", row->id, row->requirement);
    printf("%-12s %s%s\n", "level", row->level, row->inferred ? " (our own reading)" : "");
    line("subject", row->subject);
    line("flow", row->flow);
    line("source", row->source);
    line("check", row->check);
    line("mutant", row->mutant);
    print_last(it, "rows", row->id);
    print_defects(it, row->id, "", ~0u);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; cases[i]->reqs[k]; k++) {
            if (strcmp(cases[i]->reqs[k], row->id) != 0)
                continue;
            run_case_name(cases[i], name, sizeof(name));
            printf("%-12s %s – %s\n", "judged by", name, cases[i]->title);
        }
    }
}

/* `out`: the folder of a run, or its results.json. */
static int load_results(const char *out, json_t **ret)
{
    char path[4200];
    json_error_t error;
    size_t length = strlen(out);
    bool file = length > 5 && strcmp(out + length - 5, ".json") == 0;

    snprintf(path, sizeof(path), "%s%s", out, file ? "" : "/results.json");
    *ret = json_load_file(path, 0, &error);
    if (*ret)
        return 0;
    return error.line > 0 ? cli_usage("%s:%d: %s", path, error.line, error.text)
                          : cli_usage("%s: %s", path, strerror(errno ? errno : EINVAL));
}

static int parse(int argc, char **argv, const char **ret_id, const char **ret_out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
            *ret_out = argv[++i];
        else if (argv[i][0] == '-' || *ret_id)
            return cli_usage("explain: unknown argument %s; expected CASE|ROW [--out DIR]",
                             argv[i]);
        else
            *ret_id = argv[i];
    }
    return *ret_id ? 0 : cli_usage("explain: expected a case or a requirement row");
}

int cli_explain(int argc, char **argv)
{
    struct explanation it = {.results = NULL};
    const char *id = NULL, *out = NULL;
    const struct conf_case *one;
    const struct catalogue_row *row;
    int status = parse(argc, argv, &id, &out);

    if (status)
        return status;
    if (out && load_results(out, &it.results))
        return EXIT_USAGE;
    status = cli_catalogue(&it.catalogue);
    if (status) {
        json_decref(it.results);
        return status;
    }
    one = run_case_find(id);
    row = catalogue_find(&it.catalogue, id);
    if (!one && !row) {
        status = cli_usage("%s: no such case or requirement row (papcheck list shows them)", id);
    } else if (defects_load(&it.defects) < 0) {
        cli_usage("explain: the lists of deviations cannot be read");
        status = EXIT_ERROR;
    } else if (one) {
        explain_case(&it, one);
    } else {
        explain_row(&it, row);
    }
    defects_done(&it.defects);
    json_decref(it.results);
    catalogue_done(&it.catalogue);
    return status;
}
