/* The store as it was: copies of what lies in memory, since content in the arena never changes. The
 * values of the player itself stand here too, for they are put back with the objects. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/store/store_internal.h"

struct store_snapshot {
    struct store_object *objects; /* owned, with what they own */
    size_t object_count;
    struct store_value *values; /* owned */
    size_t value_count;
    uint64_t held; /* bytes of memory, counted as the store's */
    bool *present; /* owned, one a volume */
};

/* ---- values of the player */

int store_set_value(struct store *store, uint32_t key, const void *value, uint32_t length)
{
    struct store_value *mine = NULL, *values;
    uint8_t *data = malloc(length ? length : 1);

    if (!data)
        return -ENOMEM;
    if (length)
        memcpy(data, value, length);
    for (size_t i = 0; i < store->value_count && !mine; i++) {
        if (store->values[i].key == key)
            mine = &store->values[i];
    }
    if (!mine) {
        values = realloc(store->values, (store->value_count + 1) * sizeof(*values));
        if (!values) {
            free(data);
            return -ENOMEM;
        }
        store->values = values;
        mine = &values[store->value_count++];
        *mine = (struct store_value){.key = key};
    }
    free(mine->data);
    mine->data = data;
    mine->length = length;
    return store_disk_value(store->disk, mine);
}

const uint8_t *store_value(const struct store *store, uint32_t key, uint32_t *ret_length)
{
    for (size_t i = 0; i < store->value_count; i++) {
        if (store->values[i].key == key) {
            *ret_length = store->values[i].length;
            return store->values[i].data;
        }
    }
    return NULL;
}

/* ---- snapshots */

static void *duplicate(const void *data, size_t length)
{
    void *copy = malloc(length);

    if (copy)
        memcpy(copy, data, length);
    return copy;
}

static int copy_object(const struct store_object *from, struct store_object *ret_copy)
{
    struct store_object copy = *from;

    copy.name = strdup(from->name);
    copy.bag = from->bag ? duplicate(from->bag, sizeof(*from->bag) + from->bag->used) : NULL;
    copy.references =
        from->references
            ? duplicate(from->references,
                        sizeof(*from->references) + from->references->count * sizeof(uint32_t))
            : NULL;
    if (!copy.name || (from->bag && !copy.bag) || (from->references && !copy.references)) {
        store_release(&copy);
        return -ENOMEM;
    }
    if (copy.bag)
        copy.bag->room = copy.bag->used;
    *ret_copy = copy;
    return 0;
}

static int copy_values(const struct store *store, struct store_snapshot *snapshot)
{
    for (size_t i = 0; i < store->value_count; i++) {
        struct store_value *to = &snapshot->values[i];

        *to = store->values[i];
        to->data = duplicate(to->data, to->length ? to->length : 1);
        if (!to->data)
            return -ENOMEM;
        snapshot->value_count++;
    }
    return 0;
}

int store_snapshot_take(struct store *store, struct store_snapshot **ret_snapshot)
{
    struct store_snapshot *snapshot = calloc(1, sizeof(*snapshot));
    int error = -ENOMEM;

    if (!snapshot)
        return -ENOMEM;
    store->snapshots++;
    snapshot->objects = calloc(store->slots, sizeof(*snapshot->objects));
    snapshot->values = calloc(store->value_count + 1, sizeof(*snapshot->values));
    snapshot->present = calloc(store->volume_count + 1, sizeof(*snapshot->present));
    if (snapshot->objects && snapshot->values && snapshot->present)
        error = copy_values(store, snapshot);
    for (uint32_t slot = 1; slot < store->slots && !error; slot++) {
        const struct store_object *object = store_slot(store, slot);

        if (!object->name)
            continue;
        error = store_may_hold(store, object->weight);
        if (!error)
            error = copy_object(object, &snapshot->objects[snapshot->object_count]);
        if (error)
            break;
        snapshot->object_count++;
        snapshot->held += object->weight;
        store->held += object->weight;
    }
    if (error) {
        store_snapshot_free(store, snapshot);
        return error;
    }
    for (size_t i = 0; i < store->volume_count; i++)
        snapshot->present[i] = store->volumes[i].present;
    *ret_snapshot = snapshot;
    return 0;
}

static int put_back(struct store *store, const struct store_snapshot *snapshot)
{
    int error = store_disk_clear(store->disk);

    for (size_t i = 0; i < snapshot->object_count && !error; i++) {
        struct store_object copy;

        error = copy_object(&snapshot->objects[i], &copy);
        if (error)
            return error;
        error = store_adopt(store, &copy, NULL);
        if (error)
            store_release(&copy);
        else
            error = store_disk_put(store->disk, &snapshot->objects[i]);
    }
    for (size_t i = 0; i < snapshot->value_count && !error; i++)
        error = store_set_value(store, snapshot->values[i].key, snapshot->values[i].data,
                                snapshot->values[i].length);
    if (!error)
        store_link_all(store);
    return error;
}

int store_snapshot_restore(struct store *store, const struct store_snapshot *snapshot)
{
    int error;

    store_clear(store);
    if (store->slots == 0)
        return -ENOMEM;
    for (uint32_t slot = 0; slot < store->value_count; slot++)
        free(store->values[slot].data);
    store->value_count = 0;
    store_begin(store);
    error = store_end(store, put_back(store, snapshot));
    for (size_t i = 0; i < store->volume_count; i++)
        store->volumes[i].present = snapshot->present[i];
    return error;
}

void store_snapshot_free(struct store *store, struct store_snapshot *snapshot)
{
    if (!snapshot)
        return;
    for (size_t i = 0; i < snapshot->object_count; i++)
        store_release(&snapshot->objects[i]);
    for (size_t i = 0; i < snapshot->value_count; i++)
        free(snapshot->values[i].data);
    free(snapshot->objects);
    free(snapshot->values);
    free(snapshot->present);
    store->held -= snapshot->held;
    free(snapshot);
    store->snapshots--;
}
