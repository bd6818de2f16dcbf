#include "simulator/spec/spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/spec/spec_internal.h"

unsigned player_spec_line(const struct player_spec *spec, const char *needle, unsigned nth)
{
    FILE *file = fopen(spec->path, "re");
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0, found = 0;

    while (!found && file && getline(&line, &room, file) >= 0) {
        const char *at = line;

        number++;
        while (!found && (at = strstr(at, needle))) {
            at++;
            found = nth-- == 0 ? number : 0;
        }
    }
    free(line);
    if (file)
        fclose(file);
    return found ? found : 1;
}

int player_spec_fault(struct reporter *reporter, const char *needle, unsigned nth,
                      const char *format, ...)
{
    unsigned line = player_spec_line(reporter->spec, needle, nth);
    int used = snprintf(reporter->error, reporter->size, "%s:%u: ", reporter->spec->path, line);
    va_list arguments;

    va_start(arguments, format);
    if (used >= 0 && (size_t)used < reporter->size)
        vsnprintf(reporter->error + used, reporter->size - (size_t)used, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

void *player_spec_alloc(struct player_spec *spec, size_t count, size_t size)
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
    for (unsigned i = 0; i < device->only_announced_count; i++) {
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

    for (unsigned i = 0; i < device->operations_count; i++) {
        if (!mtpr_operation_implemented(device->operations[i]) &&
            !announced_only(device, device->operations[i]))
            return player_spec_fault(
                reporter, "operations:", 0,
                "operation 0x%04x is not implemented (only-announced lists those)",
                device->operations[i]);
    }
    if (device->operations_count > MTPR_LIST_MAX)
        return player_spec_fault(reporter, "operations:", 0, "more than %u operations",
                                 (unsigned)MTPR_LIST_MAX);
    config->extensions = either(device->extensions, "microsoft.com: 1.0; papkit.org: 1.0;");
    config->manufacturer = either(device->manufacturer, spec->file->usb.manufacturer);
    config->model = either(device->model, spec->file->usb.product_name);
    config->version = either(device->version, "1.0");
    config->serial = either(device->serial, spec->file->usb.serial);
    config->extension_id = device->extension_id ? *device->extension_id : 6;
    config->functional_mode = device->functional_mode;
    config->operations = (struct mtpr_codes){device->operations, device->operations_count};
    config->events = (struct mtpr_codes){device->no_events ? &no_code : device->events,
                                         device->no_events ? 0 : device->events_count};
    config->capture_formats =
        (struct mtpr_codes){device->capture_formats, device->capture_formats_count};
    return spec_formats(reporter);
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
        *ret_size += object->text ? strlen(object->text) : object->size;
        *ret_objects += 1;
    }
}

static void fill_room(const struct file_player *file, const struct file_storage *from,
                      unsigned index, struct store_volume *to)
{
    uint64_t size, objects;

    preloaded(file, index, &size, &objects);
    if (from->free) {
        to->has_room = true;
        to->room = *from->free + size;
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
    *to = (struct store_volume){
        /* Physical number in the high word, the one partition of its medium in the low. */
        .id = from->id ? from->id : (index + 1) << 16 | 1,
        .type = said(from->type, from->removable ? MTP_ST_REMOVABLE_RAM : MTP_ST_FIXED_RAM),
        .filesystem = said(from->filesystem, MTP_FST_GENERIC_HIERARCHICAL),
        .access = from->access,
        .capacity = from->capacity,
        .max_object_size = from->max_object_size,
        .description = from->description,
        .label = from->volume,
        .removable = from->removable,
        .present = !from->absent,
        .keep_both = from->duplicates == FILE_KEEP_BOTH,
    };
}

static int fill_volumes(struct reporter *reporter)
{
    static const struct file_storage usual = {.capacity = (uint64_t)4 << 30,
                                              .description = "Internal storage"};
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    unsigned count = file->storages_count || file->no_storages ? file->storages_count : 1;

    spec->volumes = player_spec_alloc(spec, count, sizeof(*spec->volumes));
    if (!spec->volumes)
        return -ENOMEM;
    spec->volume_count = count;
    if (count > 32)
        return player_spec_fault(reporter, "storages:", 0, "more than 32 storages");
    for (unsigned i = 0; i < count; i++) {
        fill_volume(file->storages_count ? &file->storages[i] : &usual, i, &spec->volumes[i]);
        if (file->storages_count)
            fill_room(file, &file->storages[i], i, &spec->volumes[i]);
        /* Physical number 0 is against the rules and on real players; partition 0 has no medium. */
        if ((spec->volumes[i].id & 0xffff) == 0)
            return player_spec_fault(reporter, "id:", i, "storage id 0x%08x: the low word is 0",
                                     spec->volumes[i].id);
        for (unsigned j = 0; j < i; j++) {
            if (spec->volumes[j].id == spec->volumes[i].id)
                return player_spec_fault(reporter, "id:", i, "storage id 0x%08x stands twice",
                                         spec->volumes[i].id);
        }
    }
    return 0;
}

static int check_objects(struct reporter *reporter)
{
    const struct file_player *file = reporter->spec->file;

    for (unsigned i = 0; i < file->objects_count; i++) {
        if (file->objects[i].storage >= reporter->spec->volume_count)
            return player_spec_fault(reporter, file->objects[i].path, 0, "there is no storage %u",
                                     file->objects[i].storage);
    }
    return 0;
}

static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    const char *at = line;

    while (length && (at = strstr(at, word)) != NULL) {
        bool begins = at == line || (!isalnum((unsigned char)at[-1]) && at[-1] != '-');
        bool ends = !isalnum((unsigned char)at[length]) && at[length] != '-';

        if (begins && ends)
            return true;
        at++;
    }
    return false;
}

/* The line that names it below `quirks:`; names are words that may stand elsewhere as well. */
static unsigned quirk_line(const struct player_spec *spec, const char *name)
{
    FILE *file = fopen(spec->path, "re");
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0, list = 0, found = 0;

    while (!found && file && getline(&line, &room, file) >= 0) {
        number++;
        if (strncmp(line, "quirks:", 7) == 0)
            list = number;
        if (list && has_word(line, name))
            found = number;
    }
    free(line);
    if (file)
        fclose(file);
    return found ? found : list ? list : 1;
}

static int fill_quirks(struct reporter *reporter)
{
    const struct file_player *file = reporter->spec->file;

    for (unsigned i = 0; i < file->quirks_count; i++) {
        int which = defect_find(file->quirks[i]);

        if (which < 0 || defect_texts[which].quirk == 0) {
            snprintf(reporter->error, reporter->size, "%s:%u: %s: no such quirk (docs/quirks.md)",
                     reporter->spec->path, quirk_line(reporter->spec, file->quirks[i]),
                     file->quirks[i]);
            return -EINVAL;
        }
        defect_switch(&reporter->spec->quirks, (unsigned)which, true);
    }
    return 0;
}

/* ---- life */

int player_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size)
{
    struct player_spec *spec = calloc(1, sizeof(*spec));
    struct reporter reporter = {spec, error, error_size};
    int result;

    if (!spec)
        return -ENOMEM;
    error[0] = '\0';
    spec->path = strdup(path);
    result = spec->path ? file_player_load(path, &spec->file, error, error_size) : -ENOMEM;
    if (!result)
        result = player_spec_identity_fill(&reporter);
    if (!result)
        result = fill_device(&reporter);
    if (!result)
        result = spec_properties(&reporter);
    if (!result)
        result = fill_volumes(&reporter);
    if (!result)
        result = check_objects(&reporter);
    if (!result)
        result = fill_quirks(&reporter);
    if (result) {
        if (!error[0])
            snprintf(error, error_size, "%s: %s", path, strerror(-result));
        player_spec_free(spec);
        return result;
    }
    *ret_spec = spec;
    return 0;
}

void player_spec_free(struct player_spec *spec)
{
    if (!spec)
        return;
    for (size_t i = 0; i < spec->block_count; i++)
        free(spec->blocks[i]);
    free(spec->blocks);
    file_player_free(spec->file);
    free(spec->path);
    free(spec);
}

const char *player_spec_name(const struct player_spec *spec)
{
    return spec->file->name;
}

const char *player_spec_description(const struct player_spec *spec)
{
    return spec->file->description ? spec->file->description : "";
}

const struct usb_identity *player_spec_identity(const struct player_spec *spec)
{
    return &spec->identity;
}
