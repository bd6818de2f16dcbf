/* A player as sysfs and udev's database have it on a Linux that has imported it, in umockdev's
 * text: what a program finds that looks there before it opens a device. Descriptors are asked of
 * the device as a kernel does; the properties are those of udev's own rules, of libmtp's and of
 * libgphoto2's. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/cli/papsim_exec.h"
#include "spcore/base.h"

enum { DEVICE_BYTES = 18, CONFIG_BYTES = 9, DESCRIPTOR_DEVICE = 1, DESCRIPTOR_CONFIG = 2 };
enum { USB_MAJOR = 189, DEVICES_A_BUS = 128, STRING_BYTES = 512 };
#define CONTROLLER "/devices/platform/vhci_hcd.0" /* as an import stands below */

/* ---- descriptors */

struct descriptors {
    uint8_t bytes[DEVICE_BYTES + UINT16_MAX];
    size_t used;
    uint32_t got; /* by the last request */
    bool over;
};

static void take(void *host, struct usb_urb *urb)
{
    struct descriptors *all = host;

    all->over = true;
    all->got = 0;
    for (unsigned i = 0; i < urb->in.chunk_count && !urb->status; i++) {
        memcpy(all->bytes + all->used + all->got, urb->in.chunks[i].memory,
               urb->in.chunks[i].length);
        all->got += (uint32_t)urb->in.chunks[i].length;
    }
}

static void gone(void *host)
{
    (void)host;
}

/* One GET_DESCRIPTOR at the end of what there is; what came of it. */
static uint32_t get(struct usb_device *device, uint8_t type, uint16_t length,
                    struct descriptors *all)
{
    struct usb_urb urb = {
        .endpoint = 0x80, .length = length, .setup = {0x80, 6, (uint16_t)(type << 8), 0, length}};

    all->over = false;
    usb_device_submit(device, &urb);
    if (all->over)
        return all->got;
    usb_device_unlink(device, &urb); /* a defect: it is never answered */
    return 0;
}

static bool read_descriptors(struct usb_device *device, struct descriptors *all)
{
    static const struct usb_front_ops ops = {.complete = take, .gone = gone};
    bool whole;

    all->used = 0;
    if (usb_device_attach(device, &ops, all) < 0)
        return false;
    whole = get(device, DESCRIPTOR_DEVICE, DEVICE_BYTES, all) == DEVICE_BYTES;
    all->used = DEVICE_BYTES;
    whole = whole && get(device, DESCRIPTOR_CONFIG, CONFIG_BYTES, all) == CONFIG_BYTES;
    if (whole) {
        uint32_t total = get(device, DESCRIPTOR_CONFIG, get_le16(all->bytes + all->used + 2), all);

        whole = total >= CONFIG_BYTES;
        all->used += total;
    }
    usb_device_detach(device);
    return whole;
}

/* ---- the text */

__attribute__((format(printf, 3, 4))) static void property(FILE *out, const char *key,
                                                           const char *format, ...)
{
    va_list arguments;

    fprintf(out, "E: %s=", key);
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    fputc('\n', out);
}

/* A line of sysfs, its end included. */
__attribute__((format(printf, 3, 4))) static void attribute(FILE *out, const char *key,
                                                            const char *format, ...)
{
    va_list arguments;

    fprintf(out, "A: %s=", key);
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    fputs("\\n\n", out);
}

/* The same of a device's string: none, no file. */
static void text_attribute(FILE *out, const char *key, const char *text)
{
    if (!text)
        return;
    fprintf(out, "A: %s=", key);
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == '\\')
            fprintf(out, "\\%03o", (unsigned char)*text);
        else
            fputc(*text, out);
    }
    fputs("\\n\n", out);
}

static void hex(FILE *out, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        fprintf(out, "%02X", bytes[i]);
    fputc('\n', out);
}

static bool is_plain(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("#+-.:=@_", c)) || (unsigned char)c >= 0x80;
}

/* As udev's usb_id cleans a string: blanks around it go, those within and what is not plain become
 * an underscore. */
static void clean(const char *text, char ret_clean[STRING_BYTES])
{
    size_t end = strlen(text), at = 0;

    while (end && isspace((unsigned char)text[end - 1]))
        end--;
    for (size_t i = strspn(text, " \t\n"); i < end && at < STRING_BYTES - 1; i++) {
        bool blank = isspace((unsigned char)text[i]) != 0;

        if (blank && isspace((unsigned char)text[i + 1]))
            continue;
        ret_clean[at++] = is_plain(text[i]) ? text[i] : '_';
    }
    ret_clean[at] = '\0';
}

/* The same string whole, what is not plain as \xNN. */
static void encoded(FILE *out, const char *key, const char *text)
{
    fprintf(out, "E: %s=", key);
    for (; *text; text++) {
        if (is_plain(*text))
            fputc(*text, out);
        else
            fprintf(out, "\\x%02x", (unsigned char)*text);
    }
    fputc('\n', out);
}

/* ---- the device */

/* As far as libmtp's rules and their mtp-probe see: by class, by the name of an interface, or by
 * Microsoft's compatible id. */
static bool is_mtp(const struct exec_device *where, const struct usb_identity *identity)
{
    bool found = identity->ms_compatible_id && strcmp(identity->ms_compatible_id, "MTP") == 0;

    for (size_t i = 0; i < identity->interface_count; i++) {
        uint8_t triple[3];

        usb_device_interface_class(where->device, &identity->interfaces[i], triple);
        found |= triple[0] == 6 && triple[1] == 1 && triple[2] == 1;
        found |= identity->interfaces[i].name && strcmp(identity->interfaces[i].name, "MTP") == 0;
    }
    return found;
}

/* ":060101:…": each class once. */
static void interfaces_property(FILE *out, const struct exec_device *where,
                                const struct usb_identity *identity, bool *ret_still)
{
    char all[8 * 64] = ":", one[16];
    uint8_t triple[3];

    for (size_t i = 0; i < identity->interface_count; i++) {
        usb_device_interface_class(where->device, &identity->interfaces[i], triple);
        snprintf(one, sizeof(one), "%02x%02x%02x:", triple[0], triple[1], triple[2]);
        if (!strstr(all, one) && strlen(all) + strlen(one) < sizeof(all))
            strcat(all, one);
    }
    *ret_still = strstr(all, ":060101:") != NULL;
    property(out, "ID_USB_INTERFACES", "%s", all);
}

static void name_properties(FILE *out, const struct usb_identity *identity)
{
    char vendor[STRING_BYTES], model[STRING_BYTES], serial[STRING_BYTES], number[8];

    snprintf(number, sizeof(number), "%04x", identity->vendor_id);
    clean(identity->manufacturer ? identity->manufacturer : number, vendor);
    property(out, "ID_VENDOR", "%s", vendor);
    encoded(out, "ID_VENDOR_ENC", identity->manufacturer ? identity->manufacturer : number);
    property(out, "ID_VENDOR_ID", "%s", number);
    snprintf(number, sizeof(number), "%04x", identity->product_id);
    clean(identity->product ? identity->product : number, model);
    property(out, "ID_MODEL", "%s", model);
    encoded(out, "ID_MODEL_ENC", identity->product ? identity->product : number);
    property(out, "ID_MODEL_ID", "%s", number);
    property(out, "ID_REVISION", "%04x", identity->release);
    clean(identity->serial ? identity->serial : "", serial);
    property(out, "ID_SERIAL", "%s_%s%s%s", vendor, model, *serial ? "_" : "", serial);
    if (*serial)
        property(out, "ID_SERIAL_SHORT", "%s", serial);
}

static void device_properties(FILE *out, const struct exec_device *where, const uint8_t *d)
{
    const struct usb_identity *identity = usb_device_identity(where->device);
    bool still;

    property(out, "SUBSYSTEM", "usb");
    property(out, "DEVTYPE", "usb_device");
    property(out, "DEVNAME", "/dev/bus/usb/%03u/%03u", where->bus, where->address);
    property(out, "BUSNUM", "%03u", where->bus);
    property(out, "DEVNUM", "%03u", where->address);
    property(out, "MAJOR", "%u", USB_MAJOR);
    property(out, "MINOR", "%u", (where->bus - 1) * DEVICES_A_BUS + where->address - 1);
    property(out, "DRIVER", "usb");
    property(out, "PRODUCT", "%x/%x/%x", get_le16(d + 8), get_le16(d + 10), get_le16(d + 12));
    property(out, "TYPE", "%u/%u/%u", d[4], d[5], d[6]);
    property(out, "ID_BUS", "usb");
    name_properties(out, identity);
    interfaces_property(out, where, identity, &still);
    if (is_mtp(where, identity)) {
        property(out, "ID_MTP_DEVICE", "1");
        property(out, "ID_MEDIA_PLAYER", "1");
    }
    if (still) {
        property(out, "ID_GPHOTO2", "1");
        property(out, "GPHOTO2_DRIVER", "PTP");
    }
}

static const char *speed_of(const struct usb_device *device)
{
    static const char *const speeds[] = {[USB_SPEED_LOW] = "1.5",
                                         [USB_SPEED_FULL] = "12",
                                         [USB_SPEED_HIGH] = "480",
                                         [USB_SPEED_SUPER] = "5000"};

    return speeds[usb_device_speed(device)];
}

static void device_attributes(FILE *out, const struct exec_device *where,
                              const struct descriptors *all)
{
    const struct usb_identity *identity = usb_device_identity(where->device);
    const uint8_t *d = all->bytes, *config = d + DEVICE_BYTES;
    unsigned unit = usb_device_speed(where->device) >= USB_SPEED_SUPER ? 8 : 2;

    attribute(out, "busnum", "%u", where->bus);
    attribute(out, "devnum", "%u", where->address);
    attribute(out, "devpath", "%u", where->address - 1);
    attribute(out, "speed", "%s", speed_of(where->device));
    attribute(out, "version", "%2x.%02x", d[3], d[2]);
    attribute(out, "maxchild", "0");
    attribute(out, "bDeviceClass", "%02x", d[4]);
    attribute(out, "bDeviceSubClass", "%02x", d[5]);
    attribute(out, "bDeviceProtocol", "%02x", d[6]);
    attribute(out, "bMaxPacketSize0", "%u", d[7]);
    attribute(out, "idVendor", "%04x", get_le16(d + 8));
    attribute(out, "idProduct", "%04x", get_le16(d + 10));
    attribute(out, "bcdDevice", "%04x", get_le16(d + 12));
    attribute(out, "bNumConfigurations", "%u", d[17]);
    attribute(out, "bNumInterfaces", "%2u", config[4]);
    attribute(out, "bConfigurationValue", "%u", config[5]);
    attribute(out, "bmAttributes", "%02x", config[7]);
    attribute(out, "bMaxPower", "%umA", config[8] * unit);
    text_attribute(out, "configuration", identity->configuration_name);
    text_attribute(out, "manufacturer", identity->manufacturer);
    text_attribute(out, "product", identity->product);
    text_attribute(out, "serial", identity->serial);
    fputs("H: descriptors=", out);
    hex(out, all->bytes, all->used);
}

/* Setting 0, which a configured device is in. */
static void describe_interface(FILE *out, const struct exec_device *where, const uint8_t *d,
                               const struct usb_interface_identity *interface)
{
    uint8_t triple[3];

    usb_device_interface_class(where->device, interface, triple);
    fprintf(out, "\nP: " CONTROLLER "/usb%u/%s/%s:%u.%u\n", where->bus, where->name, where->name,
            d[DEVICE_BYTES + 5], interface->number);
    property(out, "SUBSYSTEM", "usb");
    property(out, "DEVTYPE", "usb_interface");
    property(out, "INTERFACE", "%u/%u/%u", triple[0], triple[1], triple[2]);
    property(out, "PRODUCT", "%x/%x/%x", get_le16(d + 8), get_le16(d + 10), get_le16(d + 12));
    property(out, "TYPE", "%u/%u/%u", d[4], d[5], d[6]);
    attribute(out, "bInterfaceNumber", "%02x", interface->number);
    attribute(out, "bAlternateSetting", "%2u", interface->alternate);
    attribute(out, "bNumEndpoints", "%02zx", interface->endpoint_count);
    attribute(out, "bInterfaceClass", "%02x", triple[0]);
    attribute(out, "bInterfaceSubClass", "%02x", triple[1]);
    attribute(out, "bInterfaceProtocol", "%02x", triple[2]);
    text_attribute(out, "interface", interface->name);
}

static void describe(FILE *out, const struct exec_device *where, const struct descriptors *all)
{
    const struct usb_identity *identity = usb_device_identity(where->device);

    fprintf(out, "P: " CONTROLLER "/usb%u/%s\n", where->bus, where->name);
    fprintf(out, "N: bus/usb/%03u/%03u=", where->bus, where->address);
    hex(out, all->bytes, all->used);
    device_properties(out, where, all->bytes);
    device_attributes(out, where, all);
    for (size_t i = 0; i < identity->interface_count; i++) {
        if (!identity->interfaces[i].alternate)
            describe_interface(out, where, all->bytes, &identity->interfaces[i]);
    }
}

char *exec_describe(const struct exec_device *where)
{
    struct descriptors *all = malloc(sizeof(*all));
    char *text = NULL;
    size_t size;
    FILE *out = all && read_descriptors(where->device, all) ? open_memstream(&text, &size) : NULL;

    if (out) {
        describe(out, where, all);
        fclose(out);
    }
    free(all);
    return text;
}

const char *exec_describe_hub(void)
{
    return "P: " CONTROLLER "/usb1\n"
           "N: bus/usb/001/001\n"
           "E: SUBSYSTEM=usb\n"
           "E: DEVTYPE=usb_device\n"
           "E: DEVNAME=/dev/bus/usb/001/001\n"
           "E: BUSNUM=001\n"
           "E: DEVNUM=001\n"
           "E: MAJOR=189\n"
           "E: MINOR=0\n"
           "E: PRODUCT=1d6b/2/100\n"
           "E: TYPE=9/0/1\n"
           "A: busnum=1\\n\n"
           "A: devnum=1\\n\n"
           "A: bDeviceClass=09\\n\n"
           "A: idVendor=1d6b\\n\n"
           "A: idProduct=0002\\n\n"
           "A: product=papsim\\n\n";
}
