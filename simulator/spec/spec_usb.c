/* The USB half of a player file: identity, interfaces with their alternate settings, and the
 * Microsoft OS descriptors. */
#include <errno.h>
#include <string.h>

#include "simulator/function/still_image/still_image.h"
#include "simulator/spec/spec_internal.h"
#include "spcore/base.h"

/* The one interface of a file that lists none. */
static int usual_interface(struct player_spec *spec)
{
    static const struct usb_endpoint_identity endpoints[] = {
        {.address = 0x81, .type = USB_ENDPOINT_BULK},
        {.address = 0x02, .type = USB_ENDPOINT_BULK},
        /* An event of three parameters has 24 bytes and fits one packet. */
        {.address = 0x83, .type = USB_ENDPOINT_INTERRUPT, .packet_size = 28},
    };
    const struct file_usb *usb = &spec->file->usb;
    struct usb_interface_identity *interface = spec_alloc(spec, 1, sizeof(*interface));
    struct usb_endpoint_identity *copies = spec_alloc(spec, 1, sizeof(endpoints));
    bool mtp = usb->persona == FILE_PERSONA_MTP;

    if (!interface || !copies)
        return -ENOMEM;
    memcpy(copies, endpoints, sizeof(endpoints));
    *interface = (struct usb_interface_identity){.class_code = mtp ? 6 : 0xff,
                                                 .subclass = mtp ? 1 : 0xff,
                                                 .protocol = mtp ? 1 : 0,
                                                 .name = usb->interface_name,
                                                 .endpoints = copies,
                                                 .endpoint_count = ARRAY_SIZE(endpoints)};
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

static bool packet_size_legal(enum usb_speed speed, const struct usb_endpoint_identity *endpoint)
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

/* A key of an endpoint, for spec_fault(). */
static const char *endpoint_at(struct reporter *reporter, size_t interface, size_t endpoint,
                               const char *key)
{
    return spec_at(reporter, "usb.interfaces[%zu].endpoints[%zu].%s", interface, endpoint, key);
}

static int check_endpoint(struct reporter *reporter, size_t interface, size_t index)
{
    enum usb_speed speed = reporter->spec->identity.speed;
    const struct usb_endpoint_identity *all =
        reporter->spec->identity.interfaces[interface].endpoints;
    const struct usb_endpoint_identity *it = &all[index];
    bool frames = speed == USB_SPEED_FULL && it->type == USB_ENDPOINT_INTERRUPT;

    for (size_t i = 0; i < index; i++) {
        if (all[i].address == it->address)
            (void)spec_fault(reporter, endpoint_at(reporter, interface, index, "address"),
                             "0x%02x stands twice in its setting: expected another one",
                             it->address);
    }
    if (!packet_size_legal(speed, it))
        (void)spec_fault(reporter, endpoint_at(reporter, interface, index, "packet-size"),
                         "%u: expected one that is legal for type and speed: %s%u", it->packet_size,
                         it->type == USB_ENDPOINT_BULK ? "" : "at most ",
                         largest_packet(speed, it->type));
    if (it->interval > 16 && !frames && it->type != USB_ENDPOINT_BULK)
        (void)spec_fault(reporter, endpoint_at(reporter, interface, index, "interval"),
                         "%u: expected an exponent of 1 to 16", it->interval);
    if (it->burst && speed != USB_SPEED_SUPER)
        (void)spec_fault(reporter, endpoint_at(reporter, interface, index, "burst"),
                         "%u: expected 0 below super speed", it->burst);
    return 0;
}

/* Numbers count up from 0, the settings of each from 0. */
static int check_number(struct reporter *reporter, size_t index)
{
    const struct usb_interface_identity *all = reporter->spec->identity.interfaces;
    const struct usb_interface_identity *it = &all[index];
    int number = index ? (int)all[index - 1].number : -1;
    bool next_setting = (int)it->number == number && it->alternate == all[index - 1].alternate + 1;
    bool next_number = (int)it->number == number + 1 && it->alternate == 0;

    if (!next_setting && !next_number)
        return spec_fault(reporter, spec_at(reporter, "usb.interfaces[%zu].number", index),
                          "interface %u setting %u is out of order: expected the next setting or "
                          "setting 0 of the next interface",
                          it->number, it->alternate);
    return 0;
}

/* What an interface does is said in its setting 0; persona zero has to. */
static int check_function(struct reporter *reporter, size_t index)
{
    const struct usb_interface_identity *it = &reporter->spec->identity.interfaces[index];
    bool zero = reporter->spec->file->usb.persona == FILE_PERSONA_ZERO;

    if (zero && it->alternate == 0 && !it->function)
        return spec_fault(reporter, spec_at(reporter, "usb.interfaces[%zu].number", index),
                          "interface %u has no function: expected source-sink or loopback",
                          it->number);
    if (it->alternate && it->function)
        return spec_fault(reporter, spec_at(reporter, "usb.interfaces[%zu].function", index),
                          "expected at setting 0 of interface %u", it->number);
    return 0;
}

static int check_interfaces(struct reporter *reporter)
{
    const struct usb_identity *identity = &reporter->spec->identity;
    int error = 0;

    for (size_t i = 0; i < identity->interface_count && !error; i++) {
        error = check_number(reporter, i);
        if (!error)
            error = check_function(reporter, i);
        for (size_t j = 0; j < identity->interfaces[i].endpoint_count && !error; j++)
            error = check_endpoint(reporter, i, j);
    }
    return error;
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
            return spec_fault(reporter, spec_at(reporter, "usb.interfaces[%zu].function", i),
                              "still-image stands twice: expected one");
        if (!chosen && !still_image_find_pipes(it, count, &pipes))
            chosen = it;
    }
    if (!chosen)
        return spec_fault(
            reporter, "usb.interfaces",
            "expected an interface with a bulk IN, a bulk OUT and an interrupt IN endpoint");
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
            return spec_fault(reporter, spec_at(reporter, "usb.interfaces[%zu].function", i),
                              "expected at most %d functions", USB_FUNCTIONS_MAX);
    }
    reporter->spec->pattern = reporter->spec->file->usb.pattern;
    if (reporter->spec->pattern && !function_is_used(identity, FUNCTION_SOURCE_SINK))
        return spec_fault(reporter, "usb.pattern",
                          "expected with an interface of function source-sink only");
    return 0;
}

/* ---- the device's own descriptor */

/* bcdUSB as the speed and the capabilities need it (USB 2.0, 9.6.1; USB 3.2, 9.6.1 and 9.6.2). */
static int check_version(struct reporter *reporter)
{
    enum usb_speed speed = reporter->spec->identity.speed;
    unsigned version = reporter->spec->identity.version;
    unsigned least = speed == USB_SPEED_SUPER ? 0x0300 : speed == USB_SPEED_HIGH ? 0x0200 : 0x0100;
    bool decimal = true;

    if (!version)
        return 0;
    if (reporter->spec->identity.ms_os_20)
        least = least > 0x0201 ? least : 0x0201; /* they stand in the BOS */
    for (unsigned digits = version; digits; digits >>= 4)
        decimal = decimal && (digits & 0xf) <= 9;
    if (version < least || !decimal)
        return spec_fault(reporter, "usb.usb-version",
                          "0x%04x does not fit speed and capabilities: expected decimal digits, "
                          "0x%04x at least",
                          version, least);
    return 0;
}

static int check_device(struct reporter *reporter)
{
    const struct usb_identity *identity = &reporter->spec->identity;
    unsigned unit = identity->speed == USB_SPEED_SUPER ? 8 : 2;
    unsigned size = identity->control_packet_size;

    if (size && (identity->speed != USB_SPEED_FULL ||
                 (size != 8 && size != 16 && size != 32 && size != 64)))
        (void)spec_fault(reporter, "usb.control-packet-size",
                         "%u: expected 8, 16, 32 or 64, at full speed only", size);
    if (identity->max_power_ma > 255 * unit)
        (void)spec_fault(reporter, "usb.max-power", "%u: expected at most %u mA at that speed",
                         identity->max_power_ma, 255 * unit);
    return check_version(reporter);
}

/* What Windows' type of a registry value says it is. */
static int check_registry(struct reporter *reporter)
{
    const struct usb_identity *identity = &reporter->spec->identity;

    for (size_t i = 0; i < identity->ms_property_count; i++) {
        const struct usb_ms_property *it = &identity->ms_properties[i];

        if (it->type == FILE_REGISTRY_STRING && it->text_count != 1)
            (void)spec_fault(reporter, spec_at(reporter, "microsoft-os.properties[%zu].text", i),
                             "%zu entries: expected one, for a string", it->text_count);
        if (it->type == FILE_REGISTRY_NUMBER && it->text_count)
            (void)spec_fault(reporter, spec_at(reporter, "microsoft-os.properties[%zu].text", i),
                             "expected number instead, for a number");
    }
    return 0;
}

int spec_identity(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_usb *usb = &spec->file->usb;
    struct usb_identity *identity = &spec->identity;
    int error;

    *identity = usb->identity;
    identity->release = usb->release ? *usb->release : 0x0100;
    identity->max_power_ma = usb->max_power ? *usb->max_power : 100;
    if (!identity->speed)
        identity->speed = USB_SPEED_HIGH;
    if (!identity->ms_vendor_code)
        identity->ms_vendor_code = 0x21;
    error = check_device(reporter);
    if (!error)
        error = check_registry(reporter);
    if (error)
        return error;
    if (!identity->interface_count && usb->persona == FILE_PERSONA_ZERO)
        return spec_fault(reporter, "usb.persona", "zero: expected interfaces, too");
    error = identity->interface_count ? check_interfaces(reporter) : usual_interface(spec);
    return error ? error : settle_functions(reporter);
}
