/* Objects in memory: slots in chunks that never move, a tree through them, two indexes over them.
 * Finding is all done here; what changes objects and must be on disk stands in object.c. */
#include "simulator/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simulator/store/store_internal.h"
#include "spcore/base.h"

const struct store_policy store_by_the_book = {.handles_unique = true, .references_clean = true};

struct store_object *store_slot(const struct store *store, uint32_t slot)
{
    return &store->chunks[slot / STORE_CHUNK][slot % STORE_CHUNK];
}

static uint32_t handle_hash(uint32_t handle)
{
    return store_hash(1, &handle, sizeof(handle));
}

static uint32_t name_hash(uint32_t parent, const char *name)
{
    return store_hash(parent, name, strlen(name));
}

static uint32_t hash_by_handle(const void *store, uint32_t slot)
{
    return handle_hash(store_slot(store, slot)->handle);
}

static uint32_t hash_by_name(const void *store, uint32_t slot)
{
    const struct store_object *object = store_slot(store, slot);

    return name_hash(object->parent, object->name);
}

/* ---- slots */

static int add_chunk(struct store *store)
{
    size_t count = store->chunk_count;

    /* Room for a power of two of them. */
    if ((count & (count - 1)) == 0) {
        struct store_object **chunks =
            realloc(store->chunks, (count ? count * 2 : 1) * sizeof(*store->chunks));

        if (!chunks)
            return -ENOMEM;
        store->chunks = chunks;
    }
    store->chunks[count] = calloc(STORE_CHUNK, sizeof(**store->chunks));
    if (!store->chunks[count])
        return -ENOMEM;
    store->chunk_count++;
    return 0;
}

static int take_slot(struct store *store, uint32_t *ret_slot)
{
    uint32_t slot = store->free_slot;

    if (slot) {
        store->free_slot = store_slot(store, slot)->next;
        *ret_slot = slot;
        return 0;
    }
    if (store->slots % STORE_CHUNK == 0) {
        int error = add_chunk(store);

        if (error)
            return error;
    }
    *ret_slot = store->slots++;
    return 0;
}

void store_release(struct store_object *object)
{
    free(object->name);
    free(object->bag);
    free(object->references);
    object->name = NULL;
    object->bag = NULL;
    object->references = NULL;
}

/* ---- the tree */

static void link_last(struct store *store, struct store_object *parent, struct store_object *object)
{
    object->previous = parent->last_child;
    object->next = 0;
    if (parent->last_child)
        store_slot(store, parent->last_child)->next = object->slot;
    else
        parent->first_child = object->slot;
    parent->last_child = object->slot;
}

static void unlink_child(struct store *store, struct store_object *parent,
                         struct store_object *object)
{
    if (object->previous)
        store_slot(store, object->previous)->next = object->next;
    else
        parent->first_child = object->next;
    if (object->next)
        store_slot(store, object->next)->previous = object->previous;
    else
        parent->last_child = object->previous;
    object->next = 0;
    object->previous = 0;
}

static struct store_object *by_handle(const struct store *store, uint32_t handle)
{
    size_t cursor = 0;
    uint32_t slot;

    while ((slot = store_index_next(&store->by_handle, handle_hash(handle), &cursor)) != 0) {
        if (store_slot(store, slot)->handle == handle)
            return store_slot(store, slot);
    }
    return NULL;
}

static struct store_object *parent_of(const struct store *store, const struct store_object *object)
{
    struct store_object *parent = object->parent ? by_handle(store, object->parent) : NULL;

    return parent ? parent : store_slot(store, 0);
}

int store_adopt(struct store *store, const struct store_object *object,
                struct store_object **ret_object)
{
    struct store_object *mine;
    uint32_t slot;
    int error = take_slot(store, &slot);

    if (error)
        return error;
    mine = store_slot(store, slot);
    *mine = *object;
    mine->slot = slot;
    mine->first_child = mine->last_child = mine->next = mine->previous = 0;
    error = store_index_add(&store->by_handle, slot);
    if (!error)
        error = store_index_add(&store->by_name, slot);
    if (error) {
        store_index_remove(&store->by_handle, slot);
        *mine = (struct store_object){.next = store->free_slot, .slot = slot};
        store->free_slot = slot;
        return error;
    }
    mine->weight = 0;
    store_weigh(store, mine);
    store->volumes[mine->volume].used += mine->size;
    store->volumes[mine->volume].objects++;
    if (ret_object)
        *ret_object = mine;
    return 0;
}

/* So that a deletion looks through all lists only where it must. */
static void mark_referenced(const struct store *store, const struct store_references *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct store_object *target = by_handle(store, list->handles[i]);

        if (target)
            target->referenced = true;
    }
}

void store_link_all(struct store *store)
{
    for (uint32_t slot = 1; slot < store->slots; slot++) {
        struct store_object *object = store_slot(store, slot);

        if (object->name)
            link_last(store, parent_of(store, object), object);
        if (object->references)
            mark_referenced(store, object->references);
    }
}

/* Out of memory, not off the disk. */
void store_tree_remove(struct store *store, struct store_object *object)
{
    uint32_t slot = object->slot;

    unlink_child(store, parent_of(store, object), object);
    store_index_remove(&store->by_handle, slot);
    store_index_remove(&store->by_name, slot);
    store->volumes[object->volume].used -= object->size;
    store->volumes[object->volume].objects--;
    store_release(object);
    store_weigh(store, object);
    *object = (struct store_object){.next = store->free_slot, .slot = slot};
    store->free_slot = slot;
}

void store_clear(struct store *store)
{
    for (uint32_t slot = 1; slot < store->slots; slot++) {
        store_release(store_slot(store, slot));
        store_weigh(store, store_slot(store, slot));
    }
    store->slots = store->slots ? 1 : 0;
    store->free_slot = 0;
    if (store->slots)
        *store_slot(store, 0) = (struct store_object){0};
    for (size_t i = 1; i < store->chunk_count; i++)
        free(store->chunks[i]);
    if (store->chunk_count > 1)
        store->chunk_count = 1;
    store_index_done(&store->by_handle);
    store_index_done(&store->by_name);
    for (size_t i = 0; i < store->volume_count; i++) {
        store->volumes[i].used = 0;
        store->volumes[i].objects = 0;
    }
}

/* ---- life */

static int copy_volumes(struct store *store, const struct store_options *options)
{
    store->volumes = calloc(options->volume_count + 1, sizeof(*store->volumes));
    if (!store->volumes)
        return -ENOMEM;
    for (size_t i = 0; i < options->volume_count; i++) {
        const struct store_volume *from = &options->volumes[i];
        struct store_volume *to = &store->volumes[i];

        *to = *from;
        to->used = 0;
        to->objects = 0;
        to->description = strdup(from->description ? from->description : "");
        to->label = strdup(from->label ? from->label : "");
        store->volume_count++;
        if (!to->description || !to->label)
            return -ENOMEM;
    }
    return 0;
}

static int open_files(struct store *store, const char *dir, char *error, size_t error_size)
{
    char path[4096];
    int result;

    if (!dir) {
        result = arena_open(NULL, &store->arena);
        if (result)
            snprintf(error, error_size, "cannot make memory for content: %s", strerror(-result));
        return result;
    }
    if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
        result = -errno;
        snprintf(error, error_size, "%s: %s", dir, strerror(-result));
        return result;
    }
    if (snprintf(path, sizeof(path), "%s/content", dir) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    result = arena_open(path, &store->arena);
    if (result) {
        snprintf(error, error_size, "%s: %s", path, strerror(-result));
        return result;
    }
    result = store_disk_open(dir, &store->disk, error, error_size);
    if (!result)
        result = store_disk_load(store->disk, store);
    if (result && !error[0])
        snprintf(error, error_size, "%s: cannot read the index: %s", dir, strerror(-result));
    return result;
}

int store_new(const struct store_options *options, struct store **ret_store, char *error,
              size_t error_size)
{
    struct store *store = calloc(1, sizeof(*store));
    uint32_t root;
    int result = -ENOMEM;

    error[0] = '\0';
    if (!store)
        return -ENOMEM;
    store->seed = options->seed;
    store->clock = options->clock;
    store->limit = options->limit;
    store->policy = options->policy;
    store->next_handle = 1;
    store->next_uid = 1;
    store->was_empty = true;
    store->by_handle = (struct store_index){.hash = hash_by_handle, .owner = store};
    store->by_name = (struct store_index){.hash = hash_by_name, .owner = store};
    if (copy_volumes(store, options) == 0 && take_slot(store, &root) == 0)
        result = open_files(store, options->state_dir, error, error_size);
    if (!result)
        result = store_may_hold(store, 0);
    if (result) {
        store_free(store);
        return result;
    }
    arena_tell(store->arena, store_full, store);
    *ret_store = store;
    return 0;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    /* In peace no number is skipped. */
    if (store->handle_mark)
        (void)store_disk_counters(store->disk, store->next_handle, store->next_uid, store->seed);
    free(store->holes);
    store_clear(store);
    for (size_t i = 0; i < store->chunk_count; i++)
        free(store->chunks[i]);
    free(store->chunks);
    for (size_t i = 0; i < store->volume_count; i++) {
        free(store->volumes[i].description);
        free(store->volumes[i].label);
    }
    free(store->volumes);
    for (size_t i = 0; i < store->value_count; i++)
        free(store->values[i].data);
    free(store->values);
    store_disk_close(store->disk);
    arena_close(store->arena);
    free(store);
}

bool store_was_empty(const struct store *store)
{
    return store->was_empty;
}

struct arena *store_arena(struct store *store)
{
    return store->arena;
}

int64_t store_now(const struct store *store)
{
    return store->clock.now(store->clock.self);
}

/* ---- finding */

static struct store_object *if_present(const struct store *store, struct store_object *object)
{
    return object && store->volumes[object->volume].present ? object : NULL;
}

struct store_object *store_find(struct store *store, uint32_t handle)
{
    return handle ? if_present(store, by_handle(store, handle)) : NULL;
}

struct store_object *store_find_name(struct store *store, size_t volume, uint32_t parent,
                                     const char *name)
{
    size_t cursor = 0;
    uint32_t slot;

    while ((slot = store_index_next(&store->by_name, name_hash(parent, name), &cursor)) != 0) {
        struct store_object *object = store_slot(store, slot);

        if (object->parent == parent && object->volume == volume && strcmp(object->name, name) == 0)
            return if_present(store, object);
    }
    return NULL;
}

struct store_object *store_each(struct store *store, uint32_t *cursor)
{
    while (++*cursor < store->slots) {
        struct store_object *object = store_slot(store, *cursor);

        /* Not the name: it lies in another cache line, and this runs over a million objects. */
        if (object->handle && if_present(store, object))
            return object;
    }
    return NULL;
}

static struct store_object *present_from(struct store *store, uint32_t slot)
{
    while (slot) {
        struct store_object *object = store_slot(store, slot);

        if (if_present(store, object))
            return object;
        slot = object->next;
    }
    return NULL;
}

struct store_object *store_first_child(struct store *store, const struct store_object *parent)
{
    return present_from(store, (parent ? parent : store_slot(store, 0))->first_child);
}

struct store_object *store_next_sibling(struct store *store, const struct store_object *object)
{
    return present_from(store, object->next);
}

bool store_is_below(struct store *store, const struct store_object *object,
                    const struct store_object *ancestor)
{
    /* A tree this deep cannot be built through MTP names; the bound ends a damaged one. */
    for (unsigned steps = 0; object && steps < 65536; steps++) {
        if (object == ancestor)
            return true;
        object = object->parent ? by_handle(store, object->parent) : NULL;
    }
    return false;
}

void store_unique_id(const struct store *store, const struct store_object *object,
                     uint8_t ret_id[16])
{
    uint64_t seed = store->seed * 0x9e3779b97f4a7c15u + 0x70617073696d0001u;

    put_le64(ret_id, object->uid);
    put_le64(ret_id + 8, seed);
}

uint32_t store_reserve_handle(struct store *store)
{
    /* 0 and 0xffffffff are never handles (MTP 1.1, 3.4.1); a life has four thousand million. */
    if (store->next_handle == UINT32_MAX || store_mark(store) < 0)
        return 0;
    return store->next_handle++;
}

/* ---- the tree's changes that need its insides */

int store_tree_insert(struct store *store, const struct store_object *object,
                      struct store_object **ret_object)
{
    struct store_object *mine;
    int error = store_adopt(store, object, &mine);

    if (error)
        return error;
    link_last(store, parent_of(store, mine), mine);
    *ret_object = mine;
    return 0;
}

void store_tree_place(struct store *store, struct store_object *object, size_t volume,
                      uint32_t parent, char *name)
{
    unlink_child(store, parent_of(store, object), object);
    store_index_remove(&store->by_name, object->slot);
    store->volumes[object->volume].used -= object->size;
    store->volumes[object->volume].objects--;
    if (object->name != name)
        free(object->name);
    object->name = name;
    object->parent = parent;
    (void)store_index_add(&store->by_name, object->slot); /* there is room: one was removed */
    object->volume = (uint8_t)volume;
    store->volumes[volume].used += object->size;
    store->volumes[volume].objects++;
    link_last(store, parent_of(store, object), object);
}
