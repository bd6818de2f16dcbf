/* Reads a file once and gives its lines, so that every parser has the same idea of what a line is
 * and which number it has. */
#include "simulator/import/lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simulator/import/notes.h"
#include "simulator/import/utf16.h"

static int failed(const char *path, int number, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", path, strerror(number));
    return -number;
}

int lines_open(const char *path, struct lines *ret_lines, char *error, size_t error_size)
{
    FILE *file = fopen(path, "re");
    struct stat stat;
    char *bytes;
    size_t size;
    int result;

    if (!file)
        return failed(path, errno, error, error_size);
    if (fstat(fileno(file), &stat) == 0 && S_ISDIR(stat.st_mode)) {
        fclose(file);
        return failed(path, EISDIR, error, error_size);
    }
    bytes = malloc(LINES_BYTES_MAX + 1);
    if (!bytes) {
        fclose(file);
        return failed(path, ENOMEM, error, error_size);
    }
    size = fread(bytes, 1, LINES_BYTES_MAX + 1, file);
    result = ferror(file) ? -EIO : lines_over(path, bytes, size, ret_lines);
    fclose(file);
    free(bytes);
    return result ? failed(path, -result, error, error_size) : 0;
}

/* Length of the UTF-8 sequence here, 0 if it is none. */
static size_t sequence(const uint8_t *at, size_t left)
{
    static const uint8_t least[] = {0, 0, 0xc2, 0xe0, 0xf0};
    size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

    if (length == 1)
        return 1;
    if (at[0] < least[length] || at[0] > 0xf4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

static size_t copy_text(const uint8_t *from, size_t size, uint8_t *text)
{
    size_t i = size >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, used = 0;

    while (i < size) {
        size_t length = sequence(from + i, size - i);

        if (length == 0) {
            text[used++] = (uint8_t)(0xc0 | from[i] >> 6);
            text[used++] = (uint8_t)(0x80 | (from[i] & 0x3f));
            i++;
            continue;
        }
        memcpy(text + used, from + i, length);
        used += length;
        i += length;
    }
    return used;
}

int lines_over(const char *path, const void *bytes, size_t size, struct lines *ret_lines)
{
    bool whole = true;
    uint8_t *text;
    size_t used;

    if (size > LINES_BYTES_MAX)
        return -EFBIG;
    text = malloc(2 * size + 1); /* a Latin-1 byte becomes two */
    if (!text)
        return -ENOMEM;
    used = utf16_marked(bytes, size) ? utf16_decode(bytes, size, text, &whole)
                                     : copy_text(bytes, size, text);
    text[used] = '\0';
    *ret_lines =
        (struct lines){.path = path, .text = (char *)text, .size = used, .damaged = !whole};
    return 0;
}

int lines_copy(const struct lines *lines, struct lines *ret_lines)
{
    char *text = malloc(lines->size + 1);

    if (!text)
        return -ENOMEM;
    memcpy(text, lines->text, lines->size + 1);
    *ret_lines = *lines;
    ret_lines->text = text;
    return 0;
}

void lines_done(struct lines *lines)
{
    free(lines->text);
    lines->text = NULL;
}

const char *lines_not_text(struct lines *lines)
{
    const char *nul = memchr(lines->text, '\0', lines->size);
    const char *stop = nul ? nul : lines->text + lines->size;

    if (!nul && !lines->damaged)
        return NULL;
    lines->number = 1;
    for (const char *at = lines->text; at < stop; at++)
        lines->number += *at == '\n';
    return nul ? "a NUL byte: this is no text" : "half a character: this is damaged UTF-16";
}

void lines_mend(struct lines *lines, const char *damage, struct import_notes *notes)
{
    char *at = lines->text, *end = lines->text + lines->size, *nul;

    if (lines->damaged)
        import_note(notes, lines, "%s: the rest of it is missing", damage);
    lines->damaged = false;
    lines->number = 1;
    while ((nul = memchr(at, '\0', (size_t)(end - at))) != NULL) {
        for (; at < nul; at++)
            lines->number += *at == '\n';
        import_note(notes, lines, "a NUL byte: assumed '?'");
        for (; at < end && *at != '\n'; at++)
            *at = *at ? *at : '?';
    }
    lines->number = 0;
}

/* Counts the folds of a line, and takes them out. */
static unsigned unfold(char *text)
{
    char *to = text;
    unsigned folds = 0;

    for (; *text; text++) {
        if (*text == LINES_FOLD)
            folds++;
        else
            *to++ = *text;
    }
    *to = '\0';
    return folds;
}

char *lines_next(struct lines *lines, unsigned *ret_indent)
{
    char *start = lines->text + lines->at, *end, *stop;
    unsigned indent = 0;

    if (lines->at >= lines->size)
        return NULL;
    lines->last = lines->at;
    stop = memchr(start, '\n', lines->size - lines->at);
    end = stop ? stop : lines->text + lines->size;
    lines->at = (size_t)(end - lines->text) + 1;
    lines->number++;
    while (end > start && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    lines->number += unfold(start);
    while (start < end && (*start == ' ' || *start == '\t')) {
        start++;
        indent++;
    }
    *ret_indent = indent;
    return start;
}

void lines_again(struct lines *lines)
{
    if (lines->at <= lines->size)
        lines->text[lines->at - 1] = '\n';
    lines->at = lines->last;
    lines->number--;
}

int lines_fault(const struct lines *lines, char *error, size_t error_size, const char *format, ...)
{
    int used =
        snprintf(error, error_size, "%s:%u: ", lines->path, lines->number ? lines->number : 1);
    va_list arguments;

    va_start(arguments, format);
    if (used >= 0 && (size_t)used < error_size)
        vsnprintf(error + used, error_size - (size_t)used, format, arguments);
    va_end(arguments);
    for (char *at = error; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
    return -EINVAL;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *text_after(const char *text, const char *prefix)
{
    if (!text_starts(text, prefix))
        return NULL;
    text += strlen(prefix);
    return text + strspn(text, " \t");
}

const char *text_hex(const char *text, unsigned digits, unsigned *ret_number)
{
    unsigned number = 0, count = 0;

    if (text_starts(text, "0x"))
        text += 2;
    while (count < digits && *text && strchr("0123456789abcdefABCDEF", *text)) {
        number = number << 4 | (unsigned)(*text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10);
        text++;
        count++;
    }
    if (count == 0 || (*text && strchr("0123456789abcdefABCDEF", *text)))
        return NULL;
    *ret_number = number;
    return text;
}
