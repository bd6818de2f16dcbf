/* `papcheck list --rows`: the requirements, and how far each is judged – what cases and defects
 * declare, or what a self-test has found. */
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_list.h"
#include "conformance/results/clause.h"

enum state { NO_CASE, NO_DEFECT, DECLARED, NOT_COVERED, PARTIAL, COVERED, STATES };

static const char *const state_names[STATES] = {
    [NO_CASE] = "no case", [NO_DEFECT] = "no defect", [DECLARED] = "declared",
    [PARTIAL] = "partial", [COVERED] = "covered",     [NOT_COVERED] = "not covered",
};

struct list {
    const struct list_words *words;
    const struct defect_list *defects;
    const struct conf_case *const *cases;
    size_t case_count;
    const struct catalogue *catalogue;
    json_t *selftest; /* what it left; NULL: none was asked for */
};

/* ---- which rows */

static bool is_of_case(const struct list *list, const struct catalogue_row *row,
                       const char *pattern)
{
    char name[128];

    for (size_t i = 0; i < list->case_count; i++) {
        cases_name(list->cases[i], name, sizeof(name));
        if (cases_judge(list->cases[i], row->id) && !fnmatch(pattern, name, 0))
            return true;
    }
    return false;
}

static bool matches(const struct list *list, const struct catalogue_row *row, const char *pattern)
{
    return !fnmatch(pattern, row->id, 0) || strcmp(pattern, row->flow) == 0 ||
           is_of_case(list, row, pattern);
}

static bool is_wanted(const struct list *list, const struct catalogue_row *row)
{
    bool any = !list->words->pattern_count;

    if (list->words->subject && strcmp(row->subject, list->words->subject) != 0)
        return false;
    for (size_t i = 0; i < list->words->pattern_count && !any; i++)
        any = matches(list, row, list->words->patterns[i]);
    return any;
}

static const char *bad_pattern(const struct list *list, const struct catalogue *catalogue)
{
    for (size_t i = 0; i < list->words->pattern_count; i++) {
        size_t k = 0;

        while (k < catalogue->count &&
               !matches(list, &catalogue->rows[k], list->words->patterns[i]))
            k++;
        if (k == catalogue->count)
            return list->words->patterns[i];
    }
    return NULL;
}

/* ---- what is known of one */

static json_t *cases_of(const struct list *list, const struct catalogue_row *row)
{
    json_t *names = json_array();
    char name[128];

    for (size_t i = 0; i < list->case_count; i++) {
        cases_name(list->cases[i], name, sizeof(name));
        if (cases_judge(list->cases[i], row->id))
            json_array_append_new(names, json_string(name));
    }
    return names;
}

static bool has_id(const json_t *ids, const char *wanted)
{
    const json_t *id;
    size_t i;

    json_array_foreach(ids, i, id)
    {
        if (json_string_value(id) && strcmp(json_string_value(id), wanted) == 0)
            return true;
    }
    return false;
}

void list_defects(const struct defect_list *defects, const char *row, json_t *names)
{
    for (size_t i = 0; i < defects->count; i++) {
        const struct defect_pair *pair = &defects->pairs[i];

        if (clause_is_of(pair->row, row) && !has_id(names, pair->name))
            json_array_append_new(names, json_string(pair->name));
    }
}

static json_t *defects_of(const struct list *list, const struct catalogue_row *row)
{
    json_t *names = json_array();

    list_defects(list->defects, row->id, names);
    return names;
}

static bool is_listed(const struct list *list, const char *as, const struct catalogue_row *row)
{
    return has_id(json_object_get(json_object_get(list->selftest, as), row->flow), row->id);
}

static enum state state_of(const struct list *list, const struct catalogue_row *row,
                           const json_t *cases, const json_t *defects)
{
    if (!json_array_size(cases))
        return NO_CASE;
    if (!list->selftest)
        return json_array_size(defects) ? DECLARED : NO_DEFECT;
    if (is_listed(list, "covered", row))
        return COVERED;
    return is_listed(list, "partial", row) ? PARTIAL : NOT_COVERED;
}

static json_t *clauses_of(const struct list *list, const struct catalogue_row *row)
{
    const json_t *open = json_object_get(list->selftest, "open");
    json_t *all = json_array();
    size_t count;
    const struct catalogue_clause *clauses = catalogue_clauses(list->catalogue, row->id, &count);

    for (size_t i = 0; i < count; i++) {
        json_t *clause = json_pack("{s:s,s:s}", "id", clauses[i].id, "clause", clauses[i].text);

        if (list->selftest)
            json_object_set_new(clause, "open", json_boolean(has_id(open, clauses[i].id)));
        json_array_append_new(all, clause);
    }
    return all;
}

static json_t *row_json(const struct list *list, const struct catalogue_row *row)
{
    json_t *cases = cases_of(list, row), *defects = defects_of(list, row);
    enum state state = state_of(list, row, cases, defects);

    return json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:o,s:o,s:o}", "id", row->id, "level",
                     row->level, "subject", row->subject, "flow", row->flow, "inferred",
                     *row->reading != '\0', "state", state_names[state], "requirement",
                     row->requirement, "clauses", clauses_of(list, row), "cases", cases,
                     "deviations", defects);
}

static const char *member(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static void print(const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        printf("%-16s %-6s %-14s %-14s %-11s %s\n", member(row, "id"), member(row, "level"),
               member(row, "subject"), member(row, "flow"), member(row, "state"),
               member(row, "requirement"));
    }
}

/* ---- all of them */

/* What a self-test left in its folder: 0 or a usage error. */
static int read_selftest(const char *folder, json_t **ret)
{
    char path[PATH_MAX];
    json_error_t error;

    if ((size_t)snprintf(path, sizeof(path), "%s/selftest.json", folder) >= sizeof(path))
        return cli_usage("--selftest %s: %s", folder, strerror(ENAMETOOLONG));
    *ret = json_load_file(path, 0, &error);
    return json_is_object(json_object_get(*ret, "covered"))
               ? 0
               : cli_usage("%s: not what `papcheck selftest` leaves", path);
}

int list_rows(const struct list_words *words, const struct catalogue *catalogue,
              const struct defect_list *defects)
{
    struct list list = {.words = words, .defects = defects, .catalogue = catalogue};
    json_t *rows = json_array();
    const char *bad;
    int status = 0;

    list.case_count = cases_all(&list.cases);
    if (words->selftest)
        status = read_selftest(words->selftest, &list.selftest);
    bad = bad_pattern(&list, catalogue);
    if (!status && bad)
        status = cli_usage("%s: no such row, flow or case", bad);
    for (size_t i = 0; i < catalogue->count && !status; i++) {
        if (is_wanted(&list, &catalogue->rows[i]))
            json_array_append_new(rows, row_json(&list, &catalogue->rows[i]));
    }
    if (!status && words->json)
        cli_print_json(rows);
    else if (!status)
        print(rows);
    json_decref(list.selftest);
    json_decref(rows);
    return status;
}
