/* Inside usbip/: the server and one connection's state. */
#ifndef SIMULATOR_WIRE_USBIP_USBIP_INTERNAL_H
#define SIMULATOR_WIRE_USBIP_USBIP_INTERNAL_H

#include "simulator/wire/link.h"
#include "simulator/wire/listener.h"
#include "simulator/wire/usbip/frame.h"
#include "simulator/wire/usbip/server.h"

#define PEER_EARLY_MAX 64u

/* The longest piece of an operation's answer: a record and the interfaces of its device, of which
 * bNumInterfaces counts no more. */
enum {
    WIRE_INTERFACES_ROOM = 255 * FRAME_INTERFACE_SIZE,
    WIRE_OP_ROOM = FRAME_OP_SIZE + FRAME_DEVICE_SIZE + WIRE_INTERFACES_ROOM,
};

struct wire_server {
    struct wire_loop *loop;
    struct wire_listener listener;
    struct wire_bus *bus;
    struct wire_peer *peers;
    uint32_t op_deadline_ms;
};

/* A URB of this connection. */
struct peer_urb {
    struct import_urb base;
    size_t received; /* of payload and isochronous descriptors */
    uint32_t direction;
};

/* An UNLINK whose SUBMIT has not come yet. */
struct peer_early {
    uint32_t seqnum, unlink_seqnum;
};

struct wire_peer {
    struct wire_link link; /* its offer NULL: still in the list and import phase */
    struct wire_server *server;
    struct wire_peer *next, **prev;
    bool submitted;  /* any SUBMIT has come; the newest is */
    uint32_t newest; /* this one */
    unsigned early_count;
    struct peer_early early[PEER_EARLY_MAX];
    struct wire_timer early_over;
    struct peer_urb *filling; /* its payload is still coming */
};

extern const struct usb_front_ops wire_peer_front_ops;

/* op.c: answers what stands in the input; 0 not enough yet, 1 done one, -errno close. */
int wire_op_step(struct wire_peer *peer);
/* FRAME_DEVICE_SIZE bytes; and what a list has behind them: their length. */
void wire_op_record(const struct wire_offer *offer, uint8_t *bytes);
size_t wire_op_interfaces(const struct wire_offer *offer, uint8_t *bytes);
/* peer.c */
int wire_peer_new(struct wire_server *server, int fd);
void wire_peer_free(struct wire_peer *peer);
static inline uint32_t wire_devid(const struct wire_offer *offer)
{
    return (uint32_t)offer->busnum << 16 | offer->devnum;
}

/* urb_phase.c: wire_op_step()'s contract. */
int wire_urb_step(struct wire_peer *peer);
void wire_urb_answer(struct wire_peer *peer, struct peer_urb *urb);
/* A RET_SUBMIT or RET_UNLINK. */
void wire_urb_put_frame(struct wire_peer *peer, uint8_t *frame);
/* Of struct wire_link_ops. */
uint8_t *wire_fill_target(const struct wire_link *link, size_t *ret_head, size_t *ret_room);
void wire_filled(struct wire_link *link, size_t length);

/* early.c: true: the unlink waits for its SUBMIT. */
bool wire_early_unlink(struct wire_peer *peer, uint32_t seqnum, uint32_t unlink_seqnum);
/* A SUBMIT has come: true: it was unlinked before, that has been answered, and it is not to run. */
bool wire_early_take(struct wire_peer *peer, uint32_t seqnum);
void wire_early_give_up(struct wire_peer *peer);

#endif
