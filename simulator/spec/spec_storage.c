/* The storages of a player file, and whether the objects fit them. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/spec/spec_internal.h"

static uint64_t plus(uint64_t one, uint64_t other)
{
    return one < UINT64_MAX - other ? one + other : UINT64_MAX;
}

static uint64_t times(uint64_t one, uint64_t other)
{
    uint64_t product;

    return __builtin_mul_overflow(one, other, &product) ? UINT64_MAX : product;
}

static uint32_t count_of(const struct file_object *object)
{
    return object->count ? object->count : 1;
}

/* Of all that an entry makes. */
static uint64_t size_of(const struct file_object *object)
{
    return times(object->text ? strlen(object->text) : object->size, count_of(object));
}

/* What the objects of the file take of a storage. */
static void preloaded(const struct file_player *file, unsigned storage, uint64_t *ret_size,
                      uint64_t *ret_objects)
{
    *ret_size = *ret_objects = 0;
    for (unsigned i = 0; i < file->objects_count; i++) {
        const struct file_object *object = &file->objects[i];

        if (object->storage != storage)
            continue;
        *ret_size = plus(*ret_size, size_of(object));
        *ret_objects += count_of(object);
    }
}

static void fill_room(const struct file_player *file, const struct file_storage *from,
                      unsigned index, struct store_volume *to)
{
    uint64_t size, objects;

    preloaded(file, index, &size, &objects);
    if (from->free) {
        to->has_room = true;
        to->room = plus(*from->free, size);
        /* A size that is no disk's is a slip: the capacity finds it. */
        if (size > to->capacity)
            to->room = to->capacity;
    }
    if (from->free_objects && *from->free_objects == 0)
        to->says_no_objects = true;
    else if (from->free_objects && *from->free_objects != 0xffffffffu)
        to->most_objects = *from->free_objects + objects;
}

static uint16_t said(uint16_t code, uint16_t usual)
{
    return code == FILE_UNDEFINED ? 0 : code ? code : usual;
}

static void fill_volume(const struct file_storage *from, unsigned index, struct store_volume *to)
{
    *to = from->volume;
    /* Physical number in the high word, the one partition of its medium in the low. */
    if (!to->id)
        to->id = (index + 1) << 16 | 1;
    to->type = said(to->type, to->removable ? MTP_ST_REMOVABLE_RAM : MTP_ST_FIXED_RAM);
    to->filesystem = said(to->filesystem, MTP_FST_GENERIC_HIERARCHICAL);
    to->present = !from->absent;
}

/* What its other keys say against it; real players do say that more is free than they hold. */
static void check_volume(struct reporter *reporter, unsigned index)
{
    const struct file_storage *it = &reporter->spec->file->storages[index];

    if (it->absent && !it->volume.removable)
        (void)spec_fault(reporter, spec_at(reporter, "storages[%u].absent", index),
                         "expected with a medium that is removable only");
}

static int check_id(struct reporter *reporter, unsigned index)
{
    const struct store_volume *volumes = reporter->spec->volumes;
    uint32_t id = volumes[index].id;

    /* Physical number 0 is against the rules and on real players; partition 0 has no medium. */
    if ((id & 0xffff) == 0)
        return spec_fault(reporter, spec_at(reporter, "storages[%u].id", index),
                          "0x%08x: expected a low word that is not 0", id);
    for (unsigned i = 0; i < index; i++) {
        if (volumes[i].id == id)
            return spec_fault(reporter, spec_at(reporter, "storages[%u].id", index),
                              "0x%08x stands twice: expected another one", id);
    }
    return 0;
}

static int fill_volumes(struct reporter *reporter)
{
    static const struct file_storage usual = {
        .volume = {.capacity = (uint64_t)4 << 30, .description = "Internal storage"}};
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    unsigned count = file->storages_count || file->no_storages ? file->storages_count : 1;
    int error = 0;

    spec->volumes = spec_alloc(spec, count, sizeof(*spec->volumes));
    if (!spec->volumes)
        return -ENOMEM;
    spec->volume_count = count;
    for (unsigned i = 0; i < count && !error; i++) {
        fill_volume(file->storages_count ? &file->storages[i] : &usual, i, &spec->volumes[i]);
        if (file->storages_count) {
            check_volume(reporter, i);
            fill_room(file, &file->storages[i], i, &spec->volumes[i]);
        }
        error = check_id(reporter, i);
    }
    return error;
}

/* `used`: bytes by storage of the objects before this one. */
static void check_room(struct reporter *reporter, unsigned index, uint64_t used[])
{
    const struct file_object *object = &reporter->spec->file->objects[index];
    uint64_t size = size_of(object), room;
    const struct store_volume *volume;

    if (object->storage >= reporter->spec->volume_count) {
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].storage", index),
                         "%u: expected one of the %zu storages, from 0", object->storage,
                         reporter->spec->volume_count);
        return;
    }
    volume = &reporter->spec->volumes[object->storage];
    room = (volume->has_room ? volume->room : volume->capacity) - used[object->storage];
    if (size > room)
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].size", index),
                         "object '%.200s': %" PRIu64 " bytes%s do not fit storage %u, which has "
                         "room for %" PRIu64,
                         object->path, size, object->count ? " in all" : "", object->storage, room);
    else
        used[object->storage] += size;
}

int spec_storages(struct reporter *reporter)
{
    uint64_t used[FILE_STORAGES_MAX] = {0};
    int error = fill_volumes(reporter);

    for (unsigned i = 0; i < reporter->spec->file->objects_count && !error; i++)
        check_room(reporter, i, used);
    return error;
}
