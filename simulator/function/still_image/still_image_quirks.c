/* What real players do wrong on their two bulk pipes (docs/quirks.md). */
#include <errno.h>

#include "mtp_codes.h"
#include "simulator/function/still_image/still_image_internal.h"
#include "spcore/base.h"

/* ---- answers that take their time */

enum {
    SLOW_CHANGE_MS = 30000, /* libmtp waits for 20 s, and for 60 s if it knows the player */
    SLOW_HANDLE_MS = 20,    /* 8,000 files: 160 s */
    SLOWER_MS = 250,        /* after 80 objects: 20 s */
};

/* Those that make a player write to its memory for long. */
static bool changes_much(uint16_t code)
{
    static const uint16_t codes[] = {MTP_OP_DELETE_OBJECT, MTP_OP_SEND_OBJECT, MTP_OP_FORMAT_STORE,
                                     MTP_OP_MOVE_OBJECT, MTP_OP_COPY_OBJECT};

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

void si_pace(struct still_image *si, uint64_t length)
{
    uint64_t wait = 0;

    if (changes_much(si->code) && si->policy->changes_slow)
        wait += SLOW_CHANGE_MS;
    if (si->code == MTP_OP_GET_OBJECT_HANDLES && length && si->policy->handles_slow)
        wait += (length - MTPR_HEADER) / 4 * SLOW_HANDLE_MS; /* one for the count itself */
    if (si->policy->slower_each_time)
        wait += si->carried * SLOWER_MS;
    if (si->code == MTP_OP_SEND_OBJECT || si->code == MTP_OP_GET_OBJECT)
        si->carried++;
    if (wait)
        usb_function_delay(si->device, si->in, wait);
}

/* ---- data containers of another length than they say */

enum { STALE_MOST = 32768 }; /* bytes a player has in its buffers when a cancel comes */

uint64_t si_data_end(const struct still_image *si, uint64_t length)
{
    bool full = si->device && length % usb_function_packet_size(si->device, si->in) == 0;

    return length + (full && si->policy->byte_for_zero_packet);
}

bool si_pushes_on(struct still_image *si)
{
    uint64_t end = si->now.position + STALE_MOST;

    if (!si->policy->old_data_after_cancel)
        return false;
    if (end < si->data_end)
        si->data_end = end;
    si->silent = true;
    return true;
}

/* ---- players that lock up */

/* GetPartialObject up to the end of the object, in packets that are all full. */
static bool fills_last_packet(const struct still_image *si)
{
    uint64_t length = MTPR_HEADER + mtpr_in_length(si->responder);

    return si->device &&
           (si->code == MTP_OP_GET_PARTIAL_OBJECT || si->code == MTP_OP_GET_PARTIAL_OBJECT_64) &&
           length > MTPR_HEADER && length % usb_function_packet_size(si->device, si->in) == 0 &&
           mtpr_in_to_end(si->responder);
}

void si_may_crash(struct still_image *si)
{
    if (mtpr_crashed(si->responder) || (si->policy->last_packet_locks_up && fills_last_packet(si)))
        usb_function_freeze(si->device);
}

void si_answered(struct still_image *si)
{
    if (si->code == MTP_OP_CLOSE_SESSION && si->policy->mute_after_close)
        si->mute = true;
}

/* ---- players that are also a disk, or one at first */

static bool is_only_disk(const struct still_image *si)
{
    return si->policy->disk_at_first && si->device && !usb_function_switched(si->device);
}

bool si_is_disk(const struct still_image *si)
{
    return is_only_disk(si) || si->policy->disk_too;
}

bool si_disk_out(struct still_image *si, const uint8_t *data, size_t length, int *ret_error)
{
    *ret_error = 0;
    if (si->disk.out_left) {
        (void)decoy_disk_out(&si->disk, length);
    } else if (decoy_disk_is_command(data, length) && si->out_state == OUT_COMMAND) {
        decoy_disk_command(&si->disk, data);
    } else {
        if (is_only_disk(si)) /* no command: both pipes halt (BOT 1.0, 6.6.1) */
            *ret_error = si_protocol_error(si);
        return is_only_disk(si);
    }
    si_ready(si, si->in);
    return true;
}
