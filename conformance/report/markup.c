/* Escaping, once for all reports: what is shown came from devices and providers. */
#include "conformance/report/markup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "spcore/base.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Byte sequences a page or a terminal would obey rather than show: C1 controls, marks and
 * overrides of direction, and the two that XML forbids. `low` to `high` is the last byte. */
static const struct {
    const char *prefix;
    unsigned char low, high;
} unshown[] = {
    {"\xc2", 0x80, 0x9f},     {"\xe2\x80", 0x8e, 0x8f}, {"\xe2\x80", 0xa8, 0xae},
    {"\xe2\x81", 0xa6, 0xa9}, {"\xef\xbf", 0xbe, 0xbf},
};

/* Bytes of the character at `text` that must not be shown; 0: it may. */
static size_t unshown_length(const char *text)
{
    unsigned char first = (unsigned char)*text;

    if ((first < 0x20 && first != '\t' && first != '\n') || first == 0x7f)
        return 1;
    for (size_t i = 0; i < ARRAY_SIZE(unshown); i++) {
        size_t length = strlen(unshown[i].prefix);

        if (strncmp(text, unshown[i].prefix, length) == 0 &&
            (unsigned char)text[length] >= unshown[i].low &&
            (unsigned char)text[length] <= unshown[i].high)
            return length + 1;
    }
    return 0;
}

static const char *entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void print(FILE *out, const char *text, bool entities)
{
    while (*text) {
        size_t skipped = unshown_length(text);
        const char *name = entities ? entity(*text) : NULL;

        if (skipped)
            fputs(replacement, out);
        else if (name)
            fputs(name, out);
        else
            fputc(*text, out);
        text += skipped ? skipped : 1;
    }
}

void rep_escape(FILE *out, const char *text)
{
    print(out, text, true);
}

void rep_plain(FILE *out, const char *text)
{
    print(out, text, false);
}

void rep_fill(FILE *out, const char *markup, ...)
{
    va_list values;

    va_start(values, markup);
    for (; *markup; markup++) {
        if (*markup == '@')
            rep_escape(out, va_arg(values, const char *));
        else
            fputc(*markup, out);
    }
    va_end(values);
}
