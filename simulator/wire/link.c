/* Reads until the socket is empty and hands that to the front; the answers of one round leave
 * together. */
#include "simulator/wire/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"

/* A peer whose cable was pulled is found by keep-alive, one that stops acknowledging by the user
 * time-out; an idle but living one stays (no front's protocol has a keep-alive of its own). */
enum { KEEP_IDLE_S = 10, KEEP_INTERVAL_S = 5, KEEP_COUNT = 3, USER_TIMEOUT_MS = 30000 };

/* With one importer and no timer, the next request is awaited in recv() for so long: epoll would
 * cost a twentieth of a round trip. Other sources of the loop wait for it that long at most. */
enum { STAY_MS = 4, STAY_LIMIT_NS = 4 * 1000 * 1000 };

size_t link_pending(const struct wire_link *link)
{
    return link->input_end - link->input_start;
}

size_t link_take(struct wire_link *link, void *to, size_t length)
{
    if (length > link_pending(link))
        length = link_pending(link);
    memcpy(to, link->input + link->input_start, length);
    link->input_start += length;
    return length;
}

static void watch(struct wire_link *link)
{
    uint32_t events = output_blocked(&link->output) ? EPOLLOUT : EPOLLIN;

    if (events == link->watched)
        return;
    link->watched = events;
    wire_loop_change(link->loop, &link->source, events);
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
static int step_all(struct wire_link *link)
{
    int done = 1;

    while (done > 0 && !output_blocked(&link->output) && !link->dead)
        done = link->ops->step(link);
    link->output.more = false;
    if (done >= 0 && !link->dead && link->ops->served)
        link->ops->served(link);
    return done < 0 ? done : 0;
}

/* All that was received has been taken, or moves to the start when half the room is behind it. */
static void make_room(struct wire_link *link)
{
    if (link->input_start == link->input_end)
        link->input_start = link->input_end = 0;
    if (link->input_start <= LINK_INPUT / 2)
        return;
    memmove(link->input, link->input + link->input_start, link_pending(link));
    link->input_end -= link->input_start;
    link->input_start = 0;
}

/* One receive: straight into the payload that is awaited, else into the input buffer, or as much
 * as the front says there and the rest to where it says. Bytes, 0 when the socket is empty, -errno
 * when the peer is gone. *ret_more: there is likely to be more; behind a whole payload most peers
 * await its answer. */
static ssize_t receive(struct wire_link *link, bool wait, bool *ret_more)
{
    int flags = wait ? 0 : MSG_DONTWAIT;
    size_t head = 0, room = 0;
    uint8_t *target = link_pending(link) ? NULL : link->ops->target(link, &head, &room);
    struct iovec parts[2];
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t got;

    make_room(link);
    if (!target)
        head = LINK_INPUT - link->input_end;
    parts[0] = (struct iovec){link->input + link->input_end, head};
    parts[1] = (struct iovec){target, room};
    if (head && room) /* the cheaper call for all else */
        got = recvmsg(link->source.fd, &message, flags);
    else
        got = recv(link->source.fd, parts[head == 0].iov_base, head + room, flags);
    if (got == 0)
        return -ECONNRESET;
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    *ret_more = !target && (size_t)got == head;
    link->input_end += (size_t)got < head ? (size_t)got : head;
    if ((size_t)got > head)
        link->ops->filled(link, (size_t)got - head);
    return got;
}

/* Whether work() may wait for more instead of returning to the loop. */
static bool may_stay(const struct wire_link *link, int64_t *since)
{
    struct timespec now;
    int64_t now_ns;

    if (!link->import.offer || link->import.bus->links != 1 || wire_loop_has_timers(link->loop))
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
    int64_t since = 0;

    for (unsigned rounds = 0; !output_blocked(&link->output); rounds++) {
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
    if (link->import.offer)
        usb_device_resume(link->import.offer->device);
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
    wire_timer_set(link->loop, &link->timer, link->deadline_ms);
}

/* Bytes behind the last request are read and forgotten. */
static int discard(struct wire_link *link)
{
    ssize_t got = recv(link->source.fd, link->input, LINK_INPUT, MSG_DONTWAIT);

    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -ECONNRESET;
}

void link_enter(struct wire_link *link)
{
    link->working = true;
}

/* What a callback of the loop leaves behind: answers to send, or a peer that is over (false, and
 * the link is gone). */
static bool settle(struct wire_link *link, int error)
{
    link->working = false;
    if (error || link->dead || link->output.error) {
        link->ops->end(link);
        return false;
    }
    if (link->closing && !output_blocked(&link->output))
        linger(link);
    watch(link);
    if (link->ops->rest)
        link->ops->rest(link);
    return true;
}

void link_leave(struct wire_link *link, int error)
{
    output_flush(&link->output, false);
    settle(link, error);
}

void link_send(struct wire_link *link)
{
    output_flush(&link->output, false);
    watch(link);
}

static bool serve(struct wire_link *link, uint32_t events)
{
    int error = 0;

    link_enter(link);
    if (events & EPOLLOUT)
        error = resume(link);
    if (!error && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        error = link->lingering ? discard(link) : work(link);
    return settle(link, error);
}

static void ready(struct wire_source *source, uint32_t events)
{
    serve(container_of(source, struct wire_link, source), events);
}

/* Its front's first phase, or the peer's goodbye, takes too long. */
static void too_slow(struct wire_timer *timer)
{
    struct wire_link *link = container_of(timer, struct wire_link, timer);

    link->ops->end(link);
}

static void frames_passed(struct wire_timer *timer)
{
    struct wire_link *link = container_of(timer, struct wire_link, frames);

    link_enter(link);
    if (link->import.offer)
        usb_device_tick(link->import.offer->device);
    if (!link->dead && link->ops->served)
        link->ops->served(link);
    link_leave(link, 0);
}

/* ---- life */

int link_init(struct wire_link *link, struct wire_loop *loop, struct wire_bus *bus, int fd,
              const struct wire_link_ops *ops, size_t urb_size, uint32_t deadline_ms)
{
    int error;

    tune(fd);
    memset(link, 0, offsetof(struct wire_link, input));
    link->source = (struct wire_source){fd, ready};
    link->timer.expired = too_slow;
    link->frames.expired = frames_passed;
    link->loop = loop;
    link->ops = ops;
    link->deadline_ms = deadline_ms;
    link->watched = EPOLLIN;
    import_init(&link->import, bus, urb_size);
    output_init(&link->output, fd);
    error = wire_loop_add(loop, &link->source, EPOLLIN);
    if (error)
        return error;
    if (deadline_ms)
        wire_timer_set(loop, &link->timer, deadline_ms);
    bus->links++;
    return 0;
}

void link_done(struct wire_link *link)
{
    link->dead = true;
    link->import.bus->links--;
    wire_timer_clear(link->loop, &link->timer);
    wire_timer_clear(link->loop, &link->frames);
    wire_loop_remove(link->loop, &link->source);
    if (link->import.offer)
        usb_device_detach(link->import.offer->device);
    link->import.offer = NULL;
    import_done(&link->import);
    output_done(&link->output);
    close(link->source.fd);
}

int link_attach(struct wire_link *link, struct wire_offer *offer, const struct usb_front_ops *ops)
{
    int error = usb_device_attach(offer->device, ops, link);

    if (error)
        return error;
    link->import.offer = offer;
    wire_timer_clear(link->loop, &link->timer);
    return 0;
}

void link_put_data(struct wire_link *link, const struct usb_urb *urb)
{
    bool more = link->output.more;
    size_t left = urb->actual;

    for (unsigned i = 0; i < urb->in.chunk_count && left; i++) {
        struct usb_chunk chunk = urb->in.chunks[i];

        if (chunk.length > left)
            chunk.length = left;
        left -= chunk.length;
        link->output.more = more || left > 0;
        output_chunk(&link->output, &chunk);
    }
    link->output.more = more;
}

/* ---- the device core's calls */

bool link_congested(void *host)
{
    return output_blocked(&((struct wire_link *)host)->output);
}

bool link_hold(void *host, struct usb_urb *urb)
{
    struct wire_link *link = host;

    return import_room(&link->import, container_of(urb, struct import_urb, urb)) == 0;
}

uint64_t link_now(void *host)
{
    struct timespec time;

    (void)host;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void link_alarm(void *host, uint64_t due)
{
    struct wire_link *link = host;
    uint64_t at = link_now(host);

    if (link->frames.armed && link->frames_due <= due)
        return;
    link->frames_due = due;
    wire_timer_set(link->loop, &link->frames, due > at ? (int64_t)((due - at + 999) / 1000) : 0);
}

/* Several sockets may be ready at once, and the one that asks may come first. What the importer had
 * sent before its end is still served. */
void link_asked(void *host)
{
    struct wire_link *link = host;
    struct pollfd look = {.fd = link->source.fd, .events = POLLRDHUP};
    bool there = !link->working;

    while (there && !output_blocked(&link->output) && poll(&look, 1, 0) > 0)
        there = serve(link, EPOLLIN);
}
