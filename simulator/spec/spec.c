/* From what libcyaml read to what a player is: defaults, and what a file may not say. */
#include "simulator/spec/spec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/spec/marks.h"
#include "simulator/spec/spec_internal.h"
#include "spcore/base.h"

#define STORAGES_MAX 32u
/* More is a device or a slip. */
#define TEXT_LEAST ((size_t)16 << 10)
#define TEXT_MOST (TEXT_LEAST << 10)

unsigned spec_line(const struct player_spec *spec, const char *place)
{
    struct marks *marks = marks_new(spec->text, spec->text_size);
    unsigned line = marks ? marks_line(marks, place) : 1;

    marks_free(marks);
    return line;
}

const char *spec_at(struct reporter *reporter, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reporter->place, sizeof(reporter->place), format, arguments);
    va_end(arguments);
    return reporter->place;
}

int spec_fault(struct reporter *reporter, const char *place, const char *format, ...)
{
    int used = snprintf(reporter->error, reporter->size, "%s:%u: ", reporter->spec->path,
                        spec_line(reporter->spec, place));
    va_list arguments;

    va_start(arguments, format);
    if (used >= 0 && (size_t)used < reporter->size)
        vsnprintf(reporter->error + used, reporter->size - (size_t)used, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

void *spec_alloc(struct player_spec *spec, size_t count, size_t size)
{
    void **blocks = realloc(spec->blocks, (spec->block_count + 1) * sizeof(*blocks));
    void *block = calloc(count ? count : 1, size);

    if (blocks)
        spec->blocks = blocks;
    if (!blocks || !block) {
        free(block);
        return NULL;
    }
    blocks[spec->block_count++] = block;
    return block;
}

/* ---- DeviceInfo, storages */

static const char *either(const char *text, const char *other)
{
    return text ? text : other ? other : "";
}

/* A real player lists more than this responder does: refused when asked for, and said here. */
static bool announced_only(const struct file_device *device, uint16_t code)
{
    for (size_t i = 0; i < device->only_announced_count; i++) {
        if (device->only_announced[i] == code)
            return true;
    }
    return false;
}

static int fill_device(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_device *device = &spec->file->device;
    struct mtpr_config *config = &spec->config;
    static const uint16_t no_code = 0;

    *config = device->config;
    for (unsigned i = 0; i < config->operations.count; i++) {
        if (!mtpr_operation_implemented(config->operations.codes[i]) &&
            !announced_only(device, config->operations.codes[i]))
            return spec_fault(reporter, spec_at(reporter, "device.operations[%u]", i),
                              "operation 0x%04x is not implemented (only-announced lists those)",
                              config->operations.codes[i]);
    }
    if (config->operations.count > MTPR_LIST_MAX)
        return spec_fault(reporter, "device.operations", "more than %u operations",
                          (unsigned)MTPR_LIST_MAX);
    config->extensions = either(config->extensions, "microsoft.com: 1.0; papkit.org: 1.0;");
    config->manufacturer = either(config->manufacturer, spec->identity.manufacturer);
    config->model = either(config->model, spec->identity.product);
    config->version = either(config->version, "1.0");
    config->serial = either(config->serial, spec->identity.serial);
    config->extension_id = device->extension_id ? *device->extension_id : 6;
    if (device->no_events)
        config->events = (struct mtpr_codes){&no_code, 0};
    return spec_formats(reporter);
}

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

static uint64_t size_of(const struct file_object *object)
{
    return object->text ? strlen(object->text) : object->size;
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
        *ret_size = plus(*ret_size, times(size_of(object), count_of(object)));
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

static int check_id(struct reporter *reporter, unsigned index)
{
    const struct store_volume *volumes = reporter->spec->volumes;
    uint32_t id = volumes[index].id;

    /* Physical number 0 is against the rules and on real players; partition 0 has no medium. */
    if ((id & 0xffff) == 0)
        return spec_fault(reporter, spec_at(reporter, "storages[%u].id", index),
                          "storage id 0x%08x: the low word is 0", id);
    for (unsigned i = 0; i < index; i++) {
        if (volumes[i].id == id)
            return spec_fault(reporter, spec_at(reporter, "storages[%u].id", index),
                              "storage id 0x%08x stands twice", id);
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
    if (count > STORAGES_MAX)
        return spec_fault(reporter, "storages", "more than %u storages", STORAGES_MAX);
    for (unsigned i = 0; i < count && !error; i++) {
        fill_volume(file->storages_count ? &file->storages[i] : &usual, i, &spec->volumes[i]);
        if (file->storages_count)
            fill_room(file, &file->storages[i], i, &spec->volumes[i]);
        error = check_id(reporter, i);
    }
    return error;
}

/* `used`: bytes by storage of the objects before this one. */
static int check_object(struct reporter *reporter, unsigned index, uint64_t used[])
{
    const struct file_object *object = &reporter->spec->file->objects[index];
    uint64_t size = times(size_of(object), count_of(object)), room;
    const struct store_volume *volume;

    if (object->storage >= reporter->spec->volume_count)
        return spec_fault(reporter, spec_at(reporter, "objects[%u].storage", index),
                          "there is no storage %u", object->storage);
    volume = &reporter->spec->volumes[object->storage];
    room = (volume->has_room ? volume->room : volume->capacity) - used[object->storage];
    if (size > room)
        return spec_fault(reporter, spec_at(reporter, "objects[%u].size", index),
                          "object '%s': %" PRIu64 " bytes%s do not fit storage %u, which has room "
                          "for %" PRIu64,
                          object->path, size, object->count ? " in all" : "", object->storage,
                          room);
    used[object->storage] += size;
    return 0;
}

static int check_objects(struct reporter *reporter)
{
    uint64_t used[STORAGES_MAX] = {0};
    int error = 0;

    for (unsigned i = 0; i < reporter->spec->file->objects_count && !error; i++)
        error = check_object(reporter, i, used);
    return error;
}

static int fill_quirks(struct reporter *reporter)
{
    const struct file_player *file = reporter->spec->file;

    for (unsigned i = 0; i < file->quirks_count; i++) {
        int which = defect_find(file->quirks[i]);

        if (which < 0 || defect_texts[which].quirk == 0)
            return spec_fault(reporter, spec_at(reporter, "quirks[%u]", i),
                              "%s: no such quirk (docs/quirks.md)", file->quirks[i]);
        defect_switch(&reporter->spec->quirks, (unsigned)which, true);
    }
    return 0;
}

/* ---- life */

/* Room for more of the text. */
static int grow_text(struct player_spec *spec, size_t *room)
{
    char *bigger;

    if (*room == TEXT_MOST)
        return -EFBIG;
    *room = *room ? *room * 2 : TEXT_LEAST;
    bigger = realloc(spec->text, *room);
    if (!bigger)
        return -ENOMEM;
    spec->text = bigger;
    return 0;
}

/* The whole text, in memory: what is wrong with a value is found out after it was parsed. */
static int read_text(struct player_spec *spec)
{
    FILE *file = fopen(spec->path, "re");
    size_t room = 0, got = 1;
    int error = 0;

    if (!file)
        return -errno;
    while (got && !error) {
        if (spec->text_size == room)
            error = grow_text(spec, &room);
        got = error ? 0 : fread(spec->text + spec->text_size, 1, room - spec->text_size, file);
        spec->text_size += got;
    }
    if (!error && ferror(file))
        error = -errno;
    fclose(file);
    return error;
}

int spec_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size)
{
    static int (*const steps[])(struct reporter * reporter) = {
        spec_identity, fill_device, spec_properties, fill_volumes, check_objects, fill_quirks};
    struct player_spec *spec = calloc(1, sizeof(*spec));
    struct reporter reporter = {.spec = spec, .error = error, .size = error_size};
    int result;

    error[0] = '\0';
    if (!spec)
        return -ENOMEM;
    spec->path = strdup(path);
    result = spec->path ? read_text(spec) : -ENOMEM;
    if (result == -EFBIG)
        snprintf(error, error_size, "%s: expected a player file of at most %zu MiB", path,
                 TEXT_MOST >> 20);
    if (!result)
        result =
            file_player_load(path, spec->text, spec->text_size, &spec->file, error, error_size);
    for (size_t i = 0; i < ARRAY_SIZE(steps) && !result; i++)
        result = steps[i](&reporter);
    if (result) {
        if (!error[0])
            snprintf(error, error_size, "%s: %s", path, strerror(-result));
        spec_free(spec);
        return result;
    }
    *ret_spec = spec;
    return 0;
}

void spec_free(struct player_spec *spec)
{
    if (!spec)
        return;
    for (size_t i = 0; i < spec->block_count; i++)
        free(spec->blocks[i]);
    free(spec->blocks);
    file_player_free(spec->file);
    free(spec->text);
    free(spec->path);
    free(spec);
}
