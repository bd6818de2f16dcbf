/* What stands at a port becomes devnodes: descriptors are read, ids made of them, and what is known
 * of an instance already is found again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"
#include "conformance/raw/raw_descriptors.h"
#include "spcore/base.h"

enum { GET_DESCRIPTOR = 6, FROM_DEVICE = 0x80, ENGLISH = 0x409, HEAD = 9 };

static int descriptor(const struct pnp_bus *bus, uint8_t kind, uint8_t number, uint16_t language,
                      uint16_t length, void *data)
{
    int count = bus->control(bus->self, FROM_DEVICE, GET_DESCRIPTOR, (uint16_t)(kind << 8 | number),
                             language, length, data);

    return count > length ? -EPROTO : count;
}

/* Its length or -errno. */
static int read_config(const struct pnp_bus *bus, uint8_t config[PNP_CONFIG_MAX])
{
    int count = descriptor(bus, DESC_CONFIG, 0, 0, HEAD, config);
    unsigned total = count == HEAD ? get_le16(config + 2) : 0;

    if (count < 0)
        return count;
    if (total < HEAD || total > PNP_CONFIG_MAX)
        return -EPROTO;
    return descriptor(bus, DESC_CONFIG, 0, 0, (uint16_t)total, config);
}

/* "": it has none. What is not ASCII makes it unusable, as in Windows. */
static void read_serial(const struct pnp_bus *bus, uint8_t index, char ret[128])
{
    uint8_t bytes[255];
    int count = index ? descriptor(bus, DESC_STRING, index, ENGLISH, sizeof(bytes), bytes) : 0;
    size_t length = 0;

    ret[0] = '\0';
    if (count >= 2 && bytes[0] < count)
        count = bytes[0];
    for (int at = 2; at + 1 < count && length < 127; at += 2) {
        uint16_t unit = get_le16(bytes + at);

        if (unit == 0)
            break;
        ret[length++] = (char)(unit < 0x7f ? unit : 0x7f);
    }
    ret[length] = '\0';
}

static int set_ids(struct registry *registry, const char *key, const char *name,
                   char ids[PNP_IDS_MAX][PNP_ID_MAX + 1], size_t count)
{
    uint8_t list[2 * (PNP_IDS_MAX * (PNP_ID_MAX + 1) + 1)];
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        for (const char *at = ids[i];; at++) {
            put_le16(list + size, (uint8_t)*at);
            size += 2;
            if (!*at)
                break;
        }
    }
    put_le16(list + size, 0);
    return registry_set(registry, key, name, REG_TYPE_MULTI_SZ, list, size + 2);
}

/* The devnode of that instance, new or of before; with the lock held. */
static struct pnp_node *devnode_of(struct pnp_machine *machine, const char *instance_id)
{
    struct pnp_devnode **at = &machine->devnodes;
    struct pnp_node *node;

    while (*at && !pnp_same_id((*at)->instance_id, instance_id))
        at = &(*at)->next;
    if (*at)
        return pnp_node_of(*at);
    node = calloc(1, sizeof(*node));
    if (!node)
        return NULL;
    snprintf(node->devnode.instance_id, sizeof(node->devnode.instance_id), "%s", instance_id);
    snprintf(node->devnode.key, sizeof(node->devnode.key), PNP_CONTROL_SET "Enum\\%s", instance_id);
    *at = &node->devnode;
    return node;
}

static int fill(struct pnp_machine *machine, struct pnp_node *node,
                const struct pnp_identity *identity, const struct pnp_place *place,
                struct pnp_devnode *parent)
{
    struct pnp_devnode *devnode = &node->devnode;
    struct registry *registry = &machine->host.registry;
    int error;

    memcpy(devnode->hardware_ids, identity->hardware, sizeof(devnode->hardware_ids));
    memcpy(devnode->compatible_ids, identity->compatible, sizeof(devnode->compatible_ids));
    devnode->hardware_count = identity->hardware_count;
    devnode->compatible_count = identity->compatible_count;
    devnode->parent = parent;
    devnode->handles = 0;
    if (devnode->state != PNP_DISABLED) {
        devnode->state = PNP_ENUMERATED;
        devnode->problem = PNP_NO_PROBLEM;
    }
    node->place = *place;
    node->is_removing = false;
    registry_hold(registry);
    error = set_ids(registry, devnode->key, "HardwareID", devnode->hardware_ids,
                    devnode->hardware_count);
    if (!error)
        error = set_ids(registry, devnode->key, "CompatibleIDs", devnode->compatible_ids,
                        devnode->compatible_count);
    registry_release(registry);
    return error;
}

int pnp_enumerate(struct pnp_machine *machine, const struct pnp_identity *identity,
                  const char *serial, const struct pnp_place *place, struct pnp_devnode *parent,
                  struct pnp_node **ret)
{
    char instance_id[PNP_ID_MAX + 1];
    struct pnp_node *node;
    int error = -ENOMEM;

    if (!pnp_instance_id(identity, serial, place->port, parent, instance_id))
        return -ENAMETOOLONG;
    pthread_mutex_lock(&machine->lock);
    node = devnode_of(machine, instance_id);
    if (node && node->devnode.state != PNP_GONE && node->devnode.state != PNP_DISABLED)
        error = -EEXIST; /* two of one serial number: Windows stops at it, too */
    else if (node)
        error = fill(machine, node, identity, place, parent);
    pthread_mutex_unlock(&machine->lock);
    if (!error)
        *ret = node;
    return error;
}

int pnp_describe(const struct pnp_port *device, struct pnp_described *ret)
{
    uint8_t config[PNP_CONFIG_MAX];
    int length;

    if (descriptor(&device->bus, DESC_DEVICE, 0, 0, 18, ret->device) != 18)
        return -EPROTO;
    length = read_config(&device->bus, config);
    if (length < HEAD)
        return length < 0 ? length : -EPROTO;
    ret->count = pnp_identify(ret->device, config, (size_t)length, ret->identities);
    read_serial(&device->bus, ret->device[16], ret->serial);
    return 0;
}
