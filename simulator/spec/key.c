/* What may stand at a key of a player file, by the type libcyaml gives it: whether a scalar does,
 * and how that is said. libcyaml itself takes `12 MB` for 12 and `maybe` for true. */
#include "simulator/spec/key.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

const struct key *key_of(const cyaml_schema_field_t *field)
{
    return (const struct key *)(const void *)field->key; /* its first member */
}

bool key_number(const char *text, uint64_t *ret_number)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *ret_number = strtoull(text, &end, 0);
    return !errno && *end == '\0';
}

/* ---- numbers */

static uint64_t holds(const cyaml_schema_value_t *schema)
{
    return schema->data_size >= sizeof(uint64_t) ? UINT64_MAX
                                                 : ((uint64_t)1 << 8 * schema->data_size) - 1;
}

/* The n-th range of a number; false: there is none. */
static bool range_at(const struct key *key, const cyaml_schema_value_t *schema, size_t n,
                     struct key_range *ret_range)
{
    if (n < ARRAY_SIZE(key->ranges) && key->ranges[n].most) {
        *ret_range = key->ranges[n];
        return true;
    }
    *ret_range = (struct key_range){0, holds(schema)};
    return n == 0;
}

static bool number_allowed(const struct key *key, const cyaml_schema_value_t *schema,
                           const char *text)
{
    struct key_range range;
    uint64_t number;

    if (!key_number(text, &number))
        return false;
    for (size_t n = 0; range_at(key, schema, n, &range); n++) {
        if (number >= range.least && number <= range.most)
            return true;
    }
    return false;
}

/* ---- texts */

/* Of UTF-8, which libyaml has checked. */
static size_t utf16_units(const char *text, size_t length)
{
    size_t units = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        units += (byte & 0xc0) != 0x80; /* no byte that goes on */
        units += byte >= 0xf0;          /* a pair of surrogates */
    }
    return units;
}

static bool letter_allowed(enum key_letters letters, char letter)
{
    static const char id[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    if (letters == KEY_ID)
        return strchr(id, letter) != NULL;
    return letters == KEY_ANY_LETTERS || (letter >= 0x20 && letter <= 0x7e && letter != ',');
}

static bool text_allowed(const struct key *key, const char *text, size_t length)
{
    const struct key_range *range = &key->ranges[0];
    size_t units = utf16_units(text, length);

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0' || !letter_allowed(key->letters, text[i]))
            return false;
    }
    return !range->most || (units >= range->least && units <= range->most);
}

/* ---- words */

static const char *const words_true[] = {"true", "yes", "on", "1"};
static const char *const words_false[] = {"false", "no", "off",
                                          "0"}; /* what libcyaml takes for it */

static bool word_among(const char *text, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0)
            return true;
    }
    return false;
}

static bool choice_allowed(const cyaml_schema_value_t *schema, const char *text)
{
    for (uint32_t i = 0; i < schema->enumeration.count; i++) {
        if (strcmp(schema->enumeration.strings[i].str, text) == 0)
            return true;
    }
    return false;
}

bool key_allows(const struct key *key, const cyaml_schema_value_t *schema, const char *text,
                size_t length)
{
    if (schema->type == CYAML_STRING)
        return text_allowed(key, text, length);
    if (strlen(text) != length)
        return false;
    if (schema->type == CYAML_BOOL)
        return word_among(text, words_true, ARRAY_SIZE(words_true)) ||
               word_among(text, words_false, ARRAY_SIZE(words_false));
    if (schema->type == CYAML_ENUM && choice_allowed(schema, text))
        return true;
    return !(schema->type == CYAML_ENUM && schema->flags & CYAML_FLAG_STRICT) &&
           number_allowed(key, schema, text);
}

/* ---- what is said of it */

struct phrase {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void say(struct phrase *phrase, const char *format,
                                                      ...)
{
    va_list arguments;
    int used;

    va_start(arguments, format);
    used = vsnprintf(phrase->at, phrase->left, format, arguments);
    va_end(arguments);
    if (used > 0) {
        size_t taken = (size_t)used < phrase->left ? (size_t)used : phrase->left - 1;

        phrase->at += taken;
        phrase->left -= taken;
    }
}

static void say_range(struct phrase *phrase, const struct key *key, struct key_range range,
                      int width)
{
    if (range.least == range.most)
        say(phrase, "%" PRIu64, range.least);
    else if (range.most == UINT64_MAX)
        say(phrase, "a whole number%s", key->unit ? " of" : "");
    else if (key->hexadecimal)
        say(phrase, "0x%0*" PRIx64 " to 0x%0*" PRIx64, width, range.least, width, range.most);
    else
        say(phrase, "%" PRIu64 " to %" PRIu64, range.least, range.most);
}

static void say_number(struct phrase *phrase, const struct key *key,
                       const cyaml_schema_value_t *schema)
{
    struct key_range range, next;

    for (size_t n = 0; range_at(key, schema, n, &range); n++) {
        if (n)
            say(phrase, range_at(key, schema, n + 1, &next) ? ", " : " or ");
        say_range(phrase, key, range, 2 * (int)schema->data_size);
    }
    if (key->unit)
        say(phrase, " %s", key->unit);
}

static void say_text(struct phrase *phrase, const struct key *key)
{
    static const char *const of[] = {
        [KEY_ANY_LETTERS] = "characters",
        [KEY_PRINTABLE] = "printable ASCII characters without a comma, as Windows wants them",
        [KEY_ID] = "of A to Z, 0 to 9 and _",
    };
    const struct key_range *range = &key->ranges[0];

    if (!range->most)
        say(phrase, "a text");
    else if (range->least)
        say(phrase, "a text of %" PRIu64 " to %" PRIu64 " %s", range->least, range->most,
            of[key->letters]);
    else
        say(phrase, "a text of at most %" PRIu64 " %s", range->most, of[key->letters]);
}

static void say_choices(struct phrase *phrase, const struct key *key,
                        const cyaml_schema_value_t *schema)
{
    bool numbers = !(schema->flags & CYAML_FLAG_STRICT);
    uint32_t count = schema->enumeration.count;

    for (uint32_t i = 0; i < count; i++)
        say(phrase, "%s%s",
            i == 0                       ? ""
            : i + 1 == count && !numbers ? " or "
                                         : ", ",
            schema->enumeration.strings[i].str);
    if (numbers) {
        say(phrase, " or a code, ");
        say_number(phrase, key, schema);
    }
}

static void say_list(struct phrase *phrase, const struct key *key,
                     const cyaml_schema_value_t *entry)
{
    say(phrase, "a list");
    if (key->entries)
        say(phrase, " of at most %u", key->entries);
    if (entry->type == CYAML_MAPPING) {
        say(phrase, "%s mappings", key->entries ? "" : " of");
    } else {
        say(phrase, ", each ");
        key_expects(key, entry, phrase->at, phrase->left);
    }
}

static void say_names(struct phrase *phrase, const cyaml_schema_field_t *fields)
{
    for (const cyaml_schema_field_t *field = fields; field->key; field++)
        say(phrase, "%s%s", field == fields ? "" : field[1].key ? ", " : " or ", field->key);
}

void key_expects(const struct key *key, const cyaml_schema_value_t *schema, char *ret_text,
                 size_t room)
{
    struct phrase phrase = {ret_text, room};

    switch (schema->type) {
    case CYAML_BOOL:
        say(&phrase, "true or false");
        break;
    case CYAML_STRING:
        say_text(&phrase, key);
        break;
    case CYAML_ENUM:
        say_choices(&phrase, key, schema);
        break;
    case CYAML_SEQUENCE:
        say_list(&phrase, key, schema->sequence.entry);
        break;
    case CYAML_MAPPING:
        say(&phrase, "a mapping with ");
        say_names(&phrase, schema->mapping.fields);
        break;
    default:
        say_number(&phrase, key, schema);
    }
}

void key_names(const cyaml_schema_value_t *mapping, char *ret_text, size_t room)
{
    struct phrase phrase = {ret_text, room};

    say_names(&phrase, mapping->mapping.fields);
}

void key_stand_in(const struct key *key, const cyaml_schema_value_t *schema, char ret_text[32])
{
    struct key_range range;

    ret_text[0] = '\0';
    if (schema->type == CYAML_BOOL)
        snprintf(ret_text, 32, "%s", words_false[0]);
    else if (schema->type == CYAML_ENUM)
        snprintf(ret_text, 32, "%s", schema->enumeration.strings[0].str);
    else if (schema->type == CYAML_UINT && range_at(key, schema, 0, &range))
        snprintf(ret_text, 32, "%" PRIu64, range.most);
}
