/* What the still image function's two files share: its state, and who does what. */
#ifndef PAPSIM_FUNCTION_STILL_IMAGE_INTERNAL_H
#define PAPSIM_FUNCTION_STILL_IMAGE_INTERNAL_H

#include "function/still_image.h"
#include "mtp/container.h"

enum out_state {
    OUT_COMMAND, /* a command is awaited or half there */
    OUT_DATA,    /* the data phase of the running operation */
    OUT_STRAY,   /* data of an operation that was answered already: dropped */
};

enum in_state { IN_NONE, IN_DATA, IN_REPLY };

struct in_place {
    enum in_state state;
    uint64_t position;
};

struct still_image {
    struct usb_device *device;        /* NULL: none yet */
    struct mtpr_responder *responder; /* owned */
    const struct deviation_set *deviations;
    uint8_t interface, in, out, event;

    enum out_state out_state;
    uint8_t head[MTPR_COMMAND_MAX]; /* of the container that is coming in */
    size_t head_used;
    uint8_t stale[MTPR_COMMAND_MAX]; /* the last command's bytes, for a deviation */
    uint64_t announced, received;    /* payload of the data container */
    bool split, wrong_id;
    bool discarding; /* after a cancel: what the host still had under way */
    uint32_t last_transaction;

    struct in_place now, before; /* before: what in_undo() goes back to */
    size_t last_length;
    uint8_t data_header[MTPR_HEADER];
    uint8_t reply[MTPR_COMMAND_MAX];
    size_t reply_length;
    struct mtpr_command queued; /* came while the transaction before was being sent */
    bool has_queued;

    uint8_t event_bytes[24];
    size_t event_length, event_position, event_before;
    bool bulk_event; /* deviation: event_bytes go out on bulk */

    bool cancelling;       /* the next status poll says busy */
    bool device_cancelled; /* until the halts are cleared */
    bool wedged;           /* deviation */
    bool silent;           /* deviation: no response follows the data */
};

static inline bool si_deviates(const struct still_image *si, enum deviation which)
{
    return deviates(si->deviations, which);
}

/* Wakes an endpoint; a function without a core is only ever driven by unit tests. */
void si_ready(struct still_image *si, uint8_t endpoint);
bool si_halted(const struct still_image *si, uint8_t endpoint);
/* No transaction any more; nothing is said about it. */
void si_abandon(struct still_image *si);
void si_print_reply(struct still_image *si, const struct mtpr_reply *reply);
int si_setup(void *self, const struct usb_setup *setup, const uint8_t *data, uint8_t *reply);

#endif
