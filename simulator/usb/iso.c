/* Isochronous URBs (USB 2.0, 5.6): every packet has a (micro)frame of its own, good or not, and the
 * URB is answered when its last one has passed. A function is asked once a packet; what it has not
 * ready by then is not waited for. */
#include "simulator/usb/usb_internal.h"

#include <errno.h>

uint64_t usb_now(const struct usb_device *device)
{
    const struct usb_front_ops *host = device->front_ops;

    return host && host->now ? host->now(device->host) : 0;
}

static unsigned frame_us(const struct usb_device *device)
{
    return device->identity->speed >= USB_SPEED_HIGH ? 125 : 1000;
}

/* Packets stand in the buffer one behind the other; gaps between them are legal. */
static bool packets_fit(const struct usb_urb *urb)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < urb->packet_count; i++) {
        const struct usb_iso_packet *packet = &urb->packets[i];

        if (packet->offset < end)
            return false;
        end = (uint64_t)packet->offset + packet->length;
        if (end > urb->length)
            return false;
    }
    return true;
}

/* As soon as possible is what every host controller of Linux makes of a URB, with or without
 * URB_ISO_ASAP. */
static void schedule(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    unsigned exponent = usb_interval(device->identity->speed, endpoint->identity) - 1u;
    uint64_t start = usb_now(device);

    /* Behind what is queued, without a gap; an idle endpoint starts in the next frame. */
    if (endpoint->head && endpoint->scheduled > start)
        start = endpoint->scheduled;
    urb->due = start + ((uint64_t)urb->packet_count * frame_us(device) << (exponent & 15));
    urb->start_frame = (uint32_t)(start / frame_us(device)) & 0x7fffffff;
    endpoint->scheduled = urb->due;
    for (uint32_t i = 0; i < urb->packet_count; i++) {
        urb->packets[i].actual = 0;
        urb->packets[i].status = -EXDEV; /* its frame has not come */
    }
}

int usb_iso_admit(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    if (packets_fit(urb)) {
        schedule(device, endpoint, urb);
        return 0;
    }
    for (uint32_t i = 0; i < urb->packet_count; i++)
        urb->packets[i].status = -EINVAL;
    return -EINVAL;
}

static int packet_out(struct usb_endpoint *endpoint, const struct usb_urb *urb,
                      const struct usb_iso_packet *packet)
{
    static const uint8_t nothing[1]; /* an empty packet has no memory behind it */
    const struct usb_function *function = endpoint->function;
    const uint8_t *data = packet->length ? urb->data + packet->offset : nothing;

    return function->ops->out(function->self, endpoint->identity->address, data, packet->length,
                              true);
}

/* Packed behind what came before: the wire has no gaps. */
static int packet_in(struct usb_endpoint *endpoint, struct usb_urb *urb,
                     struct usb_iso_packet *packet)
{
    const struct usb_function *function = endpoint->function;
    size_t left = urb->length - urb->actual;
    struct usb_in piece = {0};
    int error = function->ops->in(function->self, endpoint->identity->address, endpoint->frame_room,
                                  &piece);

    if (error)
        return error == -EPIPE ? -EPROTO : error; /* no handshake, so no stall */
    endpoint->lent += piece.length;
    if (left > packet->length)
        left = packet->length;
    if (piece.length && left && !usb_copy_chunks(urb->data + urb->actual, left, &piece))
        return -EIO;
    packet->actual = (uint32_t)(piece.length < left ? piece.length : left);
    return piece.length > left ? -EOVERFLOW : 0;
}

static void run_packet(struct usb_endpoint *endpoint, struct usb_urb *urb,
                       struct usb_iso_packet *packet)
{
    bool in = (urb->endpoint & 0x80) != 0;
    int error;

    if (!in && packet->length > endpoint->frame_room) {
        packet->status = -EMSGSIZE;
        return;
    }
    error = in ? packet_in(endpoint, urb, packet) : packet_out(endpoint, urb, packet);
    /* Nothing to say is an empty packet; nobody listening goes unnoticed (5.6.4: no handshake). */
    packet->status = error == -EAGAIN || (!in && error == -EPIPE) ? 0 : error;
    if (!in)
        packet->actual = packet->length;
    urb->actual += packet->actual;
}

bool usb_run_iso(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                 int *ret_status)
{
    const struct usb_front_ops *host = device->front_ops;
    bool in = (urb->endpoint & 0x80) != 0;

    if (host && host->now && urb->due > host->now(device->host)) {
        host->alarm(device->host, urb->due);
        return false;
    }
    *ret_status = 0;
    if (in && urb->packet_count && !urb->data &&
        !(host && host->hold && host->hold(device->host, urb))) {
        *ret_status = -ENOMEM;
        return true;
    }
    for (uint32_t i = 0; i < urb->packet_count && endpoint->head == urb; i++)
        run_packet(endpoint, urb, &urb->packets[i]);
    if (endpoint->head != urb)
        return false; /* reset inside a callback: it has been answered */
    if (in && urb->actual) {
        urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data, .length = urb->actual};
        urb->in.chunk_count = 1;
        urb->in.length = urb->actual;
    }
    return true;
}

void usb_device_tick(struct usb_device *device)
{
    usb_enter(device);
    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        struct usb_endpoint *endpoint = &device->endpoints[i];

        if (endpoint->head && (endpoint->wakes || usb_is_iso(endpoint)))
            endpoint->ready = device->marked = true;
    }
    usb_leave(device);
}
