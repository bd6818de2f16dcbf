/* Sources and sinks that move as much as a host can take, and a loopback: what Linux's usbtest
 * wants of a device, so that the kernel's own tests judge the core. */
#include "simulator/function/zero.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Room of a loopback; more makes OUT wait until IN has drained it. */
#define LOOPBACK_ROOM (256u * 1024u)
#define LOOPBACK_ENDS 256u
#define CONTROL_ROOM 4096u
/* A source lends this much pattern a chunk: four chunks cover a URB of 4 MiB. It is a file mapped
 * into memory: of what is longer than PATTERN_LONG the file is named, since the socket does not
 * take it at once and the rest would be copied. The beginning leaves from memory all the same:
 * sendfile goes page by page (0.86 of plain TCP at 1 MiB, where the file had 0.71). */
#define PATTERN_ROOM (1024u * 1024u)
#define PATTERN_LONG PATTERN_ROOM
#define PATTERN_SIZES 8

enum zero_request { ZERO_CONTROL_WRITE = 0x5b, ZERO_CONTROL_READ = 0x5c };

/* One pattern for endpoints of one packet size: `unit` bytes are whole packets. */
struct pattern_block {
    size_t packet, unit;
    int fd;
    uint8_t *bytes;
};

/* Bytes on their way from OUT to IN, in a ring. Positions count up for ever. */
struct loop {
    uint8_t *ring;
    size_t room;
    uint64_t released, lent, written; /* in this order: gone, with the core, waiting */
    uint64_t ends[LOOPBACK_ENDS];     /* where transfers end; ring of its own */
    uint64_t end_first, end_next, end_last;
    uint8_t in, out; /* endpoints that wait for each other; 0: none */
};

struct zero {
    struct usb_device *device; /* borrowed */
    bool source_sink;
    enum zero_pattern pattern;
    uint8_t bulk_out; /* halted when an isochronous sink gets wrong bytes; 0: none */
    struct pattern_block blocks[PATTERN_SIZES];
    uint8_t control[CONTROL_ROOM]; /* what 0x5b left for 0x5c */
    struct loop loop;
};

/* An isochronous sink cannot complain: its interface's bulk one does. */
static uint8_t bulk_out_of(const struct zero_options *options)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        const struct usb_interface_identity *setting = &options->settings[i];

        for (size_t j = 0; j < setting->endpoint_count; j++) {
            if (setting->endpoints[j].type == USB_ENDPOINT_BULK &&
                !(setting->endpoints[j].address & 0x80))
                return setting->endpoints[j].address;
        }
    }
    return 0;
}

struct zero *zero_new(const struct zero_options *options)
{
    struct zero *zero = calloc(1, sizeof(*zero));

    if (!zero)
        return NULL;
    zero->source_sink = options->source_sink;
    zero->pattern = options->pattern;
    zero->bulk_out = bulk_out_of(options);
    if (options->source_sink)
        return zero;
    zero->loop.ring = malloc(LOOPBACK_ROOM);
    zero->loop.room = LOOPBACK_ROOM;
    if (!zero->loop.ring) {
        free(zero);
        return NULL;
    }
    return zero;
}

static void drop_block(struct pattern_block *block)
{
    if (!block->packet)
        return;
    munmap(block->bytes, PATTERN_ROOM);
    close(block->fd);
}

static void forget_patterns(struct zero *zero)
{
    for (size_t i = 0; i < PATTERN_SIZES; i++)
        drop_block(&zero->blocks[i]);
    memset(zero->blocks, 0, sizeof(zero->blocks));
}

static void zero_free(void *self)
{
    struct zero *zero = self;

    forget_patterns(zero);
    free(zero->loop.ring);
    free(zero);
}

static void zero_attach(void *self, struct usb_device *device)
{
    ((struct zero *)self)->device = device;
}

void zero_set_pattern(struct zero *zero, enum zero_pattern pattern)
{
    zero->pattern = pattern;
    forget_patterns(zero);
}

static int zero_setup(void *self, const struct usb_setup *setup, const uint8_t *data,
                      uint8_t *reply)
{
    struct zero *zero = self;

    if ((setup->request_type & 0x60) != 0x40 || setup->value || setup->index ||
        setup->length > CONTROL_ROOM)
        return -EPIPE;
    if (setup->request == ZERO_CONTROL_WRITE && !(setup->request_type & 0x80)) {
        if (setup->length)
            memcpy(zero->control, data, setup->length);
        return 0;
    }
    if (setup->request == ZERO_CONTROL_READ && (setup->request_type & 0x80)) {
        memcpy(reply, zero->control, setup->length);
        return setup->length;
    }
    return -EPIPE;
}

/* ---- source and sink */

static struct pattern_block *fill_block(struct pattern_block *block, size_t packet,
                                        enum zero_pattern pattern)
{
    int fd = memfd_create("pattern", MFD_CLOEXEC);

    if (fd < 0)
        return NULL;
    block->bytes = MAP_FAILED;
    if (ftruncate(fd, PATTERN_ROOM) == 0)
        block->bytes = mmap(NULL, PATTERN_ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (block->bytes == MAP_FAILED) {
        close(fd);
        return NULL;
    }
    block->fd = fd;
    block->packet = packet;
    block->unit = PATTERN_ROOM - PATTERN_ROOM % packet;
    for (size_t i = 0; i < PATTERN_ROOM; i++)
        block->bytes[i] = pattern == ZERO_PATTERN_MOD63 ? (uint8_t)(i % packet % 63) : 0;
    return block;
}

/* Filled when an endpoint of that packet size first needs it. NULL: no memory. */
static const struct pattern_block *pattern_of(struct zero *zero, uint8_t endpoint)
{
    size_t packet = usb_function_packet_size(zero->device, endpoint);

    if (!packet)
        return NULL;
    for (size_t i = 0; i < PATTERN_SIZES; i++) {
        if (zero->blocks[i].packet == packet)
            return &zero->blocks[i];
        if (!zero->blocks[i].packet)
            return fill_block(&zero->blocks[i], packet, zero->pattern);
    }
    return NULL;
}

/* Whole packets, as a device sends them: a URB with room for a part of one overflows. */
static int source_in(struct zero *zero, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    const struct pattern_block *block = pattern_of(zero, endpoint);
    bool lends_file = room > PATTERN_LONG;

    if (!block)
        return -EPIPE;
    while (room && ret_in->chunk_count < USB_CHUNKS_MAX) {
        size_t piece = room < block->unit ? room : block->unit;

        ret_in->chunks[ret_in->chunk_count++] =
            (struct usb_chunk){.memory = lends_file ? NULL : block->bytes,
                               .fd = block->fd,
                               .length = piece,
                               .mapped = block->bytes};
        ret_in->length += piece;
        room -= piece;
    }
    return 0;
}

/* The first wrong byte halts the sink, as it does gadget zero's: so a host's test learns of it. */
static int sink_out(struct zero *zero, uint8_t endpoint, const uint8_t *data, size_t length)
{
    const struct pattern_block *block = pattern_of(zero, endpoint);
    bool holds = block != NULL;

    while (length && holds) {
        size_t piece = length < block->unit ? length : block->unit;

        holds = memcmp(data, block->bytes, piece) == 0;
        data += piece;
        length -= piece;
    }
    if (holds)
        return 0;
    if (usb_function_type(zero->device, endpoint) != USB_ENDPOINT_ISOCHRONOUS)
        return -EPIPE;
    if (zero->bulk_out)
        usb_function_halt(zero->device, zero->bulk_out);
    return 0;
}

/* ---- loopback */

/* Room for a transfer larger than the ring, when nothing is in it. */
static int loop_grow(struct loop *loop, size_t length)
{
    uint8_t *ring;

    if (length <= loop->room)
        return 0;
    if (loop->written != loop->released)
        return -EAGAIN;
    ring = malloc(length);
    if (!ring)
        return -EPIPE;
    free(loop->ring);
    loop->ring = ring;
    loop->room = length;
    loop->released = loop->lent = loop->written = 0;
    loop->end_first = loop->end_next = loop->end_last = 0;
    return 0;
}

static int loop_out(struct zero *zero, uint8_t endpoint, const uint8_t *data, size_t length,
                    bool end)
{
    struct loop *loop = &zero->loop;
    int error = loop_grow(loop, length);
    size_t tail, first;

    if (!error && (length > loop->room - (size_t)(loop->written - loop->released) ||
                   loop->end_last - loop->end_first == LOOPBACK_ENDS))
        error = -EAGAIN;
    if (error) {
        loop->out = endpoint;
        return error;
    }
    tail = (size_t)(loop->written % loop->room);
    first = length < loop->room - tail ? length : loop->room - tail;
    memcpy(loop->ring + tail, data, first);
    memcpy(loop->ring, data + first, length - first);
    loop->written += length;
    if (end)
        loop->ends[loop->end_last++ % LOOPBACK_ENDS] = loop->written;
    if (loop->in)
        usb_function_ready(zero->device, loop->in);
    return 0;
}

/* Transfers come back as they went in: the end of each is an end again. */
static int loop_in(struct loop *loop, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    bool marked = loop->end_next != loop->end_last;
    uint64_t until = marked ? loop->ends[loop->end_next % LOOPBACK_ENDS] : loop->written;
    size_t head = (size_t)(loop->lent % loop->room), length, first;

    length = until - loop->lent < room ? (size_t)(until - loop->lent) : room;
    if (!length && !marked) {
        loop->in = endpoint;
        return -EAGAIN;
    }
    first = length < loop->room - head ? length : loop->room - head;
    ret_in->chunks[0] = (struct usb_chunk){.memory = loop->ring + head, .length = first};
    ret_in->chunks[1] = (struct usb_chunk){.memory = loop->ring, .length = length - first};
    ret_in->chunk_count = length > first ? 2 : 1;
    ret_in->length = length;
    loop->lent += length;
    ret_in->end = marked && loop->lent == until;
    if (ret_in->end)
        loop->end_next++;
    return 0;
}

static void loop_release(struct zero *zero, size_t length)
{
    struct loop *loop = &zero->loop;

    loop->released += length;
    while (loop->end_first != loop->end_next &&
           loop->ends[loop->end_first % LOOPBACK_ENDS] <= loop->released)
        loop->end_first++;
    if (loop->out)
        usb_function_ready(zero->device, loop->out);
}

/* ---- the seam */

static int zero_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end)
{
    struct zero *zero = self;

    return zero->source_sink ? sink_out(zero, endpoint, data, length)
                             : loop_out(zero, endpoint, data, length, end);
}

static int zero_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    struct zero *zero = self;

    return zero->source_sink ? source_in(zero, endpoint, room, ret_in)
                             : loop_in(&zero->loop, endpoint, room, ret_in);
}

static void zero_in_done(void *self, uint8_t endpoint, size_t length)
{
    struct zero *zero = self;

    (void)endpoint;
    if (!zero->source_sink)
        loop_release(zero, length);
}

static void zero_in_undo(void *self, uint8_t endpoint, size_t length)
{
    struct loop *loop = &((struct zero *)self)->loop;

    (void)endpoint;
    loop->lent -= length < loop->lent - loop->released ? length : loop->lent - loop->released;
    while (loop->end_next != loop->end_first &&
           loop->ends[(loop->end_next - 1) % LOOPBACK_ENDS] > loop->lent)
        loop->end_next--;
}

static void zero_reset(void *self, struct usb_reset reset)
{
    struct loop *loop = &((struct zero *)self)->loop;

    if (reset.cause == USB_RESET_HALT)
        return;
    loop->released = loop->lent = loop->written = 0;
    loop->end_first = loop->end_next = loop->end_last = 0;
    loop->in = loop->out = 0;
}

const struct usb_function_ops zero_ops = {
    .name = "zero",
    .attach = zero_attach,
    .free = zero_free,
    .setup = zero_setup,
    .out = zero_out,
    .in = zero_in,
    .in_done = zero_in_done,
    .in_undo = zero_in_undo,
    .reset = zero_reset,
};
