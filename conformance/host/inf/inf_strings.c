/* Which strings an installation has, and tokens. Since a string is not searched for tokens, none
 * can stand for itself. */
#include "conformance/host/inf/inf_strings.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char STRINGS[] = "Strings";

enum { LANGID_DIGITS = 4, PRIMARY = 0x3ff };

bool inf_strings_language(const char *section, unsigned *ret_langid)
{
    size_t length = sizeof(STRINGS) - 1;
    const char *digits = section + length + 1;

    if (strncasecmp(section, STRINGS, length) != 0)
        return false;
    *ret_langid = INF_NEUTRAL;
    if (!section[length])
        return true;
    if (section[length] != '.' || strlen(digits) != LANGID_DIGITS ||
        strspn(digits, "0123456789abcdefABCDEF") != LANGID_DIGITS)
        return false;
    *ret_langid = (unsigned)strtoul(digits, NULL, 16);
    return true;
}

const struct inf_section *inf_strings_choose(const struct inf *inf, unsigned langid)
{
    enum { NONE, PLAIN, OF_ITS_LANGUAGE, NEUTRAL_OF_IT, THIS } how, best = NONE;
    const struct inf_section *chosen = NULL;

    for (size_t i = 0; i < inf->section_count; i++) {
        unsigned other;

        if (!inf_strings_language(inf->sections[i]->name, &other))
            continue;
        how = NONE;
        if (other == INF_NEUTRAL)
            how = PLAIN;
        else if (other == langid)
            how = THIS;
        else if (other == (langid & PRIMARY))
            how = NEUTRAL_OF_IT;
        else if ((other & PRIMARY) == (langid & PRIMARY))
            how = OF_ITS_LANGUAGE;
        if (how > best) {
            best = how;
            chosen = inf->sections[i];
        }
    }
    return chosen;
}

static int compare_keys(const void *a, const void *b)
{
    const struct inf_string *x = a, *y = b;

    return strcasecmp(x->key, y->key);
}

static int compare(const void *a, const void *b)
{
    const struct inf_string *x = a, *y = b;
    int order = compare_keys(a, b);

    return order ? order : (x->order > y->order) - (x->order < y->order);
}

int inf_strings_of(const struct inf *inf, const struct inf_section *section,
                   struct inf_strings *ret)
{
    struct inf_strings strings = {.inf = inf, .section = section};
    size_t count = 0, kept = 0;

    for (const struct inf_entry *e = inf_first(inf, section); e; e = inf_next(inf, e))
        count += e->has_key;
    strings.strings = calloc(count + 1, sizeof(*strings.strings));
    if (!strings.strings)
        return -ENOMEM;
    for (const struct inf_entry *e = inf_first(inf, section); e; e = inf_next(inf, e)) {
        if (!e->has_key)
            continue;
        strings.strings[strings.count] = (struct inf_string){
            .key = inf_key(inf, e), .value = inf_value(inf, e, 0), .order = strings.count};
        strings.count++;
    }
    qsort(strings.strings, strings.count, sizeof(*strings.strings), compare);
    for (size_t i = 0; i < strings.count; i++) {
        if (kept == 0 || compare_keys(&strings.strings[kept - 1], &strings.strings[i]) != 0)
            strings.strings[kept++] = strings.strings[i];
    }
    strings.count = kept;
    *ret = strings;
    return 0;
}

void inf_strings_done(struct inf_strings *strings)
{
    free(strings->strings);
    *strings = (struct inf_strings){.inf = NULL};
}

const struct inf_string *inf_string(const struct inf_strings *strings, const char *key)
{
    struct inf_string wanted = {.key = key};

    return strings->count
               ? bsearch(&wanted, strings->strings, strings->count, sizeof(wanted), compare_keys)
               : NULL;
}

struct expansion {
    const struct inf_strings *strings;
    inf_token *token;
    void *context;
    char *out;
    size_t length, characters; /* of `out` */
};

/* False: no more fits. */
static bool put(struct expansion *it, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_first = ((unsigned char)text[i] & 0xc0) != 0x80;

        if ((is_first && it->characters == INF_FIELD_MAX) || it->length == INF_EXPANDED - 1)
            return false;
        it->characters += is_first;
        it->out[it->length++] = text[i];
    }
    return true;
}

/* Of a token's text, in which two % signs may be one of its name, as they are where it is defined:
 * how long it is, without the sign behind it; SIZE_MAX: no sign ends it. */
static size_t token_length(const char *text, bool has_pairs)
{
    for (size_t length = 0; length <= INF_TOKEN_MAX && text[length]; length++) {
        if (text[length] != '%')
            continue;
        if (!has_pairs || text[length + 1] != '%')
            return length <= INF_TOKEN_MAX ? length : SIZE_MAX;
        length++;
    }
    return SIZE_MAX;
}

/* Puts what the token at `text`, behind its first sign, stands for; how much of the text it is, and
 * *ret_fits. */
static size_t expand_token(struct expansion *it, const char *text, bool *ret_fits)
{
    char name[INF_TOKEN_MAX + 1];
    size_t length = SIZE_MAX;

    for (int has_pairs = 1; has_pairs >= 0; has_pairs--) {
        const struct inf_string *string;

        length = token_length(text, has_pairs);
        if (length == SIZE_MAX)
            continue;
        memcpy(name, text, length);
        name[length] = '\0';
        string = inf_string(it->strings, name);
        if (string) {
            if (it->token)
                it->token(it->context, name, string);
            *ret_fits = put(it, string->value.text, strlen(string->value.text));
            return length + 1;
        }
    }
    if (length == SIZE_MAX || name[strcspn(name, " \t\",")]) { /* a sign alone */
        *ret_fits = put(it, "%", 1);
        return 0;
    }
    if (it->token && name[strspn(name, "0123456789")])
        it->token(it->context, name, NULL);
    *ret_fits = put(it, "%", 1) && put(it, text, length + 1);
    return length + 1;
}

bool inf_expand(const struct inf_strings *strings, const char *text, char ret[INF_EXPANDED],
                inf_token *token, void *context)
{
    struct expansion it = {.strings = strings, .token = token, .context = context, .out = ret};
    bool fits = true;

    while (*text && fits) {
        size_t plain = strcspn(text, "%");

        fits = put(&it, text, plain);
        text += plain;
        if (!*text || !fits)
            continue;
        if (text[1] == '%') {
            fits = put(&it, "%", 1);
            text += 2;
        } else {
            text += 1 + expand_token(&it, text + 1, &fits);
        }
    }
    ret[it.length] = '\0';
    return fits;
}
