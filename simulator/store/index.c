#include "store/index.h"

#include <errno.h>
#include <stdlib.h>

void store_index_done(struct store_index *index)
{
    free(index->entries);
    *index = (struct store_index){NULL, 0, 0};
}

static void place(struct store_index *index, struct store_index_entry entry)
{
    size_t at = entry.hash & (index->room - 1);

    while (index->entries[at].slot)
        at = (at + 1) & (index->room - 1);
    index->entries[at] = entry;
}

static int grow(struct store_index *index)
{
    struct store_index old = *index;
    size_t room = old.room ? old.room * 2 : 64, i;
    struct store_index_entry *entries = calloc(room, sizeof *entries);

    if (!entries)
        return -ENOMEM;
    index->entries = entries;
    index->room = room;
    for (i = 0; i < old.room; i++)
        if (old.entries[i].slot)
            place(index, old.entries[i]);
    free(old.entries);
    return 0;
}

int store_index_add(struct store_index *index, uint32_t hash, uint32_t slot)
{
    if (index->used + 1 > index->room / 4 * 3) {
        int error = grow(index);

        if (error)
            return error;
    }
    place(index, (struct store_index_entry){hash, slot});
    index->used++;
    return 0;
}

void store_index_remove(struct store_index *index, uint32_t hash, uint32_t slot)
{
    size_t mask = index->room - 1, at, next;

    if (index->room == 0)
        return;
    at = hash & mask;
    while (index->entries[at].slot != slot) {
        if (index->entries[at].slot == 0)
            return;
        at = (at + 1) & mask;
    }
    /* Entries behind the gap move up unless they would land before their home. */
    for (next = (at + 1) & mask; index->entries[next].slot; next = (next + 1) & mask) {
        size_t home = index->entries[next].hash & mask;

        if (((next - home) & mask) >= ((next - at) & mask)) {
            index->entries[at] = index->entries[next];
            at = next;
        }
    }
    index->entries[at].slot = 0;
    index->used--;
}

uint32_t store_index_next(const struct store_index *index, uint32_t hash, size_t *cursor)
{
    if (index->room == 0)
        return 0;
    for (;;) {
        size_t at = (hash + *cursor) & (index->room - 1);

        if (index->entries[at].slot == 0)
            return 0;
        (*cursor)++;
        if (index->entries[at].hash == hash)
            return index->entries[at].slot;
    }
}

/* FNV-1a with a final mix; names are not chosen by an enemy who could gain by collisions. */
uint32_t store_hash(uint32_t seed, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint32_t hash = 2166136261u ^ (seed * 2654435761u);
    size_t i;

    for (i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    hash ^= hash >> 16;
    hash *= 0x85ebca6bu;
    return hash ^ (hash >> 13);
}
