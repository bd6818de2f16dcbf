/* What the still image function's files share: its state, and who does what. */
#ifndef SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_INTERNAL_H
#define SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_INTERNAL_H

#include "simulator/function/still_image/decoy_disk.h"
#include "simulator/function/still_image/still_image.h"
#include "simulator/mtp/container.h"

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
    const struct still_image_policy *policy;
    uint8_t interface, in, out, event;

    enum out_state out_state;
    uint8_t head[MTPR_COMMAND_MAX]; /* of the container that is coming in */
    size_t head_used;
    uint64_t announced, received; /* payload of the data container */
    bool wrong_id;
    bool discarding; /* after a cancel: what the host still had under way */
    uint32_t last_transaction;
    uint16_t code; /* of the operation that ran last */

    struct in_place now, before; /* before: what in_undo() goes back to */
    size_t last_length;
    uint8_t data_header[MTPR_HEADER];
    uint64_t data_end; /* of what is sent of the data container: quirks send more, or less */
    uint8_t reply[MTPR_COMMAND_MAX];
    size_t reply_length;
    struct mtpr_command queued; /* came while the transaction before was being sent */
    bool has_queued;

    uint8_t event_bytes[24];
    size_t event_length, event_position, event_before;

    bool cancelling;       /* the next status poll says busy */
    bool device_cancelled; /* until the halts are cleared */

    /* Quirks. */
    bool silent;            /* no response follows the data */
    bool mute;              /* until a reset */
    uint64_t carried;       /* objects sent and got since it was plugged in */
    struct decoy_disk disk; /* on the same pipes */
};

/* Wakes an endpoint; a function without a core is only ever driven by unit tests. */
void si_ready(struct still_image *si, uint8_t endpoint);
bool si_halted(const struct still_image *si, uint8_t endpoint);
/* No transaction any more; nothing is said about it. */
void si_abandon(struct still_image *si);
void si_print_reply(struct still_image *si, const struct mtpr_reply *reply);
int si_protocol_error(struct still_image *si);
void si_begin_queued(struct still_image *si);

/* still_image_in.c: of usb_function_ops. */
int si_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in);
void si_in_undo(void *self, uint8_t endpoint, size_t length);

/* still_image_quirks.c: what real players do wrong. As libmtp's device-flags.h has seen it: */
enum { SI_JUNK_CODE = 0xd101 };
#define SI_JUNK_TRANSACTION 0xd201d102u
/* Makes the host wait for the answer to si->code; `length` of a data container, 0: there is none.
 */
void si_pace(struct still_image *si, uint64_t length);
/* Where sending a data container of that length ends. */
uint64_t si_data_end(const struct still_image *si, uint64_t length);
/* After an operation: some lock the player up. */
void si_may_crash(struct still_image *si);
/* A response has left. */
void si_answered(struct still_image *si);
/* Cancel of what is being sent: true, and old data go on. */
bool si_pushes_on(struct still_image *si);
/* Does it take itself for a disk, too or only? */
bool si_is_disk(const struct still_image *si);
/* True: the disk has taken the transfer, with *ret_error as out()'s answer. */
bool si_disk_out(struct still_image *si, const uint8_t *data, size_t length, int *ret_error);

int si_setup(void *self, const struct usb_setup *setup, const uint8_t *data, uint8_t *reply);

#endif
