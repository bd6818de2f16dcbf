/* Who is told of what, in which order. What no document orders is drawn from the machine's seed. */
#include <stdlib.h>

#include "conformance/host/pnp/pnp_private.h"

unsigned pnp_draw(struct pnp_machine *machine, unsigned count)
{
    uint64_t x = machine->seed += 0x9e3779b97f4a7c15u; /* splitmix64 */

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (unsigned)((x ^ (x >> 31)) % count);
}

void pnp_listen(struct pnp_machine *machine, struct pnp_listener *listener)
{
    struct pnp_listener **at = &machine->listeners;

    /* Not in the midst of an event. */
    pnp_operate(machine);
    while (*at)
        at = &(*at)->next;
    listener->next = NULL;
    *at = listener;
    pnp_operated(machine);
}

void pnp_unlisten(struct pnp_machine *machine, struct pnp_listener *listener)
{
    struct pnp_listener **at = &machine->listeners;

    pnp_operate(machine);
    while (*at && *at != listener)
        at = &(*at)->next;
    if (*at)
        *at = listener->next;
    pnp_operated(machine);
}

static void tell(const struct pnp_listener *to, enum pnp_event event, const void *subject)
{
    const struct pnp_events *events = to->events;
    void (*const of_devnode[])(void *, const struct pnp_devnode *) = {
        [PNP_INSTANCE_ENUMERATED] = events->instance_enumerated,
        [PNP_INSTANCE_STARTED] = events->instance_started,
        [PNP_INSTANCE_REMOVED] = events->instance_removed,
        [PNP_QUERY_REMOVE_FAILED] = events->query_remove_failed,
        [PNP_REMOVE_PENDING] = events->remove_pending,
        [PNP_REMOVE_COMPLETE] = events->remove_complete,
    };
    void (*of_interface)(void *, const struct pnp_interface *) = NULL;

    if (event == PNP_INTERFACE_ARRIVED)
        of_interface = events->interface_arrived;
    else if (event == PNP_INTERFACE_REMOVED)
        of_interface = events->interface_removed;
    else if (of_devnode[event])
        of_devnode[event](to->self, subject);
    if (of_interface)
        of_interface(to->self, subject);
}

void pnp_tell(struct pnp_machine *machine, enum pnp_event event, const void *subject)
{
    for (struct pnp_listener *to = machine->listeners; to; to = to->next)
        tell(to, event, subject);
}

bool pnp_query_remove(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    struct pnp_listener *to = machine->listeners, *vetoed = NULL;

    for (; to && !vetoed; to = to->next) {
        if (to->events->query_remove && !to->events->query_remove(to->self, devnode))
            vetoed = to;
    }
    if (!vetoed)
        return true;
    /* Who is told may open it again. */
    pthread_mutex_lock(&machine->lock);
    pnp_node_of(devnode)->is_removing = false;
    pthread_mutex_unlock(&machine->lock);
    for (to = machine->listeners; to != vetoed; to = to->next)
        tell(to, PNP_QUERY_REMOVE_FAILED, devnode);
    return false;
}

void pnp_tell_service(struct pnp_machine *machine, const char *service, bool start)
{
    for (struct pnp_listener *to = machine->listeners; to; to = to->next) {
        if (to->events->service_installed)
            to->events->service_installed(to->self, service, start);
    }
}
