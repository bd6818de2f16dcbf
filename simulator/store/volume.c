/* The storages of a player: what is free on each, what fits, and formatting. */
#include <errno.h>

#include "mtp_codes.h"
#include "simulator/store/store_internal.h"

size_t store_volume_count(const struct store *store)
{
    return store->volume_count;
}

const struct store_volume *store_volume_at(const struct store *store, size_t index)
{
    return &store->volumes[index];
}

int store_volume_find(const struct store *store, uint32_t id)
{
    for (size_t i = 0; i < store->volume_count; i++) {
        if (store->volumes[i].id == id ||
            (!store->volumes[i].present && (store->volumes[i].id & 0xffff0000u) == id))
            return (int)i;
    }
    return -1;
}

uint64_t store_free_space(const struct store *store, size_t volume)
{
    const struct store_volume *it = &store->volumes[volume];
    uint64_t room = it->has_room ? it->room : it->capacity;

    return it->used < room ? room - it->used : 0;
}

uint32_t store_free_objects(const struct store *store, size_t volume)
{
    const struct store_volume *it = &store->volumes[volume];
    uint64_t left = it->most_objects > it->objects ? it->most_objects - it->objects : 0;

    if (it->most_objects == 0)
        return it->says_no_objects ? 0 : 0xffffffffu;
    return left < 0xffffffffu ? (uint32_t)left : 0xffffffffu;
}

int store_fits(const struct store *store, size_t volume, uint64_t size, uint64_t objects)
{
    const struct store_volume *it = &store->volumes[volume];

    if (it->most_objects && it->objects + objects > it->most_objects)
        return -ENOSPC;
    return size > store_free_space(store, volume) ? -ENOSPC : 0;
}

void store_set_present(struct store *store, size_t volume, bool present)
{
    store->volumes[volume].present = present;
}

int store_format(struct store *store, size_t volume)
{
    int error = 0;

    store_begin(store);
    /* Children hang below parents of the same volume, so the whole set can go in any order that
     * takes leaves first; repeated passes over the slots do that without a stack. */
    for (;;) {
        unsigned removed = 0;

        for (uint32_t slot = store->slots; slot-- > 1 && !error;) {
            struct store_object *object = store_slot(store, slot);

            if (object->name && object->volume == volume && !object->first_child) {
                error = store_remove(store, object);
                removed++;
            }
        }
        if (error || removed == 0)
            break;
    }
    return store_end(store, error);
}
