/* Descriptors from the identity, for the speed asked about (USB 2.0 chapter 9.6, USB 3.2 9.6). */
#include "simulator/usb/bytes.h"
#include "simulator/usb/usb_internal.h"

#include <errno.h>
#include <string.h>

enum descriptor_type {
    DT_DEVICE = 1,
    DT_CONFIGURATION = 2,
    DT_STRING = 3,
    DT_INTERFACE = 4,
    DT_ENDPOINT = 5,
    DT_QUALIFIER = 6,
    DT_OTHER_SPEED = 7,
    DT_BOS = 15,
    DT_CAPABILITY = 16,
    DT_SS_COMPANION = 48,
};

enum { STRING_MANUFACTURER = 1, STRING_PRODUCT, STRING_SERIAL, STRING_INTERFACE };
enum { STRING_MS_OS = 0xee, LANGUAGE_ENGLISH_US = 0x0409, STRING_UNITS_MAX = 126 };

static bool has_bos(const struct usb_device *device)
{
    const struct usb_identity *identity = device->identity;

    /* Who says 2.01 or more is asked for it (USB 2.0 ECN LPM, 3.1). */
    return identity->ms_os_20 || identity->speed == USB_SPEED_SUPER || identity->version > 0x0200;
}

static unsigned usb_version(const struct usb_device *device)
{
    if (device->identity->version)
        return device->identity->version;
    if (device->identity->speed == USB_SPEED_SUPER)
        return 0x0320;
    return has_bos(device) ? 0x0210 : 0x0200;
}

static unsigned highest_interface(const struct usb_identity *identity)
{
    unsigned count = 0;

    for (size_t i = 0; i < identity->interface_count; i++)
        count += identity->interfaces[i].alternate == 0;
    return count;
}

/* Of endpoint 0: full-speed devices have a choice (USB 2.0, 5.5.3; USB 3.2, 9.6.1: 2^9). */
static unsigned control_packet_size(const struct usb_identity *identity)
{
    if (identity->speed == USB_SPEED_SUPER)
        return 9;
    return identity->speed == USB_SPEED_FULL && identity->control_packet_size
               ? identity->control_packet_size
               : 64;
}

static int describe_device(const struct usb_device *device, struct usb_bytes *w)
{
    const struct usb_identity *identity = device->identity;

    put8(w, 18);
    put8(w, DT_DEVICE);
    put16(w, usb_version(device));
    put8(w, identity->class_code);
    put8(w, identity->subclass);
    put8(w, identity->protocol);
    put8(w, control_packet_size(identity));
    put16(w, identity->vendor_id);
    put16(w, identity->product_id);
    put16(w, identity->release);
    put8(w, identity->manufacturer ? STRING_MANUFACTURER : 0);
    put8(w, identity->product ? STRING_PRODUCT : 0);
    put8(w, identity->serial ? STRING_SERIAL : 0);
    put8(w, 1);
    return 0;
}

uint8_t usb_interval(enum usb_speed speed, const struct usb_endpoint_identity *endpoint)
{
    if (endpoint->interval)
        return endpoint->interval;
    if (endpoint->type == USB_ENDPOINT_BULK)
        return 0;
    if (endpoint->type == USB_ENDPOINT_ISOCHRONOUS)
        return speed >= USB_SPEED_HIGH ? 4 : 1;
    return speed >= USB_SPEED_HIGH ? 6 : 10; /* 4 ms in microframe exponents, 10 frames */
}

/* Packet size of the same endpoint at another speed: a configured one holds at its own only. */
static uint16_t packet_size_at(const struct usb_device *device, enum usb_speed speed,
                               const struct usb_endpoint_identity *endpoint)
{
    struct usb_endpoint_identity usual = *endpoint;

    if (speed != device->identity->speed &&
        (endpoint->type != USB_ENDPOINT_INTERRUPT || endpoint->packet_size > 64))
        usual.packet_size = 0;
    return usb_packet_size(speed, &usual);
}

static void describe_endpoint(const struct usb_device *device, enum usb_speed speed,
                              const struct usb_endpoint_identity *endpoint, struct usb_bytes *w)
{
    put8(w, 7);
    put8(w, DT_ENDPOINT);
    put8(w, endpoint->address);
    put8(w, endpoint->type);
    put16(w, packet_size_at(device, speed, endpoint));
    put8(w, usb_interval(speed, endpoint));
    if (speed != USB_SPEED_SUPER)
        return;
    put8(w, 6);
    put8(w, DT_SS_COMPANION);
    put8(w, endpoint->burst);
    put8(w, 0);
    put16(w, endpoint->type == USB_ENDPOINT_BULK
                 ? 0
                 : usb_frame_room(speed, packet_size_at(device, speed, endpoint), endpoint));
}

/* What the class adds behind the descriptor of an interface or, not 0, an endpoint. */
static void describe_class(const struct usb_device *device,
                           const struct usb_interface_identity *interface, uint8_t endpoint,
                           struct usb_bytes *w)
{
    const struct usb_function *function = usb_function_of_interface(device, interface->number);

    if (function->ops->describe)
        w->length += function->ops->describe(function->self, interface, endpoint, w->at + w->length,
                                             w->room - w->length);
}

static void describe_interface(const struct usb_device *device, enum usb_speed speed, size_t index,
                               struct usb_bytes *w)
{
    const struct usb_interface_identity *interface = &device->identity->interfaces[index];
    uint8_t triple[3];

    usb_device_interface_class(device, interface, triple);
    put8(w, 9);
    put8(w, DT_INTERFACE);
    put8(w, interface->number);
    put8(w, interface->alternate);
    put8(w, (unsigned)interface->endpoint_count);
    put8(w, triple[0]);
    put8(w, triple[1]);
    put8(w, triple[2]);
    put8(w, interface->name ? STRING_INTERFACE + (unsigned)index : 0);
    describe_class(device, interface, 0, w);
    for (size_t i = 0; i < interface->endpoint_count; i++) {
        describe_endpoint(device, speed, &interface->endpoints[i], w);
        describe_class(device, interface, interface->endpoints[i].address, w);
    }
}

/* Behind the interfaces' names. */
static unsigned string_of_configuration(const struct usb_identity *identity)
{
    return STRING_INTERFACE + (unsigned)identity->interface_count;
}

static int describe_configuration(const struct usb_device *device, uint8_t type,
                                  enum usb_speed speed, struct usb_bytes *w)
{
    const struct usb_identity *identity = device->identity;
    unsigned unit = speed == USB_SPEED_SUPER ? 8 : 2; /* mA a step of bMaxPower */

    put8(w, 9);
    put8(w, type);
    put16(w, 0);
    put8(w, highest_interface(identity));
    put8(w, usb_configuration_value(identity));
    put8(w, identity->configuration_name ? string_of_configuration(identity) : 0);
    put8(w, 0x80u | (identity->self_powered ? 0x40u : 0) | (identity->remote_wakeup ? 0x20u : 0));
    put8(w, identity->max_power_ma / unit);
    for (size_t i = 0; i < identity->interface_count; i++)
        describe_interface(device, speed, i, w);
    patch16(w, 2, w->length);
    return 0;
}

/* Only a high-speed device works at another speed as well (USB 2.0, 9.6.2). */
static int describe_qualifier(const struct usb_device *device, struct usb_bytes *w)
{
    const struct usb_identity *identity = device->identity;

    if (identity->speed != USB_SPEED_HIGH)
        return -EPIPE;
    put8(w, 10);
    put8(w, DT_QUALIFIER);
    put16(w, identity->version ? identity->version : 0x0200);
    put8(w, identity->class_code);
    put8(w, identity->subclass);
    put8(w, identity->protocol);
    put8(w, 64);
    put8(w, 1);
    put8(w, 0);
    return 0;
}

static int describe_bos(const struct usb_device *device, struct usb_bytes *w)
{
    bool super = device->identity->speed == USB_SPEED_SUPER;
    unsigned count = 1;

    if (!has_bos(device))
        return -EPIPE;
    put8(w, 5);
    put8(w, DT_BOS);
    put16(w, 5);
    put8(w, 0);
    put8(w, 7); /* USB 2.0 extension; link power management only where super speed asks for it */
    put8(w, DT_CAPABILITY);
    put8(w, 2);
    put32(w, super ? 0x02 : 0);
    if (super) {
        put8(w, 10);
        put8(w, DT_CAPABILITY);
        put8(w, 3);
        put8(w, 0);
        put16(w, 0x000e); /* full, high and super speed */
        put8(w, 1);       /* all of it from full speed on */
        put8(w, 10);
        put16(w, 2047);
        count++;
    }
    if (device->identity->ms_os_20) {
        w->length += usb_msos_platform_capability(device, w->at + w->length);
        count++;
    }
    w->at[4] = (uint8_t)count;
    patch16(w, 2, w->length);
    return 0;
}

static const char *string_at(const struct usb_identity *identity, uint8_t index)
{
    switch (index) {
    case STRING_MANUFACTURER:
        return identity->manufacturer;
    case STRING_PRODUCT:
        return identity->product;
    case STRING_SERIAL:
        return identity->serial;
    default:
        if (index == string_of_configuration(identity))
            return identity->configuration_name;
        if (index >= STRING_INTERFACE &&
            (size_t)(index - STRING_INTERFACE) < identity->interface_count)
            return identity->interfaces[index - STRING_INTERFACE].name;
        return NULL;
    }
}

/* In whatever language it is asked for: who asks for one we do not have gets the one we have
 * (docs/errata.md). */
static int describe_string(const struct usb_device *device, uint8_t index, struct usb_bytes *w)
{
    const char *text;

    if (index == STRING_MS_OS) {
        int length = usb_msos_string(device, w->at);

        w->length = length > 0 ? (size_t)length : 0;
        return length < 0 ? length : 0;
    }
    put16(w, DT_STRING << 8);
    if (!index) {
        put16(w, LANGUAGE_ENGLISH_US);
    } else {
        text = string_at(device->identity, index);
        if (!text)
            return -EPIPE;
        put_utf16(w, text, STRING_UNITS_MAX);
    }
    w->at[0] = (uint8_t)w->length;
    return 0;
}

int usb_describe(const struct usb_device *device, uint8_t type, uint8_t index, uint8_t *out)
{
    struct usb_bytes w = {.at = out, .room = USB_CONTROL_ROOM};
    enum usb_speed speed = device->identity->speed;
    int error = -EPIPE;

    if (index && type != DT_STRING)
        return -EPIPE;
    switch (type) {
    case DT_DEVICE:
        error = describe_device(device, &w);
        break;
    case DT_CONFIGURATION:
        error = describe_configuration(device, type, speed, &w);
        break;
    case DT_STRING:
        error = describe_string(device, index, &w);
        break;
    case DT_QUALIFIER:
        error = describe_qualifier(device, &w);
        break;
    case DT_OTHER_SPEED:
        if (speed == USB_SPEED_HIGH)
            error = describe_configuration(device, type, USB_SPEED_FULL, &w);
        break;
    case DT_BOS:
        error = describe_bos(device, &w);
        break;
    default:
        break;
    }
    if (error)
        return error;
    return w.overrun ? -EPIPE : (int)w.length;
}
