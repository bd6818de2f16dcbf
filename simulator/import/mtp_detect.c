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
bool import_is_dump(const char *line)
{
    unsigned number;
    const char *rest = text_hex(line, 4, &number);

    if (!rest || rest - line != 4 || text_starts(line, "0x") || !text_starts(rest, ": "))
        return false;
    line = rest + 2;
    rest = text_hex(line, 4, &number);
    return rest && (rest - line == 4 || rest - line == 2) && *rest == ' ' && strchr(rest, '\t');
}

bool import_is_noise(const char *line)
{
    if (*line == '\0' || import_is_dump(line))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(noise); i++) {
        if (text_starts(line, noise[i]))
            return true;
    }
    return false;
}

/* ---- lists of codes */

/* Events and properties have codes of their own (MTP 1.1, B.1) and stand after 0x, as operations do
 * in the oldest logs only: so a heading that was lost does not make operations of events. */
bool import_is_of_kind(enum section section, const char *line, const char *rest, unsigned code)
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

    if (strcmp(line, "None.") == 0 || (import_is_noise(line) && (!rest || import_is_dump(line))))
        return 0;
    if (!rest || (*rest && *rest != ':' && *rest != ' ') ||
        !import_is_of_kind(parser->section, line, rest, code)) {
        parser->odd_operation |= parser->section == SECTION_OPERATIONS;
        return FAULT(parser, "'%.60s' is no code below '%s'", line, parser->heading);
    }
    if (codes->count >= 250)
        return FAULT(parser, "more than 250 codes below '%s'", parser->heading);
    return import_code_add(codes, (uint16_t)code) ? import_no_memory(parser) : 0;
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

const char *import_heading(enum section section)
{
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if (headings[i].section == section)
            return headings[i].heading;
    }
    return "the beginning";
}

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

static void enter(struct parser *parser, enum section section)
{
    import_missing_keys(parser);
    parser->section = section;
    parser->heading = import_heading(section);
    parser->seen |= section;
    parser->skipping = false;
    parser->wrapped = NULL;
    if (section == SECTION_DEVICE)
        parser->report->line = parser->lines->number;
}

/* A heading that came already, or one that should have come before: another report's, or this one
 * is in disorder. True: it is the latter, and dealt with. */
static bool is_disorder(struct parser *parser, enum section section)
{
    if (parser->mode == IMPORT_STRICT || section <= SECTION_DEVICE)
        return false;
    if (!(parser->seen & section)) {
        enter(parser, section);
    } else {
        parser->skipping = true;
        NOTE(parser, "'%s' again: left out, with what is below it", import_heading(section));
    }
    return true;
}

/* Does the line begin a section? One that came already ends the report. */
static bool begin_section(struct parser *parser, const char *line, int *ret_error)
{
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        enum section section = headings[i].section;

        if (!is_heading(parser, line, headings[i].heading))
            continue;
        *ret_error = import_flush_property(parser);
        if (section == parser->section && section == SECTION_USB)
            return true;
        if (section > parser->section) {
            enter(parser, section);
        } else if (!is_disorder(parser, section)) {
            parser->next = section;
            parser->ended = true;
        }
        return true;
    }
    return false;
}

/* A line of a later section: its heading is missing, and it is begun all the same. */
static int guess_section(struct parser *parser, const char *line)
{
    enum section section = import_guess_section(parser, line);
    int result;

    if (!section)
        return 0;
    if (parser->mode == IMPORT_STRICT) {
        parser->report->suspect = true;
        return 0;
    }
    result = import_flush_property(parser);
    enter(parser, section);
    NOTE(parser, "'%s' missing, assumed above this line", parser->heading);
    return result;
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

/* A line that is not whole says nothing but codes and headings. */
static int take_unfinished(struct parser *parser, char *line, unsigned indent)
{
    int result = 0;

    if (parser->section & SECTION_CODES)
        result = take_code(parser, line);
    else if (parser->section == SECTION_FORMATS)
        result = import_take_format_line(parser, line, indent);
    if (parser->piece_count)
        strcpy(parser->pieces[parser->piece_count - 1].text, "");
    NOTE(parser, "the log ends within '%.60s': left out, but for a code it begins with", line);
    return result;
}

static int take_keyed(struct parser *parser, const char *line)
{
    bool known = false;
    int error = import_take_keyed(parser, line, &known);

    if (!known && parser->section == SECTION_HEAD) {
        guess_identity(parser, line);
        parser->unread_storages |= strstr(line, "Get Storage information failed") != NULL;
        parser->report->suspect |= parser->unread_storages;
    }
    if (!known && parser->section == SECTION_DEVICE && parser->wrapped && *line)
        return import_take_extension(parser, line);
    if (!known && parser->section == SECTION_VALUES && !import_is_noise(line))
        NOTE(parser, "'%.60s' is not known below '%s': left out", line, parser->heading);
    return error;
}

/* Below the file types the tool has something to say of its own: the log is not cut off there. */
static bool goes_on(const struct parser *parser, const char *line)
{
    return text_starts(line, "OK.") || (*line && !parser->unfinished && import_is_noise(line)) ||
           text_starts(line, "<DeviceInfo");
}

static int take_line(struct parser *parser, char *line, unsigned indent)
{
    int error = 0;

    if (begin_section(parser, line, &error))
        return error;
    error = guess_section(parser, line);
    if (error || parser->skipping)
        return error;
    parser->went_on |= parser->section >= SECTION_TYPES && goes_on(parser, line);
    if (parser->unfinished && parser->mode == IMPORT_LENIENT && *line &&
        parser->section < SECTION_TYPES)
        return take_unfinished(parser, line, indent);
    if (parser->section & SECTION_CODES)
        return take_code(parser, line);
    if (parser->section == SECTION_FORMATS)
        return import_take_format_line(parser, line, indent);
    if (parser->section & SECTION_TEXTS)
        return import_take_long_text(parser, line);
    if (parser->section == SECTION_TYPES)
        return import_type_add(parser->report, line) ? import_no_memory(parser) : 0;
    return take_keyed(parser, line);
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
        if (*line && import_is_noise(line))
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
        if (strlen(line) + strlen(rest) > IMPORT_TEXT_BYTES)
            return FAULT(parser, "a line of more than %zu bytes", IMPORT_TEXT_BYTES);
        if (asprintf(&joined, "%s%s", line, rest) < 0)
            return import_no_memory(parser);
        free(parser->joined);
        line = parser->joined = joined;
    }
    *ret_line = line;
    parser->unfinished = parser->lines->at > parser->lines->size;
    return 0;
}

/* ---- the whole */

#define NEEDED                                                                                     \
    (SECTION_DEVICE | SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES | SECTION_FOLDERS | \
     SECTION_VALUES)

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
    report->filled = true;
    if (report->format_count == 0 &&
        import_code_listed(&report->operations, MTP_OP_GET_OBJECT_PROPS_SUPPORTED))
        return FAULT(parser, "a log without formats");
    if (!(parser->seen & SECTION_FORMATS))
        return import_formats_of_types(report) ? import_no_memory(parser) : 0;
    return 0;
}

static int read_report(struct parser *parser)
{
    unsigned indent;
    char *line = NULL;
    int result = 0;

    while (result >= 0 && !parser->ended) {
        result = next_line(parser, &line, &indent);
        if (result < 0 || (!result && !line))
            break;
        if (!result)
            result = take_line(parser, line, indent);
    }
    if (result >= 0)
        result = import_flush_property(parser);
    if (!result)
        result = parser->mode == IMPORT_LENIENT ? import_mend(parser) : check_whole(parser);
    if (!result)
        import_note_end(parser);
    if (!result && parser->report->notes.failed)
        result = import_no_memory(parser);
    import_drop_pieces(parser);
    free(parser->joined);
    parser->joined = NULL;
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
 * is taken; of two that got none, the one with more of the rest. */
static bool is_better(const struct parser *parser, const struct import_report *best,
                      const struct import_report *next)
{
    if (!best->filled || properties_of(next) > properties_of(best))
        return true;
    return parser->mode == IMPORT_LENIENT && properties_of(next) == properties_of(best) &&
           next->unknown < best->unknown;
}

static void prefer(struct parser *parser, struct import_report *best, struct import_report *next)
{
    struct import_report worse = *next;
    struct import_usb usb = best->usb;
    uint32_t other = best->other;
    bool two = best->filled;

    if (is_better(parser, best, next)) {
        worse = *best;
        *best = *next;
        if (!best->usb.identified) {
            worse.usb = best->usb;
            best->usb = usb;
        }
        best->other = other;
    }
    if (two && parser->mode == IMPORT_LENIENT)
        import_note(&best->notes, parser->lines,
                    "another run of the tool ends here: the one with more of the device is taken");
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
    parser->section = parser->next;
    parser->seen = parser->next;
    parser->keys = 0;
    parser->ended = parser->skipping = parser->went_on = false;
    parser->storage_told = parser->skipping_storage = false;
    parser->lost_format = parser->odd_operation = parser->described = false;
    parser->format_indent = parser->property_indent = 0;
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
            prefer(parser, best, next);
        }
        if (!find_next(parser))
            break;
        begin_report(parser);
    } while (true);
    parser->error = message;
    if (!best->filled && !error)
        error =
            FAULT(parser, "no whole report of a device %04x:%04x", device.vendor, device.product);
    return best->filled ? 0 : error;
}

static int read_pass(struct lines *lines, enum import_mode mode, struct import_report *report,
                     char *error, size_t error_size)
{
    struct parser parser = {.lines = lines,
                            .mode = mode,
                            .section = SECTION_HEAD,
                            .heading = import_heading(SECTION_HEAD),
                            .error = error,
                            .error_size = error_size};

    return read_reports(&parser, report);
}

/* First as strictly as ever, so that a whole log is read in no other way. */
static int read_leniently(struct lines *lines, struct import_report *report, char *error,
                          size_t error_size)
{
    struct import_report found = {.usb = report->usb};
    struct lines copy;
    int result = lines_copy(lines, &copy);

    if (result)
        return lines_fault(lines, error, error_size, "no memory");
    result = read_pass(&copy, IMPORT_STRICT, &found, error, error_size);
    lines_done(&copy);
    if (result || found.suspect) {
        import_report_done(&found);
        found = (struct import_report){.usb = report->usb};
        result = read_pass(lines, IMPORT_LENIENT, &found, error, error_size);
    }
    import_notes_join(&report->notes, &found.notes);
    found.notes = report->notes;
    *report = found;
    return result;
}

int import_mtp_detect(struct lines *lines, enum import_mode mode, struct import_report *report,
                      char *error, size_t error_size)
{
    /* Any of these may be the one that is odd. */
    static const enum section anchors[] = {SECTION_DEVICE, SECTION_USB, SECTION_OPERATIONS,
                                           SECTION_EVENTS, SECTION_PROPERTIES};
    const char *damage = lines_not_text(lines);
    bool found = false;
    int result;

    if (damage && mode == IMPORT_STRICT)
        return lines_fault(lines, error, error_size, "%s", damage);
    if (damage)
        lines_mend(lines, damage, &report->notes);
    result = paste_undo(lines);
    for (size_t i = 0; !result && i < ARRAY_SIZE(anchors) && !found; i++)
        found = paste_drop_prefix(lines, import_heading(anchors[i]));
    if (result)
        return lines_fault(lines, error, error_size, "%s", strerror(-result));
    if (mode == IMPORT_STRICT)
        return read_pass(lines, mode, report, error, error_size);
    return read_leniently(lines, report, error, error_size);
}
