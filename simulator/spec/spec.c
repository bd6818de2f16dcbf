/* From what libcyaml read to what a player is: defaults, and what a file may not say. */
#include "simulator/spec/spec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/spec/marks.h"
#include "simulator/spec/shape.h"
#include "simulator/spec/spec_internal.h"
#include "spcore/base.h"

/* More is a device or a slip. */
#define TEXT_LEAST ((size_t)16 << 10)
#define TEXT_MOST (TEXT_LEAST << 10)

unsigned spec_line(struct player_spec *spec, const char *place)
{
    if (!spec->marks)
        spec->marks = marks_new(spec->text, spec->text_size);
    return spec->marks ? marks_line(spec->marks, place) : 1;
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
    char what[512];
    va_list arguments;

    if (faults_is_void(reporter->faults, place))
        return 0;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    faults_add(reporter->faults, spec_line(reporter->spec, place), "%s: %s", place, what);
    return 0;
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

/* ---- DeviceInfo, quirks */

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
            (void)spec_fault(reporter, spec_at(reporter, "device.operations[%u]", i),
                             "0x%04x: expected an operation that is implemented, or listed in "
                             "only-announced, too",
                             config->operations.codes[i]);
    }
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

static int fill_quirks(struct reporter *reporter)
{
    const struct file_player *file = reporter->spec->file;

    for (unsigned i = 0; i < file->quirks_count; i++) {
        int which = defect_find(file->quirks[i]);

        if (which < 0 || defect_texts[which].quirk == 0)
            (void)spec_fault(reporter, spec_at(reporter, "quirks[%u]", i),
                             "'%s': no such quirk: expected one of docs/quirks.md",
                             file->quirks[i]);
        else
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

/* What the file says, without what is at fault in it. */
static int load_shape(struct player_spec *spec, struct faults *faults)
{
    size_t size;
    char *text;
    int error = shape_check(spec->text, spec->text_size, faults, &text, &size);

    if (!error && text)
        error = file_player_load(text, size, &spec->file);
    else if (!error)
        error = file_player_load(spec->text, spec->text_size, &spec->file);
    free(text);
    if (error == -EINVAL && !faults->count)
        faults_add(faults, 1, "expected a player file (libcyaml does not take it)");
    return error;
}

/* All faults, and the specification with what is left. 0: it is whole, -EINVAL: faults were found,
 * or another -errno. */
static int load(const char *path, struct player_spec *spec, struct faults *faults)
{
    static int (*const steps[])(struct reporter * reporter) = {
        spec_identity, fill_device, spec_properties, spec_storages, spec_objects, fill_quirks};
    struct reporter reporter = {.spec = spec, .faults = faults};
    int result;

    spec->path = strdup(path);
    result = spec->path ? read_text(spec) : -ENOMEM;
    if (result == -EFBIG)
        faults_add(faults, 0, "expected a player file of at most %zu MiB", TEXT_MOST >> 20);
    else if (result)
        faults_add(faults, 0, "%s", strerror(-result));
    if (!result)
        result = load_shape(spec, faults);
    for (size_t i = 0; i < ARRAY_SIZE(steps) && !result; i++)
        result = steps[i](&reporter);
    faults_sort(faults);
    return result ? result : faults->count ? -EINVAL : 0;
}

int spec_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size)
{
    struct player_spec *spec = calloc(1, sizeof(*spec));
    struct faults faults = {.path = path};
    int result = spec ? load(path, spec, &faults) : -ENOMEM;

    if (result) {
        if (faults.kept)
            snprintf(error, error_size, "%s", faults.at[0].text);
        else
            snprintf(error, error_size, "%s: %s", path, strerror(-result));
        spec_free(spec);
    } else {
        *ret_spec = spec;
    }
    faults_done(&faults);
    return result;
}

int spec_check(const char *path, struct faults *faults)
{
    struct player_spec *spec = calloc(1, sizeof(*spec));
    int result;

    faults->path = path;
    result = spec ? load(path, spec, faults) : -ENOMEM;
    spec_free(spec);
    return result == -ENOMEM ? -ENOMEM : 0;
}

void spec_free(struct player_spec *spec)
{
    if (!spec)
        return;
    for (size_t i = 0; i < spec->block_count; i++)
        free(spec->blocks[i]);
    free(spec->blocks);
    file_player_free(spec->file);
    marks_free(spec->marks);
    free(spec->text);
    free(spec->path);
    free(spec);
}
