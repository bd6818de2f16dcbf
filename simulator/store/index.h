/* Slots by hash: open addressing with backward shift, 4 bytes an entry. The owner compares keys,
 * and hashes them again when entries move. */
#ifndef SIMULATOR_STORE_INDEX_H
#define SIMULATOR_STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_index {
    uint32_t (*hash)(const void *owner, uint32_t slot); /* of the key it has now */
    const void *owner;
    uint32_t *slots;   /* owned; 0: empty */
    size_t room, used; /* room: power of two */
};

/* Empty again; `hash` and `owner` stay. */
void store_index_done(struct store_index *index);
/* 0 or -ENOMEM; cannot fail where one was removed just before. */
int store_index_add(struct store_index *index, uint32_t slot);
/* While the key is what it was when the slot was added. */
void store_index_remove(struct store_index *index, uint32_t slot);
/* Slots that may be of that hash one by one; `cursor` starts at 0. Returns 0 at the end. */
uint32_t store_index_next(const struct store_index *index, uint32_t hash, size_t *cursor);
uint32_t store_hash(uint32_t seed, const void *data, size_t length);

#endif
