/* Slots by hash, for what must be found among a million objects: their handles and their names. */
#include "simulator/store/index.h"

#include <errno.h>
#include <stdlib.h>

void store_index_done(struct store_index *index)
{
    free(index->slots);
    index->slots = NULL;
    index->room = index->used = 0;
}

static size_t home(const struct store_index *index, uint32_t slot)
{
    return index->hash(index->owner, slot) & (index->room - 1);
}

static void place(struct store_index *index, uint32_t slot)
{
    size_t at = home(index, slot);

    while (index->slots[at])
        at = (at + 1) & (index->room - 1);
    index->slots[at] = slot;
}

static int grow(struct store_index *index)
{
    struct store_index old = *index;
    size_t room = old.room ? old.room * 2 : 64;
    uint32_t *slots = calloc(room, sizeof(*slots));

    if (!slots)
        return -ENOMEM;
    index->slots = slots;
    index->room = room;
    for (size_t i = 0; i < old.room; i++) {
        if (old.slots[i])
            place(index, old.slots[i]);
    }
    free(old.slots);
    return 0;
}

int store_index_add(struct store_index *index, uint32_t slot)
{
    int error = index->used + 1 > index->room / 4 * 3 ? grow(index) : 0;

    if (error)
        return error;
    place(index, slot);
    index->used++;
    return 0;
}

void store_index_remove(struct store_index *index, uint32_t slot)
{
    size_t mask = index->room - 1, at;

    if (index->room == 0)
        return;
    at = home(index, slot);
    while (index->slots[at] != slot) {
        if (index->slots[at] == 0)
            return;
        at = (at + 1) & mask;
    }
    /* Entries behind the gap move up unless they would land before their home. */
    for (size_t next = (at + 1) & mask; index->slots[next]; next = (next + 1) & mask) {
        if (((next - home(index, index->slots[next])) & mask) >= ((next - at) & mask)) {
            index->slots[at] = index->slots[next];
            at = next;
        }
    }
    index->slots[at] = 0;
    index->used--;
}

uint32_t store_index_next(const struct store_index *index, uint32_t hash, size_t *cursor)
{
    if (index->room == 0)
        return 0;
    return index->slots[(hash + (*cursor)++) & (index->room - 1)];
}

/* FNV-1a with a final mix; names are not chosen by an enemy who could gain by collisions. */
uint32_t store_hash(uint32_t seed, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint32_t hash = 2166136261u ^ (seed * 2654435761u);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    hash ^= hash >> 16;
    hash *= 0x85ebca6bu;
    return hash ^ (hash >> 13);
}
