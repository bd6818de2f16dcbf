/* USB/IP by hand, as no client would write it: every field of a frame is the case's to choose, and
 * what comes back is kept as it came. */
#include "conformance/raw/raw_usbip.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"

static unsigned patience = 1;

void raw_be_patient(unsigned times)
{
    patience = times;
}

unsigned raw_patient_ms(unsigned milliseconds)
{
    return milliseconds * patience;
}

static int64_t until_after(unsigned milliseconds)
{
    return base_now_ms() + raw_patient_ms(milliseconds);
}

/* 1 readable (or closed), 0 not by then. */
static int wait_readable(int fd, int64_t until)
{
    for (;;) {
        int64_t left = until - base_now_ms();
        struct pollfd item = {.fd = fd, .events = POLLIN};
        int count = poll(&item, 1, left > 0 ? (int)left : 0);

        if (count >= 0 || errno != EINTR)
            return count > 0;
    }
}

static int write_with(int fd, const void *data, size_t length, int flags)
{
    const uint8_t *at = data;

    while (length > 0) {
        ssize_t count = send(fd, at, length, MSG_NOSIGNAL | flags);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -ECONNRESET;
        at += count;
        length -= (size_t)count;
    }
    return 0;
}

int raw_write(int fd, const void *data, size_t length)
{
    return write_with(fd, data, length, 0);
}

/* `is_here`: most often what is read has come together with what was read before it, and need not
 * be waited for. */
static int read_by(int fd, void *data, size_t length, unsigned deadline_ms, bool is_here)
{
    int64_t until = until_after(deadline_ms);
    uint8_t *at = data;

    while (length > 0) {
        ssize_t count;

        if (!is_here && !wait_readable(fd, until))
            return -ETIMEDOUT;
        count = recv(fd, at, length, MSG_DONTWAIT);
        is_here = false;
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return -ECONNRESET;
        at += count;
        length -= (size_t)count;
    }
    return 0;
}

int raw_read(int fd, void *data, size_t length, unsigned deadline_ms)
{
    return read_by(fd, data, length, deadline_ms, false);
}

int raw_drain(int fd, unsigned deadline_ms, size_t *ret_count)
{
    int64_t until = until_after(deadline_ms);
    size_t total = 0;

    for (;;) {
        uint8_t scrap[4096];
        ssize_t count;

        if (!wait_readable(fd, until)) {
            *ret_count = total;
            return -ETIMEDOUT;
        }
        count = recv(fd, scrap, sizeof(scrap), 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            *ret_count = total;
            return 0;
        }
        total += (size_t)count;
    }
}

bool raw_silent(int fd, unsigned deadline_ms)
{
    return !wait_readable(fd, until_after(deadline_ms));
}

int raw_request(int fd, uint16_t version, uint16_t code, const void *body, size_t length)
{
    uint8_t frame[8 + 64] = {0};

    if (length > sizeof(frame) - 8)
        return -EINVAL;
    put_be16(frame, version);
    put_be16(frame + 2, code);
    if (length > 0)
        memcpy(frame + 8, body, length);
    return raw_write(fd, frame, 8 + length);
}

void raw_busid(uint8_t ret_field[32], const char *busid)
{
    size_t length = strnlen(busid, 32);

    memset(ret_field, 0, 32);
    memcpy(ret_field, busid, length);
}

void raw_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* `length` bytes more. */
static int read_more(int fd, uint8_t *bytes, size_t room, size_t *at, size_t length,
                     unsigned deadline_ms)
{
    int error = room - *at < length ? -EMSGSIZE : raw_read(fd, bytes + *at, length, deadline_ms);

    *at += length;
    return error;
}

int raw_list(int fd, uint8_t *bytes, size_t room, unsigned deadline_ms)
{
    size_t at = 0;
    int error = raw_request(fd, RAW_VERSION, RAW_REQ_DEVLIST, NULL, 0);

    if (!error)
        error = read_more(fd, bytes, room, &at, 12, deadline_ms);
    for (uint32_t i = 0; !error && i < get_be32(bytes + 8); i++) {
        error = read_more(fd, bytes, room, &at, RAW_RECORD, deadline_ms);
        if (!error)
            error = read_more(fd, bytes, room, &at, 4u * bytes[at - 1], deadline_ms);
    }
    return error ? error : (int)at;
}

const uint8_t *raw_find_record(const uint8_t *bytes, int length, const char *busid)
{
    for (int at = 12; at + RAW_RECORD <= length; at += RAW_RECORD + 4 * bytes[at + 311]) {
        if (strncmp((const char *)bytes + at + 256, busid, 32) == 0)
            return bytes + at;
    }
    return NULL;
}

int raw_import(struct raw_connection *connection, int fd, const char *busid, unsigned deadline_ms)
{
    uint8_t field[32], head[8];
    int error;

    memset(connection, 0, sizeof(*connection));
    connection->fd = fd;
    connection->next = 1;
    raw_busid(field, busid);
    error = raw_request(fd, RAW_VERSION, RAW_REQ_IMPORT, field, sizeof(field));
    if (!error)
        error = raw_read(fd, head, sizeof(head), deadline_ms);
    if (error)
        return error;
    if (get_be16(head) != RAW_VERSION || get_be16(head + 2) != RAW_REP_IMPORT ||
        get_be32(head + 4) > 0x7fff)
        return -EPROTO;
    if (get_be32(head + 4) != 0)
        return (int)get_be32(head + 4);
    error = read_by(fd, connection->record, sizeof(connection->record), deadline_ms, true);
    if (error)
        return error;
    connection->devid =
        get_be32(connection->record + 288) << 16 | get_be32(connection->record + 292);
    connection->speed = connection->record[299];
    return 0;
}

void raw_encode_submit(const struct raw_urb *urb, uint8_t ret_header[RAW_HEADER])
{
    put_be32(ret_header, RAW_CMD_SUBMIT);
    put_be32(ret_header + 4, urb->seqnum);
    put_be32(ret_header + 8, urb->devid);
    put_be32(ret_header + 12, urb->direction);
    put_be32(ret_header + 16, urb->endpoint);
    put_be32(ret_header + 20, urb->flags);
    put_be32(ret_header + 24, urb->length);
    put_be32(ret_header + 28, urb->start_frame);
    put_be32(ret_header + 32, urb->packets);
    put_be32(ret_header + 36, urb->interval);
    memcpy(ret_header + 40, urb->setup, 8);
}

void raw_encode_unlink(uint32_t seqnum, uint32_t devid, uint32_t victim,
                       uint8_t ret_header[RAW_HEADER])
{
    memset(ret_header, 0, RAW_HEADER);
    put_be32(ret_header, RAW_CMD_UNLINK);
    put_be32(ret_header + 4, seqnum);
    put_be32(ret_header + 8, devid);
    put_be32(ret_header + 20, victim);
}

static struct raw_pending *find(struct raw_connection *connection, uint32_t seqnum)
{
    for (size_t i = 0; i < RAW_PENDING_MAX; i++) {
        if (connection->pending[i].used && connection->pending[i].seqnum == seqnum)
            return &connection->pending[i];
    }
    return NULL;
}

static int remember(struct raw_connection *connection, const struct raw_urb *urb)
{
    for (size_t i = 0; i < RAW_PENDING_MAX; i++) {
        if (!connection->pending[i].used) {
            struct raw_pending *pending = &connection->pending[i];

            *pending = (struct raw_pending){.seqnum = urb->seqnum,
                                            .direction = urb->direction,
                                            .length = urb->length,
                                            .endpoint = urb->endpoint,
                                            .used = true};
            memcpy(pending->setup, urb->setup, sizeof(pending->setup));
            return 0;
        }
    }
    return -ENOSPC;
}

int raw_submit(struct raw_connection *connection, struct raw_urb *urb, const void *data)
{
    uint8_t header[RAW_HEADER];
    int error;

    if (!urb->exact) {
        urb->seqnum = connection->next++;
        urb->devid = connection->devid;
    }
    error = remember(connection, urb);
    if (error)
        return error;
    if (connection->sends)
        connection->sends(connection->context, urb, data);
    raw_encode_submit(urb, header);
    if (urb->direction != RAW_OUT || !urb->length)
        return raw_write(connection->fd, header, sizeof(header));
    error =
        write_with(connection->fd, header, sizeof(header), MSG_MORE); /* one frame, one segment */
    return error ? error : raw_write(connection->fd, data, urb->length);
}

int raw_unlink(struct raw_connection *connection, uint32_t victim, uint32_t *ret_seqnum)
{
    uint8_t header[RAW_HEADER];
    uint32_t seqnum = connection->next++;
    int error = remember(connection, &(struct raw_urb){.seqnum = seqnum, .direction = RAW_OUT});

    if (error)
        return error;
    raw_encode_unlink(seqnum, connection->devid, victim, header);
    error = raw_write(connection->fd, header, sizeof(header));
    if (!error)
        *ret_seqnum = seqnum;
    return error;
}

int raw_next(struct raw_connection *connection, unsigned deadline_ms, struct raw_reply *ret,
             void *data, size_t room)
{
    struct raw_reply reply = {0};
    struct raw_pending *pending;
    uint8_t header[RAW_HEADER];
    bool carries;
    int error = raw_read(connection->fd, header, sizeof(header), deadline_ms);

    if (error)
        return error;
    reply.command = get_be32(header);
    reply.seqnum = get_be32(header + 4);
    reply.devid = get_be32(header + 8);
    reply.direction = get_be32(header + 12);
    reply.endpoint = get_be32(header + 16);
    reply.status = (int32_t)get_be32(header + 20);
    if (reply.command == RAW_RET_SUBMIT) {
        reply.actual = get_be32(header + 24);
        reply.start_frame = get_be32(header + 28);
        reply.packets = get_be32(header + 32);
        reply.errors = get_be32(header + 36);
        memcpy(reply.padding, header + 40, 8);
    } else {
        memcpy(reply.padding, header + 24, sizeof(reply.padding));
    }
    *ret = reply;
    pending = find(connection, reply.seqnum);
    if (!pending || (reply.command != RAW_RET_SUBMIT && reply.command != RAW_RET_UNLINK))
        return -EPROTO;
    if (connection->hears)
        connection->hears(connection->context, pending, header);
    pending->used = false;
    carries = reply.command == RAW_RET_SUBMIT && pending->direction == RAW_IN;
    if (!carries || reply.actual == 0)
        return 0;
    if (reply.actual > room)
        return -EMSGSIZE;
    error = read_by(connection->fd, data, reply.actual, deadline_ms, true);
    if (!error)
        ret->data_length = reply.actual;
    return error;
}

int raw_transfer(struct raw_connection *connection, struct raw_urb *urb, void *data, size_t room,
                 unsigned deadline_ms, struct raw_reply *ret)
{
    int error = raw_submit(connection, urb, data);

    if (!error)
        error = raw_next(connection, deadline_ms, ret, data, room);
    if (!error && (ret->command != RAW_RET_SUBMIT || ret->seqnum != urb->seqnum))
        error = -EPROTO;
    return error;
}

int raw_control(struct raw_connection *connection, uint8_t request_type, uint8_t request,
                uint16_t value, uint16_t index, uint16_t length, void *data, unsigned deadline_ms)
{
    struct raw_urb urb = {
        .direction = request_type & 0x80 ? RAW_IN : RAW_OUT,
        .length = length,
        .setup = {request_type, request},
    };
    struct raw_reply reply = {0};
    int error;

    put_le16(urb.setup + 2, value);
    put_le16(urb.setup + 4, index);
    put_le16(urb.setup + 6, length);
    error = raw_transfer(connection, &urb, data, length, deadline_ms, &reply);
    if (error)
        return error;
    return reply.status ? reply.status : (int)reply.actual;
}
