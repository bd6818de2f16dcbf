/* Properties of a player file: the device's, and what formats there are with which properties. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/spec/spec_internal.h"
#include "spcore/base.h"

int spec_encode(struct reporter *reporter, uint16_t code, uint16_t type, const char *text,
                struct mtpr_bytes *ret_bytes)
{
    struct wr wr = {0};
    uint8_t *copy;

    if (text ? !wr_text_value(&wr, type, text) : (wr_default(&wr, type), false)) {
        wr_done(&wr);
        return player_spec_fault(reporter, text, 0, "'%s' is no value of property 0x%04x's type",
                                 text, code);
    }
    copy = player_spec_alloc(reporter->spec, wr.used, 1);
    if (copy && wr.used)
        memcpy(copy, wr.data, wr.used);
    *ret_bytes = (struct mtpr_bytes){copy, (uint32_t)wr.used};
    wr_done(&wr);
    return copy ? 0 : -ENOMEM;
}

/* ---- forms */

struct form_source {
    uint16_t code, type;
    const struct file_range *range;
    char *const *choices;
    unsigned choices_count;
};

static int encode_range(struct reporter *reporter, const struct form_source *from,
                        struct mtpr_form *to)
{
    const char *texts[] = {from->range->minimum, from->range->maximum, from->range->step};
    int error = 0;

    if (mtpr_type_width(from->type) == 0 || mtpr_type_width(from->type) > 8 ||
        (from->type & MTP_DTC_ARRAY))
        return player_spec_fault(reporter, "range:", 0, "property 0x%04x cannot have a range",
                                 from->code);
    to->form = MTP_FORM_RANGE;
    for (unsigned i = 0; i < 3 && !error; i++)
        error = spec_encode(reporter, from->code, from->type, texts[i], &to->choices[i]);
    return error;
}

static int encode_form(struct reporter *reporter, const struct form_source *from,
                       struct mtpr_form *to)
{
    struct mtpr_bytes *choices;
    int error = 0;

    if (from->range)
        return encode_range(reporter, from, to);
    if (from->choices_count == 0)
        return 0;
    choices = player_spec_alloc(reporter->spec, from->choices_count, sizeof(*choices));
    if (!choices)
        return -ENOMEM;
    to->form = MTP_FORM_ENUMERATION;
    for (unsigned i = 0; i < from->choices_count && !error; i++)
        error = spec_encode(reporter, from->code, from->type, from->choices[i], &choices[i]);
    to->enumeration = choices;
    to->enumeration_count = from->choices_count;
    return error;
}

/* ---- device properties */

static int encode_words(struct reporter *reporter, const struct file_property *from,
                        struct mtpr_bytes *ret_bytes)
{
    struct wr wr = {0};
    uint8_t *copy;

    if (from->type != MTP_DTC_ARRAY_UINT16)
        return player_spec_fault(reporter, "text:", 0, "property 0x%04x: only words can be text",
                                 from->code);
    wr_text_words(&wr, from->text);
    copy = player_spec_alloc(reporter->spec, wr.used, 1);
    if (copy && !wr.failed)
        memcpy(copy, wr.data, wr.used);
    *ret_bytes = (struct mtpr_bytes){copy, (uint32_t)wr.used};
    wr_done(&wr);
    return copy ? 0 : -ENOMEM;
}

static int encode_property(struct reporter *reporter, const struct file_property *from,
                           struct mtpr_device_property *to)
{
    const struct form_source form = {from->code, from->type, from->range, from->choices,
                                     from->choices_count};
    int error;

    to->code = from->code;
    to->type = from->type;
    to->settable = from->settable;
    error = spec_encode(reporter, from->code, from->type, from->value, &to->value);
    if (!error && from->current)
        error = spec_encode(reporter, from->code, from->type, from->current, &to->current);
    if (!error && from->text)
        error = encode_words(reporter, from, &to->current);
    return error ? error : encode_form(reporter, &form, &to->form);
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
#define USUAL (ARRAY_SIZE(usual_properties))

int spec_properties(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    bool own = file->properties_count || file->no_properties;
    size_t count = own ? file->properties_count : USUAL;
    struct mtpr_device_property *properties = player_spec_alloc(spec, count, sizeof(*properties));
    int error = properties ? 0 : -ENOMEM;
    char battery[8];

    for (size_t i = 0; i < count && !error; i++) {
        struct file_property from = own ? file->properties[i] : usual_properties[i];

        if (from.code == MTP_DPC_DEVICE_FRIENDLY_NAME && !from.value && !from.current)
            from.value = file->usb.product_name;
        if (from.code == MTP_DPC_BATTERY_LEVEL && file->battery) {
            snprintf(battery, sizeof(battery), "%u", file->battery);
            from.current = battery;
        }
        error = encode_property(reporter, &from, &properties[i]);
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

static int describe(struct reporter *reporter, const struct file_described *from,
                    struct mtpr_object_property *to)
{
    const struct form_source form = {from->code, from->type, from->range, from->choices,
                                     from->choices_count};
    struct mtpr_own_property *own = player_spec_alloc(reporter->spec, 1, sizeof(*own));
    int error = own ? 0 : -ENOMEM;

    if (error)
        return error;
    own->group = from->group;
    own->form.form = from->form;
    own->form.expression = from->expression;
    own->form.length = from->length;
    error = spec_encode(reporter, from->code, from->type, from->value, &own->value);
    if (!error)
        error = encode_form(reporter, &form, &own->form);
    if (error)
        return error;
    if (!from->value)
        default_in_form(own, from->type);
    *to = (struct mtpr_object_property){.code = from->code,
                                        .type = from->type,
                                        .settable = from->settable,
                                        .form = own->form.form,
                                        .slow = from->group == 0xffffffffu,
                                        .own = own};
    return 0;
}

/* The entry that names the format, else the one that names none, else the usual. */
static const struct mtpr_object_property *described(const struct file_player *file,
                                                    const struct mtpr_object_property *all,
                                                    uint16_t format, uint16_t code)
{
    const struct mtpr_object_property *found = NULL;

    for (unsigned i = 0; i < file->object_properties_count; i++) {
        const struct file_described *from = &file->object_properties[i];

        if (from->code != code)
            continue;
        for (unsigned j = 0; j < from->formats_count; j++) {
            if (from->formats[j] == format)
                return &all[i];
        }
        if (from->formats_count == 0)
            found = &all[i];
    }
    return found ? found : mtpr_usual_property(code);
}

static int fill_format(struct reporter *reporter, const struct file_format *from,
                       const struct mtpr_object_property *all, struct mtpr_format *to)
{
    struct mtpr_object_property *properties;

    *to = (struct mtpr_format){.code = from->code};
    if (from->properties_count == 0 && !from->no_properties)
        return 0;
    if (from->properties_count > MTPR_LIST_MAX)
        return player_spec_fault(reporter, "formats:", 0, "format 0x%04x: more than %u properties",
                                 from->code, (unsigned)MTPR_LIST_MAX);
    properties = player_spec_alloc(reporter->spec, from->properties_count, sizeof(*properties));
    if (!properties)
        return -ENOMEM;
    for (unsigned i = 0; i < from->properties_count; i++) {
        const struct mtpr_object_property *it =
            described(reporter->spec->file, all, from->code, from->properties[i]);

        if (!it)
            return player_spec_fault(reporter, "formats:", 0, "object property 0x%04x is not known",
                                     from->properties[i]);
        properties[i] = *it;
    }
    to->properties = properties;
    to->property_count = from->properties_count;
    return 0;
}

int spec_formats(struct reporter *reporter)
{
    struct player_spec *spec = reporter->spec;
    const struct file_player *file = spec->file;
    struct mtpr_object_property *all =
        player_spec_alloc(spec, file->object_properties_count, sizeof(*all));
    struct mtpr_format *formats = player_spec_alloc(spec, file->formats_count, sizeof(*formats));
    int error = all && formats ? 0 : -ENOMEM;

    for (unsigned i = 0; i < file->object_properties_count && !error; i++)
        error = describe(reporter, &file->object_properties[i], &all[i]);
    for (unsigned i = 0; i < file->formats_count && !error; i++)
        error = fill_format(reporter, &file->formats[i], all, &formats[i]);
    if (file->formats_count == 0 && !file->no_formats)
        return error;
    spec->config.formats = formats;
    spec->config.format_count = file->formats_count;
    return error;
}
