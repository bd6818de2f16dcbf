/* The OUT half of the still image function and its life: which container is coming in, what it
 * starts, and what a reset leaves of it. */
#include "simulator/function/still_image/still_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/function/still_image/still_image_internal.h"

/* ---- what the core offers */

void si_ready(struct still_image *si, uint8_t endpoint)
{
    if (si->device)
        usb_function_ready(si->device, endpoint);
}

static void halt_both(struct still_image *si)
{
    if (!si->device)
        return;
    usb_function_halt(si->device, si->in);
    usb_function_halt(si->device, si->out);
}

bool si_halted(const struct still_image *si, uint8_t endpoint)
{
    return si->device && usb_function_halted(si->device, endpoint);
}

static void event_waits(void *self)
{
    struct still_image *si = self;

    si_ready(si, si->policy->events_apart ? si->event : si->in);
}

/* ---- life */

const struct still_image_policy still_image_by_the_book = {
    .events_apart = true,
    .one_at_a_time = true,
    .strays_dropped = true,
    .data_id_checked = true,
    .data_bounded = true,
    .short_packet_ends_data = true,
    .cancel_drops_data = true,
};

int still_image_find_pipes(const struct usb_interface_identity *settings, size_t setting_count,
                           struct still_image_pipes *ret_pipes)
{
    for (size_t i = 0; i < setting_count; i++) {
        struct still_image_pipes pipes = {0};

        for (size_t j = 0; j < settings[i].endpoint_count; j++) {
            const struct usb_endpoint_identity *endpoint = &settings[i].endpoints[j];
            bool to_host = (endpoint->address & 0x80) != 0;

            if (endpoint->type == USB_ENDPOINT_BULK && to_host)
                pipes.in = endpoint->address;
            else if (endpoint->type == USB_ENDPOINT_BULK)
                pipes.out = endpoint->address;
            else if (endpoint->type == USB_ENDPOINT_INTERRUPT && to_host)
                pipes.event = endpoint->address;
        }
        if (pipes.in && pipes.out && pipes.event) {
            *ret_pipes = pipes;
            return 0;
        }
    }
    return -ENOENT;
}

int still_image_new(const struct still_image_options *options, struct still_image **ret_function)
{
    struct still_image *si = calloc(1, sizeof(*si));
    struct still_image_pipes pipes;
    int error;

    if (!si)
        return -ENOMEM;
    error = still_image_find_pipes(options->settings, options->setting_count, &pipes);
    if (!error)
        error = mtpr_new(options->config, options->store, (struct mtpr_waker){event_waits, si},
                         options->responder, &si->responder);
    if (error) {
        free(si);
        return error;
    }
    si->policy = options->policy;
    si->interface = options->settings[0].number;
    si->in = pipes.in;
    si->out = pipes.out;
    si->event = pipes.event;
    *ret_function = si;
    return 0;
}

static void si_free(void *self)
{
    struct still_image *si = self;

    mtpr_free(si->responder);
    free(si);
}

static void si_attach(void *self, struct usb_device *device)
{
    ((struct still_image *)self)->device = device;
}

struct mtpr_responder *still_image_responder(struct still_image *si)
{
    return si->responder;
}

bool still_image_busy(const struct still_image *si)
{
    return si->out_state == OUT_DATA || si->now.state != IN_NONE;
}

void si_abandon(struct still_image *si)
{
    mtpr_cancel(si->responder);
    si->out_state = OUT_COMMAND;
    si->head_used = 0;
    si->now = si->before = (struct in_place){IN_NONE, 0};
    si->last_length = 0;
    usb_function_drop(si->device, si->in);
}

int si_protocol_error(struct still_image *si)
{
    si_abandon(si);
    si->has_queued = false;
    halt_both(si);
    return -EPIPE;
}

int still_image_cancel(struct still_image *si)
{
    if (!still_image_busy(si))
        return -ENOENT;
    if (si->policy->cancel_drops_data)
        si_abandon(si);
    si->discarding = true;
    si->device_cancelled = true;
    halt_both(si);
    return 0;
}

/* ---- from the responder to the IN pipe */

/* The length of a container that is about to leave. */
static size_t filter_container(struct still_image *si, uint8_t *bytes, size_t length)
{
    const struct still_image_filter *filter = si->policy->filter;

    return filter && filter->container ? filter->container(filter->self, si, bytes, length)
                                       : length;
}

void si_print_reply(struct still_image *si, const struct mtpr_reply *reply)
{
    uint32_t transaction =
        si->policy->junk_in_headers ? SI_JUNK_TRANSACTION : mtpr_transaction(si->responder);
    size_t length = mtpr_reply_print(reply, transaction, si->reply);

    si->reply_length = filter_container(si, si->reply, length);
}

static void answer(struct still_image *si)
{
    si_pace(si, 0);
    si_print_reply(si, mtpr_reply(si->responder));
    si->now = (struct in_place){IN_REPLY, 0};
    si->out_state = OUT_COMMAND;
    si->head_used = 0;
    si_ready(si, si->in);
}

static void send_data(struct still_image *si, const struct mtpr_command *command)
{
    uint64_t length = MTPR_HEADER + mtpr_in_length(si->responder);
    /* 4 GB and more: all ones, and the short packet ends it (MTP 1.1, H.2). */
    struct mtpr_header header = {length < UINT32_MAX ? (uint32_t)length : UINT32_MAX, MTP_CT_DATA,
                                 command->code, command->transaction};

    if (si->policy->junk_in_headers) {
        header.code = SI_JUNK_CODE;
        header.transaction = SI_JUNK_TRANSACTION;
    }
    si->data_end = si_data_end(si, length);
    si_pace(si, length);
    mtpr_header_print(&header, si->data_header);
    filter_container(si, si->data_header, MTPR_HEADER);
    si->now = (struct in_place){IN_DATA, 0};
    si_ready(si, si->in);
}

static void begin(struct still_image *si, const struct mtpr_command *command)
{
    enum mtpr_phase phase;

    si->out_state = OUT_COMMAND;
    si->head_used = 0;
    si->discarding = false;
    si->cancelling = false;
    si->silent = false;
    si->last_transaction = command->transaction;
    si->code = command->code;
    phase = mtpr_begin(si->responder, command);
    si_may_crash(si);
    if (phase == MTPR_DATA_IN) {
        send_data(si, command);
    } else if (phase == MTPR_DATA_OUT) {
        si->out_state = OUT_DATA;
        si->now = (struct in_place){IN_NONE, 0};
        si->announced = si->received = 0;
        si->wrong_id = false;
    } else {
        answer(si);
    }
}

void si_begin_queued(struct still_image *si)
{
    if (!si->has_queued || still_image_busy(si))
        return;
    si->has_queued = false;
    begin(si, &si->queued);
    si_ready(si, si->out);
}

/* ---- OUT: commands */

/* A new command where data are due: the host gave the old operation up. */
static bool is_new_command(const uint8_t *data, size_t length)
{
    struct mtpr_command command;

    return mtpr_command_parse(data, length, &command);
}

/* A transfer that is one whole command, where data under way had another length left to come: their
 * sender died and its successor on the same import, which never saw a reset, starts anew. Data of
 * unknown length may end in any bytes and are left alone. */
static bool is_successor(const struct still_image *si, const uint8_t *data, size_t length, bool end)
{
    bool begun =
        si->out_state == OUT_STRAY || (si->out_state == OUT_DATA && si->head_used == MTPR_HEADER);

    return end && begun && si->announced != UINT64_MAX && length != si->announced - si->received &&
           is_new_command(data, length);
}

static int execute(struct still_image *si, const struct mtpr_command *command)
{
    if (si->now.state == IN_NONE || !si->policy->one_at_a_time) {
        begin(si, command);
        return 0;
    }
    /* A host that opens a session while data of another are under way is a new one: its
     * predecessor died. It shall not meet the old data. */
    if (command->code == MTP_OP_OPEN_SESSION) {
        si_abandon(si);
        begin(si, command);
        return 0;
    }
    if (si->has_queued)
        return -EAGAIN;
    si->queued = *command;
    si->has_queued = true;
    si->head_used = 0;
    return 0;
}

/* Junk, unless it is the rest of a cancelled phase: that is dropped. */
static int take_command(struct still_image *si, bool whole)
{
    const struct still_image_filter *filter = si->policy->filter;
    struct mtpr_command command;

    if (filter && filter->command)
        whole = filter->command(filter->self, si, si->head, &si->head_used, whole);
    if (whole && mtpr_command_parse(si->head, si->head_used, &command))
        return execute(si, &command);
    if (!si->discarding)
        return si_protocol_error(si);
    si->head_used = 0;
    return 0;
}

/* The data phase of an operation that has none, or that was refused before it: dropped. */
static bool is_stray(const struct still_image *si, const struct mtpr_header *header)
{
    return header->type == MTP_CT_DATA && header->transaction == si->last_transaction &&
           si->policy->strays_dropped;
}

static int stray_data(struct still_image *si, size_t length, bool end)
{
    si->received += length;
    if (si->received >= si->announced || (end && si->received > MTPR_HEADER))
        si->out_state = OUT_COMMAND;
    return 0;
}

static int begin_stray(struct still_image *si, const struct mtpr_header *header, size_t length,
                       bool end)
{
    si->out_state = OUT_STRAY;
    si->head_used = 0;
    si->received = 0;
    si->announced = header->length == 0xffffffffu ? UINT64_MAX : header->length;
    return stray_data(si, length, end);
}

static int out_command(struct still_image *si, const uint8_t *data, size_t length, bool end)
{
    size_t room = sizeof(si->head) - si->head_used, part = length < room ? length : room;
    struct mtpr_header header;
    int error;

    if (si->head_used == 0 && length == 0)
        return 0;
    memcpy(si->head + si->head_used, data, part);
    si->head_used += part;
    if (mtpr_header_parse(si->head, si->head_used, &header) && is_stray(si, &header))
        return begin_stray(si, &header, si->head_used - part + length, end);
    if (part < length) /* more than a command can have */
        return take_command(si, false);
    if (!end && si->head_used >= MTPR_HEADER && header.length > si->head_used &&
        header.length <= MTPR_COMMAND_MAX)
        return 0;
    if (!end && si->head_used < MTPR_HEADER)
        return 0;
    error = take_command(si, true);
    if (error == -EAGAIN)
        si->head_used -= part; /* offered again */
    return error;
}

/* ---- OUT: data */

static void data_complete(struct still_image *si, enum mtpr_end how)
{
    mtpr_out_end(si->responder, si->wrong_id ? MTPR_END_WRONG_ID : how);
    si_may_crash(si);
    answer(si);
}

static int data_header(struct still_image *si)
{
    struct mtpr_header header;

    if (!mtpr_header_parse(si->head, MTPR_HEADER, &header) || header.type != MTP_CT_DATA)
        return si_protocol_error(si);
    if (header.length < MTPR_HEADER)
        return si_protocol_error(si);
    si->announced = header.length == 0xffffffffu ? UINT64_MAX : header.length - MTPR_HEADER;
    si->received = 0;
    si->wrong_id =
        header.transaction != mtpr_transaction(si->responder) && si->policy->data_id_checked;
    return 0;
}

static int out_payload(struct still_image *si, const uint8_t *data, size_t length, bool end)
{
    uint64_t left = si->announced - si->received;
    size_t part = length < left || !si->policy->data_bounded ? length : (size_t)left;
    bool excess = part < length;

    if (part)
        mtpr_out(si->responder, data, part);
    si->received += part;
    if (excess)
        data_complete(si, MTPR_END_EXCESS);
    else if (si->received >= si->announced)
        data_complete(si, MTPR_END_WHOLE);
    else if (end && si->announced == UINT64_MAX)
        data_complete(si, MTPR_END_WHOLE);
    else if (end && si->policy->short_packet_ends_data)
        data_complete(si, MTPR_END_SHORT);
    return 0;
}

static int out_data(struct still_image *si, const uint8_t *data, size_t length, bool end)
{
    size_t part = 0;
    int error;

    if (si->head_used < MTPR_HEADER) {
        if (si->head_used == 0 && end && is_new_command(data, length)) {
            si_abandon(si);
            return out_command(si, data, length, end);
        }
        part = MTPR_HEADER - si->head_used;
        part = length < part ? length : part;
        memcpy(si->head + si->head_used, data, part);
        si->head_used += part;
        if (si->head_used < MTPR_HEADER)
            return end ? si_protocol_error(si) : 0;
        error = data_header(si);
        if (error)
            return error;
        /* The header in a packet of its own is no end of data. */
        if (part == length && si->announced > 0)
            return 0;
    }
    return out_payload(si, data + part, length - part, end);
}

static int si_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end)
{
    struct still_image *si = self;
    int error;

    if (endpoint != si->out)
        return -EPIPE;
    if (si->mute)
        return -EAGAIN;
    if (si_is_disk(si) && si_disk_out(si, data, length, &error))
        return error;
    si_begin_queued(si);
    if (is_successor(si, data, length, end))
        si_abandon(si);
    switch (si->out_state) {
    case OUT_DATA:
        return out_data(si, data, length, end);
    case OUT_STRAY:
        return stray_data(si, length, end);
    case OUT_COMMAND:
        break;
    }
    return out_command(si, data, length, end);
}

/* ---- resets */

static void si_reset(void *self, struct usb_reset reset)
{
    struct still_image *si = self;
    enum usb_reset_cause cause = reset.cause;

    if (cause == USB_RESET_HALT) {
        if (reset.endpoint == si->out && si->out_state == OUT_COMMAND)
            si->head_used = 0;
        si_ready(si, reset.endpoint);
        return;
    }
    if (cause == USB_RESET_INTERFACE) {
        si_abandon(si);
        si->has_queued = false;
        return;
    }
    /* The responder goes first: what is under way is not yet given up. */
    mtpr_reset(si->responder, cause == USB_RESET_POWER ? MTPR_LOSS_POWER : MTPR_LOSS_BUS);
    decoy_disk_reset(&si->disk);
    if (cause == USB_RESET_AGAIN || cause == USB_RESET_POWER)
        si->mute = false;
    if (cause == USB_RESET_POWER)
        si->carried = 0;
    si_abandon(si);
    si->has_queued = si->discarding = si->cancelling = si->device_cancelled = false;
    si->event_length = si->event_position = 0;
}

const struct usb_function_ops still_image_ops = {
    .name = "still-image",
    .attach = si_attach,
    .free = si_free,
    .setup = si_setup,
    .out = si_out,
    .in = si_in,
    .in_undo = si_in_undo,
    .reset = si_reset,
};
