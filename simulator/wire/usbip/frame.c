/* Reading and writing USB/IP frames: the only place that knows their offsets. */
#include "simulator/wire/usbip/frame.h"

#include <string.h>

#include "spcore/base.h"

void frame_get_op(const uint8_t *bytes, struct frame_op_header *ret_op)
{
    ret_op->version = get_be16(bytes);
    ret_op->code = get_be16(bytes + 2);
    ret_op->status = get_be32(bytes + 4);
}

void frame_put_op(uint8_t *bytes, uint16_t code, uint32_t status)
{
    put_be16(bytes, FRAME_VERSION);
    put_be16(bytes + 2, code);
    put_be32(bytes + 4, status);
}

void frame_put_device(uint8_t *bytes, const struct frame_device *device)
{
    memset(bytes, 0, FRAME_DEVICE_SIZE);
    memcpy(bytes, device->path, strnlen(device->path, FRAME_PATH_SIZE - 1));
    memcpy(bytes + 256, device->busid, strnlen(device->busid, FRAME_BUSID_SIZE - 1));
    put_be32(bytes + 288, device->busnum);
    put_be32(bytes + 292, device->devnum);
    put_be32(bytes + 296, device->speed);
    put_be16(bytes + 300, device->vendor_id);
    put_be16(bytes + 302, device->product_id);
    put_be16(bytes + 304, device->release);
    memcpy(bytes + 306, device->class_triple, 3);
    bytes[309] = device->configuration;
    bytes[310] = device->configuration_count;
    bytes[311] = device->interface_count;
}

void frame_get_urb(const uint8_t *bytes, struct frame_urb *ret_urb)
{
    ret_urb->command = get_be32(bytes);
    ret_urb->seqnum = get_be32(bytes + 4);
    ret_urb->devid = get_be32(bytes + 8);
    ret_urb->direction = get_be32(bytes + 12);
    ret_urb->endpoint = get_be32(bytes + 16);
    ret_urb->flags = ret_urb->unlink_seqnum = get_be32(bytes + 20);
    ret_urb->length = get_be32(bytes + 24);
    ret_urb->start_frame = get_be32(bytes + 28);
    ret_urb->packet_count = get_be32(bytes + 32);
    ret_urb->interval = get_be32(bytes + 36);
    ret_urb->setup = usb_setup_get(bytes + 40);
}

static uint32_t failed_packets(const struct usb_urb *urb)
{
    uint32_t count = 0;

    for (uint32_t i = 0; urb->packets && i < urb->packet_count; i++)
        count += urb->packets[i].status != 0;
    return count;
}

void frame_put_ret_submit(uint8_t *bytes, const struct usb_urb *urb)
{
    memset(bytes, 0, FRAME_URB_SIZE);
    put_be32(bytes, RET_SUBMIT);
    put_be32(bytes + 4, urb->seqnum);
    put_be32(bytes + 20, (uint32_t)urb->status);
    put_be32(bytes + 24, urb->actual);
    put_be32(bytes + 28, urb->packets ? urb->start_frame : 0);
    put_be32(bytes + 32, urb->packets ? urb->packet_count : 0);
    put_be32(bytes + 36, failed_packets(urb));
}

void frame_put_ret_unlink(uint8_t *bytes, uint32_t seqnum, int status)
{
    memset(bytes, 0, FRAME_URB_SIZE);
    put_be32(bytes, RET_UNLINK);
    put_be32(bytes + 4, seqnum);
    put_be32(bytes + 20, (uint32_t)status);
}

void frame_get_iso(const uint8_t *bytes, struct usb_iso_packet *ret_packet)
{
    ret_packet->offset = get_be32(bytes);
    ret_packet->length = get_be32(bytes + 4);
    ret_packet->actual = 0;
    ret_packet->status = 0;
}

void frame_put_iso(uint8_t *bytes, const struct usb_iso_packet *packet)
{
    put_be32(bytes, packet->offset);
    put_be32(bytes + 4, packet->length);
    put_be32(bytes + 8, packet->actual);
    put_be32(bytes + 12, (uint32_t)packet->status);
}
