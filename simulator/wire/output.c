/* Sending without waiting: one gathered send a round, ranges of files from where they are mapped,
 * else by sendfile, and a queue for what the socket does not take. */
#include "simulator/wire/output.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Pieces up to this size are copied into the gather buffer, or read into it: a sendfile() of its
 * own costs more. Larger ones are sent in place. */
#define COPY_LIMIT (16u * 1024u)

struct output_segment {
    struct output_segment *next;
    int fd; /* a duplicate of the file, or -1: bytes follow */
    off_t offset;
    size_t length, done;
    uint8_t bytes[];
};

void output_init(struct output *output, int fd)
{
    output->fd = fd;
    output->error = 0;
    output->more = output->corked = false;
    output->gathered = 0;
    output->head = NULL;
    output->tail = &output->head;
}

static void drop_head(struct output *output)
{
    struct output_segment *segment = output->head;

    output->head = segment->next;
    if (!output->head)
        output->tail = &output->head;
    if (segment->fd >= 0)
        close(segment->fd);
    free(segment);
}

void output_done(struct output *output)
{
    while (output->head)
        drop_head(output);
}

bool output_blocked(const struct output *output)
{
    return output->head != NULL;
}

static void keep(struct output *output, const struct usb_chunk *chunk)
{
    size_t room = chunk->memory ? chunk->length : 0;
    struct output_segment *segment = malloc(sizeof(*segment) + room);

    if (!segment) {
        output->error = -ENOMEM;
        return;
    }
    segment->next = NULL;
    segment->fd = -1;
    segment->done = 0;
    segment->length = chunk->length;
    segment->offset = chunk->offset;
    if (chunk->memory) {
        memcpy(segment->bytes, chunk->memory, chunk->length);
    } else {
        segment->fd = dup(chunk->fd);
        if (segment->fd < 0) {
            output->error = -errno;
            free(segment);
            return;
        }
    }
    *output->tail = segment;
    output->tail = &segment->next;
}

/* Bytes the socket took; 0 when it is full. No system call that had bytes to send answers 0, but
 * sendfile does behind the end of a file that has become shorter, and of a mapping a send says
 * EFAULT there: the frame cannot be made whole. */
static size_t took(struct output *output, ssize_t result)
{
    if (result > 0)
        return (size_t)result;
    if (result == 0 || errno == EFAULT)
        output->error = -EIO;
    else if (errno != EAGAIN && errno != EINTR)
        output->error = -errno;
    return 0;
}

/* What is left of a piece whose first `sent` bytes have gone. */
static void keep_rest(struct output *output, const struct usb_chunk *chunk, size_t sent)
{
    struct usb_chunk rest = *chunk;

    if (rest.memory)
        rest.memory = (const uint8_t *)rest.memory + sent;
    rest.offset += (off_t)sent;
    rest.length -= sent;
    if (rest.length)
        keep(output, &rest);
}

/* The gather buffer and one piece that is in memory, or mapped there, in one call. */
static void send_two(struct output *output, const struct usb_chunk *chunk, bool more)
{
    const void *bytes = chunk->memory ? chunk->memory : chunk->mapped;
    struct iovec parts[2] = {{output->gather, output->gathered},
                             {(void *)(uintptr_t)bytes, chunk->length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
    size_t sent, head;

    /* Most answers are small and all in the buffer; send() is the cheaper call for them. */
    sent = took(output, chunk->length ? sendmsg(output->fd, &message, flags)
                                      : send(output->fd, output->gather, output->gathered, flags));
    output->corked = more;
    if (output->error)
        return;
    head = sent < output->gathered ? sent : output->gathered;
    keep_rest(output, &(struct usb_chunk){.memory = output->gather, .length = output->gathered},
              head);
    output->gathered = 0;
    keep_rest(output, chunk, sent - head);
}

/* What was to follow did not: setting the option anew sends what waits. */
static void uncork(struct output *output)
{
    static const int one = 1;

    output->corked = false;
    setsockopt(output->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

void output_flush(struct output *output, bool more)
{
    if (output->error)
        return;
    if (!output->gathered) {
        if (output->corked && !more)
            uncork(output);
        return;
    }
    if (output_blocked(output)) {
        keep(output, &(struct usb_chunk){.memory = output->gather, .length = output->gathered});
        output->gathered = 0;
        return;
    }
    send_two(output, &(struct usb_chunk){0}, more);
}

void output_bytes(struct output *output, const void *bytes, size_t length)
{
    if (output->gathered + length > sizeof(output->gather))
        output_flush(output, true);
    if (output->error)
        return;
    memcpy(output->gather + output->gathered, bytes, length);
    output->gathered += length;
}

/* sendfile() knows no MSG_DONTWAIT, and the socket itself blocks (peer.c says why). */
static ssize_t send_range(int to, int from, off_t *offset, size_t length)
{
    int flags = fcntl(to, F_GETFL), error;
    ssize_t sent;

    fcntl(to, F_SETFL, flags | O_NONBLOCK);
    sent = sendfile(to, from, offset, length);
    error = errno;
    fcntl(to, F_SETFL, flags);
    errno = error;
    return sent;
}

static void send_file(struct output *output, const struct usb_chunk *chunk)
{
    struct usb_chunk rest = *chunk;

    while (rest.length && !output->error && !output_blocked(output)) {
        size_t sent = took(output, send_range(output->fd, rest.fd, &rest.offset, rest.length));

        if (!sent)
            break;
        rest.length -= sent;
    }
    output->corked = false; /* the end of a range is sent at once */
    if (rest.length && !output->error)
        keep(output, &rest);
}

static void read_file(struct output *output, const struct usb_chunk *chunk)
{
    if (output->gathered + chunk->length > sizeof(output->gather))
        output_flush(output, true);
    if (output->error)
        return;
    if (pread(chunk->fd, output->gather + output->gathered, chunk->length, chunk->offset) !=
        (ssize_t)chunk->length)
        output->error = -EIO; /* it has become shorter: the frame cannot be made whole */
    else
        output->gathered += chunk->length;
}

void output_chunk(struct output *output, const struct usb_chunk *chunk)
{
    if (output->error || !chunk->length)
        return;
    if (chunk->memory && chunk->length <= COPY_LIMIT) {
        output_bytes(output, chunk->memory, chunk->length);
        return;
    }
    if ((chunk->memory || chunk->mapped) && !output_blocked(output)) {
        send_two(output, chunk, output->more);
        return;
    }
    if (!chunk->memory && chunk->length <= COPY_LIMIT) {
        read_file(output, chunk);
        return;
    }
    output_flush(output, true);
    if (chunk->memory)
        keep(output, chunk);
    else
        send_file(output, chunk);
}

void output_resume(struct output *output)
{
    while (output->head && !output->error) {
        struct output_segment *segment = output->head;
        size_t left = segment->length - segment->done;
        ssize_t result;
        size_t sent;

        if (segment->fd >= 0)
            result = send_range(output->fd, segment->fd, &segment->offset, left);
        else
            result = send(output->fd, segment->bytes + segment->done, left,
                          MSG_NOSIGNAL | MSG_DONTWAIT | (segment->next ? MSG_MORE : 0));
        sent = took(output, result);
        if (!sent)
            return;
        segment->done += sent;
        if (segment->done == segment->length)
            drop_head(output);
    }
}
