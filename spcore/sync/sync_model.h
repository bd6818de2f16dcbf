/* What a device is to hold of a library: its tracks in their folders, its playlists, and an album
 * for each that the tracks' tags name. */
#ifndef SPCORE_SYNC_SYNC_MODEL_H
#define SPCORE_SYNC_SYNC_MODEL_H

#include "spcore/media/media.h"
#include "spcore/sync/sync_library.h"
#include "spcore/sync/sync_plan.h"

struct sync_track {
    const struct sync_file *file; /* of the library */
    uint16_t format;              /* WMDM_FORMATCODE */
    struct media_facts facts;     /* owned; without the picture itself */
    bool is_read; /* `facts` are there: a track that is known and the same needs none */
    char *album;  /* owned; name of its album's list, "": none */
    bool has_art; /* a picture in the file itself */
    char *id;     /* owned; on the device, once it is there */
    void *handle; /* the device's, borrowed */
};

struct sync_list {
    enum sync_kind kind;           /* SYNC_PLAYLIST or SYNC_ALBUM */
    char *path;                    /* owned; below the device's root */
    const struct sync_file *file;  /* a playlist's own; NULL: an album */
    const struct sync_file *cover; /* an album's: an image, or a track that has one; NULL: none */
    size_t *track;                 /* owned; indices, in order */
    size_t count, room;
    size_t lacking; /* entries that name nothing of the library */
};

struct sync_model {
    const struct sync_library *library; /* borrowed */
    struct sync_track *track;           /* in order of their paths */
    size_t track_count;
    struct sync_list *list; /* in order of their paths */
    size_t list_count, list_room;
    struct sync_wanted *wanted; /* in order of their paths: folders, tracks and lists */
    size_t wanted_count, wanted_room;
};

/* What the device has room for. */
struct sync_medium {
    const uint32_t *formats; /* borrowed; 0 of them: it does not say, so all */
    size_t format_count;
    bool playlists, albums;
};

/* Folders below the device's root. */
#define SYNC_MUSIC "Music"
#define SYNC_PLAYLISTS "Playlists"
#define SYNC_ALBUMS "Albums"

/* `rows` are those of the state: what they know is not read again. `left_out` as with the
 * library; `goes_on` is asked before each file, NULL: nobody is. 0, -ENOMEM or -ECANCELED. */
int sync_model_make(const struct sync_library *library, const struct sync_medium *medium,
                    const struct sync_row *rows, size_t row_count, sync_left_out *left_out,
                    bool (*goes_on)(void *context), void *context, struct sync_model *ret);
void sync_model_done(struct sync_model *model);

/* By the paths on the device; NULL: no such. */
struct sync_track *sync_model_track(const struct sync_model *model, const char *path);
struct sync_list *sync_model_list(const struct sync_model *model, const char *path);

/* What a track says of itself, with the picture; -EINVAL: nothing, or as sync_library_open(). */
int sync_track_read(const struct sync_library *library, const char *path,
                    struct media_facts *ret_facts);

#endif
