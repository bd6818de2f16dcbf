/* Life of a device: plugged in, imported, configured; and the way of a submitted URB. */
#include "simulator/usb/usb_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- interfaces that are only looked at: no function serves them */

static int nobody_setup(void *self, const struct usb_setup *setup, const uint8_t *data,
                        uint8_t *reply)
{
    (void)self, (void)setup, (void)data, (void)reply;
    return -EPIPE;
}

static int nobody_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end)
{
    (void)self, (void)endpoint, (void)data, (void)length, (void)end;
    return -EPIPE;
}

static int nobody_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    (void)self, (void)endpoint, (void)room, (void)ret_in;
    return -EPIPE;
}

static void nobody_reset(void *self, struct usb_reset reset)
{
    (void)self, (void)reset;
}

static const struct usb_function nobody = {
    .ops = &(const struct usb_function_ops){.name = "nobody",
                                            .setup = nobody_setup,
                                            .out = nobody_out,
                                            .in = nobody_in,
                                            .reset = nobody_reset},
};

/* ---- life */

static void attach_functions(struct usb_device *device, struct usb_device *to)
{
    for (size_t i = 0; i < device->function_count; i++) {
        const struct usb_function *function = &device->functions[i];

        if (function->ops->attach)
            function->ops->attach(function->self, to);
    }
}

const struct usb_policy usb_by_the_book = {.features_flat = true};

int usb_device_new(const struct usb_identity *identity, const struct usb_policy *policy,
                   const struct usb_function *functions, size_t function_count,
                   struct usb_device **ret_device)
{
    struct usb_device *device;

    if (function_count > USB_FUNCTIONS_MAX)
        return -EINVAL;
    device = calloc(1, sizeof(*device));
    if (!device)
        return -ENOMEM;
    device->identity = identity;
    device->policy = policy;
    memcpy(device->functions, functions, function_count * sizeof(*functions));
    device->function_count = function_count;
    usb_queue_init(device);
    attach_functions(device, device);
    *ret_device = device;
    return 0;
}

void usb_device_free(struct usb_device *device)
{
    if (!device)
        return;
    if (device->front_ops)
        usb_device_detach(device);
    attach_functions(device, NULL);
    free(device);
}

const struct usb_function *usb_function_of_interface(const struct usb_device *device,
                                                     uint8_t number)
{
    for (size_t i = 0; i < device->function_count; i++) {
        const struct usb_function *function = &device->functions[i];

        if (number >= function->first_interface &&
            number < function->first_interface + function->interface_count)
            return function;
    }
    return &nobody;
}

void usb_reset_functions(struct usb_device *device, enum usb_reset_cause cause)
{
    for (size_t i = 0; i < device->function_count; i++)
        device->functions[i].ops->reset(device->functions[i].self,
                                        (struct usb_reset){.cause = cause});
}

bool usb_has_interface(const struct usb_device *device, uint8_t number, uint8_t alternate)
{
    for (size_t i = 0; i < device->identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &device->identity->interfaces[i];

        if (interface->number == number && interface->alternate == alternate)
            return true;
    }
    return false;
}

/* The usual sizes: USB 2.0, 5.7.3 and 5.8.3; USB 3.2, 8.12. */
uint16_t usb_packet_size(enum usb_speed speed, const struct usb_endpoint_identity *endpoint)
{
    bool bulk = endpoint->type == USB_ENDPOINT_BULK;

    if (endpoint->packet_size)
        return endpoint->packet_size;
    if (speed == USB_SPEED_SUPER)
        return 1024;
    if (speed == USB_SPEED_HIGH)
        return bulk ? 512 : 64;
    return 64;
}

uint32_t usb_frame_room(enum usb_speed speed, uint16_t packet_size,
                        const struct usb_endpoint_identity *endpoint)
{
    uint32_t packet = packet_size & 0x7ffu;

    if (endpoint->type == USB_ENDPOINT_BULK)
        return packet;
    if (speed == USB_SPEED_SUPER)
        return packet * (endpoint->burst + 1u);
    return speed == USB_SPEED_HIGH ? packet * ((packet_size >> 11 & 3u) + 1u) : packet;
}

static void bring_endpoint_up(struct usb_device *device, struct usb_endpoint *endpoint,
                              const struct usb_endpoint_identity *identity,
                              const struct usb_function *function)
{
    enum usb_speed speed = device->identity->speed;
    uint16_t size = usb_packet_size(speed, identity);

    endpoint->identity = identity;
    endpoint->function = function;
    endpoint->packet_size = size & 0x7ff;
    endpoint->frame_room = usb_frame_room(speed, size, identity);
}

static void take_endpoint_away(struct usb_device *device, struct usb_endpoint *endpoint)
{
    endpoint->identity = NULL;
    endpoint->halted = endpoint->zlp_owed = endpoint->ready = false;
    endpoint->moved = endpoint->lent = 0;
    endpoint->wakes = 0;
    usb_endpoint_flush(device, endpoint, -ESHUTDOWN);
}

void usb_apply_settings(struct usb_device *device)
{
    const struct usb_identity *identity = device->identity;
    const struct usb_endpoint_identity *wanted[USB_ENDPOINTS] = {0};
    const struct usb_function *owner[USB_ENDPOINTS] = {0};

    for (size_t i = 0; i < identity->interface_count && device->configuration; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];

        if (interface->number >= USB_INTERFACES_MAX ||
            device->settings[interface->number] != interface->alternate)
            continue;
        for (size_t k = 0; k < interface->endpoint_count; k++) {
            unsigned index = usb_index(interface->endpoints[k].address);

            wanted[index] = &interface->endpoints[k];
            owner[index] = usb_function_of_interface(device, interface->number);
        }
    }
    for (size_t i = 0; i < USB_ENDPOINTS; i++) {
        struct usb_endpoint *endpoint = &device->endpoints[i];

        if (endpoint->identity == wanted[i] && wanted[i])
            continue;
        take_endpoint_away(device, endpoint);
        if (wanted[i])
            bring_endpoint_up(device, endpoint, wanted[i], owner[i]);
    }
}

static void unconfigure(struct usb_device *device)
{
    device->configuration = 0;
    device->remote_wakeup = false;
    usb_super_reset(device);
    memset(device->settings, 0, sizeof(device->settings));
    usb_apply_settings(device);
}

void usb_device_ask(struct usb_device *device)
{
    if (device->front_ops && device->front_ops->asked)
        device->front_ops->asked(device->host);
}

int usb_device_attach(struct usb_device *device, const struct usb_front_ops *ops, void *host)
{
    usb_device_ask(device);
    if (device->unplugged)
        return -ENODEV;
    if (device->front_ops)
        return -EBUSY;
    unconfigure(device);
    device->front_ops = ops;
    device->host = host;
    usb_reset_functions(device, USB_RESET_BUS);
    if (device->policy->filter && device->policy->filter->attached)
        device->policy->filter->attached(device->policy->filter->self, device);
    return 0;
}

void usb_device_reset(struct usb_device *device)
{
    usb_enter(device);
    unconfigure(device);
    usb_reset_functions(device, USB_RESET_BUS);
    usb_leave(device);
}

/* ---- who waits for it */

void usb_device_watch(struct usb_device *device, struct usb_watch *watch)
{
    watch->next = device->watches;
    device->watches = watch;
}

void usb_device_unwatch(struct usb_device *device, struct usb_watch *watch)
{
    struct usb_watch **place = &device->watches;

    while (*place && *place != watch)
        place = &(*place)->next;
    if (*place)
        *place = watch->next;
}

static void tell_watches(struct usb_device *device)
{
    for (struct usb_watch *watch = device->watches; watch; watch = watch->next)
        watch->freed(watch);
}

void usb_device_detach(struct usb_device *device)
{
    device->front_ops = NULL; /* completions go nowhere from here on */
    device->host = NULL;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        take_endpoint_away(device, &device->endpoints[i]);
    device->configuration = 0;
    usb_reset_functions(device, USB_RESET_DISCONNECT);
    tell_watches(device);
}

bool usb_device_attached(const struct usb_device *device)
{
    return device->front_ops != NULL;
}

void usb_device_plug(struct usb_device *device)
{
    bool back = device->unplugged;

    device->unplugged = device->unplug_waits = false;
    device->frozen = device->described = device->switched = false;
    if (back)
        usb_reset_functions(device, USB_RESET_POWER);
    tell_watches(device);
}

void usb_unplug_now(struct usb_device *device)
{
    const struct usb_front_ops *ops = device->front_ops;
    void *host = device->host;

    device->unplug_waits = false;
    if (!ops)
        return;
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        take_endpoint_away(device, &device->endpoints[i]);
    usb_device_detach(device);
    ops->gone(host);
}

void usb_device_unplug(struct usb_device *device)
{
    device->unplugged = true;
    device->unplug_waits = true;
    if (!device->depth)
        usb_unplug_now(device);
}

bool usb_device_plugged(const struct usb_device *device)
{
    return !device->unplugged;
}

/* A data stage runs the way the SETUP packet says, and has all the bytes it announces. */
static bool control_fits(const struct usb_urb *urb)
{
    bool in = (urb->setup.request_type & 0x80) != 0;

    if (!urb->setup.length)
        return !urb->length || in;
    return in == ((urb->endpoint & 0x80) != 0) && (in || urb->length == urb->setup.length);
}

/* usb_control()'s contract; -EINPROGRESS: it is never answered. */
static int control(struct usb_device *device, struct usb_urb *urb)
{
    const struct usb_filter *filter = device->policy->filter;
    int length = -EPIPE;

    if (control_fits(urb) &&
        !(filter && filter->request &&
          filter->request(filter->self, device, &urb->setup, urb->data, &length)))
        length = usb_control(device, &urb->setup, urb->data);
    if (filter && filter->reply)
        length = filter->reply(filter->self, device, &urb->setup, device->reply, length);
    return length;
}

static void submit_control(struct usb_device *device, struct usb_urb *urb)
{
    bool in = (urb->setup.request_type & 0x80) != 0;
    int length = usb_unanswered(device, &urb->setup) ? -EINPROGRESS : control(device, urb);
    int status = 0;

    if (length == -EINPROGRESS) {
        usb_queue_push(&device->endpoints[usb_index(urb->endpoint)], urb);
        return;
    }
    if (length < 0) {
        usb_complete(device, urb, length);
        return;
    }
    urb->actual = in ? (uint32_t)length : urb->length;
    if (in && urb->actual > urb->setup.length)
        urb->actual = urb->setup.length;
    if (in && urb->actual > urb->length) {
        urb->actual = urb->length;
        status = -EOVERFLOW;
    } else if (in && urb->actual < urb->length && (urb->flags & USB_URB_SHORT_NOT_OK))
        status = -EREMOTEIO;
    if (in && urb->actual) {
        urb->in.chunks[0] = (struct usb_chunk){.memory = device->reply, .length = urb->actual};
        urb->in.chunk_count = 1;
        urb->in.length = urb->actual;
    }
    usb_complete(device, urb, status);
}

void usb_device_submit(struct usb_device *device, struct usb_urb *urb)
{
    struct usb_endpoint *endpoint = &device->endpoints[usb_index(urb->endpoint)];

    urb->prev = NULL;
    urb->status = 0;
    urb->actual = 0;
    urb->in = (struct usb_in){0};
    usb_enter(device);
    if ((urb->endpoint & 0x0f) == 0) {
        submit_control(device, urb);
    } else if (!endpoint->identity || endpoint->identity->address != urb->endpoint) {
        usb_complete(device, urb, -ENOENT);
    } else {
        bool idle = !endpoint->head;
        int error = usb_is_iso(endpoint) ? usb_iso_admit(device, endpoint, urb) : 0;

        if (error) {
            usb_complete(device, urb, error);
            usb_leave(device);
            return;
        }
        usb_queue_push(endpoint, urb);
        if (idle)
            usb_endpoint_run(device, urb->endpoint);
    }
    usb_leave(device);
}

bool usb_device_unlink(struct usb_device *device, struct usb_urb *urb)
{
    struct usb_endpoint *endpoint = &device->endpoints[usb_index(urb->endpoint)];

    if (!urb->prev)
        return false;
    usb_queue_remove(endpoint, urb);
    usb_take_back(endpoint, urb);
    if (device->policy->filter && device->policy->filter->unlinked)
        device->policy->filter->unlinked(device->policy->filter->self, device, urb->endpoint);
    usb_function_ready(device, urb->endpoint); /* the next one may have what it takes */
    return true;
}

enum usb_speed usb_device_speed(const struct usb_device *device)
{
    return device->identity->speed;
}

const struct usb_identity *usb_device_identity(const struct usb_device *device)
{
    return device->identity;
}

uint8_t usb_device_configuration(const struct usb_device *device)
{
    return device->configuration;
}

int usb_device_endpoint_type(const struct usb_device *device, uint8_t endpoint)
{
    int chosen = usb_function_type(device, endpoint);

    if (!(endpoint & 0x0f))
        return USB_ENDPOINT_CONTROL;
    if (chosen >= 0)
        return chosen;
    for (size_t i = 0; i < device->identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &device->identity->interfaces[i];

        for (size_t k = 0; k < interface->endpoint_count; k++) {
            if (interface->endpoints[k].address == endpoint)
                return interface->endpoints[k].type;
        }
    }
    return -ENOENT;
}
