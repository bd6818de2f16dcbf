/* What a subject says it offers, as items, and the expressions that cases put over them. */
#include "conformance/run/ics.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_item(const void *a, const void *b)
{
    return strcmp(((const struct ics_claim *)a)->item, ((const struct ics_claim *)b)->item);
}

static int is_item(const void *item, const void *claim)
{
    return strcmp(item, ((const struct ics_claim *)claim)->item);
}

const struct ics_claim *ics_find(const struct ics *ics, const char *item)
{
    return ics->count ? bsearch(item, ics->claims, ics->count, sizeof(*ics->claims), is_item)
                      : NULL;
}

bool ics_has(const struct ics *ics, const char *item)
{
    const struct ics_claim *claim = ics_find(ics, item);

    return strcmp(item, "ANY") == 0 || (claim && claim->yes);
}

int ics_say(struct ics *ics, const char *item, unsigned line, bool yes)
{
    struct ics_claim *claims = realloc(ics->claims, (ics->count + 1) * sizeof(*claims));
    char *copy = strdup(item);

    if (claims)
        ics->claims = claims;
    if (!claims || !copy) {
        free(copy);
        return -ENOMEM;
    }
    claims[ics->count].item = copy;
    claims[ics->count].line = line;
    claims[ics->count++].yes = yes;
    qsort(claims, ics->count, sizeof(*claims), by_item);
    return 0;
}

int ics_set(struct ics *ics, const char *item)
{
    return ics_find(ics, item) ? 0 : ics_say(ics, item, 0, true);
}

void ics_done(struct ics *ics)
{
    for (size_t i = 0; i < ics->count; i++)
        free(ics->claims[i].item);
    free(ics->claims);
    *ics = (struct ics){0};
}

/* ---- expressions: or := and ("||" and)*, and := not ("&&" not)*, not := "!" not | "(" or ")" |
 * name */

struct parser {
    const struct ics *ics;
    const char *at;
    unsigned depth;
    bool bad;
};

static bool parse_or(struct parser *parser);

static void skip_space(struct parser *parser)
{
    while (isspace((unsigned char)*parser->at))
        parser->at++;
}

static bool accept(struct parser *parser, const char *token)
{
    skip_space(parser);
    if (strncmp(parser->at, token, strlen(token)) != 0)
        return false;
    parser->at += strlen(token);
    return true;
}

static bool parse_name(struct parser *parser)
{
    char name[64];
    size_t length = 0;

    skip_space(parser);
    while (isalnum((unsigned char)parser->at[length]) || parser->at[length] == '.' ||
           parser->at[length] == '_')
        length++;
    if (!length || length >= sizeof(name)) {
        parser->bad = true;
        return false;
    }
    memcpy(name, parser->at, length);
    name[length] = '\0';
    parser->at += length;
    return ics_has(parser->ics, name);
}

static bool parse_not(struct parser *parser)
{
    bool value;

    if (parser->bad || ++parser->depth > 32) {
        parser->bad = true;
        return false;
    }
    if (accept(parser, "!")) {
        value = !parse_not(parser);
    } else if (accept(parser, "(")) {
        value = parse_or(parser);
        parser->bad |= !accept(parser, ")");
    } else {
        value = parse_name(parser);
    }
    parser->depth--;
    return value;
}

static bool parse_and(struct parser *parser)
{
    bool value = parse_not(parser);

    while (!parser->bad && accept(parser, "&&"))
        value &= parse_not(parser);
    return value;
}

static bool parse_or(struct parser *parser)
{
    bool value = parse_and(parser);

    while (!parser->bad && accept(parser, "||"))
        value |= parse_and(parser);
    return value;
}

int ics_holds(const struct ics *ics, const char *expression)
{
    struct parser parser = {.ics = ics, .at = expression};
    bool value = parse_or(&parser);

    skip_space(&parser);
    if (parser.bad || *parser.at)
        return -EINVAL;
    return value;
}

bool ics_offers(const struct ics *ics, const char *expression)
{
    return ics_holds(ics, expression) == 1;
}
