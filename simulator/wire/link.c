/* One connection: its input buffer, which phase reads from it, and when it stops reading because
 * the peer does not take its answers. */
#include "wire/internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A peer whose cable was pulled is found by keep-alive, one that stops acknowledging by the user
 * time-out; an idle but living one stays (the protocol has no keep-alive of its own). */
enum { KEEP_IDLE_S = 10, KEEP_INTERVAL_S = 5, KEEP_COUNT = 3, USER_TIMEOUT_MS = 30000 };

/* With one importer and no timer, the next request is awaited in recv() for so long: epoll would
 * cost a twentieth of a round trip. Other sources of the loop wait for it that long at most. */
enum { STAY_MS = 4, STAY_LIMIT_NS = 4 * 1000 * 1000 };

size_t wire_link_pending(const struct wire_link *link)
{
    return link->input_end - link->input_start;
}

static void watch(struct wire_link *link)
{
    uint32_t events = output_blocked(&link->output) ? EPOLLOUT : EPOLLIN;

    if (events == link->watched)
        return;
    link->watched = events;
    wire_loop_change(link->server->loop, &link->source, events);
}

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

static void tune(int fd)
{
    static const struct timeval slice = {.tv_usec = STAY_MS * 1000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
}

/* Works off what stands in the input: 0 when more is needed, -errno when the link is over. */
static int step_all(struct wire_link *link)
{
    int done = 1;

    while (done > 0 && !output_blocked(&link->output) && !link->dead) {
        link->output.more = wire_link_pending(link) >= 2 * (size_t)FRAME_URB_SIZE;
        done = link->offer ? wire_urb_step(link) : wire_op_step(link);
    }
    link->output.more = false;
    return done < 0 ? done : 0;
}

/* One receive: straight into the payload that is awaited, else into the input buffer. Bytes, 0 when
 * the socket is empty, -errno when the peer is gone. *ret_more: there may be more. */
static ssize_t receive(struct wire_link *link, bool wait, bool *ret_more)
{
    int flags = wait ? 0 : MSG_DONTWAIT;
    size_t room;
    uint8_t *target = wire_fill_target(link, &room);
    ssize_t got;

    if (!target || wire_link_pending(link)) {
        if (link->input_start == link->input_end)
            link->input_start = link->input_end = 0;
        if (link->input_start > LINK_INPUT / 2) {
            memmove(link->input, link->input + link->input_start, wire_link_pending(link));
            link->input_end -= link->input_start;
            link->input_start = 0;
        }
        target = link->input + link->input_end;
        room = LINK_INPUT - link->input_end;
        got = recv(link->source.fd, target, room, flags);
        if (got > 0)
            link->input_end += (size_t)got;
    } else {
        got = recv(link->source.fd, target, room, flags);
        if (got > 0 && wire_filled(link, (size_t)got) < 0)
            return -EPROTO;
    }
    if (got == 0)
        return -ECONNRESET;
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    *ret_more = (size_t)got == room;
    return got;
}

/* Whether work() may wait for more instead of returning to the loop. */
static bool may_stay(const struct wire_link *link, int64_t *since)
{
    const struct wire_server *server = link->server;
    struct timespec now;
    int64_t now_ns;

    if (!link->offer || server->links != link || link->next || wire_loop_has_timers(server->loop))
        return false;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (*since == 0)
        *since = now_ns;
    return now_ns - *since < STAY_LIMIT_NS;
}

/* Reads and answers until the socket is empty; the answers of one round leave together. A receive
 * that did not fill its room has emptied the socket: no second one to learn that. */
static int work(struct wire_link *link)
{
    bool more = true;
    unsigned rounds;
    int64_t since = 0;

    for (rounds = 0; !output_blocked(&link->output); rounds++) {
        ssize_t got;
        int error;

        if (more ? rounds >= 16 : !may_stay(link, &since))
            break;
        got = receive(link, !more, &more);

        if (got < 0)
            return (int)got;
        error = step_all(link);
        output_flush(&link->output, false);
        if (error || link->output.error)
            return error ? error : link->output.error;
        if (link->closing || got == 0)
            break;
    }
    return 0;
}

/* The socket takes data again: what waited for that goes on. */
static int resume(struct wire_link *link)
{
    int error;

    output_resume(&link->output);
    if (link->output.error || output_blocked(&link->output))
        return link->output.error;
    if (link->offer)
        usb_device_resume(link->offer->device);
    error = step_all(link);
    output_flush(&link->output, false);
    return error;
}

/* Closing a socket with unread bytes resets it, and the reset may overtake the answer. So the peer
 * sees the end of our side first, and gets a moment to close its own. */
static void linger(struct wire_link *link)
{
    if (link->lingering)
        return;
    link->lingering = true;
    shutdown(link->source.fd, SHUT_WR);
    wire_timer_set(link->server->loop, &link->timer, link->server->op_deadline_ms);
}

/* Bytes behind the last request are read and forgotten. */
static int discard(struct wire_link *link)
{
    ssize_t got = recv(link->source.fd, link->input, LINK_INPUT, MSG_DONTWAIT);

    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -ECONNRESET;
}

/* What a callback of the loop leaves behind: answers to send, or a link that is over. */
static void settle(struct wire_link *link, int error)
{
    link->working = false;
    if (error || link->dead || link->output.error) {
        wire_link_free(link);
        return;
    }
    if (link->closing && !output_blocked(&link->output))
        linger(link);
    watch(link);
}

static void ready(struct wire_source *source, uint32_t events)
{
    struct wire_link *link = (struct wire_link *)source; /* first member */
    int error = 0;

    link->working = true;
    if (events & EPOLLOUT)
        error = resume(link);
    if (!error && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        error = link->lingering ? discard(link) : work(link);
    settle(link, error);
}

/* The list and import phase, or the peer's goodbye, takes too long. */
static void op_too_slow(struct wire_timer *timer)
{
    wire_link_free((struct wire_link *)((char *)timer - offsetof(struct wire_link, timer)));
}

static void early_over(struct wire_timer *timer)
{
    struct wire_link *link =
        (struct wire_link *)(void *)((char *)timer - offsetof(struct wire_link, early_over));

    link->working = true;
    wire_early_give_up(link);
    output_flush(&link->output, false);
    settle(link, 0);
}

static void frames_passed(struct wire_timer *timer)
{
    struct wire_link *link =
        (struct wire_link *)(void *)((char *)timer - offsetof(struct wire_link, frames));

    link->working = true;
    if (link->offer)
        usb_device_tick(link->offer->device);
    output_flush(&link->output, false);
    settle(link, 0);
}

int wire_link_new(struct wire_server *server, int fd)
{
    struct wire_link *link = calloc(1, sizeof *link);

    if (!link)
        return -ENOMEM;
    tune(fd);
    link->source = (struct wire_source){fd, ready};
    link->timer.expired = op_too_slow;
    link->frames.expired = frames_passed;
    link->early_over.expired = early_over;
    link->server = server;
    link->watched = EPOLLIN;
    output_init(&link->output, fd);
    if (wire_loop_add(server->loop, &link->source, EPOLLIN) < 0) {
        free(link);
        return -errno;
    }
    wire_timer_set(server->loop, &link->timer, server->op_deadline_ms);
    link->next = server->links;
    link->prev = &server->links;
    if (link->next)
        link->next->prev = &link->next;
    server->links = link;
    return 0;
}

static void forget(void *host, struct usb_urb *urb)
{
    (void)host;
    (void)urb;
}

static void ignore(void *host)
{
    (void)host;
}

/* Who has a device that a defect leaves in use. */
static const struct usb_host_ops nobody = {.complete = forget, .gone = ignore};

void wire_link_free(struct wire_link *link)
{
    struct wire_offer *offer = link->offer;
    bool stays_busy = link_deviates(link, DEVIATION_DROP_STAYS_BUSY);

    link->dead = true;
    wire_timer_clear(link->server->loop, &link->timer);
    wire_timer_clear(link->server->loop, &link->frames);
    wire_timer_clear(link->server->loop, &link->early_over);
    wire_loop_remove(link->server->loop, &link->source);
    if (offer)
        usb_device_detach(offer->device);
    if (offer && stays_busy)
        usb_device_attach(offer->device, &nobody, NULL);
    link->offer = NULL;
    wire_urbs_free(link);
    output_done(&link->output);
    close(link->source.fd);
    *link->prev = link->next;
    if (link->next)
        link->next->prev = link->prev;
    free(link);
}

/* ---- the device core's calls
 * --------------------------------------------------------------------- */

/* Surprise removal: closing the connection is unplugging it (USB/IP has no other word for it). */
static void gone(void *host)
{
    struct wire_link *link = host;

    if (link_deviates(link, DEVIATION_UNPLUG_IGNORED)) {
        link->offer = NULL;
        return;
    }
    link->offer = NULL;
    link->dead = true;
    if (!link->working)
        wire_link_free(link);
}

static void complete(void *host, struct usb_urb *urb)
{
    struct wire_link *link = host;

    wire_urb_answer(link, (struct link_urb *)urb);
    if (link->working)
        return;
    output_flush(&link->output, false); /* an answer of its own: an event, a late transfer */
    watch(link);
}

static bool congested(void *host)
{
    return output_blocked(&((struct wire_link *)host)->output);
}

static bool hold(void *host, struct usb_urb *urb)
{
    return wire_urb_hold(host, (struct link_urb *)urb);
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
    struct wire_link *link = host;
    uint64_t at = now(host);

    if (link->frames.armed && link->frames_due <= due)
        return;
    link->frames_due = due;
    wire_timer_set(link->server->loop, &link->frames,
                   due > at ? (int64_t)((due - at + 999) / 1000) : 0);
}

const struct usb_host_ops wire_link_host_ops = {
    .complete = complete,
    .gone = gone,
    .congested = congested,
    .hold = hold,
    .now = now,
    .alarm = wake_at,
};
