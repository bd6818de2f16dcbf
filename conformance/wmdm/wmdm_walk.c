/* A walk over what a provider shows: children are told by name and kind below their parent, media
 * by their size. */
#include "conformance/wmdm/wmdm_walk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"

enum { DEEPEST = 32 };

struct walk {
    struct wmdm *w;
    const struct snapshot *snapshot;
    wmdm_seen_visit *visit;
    void *context;
    bool is_seen[SNAPSHOT_OBJECTS];
    bool is_root_seen[DUT_STORES];
};

static const struct snapshot_object *taken(struct walk *walk, size_t number)
{
    walk->is_seen[number] = true;
    return &walk->snapshot->objects[number];
}

static bool is_there(const struct snapshot_object *object, const struct wmdm_seen *parent,
                     const uint16_t *name)
{
    return object->store == parent->store->id &&
           object->parent == (parent->object ? parent->object->handle : 0) &&
           snapshot_text_equal(object->name, name);
}

/* The object of that name that was not seen yet, of that kind if there are both; NULL: none. */
static const struct snapshot_object *named(struct walk *walk, const struct wmdm_seen *parent,
                                           const uint16_t *name, bool is_folder)
{
    const struct snapshot *snapshot = walk->snapshot;
    size_t other = SNAPSHOT_OBJECTS;

    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];

        if (walk->is_seen[i] || !is_there(object, parent, name))
            continue;
        if ((object->format == MTP_FC_ASSOCIATION) == is_folder)
            return taken(walk, i);
        other = i;
    }
    return other < SNAPSHOT_OBJECTS ? taken(walk, other) : NULL;
}

/* Was what is there by that name all shown before? */
static bool is_twice(const struct walk *walk, const struct wmdm_seen *parent, const uint16_t *name)
{
    const struct snapshot *snapshot = walk->snapshot;

    for (size_t i = 0; i < snapshot->object_count; i++) {
        if (is_there(&snapshot->objects[i], parent, name))
            return true;
    }
    return false;
}

static const struct snapshot_object *match(struct walk *walk, const struct wmdm_seen *parent,
                                           IMDSPStorage *child)
{
    struct wmdm *w = walk->w;
    struct conf *c = wmdm_conf(w);
    const struct snapshot_object *object;
    DWORD attributes = 0;
    WCHAR name[300] = {0};

    SETUP_CALL(IMDSPStorage, GetName, child, name, 300);
    SETUP_CALL(IMDSPStorage, GetAttributes, child, &attributes, NULL);
    name[299] = 0;
    object = named(walk, parent, name, attributes & WMDM_FILE_ATTR_FOLDER);
    if (conf_judges(c, "SP-ENUM-028")) {
        char *text = wmdm_name(w, child);

        if (conf_judges(c, "SP-ENUM-029")) {
            ROW("SP-ENUM-029.once")
                AGREE(object || !is_twice(walk, parent, name), "\"%.80s\" is shown once", text);
        }
        ROW(parent->object ? "SP-ENUM-028.folder" : "SP-ENUM-028.root")
            AGREE(object != NULL, "the device has \"%.80s\" where it is shown", text);
        free(text);
    }
    return object;
}

static void walk_children(struct walk *walk, const struct wmdm_seen *parent, unsigned depth)
{
    struct wmdm *w = walk->w;
    struct wmdm_list children = wmdm_children(w, parent->storage);

    for (size_t i = 0; i < children.count; i++) {
        struct wmdm_seen seen = {children.item[i], parent->storage, parent->store, NULL};

        seen.object = match(walk, parent, seen.storage);
        if (!seen.object)
            continue;
        walk->visit(w, walk->snapshot, &seen, walk->context);
        if (seen.object->format == MTP_FC_ASSOCIATION && depth < DEEPEST)
            walk_children(walk, &seen, depth + 1);
    }
    wmdm_release_all(w, &children);
}

/* The store of that size that was not seen yet; NULL: none. */
static const struct snapshot_store *store_of(struct walk *walk, IMDSPStorage *root)
{
    struct wmdm *w = walk->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;
    DWORD low = 0, high = 0;

    SETUP_CALL(IMDSPStorage, GetStorageGlobals, root, &globals);
    (void)CALL(IMDSPStorageGlobals, GetTotalSize, globals, &low, &high);
    RELEASE(globals);
    for (size_t i = 0; i < walk->snapshot->store_count; i++) {
        const struct snapshot_store *store = &walk->snapshot->stores[i];

        if (store->is_there && !walk->is_root_seen[i] &&
            store->capacity == ((uint64_t)high << 32 | low)) {
            walk->is_root_seen[i] = true;
            return store;
        }
    }
    return NULL;
}

/* Where media have no folders, the files of a root are all there is to show. */
static bool is_wanted(struct conf *c, const struct snapshot_object *object)
{
    return conf_offers(c, "PROVIDER.MEDIUM.FOLDERS") ||
           (object->parent == 0 && object->format != MTP_FC_ASSOCIATION);
}

static void check_all_seen(struct walk *walk)
{
    struct conf *c = wmdm_conf(walk->w);

    if (!conf_judges(c, "SP-ENUM-029"))
        return;
    ROW("SP-ENUM-029.every") {
        for (size_t i = 0; i < walk->snapshot->object_count; i++) {
            const struct snapshot_object *object = &walk->snapshot->objects[i];
            const struct snapshot_store *store = snapshot_store(walk->snapshot, object->store);

            if (store && is_wanted(c, object) && walk->is_root_seen[store - walk->snapshot->stores])
                AGREE(walk->is_seen[i], "object %08x of the device is shown", object->handle);
        }
    }
}

void wmdm_walk(struct wmdm *w, const struct snapshot *snapshot, wmdm_seen_visit *visit,
               void *context)
{
    struct conf *c = wmdm_conf(w);
    struct walk walk = {.w = w, .snapshot = snapshot, .visit = visit, .context = context};
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *root = NULL;
    ULONG fetched = 0;

    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &roots);
    while (CALL(IMDSPEnumStorage, Next, roots, 1, &root, &fetched) == S_OK && fetched == 1) {
        struct wmdm_seen seen = {root, NULL, store_of(&walk, root), NULL};

        if (conf_judges(c, "SP-GLOB-005"))
            ROW("SP-GLOB-005.size")
                AGREE(seen.store != NULL, "a medium is as large as a storage of the device");
        if (seen.store) {
            visit(w, snapshot, &seen, context);
            walk_children(&walk, &seen, 0);
        }
        RELEASE(root);
    }
    RELEASE(roots);
    check_all_seen(&walk);
    if (snapshot->object_count == 0)
        conf_inconclusive(c, "there is nothing on the device that could be shown");
}

static bool number_of(const uint16_t *text, size_t length, int *ret_number)
{
    *ret_number = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret_number = *ret_number * 10 + (text[i] - '0');
    }
    return true;
}

bool wmdm_is_date(const uint16_t *text, const WMDMDATETIME *date)
{
    struct tm said = {0}, shown = {.tm_year = date->wYear - 1900,
                                   .tm_mon = date->wMonth - 1,
                                   .tm_mday = date->wDay,
                                   .tm_hour = date->wHour,
                                   .tm_min = date->wMinute,
                                   .tm_sec = date->wSecond};
    const time_t quarter = 900, most = 14 * 3600;
    time_t apart;

    if (!number_of(text, 4, &said.tm_year) || !number_of(text + 4, 2, &said.tm_mon) ||
        !number_of(text + 6, 2, &said.tm_mday) || text[8] != 'T' ||
        !number_of(text + 9, 2, &said.tm_hour) || !number_of(text + 11, 2, &said.tm_min) ||
        !number_of(text + 13, 2, &said.tm_sec))
        return false;
    said.tm_year -= 1900;
    said.tm_mon--;
    apart = timegm(&said) - timegm(&shown);
    return apart % quarter == 0 && apart <= most && apart >= -most;
}
