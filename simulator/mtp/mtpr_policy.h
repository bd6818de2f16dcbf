/* How a responder behaves where responders differ, and the seams at which its owner may look at
 * what passes. Read anew each time: all of it may change while a session is open. */
#ifndef SIMULATOR_MTP_MTPR_POLICY_H
#define SIMULATOR_MTP_MTPR_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/mtp/container.h"
#include "simulator/mtp/dataset.h"

struct mtpr_responder;

/* ---- one transaction: begin, then by phase, then the reply */
enum mtpr_phase { MTPR_REPLY, MTPR_DATA_IN, MTPR_DATA_OUT };

/* What ends a session without CloseSession. Power: the player was off, as after an unplug. */
enum mtpr_loss { MTPR_LOSS_CLASS_RESET, MTPR_LOSS_BUS, MTPR_LOSS_POWER };

/* What an operation came to, before any of it leaves. */
struct mtpr_answer {
    enum mtpr_phase phase; /* MTPR_DATA_IN: the data go first, to be left out with MTPR_REPLY */
    struct mtpr_reply *reply;
    struct wr *data; /* the dataset, empty if there is none; NULL: content, or a long list */
};

/* Events that may come of one. */
#define MTPR_EVENTS_OF_ONE 2u

/* Sees what passes between a responder and its host and may change it. A member may be NULL. */
struct mtpr_filter {
    void *self;
    /* Before anything is made of it. 0: go on; else the operation does not run and this is its
     * response code. */
    uint16_t (*command)(void *self, struct mtpr_responder *r, struct mtpr_command *command);
    /* A dataset of the host's is whole. */
    void (*dataset)(void *self, struct mtpr_responder *r, struct wr *dataset);
    void (*answer)(void *self, struct mtpr_responder *r, struct mtpr_answer *answer);
    /* `count` events are to be queued, one unless another filter was asked before: how many are. */
    size_t (*event)(void *self, struct mtpr_responder *r,
                    struct mtpr_event events[MTPR_EVENTS_OF_ONE], size_t count);
    /* Before anything is given up. */
    void (*loss)(void *self, struct mtpr_responder *r, enum mtpr_loss why);
};

struct mtpr_policy {
    /* By the book these are true. */
    bool zero_session_refused;     /* OpenSession (MTP 1.1, D.2.2) */
    bool session_required;         /* by all but GetDeviceInfo and OpenSession */
    bool close_drops_info;         /* a SendObjectInfo without its SendObject */
    bool class_reset_ends_session; /* Still Image 1.0, 5.2.3 */
    bool ids_checked, ids_wrap;    /* transaction ids (MTP 1.1, 4.2.1) */
    bool refusals_bare;            /* an operation that fails sends no data */
    bool names_checked;
    bool room_checked;         /* at the announcement of an object */
    bool excess_refused;       /* data beyond it */
    bool half_objects_dropped; /* whose data were cut short */
    bool folders_whole;        /* without a SendObject */
    bool folders_deleted;      /* with what lies in them */
    bool protection_honoured;
    bool references_checked; /* for objects that exist */
    bool own_changes_silent; /* the host's changes are no events to it */
    bool events_in_session;  /* and in no other time */

    /* What real players do (docs/quirks.md); by the book false. */
    bool closes_for_good;    /* after CloseSession only errors until it is plugged again */
    bool session_stays;      /* over disconnects and resets */
    bool locked;             /* until it is unlocked no storage is there */
    bool send_list_fails;    /* SendObjectPropList */
    bool battery_fails;      /* reading its level */
    bool list_lacks_folders; /* GetObjectPropList of all objects */
    bool list_lacks_content; /* GetObjectPropList of all properties: only ObjectInfo's */
    bool list_set_ignored;   /* SetObjectPropList of a track */
    bool date_modified_fails;
    bool sample_size_crashes; /* of a representative sample */
    bool ascii_names_only, unique_names;
    bool ogg_unlisted, flac_unlisted, ogg_said_undefined, playlists_refused;
    bool info_size_wide;      /* 64 bits in ObjectInfo */
    bool size_ends_at_4gb;    /* as a property */
    bool last_sector_lost;    /* what its last 512 bytes do not fill is missing in an object */
    bool deletions_announced; /* ObjectRemoved after the host's own DeleteObject */

    const struct mtpr_filter *filter; /* NULL: nobody looks */
};

extern const struct mtpr_policy mtpr_by_the_book;

#endif
