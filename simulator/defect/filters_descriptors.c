/* Defects of descriptors: each spoils one that is otherwise good, on its way out (USB 2.0, 9.6). */
#include <errno.h>
#include <string.h>

#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { STRING_SERIAL = 3 };
enum { CAPABILITY_USB_2_0 = 2, LPM = 0x02 };

/* The next descriptor of that type from `at` on, or NULL. */
static uint8_t *find(uint8_t *at, const uint8_t *end, uint8_t type)
{
    while (end - at >= 2 && at[0] >= 2 && at[0] <= end - at) {
        if (at[1] == type)
            return at;
        at += at[0];
    }
    return NULL;
}

static int answer(uint8_t *reply, const void *bytes, int length)
{
    memcpy(reply, bytes, (size_t)length);
    return length;
}

/* ---- the device */

static bool is_device(const struct usb_setup *setup, int length)
{
    return asks_descriptor(setup, DT_DEVICE) && length > 0;
}

static bool stall_empty(void *self, struct usb_device *device, struct usb_setup *setup,
                        uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)data;
    *ret_length = -EPIPE;
    return asks_descriptor(setup, DT_DEVICE) && !setup->length;
}

static int other_head(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length) && setup->length < length)
        reply[7] = 8;
    return length;
}

static int other_type(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length) && setup->length > length)
        reply[1] = DT_CONFIGURATION;
    return length;
}

static int version_2_0(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length))
        put_le16(reply + 2, 0x0200);
    return length;
}

static int device_class(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length))
        reply[4] = 6;
    return length;
}

static int swap_vendor(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length))
        put_be16(reply + 8, get_le16(reply + 8));
    return length;
}

static int swap_version(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_device(setup, length))
        put_be16(reply + 2, get_le16(reply + 2));
    return length;
}

static int long_qualifier(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!asks_descriptor(setup, DT_QUALIFIER) || length < 0)
        return length;
    memset(reply + length, 0, 8);
    reply[0] = 18;
    return 18;
}

static int needless_qualifier(void *self, struct usb_device *device, const struct usb_setup *setup,
                              uint8_t *reply, int length)
{
    const struct usb_identity *identity = device->identity;
    uint8_t qualifier[10] = {
        10, DT_QUALIFIER, 0, 2, identity->class_code, identity->subclass, identity->protocol, 64,
        1};

    (void)self;
    return asks_descriptor(setup, DT_QUALIFIER) && length < 0
               ? answer(reply, qualifier, sizeof(qualifier))
               : length;
}

/* ---- configuration, interfaces, endpoints */

static bool is_configuration(const struct usb_setup *setup, int length)
{
    return asks_descriptor(setup, DT_CONFIGURATION) && length > 0;
}

static bool first_configuration(void *self, struct usb_device *device, struct usb_setup *setup,
                                uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)data, (void)ret_length;
    if (asks_descriptor(setup, DT_CONFIGURATION))
        setup->value = DT_CONFIGURATION << 8;
    return false;
}

static int cut_total_length(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_configuration(setup, length))
        put_le16(reply + 2, (uint16_t)(get_le16(reply + 2) - 7));
    return length;
}

static bool all_of_configuration(void *self, struct usb_device *device, struct usb_setup *setup,
                                 uint8_t *data, int *ret_length)
{
    (void)self, (void)device, (void)data, (void)ret_length;
    if (asks_descriptor(setup, DT_CONFIGURATION) && setup->length > 9 && setup->length < 32)
        setup->length = UINT16_MAX;
    return false;
}

static int total_of_head(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_configuration(setup, length) && setup->length <= reply[0])
        put_le16(reply + 2, reply[0]);
    return length;
}

/* Puts `count` bytes `at` into the set. */
static int insert(uint8_t *reply, int length, int at, const uint8_t *bytes, int count)
{
    memmove(reply + at + count, reply + at, (size_t)(length - at));
    memcpy(reply + at, bytes, (size_t)count);
    put_le16(reply + 2, (uint16_t)(length + count));
    return length + count;
}

static int associate(void *self, struct usb_device *device, const struct usb_setup *setup,
                     uint8_t *reply, int length)
{
    static const uint8_t association[] = {8, 11, 0, 2, 0xff, 0, 0, 0};

    (void)self, (void)device;
    return is_configuration(setup, length)
               ? insert(reply, length, reply[0], association, sizeof(association))
               : length;
}

static int add_endpoint(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    static const uint8_t endpoint[] = {7, DT_ENDPOINT, 0x84, USB_ENDPOINT_INTERRUPT, 28, 0, 6};

    (void)self, (void)device;
    if (!is_configuration(setup, length))
        return length;
    reply[reply[0] + 4]++;
    return insert(reply, length, length, endpoint, sizeof(endpoint));
}

static int swap_total(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (is_configuration(setup, length))
        put_be16(reply + 2, get_le16(reply + 2));
    return length;
}

static int foreign_class(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    uint8_t *at = reply;

    (void)self, (void)device;
    while (is_configuration(setup, length) && (at = find(at, reply + length, DT_INTERFACE))) {
        at[5] = 0x08;
        at += at[0];
    }
    return length;
}

/* Endpoints go, with what belongs to them, where there are two bulk ones beside. */
static int drop_interrupt_endpoints(void *self, struct usb_device *device,
                                    const struct usb_setup *setup, uint8_t *reply, int length)
{
    uint8_t *interface = reply;

    (void)self, (void)device;
    while (is_configuration(setup, length) &&
           (interface = find(interface, reply + length, DT_INTERFACE))) {
        uint8_t *at = interface + interface[0];

        while (interface[4] == 3 && (at = find(at, reply + length, DT_ENDPOINT))) {
            uint8_t *next = at + at[0];

            if (next < reply + length && next[1] == DT_SS_COMPANION)
                next += next[0];
            if ((at[3] & 3) != USB_ENDPOINT_INTERRUPT) {
                at = next;
                continue;
            }
            memmove(at, next, (size_t)(reply + length - next));
            length -= (int)(next - at);
            interface[4] = 2;
        }
        interface += interface[0];
    }
    if (is_configuration(setup, length))
        put_le16(reply + 2, (uint16_t)length);
    return length;
}

static int set_packet_size(const struct usb_setup *setup, uint8_t *reply, int length,
                           enum usb_endpoint_type type, uint16_t size)
{
    uint8_t *at = reply;

    while (is_configuration(setup, length) && (at = find(at, reply + length, DT_ENDPOINT))) {
        if ((at[3] & 3) == type)
            put_le16(at + 4, size);
        at += at[0];
    }
    return length;
}

static int bulk_of_64(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self, (void)device;
    return set_packet_size(setup, reply, length, USB_ENDPOINT_BULK, 64);
}

static int bulk_of_512(void *self, struct usb_device *device, const struct usb_setup *setup,
                       uint8_t *reply, int length)
{
    (void)self, (void)device;
    return set_packet_size(setup, reply, length, USB_ENDPOINT_BULK, 512);
}

static int interrupt_of_8(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    return set_packet_size(setup, reply, length, USB_ENDPOINT_INTERRUPT, 8);
}

static int interrupt_of_0(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    return set_packet_size(setup, reply, length, USB_ENDPOINT_INTERRUPT, 0);
}

static int move_interrupt(const struct usb_setup *setup, uint8_t *reply, int length, uint8_t to)
{
    uint8_t *at = reply;

    while (is_configuration(setup, length) && (at = find(at, reply + length, DT_ENDPOINT))) {
        if ((at[3] & 3) == USB_ENDPOINT_INTERRUPT)
            at[2] = to;
        at += at[0];
    }
    return length;
}

static int endpoint_twice(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    return move_interrupt(setup, reply, length, 0x81);
}

static int interrupt_at_0(void *self, struct usb_device *device, const struct usb_setup *setup,
                          uint8_t *reply, int length)
{
    (void)self, (void)device;
    return move_interrupt(setup, reply, length, 0x80);
}

static int interrupt_at_reserved(void *self, struct usb_device *device,
                                 const struct usb_setup *setup, uint8_t *reply, int length)
{
    (void)self, (void)device;
    return move_interrupt(setup, reply, length, 0x93);
}

static int turn_bulk(void *self, struct usb_device *device, const struct usb_setup *setup,
                     uint8_t *reply, int length)
{
    uint8_t *at = reply;

    (void)self, (void)device;
    while (is_configuration(setup, length) && (at = find(at, reply + length, DT_ENDPOINT))) {
        if ((at[3] & 3) == USB_ENDPOINT_BULK)
            at[2] ^= 0x80;
        at += at[0];
    }
    return length;
}

/* ---- BOS */

static int bos_of_header(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (asks_descriptor(setup, DT_BOS) && length > 0)
        put_le16(reply + 2, 5);
    return length;
}

static int empty_bos(void *self, struct usb_device *device, const struct usb_setup *setup,
                     uint8_t *reply, int length)
{
    (void)self, (void)device;
    return asks_descriptor(setup, DT_BOS) && length < 0
               ? answer(reply, (uint8_t[]){5, DT_BOS, 5, 0, 0}, 5)
               : length;
}

static int announce_lpm(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    uint8_t *at = reply;

    (void)self, (void)device;
    while (asks_descriptor(setup, DT_BOS) && length > 0 &&
           (at = find(at, reply + length, DT_CAPABILITY))) {
        if (at[2] == CAPABILITY_USB_2_0)
            at[3] |= LPM;
        at += at[0];
    }
    return length;
}

/* ---- strings */

/* Of text: neither the languages nor Microsoft's. */
static bool is_text(const struct usb_setup *setup)
{
    return asks_descriptor(setup, DT_STRING) && (setup->value & 0xff) &&
           !asks_string(setup, STRING_MS_OS);
}

static int terminate_string(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!is_text(setup) || length < 0)
        return length;
    put_le16(reply + length, 0);
    reply[0] = (uint8_t)(length + 2);
    return length + 2;
}

static int language_zero(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)device;
    return asks_string(setup, 0) ? answer(reply, "\x04\x03\0\0", 4) : length;
}

static int odd_string(void *self, struct usb_device *device, const struct usb_setup *setup,
                      uint8_t *reply, int length)
{
    (void)self, (void)device;
    if (!is_text(setup) || length < 0)
        return length;
    reply[length] = 'x';
    return reply[0] = (uint8_t)(length + 1);
}

static int empty_string(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    (void)self, (void)device;
    return is_text(setup) && length < 0 ? answer(reply, "\x02\x03", 2) : length;
}

static bool is_foreign(const struct usb_setup *setup, int length)
{
    return is_text(setup) && length > 0 && setup->index != 0x0409;
}

static int question_mark(void *self, struct usb_device *device, const struct usb_setup *setup,
                         uint8_t *reply, int length)
{
    (void)self, (void)device;
    return is_foreign(setup, length) ? answer(reply, "\x04\x03?", 4) : length;
}

static int foreign_once(void *self, struct usb_device *device, const struct usb_setup *setup,
                        uint8_t *reply, int length)
{
    struct policies *policies = self;

    (void)device, (void)reply;
    return is_foreign(setup, length) && policies->asked++ ? -EPIPE : length;
}

static int stall_after_foreign(void *self, struct usb_device *device, const struct usb_setup *setup,
                               uint8_t *reply, int length)
{
    struct policies *policies = self;
    bool foreign = is_foreign(setup, length);

    (void)device, (void)reply;
    policies->asked += foreign;
    return is_text(setup) && !foreign && policies->asked ? -EPIPE : length;
}

static int serial_with_comma(void *self, struct usb_device *device, const struct usb_setup *setup,
                             uint8_t *reply, int length)
{
    (void)self, (void)device;
    return asks_string(setup, STRING_SERIAL) && length > 0
               ? answer(reply, "\x08\x03\x41\0,\0\x42", 8)
               : length;
}

static int serial_of_import(void *self, struct usb_device *device, const struct usb_setup *setup,
                            uint8_t *reply, int length)
{
    const struct policies *policies = self;

    (void)device;
    if (asks_string(setup, STRING_SERIAL) && length > 2)
        reply[2] = (uint8_t)('A' + policies->imports % 26);
    return length;
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
#include "simulator/defect/defects_descriptors.def"
};
const struct policy_table policies_descriptors = {rows, ARRAY_SIZE(rows)};
