/* From text to sections, entries and fields, in one pass. What is copied of the text never grows: a
 * field's NUL has the room of what ended the field. Windows is lenient, and so is this: what it
 * gets over is read on and said. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/inf/inf.h"
#include "conformance/host/inf/inf_sections.h"

struct scan {
    struct inf *inf;
    const char *at, *end;
    char *out;        /* of the pool */
    const char *mark; /* what `here` is the place of */
    struct inf_at here;
    const char *first_bad;
    struct inf_section *section; /* NULL: none has begun */
    size_t entry_room, field_room, section_room;
    int error; /* sticky: 0, -ENOMEM or -EFBIG */
};

static const char LINE[] = "\r\n", BLANKS[] = " \t\v\f";

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static bool at_line_end(const struct scan *scan)
{
    return scan->at >= scan->end || is_line_end(*scan->at);
}

/* The place of the next character; asked for from the front to the back. */
static struct inf_at place(struct scan *scan)
{
    for (; scan->mark < scan->at; scan->mark++)
        scan->here.column += ((unsigned char)*scan->mark & 0xc0) != 0x80;
    return scan->here;
}

#define FIND(scan, at, row, fix, ...)                                                              \
    inf_find((scan)->inf->findings, (scan)->inf->name, at, row, fix, __VA_ARGS__)

/* Behind the end of the line, which is CR, LF or both. */
static void next_line(struct scan *scan)
{
    if (scan->first_bad && scan->at > scan->first_bad) {
        FIND(scan, place(scan), "SVC-SYN-013", "save the file as UTF-16 with a byte order mark",
             "this line holds what is no character in %s", inf_encodings[scan->inf->encoding]);
        scan->first_bad = NULL;
    }
    if (scan->at < scan->end)
        scan->at += scan->at[0] == '\r' && scan->at[1] == '\n' ? 2 : 1;
    scan->mark = scan->at;
    scan->here.line++;
    scan->here.column = 1;
}

static void skip_blanks(struct scan *scan)
{
    while (is_blank(*scan->at))
        scan->at++;
}

static void skip_line(struct scan *scan)
{
    scan->at += strcspn(scan->at, LINE);
    next_line(scan);
}

/* At a backslash: is it, or a row of them, the last of the line but for blanks and a comment? Then
 * all of it is passed, to what stands first in the next line. */
static bool continues(struct scan *scan)
{
    const char *at = scan->at + strspn(scan->at, "\\");

    if (at == scan->at)
        return false;
    at += strspn(at, BLANKS);
    if (*at && *at != ';' && !is_line_end(*at))
        return false;
    skip_line(scan);
    skip_blanks(scan);
    return true;
}

/* Makes room in an array that doubles; false, and an error, without. */
static bool make_room(struct scan *scan, void **array, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room ? 2 * *room : 64;
    void *more;

    if (count < *room)
        return true;
    more = realloc(*array, wanted * size);
    if (!more) {
        scan->error = -ENOMEM;
        return false;
    }
    *array = more;
    *room = wanted;
    return true;
}

static size_t characters(const char *from, const char *to)
{
    size_t count = 0;

    for (; from < to; from++)
        count += ((unsigned char)*from & 0xc0) != 0x80;
    return count;
}

static void add_field(struct scan *scan, struct inf_field field)
{
    struct inf *inf = scan->inf;
    size_t length = characters(field.text, scan->out);

    if (length > INF_FIELD_MAX)
        FIND(scan, field.at, "SVC-SYN-012", "make it shorter, or several values of it",
             "a field of %zu characters: expected at most %d", length, INF_FIELD_MAX);
    *scan->out++ = '\0';
    if (inf->field_count == INF_FIELDS_MAX)
        scan->error = -EFBIG;
    if (!scan->error &&
        make_room(scan, (void **)&inf->fields, inf->field_count, &scan->field_room, sizeof(field)))
        inf->fields[inf->field_count++] = field;
}

static void copy(struct scan *scan, size_t length)
{
    memcpy(scan->out, scan->at, length);
    scan->out += length;
    scan->at += length;
}

/* From one quotation mark to the other; two of them are one of the text. */
static void copy_quoted(struct scan *scan)
{
    struct inf_at begin = place(scan);

    for (scan->at++; !at_line_end(scan); *scan->out++ = *scan->at++) {
        if (*scan->at == '"' && *++scan->at != '"')
            return;
    }
    FIND(scan, begin, "SVC-SYN-011", "end the string with a quotation mark on the same line",
         "a quoted string without an end");
}

/* A token, in which a semicolon begins no comment; or the two signs that stand for one; or a sign
 * alone. All of it stays as it is. */
static void copy_token(struct scan *scan)
{
    size_t length = strcspn(scan->at + 1, "%,\" \t\v\f\r\n");

    copy(scan, scan->at[length + 1] == '%' ? length + 2 : 1);
}

/* Up to a comma, a comment, the line's end, or the sign behind a key. */
static void read_field(struct scan *scan, bool may_be_key)
{
    struct inf_field field = {.text = scan->out};
    char *kept = scan->out;

    do
        skip_blanks(scan);
    while (continues(scan));
    field.at = place(scan);
    while (!at_line_end(scan) && *scan->at != ',' && *scan->at != ';' &&
           !(*scan->at == '=' && may_be_key)) {
        bool is_visible = !is_blank(*scan->at);

        if (continues(scan)) {
            scan->out = kept;
            continue;
        }
        if (*scan->at == '\\') {
            copy(scan, strspn(scan->at, "\\"));
        } else if (*scan->at == '"') {
            field.is_quoted = true;
            copy_quoted(scan);
        } else if (*scan->at == '%') {
            copy_token(scan);
        } else {
            *scan->out++ = *scan->at++;
        }
        if (is_visible)
            kept = scan->out;
    }
    scan->out = kept;
    add_field(scan, field);
}

static void add_entry(struct scan *scan, struct inf_entry entry)
{
    struct inf *inf = scan->inf;

    if (scan->error || !make_room(scan, (void **)&inf->entries, inf->entry_count, &scan->entry_room,
                                  sizeof(entry)))
        return;
    inf->entries[inf->entry_count++] = entry;
    if (scan->section->last)
        inf->entries[scan->section->last - 1].next = inf->entry_count;
    else
        scan->section->first = inf->entry_count;
    scan->section->last = inf->entry_count;
}

static void read_entry(struct scan *scan)
{
    struct inf_entry entry = {.first = scan->inf->field_count, .at = place(scan)};

    if (!scan->section) { /* which Windows does not read */
        skip_line(scan);
        return;
    }
    read_field(scan, true);
    if (!at_line_end(scan) && *scan->at == '=') {
        entry.has_key = true;
        scan->at++;
        read_field(scan, false);
    }
    while (!scan->error && !at_line_end(scan) && *scan->at == ',') {
        scan->at++;
        read_field(scan, false);
    }
    entry.count = scan->inf->field_count - entry.first;
    add_entry(scan, entry);
    skip_line(scan);
}

/* The one of that name that is there, or this as a new one. */
static struct inf_section *merge(struct scan *scan, const struct inf_section *section)
{
    struct inf *inf = scan->inf;
    struct inf_section *const *there = tfind(section, &inf->by_name, inf_section_compare);
    struct inf_section *one;

    if (there)
        return *there;
    if (!make_room(scan, (void **)&inf->sections, inf->section_count, &scan->section_room,
                   sizeof(one)))
        return NULL;
    one = malloc(sizeof(*one));
    if (one)
        *one = *section;
    if (!one || !tsearch(one, &inf->by_name, inf_section_compare)) {
        free(one);
        scan->error = -ENOMEM;
        return NULL;
    }
    inf->sections[inf->section_count++] = one;
    return one;
}

/* Blanks inside the brackets are part of a name. */
static void read_section(struct scan *scan)
{
    struct inf_section section = {
        .name = scan->out, .at = place(scan), .index = scan->inf->section_count};
    size_t length = strcspn(++scan->at, "]\r\n"), counted;

    copy(scan, length);
    counted = characters(section.name, scan->out);
    *scan->out++ = '\0';
    if (counted > INF_SECTION_MAX)
        FIND(scan, section.at, "SVC-SYN-004", "give the section a shorter name",
             "the name of a section has %zu characters: expected at most %d", counted,
             INF_SECTION_MAX);
    if (at_line_end(scan)) {
        FIND(scan, section.at, "SVC-SYN-002", "end the name with ]",
             "the name of a section without its ]");
    } else {
        scan->at++;
        skip_blanks(scan);
        if (!at_line_end(scan) && *scan->at != ';')
            FIND(scan, place(scan), "SVC-SYN-002", "put it on a line of its own",
                 "what stands behind the name of a section is not read");
    }
    scan->section = merge(scan, &section);
    skip_line(scan);
}

static void read_line(struct scan *scan)
{
    skip_blanks(scan);
    if (at_line_end(scan) || *scan->at == ';')
        skip_line(scan);
    else if (*scan->at == '[')
        read_section(scan);
    else
        read_entry(scan);
}

static int read_all(struct inf *inf, const struct inf_text *text)
{
    struct scan scan = {.inf = inf,
                        .at = text->utf8,
                        .end = text->utf8 + text->size,
                        .mark = text->utf8,
                        .here = {1, 1},
                        .first_bad = text->first_bad};

    /* One NUL more than there are separators, since the last field may end with the file. */
    scan.out = inf->pool = malloc(text->size + 2);
    inf->encoding = text->encoding;
    if (!inf->pool)
        return -ENOMEM;
    while (!scan.error && scan.at < scan.end)
        read_line(&scan);
    return scan.error;
}

int inf_parse(const char *name, const void *data, size_t size, unsigned code_page,
              struct inf_findings *findings, struct inf **ret, char *error, size_t error_size)
{
    struct inf *inf = calloc(1, sizeof(*inf));
    struct inf_text text;
    int status = inf && (inf->name = strdup(name)) ? 0 : -ENOMEM;

    if (status) {
        snprintf(error, error_size, "%s", strerror(-status));
        inf_free(inf);
        return status;
    }
    inf->findings = findings;
    status = inf_text_decode(data, size, code_page, &text, error, error_size);
    if (!status) {
        status = read_all(inf, &text);
        inf_text_done(&text);
        if (!status && inf->section_count == 0)
            status = -EILSEQ;
        if (status == -EILSEQ)
            snprintf(error, error_size, "no [section]: expected the text of an INF");
        else if (status == -EFBIG)
            snprintf(error, error_size, "more than %d fields", INF_FIELDS_MAX);
        else if (status)
            snprintf(error, error_size, "%s", strerror(-status));
    }
    if (status)
        inf_free(inf);
    else
        *ret = inf;
    return status;
}
