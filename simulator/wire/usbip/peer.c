/* One connection of the USB/IP server: which phase reads from it, and what the device core says to
 * it. */
#include <errno.h>
#include <stdlib.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

static struct wire_peer *peer_of(struct wire_link *link)
{
    return container_of(link, struct wire_peer, link);
}

static int step(struct wire_link *link)
{
    struct wire_peer *peer = peer_of(link);

    link->output.more = link_pending(link) >= 2 * (size_t)FRAME_URB_SIZE;
    return link->import.offer ? wire_urb_step(peer) : wire_op_step(peer);
}

static void end(struct wire_link *link)
{
    wire_peer_free(peer_of(link));
}

static const struct wire_link_ops link_ops = {
    .step = step,
    .target = wire_fill_target,
    .filled = wire_filled,
    .end = end,
};

static void early_over(struct wire_timer *timer)
{
    struct wire_peer *peer = container_of(timer, struct wire_peer, early_over);

    link_enter(&peer->link);
    if (peer->link.import.offer)
        wire_early_give_up(peer);
    link_leave(&peer->link, 0);
}

int wire_peer_new(struct wire_server *server, int fd)
{
    struct wire_peer *peer = calloc(1, sizeof(*peer));
    int error;

    if (!peer)
        return -ENOMEM;
    peer->early_over.expired = early_over;
    peer->server = server;
    error = link_init(&peer->link, server->loop, server->bus, fd, &link_ops,
                      sizeof(struct peer_urb), server->op_deadline_ms);
    if (error) {
        free(peer);
        return error;
    }
    peer->next = server->peers;
    peer->prev = &server->peers;
    if (peer->next)
        peer->next->prev = &peer->next;
    server->peers = peer;
    return 0;
}

void wire_peer_free(struct wire_peer *peer)
{
    struct wire_offer *offer = peer->link.import.offer;

    wire_timer_clear(peer->server->loop, &peer->early_over);
    if (peer->filling)
        import_free(&peer->filling->base);
    link_done(&peer->link);
    if (offer && offer->usbip->filter && offer->usbip->filter->left)
        offer->usbip->filter->left(offer->usbip->filter->self, offer->device);
    *peer->prev = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    free(peer);
}

/* ---- the device core's calls */

/* Surprise removal: closing the connection is unplugging it (USB/IP has no other word for it). */
static void gone(void *host)
{
    struct wire_peer *peer = peer_of(host);

    peer->link.dead = peer->link.import.offer->usbip->unplug_ends_connection;
    peer->link.import.offer = NULL;
    if (peer->link.dead && !peer->link.working)
        wire_peer_free(peer);
}

static void complete(void *host, struct usb_urb *urb)
{
    struct wire_peer *peer = peer_of(host);

    wire_urb_answer(peer, container_of(urb, struct peer_urb, base.urb));
    if (!peer->link.working) /* an answer of its own: an event, a late transfer */
        link_send(&peer->link);
}

const struct usb_front_ops wire_peer_front_ops = {
    .complete = complete,
    .gone = gone,
    .congested = link_congested,
    .hold = link_hold,
    .now = link_now,
    .alarm = link_alarm,
    .asked = link_asked,
};
