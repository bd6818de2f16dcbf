/* Device interfaces: registered once for a device, a class and a reference string, with a link that
 * stays; seen by others while they are enabled. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"

void pnp_interface_key(const struct pnp_devnode *devnode, const char *class_guid,
                       const char *reference, char ret[PNP_KEY_MAX + 1])
{
    char name[PNP_ID_MAX + 1], class[PNP_GUID];

    snprintf(name, sizeof(name), "%s", devnode->instance_id);
    for (char *at = name; *at; at++)
        *at = *at == '\\' ? '#' : *at;
    pnp_guid_text(class_guid, class);
    snprintf(ret, PNP_KEY_MAX + 1, PNP_CONTROL_SET "Control\\DeviceClasses\\%s\\##?#%s#%s\\#%.200s",
             class, name, class, reference);
}

static struct pnp_interface *find(const struct pnp_devnode *devnode, const char *class_guid,
                                  const char *reference)
{
    struct pnp_interface *interface = devnode->interfaces;

    while (interface && (strcasecmp(interface->class_guid, class_guid) != 0 ||
                         strcasecmp(interface->reference, reference) != 0))
        interface = interface->next;
    return interface;
}

struct pnp_interface *pnp_interface_register(struct pnp_machine *machine,
                                             struct pnp_devnode *devnode, const char *class_guid,
                                             const char *reference)
{
    struct pnp_interface *interface = find(devnode, class_guid, reference);
    struct pnp_interface **at = &devnode->interfaces;

    (void)machine;
    if (interface)
        return interface;
    interface = calloc(1, sizeof(*interface));
    if (!interface)
        return NULL;
    interface->devnode = devnode;
    interface->reference = strdup(reference);
    pnp_guid_text(class_guid, interface->class_guid);
    if (!interface->reference ||
        !pnp_link_text(devnode->instance_id, class_guid, reference, interface->link)) {
        free(interface->reference);
        free(interface);
        return NULL;
    }
    while (*at)
        at = &(*at)->next;
    return *at = interface;
}

/* The mark, and whether it was another before. */
static bool mark(struct pnp_machine *machine, struct pnp_interface *interface, bool enabled)
{
    bool is_new;

    pthread_mutex_lock(&machine->lock);
    is_new = interface->enabled != enabled;
    interface->enabled = enabled;
    pthread_mutex_unlock(&machine->lock);
    return is_new;
}

static void set(struct pnp_machine *machine, struct pnp_interface *interface, bool enabled)
{
    if (mark(machine, interface, enabled))
        pnp_tell(machine, enabled ? PNP_INTERFACE_ARRIVED : PNP_INTERFACE_REMOVED, interface);
}

void pnp_set_interfaces(struct pnp_machine *machine, struct pnp_devnode *devnode, bool enabled)
{
    for (struct pnp_interface *i = devnode->interfaces; i; i = i->next)
        set(machine, i, enabled);
}

int pnp_interface_set(struct pnp_machine *machine, struct pnp_devnode *devnode,
                      const char *class_guid, const char *reference, bool enabled)
{
    struct pnp_interface *interface;
    int error = 0;

    pnp_operate(machine);
    interface = find(devnode, class_guid, reference ? reference : "");
    if (!interface)
        error = -ENOENT;
    else if (enabled && devnode->state != PNP_STARTED)
        error = -ENODEV;
    else
        set(machine, interface, enabled);
    pnp_operated(machine);
    return error;
}

static bool is_of(const struct pnp_interface *interface, const char *class_guid,
                  const char *instance_id, enum pnp_list which)
{
    return (which == PNP_ALL || interface->enabled) &&
           (!class_guid || strcasecmp(interface->class_guid, class_guid) == 0) &&
           (!instance_id || pnp_same_id(interface->devnode->instance_id, instance_id));
}

const struct pnp_interface *pnp_next_interface(struct pnp_machine *machine,
                                               const struct pnp_interface *last,
                                               const char *class_guid, const char *instance_id,
                                               enum pnp_list which)
{
    const struct pnp_interface *found = NULL;

    pthread_mutex_lock(&machine->lock);
    for (struct pnp_devnode *node = last ? last->devnode : machine->devnodes; node && !found;
         node = node->next) {
        const struct pnp_interface *i = last ? last->next : node->interfaces;

        while (i && !is_of(i, class_guid, instance_id, which))
            i = i->next;
        found = i;
        last = NULL;
    }
    pthread_mutex_unlock(&machine->lock);
    return found;
}

const struct pnp_interface *pnp_find_interface(struct pnp_machine *machine, const char *link)
{
    const struct pnp_interface *one = NULL;

    do
        one = pnp_next_interface(machine, one, NULL, NULL, PNP_ALL);
    while (one && strcasecmp(one->link, link) != 0);
    return one;
}
