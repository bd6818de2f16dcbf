/* Everything becomes UTF-8 before it is read: in some code pages the second byte of a character is
 * a backslash or a bar, so that nobody who looks for those may see bytes of them. */
#include "conformance/host/inf/inf_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const inf_encodings[] = {
    [INF_ASCII] = "ASCII",      [INF_ANSI] = "Windows code page",
    [INF_UTF8] = "UTF-8",       [INF_UTF8_MARK] = "UTF-8 with byte order mark",
    [INF_UTF16LE] = "UTF-16LE", [INF_UTF16BE] = "UTF-16BE",
};

enum { CONTROL_Z = 0x1a, GROWTH = 3 /* bytes of UTF-8 for one, at most */ };

static const struct mark {
    const char *bytes;
    size_t size;
    enum inf_encoding encoding;
} marks[] = {
    {"\xef\xbb\xbf", 3, INF_UTF8_MARK},
    {"\xff\xfe", 2, INF_UTF16LE},
    {"\xfe\xff", 2, INF_UTF16BE},
};

static const struct mark *find_mark(const char *data, size_t size)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (size >= marks[i].size && memcmp(data, marks[i].bytes, marks[i].size) == 0)
            return &marks[i];
    }
    return NULL;
}

static bool is_ascii(const char *data, size_t size)
{
    size_t i = 0;

    while (i < size && (unsigned char)data[i] < 0x80)
        i++;
    return i == size;
}

/* In place of `unit` bytes that are no character. */
static void put_bad(struct inf_text *text, char **out)
{
    if (!text->first_bad)
        text->first_bad = *out;
    memcpy(*out, "\xef\xbf\xbd", 3);
    *out += 3;
}

static int convert(const char *charset, const char *data, size_t size, struct inf_text *text)
{
    size_t unit = strncmp(charset, "UTF-16", 6) == 0 ? 2 : 1, room = size * GROWTH;
    iconv_t way = iconv_open("UTF-8", charset);
    char *in = (char *)data, *out;

    if (way == (iconv_t)-1)
        return -EINVAL;
    text->utf8 = out = malloc(room + 1);
    if (!out) {
        iconv_close(way);
        return -ENOMEM;
    }
    while (size && iconv(way, &in, &size, &out, &room) == (size_t)-1) {
        size_t bad = size < unit ? size : unit;

        put_bad(text, &out);
        room -= 3;
        in += bad;
        size -= bad;
    }
    iconv_close(way);
    text->size = (size_t)(out - text->utf8);
    *out = '\0';
    return 0;
}

static int copy(const char *data, size_t size, struct inf_text *text)
{
    text->encoding = INF_ASCII;
    text->size = size;
    text->utf8 = malloc(size + 1);
    if (!text->utf8)
        return -ENOMEM;
    memcpy(text->utf8, data, size);
    text->utf8[size] = '\0';
    return 0;
}

/* A file without a mark is UTF-8 where it can be: other text hardly ever is by chance. */
static int convert_unmarked(const char *data, size_t size, unsigned code_page,
                            struct inf_text *text)
{
    char charset[16];
    int error;

    if (is_ascii(data, size))
        return copy(data, size, text);
    text->encoding = INF_UTF8;
    error = convert("UTF-8", data, size, text);
    if (error || !text->first_bad)
        return error;
    inf_text_done(text);
    text->encoding = INF_ANSI;
    snprintf(charset, sizeof(charset), "CP%u", code_page);
    return convert(charset, data, size, text);
}

static int no_text(const struct inf_text *text, char *error, size_t error_size)
{
    size_t zero = strlen(text->utf8);

    if (text->encoding < INF_UTF8_MARK && text->size > zero + 2 && zero <= 1 &&
        text->utf8[zero + 2] == '\0')
        snprintf(error, error_size, "UTF-16 without a byte order mark: expected one (FF FE)");
    else
        snprintf(error, error_size, "a NUL after %zu bytes: expected text", zero);
    return -EILSEQ;
}

/* What DOS has taken as the end of a text file ends it still. */
static void end_at_control_z(struct inf_text *text)
{
    char *end = memchr(text->utf8, CONTROL_Z, text->size);

    if (!end)
        return;
    *end = '\0';
    text->size = (size_t)(end - text->utf8);
    if (text->first_bad && text->first_bad >= end)
        text->first_bad = NULL;
}

int inf_text_decode(const void *data, size_t size, unsigned code_page, struct inf_text *ret,
                    char *error, size_t error_size)
{
    static const char *const charsets[] = {
        [INF_UTF8_MARK] = "UTF-8", [INF_UTF16LE] = "UTF-16LE", [INF_UTF16BE] = "UTF-16BE"};
    const struct mark *mark = find_mark(data, size);
    struct inf_text text = {.first_bad = NULL};
    int status;

    if (size > INF_BYTES_MAX) {
        snprintf(error, error_size, "more than %d bytes", INF_BYTES_MAX);
        return -EFBIG;
    }
    if (mark) {
        text.encoding = mark->encoding;
        status = convert(charsets[mark->encoding], (const char *)data + mark->size,
                         size - mark->size, &text);
    } else {
        status = convert_unmarked(data, size, code_page, &text);
    }
    if (status == -EINVAL)
        snprintf(error, error_size, "code page %u: not one that is known here", code_page);
    else if (status)
        snprintf(error, error_size, "%s", strerror(-status));
    else
        end_at_control_z(&text);
    if (!status && strlen(text.utf8) != text.size)
        status = no_text(&text, error, error_size);
    if (status)
        inf_text_done(&text);
    else
        *ret = text;
    return status;
}

void inf_text_done(struct inf_text *text)
{
    free(text->utf8);
    *text = (struct inf_text){.first_bad = NULL};
}
