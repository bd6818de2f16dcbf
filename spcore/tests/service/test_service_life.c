/* A service's life on a bus that is made up: whatever happens at whichever place where it asks the
 * outside for something, by lot, and single situations of the document. One thread: what happens is
 * told before the call that it happens in returns. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "spcore/base.h"
#include "spcore/service/service_table.h"

enum { DEVICES = 3, MOST = 400, NOTHING = -1 };
static const char *const links[DEVICES] = {"usb#one", "usb#two", "usb#three"};
static const char *const shouted[DEVICES] = {"USB#One", "USB#Two", "USB#THREE"};

struct made_handle {
    int index;
    unsigned visit; /* of the device when it was opened */
    bool open, working;
};

struct made_watch {
    int index;
    unsigned visit;
    struct service_device *device;
    bool live;
};

/* Where something may happen. */
enum place {
    IN_SUBSCRIBE,
    IN_LIST,
    BEFORE_OPEN,
    AFTER_OPEN,
    IN_WATCH,
    BEFORE_UNWATCH,
    IN_CLOSE,
    IN_BEGIN,
    IN_REPORT,
    AT_REST,
};

struct world {
    struct service *service;
    bool present[DEVICES], asked[DEVICES];
    unsigned visit[DEVICES];
    struct made_handle handles[MOST];
    struct made_watch watches[MOST];
    size_t handle_count, watch_count;
    bool subscribed, locked, ended, told_to_stop;
    int opening; /* the device whose call is under way: its watch cannot tell in the same thread */
    int going;   /* the one whose removal is being told: it comes after that */
    int64_t now;
    enum service_state state;
    unsigned checkpoint, reports, lists, code;
    unsigned subscribe_fails, watch_fails; /* codes */
    unsigned list_fails;                   /* the first, second … time */
    void (*happens)(struct world *world, enum place place);
    uint32_t seed, lot;
    unsigned left; /* events */
};

static int opened(const struct world *world, int index)
{
    int count = 0;

    for (size_t i = 0; i < world->handle_count; i++)
        count += world->handles[i].open && (index < 0 || world->handles[i].index == index);
    return count;
}

/* Of a device that is there now. */
static struct made_watch *watch_of(struct world *world, int index)
{
    for (size_t i = 0; i < world->watch_count; i++) {
        if (world->watches[i].live && world->watches[i].index == index &&
            world->watches[i].visit == world->visit[index])
            return &world->watches[i];
    }
    return NULL;
}

static void happen(struct world *world, enum place place)
{
    cr_assert(!world->locked, "asks the outside with its lock held");
    cr_assert(!world->ended, "a call after its end: %d", (int)place);
    if (world->happens)
        world->happens(world, place);
}

/* ---- what may happen to a device */
static void plug(struct world *world, int index, bool loud)
{
    if (world->going == index)
        return;
    if (!world->present[index])
        world->visit[index]++;
    world->present[index] = true;
    if (world->subscribed)
        service_arrived(world->service, loud ? shouted[index] : links[index]);
}

enum { INTERFACE_FIRST, HANDLE_FIRST, INTERFACE_ALONE, HANDLE_ALONE, HANDLE_TWICE, ORDERS };
static void unplug(struct world *world, int index, int order)
{
    struct made_watch *watch = watch_of(world, index);
    bool tells = watch && world->opening != index && order != INTERFACE_ALONE;

    if (world->going != NOTHING)
        return;
    world->going = index;
    world->present[index] = world->asked[index] = false;
    if (tells && order != INTERFACE_FIRST)
        service_gone(watch->device);
    if (tells && order == HANDLE_TWICE)
        service_gone(watch->device);
    if (world->subscribed && (!tells || order != HANDLE_ALONE))
        service_removed(world->service, shouted[index]);
    watch = watch_of(world, index);
    if (watch && order == INTERFACE_FIRST && world->opening != index)
        service_gone(watch->device);
    world->going = NOTHING;
}

static void ask(struct world *world, int index)
{
    struct made_watch *watch = watch_of(world, index);

    if (!watch || world->opening == index || !world->present[index])
        return;
    world->asked[index] = true;
    service_asked(watch->device);
    cr_expect_eq(opened(world, index), 0, "open while it is to be taken away");
}

static void refuse(struct world *world, int index)
{
    struct made_watch *watch = watch_of(world, index);

    if (!watch || world->opening == index)
        return;
    world->asked[index] = false;
    service_refused(watch->device);
}

static void stop(struct world *world)
{
    world->told_to_stop = true;
    service_stop(world->service);
}

/* ---- the shell */
static unsigned subscribe(void *self, struct service *service)
{
    struct world *world = self;

    cr_assert_eq(service, world->service);
    cr_expect_eq(world->lists, 0, "lists before it registers");
    if (world->subscribe_fails)
        return world->subscribe_fails;
    world->subscribed = true;
    happen(world, IN_SUBSCRIBE);
    return 0;
}

static void unsubscribe(void *self)
{
    struct world *world = self;

    cr_expect(world->subscribed);
    happen(world, IN_SUBSCRIBE);
    world->subscribed = false;
}

static unsigned list(void *self, struct service *service)
{
    struct world *world = self;
    bool there[DEVICES];

    world->lists++;
    happen(world, IN_LIST);
    memcpy(there, world->present, sizeof(there));
    for (int i = 0; i < DEVICES; i++) {
        happen(world, IN_LIST); /* what is listed may be gone already */
        if (there[i])
            service_arrived(service, links[i]);
    }
    happen(world, IN_LIST);
    return world->lists == world->list_fails ? 5 : 0;
}

static int index_of(const char *link)
{
    int index = 0;

    while (strcasecmp(links[index], link) != 0)
        index++;
    return index;
}

static unsigned open_(void *self, const char *link, void **ret_handle)
{
    struct world *world = self;
    int index = index_of(link);
    struct made_handle *handle = &world->handles[world->handle_count];

    world->opening = index;
    happen(world, BEFORE_OPEN);
    if (!world->present[index] || world->asked[index]) {
        world->opening = NOTHING;
        return 2;
    }
    cr_expect_eq(opened(world, index), 0, "opened twice");
    *handle = (struct made_handle){index, world->visit[index], true, false};
    world->handle_count++;
    *ret_handle = handle;
    happen(world, AFTER_OPEN);
    world->opening = NOTHING;
    return 0;
}

static void close_(void *self, void *handle)
{
    struct made_handle *made = handle;

    cr_expect(made->open, "closed twice");
    cr_expect(!made->working, "closed at work");
    made->open = false;
    happen(self, IN_CLOSE);
}

static unsigned watch_(void *self, struct service_device *device, void *handle, void **ret_watch)
{
    struct world *world = self;
    struct made_handle *made = handle;
    struct made_watch *watch = &world->watches[world->watch_count];

    cr_expect(made->open, "watches what is closed");
    if (world->watch_fails || !world->present[made->index])
        return 2;
    cr_expect(!watch_of(world, made->index), "watched twice");
    *watch = (struct made_watch){made->index, made->visit, device, true};
    world->watch_count++;
    happen(world, IN_WATCH);
    *ret_watch = watch;
    return 0;
}

static void unwatch(void *self, void *watch)
{
    struct made_watch *made = watch;

    happen(self, BEFORE_UNWATCH);
    cr_expect(made->live, "unregistered twice");
    made->live = false;
}

static void *begin(void *self, const char *link, void *handle)
{
    struct world *world = self;
    struct made_handle *made = handle;

    world->opening = made->index;
    cr_expect_eq(made->index, index_of(link));
    cr_expect(made->open && !made->working);
    made->working = true;
    happen(world, IN_BEGIN);
    world->opening = NOTHING;
    return made;
}

static void cancel(void *self, void *job)
{
    (void)self;
    cr_expect(((struct made_handle *)job)->working);
}

static void end(void *self, void *job)
{
    struct made_handle *made = job;

    (void)self;
    cr_expect(made->working && made->open);
    made->working = false;
}

static void report(void *self, const struct service_status *status)
{
    struct world *world = self;
    bool pending = status->state == SERVICE_STARTS || status->state == SERVICE_STOPS;

    cr_expect_geq(status->state, world->state, "goes back");
    cr_expect(status->state != world->state || pending, "the same twice");
    if (status->state == world->state)
        cr_expect_gt(status->checkpoint, world->checkpoint);
    cr_expect_eq(pending, status->checkpoint > 0 && status->hint_ms > 0);
    if (status->state == SERVICE_STOPS && world->state == SERVICE_RUNS && !world->told_to_stop)
        cr_expect_eq(opened(world, -1), 0, "stops while there is one");
    world->state = status->state;
    world->checkpoint = status->checkpoint;
    world->code = status->code;
    world->reports++;
    world->ended = status->state == SERVICE_ENDED;
    if (!world->ended)
        happen(world, IN_REPORT);
}

static void lock(void *self)
{
    struct world *world = self;

    cr_assert(!world->locked);
    cr_assert(!world->ended, "a call after its end");
    world->locked = true;
}

static void unlock(void *self)
{
    struct world *world = self;

    cr_assert(world->locked);
    world->locked = false;
}

/* Nothing is left to do, so it has what is there. */
static void check_rest(const struct world *world)
{
    for (int i = 0; i < DEVICES; i++) {
        bool wanted = world->present[i] && !world->asked[i];

        cr_expect_eq(opened(world, i), wanted, "device %d, lot %u", i, world->seed);
        for (size_t k = 0; k < world->handle_count; k++)
            cr_expect(!world->handles[k].open || world->handles[k].index != i ||
                          world->handles[k].visit == world->visit[i],
                      "of a visit that is over");
    }
}

static void wait_(void *self, int64_t ms)
{
    struct world *world = self;

    cr_assert_eq(world->state, SERVICE_RUNS, "waits for what nobody does, lot %u", world->seed);
    check_rest(world);
    world->locked = false;
    happen(world, AT_REST);
    world->locked = true;
    if (ms > 0)
        world->now += ms;
}

static void wake(void *self)
{
    (void)self;
}

static int64_t now_ms(void *self)
{
    return ((struct world *)self)->now;
}

static const struct service_bus bus = {subscribe, unsubscribe, list,   open_,
                                       close_,    watch_,      unwatch};
static const struct service_work work = {begin, cancel, end};
static const struct service_manager manager = {report};
static const struct service_system made_system = {lock, unlock, wait_, wake, now_ms};

static void live(struct world *world, int64_t settle_ms)
{
    const struct service_shell shell = {world, &bus, &work, &manager, &made_system, settle_ms};
    unsigned code;

    world->opening = world->going = NOTHING;
    world->service = service_new(&shell);
    cr_assert_not_null(world->service);
    code = service_run(world->service);
    cr_expect_eq(code, world->code);
    cr_expect(world->ended);
    cr_expect(!world->subscribed);
    cr_expect_eq(opened(world, -1), 0);
    for (size_t i = 0; i < world->watch_count; i++)
        cr_expect(!world->watches[i].live, "a registration is left");
    service_free(world->service);
}

/* ---- by lot */
static unsigned draw(struct world *world, unsigned of)
{
    world->lot = world->lot * 1664525 + 1013904223;
    return (world->lot >> 16) % of;
}

static void anything(struct world *world, enum place place)
{
    int index = (int)draw(world, DEVICES);
    unsigned what = draw(world, 16);

    if (place != AT_REST && draw(world, 4))
        return;
    if (!world->left && place != AT_REST)
        return;
    if (!world->left) {
        stop(world);
        return;
    }
    world->left--;
    if (what < 6)
        plug(world, index, draw(world, 2));
    else if (what < 10)
        unplug(world, index, (int)draw(world, ORDERS));
    else if (what < 12)
        ask(world, index);
    else if (what < 15)
        refuse(world, index);
    else if (!draw(world, 8))
        stop(world);
}

Test(service_life, whatever_happens_wherever_nothing_is_lost_or_left)
{
    static struct world world;

    for (uint32_t lot = 1; lot <= 20000; lot++) {
        world = (struct world){.happens = anything, .seed = lot, .lot = lot, .left = lot % 60};
        for (int i = 0; i < DEVICES; i++)
            world.present[i] = (lot >> i) & 1;
        live(&world, lot % 5 ? 0 : 1000);
        cr_assert_eq(world.code, 0);
    }
}

/* ---- single situations */
static struct world at_work; /* too large for a stack */

static void stop_at_rest(struct world *world, enum place place)
{
    if (place == AT_REST)
        stop(world);
}

Test(service_life, one_that_is_told_and_listed_is_handled_once)
{
    at_work = (struct world){.happens = stop_at_rest, .present = {true}};
    live(&at_work, 0);
    cr_expect_eq(at_work.handle_count, 1);
    cr_expect_eq(at_work.watch_count, 1);
}

Test(service_life, without_a_device_it_ends_at_once)
{
    at_work = (struct world){.happens = NULL};
    live(&at_work, 0);
    cr_expect_eq(at_work.code, 0);
    cr_expect_eq(at_work.handle_count, 0);
}

static void refuse_unasked(struct world *world, enum place place)
{
    if (place == AT_REST && world->present[0]) {
        refuse(world, 0);
        unplug(world, 0, INTERFACE_FIRST);
    }
}

Test(service_life, a_refusal_that_nobody_asked_for_changes_nothing)
{
    at_work = (struct world){.happens = refuse_unasked, .present = {true}};
    live(&at_work, 0);
    cr_expect_eq(at_work.handle_count, 1);
}

static void ask_and_refuse(struct world *world, enum place place)
{
    if (place != AT_REST)
        return;
    if (world->handle_count == 1 && !world->asked[0])
        ask(world, 0);
    else if (world->asked[0])
        refuse(world, 0);
    else
        stop(world);
}

Test(service_life, after_a_refusal_it_is_open_again_under_the_old_registration)
{
    at_work = (struct world){.happens = ask_and_refuse, .present = {true}};
    live(&at_work, 0);
    cr_expect_eq(at_work.handle_count, 2);
    cr_expect_eq(at_work.watch_count, 1);
}

Test(service_life, it_says_why_it_could_not_start)
{
    at_work = (struct world){.subscribe_fails = 5};
    live(&at_work, 0);
    cr_expect_eq(at_work.code, 5);
    cr_expect_eq(at_work.lists, 0);
}

static void one_by_one(struct world *world, enum place place)
{
    if (place != AT_REST)
        return;
    cr_expect_eq(world->state, SERVICE_RUNS);
    unplug(world, world->present[0] ? 0 : 1, HANDLE_FIRST);
}

Test(service_life, it_ends_with_the_last_and_not_before)
{
    at_work = (struct world){.happens = one_by_one, .present = {true, true}};
    live(&at_work, 0);
    cr_expect(!at_work.present[0] && !at_work.present[1]);
}

static void flap(struct world *world, enum place place)
{
    if (place != AT_REST)
        return;
    if (world->visit[0] == 3)
        stop(world);
    else if (world->present[0])
        unplug(world, 0, HANDLE_FIRST);
    else
        plug(world, 0, false);
}

Test(service_life, one_that_comes_back_while_it_settles_finds_it_running)
{
    at_work = (struct world){.happens = flap, .present = {true}};
    live(&at_work, 1000);
    cr_expect_eq(at_work.visit[0], 3);
    at_work = (struct world){.happens = flap, .present = {true}};
    live(&at_work, 0);
    cr_expect_eq(at_work.visit[0], 0);
}

static void stop_while_it_settles(struct world *world, enum place place)
{
    if (place == AT_REST && world->present[0])
        unplug(world, 0, HANDLE_FIRST);
    else if (place == AT_REST)
        stop(world);
}

Test(service_life, settling_does_not_keep_it_from_ending)
{
    at_work = (struct world){.happens = stop_while_it_settles, .present = {true}};
    live(&at_work, 1000);
    cr_expect(at_work.told_to_stop);
    cr_expect_leq(at_work.now, 1000);
}

/* There was no memory for one. */
static void miss(struct world *world, enum place place)
{
    if (place == IN_LIST && world->lists == 1)
        service_missed(world->service);
}

Test(service_life, what_was_missed_is_looked_for_until_that_succeeds)
{
    at_work = (struct world){.happens = miss, .list_fails = 2};
    live(&at_work, 0);
    cr_expect_eq(at_work.lists, 3);
    cr_expect_eq(at_work.code, 0);
}

Test(service_life, it_looks_for_nothing_more_once_it_could_not_start)
{
    at_work = (struct world){.happens = miss, .list_fails = 1};
    live(&at_work, 0);
    cr_expect_eq(at_work.lists, 1);
    cr_expect_eq(at_work.code, 5);
}
