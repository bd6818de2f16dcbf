/* The player as a guest's emulator is told of it: device, interfaces and endpoints of the settings
 * that are chosen. */
#include <usbredirfilter.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

/* enum usb_speed's. */
static const uint8_t speeds[] = {
    [USB_SPEED_LOW] = usb_redir_speed_low,
    [USB_SPEED_FULL] = usb_redir_speed_full,
    [USB_SPEED_HIGH] = usb_redir_speed_high,
    [USB_SPEED_SUPER] = usb_redir_speed_super,
};

static void list_interfaces(const struct redir_guest *guest,
                            struct usb_redir_interface_info_header *ret_info)
{
    const struct usb_device *device = guest->port->offer->device;
    const struct usb_identity *identity = usb_device_identity(device);

    *ret_info = (struct usb_redir_interface_info_header){0};
    for (size_t i = 0; i < identity->interface_count && !guest->unconfigured; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];
        uint32_t at = ret_info->interface_count;
        uint8_t triple[3];

        if (usb_device_setting(device, interface->number) != interface->alternate ||
            at == ARRAY_SIZE(ret_info->interface))
            continue;
        usb_device_interface_class(device, interface, triple);
        ret_info->interface[at] = interface->number;
        ret_info->interface_class[at] = triple[0];
        ret_info->interface_subclass[at] = triple[1];
        ret_info->interface_protocol[at] = triple[2];
        ret_info->interface_count++;
    }
}

static void list_endpoints(const struct redir_guest *guest,
                           struct usb_redir_ep_info_header *ret_info)
{
    const struct usb_device *device = guest->port->offer->device;

    *ret_info = (struct usb_redir_ep_info_header){0};
    for (unsigned i = 0; i < REDIR_ENDPOINTS; i++) {
        uint8_t address = (uint8_t)((i & 0x0f) | (i & 0x10 ? 0x80 : 0));
        struct usb_endpoint_facts facts;

        ret_info->type[i] = usb_redir_type_invalid;
        if (!(i & 0x0f)) {
            ret_info->type[i] = usb_redir_type_control;
            continue;
        }
        if (guest->unconfigured || !usb_device_endpoint(device, address, &facts))
            continue;
        ret_info->type[i] = facts.type; /* the same numbers */
        ret_info->interval[i] = facts.interval;
        ret_info->interface[i] = facts.interface;
        ret_info->max_packet_size[i] = (uint16_t)(facts.room < 0xffff ? facts.room : 0xffff);
    }
}

void redir_describe_settings(struct redir_guest *guest)
{
    struct usb_redir_interface_info_header interfaces;
    struct usb_redir_ep_info_header endpoints;

    list_interfaces(guest, &interfaces);
    list_endpoints(guest, &endpoints);
    usbredirparser_send_ep_info(guest->parser, &endpoints);
    usbredirparser_send_interface_info(guest->parser, &interfaces);
    redir_put_queued(guest);
}

void redir_describe_device(struct redir_guest *guest)
{
    const struct usb_identity *identity = usb_device_identity(guest->port->offer->device);
    struct usb_redir_device_connect_header device = {
        .speed = speeds[usb_device_speed(guest->port->offer->device)],
        .device_class = identity->class_code,
        .device_subclass = identity->subclass,
        .device_protocol = identity->protocol,
        .vendor_id = identity->vendor_id,
        .product_id = identity->product_id,
        .device_version_bcd = identity->release,
    };

    usbredirparser_send_device_connect(guest->parser, &device);
    redir_put_queued(guest);
}

bool redir_describe_passes(const struct redir_guest *guest, const struct usbredirfilter_rule *rules,
                           int count)
{
    const struct usb_identity *identity = usb_device_identity(guest->port->offer->device);
    struct usb_redir_interface_info_header info;

    list_interfaces(guest, &info);
    return usbredirfilter_check(rules, count, identity->class_code, identity->subclass,
                                identity->protocol, info.interface_class, info.interface_subclass,
                                info.interface_protocol, (int)info.interface_count,
                                identity->vendor_id, identity->product_id, identity->release,
                                0) == 0;
}
