/* One connection: its input buffer, which phase reads from it, and when it stops reading because
 * the peer does not take its answers. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

/* A peer whose cable was pulled is found by keep-alive, one that stops acknowledging by the user
 * time-out; an idle but living one stays (the protocol has no keep-alive of its own). */
enum { KEEP_IDLE_S = 10, KEEP_INTERVAL_S = 5, KEEP_COUNT = 3, USER_TIMEOUT_MS = 30000 };

/* With one importer and no timer, the next request is awaited in recv() for so long: epoll would
 * cost a twentieth of a round trip. Other sources of the loop wait for it that long at most. */
enum { STAY_MS = 4, STAY_LIMIT_NS = 4 * 1000 * 1000 };

size_t wire_peer_pending(const struct wire_peer *peer)
{
    return peer->input_end - peer->input_start;
}

static void watch(struct wire_peer *peer)
{
    uint32_t events = output_blocked(&peer->output) ? EPOLLOUT : EPOLLIN;

    if (events == peer->watched)
        return;
    peer->watched = events;
    wire_loop_change(peer->server->loop, &peer->source, events);
}

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

static void tune(int fd)
{
    static const struct timeval slice = {.tv_usec = STAY_MS * 1000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof(slice));
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
}

/* Works off what stands in the input: 0 when more is needed, -errno when the peer is over. */
static int step_all(struct wire_peer *peer)
{
    int done = 1;

    while (done > 0 && !output_blocked(&peer->output) && !peer->dead) {
        peer->output.more = wire_peer_pending(peer) >= 2 * (size_t)FRAME_URB_SIZE;
        done = peer->offer ? wire_urb_step(peer) : wire_op_step(peer);
    }
    peer->output.more = false;
    return done < 0 ? done : 0;
}

/* One receive: straight into the payload that is awaited, else into the input buffer. Bytes, 0 when
 * the socket is empty, -errno when the peer is gone. *ret_more: there may be more. */
static ssize_t receive(struct wire_peer *peer, bool wait, bool *ret_more)
{
    int flags = wait ? 0 : MSG_DONTWAIT;
    size_t room;
    uint8_t *target = wire_fill_target(peer, &room);
    ssize_t got;

    if (!target || wire_peer_pending(peer)) {
        if (peer->input_start == peer->input_end)
            peer->input_start = peer->input_end = 0;
        if (peer->input_start > PEER_INPUT / 2) {
            memmove(peer->input, peer->input + peer->input_start, wire_peer_pending(peer));
            peer->input_end -= peer->input_start;
            peer->input_start = 0;
        }
        target = peer->input + peer->input_end;
        room = PEER_INPUT - peer->input_end;
        got = recv(peer->source.fd, target, room, flags);
        if (got > 0)
            peer->input_end += (size_t)got;
    } else {
        got = recv(peer->source.fd, target, room, flags);
        if (got > 0)
            peer->filling->received += (size_t)got;
    }
    if (got == 0)
        return -ECONNRESET;
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    *ret_more = (size_t)got == room;
    return got;
}

/* Whether work() may wait for more instead of returning to the loop. */
static bool may_stay(const struct wire_peer *peer, int64_t *since)
{
    const struct wire_server *server = peer->server;
    struct timespec now;
    int64_t now_ns;

    if (!peer->offer || server->peers != peer || peer->next || wire_loop_has_timers(server->loop))
        return false;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (*since == 0)
        *since = now_ns;
    return now_ns - *since < STAY_LIMIT_NS;
}

/* Reads and answers until the socket is empty; the answers of one round leave together. A receive
 * that did not fill its room has emptied the socket: no second one to learn that. */
static int work(struct wire_peer *peer)
{
    bool more = true;
    int64_t since = 0;

    for (unsigned rounds = 0; !output_blocked(&peer->output); rounds++) {
        ssize_t got;
        int error;

        if (more ? rounds >= 16 : !may_stay(peer, &since))
            break;
        got = receive(peer, !more, &more);

        if (got < 0)
            return (int)got;
        error = step_all(peer);
        output_flush(&peer->output, false);
        if (error || peer->output.error)
            return error ? error : peer->output.error;
        if (peer->closing || got == 0)
            break;
    }
    return 0;
}

/* The socket takes data again: what waited for that goes on. */
static int resume(struct wire_peer *peer)
{
    int error;

    output_resume(&peer->output);
    if (peer->output.error || output_blocked(&peer->output))
        return peer->output.error;
    if (peer->offer)
        usb_device_resume(peer->offer->device);
    error = step_all(peer);
    output_flush(&peer->output, false);
    return error;
}

/* Closing a socket with unread bytes resets it, and the reset may overtake the answer. So the peer
 * sees the end of our side first, and gets a moment to close its own. */
static void linger(struct wire_peer *peer)
{
    if (peer->lingering)
        return;
    peer->lingering = true;
    shutdown(peer->source.fd, SHUT_WR);
    wire_timer_set(peer->server->loop, &peer->timer, peer->server->op_deadline_ms);
}

/* Bytes behind the last request are read and forgotten. */
static int discard(struct wire_peer *peer)
{
    ssize_t got = recv(peer->source.fd, peer->input, PEER_INPUT, MSG_DONTWAIT);

    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -ECONNRESET;
}

/* What a callback of the loop leaves behind: answers to send, or a peer that is over. */
static void settle(struct wire_peer *peer, int error)
{
    peer->working = false;
    if (error || peer->dead || peer->output.error) {
        wire_peer_free(peer);
        return;
    }
    if (peer->closing && !output_blocked(&peer->output))
        linger(peer);
    watch(peer);
}

static void ready(struct wire_source *source, uint32_t events)
{
    struct wire_peer *peer = container_of(source, struct wire_peer, source);
    int error = 0;

    peer->working = true;
    if (events & EPOLLOUT)
        error = resume(peer);
    if (!error && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        error = peer->lingering ? discard(peer) : work(peer);
    settle(peer, error);
}

/* The list and import phase, or the peer's goodbye, takes too long. */
static void op_too_slow(struct wire_timer *timer)
{
    wire_peer_free(container_of(timer, struct wire_peer, timer));
}

static void early_over(struct wire_timer *timer)
{
    struct wire_peer *peer = container_of(timer, struct wire_peer, early_over);

    peer->working = true;
    if (peer->offer)
        wire_early_give_up(peer);
    output_flush(&peer->output, false);
    settle(peer, 0);
}

static void frames_passed(struct wire_timer *timer)
{
    struct wire_peer *peer = container_of(timer, struct wire_peer, frames);

    peer->working = true;
    if (peer->offer)
        usb_device_tick(peer->offer->device);
    output_flush(&peer->output, false);
    settle(peer, 0);
}

int wire_peer_new(struct wire_server *server, int fd)
{
    struct wire_peer *peer = calloc(1, sizeof(*peer));
    int error;

    if (!peer)
        return -ENOMEM;
    tune(fd);
    peer->source = (struct wire_source){fd, ready};
    peer->timer.expired = op_too_slow;
    peer->frames.expired = frames_passed;
    peer->early_over.expired = early_over;
    peer->server = server;
    peer->watched = EPOLLIN;
    output_init(&peer->output, fd);
    error = wire_loop_add(server->loop, &peer->source, EPOLLIN);
    if (error) {
        free(peer);
        return error;
    }
    wire_timer_set(server->loop, &peer->timer, server->op_deadline_ms);
    peer->next = server->peers;
    peer->prev = &server->peers;
    if (peer->next)
        peer->next->prev = &peer->next;
    server->peers = peer;
    return 0;
}

void wire_peer_free(struct wire_peer *peer)
{
    struct wire_offer *offer = peer->offer;

    peer->dead = true;
    wire_timer_clear(peer->server->loop, &peer->timer);
    wire_timer_clear(peer->server->loop, &peer->frames);
    wire_timer_clear(peer->server->loop, &peer->early_over);
    wire_loop_remove(peer->server->loop, &peer->source);
    if (offer)
        usb_device_detach(offer->device);
    if (offer && offer->usbip->filter && offer->usbip->filter->left)
        offer->usbip->filter->left(offer->usbip->filter->self, offer->device);
    peer->offer = NULL;
    wire_urbs_free(peer);
    output_done(&peer->output);
    close(peer->source.fd);
    *peer->prev = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    free(peer);
}

/* ---- the device core's calls */

/* Surprise removal: closing the connection is unplugging it (USB/IP has no other word for it). */
static void gone(void *host)
{
    struct wire_peer *peer = host;

    peer->dead = peer->offer->usbip->unplug_ends_connection;
    peer->offer = NULL;
    if (peer->dead && !peer->working)
        wire_peer_free(peer);
}

static void complete(void *host, struct usb_urb *urb)
{
    struct wire_peer *peer = host;

    wire_urb_answer(peer, container_of(urb, struct peer_urb, urb));
    if (peer->working)
        return;
    output_flush(&peer->output, false); /* an answer of its own: an event, a late transfer */
    watch(peer);
}

static bool congested(void *host)
{
    return output_blocked(&((struct wire_peer *)host)->output);
}

static bool hold(void *host, struct usb_urb *urb)
{
    return wire_urb_hold(host, container_of(urb, struct peer_urb, urb));
}

static uint64_t now(void *host)
{
    struct timespec time;

    (void)host;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void wake_at(void *host, uint64_t due)
{
    struct wire_peer *peer = host;
    uint64_t at = now(host);

    if (peer->frames.armed && peer->frames_due <= due)
        return;
    peer->frames_due = due;
    wire_timer_set(peer->server->loop, &peer->frames,
                   due > at ? (int64_t)((due - at + 999) / 1000) : 0);
}

const struct usb_front_ops wire_peer_front_ops = {
    .complete = complete,
    .gone = gone,
    .congested = congested,
    .hold = hold,
    .now = now,
    .alarm = wake_at,
};
