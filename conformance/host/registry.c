/* A tree: each key has its subkeys and its values in the order of their names, which alone decides
 * in what order they are enumerated. */
#include "conformance/host/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/registry_names.h"

struct registry_key {
    char *name; /* first, as a value's is: names are asked for it */
    struct names keys, values;
};

/* ---- names */

int registry_compare(const char *a, const char *b)
{
    return names_compare(a, a + strlen(a), b);
}

/* How many units it is in UTF-16. */
static size_t units(const char *name, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += (size_t)((name[i] & 0xc0) != 0x80) + (size_t)((name[i] & 0xf8) == 0xf0);
    return count;
}

/* ---- who shares it */

void registry_hold(const struct registry *registry)
{
    if (registry->guard)
        pthread_mutex_lock(registry->guard);
}

void registry_release(const struct registry *registry)
{
    if (registry->guard)
        pthread_mutex_unlock(registry->guard);
}

/* ---- what is where */

static struct registry_value *value_of(const struct registry_key *in, const char *name)
{
    return names_find(&in->values, name, name + strlen(name));
}

/* The next name of a path, and what comes after it; false: none. */
static bool segment(const char **path, const char **ret_end)
{
    while (**path == '\\')
        (*path)++;
    *ret_end = *path + strcspn(*path, "\\");
    return **path != '\0';
}

/* `ret_in` may be NULL: the key that it lies in. */
static struct registry_key *find(const struct registry *registry, const char *path,
                                 struct registry_key **ret_in)
{
    struct registry_key *key = registry->root, *in = NULL;
    const char *end;

    while (key && segment(&path, &end)) {
        in = key;
        key = names_find(&in->keys, path, end);
        path = end;
    }
    if (ret_in)
        *ret_in = in;
    return key;
}

/* ---- keys */

static void value_free(struct registry_value *value)
{
    if (!value)
        return;
    free(value->name);
    free(value->data);
    free(value);
}

static size_t value_bytes(const struct registry_value *value)
{
    return sizeof(struct names_node) + sizeof(*value) + strlen(value->name) + value->size;
}

static size_t key_bytes(size_t length)
{
    return sizeof(struct names_node) + sizeof(struct registry_key) + length;
}

/* How much it held is taken off `bytes`. */
static void key_free(struct registry_key *key, size_t *bytes)
{
    struct registry_value *value;

    if (!key)
        return;
    for (size_t i = 0; i < names_count(&key->keys); i++)
        key_free(names_at(&key->keys, i), bytes);
    for (size_t i = 0; (value = names_at(&key->values, i)); i++) {
        *bytes -= value_bytes(value);
        value_free(value);
    }
    *bytes -= key_bytes(strlen(key->name));
    names_done(&key->keys);
    names_done(&key->values);
    free(key->name);
    free(key);
}

static struct registry_key *key_new(struct registry *registry, const char *name, size_t length)
{
    struct registry_key *key = calloc(1, sizeof(*key));

    if (!key)
        return NULL;
    key->name = strndup(name, length);
    if (!key->name) {
        free(key);
        return NULL;
    }
    registry->bytes += key_bytes(length);
    return key;
}

static int key_under(struct registry *registry, struct registry_key *in, const char *name,
                     const char *end, struct registry_key **ret)
{
    size_t length = (size_t)(end - name);
    struct registry_key *made = names_find(&in->keys, name, end);

    if (made) {
        *ret = made;
        return 0;
    }
    if (units(name, length) > REGISTRY_KEY_UNITS)
        return -ENAMETOOLONG;
    if (registry->bytes + key_bytes(length) > REGISTRY_BYTES)
        return -ENOSPC;
    made = key_new(registry, name, length);
    if (!made)
        return -ENOMEM;
    if (!names_add(&in->keys, made)) {
        key_free(made, &registry->bytes);
        return -ENOMEM;
    }
    *ret = made;
    return 0;
}

static int make(struct registry *registry, const char *path, struct registry_key **ret)
{
    struct registry_key *key;
    const char *end;
    int error = 0, levels = 0;

    if (!segment(&path, &end))
        return -EINVAL;
    if (!registry->root)
        registry->root = key_new(registry, "", 0);
    key = registry->root;
    if (!key)
        return -ENOMEM;
    while (!error && segment(&path, &end)) {
        error =
            levels++ < REGISTRY_LEVELS ? key_under(registry, key, path, end, &key) : -ENAMETOOLONG;
        path = end;
    }
    if (!error)
        *ret = key;
    return error;
}

int registry_make_key(struct registry *registry, const char *key)
{
    struct registry_key *made;
    int error;

    registry_hold(registry);
    error = make(registry, key, &made);
    registry_release(registry);
    return error;
}

bool registry_has_key(const struct registry *registry, const char *key)
{
    return find(registry, key, NULL) != NULL;
}

bool registry_remove(struct registry *registry, const char *key)
{
    struct registry_key *in, *gone;
    bool removed;

    registry_hold(registry);
    gone = find(registry, key, &in);
    removed = gone && in;
    if (removed) {
        (void)names_take(&in->keys, gone->name, gone->name + strlen(gone->name));
        key_free(gone, &registry->bytes);
    }
    registry_release(registry);
    return removed;
}

const char *registry_key(const struct registry *registry, const char *key, size_t index)
{
    const struct registry_key *in = find(registry, key, NULL);
    const struct registry_key *one = in ? names_at(&in->keys, index) : NULL;

    return one ? one->name : NULL;
}

/* ---- values */

static struct registry_value *value_new(const char *name, uint32_t type, const void *data,
                                        size_t size)
{
    struct registry_value *value = calloc(1, sizeof(*value));

    if (!value)
        return NULL;
    value->name = strdup(name);
    value->data = malloc(size + 1);
    if (!value->name || !value->data) {
        value_free(value);
        return NULL;
    }
    value->type = type;
    value->size = size;
    if (size > 0)
        memcpy(value->data, data, size);
    return value;
}

static int set(struct registry *registry, const char *key, const char *name, uint32_t type,
               const void *data, size_t size)
{
    struct registry_value *value, *old;
    struct registry_key *in;
    size_t length = strlen(name);
    int error = make(registry, key, &in);

    if (error)
        return error;
    if (units(name, length) > REGISTRY_NAME_UNITS)
        return -ENAMETOOLONG;
    if (size > REGISTRY_BYTES ||
        registry->bytes + sizeof(struct names_node) + sizeof(*value) + length + size >
            REGISTRY_BYTES)
        return -ENOSPC;
    value = value_new(name, type, data, size);
    if (!value)
        return -ENOMEM;
    old = value_of(in, name);
    if (!old && !names_add(&in->values, value)) {
        value_free(value);
        return -ENOMEM;
    }
    registry->bytes += value_bytes(value);
    if (old) {
        struct registry_value gone = *old;

        registry->bytes -= value_bytes(old);
        *old = *value;
        *value = gone;
        value_free(value);
    }
    return 0;
}

int registry_set(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const void *data, size_t size)
{
    int error;

    registry_hold(registry);
    error = set(registry, key, name, type, data, size);
    registry_release(registry);
    return error;
}

const struct registry_value *registry_get(const struct registry *registry, const char *key,
                                          const char *name)
{
    const struct registry_key *in = find(registry, key, NULL);

    return in ? value_of(in, name) : NULL;
}

bool registry_remove_value(struct registry *registry, const char *key, const char *name)
{
    struct registry_key *in;
    struct registry_value *gone;
    bool removed;

    registry_hold(registry);
    in = find(registry, key, NULL);
    gone = in ? names_take(&in->values, name, name + strlen(name)) : NULL;
    removed = gone != NULL;
    if (removed)
        registry->bytes -= value_bytes(gone);
    value_free(gone);
    registry_release(registry);
    return removed;
}

const struct registry_value *registry_value_at(const struct registry *registry, const char *key,
                                               size_t index)
{
    const struct registry_key *in = find(registry, key, NULL);

    return in ? names_at(&in->values, index) : NULL;
}

/* ---- the whole */

void registry_done(struct registry *registry)
{
    key_free(registry->root, &registry->bytes);
    registry->root = NULL;
    registry->bytes = 0;
}

/* NULL: no memory. */
static struct registry_key *key_copy(struct registry *to, const struct registry_key *from);

static bool add_copies(struct registry *to, struct registry_key *key,
                       const struct registry_key *from)
{
    const struct registry_key *below;
    const struct registry_value *old;
    bool added = true;

    for (size_t i = 0; added && (below = names_at(&from->keys, i)); i++) {
        struct registry_key *one = key_copy(to, below);

        added = one && names_add(&key->keys, one);
        if (!added)
            key_free(one, &to->bytes);
    }
    for (size_t i = 0; added && (old = names_at(&from->values, i)); i++) {
        struct registry_value *one = value_new(old->name, old->type, old->data, old->size);

        added = one && names_add(&key->values, one);
        if (added)
            to->bytes += value_bytes(one);
        else
            value_free(one);
    }
    return added;
}

static struct registry_key *key_copy(struct registry *to, const struct registry_key *from)
{
    struct registry_key *key = key_new(to, from->name, strlen(from->name));

    if (key && !add_copies(to, key, from)) {
        key_free(key, &to->bytes);
        key = NULL;
    }
    return key;
}

int registry_copy(struct registry *to, const struct registry *from)
{
    bool any;

    registry_hold(from);
    any = from->root != NULL;
    to->root = any ? key_copy(to, from->root) : NULL;
    registry_release(from);
    return any && !to->root ? -ENOMEM : 0;
}

void registry_swap(struct registry *a, struct registry *b)
{
    struct registry_key *root;
    size_t bytes;

    registry_hold(a);
    registry_hold(b);
    root = a->root;
    bytes = a->bytes;
    a->root = b->root;
    a->bytes = b->bytes;
    b->root = root;
    b->bytes = bytes;
    registry_release(b);
    registry_release(a);
}
