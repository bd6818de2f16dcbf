/* The clock, and waiting. A thread of the subject is at work or it waits; who brings a condition
 * about says so, and those it is met for count as at work from then on, before they run. So when
 * nobody is at work nothing more can happen at this moment, and the steering thread may let time
 * pass. */
#include "conformance/host/world/world_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_MS = 10000, GRACE_MS = 100, CHAIN = 64 };

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof(*world));
    pthread_condattr_t monotonic;

    if (!world)
        return NULL;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->quiet, &monotonic);
    pthread_condattr_destroy(&monotonic);
    world->steering = pthread_self();
    world->patience = PATIENCE_MS;
    return world;
}

void world_lock(struct world *world)
{
    pthread_mutex_lock(&world->lock);
}

void world_unlock(struct world *world)
{
    pthread_mutex_unlock(&world->lock);
}

uint64_t world_now(struct world *world)
{
    uint64_t now;

    world_lock(world);
    now = world->now;
    world_unlock(world);
    return now;
}

uint64_t world_after(struct world *world, uint32_t ms)
{
    return ms == UINT32_MAX ? WORLD_NEVER : world_now(world) + ms;
}

void world_works(struct world *world, struct world_thread *thread)
{
    world->running++;
    clock_gettime(CLOCK_MONOTONIC, &thread->since);
}

/* ---- those who wait */
static void take_out(struct world *world, const struct world_waiting *waiting)
{
    struct world_waiting **at = &world->waiting;

    while (*at != waiting)
        at = &(*at)->next;
    *at = waiting->next;
}

static void put_in(struct world *world, struct world_waiting *waiting)
{
    struct world_waiting **at = &world->waiting;

    while (*at)
        at = &(*at)->next;
    waiting->next = NULL;
    *at = waiting;
}

static void go_on(struct world *world, struct world_waiting *waiting, bool met)
{
    take_out(world, waiting);
    waiting->state = met ? MET : EXPIRED;
    waiting->thread->waiting = NULL;
    world_works(world, waiting->thread);
    pthread_cond_signal(&waiting->thread->wake);
}

void world_changed(struct world *world)
{
    struct world_waiting *next;

    for (struct world_waiting *one = world->waiting; one; one = next) {
        next = one->next;
        if (one->condition && one->condition->met(one->condition->self))
            go_on(world, one, true);
    }
}

/* Nobody is at work: whoever has waited for that goes on, the last one first. */
void world_rest(struct world *world)
{
    struct world_waiting *last = NULL;

    if (--world->running > 0)
        return;
    for (struct world_waiting *one = world->waiting; one; one = one->next) {
        if (!one->condition)
            last = one;
    }
    if (last)
        go_on(world, last, true);
    else
        pthread_cond_broadcast(&world->quiet);
}

/* It waits for a device, or does no more; under the lock. */
static void go_outside(struct world *world, struct world_thread *self)
{
    self->outside = true;
    world->outside++;
    world_rest(world);
}

static void come_inside(struct world *world, struct world_thread *self)
{
    self->outside = false;
    world->outside--;
    world_works(world, self);
    pthread_cond_broadcast(&world->quiet);
}

/* Does whom this condition waits for wait for `self`, be it over others? */
static bool closes_circle(const struct world_condition *condition, const struct world_thread *self)
{
    for (unsigned i = 0; condition && i < CHAIN; i++) {
        const struct world_thread *holder =
            condition->holder ? condition->holder(condition->self) : NULL;

        if (!holder)
            return false;
        if (holder == self)
            return true;
        condition = holder->waiting ? holder->waiting->condition : NULL;
    }
    return false;
}

static int wait_as_subject(struct world *world, const struct world_condition *condition,
                           uint64_t deadline)
{
    struct world_thread *self = world_self();
    struct world_waiting waiting = {
        .condition = condition, .deadline = deadline, .thread = self, .state = WAITS};
    const bool outside = self->outside; /* a device that is one of the world's */

    if (condition && closes_circle(condition, self))
        return -EDEADLK;
    if (outside)
        come_inside(world, self);
    put_in(world, &waiting);
    self->waiting = &waiting;
    world_rest(world);
    while (waiting.state == WAITS)
        pthread_cond_wait(&self->wake, &world->lock);
    if (outside)
        go_outside(world, self);
    return waiting.state == MET ? 0 : -ETIMEDOUT;
}

/* ---- the steering thread */
static struct timespec after(struct timespec at, uint32_t ms)
{
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

static struct timespec real_after(uint32_t ms)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return after(now, ms);
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* When the one that has been at work for the longest, from that moment on, has been so for as long
 * as the patience is. */
static struct timespec patience_end(const struct world *world, const struct timespec *from)
{
    struct timespec end = real_after(world->patience);

    for (const struct world_thread *one = world->threads; one; one = one->next) {
        const struct timespec own =
            after(is_before(&one->since, from) ? *from : one->since, world->patience);

        if (!one->ended && !one->idle && !one->outside && !one->waiting && is_before(&own, &end))
            end = own;
    }
    return end;
}

static bool is_over(struct timespec moment)
{
    const struct timespec now = real_after(0);

    return !is_before(&now, &moment);
}

/* Until nobody is at work, and what waits for a device has had its moment; under the lock. */
static bool wait_quiet(struct world *world)
{
    const struct timespec begin = real_after(0);
    struct timespec grace = real_after(GRACE_MS);
    unsigned outside = world->outside;

    while (world->running > 0 || world->outside > 0) {
        const bool busy = world->running > 0;
        const struct timespec end = busy ? patience_end(world, &begin) : grace;

        if (!pthread_cond_timedwait(&world->quiet, &world->lock, &end)) {
            if (world->outside != outside || busy)
                grace = real_after(GRACE_MS);
            outside = world->outside;
        } else if (world->running == 0) {
            return true;
        } else if (busy && is_over(patience_end(world, &begin))) {
            return false;
        }
    }
    return true;
}

static uint64_t next_due(const struct world *world)
{
    uint64_t due = world->timers ? world->timers->due : WORLD_NEVER;

    for (const struct world_waiting *one = world->waiting; one; one = one->next) {
        if (one->deadline < due)
            due = one->deadline;
    }
    return due;
}

/* All that is due at a moment, or has been before it. */
static void pass_to(struct world *world, uint64_t moment)
{
    struct world_waiting *next;

    if (moment > world->now)
        world->now = moment;
    for (struct world_waiting *one = world->waiting; one; one = next) {
        next = one->next;
        if (one->deadline <= world->now)
            go_on(world, one, false);
    }
    while (world->timers && world->timers->due <= world->now) {
        struct world_timer *timer = world->timers;

        world->timers = timer->next;
        timer->started = false;
        world->firing = timer;
        world_unlock(world);
        timer->fire(timer->self);
        world_lock(world);
        world->firing = NULL;
        pthread_cond_broadcast(&world->quiet);
    }
}

static int wait_steering(struct world *world, const struct world_condition *condition,
                         uint64_t deadline)
{
    uint64_t due;

    for (;;) {
        if (!wait_quiet(world))
            return -EBUSY;
        if (condition && condition->met(condition->self))
            return 0;
        due = next_due(world);
        if (due == WORLD_NEVER && deadline == WORLD_NEVER)
            return -EDEADLK;
        if (due > deadline) {
            if (deadline > world->now)
                world->now = deadline;
            return -ETIMEDOUT;
        }
        pass_to(world, due);
    }
}

int world_wait(struct world *world, const struct world_condition *condition, uint64_t deadline)
{
    if (condition->met(condition->self))
        return 0;
    if (!world_self() && pthread_equal(pthread_self(), world->steering))
        return wait_steering(world, condition, deadline);
    if (deadline <= world->now)
        return -ETIMEDOUT;
    if (!world_self()) {
        world_unlock(world);
        world_enter(world, "of the subject's own");
        world_lock(world);
        if (!world_self())
            return -ENOMEM;
    }
    return wait_as_subject(world, condition, deadline);
}

bool world_quiesce(struct world *world)
{
    bool quiet;

    world_lock(world);
    quiet = wait_quiet(world);
    world_unlock(world);
    return quiet;
}

bool world_advance(struct world *world, uint64_t ms)
{
    bool quiet;

    world_lock(world);
    quiet = wait_steering(world, NULL, world->now + ms) != -EBUSY;
    world_unlock(world);
    return quiet;
}

bool world_run_out(struct world *world, uint64_t ms)
{
    bool quiet;

    world_lock(world);
    for (const uint64_t end = world->now + ms;;) {
        const uint64_t due = (quiet = wait_quiet(world)) ? next_due(world) : WORLD_NEVER;

        if (due == WORLD_NEVER || due > end)
            break;
        pass_to(world, due);
    }
    world_unlock(world);
    return quiet;
}

void world_patience(struct world *world, uint32_t real_ms)
{
    world_lock(world);
    world->patience = real_ms;
    world_unlock(world);
}

void world_settle(struct world *world)
{
    world_lock(world);
    if (world_self())
        (void)wait_as_subject(world, NULL, WORLD_NEVER);
    else
        (void)wait_quiet(world);
    world_unlock(world);
}

void world_outside(struct world *world)
{
    if (!world_self())
        return;
    world_lock(world);
    go_outside(world, world_self());
    world_unlock(world);
}

/* Who has become one of the subject's threads meanwhile has not been outside. */
void world_inside(struct world *world)
{
    if (!world_self() || !world_self()->outside)
        return;
    world_lock(world);
    come_inside(world, world_self());
    world_unlock(world);
}

/* ---- timers */
static void unlink_timer(struct world *world, struct world_timer *timer)
{
    struct world_timer **at = &world->timers;

    if (!timer->started)
        return;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    timer->started = false;
}

void world_timer_start(struct world *world, struct world_timer *timer, uint64_t due)
{
    struct world_timer **at = &world->timers;

    world_lock(world);
    unlink_timer(world, timer);
    while (*at && (*at)->due <= due)
        at = &(*at)->next;
    timer->due = due;
    timer->next = *at;
    timer->started = true;
    *at = timer;
    world_unlock(world);
}

/* Who has been woken at the moment at which it fires may be as far as this while it does. */
void world_timer_stop(struct world *world, struct world_timer *timer)
{
    world_lock(world);
    unlink_timer(world, timer);
    while (world->firing == timer && !pthread_equal(pthread_self(), world->steering))
        pthread_cond_wait(&world->quiet, &world->lock);
    world_unlock(world);
}
