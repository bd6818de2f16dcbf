/* The host's registry: a tree of keys, which may be empty, with values of any type. Keys are named
 * by path (HKLM\SOFTWARE\...), keys and values without regard to case; names are UTF-8. In memory;
 * a host begins with none. */
#ifndef CONFORMANCE_HOST_REGISTRY_H
#define CONFORMANCE_HOST_REGISTRY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types (Windows, winnt.h). Other numbers are kept as well. */
enum {
    REG_TYPE_NONE,
    REG_TYPE_SZ,
    REG_TYPE_EXPAND_SZ,
    REG_TYPE_BINARY,
    REG_TYPE_DWORD,
    REG_TYPE_DWORD_BE,
    REG_TYPE_LINK,
    REG_TYPE_MULTI_SZ,
    REG_TYPE_RESOURCE_LIST,
    REG_TYPE_FULL_RESOURCE_DESCRIPTOR,
    REG_TYPE_RESOURCE_REQUIREMENTS_LIST,
    REG_TYPE_QWORD
};

/* Windows' limits (Registry Element Size Limits): names in units of UTF-16; and ours of the whole,
 * names and data together. */
enum {
    REGISTRY_LEVELS = 512,
    REGISTRY_KEY_UNITS = 255,
    REGISTRY_NAME_UNITS = 16383,
    REGISTRY_BYTES = 64 << 20
};

/* All zeros is an empty one, of one thread. */
struct registry {
    struct registry_key *root; /* owned */
    size_t bytes;
    pthread_mutex_t *guard; /* recursive, of one that several threads share; NULL: of none */
};
/* Of one that is shared nothing changes, and what is borrowed of it stays, until it is released. */
void registry_hold(const struct registry *registry);
void registry_release(const struct registry *registry);

/* There until it is set again or removed. */
struct registry_value {
    char *name; /* "": the key's default value */
    uint32_t type;
    uint8_t *data;
    size_t size;
};

void registry_done(struct registry *registry);
/* Sets or replaces; keys that are missing are made. 0, -ENOMEM, -EINVAL (a key without a name),
 * -ENAMETOOLONG or -ENOSPC (beyond the limits); then nothing is changed but for keys on the way. */
int registry_set(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const void *data, size_t size);
/* NULL: not there. */
const struct registry_value *registry_get(const struct registry *registry, const char *key,
                                          const char *name);
/* Removes a key with all below it; false: there is none. */
bool registry_remove(struct registry *registry, const char *key);
/* Removes one value; its key stays. False: there is none. */
bool registry_remove_value(struct registry *registry, const char *key, const char *name);
/* The key and those above it, if they are not there; as registry_set(). */
int registry_make_key(struct registry *registry, const char *key);
bool registry_has_key(const struct registry *registry, const char *key);

/* What is in a key ("": the roots), in the order of names without case, by position; NULL: no more,
 * or no such key. Borrowed until something is removed. */
const char *registry_key(const struct registry *registry, const char *key, size_t index);
const struct registry_value *registry_value_at(const struct registry *registry, const char *key,
                                               size_t index);

/* All of it into an empty one; 0, or -ENOMEM with nothing in it. */
int registry_copy(struct registry *to, const struct registry *from);
/* What was made in a copy becomes what is there, or the other way round; who shares it stays. */
void registry_swap(struct registry *a, struct registry *b);
/* The order of names without regard to case; as strcmp(). */
int registry_compare(const char *a, const char *b);

#endif
