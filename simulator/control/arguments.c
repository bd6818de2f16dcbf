/* A control request held against the table of its verb: unknown names, values of another kind or
 * out of range, and what is missing are refused in one line that says what is expected. What is
 * left the verbs can take as it stands. */
#include "simulator/control/arguments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/control/verbs_internal.h"
#include "spcore/base.h"

#define WORDS_ROOM 200

static const struct verb_argument of_all[] = {
    {.name = "verb", .kind = ARGUMENT_TEXT},
    {.name = "busid", .kind = ARGUMENT_TEXT},
    {.name = NULL},
};

static const struct verb_argument *find(const struct verb_argument *arguments, const char *name)
{
    for (; arguments && arguments->name; arguments++) {
        if (strcmp(arguments->name, name) == 0)
            return arguments;
    }
    return NULL;
}

/* ---- values; each a new reference, or NULL: it is none of its kind */

static json_t *text_of(const struct verb_argument *argument, const json_t *value)
{
    char *digits;
    json_t *text;

    (void)argument;
    if (json_is_string(value))
        return json_copy((json_t *)value);
    if (!json_is_number(value))
        return NULL;
    digits = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    text = digits ? json_string(digits) : NULL;
    free(digits);
    return text;
}

static json_t *word_of(const struct verb_argument *argument, const json_t *value)
{
    const char *word = json_string_value(value), *at = argument->words;
    size_t length = word ? strlen(word) : 0;

    for (; length && *at; at += strspn(at, ", ")) {
        size_t one = strcspn(at, ", ");

        if (one == length && memcmp(at, word, length) == 0 && strcmp(word, "or") != 0)
            return json_string(word);
        at += one;
    }
    return NULL;
}

static json_t *number_of(const struct verb_argument *argument, const json_t *value)
{
    const char *text = json_string_value(value);
    int64_t number = json_integer_value(value);
    char *end;

    if (text) {
        errno = 0;
        number = strtoll(text, &end, 0);
        if (errno || end == text || *end || strchr(" \t\n", *text))
            return NULL;
    } else if (!json_is_integer(value)) {
        return NULL;
    }
    return number >= argument->least && number <= argument->most ? json_integer(number) : NULL;
}

static json_t *seconds_of(const struct verb_argument *argument, const json_t *value)
{
    if (json_is_real(value) && json_real_value(value) >= (double)argument->least &&
        json_real_value(value) <= (double)argument->most)
        return json_copy((json_t *)value);
    return number_of(argument, value);
}

static json_t *flag_of(const struct verb_argument *argument, const json_t *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    const char *text = json_string_value(value);

    (void)argument;
    if (json_is_boolean(value))
        return json_boolean(json_is_true(value));
    for (size_t i = 0; text && i < ARRAY_SIZE(words); i++) {
        if (strcmp(words[i], text) == 0)
            return json_boolean(i % 2);
    }
    return NULL;
}

static json_t *numbers_of(const struct verb_argument *argument, const json_t *value)
{
    json_t *numbers = json_is_array(value) ? json_array() : NULL;

    for (size_t i = 0; numbers && i < json_array_size(value); i++) {
        json_t *one = number_of(argument, json_array_get(value, i));

        if (!one || json_array_append_new(numbers, one)) {
            json_decref(numbers);
            return NULL;
        }
    }
    return numbers;
}

static json_t *texts_of(const struct verb_argument *argument, const json_t *value)
{
    const struct verb_argument code = {.name = "code", .least = 0, .most = 0xffff};
    json_t *texts = json_is_object(value) ? json_object() : NULL, *inner;
    const char *key;

    json_object_foreach((json_t *)(texts ? value : NULL), key, inner)
    {
        json_t *name = json_string(key), *number = name ? number_of(&code, name) : NULL;
        json_t *text = number ? text_of(argument, inner) : NULL;

        json_decref(name);
        json_decref(number);
        if (!text || json_object_set_new(texts, key, text)) {
            json_decref(texts);
            return NULL;
        }
    }
    return texts;
}

static json_t *(*const takers[])(const struct verb_argument *argument, const json_t *value) = {
    [ARGUMENT_TEXT] = text_of,   [ARGUMENT_WORD] = word_of,       [ARGUMENT_NUMBER] = number_of,
    [ARGUMENT_FLAG] = flag_of,   [ARGUMENT_SECONDS] = seconds_of, [ARGUMENT_NUMBERS] = numbers_of,
    [ARGUMENT_TEXTS] = texts_of,
};

/* ---- what is said of them */

static const char *expected(const struct verb_argument *argument, char words[WORDS_ROOM])
{
    static const char *const kinds[] = {
        [ARGUMENT_TEXT] = "a text",
        [ARGUMENT_FLAG] = "true or false",
        [ARGUMENT_TEXTS] = "an object of texts, by codes from 0 to 0xffff",
    };
    const char *each = argument->kind == ARGUMENT_NUMBERS ? "a list of numbers, each " : "";
    const char *unit = argument->kind == ARGUMENT_SECONDS ? " seconds" : "";

    if (argument->kind == ARGUMENT_WORD)
        return argument->words;
    if (argument->kind < ARRAY_SIZE(kinds) && kinds[argument->kind])
        return kinds[argument->kind];
    if (argument->most == INT64_MAX)
        snprintf(words, WORDS_ROOM, "%sa whole number%s", each,
                 argument->least == 0 ? " of at least 0" : "");
    else
        snprintf(words, WORDS_ROOM, "%s%" PRId64 " to %" PRId64 "%s", each, argument->least,
                 argument->most, unit);
    return words;
}

static json_t *refuse_value(const struct verb_argument *argument, const json_t *value)
{
    char words[WORDS_ROOM],
        *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_t *refusal = verb_refuse("%s: %.60s: expected %s", argument->name, shown ? shown : "?",
                                  expected(argument, words));

    free(shown);
    return refusal;
}

static json_t *refuse_name(const char *verb, const struct verb_argument *arguments,
                           const char *name)
{
    char words[WORDS_ROOM] = "";
    size_t used = 0;

    for (; arguments && arguments->name && used < sizeof(words); arguments++)
        used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s", used ? ", " : "",
                                 arguments->name);
    return verb_refuse("%.60s: %s takes no such argument: expected %s", name, verb,
                       used ? words : "none");
}

/* One value into `taken`; NULL: done, or the refusal. */
static json_t *take(const char *verb, const struct verb_argument *arguments, const char *name,
                    const json_t *value, json_t *taken)
{
    const struct verb_argument *argument = find(arguments, name);
    json_t *own;

    if (!argument)
        argument = find(of_all, name);
    if (!argument)
        return refuse_name(verb, arguments, name);
    own = takers[argument->kind](argument, value);
    return own && json_object_set_new(taken, name, own) == 0 ? NULL : refuse_value(argument, value);
}

json_t *arguments_take(const char *verb, const struct verb_argument *arguments,
                       const json_t *request, json_t **ret_refusal)
{
    json_t *taken = json_object(), *value, *refusal = NULL;
    const char *name;

    json_object_foreach((json_t *)request, name, value)
    {
        if (!refusal && taken)
            refusal = take(verb, arguments, name, value, taken);
    }
    for (; arguments && arguments->name && !refusal && taken; arguments++) {
        char words[WORDS_ROOM];

        if (arguments->needed && !json_object_get(taken, arguments->name))
            refusal = verb_refuse("%s: is missing: expected %s", arguments->name,
                                  expected(arguments, words));
    }
    *ret_refusal = refusal;
    if (!refusal)
        return taken;
    json_decref(taken);
    return NULL;
}
