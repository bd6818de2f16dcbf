/* Blocks of a pcapng file: what usbmon would have seen of a URB, payload cut to what Wireshark
 * needs. Most URBs complete while they are submitted: both blocks then go out in one gathered
 * write. */
#include "simulator/wire/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    LINKTYPE_USB_LINUX_MMAPPED = 220,
    MON_HEADER = 64,
    SNAP = 65536, /* payload bytes kept of one URB */
    MON_PACKET = 16,
};

/* usbmon's transfer types by ours (Linux, Documentation/usb/usbmon.rst). */
static const uint8_t mon_types[] = {
    [USB_ENDPOINT_ISOCHRONOUS] = 0,
    [USB_ENDPOINT_INTERRUPT] = 1,
    [USB_ENDPOINT_CONTROL] = 2,
    [USB_ENDPOINT_BULK] = 3,
};

enum { LEAD = 28, PARTS = 6 };

/* An enhanced packet block; its payload is somebody else's. */
struct block {
    uint8_t lead[LEAD], header[MON_HEADER];
    uint32_t total;
    struct iovec parts[PARTS];
};

struct wire_capture {
    int fd;
    bool failed; /* a block did not go out whole: nothing follows it */
    bool waits;  /* blocks[0], for the one that may follow at once */
    off_t whole; /* length of the blocks that went out */
    struct block blocks[2];
    uint8_t payload[SNAP];
    uint8_t packets[USB_ISO_PACKETS_MAX * MON_PACKET];
};

static void put(uint8_t **at, const void *bytes, size_t length)
{
    memcpy(*at, bytes, length);
    *at += length;
}

static void put_u32(uint8_t **at, uint32_t value)
{
    put(at, &value, sizeof(value)); /* pcapng is in the writer's byte order */
}

int wire_capture_open(const char *path, struct wire_capture **ret_capture)
{
    struct wire_capture *capture;
    uint8_t blocks[28 + 20], *at = blocks;
    static const uint8_t unknown_length[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    put_u32(&at, BLOCK_SECTION);
    put_u32(&at, 28);
    put_u32(&at, 0x1a2b3c4d);
    put_u32(&at, 1); /* version 1.0 */
    put(&at, unknown_length, sizeof(unknown_length));
    put_u32(&at, 28);
    put_u32(&at, BLOCK_INTERFACE);
    put_u32(&at, 20);
    put_u32(&at, LINKTYPE_USB_LINUX_MMAPPED);
    put_u32(&at, 0); /* no limit */
    put_u32(&at, 20);
    capture = malloc(sizeof(*capture)); /* most of it is never used */
    if (!capture)
        return -ENOMEM;
    capture->failed = capture->waits = false;
    capture->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (capture->fd < 0 || write(capture->fd, blocks, sizeof(blocks)) != sizeof(blocks)) {
        int error = -errno;

        if (capture->fd >= 0)
            close(capture->fd);
        free(capture);
        return error;
    }
    capture->whole = sizeof(blocks);
    *ret_capture = capture;
    return 0;
}

void wire_capture_close(struct wire_capture *capture)
{
    if (!capture)
        return;
    close(capture->fd);
    free(capture);
}

/* IN data in one piece; file ranges are read again for the record only. */
static size_t collect(struct wire_capture *capture, const struct usb_urb *urb)
{
    size_t done = 0;

    for (unsigned i = 0; i < urb->in.chunk_count && done < SNAP && done < urb->actual; i++) {
        const struct usb_chunk *chunk = &urb->in.chunks[i];
        size_t piece = chunk->length < SNAP - done ? chunk->length : SNAP - done;

        if (chunk->memory) {
            memcpy(capture->payload + done, chunk->memory, piece);
        } else {
            ssize_t got = pread(chunk->fd, capture->payload + done, piece, chunk->offset);

            piece = got > 0 ? (size_t)got : 0;
        }
        done += piece;
    }
    return done < urb->actual ? done : urb->actual;
}

/* A full disk costs the rest of the record, not the service; half a block would cost readers all of
 * it. */
static void end_record(struct wire_capture *capture, int error)
{
    fprintf(stderr, "papsim: the capture ends here: %s\n", strerror(error));
    (void)ftruncate(capture->fd, capture->whole); /* no pipe can, and no pipe needs it */
    capture->failed = true;
}

static void write_blocks(struct wire_capture *capture, unsigned count)
{
    struct iovec parts[2 * PARTS];
    size_t total = 0;

    for (unsigned i = 0; i < count; i++) {
        memcpy(parts + i * PARTS, capture->blocks[i].parts, sizeof(capture->blocks[i].parts));
        total += capture->blocks[i].total;
    }
    capture->waits = false;
    if (capture->failed)
        return;
    errno = ENOSPC; /* what it means that less was written */
    if (writev(capture->fd, parts, (int)(count * PARTS)) == (ssize_t)total)
        capture->whole += (off_t)total;
    else
        end_record(capture, errno);
}

/* The list of isochronous packets stands between header and data. */
static void make_block(struct wire_capture *capture, struct block *block, size_t list,
                       const void *payload, size_t length)
{
    static const uint8_t padding[4];
    size_t padded = (length + 3) & ~(size_t)3;
    uint32_t kept = (uint32_t)(MON_HEADER + list + length);
    uint8_t *at = block->lead;
    struct timespec now;
    uint64_t stamp;

    block->total = (uint32_t)(LEAD + MON_HEADER + list + padded + 4);
    clock_gettime(CLOCK_REALTIME, &now);
    stamp = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
    put_u32(&at, BLOCK_PACKET);
    put_u32(&at, block->total);
    put_u32(&at, 0);
    put_u32(&at, (uint32_t)(stamp >> 32));
    put_u32(&at, (uint32_t)stamp);
    put_u32(&at, kept);
    put_u32(&at, kept);
    block->parts[0] = (struct iovec){block->lead, LEAD};
    block->parts[1] = (struct iovec){block->header, MON_HEADER};
    block->parts[2] = (struct iovec){capture->packets, list};
    block->parts[3] = (struct iovec){(void *)(uintptr_t)payload, length};
    block->parts[4] = (struct iovec){(void *)(uintptr_t)padding, padded - length};
    block->parts[5] = (struct iovec){&block->total, sizeof(block->total)};
}

/* What came in stands packed, what goes out where the host put it. Returns the list's bytes. */
static size_t list_packets(struct wire_capture *capture, bool submit, const struct usb_urb *urb)
{
    bool packed = !submit && (urb->endpoint & 0x80);
    uint32_t offset = 0;
    uint8_t *at = capture->packets;

    for (uint32_t i = 0; urb->packets && i < urb->packet_count; i++) {
        const struct usb_iso_packet *packet = &urb->packets[i];

        put_u32(&at, submit ? (uint32_t)-18 : (uint32_t)packet->status); /* -EXDEV: not yet */
        put_u32(&at, packed ? offset : packet->offset);
        put_u32(&at, submit ? packet->length : packet->actual);
        put_u32(&at, 0);
        offset += packet->actual;
    }
    return (size_t)(at - capture->packets);
}

/* Errors, packets, interval (not on record), first frame, flags, packets kept. */
static void mon_iso(uint8_t *header, bool submit, const struct usb_urb *urb, size_t list)
{
    uint32_t numbers[6] = {
        0, urb->packet_count, 0, urb->start_frame, urb->flags, (uint32_t)(list / MON_PACKET)};

    for (uint32_t i = 0; !submit && i < urb->packet_count; i++)
        numbers[0] += urb->packets[i].status != 0;
    memcpy(header + 40, numbers, sizeof(numbers));
}

/* The 64 bytes of usbmon's binary header, in host order. */
static void mon_header(uint8_t *header, char event, const struct wire_capture_place *place,
                       const struct usb_urb *urb, size_t list, size_t captured)
{
    bool control = (urb->endpoint & 0x0f) == 0;
    bool in = control ? (urb->setup.request_type & 0x80) != 0 : (urb->endpoint & 0x80) != 0;
    bool submit = event == 'S';
    uint64_t id = (uint64_t)place->devnum << 32 | urb->seqnum;
    int32_t status = submit ? -115 : urb->status; /* -EINPROGRESS */
    uint32_t length = submit ? urb->length : urb->actual;
    uint32_t kept = (uint32_t)(list + captured);
    struct timespec now;
    int64_t seconds;
    int32_t micros;

    clock_gettime(CLOCK_REALTIME, &now);
    seconds = now.tv_sec;
    micros = (int32_t)(now.tv_nsec / 1000);
    memset(header, 0, MON_HEADER);
    memcpy(header, &id, 8);
    header[8] = (uint8_t)event;
    header[9] = mon_types[place->type];
    header[10] = (uint8_t)((urb->endpoint & 0x0f) | (in ? 0x80 : 0));
    header[11] = place->devnum;
    memcpy(header + 12, &place->busnum, 2);
    header[14] = control && submit ? 0 : '-';
    header[15] = captured || (submit && !in) ? 0 : (in ? '<' : '>');
    memcpy(header + 16, &seconds, 8);
    memcpy(header + 24, &micros, 4);
    memcpy(header + 28, &status, 4);
    memcpy(header + 32, &length, 4);
    memcpy(header + 36, &kept, 4);
    if (control && submit)
        usb_setup_put(header + 40, &urb->setup);
    if (list)
        mon_iso(header, submit, urb, list);
}

void wire_capture_submit(struct wire_capture *capture, const struct wire_capture_place *place,
                         const struct usb_urb *urb)
{
    bool in = (urb->endpoint & 0x80) != 0;
    size_t length = in || !urb->data ? 0 : urb->length < SNAP ? urb->length : SNAP;
    struct block *block = &capture->blocks[0];
    size_t list;

    wire_capture_flush(capture);
    list = list_packets(capture, true, urb);
    mon_header(block->header, 'S', place, urb, list, length);
    make_block(capture, block, list, length ? urb->data : capture->payload, length);
    capture->waits = true;
    if (list) /* the completion has a list of its own in the same place */
        wire_capture_flush(capture);
}

void wire_capture_flush(struct wire_capture *capture)
{
    if (capture->waits)
        write_blocks(capture, 1);
}

void wire_capture_complete(struct wire_capture *capture, const struct wire_capture_place *place,
                           const struct usb_urb *urb)
{
    unsigned number = capture->waits ? 1 : 0;
    struct block *block = &capture->blocks[number];
    size_t length = collect(capture, urb), list = list_packets(capture, false, urb);

    mon_header(block->header, 'C', place, urb, list, length);
    make_block(capture, block, list, capture->payload, length);
    write_blocks(capture, number + 1);
}
