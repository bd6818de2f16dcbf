/* Inside usbip/: the server and one connection's state. */
#ifndef SIMULATOR_WIRE_USBIP_USBIP_INTERNAL_H
#define SIMULATOR_WIRE_USBIP_USBIP_INTERNAL_H

#include "simulator/wire/output.h"
#include "simulator/wire/usbip/frame.h"
#include "simulator/wire/usbip/server.h"

#define PEER_INPUT (64u * 1024u)
#define PEER_EARLY_MAX 64u
#define PEER_BUCKETS 1024u
#define PEER_URBS_MAX 32768u
#define PEER_HELD_MAX (128u << 20) /* bytes of payload one connection may make us hold */
#define PEER_HELD_IDLE (8u << 20)  /* of it kept for reuse */

/* The longest piece of an operation's answer: a record and the interfaces of its device, of which
 * bNumInterfaces counts no more. */
enum {
    WIRE_INTERFACES_ROOM = 255 * FRAME_INTERFACE_SIZE,
    WIRE_OP_ROOM = FRAME_OP_SIZE + FRAME_DEVICE_SIZE + WIRE_INTERFACES_ROOM,
};

struct wire_server {
    struct wire_loop *loop;
    struct wire_source listener;
    const struct wire_bus *bus;
    struct wire_peer *peers;
    struct wire_timer rest; /* no descriptors left: accepting pauses */
    uint32_t op_deadline_ms;
    uint16_t port;
};

/* A URB of this connection; the core sees only the first member. */
struct peer_urb {
    struct usb_urb urb;
    struct peer_urb *free_next, *bucket_next;
    uint8_t *buffer; /* own memory behind urb.data, kept for reuse */
    size_t buffer_size;
    struct usb_iso_packet *packets;
    size_t packets_size;
    size_t received; /* of payload and isochronous descriptors */
    uint32_t direction;
    int type; /* enum usb_endpoint_type, or -ENOENT */
};

/* An UNLINK whose SUBMIT has not come yet. */
struct peer_early {
    uint32_t seqnum, unlink_seqnum;
};

struct wire_peer {
    struct wire_source source;
    struct wire_timer timer;
    struct wire_timer frames; /* the next isochronous URB that is due */
    uint64_t frames_due;
    struct wire_server *server;
    struct wire_peer *next, **prev;
    struct wire_offer *offer; /* imported; NULL: still in the list and import phase */
    uint32_t watched;         /* EPOLL* bits asked for */
    bool closing;             /* the last answer is in the output */
    bool lingering;           /* it has left: waiting for the peer to have read it */
    bool dead, working;
    struct output output;
    size_t input_start, input_end;
    uint8_t input[PEER_INPUT];
    bool submitted;  /* any SUBMIT has come; the newest is */
    uint32_t newest; /* this one */
    unsigned early_count;
    struct peer_early early[PEER_EARLY_MAX];
    struct wire_timer early_over;
    struct peer_urb *filling; /* its payload is still coming */
    struct peer_urb *spare;
    unsigned urb_count;
    size_t held; /* bytes of all their buffers */
    struct peer_urb *buckets[PEER_BUCKETS];
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
size_t wire_peer_pending(const struct wire_peer *peer); /* bytes in the input */
static inline uint32_t wire_devid(const struct wire_offer *offer)
{
    return (uint32_t)offer->busnum << 16 | offer->devnum;
}

/* urb_phase.c: wire_op_step()'s contract. */
int wire_urb_step(struct wire_peer *peer);
void wire_urb_answer(struct wire_peer *peer, struct peer_urb *urb);
bool wire_urb_hold(struct wire_peer *peer, struct peer_urb *urb);
void wire_urbs_free(struct wire_peer *peer);
/* A RET_SUBMIT or RET_UNLINK. */
void wire_urb_put_frame(struct wire_peer *peer, uint8_t *frame);
/* Where the next received bytes may go directly: the rest of an awaited payload, or NULL. Who puts
 * them there counts them in peer->filling->received. */
uint8_t *wire_fill_target(const struct wire_peer *peer, size_t *ret_room);

/* early.c: true: the unlink waits for its SUBMIT. */
bool wire_early_unlink(struct wire_peer *peer, uint32_t seqnum, uint32_t unlink_seqnum);
/* A SUBMIT has come: true: it was unlinked before, that has been answered, and it is not to run. */
bool wire_early_take(struct wire_peer *peer, uint32_t seqnum);
void wire_early_give_up(struct wire_peer *peer);

#endif
