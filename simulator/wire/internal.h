/* Inside wire/: the server's table of offers and one connection's state. */
#ifndef PAPSIM_WIRE_INTERNAL_H
#define PAPSIM_WIRE_INTERNAL_H

#include "wire/frame.h"
#include "wire/output.h"
#include "wire/server.h"

#define LINK_INPUT (64u * 1024u)
#define LINK_EARLY_MAX 64u
#define LINK_BUCKETS 1024u
#define LINK_URBS_MAX 32768u
#define LINK_HELD_MAX (128u << 20) /* bytes of payload one connection may make us hold */
#define LINK_HELD_IDLE (8u << 20)  /* of it kept for reuse */

struct wire_offer {
    struct wire_offer *next;
    struct usb_device *device;
    const struct deviation_set *deviations;
    char busid[FRAME_BUSID_SIZE];
    uint32_t busnum, devnum;
};

struct wire_server {
    struct wire_loop *loop;
    struct wire_source listener;
    struct wire_offer *offers, **offers_tail;
    struct wire_link *links;
    struct wire_capture *capture;
    struct wire_timer rest; /* no descriptors left: accepting pauses */
    uint32_t op_deadline_ms;
    uint16_t port;
};

/* A URB of this connection; the core sees only the first member. */
struct link_urb {
    struct usb_urb urb;
    struct link_urb *free_next, *bucket_next;
    uint8_t *buffer; /* own memory behind urb.data, kept for reuse */
    size_t buffer_size;
    struct usb_iso_packet *packets;
    size_t packets_size;
    size_t received; /* of payload and isochronous descriptors */
    uint32_t direction;
    bool no_packets; /* read as isochronous by a defect */
};

/* An UNLINK whose SUBMIT has not come yet. */
struct link_early {
    uint32_t seqnum, unlink_seqnum;
};

struct wire_link {
    struct wire_source source;
    struct wire_timer timer;
    struct wire_timer frames; /* the next isochronous URB that is due */
    uint64_t frames_due;
    struct wire_server *server;
    struct wire_link *next, **prev;
    struct wire_offer *offer; /* NULL: still in the list and import phase */
    uint32_t watched;         /* EPOLL* bits asked for */
    bool closing;             /* the last answer is in the output */
    bool lingering;           /* it has left: waiting for the peer to have read it */
    bool dead, working;
    struct output output;
    size_t input_start, input_end;
    uint8_t input[LINK_INPUT];
    bool submitted;  /* any SUBMIT has come; the newest is */
    uint32_t newest; /* this one */
    unsigned early_count;
    struct link_early early[LINK_EARLY_MAX];
    struct wire_timer early_over;
    struct link_urb *filling; /* its payload is still coming */
    struct link_urb *spare;
    unsigned urb_count;
    size_t held; /* bytes of all their buffers */
    struct link_urb *buckets[LINK_BUCKETS];
};

extern const struct usb_host_ops wire_link_host_ops;

/* server.c: answers what stands in the input; 0 not enough yet, 1 done one, -errno close. */
int wire_op_step(struct wire_link *link);
/* link.c */
int wire_link_new(struct wire_server *server, int fd);
void wire_link_free(struct wire_link *link);
int wire_urb_step(struct wire_link *link);
size_t wire_link_pending(const struct wire_link *link); /* bytes in the input */
/* urb_phase.c */
void wire_urb_answer(struct wire_link *link, struct link_urb *urb);
bool wire_urb_hold(struct wire_link *link, struct link_urb *urb);
void wire_urbs_free(struct wire_link *link);
uint8_t *wire_fill_target(struct wire_link *link, size_t *ret_room);
int wire_filled(struct wire_link *link, size_t length);

/* early.c: true: the unlink waits for its SUBMIT. */
bool wire_early_unlink(struct wire_link *link, uint32_t seqnum, uint32_t unlink_seqnum);
/* A SUBMIT has come: true: it was unlinked before, that has been answered, and it is not to run. */
bool wire_early_take(struct wire_link *link, uint32_t seqnum);
void wire_early_give_up(struct wire_link *link);

static inline bool link_deviates(const struct wire_link *link, enum deviation which)
{
    return link->offer && deviates(link->offer->deviations, which);
}

#endif
