/* Takes out of a file what names its owner, and puts in something of the same shape: a log that is
 * published still imports as it did. */
#include "simulator/import/anonymise.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/import_report.h"
#include "simulator/import/paste.h"
#include "spcore/base.h"

/* What people paste holds both logs and descriptors. */
enum kind { KIND_NONE, KIND_PLAYER, KIND_TEXT };
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
    bool microsoft;   /* within a descriptor that is the same on every device */
    bool tag;         /* within <…> of it */
    FILE *out;
};

/* ---- other text of the same shape */

static uint64_t hash(struct span text)
{
    uint64_t value = 0xcbf29ce484222325u; /* FNV-1a */

    for (size_t i = 0; i < text.length; i++)
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
    for (size_t i = 0; i < text.length; i++) {
        if (isalpha((unsigned char)text.start[i]) && !isxdigit((unsigned char)text.start[i]))
            return 26;
    }
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
    {KIND_TEXT, "Serial number:", NULL, WHAT_SERIAL},
    {KIND_TEXT, "VolumeIdentifier:", NULL, WHAT_SERIAL},
    {KIND_TEXT, "Volume label:", NULL, WHAT_SERIAL},
    {KIND_TEXT, "Friendly name:", NULL, WHAT_NAME},
    {KIND_TEXT, "Synchronization partner:", NULL, WHAT_NAME},
    {KIND_TEXT, "SerialNumber:", NULL, WHAT_SERIAL},
    {KIND_TEXT, "ID_SERIAL_SHORT=", NULL, WHAT_SERIAL},
    {KIND_TEXT, "ID_SERIAL=", NULL, WHAT_SERIAL},
    {KIND_TEXT, "{serial}==", NULL, WHAT_SERIAL},
    {KIND_TEXT, "iSerialNumber", " ", WHAT_SERIAL},
    {KIND_TEXT, "iSerial", " ", WHAT_SERIAL},
    {KIND_TEXT, "Created:", " by ", WHAT_NAME},
    {KIND_TEXT, "From:", NULL, WHAT_NAME},
    {KIND_TEXT, "Reply-To:", NULL, WHAT_NAME},
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
        for (at = ++start; at < end && *at != '"'; at++) {
            if (*at == '\\' && at + 1 < end)
                at++;
        }
        return (struct span){start, (size_t)(at - start)};
    }
    for (at = start; at < end && *at != '\x1b';)
        at++;
    end = at;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    if (end - start >= 6 && memcmp(end - 6, "<br />", 6) == 0)
        end -= 6;
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
    return (size_t)(end - start) >= strlen(prefix) && strncmp(start, prefix, strlen(prefix)) == 0;
}

/* Past the index of the string, which stands before the string; NULL: there is none. */
static const char *past_index(const char *at, const char *end)
{
    const char *digits;

    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    for (digits = at; at < end && isdigit((unsigned char)*at);)
        at++;
    return at > digits && at < end && *at == ' ' ? at : NULL;
}

static const char *past_escapes(const char *at, const char *end)
{
    while (paste_escape(at, end))
        at += paste_escape(at, end);
    return at;
}

/* The last letter of a colour is none of a word. */
static bool is_inside_word(const char *start, const char *at)
{
    const char *escape;

    if (at == start || !isalnum((unsigned char)at[-1]))
        return false;
    escape = memrchr(start, '\x1b', (size_t)(at - start));
    return !escape || escape + paste_escape(escape, at) != at;
}

/* A key, whose colon may be in another colour. */
static const char *find_key(const char *start, const char *end, const char *key,
                            const char **ret_past)
{
    size_t length = strlen(key) - (key[strlen(key) - 1] == ':');
    const char *at = start, *past;

    while ((at = memmem(at, (size_t)(end - at), key, length)) != NULL) {
        past = past_escapes(at + length, end);
        if (!key[length] || (past < end && *past == ':')) {
            *ret_past = past_escapes(past + (key[length] == ':'), end);
            return at;
        }
        at += length;
    }
    return NULL;
}

/* Where the field's value begins; NULL: it is not in the line. A text may be quoted, numbered and
 * coloured: there its keys stand anywhere. */
static const char *find_value(const struct field *field, const char *start, const char *end)
{
    const char *at = start, *past = NULL;

    if (field->kind == KIND_PLAYER) {
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (!begins(at, end, field->prefix))
            return NULL;
    } else {
        at = find_key(at, end, field->prefix, &past);
        if (!at || (isalpha((unsigned char)*field->prefix) && is_inside_word(start, at)))
            return NULL;
    }
    at = past ? past : at + strlen(field->prefix);
    if (field->key && strcmp(field->key, " ") == 0)
        return past_index(at, end);
    if (field->key) {
        at = find(at, end, field->key);
        at = at ? at + strlen(field->key) : NULL;
    }
    return at;
}

static enum what find_field(enum kind kind, const char *start, const char *end,
                            struct span *ret_value)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        const char *at = fields[i].kind == kind ? find_value(&fields[i], start, end) : NULL;

        if (!at || at > end)
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
    for (size_t i = 1; i < text.length; i++) {
        if (text.start[i] != text.start[0])
            return false;
    }
    return true;
}

/* The longest first, so that none is taken for a part of another. */
static int keep_secret(struct work *work, struct span value)
{
    struct span *bigger;
    size_t i;

    if (value.length < LONG_SERIAL || one_character(value))
        return 0;
    for (i = 0; i < work->secret_count; i++) {
        if (work->secrets[i].length == value.length &&
            memcmp(work->secrets[i].start, value.start, value.length) == 0)
            return 0;
    }
    bigger = import_grow(work->secrets, work->secret_count, sizeof(*bigger));
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
    for (size_t i = 0; i < work->secret_count; i++) {
        const struct span *secret = &work->secrets[i];

        if ((size_t)(end - at) >= secret->length &&
            memcmp(at, secret->start, secret->length) == 0 && !is_word(at - 1, start, end) &&
            !is_word(at + secret->length, start, end))
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

/* "{53FCCB67-737B-43D6-8E17-14283B906B22}": one of a computer or of a player, unless it is nil. */
static size_t guid_at(const char *at, const char *end)
{
    static const char shape[] = "{hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh}";
    bool nil = true;
    size_t i;

    if ((size_t)(end - at) < sizeof(shape) - 1)
        return 0;
    for (i = 0; i < sizeof(shape) - 1; i++) {
        if (shape[i] == 'h' ? !isxdigit((unsigned char)at[i]) : at[i] != shape[i])
            return 0;
        nil = nil && (shape[i] != 'h' || at[i] == '0');
    }
    return nil ? 0 : i;
}

/* The name behind "/home/". */
static size_t owner_at(const char *at, const char *start, const char *end)
{
    static const char *const homes[] = {"/home/", "/Users/", "/run/media/"};
    size_t length = 0;

    for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
        size_t before = strlen(homes[i]);

        if ((size_t)(at - start) < before || memcmp(at - before, homes[i], before) != 0)
            continue;
        while (at + length < end &&
               (is_word(at + length, start, end) || at[length] == '-' || at[length] == '.'))
            length++;
        return length;
    }
    return 0;
}

static size_t identity_at(const struct work *work, const char *at, const char *start,
                          const char *end)
{
    size_t length = work->kind == KIND_TEXT || *at == '{' ? guid_at(at, end) : 0;

    if (!length)
        length = address_at(at, start, end);
    return length || work->kind == KIND_PLAYER ? length : owner_at(at, start, end);
}

/* Bytes of a transfer that mtp-detect -d shows: names and serials are among them. */
static bool is_dump(const char *start, const char *end)
{
    const char *at = start;
    unsigned digits = 0;

    while (at < end && isspace((unsigned char)*at))
        at++;
    for (; at < end && isxdigit((unsigned char)*at); at++)
        digits++;
    return digits == 4 && begins(at, end, ": ") && memchr(at, '\t', (size_t)(end - at));
}

static void put_plain(const struct work *work, const char *start, const char *end)
{
    const char *at = start;

    while (at < end) {
        const struct span *secret = secret_at(work, at, start, end);
        size_t identity = secret ? 0 : identity_at(work, at, start, end);

        if (secret) {
            put_other(work->out, *secret, work->kind == KIND_PLAYER);
            at += secret->length;
        } else if (identity) {
            put_other(work->out, (struct span){at, identity}, false);
            at += identity;
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

        if (guid_at(at, end)) {
            length = guid_at(at, end);
            put_other(work->out, (struct span){at, length}, false);
            at += length;
            continue;
        }
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

    if (is_dump(start, end) && !work->microsoft && work->kind == KIND_TEXT) {
        put_other(work->out, (struct span){start, (size_t)(end - start)}, false);
        return;
    }
    if (!is_dump(start, end))
        work->microsoft = find(start, end, "Microsoft device") != NULL;
    if (work->kind == KIND_TEXT && find(start, end, "Device Certificate:")) {
        work->certificate = true;
        work->tag = false;
        put_plain(work, start, end);
        return;
    }
    if (find(start, end, "OK.") || find(start, end, "Device info:"))
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
    if (strstr(text, "Device info:") || strstr(text, "USB low-level info:") ||
        strstr(text, " (VID=") || (strstr(text, "Device Descriptor:") && strstr(text, "idVendor")))
        return KIND_TEXT;
    if ((text_starts(text, "usb:") || strstr(text, "\nusb:")) && strstr(text, "vendor:"))
        return KIND_PLAYER;
    return KIND_NONE;
}

/* A name that also stands in a model's or maker's is no secret. */
static bool is_public(const struct lines *lines, struct span name)
{
    static const char *const keys[] = {"Model:",   "Manufacturer:", "Product:", "Vendor:",
                                       "iProduct", "iManufacturer", " is a ",   " @ bus "};
    const char *at = lines->text, *end = lines->text + lines->size;

    while ((at = memmem(at, (size_t)(end - at), name.start, name.length)) != NULL) {
        const char *start = at;

        while (start > lines->text && start[-1] != '\n')
            start--;
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
            if (memmem(start, strcspn(start, "\n"), keys[i], strlen(keys[i])))
                return true;
        }
        at += strcspn(at, "\n"); /* one look at each line */
    }
    return false;
}

static int gather(struct work *work, const struct lines *lines, const char *at, const char *stop)
{
    struct span value;
    enum what what = find_field(work->kind, at, stop, &value);

    if (what == WHAT_SERIAL || (what == WHAT_NAME && work->kind == KIND_TEXT &&
                                value.length >= LONG_SERIAL && !is_public(lines, value)))
        return keep_secret(work, value);
    return 0;
}

static int each_line(struct work *work, const struct lines *lines, bool writing)
{
    const char *at = lines->text, *end = lines->text + lines->size;
    int result = 0;

    while (at < end && !result) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        stop = stop ? stop : end;
        if (writing)
            put_line(work, at, stop);
        else
            result = gather(work, lines, at, stop);
        if (writing && stop < end)
            fputc('\n', work->out);
        at = stop + 1;
    }
    return result;
}

int anonymise(struct lines *lines, FILE *out, struct import_notes *notes, char *error,
              size_t error_size)
{
    const char *damage = lines_not_text(lines);
    struct work work = {.out = out};
    int result;

    if (damage && !notes)
        return lines_fault(lines, error, error_size, "%s", damage);
    if (damage)
        lines_mend(lines, damage, notes);
    work.kind = kind_of(lines->text);
    if (damage && work.kind != KIND_TEXT)
        return lines_fault(lines, error, error_size, "%s", damage);
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
