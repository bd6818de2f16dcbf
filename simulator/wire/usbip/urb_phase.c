/* The phase after an import: CMD_SUBMIT and CMD_UNLINK in, RET_SUBMIT and RET_UNLINK out. There is
 * no resynchronisation in USB/IP, so any doubt about framing ends the connection. */
#include <errno.h>
#include <string.h>

#include "simulator/wire/usbip/usbip_internal.h"

enum { DIRECTION_OUT = 0, DIRECTION_IN = 1 };

static struct peer_urb *find_in_flight(struct wire_peer *peer, uint32_t seqnum)
{
    struct import_urb *urb = import_find(&peer->link.import, seqnum);

    return urb ? container_of(urb, struct peer_urb, base) : NULL;
}

/* ---- answers */

static void put_packets(struct wire_peer *peer, const struct usb_urb *urb)
{
    uint8_t bytes[FRAME_ISO_SIZE];

    for (uint32_t i = 0; urb->packets && i < urb->packet_count; i++) {
        frame_put_iso(bytes, &urb->packets[i]);
        output_bytes(&peer->link.output, bytes, sizeof(bytes));
    }
}

void wire_urb_put_frame(struct wire_peer *peer, uint8_t *frame)
{
    const struct usbip_filter *filter = peer->link.import.offer->usbip->filter;
    size_t length = FRAME_URB_SIZE;

    if (filter && filter->frame)
        length = filter->frame(filter->self, peer->link.import.offer, frame, length);
    output_bytes(&peer->link.output, frame, length);
}

void wire_urb_answer(struct wire_peer *peer, struct peer_urb *urb)
{
    const struct usbip_filter *filter = peer->link.import.offer->usbip->filter;
    uint8_t header[FRAME_URB_SIZE];
    struct usb_urb answer = urb->base.urb;

    import_leave(&peer->link.import, &urb->base);
    if (!filter || !filter->answer ||
        filter->answer(filter->self, peer->link.import.offer, &answer)) {
        import_record(&peer->link.import, &urb->base, &answer);
        frame_put_ret_submit(header, &answer);
        wire_urb_put_frame(peer, header);
        link_put_data(&peer->link, &answer);
        put_packets(peer, &answer);
    }
    import_put(&peer->link.import, &urb->base);
}

/* ---- CMD_SUBMIT */

/* Bytes that still have to come before this URB is whole. */
static size_t payload_left(const struct peer_urb *urb)
{
    size_t out = urb->direction == DIRECTION_OUT ? urb->base.urb.length : 0;

    return out + (size_t)urb->base.urb.packet_count * FRAME_ISO_SIZE - urb->received;
}

/* number_of_packets counts for isochronous endpoints only: elsewhere clients send 0, -1 or junk. */
static int take_packet_count(struct wire_peer *peer, struct peer_urb *urb, uint32_t count)
{
    if (urb->base.type != USB_ENDPOINT_ISOCHRONOUS)
        return 0;
    if (count > USB_ISO_PACKETS_MAX)
        return -EPROTO;
    return import_packets(&peer->link.import, &urb->base, count);
}

/* Whether it can be served at all; if not, the next frame cannot be found either. */
static int check_submit(struct wire_peer *peer, struct frame_urb *frame)
{
    const struct usbip_policy *policy = peer->link.import.offer->usbip;
    const struct usbip_filter *filter = policy->filter;
    int error =
        filter && filter->submit ? filter->submit(filter->self, peer->link.import.offer, frame) : 0;

    if (error)
        return error;
    return frame->devid != wire_devid(peer->link.import.offer) || frame->direction > DIRECTION_IN ||
                   (frame->length > IMPORT_LENGTH_MAX && policy->lengths_bounded) ||
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
    urb = (struct peer_urb *)import_get(&peer->link.import);
    if (!urb)
        return -ENOBUFS;
    peer->filling = urb; /* owned from here on */
    urb->direction = frame->direction;
    urb->base.id = urb->base.urb.seqnum = frame->seqnum;
    urb->base.urb.endpoint = (uint8_t)((frame->endpoint & 0x0f) | (in ? 0x80 : 0));
    urb->base.urb.flags = frame->flags;
    urb->base.urb.length = frame->length;
    urb->base.urb.setup = frame->setup;
    urb->base.urb.start_frame = frame->start_frame;
    if (frame->endpoint > 15)
        urb->base.urb.endpoint = in ? 0xff : 0x7f; /* no device has it: answered as absent */
    urb->base.type =
        usb_device_endpoint_type(peer->link.import.offer->device, urb->base.urb.endpoint);
    error = take_packet_count(peer, urb, frame->packet_count);
    if (!error && !in && frame->length) {
        error = import_room(&peer->link.import, &urb->base);
    }
    return error;
}

/* Isochronous descriptors stand behind the payload; they come one by one through `input`. True: no
 * more is missing. */
static bool take_packets(struct wire_peer *peer, struct peer_urb *urb)
{
    size_t out = urb->direction == DIRECTION_OUT ? urb->base.urb.length : 0;

    while (payload_left(urb) && link_pending(&peer->link) >= FRAME_ISO_SIZE) {
        size_t index = (urb->received - out) / FRAME_ISO_SIZE;
        struct usb_iso_packet *packet = &urb->base.packets[index];

        frame_get_iso(peer->link.input + peer->link.input_start, packet);
        peer->link.input_start += FRAME_ISO_SIZE;
        urb->received += FRAME_ISO_SIZE;
    }
    return payload_left(urb) == 0;
}

/* Moves payload on; true: it is whole. */
static bool fill(struct wire_peer *peer)
{
    struct peer_urb *urb = peer->filling;
    size_t out = urb->direction == DIRECTION_OUT ? urb->base.urb.length : 0;

    if (urb->received < out) {
        size_t piece = out - urb->received;

        if (piece > link_pending(&peer->link))
            piece = link_pending(&peer->link);
        memcpy(urb->base.urb.data + urb->received, peer->link.input + peer->link.input_start,
               piece);
        peer->link.input_start += piece;
        urb->received += piece;
        if (urb->received < out)
            return false;
    }
    return take_packets(peer, urb);
}

uint8_t *wire_fill_target(const struct wire_link *link, size_t *ret_head, size_t *ret_room)
{
    const struct peer_urb *urb = container_of(link, struct wire_peer, link)->filling;

    if (!urb || urb->direction != DIRECTION_OUT || urb->received >= urb->base.urb.length)
        return NULL;
    (void)ret_head;
    *ret_room = urb->base.urb.length - urb->received;
    return urb->base.urb.data + urb->received;
}

void wire_filled(struct wire_link *link, size_t length)
{
    container_of(link, struct wire_peer, link)->filling->received += length;
}

/* The rest is waited for. */
static int in_part(const struct wire_peer *peer, bool payload)
{
    const struct usbip_filter *filter = peer->link.import.offer->usbip->filter;

    return filter && filter->part ? filter->part(filter->self, peer->link.import.offer, payload)
                                  : 0;
}

static int finish(struct wire_peer *peer)
{
    struct peer_urb *urb = peer->filling;

    if (!fill(peer))
        return in_part(peer, true);
    peer->filling = NULL;
    if (wire_early_take(peer, urb->base.urb.seqnum))
        import_put(&peer->link.import, &urb->base);
    else
        import_submit(&peer->link.import, &urb->base);
    return 1;
}

/* ---- CMD_UNLINK */

/* Found: it never gets a RET_SUBMIT, and the status says it was cancelled. Not found: it has been
 * answered already, or never was there; 0 either way, behind whatever was sent before. */
static void unlink_urb(struct wire_peer *peer, const struct frame_urb *frame)
{
    uint8_t header[FRAME_URB_SIZE];
    struct peer_urb *urb = find_in_flight(peer, frame->unlink_seqnum);
    bool found = urb && usb_device_unlink(peer->link.import.offer->device, &urb->base.urb);

    if (!urb && wire_early_unlink(peer, frame->seqnum, frame->unlink_seqnum))
        return;
    frame_put_ret_unlink(header, frame->seqnum, found ? -ECONNRESET : 0);
    wire_urb_put_frame(peer, header);
    if (!found)
        return;
    urb->base.urb.status = -ECONNRESET;
    if (!peer->link.import.offer->usbip->unlinked_unanswered) {
        wire_urb_answer(peer, urb);
        return;
    }
    import_record(&peer->link.import, &urb->base, &urb->base.urb);
    import_leave(&peer->link.import, &urb->base);
    import_put(&peer->link.import, &urb->base);
}

/* A command whose header has come whole. */
static int get_command(struct wire_peer *peer, struct frame_urb *ret_frame)
{
    const struct usbip_filter *filter = peer->link.import.offer->usbip->filter;
    uint8_t *bytes = peer->link.input + peer->link.input_start;
    int error = filter && filter->command
                    ? filter->command(filter->self, peer->link.import.offer, bytes)
                    : 0;

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
    if (link_pending(&peer->link) < FRAME_URB_SIZE)
        return link_pending(&peer->link) ? in_part(peer, false) : 0;
    error = get_command(peer, &frame);
    if (error)
        return error;
    if (frame.command == CMD_UNLINK) {
        peer->link.input_start += FRAME_URB_SIZE;
        unlink_urb(peer, &frame);
        return 1;
    }
    if (frame.command != CMD_SUBMIT)
        return -EPROTO;
    error = start_submit(peer, &frame);
    if (error)
        return error;
    peer->link.input_start += FRAME_URB_SIZE;
    return finish(peer);
}
