/* URBs as a pcapng file that Wireshark reads: peer type USB_LINUX_MMAPPED, a submit and a complete
 * block a URB, written whole, so that the file is good at any time. */
#ifndef SIMULATOR_WIRE_CAPTURE_H
#define SIMULATOR_WIRE_CAPTURE_H

#include "simulator/usb/urb.h"
#include "simulator/usb/usb_identity.h"

struct wire_capture;

struct wire_capture_place {
    uint16_t busnum;
    uint8_t devnum;
    uint8_t type; /* enum usb_endpoint_type */
};

int wire_capture_open(const char *path, struct wire_capture **ret_capture);
void wire_capture_close(struct wire_capture *capture);
/* The block is written with the next one, or by wire_capture_flush(); until then the URB's data
 * stay where they are. */
void wire_capture_submit(struct wire_capture *capture, const struct wire_capture_place *place,
                         const struct usb_urb *urb);
void wire_capture_flush(struct wire_capture *capture);
void wire_capture_complete(struct wire_capture *capture, const struct wire_capture_place *place,
                           const struct usb_urb *urb);

#endif
