/* Many cases, several at a time; and what they come to. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/run.h"

#define PLAYERS_MAX 32

/* Observations, one a player file. */
struct run_ics {
    struct {
        const char *player;
        struct ics ics;
    } of[PLAYERS_MAX];
    size_t count;
};

struct pool {
    struct run *run;
    pthread_mutex_t lock; /* of next and of the call-back */
    size_t *order; /* indices of results; the longest first, or the run waits for them at its end */
    size_t next;
    bool failed;
    void (*progress)(const struct run *run, const struct run_result *result, void *context);
    void *context;
};

static const struct ics *observation_of(const struct run *run, const char *player)
{
    for (size_t i = 0; run->ics && i < run->ics->count; i++) {
        if (strcmp(run->ics->of[i].player, player) == 0)
            return &run->ics->of[i].ics;
    }
    return NULL;
}

/* One observation a player the chosen cases want; a device has one for all. */
static int observe_all(struct run *run, const struct conf_case *const *cases, size_t count)
{
    struct run_ics *ics = calloc(1, sizeof(*ics));
    char error[512];

    if (!ics)
        return -ENOMEM;
    run->ics = ics;
    for (size_t i = 0; i < count && ics->count < PLAYERS_MAX; i++) {
        const char *player = run->options.device ? "" : run_player_of(cases[i]);
        struct ics *one = &ics->of[ics->count].ics;
        int result;

        if (observation_of(run, player))
            continue;
        if (run->options.ics)
            result = ics_read(run->options.ics, one, error, sizeof(error));
        else
            result = run_observe(&run->options, player, one, error, sizeof(error));
        if (result) {
            fprintf(stderr, "papcheck: %s\n", error);
            if (run->options.device || run->options.ics)
                return result;
            continue; /* its cases will say why on their own */
        }
        ics->of[ics->count++].player = player;
    }
    return 0;
}

json_t *run_ics_json(const struct run *run)
{
    json_t *all = json_object();

    for (size_t i = 0; run->ics && i < run->ics->count; i++) {
        const struct ics *ics = &run->ics->of[i].ics;
        json_t *items = json_array();

        for (size_t k = 0; k < ics->count; k++)
            json_array_append_new(items, json_string(ics->items[k]));
        json_object_set_new(all, run->ics->of[i].player, items);
    }
    return all;
}

static const struct ics *ics_for(const struct run *run, const struct conf_case *one)
{
    return observation_of(run, run->options.device ? "" : run_player_of(one));
}

static void *work(void *argument)
{
    struct pool *pool = argument;
    struct run *run = pool->run;
    char slot[160];

    for (;;) {
        struct run_result result;
        size_t index;

        pthread_mutex_lock(&pool->lock);
        index = run->count;
        if (pool->next < run->count && !run->interrupted &&
            !(pool->failed && run->options.fail_fast))
            index = pool->order[pool->next++];
        pthread_mutex_unlock(&pool->lock);
        if (index >= run->count)
            return NULL;
        snprintf(slot, sizeof(slot), "cases/%s", run->results[index].conf_case->id);
        run_one(&run->options, run->catalogue, ics_for(run, run->results[index].conf_case),
                run->results[index].conf_case, slot, &result);
        pthread_mutex_lock(&pool->lock);
        run->results[index] = result;
        pool->failed |= result.verdict == RUN_FAIL || result.verdict == RUN_ERROR;
        if (pool->progress)
            pool->progress(run, &run->results[index], pool->context);
        pthread_mutex_unlock(&pool->lock);
    }
}

static unsigned patience(const struct conf_case *one)
{
    return one->timeout_s ? one->timeout_s : 20;
}

static size_t *longest_first(const struct conf_case *const *cases, size_t count)
{
    size_t *order = calloc(count + 1, sizeof(*order));
    size_t k;

    for (size_t i = 0; order && i < count; i++) {
        for (k = i; k && patience(cases[order[k - 1]]) < patience(cases[i]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    return order;
}

int run_all(struct run *run, const struct conf_case *const *cases, size_t count,
            void (*progress)(const struct run *run, const struct run_result *result, void *context),
            void *context)
{
    struct pool pool = {.run = run, .progress = progress, .context = context};
    unsigned jobs = run->options.device ? 1 : run->options.jobs; /* one importer at a time */
    pthread_t *threads;
    size_t i;
    int error;

    run->results = calloc(count ? count : 1, sizeof(*run->results));
    threads = calloc(jobs, sizeof(*threads));
    pool.order = longest_first(cases, count);
    if (!run->results || !threads || !pool.order) {
        free(threads);
        free(pool.order);
        return -ENOMEM;
    }
    run->count = count;
    for (i = 0; i < count; i++) {
        run->results[i].conf_case = cases[i];
        run->results[i].verdict = RUN_NOT_RUN;
        snprintf(run->results[i].reason, sizeof(run->results[i].reason), "the run ended before it");
    }
    error = observe_all(run, cases, count);
    if (error) {
        free(threads);
        free(pool.order);
        return error;
    }
    pthread_mutex_init(&pool.lock, NULL);
    for (i = 0; i < jobs; i++) {
        if (pthread_create(&threads[i], NULL, work, &pool))
            break;
    }
    if (!i)
        work(&pool);
    while (i--)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&pool.lock);
    free(threads);
    free(pool.order);
    return 0;
}

void run_done(struct run *run)
{
    struct run_ics *ics = (struct run_ics *)(size_t)run->ics;

    for (size_t i = 0; i < run->count; i++)
        run_result_done(&run->results[i]);
    free(run->results);
    for (size_t i = 0; ics && i < ics->count; i++)
        ics_done(&ics->of[i].ics);
    free(ics);
}

int run_exit_code(const struct run *run)
{
    bool failed = false, judged = false;

    for (size_t i = 0; i < run->count; i++) {
        enum run_verdict verdict = run->results[i].verdict;

        if (verdict == RUN_ERROR)
            return 3;
        failed |= verdict == RUN_FAIL;
        judged |= verdict != RUN_NOT_RUN && verdict != RUN_NOT_APPLICABLE;
    }
    if (!judged) /* green would be a lie */
        return 3;
    return failed ? 1 : 0;
}

const char *run_row_verdict(const struct run *run, const char *row)
{
    const char *verdict = NULL;

    for (size_t i = 0; i < run->count; i++) {
        const json_t *entry = json_object_get(run->results[i].rows, row);

        if (!entry)
            continue;
        if (json_integer_value(json_object_get(entry, "fail")))
            return "fail";
        if (run->results[i].verdict != RUN_ERROR)
            verdict = "pass";
    }
    return verdict;
}
