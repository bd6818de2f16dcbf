/* How the USB/IP front treats one player where servers differ, and the seams at which the player's
 * owner may look at what passes. Read anew each time: all of it may change while it is imported. */
#ifndef SIMULATOR_WIRE_USBIP_USBIP_POLICY_H
#define SIMULATOR_WIRE_USBIP_USBIP_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_urb;
struct usb_device;
struct usb_urb;
struct wire_offer;

/* Sees what passes between the front and its host and may change it. A member may be NULL. */
struct usbip_filter {
    void *self;
    /* What has come of an operation, `have` bytes that may be changed, before any player is chosen:
     * each one's filter is asked. 0 go on, -EAGAIN wait for more, else -errno: the end. */
    int (*op)(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t have);
    /* An answer to a list or an import about to leave: its header (each player's is asked), the
     * record of a device with the interfaces of a list. May change it; returns its new length, at
     * most WIRE_OP_ROOM. */
    size_t (*op_header)(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length);
    size_t (*record)(void *self, const struct wire_offer *offer, uint16_t code, uint8_t *bytes,
                     size_t length);
    /* Of a frame's header, or of the payload behind it, a part has come and no more. 0 wait for the
     * rest, else -errno: the end. */
    int (*part)(void *self, const struct wire_offer *offer, bool payload);
    /* The header of a command that has come whole, before it is read: it may be changed. 0 go on,
     * else -errno: the end. */
    int (*command)(void *self, const struct wire_offer *offer, uint8_t *bytes);
    /* A CMD_SUBMIT that has come. 0 go on, else -errno: the end. */
    int (*submit)(void *self, const struct wire_offer *offer, struct frame_urb *frame);
    /* A URB about to be answered, a copy. False: it never is. */
    bool (*answer)(void *self, const struct wire_offer *offer, struct usb_urb *urb);
    /* A RET_SUBMIT or RET_UNLINK about to leave; returns its new length, at most what it was. */
    size_t (*frame)(void *self, const struct wire_offer *offer, uint8_t *bytes, size_t length);
    /* The importer's connection is gone, and the device has been told. */
    void (*left)(void *self, struct usb_device *device);
};

struct usbip_policy {
    /* By the book these are true. */
    bool lengths_bounded;     /* of one transfer buffer, and of all that a connection holds */
    bool unlinked_unanswered; /* what was unlinked gets no RET_SUBMIT */
    bool unplug_ends_connection;
    const struct usbip_filter *filter; /* NULL: nobody looks */
};

extern const struct usbip_policy usbip_by_the_book;

#endif
