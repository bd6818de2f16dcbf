/* Automatic synchronisation: a device gets what a music library has, by Windows Media Device
 * Manager's own interfaces and with no knowledge of the provider behind them. One call brings the
 * device up to date: added, changed and deleted tracks, playlists, albums with their covers; what
 * listeners gave on the device (ratings, play counts) comes back.
 *
 * What was synchronised is remembered in a file of the computer's (sync_state.h). A call that is
 * interrupted anywhere, by a kill or by the device's going away, is taken up by the next one. */
#ifndef SPCORE_SYNC_SYNC_H
#define SPCORE_SYNC_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spcore/include/mswmdm.h"

/* Why one file is left out. The words of the first column stand in events. */
#define SYNC_FAILURES(X)                                                                           \
    X(BAD_NAME, "name", "its name cannot stand on the device")                                     \
    X(TAKEN, "taken", "the device has something else of that name")                                \
    X(FULL, "full", "the device is full")                                                          \
    X(FORMAT, "format", "the device does not take this format")                                    \
    X(VANISHED, "vanished", "it is no longer there")                                               \
    X(UNREADABLE, "unreadable", "it cannot be read")                                               \
    X(CHANGED, "changed", "it changed while it was sent")                                          \
    X(LINK, "link", "links are not followed")                                                      \
    X(TOO_DEEP, "depth", "it lies too deep")                                                       \
    X(TOO_LARGE, "size", "it is too large to be that")                                             \
    X(ENTRIES, "entries", "it names what is no track for the device")                              \
    X(NO_ID, "id", "the device gives it no persistent id")                                         \
    X(REFUSED, "refused", "the device refuses it")

enum sync_failure {
#define X(token, word, text) SYNC_##token,
    SYNC_FAILURES(X)
#undef X
        SYNC_FAILURE_COUNT
};
const char *sync_failure_word(enum sync_failure failure);
const char *sync_failure_text(enum sync_failure failure);

enum sync_event_kind {
    SYNC_EVENT_PLAN,      /* once, before anything is done: `total` steps, `bytes` to send */
    SYNC_EVENT_SENDING,   /* `bytes` of `size` are sent */
    SYNC_EVENT_SENT,      /* a new track, `bytes` long */
    SYNC_EVENT_REPLACED,  /* a changed track */
    SYNC_EVENT_DELETED,   /* a track, list or folder that the library no longer has */
    SYNC_EVENT_ADOPTED,   /* was there already, the same */
    SYNC_EVENT_LIST,      /* a playlist or album was made or rewritten, of `total` tracks */
    SYNC_EVENT_CAME_BACK, /* `rating` and `plays` of a track are new */
    SYNC_EVENT_FAILED     /* `failure`, and `code` if the device said so */
};

struct sync_event {
    enum sync_event_kind kind;
    const char *path; /* below the library; of a list or folder below the device's root; or NULL */
    uint64_t bytes, size;
    size_t done, total; /* steps */
    uint32_t rating, plays;
    enum sync_failure failure;
    HRESULT code;
};

struct sync_options {
    const char *library; /* a folder */
    const char *state;   /* the folder where what was synchronised is remembered */
    bool dry_run;        /* nothing is written, neither there nor on the device */
    bool allow_empty;    /* a library that holds nothing any more empties the device, too */
    IWMDMStorage *root;  /* a folder of the device below which it keeps; NULL: its first storage */
    void (*event)(void *context, const struct sync_event *event);
    bool (*stop)(void *context); /* asked before each step and block; may be NULL */
    void *context;
};

enum sync_end {
    SYNC_WHOLE,     /* the device has all of the library */
    SYNC_PARTIAL,   /* some files were left out: an event each */
    SYNC_STOPPED,   /* stop() said so */
    SYNC_GONE,      /* the device went away */
    SYNC_UNFIT,     /* the device cannot be synchronised */
    SYNC_IMPOSSIBLE /* the library or the state cannot be opened, no memory */
};

struct sync_result {
    enum sync_end end;
    size_t steps, failed;
    uint64_t bytes;   /* of tracks, sent */
    char reason[256]; /* in words, but for SYNC_WHOLE and SYNC_PARTIAL */
};

/* `device` is borrowed; nothing else uses it meanwhile. */
void sync_run(IWMDMDevice *device, const struct sync_options *options, struct sync_result *ret);

/* What the document asks of a device that takes part: what WMDM knows of it, and what is missing in
 * words. */
struct sync_offer {
    bool by_default;        /* an MTP device: of the following the interfaces alone */
    bool pap_interface;     /* {F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE} */
    bool has_extended;      /* UseExtendedWmdm is there */
    bool extended_is_dword; /* and a REG_DWORD */
    uint32_t extended;
    bool device3, object2, storage4; /* of the service provider's objects */
};
/* Number of what is missing; each is said by `say`. */
unsigned sync_offer_missing(const struct sync_offer *offer,
                            void (*say)(void *context, const char *words), void *context);

#endif
