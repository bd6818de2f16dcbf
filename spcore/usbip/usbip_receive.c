/* The receive side: whichever thread waits runs this. Nothing here believes the server. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "spcore/usbip/usbip_private.h"

/* What a step answers beside -errno. */
enum { STEP_WAIT, STEP_ON, STEP_DONE };

/* ---- completion */

static void complete(struct usbip_client *client, struct usbip_urb *urb)
{
    void (*callback)(struct usbip_urb *) = urb->complete;

    pthread_mutex_lock(&client->lock);
    urb->state = callback ? USBIP_IDLE : USBIP_OVER;
    if (!callback && client->waiters > 0)
        pthread_cond_broadcast(&client->changed);
    client->rx.large = client->large_in > 0;
    pthread_mutex_unlock(&client->lock);
    /* Without a callback the URB may be gone by now. */
    if (callback)
        callback(urb);
}

static int complete_list(struct usbip_client *client, struct usbip_urb *list)
{
    int count = 0;

    while (list) {
        struct usbip_urb *next = list->bucket_next;

        complete(client, list);
        list = next;
        count++;
    }
    return count;
}

/* All that is in flight on an import that is gone, in no particular order. */
static struct usbip_urb *take_all_locked(struct usbip_client *client)
{
    struct usbip_urb *list = client->rx.urb, *urb;
    int status = client->error == -EPROTO ? -EPROTO : -ENODEV;

    if (list) {
        /* Its reply had begun; what that promised has not come, or not all of it. */
        list->status = status;
        list->actual = 0;
        usbip_clear_packets(list);
        list->bucket_next = NULL;
    }
    client->rx.urb = NULL;
    for (unsigned i = 0; i < USBIP_BUCKETS; i++) {
        while ((urb = client->buckets[i])) {
            client->buckets[i] = urb->bucket_next;
            urb->status = status;
            urb->actual = 0;
            urb->bucket_next = list;
            list = urb;
        }
    }
    client->large_in = 0;
    client->queue = NULL;
    client->queue_tail = &client->queue;
    while (client->unlinks) {
        struct usbip_unlinked *next = client->unlinks->next;

        free(client->unlinks);
        client->unlinks = next;
    }
    return list;
}

/* Completes what needs no answer any more; the number, or -ENODEV for an import that is gone. */
static int sweep(struct usbip_client *client)
{
    struct usbip_urb *finished, *failed = NULL;
    int count, error;

    pthread_mutex_lock(&client->lock);
    finished = client->finished;
    client->finished = NULL;
    error = client->error;
    if (error)
        failed = take_all_locked(client);
    pthread_mutex_unlock(&client->lock);
    count = complete_list(client, finished);
    count += complete_list(client, failed);
    return count == 0 && error ? -ENODEV : count;
}

/* ---- headers */

static int received_unlink(struct usbip_client *client, const struct usbip_reply *reply,
                           struct usbip_urb **ret_over)
{
    struct usbip_unlinked **at = &client->unlinks, *unlinked;
    struct usbip_urb *urb;

    while (*at && (*at)->seqnum != reply->seqnum)
        at = &(*at)->next;
    unlinked = *at;
    if (!unlinked || !unlinked->sent)
        return -EPROTO;
    *at = unlinked->next;
    urb = usbip_find_locked(client, unlinked->victim);
    /* Whatever the status says: a server that had answered the URB did so before this. */
    if (urb) {
        usbip_remove_locked(client, urb);
        urb->state = USBIP_RECEIVING;
        urb->status = -ECONNRESET;
        *ret_over = urb;
    }
    free(unlinked);
    return STEP_DONE;
}

static bool is_status(int64_t status)
{
    return status <= 0 && status >= -4095;
}

static bool is_believable(const struct usbip_urb *urb, const struct usbip_reply *reply)
{
    uint32_t direction = urb->endpoint >> 7;

    /* A reply to what has not left yet was made without reading it. */
    if (urb->state != USBIP_SENT || reply->actual > urb->length)
        return false;
    /* Linux answers 0 here, others echo. */
    if (reply->direction != 0 && reply->direction != direction)
        return false;
    if (!is_status(reply->status))
        return false;
    return !urb->isochronous || reply->packet_count == urb->packet_count;
}

static int received_submit(struct usbip_client *client, const struct usbip_reply *reply,
                           struct usbip_urb **ret_over)
{
    struct usbip_urb *urb = usbip_find_locked(client, reply->seqnum);
    struct usbip_rx *rx = &client->rx;

    if (!urb || !is_believable(urb, reply))
        return -EPROTO;
    usbip_remove_locked(client, urb);
    urb->state = USBIP_RECEIVING;
    urb->status = reply->status;
    urb->actual = reply->actual;
    urb->start_frame = reply->start_frame;
    urb->error_count = reply->error_count;
    rx->done = 0;
    rx->total = urb->endpoint & 0x80 ? reply->actual : 0;
    if (rx->total > 0) {
        rx->urb = urb;
        rx->state = RX_DATA;
    } else if (urb->isochronous && urb->packet_count > 0) {
        rx->urb = urb;
        rx->total = urb->packet_count * USBIP_PACKET_BYTES;
        rx->state = RX_PACKETS;
    } else {
        *ret_over = urb;
        return STEP_DONE;
    }
    return STEP_ON;
}

static int received_header(struct usbip_client *client, const uint8_t *bytes)
{
    struct usbip_urb *over = NULL;
    struct usbip_reply reply;
    int step = -EPROTO;

    usbip_get_reply(bytes, &reply);
    pthread_mutex_lock(&client->lock);
    if (reply.command == USBIP_RET_SUBMIT)
        step = received_submit(client, &reply, &over);
    else if (reply.command == USBIP_RET_UNLINK)
        step = received_unlink(client, &reply, &over);
    pthread_mutex_unlock(&client->lock);
    if (over)
        complete(client, over);
    return step;
}

/* ---- isochronous packets */

/* The data came packed; each packet's bytes go to its own place, the last ones first. */
static void spread(struct usbip_urb *urb)
{
    uint32_t packed = urb->actual;

    for (uint32_t i = urb->packet_count; i-- > 0;) {
        const struct usbip_packet *packet = &urb->packets[i];

        packed -= packet->actual;
        /* Packets lie in order (usbip_submit() sees to it), so this only moves towards the end. */
        if (packet->actual > 0 && packet->offset != packed)
            memmove((uint8_t *)urb->data + packet->offset, (uint8_t *)urb->data + packed,
                    packet->actual);
    }
}

static int received_packets(struct usbip_urb *urb, const uint8_t *bytes)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < urb->packet_count; i++) {
        struct usbip_packet *packet = &urb->packets[i];

        usbip_get_packet(bytes + (size_t)i * USBIP_PACKET_BYTES, packet);
        if (packet->actual > packet->length || !is_status(packet->status))
            return -EPROTO;
        sum += packet->actual;
    }
    if (!(urb->endpoint & 0x80))
        return STEP_DONE;
    if (sum != urb->actual)
        return -EPROTO;
    spread(urb);
    return STEP_DONE;
}

/* ---- bytes */

/* One recv(), into the first `room` bytes and then into the next part, if there is one; the count,
 * 0 for nothing there, or -errno. */
static ssize_t receive(struct usbip_client *client, void *data, size_t room,
                       const struct iovec *next)
{
    struct usbip_rx *rx = &client->rx;
    int flags = rx->block ? 0 : MSG_DONTWAIT;
    ssize_t count;

    if (rx->drained)
        return 0;
    if (next) {
        struct iovec parts[2] = {{data, room}, *next};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

        room += next->iov_len;
        count = recvmsg(client->fd, &message, flags);
    } else {
        count = recv(client->fd, data, room, flags);
    }
    rx->block = false;
    rx->drained = count < 0 || (size_t)count < room;
    if (count > 0) {
        rx->batch += (size_t)count;
        return count;
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -ENODEV;
}

static int step_header(struct usbip_client *client)
{
    struct usbip_rx *rx = &client->rx;
    size_t have = rx->to - rx->from, room;
    ssize_t count;

    if (have < USBIP_HEADER_BYTES) {
        memmove(rx->stage, rx->stage + rx->from, have);
        rx->from = 0;
        rx->to = have;
        room = (rx->large ? USBIP_STAGE_LARGE : USBIP_STAGE) - have;
        count = receive(client, rx->stage + have, room, NULL);
        if (count <= 0)
            return (int)count;
        rx->to += (size_t)count;
        return STEP_ON;
    }
    rx->from += USBIP_HEADER_BYTES;
    return received_header(client, rx->stage + rx->from - USBIP_HEADER_BYTES);
}

/* Straight from the socket, and with it the header of the reply behind it. */
static ssize_t receive_data(struct usbip_client *client, uint8_t *data, size_t left)
{
    struct usbip_rx *rx = &client->rx;
    const struct iovec header = {rx->stage, USBIP_HEADER_BYTES};
    ssize_t count = receive(client, data, left, &header);

    rx->from = rx->to = 0;
    if (count <= (ssize_t)left)
        return count;
    rx->to = (size_t)count - left;
    return (ssize_t)left;
}

/* Towards rx->total bytes at `data`: from the stage first, the rest from the socket. */
static int step_bytes(struct usbip_client *client, uint8_t *data)
{
    struct usbip_rx *rx = &client->rx;
    size_t left = rx->total - rx->done, staged = rx->to - rx->from;
    ssize_t count = (ssize_t)(staged < left ? staged : left);

    if (count > 0) {
        memcpy(data + rx->done, rx->stage + rx->from, (size_t)count);
        rx->from += (size_t)count;
    } else {
        count = receive_data(client, data + rx->done, left);
        if (count <= 0)
            return (int)count;
    }
    rx->done += (uint32_t)count;
    return STEP_ON;
}

static int step_payload(struct usbip_client *client)
{
    struct usbip_rx *rx = &client->rx;
    struct usbip_urb *urb = rx->urb;
    int step;

    if (rx->done < rx->total)
        return step_bytes(client, rx->state == RX_DATA ? urb->data : rx->packets);
    if (rx->state == RX_DATA && urb->isochronous && urb->packet_count > 0) {
        rx->state = RX_PACKETS;
        rx->done = 0;
        rx->total = urb->packet_count * USBIP_PACKET_BYTES;
        return STEP_ON;
    }
    if (rx->state == RX_PACKETS) {
        step = received_packets(urb, rx->packets);
        if (step < 0)
            return step;
    }
    rx->state = RX_HEADER;
    rx->urb = NULL;
    complete(client, urb);
    return STEP_DONE;
}

/* Sends what call-backs have submitted. */
static void send_held(struct usbip_client *client)
{
    struct usbip_rx *rx = &client->rx;

    rx->batch = 0;
    if (!rx->held)
        return;
    rx->held = false;
    pthread_mutex_lock(&client->lock);
    usbip_flush_locked(client);
    pthread_mutex_unlock(&client->lock);
}

/* Whether to look for another reply, so that more can be sent together. */
static bool goes_on(const struct usbip_client *client)
{
    return client->rx.held && !client->rx.drained;
}

/* All that is there; the number of completions, or -errno after which the import is to go. `block`:
 * the first recv() waits for a slice of time. */
static int receive_frames(struct usbip_client *client, bool block)
{
    int done = 0;

    client->rx.drained = false;
    client->rx.block = block;
    for (;;) {
        int step = client->rx.state == RX_HEADER ? step_header(client) : step_payload(client);

        if (step < 0)
            return step;
        done += step == STEP_DONE;
        if (step == STEP_DONE && client->rx.batch >= USBIP_BATCH)
            send_held(client);
        if (step == STEP_WAIT)
            return done;
        /* Whoever waits has something; what is left in the socket wakes the next poll(). */
        if (step == STEP_DONE && client->rx.from == client->rx.to && !goes_on(client))
            return done;
    }
}

/* ---- pumping */

static int poll_once(struct usbip_client *client, int64_t deadline, struct pollfd fds[2])
{
    int64_t left = deadline == INT64_MAX ? -1 : deadline - usbip_now_ms();
    int timeout = deadline == INT64_MAX ? -1 : left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
    int count;

    usbip_pollfds(client, fds);
    count = poll(fds, 2, timeout);
    if (count > 0 && fds[1].revents) {
        uint64_t ignored;

        if (read(client->wake, &ignored, sizeof(ignored)) < 0)
            fds[1].revents = 0;
    }
    return count < 0 && errno == EINTR ? 0 : count;
}

/* What arrived; an import on which it was no USB/IP is dropped. */
static int take_in(struct usbip_client *client, bool block)
{
    int done;

    client->rx.reading = true;
    done = receive_frames(client, block);
    client->rx.reading = false;
    send_held(client);
    if (done >= 0)
        return done;
    pthread_mutex_lock(&client->lock);
    usbip_fail_locked(client, done);
    pthread_mutex_unlock(&client->lock);
    return sweep(client);
}

int usbip_pump_once(struct usbip_client *client, int64_t deadline)
{
    struct pollfd fds[2];
    int done = client->rx.sweep ? sweep(client) : 0, count;

    if (done != 0)
        return done;
    /* Answers that come at once are the common case, and poll() before recv() would cost them
     * dearly. Who wants to wake this thread waits for a slice at most. */
    if (client->rx.may_block && deadline - usbip_now_ms() > USBIP_SLICE_MS) {
        done = take_in(client, true);
        if (done != 0)
            return done;
    }
    count = poll_once(client, deadline, fds);
    if (count <= 0)
        return 0;
    /* Whoever woke this thread did so once; what else is ready stays so. */
    if (fds[1].revents && (done = sweep(client)) != 0)
        return done;
    if (fds[0].revents & POLLOUT) {
        pthread_mutex_lock(&client->lock);
        usbip_flush_locked(client);
        pthread_mutex_unlock(&client->lock);
    }
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
        done = take_in(client, false);
    return done;
}
