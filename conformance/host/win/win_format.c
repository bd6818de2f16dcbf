/* Windows' formats: %s is as wide as the function, %S the other way, l in front of a number 32
 * bits, I64 64. Numbers are the C library's work, text goes through UTF-8. */
#include "conformance/host/win/win_format.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_text.h"
#include "spcore/com/com_utf16.h"

enum { WIDTH_MAX = 512, NUMBER_MAX = 1024 }; /* wider than that is cut */

enum size { SIZE_NONE, SIZE_H, SIZE_L, SIZE_W, SIZE_64, SIZE_POINTER };

struct spec {
    char flags[8];
    int width, precision; /* -1: none */
    enum size size;
    unsigned conversion;
};

/* A va_list that functions may share. */
struct arguments {
    va_list list;
};

/* ---- out */
static void put(struct win_sink *sink, unsigned unit)
{
    if (sink->length + 1 < sink->room) {
        if (sink->wide)
            ((WCHAR *)sink->to)[sink->length] = (WCHAR)unit;
        else
            ((char *)sink->to)[sink->length] = (char)unit;
    }
    sink->length++;
}

static void end(const struct win_sink *sink)
{
    const size_t at = sink->length < sink->room ? sink->length : sink->room - 1;

    if (!sink->room)
        return;
    if (sink->wide)
        ((WCHAR *)sink->to)[at] = 0;
    else
        ((char *)sink->to)[at] = '\0';
}

static void pad(struct win_sink *sink, const struct spec *spec, size_t length, bool left)
{
    const bool is_left = strchr(spec->flags, '-') != NULL;

    for (size_t i = length; is_left == left && spec->width > 0 && i < (size_t)spec->width; i++)
        put(sink, strchr(spec->flags, '0') && !left ? '0' : ' ');
}

static unsigned unit_of(const struct win_sink *sink, const void *text, size_t index)
{
    return sink->wide ? ((const WCHAR *)text)[index] : ((const unsigned char *)text)[index];
}

/* Text that is as wide as the sink. */
static void put_text(struct win_sink *sink, const struct spec *spec, const void *text,
                     size_t length)
{
    pad(sink, spec, length, false);
    for (size_t i = 0; i < length; i++)
        put(sink, unit_of(sink, text, i));
    pad(sink, spec, length, true);
}

/* ---- text and characters */
static size_t bounded(const struct spec *spec, bool wide, const void *text)
{
    const size_t most = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;

    return wide ? paphost_wcsnlen(text, most) : strnlen(text, most);
}

/* Of the other width than the sink's. */
static bool put_converted(struct win_sink *sink, const struct spec *spec, const void *text,
                          size_t length)
{
    const size_t unit = sink->wide ? sizeof(char) : sizeof(WCHAR);
    char *copy = calloc(length + 1, unit);
    void *other;

    if (!copy)
        return false;
    memcpy(copy, text, length * unit);
    other = sink->wide ? (void *)com_utf16_from_utf8(copy)
                       : (void *)com_utf8_from_utf16((const WCHAR *)(void *)copy);
    free(copy);
    if (other)
        put_text(sink, spec, other, sink->wide ? com_wcslen(other) : strlen(other));
    CoTaskMemFree(other);
    return other != NULL;
}

static bool is_wide(const struct win_sink *sink, const struct spec *spec)
{
    if (spec->size == SIZE_H)
        return false;
    if (spec->size == SIZE_L || spec->size == SIZE_W)
        return true;
    return spec->conversion == 'S' || spec->conversion == 'C' ? !sink->wide : sink->wide;
}

static bool put_string(struct win_sink *sink, const struct spec *spec, struct arguments *arguments)
{
    const void *text = va_arg(arguments->list, const void *);
    const bool wide = text ? is_wide(sink, spec) : false;

    if (!text)
        text = "(null)";
    return wide == sink->wide ? (put_text(sink, spec, text, bounded(spec, wide, text)), true)
                              : put_converted(sink, spec, text, bounded(spec, wide, text));
}

static bool put_character(struct win_sink *sink, const struct spec *spec,
                          struct arguments *arguments)
{
    const int given = va_arg(arguments->list, int);
    const WCHAR wide = (WCHAR)given;
    const char narrow = (char)given;
    const void *text = is_wide(sink, spec) ? (const void *)&wide : &narrow;

    if (is_wide(sink, spec) != sink->wide)
        return put_converted(sink, spec, text, 1);
    put_text(sink, spec, text, 1);
    return true;
}

/* ---- numbers */
static void put_number(struct win_sink *sink, const struct spec *spec, struct arguments *arguments)
{
    const bool is_signed = spec->conversion == 'd' || spec->conversion == 'i';
    char format[32], text[NUMBER_MAX];
    int length, used = snprintf(format, sizeof(format), "%%%s*.*", spec->flags);

    if (strchr("aAeEfFgG", (int)spec->conversion)) {
        snprintf(format + used, sizeof(format) - (size_t)used, "%c", (int)spec->conversion);
        length = snprintf(text, sizeof(text), format, spec->width, spec->precision,
                          va_arg(arguments->list, double));
    } else {
        int64_t number = spec->size == SIZE_64 || spec->size == SIZE_POINTER
                             ? va_arg(arguments->list, int64_t)
                             : va_arg(arguments->list, int32_t);

        if (spec->size == SIZE_H)
            number = (int16_t)number;
        if (!is_signed && spec->size != SIZE_64 && spec->size != SIZE_POINTER)
            number = spec->size == SIZE_H ? (uint16_t)number : (uint32_t)number;
        snprintf(format + used, sizeof(format) - (size_t)used, "ll%c", (int)spec->conversion);
        length =
            snprintf(text, sizeof(text), format, spec->width, spec->precision, (long long)number);
    }
    for (int i = 0; i < length && i + 1 < NUMBER_MAX; i++)
        put(sink, (unsigned char)text[i]);
}

/* ---- a format's parts */
static int number_at(const struct win_sink *sink, const void *format, size_t *at,
                     struct arguments *arguments)
{
    int number = 0;

    if (unit_of(sink, format, *at) == '*') {
        ++*at;
        number = va_arg(arguments->list, int);
    }
    while (unit_of(sink, format, *at) >= '0' && unit_of(sink, format, *at) <= '9') {
        const int digit = (int)unit_of(sink, format, (*at)++) - '0';

        number = number > WIDTH_MAX ? number : number * 10 + digit;
    }
    return number > WIDTH_MAX ? WIDTH_MAX : number < -WIDTH_MAX ? -WIDTH_MAX : number;
}

static enum size size_at(const struct win_sink *sink, const void *format, size_t *at)
{
    static const struct {
        const char *text;
        enum size size;
    } sizes[] = {{"I64", SIZE_64}, {"I32", SIZE_L},     {"I", SIZE_POINTER}, {"ll", SIZE_64},
                 {"l", SIZE_L},    {"hh", SIZE_H},      {"h", SIZE_H},       {"w", SIZE_W},
                 {"j", SIZE_64},   {"z", SIZE_POINTER}, {"t", SIZE_POINTER}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t length = 0;

        while (sizes[i].text[length] &&
               unit_of(sink, format, *at + length) == (unsigned char)sizes[i].text[length])
            length++;
        if (!sizes[i].text[length]) {
            *at += length;
            return sizes[i].size;
        }
    }
    return SIZE_NONE;
}

static struct spec spec_at(const struct win_sink *sink, const void *format, size_t *at,
                           struct arguments *arguments)
{
    struct spec spec = {.precision = -1};
    size_t flags = 0;

    for (unsigned unit;
         (unit = unit_of(sink, format, *at)) && unit < 0x80 && strchr("-+ #0", (int)unit); ++*at) {
        if (flags + 2 < sizeof(spec.flags))
            spec.flags[flags++] = (char)unit;
    }
    spec.width = number_at(sink, format, at, arguments);
    if (spec.width < 0 && flags + 1 < sizeof(spec.flags)) {
        spec.flags[flags] = '-';
        spec.width = -spec.width;
    }
    if (unit_of(sink, format, *at) == '.') {
        ++*at;
        spec.precision = number_at(sink, format, at, arguments);
    }
    spec.size = size_at(sink, format, at);
    spec.conversion = unit_of(sink, format, *at);
    if (spec.conversion)
        ++*at;
    return spec;
}

static bool put_one(struct win_sink *sink, struct spec *spec, struct arguments *arguments)
{
    switch (spec->conversion) {
    case 's':
    case 'S':
        return put_string(sink, spec, arguments);
    case 'c':
    case 'C':
        return put_character(sink, spec, arguments);
    case 'n': /* writes nothing, as Windows' safe functions do not */
        (void)va_arg(arguments->list, void *);
        return true;
    case 'p':
        *spec = (struct spec){.width = spec->width,
                              .precision = 2 * (int)sizeof(void *),
                              .size = SIZE_POINTER,
                              .conversion = 'X'};
        put_number(sink, spec, arguments);
        return true;
    default:
        if (spec->conversion && spec->conversion < 0x80 &&
            strchr("diouxXaAeEfFgG", (int)spec->conversion))
            put_number(sink, spec, arguments);
        else if (spec->conversion)
            put(sink, spec->conversion);
        return true;
    }
}

bool win_format(struct win_sink *sink, const void *format, va_list arguments)
{
    struct arguments own;
    bool done = true;

    va_copy(own.list, arguments);
    sink->length = 0;
    for (size_t at = 0; done && unit_of(sink, format, at);) {
        const unsigned unit = unit_of(sink, format, at++);
        struct spec spec;

        if (unit != '%') {
            put(sink, unit);
            continue;
        }
        spec = spec_at(sink, format, &at, &own);
        done = put_one(sink, &spec, &own);
    }
    va_end(own.list);
    end(sink);
    return done;
}
