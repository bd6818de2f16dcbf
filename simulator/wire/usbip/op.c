/* The phase before URBs: device list and import (usbip_protocol.rst, "Messages"). A connection
 * serves one list, or one import that turns it into a peer of the device. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

enum { LIST_HEADER = FRAME_OP_SIZE + 4 };

static struct frame_device describe(const struct wire_offer *offer)
{
    const struct usb_identity *identity = usb_device_identity(offer->device);
    struct frame_device device = {
        .busnum = offer->busnum,
        .devnum = offer->devnum,
        .speed = usb_device_speed(offer->device),
        .vendor_id = identity->vendor_id,
        .product_id = identity->product_id,
        .release = identity->release,
        .class_triple = {identity->class_code, identity->subclass, identity->protocol},
        .configuration = usb_configuration_value(identity),
        .configuration_count = 1,
    };

    memcpy(device.busid, offer->busid, sizeof(device.busid));
    snprintf(device.path, sizeof(device.path), "/sys/devices/papsim/usb%u/%s", offer->busnum,
             offer->busid);
    for (size_t i = 0; i < identity->interface_count; i++)
        device.interface_count =
            (uint8_t)(device.interface_count + (identity->interfaces[i].alternate == 0));
    return device;
}

size_t wire_op_interfaces(const struct wire_offer *offer, uint8_t *bytes)
{
    const struct usb_identity *identity = usb_device_identity(offer->device);
    size_t length = 0;

    for (size_t i = 0; i < identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];

        if (interface->alternate != 0 || length == WIRE_INTERFACES_ROOM)
            continue;
        usb_device_interface_class(offer->device, interface, bytes + length);
        bytes[length + 3] = 0;
        length += FRAME_INTERFACE_SIZE;
    }
    return length;
}

void wire_op_record(const struct wire_offer *offer, uint8_t *bytes)
{
    struct frame_device device = describe(offer);

    frame_put_device(bytes, &device);
}

/* A list has the interfaces of a device, too. */
static void put_record(struct wire_peer *peer, const struct wire_offer *offer, uint16_t code)
{
    const struct usbip_filter *filter = offer->usbip->filter;
    uint8_t bytes[WIRE_OP_ROOM];
    size_t length = FRAME_DEVICE_SIZE;

    wire_op_record(offer, bytes);
    if (code == OP_REP_DEVLIST)
        length += wire_op_interfaces(offer, bytes + length);
    if (filter && filter->record)
        length = filter->record(filter->self, offer, code, bytes, length);
    output_bytes(&peer->link.output, bytes, length);
}

static void put_header(struct wire_peer *peer, uint8_t *bytes, size_t length)
{
    for (const struct wire_offer *offer = peer->server->bus->offers; offer; offer = offer->next) {
        const struct usbip_filter *filter = offer->usbip->filter;

        if (filter && filter->op_header)
            length = filter->op_header(filter->self, offer, bytes, length);
    }
    output_bytes(&peer->link.output, bytes, length);
}

/* As Linux's usbipd: a device somebody has imported is not for the taking, hence not listed. */
static int answer_list(struct wire_peer *peer)
{
    uint8_t bytes[WIRE_OP_ROOM];
    uint32_t count = 0;

    for (const struct wire_offer *offer = peer->server->bus->offers; offer; offer = offer->next) {
        usb_device_ask(offer->device);
        count += wire_offer_is_free(offer);
    }
    frame_put_op(bytes, OP_REP_DEVLIST, ST_OK);
    put_be32(bytes + FRAME_OP_SIZE, count);
    put_header(peer, bytes, LIST_HEADER);
    for (const struct wire_offer *offer = peer->server->bus->offers; offer; offer = offer->next) {
        if (wire_offer_is_free(offer))
            put_record(peer, offer, OP_REP_DEVLIST);
    }
    peer->link.input_start += FRAME_OP_SIZE;
    peer->link.closing = true;
    return 1;
}

static enum frame_status import(struct wire_peer *peer, const char *busid)
{
    struct wire_offer *offer =
        memchr(busid, 0, WIRE_BUSID_SIZE) ? wire_bus_find(peer->server->bus, busid) : NULL;

    if (!offer || !usb_device_plugged(offer->device))
        return ST_NO_DEVICE;
    if (link_attach(&peer->link, offer, &wire_peer_front_ops) < 0)
        return ST_BUSY;
    peer->link.import.bounded = &offer->usbip->lengths_bounded;
    return ST_OK;
}

static int answer_import(struct wire_peer *peer, const char *busid)
{
    enum frame_status status = import(peer, busid);
    uint8_t bytes[WIRE_OP_ROOM];

    peer->link.input_start += FRAME_IMPORT_SIZE;
    frame_put_op(bytes, OP_REP_IMPORT, status);
    put_header(peer, bytes, FRAME_OP_SIZE);
    if (status) {
        peer->link.closing = true;
        return 1;
    }
    put_record(peer, peer->link.import.offer, OP_REP_IMPORT);
    return 1;
}

static int look_at(const struct wire_peer *peer, uint8_t *bytes, size_t have)
{
    int error = 0;

    for (const struct wire_offer *offer = peer->server->bus->offers; offer && !error;
         offer = offer->next) {
        const struct usbip_filter *filter = offer->usbip->filter;

        if (filter && filter->op)
            error = filter->op(filter->self, offer, bytes, have);
    }
    return error;
}

int wire_op_step(struct wire_peer *peer)
{
    uint8_t *bytes = peer->link.input + peer->link.input_start;
    size_t have = link_pending(&peer->link);
    struct frame_op_header op;
    int error;

    if (peer->link.closing)
        return 0;
    error = look_at(peer, bytes, have);
    if (error)
        return error == -EAGAIN ? 0 : error;
    if (have < FRAME_OP_SIZE)
        return 0;
    frame_get_op(bytes, &op);
    if (op.version != FRAME_VERSION)
        return -EPROTO;
    if (op.code == OP_REQ_DEVLIST)
        return answer_list(peer);
    if (op.code != OP_REQ_IMPORT)
        return -EPROTO;
    return have < FRAME_IMPORT_SIZE ? 0 : answer_import(peer, (const char *)bytes + FRAME_OP_SIZE);
}
