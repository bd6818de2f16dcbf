/* The virtual world: time passes when all wait, and only then. */
#include "conformance/host/world/world.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

struct flag {
    struct world *world;
    bool set;
    struct world_thread *holder;
    int result;
    uint64_t at, deadline;
};

static bool is_set(void *self)
{
    const struct flag *flag = self;

    return flag->set;
}

static struct world_thread *holder_of(void *self)
{
    const struct flag *flag = self;

    return flag->holder;
}

static int wait_for(struct flag *flag)
{
    const struct world_condition condition = {
        .met = is_set, .holder = holder_of, .self = flag, .what = "a flag"};

    world_lock(flag->world);
    flag->result = world_wait(flag->world, &condition, flag->deadline);
    world_unlock(flag->world);
    flag->at = world_now(flag->world);
    return flag->result;
}

static void waits(void *self)
{
    (void)wait_for(self);
}

static void set(struct flag *flag)
{
    world_lock(flag->world);
    flag->set = true;
    world_changed(flag->world);
    world_unlock(flag->world);
}

static void sets(void *self)
{
    set(self);
}

Test(world, time_passes_only_when_it_is_let)
{
    struct world *world = world_new();

    cr_assert_eq(world_now(world), 0);
    cr_assert(world_advance(world, 250));
    cr_assert_eq(world_now(world), 250);
    cr_assert_eq(world_after(world, 50), 300);
    cr_assert_eq(world_after(world, UINT32_MAX), WORLD_NEVER);
    cr_assert_eq(world_free(world), 0);
}

Test(world, a_deadline_comes_at_its_moment)
{
    struct world *world = world_new();
    struct flag flag = {.world = world, .deadline = 40};

    cr_assert_eq(world_start(world, "waits", waits, &flag, NULL), 0);
    cr_assert(world_advance(world, 100));
    cr_assert_eq(flag.result, -ETIMEDOUT);
    cr_assert_eq(flag.at, 40);
    cr_assert_eq(world_free(world), 0);
}

Test(world, who_is_woken_goes_on_before_time_does)
{
    struct world *world = world_new();
    struct flag flag = {.world = world, .deadline = 40};

    cr_assert_eq(world_start(world, "waits", waits, &flag, NULL), 0);
    cr_assert(world_quiesce(world));
    set(&flag);
    cr_assert(world_advance(world, 100));
    cr_assert_eq(flag.result, 0);
    cr_assert_eq(flag.at, 0);
    cr_assert_eq(world_free(world), 0);
}

Test(world, the_steering_thread_waits_as_long_as_something_can_happen)
{
    struct world *world = world_new();
    struct flag flag = {.world = world, .deadline = WORLD_NEVER};
    struct world_timer timer = {.fire = sets, .self = &flag};

    cr_assert_eq(wait_for(&flag), -EDEADLK);
    world_timer_start(world, &timer, 5000);
    cr_assert_eq(wait_for(&flag), 0);
    cr_assert_eq(flag.at, 5000);
    cr_assert_eq(world_free(world), 0);
}

Test(world, a_stopped_timer_does_not_fire)
{
    struct world *world = world_new();
    struct flag flag = {.world = world};
    struct world_timer timer = {.fire = sets, .self = &flag};

    world_timer_start(world, &timer, 10);
    world_timer_start(world, &timer, 20);
    cr_assert(world_advance(world, 15));
    cr_assert_not(flag.set);
    world_timer_stop(world, &timer);
    cr_assert(world_advance(world, 15));
    cr_assert_not(flag.set);
    cr_assert_eq(world_free(world), 0);
}

/* ---- circles */
static void closes(void *self)
{
    struct flag *flags = self;

    flags[0].holder = world_self();
    if (wait_for(&flags[1]) == -EDEADLK)
        set(&flags[0]);
}

Test(world, a_circle_is_met_by_who_would_close_it)
{
    struct world *world = world_new();
    struct flag flags[2] = {{.world = world, .deadline = WORLD_NEVER},
                            {.world = world, .deadline = WORLD_NEVER}};

    cr_assert_eq(world_start(world, "first", waits, &flags[0], &flags[1].holder), 0);
    cr_assert(world_quiesce(world));
    cr_assert_eq(world_start(world, "second", closes, flags, NULL), 0);
    cr_assert(world_quiesce(world));
    cr_assert_eq(flags[1].result, -EDEADLK);
    cr_assert_eq(flags[0].result, 0);
    cr_assert_eq(world_free(world), 0);
}

static void holds_itself(void *self)
{
    struct flag *flag = self;

    flag->holder = world_self();
    if (wait_for(flag) == -EDEADLK)
        set(flag + 1);
}

Test(world, waiting_for_oneself_is_a_circle)
{
    struct world *world = world_new();
    struct flag flags[2] = {{.world = world, .deadline = WORLD_NEVER}, {.world = world}};

    cr_assert_eq(world_start(world, "alone", holds_itself, flags, NULL), 0);
    cr_assert(world_quiesce(world));
    cr_assert(flags[1].set);
    cr_assert_eq(world_free(world), 0);
}

/* ---- others */
static void settles(void *self)
{
    struct flag *flag = self;

    flag->result = world_pool(flag->world, "sets", sets, flag + 1);
    world_settle(flag->world);
    flag->set = flag[1].set;
}

Test(world, settling_is_until_the_others_wait)
{
    struct world *world = world_new();
    struct flag flags[2] = {{.world = world}, {.world = world}};

    cr_assert_eq(world_start(world, "settles", settles, flags, NULL), 0);
    cr_assert(world_quiesce(world));
    cr_assert_eq(flags[0].result, 0);
    cr_assert(flags[0].set);
    cr_assert_eq(world_free(world), 0);
}

Test(world, the_pool_uses_a_thread_again)
{
    struct world *world = world_new();
    struct flag flags[2] = {{.world = world}, {.world = world}};
    struct world_thread *next;

    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(world_pool(world, "sets", sets, &flags[i]), 0);
        cr_assert(world_quiesce(world));
        cr_assert(flags[i].set);
    }
    cr_assert_eq(world_start(world, "next", sets, &flags[0], &next), 0);
    cr_assert_eq(world_thread_number(next), 2);
    cr_assert(world_quiesce(world));
    cr_assert_eq(world_free(world), 0);
}

static void spins(void *self)
{
    const bool *stop = self;

    while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
    }
}

Test(world, a_thread_that_never_waits_ends_patience)
{
    struct world *world = world_new();
    bool stop = false;

    world_patience(world, 20);
    cr_assert_eq(world_start(world, "spins", spins, &stop, NULL), 0);
    cr_assert_not(world_quiesce(world));
    cr_assert_not(world_advance(world, 1));
    cr_assert_eq(world_free(world), 1);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    world_patience(world, 10000);
    cr_assert(world_quiesce(world));
    cr_assert_eq(world_free(world), 0);
}

/* ---- outside */
static void waits_outside(void *self)
{
    struct flag *flag = self;

    world_outside(flag->world);
    (void)wait_for(flag);
    world_inside(flag->world);
}

Test(world, who_waits_outside_for_the_world_counts_once)
{
    struct world *world = world_new();
    struct flag flag = {.world = world, .deadline = WORLD_NEVER};
    bool stop = false;

    cr_assert_eq(world_start(world, "waits", waits_outside, &flag, NULL), 0);
    cr_assert(world_quiesce(world));
    world_patience(world, 20);
    cr_assert_eq(world_start(world, "spins", spins, &stop, NULL), 0);
    cr_assert_not(world_quiesce(world), "one is at work");
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    world_patience(world, 10000);
    cr_assert(world_quiesce(world));
    set(&flag);
    cr_assert(world_quiesce(world));
    cr_assert_eq(flag.result, 0);
    cr_assert_eq(world_free(world), 0);
}

/* The next one is at work as long again, and says so to the one behind it. */
struct step {
    struct flag mine, *next;
};

static void work_on(void *self)
{
    struct step *step = self;
    struct timespec begin, now;

    (void)wait_for(&step->mine);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 < 200);
    if (step->next)
        set(step->next);
}

/* Two seconds of work, of which each has a tenth. */
Test(world, patience_is_with_each_thread)
{
    enum { STEPS = 10 };
    struct world *world = world_new();
    struct step steps[STEPS] = {{.next = NULL}};

    world_patience(world, 1000);
    for (int i = 0; i < STEPS; i++) {
        steps[i] = (struct step){.mine = {.world = world, .deadline = WORLD_NEVER},
                                 .next = i + 1 < STEPS ? &steps[i + 1].mine : NULL};
    }
    for (int i = 0; i < STEPS; i++)
        cr_assert_eq(world_start(world, "works", work_on, &steps[i], NULL), 0);
    cr_assert(world_quiesce(world));
    set(&steps[0].mine);
    cr_assert(world_quiesce(world));
    cr_assert_eq(world_free(world), 0);
}

Test(world, a_thread_that_still_waits_keeps_it)
{
    struct world *world = world_new();
    struct flag flag = {.world = world, .deadline = WORLD_NEVER};

    cr_assert_eq(world_start(world, "waits", waits, &flag, NULL), 0);
    cr_assert(world_run_out(world, 1000));
    cr_assert_eq(world_free(world), 1);
    set(&flag);
    cr_assert(world_quiesce(world));
    cr_assert_eq(world_free(world), 0);
}

/* ---- records */
static void counts(void *self, const char *detail)
{
    unsigned *count = self;

    *count += strcmp(detail, "link") == 0;
}

Test(world, a_hook_is_called_at_its_turn)
{
    struct world *world = world_new();
    unsigned second = 0, each = 0;

    world_inject(world, WORLD_BEFORE_LIST, 2, counts, &second);
    world_inject(world, WORLD_BEFORE_OPEN, 0, counts, &each);
    for (unsigned i = 0; i < 3; i++) {
        world_reach(world, WORLD_BEFORE_LIST, "link");
        world_reach(world, WORLD_BEFORE_OPEN, "link");
    }
    cr_assert_eq(second, 1);
    cr_assert_eq(each, 3);
    cr_assert_eq(world_reached(world, WORLD_BEFORE_LIST), 3);
    cr_assert_eq(world_free(world), 0);
}

Test(world, what_is_not_given_back_is_found)
{
    struct world *world = world_new();
    struct world_asset kept = {0}, paid = {0}, other = {0};

    world_trace(world, "first");
    world_owe(world, &kept, "handle", "%u", 4u);
    world_owe(world, &paid, "handle", "%u", 8u);
    world_owe(world, &other, "registration", "of a handle");
    world_paid(world, &paid);
    cr_assert_str_eq(world_entry(world, 0)->text, "first");
    cr_assert_eq(world_entry(world, 0)->order, 1);
    cr_assert_null(world_entry(world, 1));
    cr_assert_null(world_found(world, "leak"));
    cr_assert_eq(world_audit(world, "handle"), 1);
    cr_assert_str_eq(world_found(world, "leak")->entry.text,
                     "handle 4, made by thread 0 at step 2, was never given back");
    cr_assert_eq(world_audit(world, NULL), 2);
    cr_assert_eq(world_free(world), 0);
}

/* ---- a timer that fires as it is stopped */
enum { TURNS = 100000 };
struct firing {
    struct world *world;
    struct world_timer timer;
    struct flag until;
    atomic_bool stopped;
    bool outlived; /* it was stopped while it fired */
};

static void fires(void *self)
{
    struct firing *it = self;

    for (unsigned i = 0; i < TURNS && !it->outlived; i++) {
        it->outlived = atomic_load(&it->stopped);
        sched_yield();
    }
}

static void stops(void *self)
{
    struct firing *it = self;

    (void)wait_for(&it->until);
    world_timer_stop(it->world, &it->timer);
    atomic_store(&it->stopped, true);
}

Test(world, a_timer_is_stopped_when_it_fires_no_more)
{
    struct world *world = world_new();
    struct firing it = {.world = world, .until = {.world = world, .deadline = 10}};

    it.timer = (struct world_timer){.fire = fires, .self = &it};
    world_timer_start(world, &it.timer, 10);
    cr_assert_eq(world_start(world, "stops", stops, &it, NULL), 0);
    cr_assert(world_advance(world, 10));
    cr_assert(world_quiesce(world));
    cr_expect(it.stopped);
    cr_expect(!it.outlived);
    cr_assert_eq(world_free(world), 0);
}
