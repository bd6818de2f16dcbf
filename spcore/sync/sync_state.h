/* What of a library is on a device: one row for each object that a synchronisation has put there,
 * in an SQLite file. A row without an id is an intent: it is written before its object is made, so
 * that what an interruption leaves is known to be ours, and torn (docs/sync.md). */
#ifndef SPCORE_SYNC_SYNC_STATE_H
#define SPCORE_SYNC_SYNC_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sync_kind { SYNC_FOLDER, SYNC_TRACK, SYNC_PLAYLIST, SYNC_ALBUM };
enum { SYNC_DIGEST = 32 }; /* SHA-256 */

struct sync_row {
    enum sync_kind kind;
    char *path; /* owned; below the device's root */
    char *id;   /* owned; WMDM/PersistentUniqueID; NULL: an intent; "": nothing is there */
    uint64_t size;
    int64_t changed;
    uint8_t digest[SYNC_DIGEST]; /* of a track's bytes; of what a list is made of */
    char *album;                 /* owned; name of the list that a track is in, "": none */
    bool has_art;                /* the track has a picture of its own */
    uint32_t rating, plays;      /* as the device said last */
};

struct sync_state;

/* The file for that device and library in `folder`, which is made. 0; -EBUSY: another one has it;
 * -errno, -EIO. `only_read` makes nothing and reads an absent file as empty. */
int sync_state_open(const char *folder, const char *device, const char *library, bool only_read,
                    struct sync_state **ret);
/* 0, or -EIO: not all of it is on the disk. */
int sync_state_close(struct sync_state *state);

/* All rows in order of their paths, owned by the state and alive until it is closed: what put and
 * drop change is not seen there. 0, -ENOMEM, -EIO. */
int sync_state_rows(struct sync_state *state, struct sync_row **ret_rows, size_t *ret_count);
/* An intent, and all before it, is on the disk when this returns; what else was put and dropped is
 * with the next intent, or once the state is closed: until then an object's intent stands for it,
 * and it would be made again. 0 or -EIO. */
int sync_state_put(struct sync_state *state, const struct sync_row *row);
int sync_state_drop(struct sync_state *state, const char *path);

#endif
