/* The objects of a player file, as far as they can be judged before they are made: legal paths, no
 * name twice in a folder, references to what is there by then, properties of their format. What
 * only shows when they are made (two members of a series that meet) player/preload.c says. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/mtp/dataset.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/spec/spec_internal.h"

#define FOLDERS_MOST 200u /* within each other */
/* Of references with entries that may be a series: what is more is left to player/preload.c. */
#define COMPARED_MOST 10000000u

/* ---- series */

int spec_series_width(const struct file_object *object)
{
    return snprintf(NULL, 0, "%u", object->count - 1);
}

bool spec_series_text(const char *pattern, int width, uint32_t n, uint32_t f,
                      char ret_text[SPEC_SERIES_ROOM])
{
    char *at = ret_text, *end = ret_text + SPEC_SERIES_ROOM - 1;

    for (; *pattern; pattern++) {
        bool number = strncmp(pattern, "{n}", 3) == 0, group = strncmp(pattern, "{f}", 3) == 0;
        uint32_t value = number ? n : f;

        if (end - at < width)
            return false;
        if (!number && !group) {
            *at++ = *pattern;
            continue;
        }
        for (int digit = width; digit-- > 0; value /= 10)
            at[digit] = (char)('0' + value % 10);
        at += width;
        pattern += 2;
    }
    *at = '\0';
    return true;
}

/* A text of the n-th object an entry makes, in a buffer of the caller's; NULL: it is too long. */
static const char *text_at(const struct file_object *object, const char *pattern, uint32_t n,
                           char room[SPEC_SERIES_ROOM])
{
    uint32_t f = object->per_folder ? n / object->per_folder : 0;

    if (!object->count)
        return pattern;
    return spec_series_text(pattern, spec_series_width(object), n, f, room) ? room : NULL;
}

/* Whether the series makes an object, or a folder, of that path. */
static bool series_makes(const struct file_object *object, const char *path)
{
    const char *at = path, *pattern = object->path;
    int width = spec_series_width(object);
    uint64_t n = 0, value = 0;

    for (; *pattern && *at; pattern++) {
        if (strncmp(pattern, "{n}", 3) != 0 && strncmp(pattern, "{f}", 3) != 0) {
            if (*at++ != *pattern)
                return false;
            continue;
        }
        if (strspn(at, "0123456789") < (size_t)width)
            return false;
        for (int digit = 0; digit < width; digit++, at++)
            value = digit ? 10 * value + (unsigned)(*at - '0') : (unsigned)(*at - '0');
        if (pattern[1] == 'n')
            n = value;
        pattern += 2;
    }
    return *at == '\0' && (*pattern == '\0' || *pattern == '/') && n < object->count;
}

/* ---- what is there */

/* An object or a folder; the first `length` bytes of the path are its own. */
struct named {
    unsigned storage;
    const char *path;
    size_t length;
    bool folder;
};

static int compare(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order;

    if (a->storage != b->storage)
        return a->storage < b->storage ? -1 : 1;
    order = memcmp(a->path, b->path, a->length < b->length ? a->length : b->length);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

struct census {
    struct reporter *reporter;
    void *names;   /* tsearch()'s, of struct named */
    int error;     /* -ENOMEM */
    unsigned done; /* entries that are made by now */
    unsigned compared;
};

static const struct named *find(struct census *census, const struct named *key)
{
    struct named *const *found = tfind(key, &census->names, compare);

    return found ? *found : NULL;
}

static void note(struct census *census, const struct named *key)
{
    struct named *copy = malloc(sizeof(*copy));

    if (copy)
        *copy = *key;
    if (!copy || !tsearch(copy, &census->names, compare)) {
        free(copy);
        census->error = -ENOMEM;
    }
}

/* ---- paths */

/* What is wrong with the path of an object of that storage, of which the folders are made; NULL:
 * nothing. */
static const char *make_folders(struct census *census, unsigned storage, const char *path)
{
    unsigned depth = 0;

    for (const char *at = path;; depth++) {
        size_t length = strcspn(at, "/");
        struct named one = {storage, path, (size_t)(at + length - path), true};
        const struct named *found;
        char name[SPEC_SERIES_ROOM];

        if (length >= sizeof(name) || depth > FOLDERS_MOST)
            return "is too long, or too deep";
        memcpy(name, at, length);
        name[length] = '\0';
        if (!store_name_legal(name))
            return "is no legal path: expected names of 1 to 254 characters with / between, "
                   "without "
                   "\\ and control characters";
        if (at[length] == '\0')
            return NULL;
        found = find(census, &one);
        if (found && !found->folder)
            return "goes through an object that is no folder";
        if (!found)
            note(census, &one);
        at += length + 1;
    }
}

/* The path of its first object, kept; and what is wrong with it, or with that of the last. */
static const char *check_paths(struct census *census, const struct file_object *object,
                               const char **ret_path)
{
    char first[SPEC_SERIES_ROOM], last[SPEC_SERIES_ROOM];
    const char *path = text_at(object, object->path, 0, first), *wrong;

    if (!path || !text_at(object, object->path, object->count ? object->count - 1 : 0, last))
        return "is too long, or too deep";
    if (object->count) {
        char *copy = spec_alloc(census->reporter->spec, strlen(path) + 1, 1);

        if (!copy) {
            census->error = -ENOMEM;
            return NULL;
        }
        path = strcpy(copy, path);
    }
    wrong = make_folders(census, object->storage, path);
    *ret_path = path;
    return wrong;
}

static bool is_folder(const struct file_object *object)
{
    return object->folder || object->format == MTP_FC_ASSOCIATION;
}

static void check_path(struct census *census, unsigned index)
{
    struct reporter *reporter = census->reporter;
    const struct file_object *object = &reporter->spec->file->objects[index];
    const char *path = NULL, *wrong = check_paths(census, object, &path);
    struct named key;

    if (census->error)
        return;
    if (!wrong) {
        key = (struct named){object->storage, path, strlen(path), is_folder(object)};
        if (!find(census, &key))
            note(census, &key);
        else if (!reporter->spec->volumes[object->storage].keep_both)
            wrong = "stands twice: expected another name, or duplicates: keep-both of its storage";
    }
    if (wrong)
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].path", index), "'%.200s' %s",
                         object->path, wrong);
}

/* ---- properties, references */

static uint16_t format_of(const struct file_object *object)
{
    const char *slash = strrchr(object->path, '/');

    if (is_folder(object))
        return MTP_FC_ASSOCIATION;
    return object->format ? object->format : mtpr_format_of_name(slash ? slash + 1 : object->path);
}

static bool value_of_type(uint16_t type, const char *text)
{
    struct wr wr = {0};
    bool right = text && wr_text_value(&wr, type, text) && !wr.failed;

    wr_done(&wr);
    return right;
}

/* The dates of a file are numbers in the store. */
static bool is_date_of_file(uint16_t code)
{
    return code == MTP_OPC_DATE_CREATED || code == MTP_OPC_DATE_MODIFIED;
}

static void check_property(struct reporter *reporter, unsigned index, unsigned n)
{
    const struct file_object *object = &reporter->spec->file->objects[index];
    const struct file_object_property *it = &object->properties[n];
    uint16_t type = mtpr_object_property_type(&reporter->spec->config, format_of(object), it->code);
    uint32_t last = object->count ? object->count - 1 : 0;
    char room[SPEC_SERIES_ROOM];
    int64_t seconds;

    if (!type)
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].properties[%u].code", index, n),
                         "0x%04x: expected an object property that is known, or described in "
                         "object-properties",
                         it->code);
    else if (!value_of_type(type, text_at(object, it->value, last, room)))
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].properties[%u].value", index, n),
                         "'%.60s': expected a value of type %s", it->value, file_type_name(type));
    else if (is_date_of_file(it->code) &&
             !mtpr_date_parse(text_at(object, it->value, last, room), &seconds))
        (void)spec_fault(reporter, spec_at(reporter, "objects[%u].properties[%u].value", index, n),
                         "'%.60s': expected a date as YYYYMMDDThhmmss", it->value);
}

static bool is_there(struct census *census, unsigned storage, const char *path)
{
    const struct file_player *file = census->reporter->spec->file;
    size_t length = strlen(path);
    struct named key = {storage, path, length, false};

    key.length -= length && path[length - 1] == '/';
    if (find(census, &key))
        return true;
    for (unsigned i = 0; i < census->done; i++) {
        if (++census->compared > COMPARED_MOST)
            return true;
        if (file->objects[i].count && file->objects[i].storage == storage &&
            series_makes(&file->objects[i], path))
            return true;
    }
    return false;
}

static void check_object(struct census *census, unsigned index)
{
    struct reporter *reporter = census->reporter;
    const struct file_object *object = &reporter->spec->file->objects[index];

    if (object->storage >= reporter->spec->volume_count)
        return; /* said by then */
    check_path(census, index);
    census->done = index + 1;
    for (unsigned i = 0; i < object->properties_count; i++)
        check_property(reporter, index, i);
    for (unsigned i = 0; i < object->references_count; i++) {
        if (!is_there(census, object->storage, object->references[i]))
            (void)spec_fault(reporter, spec_at(reporter, "objects[%u].references[%u]", index, i),
                             "'%.200s': expected an object of the same storage that stands before "
                             "it",
                             object->references[i]);
    }
}

int spec_objects(struct reporter *reporter)
{
    struct census census = {.reporter = reporter};

    for (unsigned i = 0; i < reporter->spec->file->objects_count && !census.error; i++)
        check_object(&census, i);
    tdestroy(census.names, free);
    return census.error;
}
