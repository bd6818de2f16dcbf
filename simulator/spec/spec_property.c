/* Properties of a player file: the device's, and what formats there are with which properties. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/spec/spec_internal.h"
#include "spcore/base.h"

/* A property of the file's list of that name. */
struct source {
    const char *list;
    unsigned index;
    uint16_t code, type;
    const struct file_range *range;
    char *const *choices;
    unsigned choices_count;
};

/* A value as text in encoded form; `text` NULL, or no value: the type's default. Its place is `key`
 * of the source. */
static int encode(struct reporter *reporter, const struct source *source, const char *key,
                  const char *text, struct mtpr_bytes *ret_bytes)
{
    struct wr wr = {0};
    uint8_t *copy;

    if (text && !wr_text_value(&wr, source->type, text)) {
        (void)spec_fault(reporter, spec_at(reporter, "%s[%u].%s", source->list, source->index, key),
                         "'%.60s': expected a value of type %s", text,
                         file_type_name(source->type));
        wr_done(&wr);
        wr = (struct wr){0};
        text = NULL;
    }
    if (!text)
        wr_default(&wr, source->type);
    copy = spec_alloc(reporter->spec, wr.used, 1);
    if (copy && wr.used)
        memcpy(copy, wr.data, wr.used);
    *ret_bytes = (struct mtpr_bytes){copy, (uint32_t)wr.used};
    wr_done(&wr);
    return copy ? 0 : -ENOMEM;
}

/* ---- forms */

static int encode_range(struct reporter *reporter, const struct source *source,
                        struct mtpr_form *to)
{
    static const char *const keys[] = {"range.minimum", "range.maximum", "range.step"};
    const char *texts[] = {source->range->minimum, source->range->maximum, source->range->step};
    int error = 0;

    if (mtpr_type_width(source->type) == 0 || mtpr_type_width(source->type) > 8 ||
        (source->type & MTP_DTC_ARRAY))
        return spec_fault(reporter, spec_at(reporter, "%s[%u].range", source->list, source->index),
                          "property 0x%04x: expected a range of whole numbers of at most 64 bits",
                          source->code);
    to->form = MTP_FORM_RANGE;
    for (unsigned i = 0; i < ARRAY_SIZE(texts) && !error; i++)
        error = encode(reporter, source, keys[i], texts[i], &to->choices[i]);
    return error;
}

static int encode_form(struct reporter *reporter, const struct source *source, struct mtpr_form *to)
{
    struct mtpr_bytes *choices;
    int error = 0;

    if (source->range)
        return encode_range(reporter, source, to);
    if (source->choices_count == 0)
        return 0;
    choices = spec_alloc(reporter->spec, source->choices_count, sizeof(*choices));
    if (!choices)
        return -ENOMEM;
    to->form = MTP_FORM_ENUMERATION;
    for (unsigned i = 0; i < source->choices_count && !error; i++) {
        char key[24];

        snprintf(key, sizeof(key), "choices[%u]", i);
        error = encode(reporter, source, key, source->choices[i], &choices[i]);
    }
    to->enumeration = choices;
    to->enumeration_count = source->choices_count;
    return error;
}

/* ---- device properties */

static int encode_words(struct reporter *reporter, const struct source *source, const char *text,
                        struct mtpr_bytes *ret_bytes)
{
    struct wr wr = {0};
    uint8_t *copy;

    if (source->type != MTP_DTC_ARRAY_UINT16)
        return spec_fault(reporter, spec_at(reporter, "%s[%u].text", source->list, source->index),
                          "property 0x%04x: expected the type words, for a value as text",
                          source->code);
    wr_text_words(&wr, text);
    copy = spec_alloc(reporter->spec, wr.used, 1);
    if (copy && !wr.failed)
        memcpy(copy, wr.data, wr.used);
    *ret_bytes = (struct mtpr_bytes){copy, (uint32_t)wr.used};
    wr_done(&wr);
    return copy ? 0 : -ENOMEM;
}

static int encode_property(struct reporter *reporter, const struct file_property *from,
                           unsigned index, struct mtpr_device_property *to)
{
    const struct source source = {"properties",        index,       from->property.code,
                                  from->property.type, from->range, from->choices,
                                  from->choices_count};
    int error;

    *to = from->property;
    error = encode(reporter, &source, "default", from->value, &to->value);
    if (!error && from->current)
        error = encode(reporter, &source, "current", from->current, &to->current);
    if (!error && from->text)
        error = encode_words(reporter, &source, from->text, &to->current);
    return error ? error : encode_form(reporter, &source, &to->form);
}

/* What a music player offers when its file does not say (MTP-DEV-007). */
static struct file_range percent = {"0", "100", "1"};
static const struct file_property usual_properties[] = {
    {.property = {.code = MTP_DPC_BATTERY_LEVEL, .type = MTP_DTC_UINT8},
     .value = "80",
     .range = &percent},
    {.property = {.code = MTP_DPC_DATE_TIME, .type = MTP_DTC_STRING}},
    {.property = {.code = MTP_DPC_SYNCHRONIZATION_PARTNER,
                  .type = MTP_DTC_STRING,
                  .settable = true}},
    {.property = {.code = MTP_DPC_DEVICE_FRIENDLY_NAME, .type = MTP_DTC_STRING, .settable = true}},
    {.property = {.code = MTP_DPC_VOLUME, .type = MTP_DTC_UINT8, .settable = true},
     .value = "50",
     .range = &percent},
    {.property = {.code = MTP_DPC_PERCEIVED_DEVICE_TYPE, .type = MTP_DTC_UINT32}, .value = "2"},
};
#define USUAL (ARRAY_SIZE(usual_properties))

int spec_properties(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    bool own = file->properties_count || file->no_properties;
    size_t count = own ? file->properties_count : USUAL;
    struct mtpr_device_property *properties = spec_alloc(spec, count, sizeof(*properties));
    int error = properties ? 0 : -ENOMEM;
    char battery[8];

    for (unsigned i = 0; i < count && !error; i++) {
        struct file_property from = own ? file->properties[i] : usual_properties[i];

        if (from.property.code == MTP_DPC_DEVICE_FRIENDLY_NAME && !from.value && !from.current)
            from.value = spec->identity.product;
        if (from.property.code == MTP_DPC_BATTERY_LEVEL && file->battery) {
            snprintf(battery, sizeof(battery), "%u", *file->battery);
            from.current = battery;
        }
        error = encode_property(reporter, &from, i, &properties[i]);
    }
    spec->config.properties = properties;
    spec->config.property_count = count;
    return error;
}

/* ---- formats and their object properties */

/* A value the form allows, when the file gives none and 0 is not one of them. */
static void default_in_form(struct mtpr_own_property *own, uint16_t type)
{
    if (own->form.form == MTP_FORM_RANGE &&
        !mtpr_in_form(type, &own->form, own->value.data, own->value.length))
        own->value = own->form.choices[0];
    if (own->form.form == MTP_FORM_ENUMERATION && own->form.enumeration_count &&
        !mtpr_in_form(type, &own->form, own->value.data, own->value.length))
        own->value = own->form.enumeration[0];
}

static int describe(struct reporter *reporter, struct file_described *it, unsigned index)
{
    const struct source source = {"object-properties", index,     it->property.code,
                                  it->property.type,   it->range, it->choices,
                                  it->choices_count};
    struct mtpr_own_property *own = &it->own;
    int error = encode(reporter, &source, "default", it->value, &own->value);

    if (!error)
        error = encode_form(reporter, &source, &own->form);
    if (error)
        return error;
    if (!it->value)
        default_in_form(own, it->property.type);
    it->property.form = own->form.form;
    it->property.slow = own->group == 0xffffffffu;
    it->property.own = own;
    return 0;
}

/* The entry that names the format, else the one that names none, else the usual. */
static const struct mtpr_object_property *described(const struct file_player *file, uint16_t format,
                                                    uint16_t code)
{
    const struct mtpr_object_property *found = NULL;

    for (unsigned i = 0; i < file->object_properties_count; i++) {
        const struct file_described *it = &file->object_properties[i];

        if (it->property.code != code || it->combination)
            continue;
        for (unsigned j = 0; j < it->formats_count; j++) {
            if (it->formats[j] == format)
                return &it->property;
        }
        if (it->formats_count == 0)
            found = &it->property;
    }
    return found ? found : mtpr_usual_property(code);
}

static bool is_of_format(const struct file_described *it, uint16_t format)
{
    unsigned i = 0;

    while (i < it->formats_count && it->formats[i] != format)
        i++;
    return i < it->formats_count || !it->formats_count;
}

static int fill_dependents(struct reporter *reporter, struct mtpr_format *to)
{
    const struct file_player *file = reporter->spec->file;
    struct mtpr_dependent *dependents =
        spec_alloc(reporter->spec, file->object_properties_count, sizeof(*dependents));

    for (unsigned i = 0; dependents && i < file->object_properties_count; i++) {
        const struct file_described *it = &file->object_properties[i];

        if (it->combination && is_of_format(it, to->code))
            dependents[to->dependent_count++] =
                (struct mtpr_dependent){it->combination, &it->property};
    }
    to->dependents = dependents;
    return dependents ? 0 : -ENOMEM;
}

static int fill_format(struct reporter *reporter, unsigned index, struct mtpr_format *to)
{
    const struct file_player *file = reporter->spec->file;
    const struct file_format *from = &file->formats[index];
    struct mtpr_object_property *properties;

    to->code = from->code;
    if (fill_dependents(reporter, to))
        return -ENOMEM;
    if (from->properties_count == 0 && !from->no_properties)
        return 0;
    properties = spec_alloc(reporter->spec, from->properties_count, sizeof(*properties));
    if (!properties)
        return -ENOMEM;
    to->properties = properties;
    for (unsigned i = 0; i < from->properties_count; i++) {
        const struct mtpr_object_property *it = described(file, from->code, from->properties[i]);

        if (it)
            properties[to->property_count++] = *it;
        else
            (void)spec_fault(reporter, spec_at(reporter, "formats[%u].properties[%u]", index, i),
                             "0x%04x: expected an object property that is known, or described in "
                             "object-properties",
                             from->properties[i]);
    }
    return 0;
}

int spec_formats(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    struct file_player *file = spec->file;
    struct mtpr_format *formats = spec_alloc(spec, file->formats_count, sizeof(*formats));
    int error = formats ? 0 : -ENOMEM;

    for (unsigned i = 0; i < file->object_properties_count && !error; i++)
        error = describe(reporter, &file->object_properties[i], i);
    for (unsigned i = 0; i < file->formats_count && !error; i++)
        error = fill_format(reporter, i, &formats[i]);
    if (file->formats_count == 0 && !file->no_formats)
        return error;
    spec->config.formats = formats;
    spec->config.format_count = file->formats_count;
    return error;
}
