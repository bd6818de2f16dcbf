/* The content of all objects of a player: one sparse file. Extents are handed out once and never
 * again, so a committed extent never changes; what is given up becomes a hole. */
#ifndef SIMULATOR_STORE_ARENA_H
#define SIMULATOR_STORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

/* Offsets and lengths are bytes; extents begin at a page. Calls return 0 or -errno of the file. */

/* `path` NULL: in memory. */
int arena_open(const char *path, struct arena **ret_arena);
/* NULL is fine. */
void arena_close(struct arena *arena);
/* The file, for reading ranges of it; the arena's as long as it is open. */
int arena_fd(const struct arena *arena);
/* Where a range of it is mapped, for the kernel to read (a file made shorter by somebody else would
 * be a signal); NULL: nowhere. Valid until the next call of this or of arena_discard(). */
const void *arena_map(struct arena *arena, off_t at, size_t length);

/* What the content may really take, holes not counted: beyond that writing and copying is -EDQUOT,
 * and `full` is told. False: it takes more already. Any amount until the first call. */
bool arena_limit(struct arena *arena, uint64_t most);
void arena_tell(struct arena *arena, void (*full)(void *self), void *self);

/* Everything from `end` on was never committed: it becomes empty again (start-up only). */
int arena_begin_at(struct arena *arena, uint64_t end);
/* An extent of zeros. -EFBIG: longer than any file. */
int arena_reserve(struct arena *arena, uint64_t length, off_t *ret_offset);
/* Makes an extent longer in place; -ENOSPC if another one lies behind it. */
int arena_extend(struct arena *arena, off_t offset, uint64_t old_length, uint64_t new_length);
/* The extent needs only `length` bytes: the rest goes back if nothing lies behind it. */
void arena_trim(struct arena *arena, off_t offset, uint64_t old_length, uint64_t length);
/* Within an extent. What is written is the kernel's, not the disk's, when this returns. */
int arena_write(struct arena *arena, off_t at, const void *data, size_t length);
/* The range was never written: zeros need not be, and stay a hole. */
int arena_write_fresh(struct arena *arena, off_t at, const void *data, size_t length);
/* All of it; -EIO beyond the end of the file. */
int arena_read(struct arena *arena, off_t at, void *ret_data, size_t length);
/* Holes stay holes; the target must be fresh. */
int arena_copy(struct arena *arena, off_t from, off_t to, uint64_t length);
/* The range reads as zeros; a file system without holes may keep the bytes. */
void arena_discard(struct arena *arena, off_t offset, uint64_t length);

#endif
