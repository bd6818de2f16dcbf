/* One synchronisation at work. */
#ifndef SPCORE_SYNC_SYNC_WORK_H
#define SPCORE_SYNC_SYNC_WORK_H

#include "spcore/sync/sync_device.h"
#include "spcore/sync/sync_metadata.h"

struct sync_made {
    char *path;
    IWMDMStorage *folder;
};

struct sync_work {
    const struct sync_options *options;
    struct sync_result *result;
    struct sync_library library;
    struct sync_device device;
    struct sync_state *state;
    struct sync_row *row; /* the state's */
    size_t row_count;
    struct sync_found *found;
    size_t found_count;
    struct sync_model model;
    struct sync_plan plan;
    struct sync_made *made; /* folders that were not there */
    size_t made_count;
    IWMDMStorage **kept; /* tracks that were sent; their handles are borrowed from here */
    size_t kept_count;
    const char *sending; /* path of the track that is, for its events */
    size_t done;         /* steps */
    bool over;           /* nothing more is done; the result says why */
};

/* What is to be said. */
void sync_say(struct sync_work *work, const struct sync_event *event);
/* A file is left out; what a device that has gone refuses ends the work instead. */
void sync_fail(struct sync_work *work, const char *path, enum sync_failure why, HRESULT code);
enum sync_failure sync_failure_of(HRESULT code);
/* Ends the work, unless it is over already. */
void sync_end(struct sync_work *work, enum sync_end end, const char *reason);
bool sync_goes_on(struct sync_work *work);
/* Of the state: a failure ends the work. */
void sync_remember(struct sync_work *work, const struct sync_row *row);
void sync_forget(struct sync_work *work, const char *path);
/* The folder that `path` lies in, borrowed, and its name there; NULL: it is not on the device. */
IWMDMStorage *sync_folder_of(struct sync_work *work, const char *path, const char **ret_name);
/* Takes an object away that was to be made and is not whole. */
void sync_discard(struct sync_work *work, IWMDMStorage *folder, const char *name, HRESULT code);

/* sync_tracks.c, sync_lists.c: one step each */
void sync_track_step(struct sync_work *work, const struct sync_step *step);
void sync_list_step(struct sync_work *work, const struct sync_step *step);
/* A cover's picture: an image, or that of a track. 0 or -errno; *ret_bytes to free(). */
int sync_cover_read(struct sync_work *work, const struct sync_file *cover,
                    struct sync_picture *ret_picture, void **ret_bytes);

#endif
