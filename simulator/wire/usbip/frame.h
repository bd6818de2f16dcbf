/* USB/IP 1.1.1 frames as bytes (Linux, Documentation/usb/usbip_protocol.rst): big-endian but for
 * the eight setup bytes. No USB meaning here; sockets are elsewhere. */
#ifndef SIMULATOR_WIRE_USBIP_FRAME_H
#define SIMULATOR_WIRE_USBIP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/usb/urb.h"

enum {
    FRAME_VERSION = 0x0111,
    FRAME_OP_SIZE = 8,
    FRAME_BUSID_SIZE = 32,
    FRAME_IMPORT_SIZE = FRAME_OP_SIZE + FRAME_BUSID_SIZE,
    FRAME_PATH_SIZE = 256,
    FRAME_DEVICE_SIZE = 312,
    FRAME_INTERFACE_SIZE = 4,
    FRAME_URB_SIZE = 48,
    FRAME_ISO_SIZE = 16,
};

enum frame_op {
    OP_REQ_IMPORT = 0x8003,
    OP_REP_IMPORT = 0x0003,
    OP_REQ_DEVLIST = 0x8005,
    OP_REP_DEVLIST = 0x0005,
};

/* The texts Linux's tools print for these (tools/usb/usbip). */
enum frame_status { ST_OK = 0, ST_NA = 1, ST_BUSY = 2, ST_ERROR = 3, ST_NO_DEVICE = 4 };

enum frame_command { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };

struct frame_op_header {
    uint16_t version, code;
    uint32_t status;
};

struct frame_urb {
    uint32_t command, seqnum, devid, direction, endpoint;
    uint32_t flags, length, start_frame, packet_count, interval; /* CMD_SUBMIT */
    struct usb_setup setup;
    uint32_t unlink_seqnum; /* CMD_UNLINK */
};

struct frame_device {
    char path[FRAME_PATH_SIZE], busid[FRAME_BUSID_SIZE];
    uint32_t busnum, devnum, speed;
    uint16_t vendor_id, product_id, release;
    uint8_t class_triple[3], configuration, configuration_count, interface_count;
};

/* Each reads or writes as many bytes as its frame has, FRAME_…_SIZE, without a check: the caller
 * has them or the room for them. What is read is as it came, in host order: ranges are the caller's
 * to judge. */
void frame_get_op(const uint8_t *bytes, struct frame_op_header *ret_op);
void frame_put_op(uint8_t *bytes, uint16_t code, uint32_t status);
/* Texts end in zeroes, cut to their fields less one. The interfaces of a list are not in it. */
void frame_put_device(uint8_t *bytes, const struct frame_device *device);
/* Any command: what only one of the two has is junk of the other. The endpoint is its number alone,
 * `direction` is 0 for OUT and 1 for IN. */
void frame_get_urb(const uint8_t *bytes, struct frame_urb *ret_urb);
/* The header of an answer; data and isochronous packets follow it on the wire. Status, bytes and
 * packets are the URB's as it stands; start frame and packets are 0 where it has no packets. */
void frame_put_ret_submit(uint8_t *bytes, const struct usb_urb *urb);
/* `seqnum` is the CMD_UNLINK's own; `status` 0 or -errno. */
void frame_put_ret_unlink(uint8_t *bytes, uint32_t seqnum, int status);
/* One isochronous packet, FRAME_ISO_SIZE bytes. What the host says of actual and status is not
 * read: both are 0. */
void frame_get_iso(const uint8_t *bytes, struct usb_iso_packet *ret_packet);
void frame_put_iso(uint8_t *bytes, const struct usb_iso_packet *packet);

#endif
