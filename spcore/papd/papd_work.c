/* What papd does with a player: a thread of its own brings it up to date with the library, once a
 * visit. What is interrupted the next visit takes up (spcore/sync); what was not possible is tried
 * again, each time after twice the time, as long as the player is there. */
#include <stdlib.h>
#include <time.h>

#include "spcore/papd/papd.h"
#include "spcore/sync/sync.h"
#include "spcore/sync/sync_visit.h"

struct job {
    const struct papd *papd;
    const struct papd_player *player; /* borrowed: it is open until the job has ended */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool cancelled; /* under the lock */
    pthread_t thread;
};

enum { TIMES_MOST = 32 }; /* as long as the first wait */

static bool is_cancelled(void *job)
{
    struct job *it = job;
    bool cancelled;

    pthread_mutex_lock(&it->lock);
    cancelled = it->cancelled;
    pthread_mutex_unlock(&it->lock);
    return cancelled;
}

/* False: it was cancelled meanwhile. */
static bool wait_for_next(struct job *job, int64_t ms)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&job->lock);
    while (!job->cancelled && pthread_cond_timedwait(&job->changed, &job->lock, &until) == 0) {
    }
    goes_on = !job->cancelled;
    pthread_mutex_unlock(&job->lock);
    return goes_on;
}

static void say(void *job, const struct sync_event *event)
{
    papd_say_event(((struct job *)job)->player->uri, event);
}

static void unfit(void *job, const char *words)
{
    papd_say("%s: cannot be synchronised: %s", ((struct job *)job)->player->uri, words);
}

/* False: it is to be tried again. */
static bool synchronise(struct job *job, IWMDMDevice *device)
{
    static const char *const ends[] = {
        [SYNC_WHOLE] = "up to date",    [SYNC_PARTIAL] = "up to date, but for what was left out",
        [SYNC_STOPPED] = "interrupted", [SYNC_GONE] = "gone",
        [SYNC_UNFIT] = "does not fit",  [SYNC_IMPOSSIBLE] = "not synchronised",
    };
    const struct sync_options options = {
        .library = job->papd->options.library,
        .state = job->papd->state,
        .allow_empty = job->papd->options.allow_empty,
        .event = say,
        .stop = is_cancelled,
        .context = job,
    };
    struct sync_result result = {.end = SYNC_UNFIT};

    sync_run(device, &options, &result);
    papd_say("%s: %s%s%s", job->player->uri, ends[result.end], *result.reason ? ": " : "",
             result.reason);
    return result.end != SYNC_IMPOSSIBLE;
}

/* The same of one visit. */
static bool visit_once(struct job *job)
{
    const struct papd *papd = job->papd;
    const struct papd_model *model = job->player->model;
    struct sync_visit visit = {
        .uri = job->player->uri,
        .provider = papd->provider,
        .clsid = papd->options.clsid,
        .any_class = papd->options.provider != NULL,
        .described = model->described ? &model->hardware : NULL,
        .parameters = model->parameters,
        .unfit = unfit,
        .context = job,
    };
    enum sync_visit_answer answer = sync_visit_open(&visit);
    bool done = answer != SYNC_VISIT_IMPOSSIBLE;

    if (answer == SYNC_VISIT_READY)
        done = synchronise(job, visit.device);
    else if (!done && !is_cancelled(job))
        papd_say("%s", visit.reason);
    sync_visit_close(&visit);
    return done;
}

static void *work(void *self)
{
    struct job *job = self;
    const int64_t first = job->papd->options.retry_ms;
    int64_t ms = first;

    while (!visit_once(job) && wait_for_next(job, ms))
        ms = ms < first * TIMES_MOST ? 2 * ms : ms;
    return NULL;
}

static void job_free(struct job *job)
{
    pthread_cond_destroy(&job->changed);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

static struct job *job_new(const struct papd *papd, const struct papd_player *player)
{
    struct job *job = calloc(1, sizeof(*job));
    pthread_condattr_t monotonic;

    if (!job)
        return NULL;
    job->papd = papd;
    job->player = player;
    pthread_mutex_init(&job->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&job->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return job;
}

static void *begin(void *self, const char *link, void *handle)
{
    struct job *job = job_new(self, handle);

    (void)link;
    if (job) {
        if (pthread_create(&job->thread, NULL, work, job) == 0)
            return job;
        job_free(job);
    }
    papd_say("%s: not synchronised: no memory for it", ((struct papd_player *)handle)->uri);
    return NULL;
}

static void cancel(void *self, void *job)
{
    struct job *it = job;

    (void)self;
    pthread_mutex_lock(&it->lock);
    it->cancelled = true;
    pthread_cond_signal(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

static void end(void *self, void *job)
{
    (void)self;
    pthread_join(((struct job *)job)->thread, NULL);
    job_free(job);
}

const struct service_work papd_work = {begin, cancel, end};
