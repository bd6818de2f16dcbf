/* Inside usbredir/: a port and one connection's state. */
#ifndef SIMULATOR_WIRE_USBREDIR_REDIR_INTERNAL_H
#define SIMULATOR_WIRE_USBREDIR_REDIR_INTERNAL_H

#include <usbredirfilter.h>
#include <usbredirparser.h>

#include "simulator/wire/link.h"
#include "simulator/wire/listener.h"
#include "simulator/wire/usbredir/redir_port.h"

#define REDIR_ENDPOINTS 32
#define REDIR_GUESTS_MAX 8 /* connections to one player, of which one has it */

struct redir_port {
    struct wire_loop *loop;
    struct wire_bus *bus;
    struct wire_offer *offer;
    struct redir_place place; /* its texts are the port's own */
    char address[64], path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    struct wire_listener listener;
    struct wire_source connecting; /* its fd -1: not */
    struct wire_timer again;
    bool complained;
    struct redir_guest *guests;
    unsigned guest_count;
};

struct redir_guest;
struct redir_urb;

/* How an answer to a URB is put: `done` is the URB as it completed. */
typedef void redir_answer(struct redir_guest *guest, const struct redir_urb *urb,
                          const struct usb_urb *done);

struct redir_urb {
    struct import_urb base;
    redir_answer *answer;
    uint8_t endpoint; /* as the guest wrote it */
    uint32_t stream_id;
    uint8_t wanted[2]; /* a setting or configuration that is being chosen */
    struct redir_stream *stream;
    struct redir_urb *stream_next;
    bool idle; /* of a stream: not in flight */
};

/* Transfers on an endpoint that the guest asked for once: it is sent what comes. */
struct redir_stream {
    struct redir_urb *urbs;
    bool started;
    bool stalled; /* of an interrupt endpoint, and said: it goes on when the halt is cleared */
    uint8_t type; /* enum usb_endpoint_type */
    uint64_t next_id;
    uint32_t stream_id;
};

/* What redir_read.c knows of the bytes that come. */
struct redir_input {
    uint8_t header[8];  /* type and length of the packet that is read */
    size_t header_done; /* bytes of its header, */
    uint32_t left;      /* or of the rest that is to come behind it */
    uint8_t *direct;    /* where the parser wants the rest of a long payload */
    size_t direct_room, direct_done;
    uint32_t foreseen;          /* so long a payload is likely to come; 0: none */
    struct import_urb *waiting; /* its buffer has room for one */
    size_t got, taken;          /* bytes that came there; of them, those that were handed on */
    uint32_t payload;           /* they are of one that long, which is the URB's; 0: of anything */
};

struct redir_guest {
    struct wire_link link; /* its offer NULL: the guest has no device */
    struct redir_port *port;
    struct redir_guest *next, **prev;
    struct usbredirparser *parser;
    struct usb_watch watch;
    struct wire_timer offering; /* the player may be had, or URBs are idle */
    bool greeted;               /* its hello has come */
    bool refused;               /* a filter of its wants no such player */
    bool ack_awaited;           /* of a disconnect */
    bool unconfigured;          /* the guest chose configuration 0 */
    int error;                  /* what ends it */
    struct redir_input input;
    struct wire_timer half; /* a packet has begun and does not go on */
    unsigned idle_count;
    uint32_t stream_seqnum;
    struct redir_stream streams[REDIR_ENDPOINTS];
};

static inline unsigned redir_index(uint8_t endpoint)
{
    return (endpoint & 0x0fu) | (endpoint & 0x80u ? 0x10u : 0);
}

/* redir_guest.c: a connection; the socket is its own if it succeeds. */
int redir_guest_new(struct redir_port *port, int fd);
void redir_guest_free(struct redir_guest *guest);
/* Connects the player, if it is free. */
void redir_guest_offer(struct redir_guest *guest);
/* The guest wants no such player. */
void redir_guest_refuse(struct redir_guest *guest);
extern const struct usb_front_ops redir_front_ops;

/* redir_read.c: usbredirparser_read, and calls of struct wire_link_ops. */
int redir_read(void *priv, uint8_t *data, int count);
uint8_t *redir_target(const struct wire_link *link, size_t *ret_head, size_t *ret_room);
void redir_filled(struct wire_link *link, size_t length);
/* The parser has begun a packet and has not all of it. */
bool redir_half_read(const struct redir_guest *guest);
/* Bytes that the parser has still to read. */
size_t redir_pending(const struct redir_guest *guest);
/* An OUT payload of that length has come: the next is likely to be as long. */
void redir_foresee(struct redir_guest *guest, size_t length);
/* The URB that the payload of the packet which was read last is in; NULL: the parser has it. */
struct import_urb *redir_take_waiting(struct redir_guest *guest);
void redir_input_done(struct redir_guest *guest);

/* redir_port.c: a connection has ended. */
void redir_port_left(struct redir_port *port);

/* redir_command.c: what the guest says. */
void redir_command_init(struct usbredirparser *parser);

/* redir_describe.c: interfaces and endpoints as they are now; the device. */
void redir_describe_settings(struct redir_guest *guest);
void redir_describe_device(struct redir_guest *guest);
bool redir_describe_passes(const struct redir_guest *guest, const struct usbredirfilter_rule *rules,
                           int count);

/* redir_answer.c: what it is told. Each is sent with the rest of the round. */
uint8_t redir_status(int status);
/* Bytes of a packet's header, and of a bulk packet's own behind it: the same in both directions. */
size_t redir_header_size(const struct redir_guest *guest);
size_t redir_bulk_size(const struct redir_guest *guest);
/* That an interrupt endpoint has halted. */
void redir_put_stall(struct redir_guest *guest, struct redir_stream *stream, uint8_t endpoint);
redir_answer redir_answer_control, redir_answer_bulk, redir_answer_interrupt, redir_answer_iso_out,
    redir_answer_stream, redir_answer_configured, redir_answer_configuration, redir_answer_set,
    redir_answer_setting;
/* What the parser has queued goes to the output: nothing ever waits in it. */
void redir_put_queued(struct redir_guest *guest);

/* redir_stream.c */
void redir_stream_start_iso(struct redir_guest *guest, uint64_t id, uint8_t endpoint,
                            unsigned packets, unsigned urbs);
void redir_stream_start_interrupt(struct redir_guest *guest, uint64_t id, uint8_t endpoint);
void redir_stream_start_bulk(struct redir_guest *guest, uint64_t id,
                             const struct usb_redir_start_bulk_receiving_header *how);
void redir_stream_stop(struct redir_guest *guest, uint8_t endpoint);
void redir_streams_stop(struct redir_guest *guest);
/* Of a stream that has come to an end by itself. */
void redir_stream_status(struct redir_guest *guest, uint64_t id, uint8_t endpoint, int type,
                         uint32_t stream_id, uint8_t status);
/* A URB of a stream has completed. */
void redir_stream_idle(struct redir_guest *guest, struct redir_urb *urb, int status);
/* Idle ones are submitted again. */
void redir_streams_run(struct redir_guest *guest);

#endif
