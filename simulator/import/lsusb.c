/* The output of `lsusb -v`: the descriptors of one device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/function/still_image/still_image.h"
#include "simulator/import/import_report.h"
#include "simulator/import/lines.h"
#include "simulator/import/paste.h"
#include "spcore/base.h"

enum part { PART_NONE, PART_DEVICE, PART_CONFIGURATION, PART_INTERFACE, PART_ENDPOINT, PART_OTHER };
#define AT(part) (1u << (part))

struct parser {
    struct lines *lines;
    struct import_usb *usb; /* being filled */
    enum part part;
    unsigned promised;            /* endpoints the interface is said to have */
    unsigned promised_interfaces; /* the configuration is said to have */
    uint32_t seen;                /* fields of this part */
    bool described;               /* the configuration to take is all there, others follow */
    bool found;                   /* the device asked for */
    const struct import_usb *wanted;
    bool any;
    char *error;
    size_t error_size;
};

#define FAULT(parser, ...)                                                                         \
    lines_fault((parser)->lines, (parser)->error, (parser)->error_size, __VA_ARGS__)

static struct usb_interface_identity *interface_of(struct parser *parser)
{
    return &parser->usb->interfaces[parser->usb->interface_count - 1];
}

static struct usb_endpoint_identity *endpoint_of(struct parser *parser)
{
    struct usb_interface_identity *interface = interface_of(parser);

    return &interface->endpoints[interface->endpoint_count - 1];
}

static int take_number(struct parser *parser, const char *value, unsigned most,
                       unsigned *ret_number)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 0);
    if (end == value || *value == '-' || errno || number > most ||
        (*end && *end != ' ' && strncmp(end, "mA", 2) != 0))
        return FAULT(parser, "'%.60s' is no number up to %u", value, most);
    *ret_number = (unsigned)number;
    return 0;
}

/* A descriptor of 255 bytes holds no more units of UTF-16. */
static bool is_too_long(const char *text)
{
    size_t units = 0;

    for (; *text; text++)
        units += ((unsigned char)*text & 0xc0) != 0x80 ? 1u + ((unsigned char)*text >= 0xf0) : 0;
    return units > 126;
}

/* "2 Acme Player": what follows the index of a string. */
static int take_string(struct parser *parser, const char *value, char **ret_text)
{
    unsigned index = 0;
    const char *text;
    int error = take_number(parser, value, 255, &index);

    if (error || index == 0)
        return error;
    text = strchr(value, ' ');
    text = text ? text + strspn(text, " ") : "";
    if (*text == '\0' || strcmp(text, "(error)") == 0)
        return 0;
    if (is_too_long(text))
        return FAULT(parser, "'%.60s...' is too long for a string descriptor", text);
    free(*ret_text);
    *ret_text = strdup(text);
    return *ret_text ? 0 : FAULT(parser, "no memory");
}

enum field {
    FIELD_VENDOR,
    FIELD_PRODUCT,
    FIELD_CLASS_OF_DEVICE,
    FIELD_SUBCLASS_OF_DEVICE,
    FIELD_PROTOCOL_OF_DEVICE,
    FIELD_CONTROL_PACKET,
    FIELD_VERSION,
    FIELD_RELEASE,
    FIELD_MANUFACTURER,
    FIELD_NAME,
    FIELD_SERIAL,
    FIELD_INTERFACES,
    FIELD_VALUE,
    FIELD_CONFIGURATION_NAME,
    FIELD_ATTRIBUTES,
    FIELD_POWER,
    FIELD_NUMBER,
    FIELD_ALTERNATE,
    FIELD_ENDPOINTS,
    FIELD_CLASS,
    FIELD_SUBCLASS,
    FIELD_PROTOCOL,
    FIELD_INTERFACE_NAME,
    FIELD_ADDRESS,
    FIELD_TYPE,
    FIELD_PACKET,
    FIELD_INTERVAL,
    FIELD_BURST,
};

static const struct key {
    unsigned parts;
    const char *name;
    enum field field;
    unsigned most;
} keys[] = {
    {AT(PART_DEVICE), "bcdUSB", FIELD_VERSION, 0},
    {AT(PART_DEVICE), "bDeviceClass", FIELD_CLASS_OF_DEVICE, 0xff},
    {AT(PART_DEVICE), "bDeviceSubClass", FIELD_SUBCLASS_OF_DEVICE, 0xff},
    {AT(PART_DEVICE), "bDeviceProtocol", FIELD_PROTOCOL_OF_DEVICE, 0xff},
    {AT(PART_DEVICE), "bMaxPacketSize0", FIELD_CONTROL_PACKET, 64},
    {AT(PART_DEVICE), "idVendor", FIELD_VENDOR, 0xffff},
    {AT(PART_DEVICE), "idProduct", FIELD_PRODUCT, 0xffff},
    {AT(PART_DEVICE), "bcdDevice", FIELD_RELEASE, 0},
    {AT(PART_DEVICE), "iManufacturer", FIELD_MANUFACTURER, 0},
    {AT(PART_DEVICE), "iProduct", FIELD_NAME, 0},
    {AT(PART_DEVICE), "iSerial", FIELD_SERIAL, 0},
    {AT(PART_CONFIGURATION), "bNumInterfaces", FIELD_INTERFACES, 32},
    {AT(PART_CONFIGURATION), "bConfigurationValue", FIELD_VALUE, 0xff},
    {AT(PART_CONFIGURATION), "iConfiguration", FIELD_CONFIGURATION_NAME, 0},
    {AT(PART_CONFIGURATION), "bmAttributes", FIELD_ATTRIBUTES, 0xff},
    {AT(PART_CONFIGURATION), "MaxPower", FIELD_POWER, 5000},
    {AT(PART_INTERFACE), "bInterfaceNumber", FIELD_NUMBER, 0xff},
    {AT(PART_INTERFACE), "bAlternateSetting", FIELD_ALTERNATE, 0xff},
    {AT(PART_INTERFACE), "bNumEndpoints", FIELD_ENDPOINTS, 30},
    {AT(PART_INTERFACE), "bInterfaceClass", FIELD_CLASS, 0xff},
    {AT(PART_INTERFACE), "bInterfaceSubClass", FIELD_SUBCLASS, 0xff},
    {AT(PART_INTERFACE), "bInterfaceProtocol", FIELD_PROTOCOL, 0xff},
    {AT(PART_INTERFACE), "iInterface", FIELD_INTERFACE_NAME, 0},
    {AT(PART_ENDPOINT), "bEndpointAddress", FIELD_ADDRESS, 0xff},
    {AT(PART_ENDPOINT), "bmAttributes", FIELD_TYPE, 0xff},
    {AT(PART_ENDPOINT), "wMaxPacketSize", FIELD_PACKET, 0xffff},
    {AT(PART_ENDPOINT), "bInterval", FIELD_INTERVAL, 0xff},
    {AT(PART_ENDPOINT), "bMaxBurst", FIELD_BURST, 15},
};

/* Without these a descriptor was cut, or lines of it are lost. */
static const uint32_t needed[] = {
    [PART_DEVICE] = 1u << FIELD_VENDOR | 1u << FIELD_PRODUCT,
    [PART_CONFIGURATION] = 1u << FIELD_ATTRIBUTES | 1u << FIELD_POWER,
    [PART_INTERFACE] = 1u << FIELD_NUMBER | 1u << FIELD_ALTERNATE | 1u << FIELD_ENDPOINTS |
                       1u << FIELD_CLASS | 1u << FIELD_SUBCLASS | 1u << FIELD_PROTOCOL,
    [PART_ENDPOINT] =
        1u << FIELD_ADDRESS | 1u << FIELD_TYPE | 1u << FIELD_PACKET | 1u << FIELD_INTERVAL,
    [PART_OTHER] = 0,
};

static void take_packet(struct parser *parser, unsigned number)
{
    struct usb_endpoint_identity *endpoint = endpoint_of(parser);

    /* Bits 11 and 12: further transactions in a microframe. */
    endpoint->packet_size = (uint16_t)(number & (endpoint->type == 2 ? 0x7ff : 0x1fff));
    if (endpoint->type == 2)
        parser->usb->speed = endpoint->packet_size >= 1024  ? IMPORT_SPEED_SUPER
                             : endpoint->packet_size >= 512 ? IMPORT_SPEED_HIGH
                                                            : IMPORT_SPEED_FULL;
}

static void take_device_field(struct parser *parser, enum field field, unsigned number)
{
    struct import_usb *usb = parser->usb;

    if (field == FIELD_VENDOR) {
        usb->vendor = (uint16_t)number;
    } else if (field == FIELD_PRODUCT) {
        usb->product = (uint16_t)number;
        usb->identified = true;
    } else if (field <= FIELD_PROTOCOL_OF_DEVICE) {
        usb->class_triple[field - FIELD_CLASS_OF_DEVICE] = (uint8_t)number;
    } else if (field == FIELD_CONTROL_PACKET) {
        usb->control_packet_size = (uint8_t)number;
    } else if (field == FIELD_INTERFACES) {
        parser->promised_interfaces = number;
    } else if (field == FIELD_VALUE) {
        usb->configuration_value = (uint8_t)number;
    } else if (field == FIELD_ATTRIBUTES) {
        usb->self_powered = (number & 0x40) != 0;
        usb->remote_wakeup = (number & 0x20) != 0;
    } else {
        usb->max_power = number;
        usb->has_power = true;
    }
}

static void take_interface_field(struct parser *parser, enum field field, unsigned number)
{
    struct usb_interface_identity *interface = interface_of(parser);
    uint8_t *const fields[] = {[FIELD_NUMBER] = &interface->number,
                               [FIELD_ALTERNATE] = &interface->alternate,
                               [FIELD_CLASS] = &interface->class_code,
                               [FIELD_SUBCLASS] = &interface->subclass,
                               [FIELD_PROTOCOL] = &interface->protocol};

    if (field == FIELD_ENDPOINTS)
        parser->promised = number;
    else
        *fields[field] = (uint8_t)number;
}

static void take_endpoint_field(struct parser *parser, enum field field, unsigned number)
{
    struct usb_endpoint_identity *endpoint = endpoint_of(parser);

    if (field == FIELD_ADDRESS)
        endpoint->address = (uint8_t)number;
    else if (field == FIELD_TYPE)
        endpoint->type = (uint8_t)(number & 3);
    else if (field == FIELD_PACKET)
        take_packet(parser, number);
    else if (field == FIELD_INTERVAL)
        endpoint->interval = (uint8_t)number;
    else
        endpoint->burst = (uint8_t)number;
}

/* "2.10" is 0x0210. */
static int take_version(struct parser *parser, enum field field, const char *value)
{
    unsigned high, low;
    int length = 0;

    if (sscanf(value, "%2x.%2x%n", &high, &low, &length) != 2 ||
        (value[length] && value[length] != ' '))
        return FAULT(parser, "'%.60s' is no version", value);
    if (field == FIELD_VERSION) {
        parser->usb->version = (uint16_t)(high << 8 | low);
    } else {
        parser->usb->release = (uint16_t)(high << 8 | low);
        parser->usb->has_release = true;
    }
    return 0;
}

static char **text_of(struct parser *parser, enum field field)
{
    struct import_usb *usb = parser->usb;

    return field == FIELD_MANUFACTURER         ? &usb->manufacturer
           : field == FIELD_NAME               ? &usb->product_name
           : field == FIELD_SERIAL             ? &usb->serial
           : field == FIELD_CONFIGURATION_NAME ? &usb->configuration_name
                                               : &interface_of(parser)->name;
}

static int take_field(struct parser *parser, const struct key *key, const char *value)
{
    unsigned number = 0;
    int error;

    if (parser->seen & 1u << key->field)
        return FAULT(parser, "a second %s in one descriptor", key->name);
    parser->seen |= 1u << key->field;
    if (key->field == FIELD_RELEASE || key->field == FIELD_VERSION)
        return take_version(parser, key->field, value);
    if (key->most == 0)
        return take_string(parser, value, text_of(parser, key->field));
    error = take_number(parser, value, key->most, &number);
    if (!error && key->field == FIELD_VALUE && number == 0)
        error = FAULT(parser, "0 is no value of a configuration");
    if (error)
        return error;
    if (key->field <= FIELD_POWER)
        take_device_field(parser, key->field, number);
    else if (key->field <= FIELD_PROTOCOL)
        take_interface_field(parser, key->field, number);
    else
        take_endpoint_field(parser, key->field, number);
    return 0;
}

/* ---- descriptors */

static int check_endpoints(struct parser *parser)
{
    if (parser->usb->interface_count == 0 ||
        interface_of(parser)->endpoint_count == parser->promised)
        return 0;
    return FAULT(parser, "interface %u has %zu endpoint descriptors and says %u",
                 interface_of(parser)->number, interface_of(parser)->endpoint_count,
                 parser->promised);
}

/* The next descriptor begins here: the one before it is whole. */
static int begin_part(struct parser *parser, enum part part)
{
    if (parser->part != PART_NONE && needed[parser->part] & ~parser->seen)
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
            if (needed[parser->part] & ~parser->seen & 1u << keys[i].field)
                return FAULT(parser, "the descriptor that ends here has no %s", keys[i].name);
        }
    parser->part = part;
    parser->seen = 0;
    return 0;
}

static void drop_interfaces(struct import_usb *usb)
{
    struct import_report old = {
        .usb = {.interfaces = usb->interfaces, .interface_count = usb->interface_count}};

    import_report_done(&old);
    usb->interfaces = NULL;
    usb->interface_count = 0;
}

/* Older ones, and hand-made ones, do not say how many interfaces there are. */
static int check_configuration(struct parser *parser)
{
    const struct import_usb *usb = parser->usb;
    unsigned count = 0;
    int error = parser->described ? 0 : check_endpoints(parser);

    if (error || parser->described || !parser->promised_interfaces)
        return error;
    for (size_t i = 0; i < usb->interface_count; i++)
        count += usb->interfaces[i].alternate == 0;
    if (count == parser->promised_interfaces)
        return 0;
    return FAULT(parser, "a configuration has %u interfaces and says %u", count,
                 parser->promised_interfaces);
}

static int begin_interface(struct parser *parser)
{
    struct import_usb *usb = parser->usb;
    struct usb_interface_identity *bigger;
    int error = check_endpoints(parser);

    if (!error)
        error = begin_part(parser, PART_INTERFACE);
    if (error)
        return error;
    bigger = usb->interface_count < 32
                 ? import_grow(usb->interfaces, usb->interface_count, sizeof(*bigger))
                 : NULL;
    if (!bigger)
        return FAULT(parser, "more than 32 interfaces");
    usb->interfaces = bigger;
    usb->interface_count++;
    parser->promised = 0;
    return 0;
}

static int begin_endpoint(struct parser *parser)
{
    struct usb_interface_identity *interface;
    struct usb_endpoint_identity *bigger;
    int error = begin_part(parser, PART_ENDPOINT);

    if (error)
        return error;
    if (parser->usb->interface_count == 0)
        return FAULT(parser, "an endpoint before any interface");
    interface = interface_of(parser);
    bigger = interface->endpoint_count < 30
                 ? import_grow(interface->endpoints, interface->endpoint_count, sizeof(*bigger))
                 : NULL;
    if (!bigger)
        return FAULT(parser, "more than 30 endpoints");
    interface->endpoints = bigger;
    interface->endpoint_count++;
    return 0;
}

/* The pipes of a player: what else is plugged, hubs and mice, has not all three. */
static bool has_pipes(const struct import_usb *usb)
{
    struct still_image_pipes pipes;

    return still_image_find_pipes(usb->interfaces, usb->interface_count, &pipes) == 0;
}

static bool is_wanted(const struct parser *parser)
{
    if (parser->wanted->vendor)
        return parser->usb->vendor == parser->wanted->vendor &&
               parser->usb->product == parser->wanted->product;
    return has_pipes(parser->usb);
}

/* The configuration with a player's pipes is taken, as a rule the first. */
static int begin_configuration(struct parser *parser)
{
    struct import_usb *usb = parser->usb;
    int error = check_configuration(parser);

    parser->described = parser->described || has_pipes(usb);
    if (error || parser->described)
        return error ? error : begin_part(parser, PART_OTHER);
    drop_interfaces(usb);
    free(usb->configuration_name);
    usb->configuration_name = NULL;
    parser->promised_interfaces = 0;
    return begin_part(parser, PART_CONFIGURATION);
}

/* The next device of the list: is this one, if it was one, the one to keep? */
static int begin_device(struct parser *parser)
{
    struct import_usb *usb = parser->usb;
    struct import_report old = {0};
    int error = check_configuration(parser);

    if (!error)
        error = begin_part(parser, PART_DEVICE);
    if (error)
        return error;
    if (parser->any && is_wanted(parser)) {
        parser->found = true;
        return 0;
    }
    old.usb = *usb;
    import_report_done(&old);
    *usb = (struct import_usb){0};
    parser->any = true;
    parser->described = false;
    parser->promised_interfaces = 0;
    return 0;
}

static int take_line(struct parser *parser, const char *line)
{
    size_t length = strlen(line);

    if (strcmp(line, "Device Descriptor:") == 0)
        return begin_device(parser);
    if (!parser->any)
        return 0;
    if (strcmp(line, "Configuration Descriptor:") == 0)
        return begin_configuration(parser);
    if (!parser->described && strcmp(line, "Interface Descriptor:") == 0)
        return begin_interface(parser);
    if (!parser->described && strcmp(line, "Endpoint Descriptor:") == 0)
        return begin_endpoint(parser);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *rest = text_after(line, keys[i].name);

        if (rest && rest > line + strlen(keys[i].name) && (keys[i].parts & AT(parser->part)))
            return take_field(parser, &keys[i], rest);
    }
    /* "OTG Descriptor:", "Device Qualifier (for other device speed):": their fields have names that
     * fields of ours have, too. */
    return length && line[length - 1] == ':' ? begin_part(parser, PART_OTHER) : 0;
}

static int check_whole(struct parser *parser)
{
    const struct import_usb *usb = parser->usb, *wanted = parser->wanted;
    int error = 0;

    if (!parser->found)
        error = check_configuration(parser);
    if (!error && !parser->found)
        error = begin_part(parser, PART_OTHER);
    if (error)
        return error;
    if (!parser->any)
        return FAULT(parser, "no output of lsusb -v: there is no 'Device Descriptor:'");
    if (!usb->identified || usb->interface_count == 0)
        return FAULT(parser, "the descriptors end before the first interface");
    if (!is_wanted(parser) && wanted->vendor)
        return FAULT(parser, "there is no device %04x:%04x in it", wanted->vendor, wanted->product);
    if (!has_pipes(usb))
        return FAULT(parser,
                     "no interface with a bulk IN, a bulk OUT and an interrupt IN endpoint");
    return 0;
}

/* What only mtp-detect sees stays. */
static void join(struct import_report *report, struct import_usb *usb)
{
    struct import_report old = {.usb = report->usb};

    usb->named_mtp = report->usb.named_mtp;
    usb->microsoft = report->usb.microsoft;
    usb->ms_vendor_code = report->usb.ms_vendor_code;
    if (usb->speed == IMPORT_SPEED_UNKNOWN)
        usb->speed = report->usb.speed;
    if (!usb->version) {
        usb->version = report->usb.version;
        memcpy(usb->class_triple, report->usb.class_triple, sizeof(usb->class_triple));
    }
    report->usb = *usb;
    import_report_done(&old);
}

int import_lsusb(struct lines *lines, struct import_report *report, char *error, size_t error_size)
{
    struct import_usb usb = {0};
    struct import_report kept = {0};
    struct parser parser = {.lines = lines,
                            .usb = &usb,
                            .wanted = &report->usb,
                            .error = error,
                            .error_size = error_size};
    const char *damage;
    unsigned indent;
    char *line;
    int result = 0;

    if ((damage = lines_not_text(lines)) != NULL)
        result = FAULT(&parser, "%s", damage);
    else if (paste_undo(lines))
        result = FAULT(&parser, "no memory");
    else
        paste_drop_prefix(lines, "Device Descriptor:");
    while (!result && !parser.found && (line = lines_next(lines, &indent)) != NULL)
        result = take_line(&parser, line);
    if (!result)
        result = check_whole(&parser);
    if (!result) {
        join(report, &usb);
        return 0;
    }
    kept.usb = usb;
    import_report_done(&kept);
    return result;
}
