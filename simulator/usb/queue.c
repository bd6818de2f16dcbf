/* Endpoint queues: how a function's transfers become URB completions, packet by packet
 * (USB 2.0, 5.7.3 and 5.8.3: a short packet ends a transfer; a transfer that ends on a packet
 * boundary is closed by a zero-length packet). */
#include "usb/internal.h"

#include <errno.h>
#include <string.h>

void usb_queue_init(struct usb_device *device)
{
    unsigned i;

    for (i = 0; i < USB_ENDPOINTS; i++)
        device->endpoints[i].tail = &device->endpoints[i].head;
}

void usb_queue_push(struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    urb->next = NULL;
    *endpoint->tail = urb;
    endpoint->tail = &urb->next;
}

static struct usb_urb *queue_pop(struct usb_endpoint *endpoint)
{
    struct usb_urb *urb = endpoint->head;

    endpoint->head = urb->next;
    if (!endpoint->head)
        endpoint->tail = &endpoint->head;
    urb->next = NULL;
    return urb;
}

void usb_complete(struct usb_device *device, struct usb_urb *urb, int status)
{
    urb->status = status;
    if (status == -EPIPE || status == -ESHUTDOWN)
        urb->actual = 0;
    if (device->host_ops)
        device->host_ops->complete(device->host, urb);
}

void usb_endpoint_flush(struct usb_device *device, struct usb_endpoint *endpoint, int status)
{
    while (endpoint->head)
        usb_complete(device, queue_pop(endpoint), status);
}

/* Room for another piece of IN data: what is left of the URB, in whole packets. */
static size_t room_in_packets(const struct usb_endpoint *endpoint, size_t left)
{
    size_t packet = endpoint->packet_size;

    return (left + packet - 1) / packet * packet;
}

/* Adds what the function gave to the URB; more than fits is cut off and lost (a babble). */
static bool add_piece(struct usb_urb *urb, const struct usb_in *piece)
{
    size_t left = urb->length - urb->actual;
    unsigned i;

    for (i = 0; i < piece->chunk_count && left; i++) {
        struct usb_chunk chunk = piece->chunks[i];

        if (chunk.length > left)
            chunk.length = left;
        left -= chunk.length;
        urb->in.chunks[urb->in.chunk_count++] = chunk;
        urb->in.length += chunk.length;
        urb->actual += (uint32_t)chunk.length;
        if (urb->in.chunk_count == USB_CHUNKS_MAX)
            break;
    }
    return urb->in.length < urb->length || piece->length <= urb->length;
}

/* A URB that stays pending with data in it keeps a copy: the function may reuse its memory. */
static void keep_piece(struct usb_urb *urb)
{
    size_t done = 0;
    unsigned i;

    if (!urb->data || urb->actual > urb->room)
        return;
    for (i = 0; i < urb->in.chunk_count; i++) {
        const struct usb_chunk *chunk = &urb->in.chunks[i];

        if (!chunk->memory)
            return; /* file ranges stay valid by themselves */
        memmove(urb->data + done, chunk->memory, chunk->length);
        done += chunk->length;
    }
    urb->in.chunks[0] = (struct usb_chunk){.memory = urb->data, .length = done};
    urb->in.chunk_count = done ? 1 : 0;
}

static int finish_in(const struct usb_urb *urb, bool short_packet)
{
    return short_packet && (urb->flags & USB_URB_SHORT_NOT_OK) ? -EREMOTEIO : 0;
}

/* One IN URB. True: it is over with *ret_status; false: it waits. */
static bool run_in(const struct usb_device *device, struct usb_endpoint *endpoint, uint8_t address,
                   struct usb_urb *urb, int *ret_status)
{
    bool device_merges = usb_deviates(device, DEVIATION_CONTAINERS_MERGED);

    if (endpoint->zlp_owed) {
        endpoint->zlp_owed = false;
        *ret_status = finish_in(urb, urb->length > 0);
        return true;
    }
    while (urb->actual < urb->length && urb->in.chunk_count < USB_CHUNKS_MAX) {
        struct usb_in piece = {0};
        size_t left = urb->length - urb->actual;
        int error = endpoint->function->ops->in(endpoint->function->self, address,
                                                room_in_packets(endpoint, left), &piece);
        bool boundary;

        if (error) {
            *ret_status = error;
            return error != -EAGAIN;
        }
        if (endpoint->lose_next) {
            endpoint->lose_next = false;
            continue;
        }
        endpoint->moved += piece.length;
        boundary = endpoint->moved % endpoint->packet_size == 0;
        if (piece.end)
            endpoint->moved = 0;
        if (piece.length > left) {
            add_piece(urb, &piece);
            *ret_status = -EOVERFLOW;
            return true;
        }
        add_piece(urb, &piece);
        if (piece.end && device_merges && urb->actual < urb->length) {
            keep_piece(urb);
            continue;
        }
        if (piece.end && (!boundary || !piece.no_zlp || urb->actual == urb->length)) {
            bool filled = urb->actual == urb->length;

            endpoint->zlp_owed = filled && boundary && !piece.no_zlp && urb->length;
            *ret_status = finish_in(urb, !filled);
            return true;
        }
        keep_piece(urb);
    }
    *ret_status = 0;
    return true;
}

static bool run_out(const struct usb_device *device, struct usb_endpoint *endpoint, uint8_t address,
                    struct usb_urb *urb, int *ret_status)
{
    bool end = urb->length % endpoint->packet_size != 0 || !urb->length ||
               (urb->flags & USB_URB_ZERO_PACKET) != 0;
    int error = endpoint->function->ops->out(endpoint->function->self, address, urb->data,
                                             urb->length, end);

    (void)device;
    *ret_status = error;
    if (error == -EAGAIN)
        return false;
    urb->actual = error ? 0 : urb->length;
    return true;
}

/* The defect of one queue for all: an idle interrupt URB holds everything up. */
static bool waits_for_others(const struct usb_device *device, const struct usb_endpoint *endpoint)
{
    unsigned i;

    for (i = 0; i < USB_ENDPOINTS; i++) {
        if (&device->endpoints[i] != endpoint && device->endpoints[i].head)
            return true;
    }
    return false;
}

/* Works the queue off until it is empty or the function has nothing (or no room) for its head. */
void usb_endpoint_run(struct usb_device *device, uint8_t address)
{
    struct usb_endpoint *endpoint = &device->endpoints[usb_index(address)];
    bool in = (address & 0x80) != 0;

    usb_enter(device);
    while (endpoint->head && endpoint->identity) {
        struct usb_urb *urb = endpoint->head;
        int status;

        if (endpoint->halted) {
            usb_endpoint_flush(device, endpoint, -EPIPE);
            break;
        }
        if (endpoint->stuck)
            break;
        if (usb_deviates(device, DEVIATION_GLOBAL_FIFO) && waits_for_others(device, endpoint))
            break;
        if (!(in ? run_in : run_out)(device, endpoint, address, urb, &status))
            break;
        if (status == -EPIPE)
            endpoint->halted = true;
        if (endpoint->head == urb) { /* a reset inside the callback may have flushed it */
            queue_pop(endpoint);
            usb_complete(device, urb, status);
        }
    }
    usb_leave(device);
}

void usb_enter(struct usb_device *device)
{
    device->depth++;
}

void usb_leave(struct usb_device *device)
{
    unsigned i;

    if (device->depth > 1 || !device->marked) {
        device->depth--;
        return;
    }
    while (device->marked) {
        device->marked = false;
        for (i = 0; i < USB_ENDPOINTS; i++) {
            if (!device->endpoints[i].ready)
                continue;
            device->endpoints[i].ready = false;
            usb_endpoint_run(device, (uint8_t)((i & 0x0f) | (i & 0x10 ? 0x80 : 0)));
        }
    }
    device->depth--;
}

/* ---- what functions call (usb/function.h) -----------------------------------------------------
 */

void usb_function_ready(struct usb_device *device, uint8_t endpoint)
{
    if (!device)
        return;
    usb_enter(device);
    device->endpoints[usb_index(endpoint)].ready = true;
    device->marked = true;
    usb_leave(device);
}

void usb_function_halt(struct usb_device *device, uint8_t endpoint)
{
    struct usb_endpoint *state = &device->endpoints[usb_index(endpoint)];

    if (!state->identity)
        return;
    state->halted = true;
    usb_function_ready(device, endpoint);
}

bool usb_function_halted(const struct usb_device *device, uint8_t endpoint)
{
    return device->endpoints[usb_index(endpoint)].halted;
}

uint16_t usb_function_packet_size(const struct usb_device *device, uint8_t endpoint)
{
    return device->endpoints[usb_index(endpoint)].packet_size;
}

void usb_function_unhalt(struct usb_device *device, uint8_t endpoint)
{
    struct usb_endpoint *state = &device->endpoints[usb_index(endpoint)];

    state->halted = state->zlp_owed = false;
    state->moved = 0;
    usb_function_ready(device, endpoint);
}
