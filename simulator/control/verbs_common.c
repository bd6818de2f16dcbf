/* What every control verb begins and ends with: arguments out of a request, and the answer. Objects
 * are named by handle or by storage and path. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/control/verbs_internal.h"
#include "simulator/player/player_internal.h"

/* ---- answers */

json_t *verb_done(void)
{
    return json_pack("{s:b}", "ok", 1);
}

json_t *verb_refuse(const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return json_pack("{s:b,s:s}", "ok", 0, "error", text);
}

json_t *verb_outcome(int error)
{
    switch (error) {
    case 0:
        return verb_done();
    case -ENOENT:
        return verb_refuse("no such object or property");
    case -EEXIST:
        return verb_refuse("the name is taken");
    case -ENOSPC:
        return verb_refuse("the storage is full");
    case -EBUSY:
        return verb_refuse("a host is reading that object");
    case -EINVAL:
        return verb_refuse("the value or name is not legal");
    case -ERANGE:
        return verb_refuse("the value is out of range");
    default:
        return verb_refuse("%s", strerror(-error));
    }
}

/* ---- arguments */

const char *verb_text_of(const json_t *request, const char *key)
{
    return json_string_value(json_object_get(request, key));
}

bool verb_number_of(const json_t *request, const char *key, int64_t *ret_number)
{
    const json_t *value = json_object_get(request, key);
    const char *text = json_string_value(value);
    char *end;

    if (json_is_integer(value)) {
        *ret_number = json_integer_value(value);
        return true;
    }
    if (!text)
        return false;
    *ret_number = strtoll(text, &end, 0);
    return end != text && *end == '\0';
}

size_t verb_storage_of(const struct player *player, const json_t *request)
{
    int64_t storage = 0;

    (void)verb_number_of(request, "storage", &storage);
    return storage >= 0 && (size_t)storage < store_volume_count(player->store) ? (size_t)storage
                                                                               : SIZE_MAX;
}

struct store_object *verb_object_of(struct player *player, const json_t *request)
{
    const char *path = verb_text_of(request, "path");
    size_t storage = verb_storage_of(player, request);
    int64_t handle;

    if (verb_number_of(request, "handle", &handle))
        return store_find(player->store, (uint32_t)handle);
    return path && storage != SIZE_MAX ? player_find_path(player, storage, path) : NULL;
}
