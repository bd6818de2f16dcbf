/* Properties of an object that differ from their default, packed into one allocation: most objects
 * have few of them, and a million objects have a million bags. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/store/store.h"

struct header {
    uint16_t code;
    uint32_t length;
} __attribute__((packed));

static struct header header_at(const struct store_bag *bag, uint32_t at)
{
    struct header header;

    memcpy(&header, bag->data + at, sizeof(header));
    return header;
}

static uint32_t find(const struct store_bag *bag, uint16_t code)
{
    uint32_t at = 0;

    while (at < bag->used) {
        struct header header = header_at(bag, at);

        if (header.code == code)
            return at;
        at += (uint32_t)sizeof(header) + header.length;
    }
    return at;
}

const uint8_t *store_bag_get(const struct store_bag *bag, uint16_t code, uint32_t *ret_length)
{
    uint32_t at;

    if (!bag)
        return NULL;
    at = find(bag, code);
    if (at >= bag->used)
        return NULL;
    *ret_length = header_at(bag, at).length;
    return bag->data + at + sizeof(struct header);
}

static void take_out(struct store_bag *bag, uint16_t code)
{
    uint32_t at = find(bag, code), length;

    if (at >= bag->used)
        return;
    length = (uint32_t)sizeof(struct header) + header_at(bag, at).length;
    memmove(bag->data + at, bag->data + at + length, bag->used - at - length);
    bag->used -= length;
}

int store_bag_set(struct store_bag **bag, uint16_t code, const void *value, uint32_t length)
{
    struct header header = {code, length};
    uint32_t need;

    if (!value) {
        if (*bag)
            take_out(*bag, code);
        return 0;
    }
    need = (*bag ? (*bag)->used : 0) + (uint32_t)sizeof(header) + length;
    if (!*bag || (*bag)->room < need) {
        struct store_bag *bigger = realloc(*bag, sizeof(**bag) + need);

        if (!bigger)
            return -ENOMEM;
        if (!*bag)
            bigger->used = 0;
        bigger->room = need;
        *bag = bigger;
    }
    take_out(*bag, code);
    memcpy((*bag)->data + (*bag)->used, &header, sizeof(header));
    if (length)
        memcpy((*bag)->data + (*bag)->used + sizeof(header), value, length);
    (*bag)->used += (uint32_t)sizeof(header) + length;
    return 0;
}
