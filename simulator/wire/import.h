/* One importer's hold of a player, whichever front it came by: the URBs it has in flight under the
 * numbers its front knows them by, the memory they may take, and the record of them. */
#ifndef SIMULATOR_WIRE_IMPORT_H
#define SIMULATOR_WIRE_IMPORT_H

#include "simulator/wire/bus.h"

#define IMPORT_BUCKETS 1024u
#define IMPORT_URBS_MAX 32768u
#define IMPORT_HELD_MAX (128u << 20)  /* bytes of payload one importer may make us hold */
#define IMPORT_HELD_IDLE (8u << 20)   /* of it kept for reuse */
#define IMPORT_LENGTH_MAX (16u << 20) /* of one transfer buffer */

/* A URB of an importer; the core sees only the first member. */
struct import_urb {
    struct usb_urb urb;
    struct import_urb *free_next, *bucket_next;
    uint64_t id;     /* the front's; no two in flight have the same */
    int type;        /* enum usb_endpoint_type, or -ENOENT */
    uint8_t *buffer; /* own memory behind urb.data, kept for reuse */
    size_t buffer_size;
    struct usb_iso_packet *packets;
    size_t packets_size;
    uint8_t *lent; /* urb.data of somebody else, who gets them back with give_back() */
    size_t lent_size;
    void (*give_back)(void *owner, uint8_t *data);
    void *owner;
    bool unnamed; /* the front's own: no id finds it */
};

struct wire_import {
    struct wire_bus *bus;
    struct wire_offer *offer; /* NULL: nothing is imported */
    const bool *bounded;      /* the limits above hold; read anew each time */
    size_t urb_size;          /* of the front's own structure around an import_urb */
    struct import_urb *spare;
    unsigned urb_count;
    size_t held; /* bytes of all their buffers */
    struct import_urb *buckets[IMPORT_BUCKETS];
};

/* `urb_size`: of a structure that begins with a struct import_urb. */
void import_init(struct wire_import *import, struct wire_bus *bus, size_t urb_size);
/* Frees what is spare or in flight; the device has been detached. */
void import_done(struct wire_import *import);

/* A URB, all zero but for the memory it had; NULL: too many, or out of memory. */
struct import_urb *import_get(struct wire_import *import);
/* It is in no flight. */
void import_put(struct wire_import *import, struct import_urb *urb);
/* Of one that import_get() gave and nobody has put, when its importer is gone. */
void import_free(struct import_urb *urb);

/* Memory behind urb->urb.data for urb->urb.length bytes; packets behind urb->urb.packets. -ENOBUFS:
 * more than an importer may hold, -ENOMEM. */
int import_room(struct wire_import *import, struct import_urb *urb);
int import_packets(struct wire_import *import, struct import_urb *urb, uint32_t count);
/* Behind urb->urb.data stands memory of somebody else's, which counts, too: given back in any case,
 * with the URB at the latest. -ENOBUFS as above. */
int import_lend(struct wire_import *import, struct import_urb *urb, uint8_t *data, size_t length,
                void (*give_back)(void *owner, uint8_t *data), void *owner);

/* The one in flight under that number, or NULL. */
struct import_urb *import_find(struct wire_import *import, uint64_t id);
/* Into flight, on record and to the device, which may complete it at once. */
void import_submit(struct wire_import *import, struct import_urb *urb);
/* Out of flight. */
void import_leave(struct wire_import *import, struct import_urb *urb);
/* All that are in flight are spare again: the device has been detached. */
void import_forget(struct wire_import *import);
/* `answer` is the URB as its importer is told of it. */
void import_record(const struct wire_import *import, const struct import_urb *urb,
                   const struct usb_urb *answer);

#endif
