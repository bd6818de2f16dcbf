/* The service in the hands of many threads, for ThreadSanitizer as well: a stop and the last
 * removal at the same moment, and devices that come and go while others are asked for. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "spcore/papd/papd.h"

enum { ROUNDS = 1000, VISITS = 20 };

struct race {
    struct papd papd; /* first: papd_system's */
    struct service *service;
    pthread_mutex_t telling; /* held by who tells, so that unwatch() can wait for it */
    bool subscribed;
    struct service_device *watched;
    pthread_barrier_t begin;
    atomic_int open, opened, jobs;
    unsigned stops, ends; /* reports */
};

static unsigned subscribe(void *self, struct service *service)
{
    struct race *race = self;

    (void)service;
    pthread_mutex_lock(&race->telling);
    race->subscribed = true;
    pthread_mutex_unlock(&race->telling);
    return 0;
}

static void unsubscribe(void *self)
{
    struct race *race = self;

    pthread_mutex_lock(&race->telling);
    race->subscribed = false;
    pthread_mutex_unlock(&race->telling);
}

static unsigned list(void *self, struct service *service)
{
    (void)self;
    service_arrived(service, "one");
    return 0;
}

static unsigned open_(void *self, const char *link, void **ret_handle)
{
    struct race *race = self;

    (void)link;
    race->opened++;
    cr_expect_eq(race->open++, 0);
    *ret_handle = race;
    return 0;
}

static void close_(void *self, void *handle)
{
    cr_expect_eq(((struct race *)handle)->open--, 1);
    (void)self;
}

static unsigned watch_(void *self, struct service_device *device, void *handle, void **ret_watch)
{
    struct race *race = self;

    (void)handle;
    pthread_mutex_lock(&race->telling);
    race->watched = device;
    pthread_mutex_unlock(&race->telling);
    *ret_watch = race;
    return 0;
}

static void unwatch(void *self, void *watch)
{
    struct race *race = self;

    (void)watch;
    pthread_mutex_lock(&race->telling);
    race->watched = NULL;
    pthread_mutex_unlock(&race->telling);
}

static void *begin(void *self, const char *link, void *handle)
{
    (void)link, (void)handle;
    cr_expect_eq(((struct race *)self)->jobs++, 0);
    return self;
}

static void cancel(void *self, void *job)
{
    (void)self, (void)job;
}

static void end(void *self, void *job)
{
    (void)self;
    cr_expect_eq(((struct race *)job)->jobs--, 1);
}

static void report(void *self, const struct service_status *status)
{
    struct race *race = self;

    cr_expect_eq(race->ends, 0);
    race->stops += status->state == SERVICE_STOPS && status->checkpoint == 1;
    race->ends += status->state == SERVICE_ENDED;
}

/* ---- who tells */
static void tell(struct race *race, void (*what)(struct service *service, const char *link))
{
    pthread_mutex_lock(&race->telling);
    if (race->subscribed)
        what(race->service, "ONE");
    pthread_mutex_unlock(&race->telling);
}

static void tell_watched(struct race *race, void (*what)(struct service_device *device))
{
    pthread_mutex_lock(&race->telling);
    if (race->watched)
        what(race->watched);
    pthread_mutex_unlock(&race->telling);
}

static void *remove_it(void *self)
{
    struct race *race = self;

    pthread_barrier_wait(&race->begin);
    tell_watched(race, service_gone);
    tell(race, service_removed);
    return NULL;
}

static void *come_and_go(void *self)
{
    struct race *race = self;

    pthread_barrier_wait(&race->begin);
    for (int i = 0; i < VISITS; i++) {
        tell_watched(race, service_asked);
        tell_watched(race, service_refused);
        tell(race, i % 2 ? service_arrived : service_removed);
        tell_watched(race, i % 3 ? service_refused : service_gone);
    }
    return NULL;
}

static void *stop(void *self)
{
    struct race *race = self;

    pthread_barrier_wait(&race->begin);
    service_stop(race->service);
    return NULL;
}

static void run(void *(*other)(void *))
{
    static const struct service_bus bus = {subscribe, unsubscribe, list,   open_,
                                           close_,    watch_,      unwatch};
    static const struct service_work work = {begin, cancel, end};
    static const struct service_manager manager = {report};
    struct race race = {
        .papd = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
        .telling = PTHREAD_MUTEX_INITIALIZER};
    const struct service_shell shell = {&race, &bus, &work, &manager, &papd_system, 0};
    pthread_t threads[2];

    race.service = service_new(&shell);
    cr_assert_not_null(race.service);
    pthread_barrier_init(&race.begin, NULL, 3);
    cr_assert_eq(pthread_create(&threads[0], NULL, other, &race), 0);
    cr_assert_eq(pthread_create(&threads[1], NULL, stop, &race), 0);
    pthread_barrier_wait(&race.begin);
    cr_expect_eq(service_run(race.service), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(race.stops, 1);
    cr_expect_eq(race.ends, 1);
    cr_expect(!race.subscribed && !race.watched);
    cr_expect_eq(race.open + race.jobs, 0);
    service_free(race.service);
    pthread_barrier_destroy(&race.begin);
}

Test(papd_system, a_stop_and_the_last_removal_end_it_once)
{
    for (int i = 0; i < ROUNDS; i++)
        run(remove_it);
}

Test(papd_system, a_stop_ends_it_whatever_is_told_meanwhile)
{
    for (int i = 0; i < ROUNDS; i++)
        run(come_and_go);
}
