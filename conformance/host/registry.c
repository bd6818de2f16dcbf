/* A list is registry enough: a plugged device leaves a handful of values. */
#include "conformance/host/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void value_free(struct registry_value *value)
{
    free(value->key);
    free(value->name);
    free(value->data);
    free(value);
}

void registry_done(struct registry *registry)
{
    while (registry->first) {
        struct registry_value *next = registry->first->next;

        value_free(registry->first);
        registry->first = next;
    }
}

static struct registry_value **find(const struct registry *registry, const char *key,
                                    const char *name)
{
    struct registry_value **at = (struct registry_value **)(uintptr_t)&registry->first;

    while (*at && (strcasecmp((*at)->key, key) != 0 || strcasecmp((*at)->name, name) != 0))
        at = &(*at)->next;
    return at;
}

const struct registry_value *registry_get(const struct registry *registry, const char *key,
                                          const char *name)
{
    return *find(registry, key, name);
}

int registry_set(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const void *data, size_t size)
{
    struct registry_value *value = calloc(1, sizeof(*value)), **old;

    if (!value)
        return -ENOMEM;
    value->key = strdup(key);
    value->name = strdup(name);
    value->data = malloc(size + 1);
    if (!value->key || !value->name || !value->data) {
        value_free(value);
        return -ENOMEM;
    }
    value->type = type;
    value->size = size;
    if (size > 0)
        memcpy(value->data, data, size);
    old = find(registry, key, name);
    if (*old) {
        struct registry_value *gone = *old;

        *old = gone->next;
        value_free(gone);
    }
    value->next = registry->first;
    registry->first = value;
    return 0;
}

bool registry_remove(struct registry *registry, const char *key)
{
    struct registry_value **at = &registry->first;
    size_t length = strlen(key);
    bool found = false;

    while (*at) {
        struct registry_value *value = *at;

        if (strncasecmp(value->key, key, length) != 0 ||
            (value->key[length] && value->key[length] != '\\')) {
            at = &value->next;
            continue;
        }
        *at = value->next;
        value_free(value);
        found = true;
    }
    return found;
}
