/* Defects of the USB/IP server before a device is imported: what each does to a request or to its
 * answer (defects_usbip.def says which is whose), and how those that are switched on, and those of
 * filters_urb.c, become the front's policy. */
#include "simulator/defect/policies_internal.h"

#include <errno.h>
#include <string.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

/* Offsets in a device's record, which the interfaces of a list follow. */
enum {
    RECORD_BUSID = 256,
    RECORD_BUSNUM = 288,
    RECORD_SPEED = 296,
    RECORD_IDS = 300,
    RECORD_PRODUCT = 302,
    RECORD_CLASS = 306,
    RECORD_INTERFACES = 311,
};
enum { OLD_VERSION = 0x0106, LIST_HEAD = FRAME_OP_SIZE + 4 };

static void turn16(uint8_t *bytes)
{
    put_le16(bytes, get_be16(bytes));
}

static void turn32(uint8_t *bytes)
{
    put_le32(bytes, get_be32(bytes));
}

/* ---- requests */

static bool is_request_of(const uint8_t *bytes, size_t have, uint16_t code)
{
    return have >= FRAME_OP_SIZE && get_be16(bytes + 2) == code;
}

static bool is_whole_import(const uint8_t *bytes, size_t have)
{
    return is_request_of(bytes, have, OP_REQ_IMPORT) && have >= FRAME_IMPORT_SIZE;
}

static bool is_endless(const uint8_t *bytes)
{
    return !memchr(bytes + FRAME_OP_SIZE, 0, WIRE_BUSID_SIZE);
}

static bool begins_with_busid(const struct wire_offer *offer, const uint8_t *bytes)
{
    return memcmp(bytes + FRAME_OP_SIZE, offer->busid, strlen(offer->busid)) == 0;
}

static int any_version_of_import(void *self, const struct wire_offer *offer, uint8_t *bytes,
                                 size_t have)
{
    (void)self, (void)offer;
    if (is_request_of(bytes, have, OP_REQ_IMPORT))
        put_be16(bytes, FRAME_VERSION);
    return 0;
}

static int any_version_of_list(void *self, const struct wire_offer *offer, uint8_t *bytes,
                               size_t have)
{
    (void)self, (void)offer;
    if (is_request_of(bytes, have, OP_REQ_DEVLIST))
        put_be16(bytes, FRAME_VERSION);
    return 0;
}

static int shut_by_version(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    struct policies *policies = self;

    (void)offer;
    policies->wedged |= have >= FRAME_OP_SIZE && get_be16(bytes) != FRAME_VERSION;
    return policies->wedged ? -EPROTO : 0;
}

/* It is answered itself. */
static int shut_by_busid(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    struct policies *policies = self;

    if (policies->wedged)
        return -EPROTO;
    policies->wedged =
        is_whole_import(bytes, have) && is_endless(bytes) && begins_with_busid(offer, bytes);
    return 0;
}

static int whole_or_nothing(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    size_t whole = is_request_of(bytes, have, OP_REQ_IMPORT) ? FRAME_IMPORT_SIZE : FRAME_OP_SIZE;

    (void)self, (void)offer;
    return have && have < whole ? -EPROTO : 0;
}

/* The next frame is none. */
static int lose_joined(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self, (void)offer;
    if (is_whole_import(bytes, have))
        memset(bytes + FRAME_IMPORT_SIZE, 0, have - FRAME_IMPORT_SIZE);
    return 0;
}

static int end_busid(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self;
    if (is_whole_import(bytes, have) && is_endless(bytes) && begins_with_busid(offer, bytes))
        bytes[FRAME_OP_SIZE + strlen(offer->busid)] = 0;
    return 0;
}

static int any_endless_busid(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t have)
{
    (void)self;
    if (is_whole_import(bytes, have) && is_endless(bytes) && !begins_with_busid(offer, bytes))
        memcpy(bytes + FRAME_OP_SIZE, offer->busid, WIRE_BUSID_SIZE);
    return 0;
}

static int any_busid(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self;
    if (is_whole_import(bytes, have) && !is_endless(bytes))
        memcpy(bytes + FRAME_OP_SIZE, offer->busid, WIRE_BUSID_SIZE);
    return 0;
}

static int list_waits(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self;
    return is_request_of(bytes, have, OP_REQ_DEVLIST) && usb_device_attached(offer->device)
               ? -EAGAIN
               : 0;
}

static void end_import_of(const struct wire_offer *offer)
{
    usb_device_unplug(offer->device);
    usb_device_plug(offer->device);
}

static int end_import(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self;
    if (is_request_of(bytes, have, OP_REQ_DEVLIST) && usb_device_attached(offer->device))
        end_import_of(offer);
    return 0;
}

/* ---- headers of answers */

static bool is_list(const uint8_t *bytes, size_t length)
{
    return length == LIST_HEAD && get_be16(bytes + 2) == OP_REP_DEVLIST;
}

static bool is_import(const uint8_t *bytes, size_t length)
{
    return length == FRAME_OP_SIZE && get_be16(bytes + 2) == OP_REP_IMPORT;
}

static bool is_refusal(const uint8_t *bytes, size_t length)
{
    return is_import(bytes, length) && get_be32(bytes + 4) != ST_OK;
}

static size_t turn_list_version(void *self, const struct wire_offer *offer, uint8_t *bytes,
                                size_t length)
{
    (void)self, (void)offer;
    if (is_list(bytes, length))
        turn16(bytes);
    return length;
}

static size_t say_old_version(void *self, const struct wire_offer *offer, uint8_t *bytes,
                              size_t length)
{
    (void)self, (void)offer;
    put_be16(bytes, OLD_VERSION);
    return length;
}

static size_t echo_list_code(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    (void)self, (void)offer;
    if (is_list(bytes, length))
        put_be16(bytes + 2, OP_REQ_DEVLIST);
    return length;
}

static size_t echo_import_code(void *self, const struct wire_offer *offer, uint8_t *bytes,
                               size_t length)
{
    (void)self, (void)offer;
    if (is_import(bytes, length) && !is_refusal(bytes, length))
        put_be16(bytes + 2, OP_REQ_IMPORT);
    return length;
}

static size_t count_one_more(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    (void)self, (void)offer;
    if (is_list(bytes, length))
        put_be32(bytes + FRAME_OP_SIZE, get_be32(bytes + FRAME_OP_SIZE) + 1);
    return length;
}

static size_t count_the_gone(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    return usb_device_plugged(offer->device) ? length : count_one_more(self, offer, bytes, length);
}

static size_t good_busy(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    (void)self, (void)offer;
    if (is_refusal(bytes, length) && get_be32(bytes + 4) == ST_BUSY)
        put_be32(bytes + 4, ST_OK);
    return length;
}

static size_t end_busy(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    (void)self;
    if (is_refusal(bytes, length) && get_be32(bytes + 4) == ST_BUSY)
        end_import_of(offer);
    return length;
}

static size_t refuse_as_list(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    (void)self, (void)offer;
    if (is_refusal(bytes, length))
        put_be16(bytes + 2, OP_REP_DEVLIST);
    return length;
}

static size_t record_refused(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    (void)self;
    if (!is_refusal(bytes, length))
        return length;
    put_be32(bytes + 4, ST_NA);
    wire_op_record(offer, bytes + FRAME_OP_SIZE);
    return FRAME_OP_SIZE + FRAME_DEVICE_SIZE;
}

/* ---- records */

#define RECORD(name)                                                                               \
    static size_t name(void *self, const struct wire_offer *offer, uint16_t code, uint8_t *bytes,  \
                       size_t length)

RECORD(no_interfaces)
{
    (void)self, (void)offer, (void)code, (void)bytes, (void)length;
    return FRAME_DEVICE_SIZE;
}

RECORD(import_interfaces)
{
    (void)self;
    return code == OP_REP_IMPORT ? length + wire_op_interfaces(offer, bytes + length) : length;
}

RECORD(turn_numbers)
{
    (void)self, (void)offer;
    for (size_t i = 0; i < 3 && code == OP_REP_DEVLIST; i++)
        turn32(bytes + RECORD_BUSNUM + 4 * i);
    return length;
}

RECORD(turn_ids)
{
    (void)self, (void)offer;
    for (size_t i = 0; i < 3 && code == OP_REP_DEVLIST; i++)
        turn16(bytes + RECORD_IDS + 2 * i);
    return length;
}

RECORD(no_triples)
{
    (void)self, (void)offer, (void)code;
    memset(bytes + FRAME_DEVICE_SIZE, 0, length - FRAME_DEVICE_SIZE);
    return length;
}

RECORD(leak_triple)
{
    (void)self, (void)offer, (void)code;
    if (length > FRAME_DEVICE_SIZE)
        bytes[FRAME_DEVICE_SIZE + 3] = 0xa5;
    return length;
}

RECORD(four_bytes_more)
{
    (void)self, (void)offer;
    if (code != OP_REP_DEVLIST)
        return length;
    memset(bytes + length, 0, FRAME_INTERFACE_SIZE);
    return length + FRAME_INTERFACE_SIZE;
}

RECORD(one_interface_more)
{
    if (code == OP_REP_DEVLIST)
        bytes[RECORD_INTERFACES]++;
    return four_bytes_more(self, offer, code, bytes, length);
}

RECORD(other_class)
{
    (void)self, (void)offer;
    if (code == OP_REP_DEVLIST)
        bytes[RECORD_CLASS] ^= 8;
    return length;
}

RECORD(import_other_class)
{
    (void)self, (void)offer;
    if (code == OP_REP_IMPORT)
        bytes[RECORD_CLASS] ^= 8;
    return length;
}

RECORD(import_other_busid)
{
    (void)self, (void)offer;
    if (code == OP_REP_IMPORT)
        bytes[RECORD_BUSID]++;
    return length;
}

RECORD(import_other_product)
{
    (void)self, (void)offer;
    if (code == OP_REP_IMPORT)
        bytes[RECORD_PRODUCT] ^= 1;
    return length;
}

static void leak(uint8_t *text)
{
    memset(text + strlen((const char *)text) + 1, 0xa5, 8);
}

RECORD(leak_stack)
{
    (void)self, (void)offer, (void)code;
    leak(bytes);
    return length;
}

RECORD(leak_busid)
{
    (void)self, (void)offer, (void)code;
    leak(bytes + RECORD_BUSID);
    return length;
}

RECORD(high_is_full)
{
    (void)self, (void)offer, (void)code;
    if (get_be32(bytes + RECORD_SPEED) == USB_SPEED_HIGH)
        put_be32(bytes + RECORD_SPEED, USB_SPEED_FULL);
    return length;
}

RECORD(always_high)
{
    (void)self, (void)offer, (void)code;
    put_be32(bytes + RECORD_SPEED, USB_SPEED_HIGH);
    return length;
}

/* ---- behind an import */

static int end_at_once(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self, (void)offer, (void)frame;
    return -EPROTO;
}

static int whole_header(void *self, const struct wire_offer *offer, bool payload)
{
    (void)self, (void)offer;
    return payload ? 0 : -EPROTO;
}

static int whole_payload(void *self, const struct wire_offer *offer, bool payload)
{
    (void)self, (void)offer;
    return payload ? -EPROTO : 0;
}

static void forget(void *host, struct usb_urb *urb)
{
    (void)host, (void)urb;
}

static void ignore(void *host)
{
    (void)host;
}

/* Nobody imports it in his place. */
static void stay_busy(void *self, struct usb_device *device)
{
    static const struct usb_front_ops nobody = {.complete = forget, .gone = ignore};

    (void)self;
    usb_device_attach(device, &nobody, NULL);
}

/* ---- which is whose */

static const struct policy_row rows[] = {
#define ON(seam, function) .usbip.seam = function
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
#include "simulator/defect/defects_usbip.def"
};
const struct policy_table policies_usbip = {rows, ARRAY_SIZE(rows)};

/* ---- the seams: all that are on, one after the other */

static int op(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    const struct policies *policies = self;
    int error = 0;

    for (size_t i = 0; i < policies->row_count && !error; i++) {
        if (policies->rows[i]->usbip.op)
            error = policies->rows[i]->usbip.op(self, offer, bytes, have);
    }
    return error;
}

static size_t op_header(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usbip.op_header)
            length = policies->rows[i]->usbip.op_header(self, offer, bytes, length);
    }
    return length;
}

static size_t record(void *self, const struct wire_offer *offer, uint16_t code, uint8_t *bytes,
                     size_t length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usbip.record)
            length = policies->rows[i]->usbip.record(self, offer, code, bytes, length);
    }
    return length;
}

static int part(void *self, const struct wire_offer *offer, bool payload)
{
    const struct policies *policies = self;
    int error = 0;

    for (size_t i = 0; i < policies->row_count && !error; i++) {
        if (policies->rows[i]->usbip.part)
            error = policies->rows[i]->usbip.part(self, offer, payload);
    }
    return error;
}

static int command(void *self, const struct wire_offer *offer, uint8_t *bytes)
{
    const struct policies *policies = self;
    int error = 0;

    for (size_t i = 0; i < policies->row_count && !error; i++) {
        if (policies->rows[i]->usbip.command)
            error = policies->rows[i]->usbip.command(self, offer, bytes);
    }
    return error;
}

static int submit(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    const struct policies *policies = self;
    int error = 0;

    for (size_t i = 0; i < policies->row_count && !error; i++) {
        if (policies->rows[i]->usbip.submit)
            error = policies->rows[i]->usbip.submit(self, offer, frame);
    }
    return error;
}

static bool answer(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    const struct policies *policies = self;
    bool said = true;

    for (size_t i = 0; i < policies->row_count && said; i++) {
        if (policies->rows[i]->usbip.answer)
            said = policies->rows[i]->usbip.answer(self, offer, urb);
    }
    return said;
}

static size_t frame(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usbip.frame)
            length = policies->rows[i]->usbip.frame(self, offer, bytes, length);
    }
    return length;
}

static void left(void *self, struct usb_device *device)
{
    const struct policies *policies = self;

    for (size_t i = 0; i < policies->row_count; i++) {
        if (policies->rows[i]->usbip.left)
            policies->rows[i]->usbip.left(self, device);
    }
}

void policies_reset_usbip(struct policies *policies)
{
    policies->usbip = usbip_by_the_book;
    policies->usbip_filter = (struct usbip_filter){.self = policies,
                                                   .op = op,
                                                   .op_header = op_header,
                                                   .record = record,
                                                   .part = part,
                                                   .command = command,
                                                   .submit = submit,
                                                   .answer = answer,
                                                   .frame = frame,
                                                   .left = left};
}
