/* Defects of the USB/IP server: what each does to a frame that comes or leaves (defects_usbip.def
 * says which is whose), and how those that are switched on become the front's policy. */
#include "simulator/defect/policies_internal.h"

#include <errno.h>
#include <string.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

/* Offsets in a device's record and in a frame of the URB phase. */
enum { RECORD_SPEED = 296, FRAME_DEVID = 8, FRAME_STATUS = 20, FRAME_PADDING = 40 };

#define SMALL_BUFFER (16u * 1024u)

/* ---- list and import */

static int any_version(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self, (void)offer;
    if (have >= FRAME_OP_SIZE)
        put_be16(bytes, FRAME_VERSION);
    return 0;
}

static bool is_import(const uint8_t *bytes, size_t have)
{
    return have >= FRAME_OP_SIZE && get_be16(bytes + 2) == OP_REQ_IMPORT;
}

static int whole_or_nothing(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    size_t whole = is_import(bytes, have) ? FRAME_IMPORT_SIZE : FRAME_OP_SIZE;

    (void)self, (void)offer;
    return have && have < whole ? -EPROTO : 0;
}

static int end_busid(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    uint8_t *busid = bytes + FRAME_OP_SIZE;
    size_t length = strlen(offer->busid);

    (void)self;
    if (is_import(bytes, have) && have >= FRAME_IMPORT_SIZE && !memchr(busid, 0, WIRE_BUSID_SIZE) &&
        memcmp(busid, offer->busid, length) == 0)
        busid[length] = 0;
    return 0;
}

static int list_waits(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    (void)self;
    return have >= FRAME_OP_SIZE && get_be16(bytes + 2) == OP_REQ_DEVLIST &&
                   usb_device_attached(offer->device)
               ? -EAGAIN
               : 0;
}

static size_t record_refused(void *self, const struct wire_offer *offer, uint8_t *bytes,
                             size_t length)
{
    (void)self;
    if (length != FRAME_OP_SIZE || get_be32(bytes + 4) == ST_OK)
        return length;
    put_be32(bytes + 4, ST_NA);
    wire_op_record(offer, bytes + FRAME_OP_SIZE);
    return FRAME_OP_SIZE + FRAME_DEVICE_SIZE;
}

static size_t no_interfaces(void *self, const struct wire_offer *offer, uint16_t code,
                            uint8_t *bytes, size_t length)
{
    (void)self, (void)offer, (void)code, (void)bytes, (void)length;
    return FRAME_DEVICE_SIZE;
}

static size_t import_interfaces(void *self, const struct wire_offer *offer, uint16_t code,
                                uint8_t *bytes, size_t length)
{
    (void)self;
    return code == OP_REP_IMPORT ? length + wire_op_interfaces(offer, bytes + length) : length;
}

static size_t leak_stack(void *self, const struct wire_offer *offer, uint16_t code, uint8_t *bytes,
                         size_t length)
{
    (void)self, (void)offer, (void)code;
    memset(bytes + strlen((const char *)bytes) + 1, 0xa5, 8);
    return length;
}

static size_t high_is_full(void *self, const struct wire_offer *offer, uint16_t code,
                           uint8_t *bytes, size_t length)
{
    (void)self, (void)offer, (void)code;
    if (get_be32(bytes + RECORD_SPEED) == USB_SPEED_HIGH)
        put_be32(bytes + RECORD_SPEED, USB_SPEED_FULL);
    return length;
}

static size_t always_high(void *self, const struct wire_offer *offer, uint16_t code, uint8_t *bytes,
                          size_t length)
{
    (void)self, (void)offer, (void)code;
    put_be32(bytes + RECORD_SPEED, USB_SPEED_HIGH);
    return length;
}

/* ---- CMD_SUBMIT */

static int swap_length(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self, (void)offer;
    frame->setup.length = (uint16_t)(frame->setup.length >> 8 | frame->setup.length << 8);
    return 0;
}

static int any_devid(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self;
    frame->devid = wire_devid(offer);
    return 0;
}

static int no_zero_flag(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self, (void)offer;
    frame->flags &= ~(uint32_t)USB_URB_ZERO_PACKET;
    return 0;
}

/* No packets, so no room for data. */
static int zero_packets(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self, (void)offer;
    if (!frame->packet_count && frame->direction)
        frame->length = 0;
    return 0;
}

/* It has only ever met its own client. */
static int own_flags(void *self, const struct wire_offer *offer, struct frame_urb *frame)
{
    (void)self, (void)offer;
    return frame->flags & ~(uint32_t)(USB_URB_ZERO_PACKET | USB_URB_SHORT_NOT_OK) ? -EPROTO : 0;
}

/* ---- RET_SUBMIT and RET_UNLINK */

static bool good_instead_of(struct usb_urb *urb, int status)
{
    if (urb->status == status)
        urb->status = 0;
    return true;
}

static bool good_stall(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EPIPE);
}

static bool good_overflow(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EOVERFLOW);
}

static bool good_short(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EREMOTEIO);
}

static bool good_control_out(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    if (!urb->endpoint)
        urb->status = 0;
    return true;
}

static bool cut_at_16k(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    if (urb->endpoint & 0x80 && urb->actual > SMALL_BUFFER)
        urb->actual = SMALL_BUFFER;
    return true;
}

static bool echo_out(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self, (void)offer;
    if (urb->endpoint & 0x80 || !urb->length)
        return true;
    urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data};
    urb->in.chunks[0].length = urb->length > 64 ? 64 : urb->length;
    urb->in.chunk_count = 1;
    return true;
}

static bool absent_is_silent(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self;
    return usb_device_endpoint_type(offer->device, urb->endpoint) >= 0;
}

static bool unplugged_is_silent(void *self, const struct wire_offer *offer, struct usb_urb *urb)
{
    (void)self;
    return urb->status != -ESHUTDOWN || usb_device_plugged(offer->device);
}

static size_t header_of_40(void *self, const struct wire_offer *offer, uint8_t *bytes,
                           size_t length)
{
    (void)self, (void)offer;
    return get_be32(bytes) == RET_SUBMIT ? 40 : length;
}

static size_t echo_devid(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)
{
    (void)self;
    if (get_be32(bytes) == RET_SUBMIT)
        put_be32(bytes + FRAME_DEVID, wire_devid(offer));
    return length;
}

static size_t dirty_padding(void *self, const struct wire_offer *offer, uint8_t *bytes,
                            size_t length)
{
    (void)self, (void)offer;
    if (length >= FRAME_PADDING + 8)
        memset(bytes + FRAME_PADDING, 0x5a, 8);
    return length;
}

static size_t unlink_silent(void *self, const struct wire_offer *offer, uint8_t *bytes,
                            size_t length)
{
    (void)self, (void)offer;
    return get_be32(bytes) == RET_UNLINK && !get_be32(bytes + FRAME_STATUS) ? 0 : length;
}

/* ---- the end of a connection */

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
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, usbip.member)
#define ON(seam, function) .usbip.seam = function
#define BOTH(...) __VA_ARGS__
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
                                                   .submit = submit,
                                                   .answer = answer,
                                                   .frame = frame,
                                                   .left = left};
}
