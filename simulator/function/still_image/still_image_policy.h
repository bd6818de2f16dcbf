/* How a still image function behaves where such functions differ, and the seams at which its owner
 * may look at its containers; those of its transfers and class requests are the core's
 * (usb_policy.h). Read anew each time: all of it may change while a transaction runs. */
#ifndef SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_POLICY_H
#define SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct still_image;

/* Sees what passes between the pipes and the responder and may change it. A member may be NULL. */
struct still_image_filter {
    void *self;
    /* What has come where a command is due: *used bytes of `head` (room: MTPR_COMMAND_MAX), `whole`
     * if no more belongs to it. Returns whether it is to be read as a command. */
    bool (*command)(void *self, struct still_image *function, uint8_t *head, size_t *used,
                    bool whole);
    /* A response, or the header of a data container, about to leave. Returns its new length, for a
     * response at most MTPR_COMMAND_MAX. */
    size_t (*container)(void *self, struct still_image *function, uint8_t *bytes, size_t length);
};

struct still_image_policy {
    /* By the book these are true. */
    bool events_apart;           /* on their own pipe */
    bool one_at_a_time;          /* a command waits for the end of the transaction before it */
    bool strays_dropped;         /* data of an operation that has been answered */
    bool data_id_checked;        /* the data container's transaction */
    bool data_bounded;           /* by the length it announces */
    bool short_packet_ends_data; /* before that length */
    bool cancel_drops_data;      /* when the device itself cancels */

    /* What real players do (docs/quirks.md); by the book false. */
    bool junk_in_headers;
    bool byte_for_zero_packet; /* one byte more where a zero-length packet is due */
    bool old_data_after_cancel;
    bool mute_after_close;     /* of a session, until a reset */
    bool last_packet_locks_up; /* of GetPartialObject up to the end of an object, if it is full */
    bool changes_slow, handles_slow, slower_each_time;
    bool disk_too;      /* on the same pipes */
    bool disk_at_first; /* and nothing else before the host asks for MTP */

    const struct still_image_filter *filter; /* NULL: nobody looks */
};

extern const struct still_image_policy still_image_by_the_book;

#endif
