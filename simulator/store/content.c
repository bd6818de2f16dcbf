/* Where the bytes of an object come from: what a host has sent lies in the arena, and what a player
 * brought along is made of a seed whenever it is read, so that its size costs nothing. */
#include <errno.h>
#include <string.h>

#include "simulator/store/store_internal.h"
#include "spcore/base.h"

#define BLOCK 65536u

/* SplitMix64, whose n-th word needs none of the words before it. */
static uint64_t word_at(uint64_t seed, uint64_t n)
{
    uint64_t value = seed + (n + 1) * 0x9e3779b97f4a7c15u;

    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

void store_seed_bytes(uint64_t seed, uint64_t at, void *ret_data, size_t length)
{
    uint64_t n = at / 8;
    size_t skip = (size_t)(at % 8);
    uint8_t *bytes = ret_data, word[8];

    while (length > 0) {
        size_t part = sizeof(word) - skip < length ? sizeof(word) - skip : length;

        if (part == sizeof(word)) {
            put_le64(bytes, word_at(seed, n));
        } else {
            put_le64(word, word_at(seed, n));
            memcpy(bytes, word + skip, part);
        }
        n++;
        bytes += part;
        length -= part;
        skip = 0;
    }
}

int store_read(struct store *store, const struct store_object *object, uint64_t at, void *ret_data,
               size_t length)
{
    if (at > object->size || length > object->size - at)
        return -EIO;
    if (!object->seeded)
        return arena_read(store->arena, object->offset + (off_t)at, ret_data, length);
    store_seed_bytes(object->seed, at, ret_data, length);
    return 0;
}

int store_copy_content(struct store *store, const struct store_object *object, off_t to)
{
    uint8_t block[BLOCK];
    int error = 0;

    if (!object->seeded)
        return arena_copy(store->arena, object->offset, to, object->size);
    for (uint64_t at = 0; at < object->size && !error; at += sizeof(block)) {
        uint64_t left = object->size - at;
        size_t part = left < sizeof(block) ? (size_t)left : sizeof(block);

        store_seed_bytes(object->seed, at, block, part);
        error = arena_write_fresh(store->arena, to + (off_t)at, block, part);
    }
    return error;
}
