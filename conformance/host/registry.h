/* The host's registry as far as plugging needs it: keys by path, values by name, both without
 * regard to case. In memory; a host begins with none. */
#ifndef CONFORMANCE_HOST_REGISTRY_H
#define CONFORMANCE_HOST_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types (Windows, winnt.h). */
enum { REG_TYPE_SZ = 1, REG_TYPE_BINARY = 3, REG_TYPE_DWORD = 4, REG_TYPE_MULTI_SZ = 7 };

struct registry {
    struct registry_value *first; /* owned; newest first */
};

struct registry_value {
    struct registry_value *next;
    char *key, *name;
    uint32_t type;
    uint8_t *data;
    size_t size;
};

void registry_done(struct registry *registry);
/* Sets or replaces; 0 or -ENOMEM. */
int registry_set(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const void *data, size_t size);
/* NULL: not there. */
const struct registry_value *registry_get(const struct registry *registry, const char *key,
                                          const char *name);
/* Removes a key with all below it; false: there is none. */
bool registry_remove(struct registry *registry, const char *key);

#endif
