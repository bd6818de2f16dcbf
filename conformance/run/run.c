/* Many cases, several at a time; and what they come to. */
#include "conformance/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "conformance/case/worker.h"
#include "conformance/run/barred.h"
#include "conformance/run/extent.h"
#include "conformance/run/nursery.h"
#include "conformance/run/observe.h"
#include "conformance/run/origin.h"
#include "conformance/run/pool.h"
#include "conformance/run/silence.h"
#include "conformance/run/untried.h"
#include "spcore/base.h"

#define JOBS_A_PROCESSOR 4

struct run_name {
    char id[96], evidence[104];
};

struct work {
    struct run *run;
    size_t *order; /* indices of results; the longest first, or the run waits for them at its end */
    size_t next;
    bool failed;
    struct silence silence;
    void (*progress)(const struct run *run, const struct result *result, void *context);
    void *context;
};

unsigned run_default_jobs(void)
{
    return JOBS_A_PROCESSOR * (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

void run_complain(const struct run_options *options, int error)
{
    if (error)
        fprintf(stderr, "papcheck: %s: %s\n", options->out, strerror(-error));
}

/* ---- results before their cases have run */

int run_name_results(struct run *run, const struct conf_case *const *cases, size_t count)
{
    run->cases = cases;
    run->case_count = count;
    run->names = calloc(count + 1, sizeof(*run->names));
    run->results.cases =
        calloc(count + 2, sizeof(*run->results.cases)); /* and the ICS, and what is untried */
    if (!run->names || !run->results.cases)
        return -ENOMEM;
    run->results.case_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct catalogue_row *row = catalogue_find(run->catalogue, cases[i]->reqs[0]);
        struct run_name *name = &run->names[i];

        cases_name(cases[i], name->id, sizeof(name->id));
        snprintf(name->evidence, sizeof(name->evidence), "cases/%s", cases[i]->id);
        run->results.cases[i] =
            (struct result){.id = name->id,
                            .title = cases[i]->title,
                            .level = cases_levels[cases[i]->level],
                            .flow = row ? row->flow : "",
                            .player = subject_player_name(&run->options, cases[i]),
                            .evidence = name->evidence};
        result_say(&run->results.cases[i], VERDICT_NOT_RUN, CAUSE_INTERRUPT,
                   "the run ended before it");
    }
    return 0;
}

/* What keeps a whole subject from being judged is said before the cases, once. */
static void say_obstacle(const struct run *run)
{
    enum verdict verdict;
    enum cause cause;

    for (size_t i = 0; i < run->case_count; i++) {
        if (attempt_obstacle(&run->options, run_ics_of(run, run->cases[i]), run->cases[i], &verdict,
                             &cause) == attempt_anothers) {
            fprintf(stderr, "papcheck: no case of the provider is run: %s\n", attempt_anothers);
            return;
        }
    }
}

/* ---- the cases themselves */

static void aim(struct work *work, size_t index, struct attempt *attempt)
{
    struct run *run = work->run;

    *attempt = (struct attempt){.options = &run->options,
                                .catalogue = run->catalogue,
                                .conf_case = run->cases[index],
                                .index = index,
                                .result = run->results.cases[index]};
}

static int begin(void *context, struct attempt *attempt)
{
    struct work *work = context;
    struct run *run = work->run;
    size_t index;

    if (work->next == run->results.case_count || run->interrupted ||
        (work->failed && run->options.fail_fast))
        return -1;
    index = work->order[work->next++];
    aim(work, index, attempt);
    return attempt_begin(attempt, run_ics_of(run, run->cases[index]), run->names[index].evidence);
}

static void over(void *context, struct attempt *attempt)
{
    struct work *work = context;
    struct result *result = &work->run->results.cases[attempt->index];

    *result = attempt->result;
    if (attempt->unwritten) /* the run ends and says so */
        return;
    work->failed |=
        silence_blame(&work->silence, &work->run->results.cases[work->silence.last.index]);
    work->failed |=
        result->verdict == VERDICT_FAIL || result->verdict == VERDICT_ERROR || result->barred;
    if (work->progress)
        work->progress(work->run, result, work->context);
}

static int debug(struct work *work)
{
    struct run *run = work->run;
    struct attempt *attempt = calloc(1, sizeof(*attempt));
    int error;

    if (!attempt)
        return -ENOMEM;
    aim(work, 0, attempt);
    attempt_debug(attempt, run_ics_of(run, run->cases[0]), run->names[0].evidence);
    error = attempt->unwritten;
    over(work, attempt);
    free(attempt);
    return error;
}

static size_t *longest_first(const struct conf_case *const *cases, size_t count)
{
    size_t *order = calloc(count + 1, sizeof(*order));
    size_t k;

    for (size_t i = 0; order && i < count; i++) {
        for (k = i; k && cases_timeout_s(cases[order[k - 1]]) < cases_timeout_s(cases[i]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    return order;
}

int run_all(struct run *run, const struct conf_case *const *cases, size_t count,
            void (*progress)(const struct run *run, const struct result *result, void *context),
            void *context)
{
    struct work work = {
        .run = run, .order = longest_first(cases, count), .progress = progress, .context = context};
    /* One importer at a time of a device that is not ours. */
    unsigned jobs = run->options.of[SUBJECT_DEVICE].name ? 1
                    : run->options.jobs                  ? run->options.jobs
                                                         : run_default_jobs();
    struct pool pool = {.jobs = jobs,
                        .stop_fd = run->options.stop_fd,
                        .begin = begin,
                        .over = over,
                        .context = &work};
    struct nursery nursery = {.socket = -1};
    bool own =
        !run->options.nursery && !run->options.of[SUBJECT_DEVICE].name && !run->options.debug;
    int error = work.order ? run_name_results(run, cases, count) : -ENOMEM;

    origin_begin(run);
    if (run->options.of[SUBJECT_DEVICE].name && !run->options.debug)
        run->options.silence = &work.silence;
    if (own) {
        nursery_open(run->options.papsim, &nursery);
        run->options.nursery = &nursery;
    }
    if (!error)
        error = run_observe_all(run);
    if (!error) {
        say_obstacle(run);
        subjects_before_workers(&run->options);
        error = run->options.debug ? debug(&work) : pool_run(&pool);
        run_complain(&run->options, error);
    }
    if (own) {
        nursery_close(&nursery);
        run->options.nursery = NULL;
    }
    run->options.silence = NULL;
    free(work.order);
    return error;
}

/* ---- what they come to */

/* That an ICS is well kept says nothing of what it declares. */
static bool is_judged(const struct results *results)
{
    for (size_t i = 0; i < results->case_count; i++) {
        const struct result *one = &results->cases[i];

        if (one->cause != CAUSE_ICS &&
            (one->verdict == VERDICT_PASS || one->verdict == VERDICT_FAIL ||
             one->verdict == VERDICT_INCONCLUSIVE))
            return true;
    }
    return false;
}

static int exit_code(const struct results *results)
{
    if (results_count(results, NULL, VERDICT_FAIL))
        return 1;
    if (results_count(results, NULL, VERDICT_ERROR))
        return 3;
    if (!is_judged(results))
        return 3; /* green would be a lie */
    return results_left(results) && !results->subset ? 5 : 0;
}

/* What checks said of each row and each clause, in the catalogue's order. */
struct seen {
    struct said {
        bool any, failed;
    } * rows, *clauses;
};

/* A row holds where a check of it did and none failed; the checks of an error, or of a case that
 * got no further, prove nothing. */
static void see(const struct catalogue *catalogue, const struct result *result,
                const struct seen *seen)
{
    bool is_proof = result->verdict != VERDICT_ERROR && result->verdict != VERDICT_NOT_RUN;

    for (size_t i = 0; i < result->count_count; i++) {
        const struct result_count *count = &result->counts[i];
        const struct catalogue_row *row = catalogue_find(catalogue, count->row);
        const struct catalogue_clause *clause = catalogue_clause(catalogue, count->row);
        struct said *const said[] = {
            row ? &seen->rows[row - catalogue->rows] : NULL,
            clause ? &seen->clauses[clause - catalogue->clauses] : NULL,
        };

        for (size_t k = 0; k < ARRAY_SIZE(said); k++) {
            if (!said[k])
                continue;
            said[k]->any |= (is_proof && !count->missing) || count->fail;
            said[k]->failed |= count->fail != 0;
        }
    }
}

static void list_judged(const struct catalogue *catalogue, const struct seen *seen,
                        struct results *ret)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_row *row = &catalogue->rows[i];

        if (seen->rows[i].any)
            ret->rows[ret->row_count++] = (struct result_row){
                row->id,      row->level,           row->flow, row->subject, row->requirement,
                row->reading, !seen->rows[i].failed};
    }
    for (size_t i = 0; i < catalogue->clause_count; i++) {
        const struct catalogue_clause *clause = &catalogue->clauses[i];

        if (seen->clauses[i].any)
            ret->clauses[ret->clause_count++] =
                (struct result_clause){clause->id, clause->text, !seen->clauses[i].failed};
    }
}

static int gather_rows(struct run *run)
{
    const struct catalogue *catalogue = run->catalogue;
    struct results *results = &run->results;
    struct seen seen = {calloc(catalogue->count + 1, sizeof(*seen.rows)),
                        calloc(catalogue->clause_count + 1, sizeof(*seen.clauses))};
    bool has_room;

    results->rows = calloc(catalogue->count + 1, sizeof(*results->rows));
    results->clauses = calloc(catalogue->clause_count + 1, sizeof(*results->clauses));
    has_room = seen.rows && seen.clauses && results->rows && results->clauses;
    for (size_t i = 0; i < results->case_count && has_room; i++)
        see(catalogue, &results->cases[i], &seen);
    if (has_room)
        list_judged(catalogue, &seen, results);
    free(seen.rows);
    free(seen.clauses);
    return has_room ? 0 : -ENOMEM;
}

static int name_subjects(struct run *run)
{
    const struct run_options *options = &run->options;
    int error = 0;

    for (enum subject_id id = 0; id < SUBJECTS && !error; id++) {
        const char *const *defects = options->of[id].defects;

        if (subjects[id].given(options))
            error = texts_add(&run->results.subjects, subjects[id].name);
        for (; defects && *defects && !error; defects++)
            error = texts_add(&run->results.defects, *defects);
    }
    return error;
}

int run_weigh(struct run *run)
{
    struct results *results = &run->results;
    int error = gather_rows(run);

    if (!error)
        error = extent_results(run);
    for (size_t i = 0; i < results->case_count; i++)
        results->seconds += results->cases[i].seconds > 0 ? results->cases[i].seconds : 0;
    results->exit = run->interrupted ? 130 : exit_code(results);
    return error;
}

static const char *name_device(struct run *run)
{
    const struct run_options *options = &run->options;

    if (options->of[SUBJECT_DEVICE].name)
        return options->of[SUBJECT_DEVICE].name;
    if (!options->player)
        return RUN_OWN_DEVICE;
    snprintf(run->device, sizeof(run->device), "player %s", cases_base_name(options->player));
    return run->device;
}

int run_conclude(struct run *run)
{
    const struct subject_given *provider = &run->options.of[SUBJECT_PROVIDER];
    struct results *results = &run->results;
    int error = run->ics ? run_ics_results(run) : 0;

    if (!error)
        error = barred_settle(run);
    results->suite = RUN_SUITE;
    results->seed = run->options.seed;
    results->strict = run->options.strict;
    results->device = name_device(run);
    results->provider = !provider->name ? ""
                        : provider->own ? subjects[SUBJECT_PROVIDER].own
                                        : provider->name;
    if (provider->name && run->options.provider_class) {
        results->provider_class = run->options.provider_class;
        results->provider_class_by = *run->class.id ? run->class.by : "--clsid";
    }
    if (!error)
        error = name_subjects(run);
    if (!error)
        error = origin_results(run);
    if (!error)
        error = run_weigh(run);
    return error ? error : untried_results(run);
}

void run_done(struct run *run)
{
    results_done(&run->results);
    json_decref(run->exercised);
    run_ics_free(run->ics);
    free(run->names);
}
