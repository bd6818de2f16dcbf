/* The phase after an import: CMD_SUBMIT and CMD_UNLINK in, RET_SUBMIT and RET_UNLINK out. There is
 * no resynchronisation in USB/IP, so any doubt about framing ends the connection. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/wire/usbip/usbip_internal.h"

enum { DIRECTION_OUT = 0, DIRECTION_IN = 1 };

/* Buffers up to this size stay with their URB for reuse. */
#define BUFFER_KEPT (1u << 20)
#define SMALL_BUFFER (16u * 1024u)

/* ---- URBs of the connection */

static struct peer_urb *urb_get(struct wire_peer *peer)
{
    struct peer_urb *urb = peer->spare;
    uint8_t *buffer;
    size_t buffer_size, packets_size;
    struct usb_iso_packet *packets;

    if (urb) {
        peer->spare = urb->free_next;
    } else {
        if (peer->urb_count >= PEER_URBS_MAX)
            return NULL;
        urb = calloc(1, sizeof(*urb));
        if (!urb)
            return NULL;
        peer->urb_count++;
    }
    buffer = urb->buffer;
    buffer_size = urb->buffer_size;
    packets = urb->packets;
    packets_size = urb->packets_size;
    *urb = (struct peer_urb){.buffer = buffer,
                             .buffer_size = buffer_size,
                             .packets = packets,
                             .packets_size = packets_size};
    return urb;
}

static void urb_put(struct wire_peer *peer, struct peer_urb *urb)
{
    if (peer->server->bus->capture) /* it may still stand for a block */
        wire_capture_flush(peer->server->bus->capture);
    if (urb->buffer_size > BUFFER_KEPT || peer->held > PEER_HELD_IDLE) {
        peer->held -= urb->buffer_size + urb->packets_size * sizeof(*urb->packets);
        free(urb->buffer);
        free(urb->packets);
        urb->buffer = NULL;
        urb->packets = NULL;
        urb->buffer_size = urb->packets_size = 0;
    }
    urb->free_next = peer->spare;
    peer->spare = urb;
}

static struct peer_urb **bucket_of(struct wire_peer *peer, uint32_t seqnum)
{
    return &peer->buckets[(seqnum * 2654435761u >> 16) % PEER_BUCKETS]; /* clients skip numbers */
}

static struct peer_urb *find_in_flight(struct wire_peer *peer, uint32_t seqnum)
{
    struct peer_urb *urb = *bucket_of(peer, seqnum);

    while (urb && urb->urb.seqnum != seqnum)
        urb = urb->bucket_next;
    return urb;
}

static void enter_flight(struct wire_peer *peer, struct peer_urb *urb)
{
    struct peer_urb **bucket = bucket_of(peer, urb->urb.seqnum);

    urb->bucket_next = *bucket;
    *bucket = urb;
}

static void leave_flight(struct wire_peer *peer, struct peer_urb *urb)
{
    struct peer_urb **place = bucket_of(peer, urb->urb.seqnum);

    while (*place && *place != urb)
        place = &(*place)->bucket_next;
    if (*place)
        *place = urb->bucket_next;
}

static void free_chain(struct peer_urb *urb)
{
    free(urb->buffer);
    free(urb->packets);
    free(urb);
}

void wire_urbs_free(struct wire_peer *peer)
{
    while (peer->spare) {
        struct peer_urb *urb = peer->spare;

        peer->spare = urb->free_next;
        free_chain(urb);
    }
    for (unsigned i = 0; i < PEER_BUCKETS; i++) {
        while (peer->buckets[i]) {
            struct peer_urb *urb = peer->buckets[i];

            peer->buckets[i] = urb->bucket_next;
            free_chain(urb);
        }
    }
    if (peer->filling)
        free_chain(peer->filling);
    peer->filling = NULL;
}

/* ---- answers */

static void put_data(struct wire_peer *peer, const struct usb_urb *urb)
{
    bool more = peer->output.more;
    size_t left = urb->actual;

    for (unsigned i = 0; i < urb->in.chunk_count && left; i++) {
        struct usb_chunk chunk = urb->in.chunks[i];

        if (chunk.length > left)
            chunk.length = left;
        left -= chunk.length;
        peer->output.more = more || left > 0;
        output_chunk(&peer->output, &chunk);
    }
    peer->output.more = more;
}

static void put_packets(struct wire_peer *peer, const struct usb_urb *urb)
{
    uint8_t bytes[FRAME_ISO_SIZE];

    for (uint32_t i = 0; urb->packets && i < urb->packet_count; i++) {
        frame_put_iso(bytes, &urb->packets[i]);
        output_bytes(&peer->output, bytes, sizeof(bytes));
    }
}

void wire_urb_put_frame(struct wire_peer *peer, uint8_t *frame)
{
    const struct usbip_filter *filter = peer->offer->usbip->filter;
    size_t length = FRAME_URB_SIZE;

    if (filter && filter->frame)
        length = filter->frame(filter->self, peer->offer, frame, length);
    output_bytes(&peer->output, frame, length);
}

static struct wire_capture_place capture_place(const struct wire_peer *peer,
                                               const struct peer_urb *urb)
{
    return (struct wire_capture_place){peer->offer->busnum, (uint8_t)peer->offer->devnum,
                                       urb->type < 0 ? USB_ENDPOINT_BULK : (uint8_t)urb->type};
}

static void record_complete(struct wire_peer *peer, const struct peer_urb *urb,
                            const struct usb_urb *answer)
{
    struct wire_capture_place place = capture_place(peer, urb);

    if (peer->server->bus->capture)
        wire_capture_complete(peer->server->bus->capture, &place, answer);
}

void wire_urb_answer(struct wire_peer *peer, struct peer_urb *urb)
{
    const struct usbip_filter *filter = peer->offer->usbip->filter;
    uint8_t header[FRAME_URB_SIZE];
    struct usb_urb answer = urb->urb;

    leave_flight(peer, urb);
    if (!filter || !filter->answer || filter->answer(filter->self, peer->offer, &answer)) {
        record_complete(peer, urb, &answer);
        frame_put_ret_submit(header, &answer);
        wire_urb_put_frame(peer, header);
        put_data(peer, &answer);
        put_packets(peer, &answer);
    }
    urb_put(peer, urb);
}

/* ---- CMD_SUBMIT */

static void submit(struct wire_peer *peer, struct peer_urb *urb)
{
    struct wire_capture *capture = peer->server->bus->capture;
    struct wire_capture_place place = capture_place(peer, urb);

    enter_flight(peer, urb);
    if (capture)
        wire_capture_submit(capture, &place, &urb->urb);
    usb_device_submit(peer->offer->device, &urb->urb);
    if (capture)
        wire_capture_flush(capture);
}

/* Bytes that still have to come before this URB is whole. */
static size_t payload_left(const struct peer_urb *urb)
{
    size_t out = urb->direction == DIRECTION_OUT ? urb->urb.length : 0;

    return out + (size_t)urb->urb.packet_count * FRAME_ISO_SIZE - urb->received;
}

/* What one connection holds is bounded, whatever its URBs announce. */
static bool may_hold(const struct wire_peer *peer, size_t more)
{
    return peer->held + more <= PEER_HELD_MAX || !peer->offer->usbip->lengths_bounded;
}

static int make_room(struct wire_peer *peer, struct peer_urb *urb, size_t size)
{
    uint8_t *buffer;

    if (size <= urb->buffer_size)
        return 0;
    if (!may_hold(peer, size - urb->buffer_size))
        return -ENOBUFS;
    buffer = malloc(size);
    if (!buffer)
        return -ENOMEM;
    free(urb->buffer);
    peer->held += size - urb->buffer_size;
    urb->buffer = buffer;
    urb->buffer_size = size;
    return 0;
}

bool wire_urb_hold(struct wire_peer *peer, struct peer_urb *urb)
{
    if (make_room(peer, urb, urb->urb.length) < 0)
        return false;
    urb->urb.data = urb->buffer;
    return true;
}

static int make_packets(struct wire_peer *peer, struct peer_urb *urb, uint32_t count)
{
    if (count > urb->packets_size) {
        size_t more = (count - urb->packets_size) * sizeof(*urb->packets);
        struct usb_iso_packet *packets;

        if (!may_hold(peer, more))
            return -ENOBUFS;
        packets = realloc(urb->packets, count * sizeof(*packets));
        if (!packets)
            return -ENOMEM;
        peer->held += more;
        urb->packets = packets;
        urb->packets_size = count;
    }
    urb->urb.packets = urb->packets;
    urb->urb.packet_count = count;
    return 0;
}

/* number_of_packets counts for isochronous endpoints only: elsewhere clients send 0, -1 or junk. */
static int take_packet_count(struct wire_peer *peer, struct peer_urb *urb, uint32_t count)
{
    if (urb->type != USB_ENDPOINT_ISOCHRONOUS)
        return 0;
    if (count > USB_ISO_PACKETS_MAX)
        return -EPROTO;
    return make_packets(peer, urb, count);
}

/* Whether it can be served at all; if not, the next frame cannot be found either. */
static int check_submit(struct wire_peer *peer, struct frame_urb *frame)
{
    const struct usbip_policy *policy = peer->offer->usbip;
    const struct usbip_filter *filter = policy->filter;
    int error = filter && filter->submit ? filter->submit(filter->self, peer->offer, frame) : 0;

    if (error)
        return error;
    return frame->devid != wire_devid(peer->offer) || frame->direction > DIRECTION_IN ||
                   (frame->length > FRAME_LENGTH_MAX && policy->lengths_bounded) ||
                   find_in_flight(peer, frame->seqnum)
               ? -EPROTO
               : 0;
}

static int start_submit(struct wire_peer *peer, struct frame_urb *frame)
{
    int error = check_submit(peer, frame);
    bool in = frame->direction == DIRECTION_IN;
    struct peer_urb *urb;

    if (error)
        return error;
    urb = urb_get(peer);
    if (!urb)
        return -ENOBUFS;
    peer->filling = urb; /* owned from here on */
    urb->direction = frame->direction;
    urb->urb.seqnum = frame->seqnum;
    urb->urb.endpoint = (uint8_t)((frame->endpoint & 0x0f) | (in ? 0x80 : 0));
    urb->urb.flags = frame->flags;
    urb->urb.length = frame->length;
    urb->urb.setup = frame->setup;
    urb->urb.start_frame = frame->start_frame;
    if (frame->endpoint > 15)
        urb->urb.endpoint = in ? 0xff : 0x7f; /* no device has it: answered as absent */
    urb->type = usb_device_endpoint_type(peer->offer->device, urb->urb.endpoint);
    error = take_packet_count(peer, urb, frame->packet_count);
    if (!error && !in && frame->length) {
        error = make_room(peer, urb, frame->length);
        urb->urb.data = urb->buffer;
    }
    return error;
}

/* Isochronous descriptors stand behind the payload; they come one by one through `input`. True: no
 * more is missing. */
static bool take_packets(struct wire_peer *peer, struct peer_urb *urb)
{
    size_t out = urb->direction == DIRECTION_OUT ? urb->urb.length : 0;

    while (payload_left(urb) && wire_peer_pending(peer) >= FRAME_ISO_SIZE) {
        size_t index = (urb->received - out) / FRAME_ISO_SIZE;
        struct usb_iso_packet *packet = &urb->packets[index];

        frame_get_iso(peer->input + peer->input_start, packet);
        peer->input_start += FRAME_ISO_SIZE;
        urb->received += FRAME_ISO_SIZE;
    }
    return payload_left(urb) == 0;
}

/* Moves payload on; true: it is whole. */
static bool fill(struct wire_peer *peer)
{
    struct peer_urb *urb = peer->filling;
    size_t out = urb->direction == DIRECTION_OUT ? urb->urb.length : 0;

    if (urb->received < out) {
        size_t piece = out - urb->received;

        if (piece > wire_peer_pending(peer))
            piece = wire_peer_pending(peer);
        memcpy(urb->urb.data + urb->received, peer->input + peer->input_start, piece);
        peer->input_start += piece;
        urb->received += piece;
        if (urb->received < out)
            return false;
    }
    return take_packets(peer, urb);
}

uint8_t *wire_fill_target(const struct wire_peer *peer, size_t *ret_room)
{
    const struct peer_urb *urb = peer->filling;

    if (!urb || urb->direction != DIRECTION_OUT || urb->received >= urb->urb.length)
        return NULL;
    *ret_room = urb->urb.length - urb->received;
    return urb->urb.data + urb->received;
}

/* The rest is waited for. */
static int in_part(const struct wire_peer *peer, bool payload)
{
    const struct usbip_filter *filter = peer->offer->usbip->filter;

    return filter && filter->part ? filter->part(filter->self, peer->offer, payload) : 0;
}

static int finish(struct wire_peer *peer)
{
    struct peer_urb *urb = peer->filling;

    if (!fill(peer))
        return in_part(peer, true);
    peer->filling = NULL;
    if (wire_early_take(peer, urb->urb.seqnum))
        urb_put(peer, urb);
    else
        submit(peer, urb);
    return 1;
}

/* ---- CMD_UNLINK */

/* Found: it never gets a RET_SUBMIT, and the status says it was cancelled. Not found: it has been
 * answered already, or never was there; 0 either way, behind whatever was sent before. */
static void unlink_urb(struct wire_peer *peer, const struct frame_urb *frame)
{
    uint8_t header[FRAME_URB_SIZE];
    struct peer_urb *urb = find_in_flight(peer, frame->unlink_seqnum);
    bool found = urb && usb_device_unlink(peer->offer->device, &urb->urb);

    if (!urb && wire_early_unlink(peer, frame->seqnum, frame->unlink_seqnum))
        return;
    frame_put_ret_unlink(header, frame->seqnum, found ? -ECONNRESET : 0);
    wire_urb_put_frame(peer, header);
    if (!found)
        return;
    urb->urb.status = -ECONNRESET;
    if (!peer->offer->usbip->unlinked_unanswered) {
        wire_urb_answer(peer, urb);
        return;
    }
    record_complete(peer, urb, &urb->urb);
    leave_flight(peer, urb);
    urb_put(peer, urb);
}

/* A command whose header has come whole. */
static int get_command(struct wire_peer *peer, struct frame_urb *ret_frame)
{
    const struct usbip_filter *filter = peer->offer->usbip->filter;
    uint8_t *bytes = peer->input + peer->input_start;
    int error = filter && filter->command ? filter->command(filter->self, peer->offer, bytes) : 0;

    if (!error)
        frame_get_urb(bytes, ret_frame);
    return error;
}

int wire_urb_step(struct wire_peer *peer)
{
    struct frame_urb frame;
    int error;

    if (peer->filling)
        return finish(peer);
    if (wire_peer_pending(peer) < FRAME_URB_SIZE)
        return wire_peer_pending(peer) ? in_part(peer, false) : 0;
    error = get_command(peer, &frame);
    if (error)
        return error;
    if (frame.command == CMD_UNLINK) {
        peer->input_start += FRAME_URB_SIZE;
        unlink_urb(peer, &frame);
        return 1;
    }
    if (frame.command != CMD_SUBMIT)
        return -EPROTO;
    error = start_submit(peer, &frame);
    if (error)
        return error;
    peer->input_start += FRAME_URB_SIZE;
    return finish(peer);
}
