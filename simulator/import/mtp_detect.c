/* The output of libmtp's mtp-detect, of any version, as people paste it: with the messages of
 * libraries between its lines, wrapped by mail programs, with or without its indentation. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/mtp_detect_internal.h"

#define CODES (SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES)
#define TEXTS (SECTION_TIME | SECTION_CERTIFICATE)
#define PENDING_BYTES ((size_t)64 << 10)

static int append_text(struct parser *parser, char **text, const char *between, const char *more)
{
    size_t length = *text ? strlen(*text) : 0;
    char *bigger = NULL;

    if (length + strlen(more) > PENDING_BYTES)
        return FAULT(parser, "a text of more than %zu bytes", PENDING_BYTES);
    if (asprintf(&bigger, "%s%s%s", *text ? *text : "", *text ? between : "", more) < 0)
        return FAULT(parser, "no memory");
    free(*text);
    *text = bigger;
    return 0;
}

/* ---- messages of libraries between the lines */

static const char *const noise[] = {
    "Error ",      "ERROR",   "error",  "PTP",           "LIBMTP",  "Unknown OPFF type",
    "Detect:",     "inep:",   "outep:", "usb_",          "libusb",  "ignoring libusb",
    "WARNING",     "Warning", "Device", "Found a bad",   "object ", "(MTPZ)",
    "Unable to",   "unable",  "Could",  "could",         "cannot",  "Connected to",
    "mtp-detect:", "get_",    "ptp_",   "(Look this up", "ERROR:",  "Trying",
    "continuing",  "Closing", "Opening"};

static bool is_noise(const char *line)
{
    size_t i;

    if (*line == '\0')
        return true;
    for (i = 0; i < sizeof noise / sizeof noise[0]; i++)
        if (text_starts(line, noise[i]))
            return true;
    return false;
}

/* ---- formats and their object properties */

/* What was collected of the last property is read as a whole. */
static int flush(struct parser *parser)
{
    struct import_format *format;
    const char *wrong;

    if (!parser->pending)
        return 0;
    format = &parser->report->formats[parser->report->format_count - 1];
    wrong = import_property_text(parser->pending, &format->properties[format->property_count - 1]);
    free(parser->pending);
    parser->pending = NULL;
    if (!wrong)
        return 0;
    parser->lines->number = parser->pending_line;
    return FAULT(parser, "object property 0x%04x: %s",
                 format->properties[format->property_count - 1].code, wrong);
}

/* "Unknown OPFF type 6" went to another stream, and so may stand anywhere in a line. */
static bool cut_message(char *text)
{
    char *at = strstr(text, "Unknown OPFF type");

    if (!at)
        return false;
    *at = '\0';
    return true;
}

/* A wrapped line goes on after a blank, one that was cut in the middle where it was cut. */
static int collect(struct parser *parser, const char *text, bool cut, bool blank)
{
    size_t length = strlen(text);
    char *bigger;

    if (parser->pending_length + length + 2 > PENDING_BYTES)
        return FAULT(parser, "an object property of more than %zu bytes", PENDING_BYTES);
    bigger = realloc(parser->pending, parser->pending_length + length + 2);
    if (!bigger)
        return FAULT(parser, "no memory");
    parser->pending = bigger;
    if (parser->pending_length && (!parser->pending_cut || blank))
        bigger[parser->pending_length++] = ' ';
    memcpy(bigger + parser->pending_length, text, length + 1);
    parser->pending_length += length;
    parser->pending_cut = cut;
    return 0;
}

static int add_property(struct parser *parser, uint16_t code, const char *text, bool cut)
{
    struct import_format *format = &parser->report->formats[parser->report->format_count - 1];
    struct import_property *bigger =
        format->property_count < 250
            ? import_grow(format->properties, format->property_count, sizeof *bigger)
            : NULL;

    if (!bigger)
        return FAULT(parser, "format 0x%04x: more than 250 properties", format->code);
    format->properties = bigger;
    bigger[format->property_count++].code = code;
    parser->pending_length = 0;
    parser->pending_cut = false;
    parser->pending_line = parser->lines->number;
    return collect(parser, text, cut, false);
}

static int add_format(struct parser *parser, uint16_t code, unsigned indent)
{
    struct import_report *report = parser->report;
    struct import_format *bigger =
        report->format_count < 250
            ? import_grow(report->formats, report->format_count, sizeof *bigger)
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
    bool cut = cut_message(line);
    unsigned code;
    const char *rest = text_hex(line, 4, &code);
    int error;

    if (!rest || *rest != ':' || rest - line != 4) {
        if (*line == '\0' || (!cut && is_noise(line)))
            return 0;
        if (!parser->pending)
            return FAULT(parser, "'%.60s' is no format", line);
        return collect(parser, line, cut, indent > 0);
    }
    error = flush(parser);
    if (error)
        return error;
    rest = rest + 1 + strspn(rest + 1, " ");
    if (parser->report->format_count == 0 || !is_property(parser, code, indent))
        return add_format(parser, (uint16_t)code, indent);
    return add_property(parser, (uint16_t)code, rest, cut);
}

/* ---- lists of codes */

static int take_code(struct parser *parser, const char *line)
{
    struct import_report *report = parser->report;
    struct import_codes *codes = parser->section == SECTION_OPERATIONS ? &report->operations
                                 : parser->section == SECTION_EVENTS   ? &report->events
                                                                       : &report->properties;
    unsigned code;
    const char *rest = text_hex(line, 4, &code);

    if (!strcmp(line, "None.") || (is_noise(line) && !rest))
        return 0;
    if (!rest || (*rest && *rest != ':' && *rest != ' ') ||
        rest - line != (text_starts(line, "0x") ? 6 : 4))
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

/* Does the line begin a section? A second report ends the reading. */
static bool begin_section(struct parser *parser, const char *line, int *ret_error)
{
    size_t i;

    for (i = 0; i < sizeof headings / sizeof headings[0]; i++) {
        if (strcmp(line, headings[i].heading))
            continue;
        *ret_error = flush(parser);
        if (headings[i].section <= parser->section) {
            parser->ended = parser->section >= SECTION_STORAGES;
            parser->next = headings[i].section;
            if (!parser->ended && !*ret_error && headings[i].section != SECTION_USB)
                *ret_error = FAULT(parser, "'%s' below '%s'", line, parser->heading);
            return true;
        }
        parser->section = headings[i].section;
        parser->heading = headings[i].heading;
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

/* Secure time and certificate go to the next empty line, and may hold line ends themselves. */
static int take_long_text(struct parser *parser, const char *line)
{
    struct import_report *report = parser->report;
    char **text = parser->section == SECTION_TIME ? &report->secure_time : &report->certificate;

    if (*line == '\0' || !strcmp(line, "OK.") || is_noise(line)) {
        if (*text)
            parser->section = SECTION_CERTIFICATE * 2; /* nothing belongs anywhere any more */
        if (*text && text == &report->secure_time)
            parser->section = SECTION_TYPES;
        return 0;
    }
    return append_text(parser, text, "\n", line);
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
    error = import_take_keyed(parser, line, &known);
    if (!known && parser->section == SECTION_HEAD)
        guess_identity(parser, line);
    if (!known && parser->section == SECTION_DEVICE && parser->wrapped && *line)
        return append_text(parser, parser->wrapped, " ", line);
    return error;
}

/* ---- the whole */

static int check_whole(struct parser *parser)
{
    struct import_report *report = parser->report;

    if (parser->section < SECTION_DEVICE)
        return FAULT(parser, "no output of mtp-detect: there is no 'Device info:'");
    if (parser->section < SECTION_STORAGES)
        return FAULT(parser, "the log ends below '%s'", parser->heading);
    if (report->operations.count == 0 || report->format_count == 0)
        return FAULT(parser, "a log without %s", report->format_count ? "operations" : "formats");
    return 0;
}

static int read_report(struct parser *parser)
{
    unsigned indent;
    char *line;
    int result = 0;

    while (!result && !parser->ended && (line = lines_next(parser->lines, &indent)) != NULL)
        result = take_line(parser, line, indent);
    if (!result)
        result = flush(parser);
    if (!result)
        result = check_whole(parser);
    free(parser->pending);
    parser->pending = NULL;
    return result;
}

static size_t properties_of(const struct import_report *report)
{
    size_t count = 0, i;

    for (i = 0; i < report->format_count; i++)
        count += report->formats[i].property_count;
    return count;
}

/* People paste a second run when the first had trouble: the one that got more object properties
 * is taken, and a second one that is cut short is as if it were not there. */
static void prefer_second(struct import_report *report, struct import_report *second)
{
    struct import_report worse = *second;
    struct import_usb usb = report->usb;

    if (properties_of(second) > properties_of(report)) {
        worse = *report;
        *report = *second;
        if (!report->usb.identified) {
            worse.usb = report->usb;
            report->usb = usb;
        }
    }
    import_report_done(&worse);
}

int import_mtp_detect(struct lines *lines, struct import_report *report, char *error,
                      size_t error_size)
{
    struct import_report second = {0};
    char ignored[200];
    struct parser parser = {.lines = lines,
                            .report = report,
                            .section = SECTION_HEAD,
                            .heading = "the beginning",
                            .error = error,
                            .error_size = error_size};
    int result;

    if (!lines_are_text(lines))
        return FAULT(&parser, "a NUL byte: this is no text");
    result = read_report(&parser);
    if (result || !parser.ended)
        return result;
    parser = (struct parser){.lines = lines,
                             .report = &second,
                             .section = parser.next,
                             .heading = "a second report",
                             .error = ignored,
                             .error_size = sizeof ignored};
    if (read_report(&parser))
        import_report_done(&second);
    else
        prefer_second(report, &second);
    return 0;
}
