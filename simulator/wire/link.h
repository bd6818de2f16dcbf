/* One importer's socket: its input buffer, its answers, when reading stops because it does not take
 * them, and what the device core wants of whoever has imported it. Fronts stand on it. */
#ifndef SIMULATOR_WIRE_LINK_H
#define SIMULATOR_WIRE_LINK_H

#include "simulator/wire/import.h"
#include "simulator/wire/loop.h"
#include "simulator/wire/output.h"

#define LINK_INPUT (64u * 1024u)

struct wire_link;

/* A front's. */
struct wire_link_ops {
    /* Answers what stands in the input; 0 not enough yet, 1 done one, -errno close. */
    int (*step)(struct wire_link *link);
    /* Where the next received bytes may go directly: the rest of an awaited payload, or NULL; or
     * what follows `head` bytes (0 unless told) that go to the input. What came there is told by
     * filled(). */
    uint8_t *(*target)(const struct wire_link *link, size_t *ret_head, size_t *ret_room);
    void (*filled)(struct wire_link *link, size_t length);
    /* Optional. The socket has been served: before the answers leave. */
    void (*served)(struct wire_link *link);
    /* Optional. It has been dealt with for now: before the loop goes on. */
    void (*rest)(struct wire_link *link);
    /* It is over. */
    void (*end)(struct wire_link *link);
};

struct wire_link {
    struct wire_source source;
    struct wire_timer timer;  /* its front's deadline; its goodbye's */
    struct wire_timer frames; /* the next isochronous URB that is due */
    uint64_t frames_due;
    struct wire_loop *loop;
    const struct wire_link_ops *ops;
    uint32_t watched;     /* EPOLL* bits asked for */
    uint32_t deadline_ms; /* of a phase, and of the goodbye */
    bool closing;         /* the last answer is in the output */
    bool lingering;       /* it has left: waiting for the peer to have read it */
    bool dead, working;
    struct wire_import import;
    struct output output;
    size_t input_start, input_end;
    uint8_t input[LINK_INPUT];
};

/* Over a connected socket, which is the link's from here on if it succeeds, with a URB of
 * `urb_size` (import_init()). The deadline runs: 0 is none. */
int link_init(struct wire_link *link, struct wire_loop *loop, struct wire_bus *bus, int fd,
              const struct wire_link_ops *ops, size_t urb_size, uint32_t deadline_ms);
/* The device loses its importer; the socket is closed. */
void link_done(struct wire_link *link);
/* Bytes in the input. */
size_t link_pending(const struct wire_link *link);
/* Input is taken from its start. */
size_t link_take(struct wire_link *link, void *to, size_t length);
/* The player has a front's importer, and the deadline is over: -errno of usb_device_attach(). */
int link_attach(struct wire_link *link, struct wire_offer *offer, const struct usb_front_ops *ops);

/* Around what a callback of the loop other than its socket does: afterwards answers leave, or the
 * link is over. */
void link_enter(struct wire_link *link);
void link_leave(struct wire_link *link, int error);
/* The IN data of a URB, as many as it says. */
void link_put_data(struct wire_link *link, const struct usb_urb *urb);
/* Answers that came up outside leave. */
void link_send(struct wire_link *link);

/* Of a struct usb_front_ops whose `host` is the link. */
bool link_congested(void *host);
bool link_hold(void *host, struct usb_urb *urb);
uint64_t link_now(void *host);
void link_alarm(void *host, uint64_t due);
void link_asked(void *host);

#endif
