/* A .reg file is read to its end over a copy, which takes the registry's place if nothing was
 * wrong. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/hive/reg_text.h"
#include "conformance/host/inf/inf_text.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

struct reader {
    const char *name, *at;
    unsigned line;
    bool narrow; /* REGEDIT4: strings in bytes are those of a code page */
    struct registry *into;
    char *key;      /* owned; NULL: none is open */
    uint8_t *bytes; /* room for as many as the file can name */
    char *error;
};

/* What is shown of a place in an error. */
enum { SHOWN = 40 };

/* How much of a line is shown: no half of a character, and no control. */
static int shown(const char *at)
{
    int count = 0;

    while (count < SHOWN && (unsigned char)at[count] >= ' ' && at[count] != 0x7f)
        count++;
    while (count > 0 && (at[count] & 0xc0) == 0x80)
        count--;
    return count;
}

static int expected(const struct reader *reader, const char *what)
{
    int count = shown(reader->at);

    if (count)
        snprintf(reader->error, REG_TEXT_ERROR, "%.200s:%u: %.*s: expected %s", reader->name,
                 reader->line, count, reader->at, what);
    else
        snprintf(reader->error, REG_TEXT_ERROR, "%.200s:%u: the line ends: expected %s",
                 reader->name, reader->line, what);
    return -EINVAL;
}

/* What the registry says of it. */
static int failed(const struct reader *reader, int error)
{
    snprintf(reader->error, REG_TEXT_ERROR, "%.200s:%u: %s", reader->name, reader->line,
             error == -ENAMETOOLONG
                 ? "a name or a path is longer than Windows has room for: expected "
                   "255 characters a key, 16383 a value, 512 keys deep"
             : error == -ENOSPC ? "more than 64 MiB: expected a smaller registry"
                                : strerror(-error));
    return error;
}

static bool is_end(char c)
{
    return !c || c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t')
        reader->at++;
}

static void next_line(struct reader *reader)
{
    if (*reader->at == '\r')
        reader->at++;
    if (*reader->at == '\n')
        reader->at++;
    reader->line++;
}

static bool take(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    if (strncasecmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/* Behind a statement only a comment may stand. */
static int end_of_line(struct reader *reader)
{
    skip_blanks(reader);
    if (*reader->at == ';')
        reader->at += strcspn(reader->at, "\r\n");
    return is_end(*reader->at) ? 0 : expected(reader, "the end of the line");
}

/* ---- keys */

static int open_key(struct reader *reader)
{
    const char *open = ++reader->at, *close = NULL, *root, *rest;
    bool removes = *open == '-';
    char *path;
    int error = 0;

    for (const char *c = open; !is_end(*c); c++)
        close = *c == ']' ? c : close;
    if (!close)
        return expected(reader, "a key and ]");
    free(reader->key);
    reader->key = NULL;
    path = strndup(open + removes, (size_t)(close - open) - removes);
    root = path ? reg_text_root(path, &rest) : NULL;
    if (!root && path) {
        free(path);
        return expected(reader, "a key below HKEY_LOCAL_MACHINE, HKEY_CLASSES_ROOT, "
                                "HKEY_CURRENT_USER, HKEY_USERS or HKEY_CURRENT_CONFIG");
    }
    if (!path || asprintf(&reader->key, "%s%s", root, rest) < 0) {
        reader->key = NULL;
        error = -ENOMEM;
    } else if (removes) {
        (void)registry_remove(reader->into, reader->key);
        free(reader->key);
        reader->key = NULL;
    } else {
        error = registry_make_key(reader->into, reader->key);
    }
    free(path);
    reader->at = close + 1;
    return error ? failed(reader, error) : end_of_line(reader);
}

/* ---- values */

/* What stands in quotes, with \\ and \" for themselves; it may go over lines. To free(). */
static int quoted(struct reader *reader, char **ret)
{
    const char *open = ++reader->at;
    char *text, *out;
    size_t length = 0;

    while (open[length] && open[length] != '"')
        length += open[length] == '\\' && open[length + 1] ? 2 : 1;
    if (!open[length])
        return expected(reader, "a \" at the end of the text");
    text = out = calloc(1, length + 1);
    if (!text)
        return failed(reader, -ENOMEM);
    for (; *reader->at != '"'; reader->at++) {
        if (*reader->at == '\\')
            reader->at++;
        reader->line += *reader->at == '\n';
        if (*reader->at != '\r' || reader->at[1] != '\n')
            *out++ = *reader->at;
    }
    reader->at++;
    *out = '\0';
    *ret = text;
    return 0;
}

/* As registry_set(), with a text as Windows has it. */
static int set_text(const struct reader *reader, const char *name, uint32_t type, const char *text)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    size_t count = wide ? com_wcslen(wide) + 1 : 0;
    int error;

    for (size_t i = 0; i < count; i++)
        put_le16(&wide[i], wide[i]);
    error = wide ? registry_set(reader->into, reader->key, name, type, wide, 2 * count) : -ENOMEM;
    CoTaskMemFree(wide);
    return error;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* Up to that many digits; false: none. */
static bool hexadecimal(struct reader *reader, int digits, uint32_t *ret)
{
    const char *first = reader->at;

    for (*ret = 0; digits-- > 0 && digit(*reader->at) >= 0; reader->at++)
        *ret = *ret << 4 | (uint32_t)digit(*reader->at);
    return reader->at != first && digit(*reader->at) < 0;
}

static int set_dword(struct reader *reader, const char *name)
{
    uint8_t bytes[4];
    uint32_t number;
    int error;

    skip_blanks(reader);
    if (!hexadecimal(reader, 8, &number))
        return expected(reader, "one to eight hexadecimal digits");
    put_le32(bytes, number);
    error = registry_set(reader->into, reader->key, name, REG_TYPE_DWORD, bytes, sizeof(bytes));
    return error ? failed(reader, error) : 0;
}

/* A backslash at the end of a line, and what is blank behind it. */
static void continued(struct reader *reader)
{
    skip_blanks(reader);
    while (*reader->at == '\\' && is_end(reader->at[1]) && reader->at[1]) {
        reader->at++;
        next_line(reader);
        skip_blanks(reader);
    }
}

static int read_bytes(struct reader *reader, size_t *ret_count)
{
    for (*ret_count = 0;; reader->at++) {
        uint32_t byte;

        continued(reader);
        if (is_end(*reader->at) || *reader->at == ';')
            return 0;
        if (!hexadecimal(reader, 2, &byte))
            return expected(reader, "a byte as two hexadecimal digits");
        reader->bytes[(*ret_count)++] = (uint8_t)byte;
        continued(reader);
        if (*reader->at != ',')
            return 0;
    }
}

/* Strings of a code page, NULs and all, in UTF-16. */
static int widen(const uint8_t *bytes, size_t size, uint8_t **ret, size_t *ret_size)
{
    uint8_t *wide = malloc(2 * size + 2);

    if (!wide)
        return -ENOMEM;
    *ret_size = 0;
    while (size > 0) {
        size_t length = strnlen((const char *)bytes, size);
        char why[REG_TEXT_ERROR];
        struct inf_text text;
        WCHAR *units = NULL;

        if (inf_text_decode(bytes, length, INF_CODE_PAGE, &text, why, sizeof(why)) == 0) {
            units = com_utf16_from_utf8(text.utf8);
            inf_text_done(&text);
        }
        if (!units) {
            free(wide);
            return -ENOMEM;
        }
        for (size_t i = 0; units[i]; i++, *ret_size += 2)
            put_le16(wide + *ret_size, units[i]);
        CoTaskMemFree(units);
        if (length < size) {
            put_le16(wide + *ret_size, 0);
            *ret_size += 2;
            length++;
        }
        bytes += length;
        size -= length;
    }
    *ret = wide;
    return 0;
}

static bool is_text(uint32_t type)
{
    return type == REG_TYPE_SZ || type == REG_TYPE_EXPAND_SZ || type == REG_TYPE_MULTI_SZ;
}

static int set_hex(struct reader *reader, const char *name)
{
    uint8_t *wide = NULL;
    uint32_t type = REG_TYPE_BINARY;
    size_t count;
    int error;

    if (take(reader, "(") && (!hexadecimal(reader, 8, &type) || !take(reader, ")")))
        return expected(reader, "the number of a type and )");
    if (!take(reader, ":"))
        return expected(reader, "a colon");
    error = read_bytes(reader, &count);
    if (!error) {
        if (reader->narrow && is_text(type))
            error = widen(reader->bytes, count, &wide, &count);
        if (!error)
            error = registry_set(reader->into, reader->key, name, type, wide ? wide : reader->bytes,
                                 count);
        if (error)
            (void)failed(reader, error);
    }
    free(wide);
    return error;
}

static int set_value(struct reader *reader, const char *name)
{
    char *text;
    int error;

    if (*reader->at == '"') {
        error = quoted(reader, &text);
        if (!error) {
            error = set_text(reader, name, REG_TYPE_SZ, text);
            free(text);
            if (error)
                (void)failed(reader, error);
        }
        return error;
    }
    if (take(reader, "dword:"))
        return set_dword(reader, name);
    if (take(reader, "hex"))
        return set_hex(reader, name);
    if (!take(reader, "-"))
        return expected(reader, "\"text\", dword:, hex:, hex(type): or -");
    (void)registry_remove_value(reader->into, reader->key, name);
    return 0;
}

static int value_line(struct reader *reader)
{
    char *name = NULL;
    int error = 0;

    if (!reader->key)
        return expected(reader, "a [key] before the first value");
    if (take(reader, "@"))
        name = strdup("");
    else
        error = quoted(reader, &name);
    if (!error && !name)
        error = failed(reader, -ENOMEM);
    if (!error) {
        skip_blanks(reader);
        if (take(reader, "=")) {
            skip_blanks(reader);
            error = set_value(reader, name);
        } else {
            error = expected(reader, "=");
        }
    }
    free(name);
    return error ? error : end_of_line(reader);
}

/* ---- the file */

static int head(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at)) {
        reader->line += *reader->at == '\n';
        reader->at++;
    }
    reader->narrow = take(reader, "REGEDIT4");
    if (!reader->narrow && !take(reader, "Windows Registry Editor Version 5.00"))
        return expected(reader, "Windows Registry Editor Version 5.00 or REGEDIT4");
    return end_of_line(reader);
}

static int body(struct reader *reader)
{
    int error = 0;

    while (!error && *reader->at) {
        skip_blanks(reader);
        if (*reader->at == '[')
            error = open_key(reader);
        else if (*reader->at == '"' || *reader->at == '@')
            error = value_line(reader);
        else if (*reader->at && strchr("\r\n", *reader->at))
            next_line(reader);
        else
            error = *reader->at == ';' || !*reader->at
                        ? end_of_line(reader)
                        : expected(reader, "[key], \"name\"=, @= or ; and a comment");
    }
    return error;
}

int reg_text_read(struct registry *registry, const char *name, const char *text, size_t size,
                  char error[REG_TEXT_ERROR])
{
    struct registry work = {.root = NULL};
    struct reader reader = {.name = name, .at = text, .line = 1, .into = &work, .error = error};
    int status = registry_copy(&work, registry);

    reader.bytes = malloc(size / 2 + 1);
    if (!reader.bytes)
        status = -ENOMEM;
    if (status)
        (void)failed(&reader, status);
    else
        status = head(&reader);
    if (!status)
        status = body(&reader);
    if (!status)
        registry_swap(registry, &work);
    registry_done(&work);
    free(reader.bytes);
    free(reader.key);
    return status;
}

int reg_text_import(struct registry *registry, const char *name, const void *data, size_t size,
                    char error[REG_TEXT_ERROR])
{
    char why[REG_TEXT_ERROR / 2];
    struct inf_text text;
    int status = inf_text_decode(data, size, INF_CODE_PAGE, &text, why, sizeof(why));

    if (status) {
        snprintf(error, REG_TEXT_ERROR, "%.200s: %s", name, why);
        return status;
    }
    status = reg_text_read(registry, name, text.utf8, text.size, error);
    inf_text_done(&text);
    return status;
}
