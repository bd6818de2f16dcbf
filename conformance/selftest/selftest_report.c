/* What a self-test proves: the pairs that were not killed, the rows covered by flow, and the cases
 * that nothing turned red. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/results/results_folder.h"
#include "conformance/selftest/selftest.h"

static bool green_anywhere(const struct selftest *self, const char *row)
{
    for (size_t i = 0; i < self->clean.results.case_count; i++) {
        if (selftest_is_green(&self->clean.results.cases[i], row))
            return true;
    }
    return false;
}

/* Is it seen red by a defect of its own, and green on the clean subject? */
static bool is_proven(const struct selftest *self, const char *id)
{
    for (size_t i = 0; i < self->defects->count; i++) {
        if (self->kills[i] == KILL_KILLED && strcmp(self->defects->pairs[i].row, id) == 0)
            return green_anywhere(self, id);
    }
    return false;
}

/* Rows and clauses of them that are proven. A row that is split is covered when all its clauses
 * are, and partial when some are; what is proven of it as a whole says nothing of its clauses. */
struct coverage {
    json_t *covered, *partial; /* ids of rows, by flow */
    json_t *open;              /* ids of clauses of those rows that any case judges */
    size_t rows, inferred, partials, clauses, proven;
};

static size_t weigh_clauses(const struct selftest *self, const struct catalogue_clause *clauses,
                            size_t count, struct coverage *ret)
{
    size_t proven = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_proven(self, clauses[i].id))
            proven++;
        else
            json_array_append_new(ret->open, json_string(clauses[i].id));
    }
    ret->clauses += count;
    ret->proven += proven;
    return proven;
}

static void weigh_row(const struct selftest *self, const struct catalogue_row *row,
                      struct coverage *ret)
{
    size_t count, proven;
    const struct catalogue_clause *clauses = catalogue_clauses(self->catalogue, row->id, &count);

    if (!cases_have(row->id))
        return;
    proven = clauses ? weigh_clauses(self, clauses, count, ret) : is_proven(self, row->id);
    if (proven && proven == (clauses ? count : 1)) {
        json_array_append_new(json_object_get(ret->covered, row->flow), json_string(row->id));
        *(*row->reading ? &ret->inferred : &ret->rows) += 1;
    } else if (proven) {
        json_array_append_new(json_object_get(ret->partial, row->flow), json_string(row->id));
        ret->partials++;
    }
}

static struct coverage weigh(const struct selftest *self)
{
    struct coverage all = {
        .covered = json_object(), .partial = json_object(), .open = json_array()};

    for (const char *const *flow = flow_names; *flow; flow++) {
        json_object_set_new(all.covered, *flow, json_array());
        json_object_set_new(all.partial, *flow, json_array());
    }
    for (size_t i = 0; i < self->catalogue->count; i++)
        weigh_row(self, &self->catalogue->rows[i], &all);
    return all;
}

static json_t *pairs_json(const struct selftest *self)
{
    json_t *pairs = json_array();

    for (size_t i = 0; i < self->defects->count; i++) {
        const struct defect_pair *pair = &self->defects->pairs[i];

        if (selftest_wants(self, pair))
            json_array_append_new(pairs,
                                  json_pack("{s:s,s:s,s:s,s:s}", "deviation", pair->name, "row",
                                            pair->row, "subject", subjects[pair->subject].defective,
                                            "outcome", kill_names[self->kills[i]]));
    }
    return pairs;
}

/* Every run against a defect, in the order of the defects. */
static json_t *matrix_json(const struct selftest *self, json_t *seconds)
{
    json_t *matrix = json_array();

    for (size_t i = 0; i < self->task_count; i++) {
        const struct selftest_task *task = &self->tasks[i];
        char name[128], key[256];

        if (!task->ran)
            continue;
        cases_name(task->conf_case, name, sizeof(name));
        snprintf(key, sizeof(key), "%s %s %s", task->defect->name, task->defect->row, name);
        json_object_set_new(seconds, key, json_real(task->seconds));
        json_array_append_new(matrix, json_pack("{s:s,s:s,s:s,s:s}", "deviation",
                                                task->defect->name, "row", task->defect->row,
                                                "case", name, "outcome", kill_names[task->kill]));
    }
    return matrix;
}

/* MUST cases that no defect turned red; they prove nothing yet. */
static json_t *unproven_cases(const struct selftest *self)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);
    json_t *names = json_array();

    for (size_t i = 0; i < count && !self->pattern_count; i++) {
        char name[128];

        cases_name(cases[i], name, sizeof(name));
        if (cases[i]->level == CONF_MUST && !selftest_seen_red(self, cases[i]))
            json_array_append_new(names, json_string(name));
    }
    return names;
}

/* ---- what is printed; each returns how much is wrong */

static size_t print_clean(const struct selftest *self)
{
    size_t bad = 0;

    for (size_t i = 0; i < self->clean.results.case_count; i++) {
        const struct result *result = &self->clean.results.cases[i];

        if (result->verdict == VERDICT_PASS || result->verdict == VERDICT_NOT_APPLICABLE)
            continue;
        printf("clean %s: %s %s\n", verdict_names[result->verdict].name, result->id,
               result_reason(result));
        bad += result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR;
    }
    return bad;
}

static size_t print_pairs(const struct selftest *self, size_t counts[KILLS])
{
    size_t bad = 0;

    for (size_t i = 0; i < self->defects->count; i++) {
        const struct defect_pair *pair = &self->defects->pairs[i];

        if (!selftest_wants(self, pair))
            continue;
        counts[self->kills[i]]++;
        if (self->kills[i] == KILL_KILLED)
            continue;
        printf("%s: %s %s (%s)\n", kill_names[self->kills[i]], pair->row, pair->name, pair->text);
        bad++;
    }
    return bad;
}

static size_t print_unproven(const json_t *unproven)
{
    const json_t *name;
    size_t i;

    json_array_foreach(unproven, i, name)
        printf("never red: MUST case %s\n", json_string_value(name));
    return json_array_size(unproven);
}

static void print_covered(const json_t *covered)
{
    for (const char *const *flow = flow_names; *flow; flow++)
        printf("covered %-16s %zu rows\n", *flow, json_array_size(json_object_get(covered, *flow)));
}

int selftest_report(const struct selftest *self)
{
    size_t counts[KILLS] = {0};
    struct coverage coverage = weigh(self);
    json_t *unproven = unproven_cases(self), *seconds = json_object();
    size_t dirty = print_clean(self), bad = dirty;
    const char *out = self->options.out;
    int status, error, late;

    bad += print_pairs(self, counts);
    bad += print_unproven(unproven);
    print_covered(coverage.covered);
    status = bad ? 1 : 0;
    printf("%zu killed %zu survived %zu no case %zu no proof %zu not clean, %zu MUST cases "
           "never red, %zu clean failures – %zu rows covered and %zu inferred, %zu partial, "
           "%zu of %zu clauses (%d)\n",
           counts[KILL_KILLED], counts[KILL_SURVIVED], counts[KILL_NO_CASE], counts[KILL_NO_PROOF],
           counts[KILL_NOT_CLEAN], json_array_size(unproven), dirty, coverage.rows,
           coverage.inferred, coverage.partials, coverage.proven, coverage.clauses, status);
    error = results_folder_json(
        out, "selftest.json",
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:i}", "pairs", pairs_json(self), "matrix",
                  matrix_json(self, seconds), "covered", coverage.covered, "partial",
                  coverage.partial, "open", coverage.open, "unproven", unproven, "exit", status));
    late = results_folder_json(out, "timing.json", seconds);
    error = error ? error : late;
    run_complain(&self->options, error);
    return error ? error : status;
}
