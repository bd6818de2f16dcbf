/* Objects a player brings along. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/mtp/dataset.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/player/player_internal.h"

int player_make_folders(struct player *player, size_t volume, const char *path,
                        uint32_t *ret_parent, const char **ret_name)
{
    uint32_t parent = 0;
    const char *slash;

    while ((slash = strchr(path, '/')) != NULL) {
        struct store_draft draft = {.parent = parent,
                                    .volume = volume,
                                    .format = MTP_FC_ASSOCIATION,
                                    .association = MTP_AT_GENERIC_FOLDER,
                                    .created = store_now(player->store),
                                    .modified = store_now(player->store)};
        char name[1024];
        struct store_object *folder;
        int error;

        if ((size_t)(slash - path) >= sizeof(name))
            return -EINVAL;
        memcpy(name, path, (size_t)(slash - path));
        name[slash - path] = '\0';
        folder = store_find_name(player->store, volume, parent, name);
        if (folder && folder->format != MTP_FC_ASSOCIATION)
            return -ENOTDIR;
        if (!folder) {
            if (!store_name_legal(name))
                return -EINVAL;
            draft.name = name;
            error = store_create(player->store, &draft, &folder);
            if (error)
                return error;
        }
        parent = folder->handle;
        path = slash + 1;
    }
    if (!store_name_legal(path))
        return -EINVAL;
    *ret_parent = parent;
    *ret_name = path;
    return 0;
}

struct store_object *player_find_path(struct player *player, size_t volume, const char *path)
{
    struct store_object *object = NULL;
    uint32_t parent = 0;
    char name[1024];

    while (*path) {
        size_t length = strcspn(path, "/");

        if (length >= sizeof(name))
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        object = store_find_name(player->store, volume, parent, name);
        if (!object)
            return NULL;
        parent = object->handle;
        path += length + (path[length] == '/');
    }
    return object;
}

static int content(struct player *player, const struct file_object *from, struct store_draft *draft)
{
    int error;

    draft->size = from->text ? strlen(from->text) : from->size;
    draft->seeded = !from->text && !from->sparse;
    draft->seed = player->seed ^ (from->seed ? from->seed : draft->size);
    if (draft->seeded)
        return 0;
    error = store_fits(player->store, draft->volume, draft->size, 1);
    if (!error)
        error = arena_reserve(store_arena(player->store), draft->size, &draft->offset);
    if (error || !from->text)
        return error;
    return arena_write_fresh(store_arena(player->store), draft->offset, from->text,
                             (size_t)draft->size);
}

static int bag_of(const struct mtpr_config *config, const struct file_object *from, uint16_t format,
                  struct store_bag **ret_bag)
{
    int error = 0;

    for (unsigned i = 0; i < from->properties_count && !error; i++) {
        uint16_t code = from->properties[i].code;
        uint16_t type = mtpr_object_property_type(config, format, code);
        struct wr wr = {0};

        if (!type || !wr_text_value(&wr, type, from->properties[i].value))
            error = -EDOM;
        else
            error = store_bag_set(ret_bag, code, wr.data, (uint32_t)wr.used);
        wr_done(&wr);
    }
    return error;
}

/* Where the file has dates of its own, they are the store's. */
static bool dates_of(const struct file_object *from, struct store_draft *draft)
{
    bool right = true;

    for (unsigned i = 0; i < from->properties_count && right; i++) {
        if (from->properties[i].code == MTP_OPC_DATE_CREATED)
            right = mtpr_date_parse(from->properties[i].value, &draft->created);
        else if (from->properties[i].code == MTP_OPC_DATE_MODIFIED)
            right = mtpr_date_parse(from->properties[i].value, &draft->modified);
    }
    return right;
}

static int load_references(struct player *player, const struct file_object *from,
                           struct store_object *object)
{
    uint32_t *handles = calloc(from->references_count + 1, sizeof(*handles));
    int error = handles ? 0 : -ENOMEM;

    for (unsigned i = 0; i < from->references_count && !error; i++) {
        const struct store_object *target =
            player_find_path(player, from->storage, from->references[i]);

        if (target)
            handles[i] = target->handle;
        else
            error = -ENOENT;
    }
    if (!error)
        error = store_set_references(player->store, object, handles, from->references_count);
    free(handles);
    return error;
}

static int load_object(struct player *player, const struct file_object *from)
{
    struct store_draft draft = {.volume = from->storage,
                                .protection = from->protection,
                                .created = store_now(player->store),
                                .modified = store_now(player->store)};
    struct store_bag *bag = NULL;
    struct store_object *object;
    int error = player_make_folders(player, from->storage, from->path, &draft.parent, &draft.name);

    if (error)
        return error;
    draft.format = from->format ? from->format : mtpr_format_of_name(draft.name);
    if (from->folder) {
        draft.format = MTP_FC_ASSOCIATION;
        draft.association = MTP_AT_GENERIC_FOLDER;
    }
    error = bag_of(&player->spec->config, from, draft.format, &bag);
    draft.bag = bag;
    if (!error && !dates_of(from, &draft))
        error = -EDOM;
    if (!error)
        error = content(player, from, &draft);
    if (!error)
        error = store_create(player->store, &draft, &object);
    if (!error && from->references_count)
        error = load_references(player, from, object);
    free(bag);
    return error;
}

/* ---- many objects from one entry */

struct series {
    struct file_object one;                  /* the n-th, its texts in `room` */
    struct file_object_property *properties; /* owned */
    char *room;                              /* owned; SPEC_SERIES_ROOM for path and each value */
    int width;                               /* of {n} and {f} */
};

static int series_at(struct series *series, const struct file_object *from, uint32_t n)
{
    uint32_t f = from->per_folder ? n / from->per_folder : 0;
    char *room = series->room;

    if (!spec_series_text(from->path, series->width, n, f, room))
        return -EINVAL;
    series->one.path = room;
    for (unsigned i = 0; i < from->properties_count; i++) {
        room += SPEC_SERIES_ROOM;
        if (!spec_series_text(from->properties[i].value, series->width, n, f, room))
            return -EDOM;
        series->properties[i].value = room;
    }
    series->one.seed = (from->seed ? from->seed : 1) + n;
    return 0;
}

static int load_series(struct player *player, const struct file_object *from)
{
    struct series series = {.one = *from};
    int error = store_may_hold(player->store, from->count * sizeof(struct store_object));

    if (error)
        return error;
    error = -ENOMEM;
    series.width = spec_series_width(from);
    series.room = malloc(SPEC_SERIES_ROOM * (size_t)(from->properties_count + 1));
    series.properties = calloc(from->properties_count + 1, sizeof(*series.properties));
    if (series.room && series.properties) {
        error = 0;
        if (from->properties_count)
            memcpy(series.properties, from->properties,
                   from->properties_count * sizeof(*series.properties));
        series.one.properties = series.properties;
    }
    for (uint32_t n = 0; n < from->count && !error; n++) {
        error = series_at(&series, from, n);
        if (!error)
            error = load_object(player, &series.one);
    }
    free(series.room);
    free(series.properties);
    return error;
}

static const char *reason(int error)
{
    switch (error) {
    case -EDOM:
        return "a property is not known or its value is not of its type";
    case -ENOENT:
        return "a reference names no object";
    case -EEXIST:
        return "the name stands twice";
    case -ENOSPC:
        return "does not fit the storage";
    case -EDQUOT:
        return "more than the memory a player may have (--memory MIB, 2048 if not said)";
    case -EINVAL:
        return "not a legal path";
    default:
        return strerror(-error);
    }
}

static void describe_failure(struct player_spec *spec, unsigned index, int result, char *error,
                             size_t error_size)
{
    char place[32];

    snprintf(place, sizeof(place), "objects[%u].path", index);
    snprintf(error, error_size, "%s:%u: %s: '%s': %s", spec->path, spec_line(spec, place), place,
             spec->file->objects[index].path, reason(result));
}

int player_preload(struct player *player, char *error, size_t error_size)
{
    const struct file_player *file = player->spec->file;
    bool present[32] = {false};
    int result = 0;

    /* Media that are out have content too. */
    for (size_t v = 0; v < store_volume_count(player->store); v++) {
        present[v] = store_volume_at(player->store, v)->present;
        store_set_present(player->store, v, true);
    }
    store_begin(player->store);
    for (unsigned i = 0; i < file->objects_count && !result; i++) {
        result = file->objects[i].count ? load_series(player, &file->objects[i])
                                        : load_object(player, &file->objects[i]);
        if (result)
            describe_failure(player->spec, i, result, error, error_size);
    }
    if (!result)
        result = store_commit(player->store);
    else
        (void)store_commit(player->store);
    for (size_t v = 0; v < store_volume_count(player->store); v++)
        store_set_present(player->store, v, present[v]);
    return result;
}
