/* UNLINKs that come before the SUBMIT they name. Linux's vhci does that on a kernel with full
 * preemption: its transmit thread looks for submits, then for unlinks, and both may be queued in
 * between. Answered as unknown at once, vhci would give the URB back and take the connection down
 * when the URB's own answer came. So the unlink waits for its SUBMIT, which is never carried out;
 * a later SUBMIT, or the time, says that none will come. */
#include <errno.h>

#include "simulator/wire/usbip/usbip_internal.h"

enum { EARLY_MS = 200 };

/* Sequence numbers wrap (serial arithmetic). */
static bool is_newer(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static void answer(struct wire_peer *peer, uint32_t seqnum, int status)
{
    uint8_t header[FRAME_URB_SIZE];

    frame_put_ret_unlink(header, seqnum, status);
    wire_urb_put_frame(peer, header);
}

static void forget(struct wire_peer *peer, unsigned index)
{
    peer->early[index] = peer->early[--peer->early_count];
    if (!peer->early_count)
        wire_timer_clear(peer->link.loop, &peer->early_over);
}

bool wire_early_unlink(struct wire_peer *peer, uint32_t seqnum, uint32_t unlink_seqnum)
{
    if (!peer->submitted || !is_newer(unlink_seqnum, peer->newest) ||
        !is_newer(seqnum, unlink_seqnum) || peer->early_count == PEER_EARLY_MAX)
        return false;
    peer->early[peer->early_count++] = (struct peer_early){seqnum, unlink_seqnum};
    wire_timer_set(peer->link.loop, &peer->early_over, EARLY_MS);
    return true;
}

bool wire_early_take(struct wire_peer *peer, uint32_t seqnum)
{
    bool taken = false;
    unsigned i = 0;

    if (!peer->submitted || is_newer(seqnum, peer->newest))
        peer->newest = seqnum;
    peer->submitted = true;
    while (i < peer->early_count) {
        struct peer_early *early = &peer->early[i];
        bool named = early->unlink_seqnum == seqnum;

        if (!named && !is_newer(seqnum, early->unlink_seqnum)) {
            i++;
            continue;
        }
        answer(peer, early->seqnum, named && !taken ? -ECONNRESET : 0);
        taken |= named;
        forget(peer, i);
    }
    return taken;
}

void wire_early_give_up(struct wire_peer *peer)
{
    while (peer->early_count) {
        answer(peer, peer->early[0].seqnum, 0);
        forget(peer, 0);
    }
}
