/* URBs as a pcapng file that Wireshark reads: link type USB_LINUX_MMAPPED, a submit and a complete
 * block a URB, each written whole, so that the file is good at any time. */
#ifndef PAPSIM_WIRE_CAPTURE_H
#define PAPSIM_WIRE_CAPTURE_H

#include "usb/urb.h"

struct wire_capture;

int wire_capture_open(const char *path, struct wire_capture **ret_capture);
void wire_capture_close(struct wire_capture *capture);
void wire_capture_submit(struct wire_capture *capture, uint32_t busnum, uint32_t devnum,
                         const struct usb_urb *urb);
void wire_capture_complete(struct wire_capture *capture, uint32_t busnum, uint32_t devnum,
                           const struct usb_urb *urb);

#endif
