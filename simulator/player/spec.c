#include "player/spec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp/value.h"
#include "mtp_codes.h"

unsigned player_spec_line(const struct player_spec *spec, const char *needle, unsigned nth)
{
    FILE *file = fopen(spec->path, "re");
    char line[1024];
    unsigned number = 0, found = 0;

    while (!found && file && fgets(line, sizeof line, file)) {
        const char *at = line;

        number++;
        while (!found && (at = strstr(at, needle))) {
            at++;
            found = nth-- == 0 ? number : 0;
        }
    }
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
    void **blocks = realloc(spec->blocks, (spec->block_count + 1) * sizeof *blocks);
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

/* ---- device properties */

static int encode(struct reporter *reporter, const struct file_property *from, unsigned index,
                  const char *text, struct mtpr_bytes *ret_bytes)
{
    struct wr wr = {0};
    uint8_t *copy;

    if (text ? !wr_text_value(&wr, from->type, text) : (wr_default(&wr, from->type), false)) {
        wr_done(&wr);
        (void)index;
        return player_spec_fault(reporter, text, 0, "'%s' is no value of property 0x%04x's type",
                                 text, from->code);
    }
    copy = player_spec_alloc(reporter->spec, wr.used, 1);
    if (copy && wr.used)
        memcpy(copy, wr.data, wr.used);
    *ret_bytes = (struct mtpr_bytes){copy, (uint32_t)wr.used};
    wr_done(&wr);
    return copy ? 0 : -ENOMEM;
}

static int encode_form(struct reporter *reporter, const struct file_property *from, unsigned index,
                       struct mtpr_device_property *to)
{
    struct mtpr_bytes *choices;
    unsigned i;
    int error = 0;

    if (from->range) {
        const char *texts[] = {from->range->minimum, from->range->maximum, from->range->step};

        if (mtpr_type_width(from->type) == 0 || mtpr_type_width(from->type) > 8 ||
            (from->type & MTP_DTC_ARRAY))
            return player_spec_fault(reporter, "range:", 0, "property 0x%04x cannot have a range",
                                     from->code);
        to->form = MTP_FORM_RANGE;
        for (i = 0; i < 3 && !error; i++)
            error = encode(reporter, from, index, texts[i], &to->choices[i]);
        return error;
    }
    if (from->choices_count == 0)
        return 0;
    choices = player_spec_alloc(reporter->spec, from->choices_count, sizeof *choices);
    if (!choices)
        return -ENOMEM;
    to->form = MTP_FORM_ENUMERATION;
    for (i = 0; i < from->choices_count && !error; i++)
        error = encode(reporter, from, index, from->choices[i], &choices[i]);
    to->enumeration = choices;
    to->enumeration_count = from->choices_count;
    return error;
}

static int encode_property(struct reporter *reporter, const struct file_property *from,
                           unsigned index, struct mtpr_device_property *to)
{
    int error;

    to->code = from->code;
    to->type = from->type;
    to->settable = from->settable;
    error = encode(reporter, from, index, from->value, &to->value);
    if (!error && from->current)
        error = encode(reporter, from, index, from->current, &to->current);
    return error ? error : encode_form(reporter, from, index, to);
}

/* What a music player offers when its file does not say (MTP-DEV-007). */
static struct file_range percent = {"0", "100", "1"};
static const struct file_property usual_properties[] = {
    {.code = MTP_DPC_BATTERY_LEVEL, .type = MTP_DTC_UINT8, .value = "80", .range = &percent},
    {.code = MTP_DPC_DATE_TIME, .type = MTP_DTC_STRING},
    {.code = MTP_DPC_SYNCHRONIZATION_PARTNER, .type = MTP_DTC_STRING, .settable = true},
    {.code = MTP_DPC_DEVICE_FRIENDLY_NAME, .type = MTP_DTC_STRING, .settable = true},
    {.code = MTP_DPC_VOLUME,
     .type = MTP_DTC_UINT8,
     .settable = true,
     .value = "50",
     .range = &percent},
    {.code = MTP_DPC_PERCEIVED_DEVICE_TYPE, .type = MTP_DTC_UINT32, .value = "2"},
};
#define USUAL (sizeof usual_properties / sizeof usual_properties[0])

static int fill_properties(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    size_t count = file->properties_count ? file->properties_count : USUAL, i;
    struct mtpr_device_property *properties = player_spec_alloc(spec, count, sizeof *properties);
    int error = properties ? 0 : -ENOMEM;
    char battery[8];

    for (i = 0; i < count && !error; i++) {
        struct file_property from =
            file->properties_count ? file->properties[i] : usual_properties[i];

        if (from.code == MTP_DPC_DEVICE_FRIENDLY_NAME && !from.value)
            from.value = file->usb.product_name;
        if (from.code == MTP_DPC_BATTERY_LEVEL && file->battery) {
            snprintf(battery, sizeof battery, "%u", file->battery);
            from.current = battery;
        }
        error = encode_property(reporter, &from, (unsigned)i, &properties[i]);
    }
    spec->config.properties = properties;
    spec->config.property_count = count;
    return error;
}

/* ---- DeviceInfo, formats, storages */

static int fill_formats(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    struct mtpr_format *formats;
    unsigned i, j;

    if (file->formats_count == 0)
        return 0;
    formats = player_spec_alloc(spec, file->formats_count, sizeof *formats);
    if (!formats)
        return -ENOMEM;
    for (i = 0; i < file->formats_count; i++) {
        const struct file_format *from = &file->formats[i];

        for (j = 0; j < from->properties_count; j++)
            if (!mtpr_object_property_type(from->properties[j]))
                return player_spec_fault(reporter, "formats:", 0,
                                         "object property 0x%04x is not known",
                                         from->properties[j]);
        formats[i] = (struct mtpr_format){
            from->code, {from->properties_count ? from->properties : NULL, from->properties_count}};
    }
    spec->config.formats = formats;
    spec->config.format_count = file->formats_count;
    return 0;
}

static const char *either(const char *text, const char *other)
{
    return text ? text : other ? other : "";
}

static int fill_device(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_device *device = &spec->file->device;
    struct mtpr_config *config = &spec->config;
    unsigned i;

    for (i = 0; i < device->operations_count; i++)
        if (!mtpr_operation_implemented(device->operations[i]))
            return player_spec_fault(reporter, "operations:", 0,
                                     "operation 0x%04x is not implemented", device->operations[i]);
    config->extensions = either(device->extensions, "microsoft.com: 1.0; papkit.org: 1.0;");
    config->manufacturer = either(device->manufacturer, spec->file->usb.manufacturer);
    config->model = either(device->model, spec->file->usb.product_name);
    config->version = either(device->version, "1.0");
    config->serial = either(device->serial, spec->file->usb.serial);
    config->functional_mode = device->functional_mode;
    config->operations = (struct mtpr_codes){device->operations, device->operations_count};
    config->events = (struct mtpr_codes){device->events, device->events_count};
    config->capture_formats =
        (struct mtpr_codes){device->capture_formats, device->capture_formats_count};
    return fill_formats(reporter);
}

static void fill_volume(const struct file_storage *from, unsigned index, struct store_volume *to)
{
    *to = (struct store_volume){
        /* Physical number in the high word, the one partition of its medium in the low. */
        .id = from->id ? from->id : (index + 1) << 16 | 1,
        .type =
            from->type ? from->type : (from->removable ? MTP_ST_REMOVABLE_RAM : MTP_ST_FIXED_RAM),
        .filesystem = from->filesystem ? from->filesystem : MTP_FST_GENERIC_HIERARCHICAL,
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
    unsigned count = file->storages_count ? file->storages_count : 1, i, j;

    spec->volumes = player_spec_alloc(spec, count, sizeof *spec->volumes);
    if (!spec->volumes)
        return -ENOMEM;
    spec->volume_count = count;
    if (count > 32)
        return player_spec_fault(reporter, "storages:", 0, "more than 32 storages");
    for (i = 0; i < count; i++) {
        fill_volume(file->storages_count ? &file->storages[i] : &usual, i, &spec->volumes[i]);
        if ((spec->volumes[i].id & 0xffff) == 0 || spec->volumes[i].id >> 16 == 0)
            return player_spec_fault(reporter, "id:", i,
                                     "storage id 0x%08x: both words must differ from 0",
                                     spec->volumes[i].id);
        for (j = 0; j < i; j++)
            if (spec->volumes[j].id == spec->volumes[i].id)
                return player_spec_fault(reporter, "id:", i, "storage id 0x%08x stands twice",
                                         spec->volumes[i].id);
    }
    return 0;
}

static int check_objects(struct reporter *reporter)
{
    const struct file_player *file = reporter->spec->file;
    unsigned i;

    for (i = 0; i < file->objects_count; i++)
        if (file->objects[i].storage >= reporter->spec->volume_count)
            return player_spec_fault(reporter, file->objects[i].path, 0, "there is no storage %u",
                                     file->objects[i].storage);
    return 0;
}

/* ---- life */

int player_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size)
{
    struct player_spec *spec = calloc(1, sizeof *spec);
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
        result = fill_properties(&reporter);
    if (!result)
        result = fill_volumes(&reporter);
    if (!result)
        result = check_objects(&reporter);
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
    size_t i;

    if (!spec)
        return;
    for (i = 0; i < spec->block_count; i++)
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
