/* Who is told of a device's removal. */
#include "conformance/host/notify/notify.h"

#include <criterion/criterion.h>
#include <errno.h>

struct hearer {
    struct notify *notify;
    const struct pnp_devnode *devnode;
    struct notify_registration *registration;
    struct hearer *joins; /* NULL: nobody; registered while it is asked */
    uint32_t answer;
    unsigned asked, told_that_it_stays;
};

static uint32_t hear(void *self, struct notify_registration *registration,
                     const struct notify_event *event);

static void listen_to(struct hearer *hearer)
{
    const struct notify_filter filter = {.type = NOTIFY_HANDLE, .devnode = hearer->devnode};

    cr_assert_eq(notify_register(hearer->notify, &filter, hear, hearer, &hearer->registration), 0);
}

static uint32_t hear(void *self, struct notify_registration *registration,
                     const struct notify_event *event)
{
    struct hearer *hearer = self;

    (void)registration;
    hearer->told_that_it_stays += event->action == NOTIFY_QUERY_REMOVE_FAILED;
    if (event->action != NOTIFY_QUERY_REMOVE)
        return NOTIFY_OK;
    hearer->asked++;
    if (hearer->joins)
        listen_to(hearer->joins);
    return hearer->answer;
}

Test(notify, that_a_device_stays_is_told_to_those_who_were_asked)
{
    const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041", .hardware = {NULL}};
    struct world *world = world_new();
    struct pnp_machine *machine = pnp_machine_new(NULL);
    struct notify *notify = notify_new(world, machine);
    struct pnp_devnode *devnode = NULL;
    struct hearer late, first, second, third;

    cr_assert_eq(pnp_attach_given(machine, 1, &given, NULL, &devnode), 0);
    late = third = second = (struct hearer){.notify = notify, .devnode = devnode};
    second.answer = NOTIFY_VETO;
    second.joins = &late;
    first = late;
    listen_to(&first);
    listen_to(&second);
    listen_to(&third);
    cr_expect_eq(pnp_eject(machine, devnode), -EBUSY);
    cr_assert(world_quiesce(world));
    cr_expect_eq(first.asked, 1);
    cr_expect_eq(first.told_that_it_stays, 1);
    cr_expect_eq(second.told_that_it_stays, 1);
    cr_expect_eq(third.asked + third.told_that_it_stays, 0, "nobody has asked it");
    cr_expect_eq(late.asked + late.told_that_it_stays, 0, "it came while others were asked");
    notify_free(notify);
    pnp_machine_free(machine);
    cr_assert_eq(world_free(world), 0);
}

/* ---- two removals at once */
struct removals {
    struct world *world;
    struct pnp_machine *machine;
    struct pnp_devnode *first, *second;
    bool rests;
    int ejected;
};

static void eject(void *self)
{
    struct removals *it = self;

    it->ejected = pnp_eject(it->machine, it->second);
}

/* Somebody ejects the second device while the first is on its way out. */
static void gone(void *self, const struct pnp_devnode *devnode)
{
    struct removals *it = self;

    if (devnode != it->first)
        return;
    cr_assert_eq(world_start(it->world, "ejects", eject, it, NULL), 0);
    it->rests = world_quiesce(it->world);
}

Test(notify, who_waits_for_the_end_of_a_removal_is_not_at_work)
{
    static const struct pnp_events events = {.remove_complete = gone};
    const struct pnp_given given[] = {
        {.device_id = "USB\\VID_1209&PID_5041", .instance = "1", .hardware = {NULL}},
        {.device_id = "USB\\VID_1209&PID_5041", .instance = "2", .hardware = {NULL}}};
    struct removals it = {.world = world_new(), .machine = pnp_machine_new(NULL), .ejected = 1};
    struct notify *notify = notify_new(it.world, it.machine);
    struct pnp_listener listener = {.events = &events, .self = &it};

    cr_assert_eq(pnp_attach_given(it.machine, 1, &given[0], NULL, &it.first), 0);
    cr_assert_eq(pnp_attach_given(it.machine, 2, &given[1], NULL, &it.second), 0);
    pnp_listen(it.machine, &listener);
    pnp_detach(it.machine, it.first);
    cr_expect(it.rests);
    cr_assert(world_quiesce(it.world));
    cr_expect_eq(it.ejected, 0);
    cr_expect_eq(it.second->state, PNP_GONE);
    pnp_unlisten(it.machine, &listener);
    notify_free(notify);
    pnp_machine_free(it.machine);
    cr_assert_eq(world_free(it.world), 0);
}

/* ---- a removal that waits, and the steering thread, which wants the machine meanwhile */
struct slow {
    struct removals removals;
    struct notify *notify;
    struct notify_registration *registration;
    uint64_t deadline; /* until which the callback waits before it agrees */
    bool ejects;       /* it ejects the other device before it does */
    bool goes_on;      /* under the world's lock */
};

static bool does_go_on(void *self)
{
    return *(bool *)self;
}

static uint32_t agree_late(void *self, struct notify_registration *registration,
                           const struct notify_event *event)
{
    struct slow *it = self;
    struct world *world = it->removals.world;
    const struct world_condition condition = {
        .met = does_go_on, .self = &it->goes_on, .what = "the test"};

    (void)registration;
    if (event->action != NOTIFY_QUERY_REMOVE)
        return NOTIFY_OK;
    if (it->ejects)
        (void)pnp_eject(it->removals.machine, it->removals.first);
    world_lock(world);
    (void)world_wait(world, &condition, it->deadline);
    world_unlock(world);
    return NOTIFY_OK;
}

/* The second device's removal has begun, and waits. */
static void set_up(struct slow *it)
{
    const struct pnp_given given[] = {
        {.device_id = "USB\\VID_1209&PID_5041", .instance = "1", .hardware = {NULL}},
        {.device_id = "USB\\VID_1209&PID_5041", .instance = "2", .hardware = {NULL}}};
    struct removals *removals = &it->removals;
    struct notify_filter filter = {.type = NOTIFY_HANDLE};

    *removals =
        (struct removals){.world = world_new(), .machine = pnp_machine_new(NULL), .ejected = 1};
    it->notify = notify_new(removals->world, removals->machine);
    cr_assert_eq(pnp_attach_given(removals->machine, 1, &given[0], NULL, &removals->first), 0);
    cr_assert_eq(pnp_attach_given(removals->machine, 2, &given[1], NULL, &removals->second), 0);
    filter.devnode = removals->second;
    cr_assert_eq(notify_register(it->notify, &filter, agree_late, it, &it->registration), 0);
    cr_assert_eq(world_start(removals->world, "ejects", eject, removals, NULL), 0);
    cr_assert(world_quiesce(removals->world));
}

static void tear_down(struct slow *it)
{
    world_lock(it->removals.world);
    it->goes_on = true;
    world_changed(it->removals.world);
    world_unlock(it->removals.world);
    cr_assert(world_quiesce(it->removals.world));
    notify_free(it->notify);
    pnp_machine_free(it->removals.machine);
    cr_assert_eq(world_free(it->removals.world), 0);
}

Test(notify, time_passes_while_the_steering_thread_waits_for_a_removal, .timeout = 60)
{
    struct slow it = {.deadline = 500};

    set_up(&it);
    pnp_detach(it.removals.machine, it.removals.first);
    cr_expect_eq(world_now(it.removals.world), 500);
    cr_expect_eq(it.removals.first->state, PNP_GONE);
    cr_assert(world_quiesce(it.removals.world));
    cr_expect_eq(it.removals.ejected, 0);
    cr_expect_null(world_finding(it.removals.world, 0));
    tear_down(&it);
}

Test(notify, a_removal_that_is_never_answered_does_not_keep_the_machine, .timeout = 60)
{
    struct slow it = {.deadline = WORLD_NEVER};

    set_up(&it);
    pnp_detach(it.removals.machine, it.removals.first);
    cr_expect_eq(it.removals.first->state, PNP_GONE);
    cr_assert(world_quiesce(it.removals.world));
    cr_expect_eq(it.removals.ejected, -EBUSY);
    cr_expect_eq(it.removals.second->state, PNP_ENUMERATED);
    cr_expect_not_null(world_found(it.removals.world, "query-unanswered"));
    tear_down(&it);
}

Test(notify, a_removal_in_the_callback_that_another_waits_for_is_found, .timeout = 60)
{
    struct slow it = {.deadline = 5000, .ejects = true};

    set_up(&it);
    cr_expect_not_null(world_found(it.removals.world, "query-unanswered"));
    cr_expect_eq(it.removals.ejected, -EBUSY);
    cr_expect_eq(it.removals.first->state, PNP_GONE);
    tear_down(&it);
}
