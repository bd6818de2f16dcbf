/* `papcheck list`: the cases, for people or as JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/cli/papcheck.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"

static json_t *case_json(const struct conf_case *one, const struct defect_list *defects)
{
    json_t *reqs = json_array(), *names = json_array(), *needs = json_array();
    char name[128];

    for (size_t i = 0; one->reqs[i]; i++) {
        json_array_append_new(reqs, json_string(one->reqs[i]));
        for (size_t k = 0; k < defects->count; k++) {
            if (strcmp(defects->pairs[k].row, one->reqs[i]) == 0)
                json_array_append_new(names, json_string(defects->pairs[k].name));
        }
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

int cli_list(int argc, char **argv)
{
    const char *patterns[64];
    size_t pattern_count = 0, count;
    const struct conf_case **cases;
    struct catalogue catalogue;
    struct defect_list defects = {0};
    const char *bad = NULL;
    bool as_json = false;
    json_t *all;
    int status;

    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], "--json") == 0)
            as_json = true;
        else if (argv[k][0] == '-' || pattern_count == 64)
            return cli_usage("list: unknown option %s; expected --json", argv[k]);
        else
            patterns[pattern_count++] = argv[k];
    }
    status = cli_catalogue(&catalogue);
    if (status)
        return status;
    if (run_select(&catalogue, patterns, pattern_count, &cases, &count, &bad) < 0) {
        catalogue_done(&catalogue);
        return cli_usage("%s: no such case, row or flow", bad ? bad : "list");
    }
    if (as_json)
        defects_load(&defects);
    all = json_array();
    for (size_t i = 0; i < count; i++) {
        char name[128];

        cases_name(cases[i], name, sizeof(name));
        if (as_json)
            json_array_append_new(all, case_json(cases[i], &defects));
        else
            printf("%-24s %s\n", name, cases[i]->title);
    }
    if (as_json) {
        json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        putchar('\n');
    }
    json_decref(all);
    defects_done(&defects);
    free(cases);
    catalogue_done(&catalogue);
    return EXIT_OK;
}
