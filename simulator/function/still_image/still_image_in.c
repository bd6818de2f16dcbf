/* The IN half of the still image function: data, responses and events as transfers. */
#include <errno.h>

#include "simulator/function/still_image/still_image_internal.h"

static void add_chunk(struct usb_in *in, struct usb_chunk chunk)
{
    if (chunk.length == 0)
        return;
    in->chunks[in->chunk_count++] = chunk;
    in->length += chunk.length;
}

static int in_data(struct still_image *si, size_t room, struct usb_in *in)
{
    static const uint8_t extra[1];
    uint64_t total = MTPR_HEADER + mtpr_in_length(si->responder);
    uint64_t content = total < si->data_end ? total : si->data_end;

    if (si->now.position < MTPR_HEADER) {
        size_t at = (size_t)si->now.position, left = MTPR_HEADER - at;

        left = left < room ? left : room;
        add_chunk(in, (struct usb_chunk){.memory = si->data_header + at, .length = left});
    }
    /* One piece more: a second one could overwrite the window of the first. */
    if (in->length < room && si->now.position + in->length < content) {
        uint64_t at = si->now.position + in->length - MTPR_HEADER;
        uint64_t left = content - MTPR_HEADER - at;
        struct mtpr_piece piece;

        left = left < room - in->length ? left : room - in->length;
        if (mtpr_in(si->responder, at, (size_t)left, &piece))
            return -EPIPE;
        add_chunk(in, (struct usb_chunk){piece.memory, piece.fd, piece.offset, piece.length,
                                         piece.mapped});
    }
    /* Quirk: a byte more. */
    if (in->length < room && si->now.position + in->length == total && total < si->data_end)
        add_chunk(in, (struct usb_chunk){.memory = extra, .length = 1});
    si->now.position += in->length;
    if (si->now.position == si->data_end) {
        in->end = true;
        si_print_reply(si, mtpr_reply(si->responder));
        si->now = (struct in_place){si->silent ? IN_NONE : IN_REPLY, 0};
    }
    return 0;
}

static int in_reply(struct still_image *si, size_t room, struct usb_in *in)
{
    size_t at = (size_t)si->now.position, left = si->reply_length - at;

    left = left < room ? left : room;
    add_chunk(in, (struct usb_chunk){.memory = si->reply + at, .length = left});
    si->now.position += left;
    if (si->now.position == si->reply_length) {
        in->end = true;
        si->now = (struct in_place){IN_NONE, 0};
        si_answered(si);
        si_ready(si, si->out);
    }
    return 0;
}

/* One event is one transfer; it stays in event_bytes until the next is asked for. */
static int in_event(struct still_image *si, size_t room, struct usb_in *in)
{
    struct mtpr_event event;
    size_t left;

    si->event_before = si->event_position;
    if (si->event_position == si->event_length) {
        if (!mtpr_event_peek(si->responder, &event))
            return -EAGAIN;
        si->event_length = mtpr_event_print(&event, si->event_bytes);
        si->event_position = si->event_before = 0;
        mtpr_event_pop(si->responder);
    }
    left = si->event_length - si->event_position;
    left = left < room ? left : room;
    add_chunk(in,
              (struct usb_chunk){.memory = si->event_bytes + si->event_position, .length = left});
    si->event_position += left;
    in->end = si->event_position == si->event_length;
    return 0;
}

static int in_bulk(struct still_image *si, size_t room, struct usb_in *in)
{
    int error = -EAGAIN;

    if (si->mute)
        return -EAGAIN;
    if (si_is_disk(si) && decoy_disk_pending(&si->disk)) {
        si->last_length = SIZE_MAX; /* nothing of MTP's to take back */
        return decoy_disk_in(&si->disk, room, in);
    }
    si_begin_queued(si);
    if (si->now.state == IN_NONE && !si->policy->events_apart &&
        mtpr_event_count(si->responder) > 0)
        return in_event(si, room, in);
    si->before = si->now;
    if (si->now.state == IN_DATA)
        error = in_data(si, room, in);
    else if (si->now.state == IN_REPLY)
        error = in_reply(si, room, in);
    if (!error)
        si->last_length = in->length;
    return error;
}

int si_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    struct still_image *si = self;
    struct usb_in in = {.chunk_count = 0};
    int error;

    if (endpoint == si->in)
        error = in_bulk(si, room, &in);
    else if (endpoint == si->event && !si->policy->events_apart)
        error = -EAGAIN;
    else if (endpoint == si->event)
        error = in_event(si, room, &in);
    else
        error = -EPIPE;
    if (!error)
        *ret_in = in;
    return error;
}

void si_in_undo(void *self, uint8_t endpoint, size_t length)
{
    struct still_image *si = self;

    if (endpoint == si->event) {
        si->event_position -= length < si->event_position ? length : si->event_position;
        si_ready(si, si->event);
        return;
    }
    if (endpoint != si->in)
        return;
    if (length == si->last_length)
        si->now = si->before;
    else if (si->now.position >= length)
        si->now.position -= length;
    si->last_length = SIZE_MAX; /* only the last answer can be taken back as a whole */
    si_ready(si, si->in);
}
