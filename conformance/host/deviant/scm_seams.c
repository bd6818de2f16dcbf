/* Defects of the rules of triggers and controls. */
#include <stdio.h>
#include <string.h>

#include "conformance/host/deviant/pnp_seam.h"
#include "conformance/host/scm/scm_private.h"

/* ---- which trigger holds */
static bool is_small(const struct scm_item *item)
{
    for (size_t i = 0; i < item->size; i += 2) {
        if (item->data[i] >= 'a' && item->data[i] <= 'z')
            return true;
    }
    return false;
}

/* Ids as long as the first DataItem. */
static void cut_ids(struct pnp_devnode *devnode, const struct scm_item *item)
{
    const size_t length = item->size / 2 - 1;

    for (size_t i = 0; i < devnode->hardware_count && length < PNP_ID_MAX; i++)
        devnode->hardware_ids[i][length] = '\0';
}

SEAM(scm_holds);
bool __wrap_scm_holds(const struct scm_trigger *trigger, const struct pnp_interface *interface)
{
    struct scm_trigger seen = *trigger;
    struct pnp_devnode devnode = *interface->devnode;
    struct pnp_interface of = *interface;

    of.devnode = &devnode;
    if (pnp_is(CLASS_IGNORED))
        memcpy(seen.subtype, of.class_guid, sizeof(seen.subtype));
    if (pnp_is(HARDWARE_IGNORED))
        devnode.hardware_count = 0;
    if (pnp_is(COMPATIBLE_IGNORED))
        devnode.compatible_count = 0;
    if (pnp_is(ITEM_PREFIX) && seen.count)
        cut_ids(&devnode, &seen.items[0]);
    if (pnp_is(ITEM_FIRST) && seen.count > 1)
        seen.count = 1;
    if ((pnp_is(TRIGGER_NEVER) && seen.count) || (pnp_is(NO_ITEM_NEVER) && !seen.count) ||
        (pnp_is(ITEM_CASE) && seen.count && is_small(&seen.items[0])))
        return false;
    if (pnp_is(ITEMS_IGNORED))
        seen.count = 0;
    return __real_scm_holds(&seen, &of);
}

SEAM(scm_trigger);
bool __wrap_scm_trigger(struct scm *scm, const char *name, unsigned index,
                        struct scm_trigger *ret_trigger)
{
    if (pnp_is(TRIGGER_USED_UP) && scm_starts(scm, name))
        return false;
    if (!__real_scm_trigger(scm, name, index, ret_trigger))
        return false;
    if (pnp_is(ACTION_IGNORED))
        ret_trigger->action = 1;
    return true;
}

SEAM(pnp_next_interface);
const struct pnp_interface *__wrap_pnp_next_interface(struct pnp_machine *machine,
                                                      const struct pnp_interface *last,
                                                      const char *class_guid,
                                                      const char *instance_id, enum pnp_list which)
{
    const bool at_boot = !class_guid && !instance_id;

    if (at_boot && pnp_is(BOOT_BLIND))
        return NULL;
    return __real_pnp_next_interface(machine, last, class_guid, instance_id,
                                     at_boot && pnp_is(BOOT_GHOSTS) ? PNP_ALL : which);
}

/* ---- what it does */
SEAM(scm_deed);
enum scm_deed __wrap_scm_deed(const struct scm_status *status, bool stop_sent)
{
    enum scm_deed deed = __real_scm_deed(status, pnp_is(TRIGGER_AFTER_STOP) ? false : stop_sent);

    if (deed == SCM_DEED_NONE && (pnp_is(SECOND_PROCESS) || pnp_is(SECOND_MAIN)))
        return SCM_DEED_START;
    if (deed == SCM_DEED_TELL && pnp_is(TOLD_NEVER))
        return SCM_DEED_HOLD;
    if (deed == SCM_DEED_HOLD && pnp_is(TOLD_ALWAYS))
        return SCM_DEED_TELL;
    if (deed == SCM_DEED_LATCH && pnp_is(STOPPING_DEAF))
        return SCM_DEED_NONE;
    return deed;
}

SEAM(scm_hold);
void __wrap_scm_hold(struct scm_service *service, const char *link, bool latched)
{
    const bool is_answer = latched && service->status.state == SCM_RUNNING && !service->stop_sent;

    if ((pnp_is(SHUTDOWN_FORGOTTEN) && is_answer) || (pnp_is(HELD_ONE) && service->held))
        return;
    __real_scm_hold(service, link, latched);
}

SEAM(scm_send);
void __wrap_scm_send(struct scm_service *service, uint32_t control, const char *link)
{
    __real_scm_send(service, control, link);
    if (control == SCM_TRIGGEREVENT && pnp_is(TOLD_TWICE))
        __real_scm_send(service, control, link);
}

/* Of triggers: what scm_control() asks is in its own file. */
SEAM(scm_has_dependents);
bool __wrap_scm_has_dependents(struct scm_service *service)
{
    const struct scm_service *other = service->scm->services;

    if (pnp_is(STOPS_WITH_DEPENDENT))
        return false;
    for (; pnp_is(DEPENDENT_FOR_EVER) && other; other = other->next) {
        if (other->depends && registry_compare(other->depends, service->name) == 0)
            return true;
    }
    return __real_scm_has_dependents(service);
}

/* ---- states and controls */
SEAM(scm_may_follow);
bool __wrap_scm_may_follow(uint32_t from, uint32_t to)
{
    if (pnp_is(PAUSE_FOUND) && from == SCM_PAUSE_PENDING && to == SCM_PAUSED)
        return false;
    return pnp_is(ILLEGAL_UNSEEN) || __real_scm_may_follow(from, to);
}

static const struct {
    enum pnp_seam_defect defect;
    uint32_t state, control; /* 0: any */
    uint32_t result;
} answers[] = {
    {PNP_SEAM_NONE_DELIVERED, SCM_RUNNING, SCM_PAUSE, SCM_INVALID_CONTROL},
    {PNP_SEAM_START_PENDING_CLOSED, SCM_START_PENDING, SCM_STOP, SCM_CANNOT_ACCEPT},
    {PNP_SEAM_START_PENDING_OPEN, SCM_START_PENDING, SCM_PAUSE, SCM_OK},
    {PNP_SEAM_RUNNING_CLOSED, SCM_RUNNING, 0, SCM_CANNOT_ACCEPT},
    {PNP_SEAM_PAUSE_PENDING_CLOSED, SCM_PAUSE_PENDING, 0, SCM_CANNOT_ACCEPT},
    {PNP_SEAM_PAUSED_CLOSED, SCM_PAUSED, 0, SCM_CANNOT_ACCEPT},
    {PNP_SEAM_CONTINUE_PENDING_CLOSED, SCM_CONTINUE_PENDING, 0, SCM_CANNOT_ACCEPT},
    {PNP_SEAM_STOP_PENDING_OPEN, SCM_STOP_PENDING, 0, SCM_OK},
    {PNP_SEAM_STOPPED_ERROR, SCM_STOPPED, 0, SCM_CANNOT_ACCEPT},
};

SEAM(scm_may_send);
uint32_t __wrap_scm_may_send(const struct scm_status *status, uint32_t control, bool stop_sent)
{
    struct scm_status seen = *status;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (pnp_model_deviates(answers[i].defect) && answers[i].state == seen.state &&
            (!answers[i].control || answers[i].control == control))
            return answers[i].result;
    }
    if (pnp_is(MASK_IGNORED))
        seen.accepted = UINT32_MAX;
    if (pnp_is(INTERROGATE_MASKED) && control == SCM_INTERROGATE && !seen.accepted)
        return SCM_INVALID_CONTROL;
    return __real_scm_may_send(&seen, control, pnp_is(AFTER_STOP) ? false : stop_sent);
}
