/* What a subject says it offers, as items; the expressions that cases put over them; and the file a
 * vendor writes them in. */
#include "conformance/run/ics.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool ics_has(const struct ics *ics, const char *item)
{
    if (strcmp(item, "ANY") == 0)
        return true;
    return ics->count &&
           bsearch(&item, ics->items, ics->count, sizeof(*ics->items), by_name) != NULL;
}

int ics_set(struct ics *ics, const char *item)
{
    char **items;

    if (ics_has(ics, item))
        return 0;
    items = realloc(ics->items, (ics->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    ics->items = items;
    items[ics->count] = strdup(item);
    if (!items[ics->count])
        return -ENOMEM;
    ics->count++;
    qsort(items, ics->count, sizeof(*items), by_name);
    return 0;
}

void ics_done(struct ics *ics)
{
    for (size_t i = 0; i < ics->count; i++)
        free(ics->items[i]);
    free(ics->items);
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

/* ---- files */

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

static int read_line(struct ics *ics, char *line)
{
    char *value;

    line[strcspn(line, "#")] = '\0';
    line = trim(line);
    if (!*line)
        return 0;
    value = strchr(line, '=');
    if (!value)
        return -EINVAL;
    *value++ = '\0';
    line = trim(line);
    value = trim(value);
    if (!*line || line[strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._")])
        return -EINVAL;
    if (strcmp(value, "yes") == 0)
        return ics_set(ics, line);
    return strcmp(value, "no") != 0 ? -EINVAL : 0;
}

int ics_read(const char *path, struct ics *ret, char *error, size_t error_size)
{
    FILE *file = fopen(path, "re");
    struct ics ics = {0};
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    int result = 0;

    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return -ENOENT;
    }
    while (!result && getline(&line, &room, file) >= 0) {
        number++;
        result = read_line(&ics, line);
    }
    free(line);
    fclose(file);
    if (result) {
        snprintf(error, error_size, "%s:%u: expected ITEM=yes or ITEM=no", path, number);
    } else if (!ics.count) { /* a run that applies nothing would be green */
        snprintf(error, error_size, "%s:%u: no item says yes, nothing would be judged", path,
                 number ? number : 1);
        result = -EINVAL;
    }
    if (result) {
        ics_done(&ics);
        return result;
    }
    *ret = ics;
    return 0;
}
