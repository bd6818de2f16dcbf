/* Triggers: a device interface arrives, and services start or stop. What cannot be told to a
 * service at that moment is held: it is told when the service takes such controls, and starts it
 * again when it had stopped meanwhile and the device is still there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"

enum { STARTS = 1, STOPS = 2 };

/* ---- under the lock: what comes of one that holds */
static void fire_start(struct scm_service *service, const char *link)
{
    switch (scm_deed(&service->status, service->stop_sent)) {
    case SCM_DEED_NONE:
        break;
    case SCM_DEED_START:
        if (service->start == SCM_START_DISABLED)
            scm_log(service, SCM_FAILED_TO_START, SCM_DISABLED);
        else
            scm_want(service, "TriggerStarted");
        break;
    case SCM_DEED_TELL:
        scm_send(service, SCM_TRIGGEREVENT, link);
        break;
    case SCM_DEED_HOLD:
        scm_hold(service, link, false);
        break;
    case SCM_DEED_LATCH:
        scm_hold(service, link, true);
        break;
    }
}

static void fire_stop(struct scm_service *service)
{
    if (scm_may_send(&service->status, SCM_STOP, service->stop_sent) != SCM_OK)
        return;
    if (scm_has_dependents(service))
        scm_log(service, SCM_KEPT_RUNNING, SCM_DEPENDENT_RUNNING);
    else
        scm_send(service, SCM_STOP, "");
}

static void fire(struct scm_service *service, const struct scm_trigger *trigger,
                 const struct pnp_interface *interface)
{
    struct scm *scm = service->scm;

    world_lock(scm->world);
    if (trigger->action == STARTS)
        fire_start(service, interface->link);
    else if (trigger->action == STOPS)
        fire_stop(service);
    world_unlock(scm->world);
}

static void look_at(struct scm *scm, struct scm_service *service,
                    const struct pnp_interface *interface)
{
    const struct registry *registry = pnp_registry(scm->machine);
    struct scm_trigger trigger;
    bool is_one = true, holds;

    for (unsigned i = 0; is_one; i++) {
        registry_hold(registry);
        is_one = scm_trigger(scm, service->name, i, &trigger);
        holds = is_one && scm_holds(&trigger, interface);
        registry_release(registry);
        if (holds)
            fire(service, &trigger, interface);
    }
}

/* ---- the machine tells */
static void arrived(void *self, const struct pnp_interface *interface)
{
    struct scm *scm = self;

    scm_load(scm);
    for (struct scm_service *service = scm->services; service; service = service->next)
        look_at(scm, service, interface);
}

static void installed(void *self, const char *name, bool start)
{
    struct scm *scm = self;
    struct scm_service *service;

    scm_load(scm);
    world_lock(scm->world);
    service = scm_find(scm, name);
    if (service && start && service->status.state == SCM_STOPPED)
        scm_want(service, NULL);
    world_unlock(scm->world);
}

const struct pnp_events scm_events = {.interface_arrived = arrived, .service_installed = installed};

void scm_boot(struct scm *scm)
{
    const struct pnp_interface *interface = NULL;

    scm_load(scm);
    world_lock(scm->world);
    for (struct scm_service *service = scm->services; service; service = service->next) {
        if (service->start == SCM_START_AUTO && service->type & (SCM_TYPE_OWN | SCM_TYPE_SHARED) &&
            service->status.state == SCM_STOPPED)
            scm_want(service, NULL);
    }
    world_unlock(scm->world);
    while ((interface = pnp_next_interface(scm->machine, interface, NULL, NULL, PNP_PRESENT)))
        arrived(scm, interface);
}

/* ---- a service has stopped */
static bool is_there(struct scm *scm, const char *link)
{
    const struct pnp_interface *interface = pnp_find_interface(scm->machine, link);

    return interface && interface->enabled;
}

void scm_after(struct scm_service *service, struct scm_held *held)
{
    struct scm *scm = service->scm;
    bool again = false;

    while (held) {
        struct scm_held *next = held->next;

        again |= (held->latched || !service->asked_to_stop) && is_there(scm, held->link);
        free(held);
        held = next;
    }
    if (!again)
        return;
    world_lock(scm->world);
    if (service->status.state == SCM_STOPPED)
        scm_want(service, "TriggerStarted");
    world_unlock(scm->world);
}
