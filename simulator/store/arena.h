/* The content of all objects of a player: one sparse file. Extents are handed out once and never
 * again, so a committed extent never changes; what is given up becomes a hole. */
#ifndef SIMULATOR_STORE_ARENA_H
#define SIMULATOR_STORE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

/* `path` NULL: in memory. */
int arena_open(const char *path, struct arena **ret_arena);
void arena_close(struct arena *arena);
int arena_fd(const struct arena *arena);

/* Everything from `end` on was never committed: it becomes empty again (start-up only). */
int arena_begin_at(struct arena *arena, uint64_t end);
int arena_reserve(struct arena *arena, uint64_t length, off_t *ret_offset);
/* Makes an extent longer in place; -ENOSPC if another one lies behind it. */
int arena_extend(struct arena *arena, off_t offset, uint64_t old_length, uint64_t new_length);
/* The extent needs only `length` bytes: the rest goes back if nothing lies behind it. */
void arena_trim(struct arena *arena, off_t offset, uint64_t old_length, uint64_t length);
/* `fresh`: the range was never written, so zeros need not be. */
int arena_write(struct arena *arena, off_t at, const void *data, size_t length, int fresh);
int arena_read(struct arena *arena, off_t at, void *ret_data, size_t length);
/* Holes stay holes; the target must be fresh. */
int arena_copy(struct arena *arena, off_t from, off_t to, uint64_t length);
void arena_discard(struct arena *arena, off_t offset, uint64_t length);

#endif
