/* Formats and their object properties in mtp-detect's output: a property's description is collected
 * from the lines it was wrapped to and read as a whole; where that fails, the line that does not
 * belong to it is looked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/mtp_detect_internal.h"

#define PIECES_TRIED ((size_t)32)
#define NONE SIZE_MAX

void import_drop_pieces(struct parser *parser)
{
    for (size_t i = 0; i < parser->piece_count; i++)
        free(parser->pieces[i].text);
    free(parser->pieces);
    parser->pieces = NULL;
    parser->piece_count = parser->piece_bytes = 0;
}

/* The first `count` pieces but one, as a line; a wrapped line goes on after a blank. */
static char *join(const struct parser *parser, size_t count, size_t without)
{
    char *text = malloc(parser->piece_bytes + parser->piece_count + 1), *to = text;

    for (size_t i = 0; text && i < count; i++) {
        if (i == without)
            continue;
        if (to > text)
            *to++ = ' ';
        to = stpcpy(to, parser->pieces[i].text);
    }
    if (text)
        *to = '\0';
    return text;
}

/* NULL, or what is wrong with the property these pieces tell of. */
static const char *try(const struct parser *parser, size_t count, size_t without,
                       struct import_property *property)
{
    char *text = join(parser, count, without);
    const char *wrong = text ? import_property_text(text, property) : "no memory";

    free(text);
    if (wrong)
        import_property_forget(property);
    return wrong;
}

/* A name alone is never wrapped, and has no end of a description. */
static bool is_read(const struct parser *parser, const struct import_property *property,
                    size_t pieces)
{
    return property->described || (pieces == 1 && !strstr(parser->pieces[0].text, "GET/SET") &&
                                   !strstr(parser->pieces[0].text, "READ ONLY"));
}

/* "30x9: MP3", or anything that stands where formats do and properties do not. */
static bool was_format(const struct parser *parser, const char *line, unsigned indent)
{
    return (strlen(line) > 4 && line[4] == ':') ||
           (indent && indent == parser->format_indent &&
            parser->property_indent != parser->format_indent);
}

static void note_piece(struct parser *parser, const struct piece *piece)
{
    unsigned number = parser->lines->number;

    parser->lines->number = piece->line;
    NOTE(parser, "'%.60s' is no line of an object property: left out", piece->text);
    parser->lines->number = number;
    parser->lost_format |= was_format(parser, piece->text, piece->indent);
}

/* Without one of the pieces, or without the last ones, they may be a property. */
static bool mend(struct parser *parser, struct import_property *property)
{
    size_t count = parser->piece_count < PIECES_TRIED ? parser->piece_count : PIECES_TRIED;

    for (size_t i = 1; i < count; i++) {
        if (!try(parser, parser->piece_count, i, property) &&
            is_read(parser, property, parser->piece_count - 1)) {
            note_piece(parser, &parser->pieces[i]);
            return true;
        }
    }
    for (size_t kept = count - 1; kept > 0; kept--) {
        if (try(parser, kept, NONE, property) || !is_read(parser, property, kept))
            continue;
        for (size_t i = kept; i < parser->piece_count; i++)
            note_piece(parser, &parser->pieces[i]);
        return true;
    }
    return false;
}

/* How a property is whose description cannot be read, the rest of the log or papsim knows. */
static int leave_undescribed(struct parser *parser, uint16_t code, const char *wrong)
{
    unsigned number = parser->lines->number;
    int result = 0;

    wrong = wrong ? wrong : "no data type";
    parser->lines->number = parser->pieces[0].line;
    if (parser->mode == IMPORT_STRICT)
        result = FAULT(parser, "object property 0x%04x: %s", code, wrong);
    else
        NOTE(parser,
             "object property 0x%04x: %s: its description is missing, assumed that of other "
             "formats, or the usual one",
             code, wrong);
    parser->lines->number = number;
    return result;
}

int import_flush_property(struct parser *parser)
{
    struct import_format *format;
    struct import_property *property;
    const char *wrong;
    int result = 0;

    if (!parser->piece_count)
        return 0;
    format = &parser->report->formats[parser->report->format_count - 1];
    property = &format->properties[format->property_count - 1];
    wrong = try(parser, parser->piece_count, NONE, property);
    if (wrong || !is_read(parser, property, parser->piece_count)) {
        parser->report->suspect = true;
        if (parser->mode == IMPORT_STRICT && wrong)
            result = leave_undescribed(parser, property->code, wrong);
        else if (parser->mode == IMPORT_LENIENT && !mend(parser, property))
            result = leave_undescribed(parser, property->code, wrong);
    } else if (!property->described && parser->described && parser->mode == IMPORT_LENIENT) {
        result = leave_undescribed(parser, property->code, NULL);
    } else if (!property->described && parser->described) {
        parser->report->suspect = true; /* the tool describes all or none */
    }
    parser->described |= property->described;
    import_drop_pieces(parser);
    return result;
}

static int collect(struct parser *parser, const char *text, unsigned indent)
{
    struct piece *bigger;

    if (parser->piece_bytes + parser->piece_count + strlen(text) + 2 > IMPORT_TEXT_BYTES)
        return FAULT(parser, "an object property of more than %zu bytes", IMPORT_TEXT_BYTES);
    bigger = import_grow(parser->pieces, parser->piece_count, sizeof(*bigger));
    if (!bigger)
        return FAULT(parser, "an object property of too many lines");
    parser->pieces = bigger;
    bigger += parser->piece_count;
    *bigger = (struct piece){strdup(text), parser->lines->number, indent};
    if (!bigger->text)
        return import_no_memory(parser);
    parser->piece_count++;
    parser->piece_bytes += strlen(text);
    return 0;
}

/* The first property of the running format once more: those of another one, whose line is lost.
 * Real players name others twice. */
static bool is_of_another(const struct import_format *format, uint16_t code)
{
    return format->property_count > 1 && format->properties[0].code == code;
}

static int add_property(struct parser *parser, uint16_t code, const char *text, unsigned indent)
{
    struct import_format *format = &parser->report->formats[parser->report->format_count - 1];
    struct import_property *bigger;
    int result = 0;

    if (parser->lost_format || is_of_another(format, code))
        result = import_suspect(parser, "object property 0x%04x of no format", code);
    parser->lost_format |= result != 0;
    if (result)
        return result;
    bigger = format->property_count < 250
                 ? import_grow(format->properties, format->property_count, sizeof(*bigger))
                 : NULL;
    if (!bigger)
        return FAULT(parser, "format 0x%04x: more than 250 properties", format->code);
    format->properties = bigger;
    bigger[format->property_count++].code = code;
    parser->property_indent = indent;
    return collect(parser, text, indent);
}

static int add_format(struct parser *parser, uint16_t code, unsigned indent)
{
    struct import_report *report = parser->report;
    struct import_format *bigger =
        report->format_count < 250
            ? import_grow(report->formats, report->format_count, sizeof(*bigger))
            : NULL;

    if (!bigger)
        return FAULT(parser, "more than 250 formats");
    report->formats = bigger;
    bigger[report->format_count++].code = code;
    parser->format_indent = indent;
    parser->lost_format = false;
    return 0;
}

/* Properties have codes of their own (MTP 1.1, B.1), and lie deeper where there is indentation. */
static bool is_property(const struct parser *parser, unsigned code, unsigned indent)
{
    if (code >> 12 == 0xd || code >> 12 == 0x3 || code >> 12 == 0xb)
        return code >> 12 == 0xd;
    return indent > parser->format_indent;
}

static int take_odd(struct parser *parser, const char *line, unsigned indent)
{
    parser->lost_format |= was_format(parser, line, indent);
    return FAULT(parser, "'%.60s' is no format", line);
}

int import_take_format_line(struct parser *parser, char *line, unsigned indent)
{
    unsigned code;
    const char *rest = text_hex(line, 4, &code);
    int error;

    if (!rest || *rest != ':' || rest - line != 4 || import_is_dump(line)) {
        if (import_is_noise(line))
            return 0;
        return parser->piece_count ? collect(parser, line, indent) : take_odd(parser, line, indent);
    }
    error = import_flush_property(parser);
    if (error)
        return error;
    rest = rest + 1 + strspn(rest + 1, " ");
    if (parser->report->format_count == 0 && code >> 12 == 0xd) {
        error = import_suspect(parser, "object property 0x%04x of no format", code);
        if (error)
            return error;
    }
    if (parser->report->format_count == 0 || !is_property(parser, code, indent))
        return add_format(parser, (uint16_t)code, indent);
    return add_property(parser, (uint16_t)code, rest, indent);
}
