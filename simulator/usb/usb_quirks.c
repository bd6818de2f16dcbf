/* What real players do wrong below MTP (docs/quirks.md): they lock up, are slow, say nothing
 * until they were asked for something else, or look like a disk. */
#include "simulator/usb/usb_internal.h"

enum { MASS_STORAGE = 0x08, SCSI = 0x06, BULK_ONLY = 0x50 };

/* ---- control requests that leave a mark */

static bool is_endpoint_status(const struct usb_setup *setup)
{
    return setup->request_type == 0x82 && setup->request == 0 && (setup->index & 0x0f);
}

static bool is_os_string(const struct usb_setup *setup)
{
    return setup->request_type == 0x80 && setup->request == 6 && setup->value == 0x03ee;
}

/* What libmtp sends to a BlackBerry, and cannot do without: the request for index 4 with its vendor
 * code, as Windows asks for the compatible id. */
static bool is_blackberry_switch(const struct usb_setup *setup)
{
    return setup->request_type == 0xc0 && setup->request == 0xaa && setup->index == 4;
}

bool usb_unanswered(struct usb_device *device, const struct usb_setup *setup)
{
    if (device->frozen)
        return true;
    if (is_endpoint_status(setup) && device->policy->endpoint_status_freezes) {
        device->frozen = true;
        return true;
    }
    /* It starts anew, so the host finds it gone and comes upon a new one. */
    if (is_os_string(setup) && device->identity->speed <= USB_SPEED_FULL &&
        device->policy->os_string_resets) {
        device->unplug_waits = true;
        return true;
    }
    device->described |= is_os_string(setup);
    device->switched |= is_blackberry_switch(setup);
    return false;
}

bool usb_function_switched(const struct usb_device *device)
{
    return device->switched;
}

/* ---- silence */

void usb_function_freeze(struct usb_device *device)
{
    if (device)
        device->frozen = true;
}

bool usb_device_frozen(const struct usb_device *device)
{
    return device->frozen;
}

void usb_function_delay(struct usb_device *device, uint8_t endpoint, uint64_t milliseconds)
{
    struct usb_endpoint *state;

    if (!device)
        return;
    state = &device->endpoints[usb_index(endpoint)];
    state->wakes = milliseconds ? usb_now(device) + milliseconds * 1000 : 0;
}

bool usb_holds_back(struct usb_device *device, struct usb_endpoint *endpoint)
{
    const struct usb_front_ops *host = device->front_ops;

    if (device->frozen)
        return true;
    if (!device->described && endpoint->identity->type == USB_ENDPOINT_BULK &&
        device->policy->silent_until_os_string)
        return true;
    if (!endpoint->wakes)
        return false;
    if (endpoint->wakes <= usb_now(device)) {
        endpoint->wakes = 0;
        return false;
    }
    if (host && host->alarm)
        host->alarm(device->host, endpoint->wakes);
    return true;
}

void usb_device_pass(struct usb_device *device, uint64_t milliseconds)
{
    uint64_t passed = milliseconds < UINT64_MAX / 1000 ? milliseconds * 1000 : UINT64_MAX;

    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        struct usb_endpoint *endpoint = &device->endpoints[i];

        if (endpoint->wakes)
            endpoint->wakes = endpoint->wakes > passed ? endpoint->wakes - passed : 0;
        if (endpoint->head && endpoint->identity)
            endpoint->ready = device->marked = true;
    }
    usb_enter(device);
    usb_leave(device);
}

/* ---- how it looks */

/* The one with two bulk pipes and an interrupt pipe is MTP's. */
static bool carries_mtp(const struct usb_interface_identity *interface)
{
    size_t bulk = 0, interrupt = 0;

    for (size_t i = 0; i < interface->endpoint_count; i++) {
        bulk += interface->endpoints[i].type == USB_ENDPOINT_BULK;
        interrupt += interface->endpoints[i].type == USB_ENDPOINT_INTERRUPT;
    }
    return bulk == 2 && interrupt == 1;
}

void usb_device_interface_class(const struct usb_device *device,
                                const struct usb_interface_identity *interface, uint8_t triple[3])
{
    bool disk = device->policy->looks_like_disk && carries_mtp(interface);

    triple[0] = disk ? MASS_STORAGE : interface->class_code;
    triple[1] = disk ? SCSI : interface->subclass;
    triple[2] = disk ? BULK_ONLY : interface->protocol;
}
