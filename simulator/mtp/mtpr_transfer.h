/* Data on their way: lists made while they are sent, objects that were announced, working copies.
 */
#ifndef SIMULATOR_MTP_MTPR_TRANSFER_H
#define SIMULATOR_MTP_MTPR_TRANSFER_H

#include <sys/types.h>

#include "simulator/mtp/dataset.h"
#include "simulator/mtp/responder.h"
#include "simulator/store/store.h"

#define MTPR_EDITS 16u

/* ---- to the host */

/* The objects an operation speaks of. */
struct mtpr_scope {
    enum { MTPR_SCOPE_ALL, MTPR_SCOPE_ONE, MTPR_SCOPE_BELOW } kind;
    uint32_t handle; /* ONE, BELOW; 0: below the root */
    uint32_t depth;  /* BELOW: levels */
    uint16_t format; /* 0: any */
    int volume;      /* -1: any */
    bool no_folders; /* quirk */
    /* where it stands */
    uint32_t cursor, current, level;
    bool started;
};

/* The next one, borrowed until the store changes; NULL at the end. */
struct store_object *mtpr_scope_next(struct mtpr_responder *r, struct mtpr_scope *scope);

/* The answer to GetObjectPropList. */
struct mtpr_list {
    struct mtpr_scope scope;
    uint16_t property; /* 0: all but slow ones, or those of the group */
    uint32_t group;    /* 0: any */
    uint32_t count;
    uint64_t window_at; /* stream position of the window's first byte */
    struct wr window;
};

/* Measures r->list, whose scope and properties are set, and makes it the data to be sent. 0 or
 * -ENOMEM. */
int mtpr_list_begin(struct mtpr_responder *r);
/* Some of it from `position` on, at most `room` bytes, valid until the next call. 0, -ENOMEM or
 * -EIO if the store changed in between. */
int mtpr_list_read(struct mtpr_responder *r, uint64_t position, size_t room,
                   struct mtpr_piece *ret_piece);

/* The data phase to the host. */
struct mtpr_source {
    enum { MTPR_SOURCE_MEMORY, MTPR_SOURCE_FILE, MTPR_SOURCE_SEED, MTPR_SOURCE_LIST } kind;
    uint64_t length;
    /* FILE and SEED: whose content it is, and from where in it. */
    uint32_t handle;
    uint64_t from;
    union {
        off_t offset;  /* FILE: of the content in the arena */
        uint64_t seed; /* SEED: what makes it */
    };
};

void mtpr_out_memory(struct mtpr_responder *r); /* r->out as it stands */
void mtpr_out_content(struct mtpr_responder *r, const struct store_object *object, uint64_t from,
                      uint64_t length);

/* ---- from the host */

/* The data phase from the host. */
struct mtpr_sink {
    uint64_t received; /* bytes */
    uint16_t refused;  /* the data are only drained, then this is the reply */
};

/* An object announced by SendObjectInfo or SendObjectPropList, not there yet. */
struct mtpr_pending {
    bool valid;
    bool size_known;
    bool dataless; /* it exists already; a SendObject that follows is taken and dropped */
    struct store_draft draft; /* name and bag point into this struct */
    char name[MTPR_TEXT_MAX];
    struct store_bag *bag; /* owned */
    uint64_t reserved;     /* bytes of the extent at draft.offset */
    uint64_t written;
};

/* SendObjectInfo, SendObjectPropList: where to. */
struct mtpr_target {
    size_t volume;
    uint32_t parent; /* 0: the root */
    uint32_t said_parent;
};

/* Empties it; its extent is nobody's any more. */
void mtpr_pending_drop(struct mtpr_responder *r, struct mtpr_pending *pending);
/* Makes it an object, on disk if this is OK. It stays valid, but its extent is the object's. */
uint16_t mtpr_commit_pending(struct mtpr_responder *r, struct mtpr_pending *pending);

/* BeginEditObject to EndEditObject: a working copy nobody else sees. */
struct mtpr_edit {
    uint32_t handle; /* 0: unused */
    off_t offset;
    uint64_t room, size;
    struct mtpr_pending *born; /* owned; the object is new, not there yet */
};

void mtpr_edits_drop(struct mtpr_responder *r);

#endif
