/* What a provider shows of objects is what the device has: the tree, and of each object size, date,
 * kind and place, against what the judge's own initiator read before. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"

#define VOICE_CASE(token, ics_, title_, steps_, ...)                                               \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .player = "pap-voice", .needs = CONF_PROVIDER, .steps = steps_)

static const char flat[] = "media have no folders";

static bool is_folder(const struct snapshot_object *object)
{
    return object->format == MTP_FC_ASSOCIATION;
}

static bool has_child(const struct snapshot *snapshot, uint32_t store, uint32_t parent, bool folder)
{
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];

        if (object->store == store && object->parent == parent && is_folder(object) == folder)
            return true;
    }
    return false;
}

static void check_size_and_date(struct wmdm *w, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    const struct snapshot_object *object = seen->object;
    WMDMDATETIME date = {0};

    ROW(is_folder(object) ? "SP-STG-005.full" : "SP-STG-004") {
        uint64_t size = pv_size(w, seen->storage);
        uint64_t wanted = is_folder(object) ? 0 : snapshot_size(object);

        AGREE(size == wanted, "object %08x: GetSize says %llu of %llu bytes", object->handle,
              (unsigned long long)size, (unsigned long long)wanted);
    }
    if (!object->modified[0])
        return;
    ROW("SP-STG-006.device") {
        CHECK_HR(CALL(IMDSPStorage, GetDate, seen->storage, &date), S_OK);
        AGREE(wmdm_is_date(object->modified, &date),
              "object %08x: GetDate says %u-%u-%u %u:%u:%u, which is the device's date",
              object->handle, date.wYear, date.wMonth, date.wDay, date.wHour, date.wMinute,
              date.wSecond);
    }
}

static bool is_audio(uint16_t format)
{
    return format == MTP_FC_MP3 || format == MTP_FC_WAV || (format >= 0xb900 && format <= 0xb97f);
}

static void check_kind(struct wmdm *w, const struct snapshot *snapshot,
                       const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    const struct snapshot_object *object = seen->object;
    DWORD attributes = 0;
    const DWORD both = WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER;
    const DWORD kind = is_folder(object) ? WMDM_FILE_ATTR_FOLDER : WMDM_FILE_ATTR_FILE;

    ROW(is_folder(object) ? "SP-STG-007.folder" : "SP-STG-007.file") {
        attributes = pv_attributes(w, seen->storage);
        AGREE((attributes & both) == kind, "object %08x of format 0x%04x: attributes 0x%08x",
              object->handle, object->format, attributes);
    }
    if (is_folder(object)) {
        ROW("SP-STG-009.files")
            AGREE(!!(attributes & WMDM_STORAGE_ATTR_HAS_FILES) ==
                      has_child(snapshot, object->store, object->handle, false),
                  "folder %08x: HAS_FILES in 0x%08x says what is in it", object->handle,
                  attributes);
        ROW("SP-STG-009.folders")
            AGREE(!!(attributes & WMDM_STORAGE_ATTR_HAS_FOLDERS) ==
                      has_child(snapshot, object->store, object->handle, true),
                  "folder %08x: HAS_FOLDERS in 0x%08x says what is in it", object->handle,
                  attributes);
    } else if (is_audio(object->format)) {
        ROW("SP-STG-012.audio")
            AGREE(attributes & WMDM_FILE_ATTR_AUDIO, "song %08x: attributes 0x%08x", object->handle,
                  attributes);
    } else if (object->format == MTP_FC_TEXT || object->format == MTP_FC_UNDEFINED) {
        ROW("SP-STG-012.data")
            AGREE((attributes & WMDM_FILE_ATTR_DATA) && !(attributes & WMDM_FILE_ATTR_AUDIO),
                  "file %08x of format 0x%04x: attributes 0x%08x", object->handle, object->format,
                  attributes);
    }
    ROW("SP-STG-013")
        AGREE(is_folder(object) ||
                  !!(attributes & WMDM_FILE_ATTR_READONLY) == (object->protection != 0),
              "object %08x of protection %u: attributes 0x%08x", object->handle, object->protection,
              attributes);
}

/* The newer method says what the older one does. */
static void check_attributes2(struct wmdm *w, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    DWORD attributes = 0, extended = 0;
    IMDSPStorage2 *two;

    if (!wmdm_has(w, seen->storage, &IID_IMDSPStorage2))
        return;
    two = AS(IMDSPStorage2, seen->storage);
    ROW(is_folder(seen->object) ? "SP-STG-018.folder" : "SP-STG-018.file") {
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &attributes, &extended, NULL, NULL),
                 S_OK);
        AGREE(attributes == pv_attributes(w, seen->storage),
              "object %08x: GetAttributes2 says what GetAttributes does", seen->object->handle);
    }
    RELEASE(two);
}

/* The medium it says it is on is the one it is on. */
static void check_medium(struct wmdm *w, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;
    DWORD low = 0, high = 0;

    ROW("SP-STG-044.same") {
        REQUIRE_HR(CALL(IMDSPStorage, GetStorageGlobals, seen->storage, &globals), S_OK);
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalSize, globals, &low, &high), S_OK);
        AGREE(((uint64_t)high << 32 | low) == seen->store->capacity,
              "object %08x: its medium is as large as storage %08x", seen->object->handle,
              seen->store->id);
    }
    RELEASE(globals);
}

static void check_root(struct wmdm *w, const struct snapshot *snapshot,
                       const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    DWORD attributes;

    ROW("SP-STG-009.root") {
        if (!conf_offers(c, "PROVIDER.MEDIUM.FOLDERS")) {
            conf_excused(c, 1, flat);
            return;
        }
        attributes = pv_attributes(w, seen->storage);
        AGREE(!!(attributes & WMDM_STORAGE_ATTR_HAS_FILES) ==
                      has_child(snapshot, seen->store->id, 0, false) &&
                  !!(attributes & WMDM_STORAGE_ATTR_HAS_FOLDERS) ==
                      has_child(snapshot, seen->store->id, 0, true),
              "root of storage %08x: 0x%08x says what is in it", seen->store->id, attributes);
    }
}

static void check_object(struct wmdm *w, const struct snapshot *snapshot,
                         const struct wmdm_seen *seen, void *context)
{
    (void)context;
    if (!seen->object) {
        check_root(w, snapshot, seen);
        return;
    }
    check_size_and_date(w, seen);
    check_kind(w, snapshot, seen);
    check_attributes2(w, seen);
    check_medium(w, seen);
}

VOICE_CASE(VOICE_TREE_BV_01, "ANY", "A provider shows the objects the device has, as they are",
           "Everything on all media: names, size, date, attributes, medium, each against "
           "ObjectInfo and StorageInfo that the judge read before",
           "SP-ENUM-028", "SP-ENUM-029", "SP-STG-004", "SP-STG-005", "SP-STG-006", "SP-STG-007",
           "SP-STG-009", "SP-STG-012", "SP-STG-013", "SP-STG-018", "SP-STG-044", "SP-GLOB-005")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct wmdm *w = wmdm_open(c);

    wmdm_walk(w, snapshot, check_object, NULL);
    if (conf_offers(c, "PROVIDER.MEDIUM.FOLDERS"))
        return;
    ROW("SP-STG-005.full")
        conf_excused(c, 1, flat);
    ROW("SP-STG-007.folder")
        conf_excused(c, 1, flat);
    ROW("SP-STG-018.folder")
        conf_excused(c, 2, flat);
}

/* ---- where it is, and how it is found */

static char *name_of(struct wmdm *w, IMDSPStorage *storage)
{
    return storage ? wmdm_name(w, storage) : NULL;
}

static void check_parent(struct wmdm *w, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, seen->storage);
    IMDSPStorage *parent = NULL;
    char *name, *wanted = name_of(w, seen->parent);

    ROW(is_folder(seen->object) ? "SP-STG-046.folder" : "SP-STG-046.file") {
        REQUIRE_HR(CALL(IMDSPStorage4, GetParent, four, &parent), S_OK);
        name = name_of(w, parent);
        AGREE(name && wanted && strcmp(name, wanted) == 0,
              "object %08x: GetParent has \"%.60s\", it is shown in \"%.60s\"",
              seen->object->handle, name ? name : "", wanted ? wanted : "");
    }
    free(name);
    free(wanted);
    RELEASE(parent);
    RELEASE(four);
}

/* By its id it is found, and no other. */
static void check_found(struct wmdm *w, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    char *id = pv_id(w, seen->storage), *found_id = NULL;
    IMDSPStorage *found = NULL;
    WCHAR wide[PV_ID_ROOM];

    ROW(seen->object->parent == 0 ? "SP-DEV-056.top" : "SP-DEV-056.deep") {
        REQUIRE(id != NULL);
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, wmdm_device3(w), WMDM_FIND_SCOPE_GLOBAL,
                      pv_wide(w, id, wide), &found),
                 S_OK);
    }
    ROW("SP-DEV-056.same") {
        found_id = found ? pv_id(w, found) : NULL;
        AGREE(found_id && strcmp(found_id, id) == 0,
              "object %08x: FindStorage(\"%.60s\") has %.60s", seen->object->handle, id,
              found_id ? found_id : "no id");
        AGREE(found && pv_size(w, found) == pv_size(w, seen->storage),
              "object %08x: what FindStorage has is as large", seen->object->handle);
    }
    RELEASE(found);
    free(found_id);
    free(id);
}

static void check_place(struct wmdm *w, const struct snapshot *snapshot,
                        const struct wmdm_seen *seen, void *context)
{
    (void)snapshot, (void)context;
    if (!seen->object)
        return;
    check_parent(w, seen);
    if (wmdm_has(w, wmdm_device(w), &IID_IMDSPDevice3))
        check_found(w, seen);
}

VOICE_CASE(VOICE_TREE_BV_02, "PROVIDER.STORAGE4",
           "Each object is where it is shown, and is found by its id",
           "GetParent of everything; FindStorage of the device by each persistent id", "SP-STG-046",
           "SP-DEV-056")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct wmdm *w = wmdm_open(c);

    wmdm_walk(w, snapshot, check_place, NULL);
    if (conf_offers(c, "PROVIDER.MEDIUM.FOLDERS"))
        return;
    ROW("SP-STG-046.folder")
        conf_excused(c, 1, flat);
}
