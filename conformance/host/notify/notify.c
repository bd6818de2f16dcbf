/* Who has registered for what, and which of a machine's events are theirs. */
#include "conformance/host/notify/notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/notify/notify_private.h"

enum { LIMIT_MS = 1000 };

const char *notify_type_text(const struct notify_registration *registration)
{
    static const char *const texts[NOTIFY_TYPES] = {"an interface", "a handle", "an instance"};

    return texts[registration->filter.type];
}

/* ---- delivery */
/* One that has its event queued is looked after by a thread of the pool. Not under the lock. */
static void set_going(struct notify *notify)
{
    struct notify_registration *found;

    do {
        world_lock(notify->world);
        found = notify->registrations;
        while (found && (found->working || !found->queue))
            found = found->next;
        if (found)
            found->working = true;
        world_unlock(notify->world);
        if (found && world_pool(notify->world, "notification", notify_work, found)) {
            world_lock(notify->world);
            found->working = false;
            notify_drop(found);
            world_unlock(notify->world);
        }
    } while (found);
}

static bool hears_interface(const struct notify_registration *one, const char *class_guid)
{
    return one->filter.type == NOTIFY_INTERFACE &&
           (one->filter.all || strcasecmp(one->filter.class_guid, class_guid) == 0);
}

static bool hears_instance(const struct notify_registration *one, const char *instance_id)
{
    return one->filter.type == NOTIFY_INSTANCE &&
           (one->filter.all || strcasecmp(one->filter.instance_id, instance_id) == 0);
}

static bool hears_handle(const struct notify_registration *one, const struct pnp_devnode *devnode)
{
    return one->filter.type == NOTIFY_HANDLE && one->filter.devnode == devnode;
}

static void tell_interface(void *self, const struct pnp_interface *interface,
                           enum notify_action action)
{
    struct notify *notify = self;
    struct notify_event event = {.action = action};

    snprintf(event.class_guid, sizeof(event.class_guid), "%s", interface->class_guid);
    snprintf(event.text, sizeof(event.text), "%s", interface->link);
    world_lock(notify->world);
    for (struct notify_registration *one = notify->registrations; one; one = one->next) {
        if (!one->closing && hears_interface(one, interface->class_guid))
            (void)notify_queue(one, &event, NULL);
    }
    world_unlock(notify->world);
    set_going(notify);
}

static void tell_instance(void *self, const struct pnp_devnode *devnode, enum notify_action action)
{
    struct notify *notify = self;
    struct notify_event event = {.action = action};

    snprintf(event.text, sizeof(event.text), "%s", devnode->instance_id);
    world_lock(notify->world);
    for (struct notify_registration *one = notify->registrations; one; one = one->next) {
        if (!one->closing && hears_instance(one, devnode->instance_id))
            (void)notify_queue(one, &event, NULL);
    }
    world_unlock(notify->world);
    set_going(notify);
}

static void tell_handles(struct notify *notify, const struct pnp_devnode *devnode,
                         const struct notify_event *event)
{
    world_lock(notify->world);
    for (struct notify_registration *one = notify->registrations; one; one = one->next) {
        if (!one->closing && hears_handle(one, devnode))
            (void)notify_queue(one, event, NULL);
    }
    world_unlock(notify->world);
    set_going(notify);
}

static void arrived(void *self, const struct pnp_interface *interface)
{
    tell_interface(self, interface, NOTIFY_ARRIVAL);
}

static void removed(void *self, const struct pnp_interface *interface)
{
    tell_interface(self, interface, NOTIFY_REMOVAL);
}

static void enumerated(void *self, const struct pnp_devnode *devnode)
{
    tell_instance(self, devnode, NOTIFY_ENUMERATED);
}

static void started(void *self, const struct pnp_devnode *devnode)
{
    tell_instance(self, devnode, NOTIFY_STARTED);
}

static void instance_removed(void *self, const struct pnp_devnode *devnode)
{
    tell_instance(self, devnode, NOTIFY_REMOVED);
}

static void pending(void *self, const struct pnp_devnode *devnode)
{
    tell_handles(self, devnode, &(struct notify_event){.action = NOTIFY_REMOVE_PENDING});
}

static void complete(void *self, const struct pnp_devnode *devnode)
{
    tell_handles(self, devnode, &(struct notify_event){.action = NOTIFY_REMOVE_COMPLETE});
}

int notify_custom(struct notify *notify, const struct pnp_devnode *devnode, const char *event_guid,
                  int32_t name_offset, const void *data, size_t size)
{
    struct notify_event event = {
        .action = NOTIFY_CUSTOM, .name_offset = name_offset, .size = size, .data = data};

    snprintf(event.class_guid, sizeof(event.class_guid), "%s", event_guid);
    tell_handles(notify, devnode, &event);
    return 0;
}

void notify_handles(struct notify *notify, const struct pnp_devnode *devnode,
                    enum notify_action action)
{
    tell_handles(notify, devnode, &(struct notify_event){.action = action});
}

/* ---- query-remove: one after the other, until somebody says no */
/* Who has registered meanwhile is not asked. */
static struct notify_registration *next_asked(struct notify *notify,
                                              const struct pnp_devnode *devnode)
{
    struct notify_registration *one = notify->registrations;

    while (one && (one->closing || one->query != TO_ASK || !hears_handle(one, devnode)))
        one = one->next;
    return one;
}

struct asking {
    const struct notify *notify;
    struct notify_answer *answer;
    struct notify_registration *registration;
};

static bool is_answered(void *self)
{
    const struct asking *asking = self;

    return asking->answer->done || asking->notify->gives_up;
}

static struct world_thread *asked_thread(void *self)
{
    const struct asking *asking = self;

    return asking->registration->runner;
}

/* Under the lock, which it lets go. False: vetoed. */
static bool ask(struct notify *notify, struct notify_registration *one)
{
    const struct notify_event event = {.action = NOTIFY_QUERY_REMOVE};
    struct notify_answer answer = {0};
    struct asking asking = {notify, &answer, one};
    const struct world_condition condition = {.met = is_answered,
                                              .holder = asked_thread,
                                              .self = &asking,
                                              .what = "the answer to a query-remove"};

    one->query = ASKED;
    if (notify_queue(one, &event, &answer))
        return false;
    world_unlock(notify->world);
    set_going(notify);
    world_lock(notify->world);
    (void)world_wait(notify->world, &condition, WORLD_NEVER);
    if (!answer.done) { /* once it is answered, it may be gone */
        notify_forget(one, &answer);
        world_unlock(notify->world);
        world_find(notify->world, WORLD_FAULT, "query-unanswered",
                   "a query-remove was not answered: its callback waits for something that never "
                   "comes, and the removal with it");
        world_lock(notify->world);
        return false;
    }
    return answer.result == NOTIFY_OK;
}

static void told_failed(struct notify *notify, const struct pnp_devnode *devnode)
{
    const struct notify_event event = {.action = NOTIFY_QUERY_REMOVE_FAILED};

    world_lock(notify->world);
    for (struct notify_registration *one = notify->registrations; one; one = one->next) {
        if (!one->closing && hears_handle(one, devnode) && one->query == ASKED) {
            one->query = NOT_MEANT;
            (void)notify_queue(one, &event, NULL);
        }
    }
    world_unlock(notify->world);
    set_going(notify);
}

static bool query_remove(void *self, const struct pnp_devnode *devnode)
{
    struct notify *notify = self;
    struct notify_registration *one;
    bool agreed = true;

    world_lock(notify->world);
    for (one = notify->registrations; one; one = one->next) {
        if (hears_handle(one, devnode))
            one->query = TO_ASK;
    }
    notify->asks = true;
    notify->remover = world_self();
    while (agreed && (one = next_asked(notify, devnode)) != NULL)
        agreed = ask(notify, one);
    notify->asks = notify->gives_up = false;
    notify->remover = NULL;
    world_unlock(notify->world);
    if (!agreed)
        told_failed(notify, devnode);
    return agreed;
}

static void query_remove_failed(void *self, const struct pnp_devnode *devnode)
{
    told_failed(self, devnode);
}

/* ---- who waits for the machine lets the world go on meanwhile */
struct wanting {
    struct notify *notify;
    bool (*take)(void *taker);
    void *taker;
};

static bool takes(void *self)
{
    const struct wanting *wanting = self;

    return wanting->take(wanting->taker);
}

static struct world_thread *remover(void *self)
{
    const struct wanting *wanting = self;

    return wanting->notify->remover;
}

/* Under the lock. The removal that has the machine waits no more for an answer; false: it waits for
 * none, or does not any more. */
static bool end_removal(struct notify *notify)
{
    if (!notify->asks || notify->gives_up)
        return false;
    notify->gives_up = true;
    world_changed(notify->world);
    return true;
}

static bool wait_for_machine(void *self, bool (*take)(void *taker), void *taker)
{
    struct notify *notify = self;
    struct wanting wanting = {notify, take, taker};
    const struct world_condition condition = {
        .met = takes, .holder = remover, .self = &wanting, .what = "the machine"};
    int error;

    world_lock(notify->world);
    do
        error = world_wait(notify->world, &condition, WORLD_NEVER);
    while (error == -EBUSY || (error && end_removal(notify)));
    world_unlock(notify->world);
    return error == 0;
}

static void is_over(void *self)
{
    struct notify *notify = self;

    world_lock(notify->world);
    world_changed(notify->world);
    world_unlock(notify->world);
}

/* ---- registrations */
struct notify *notify_new(struct world *world, struct pnp_machine *machine)
{
    static const struct pnp_events events = {
        .instance_enumerated = enumerated,
        .instance_started = started,
        .instance_removed = instance_removed,
        .interface_arrived = arrived,
        .interface_removed = removed,
        .query_remove = query_remove,
        .query_remove_failed = query_remove_failed,
        .remove_pending = pending,
        .remove_complete = complete,
    };
    struct notify *notify = calloc(1, sizeof(*notify));

    if (!notify)
        return NULL;
    notify->world = world;
    notify->machine = machine;
    notify->limit = LIMIT_MS;
    notify->listener = (struct pnp_listener){.events = &events, .self = notify};
    pnp_listen(machine, &notify->listener);
    pnp_tell_waits(machine, &(struct pnp_waits){wait_for_machine, is_over, notify});
    return notify;
}

void notify_free(struct notify *notify)
{
    struct notify_registration *one;

    if (!notify)
        return;
    pnp_unlisten(notify->machine, &notify->listener);
    pnp_tell_waits(notify->machine, &(struct pnp_waits){.self = NULL});
    while ((one = notify->registrations) != NULL) {
        notify->registrations = one->next;
        notify_drop(one);
        world_paid(notify->world, &one->asset);
        free(one);
    }
    free(notify);
}

void notify_limit(struct notify *notify, uint32_t ms)
{
    notify->limit = ms;
}

unsigned notify_count(struct notify *notify, const struct pnp_devnode *devnode)
{
    unsigned count = 0;

    world_lock(notify->world);
    for (const struct notify_registration *one = notify->registrations; one; one = one->next)
        count += !one->closing && hears_handle(one, devnode);
    world_unlock(notify->world);
    return count;
}

void notify_refuse(struct notify *notify, unsigned after)
{
    world_lock(notify->world);
    notify->refuses = after + 1;
    world_unlock(notify->world);
}

static bool is_refused(struct notify *notify)
{
    bool refused;

    world_lock(notify->world);
    refused = notify->refuses && --notify->refuses == 0;
    world_unlock(notify->world);
    return refused;
}

int notify_register(struct notify *notify, const struct notify_filter *filter, notify_call call,
                    void *self, struct notify_registration **ret_registration)
{
    struct notify_registration *made = is_refused(notify) ? NULL : calloc(1, sizeof(*made));
    struct notify_registration **at;

    if (!made)
        return -ENOMEM;
    made->notify = notify;
    made->filter = *filter;
    made->call = call;
    made->self = self;
    world_owe(notify->world, &made->asset, "registration", "for %s", notify_type_text(made));
    *ret_registration = made;
    world_lock(notify->world);
    at = &notify->registrations;
    while (*at)
        at = &(*at)->next;
    *at = made;
    world_unlock(notify->world);
    return 0;
}

static bool is_idle(void *self)
{
    const struct notify_registration *registration = self;

    return !registration->working;
}

static struct world_thread *runner_of(void *self)
{
    const struct notify_registration *registration = self;

    return registration->runner;
}

/* The registration goes with the callback that runs, or at once. Under the lock. */
static void doom(struct notify_registration *registration)
{
    registration->doomed = registration->working;
    if (!registration->working) {
        notify_remove(registration);
        free(registration);
    }
}

static void report(struct world *world, bool own, const char *type)
{
    if (own)
        world_find(world, WORLD_FAULT, "self-unregister",
                   "CM_Unregister_Notification was called in a callback of the registration for %s "
                   "that it takes back: it waits for that callback, which waits for it. Another "
                   "thread must do it",
                   type);
    else
        world_find(world, WORLD_FAULT, "unregister-circle",
                   "CM_Unregister_Notification waits for a callback of a registration for %s that "
                   "waits, be it over others, for the caller: none of them would ever go on",
                   type);
}

int notify_unregister(struct notify *notify, struct notify_registration *registration)
{
    struct world *world = notify->world;
    const struct world_condition idle = {
        .met = is_idle, .holder = runner_of, .self = registration, .what = "a callback's end"};
    const struct notify_registration *caller = notify_calling();
    const struct notify_registration *one;
    const char *type;
    int error = 0;

    world_lock(world);
    for (one = notify->registrations; one && one != registration;)
        one = one->next;
    if (!one || one->closing) {
        world_unlock(world);
        return -ENOENT;
    }
    type = notify_type_text(one);
    registration->closing = true;
    notify_drop(registration);
    world_changed(world);
    if (caller != registration)
        error = world_wait(world, &idle, WORLD_NEVER);
    world_unlock(world);
    world_paid(world, &registration->asset);
    if (caller == registration || error)
        report(world, caller == registration, type);
    else if (caller)
        world_find(
            world, WORLD_RISK, "cross-unregister",
            "CM_Unregister_Notification was called in a callback, for a registration for %s: "
            "where a callback of that one waits for this one, neither goes on",
            type);
    world_lock(world);
    doom(registration);
    world_unlock(world);
    return caller == registration || error ? -EDEADLK : 0;
}
