/* A log that is cut off or has lost a line: which section a line is of whose heading is not there,
 * and what is assumed of what is missing. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/mtp_detect_internal.h"
#include "spcore/base.h"

static int fault(struct parser *parser, const char *format, va_list arguments)
{
    char text[400];

    vsnprintf(text, sizeof(text), format, arguments);
    if (parser->mode == IMPORT_STRICT)
        return lines_fault(parser->lines, parser->error, parser->error_size, "%s", text);
    NOTE(parser, "%s: left out", text);
    return LEFT_OUT;
}

int import_fault(struct parser *parser, const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = fault(parser, format, arguments);
    va_end(arguments);
    return result;
}

int import_suspect(struct parser *parser, const char *format, ...)
{
    va_list arguments;
    int result = 0;

    parser->report->suspect = true;
    va_start(arguments, format);
    if (parser->mode == IMPORT_LENIENT)
        result = fault(parser, format, arguments);
    va_end(arguments);
    return result;
}

int import_no_memory(struct parser *parser)
{
    lines_fault(parser->lines, parser->error, parser->error_size, "no memory");
    return -ENOMEM;
}

/* ---- headings that are not there */

static enum section section_of_code(const struct parser *parser, const char *line)
{
    static const struct {
        enum section section;
        unsigned after; /* the sections below which it is looked for */
        bool prefixed;
        uint16_t kinds; /* bits: the first digit of its codes */
    } lists[] = {
        {SECTION_OPERATIONS, SECTION_DEVICE, false, 1 << 1 | 1 << 9},
        {SECTION_EVENTS, SECTION_OPERATIONS, true, 1 << 4 | 1 << 0xc},
        {SECTION_PROPERTIES, SECTION_OPERATIONS | SECTION_EVENTS, true, 1 << 5 | 1 << 0xd},
        {SECTION_FORMATS, SECTION_CODES, false, 1 << 3 | 1 << 0xb},
    };
    unsigned code;
    const char *rest = text_hex(line, 4, &code);
    bool prefixed = text_starts(line, "0x");

    if (!rest || *rest != ':' || rest - line != (prefixed ? 6 : 4) || import_is_dump(line))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        if ((lists[i].after & (unsigned)parser->section) && lists[i].prefixed == prefixed &&
            (lists[i].kinds >> (code >> 12) & 1))
            return lists[i].section;
    }
    return 0;
}

enum section import_guess_section(const struct parser *parser, const char *line)
{
    enum section section;

    if (parser->section >= SECTION_TYPES) {
        if (parser->section < SECTION_TIME && text_starts(line, "<DRMCLOCK "))
            return SECTION_TIME;
        return parser->section < SECTION_CERTIFICATE && text_starts(line, "<DEVCERT ")
                   ? SECTION_CERTIFICATE
                   : 0;
    }
    section = import_section_of_key(parser, line);
    if (!section)
        section = section_of_code(parser, line);
    if (!section && parser->section >= SECTION_FORMATS && import_is_type(line))
        section = SECTION_TYPES;
    return section;
}

/* ---- what is assumed */

/* Those without which no client gets on (MTP 1.1, 4.2.1 and D), and those of object properties. */
static const struct {
    uint16_t first, last;
    bool needed;
} usual[] = {{MTP_OP_GET_DEVICE_INFO, MTP_OP_GET_STORAGE_INFO, true},
             {MTP_OP_GET_NUM_OBJECTS, MTP_OP_GET_NUM_OBJECTS, false}, /* many real ones lack it */
             {MTP_OP_GET_OBJECT_HANDLES, MTP_OP_GET_OBJECT, true},
             {MTP_OP_DELETE_OBJECT, MTP_OP_SEND_OBJECT, false},
             {MTP_OP_GET_DEVICE_PROP_DESC, MTP_OP_SET_DEVICE_PROP_VALUE, false},
             {MTP_OP_GET_OBJECT_PROPS_SUPPORTED, MTP_OP_SET_OBJECT_PROP_VALUE, false}};

static int assume_operations(struct parser *parser, bool cut)
{
    struct import_codes *operations = &parser->report->operations;

    for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
        for (uint16_t code = usual[i].first; code <= usual[i].last; code++) {
            if ((!usual[i].needed && !cut) || import_code_listed(operations, code))
                continue;
            NOTE(parser, "operation 0x%04x missing, assumed", code);
            if (import_code_add(operations, code))
                return import_no_memory(parser);
        }
    }
    return 0;
}

/* Sections of which nothing was read, and what the player has instead. */
static int assume_lists(struct parser *parser)
{
    struct import_report *report = parser->report;
    const struct {
        enum section section;
        unsigned unknown;
        size_t count;
        const char *assumed;
    } parts[] = {
        {SECTION_OPERATIONS, IMPORT_UNKNOWN_OPERATIONS, report->operations.count,
         "those of papsim's own players"},
        {SECTION_EVENTS, IMPORT_UNKNOWN_EVENTS, report->events.count,
         "those of papsim's own players"},
        {SECTION_PROPERTIES, IMPORT_UNKNOWN_PROPERTIES, report->properties.count,
         "those of papsim's own players"},
        {SECTION_STORAGES, IMPORT_UNKNOWN_STORAGES, report->storage_count, "one of 4 GiB"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        /* A player may have no storage, and then there is no heading; nor is there one where the
         * tool could not read of them. */
        bool there = (parser->seen & (unsigned)parts[i].section) ||
                     (parts[i].section == SECTION_STORAGES && (parser->seen & SECTION_FOLDERS) &&
                      !parser->unread_storages);

        if (parts[i].count || (there && parser->section != parts[i].section &&
                               parts[i].section != SECTION_OPERATIONS))
            continue;
        report->unknown |= parts[i].unknown;
        NOTE(parser, "'%s' missing, assumed %s", import_heading(parts[i].section),
             parts[i].assumed);
    }
    if (!report->operations.count)
        return 0;
    return parser->section == SECTION_OPERATIONS || parser->odd_operation
               ? assume_operations(parser, parser->section == SECTION_OPERATIONS)
               : 0;
}

static int assume_formats(struct parser *parser)
{
    struct import_report *report = parser->report;
    const char *heading = import_heading(SECTION_FORMATS);
    /* The tool prints formats where the player has this operation; else the file types tell. */
    bool expected = import_code_listed(&report->operations, MTP_OP_GET_OBJECT_PROPS_SUPPORTED);

    if (report->format_count)
        return 0;
    if (report->types.count) {
        if (expected)
            NOTE(parser, "'%s' missing, assumed those of the file types", heading);
        return import_formats_of_types(report) ? import_no_memory(parser) : 0;
    }
    if (expected || !(parser->seen & SECTION_TYPES)) {
        report->unknown |= IMPORT_UNKNOWN_FORMATS;
        NOTE(parser, "'%s' missing, assumed those of papsim's own players", heading);
    }
    return 0;
}

static bool is_identified(const struct parser *parser)
{
    const struct import_report *report = parser->report;

    return report->usb.identified || (report->usb.vendor && report->usb.product) ||
           report->manufacturer || report->model || report->version || report->serial ||
           report->extensions || report->has_extension_id;
}

int import_mend(struct parser *parser)
{
    static const struct {
        enum section section;
        const char *assumed;
    } parts[] = {{SECTION_USB, "high speed"},
                 {SECTION_DEVICE, "no names"},
                 {SECTION_FOLDERS, "none"},
                 {SECTION_VALUES, "no names"}};
    int result;

    if (!is_identified(parser))
        return lines_fault(parser->lines, parser->error, parser->error_size,
                           "no output of mtp-detect: a player needs the device's USB ids or a line "
                           "below 'Device info:', and there is neither");
    parser->report->filled = true;
    if (parser->section < SECTION_TYPES)
        NOTE(parser, "the log ends below '%s': the rest is missing", parser->heading);
    import_missing_keys(parser);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!(parser->seen & (unsigned)parts[i].section))
            NOTE(parser, "'%s' missing, assumed %s", import_heading(parts[i].section),
                 parts[i].assumed);
    }
    result = assume_lists(parser);
    return result ? result : assume_formats(parser);
}

/* ---- what the last sections of a whole log may lack */

/* "<DEVCERT …" ends with "</DEVCERT>". */
static bool is_closed(const char *text)
{
    const char *end = strrchr(text, '<');
    size_t length = *text == '<' ? strcspn(text + 1, " >") : 0;

    return length && end[1] == '/' && strncmp(end + 2, text + 1, length) == 0 &&
           strcmp(end + 2 + length, ">") == 0;
}

void import_note_end(struct parser *parser)
{
    const struct import_report *report = parser->report;
    const struct {
        enum section section;
        uint16_t property;
        const char *text;
    } texts[] = {{SECTION_TIME, MTP_DPC_SECURE_TIME, report->secure_time},
                 {SECTION_CERTIFICATE, MTP_DPC_DEVICE_CERTIFICATE, report->certificate}};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const char *text = texts[i].text;

        if (text && parser->section == texts[i].section && !is_closed(text))
            NOTE(parser, "the log ends within '%s': taken as it stands",
                 import_heading(texts[i].section));
        else if (!text && !parser->went_on && parser->section >= SECTION_TYPES &&
                 parser->section <= texts[i].section &&
                 import_code_listed(&report->properties, texts[i].property))
            NOTE(parser, "the log ends before 'OK.': '%s' missing, assumed none",
                 import_heading(texts[i].section));
    }
}
