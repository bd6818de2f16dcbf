/* What a player takes of the machine's memory: its objects, and their content as far as it lies in
 * memory. A host, a script or a slip in a player file may ask for any amount, and it is the
 * simulator that says no, before the kernel ends whatever else runs there. */
#include <errno.h>
#include <string.h>

#include "simulator/store/store_internal.h"

/* With what the allocator adds to each of its pieces. */
static uint32_t weight_of(const struct store_object *object)
{
    size_t weight = sizeof(*object) + strlen(object->name) + 16;

    if (object->bag)
        weight += sizeof(*object->bag) + object->bag->used + 16;
    if (object->references)
        weight += object->references->count * sizeof(uint32_t) + 16;
    return weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
}

void store_weigh(struct store *store, struct store_object *object)
{
    uint32_t weight = object->name ? weight_of(object) : 0;

    store->held += weight;
    store->held -= object->weight;
    object->weight = weight;
}

int store_may_hold(struct store *store, uint64_t more)
{
    const struct store_limit *limit = &store->limit;
    uint64_t held = store->held + more;

    if (!limit->most)
        return 0;
    if (held <= limit->most && (store->disk || arena_limit(store->arena, limit->most - held)))
        return 0;
    store_full(store);
    return -EDQUOT;
}

void store_full(void *self)
{
    const struct store *store = self;

    if (store->limit.reached)
        store->limit.reached(store->limit.self);
}
