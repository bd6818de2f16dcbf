/* Defects of the USB/IP server once a device is imported: what each does to a command that comes or
 * to a reply that leaves (defects_urb.def). */
#include <errno.h>
#include <string.h>

#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/usb/usb_internal.h"
#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

/* Offsets in a frame. */
enum {
    FRAME_SEQNUM = 4,
    FRAME_DEVID = 8,
    FRAME_DIRECTION = 12,
    FRAME_ENDPOINT = 16,
    FRAME_STATUS = 20,
    FRAME_VICTIM = 20,
    FRAME_ACTUAL = 24,
    FRAME_START = 28,
    FRAME_PACKETS = 32,
    FRAME_ERRORS = 36,
    FRAME_PADDING = 40,
};

#define SMALL_BUFFER (16u * 1024u)
#define MIDDLE_BUFFER (64u * 1024u)
enum { DEPTH = 31, SOME = 8 };

/* ---- commands, before they are read */

static int end_by_unknown(void *self, const struct wire_offer *offer, uint8_t *bytes)
{
    struct policies *policies = self;

    (void)offer;
    if (get_be32(bytes) == CMD_SUBMIT)
        policies->asked = get_be32(bytes + FRAME_SEQNUM);
    return get_be32(bytes) == CMD_UNLINK && get_be32(bytes + FRAME_VICTIM) > policies->asked
               ? -EPROTO
               : 0;
}

static int note_unlink(void *self, const struct wire_offer *offer, uint8_t *bytes)
{
    struct policies *policies = self;

    (void)offer;
    if (get_be32(bytes) == CMD_UNLINK)
        policies->losing = UINT32_MAX;
    return 0;
}

static int any_command(void *self, const struct wire_offer *offer, uint8_t *bytes)
{
    (void)self, (void)offer;
    if (get_be32(bytes) != CMD_SUBMIT)
        put_be32(bytes, CMD_UNLINK);
    return 0;
}

/* ---- CMD_SUBMIT */

#define SUBMIT(name)                                                                               \
    static int name(void *self, const struct wire_offer *offer, struct frame_urb *frame)

SUBMIT(swap_length)
{
    (void)self, (void)offer;
    frame->setup.length = (uint16_t)(frame->setup.length >> 8 | frame->setup.length << 8);
    return 0;
}

SUBMIT(any_number)
{
    (void)self;
    if (frame->devid >> 16 == offer->busnum && frame->devid)
        frame->devid = wire_devid(offer);
    return 0;
}

SUBMIT(any_bus)
{
    (void)self;
    if ((frame->devid & 0xffff) == offer->devnum)
        frame->devid = wire_devid(offer);
    return 0;
}

SUBMIT(zero_is_ours)
{
    (void)self;
    if (!frame->devid)
        frame->devid = wire_devid(offer);
    return 0;
}

SUBMIT(no_zero_flag)
{
    (void)self, (void)offer;
    frame->flags &= ~(uint32_t)USB_URB_ZERO_PACKET;
    return 0;
}

/* No device has that endpoint. */
SUBMIT(refuse_empty)
{
    (void)self, (void)offer;
    if (frame->endpoint && !frame->direction && !frame->length)
        frame->endpoint = 16;
    return 0;
}

/* No packets, so no room for data. */
SUBMIT(zero_packets)
{
    (void)self, (void)offer;
    if (!frame->packet_count && frame->direction)
        frame->length = 0;
    return 0;
}

SUBMIT(refuse_ones)
{
    (void)self, (void)offer;
    return frame->packet_count == UINT32_MAX ? -EPROTO : 0;
}

/* It has only ever met its own client. */
static bool is_foreign(const struct frame_urb *frame)
{
    return (frame->flags & ~(uint32_t)(USB_URB_ZERO_PACKET | USB_URB_SHORT_NOT_OK)) != 0;
}

SUBMIT(own_control_flags)
{
    (void)self, (void)offer;
    return !frame->endpoint && is_foreign(frame) ? -EPROTO : 0;
}

SUBMIT(own_bulk_flags)
{
    (void)self, (void)offer;
    return frame->endpoint && is_foreign(frame) ? -EPROTO : 0;
}

SUBMIT(refuse_long_out)
{
    (void)self, (void)offer;
    return !frame->direction && frame->length > MIDDLE_BUFFER ? -EPROTO : 0;
}

SUBMIT(refuse_32nd)
{
    struct policies *policies = self;

    (void)offer;
    if (!frame->endpoint || !frame->direction)
        return 0;
    return policies->asked++ < DEPTH ? 0 : -EPROTO;
}

SUBMIT(shut_by_length)
{
    struct policies *policies = self;

    (void)offer;
    policies->wedged |= frame->direction && frame->length == INT32_MAX;
    return 0;
}

/* Nobody is served any more. */
static int shut(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have)
{
    const struct policies *policies = self;

    (void)offer, (void)bytes, (void)have;
    return policies->wedged ? -EPROTO : 0;
}

SUBMIT(end_if_wedged)
{
    const struct policies *policies = self;

    (void)offer, (void)frame;
    return policies->wedged ? -EPROTO : 0;
}

/* ---- answers */

#define ANSWER(name)                                                                               \
    static bool name(void *self, const struct wire_offer *offer, struct usb_urb *urb)

static bool is_in(const struct usb_urb *urb)
{
    return (urb->endpoint & 0x80) != 0;
}

static bool is_control(const struct usb_urb *urb)
{
    return !(urb->endpoint & 0x0f);
}

static bool good_instead_of(struct usb_urb *urb, int status, bool wanted)
{
    if (wanted && urb->status == status)
        urb->status = 0;
    return true;
}

ANSWER(good_control_stall)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EPIPE, is_control(urb));
}

ANSWER(good_bulk_stall)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EPIPE, !is_control(urb));
}

ANSWER(good_control_out)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EPIPE, urb->endpoint == 0);
}

ANSWER(good_overflow)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EOVERFLOW, true);
}

ANSWER(good_short)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -EREMOTEIO, true);
}

ANSWER(good_unplug)
{
    (void)self, (void)offer;
    return good_instead_of(urb, -ESHUTDOWN, true);
}

ANSWER(bad_short)
{
    (void)self, (void)offer;
    if (is_in(urb) && !is_control(urb) && !urb->status && urb->actual < urb->length)
        urb->status = -EREMOTEIO;
    return true;
}

ANSWER(full_is_short)
{
    (void)self, (void)offer;
    if (is_in(urb) && urb->flags & USB_URB_SHORT_NOT_OK && !urb->status)
        urb->status = -EREMOTEIO;
    return true;
}

/* Data of its own, where there are none. */
static bool with_zeroes(struct usb_urb *urb, bool wanted)
{
    static const uint8_t zeroes[SOME];

    if (!wanted || !is_in(urb))
        return true;
    urb->actual = urb->length < SOME ? urb->length : SOME;
    urb->in = (struct usb_in){.chunk_count = 1};
    urb->in.chunks[0] = (struct usb_chunk){.memory = zeroes, .length = urb->actual};
    return true;
}

ANSWER(data_of_stall)
{
    (void)self, (void)offer;
    return with_zeroes(urb, urb->status == -EPIPE);
}

ANSWER(clear_at_stall)
{
    (void)self;
    if (urb->status == -EPIPE && !is_control(urb))
        usb_function_unhalt(offer->device, urb->endpoint);
    return true;
}

ANSWER(cut_at_16k)
{
    (void)self, (void)offer;
    if (is_in(urb) && urb->actual > SMALL_BUFFER)
        urb->actual = SMALL_BUFFER;
    return true;
}

ANSWER(one_fewer)
{
    struct policies *policies = self;

    (void)offer;
    if (is_in(urb) && !is_control(urb) && policies->asked)
        policies->asked--;
    return true;
}

ANSWER(echo_out)
{
    (void)self, (void)offer;
    if (is_in(urb) || !urb->length)
        return true;
    urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data};
    urb->in.chunks[0].length = urb->length > 64 ? 64 : urb->length;
    urb->in.chunk_count = 1;
    return true;
}

ANSWER(count_nothing)
{
    (void)self, (void)offer;
    if (!is_in(urb))
        urb->actual = 0;
    return true;
}

ANSWER(four_fewer)
{
    (void)self, (void)offer;
    if (is_in(urb) && !is_control(urb) && urb->in.chunk_count && urb->in.chunks[0].length > 4)
        urb->in.chunks[0].length -= 4;
    return true;
}

/* As much as the setup packet asks for. */
ANSWER(overrun)
{
    (void)self, (void)offer;
    if (urb->endpoint != 0x80 || urb->status != -EOVERFLOW)
        return true;
    urb->actual = urb->setup.length;
    urb->in.chunks[0].length = urb->actual;
    urb->status = 0;
    return true;
}

ANSWER(swap_payload)
{
    static uint8_t turned[USB_CONTROL_ROOM];
    const uint8_t *memory = urb->in.chunks[0].memory;

    (void)self, (void)offer;
    if (urb->endpoint != 0x80 || !urb->in.chunk_count || urb->actual > sizeof(turned))
        return true;
    for (size_t i = 0; i < urb->actual; i++)
        turned[i] = memory[(i ^ 1) < urb->actual ? i ^ 1 : i];
    urb->in.chunks[0].memory = turned;
    return true;
}

ANSWER(add_packet)
{
    static struct usb_iso_packet packet;

    (void)self, (void)offer;
    if (!is_control(urb))
        return true;
    urb->packets = &packet;
    urb->packet_count = 1;
    return true;
}

ANSWER(swap_pairs)
{
    (void)self, (void)offer;
    if (is_in(urb) && !is_control(urb))
        urb->seqnum ^= 1;
    return true;
}

static bool is_absent(const struct wire_offer *offer, uint8_t endpoint)
{
    return usb_device_endpoint_type(offer->device, endpoint) < 0;
}

static bool is_nobodys(const struct wire_offer *offer, uint8_t endpoint)
{
    return is_absent(offer, endpoint) && is_absent(offer, endpoint ^ 0x80);
}

ANSWER(absent_in_is_silent)
{
    (void)self;
    return !is_in(urb) || !is_nobodys(offer, urb->endpoint);
}

ANSWER(absent_out_is_silent)
{
    (void)self;
    return is_in(urb) || !is_nobodys(offer, urb->endpoint);
}

ANSWER(turned_is_silent)
{
    (void)self;
    return !is_absent(offer, urb->endpoint) || is_nobodys(offer, urb->endpoint);
}

ANSWER(data_of_absent)
{
    (void)self;
    return with_zeroes(urb, is_absent(offer, urb->endpoint));
}

ANSWER(wedge_by_absent)
{
    struct policies *policies = self;

    policies->wedged |= is_absent(offer, urb->endpoint) && !is_nobodys(offer, urb->endpoint);
    return true;
}

ANSWER(unplugged_is_silent)
{
    (void)self;
    return urb->status != -ESHUTDOWN || usb_device_plugged(offer->device);
}

/* ---- RET_SUBMIT and RET_UNLINK */

#define FRAME(name)                                                                                \
    static size_t name(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length)

static bool is_submit(const uint8_t *bytes)
{
    return get_be32(bytes) == RET_SUBMIT;
}

static bool is_unlink(const uint8_t *bytes)
{
    return get_be32(bytes) == RET_UNLINK;
}

/* One field of RET_SUBMIT. */
static size_t say(uint8_t *bytes, size_t length, size_t at, uint32_t value)
{
    if (is_submit(bytes))
        put_be32(bytes + at, value);
    return length;
}

/* That status of RET_UNLINK. */
static size_t say_status(uint8_t *bytes, size_t length, int from, int to)
{
    if (is_unlink(bytes) && get_be32(bytes + FRAME_STATUS) == (uint32_t)from)
        put_be32(bytes + FRAME_STATUS, (uint32_t)to);
    return length;
}

FRAME(submit_as_command)
{
    (void)self, (void)offer;
    return say(bytes, length, 0, CMD_SUBMIT);
}

FRAME(unlink_as_command)
{
    (void)self, (void)offer;
    if (is_unlink(bytes))
        put_be32(bytes, CMD_UNLINK);
    return length;
}

FRAME(submit_of_40)
{
    (void)self, (void)offer;
    return is_submit(bytes) ? 40 : length;
}

FRAME(unlink_of_40)
{
    (void)self, (void)offer;
    return is_unlink(bytes) ? 40 : length;
}

FRAME(turn_actual)
{
    (void)self, (void)offer;
    if (is_submit(bytes))
        put_le32(bytes + FRAME_ACTUAL, get_be32(bytes + FRAME_ACTUAL));
    return length;
}

FRAME(lose_sign)
{
    (void)self, (void)offer;
    bytes[FRAME_SEQNUM] &= 0x7f;
    return length;
}

FRAME(echo_devid)
{
    (void)self;
    return say(bytes, length, FRAME_DEVID, wire_devid(offer));
}

FRAME(say_in)
{
    (void)self, (void)offer;
    return say(bytes, length, FRAME_DIRECTION, 1);
}

FRAME(say_endpoint)
{
    (void)self, (void)offer;
    return say(bytes, length, FRAME_ENDPOINT, 1);
}

FRAME(say_start_frame)
{
    (void)self, (void)offer;
    return say(bytes, length, FRAME_START, 7);
}

FRAME(say_one_packet)
{
    (void)self, (void)offer;
    return say(bytes, length, FRAME_PACKETS, 1);
}

FRAME(say_one_error)
{
    (void)self, (void)offer;
    return say(bytes, length, FRAME_ERRORS, 1);
}

FRAME(echo_unlink_devid)
{
    (void)self;
    if (is_unlink(bytes))
        put_be32(bytes + FRAME_DEVID, wire_devid(offer));
    return length;
}

FRAME(seqnum_before)
{
    (void)self, (void)offer;
    if (is_unlink(bytes))
        put_be32(bytes + FRAME_SEQNUM, get_be32(bytes + FRAME_SEQNUM) - 1);
    return length;
}

FRAME(dirty_submit)
{
    (void)self, (void)offer;
    if (is_submit(bytes) && length >= FRAME_PADDING + SOME)
        memset(bytes + FRAME_PADDING, 0x5a, SOME);
    return length;
}

FRAME(dirty_unlink)
{
    (void)self, (void)offer;
    if (is_unlink(bytes) && length >= FRAME_PADDING + SOME)
        memset(bytes + FRAME_STATUS + 4, 0x5a, FRAME_PADDING + SOME - FRAME_STATUS - 4);
    return length;
}

FRAME(good_unlink)
{
    (void)self, (void)offer;
    return say_status(bytes, length, -ECONNRESET, 0);
}

FRAME(late_cancels)
{
    (void)self, (void)offer;
    return say_status(bytes, length, 0, -ECONNRESET);
}

FRAME(unlink_silent)
{
    (void)self, (void)offer;
    return is_unlink(bytes) && !get_be32(bytes + FRAME_STATUS) ? 0 : length;
}

#undef FLAG
#undef ON
static const struct policy_row rows[] = {
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, usbip.member)
#define ON(seam, function) .usbip.seam = function
#define TRANSFER(seam, function) .usb.seam = function
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
#include "simulator/defect/defects_urb.def"
};
const struct policy_table policies_urb = {rows, ARRAY_SIZE(rows)};
