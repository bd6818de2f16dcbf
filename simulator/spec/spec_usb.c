/* The USB half of a player file: identity, interfaces with their alternate settings, and the
 * Microsoft OS descriptors. */
#include <errno.h>

#include "simulator/function/still_image/still_image.h"
#include "simulator/spec/spec.h"

static struct usb_endpoint_identity usual_endpoints[] = {
    {.address = 0x81, .type = USB_ENDPOINT_BULK},
    {.address = 0x02, .type = USB_ENDPOINT_BULK},
    /* An event of three parameters has 24 bytes and fits one packet. */
    {.address = 0x83, .type = USB_ENDPOINT_INTERRUPT, .packet_size = 28},
};

static int usual_interface(struct player_spec *spec)
{
    const struct file_usb *usb = &spec->file->usb;
    struct usb_interface_identity *interface = player_spec_alloc(spec, 1, sizeof(*interface));

    if (!interface)
        return -ENOMEM;
    if (usb->persona == FILE_PERSONA_MTP) {
        interface->class_code = 6;
        interface->subclass = 1;
        interface->protocol = 1;
    } else {
        interface->class_code = 0xff;
        interface->subclass = 0xff;
    }
    interface->function = FUNCTION_STILL_IMAGE;
    interface->name = usb->interface_name;
    interface->endpoints = usual_endpoints;
    interface->endpoint_count = 3;
    spec->identity.interfaces = interface;
    spec->identity.interface_count = 1;
    return 0;
}

/* ---- interfaces a file describes itself */

/* The largest wMaxPacketSize (USB 2.0, 5.5 to 5.8; USB 3.2, 8.12) by speed and endpoint type; bulk
 * endpoints above full speed have this size and no other. */
static unsigned largest_packet(enum usb_speed speed, uint8_t type)
{
    if (type == USB_ENDPOINT_BULK)
        return speed == USB_SPEED_FULL ? 64 : speed == USB_SPEED_HIGH ? 512 : 1024;
    if (speed == USB_SPEED_FULL)
        return type == USB_ENDPOINT_ISOCHRONOUS ? 1023 : 64;
    return 1024;
}

static bool packet_size_legal(enum usb_speed speed, const struct file_endpoint *endpoint)
{
    unsigned most = largest_packet(speed, endpoint->type), size = endpoint->packet_size;

    if (!size)
        return true;
    if (endpoint->type == USB_ENDPOINT_BULK)
        return size == most || (speed == USB_SPEED_FULL && (size == 8 || size == 16 || size == 32));
    if (speed == USB_SPEED_HIGH && size >> 11 <= 2)
        size &= 0x7ff; /* bits 11 and 12: further transactions in a microframe */
    return size && size <= most;
}

static int check_endpoint(struct reporter *reporter, const struct file_interface *interface,
                          unsigned index, unsigned place)
{
    enum usb_speed speed = reporter->spec->identity.speed;
    const struct file_endpoint *it = &interface->endpoints[index];
    bool frames = speed == USB_SPEED_FULL && it->type == USB_ENDPOINT_INTERRUPT;

    if (!(it->address & 0x0f) || it->address & 0x70)
        return player_spec_fault(reporter, "address:", place,
                                 "address 0x%02x: expected 0x01 to 0x0f or 0x81 to 0x8f",
                                 it->address);
    for (unsigned i = 0; i < index; i++) {
        if (interface->endpoints[i].address == it->address)
            return player_spec_fault(reporter, "address:", place,
                                     "address 0x%02x stands twice in its setting", it->address);
    }
    if (it->type < USB_ENDPOINT_ISOCHRONOUS || it->type > USB_ENDPOINT_INTERRUPT)
        return player_spec_fault(reporter, "address:", place,
                                 "type %u: expected 1 isochronous, 2 bulk or 3 interrupt",
                                 it->type);
    if (!packet_size_legal(speed, it))
        return player_spec_fault(reporter, "address:", place,
                                 "packet-size %u is not legal for its type and speed",
                                 it->packet_size);
    if (it->interval > 16 && !frames && it->type != USB_ENDPOINT_BULK)
        return player_spec_fault(reporter, "address:", place, "interval %u: an exponent of 1 to 16",
                                 it->interval);
    if (it->burst > 15 || (it->burst && speed != USB_SPEED_SUPER))
        return player_spec_fault(reporter, "address:", place,
                                 "burst %u: 0 to 15, at super speed only", it->burst);
    return 0;
}

/* Numbers count up from 0, the settings of each from 0. */
static int check_number(struct reporter *reporter, unsigned index)
{
    const struct file_interface *all = reporter->spec->file->usb.interfaces, *it = &all[index];
    int number = index ? (int)all[index - 1].number : -1;
    bool next_setting = (int)it->number == number && it->alternate == all[index - 1].alternate + 1;
    bool next_number = (int)it->number == number + 1 && it->alternate == 0;

    if (!next_setting && !next_number)
        return player_spec_fault(reporter, "number:", index,
                                 "interface %u setting %u is out of order", it->number,
                                 it->alternate);
    if (it->number >= 32)
        return player_spec_fault(reporter, "number:", index, "interface %u: 0 to 31", it->number);
    return 0;
}

/* What an interface does is said in its setting 0; persona zero has to. */
static int check_function(struct reporter *reporter, unsigned index)
{
    const struct file_usb *usb = &reporter->spec->file->usb;
    const struct file_interface *it = &usb->interfaces[index];
    bool zero = usb->persona == FILE_PERSONA_ZERO;

    if (zero && it->alternate == 0 && !it->function)
        return player_spec_fault(reporter, "number:", index,
                                 "interface %u has no function (source-sink or loopback)",
                                 it->number);
    if (it->alternate && it->function)
        return player_spec_fault(reporter, "number:", index,
                                 "function belongs to setting 0 of interface %u", it->number);
    return 0;
}

static int check_interfaces(struct reporter *reporter)
{
    const struct file_usb *usb = &reporter->spec->file->usb;
    unsigned place = 0;
    int error = 0;

    if (usb->persona == FILE_PERSONA_ZERO && !usb->interfaces_count)
        return player_spec_fault(reporter, "persona:", 0, "persona zero needs interfaces");
    for (unsigned i = 0; i < usb->interfaces_count && !error; i++) {
        const struct file_interface *it = &usb->interfaces[i];

        error = check_number(reporter, i);
        if (!error)
            error = check_function(reporter, i);
        for (unsigned j = 0; j < it->endpoints_count && !error; j++)
            error = check_endpoint(reporter, it, j, place++);
    }
    return error;
}

static int own_interfaces(struct player_spec *spec)
{
    const struct file_usb *usb = &spec->file->usb;
    struct usb_interface_identity *interfaces =
        player_spec_alloc(spec, usb->interfaces_count, sizeof(*interfaces));

    if (!interfaces)
        return -ENOMEM;
    for (unsigned i = 0; i < usb->interfaces_count; i++) {
        const struct file_interface *from = &usb->interfaces[i];
        struct usb_endpoint_identity *endpoints =
            player_spec_alloc(spec, from->endpoints_count, sizeof(*endpoints));

        if (!endpoints)
            return -ENOMEM;
        for (unsigned j = 0; j < from->endpoints_count; j++)
            endpoints[j] = (struct usb_endpoint_identity){
                from->endpoints[j].address, from->endpoints[j].type, from->endpoints[j].packet_size,
                from->endpoints[j].interval, from->endpoints[j].burst};
        interfaces[i] = (struct usb_interface_identity){
            .number = from->number,
            .alternate = from->alternate,
            .function = from->function,
            .class_code = from->class_code,
            .subclass = from->subclass,
            .protocol = from->protocol,
            .name = from->name,
            .endpoints = endpoints,
            .endpoint_count = from->endpoints_count,
        };
    }
    spec->identity.interfaces = interfaces;
    spec->identity.interface_count = usb->interfaces_count;
    return 0;
}

/* ---- what the interfaces do */

/* The one that carries MTP. Where no interface says that it does, the first that can. */
static int settle_still_image(struct reporter *reporter)
{
    struct usb_identity *identity = &reporter->spec->identity;
    struct usb_interface_identity *chosen = NULL;
    struct still_image_pipes pipes;
    bool said = function_is_used(identity, FUNCTION_STILL_IMAGE);

    if (!said && reporter->spec->file->usb.persona == FILE_PERSONA_ZERO)
        return 0;
    for (size_t i = 0, count; i < identity->interface_count; i += count) {
        struct usb_interface_identity *it = &identity->interfaces[i];

        count = usb_setting_count(identity, i);
        if (it->function != (said ? FUNCTION_STILL_IMAGE : FUNCTION_NONE))
            continue;
        if (chosen && said)
            return player_spec_fault(reporter, "still-image", 1, "still-image stands twice");
        if (!chosen && !still_image_find_pipes(it, count, &pipes))
            chosen = it;
    }
    if (!chosen)
        return player_spec_fault(
            reporter, "interfaces:", 0,
            "no interface with a bulk IN, a bulk OUT and an interrupt IN endpoint");
    chosen->function = FUNCTION_STILL_IMAGE;
    return 0;
}

static int settle_functions(struct reporter *reporter)
{
    const struct usb_identity *identity = &reporter->spec->identity;
    unsigned functions = 0;
    int error = settle_still_image(reporter);

    if (error)
        return error;
    for (size_t i = 0; i < identity->interface_count; i++) {
        functions += identity->interfaces[i].function != FUNCTION_NONE;
        if (functions > USB_FUNCTIONS_MAX)
            return player_spec_fault(reporter, "function:", functions - 1, "more than %d functions",
                                     USB_FUNCTIONS_MAX);
    }
    if (reporter->spec->pattern && !function_is_used(identity, FUNCTION_SOURCE_SINK))
        return player_spec_fault(reporter, "pattern:", 0, "pattern is for source-sink only");
    return 0;
}

static int fill_ms(struct player_spec *spec)
{
    const struct file_ms *ms = &spec->file->microsoft_os;
    struct usb_identity *identity = &spec->identity;
    struct usb_ms_property *properties =
        player_spec_alloc(spec, ms->properties_count, sizeof(*properties));

    if (!properties)
        return -ENOMEM;
    for (unsigned i = 0; i < ms->properties_count; i++)
        properties[i] = (struct usb_ms_property){
            ms->properties[i].type, ms->properties[i].name, ms->properties[i].text,
            ms->properties[i].text_count, ms->properties[i].number};
    identity->ms_os_10 = ms->version_1;
    identity->ms_os_20 = ms->version_2;
    identity->ms_vendor_code = ms->vendor_code ? ms->vendor_code : 0x21;
    identity->ms_compatible_id = ms->compatible_id;
    identity->ms_sub_compatible_id = ms->sub_compatible_id;
    identity->ms_properties = properties;
    identity->ms_property_count = ms->properties_count;
    return 0;
}

/* ---- the device's own descriptor */

/* bcdUSB as the speed and the capabilities need it (USB 2.0, 9.6.1; USB 3.2, 9.6.1 and 9.6.2). */
static int check_version(struct reporter *reporter)
{
    enum usb_speed speed = reporter->spec->identity.speed;
    unsigned version = reporter->spec->file->usb.usb_version;
    unsigned least = speed == USB_SPEED_SUPER ? 0x0300 : speed == USB_SPEED_HIGH ? 0x0200 : 0x0100;

    if (!version)
        return 0;
    if (reporter->spec->file->microsoft_os.version_2)
        least = least > 0x0201 ? least : 0x0201; /* they stand in the BOS */
    for (unsigned digits = version; digits; digits >>= 4) {
        if ((digits & 0xf) > 9)
            least = 0x10000;
    }
    if (version < least)
        return player_spec_fault(reporter, "usb-version:", 0,
                                 "usb-version 0x%04x does not fit its speed and capabilities",
                                 version);
    return 0;
}

static int check_device(struct reporter *reporter)
{
    const struct usb_identity *identity = &reporter->spec->identity;
    unsigned unit = identity->speed == USB_SPEED_SUPER ? 8 : 2;
    unsigned size = identity->control_packet_size;

    if (size && (identity->speed != USB_SPEED_FULL ||
                 (size != 8 && size != 16 && size != 32 && size != 64)))
        return player_spec_fault(reporter, "control-packet-size:", 0,
                                 "control-packet-size %u: 8, 16, 32 or 64, at full speed only",
                                 size);
    if (identity->max_power_ma > 255 * unit)
        return player_spec_fault(reporter, "max-power:", 0, "max-power %u: at most %u mA",
                                 identity->max_power_ma, 255 * unit);
    return check_version(reporter);
}

int player_spec_identity_fill(struct reporter *reporter)
{
    static const enum usb_speed speeds[] = {USB_SPEED_HIGH, USB_SPEED_FULL, USB_SPEED_HIGH,
                                            USB_SPEED_SUPER};
    struct player_spec *spec = reporter->spec;
    const struct file_usb *usb = &spec->file->usb;
    struct usb_identity *identity = &spec->identity;
    const char *at;
    int error;

    identity->vendor_id = usb->vendor;
    identity->product_id = usb->product;
    identity->release = usb->release ? *usb->release : 0x0100;
    identity->version = usb->usb_version;
    identity->class_code = usb->class_code;
    identity->subclass = usb->subclass;
    identity->protocol = usb->protocol;
    identity->manufacturer = usb->manufacturer;
    identity->product = usb->product_name;
    identity->serial = usb->serial;
    identity->speed = speeds[usb->speed];
    identity->self_powered = usb->self_powered;
    identity->remote_wakeup = usb->remote_wakeup;
    identity->control_packet_size = usb->control_packet_size;
    identity->configuration_value = usb->configuration_value;
    identity->configuration_name = usb->configuration_name;
    identity->max_power_ma = usb->max_power ? *usb->max_power : 100;
    /* Instance ids are made of it (USB-DSC-010). */
    for (at = usb->serial; at && *at; at++) {
        if (*at < 0x20 || *at > 0x7e || *at == ',')
            return player_spec_fault(reporter, "serial:", 0,
                                     "serial holds a character Windows refuses");
    }
    error = check_device(reporter);
    if (!error)
        error = check_interfaces(reporter);
    if (error)
        return error;
    error = usb->interfaces_count ? own_interfaces(spec) : usual_interface(spec);
    spec->pattern = usb->pattern;
    if (!error)
        error = settle_functions(reporter);
    return error ? error : fill_ms(spec);
}
