/* Finds what mail programs, forums and terminals did to a log by what stands before a line that is
 * known, and takes it back. */
#include "simulator/import/paste.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

#define PREFIX_MAX ((size_t)90)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- colours, blanks that are none */

/* ECMA-48, 5.4; OSC: 8.3.89. */
size_t paste_escape(const char *at, const char *end)
{
    const char *from = at;

    if (at == end || *at != '\x1b' || ++at == end)
        return 0;
    if (*at == ']') {
        while (at < end && *at != '\a' && *at != '\n' && !(*at == '\\' && at[-1] == '\x1b'))
            at++;
        return (size_t)(at - from) + (at < end && *at != '\n');
    }
    if (*at == '[')
        for (at++; at < end && *at >= 0x20 && *at < 0x40;)
            at++;
    return (size_t)(at - from) + (at < end && *at != '\n');
}

/* "LIBMTP dump_usbinfo[736]: " before what the library says while it is debugged. */
static size_t place_at(const char *at, const char *end)
{
    const char *from = at;

    if (end - at < 8 || memcmp(at, "LIBMTP ", 7) != 0)
        return 0;
    for (at += 7; at < end && (isalnum((unsigned char)*at) || *at == '_');)
        at++;
    if (at == end || *at++ != '[')
        return 0;
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return end - at >= 3 && memcmp(at, "]: ", 3) == 0 ? (size_t)(at + 3 - from) : 0;
}

/* A no-break space (U+00A0) in an indentation, or beside a blank, was one; within a name it stays.
 */
static bool is_hard_blank(const char *at, const char *end)
{
    return end - at >= 2 && memcmp(at, "\xc2\xa0", 2) == 0;
}

static bool is_beside_blank(const char *start, const char *before, const char *after,
                            const char *end)
{
    return before == start || before[-1] == '\n' || is_blank(before[-1]) || after == end ||
           *after == '\n' || is_blank(*after) || is_hard_blank(after, end);
}

static void plain(struct lines *lines)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    char *to = lines->text;

    while (at < end) {
        size_t escape = paste_escape(at, end);

        if (escape || *at == LINES_FOLD) {
            at += escape ? escape : 1;
        } else if ((to == lines->text || to[-1] == '\n') && place_at(at, end)) {
            at += place_at(at, end);
        } else if (is_hard_blank(at, end) && is_beside_blank(lines->text, to, at + 2, end)) {
            *to++ = ' ';
            at += 2;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    lines->size = (size_t)(to - lines->text);
    if (!memchr(lines->text, '\n', lines->size))
        for (to = lines->text; *to; to++)
            *to = *to == '\r' ? '\n' : *to;
}

/* ---- a page's entities (HTML 4.01, 24) */

static const struct {
    const char *name;
    char character;
} entities[] = {{"&quot;", '"'}, {"&lt;", '<'},    {"&gt;", '>'}, {"&nbsp;", ' '},
                {"&#39;", '\''}, {"&#x27;", '\''}, {"&amp;", '&'}};

/* Where none of the characters stand for themselves. */
static bool is_escaped(const char *text)
{
    return (strstr(text, "&quot;") && !strchr(text, '"')) ||
           (strstr(text, "&lt;") && !strchr(text, '<'));
}

static void unescape(struct lines *lines)
{
    char *at = lines->text, *to = lines->text;

    while (*at) {
        size_t i = 0, count = ARRAY_SIZE(entities);

        while (i < count && !text_starts(at, entities[i].name))
            i++;
        *to++ = i < count ? entities[i].character : *at;
        at += i < count ? strlen(entities[i].name) : 1;
    }
    *to = '\0';
    lines->size = (size_t)(to - lines->text);
}

/* ---- a mail's quoted-printable (RFC 2045, 6.7) */

static bool is_quoted_printable(const struct lines *lines)
{
    return strstr(lines->text, "VID=3D") ||
           strcasestr(lines->text, "Content-Transfer-Encoding: quoted-printable");
}

/* The byte of "=3D"; -1: it is none, or one that no log holds. */
static int escaped_byte(const char *at, const char *end)
{
    unsigned number;

    if (end - at < 3 || !isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
        return -1;
    number = (unsigned)strtoul((const char[]){at[1], at[2], '\0'}, NULL, 16);
    return number >= 0x20 || number == '\t' || number == '\r' ? (int)number : -1;
}

/* A line that was folded is made whole, with a mark for each fold at its end. */
static int unquote_printable(struct lines *lines)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    char *to = lines->text, *before = lines->text;
    size_t folds = 0;
    int byte, result;

    while (at < end) {
        const char *soft = at + 1;

        while (soft < end && is_blank(*soft))
            soft++;
        if (*at == '=' && soft < end && *soft == '\n') {
            folds++;
            at = soft + 1;
        } else if (*at == '=' && (byte = escaped_byte(at, end)) >= 0) {
            *to++ = (char)byte;
            at += 3;
        } else {
            for (; *at == '\n' && folds; folds--)
                *to++ = LINES_FOLD;
            *to++ = *at++;
        }
    }
    result = lines_over(lines->path, before, (size_t)(to - before), lines);
    if (!result)
        free(before);
    return result;
}

/* ---- what stands before each line: "> ", "12: ", "[ 3.141592] ", "12:34:56 host tool[7]: " */

struct prefix {
    char text[PREFIX_MAX + 1];
    size_t length;
};

static const char *line_end(const char *at, const char *end)
{
    const char *stop = memchr(at, '\n', (size_t)(end - at));

    return stop ? stop : end;
}

/* Past the prefix, where the line begins with it: numbers may differ, and so may the blanks beside
 * them; a line that is otherwise empty may lack its last blanks. NULL: it does not. */
static const char *past_prefix(const struct prefix *prefix, const char *at, const char *end)
{
    size_t i = 0;

    while (i < prefix->length) {
        bool digit = isdigit((unsigned char)prefix->text[i]) != 0,
             blank = is_blank(prefix->text[i]);
        size_t run = 1, taken = 0;
        bool beside;

        while ((digit || blank) && i + run < prefix->length &&
               (digit ? isdigit((unsigned char)prefix->text[i + run]) != 0
                      : is_blank(prefix->text[i + run])))
            run++;
        i += run;
        beside = blank && i < prefix->length && isdigit((unsigned char)prefix->text[i]);
        while (at + taken < end && (digit   ? isdigit((unsigned char)at[taken]) != 0
                                    : blank ? is_blank(at[taken]) && (beside || taken < run)
                                            : taken == 0 && at[0] == prefix->text[i - 1]))
            taken++;
        if (!taken && !(blank && (beside || i == prefix->length)))
            return NULL;
        at += taken;
    }
    return at;
}

/* Do the two lines after the anchor have its prefix, too? */
static bool goes_on(const struct prefix *prefix, const char *at, const char *end)
{
    unsigned found;

    for (found = 0; found < 2 && at < end; at = line_end(at, end) + 1) {
        if (past_prefix(prefix, at, line_end(at, end)))
            found++;
        else
            return false;
    }
    return found == 2;
}

static bool find_prefix(const struct lines *lines, const char *anchor, struct prefix *prefix)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    size_t length = strlen(anchor);

    while ((at = memmem(at, (size_t)(end - at), anchor, length)) != NULL) {
        const char *start = at, *after = at + length, *stop = line_end(at, end), *visible;

        while (after < stop && is_blank(*after))
            after++;
        while (start > lines->text && start[-1] != '\n')
            start--;
        for (visible = start; visible < at && is_blank(*visible);)
            visible++;
        if (after == stop && visible < at && (size_t)(at - start) <= PREFIX_MAX) {
            prefix->length = (size_t)(at - start);
            memcpy(prefix->text, start, prefix->length);
            if (stop < end && goes_on(prefix, stop + 1, end))
                return true;
        }
        at += length;
    }
    return false;
}

static void drop_prefix(struct lines *lines, const struct prefix *prefix)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    char *to = lines->text;

    while (at < end) {
        const char *stop = line_end(at, end), *rest = past_prefix(prefix, at, stop);

        at = rest ? rest : at;
        memmove(to, at, (size_t)(stop - at) + (stop < end));
        to += (stop - at) + (stop < end);
        at = stop + 1;
    }
    *to = '\0';
    lines->size = (size_t)(to - lines->text);
}

int paste_undo(struct lines *lines)
{
    if (is_escaped(lines->text))
        unescape(lines);
    plain(lines);
    return is_quoted_printable(lines) ? unquote_printable(lines) : 0;
}

bool paste_drop_prefix(struct lines *lines, const char *anchor)
{
    struct prefix prefix;
    bool found = find_prefix(lines, anchor, &prefix);

    if (found)
        drop_prefix(lines, &prefix);
    return found;
}
