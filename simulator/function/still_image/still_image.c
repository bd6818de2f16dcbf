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

    si_ready(si, si_deviates(si, DEFECT_EVENTS_ON_BULK) ? si->in : si->event);
}

/* ---- life */

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
    si->defects = options->defects;
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
    if (si_deviates(si, DEFECT_WEDGED_BY_JUNK))
        si->wedged = true;
    halt_both(si);
    return -EPIPE;
}

int still_image_cancel(struct still_image *si)
{
    if (!still_image_busy(si))
        return -ENOENT;
    if (!si_deviates(si, DEFECT_CANCEL_KEEPS_DATA))
        si_abandon(si);
    si->discarding = true;
    si->device_cancelled = true;
    halt_both(si);
    return 0;
}

/* ---- from the responder to the IN pipe */

void si_print_reply(struct still_image *si, const struct mtpr_reply *reply)
{
    struct mtpr_reply padded = *reply;
    uint32_t transaction = mtpr_transaction(si->responder);

    if (si_deviates(si, DEFECT_TRANSACTION_ID_ZERO))
        transaction = 0;
    if (si_deviates(si, QUIRK_HEADER))
        transaction = SI_JUNK_TRANSACTION;
    if (si_deviates(si, DEFECT_RESPONSE_PADDED)) {
        while (padded.count < 5)
            padded.params[padded.count++] = 0xdeadbeefu;
    }
    si->reply_length = mtpr_reply_print(&padded, transaction, si->reply);
    if (si_deviates(si, DEFECT_LENGTH_WITHOUT_HEADER))
        si->reply[0] = (uint8_t)(si->reply_length - MTPR_HEADER);
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
    struct mtpr_header header = {(uint32_t)length, MTP_CT_DATA, command->code,
                                 command->transaction};

    /* 4 GB and more: all ones, and the short packet ends it (MTP 1.1, H.2). */
    if (length >= 0xffffffffu && !si_deviates(si, DEFECT_LENGTH_WRAPS))
        header.length = 0xffffffffu;
    if (si_deviates(si, DEFECT_LENGTH_WITHOUT_HEADER))
        header.length -= MTPR_HEADER;
    if (si_deviates(si, DEFECT_TRANSACTION_ID_ZERO))
        header.transaction = 0;
    if (si_deviates(si, QUIRK_HEADER)) {
        header.code = SI_JUNK_CODE;
        header.transaction = SI_JUNK_TRANSACTION;
    }
    si->data_end = si_data_end(si, length);
    si_pace(si, length);
    mtpr_header_print(&header, si->data_header);
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
        si->split = si->wrong_id = false;
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
    if (si->now.state == IN_NONE || si_deviates(si, DEFECT_COMMANDS_INTERLEAVE)) {
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

/* A command container of no lawful length; a defect takes it all the same. */
static int odd_command(struct still_image *si)
{
    struct mtpr_command command;
    size_t length = sizeof(si->stale);

    memcpy(si->stale, si->head, si->head_used);
    memcpy(si->stale, (uint8_t[]){(uint8_t)length, 0, 0, 0, MTP_CT_COMMAND, 0}, 6);
    if (!mtpr_command_parse(si->stale, length, &command))
        return si_protocol_error(si);
    return execute(si, &command);
}

static int take_command(struct still_image *si, size_t length)
{
    struct mtpr_command command;

    if (si_deviates(si, DEFECT_CONTAINER_TYPE_IGNORED) && si->head_used >= MTPR_HEADER) {
        si->head[4] = MTP_CT_COMMAND;
        si->head[5] = 0;
    }
    if (mtpr_command_parse(si->head, length, &command)) {
        memcpy(si->stale, si->head, length);
        return execute(si, &command);
    }
    if (si_deviates(si, DEFECT_COMMAND_LENGTH_UNCHECKED) && si->head_used >= 8)
        return odd_command(si);
    if (si->discarding) {
        si->head_used = 0;
        return 0;
    }
    return si_protocol_error(si);
}

/* The data phase of an operation that has none, or that was refused before it: dropped. */
static bool is_stray(const struct still_image *si, const struct mtpr_header *header)
{
    return header->type == MTP_CT_DATA && header->transaction == si->last_transaction &&
           !si_deviates(si, DEFECT_UNKNOWN_DATA_IS_COMMAND) &&
           !(header->code == MTP_OP_SEND_OBJECT && si_deviates(si, DEFECT_DATA_WITHOUT_INFO_LEFT));
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
        return si_deviates(si, DEFECT_LATE_ZERO_PACKET_STALLS) ? si_protocol_error(si) : 0;
    memcpy(si->head + si->head_used, data, part);
    si->head_used += part;
    if (mtpr_header_parse(si->head, si->head_used, &header) && is_stray(si, &header))
        return begin_stray(si, &header, si->head_used - part + length, end);
    /* More than a command can have is junk, unless it is the rest of a cancelled phase. */
    if (part < length) {
        if (si->discarding && !si_deviates(si, DEFECT_COMMAND_LENGTH_UNCHECKED)) {
            si->head_used = 0;
            return 0;
        }
        return si_deviates(si, DEFECT_COMMAND_LENGTH_UNCHECKED) ? odd_command(si)
                                                                : si_protocol_error(si);
    }
    if (!end && si->head_used >= MTPR_HEADER && header.length > si->head_used &&
        header.length <= MTPR_COMMAND_MAX)
        return 0;
    if (!end && si->head_used < MTPR_HEADER)
        return 0;
    error = take_command(si, si->head_used);
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
    si->wrong_id = header.transaction != mtpr_transaction(si->responder) &&
                   !si_deviates(si, DEFECT_DATA_ID_UNCHECKED);
    return 0;
}

static int out_payload(struct still_image *si, const uint8_t *data, size_t length, bool end)
{
    uint64_t left = si->announced - si->received;
    size_t part = length < left ? (size_t)length : (size_t)left;
    bool excess = part < length;

    if (excess && si_deviates(si, DEFECT_EXCESS_DATA_KEPT)) {
        part = length;
        excess = false;
    }
    if (part)
        mtpr_out(si->responder, data, part);
    si->received += part;
    if (excess)
        data_complete(si, MTPR_END_EXCESS);
    else if (si->received >= si->announced)
        data_complete(si, MTPR_END_WHOLE);
    else if (end && si->announced == UINT64_MAX)
        data_complete(si, MTPR_END_WHOLE);
    else if (end && !si_deviates(si, DEFECT_SHORT_DATA_WAITS))
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
        if (part == length && si->announced > 0) {
            si->split = true;
            return 0;
        }
    } else if (si->split && si_deviates(si, DEFECT_SPLIT_HEADER_SKIPS)) {
        part = length < MTPR_HEADER ? length : MTPR_HEADER;
        si->split = false;
    }
    return out_payload(si, data + part, length - part, end);
}

static int si_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end)
{
    struct still_image *si = self;
    int error;

    if (endpoint != si->out || si->wedged)
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
    /* The responder goes first: one defect wants to know what was under way. */
    mtpr_reset(si->responder, cause == USB_RESET_POWER ? MTPR_LOSS_POWER : MTPR_LOSS_BUS);
    decoy_disk_reset(&si->disk);
    if (cause == USB_RESET_AGAIN || cause == USB_RESET_POWER)
        si->mute = false;
    if (cause == USB_RESET_POWER)
        si->carried = 0;
    si_abandon(si);
    si->has_queued = si->discarding = si->cancelling = si->device_cancelled = false;
    si->event_length = si->event_position = 0;
    if (cause != USB_RESET_CONFIGURED && cause != USB_RESET_AGAIN)
        si->wedged = false;
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
