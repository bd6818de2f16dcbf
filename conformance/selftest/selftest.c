/* The self-test's engine: which cases meet which defects, and what became of each pair. */
#include "conformance/selftest/selftest.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "conformance/case/cases.h"
#include "conformance/program/terminal.h"
#include "conformance/results/clause.h"
#include "conformance/run/pool.h"

static bool matches(const char *pattern, const struct defect_pair *pair)
{
    char row[CLAUSE_ID_MAX];

    snprintf(row, sizeof(row), "%.*s", (int)clause_row_length(pair->row), pair->row);
    return !fnmatch(pattern, pair->name, 0) || !fnmatch(pattern, pair->row, 0) ||
           !fnmatch(pattern, row, 0);
}

bool selftest_wants(const struct selftest *self, const struct defect_pair *pair)
{
    for (size_t i = 0; i < self->pattern_count; i++) {
        if (matches(self->patterns[i], pair))
            return true;
    }
    return !self->pattern_count;
}

const char *selftest_bad_pattern(const struct selftest *self)
{
    for (size_t i = 0; i < self->pattern_count; i++) {
        size_t k = 0;

        while (k < self->defects->count && !matches(self->patterns[i], &self->defects->pairs[k]))
            k++;
        if (k == self->defects->count)
            return self->patterns[i];
    }
    return NULL;
}

/* ---- the clean run */

static int run_clean(struct selftest *self)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases), found = 0;
    int error;

    self->chosen = calloc(count + 1, sizeof(*self->chosen));
    if (!self->chosen)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        bool any = !self->pattern_count;

        for (size_t k = 0; k < self->defects->count && !any; k++)
            any = selftest_wants(self, &self->defects->pairs[k]) &&
                  cases_judge(cases[i], self->defects->pairs[k].row);
        if (any)
            self->chosen[found++] = cases[i];
    }
    self->clean.options = self->options;
    self->clean.catalogue = self->catalogue;
    error = run_all(&self->clean, self->chosen, found, NULL, NULL);
    self->options.provider_class = self->clean.options.provider_class;
    return error;
}

static const struct result *clean_result(const struct selftest *self, const struct conf_case *one)
{
    for (size_t i = 0; i < self->clean.results.case_count; i++) {
        if (self->clean.cases[i] == one)
            return &self->clean.results.cases[i];
    }
    return NULL;
}

bool selftest_is_green(const struct result *result, const char *row)
{
    struct result_count count;

    if (!result || result->verdict == VERDICT_ERROR)
        return false;
    count = result_count(result, row);
    return count.pass && !count.fail;
}

/* A case with nothing to judge in the clean run may have with a defect: an interface that is
 * offered, and badly. It can be seen red, but covers no row. */
static bool can_turn_red(const struct result *result, const char *row)
{
    return selftest_is_green(result, row) ||
           (result &&
            (result->verdict == VERDICT_INCONCLUSIVE ||
             result->verdict == VERDICT_NOT_APPLICABLE) &&
            !result_count(result, row).pass && !result_count(result, row).fail);
}

/* ---- tasks */

static int add_tasks(struct selftest *self, size_t index)
{
    const struct defect_pair *pair = &self->defects->pairs[index];
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);

    self->kills[index] = KILL_NO_CASE;
    for (size_t i = 0; i < count; i++) {
        struct selftest_task *tasks;

        if (!cases_judge(cases[i], pair->row) || subject_of(cases[i]) != pair->subject)
            continue;
        if (!can_turn_red(clean_result(self, cases[i]), pair->row)) {
            self->kills[index] = kill_best(self->kills[index], KILL_NOT_CLEAN);
            continue;
        }
        tasks = realloc(self->tasks, (self->task_count + 1) * sizeof(*tasks));
        if (!tasks)
            return -ENOMEM;
        self->tasks = tasks;
        tasks[self->task_count++] =
            (struct selftest_task){.defect = pair, .conf_case = cases[i], .kill = KILL_NO_PROOF};
        self->kills[index] = kill_best(self->kills[index], KILL_NO_PROOF);
    }
    return 0;
}

bool selftest_seen_red(const struct selftest *self, const struct conf_case *conf_case)
{
    for (size_t i = 0; i < self->task_count; i++) {
        if (self->tasks[i].conf_case == conf_case && self->tasks[i].kill == KILL_KILLED)
            return true;
    }
    return false;
}

/* One kill of a pair is enough: its further cases are not run, unless a case needs it. */
static bool proven(const struct selftest *self, const struct selftest_task *task)
{
    return self->kills[task->defect - self->defects->pairs] == KILL_KILLED &&
           selftest_seen_red(self, task->conf_case);
}

static int begin(void *context, struct attempt *attempt)
{
    struct selftest *self = context;
    struct selftest_task *task;
    char slot[64];

    while (self->next < self->task_count && proven(self, &self->tasks[self->next]))
        self->next++;
    if (self->next == self->task_count)
        return -1;
    task = &self->tasks[self->next];
    task->options = self->options;
    task->defects[0] = task->defect->name;
    task->options.of[task->defect->subject].defects = task->defects;
    if (subjects[task->defect->subject].deviant)
        task->options.of[task->defect->subject].name = self->deviants[task->defect->subject];
    *attempt = (struct attempt){.options = &task->options,
                                .catalogue = self->catalogue,
                                .conf_case = task->conf_case,
                                .index = self->next};
    snprintf(slot, sizeof(slot), "selftest/%zu", self->next++);
    return attempt_begin(attempt, NULL, slot);
}

static void over(void *context, struct attempt *attempt)
{
    struct selftest *self = context;
    struct selftest_task *task = &self->tasks[attempt->index];
    enum kill *kill = &self->kills[task->defect - self->defects->pairs];

    task->ran = true;
    task->seconds = attempt->result.seconds;
    task->kill = kill_of(&attempt->result, task->defect->row);
    *kill = kill_best(*kill, task->kill);
    result_done(&attempt->result);
    self->done++;
    terminal_progress(self->done, self->task_count, task->defect->name);
}

int selftest_run(struct selftest *self)
{
    struct pool pool = {.jobs = self->options.jobs, .begin = begin, .over = over, .context = self};
    int error;

    terminal_clear_on_signals();
    nursery_open(self->options.papsim, &self->nursery);
    subjects_before_workers(&self->options);
    self->options.nursery = &self->nursery;
    if (!pool.jobs)
        pool.jobs = run_default_jobs();
    self->kills = calloc(self->defects->count + 1, sizeof(*self->kills));
    error = self->kills ? run_clean(self) : -ENOMEM;
    for (size_t i = 0; i < self->defects->count && !error; i++) {
        if (selftest_wants(self, &self->defects->pairs[i]))
            error = add_tasks(self, i);
    }
    if (!error) {
        error = pool_run(&pool);
        run_complain(&self->options, error);
    }
    nursery_close(&self->nursery);
    terminal_clear();
    return error;
}

void selftest_done(struct selftest *self)
{
    run_done(&self->clean);
    free(self->chosen);
    free(self->tasks);
    free(self->kills);
}
