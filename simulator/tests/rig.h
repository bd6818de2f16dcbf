/* A device with one function whose answers the test decides, and a host that keeps what completes.
 * Identity: high speed, interface 0 with bulk 0x81 and 0x02 and interrupt 0x83; a second setting of
 * it without endpoints. */
#ifndef SIMULATOR_TESTS_RIG_H
#define SIMULATOR_TESTS_RIG_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/defect/policies.h"
#include "simulator/usb/device.h"
#include "simulator/usb/usb_internal.h"

struct rig_piece {
    size_t length;
    bool end, no_zlp;
    int error;              /* instead */
    struct usb_chunk chunk; /* instead of the rig's memory, if it has a length */
};

struct rig {
    struct usb_endpoint_identity endpoints[3];
    struct usb_interface_identity interfaces[2];
    struct usb_identity identity;
    struct policies policies;
    struct usb_device *device;
    /* the function */
    struct rig_piece pieces[16];
    size_t piece_count, piece_next;
    uint8_t memory[65536]; /* lent anew with every piece */
    uint8_t fill;
    size_t undone, resets;
    struct usb_reset reset;
    struct usb_device *attached;
    int out_answer, setup_answer;
    size_t out_lengths[16], out_count;
    const uint8_t *out_data;   /* where it was, the last time */
    const uint8_t *out_wanted; /* what it is to be each time; NULL: anything */
    bool out_ends[16];
    bool unplug_in_callback;
    struct usb_setup setup;
    /* the host */
    struct usb_urb *done[64];
    size_t done_count, gone_count;
    uint8_t data[64][2048]; /* what came with each, cut */
    bool congested;
};

static inline int rig_setup(void *self, const struct usb_setup *setup, const uint8_t *data,
                            uint8_t *reply)
{
    struct rig *rig = self;

    (void)data;
    rig->setup = *setup;
    memset(reply, 0x5a, 16);
    return rig->setup_answer;
}

static inline int rig_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length,
                          bool end)
{
    struct rig *rig = self;

    (void)endpoint;
    rig->out_data = data;
    if (rig->out_wanted)
        cr_expect_arr_eq(data, rig->out_wanted, length);
    if (rig->out_answer)
        return rig->out_answer;
    rig->out_lengths[rig->out_count] = length;
    rig->out_ends[rig->out_count++] = end;
    return 0;
}

static inline int rig_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    struct rig *rig = self;
    struct rig_piece piece;

    (void)endpoint;
    if (rig->unplug_in_callback)
        usb_device_unplug(rig->device);
    if (rig->piece_next == rig->piece_count)
        return -EAGAIN;
    piece = rig->pieces[rig->piece_next++];
    if (piece.error)
        return piece.error;
    cr_assert_leq(piece.length, piece.chunk.length ? piece.chunk.length : sizeof(rig->memory));
    cr_assert_leq(piece.length, room, "asked for at most %zu", room);
    memset(rig->memory, ++rig->fill, sizeof(rig->memory)); /* the last piece is gone */
    ret_in->chunks[0] = piece.chunk;
    if (!piece.chunk.length)
        ret_in->chunks[0] = (struct usb_chunk){.memory = rig->memory, .length = piece.length};
    ret_in->chunk_count = 1;
    ret_in->length = piece.length;
    ret_in->end = piece.end;
    ret_in->no_zlp = piece.no_zlp;
    return 0;
}

static inline void rig_undo(void *self, uint8_t endpoint, size_t length)
{
    (void)endpoint;
    ((struct rig *)self)->undone += length;
}

static inline void rig_attach(void *self, struct usb_device *device)
{
    ((struct rig *)self)->attached = device;
}

static inline void rig_reset(void *self, struct usb_reset reset)
{
    struct rig *rig = self;

    rig->resets++;
    rig->reset = reset;
}

static const struct usb_function_ops rig_ops = {
    .name = "rig",
    .attach = rig_attach,
    .setup = rig_setup,
    .out = rig_out,
    .in = rig_in,
    .in_undo = rig_undo,
    .reset = rig_reset,
};

static inline void rig_complete(void *host, struct usb_urb *urb)
{
    struct rig *rig = host;
    size_t at = 0;
    unsigned i;

    cr_assert_lt(rig->done_count, 64);
    for (i = 0; i < urb->in.chunk_count && at < 2048; i++) {
        size_t piece = urb->in.chunks[i].length;

        piece = piece < 2048 - at ? piece : 2048 - at;
        memcpy(rig->data[rig->done_count] + at, urb->in.chunks[i].memory, piece);
        at += piece;
    }
    rig->done[rig->done_count++] = urb;
}

static inline void rig_gone(void *host)
{
    ((struct rig *)host)->gone_count++;
}

static inline bool rig_congested(void *host)
{
    return ((struct rig *)host)->congested;
}

/* Room of the host: one block, since at most one URB is held at a time in these tests. */
static inline bool rig_hold(void *host, struct usb_urb *urb)
{
    static uint8_t room[65536];

    (void)host;
    cr_assert_leq(urb->length, sizeof(room));
    urb->data = room;
    return true;
}

static const struct usb_front_ops rig_host = {
    .complete = rig_complete, .gone = rig_gone, .congested = rig_congested, .hold = rig_hold};

static inline struct rig *rig_unplugged(void)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    struct usb_function function = {&rig_ops, rig, 0, 1};

    rig->endpoints[0] = (struct usb_endpoint_identity){0x81, USB_ENDPOINT_BULK, 0, 0, 0};
    rig->endpoints[1] = (struct usb_endpoint_identity){0x02, USB_ENDPOINT_BULK, 0, 0, 0};
    rig->endpoints[2] = (struct usb_endpoint_identity){0x83, USB_ENDPOINT_INTERRUPT, 28, 0, 0};
    rig->interfaces[0] = (struct usb_interface_identity){.class_code = 6,
                                                         .subclass = 1,
                                                         .protocol = 1,
                                                         .endpoints = rig->endpoints,
                                                         .endpoint_count = 3};
    rig->interfaces[1] = (struct usb_interface_identity){
        .alternate = 1, .class_code = 6, .subclass = 1, .protocol = 1};
    rig->identity = (struct usb_identity){
        .vendor_id = 0x1209,
        .product_id = 0x4d54,
        .release = 0x0102,
        .product = (char *)(uintptr_t) "P\xc3\xa4p",
        .serial = (char *)(uintptr_t) "0A1B",
        .speed = USB_SPEED_HIGH,
        .max_power_ma = 500,
        .interfaces = rig->interfaces,
        .interface_count = 2,
    };
    policies_init(&rig->policies, &(struct defect_set){0});
    cr_assert_eq(usb_device_new(&rig->identity, &rig->policies.usb, &function, 1, &rig->device), 0);
    return rig;
}

static inline struct rig *rig_new(void)
{
    struct rig *rig = rig_unplugged();

    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    return rig;
}

static inline void rig_free(struct rig *rig)
{
    usb_device_free(rig->device);
    free(rig);
}

static inline void rig_deviate(struct rig *rig, enum quirk which)
{
    policies_switch(&rig->policies, which, true);
}

/* One control transfer, answered at once; IN bytes are in rig->data[…]. */
static inline struct usb_urb rig_control(struct rig *rig, uint8_t type, uint8_t request,
                                         uint16_t value, uint16_t index, uint16_t length)
{
    static uint8_t payload[4096];
    struct usb_urb urb = {
        .endpoint = type & 0x80,
        .setup = {type, request, value, index, length},
        .length = length,
        .data = type & 0x80 ? NULL : payload,
    };

    rig->done_count = 0;
    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->done_count, 1);
    return urb;
}

/* Status, or the length that came. */
static inline long rig_ask(struct rig *rig, uint8_t type, uint8_t request, uint16_t value,
                           uint16_t index, uint16_t length)
{
    struct usb_urb urb = rig_control(rig, type, request, value, index, length);

    return urb.status ? urb.status : (long)urb.actual;
}

static inline void rig_configure(struct rig *rig)
{
    cr_assert_eq(rig_ask(rig, 0x00, 9, 1, 0, 0), 0);
    rig->done_count = 0;
}

static inline void rig_submit(struct rig *rig, struct usb_urb *urb, uint8_t endpoint,
                              uint32_t length)
{
    static uint8_t payload[65536];
    static uint32_t seqnum;

    urb->seqnum = ++seqnum;
    urb->endpoint = endpoint;
    urb->length = length;
    urb->data = endpoint & 0x80 ? NULL : payload;
    usb_device_submit(rig->device, urb);
}

#endif
