/* Changes of objects: memory first checks, then the disk, then memory follows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/store/store_internal.h"

static int put(struct store *store, struct store_object *object)
{
    store_weigh(store, object);
    return store_disk_put(store->disk, object);
}

/* May an object of that size and name go there? `self` does not stand in its own way. */
static int check_place(struct store *store, size_t volume, uint32_t parent, const char *name,
                       const struct store_object *self)
{
    const struct store_object *other = store_find_name(store, volume, parent, name);

    if (other && other != self && !store->volumes[volume].keep_both)
        return -EEXIST;
    return 0;
}

/* Walks down a tree recurse, so trees have a bound. */
#define DEPTH_MAX 200u

static unsigned depth_of(struct store *store, uint32_t handle)
{
    unsigned depth = 0;

    while (handle && depth <= DEPTH_MAX) {
        const struct store_object *object = store_find(store, handle);

        handle = object ? object->parent : 0;
        depth++;
    }
    return depth;
}

struct extent_of_tree {
    uint64_t size, objects;
    unsigned height;
};

static void measure(struct store *store, const struct store_object *object,
                    struct extent_of_tree *tree)
{
    unsigned height = 0;

    tree->size += object->size;
    tree->objects++;
    for (const struct store_object *child = store_first_child(store, object); child;
         child = store_next_sibling(store, child)) {
        measure(store, child, tree);
        height = tree->height > height ? tree->height : height;
    }
    tree->height = height + 1;
}

/* May the tree of `object` go there? `self` as above. */
static int check_tree(struct store *store, const struct store_object *object, size_t volume,
                      uint32_t parent, const struct store_object *self)
{
    const struct store_object *above = parent ? store_find(store, parent) : NULL;
    struct extent_of_tree tree = {0};
    int error;

    if (above && store_is_below(store, above, object))
        return -ELOOP;
    measure(store, object, &tree);
    if (depth_of(store, parent) + tree.height > DEPTH_MAX)
        return -ELOOP;
    error = check_place(store, volume, parent, object->name, self);
    if (error || (self && volume == object->volume))
        return error;
    return store_fits(store, volume, tree.size, tree.objects);
}

static struct store_bag *copy_bag(const struct store_bag *bag)
{
    size_t length = sizeof(*bag) + bag->used;
    struct store_bag *copy = malloc(length);

    if (copy) {
        memcpy(copy, bag, length);
        copy->room = bag->used;
    }
    return copy;
}

int store_create(struct store *store, const struct store_draft *draft,
                 struct store_object **ret_object)
{
    struct store_object object = {
        .handle = draft->handle ? draft->handle : store_reserve_handle(store),
        .parent = draft->parent,
        .format = draft->format,
        .association = draft->association,
        .volume = (uint8_t)draft->volume,
        .protection = draft->protection,
        .size = draft->size,
        .seeded = draft->seeded,
        .created = draft->created,
        .modified = draft->modified,
        .added = store_now(store),
    };
    struct store_object *mine;
    int error = check_place(store, draft->volume, draft->parent, draft->name, NULL);

    if (draft->seeded)
        object.seed = draft->seed;
    else
        object.offset = draft->offset;
    if (!error)
        error = store_fits(store, draft->volume, draft->size, 1);
    if (!error)
        error = store_may_hold(store, sizeof(object) + strlen(draft->name) +
                                          (draft->bag ? draft->bag->used : 0));
    if (!error && depth_of(store, draft->parent) >= DEPTH_MAX)
        error = -ELOOP;
    if (!error && object.handle == 0)
        error = -EOVERFLOW;
    if (error)
        return error;
    object.name = strdup(draft->name);
    object.bag = draft->bag ? copy_bag(draft->bag) : NULL;
    if (!object.name || (draft->bag && !object.bag)) {
        store_release(&object);
        return -ENOMEM;
    }
    error = store_mark(store);
    object.uid = store->next_uid++;
    if (!error)
        error = store_disk_put(store->disk, &object);
    if (!error)
        error = store_tree_insert(store, &object, &mine);
    if (error) {
        store_release(&object);
        return error;
    }
    *ret_object = mine;
    return 0;
}

/* A deleted object leaves every list it stood in. */
static int drop_from_lists(struct store *store, uint32_t handle)
{
    for (uint32_t slot = 1; slot < store->slots; slot++) {
        struct store_object *object = store_slot(store, slot);
        struct store_references *list = object->name ? object->references : NULL;
        uint32_t to = 0;

        if (!list)
            continue;
        for (uint32_t from = 0; from < list->count; from++) {
            if (list->handles[from] != handle)
                list->handles[to++] = list->handles[from];
        }
        if (to != list->count) {
            int error;

            list->count = to;
            error = put(store, object);
            if (error)
                return error;
        }
    }
    return 0;
}

int store_remove(struct store *store, struct store_object *object)
{
    off_t offset = object->offset;
    uint64_t size = object->seeded ? 0 : object->size;
    uint32_t handle = object->handle;
    bool referenced = object->referenced;
    int error;

    if (object->first_child)
        return -ENOTEMPTY;
    store_begin(store);
    error = store_disk_delete(store->disk, handle);
    if (!error) {
        store_tree_remove(store, object);
        if (referenced && store->policy->references_clean)
            error = drop_from_lists(store, handle);
        if (!store->policy->handles_unique && handle + 1 == store->next_handle)
            store->next_handle = handle;
    }
    if (!error)
        store_give_up(store, offset, size);
    return store_end(store, error);
}

int store_rename(struct store *store, struct store_object *object, const char *name)
{
    char *copy;
    int error = check_place(store, object->volume, object->parent, name, object);

    if (error)
        return error;
    copy = strdup(name);
    if (!copy)
        return -ENOMEM;
    store_tree_place(store, object, object->volume, object->parent, copy);
    return put(store, object);
}

static int move_below(struct store *store, struct store_object *object, size_t volume,
                      uint32_t parent)
{
    int error;

    store_tree_place(store, object, volume, parent, object->name);
    error = put(store, object);
    /* Placing puts a child last again, so those still on the old volume stay in front. */
    while (!error && object->first_child) {
        struct store_object *child = store_slot(store, object->first_child);

        if (child->volume == volume)
            break;
        error = move_below(store, child, volume, object->handle);
    }
    return error;
}

int store_move(struct store *store, struct store_object *object, size_t volume, uint32_t parent)
{
    int error = check_tree(store, object, volume, parent, object);

    if (error)
        return error;
    store_begin(store);
    return store_end(store, move_below(store, object, volume, parent));
}

static int copy_one(struct store *store, const struct store_object *object, size_t volume,
                    uint32_t parent, struct store_object **ret_copy)
{
    struct store_draft draft = {
        .parent = parent,
        .volume = volume,
        .format = object->format,
        .association = object->association,
        .name = object->name,
        .size = object->size,
        .seeded = object->seeded,
        .created = object->created,
        .modified = object->modified,
        .bag = object->bag,
    };
    struct store_object *copy;
    int error = 0;

    if (object->seeded) {
        draft.seed = object->seed;
    } else {
        error = arena_reserve(store->arena, object->size, &draft.offset);
        if (!error)
            error = arena_copy(store->arena, object->offset, draft.offset, object->size);
    }
    if (!error)
        error = store_create(store, &draft, &copy);
    if (error)
        return error;
    if (object->references)
        error = store_set_references(store, copy, object->references->handles,
                                     object->references->count);
    *ret_copy = copy;
    return error;
}

static int copy_tree(struct store *store, const struct store_object *object, size_t volume,
                     uint32_t parent, struct store_object **ret_copy)
{
    struct store_object *copy, *below;
    int error = copy_one(store, object, volume, parent, &copy);

    if (error)
        return error;
    *ret_copy = copy;
    for (const struct store_object *child = store_first_child(store, object); child && !error;
         child = store_next_sibling(store, child))
        error = copy_tree(store, child, volume, copy->handle, &below);
    return error;
}

int store_copy(struct store *store, const struct store_object *object, size_t volume,
               uint32_t parent, struct store_object **ret_copy)
{
    int error = check_tree(store, object, volume, parent, NULL);

    if (error)
        return error;
    store_begin(store);
    return store_end(store, copy_tree(store, object, volume, parent, ret_copy));
}

int store_set_protection(struct store *store, struct store_object *object, bool protection)
{
    object->protection = protection;
    return put(store, object);
}

int store_set_dates(struct store *store, struct store_object *object, int64_t created,
                    int64_t modified)
{
    object->created = created;
    object->modified = modified;
    return put(store, object);
}

int store_set_content(struct store *store, struct store_object *object, off_t offset, uint64_t size)
{
    const struct store_object old = *object;
    struct store_volume *volume = &store->volumes[object->volume];
    int error;

    object->offset = offset;
    object->size = size;
    object->seeded = false;
    error = put(store, object);
    if (error) {
        *object = old;
        return error;
    }
    volume->used += size - old.size;
    if (!old.seeded && old.offset != offset)
        store_give_up(store, old.offset, old.size);
    return 0;
}

int store_set_property(struct store *store, struct store_object *object, uint16_t code,
                       const void *value, uint32_t length)
{
    int error = store_may_hold(store, length);

    if (!error)
        error = store_bag_set(&object->bag, code, value, length);
    return error ? error : put(store, object);
}

const uint8_t *store_property(const struct store_object *object, uint16_t code,
                              uint32_t *ret_length)
{
    return store_bag_get(object->bag, code, ret_length);
}

int store_set_references(struct store *store, struct store_object *object, const uint32_t *handles,
                         uint32_t count)
{
    struct store_references *list = NULL;
    int error = store_may_hold(store, count * sizeof(*handles));

    if (error)
        return error;
    if (count) {
        list = malloc(sizeof(*list) + count * sizeof(*handles));
        if (!list)
            return -ENOMEM;
        list->count = count;
        memcpy(list->handles, handles, count * sizeof(*handles));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct store_object *target = store_find(store, handles[i]);

        if (target)
            target->referenced = true;
    }
    free(object->references);
    object->references = list;
    return put(store, object);
}
