/* One URB against its function, packet by packet (USB 2.0, 5.7.3 and 5.8.3: a short packet ends a
 * transfer; one that ends on a packet boundary is closed by a zero-length packet). */
#include "simulator/usb/usb_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Room for another piece of IN data: what is left of the URB, in whole packets. */
static size_t room_in_packets(const struct usb_endpoint *endpoint, size_t left)
{
    size_t packet = endpoint->packet_size;

    return (left + packet - 1) / packet * packet;
}

bool usb_copy_chunks(uint8_t *at, size_t room, const struct usb_in *from)
{
    for (unsigned i = 0; i < from->chunk_count && room; i++) {
        const struct usb_chunk *chunk = &from->chunks[i];
        size_t piece = chunk->length < room ? chunk->length : room;

        if (chunk->memory)
            memcpy(at, chunk->memory, piece);
        else if (pread(chunk->fd, at, piece, chunk->offset) != (ssize_t)piece)
            return false;
        at += piece;
        room -= piece;
    }
    return true;
}

/* The function's next in() may reuse the memory it lent: what the URB has so far is copied. */
static int hold_data(struct usb_device *device, struct usb_urb *urb)
{
    if (urb->data || !urb->actual)
        return 0;
    if (!device->front_ops || !device->front_ops->hold ||
        !device->front_ops->hold(device->host, urb))
        return -ENOMEM;
    if (!usb_copy_chunks(urb->data, urb->actual, &urb->in))
        return -EIO;
    urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data, .length = urb->actual};
    urb->in.chunk_count = 1;
    urb->in.length = urb->actual;
    return 0;
}

/* Adds what the function gave; more than fits is cut off and lost (a babble). */
static int add_piece(struct usb_urb *urb, const struct usb_in *piece)
{
    size_t left = urb->length - urb->actual;
    size_t length = piece->length < left ? piece->length : left;

    if (urb->data) {
        if (!usb_copy_chunks(urb->data + urb->actual, length, piece))
            return -EIO;
        urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data};
        urb->in.chunks[0].length = urb->actual + length;
        urb->in.chunk_count = 1;
    } else {
        urb->in = *piece;
        left = length;
        for (unsigned i = 0; i < urb->in.chunk_count; i++) {
            if (urb->in.chunks[i].length > left)
                urb->in.chunks[i].length = left;
            left -= urb->in.chunks[i].length;
        }
    }
    urb->actual += (uint32_t)length;
    urb->in.length = urb->actual;
    return 0;
}

static int finish_in(const struct usb_urb *urb, bool short_packet)
{
    return short_packet && (urb->flags & USB_URB_SHORT_NOT_OK) ? -EREMOTEIO : 0;
}

/* A piece that came: true when it ends the URB. A transfer that ends on a packet boundary without
 * a zero-length packet (a quirk) ends nothing the host could see. */
static bool take_piece(struct usb_endpoint *endpoint, struct usb_urb *urb,
                       const struct usb_in *piece, int *ret_status)
{
    bool overflow = piece->length > urb->length - urb->actual;
    bool boundary, filled;
    int error = add_piece(urb, piece);

    endpoint->moved += piece->length;
    boundary = endpoint->moved % endpoint->packet_size == 0;
    filled = urb->actual == urb->length;
    if (piece->end)
        endpoint->moved = 0;
    if (error || overflow) {
        *ret_status = error ? error : -EOVERFLOW;
        return true;
    }
    if (!piece->end || (boundary && piece->no_zlp && !filled))
        return false;
    endpoint->zlp_owed = filled && boundary && !piece->no_zlp;
    *ret_status = finish_in(urb, !filled);
    return true;
}

static int ask_function(struct usb_device *device, struct usb_endpoint *endpoint, size_t room,
                        struct usb_in *piece)
{
    const struct usb_filter *filter = device->policy->filter;
    const struct usb_function *function = endpoint->function;
    uint8_t address = endpoint->identity->address;
    int error = function->ops->in(function->self, address, room, piece);

    if (filter && filter->in)
        error = filter->in(filter->self, device, address, room, error, piece);
    return !error && !piece->length && !piece->end ? -EAGAIN : error;
}

bool usb_run_in(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                int *ret_status)
{
    if (endpoint->zlp_owed) {
        endpoint->zlp_owed = false;
        *ret_status = finish_in(urb, urb->length > 0);
        return true;
    }
    while (urb->actual < urb->length) {
        struct usb_in piece = {0};
        size_t room = room_in_packets(endpoint, urb->length - urb->actual);
        int error = hold_data(device, urb);

        if (!error)
            error = ask_function(device, endpoint, room, &piece);
        *ret_status = error;
        if (error)
            return error != -EAGAIN;
        endpoint->lent += piece.length;
        if (endpoint->head != urb)
            return false; /* reset inside the callback: it has been answered */
        if (take_piece(endpoint, urb, &piece, ret_status))
            return true;
    }
    *ret_status = 0;
    return true;
}

static int tell_function(struct usb_device *device, const struct usb_endpoint *endpoint,
                         const uint8_t *data, size_t length, bool end)
{
    const struct usb_filter *filter = device->policy->filter;
    const struct usb_function *function = endpoint->function;
    uint8_t address = endpoint->identity->address;
    int error =
        filter && filter->out ? filter->out(filter->self, device, address, &data, &length) : 0;

    if (!error)
        error = function->ops->out(function->self, address, data, length, end);
    return filter && filter->out_done ? filter->out_done(filter->self, device, address, error)
                                      : error;
}

bool usb_run_out(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                 int *ret_status)
{
    bool end = urb->length % endpoint->packet_size != 0 || !urb->length ||
               (urb->flags & USB_URB_ZERO_PACKET) != 0;
    static const uint8_t nothing[1]; /* a zero-length packet has no memory behind it */
    int error = tell_function(device, endpoint, urb->data ? urb->data : nothing, urb->length, end);

    *ret_status = error;
    if (error == -EAGAIN)
        return false;
    urb->actual = error ? 0 : urb->length;
    return true;
}
