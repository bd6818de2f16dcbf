/* One USB request block on its way through the simulator: filled by wire/, moved through the
 * endpoint queues by usb/, handed back through usb_front_ops.complete(). Never allocated here. */
#ifndef SIMULATOR_USB_URB_H
#define SIMULATOR_USB_URB_H

#include "simulator/usb/function.h"
#include "spcore/base.h"

/* Linux's transfer flags as they stand in CMD_SUBMIT. */
enum { USB_URB_SHORT_NOT_OK = 0x0001, USB_URB_ISO_ASAP = 0x0002, USB_URB_ZERO_PACKET = 0x0040 };

#define USB_ISO_PACKETS_MAX 1024

/* The eight bytes of a SETUP packet as they stand on the bus. */
static inline struct usb_setup usb_setup_get(const uint8_t bytes[8])
{
    return (struct usb_setup){bytes[0], bytes[1], get_le16(bytes + 2), get_le16(bytes + 4),
                              get_le16(bytes + 6)};
}

static inline void usb_setup_put(uint8_t bytes[8], const struct usb_setup *setup)
{
    bytes[0] = setup->request_type;
    bytes[1] = setup->request;
    put_le16(bytes + 2, setup->value);
    put_le16(bytes + 4, setup->index);
    put_le16(bytes + 6, setup->length);
}

struct usb_iso_packet {
    uint32_t offset, length, actual;
    int32_t status;
};

struct usb_urb {
    struct usb_urb *next, **prev; /* in the endpoint's queue; prev NULL: in none */
    uint32_t seqnum;
    uint8_t endpoint; /* full address; 0x00 and 0x80 for control */
    uint32_t flags;
    uint32_t length; /* transfer_buffer_length */
    struct usb_setup setup;
    uint8_t *data; /* OUT: `length` bytes. IN: NULL until usb_front_ops.hold() was asked */
    struct usb_iso_packet *packets;
    uint32_t packet_count, start_frame;
    uint64_t due; /* isochronous: when its last packet has passed, by usb_front_ops.now() */
    /* Answer. */
    int status; /* 0 or -errno as on the wire */
    uint32_t actual;
    struct usb_in in; /* IN data; chunks may point into `data` */
};

#endif
