/* A table from paths to lines, made in one pass over libyaml's events. libcyaml fills structures
 * and forgets where the values stood; what is wrong with them is found out later, and the user is
 * to be sent to the right line. */
#include "simulator/spec/marks.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 32 /* a player file has six */
#define PATH_ROOM 256

struct mark {
    char *path; /* owned */
    unsigned line;
};

struct marks {
    struct mark *marks;
    size_t count;
};

/* A mapping or list that is being read. */
struct level {
    size_t path_length;
    bool list, has_key; /* has_key: its value is due */
    unsigned index;
};

struct walk {
    struct marks *marks;
    char path[PATH_ROOM];
    struct level levels[DEPTH_MAX];
    size_t depth;
};

/* False: no memory. */
static bool add(struct marks *marks, const char *path, unsigned line)
{
    bool full = (marks->count & (marks->count - 1)) == 0; /* room doubles */
    size_t room = marks->count ? 2 * marks->count : 1;
    struct mark *grown = full ? realloc(marks->marks, room * sizeof(*grown)) : marks->marks;
    char *copy = strdup(path);

    if (grown)
        marks->marks = grown;
    if (!grown || !copy) {
        free(copy);
        return false;
    }
    marks->marks[marks->count].path = copy;
    marks->marks[marks->count++].line = line;
    return true;
}

static struct level *top(struct walk *walk)
{
    return walk->depth ? &walk->levels[walk->depth - 1] : NULL;
}

/* A key, or an entry of a list, begins: its path, with a mark. False: no memory. */
static bool name(struct walk *walk, const yaml_event_t *event)
{
    struct level *level = top(walk);
    char *end = walk->path + level->path_length;
    size_t room = sizeof(walk->path) - level->path_length;

    if (level->list)
        snprintf(end, room, "[%u]", level->index++);
    else
        snprintf(end, room, "%s%s", level->path_length ? "." : "",
                 event->type == YAML_SCALAR_EVENT ? (const char *)event->data.scalar.value : "?");
    return add(walk->marks, walk->path, (unsigned)event->start_mark.line + 1);
}

/* False: no memory, or deeper than a player file goes. */
static bool take(struct walk *walk, const yaml_event_t *event)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    struct level *level = top(walk);

    if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
        walk->depth--;
        return true;
    }
    if (level && !level->list)
        level->has_key = !level->has_key;
    if (level && (level->list || level->has_key) && !name(walk, event))
        return false;
    if (!list && event->type != YAML_MAPPING_START_EVENT)
        return true;
    if (walk->depth == DEPTH_MAX)
        return false;
    walk->levels[walk->depth++] = (struct level){.path_length = strlen(walk->path), .list = list};
    return true;
}

static bool is_node(const yaml_event_t *event)
{
    return event->type >= YAML_ALIAS_EVENT && event->type <= YAML_MAPPING_END_EVENT;
}

/* By path; the first of a path that stands twice comes first. */
static int by_path(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    int order = strcmp(a->path, b->path);

    return order ? order : (a->line > b->line) - (a->line < b->line);
}

struct marks *marks_new(const char *text, size_t size)
{
    struct walk walk = {.marks = calloc(1, sizeof(*walk.marks))};
    yaml_parser_t parser;
    yaml_event_t event;
    bool goes_on = true;

    if (!walk.marks || !yaml_parser_initialize(&parser)) {
        free(walk.marks);
        return NULL;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    while (goes_on && yaml_parser_parse(&parser, &event)) {
        goes_on = event.type != YAML_DOCUMENT_END_EVENT && event.type != YAML_STREAM_END_EVENT &&
                  (!is_node(&event) || take(&walk, &event));
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (walk.marks->count)
        qsort(walk.marks->marks, walk.marks->count, sizeof(*walk.marks->marks), by_path);
    return walk.marks;
}

void marks_free(struct marks *marks)
{
    if (!marks)
        return;
    for (size_t i = 0; i < marks->count; i++)
        free(marks->marks[i].path);
    free(marks->marks);
    free(marks);
}

/* The length of the path of what that one stands in. */
static size_t outer(const char *path, size_t length)
{
    while (length && path[length - 1] != '.' && path[length - 1] != '[')
        length--;
    return length ? length - 1 : 0;
}

/* The first mark of the path, of which `length` bytes count; 0: there is none. */
static unsigned line_at(const struct marks *marks, const char *path, size_t length)
{
    size_t low = 0, high = marks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        /* One that goes on behind these bytes comes after them. */
        if (strncmp(marks->marks[middle].path, path, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == marks->count || strncmp(marks->marks[low].path, path, length) != 0 ||
        marks->marks[low].path[length] != '\0')
        return 0;
    return marks->marks[low].line;
}

unsigned marks_line(const struct marks *marks, const char *path)
{
    for (size_t length = strlen(path); length; length = outer(path, length)) {
        unsigned line = line_at(marks, path, length);

        if (line)
            return line;
    }
    return 1;
}
