/* A music library: a folder, what in it is to go to a device, and how it is opened. File names are
 * whatever the file system holds; those that cannot be said in UTF-8 are not for a device. */
#ifndef SPCORE_SYNC_SYNC_LIBRARY_H
#define SPCORE_SYNC_SYNC_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spcore/sync/sync.h"

enum sync_file_kind { SYNC_FILE_TRACK, SYNC_FILE_PLAYLIST, SYNC_FILE_COVER };

struct sync_file {
    enum sync_file_kind kind;
    char *path; /* owned; below the library, UTF-8 */
    uint64_t size;
    int64_t changed; /* nanoseconds since 1970 */
};

struct sync_library {
    char *root;             /* owned; the whole path of the folder, without links */
    int folder;             /* owned; -1: none */
    struct sync_file *file; /* owned; in order of their paths */
    size_t count;
    bool
        partial; /* something could not be looked into: what is missing may be there all the same */
};

/* Told of each file that is left out, by its path below the library with what is not UTF-8 as
 * \xNN. */
typedef void sync_left_out(void *context, const char *path, enum sync_failure why);

/* 0; -errno of the folder itself, -E2BIG beyond a million files, -ENOMEM. Links are not followed:
 * what they point at may lie outside, or around. */
int sync_library_read(const char *folder, sync_left_out *left_out, void *context,
                      struct sync_library *ret);
void sync_library_done(struct sync_library *library);

/* By path; NULL: no such. */
const struct sync_file *sync_library_find(const struct sync_library *library, const char *path);
/* A descriptor of the caller's and what it is now, or -errno; -EINVAL: no regular file. */
int sync_library_open(const struct sync_library *library, const char *path, uint64_t *ret_size,
                      int64_t *ret_changed);
/* All of a file of at most `most` bytes, to free(); a NUL stands behind it. 0 or -errno; -EFBIG. */
int sync_library_load(const struct sync_library *library, const char *path, size_t most,
                      char **ret_bytes, size_t *ret_length);

/* The folder's image that covers what lies in it; NULL: none. */
const struct sync_file *sync_library_cover(const struct sync_library *library, const char *path);

/* Format codes by which a device may know such a track, the best first, ended by 0. */
const uint16_t *sync_track_formats(const char *path);
int sync_is_utf8(const char *text);

#endif
