/* Playlists of a library, as other players write them: M3U, its UTF-8 form, and PLS. */
#ifndef SPCORE_SYNC_SYNC_ENTRIES_H
#define SPCORE_SYNC_SYNC_ENTRIES_H

#include <stddef.h>

struct sync_names {
    char **name; /* owned; paths below the library, in the playlist's order */
    size_t count;
    size_t outside; /* entries that lie elsewhere: other folders, other machines */
};

enum { SYNC_PLAYLIST_MOST = 4 << 20 }; /* bytes of a playlist */

/* `text` ends with a NUL behind its `length` bytes; `path` is the playlist's below the library,
 * whose own is `root`. 0 or -ENOMEM. Whatever is no entry is passed over. */
int sync_playlist_read(const char *text, size_t length, const char *path, const char *root,
                       struct sync_names *ret);
void sync_names_done(struct sync_names *names);

#endif
