/* Texts in mtp-detect's output that go over several lines: the secure time, the certificate, and
 * the description of the extensions where a mail program wrapped it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/mtp_detect_internal.h"

static int append_text(struct parser *parser, char **text, const char *between, const char *more)
{
    size_t length = *text ? strlen(*text) : 0;
    char *bigger = NULL;

    if (length + strlen(more) > IMPORT_TEXT_BYTES)
        return FAULT(parser, "a text of more than %zu bytes", IMPORT_TEXT_BYTES);
    if (asprintf(&bigger, "%s%s%s", *text ? *text : "", length ? between : "", more) < 0)
        return import_no_memory(parser);
    free(*text);
    *text = bigger;
    return 0;
}

size_t import_text_units(const char *text)
{
    size_t units = 0;

    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at; at++)
        units += (size_t)((*at & 0xc0) != 0x80) + (size_t)(*at >= 0xf0);
    return units;
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

/* Words with blanks between them, and no markup. */
static bool is_prose(const char *line)
{
    return strchr(line, ' ') && !line[strcspn(line, "<>=\"")];
}

/* Secure time and certificate go to the next empty line, and may hold line ends themselves. */
int import_take_long_text(struct parser *parser, const char *line)
{
    struct import_report *report = parser->report;
    char **text = parser->section == SECTION_TIME ? &report->secure_time : &report->certificate;

    if (text_starts(line, "&lt;"))
        return FAULT(parser, "'%.60s' is HTML, not what mtp-detect printed", line);
    if (*line == '\0' || text_starts(line, "OK.") || text_starts(line, "[/") ||
        import_is_noise(line)) {
        if (*text)
            parser->section = SECTION_AFTER;
        if (*text && text == &report->secure_time)
            parser->section = SECTION_TYPES;
        return 0;
    }
    if (is_prose(line)) {
        int result = import_suspect(parser, "'%.60s' is no line of '%s'", line, parser->heading);

        if (result)
            return result;
    }
    return append_text(parser, text, between(*text, line), line);
}

/* The description of the extensions goes on: "microsoft.com/WMPPD: 11.0; …" has no two words in a
 * row. */
int import_take_extension(struct parser *parser, const char *line)
{
    unsigned bare = 0;

    if (import_is_noise(line))
        return 0;
    for (const char *at = line; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " "), plain = strcspn(at, " .:;/");

        bare += plain == length;
        at += length;
    }
    if (bare > 1 || (strchr(line, ':') && !strpbrk(line, "./"))) {
        int result = import_suspect(parser, "'%.60s' is no extension", line);

        if (result)
            return result;
    }
    if (import_text_units(*parser->wrapped) + import_text_units(line) >= IMPORT_STRING_UNITS)
        return FAULT(parser, "'%.60s...' is longer than a string of MTP", *parser->wrapped);
    return append_text(parser, parser->wrapped, " ", line);
}
