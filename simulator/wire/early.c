/* UNLINKs that come before the SUBMIT they name. Linux's vhci does that on a kernel with full
 * preemption: its transmit thread looks for submits, then for unlinks, and both may be queued in
 * between. Answered as unknown at once, vhci would give the URB back and take the connection down
 * when the URB's own answer came. So the unlink waits for its SUBMIT, which is never carried out;
 * a later SUBMIT, or the time, says that none will come. */
#include <errno.h>

#include "wire/internal.h"

enum { EARLY_MS = 200 };

/* Sequence numbers wrap (serial arithmetic). */
static bool is_newer(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static void answer(struct wire_link *link, uint32_t seqnum, int status)
{
    uint8_t header[FRAME_URB_SIZE];

    frame_put_ret_unlink(header, seqnum, status);
    output_bytes(&link->output, header, sizeof header);
}

static void forget(struct wire_link *link, unsigned index)
{
    link->early[index] = link->early[--link->early_count];
    if (!link->early_count)
        wire_timer_clear(link->server->loop, &link->early_over);
}

bool wire_early_unlink(struct wire_link *link, uint32_t seqnum, uint32_t unlink_seqnum)
{
    if (!link->submitted || !is_newer(unlink_seqnum, link->newest) ||
        !is_newer(seqnum, unlink_seqnum) || link->early_count == LINK_EARLY_MAX)
        return false;
    link->early[link->early_count++] = (struct link_early){seqnum, unlink_seqnum};
    wire_timer_set(link->server->loop, &link->early_over, EARLY_MS);
    return true;
}

bool wire_early_take(struct wire_link *link, uint32_t seqnum)
{
    bool taken = false;
    unsigned i = 0;

    if (!link->submitted || is_newer(seqnum, link->newest))
        link->newest = seqnum;
    link->submitted = true;
    while (i < link->early_count) {
        struct link_early *early = &link->early[i];
        bool named = early->unlink_seqnum == seqnum;

        if (!named && !is_newer(seqnum, early->unlink_seqnum)) {
            i++;
            continue;
        }
        answer(link, early->seqnum, named && !taken ? -ECONNRESET : 0);
        taken |= named;
        forget(link, i);
    }
    return taken;
}

void wire_early_give_up(struct wire_link *link)
{
    while (link->early_count) {
        answer(link, link->early[0].seqnum, 0);
        forget(link, 0);
    }
}
