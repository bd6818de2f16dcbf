/* How a device behaves where devices differ, and the seams at which its owner may look at what
 * passes. Read anew each time: all of it may change while the device is in use. */
#ifndef SIMULATOR_USB_USB_POLICY_H
#define SIMULATOR_USB_USB_POLICY_H

#include "simulator/usb/function.h"

/* Sees what passes between the core, its host and its functions and may change it. A member may be
 * NULL. */
struct usb_filter {
    void *self;
    /* Somebody has imported it: all is as after a bus reset. */
    void (*attached)(void *self, struct usb_device *device);
    /* A control request that has come whole; it and its OUT data may be changed. True: it is
     * answered as *ret_length says, as reply() would have it. */
    bool (*request)(void *self, struct usb_device *device, struct usb_setup *setup, uint8_t *data,
                    int *ret_length);
    /* What a control request comes to: bytes in `reply` (room: 4096), 0 for OUT, or -EPIPE. Returns
     * what is made of it; -EINPROGRESS: no answer, ever. */
    int (*reply)(void *self, struct usb_device *device, const struct usb_setup *setup,
                 uint8_t *reply, int length);
    /* The value of a registry property, as it is to stand in Microsoft OS descriptors; returns its
     * length, at most what it was. */
    size_t (*property)(void *self, uint32_t type, uint8_t *value, size_t length);
    /* Bulk and interrupt transfers. Data that have come, before the function sees them: 0, or what
     * is answered instead; what the function said of them; what it gave, or said instead. */
    int (*out)(void *self, struct usb_device *device, uint8_t endpoint, const uint8_t **data,
               size_t *length);
    int (*out_done)(void *self, struct usb_device *device, uint8_t endpoint, int result);
    int (*in)(void *self, struct usb_device *device, uint8_t endpoint, size_t room, int result,
              struct usb_in *in);
    /* True: the endpoint's queue stands still for now. */
    bool (*holds)(void *self, struct usb_device *device, uint8_t endpoint);
    /* A URB was taken out of its queue. */
    void (*unlinked)(void *self, struct usb_device *device, uint8_t endpoint);
};

struct usb_policy {
    /* By the book this is true. */
    bool features_flat; /* OS descriptors 2.0 of a device of one function have no subsets */

    /* What real players do (docs/quirks.md); by the book false. */
    bool endpoint_status_freezes; /* GET_STATUS of an endpoint, until the next plug */
    bool os_string_resets;        /* a full-speed player that is asked for string 0xEE */
    bool silent_until_os_string;  /* on its bulk endpoints */
    bool looks_like_disk;         /* the interface that carries MTP */

    const struct usb_filter *filter; /* NULL: nobody looks */
};

extern const struct usb_policy usb_by_the_book;

#endif
