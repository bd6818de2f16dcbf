/* A registration's queue, and the thread of the pool that takes it to the callback. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/notify/notify_private.h"

static _Thread_local const struct notify_registration *calling;

const struct notify_registration *notify_calling(void)
{
    return calling;
}

static const char *const actions[NOTIFY_ACTIONS] = {
    [NOTIFY_ARRIVAL] = "interface arrival",
    [NOTIFY_REMOVAL] = "interface removal",
    [NOTIFY_QUERY_REMOVE] = "query-remove",
    [NOTIFY_QUERY_REMOVE_FAILED] = "query-remove-failed",
    [NOTIFY_REMOVE_PENDING] = "remove-pending",
    [NOTIFY_REMOVE_COMPLETE] = "remove-complete",
    [NOTIFY_CUSTOM] = "custom event",
    [NOTIFY_ENUMERATED] = "instance enumerated",
    [NOTIFY_STARTED] = "instance started",
    [NOTIFY_REMOVED] = "instance removed",
};

static void answered(struct notify_queued *queued, uint32_t result)
{
    if (queued->answer) {
        queued->answer->result = result;
        queued->answer->done = true;
    }
    queued->answer = NULL;
}

void notify_drop(struct notify_registration *registration)
{
    struct notify_queued *queued;

    while ((queued = registration->queue) != NULL) {
        registration->queue = queued->next;
        answered(queued, NOTIFY_OK);
        free(queued);
    }
}

void notify_forget(struct notify_registration *registration, const struct notify_answer *answer)
{
    if (registration->current && registration->current->answer == answer)
        registration->current->answer = NULL;
    for (struct notify_queued *one = registration->queue; one; one = one->next) {
        if (one->answer == answer)
            one->answer = NULL;
    }
}

void notify_remove(struct notify_registration *registration)
{
    struct notify_registration **at = &registration->notify->registrations;

    while (*at != registration)
        at = &(*at)->next;
    *at = registration->next;
}

/* The documents have a callback hand over what takes long. */
static void took_long(void *self)
{
    struct notify_registration *registration = self;
    struct world *world = registration->notify->world;

    world_find(world, WORLD_FAULT, "slow-callback",
               "a callback of the registration for %s has not returned for %u ms: its other "
               "notifications, and who asks about a removal, wait for it",
               notify_type_text(registration), registration->notify->limit);
}

static bool may_return(enum notify_action action, uint32_t result)
{
    return result == NOTIFY_OK || (action == NOTIFY_QUERY_REMOVE && result == NOTIFY_VETO);
}

/* Without the lock. */
static uint32_t tell(struct notify_registration *registration, const struct notify_event *event)
{
    struct world *world = registration->notify->world;
    uint32_t result;

    world_trace(world, "callback for %s: %s %s", notify_type_text(registration),
                actions[event->action], event->text);
    if (event->action == NOTIFY_QUERY_REMOVE)
        world_reach(world, WORLD_QUERY_REMOVE, event->text);
    registration->limit = (struct world_timer){.fire = took_long, .self = registration};
    world_timer_start(world, &registration->limit, world_after(world, registration->notify->limit));
    calling = registration;
    result = registration->call(registration->self, registration, event);
    calling = NULL;
    world_timer_stop(world, &registration->limit);
    world_trace(world, "callback for %s returns %u", notify_type_text(registration), result);
    if (!may_return(event->action, result))
        world_find(
            world, WORLD_FAULT, "callback-result",
            "a callback returned %u to %s: ERROR_SUCCESS is asked for, and of a query-remove "
            "alone ERROR_CANCELLED may come",
            result, actions[event->action]);
    return result;
}

void notify_work(void *self)
{
    struct notify_registration *registration = self;
    struct world *world = registration->notify->world;
    bool gone;

    world_lock(world);
    registration->runner = world_self();
    while (registration->queue) {
        struct notify_queued *queued = registration->queue;
        uint32_t result;

        registration->queue = queued->next;
        registration->current = queued;
        world_unlock(world);
        result = tell(registration, &queued->event);
        world_lock(world);
        registration->current = NULL;
        answered(queued, result);
        free(queued);
        world_changed(world);
    }
    registration->runner = NULL;
    registration->working = false;
    gone = registration->doomed;
    if (gone)
        notify_remove(registration);
    world_changed(world);
    world_unlock(world);
    if (gone)
        free(registration);
}

int notify_queue(struct notify_registration *registration, const struct notify_event *event,
                 struct notify_answer *answer)
{
    struct notify_queued **at = &registration->queue;
    struct notify_queued *queued = calloc(1, sizeof(*queued) + event->size);

    if (!queued)
        return -ENOMEM;
    queued->event = *event;
    queued->event.data = queued->data;
    if (event->size)
        memcpy(queued->data, event->data, event->size);
    queued->answer = answer;
    while (*at)
        at = &(*at)->next;
    *at = queued;
    return 0;
}
