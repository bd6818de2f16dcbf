/* The output of libmtp's mtp-detect, of any version, as people paste it: with the messages of
 * libraries between its lines, wrapped by mail programs, with or without its indentation. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/mtp_detect_internal.h"
#include "simulator/import/paste.h"
#include "spcore/base.h"

#define SPLICED                                                                                    \
    (SECTION_DEVICE | SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES | SECTION_FORMATS | \
     SECTION_STORAGES | SECTION_FOLDERS | SECTION_VALUES)
#define CODES (SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES)
#define TEXTS (SECTION_TIME | SECTION_CERTIFICATE)
#define PENDING_BYTES ((size_t)64 << 10)

static int append_text(struct parser *parser, char **text, const char *between, const char *more)
{
    size_t length = *text ? strlen(*text) : 0;
    char *bigger = NULL;

    if (length + strlen(more) > PENDING_BYTES)
        return FAULT(parser, "a text of more than %zu bytes", PENDING_BYTES);
    if (asprintf(&bigger, "%s%s%s", *text ? *text : "", length ? between : "", more) < 0)
        return FAULT(parser, "no memory");
    free(*text);
    *text = bigger;
    return 0;
}

/* ---- messages of libraries between the lines */

static const char *const noise[] = {
    "Error ",      "ERROR",   "error",   "PTP",           "LIBMTP",     "Unknown OPFF type",
    "Detect:",     "inep:",   "outep:",  "usb_",          "libusb",     "ignoring libusb",
    "WARNING",     "Warning", "Device",  "Found a bad",   "object ",    "(MTPZ)",
    "Unable to",   "unable",  "Could",   "could",         "cannot",     "Connected to",
    "mtp-detect:", "get_",    "ptp_",    "(Look this up", "ERROR:",     "Trying",
    "continuing",  "Closing", "Opening", "ptp2/",         "WMPInfo.xml"};

/* "0010: 0000 6400 5b6d" of mtp-detect -d: groups of four digits and a tab before the characters.
 */
static bool is_dump(const char *line)
{
    unsigned number;
    const char *rest = text_hex(line, 4, &number);

    if (!rest || rest - line != 4 || text_starts(line, "0x") || !text_starts(rest, ": "))
        return false;
    line = rest + 2;
    rest = text_hex(line, 4, &number);
    return rest && (rest - line == 4 || rest - line == 2) && *rest == ' ' && strchr(rest, '\t');
}

static bool is_noise(const char *line)
{
    if (*line == '\0' || is_dump(line))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(noise); i++) {
        if (text_starts(line, noise[i]))
            return true;
    }
    return false;
}

/* ---- formats and their object properties */

/* What was collected of the last property is read as a whole. */
static int flush(struct parser *parser)
{
    struct import_format *format;
    unsigned number = parser->lines->number;
    const char *wrong;
    int error;

    if (!parser->pending)
        return 0;
    format = &parser->report->formats[parser->report->format_count - 1];
    wrong = import_property_text(parser->pending, &format->properties[format->property_count - 1]);
    free(parser->pending);
    parser->pending = NULL;
    if (!wrong)
        return 0;
    parser->lines->number = parser->pending_line;
    error = FAULT(parser, "object property 0x%04x: %s",
                  format->properties[format->property_count - 1].code, wrong);
    parser->lines->number = number;
    return error;
}

/* A wrapped line goes on after a blank. */
static int collect(struct parser *parser, const char *text)
{
    size_t length = strlen(text);
    char *bigger;

    if (parser->pending_length + length + 2 > PENDING_BYTES)
        return FAULT(parser, "an object property of more than %zu bytes", PENDING_BYTES);
    bigger = realloc(parser->pending, parser->pending_length + length + 2);
    if (!bigger)
        return FAULT(parser, "no memory");
    parser->pending = bigger;
    if (parser->pending_length)
        bigger[parser->pending_length++] = ' ';
    memcpy(bigger + parser->pending_length, text, length + 1);
    parser->pending_length += length;
    return 0;
}

static int add_property(struct parser *parser, uint16_t code, const char *text)
{
    struct import_format *format = &parser->report->formats[parser->report->format_count - 1];
    struct import_property *bigger =
        format->property_count < 250
            ? import_grow(format->properties, format->property_count, sizeof(*bigger))
            : NULL;

    if (!bigger)
        return FAULT(parser, "format 0x%04x: more than 250 properties", format->code);
    format->properties = bigger;
    bigger[format->property_count++].code = code;
    parser->pending_length = 0;
    parser->pending_line = parser->lines->number;
    return collect(parser, text);
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
    return 0;
}

/* Properties have codes of their own (MTP 1.1, B.1), and lie deeper where there is indentation. */
static bool is_property(const struct parser *parser, unsigned code, unsigned indent)
{
    if (code >> 12 == 0xd || code >> 12 == 0x3 || code >> 12 == 0xb)
        return code >> 12 == 0xd;
    return indent > parser->format_indent;
}

static int take_format_line(struct parser *parser, char *line, unsigned indent)
{
    unsigned code;
    const char *rest = text_hex(line, 4, &code);
    int error;

    if (!rest || *rest != ':' || rest - line != 4 || is_dump(line)) {
        if (is_noise(line))
            return 0;
        if (!parser->pending)
            return FAULT(parser, "'%.60s' is no format", line);
        return collect(parser, line);
    }
    error = flush(parser);
    if (error)
        return error;
    rest = rest + 1 + strspn(rest + 1, " ");
    if (parser->report->format_count == 0 || !is_property(parser, code, indent))
        return add_format(parser, (uint16_t)code, indent);
    return add_property(parser, (uint16_t)code, rest);
}

/* ---- lists of codes */

/* Events and properties have codes of their own (MTP 1.1, B.1) and stand after 0x, as operations do
 * in the oldest logs only: so a heading that was lost does not make operations of events. */
static bool is_of_kind(enum section section, const char *line, const char *rest, unsigned code)
{
    bool prefixed = text_starts(line, "0x");
    bool event = code >> 12 == 0x4 || code >> 12 == 0xc;
    bool property = code >> 12 == 0x5 || code >> 12 == 0xd;

    if (rest - line != (prefixed ? 6 : 4))
        return false;
    if (section == SECTION_OPERATIONS)
        return !prefixed || !(event || property);
    return section == SECTION_EVENTS ? event : prefixed && property;
}

static int take_code(struct parser *parser, const char *line)
{
    struct import_report *report = parser->report;
    struct import_codes *codes = parser->section == SECTION_OPERATIONS ? &report->operations
                                 : parser->section == SECTION_EVENTS   ? &report->events
                                                                       : &report->properties;
    unsigned code;
    const char *rest = text_hex(line, 4, &code);

    if (strcmp(line, "None.") == 0 || (is_noise(line) && (!rest || is_dump(line))))
        return 0;
    if (!rest || (*rest && *rest != ':' && *rest != ' ') ||
        !is_of_kind(parser->section, line, rest, code))
        return FAULT(parser, "'%.60s' is no code below '%s'", line, parser->heading);
    if (codes->count >= 250)
        return FAULT(parser, "more than 250 codes below '%s'", parser->heading);
    return import_code_add(codes, (uint16_t)code) ? FAULT(parser, "no memory") : 0;
}

/* ---- sections */

static const struct {
    const char *heading;
    enum section section;
} headings[] = {
    {"USB low-level info:", SECTION_USB},
    {"Device info:", SECTION_DEVICE},
    {"Supported operations:", SECTION_OPERATIONS},
    {"Events supported:", SECTION_EVENTS},
    {"Device Properties Supported:", SECTION_PROPERTIES},
    {"Playable File (Object) Types and Object Properties Supported:", SECTION_FORMATS},
    {"Storage Devices:", SECTION_STORAGES},
    {"Special directories:", SECTION_FOLDERS},
    {"MTP-specific device properties:", SECTION_VALUES},
    {"libmtp supported (playable) filetypes:", SECTION_TYPES},
    {"Secure Time:", SECTION_TIME},
    {"Device Certificate:", SECTION_CERTIFICATE},
};

/* A message without a line's end may stand before the first heading. */
static bool is_heading(const struct parser *parser, const char *line, const char *heading)
{
    size_t length = strlen(line), wanted = strlen(heading);

    if (strcmp(line, heading) == 0)
        return true;
    return parser->section == SECTION_HEAD && length > wanted &&
           strcmp(line + length - wanted, heading) == 0 &&
           strcmp(heading, headings[0].heading) == 0;
}

/* Does the line begin a section? One that came already ends the report. */
static bool begin_section(struct parser *parser, const char *line, int *ret_error)
{
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if (!is_heading(parser, line, headings[i].heading))
            continue;
        *ret_error = flush(parser);
        if (headings[i].section == parser->section && parser->section == SECTION_USB)
            return true;
        parser->ended = headings[i].section <= parser->section;
        parser->next = headings[i].section;
        if (parser->ended)
            return true;
        parser->section = headings[i].section;
        parser->heading = headings[i].heading;
        parser->seen |= headings[i].section;
        if (parser->section == SECTION_DEVICE)
            parser->report->line = parser->lines->number;
        parser->wrapped = NULL;
        return true;
    }
    return false;
}

/* The raw device's line, "Acme: Player (0781:74d0) @ bus 2, dev 3" or without the names, and
 * "Device 0 (VID=066f and PID=846c) is …": the last resort where no low-level information is. */
static void guess_identity(struct parser *parser, const char *line)
{
    struct import_usb *usb = &parser->report->usb;
    const char *at = strstr(line, "(VID="), *bus = strstr(line, " @ bus ");
    unsigned vendor, product;

    if (usb->identified || usb->vendor || usb->product)
        return;
    if (at ? sscanf(at, "(VID=%4x and PID=%4x)", &vendor, &product) != 2
           : !bus || bus - line < 9 ||
                 sscanf(bus - (bus[-1] == ')' ? 10 : 9), "%4x:%4x", &vendor, &product) != 2)
        return;
    usb->vendor = (uint16_t)vendor;
    usb->product = (uint16_t)product;
}

/* What a mail program put a line's end for: within a tag, a blank before an attribute, or nothing;
 * a blank before the time of a day. Others are the text's own. */
static const char *between(const char *text, const char *more)
{
    const char *tag = text ? strrchr(text, '<') : NULL, *date = text ? strrchr(text, '#') : NULL;

    if (tag && !strchr(tag, '>'))
        return more[strcspn(more, "=> ")] == '=' ? " " : "";
    return date && strspn(date + 1, "0123456789") == 8 && date[9] == '\0' ? " " : "\n";
}

/* Secure time and certificate go to the next empty line, and may hold line ends themselves. */
static int take_long_text(struct parser *parser, const char *line)
{
    struct import_report *report = parser->report;
    char **text = parser->section == SECTION_TIME ? &report->secure_time : &report->certificate;

    if (text_starts(line, "&lt;"))
        return FAULT(parser, "'%.60s' is HTML, not what mtp-detect printed", line);
    if (*line == '\0' || text_starts(line, "OK.") || text_starts(line, "[/") || is_noise(line)) {
        if (*text)
            parser->section = SECTION_CERTIFICATE * 2; /* nothing belongs anywhere any more */
        if (*text && text == &report->secure_time)
            parser->section = SECTION_TYPES;
        return 0;
    }
    return append_text(parser, text, between(*text, line), line);
}

static int take_line(struct parser *parser, char *line, unsigned indent)
{
    bool known = false;
    int error = 0;

    if (begin_section(parser, line, &error))
        return error;
    if (parser->section & CODES)
        return take_code(parser, line);
    if (parser->section == SECTION_FORMATS)
        return take_format_line(parser, line, indent);
    if (parser->section & TEXTS)
        return take_long_text(parser, line);
    if (parser->section == SECTION_TYPES)
        return import_type_add(parser->report, line) ? FAULT(parser, "no memory") : 0;
    error = import_take_keyed(parser, line, &known);
    if (!known && parser->section == SECTION_HEAD)
        guess_identity(parser, line);
    if (!known && parser->section == SECTION_DEVICE && parser->wrapped && *line)
        return append_text(parser, parser->wrapped, " ", line);
    return error;
}

/* ---- messages in the middle of a line: another stream's words where this one's buffer ended */

static const char *const splices[] = {
    "PTP: Closing session", "PTP: Opening session", "PTP_ERROR_IO",  "Unknown OPFF type",
    "LIBMTP PANIC",         "LIBMTP WARNING",       "ptp2/ptp_usb_", "ignoring libusb_",
};

static char *find_splice(char *line)
{
    char *first = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(splices); i++) {
        char *at = strstr(line, splices[i]);

        if (at && (!first || at < first))
            first = at;
    }
    return first > line ? first : NULL;
}

/* The rest of the line stands on the next one that is no message. */
static char *rest_of_line(struct parser *parser)
{
    unsigned indent;
    char *line;
    size_t i;

    while ((line = lines_next(parser->lines, &indent)) != NULL) {
        if (*line && is_noise(line))
            continue;
        for (i = 0; i < ARRAY_SIZE(headings); i++) {
            if (strcmp(line, headings[i].heading) == 0)
                break;
        }
        if (i == ARRAY_SIZE(headings))
            return line - indent;
        lines_again(parser->lines);
        return NULL;
    }
    return NULL;
}

static int next_line(struct parser *parser, char **ret_line, unsigned *ret_indent)
{
    char *line = lines_next(parser->lines, ret_indent), *at, *rest, *joined;

    free(parser->joined);
    parser->joined = NULL;
    while (line && (parser->section & SPLICED) && (at = find_splice(line)) != NULL) {
        rest = rest_of_line(parser);
        *at = '\0';
        if (!rest)
            break;
        if (strlen(line) + strlen(rest) > PENDING_BYTES)
            return FAULT(parser, "a line of more than %zu bytes", PENDING_BYTES);
        if (asprintf(&joined, "%s%s", line, rest) < 0)
            return FAULT(parser, "no memory");
        free(parser->joined);
        line = parser->joined = joined;
    }
    *ret_line = line;
    return 0;
}

/* ---- the whole */

#define NEEDED                                                                                     \
    (SECTION_DEVICE | SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES | SECTION_FOLDERS | \
     SECTION_VALUES)

static bool lists(const struct import_codes *codes, uint16_t code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->codes[i] == code)
            return true;
    }
    return false;
}

static int check_whole(struct parser *parser)
{
    struct import_report *report = parser->report;

    if (parser->section < SECTION_DEVICE)
        return FAULT(parser, "no output of mtp-detect: there is no 'Device info:'");
    if (parser->section < SECTION_TYPES)
        return FAULT(parser, "the log ends below '%s'", parser->heading);
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if ((headings[i].section & NEEDED) && !(parser->seen & headings[i].section))
            return FAULT(parser, "a log without '%s'", headings[i].heading);
    }
    if (report->operations.count == 0)
        return FAULT(parser, "a log without operations");
    /* The tool prints formats where the player has this operation; else the file types tell. */
    if (report->format_count == 0 && lists(&report->operations, MTP_OP_GET_OBJECT_PROPS_SUPPORTED))
        return FAULT(parser, "a log without formats");
    if (!(parser->seen & SECTION_FORMATS))
        return import_formats_of_types(report) ? FAULT(parser, "no memory") : 0;
    return 0;
}

static int read_report(struct parser *parser)
{
    unsigned indent;
    char *line = NULL;
    int result = 0;

    while (!result && !parser->ended) {
        result = next_line(parser, &line, &indent);
        if (result || !line)
            break;
        result = take_line(parser, line, indent);
    }
    if (!result)
        result = flush(parser);
    if (!result)
        result = check_whole(parser);
    free(parser->pending);
    free(parser->joined);
    parser->pending = parser->joined = NULL;
    return result;
}

static size_t properties_of(const struct import_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->format_count; i++)
        count += report->formats[i].property_count;
    return count;
}

static bool is_known(const struct import_usb *usb)
{
    return usb->vendor || usb->product;
}

static bool same_device(const struct import_usb *one, const struct import_usb *other)
{
    return !is_known(one) || !is_known(other) ||
           (one->vendor == other->vendor && one->product == other->product);
}

/* People paste a second run when the first had trouble: the one that got more object properties
 * is taken. */
static void prefer(struct import_report *best, struct import_report *next)
{
    struct import_report worse = *next;
    struct import_usb usb = best->usb;
    uint32_t other = best->other;

    if (best->operations.count == 0 || properties_of(next) > properties_of(best)) {
        worse = *best;
        *best = *next;
        if (!best->usb.identified) {
            worse.usb = best->usb;
            best->usb = usb;
        }
        best->other = other;
    }
    import_report_done(&worse);
}

/* To where the next report begins; false: there is none. Damage above "Device info:" is not undone
 * by what stands below it. */
static bool find_next(struct parser *parser)
{
    bool above = parser->section < SECTION_DEVICE;
    unsigned indent;
    char *line;

    while (!parser->ended && (line = lines_next(parser->lines, &indent)) != NULL) {
        bool device = strcmp(line, headings[1].heading) == 0;

        if (strcmp(line, headings[0].heading) != 0 && (!device || above)) {
            above = above && !device;
            continue;
        }
        parser->next = device ? SECTION_DEVICE : SECTION_USB;
        parser->ended = true;
    }
    return parser->ended;
}

static void begin_report(struct parser *parser)
{
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if (headings[i].section == parser->next)
            parser->heading = headings[i].heading;
    }
    parser->section = parser->seen = parser->next;
    parser->ended = false;
    parser->wrapped = NULL;
    parser->candidate = (struct import_report){.line = parser->lines->number};
}

/* Reports until the end of the file: of the device asked for, or of the first one. Its error counts
 * if none is whole. */
static int read_reports(struct parser *parser, struct import_report *best)
{
    struct import_usb device = {.vendor = best->usb.vendor, .product = best->usb.product};
    struct import_report *next = &parser->candidate;
    char *message = parser->error;
    int error = 0, result;

    parser->report = next;
    do {
        parser->error = error ? parser->ignored : message;
        result = read_report(parser);
        if (!is_known(&device)) {
            device.vendor = next->usb.vendor;
            device.product = next->usb.product;
        }
        if (!same_device(&device, &next->usb)) {
            if (!result)
                best->other = (uint32_t)next->usb.vendor << 16 | next->usb.product;
            import_report_done(next);
        } else if (result) {
            error = error ? error : result;
            import_report_done(next);
        } else {
            prefer(best, next);
        }
        if (!find_next(parser))
            break;
        begin_report(parser);
    } while (true);
    parser->error = message;
    if (!best->operations.count && !error)
        error =
            FAULT(parser, "no whole report of a device %04x:%04x", device.vendor, device.product);
    return best->operations.count ? 0 : error;
}

int import_mtp_detect(struct lines *lines, struct import_report *report, char *error,
                      size_t error_size)
{
    const char *damage = lines_not_text(lines);
    struct parser parser = {.lines = lines,
                            .section = SECTION_HEAD,
                            .heading = "the beginning",
                            .error = error,
                            .error_size = error_size};

    if (damage)
        return FAULT(&parser, "%s", damage);
    if (paste_undo(lines, headings[1].heading))
        return FAULT(&parser, "no memory");
    return read_reports(&parser, report);
}
