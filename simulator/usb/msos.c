/* Microsoft OS descriptors 1.0 (string 0xEE, indexes 4 and 5) and 2.0 (BOS capability, index 7). */
#include "simulator/usb/bytes.h"
#include "simulator/usb/usb_internal.h"

#include <errno.h>
#include <string.h>

enum ms_index { MS_COMPATIBLE_ID = 4, MS_PROPERTIES = 5, MS_SET = 7 };

enum ms_20_type {
    MS20_SET_HEADER = 0,
    MS20_CONFIGURATION_SUBSET = 1,
    MS20_FUNCTION_SUBSET = 2,
    MS20_COMPATIBLE_ID = 3,
    MS20_REGISTRY_PROPERTY = 4,
};

enum registry_type { REGISTRY_SZ = 1, REGISTRY_DWORD = 4, REGISTRY_MULTI_SZ = 7 };

#define WINDOWS_8_1 0x06030000u
#define UNITS_MAX 1024

int usb_msos_string(const struct usb_device *device, uint8_t *out)
{
    struct usb_bytes w = {.at = out, .room = USB_CONTROL_ROOM};

    if (!device->identity->ms_os_10)
        return -EPIPE;
    put8(&w, 0x12);
    put8(&w, 3);
    put_utf16(&w, "MSFT100", 7);
    put8(&w, device->identity->ms_vendor_code);
    put8(&w, 0);
    return (int)w.length;
}

static void put_id(struct usb_bytes *w, const char *id)
{
    size_t length = id ? strlen(id) : 0;

    for (size_t i = 0; i < 8; i++)
        put8(w, (unsigned char)(i < length ? id[i] : 0));
}

static int describe_compatible_id(const struct usb_device *device, uint8_t *out)
{
    struct usb_bytes w = {.at = out, .room = USB_CONTROL_ROOM};

    put32(&w, 40);
    put16(&w, 0x0100);
    put16(&w, MS_COMPATIBLE_ID);
    put8(&w, 1);
    put_zeroes(&w, 7);
    put8(&w, 0);
    put8(&w, 1);
    put_id(&w, device->identity->ms_compatible_id);
    put_id(&w, device->identity->ms_sub_compatible_id);
    put_zeroes(&w, 6);
    return (int)w.length;
}

/* The value as the registry keeps it: strings with their terminators in UTF-16LE. */
static void put_value(const struct usb_device *device, struct usb_bytes *w,
                      const struct usb_ms_property *property)
{
    const struct usb_filter *filter = device->policy->filter;
    size_t start = w->length;

    if (property->type == REGISTRY_DWORD)
        put32(w, property->number);
    for (size_t i = 0; i < property->text_count; i++) {
        put_utf16(w, property->text[i], UNITS_MAX);
        put16(w, 0);
    }
    if (property->type == REGISTRY_MULTI_SZ)
        put16(w, 0);
    if (filter && filter->property)
        w->length = start + filter->property(filter->self, property->type, w->at + start,
                                             w->length - start);
}

static void put_property_10(const struct usb_device *device, struct usb_bytes *w,
                            const struct usb_ms_property *property)
{
    size_t start = w->length;
    size_t name, value;

    put32(w, 0);
    put32(w, property->type);
    put16(w, 0);
    put_utf16(w, property->name, UNITS_MAX);
    put16(w, 0);
    name = w->length - start - 10;
    patch16(w, start + 8, name);
    put32(w, 0);
    value = w->length;
    put_value(device, w, property);
    patch16(w, value - 4, w->length - value);
    patch16(w, start, w->length - start);
}

static int describe_properties(const struct usb_device *device, uint8_t *out)
{
    struct usb_bytes w = {.at = out, .room = USB_CONTROL_ROOM};

    put32(&w, 0);
    put16(&w, 0x0100);
    put16(&w, MS_PROPERTIES);
    put16(&w, (unsigned)device->identity->ms_property_count);
    for (size_t i = 0; i < device->identity->ms_property_count; i++)
        put_property_10(device, &w, &device->identity->ms_properties[i]);
    patch16(&w, 0, w.length);
    return (int)w.length;
}

/* ---- 2.0 */

static void put_compatible_id_20(const struct usb_device *device, struct usb_bytes *w)
{
    put16(w, 20);
    put16(w, MS20_COMPATIBLE_ID);
    put_id(w, device->identity->ms_compatible_id);
    put_id(w, device->identity->ms_sub_compatible_id);
}

static void put_property_20(const struct usb_device *device, struct usb_bytes *w,
                            const struct usb_ms_property *property)
{
    size_t start = w->length;
    size_t mark;

    put16(w, 0);
    put16(w, MS20_REGISTRY_PROPERTY);
    put16(w, property->type);
    put16(w, 0);
    mark = w->length;
    put_utf16(w, property->name, UNITS_MAX);
    put16(w, 0);
    patch16(w, mark - 2, w->length - mark);
    put16(w, 0);
    mark = w->length;
    put_value(device, w, property);
    patch16(w, mark - 2, w->length - mark);
    patch16(w, start, w->length - start);
}

static size_t open_subset(struct usb_bytes *w, enum ms_20_type type, uint8_t first)
{
    size_t start = w->length;

    put16(w, 8);
    put16(w, type);
    put8(w, first);
    put8(w, 0);
    put16(w, 0);
    return start;
}

static void close_subset(struct usb_bytes *w, size_t start)
{
    patch16(w, start + 6, w->length - start);
}

static void put_features(const struct usb_device *device, struct usb_bytes *w)
{
    if (device->identity->ms_compatible_id)
        put_compatible_id_20(device, w);
    for (size_t i = 0; i < device->identity->ms_property_count; i++)
        put_property_20(device, w, &device->identity->ms_properties[i]);
}

/* Windows takes a device of several interfaces for a composite one. */
static bool is_composite(const struct usb_device *device)
{
    size_t numbers = 0;

    for (size_t i = 0; i < device->identity->interface_count; i++)
        numbers += device->identity->interfaces[i].alternate == 0;
    return numbers > 1;
}

/* A device of one function has its features directly under the header; with several, they belong
 * to the first function, inside a configuration and a function subset. */
static int describe_set(const struct usb_device *device, uint8_t *out)
{
    struct usb_bytes w = {.at = out, .room = USB_CONTROL_ROOM};
    bool subsets = is_composite(device) || !device->policy->features_flat;
    size_t configuration = 0, function = 0;

    put16(&w, 10);
    put16(&w, MS20_SET_HEADER);
    put32(&w, WINDOWS_8_1);
    put16(&w, 0);
    if (subsets) {
        configuration = open_subset(&w, MS20_CONFIGURATION_SUBSET, 0);
        function = open_subset(&w, MS20_FUNCTION_SUBSET, device->functions[0].first_interface);
    }
    put_features(device, &w);
    if (subsets) {
        close_subset(&w, function);
        close_subset(&w, configuration);
    }
    patch16(&w, 8, w.length);
    return w.overrun ? -EPIPE : (int)w.length;
}

size_t usb_msos_platform_capability(const struct usb_device *device, uint8_t *out)
{
    static const uint8_t uuid[16] = {0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c,
                                     0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};
    uint8_t set[USB_CONTROL_ROOM];
    struct usb_bytes w = {.at = out, .room = 28};
    int length = describe_set(device, set);

    put8(&w, 28);
    put8(&w, 0x10);
    put8(&w, 5);
    put8(&w, 0);
    for (size_t i = 0; i < sizeof(uuid); i++)
        put8(&w, uuid[i]);
    put32(&w, WINDOWS_8_1);
    put16(&w, (unsigned)length);
    put8(&w, device->identity->ms_vendor_code);
    put8(&w, 0);
    return w.length;
}

/* ---- the vendor request */

int usb_msos_request(const struct usb_device *device, const struct usb_setup *setup, uint8_t *out)
{
    const struct usb_identity *identity = device->identity;

    if ((setup->request_type & 0xe0) != 0xc0 || (setup->request_type & 0x1f) > 1 ||
        setup->request != identity->ms_vendor_code)
        return -EPIPE;
    if (setup->index == MS_COMPATIBLE_ID && identity->ms_os_10)
        return describe_compatible_id(device, out);
    if (setup->index == MS_PROPERTIES && identity->ms_os_10)
        return describe_properties(device, out);
    if (setup->index == MS_SET && identity->ms_os_20 && setup->request_type == 0xc0 &&
        !setup->value)
        return describe_set(device, out);
    return -EPIPE;
}
