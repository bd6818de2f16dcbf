/* What a front may ask about the settings the host has chosen. */
#include "simulator/usb/usb_internal.h"

uint8_t usb_device_setting(const struct usb_device *device, uint8_t number)
{
    return number < USB_INTERFACES_MAX ? device->settings[number] : 0;
}

static bool has(const struct usb_interface_identity *interface, uint8_t address, size_t *ret_index)
{
    for (size_t i = 0; i < interface->endpoint_count; i++) {
        if (interface->endpoints[i].address == address) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool usb_device_endpoint(const struct usb_device *device, uint8_t address,
                         struct usb_endpoint_facts *ret_facts)
{
    const struct usb_identity *identity = device->identity;

    for (size_t i = 0; i < identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];
        const struct usb_endpoint_identity *endpoint;
        size_t index;

        if (usb_device_setting(device, interface->number) != interface->alternate ||
            !has(interface, address, &index))
            continue;
        endpoint = &interface->endpoints[index];
        *ret_facts = (struct usb_endpoint_facts){
            .type = endpoint->type,
            .interval = usb_interval(identity->speed, endpoint),
            .interface = interface->number,
            .room = usb_frame_room(identity->speed, usb_packet_size(identity->speed, endpoint),
                                   endpoint),
        };
        return true;
    }
    return false;
}
