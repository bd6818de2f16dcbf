/* Slots by hash: open addressing with backward shift, 8 bytes an entry. The owner compares keys. */
#ifndef PAPSIM_STORE_INDEX_H
#define PAPSIM_STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_index_entry {
    uint32_t hash, slot; /* slot 0: empty */
};

struct store_index {
    struct store_index_entry *entries; /* owned */
    size_t room, used;                 /* room: power of two */
};

void store_index_done(struct store_index *index);
int store_index_add(struct store_index *index, uint32_t hash, uint32_t slot);
void store_index_remove(struct store_index *index, uint32_t hash, uint32_t slot);
/* Slots of that hash one by one; `cursor` starts at 0. Returns 0 at the end. */
uint32_t store_index_next(const struct store_index *index, uint32_t hash, size_t *cursor);
uint32_t store_hash(uint32_t seed, const void *data, size_t length);

#endif
