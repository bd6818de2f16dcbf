/* Endpoint queues: which URB is worked on when, and what stops a queue. */
#include "simulator/usb/usb_internal.h"

#include <errno.h>

void usb_queue_init(struct usb_device *device)
{
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        device->endpoints[i].tail = &device->endpoints[i].head;
}

void usb_queue_push(struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    urb->next = NULL;
    urb->prev = endpoint->tail;
    *endpoint->tail = urb;
    endpoint->tail = &urb->next;
}

void usb_queue_remove(struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    *urb->prev = urb->next;
    if (urb->next)
        urb->next->prev = urb->prev;
    else
        endpoint->tail = urb->prev;
    urb->next = NULL;
    urb->prev = NULL;
}

void usb_complete(struct usb_device *device, struct usb_urb *urb, int status)
{
    urb->status = status;
    if (status == -EPIPE || status == -ESHUTDOWN)
        urb->actual = 0;
    if (device->front_ops)
        device->front_ops->complete(device->host, urb);
}

void usb_take_back(struct usb_endpoint *endpoint, struct usb_urb *urb)
{
    const struct usb_function *function = endpoint->function;

    if (!urb->actual || !endpoint->identity || !function->ops->in_undo)
        return;
    endpoint->lent = 0;
    endpoint->moved -= urb->actual < endpoint->moved ? urb->actual : endpoint->moved;
    function->ops->in_undo(function->self, endpoint->identity->address, urb->actual);
    urb->actual = 0;
    urb->in = (struct usb_in){0};
}

void usb_endpoint_flush(struct usb_device *device, struct usb_endpoint *endpoint, int status)
{
    while (endpoint->head) {
        struct usb_urb *urb = endpoint->head;

        usb_queue_remove(endpoint, urb);
        usb_take_back(endpoint, urb);
        usb_complete(device, urb, status);
    }
}

/* What keeps the head of a queue from being worked on now. */
static bool held_up(struct usb_device *device, struct usb_endpoint *endpoint, bool in)
{
    const struct usb_front_ops *host = device->front_ops;
    const struct usb_filter *filter = device->policy->filter;

    return usb_holds_back(device, endpoint) ||
           (in && host && host->congested && host->congested(device->host)) ||
           (filter && filter->holds &&
            filter->holds(filter->self, device, endpoint->identity->address));
}

static bool run_one(struct usb_device *device, struct usb_endpoint *endpoint, struct usb_urb *urb,
                    int *ret_status)
{
    if (usb_is_iso(endpoint))
        return usb_run_iso(device, endpoint, urb, ret_status);
    return urb->endpoint & 0x80 ? usb_run_in(device, endpoint, urb, ret_status)
                                : usb_run_out(device, endpoint, urb, ret_status);
}

/* The importer has copied or sent what the function lent. */
static void data_left(struct usb_endpoint *endpoint)
{
    const struct usb_function *function = endpoint->function;
    size_t length = endpoint->lent;

    endpoint->lent = 0;
    if (length && endpoint->identity && function->ops->in_done)
        function->ops->in_done(function->self, endpoint->identity->address, length);
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
        if (held_up(device, endpoint, in))
            break;
        if (!run_one(device, endpoint, urb, &status))
            break;
        if (endpoint->head != urb)
            continue; /* a reset inside the callback has flushed it */
        if (status == -EPIPE)
            endpoint->halted = true;
        usb_queue_remove(endpoint, urb);
        usb_complete(device, urb, status);
        data_left(endpoint);
    }
    usb_leave(device);
}

void usb_enter(struct usb_device *device)
{
    device->depth++;
}

static void run_marked(struct usb_device *device)
{
    while (device->marked) {
        device->marked = false;
        for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
            if (!device->endpoints[i].ready)
                continue;
            device->endpoints[i].ready = false;
            usb_endpoint_run(device, (uint8_t)((i & 0x0f) | (i & 0x10 ? 0x80 : 0)));
        }
    }
}

void usb_leave(struct usb_device *device)
{
    if (device->depth == 1)
        run_marked(device);
    device->depth--;
    if (device->depth == 0 && device->unplug_waits)
        usb_unplug_now(device);
}

void usb_device_resume(struct usb_device *device)
{
    usb_enter(device);
    for (unsigned i = USB_ENDPOINTS / 2; i < USB_ENDPOINTS; i++) {
        if (device->endpoints[i].head)
            device->endpoints[i].ready = device->marked = true;
    }
    usb_leave(device);
}

/* ---- what functions call (usb/function.h) */

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

    if (!state->identity || usb_is_iso(state)) /* nothing to halt: it has no handshake */
        return;
    state->halted = true;
    usb_function_ready(device, endpoint);
}

bool usb_function_halted(const struct usb_device *device, uint8_t endpoint)
{
    return device->endpoints[usb_index(endpoint)].halted;
}

int usb_function_type(const struct usb_device *device, uint8_t endpoint)
{
    const struct usb_endpoint *state = &device->endpoints[usb_index(endpoint)];

    return state->identity && state->identity->address == endpoint ? state->identity->type
                                                                   : -ENOENT;
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

void usb_function_drop(struct usb_device *device, uint8_t endpoint)
{
    struct usb_endpoint *state;

    if (!device)
        return;
    state = &device->endpoints[usb_index(endpoint)];
    state->zlp_owed = false;
    state->moved = 0;
    state->wakes = 0;
    if (!state->head || !(endpoint & 0x80))
        return;
    state->head->actual = 0;
    state->head->in = (struct usb_in){0};
}
