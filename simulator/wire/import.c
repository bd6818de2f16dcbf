/* URBs come from a list of spare ones with the memory they had before: nothing is allocated for one
 * on the data path. What one importer holds is bounded, whatever it announces. */
#include "simulator/wire/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Buffers up to this size stay with their URB for reuse. */
#define BUFFER_KEPT (1u << 20)

static const bool by_the_book = true;

void import_init(struct wire_import *import, struct wire_bus *bus, size_t urb_size)
{
    memset(import, 0, sizeof(*import));
    import->bus = bus;
    import->urb_size = urb_size;
    import->bounded = &by_the_book;
}

static void give_back(struct import_urb *urb)
{
    if (urb->lent)
        urb->give_back(urb->owner, urb->lent);
    urb->lent = NULL;
}

void import_free(struct import_urb *urb)
{
    give_back(urb);
    free(urb->buffer);
    free(urb->packets);
    free(urb);
}

void import_done(struct wire_import *import)
{
    import_forget(import);
    while (import->spare) {
        struct import_urb *urb = import->spare;

        import->spare = urb->free_next;
        import_free(urb);
    }
}

/* ---- spare ones */

struct import_urb *import_get(struct wire_import *import)
{
    struct import_urb *urb = import->spare, had;

    if (!urb) {
        if (import->urb_count >= IMPORT_URBS_MAX)
            return NULL;
        urb = calloc(1, import->urb_size);
        import->urb_count += urb != NULL;
        return urb;
    }
    import->spare = urb->free_next;
    had = *urb;
    memset(urb, 0, import->urb_size);
    urb->buffer = had.buffer;
    urb->buffer_size = had.buffer_size;
    urb->packets = had.packets;
    urb->packets_size = had.packets_size;
    return urb;
}

void import_put(struct wire_import *import, struct import_urb *urb)
{
    if (import->bus->capture) /* it may still stand for a block */
        wire_capture_flush(import->bus->capture);
    import->held -= urb->lent_size;
    give_back(urb);
    urb->lent_size = 0;
    if (urb->buffer_size > BUFFER_KEPT || import->held > IMPORT_HELD_IDLE) {
        import->held -= urb->buffer_size + urb->packets_size * sizeof(*urb->packets);
        free(urb->buffer);
        free(urb->packets);
        urb->buffer = NULL;
        urb->packets = NULL;
        urb->buffer_size = urb->packets_size = 0;
    }
    urb->free_next = import->spare;
    import->spare = urb;
}

void import_forget(struct wire_import *import)
{
    for (unsigned i = 0; i < IMPORT_BUCKETS; i++) {
        while (import->buckets[i]) {
            struct import_urb *urb = import->buckets[i];

            import->buckets[i] = urb->bucket_next;
            import_put(import, urb);
        }
    }
}

/* ---- memory */

static int charge(struct wire_import *import, size_t length)
{
    if (*import->bounded && import->held + length > IMPORT_HELD_MAX)
        return -ENOBUFS;
    import->held += length;
    return 0;
}

static void credit(struct wire_import *import, size_t length)
{
    import->held -= length;
}

int import_room(struct wire_import *import, struct import_urb *urb)
{
    size_t size = urb->urb.length;

    if (size > urb->buffer_size) {
        uint8_t *buffer;
        int error = charge(import, size - urb->buffer_size);

        if (error)
            return error;
        buffer = malloc(size);
        if (!buffer) {
            credit(import, size - urb->buffer_size);
            return -ENOMEM;
        }
        free(urb->buffer);
        urb->buffer = buffer;
        urb->buffer_size = size;
    }
    urb->urb.data = urb->buffer;
    return 0;
}

int import_packets(struct wire_import *import, struct import_urb *urb, uint32_t count)
{
    if (count > urb->packets_size) {
        size_t more = (count - urb->packets_size) * sizeof(*urb->packets);
        struct usb_iso_packet *packets;
        int error = charge(import, more);

        if (error)
            return error;
        packets = realloc(urb->packets, count * sizeof(*packets));
        if (!packets) {
            credit(import, more);
            return -ENOMEM;
        }
        urb->packets = packets;
        urb->packets_size = count;
    }
    urb->urb.packets = urb->packets;
    urb->urb.packet_count = count;
    return 0;
}

int import_lend(struct wire_import *import, struct import_urb *urb, uint8_t *data, size_t length,
                void (*give_back_with)(void *owner, uint8_t *data), void *owner)
{
    int error = charge(import, length);

    if (error) {
        give_back_with(owner, data);
        return error;
    }
    urb->urb.data = urb->lent = data;
    urb->lent_size = length;
    urb->give_back = give_back_with;
    urb->owner = owner;
    return 0;
}

/* ---- in flight */

/* Clients skip numbers. */
static struct import_urb **bucket_of(struct wire_import *import, uint64_t id)
{
    return &import->buckets[((uint32_t)id * 2654435761u >> 16) % IMPORT_BUCKETS];
}

struct import_urb *import_find(struct wire_import *import, uint64_t id)
{
    struct import_urb *urb = *bucket_of(import, id);

    while (urb && (urb->id != id || urb->unnamed))
        urb = urb->bucket_next;
    return urb;
}

void import_leave(struct wire_import *import, struct import_urb *urb)
{
    struct import_urb **place = bucket_of(import, urb->id);

    while (*place && *place != urb)
        place = &(*place)->bucket_next;
    if (*place)
        *place = urb->bucket_next;
}

static struct wire_capture_place capture_place(const struct wire_import *import,
                                               const struct import_urb *urb)
{
    return (struct wire_capture_place){import->offer->busnum, (uint8_t)import->offer->devnum,
                                       urb->type < 0 ? USB_ENDPOINT_BULK : (uint8_t)urb->type};
}

void import_record(const struct wire_import *import, const struct import_urb *urb,
                   const struct usb_urb *answer)
{
    struct wire_capture_place place;

    if (!import->bus->capture)
        return;
    place = capture_place(import, urb);
    wire_capture_complete(import->bus->capture, &place, answer);
}

void import_submit(struct wire_import *import, struct import_urb *urb)
{
    struct import_urb **bucket = bucket_of(import, urb->id);
    struct wire_capture *capture = import->bus->capture;
    struct wire_capture_place place;

    urb->bucket_next = *bucket;
    *bucket = urb;
    if (capture) {
        place = capture_place(import, urb);
        wire_capture_submit(capture, &place, &urb->urb);
    }
    usb_device_submit(import->offer->device, &urb->urb);
    if (capture)
        wire_capture_flush(capture);
}
