/* A device starts: its driver first, and then its interfaces. */
#include <stdio.h>
#include <string.h>

#include "conformance/host/pnp/pnp_private.h"
#include "spcore/base.h"

/* WinUSB registers an interface of each class that its device's key names. */
static void register_winusb(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    static const char *const names[] = {"DeviceInterfaceGUIDs", "DeviceInterfaceGUID"};
    char key[PNP_KEY_MAX + 32], guid[PNP_GUID];

    snprintf(key, sizeof(key), "%s" PNP_DEVICE_PARAMETERS, devnode->key);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct registry_value *value = registry_get(&machine->host.registry, key, names[i]);
        size_t at = 0, length = 0;

        for (; value && at + 2 <= value->size; at += 2) {
            uint16_t unit = get_le16(value->data + at);

            if (unit && length + 1 < sizeof(guid))
                guid[length++] = (char)(unit < 0x7f ? unit : 0x7f);
            guid[length] = '\0';
            if (unit)
                continue;
            if (inf_is_guid(guid))
                (void)pnp_interface_register(machine, devnode, guid, "");
            length = 0;
        }
    }
}

int pnp_start(struct pnp_machine *machine, struct pnp_devnode *devnode)
{
    const struct pnp_port *device = pnp_node_of(devnode)->place.device;
    int error = device && device->start ? device->start(device->bus.self, devnode) : 0;

    if (error) {
        pnp_set_state(machine, devnode, PNP_ENUMERATED, PNP_FAILED_START);
        return error;
    }
    pthread_mutex_lock(&machine->lock);
    registry_hold(&machine->host.registry);
    if (pnp_same_id(devnode->service, "WINUSB"))
        register_winusb(machine, devnode);
    registry_release(&machine->host.registry);
    pthread_mutex_unlock(&machine->lock);
    pnp_set_state(machine, devnode, PNP_STARTED, PNP_NO_PROBLEM);
    pnp_tell(machine, PNP_INSTANCE_STARTED, devnode);
    pnp_set_interfaces(machine, devnode, true);
    return 0;
}
