/* Formats and object properties of a player file. */
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/write.h"
#include "simulator/mtp/responder.h"
#include "spcore/base.h"

static const struct {
    uint16_t type;
    const char *name;
} type_names[] = {
    {MTP_DTC_UNDEFINED, "undefined"},
    {MTP_DTC_INT8, "int8"},
    {MTP_DTC_UINT8, "uint8"},
    {MTP_DTC_INT16, "int16"},
    {MTP_DTC_UINT16, "uint16"},
    {MTP_DTC_INT32, "int32"},
    {MTP_DTC_UINT32, "uint32"},
    {MTP_DTC_INT64, "int64"},
    {MTP_DTC_UINT64, "uint64"},
    {MTP_DTC_INT128, "int128"},
    {MTP_DTC_UINT128, "uint128"},
    {MTP_DTC_ARRAY_INT8, "int8s"},
    {MTP_DTC_ARRAY_UINT8, "bytes"},
    {MTP_DTC_ARRAY_INT16, "int16s"},
    {MTP_DTC_ARRAY_UINT16, "words"},
    {MTP_DTC_ARRAY_INT32, "int32s"},
    {MTP_DTC_ARRAY_UINT32, "uint32s"},
    {MTP_DTC_ARRAY_INT64, "int64s"},
    {MTP_DTC_ARRAY_UINT64, "uint64s"},
    {MTP_DTC_ARRAY_INT128, "int128s"},
    {MTP_DTC_ARRAY_UINT128, "uint128s"},
    {MTP_DTC_STRING, "string"},
};

static const char *type_name(uint16_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
        if (type_names[i].type == type)
            return type_names[i].name;
    }
    return "undefined";
}

static const struct import_device_property device_properties[] = {
    {0x5001, "uint8", false}, {0x5002, "uint32", true},  {0x5003, "string", true},
    {0x5004, "uint8", true},  {0x5005, "uint16", true},  {0x5006, "string", true},
    {0x5007, "uint16", true}, {0x5008, "uint32", true},  {0x5009, "uint16", true},
    {0x500a, "uint16", true}, {0x500b, "uint16", true},  {0x500c, "uint16", true},
    {0x500d, "uint32", true}, {0x500e, "uint16", true},  {0x500f, "uint16", true},
    {0x5010, "int16", true},  {0x5011, "string", true},  {0x5012, "uint32", true},
    {0x5013, "uint16", true}, {0x5014, "uint8", true},   {0x5015, "uint8", true},
    {0x5016, "uint8", true},  {0x5017, "uint16", true},  {0x5018, "uint16", true},
    {0x5019, "uint16", true}, {0x501a, "uint16", true},  {0x501b, "uint32", true},
    {0x501c, "uint16", true}, {0x501d, "string", true},  {0x501e, "string", true},
    {0x501f, "string", true}, {0xd101, "words", false},  {0xd102, "words", false},
    {0xd103, "words", false}, {0xd401, "string", true},  {0xd402, "string", true},
    {0xd403, "uint8", true},  {0xd404, "uint8", false},  {0xd405, "bytes", false},
    {0xd406, "string", true}, {0xd407, "uint32", false}, {0xd410, "int32", true},
    {0xd411, "uint32", true}, {0xd412, "uint32", true},  {0xd413, "uint32", true},
};

const struct import_device_property *import_device_property(uint16_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(device_properties); i++) {
        if (device_properties[i].code == code)
            return &device_properties[i];
    }
    return NULL;
}

/* ---- one description and the formats it holds for */

struct variant {
    const struct import_property *property;
    uint16_t formats[256];
    size_t format_count;
};

static bool same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static bool same(const struct import_property *left, const struct import_property *right)
{
    if (left->type != right->type || left->settable != right->settable ||
        left->form != right->form || left->group != right->group ||
        left->value_count != right->value_count || !same_text(left->expression, right->expression))
        return false;
    for (size_t i = 0; i < left->value_count; i++) {
        if (strcmp(left->values[i], right->values[i]) != 0)
            return false;
    }
    return true;
}

static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20 || *text == 0x7f)
            fprintf(out, "\\x%02x", (unsigned char)*text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void put_scalar(FILE *out, const struct import_property *property, const char *text)
{
    if (property->type == MTP_DTC_STRING)
        put_quoted(out, text);
    else
        fputs(text, out);
}

static void put_form(FILE *out, const struct import_property *property)
{
    static const char *const names[] = {[MTP_FORM_DATE_TIME] = "date",
                                        [MTP_FORM_FIXED_LENGTH_ARRAY] = "array-length",
                                        [MTP_FORM_REGULAR_EXPRESSION] = "expression",
                                        [MTP_FORM_BYTE_ARRAY] = "byte-array"};
    int column = 0;

    if (property->form == MTP_FORM_RANGE) {
        fprintf(out, ",\n     range: {minimum: %s, maximum: %s, step: %s}", property->values[0],
                property->values[1], property->values[2]);
    } else if (property->form == MTP_FORM_ENUMERATION && property->value_count) {
        fputs(",\n     choices: [", out);
        for (size_t i = 0; i < property->value_count; i++) {
            put_scalar(out, property, property->values[i]);
            column += (int)strlen(property->values[i]) + 2;
            if (i + 1 < property->value_count)
                fputs(column > 78 ? (column = 0, ",\n       ") : ", ", out);
        }
        fputc(']', out);
    } else if (property->form != MTP_FORM_NONE) {
        fprintf(out, ", form: %s",
                property->form == MTP_FORM_ENUMERATION   ? "choices"
                : property->form == MTP_FORM_LONG_STRING ? "long-string"
                                                         : names[property->form]);
    }
    if (property->expression) {
        fputs(", expression: ", out);
        put_quoted(out, property->expression);
    }
}

static void put_variant(FILE *out, const struct variant *variant, bool general)
{
    const struct import_property *property = variant->property;

    fprintf(out, "  - {code: 0x%04x, type: %s", property->code, type_name(property->type));
    if (property->settable)
        fputs(", settable: true", out);
    if (property->group)
        fprintf(out, ", group: 0x%x", property->group);
    put_form(out, property);
    if (!general) {
        fputs(",\n     formats: [", out);
        for (size_t i = 0; i < variant->format_count; i++)
            fprintf(out, "%s0x%04x",
                    i == 0   ? ""
                    : i % 10 ? ", "
                             : ",\n       ",
                    variant->formats[i]);
        fputc(']', out);
    }
    fputs("}\n", out);
}

/* ---- all descriptions of one code */

#define VARIANTS 64u

static size_t gather(const struct import_report *report, uint16_t code,
                     struct variant variants[VARIANTS])
{
    size_t count = 0, k;

    for (size_t i = 0; i < report->format_count; i++) {
        for (size_t j = 0; j < report->formats[i].property_count; j++) {
            const struct import_property *property = &report->formats[i].properties[j];

            if (property->code != code || !property->described)
                continue;
            for (k = 0; k < count && !same(variants[k].property, property); k++)
                ;
            if (k == VARIANTS)
                continue;
            if (k == count)
                variants[count++] = (struct variant){.property = property};
            if (variants[k].format_count < 256)
                variants[k].formats[variants[k].format_count++] = report->formats[i].code;
        }
    }
    return count;
}

static void put_code(FILE *out, const struct import_report *report, uint16_t code,
                     struct variant variants[VARIANTS])
{
    size_t count = gather(report, code, variants), general = 0;

    if (count == 0) {
        if (!mtpr_usual_property(code))
            fprintf(out, "  - {code: 0x%04x, type: uint32} # type not in the log\n", code);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        if (variants[i].format_count > variants[general].format_count)
            general = i;
    }
    put_variant(out, &variants[general], true);
    for (size_t i = 0; i < count; i++) {
        if (i != general)
            put_variant(out, &variants[i], false);
    }
}

static void put_object_properties(FILE *out, const struct import_report *report)
{
    struct variant *variants = calloc(VARIANTS, sizeof(*variants));
    bool *seen = calloc(0x10000, sizeof(*seen));

    for (size_t i = 0; seen && i < report->format_count; i++) {
        for (size_t j = 0; j < report->formats[i].property_count; j++)
            seen[report->formats[i].properties[j].code] = true;
    }
    fputs("object-properties:\n", out);
    for (unsigned code = 0; variants && seen && code < 0x10000; code++) {
        if (seen[code])
            put_code(out, report, (uint16_t)code, variants);
    }
    free(variants);
    free(seen);
}

void import_write_formats(FILE *out, const struct import_report *report)
{
    size_t any = 0, described = 0;

    for (size_t i = 0; i < report->format_count; i++)
        any += report->formats[i].property_count;
    for (size_t i = 0; i < report->format_count; i++) {
        for (size_t j = 0; j < report->formats[i].property_count; j++)
            described += report->formats[i].properties[j].described ||
                         !mtpr_usual_property(report->formats[i].properties[j].code);
    }
    if (described)
        put_object_properties(out, report);
    /* Sizes of 64 bits come from a description: there are properties, and the tool did not get
     * them. Then they are the usual ones. */
    if (any == 0 && report->wide_sizes)
        fputs("# The log shows no object property, but that there are: the usual ones.\n", out);
    if (report->format_count)
        fputs("formats:\n", out);
    else if (!(report->unknown & IMPORT_UNKNOWN_FORMATS))
        fputs("no-formats: true\n", out);
    for (size_t i = 0; i < report->format_count; i++) {
        const struct import_format *format = &report->formats[i];

        fprintf(out, "  - code: 0x%04x\n", format->code);
        if (format->property_count == 0 && (any || !report->wide_sizes))
            fputs("    no-properties: true\n", out);
        if (format->property_count)
            fputs("    properties: [", out);
        for (size_t j = 0; j < format->property_count; j++)
            fprintf(out, "%s0x%04x",
                    j == 0   ? ""
                    : j % 11 ? ", "
                             : ",\n      ",
                    format->properties[j].code);
        if (format->property_count)
            fputs("]\n", out);
    }
}
