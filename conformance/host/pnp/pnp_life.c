/* A device's life: it comes, is installed and started; it is suspended, disabled, asked to go, or
 * pulled. Each step tells who listens. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"

void pnp_set_state(struct pnp_machine *machine, struct pnp_devnode *devnode, enum pnp_state state,
                   uint32_t problem)
{
    pthread_mutex_lock(&machine->lock);
    devnode->state = state;
    devnode->problem = problem;
    pthread_mutex_unlock(&machine->lock);
}

static void set_removing(struct pnp_machine *machine, struct pnp_devnode *devnode, bool removing)
{
    pthread_mutex_lock(&machine->lock);
    pnp_node_of(devnode)->is_removing = removing;
    pthread_mutex_unlock(&machine->lock);
}

/* ---- installing */

/* Installs the best package for it; a device that has it already is not installed again unless it
 * is asked for. */
static int install(struct pnp_machine *machine, struct pnp_devnode *devnode, bool again)
{
    struct pnp_match match;
    struct pnp_node *node = pnp_node_of(devnode);
    int error;

    machine->reason[0] = '\0';
    if (!pnp_best(machine, devnode, &match))
        error = -ENOENT;
    else if (!again && node->package == match.package && devnode->rank == match.rank)
        return 0;
    else
        error = pnp_install_match(machine, node, &match);
    if (error)
        pnp_set_state(machine, devnode, PNP_ENUMERATED, PNP_FAILED_INSTALL);
    return error;
}

static void bring_up(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    if (devnode->state == PNP_ENUMERATED && install(machine, devnode, false) == 0)
        (void)pnp_start(machine, devnode);
}

int pnp_install(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    int error;

    pnp_operate(machine);
    if (devnode->state == PNP_GONE) {
        error = -ENODEV;
    } else {
        /* A driver that runs is stopped for the new one. */
        pnp_set_interfaces(machine, devnode, false);
        error = install(machine, devnode, true);
        if (!error)
            error = pnp_start(machine, devnode);
    }
    pnp_operated(machine);
    return error;
}

/* ---- coming */

static struct pnp_place place_of(struct pnp_machine *machine, unsigned port,
                                 const struct pnp_port *device)
{
    struct pnp_place place = {.port = port, .device = device};

    pthread_mutex_lock(&machine->lock);
    place.generation = ++machine->generation;
    pthread_mutex_unlock(&machine->lock);
    return place;
}

/* What Microsoft OS descriptors add: a compatible id of the function they are about, and its
 * parameters. A device that has none answers so, which is no fault. */
static int read_os(struct pnp_machine *machine, const struct pnp_port *device,
                   struct pnp_described *it, const struct pnp_place *place)
{
    struct pnp_identity *of = it->count > 1 ? &it->identities[1] : &it->identities[0];
    char instance[PNP_ID_MAX + 1], parent_id[PNP_ID_MAX + 1], key[PNP_KEY_MAX + 1];
    struct pnp_devnode parent = {.key = ""};
    int error;

    if (!pnp_instance_id(&it->identities[0], it->serial, place->port, NULL, parent_id))
        return -ENAMETOOLONG;
    memcpy(parent.instance_id, parent_id, sizeof(parent_id));
    if (!pnp_instance_id(of, it->serial, place->port, it->count > 1 ? &parent : NULL, instance))
        return -ENAMETOOLONG;
    snprintf(key, sizeof(key), PNP_CONTROL_SET "Enum\\%s", instance);
    error = pnp_read_os_descriptors(&machine->host, &device->bus, it->device, key, &it->os);
    if (!error && *it->os.msos.compatible)
        pnp_add_os_id(of, it->os.msos.compatible);
    return error;
}

/* Enumerates the device and its functions; on failure those that came are gone again. */
static int enumerate_all(struct pnp_machine *machine, struct pnp_described *it,
                         const struct pnp_place *place, struct pnp_node *ret[])
{
    int error = 0;

    for (size_t i = 0; i < it->count && !error; i++) {
        error = pnp_enumerate(machine, &it->identities[i], it->serial, place,
                              i ? &ret[0]->devnode : NULL, &ret[i]);
        for (size_t k = 0; error && k < i; k++)
            pnp_set_state(machine, &ret[k]->devnode, PNP_GONE, PNP_NO_PROBLEM);
    }
    return error;
}

static int attach(struct pnp_machine *machine, struct pnp_described *it,
                  const struct pnp_place *place, struct pnp_devnode **ret)
{
    struct pnp_node *nodes[PNP_FUNCTIONS_MAX + 1] = {NULL};
    int error = enumerate_all(machine, it, place, nodes);

    if (error)
        return error;
    for (size_t i = 0; i < it->count; i++)
        pnp_tell(machine, PNP_INSTANCE_ENUMERATED, &nodes[i]->devnode);
    for (size_t i = 0; i < it->count; i++)
        bring_up(machine, &nodes[i]->devnode);
    *ret = &nodes[0]->devnode;
    return 0;
}

int pnp_attach(struct pnp_machine *machine, unsigned port, const struct pnp_port *device,
               struct pnp_devnode **ret_devnode)
{
    struct pnp_described *it = calloc(1, sizeof(*it));
    struct pnp_place place;
    int error;

    if (!it)
        return -ENOMEM;
    pnp_operate(machine);
    place = place_of(machine, port, device);
    error = pnp_describe(device, it);
    if (!error)
        error = read_os(machine, device, it, &place);
    if (!error)
        error = attach(machine, it, &place, ret_devnode);
    pnp_operated(machine);
    free(it);
    return error;
}

static void copy_ids(const char *const *from, char to[PNP_IDS_MAX][PNP_ID_MAX + 1], size_t *count)
{
    for (; from[*count]; ++*count)
        snprintf(to[*count], PNP_ID_MAX + 1, "%s", from[*count]);
}

int pnp_attach_given(struct pnp_machine *machine, unsigned port, const struct pnp_given *given,
                     const struct pnp_port *device, struct pnp_devnode **ret_devnode)
{
    struct pnp_described *it = calloc(1, sizeof(*it));
    struct pnp_place place;
    int error;

    if (!it)
        return -ENOMEM;
    pnp_operate(machine);
    place = place_of(machine, port, device);
    it->count = 1;
    it->identities[0].interface_number = -1;
    snprintf(it->identities[0].device_id, sizeof(it->identities[0].device_id), "%s",
             given->device_id);
    snprintf(it->serial, sizeof(it->serial), "%s", given->instance ? given->instance : "");
    copy_ids(given->hardware, it->identities[0].hardware, &it->identities[0].hardware_count);
    copy_ids(given->compatible, it->identities[0].compatible, &it->identities[0].compatible_count);
    error = attach(machine, it, &place, ret_devnode);
    pnp_operated(machine);
    free(it);
    return error;
}

/* ---- going */

/* The interfaces' removal and the handles', in an order that nothing promises. */
static void take_away(struct pnp_machine *machine, struct pnp_devnode *devnode,
                      enum pnp_state state, uint32_t problem)
{
    bool interfaces_first = pnp_draw(machine, 2) == 0;

    pnp_set_state(machine, devnode, state, problem);
    if (interfaces_first)
        pnp_set_interfaces(machine, devnode, false);
    pnp_tell(machine, PNP_REMOVE_COMPLETE, devnode);
    if (!interfaces_first)
        pnp_set_interfaces(machine, devnode, false);
}

static bool is_there(const struct pnp_devnode *devnode)
{
    return devnode->state != PNP_GONE;
}

void pnp_detach(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    pnp_operate(machine);
    for (struct pnp_devnode *child = machine->devnodes; child; child = child->next) {
        if (child->parent == devnode && is_there(child))
            pnp_detach(machine, child);
    }
    if (devnode->state == PNP_DISABLED) {
        pnp_tell(machine, PNP_INSTANCE_REMOVED, devnode); /* and is so when it comes back */
    } else if (is_there(devnode)) {
        take_away(machine, devnode, PNP_GONE, PNP_NO_PROBLEM);
        pnp_tell(machine, PNP_INSTANCE_REMOVED, devnode);
    }
    pnp_operated(machine);
}

/* Asks whether it may go: 0, or -EBUSY with all who were asked told that it stays. */
static int ask(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    unsigned handles;

    set_removing(machine, devnode, true);
    if (!pnp_query_remove(machine, devnode)) {
        set_removing(machine, devnode, false);
        return -EBUSY;
    }
    pthread_mutex_lock(&machine->lock);
    handles = devnode->handles;
    pthread_mutex_unlock(&machine->lock);
    if (!handles)
        return 0;
    set_removing(machine, devnode, false);
    pnp_tell(machine, PNP_QUERY_REMOVE_FAILED, devnode);
    return -EBUSY;
}

/* Of a composite device each function has its say; -EBUSY: those that agreed are told. */
static int ask_all(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    int error = 0;
    struct pnp_devnode *child = machine->devnodes, *last = NULL;

    for (; child && !error; child = child->next) {
        if (child->parent != devnode || !is_there(child))
            continue;
        error = ask(machine, child);
        last = child;
    }
    if (!error)
        error = ask(machine, devnode);
    else
        for (child = machine->devnodes; child && child != last; child = child->next) {
            if (child->parent != devnode || !is_there(child))
                continue;
            set_removing(machine, child, false);
            pnp_tell(machine, PNP_QUERY_REMOVE_FAILED, child);
        }
    return error;
}

int pnp_eject(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    int error;

    pnp_operate(machine);
    error = is_there(devnode) ? ask_all(machine, devnode) : -ENODEV;
    if (!error) {
        pnp_tell(machine, PNP_REMOVE_PENDING, devnode);
        pnp_detach(machine, devnode);
    }
    pnp_operated(machine);
    return error;
}

int pnp_disable(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    int error;

    pnp_operate(machine);
    error = is_there(devnode) ? ask(machine, devnode) : -ENODEV;
    if (!error) {
        pnp_tell(machine, PNP_REMOVE_PENDING, devnode);
        take_away(machine, devnode, PNP_DISABLED, PNP_IS_DISABLED);
        set_removing(machine, devnode, false);
    }
    pnp_operated(machine);
    return error;
}

int pnp_enable(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    int error = -EALREADY;

    pnp_operate(machine);
    if (devnode->state == PNP_DISABLED) {
        pnp_set_state(machine, devnode, PNP_ENUMERATED, PNP_NO_PROBLEM);
        error = install(machine, devnode, false);
        if (!error)
            error = pnp_start(machine, devnode);
    }
    pnp_operated(machine);
    return error;
}

void pnp_suspend(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    pnp_operate(machine);
    if (devnode->state == PNP_STARTED)
        pnp_set_state(machine, devnode, PNP_SUSPENDED, PNP_NO_PROBLEM);
    pnp_operated(machine);
}

void pnp_resume(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    pnp_operate(machine);
    if (devnode->state == PNP_SUSPENDED)
        pnp_set_state(machine, devnode, PNP_STARTED, PNP_NO_PROBLEM);
    pnp_operated(machine);
}
