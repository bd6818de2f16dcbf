/* What the defects and quirks that are switched on make of a player. The layers know of none: each
 * has a policy, by the book unless a flag of it is turned over here, and seams at which it lets a
 * filter look at what comes or leaves. One file a layer fills them in (policies_*.c). */
#ifndef SIMULATOR_DEFECT_POLICIES_H
#define SIMULATOR_DEFECT_POLICIES_H

#include <stddef.h>

#include "simulator/defect/defect.h"
#include "simulator/function/still_image/still_image_policy.h"
#include "simulator/mtp/mtpr_policy.h"
#include "simulator/store/store_policy.h"
#include "simulator/usb/usb_policy.h"
#include "simulator/wire/usbip/usbip_policy.h"

struct generated;
struct policy_row;

/* What the responder's filters remember; handles, 0: none. */
struct mtp_notes {
    uint32_t params[5];  /* of the command before */
    uint32_t unreadable; /* not found at the first GetObjectInfo */
    uint32_t moved;      /* by a copy that is under way; the last folder that was */
    uint32_t old_store;  /* where that was */
    uint32_t first_session;
    uint64_t gone;      /* bytes of what was deleted */
    size_t gone_volume; /* the last of it */
    unsigned closings;
    uint32_t looped, looped_parent; /* said to lie below itself */
    unsigned deletions;
    struct mtpr_event held; /* back, for the next one to come first; count 0: none */
    uint8_t sessions;       /* that were opened */
    bool zero;              /* the command opens session 0 */
    bool waits;             /* an object is announced */
    bool outlives;          /* and was when the session was lost */
    bool closing;           /* with the next command the session goes */
    bool cut;               /* the last SendObject was */
    bool sent;              /* an object was */
    bool folder;            /* the last object that was announced is one */
    struct mtp_announced {
        uint32_t handle, parent;
        size_t volume;
        uint16_t format;
        char name[MTPR_TEXT_MAX];
    } announced; /* and not sent yet */
};

/* What real players do to playlists; by the book false. */
struct playlist_quirks {
    bool spl_v1, spl_v2; /* text files instead of objects */
};

/* Of one player, whose layers point into it. */
struct policies {
    struct defect_set on;
    struct usb_policy usb;
    struct usb_filter usb_filter;
    struct still_image_policy still_image;
    struct still_image_filter still_image_filter;
    struct usbip_policy usbip;
    struct usbip_filter usbip_filter;
    struct store_policy store;
    struct mtpr_policy mtpr;
    struct mtpr_filter mtpr_filter;
    struct mtp_notes mtp_notes;
    struct playlist_quirks playlists;
    /* The defects that are on, for the filters; quirks have flags only. */
    const struct policy_row *rows[DEFECT_ROOM];
    size_t row_count;
    /* What they remember. */
    uint32_t losing;  /* bit per endpoint (usb_index()): its next data go astray */
    bool wedged;      /* since a malformed container */
    unsigned imports; /* since it was made */
    unsigned asked;   /* how often, of what a filter counts */
    uint8_t last_command[MTPR_COMMAND_MAX];
    struct generated *generated; /* the one that nobody wrote down; NULL: none */
    uint8_t event[64];           /* as it spoils it */
};

/* Is there a defect of that name, declared or generated? */
bool policies_know(const char *name);

void policies_init(struct policies *policies, const struct defect_set *on);
void policies_done(struct policies *policies);
/* May be called while the player runs. */
void policies_switch(struct policies *policies, unsigned which, bool on);
/* The same by name, and of generated ones: one at a time, the last. 0, -ENOENT no such name,
 * -ENOMEM. */
int policies_deviate(struct policies *policies, const char *name, bool on);
const char *policies_generated(const struct policies *policies); /* its name; NULL: none */

#endif
