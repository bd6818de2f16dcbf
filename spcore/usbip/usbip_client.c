/* Submitting, unlinking and waiting. One lock guards everything but the receive state, which the
 * pumping thread owns; only that thread completes URBs, so a buffer it receives into cannot be
 * given back behind its back. */
#include "spcore/usbip/usbip_client.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "spcore/usbip/usbip_private.h"

/* Behind its deadline a wait takes in what is there already, but so many rounds at most: others'
 * answers may never cease. */
enum { UNLINK_GRACE_MS = 1000, LATE_ROUNDS = 64 };

/* ---- life */

static struct usbip_client *client_new(int fd)
{
    struct usbip_client *client = malloc(sizeof(*client));
    pthread_condattr_t attributes;

    if (!client)
        return NULL;
    memset(client, 0, offsetof(struct usbip_client, rx.stage));
    client->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (client->wake < 0) {
        free(client);
        return NULL;
    }
    client->fd = fd;
    client->next_seqnum = 1;
    client->queue_tail = &client->queue;
    pthread_mutex_init(&client->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&client->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return client;
}

int usbip_import_on(int fd, const char *busid, unsigned deadline_ms,
                    struct usbip_client **ret_client)
{
    static const struct timeval slice = {.tv_usec = USBIP_SLICE_MS * 1000};
    struct usbip_client *client = client_new(fd);
    int error = -ENOMEM;

    if (client)
        error = usbip_op_import(fd, busid, usbip_now_ms() + deadline_ms, &client->device);
    if (error) {
        if (client)
            usbip_free(client);
        else
            close(fd);
        return error;
    }
    client->devid = client->device.busnum << 16 | client->device.devnum;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof(slice));
    *ret_client = client;
    return 0;
}

int usbip_import(const char *host, const char *port, const char *busid, unsigned deadline_ms,
                 struct usbip_client **ret_client)
{
    int64_t start = usbip_now_ms(), left;
    int fd = -1, error = usbip_connect(host, port, start + deadline_ms, &fd);

    if (error)
        return error;
    left = start + deadline_ms - usbip_now_ms();
    return usbip_import_on(fd, busid, left > 0 ? (unsigned)left : 0, ret_client);
}

void usbip_free(struct usbip_client *client)
{
    if (!client)
        return;
    usbip_drop(client, -ENODEV);
    (void)usbip_pump(client, 0);
    close(client->fd);
    close(client->wake);
    pthread_cond_destroy(&client->changed);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

const struct usbip_device *usbip_client_device(const struct usbip_client *client)
{
    return &client->device;
}

/* ---- state, under the lock */

static void wake(struct usbip_client *client)
{
    uint64_t one = 1;

    /* It can only fail when it is set already. */
    if (write(client->wake, &one, sizeof(one)) < 0)
        return;
}

void usbip_fail_locked(struct usbip_client *client, int error)
{
    if (client->error)
        return;
    client->error = error;
    /* Wakes the pumping thread, and tells the server. */
    (void)shutdown(client->fd, SHUT_RDWR);
    wake(client);
    pthread_cond_broadcast(&client->changed);
}

struct usbip_urb *usbip_find_locked(struct usbip_client *client, uint32_t seqnum)
{
    struct usbip_urb *urb = client->buckets[seqnum % USBIP_BUCKETS];

    while (urb && urb->seqnum != seqnum)
        urb = urb->bucket_next;
    return urb;
}

static bool is_large_in(const struct usbip_urb *urb)
{
    return (urb->endpoint & 0x80) && urb->length >= USBIP_LARGE;
}

void usbip_remove_locked(struct usbip_client *client, struct usbip_urb *urb)
{
    struct usbip_urb **at = &client->buckets[urb->seqnum % USBIP_BUCKETS];

    while (*at != urb) {
        assert(*at);
        at = &(*at)->bucket_next;
    }
    *at = urb->bucket_next;
    client->large_in -= is_large_in(urb);
}

static uint32_t new_seqnum(struct usbip_client *client)
{
    uint32_t seqnum;

    do
        seqnum = client->next_seqnum++;
    while (seqnum == 0 || usbip_find_locked(client, seqnum));
    return seqnum;
}

/* ---- sending */

/* The frame's parts less the first `skip` bytes; 0 entries: there are no more. */
static int frame_parts(struct usbip_client *client, struct usbip_frame *frame, size_t skip,
                       struct iovec parts[3])
{
    struct usbip_urb *urb = frame->urb;
    size_t left = 0;
    int count = 0, used = 0;

    parts[count++] = (struct iovec){frame->header, USBIP_HEADER_BYTES};
    if (urb && !(urb->endpoint & 0x80) && urb->length > 0)
        parts[count++] = (struct iovec){urb->data, urb->length};
    if (urb && urb->isochronous && urb->packet_count > 0) {
        if (skip == 0)
            for (uint32_t i = 0; i < urb->packet_count; i++)
                usbip_put_packet(client->queue_packets + (size_t)i * USBIP_PACKET_BYTES,
                                 &urb->packets[i]);
        parts[count++] =
            (struct iovec){client->queue_packets, (size_t)urb->packet_count * USBIP_PACKET_BYTES};
    }
    for (int i = 0; i < count; i++) {
        left = parts[i].iov_len < skip ? parts[i].iov_len : skip;
        skip -= left;
        if (parts[i].iov_len > left)
            parts[used++] =
                (struct iovec){(uint8_t *)parts[i].iov_base + left, parts[i].iov_len - left};
    }
    return used;
}

static size_t frame_bytes(const struct usbip_frame *frame)
{
    const struct usbip_urb *urb = frame->urb;
    size_t bytes = USBIP_HEADER_BYTES;

    if (urb && !(urb->endpoint & 0x80))
        bytes += urb->length;
    if (urb && urb->isochronous)
        bytes += (size_t)urb->packet_count * USBIP_PACKET_BYTES;
    return bytes;
}

static bool is_iso(const struct usbip_frame *frame)
{
    return frame->urb && frame->urb->isochronous;
}

/* Of as many frames as go together; the descriptors of packets have room for one frame alone. */
static int queue_parts(struct usbip_client *client, struct iovec parts[3 * USBIP_TOGETHER])
{
    struct usbip_frame *frame = client->queue;
    size_t skip = client->queue_done;
    int count = 0;

    for (int frames = 0; frame && frames < USBIP_TOGETHER; frames++, frame = frame->next) {
        if (frames && is_iso(frame))
            break;
        count += frame_parts(client, frame, skip, parts + count);
        skip = 0;
        if (is_iso(frame))
            break;
    }
    return count;
}

static void frame_sent(struct usbip_client *client)
{
    struct usbip_frame *frame = client->queue;

    client->queue = frame->next;
    if (!client->queue)
        client->queue_tail = &client->queue;
    client->queue_done = 0;
    if (frame->urb)
        frame->urb->state = USBIP_SENT;
    else
        ((struct usbip_unlinked *)frame)->sent = true;
}

static void queue_sent(struct usbip_client *client, size_t count)
{
    client->queue_done += count;
    while (client->queue && client->queue_done >= frame_bytes(client->queue)) {
        size_t rest = client->queue_done - frame_bytes(client->queue);

        frame_sent(client);
        client->queue_done = rest;
    }
}

void usbip_flush_locked(struct usbip_client *client)
{
    while (client->queue && !client->error) {
        struct iovec parts[3 * USBIP_TOGETHER];
        int part_count = queue_parts(client, parts);
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)part_count};
        ssize_t count;

        /* The common frame is one part, for which send() is the cheaper call. */
        if (part_count == 1)
            count =
                send(client->fd, parts[0].iov_base, parts[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
        else
            count = sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0) {
            usbip_fail_locked(client, -ENODEV);
            return;
        }
        queue_sent(client, (size_t)count);
    }
}

static void enqueue(struct usbip_client *client, struct usbip_frame *frame)
{
    frame->next = NULL;
    *client->queue_tail = frame;
    client->queue_tail = &frame->next;
    if (client->pumping && pthread_equal(client->pumper, pthread_self()) && client->rx.reading) {
        client->rx.held = true;
        return;
    }
    usbip_flush_locked(client);
    /* A thread that waits for input must now wait for room to send as well. */
    if (client->queue && client->pumping)
        wake(client);
}

void usbip_clear_packets(struct usbip_urb *urb)
{
    for (uint32_t i = 0; urb->isochronous && i < urb->packet_count; i++) {
        urb->packets[i].actual = 0;
        urb->packets[i].status = 0;
    }
}

/* Packets must be in order and apart: where replies are packed they are spread in place. */
static bool is_legal(const struct usbip_urb *urb)
{
    uint32_t end = 0;

    if (urb->length > INT_MAX || (urb->length > 0 && !urb->data))
        return false;
    if (!urb->isochronous)
        return true;
    if (urb->packet_count > USBIP_PACKETS_MAX || (urb->packet_count > 0 && !urb->packets))
        return false;
    for (uint32_t i = 0; i < urb->packet_count; i++) {
        const struct usbip_packet *packet = &urb->packets[i];

        if (packet->offset < end || packet->length > urb->length ||
            packet->offset > urb->length - packet->length)
            return false;
        end = packet->offset + packet->length;
    }
    return true;
}

int usbip_submit(struct usbip_client *client, struct usbip_urb *urb)
{
    struct usbip_urb **bucket;
    int error = 0;

    if (!is_legal(urb))
        return -EINVAL;
    pthread_mutex_lock(&client->lock);
    if (client->error) {
        error = -ENODEV;
    } else if (urb->state != USBIP_IDLE && urb->state != USBIP_OVER) {
        error = -EBUSY;
    } else {
        urb->seqnum = new_seqnum(client);
        urb->state = USBIP_QUEUED;
        urb->unlinked = false;
        urb->status = 0;
        urb->actual = 0;
        urb->error_count = 0;
        usbip_clear_packets(urb);
        bucket = &client->buckets[urb->seqnum % USBIP_BUCKETS];
        urb->bucket_next = *bucket;
        *bucket = urb;
        client->large_in += is_large_in(urb);
        urb->frame.urb = urb;
        usbip_put_submit(urb->frame.header, urb, client->devid);
        enqueue(client, &urb->frame);
    }
    pthread_mutex_unlock(&client->lock);
    return error;
}

/* ---- unlinking */

/* True if no byte of it had left, so that the server need not know. */
static bool withdraw(struct usbip_client *client, struct usbip_urb *urb)
{
    struct usbip_frame **at = &client->queue;

    if (urb->state != USBIP_QUEUED || (client->queue == &urb->frame && client->queue_done > 0))
        return false;
    while (*at != &urb->frame)
        at = &(*at)->next;
    *at = urb->frame.next;
    if (client->queue_tail == &urb->frame.next)
        client->queue_tail = at;
    usbip_remove_locked(client, urb);
    urb->state = USBIP_RECEIVING;
    urb->status = -ECONNRESET;
    urb->bucket_next = client->finished;
    client->finished = urb;
    wake(client);
    return true;
}

static int send_unlink(struct usbip_client *client, struct usbip_urb *urb)
{
    struct usbip_unlinked *unlinked = calloc(1, sizeof(*unlinked));

    if (!unlinked)
        return -ENOMEM;
    urb->unlinked = true;
    unlinked->seqnum = new_seqnum(client);
    unlinked->victim = urb->seqnum;
    unlinked->next = client->unlinks;
    client->unlinks = unlinked;
    usbip_put_unlink(unlinked->frame.header, unlinked->seqnum, unlinked->victim, client->devid);
    enqueue(client, &unlinked->frame);
    return 0;
}

int usbip_unlink(struct usbip_client *client, struct usbip_urb *urb)
{
    int error = 0;

    pthread_mutex_lock(&client->lock);
    if (client->error)
        error = -ENODEV;
    else if ((urb->state == USBIP_QUEUED || urb->state == USBIP_SENT) && !urb->unlinked &&
             !withdraw(client, urb))
        error = send_unlink(client, urb);
    pthread_mutex_unlock(&client->lock);
    return error;
}

void usbip_drop(struct usbip_client *client, int error)
{
    pthread_mutex_lock(&client->lock);
    usbip_fail_locked(client, error);
    pthread_mutex_unlock(&client->lock);
}

int usbip_error(struct usbip_client *client)
{
    int error;

    pthread_mutex_lock(&client->lock);
    error = client->error;
    pthread_mutex_unlock(&client->lock);
    return error;
}

/* ---- progress */

void usbip_pollfds(struct usbip_client *client, struct pollfd ret_fds[2])
{
    pthread_mutex_lock(&client->lock);
    ret_fds[0] = (struct pollfd){client->fd, (short)(client->queue ? POLLIN | POLLOUT : POLLIN), 0};
    ret_fds[1] = (struct pollfd){client->wake, POLLIN, 0};
    pthread_mutex_unlock(&client->lock);
}

/* The lock is held before and after, not in between. */
static int pump_locked(struct usbip_client *client, int64_t deadline)
{
    int count;

    client->pumping = true;
    client->pumper = pthread_self();
    client->rx.sweep = client->finished || client->error;
    client->rx.large = client->large_in > 0;
    client->rx.may_block = !client->queue;
    pthread_mutex_unlock(&client->lock);
    count = usbip_pump_once(client, deadline);
    pthread_mutex_lock(&client->lock);
    client->pumping = false;
    if (client->waiters > 0)
        pthread_cond_broadcast(&client->changed);
    return count;
}

static int64_t deadline_of(unsigned deadline_ms)
{
    return deadline_ms == USBIP_FOREVER ? INT64_MAX : usbip_now_ms() + deadline_ms;
}

int usbip_pump(struct usbip_client *client, unsigned deadline_ms)
{
    int count = -EBUSY;

    pthread_mutex_lock(&client->lock);
    if (!client->pumping)
        count = pump_locked(client, deadline_of(deadline_ms));
    pthread_mutex_unlock(&client->lock);
    return count;
}

static void wait_changed(struct usbip_client *client, int64_t deadline)
{
    struct timespec until = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};

    client->waiters++;
    if (deadline == INT64_MAX)
        pthread_cond_wait(&client->changed, &client->lock);
    else
        (void)pthread_cond_timedwait(&client->changed, &client->lock, &until);
    client->waiters--;
}

int usbip_wait(struct usbip_client *client, struct usbip_urb *urb, unsigned deadline_ms,
               unsigned ticket)
{
    int64_t deadline = deadline_of(deadline_ms);
    unsigned late = 0;
    int error = 0;

    pthread_mutex_lock(&client->lock);
    while (urb->state != USBIP_OVER && urb->state != USBIP_IDLE) {
        bool progress = false;

        if (client->ticket != ticket) {
            error = -EINTR;
            break;
        }
        if (client->pumping)
            wait_changed(client, deadline);
        else
            progress = pump_locked(client, deadline) != 0;
        if (urb->state != USBIP_OVER && usbip_now_ms() >= deadline &&
            (!progress || ++late > LATE_ROUNDS)) {
            error = -ETIMEDOUT;
            break;
        }
    }
    pthread_mutex_unlock(&client->lock);
    return error;
}

unsigned usbip_ticket(struct usbip_client *client)
{
    unsigned ticket;

    pthread_mutex_lock(&client->lock);
    ticket = client->ticket;
    pthread_mutex_unlock(&client->lock);
    return ticket;
}

void usbip_interrupt(struct usbip_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->ticket++;
    pthread_cond_broadcast(&client->changed);
    wake(client);
    pthread_mutex_unlock(&client->lock);
}

/* usbip_wait() that no interruption cuts short. */
static int wait_whole(struct usbip_client *client, struct usbip_urb *urb, unsigned deadline_ms)
{
    int64_t deadline = deadline_of(deadline_ms);
    int error;

    do {
        int64_t left = deadline == INT64_MAX ? USBIP_FOREVER : deadline - usbip_now_ms();

        error = usbip_wait(client, urb, left < 0 ? 0 : (unsigned)left, usbip_ticket(client));
    } while (error == -EINTR);
    return error;
}

void usbip_settle(struct usbip_client *client, struct usbip_urb *urb)
{
    int error = usbip_unlink(client, urb);

    if (error == -ENOMEM || wait_whole(client, urb, UNLINK_GRACE_MS) != 0) {
        usbip_drop(client, -ENODEV);
        (void)wait_whole(client, urb, USBIP_FOREVER);
    }
}
