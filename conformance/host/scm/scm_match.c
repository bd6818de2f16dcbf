/* When a trigger's condition holds, and what is then to be done: pure rules. */
#include <string.h>
#include <strings.h>

#include "conformance/host/scm/scm_private.h"
#include "spcore/base.h"

enum { OF_INTERFACE = 1, OF_STRING = 2 };

/* Is the string of a DataItem that id? */
static bool is_id(const struct scm_item *item, const char *id)
{
    const size_t length = strlen(id);

    if (item->type != OF_STRING || item->size < 2 * length)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint16_t unit = get_le16(item->data + 2 * i);
        char text[2] = {(char)unit, '\0'}, wanted[2] = {id[i], '\0'};

        if (unit >= 0x80 || strcasecmp(text, wanted) != 0)
            return false;
    }
    return item->size < 2 * length + 2 || get_le16(item->data + 2 * length) == 0;
}

static bool has_id(const struct pnp_devnode *devnode, const struct scm_item *item)
{
    for (size_t i = 0; i < devnode->hardware_count; i++) {
        if (is_id(item, devnode->hardware_ids[i]))
            return true;
    }
    for (size_t i = 0; i < devnode->compatible_count; i++) {
        if (is_id(item, devnode->compatible_ids[i]))
            return true;
    }
    return false;
}

bool scm_holds(const struct scm_trigger *trigger, const struct pnp_interface *interface)
{
    bool any = trigger->count == 0;

    if (trigger->type != OF_INTERFACE || strcasecmp(trigger->subtype, interface->class_guid) != 0)
        return false;
    for (size_t i = 0; i < trigger->count && !any; i++)
        any = has_id(interface->devnode, &trigger->items[i]);
    return any;
}

enum scm_deed scm_deed(const struct scm_status *status, bool stop_sent)
{
    if (status->state == SCM_STOPPED)
        return SCM_DEED_START;
    if (status->state == SCM_STOP_PENDING || stop_sent)
        return SCM_DEED_LATCH;
    if (status->state == SCM_START_PENDING)
        return SCM_DEED_NONE;
    return status->accepted & SCM_ACCEPT_TRIGGEREVENT ? SCM_DEED_TELL : SCM_DEED_HOLD;
}
