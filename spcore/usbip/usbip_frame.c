/* The frames of USB/IP as bytes, field by field in the order of the specification; the only file
 * that knows where a field stands. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/usbip/usbip_private.h"

/* ---- writing and reading in order; every frame has a fixed size checked by its caller */

struct out {
    uint8_t *at, *end;
};
struct in {
    const uint8_t *at, *end;
};

static void put(struct out *out, uint32_t value, unsigned width)
{
    uint8_t whole[4];

    if ((size_t)(out->end - out->at) < width)
        return;
    put_be32(whole, value);
    memcpy(out->at, whole + sizeof(whole) - width, width);
    out->at += width;
}

static uint32_t get(struct in *in, unsigned width)
{
    uint8_t whole[4] = {0};

    if ((size_t)(in->end - in->at) < width)
        return 0;
    memcpy(whole + sizeof(whole) - width, in->at, width);
    in->at += width;
    return get_be32(whole);
}

static void get_text(struct in *in, char *text, size_t width)
{
    if ((size_t)(in->end - in->at) < width)
        return;
    memcpy(text, in->at, width);
    text[width - 1] = '\0';
    in->at += width;
}

void usbip_put_op(uint8_t ret_bytes[USBIP_OP_BYTES], uint16_t code)
{
    struct out out = {ret_bytes, ret_bytes + USBIP_OP_BYTES};

    put(&out, USBIP_VERSION, 2);
    put(&out, code, 2);
    put(&out, 0, 4);
}

void usbip_get_op(const uint8_t bytes[USBIP_OP_BYTES], struct usbip_op *ret_op)
{
    struct in in = {bytes, bytes + USBIP_OP_BYTES};

    ret_op->version = (uint16_t)get(&in, 2);
    ret_op->code = (uint16_t)get(&in, 2);
    ret_op->status = get(&in, 4);
}

void usbip_get_device(const uint8_t bytes[USBIP_DEVICE_BYTES], struct usbip_device *ret_device)
{
    struct in in = {bytes, bytes + USBIP_DEVICE_BYTES};

    memset(ret_device, 0, sizeof(*ret_device));
    get_text(&in, ret_device->path, sizeof(ret_device->path));
    get_text(&in, ret_device->busid, sizeof(ret_device->busid));
    ret_device->busnum = get(&in, 4);
    ret_device->devnum = get(&in, 4);
    ret_device->speed = get(&in, 4);
    if (ret_device->speed > USBIP_SPEED_MAX)
        ret_device->speed = 0;
    ret_device->vendor = (uint16_t)get(&in, 2);
    ret_device->product = (uint16_t)get(&in, 2);
    ret_device->release = (uint16_t)get(&in, 2);
    ret_device->class_code = (uint8_t)get(&in, 1);
    ret_device->subclass = (uint8_t)get(&in, 1);
    ret_device->protocol = (uint8_t)get(&in, 1);
    ret_device->configuration = (uint8_t)get(&in, 1);
    ret_device->configuration_count = (uint8_t)get(&in, 1);
    ret_device->interface_count = (uint8_t)get(&in, 1);
}

void usbip_put_submit(uint8_t ret_bytes[USBIP_HEADER_BYTES], const struct usbip_urb *urb,
                      uint32_t devid)
{
    struct out out = {ret_bytes, ret_bytes + USBIP_HEADER_BYTES};

    put(&out, USBIP_CMD_SUBMIT, 4);
    put(&out, urb->seqnum, 4);
    put(&out, devid, 4);
    put(&out, urb->endpoint >> 7, 4);
    put(&out, urb->endpoint & 0x0fu, 4);
    put(&out, urb->flags, 4);
    put(&out, urb->length, 4);
    put(&out, urb->start_frame, 4);
    put(&out, urb->isochronous ? urb->packet_count : 0, 4);
    put(&out, urb->interval, 4);
    memcpy(ret_bytes + USBIP_HEADER_BYTES - 8, urb->setup, 8);
}

void usbip_put_unlink(uint8_t ret_bytes[USBIP_HEADER_BYTES], uint32_t seqnum, uint32_t victim,
                      uint32_t devid)
{
    struct out out = {ret_bytes, ret_bytes + USBIP_HEADER_BYTES};

    memset(ret_bytes, 0, USBIP_HEADER_BYTES);
    put(&out, USBIP_CMD_UNLINK, 4);
    put(&out, seqnum, 4);
    put(&out, devid, 4);
    put(&out, 0, 4);
    put(&out, 0, 4);
    put(&out, victim, 4);
}

void usbip_put_packet(uint8_t ret_bytes[USBIP_PACKET_BYTES], const struct usbip_packet *packet)
{
    struct out out = {ret_bytes, ret_bytes + USBIP_PACKET_BYTES};

    put(&out, packet->offset, 4);
    put(&out, packet->length, 4);
    put(&out, 0, 4);
    put(&out, 0, 4);
}

void usbip_get_reply(const uint8_t bytes[USBIP_HEADER_BYTES], struct usbip_reply *ret_reply)
{
    struct in in = {bytes, bytes + USBIP_HEADER_BYTES};

    ret_reply->command = get(&in, 4);
    ret_reply->seqnum = get(&in, 4);
    (void)get(&in, 4); /* devid: no use to a client, and servers differ */
    ret_reply->direction = get(&in, 4);
    (void)get(&in, 4);
    ret_reply->status = (int32_t)get(&in, 4);
    ret_reply->actual = get(&in, 4);
    ret_reply->start_frame = get(&in, 4);
    ret_reply->packet_count = get(&in, 4);
    ret_reply->error_count = get(&in, 4);
}

void usbip_get_packet(const uint8_t bytes[USBIP_PACKET_BYTES], struct usbip_packet *packet)
{
    struct in in = {bytes + 8, bytes + USBIP_PACKET_BYTES};

    packet->actual = get(&in, 4);
    packet->status = (int)(int32_t)get(&in, 4);
}
