#include "import/anonymise.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/report.h"

enum kind { KIND_NONE, KIND_PLAYER, KIND_DETECT, KIND_LSUSB };
enum what { WHAT_NOTHING, WHAT_SERIAL, WHAT_NAME, WHAT_CERTIFICATE };

/* A serial this long is looked for everywhere: shorter ones could be other numbers. */
#define LONG_SERIAL 8u

struct span {
    const char *start;
    size_t length;
};

struct work {
    enum kind kind;
    struct span *secrets; /* owned; into the text */
    size_t secret_count;
    bool certificate; /* within its section */
    bool tag;         /* within <…> of it */
    FILE *out;
};

/* ---- other text of the same shape */

static uint64_t hash(struct span text)
{
    uint64_t value = 0xcbf29ce484222325u; /* FNV-1a */
    size_t i;

    for (i = 0; i < text.length; i++)
        value = (value ^ (uint8_t)text.start[i]) * 0x100000001b3u;
    return value;
}

static uint64_t mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

/* Serials are hexadecimal as a rule: then they stay so. */
static unsigned alphabet(struct span text)
{
    size_t i;

    for (i = 0; i < text.length; i++)
        if (isalpha((unsigned char)text.start[i]) && !isxdigit((unsigned char)text.start[i]))
            return 26;
    return 6;
}

static size_t escape_length(struct span text, size_t at)
{
    size_t length = at + 1 < text.length && text.start[at + 1] == 'x'   ? 4
                    : at + 1 < text.length && text.start[at + 1] == 'u' ? 6
                                                                        : 2;

    return at + length <= text.length ? length : text.length - at;
}

static void put_other(FILE *out, struct span text, bool escapes)
{
    uint64_t seed = hash(text);
    unsigned letters = alphabet(text);
    size_t i = 0;

    while (i < text.length) {
        unsigned char c = (unsigned char)text.start[i];
        uint64_t number = mix(seed + i);
        size_t length = 1;

        if (c == '\\' && escapes) {
            length = escape_length(text, i);
            fwrite(text.start + i, 1, length, out);
        } else if (isdigit(c)) {
            fputc('0' + (int)(number % 10), out);
        } else if (isupper(c)) {
            fputc('A' + (int)(number % letters), out);
        } else if (islower(c)) {
            fputc('a' + (int)(number % letters), out);
        } else if (c < 0x80) {
            fputc(c, out);
        } else if (c >= 0xc0) { /* one letter for each character beyond ASCII */
            fputc('a' + (int)(number % 26), out);
        }
        i += length;
    }
}

/* ---- where they stand */

struct field {
    enum kind kind;
    const char *prefix; /* of the line, blanks passed over */
    const char *key;    /* then this somewhere in it, NULL: right after the prefix */
    enum what what;
};

static const struct field fields[] = {
    {KIND_DETECT, "Serial number:", NULL, WHAT_SERIAL},
    {KIND_DETECT, "VolumeIdentifier:", NULL, WHAT_SERIAL},
    {KIND_DETECT, "Volume label:", NULL, WHAT_SERIAL},
    {KIND_DETECT, "Friendly name:", NULL, WHAT_NAME},
    {KIND_DETECT, "Synchronization partner:", NULL, WHAT_NAME},
    {KIND_LSUSB, "iSerial", " ", WHAT_SERIAL},
    {KIND_PLAYER, "serial:", NULL, WHAT_SERIAL},
    {KIND_PLAYER, "volume:", NULL, WHAT_SERIAL},
    {KIND_PLAYER, "- {code: 0xd401", "current: ", WHAT_NAME},
    {KIND_PLAYER, "- {code: 0xd402", "current: ", WHAT_NAME},
    {KIND_PLAYER, "- {code: 0xd401", "default: ", WHAT_NAME},
    {KIND_PLAYER, "- {code: 0xd402", "default: ", WHAT_NAME},
    {KIND_PLAYER, "- {code: 0xd102", "text: ", WHAT_CERTIFICATE},
};

/* In quotes: what is between them; else to the line's end, less blanks. */
static struct span value_of(const char *start, const char *end)
{
    const char *at;

    while (start < end && (*start == ' ' || *start == '\t'))
        start++;
    if (start < end && *start == '"') {
        for (at = ++start; at < end && *at != '"'; at++)
            if (*at == '\\' && at + 1 < end)
                at++;
        return (struct span){start, (size_t)(at - start)};
    }
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return (struct span){start, (size_t)(end - start)};
}

static const char *find(const char *start, const char *end, const char *needle)
{
    size_t length = strlen(needle);

    return (size_t)(end - start) >= length ? memmem(start, (size_t)(end - start), needle, length)
                                           : NULL;
}

static bool begins(const char *start, const char *end, const char *prefix)
{
    return (size_t)(end - start) >= strlen(prefix) && !strncmp(start, prefix, strlen(prefix));
}

static enum what find_field(enum kind kind, const char *start, const char *end,
                            struct span *ret_value)
{
    size_t i;

    start += strspn(start, " \t") < (size_t)(end - start) ? strspn(start, " \t") : 0;
    for (i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *at = start;

        if (fields[i].kind != kind || !begins(start, end, fields[i].prefix))
            continue;
        at += strlen(fields[i].prefix);
        if (kind == KIND_LSUSB) { /* the index of the string before the string */
            at += strspn(at, " \t");
            at += strspn(at, "0123456789");
        } else if (fields[i].key) {
            at = find(at, end, fields[i].key);
            if (!at)
                continue;
            at += strlen(fields[i].key);
        }
        if (at > end)
            continue;
        *ret_value = value_of(at, end);
        if (ret_value->length == 0 || begins(ret_value->start, end, "(null)") ||
            begins(ret_value->start, end, "(NULL)"))
            return WHAT_NOTHING;
        return fields[i].what;
    }
    return WHAT_NOTHING;
}

/* ---- secrets that stand elsewhere too */

static bool one_character(struct span text)
{
    size_t i;

    for (i = 1; i < text.length; i++)
        if (text.start[i] != text.start[0])
            return false;
    return true;
}

/* The longest first, so that none is taken for a part of another. */
static int keep_secret(struct work *work, struct span value)
{
    struct span *bigger;
    size_t i;

    if (value.length < LONG_SERIAL || one_character(value))
        return 0;
    for (i = 0; i < work->secret_count; i++)
        if (work->secrets[i].length == value.length &&
            !memcmp(work->secrets[i].start, value.start, value.length))
            return 0;
    bigger = import_grow(work->secrets, work->secret_count, sizeof *bigger);
    if (!bigger)
        return -ENOMEM;
    work->secrets = bigger;
    for (i = work->secret_count++; i > 0 && bigger[i - 1].length < value.length; i--)
        bigger[i] = bigger[i - 1];
    bigger[i] = value;
    return 0;
}

static bool is_word(const char *at, const char *start, const char *end)
{
    return at >= start && at < end && (isalnum((unsigned char)*at) || *at == '_');
}

static const struct span *secret_at(const struct work *work, const char *at, const char *start,
                                    const char *end)
{
    size_t i;

    for (i = 0; i < work->secret_count; i++) {
        const struct span *secret = &work->secrets[i];

        if ((size_t)(end - at) >= secret->length && !memcmp(at, secret->start, secret->length) &&
            !is_word(at - 1, start, end) && !is_word(at + secret->length, start, end))
            return secret;
    }
    return NULL;
}

/* user@host of a shell's prompt, and addresses of mail. */
static size_t address_at(const char *at, const char *start, const char *end)
{
    const char *stop = at, *middle;

    if (is_word(at - 1, start, end) || !is_word(at, start, end))
        return 0;
    while (stop < end && (isalnum((unsigned char)*stop) || strchr("._-+", *stop)))
        stop++;
    middle = stop;
    if (stop >= end || *stop++ != '@' || !is_word(stop, start, end))
        return 0;
    while (stop < end && (isalnum((unsigned char)*stop) || strchr("._-", *stop)))
        stop++;
    return middle > at ? (size_t)(stop - at) : 0;
}

static void put_plain(const struct work *work, const char *start, const char *end)
{
    const char *at = start;

    while (at < end) {
        const struct span *secret = secret_at(work, at, start, end);
        size_t address = secret ? 0 : address_at(at, start, end);

        if (secret) {
            put_other(work->out, *secret, work->kind == KIND_PLAYER);
            at += secret->length;
        } else if (address) {
            put_other(work->out, (struct span){at, address}, false);
            at += address;
        } else {
            fputc(*at++, work->out);
        }
    }
}

/* Keys and ids of a certificate: the long words between its tags. */
static void put_certificate(struct work *work, const char *start, const char *end)
{
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=*!";
    const char *at = start;

    while (at < end) {
        size_t length = 0;

        while (at + length < end && at[length] && strchr(base64, at[length]))
            length++;
        if (*at == '\\' && work->kind == KIND_PLAYER) {
            length = escape_length((struct span){at, (size_t)(end - at)}, 0);
            fwrite(at, 1, length, work->out);
        } else if (!work->tag && length >= 6) {
            put_other(work->out, (struct span){at, length}, false);
        } else {
            length = length ? length : 1;
            fwrite(at, 1, length, work->out);
            if (length == 1 && (*at == '<' || *at == '>'))
                work->tag = *at == '<';
        }
        at += length;
    }
}

static void put_line(struct work *work, const char *start, const char *end)
{
    struct span value;
    enum what what = find_field(work->kind, start, end, &value);
    struct span line = value_of(start, end);

    if (work->kind == KIND_DETECT && begins(line.start, end, "Device Certificate:")) {
        work->certificate = true;
        work->tag = false;
        put_plain(work, start, end);
        return;
    }
    if (begins(line.start, end, "OK.") || begins(line.start, end, "Device info:"))
        work->certificate = false;
    if (work->certificate) {
        put_certificate(work, start, end);
        return;
    }
    if (what == WHAT_NOTHING) {
        put_plain(work, start, end);
        return;
    }
    put_plain(work, start, value.start);
    if (what == WHAT_CERTIFICATE) {
        work->tag = false;
        put_certificate(work, value.start, value.start + value.length);
    } else {
        put_other(work->out, value, work->kind == KIND_PLAYER);
    }
    put_plain(work, value.start + value.length, end);
}

/* ---- the whole */

static enum kind kind_of(const char *text)
{
    if (strstr(text, "Device info:") && strstr(text, "Serial number:"))
        return KIND_DETECT;
    if (strstr(text, "Device Descriptor:") && strstr(text, "idVendor"))
        return KIND_LSUSB;
    if ((text_starts(text, "usb:") || strstr(text, "\nusb:")) && strstr(text, "vendor:"))
        return KIND_PLAYER;
    return KIND_NONE;
}

static int each_line(struct work *work, const struct lines *lines, bool writing)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    int result = 0;

    while (at < end && !result) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct span value;

        stop = stop ? stop : end;
        if (writing)
            put_line(work, at, stop);
        else if (find_field(work->kind, at, stop, &value) == WHAT_SERIAL)
            result = keep_secret(work, value);
        if (writing && stop < end)
            fputc('\n', work->out);
        at = stop + 1;
    }
    return result;
}

int anonymise(struct lines *lines, FILE *out, char *error, size_t error_size)
{
    struct work work = {.out = out};
    int result;

    if (!lines_are_text(lines))
        return lines_fault(lines, error, error_size, "a NUL byte: this is no text");
    work.kind = kind_of(lines->text);
    if (work.kind == KIND_NONE)
        return lines_fault(lines, error, error_size,
                           "neither a player file nor the output of mtp-detect or lsusb -v");
    result = each_line(&work, lines, false);
    if (!result)
        result = each_line(&work, lines, true);
    free(work.secrets);
    if (!result && ferror(out))
        result = -EIO;
    return result ? lines_fault(lines, error, error_size, "%s", strerror(-result)) : 0;
}
