/* Names and what came of them, as an object of texts: the best counts, so that cases may be added
 * in any order. */
#include "conformance/results/exercised.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

static const char *const names[] = {[EXERCISED_NOT] = "",
                                    [EXERCISED_ASKED] = "asked",
                                    [EXERCISED_ABSENT] = "absent",
                                    [EXERCISED_DONE] = "done"};

enum exercised exercised_of(const json_t *all, const char *name)
{
    const char *how = json_string_value(json_object_get(all, name));

    for (enum exercised i = EXERCISED_ASKED; how && i <= EXERCISED_DONE; i++) {
        if (strcmp(names[i], how) == 0)
            return i;
    }
    return EXERCISED_NOT;
}

void exercised_say(json_t *all, const char *name, enum exercised how)
{
    if (how > exercised_of(all, name))
        json_object_set_new(all, name, json_string(names[how]));
}

void exercised_add(json_t *all, json_t *more)
{
    const char *name;
    json_t *how;

    json_object_foreach(more, name, how) exercised_say(all, name, exercised_of(more, name));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *exercised_sorted(const json_t *all)
{
    const char **keys = calloc(json_object_size(all) + 1, sizeof(*keys));
    json_t *sorted = keys ? json_object() : NULL, *how;
    size_t count = 0;
    const char *name;

    if (sorted) {
        json_object_foreach((json_t *)all, name, how) keys[count++] = name;
        qsort(keys, count, sizeof(*keys), by_name);
    }
    for (size_t i = 0; i < count; i++)
        json_object_set(sorted, keys[i], json_object_get(all, keys[i]));
    free(keys);
    return sorted;
}
