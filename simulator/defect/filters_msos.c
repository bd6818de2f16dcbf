/* Defects of Microsoft OS descriptors, 1.0 (string 0xEE, indexes 4 and 5) and 2.0 (BOS capability,
 * index 7). */
#include <errno.h>
#include <string.h>

#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { MS_COMPATIBLE_ID = 4, MS_PROPERTIES = 5, MS_SET = 7, MS_SET_ALTERNATE = 8 };
enum { MS20_FUNCTION_SUBSET = 2, MS20_COMPATIBLE_ID = 3, MS20_REGISTRY_PROPERTY = 4 };
enum { REGISTRY_SZ = 1, REGISTRY_MULTI_SZ = 7 };
enum { SET_HEADER = 10, ID_AT = 18, ID_LENGTH = 8 };

static bool asks_vendor(const struct usb_device *device, const struct usb_setup *setup,
                        uint16_t index)
{
    return (setup->request_type & 0xfe) == 0xc0 && setup->index == index &&
           setup->request == device->identity->ms_vendor_code;
}

/* ---- 1.0 */

static int long_os_string(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (asks_string(setup, STRING_MS_OS) && length > 0)
        reply[0] = 0x14;
    return length;
}

static int ordinary_string(void *self, struct usb_device *device, const struct usb_setup *setup,
                           uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!asks_string(setup, STRING_MS_OS) || length > 0)
        return length;
    memcpy(reply, "\x04\x03?", 4);
    return 4;
}

static int id_without_header(void *self, struct usb_device *device, const struct usb_setup *setup,
                             uint8_t *reply, int length)
{
    (void)self;
    if (asks_vendor(device, setup, MS_COMPATIBLE_ID) && length > 0)
        put_le32(reply, 24);
    return length;
}

static int id_with_spaces(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self;
    if (!asks_vendor(device, setup, MS_COMPATIBLE_ID) || length <= 0)
        return length;
    for (size_t i = ID_AT; i < ID_AT + ID_LENGTH; i++)
        reply[i] = reply[i] ? reply[i] : ' ';
    return length;
}

static int put_os_string(const struct usb_device *device, uint8_t *reply)
{
    static const uint8_t text[16] = {0x12, 3, 'M', 0, 'S', 0, 'F', 0,
                                     'T',  0, '1', 0, '0', 0, '0', 0};

    memcpy(reply, text, sizeof(text));
    put_le16(reply + sizeof(text), device->identity->ms_vendor_code);
    return sizeof(text) + 2;
}

static int put_winusb(uint8_t *reply)
{
    static const uint8_t id[40] = {40,  0,   0,   0,   0,   1,  MS_COMPATIBLE_ID, 0, 1, [17] = 1,
                                   'W', 'I', 'N', 'U', 'S', 'B'};

    memcpy(reply, id, sizeof(id));
    return sizeof(id);
}

static int length_of_head(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    bool mine =
        asks_vendor(device, setup, MS_COMPATIBLE_ID) || asks_vendor(device, setup, MS_PROPERTIES);

    (void)self;
    if (mine && length >= 4 && setup->length < length)
        put_le32(reply, setup->length);
    return length;
}

/* Whatever its INF says. */
static int say_winusb(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self;
    if (asks_string(setup, STRING_MS_OS))
        return put_os_string(device, reply);
    return asks_vendor(device, setup, MS_COMPATIBLE_ID) ? put_winusb(reply) : length;
}

/* ---- which request it takes for which */

static bool all_of_it(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                      int *ret_length)
{
    (void)self, (void)device, (void)data, (void)ret_length;
    if ((setup->request_type & 0xc0) == 0xc0)
        setup->length = UINT16_MAX;
    return false;
}

static bool any_vendor_request(void *self, struct usb_device *device, struct usb_setup *setup,
                               uint8_t *data, int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if ((setup->request_type & 0xfe) == 0xc0 && setup->index >= MS_COMPATIBLE_ID &&
        setup->index <= MS_SET)
        setup->request = device->identity->ms_vendor_code;
    if (asks_vendor(device, setup, 6) && device->identity->ms_os_10)
        setup->index = MS_COMPATIBLE_ID;
    return false;
}

static bool next_code(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                      int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if (setup->request_type == 0xc0 && setup->request == device->identity->ms_vendor_code + 1)
        setup->request--;
    return false;
}

static bool stall_of_interface(void *self, struct usb_device *device, struct usb_setup *setup,
                               uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = -EPIPE;
    return asks_vendor(device, setup, MS_PROPERTIES) && setup->request_type == 0xc1;
}

static bool stall_properties(void *self, struct usb_device *device, struct usb_setup *setup,
                             uint8_t *data, int *ret_length)
{
    (void)self, (void)data;
    *ret_length = -EPIPE;
    return asks_vendor(device, setup, MS_PROPERTIES) && setup->request_type == 0xc0;
}

static bool set_for_id(void *self, struct usb_device *device, struct usb_setup *setup,
                       uint8_t *data, int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if (asks_vendor(device, setup, MS_COMPATIBLE_ID))
        setup->index = MS_SET;
    return false;
}

static int accept_alternate(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    (void)self, (void)device, (void)reply;
    return setup->request_type == 0x40 && setup->index == MS_SET_ALTERNATE && length < 0 ? 0
                                                                                         : length;
}

static int change_by_alternate(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    struct policies *policies = self;

    (void)device;
    policies->asked += setup->request_type == 0x40 && setup->index == MS_SET_ALTERNATE;
    if (policies->asked && asks_descriptor(setup, DT_CONFIGURATION) && length >= 9)
        reply[8]--;
    return length;
}

/* ---- registry properties, of either version */

static size_t no_terminator(void *self, uint32_t type, uint8_t *value, size_t length)
{
    (void)self, (void)value;
    return type == REGISTRY_SZ ? length - 2 : length;
}

static size_t one_terminator(void *self, uint32_t type, uint8_t *value, size_t length)
{
    (void)self, (void)value;
    return type == REGISTRY_MULTI_SZ ? length - 2 : length;
}

static size_t replace_terminator(void *self, uint32_t type, uint8_t *value, size_t length)
{
    (void)self;
    if ((type == REGISTRY_SZ || type == REGISTRY_MULTI_SZ) && length >= 2)
        put_le16(value + length - 2, 'x');
    return length;
}

static size_t parenthesise(void *self, uint32_t type, uint8_t *value, size_t length)
{
    (void)self, (void)type;
    for (size_t i = 0; i + 2 <= length; i += 2) {
        if (get_le16(value + i) == '{' || get_le16(value + i) == '}')
            put_le16(value + i, get_le16(value + i) == '{' ? '(' : ')');
    }
    return length;
}

/* As if it had gone through its binary form with the wrong byte order. */
static void swap_guid(uint8_t *guid)
{
    static const uint8_t order[38] = {0,  7,  8,  5,  6,  3,  4,  1,  2,  9,  12, 13, 10,
                                      11, 14, 17, 18, 15, 16, 19, 20, 21, 22, 23, 24, 25,
                                      26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37};
    uint8_t good[2 * sizeof(order)];

    memcpy(good, guid, sizeof(good));
    for (size_t i = 0; i < sizeof(order); i++)
        put_le16(guid + 2 * i, get_le16(good + 2 * (size_t)order[i]));
}

static size_t swap_guids(void *self, uint32_t type, uint8_t *value, size_t length)
{
    (void)self, (void)type;
    for (size_t i = 0; i + 2 * 38 <= length; i += 2) {
        if (get_le16(value + i) == '{' && get_le16(value + i + 2 * 37) == '}')
            swap_guid(value + i);
    }
    return length;
}

/* ---- 2.0 */

/* The capability of the BOS that announces the set, or NULL. */
static uint8_t *platform(const struct usb_setup *setup, uint8_t *reply, int length)
{
    uint8_t *at = reply;

    if (!asks_descriptor(setup, DT_BOS))
        return NULL;
    while (at < reply + length && !(at[1] == DT_CAPABILITY && at[2] == 5))
        at += at[0];
    return at < reply + length ? at : NULL;
}

static int uuid_in_text_order(void *self, struct usb_device *device, const struct usb_setup *setup,
                              uint8_t *reply, int length)
{
    static const uint8_t text_order[8] = {0xd8, 0xdd, 0x60, 0xdf, 0x45, 0x89, 0x4c, 0xc7};
    uint8_t *capability = platform(setup, reply, length);

    (void)self, (void)device;
    if (capability)
        memcpy(capability + 4, text_order, sizeof(text_order));
    return length;
}

static int stale_set_length(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    uint8_t *capability = platform(setup, reply, length);

    (void)self, (void)device;
    if (capability)
        put_le16(capability + 24, (uint16_t)(get_le16(capability + 24) + 4));
    return length;
}

static bool is_set(const struct usb_device *device, const struct usb_setup *setup, int length)
{
    return asks_vendor(device, setup, MS_SET) && length >= SET_HEADER;
}

static int longer_set(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self;
    if (is_set(device, setup, length))
        put_le16(reply + 8, (uint16_t)(length + 2));
    return length;
}

/* Adds to the length, `at` bytes into it, of each part of that type. */
static int change_parts(uint8_t *reply, int length, uint16_t type, size_t at, int change)
{
    uint8_t *part = reply + SET_HEADER;

    while (part < reply + length) {
        uint8_t *next = part + get_le16(part);

        if (get_le16(part + 2) == type)
            put_le16(part + at, (uint16_t)(get_le16(part + at) + change));
        part = next;
    }
    return length;
}

static int subset_without_header(void *self, struct usb_device *device,
                                 const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self;
    return is_set(device, setup, length) ? change_parts(reply, length, MS20_FUNCTION_SUBSET, 6, -8)
                                         : length;
}

static int short_id(void *self, struct usb_device *device, const struct usb_setup *setup,
                    uint8_t *reply, int length)
{
    (void)self;
    return is_set(device, setup, length) ? change_parts(reply, length, MS20_COMPATIBLE_ID, 0, -2)
                                         : length;
}

static int short_properties(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    (void)self;
    return is_set(device, setup, length)
               ? change_parts(reply, length, MS20_REGISTRY_PROPERTY, 0, -4)
               : length;
}

static int long_id(void *self, struct usb_device *device, const struct usb_setup *setup,
                   uint8_t *reply, int length)
{
    (void)self;
    return is_set(device, setup, length) ? change_parts(reply, length, MS20_COMPATIBLE_ID, 0, 1)
                                         : length;
}

/* The last part, so that those before it are found. */
static int unknown_property_type(void *self, struct usb_device *device,
                                 const struct usb_setup *setup, uint8_t *reply, int length)
{
    uint8_t *part = reply + SET_HEADER;

    (void)self;
    while (is_set(device, setup, length) && part + get_le16(part) < reply + length)
        part += get_le16(part);
    if (is_set(device, setup, length))
        put_le16(part + 2, 9);
    return length;
}

/* A BOS and a set of a device that has none. */
static int say_winusb_2(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    static const uint8_t bos[33] = {5,    DT_BOS, 33,   0,    1,    28,   DT_CAPABILITY, 5,    0,
                                    0xdf, 0x60,   0xdd, 0xd8, 0x89, 0x45, 0xc7,          0x4c, 0x9c,
                                    0xd2, 0x65,   0x9d, 0x9e, 0x64, 0x8a, 0x9f,          0,    0,
                                    3,    6,      30,   0,    0,    0};
    static const uint8_t set[30] = {
        SET_HEADER,         0, 0,   0,   0,   0,   3,   6,  30, 0, 20, 0,
        MS20_COMPATIBLE_ID, 0, 'W', 'I', 'N', 'U', 'S', 'B'};
    const uint8_t *said = asks_descriptor(setup, DT_BOS)       ? bos
                          : asks_vendor(device, setup, MS_SET) ? set
                                                               : NULL;
    size_t count = said == bos ? sizeof(bos) : sizeof(set);

    (void)self;
    if (!said)
        return length;
    memcpy(reply, said, count);
    if (said == bos)
        reply[31] = device->identity->ms_vendor_code;
    return (int)count;
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
#include "simulator/defect/defects_msos.def"
};
const struct policy_table policies_msos = {rows, ARRAY_SIZE(rows)};
