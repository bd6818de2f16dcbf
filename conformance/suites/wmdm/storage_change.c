/* IMDSPObject: what changes the tree. Delete, Rename and Move: what they do, what they refuse and
 * what then stays as it was. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"

#define CHANGE_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"
#define NESTED "PROVIDER.MEDIUM.NESTED"

static HRESULT delete_it(struct wmdm *w, IMDSPStorage *storage, DWORD mode)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Delete, object, mode, NULL);

    RELEASE(object);
    return hr;
}

static HRESULT move_it(struct wmdm *w, IMDSPStorage *storage, IMDSPStorage *target)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO,
                      NULL, target);

    RELEASE(object);
    return hr;
}

static HRESULT rename_it(struct wmdm *w, IMDSPStorage *storage, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPObject *object = AS(IMDSPObject, storage);
    HRESULT hr = CALL(IMDSPObject, Rename, object, name, NULL);

    RELEASE(object);
    return hr;
}

static IMDSPStorage *new_folder(struct wmdm *w, IMDSPStorage *parent, const char *name)
{
    return wmdm_create(w, parent, name, WMDM_FILE_ATTR_FOLDER, 0, NULL);
}

static bool is_listed(struct wmdm *w, IMDSPStorage *folder, const char *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *child = wmdm_child(w, folder, name);
    bool is_there = child != NULL;

    RELEASE(child);
    return is_there;
}

static bool is_called(struct wmdm *w, IMDSPStorage *storage, const char *text)
{
    char *name = wmdm_name(w, storage);
    bool same = conf_same_text(wmdm_conf(w), name, text);

    free(name);
    return same;
}

static bool contains(struct wmdm *w, IMDSPStorage *file, const char *text)
{
    size_t length = 0;
    BYTE *data = wmdm_get(w, file, &length);
    bool same = length == strlen(text) && memcmp(data, text, length) == 0;

    free(data);
    return same;
}

/* ---- Delete */
CHANGE_CASE(STORAGE_DELETE_BV_01, "ANY", "Delete removes a file, whatever the mode", CONF_MUST,
            "Delete(RECURSIVE) and Delete(0), no progress; neither is enumerated", "SP-OBJ-031",
            "SP-OBJ-033", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w);
    IMDSPStorage *one = wmdm_put(w, folder, "f.bin", "x", 1), *two;
    HRESULT hr;

    two = wmdm_put(w, folder, "g.bin", "x", 1);
    ROW("SP-OBJ-039.file") {
        hr = delete_it(w, one, WMDM_MODE_RECURSIVE);
        CHECK_HR(hr, S_OK);
    }
    ROW("SP-OBJ-033.recursive")
        CHECK_HR(hr, S_OK);
    ROW("SP-OBJ-033.zero") {
        CHECK_HR(delete_it(w, two, 0), S_OK);
        CHECK(!is_listed(w, folder, "g.bin"));
    }
    ROW("SP-OBJ-031.listed")
        CHECK(!is_listed(w, folder, "f.bin"));
    RELEASE(two);
    RELEASE(one);
}

static uint64_t free_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    REQUIRE_HR(CALL(IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high), S_OK);
    return (uint64_t)high << 32 | low;
}

CHANGE_CASE(STORAGE_DELETE_BV_02, "ANY", "What is deleted takes no space and has no name",
            CONF_MUST, "free space before 1 MiB and after its Delete; GetStorage of its name",
            "SP-OBJ-031")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w), *file, *found = NULL;
    const size_t length = 1 << 20;
    BYTE *data = calloc(1, length);
    IMDSPStorage2 *two;
    uint64_t before, full, after;
    HRESULT hr;

    if (!data)
        conf_setup_failed(c, "no memory");
    ROW("SP-OBJ-031.free") {
        before = free_of(w);
        file = wmdm_put(w, folder, "f.bin", data, length);
        full = free_of(w);
        CHECK_HR(delete_it(w, file, WMDM_MODE_RECURSIVE), S_OK);
        /* The folder itself may have grown by a cluster. */
        after = free_of(w);
        CHECK(after > full && after + (1 << 18) > before);
    }
    free(data);
    RELEASE(file);
    if (!conf_offers(c, "PROVIDER.STORAGE.FIND"))
        return;
    two = AS(IMDSPStorage2, folder);
    ROW("SP-OBJ-031.named") {
        hr = CALL(IMDSPStorage2, GetStorage, two, u"f.bin", &found);
        CHECK_ANSWER(hr != S_OK && !found, hr, "nothing of what was deleted");
    }
    RELEASE(found);
    RELEASE(two);
}

/* How many objects the device has, of which nobody else reads just then. */
static size_t objects_of(struct conf *c)
{
    return snapshot_before(c, SNAPSHOT_TREE)->object_count;
}

CHANGE_CASE(STORAGE_DELETE_BV_03, "ANY", "What is deleted is kept nowhere", CONF_MUST,
            "all objects of the device before a file is made and deleted, and after", "SP-OBJ-031")
{
    size_t before = objects_of(c), after;
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.bin", "x", 1);

    wmdm_setup(c, "IMDSPObject::Delete", delete_it(w, file, WMDM_MODE_RECURSIVE));
    RELEASE(file);
    wmdm_close(w);
    after = objects_of(c);
    ROW("SP-OBJ-031.kept")
        CHECK_EQ(after, before);
}

CONF_CASE(STORAGE_DELETE_BV_04, .title = "What is deleted is gone after a replug, too",
          .reqs = REQS("SP-OBJ-031"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "two files, Delete of one, unplug, plug; a new instance lists the other")
{
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *work = wmdm_work_folder(w), *seen;
    bool is_root = work == wmdm_root(w);
    char *folder = is_root ? NULL : wmdm_name(w, work);
    IMDSPStorage *file = wmdm_put(w, work, "f.bin", "x", 1), *left;

    left = wmdm_put(w, work, "left.bin", "x", 1);
    wmdm_setup(c, "IMDSPObject::Delete", delete_it(w, file, WMDM_MODE_RECURSIVE));
    RELEASE(file);
    again = wmdm_replug(w, &left);
    seen = is_root ? wmdm_root(again) : wmdm_child(again, wmdm_root(again), folder);
    ROW("SP-OBJ-031.replug") {
        REQUIRE(seen != NULL);
        CHECK(!is_listed(again, seen, "f.bin") && is_listed(again, seen, "left.bin"));
    }
    if (!is_root)
        RELEASE(seen);
    wmdm_close(again);
    free(folder);
}

CHANGE_CASE(STORAGE_DELETE_BV_05, NESTED, "A folder is deleted without a progress", CONF_MUST,
            "Delete(RECURSIVE) of a folder with a file in it", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = new_folder(w, work, "sub");
    IMDSPStorage *file = wmdm_put(w, folder, "f.bin", "x", 1);

    ROW("SP-OBJ-039.folder") {
        CHECK_HR(delete_it(w, folder, WMDM_MODE_RECURSIVE), S_OK);
        CHECK(!is_listed(w, work, "sub"));
    }
    RELEASE(file);
    RELEASE(folder);
}

CHANGE_CASE(STORAGE_DELETE_BI_02, NESTED, "A folder is not deleted without RECURSIVE", CONF_SHOULD,
            "Delete(0) of an empty folder and of one with a file in it", "SP-OBJ-034")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *empty = new_folder(w, work, "empty");
    IMDSPStorage *full = new_folder(w, work, "full"), *file = wmdm_put(w, full, "f.bin", "x", 1);

    ROW("SP-OBJ-034.empty")
        CHECK_HR(delete_it(w, empty, 0), E_INVALIDARG);
    ROW("SP-OBJ-034.full")
        CHECK_HR(delete_it(w, full, 0), E_INVALIDARG);
    ROW("SP-OBJ-034.nothing") {
        CHECK(is_listed(w, work, "empty"));
        REQUIRE(is_listed(w, work, "full"));
        CHECK(is_listed(w, full, "f.bin"));
    }
    RELEASE(file);
    RELEASE(full);
    RELEASE(empty);
}

CHANGE_CASE(
    STORAGE_DELETE_BI_03, "ANY", "What was deleted is not deleted again", CONF_SHOULD,
    "Delete by one pointer, GetSize and Delete by another; a new file of that name, Delete by "
    "the old one",
    "SP-OBJ-035", "SP-LIFE-015")
{
    struct wmdm *w = wmdm_open(c);
    DWORD low = 0, high = 0;
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *same = wmdm_child(w, work, "f.bin"), *other;

    wmdm_setup(c, "IMDSPObject::Delete", delete_it(w, file, WMDM_MODE_RECURSIVE));
    ROW("SP-LIFE-015.size") {
        REQUIRE(same != NULL);
        CHECK_HR(CALL(IMDSPStorage, GetSize, same, &low, &high), WMDM_E_INTERFACEDEAD);
    }
    ROW("SP-OBJ-035.code") {
        CHECK_HR(delete_it(w, same, WMDM_MODE_RECURSIVE), WMDM_E_INTERFACEDEAD);
    }
    other = wmdm_put(w, work, "f.bin", "new", 3);
    ROW("SP-OBJ-035.new") {
        (void)delete_it(w, same, WMDM_MODE_RECURSIVE);
        CHECK(is_listed(w, work, "f.bin"));
    }
    RELEASE(other);
    RELEASE(same);
    RELEASE(file);
}

/* Delete through another pointer while the file is open that way. */
static void keeps_open(struct conf *c, DWORD mode, const char *row)
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    IMDSPStorage *other = wmdm_child(w, f->folder, "f.bin");
    HRESULT hr;

    wmdm_file_open(f, mode);
    ROW(row) {
        REQUIRE(other != NULL);
        hr = delete_it(w, other, WMDM_MODE_RECURSIVE);
        CHECK_FAILS(hr);
    }
    ROW("SP-OBJ-036.kept")
        CHECK(is_listed(w, f->folder, "f.bin"));
    if (mode == MDSP_READ && conf_offers(c, READS)) {
        ROW("SP-OBJ-036.data")
            CHECK_EQ(pv_next(f), 0);
    }
    f->is_open = false;
    (void)CALL(IMDSPObject, Close, f->object);
    RELEASE(other);
}

CHANGE_CASE(STORAGE_DELETE_BI_01, "ANY", "An open file is not deleted", CONF_SHOULD,
            "Delete of a file that is open for reading, and of one open for writing", "SP-OBJ-036")
{
    keeps_open(c, MDSP_READ, "SP-OBJ-036.reader");
}

CHANGE_CASE(STORAGE_DELETE_BI_04, "ANY", "A file that is being written is not deleted", CONF_SHOULD,
            "Delete of a file that is open for writing", "SP-OBJ-036")
{
    keeps_open(c, MDSP_WRITE, "SP-OBJ-036.writer");
}

CHANGE_CASE(STORAGE_DELETE_BI_05, "PROVIDER.STORAGE.ATTRIBUTES", "A read-only file is not deleted",
            CONF_SHOULD, "SetAttributes READONLY, Delete, what is enumerated", "SP-OBJ-036")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    DWORD before;

    ROW("SP-OBJ-036.protected") {
        before = pv_attributes(w, f->storage);
        (void)CALL(IMDSPStorage, SetAttributes, f->storage, before | WMDM_FILE_ATTR_READONLY, NULL);
        if (!(pv_attributes(w, f->storage) & WMDM_FILE_ATTR_READONLY))
            conf_inconclusive(c, "a file cannot be made read-only");
        CHECK_FAILS(delete_it(w, f->storage, WMDM_MODE_RECURSIVE));
        REQUIRE(is_listed(w, f->folder, "f.bin"));
    }
    (void)CALL(IMDSPStorage, SetAttributes, f->storage, before, NULL);
}

/* ---- Rename */
CHANGE_CASE(STORAGE_RENAME_BV_01, "PROVIDER.OBJECT.RENAME",
            "Rename keeps the file and changes its name", CONF_MUST,
            "Rename; name, list, content and persistent id of the file", "SP-OBJ-042", "SP-OBJ-039",
            "SP-OBJ-043")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "content", 7);
    const bool has_id = conf_offers(c, "PROVIDER.STORAGE4");
    char *before = has_id ? pv_id(w, file) : NULL, *after;

    ROW("SP-OBJ-039.rename")
        CHECK_HR(rename_it(w, file, u"new.bin"), S_OK);
    wmdm_made(w, "new.bin");
    ROW("SP-OBJ-042.file")
        CHECK(is_called(w, file, "new.bin"));
    ROW("SP-OBJ-042.listed")
        CHECK(is_listed(w, work, "new.bin") && !is_listed(w, work, "f.bin"));
    if (conf_offers(c, READS)) {
        ROW("SP-OBJ-042.content")
            CHECK(contains(w, file, "content"));
    }
    if (has_id) {
        ROW("SP-OBJ-042.id") {
            after = pv_id(w, file);
            CHECK(before && after && strcmp(before, after) == 0);
            free(after);
        }
    }
    ROW("SP-OBJ-043.one")
        CHECK_HR(rename_it(w, file, u"x"), S_OK);
    wmdm_made(w, "x");
    free(before);
    RELEASE(file);
}

CHANGE_CASE(STORAGE_RENAME_BV_02, "PROVIDER.OBJECT.RENAME && " NESTED,
            "Rename keeps a folder and what is in it", CONF_MUST,
            "Rename of a folder with a file in it; the names of both", "SP-OBJ-042")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = new_folder(w, work, "sub");
    IMDSPStorage *file = wmdm_put(w, folder, "f.bin", "x", 1);

    ROW("SP-OBJ-042.folder") {
        CHECK_HR(rename_it(w, folder, u"renamed"), S_OK);
        CHECK(is_called(w, folder, "renamed"));
    }
    ROW("SP-OBJ-042.children")
        CHECK(is_listed(w, folder, "f.bin"));
    RELEASE(file);
    RELEASE(folder);
}

/* Who renames a file that is being written has not been too busy for it. */
static void rename_busy(struct wmdm *w, IMDSPStorage *file, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    REQUIRE(file != NULL);
    hr = rename_it(w, file, u"busy.bin");
    if (hr != S_OK) {
        CHECK_HR(hr, WMDM_E_BUSY);
        return;
    }
    conf_excused(c, 1, "a file that is being written can be renamed");
    wmdm_setup(c, "IMDSPObject::Rename", rename_it(w, file, name));
}

CHANGE_CASE(
    STORAGE_RENAME_BI_01, "PROVIDER.OBJECT.RENAME", "A name has to be one", CONF_SHOULD,
    "Rename to NULL, to the empty name; of a file that is written just now, and of one that "
    "was deleted",
    "SP-OBJ-043")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *same = wmdm_child(w, work, "f.bin");
    IMDSPObject *object = AS(IMDSPObject, file);

    ROW("SP-OBJ-043.null")
        CHECK_HR(rename_it(w, file, NULL), E_INVALIDARG);
    ROW("SP-OBJ-043.empty")
        CHECK_HR(rename_it(w, file, u""), E_INVALIDARG);
    wmdm_setup(c, "IMDSPObject::Open", CALL(IMDSPObject, Open, object, MDSP_WRITE));
    ROW("SP-OBJ-043.busy")
        rename_busy(w, same, u"f.bin");
    wmdm_setup(c, "IMDSPObject::Close", CALL(IMDSPObject, Close, object));
    ROW("SP-OBJ-043.kept")
        CHECK(is_called(w, file, "f.bin"));
    RELEASE(object);
    wmdm_setup(c, "IMDSPObject::Delete", delete_it(w, file, WMDM_MODE_RECURSIVE));
    ROW("SP-OBJ-043.dead")
        CHECK_HR(rename_it(w, same, u"dead.bin"), WMDM_E_INTERFACEDEAD);
    RELEASE(same);
    RELEASE(file);
}

/* ---- Move */
CHANGE_CASE(STORAGE_MOVE_BV_01, "PROVIDER.OBJECT.MOVE && " NESTED,
            "Move changes the place, and the pointer is of the file there", CONF_MUST,
            "Move(BLOCK|INSERTINTO) into a folder; both folders, parent and content", "SP-OBJ-046",
            "SP-OBJ-049", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "content", 7);
    IMDSPStorage *folder = new_folder(w, work, "to"), *parent = NULL;
    IMDSPStorage4 *four;
    IMDSPObject *object;
    BYTE data[16];
    DWORD size = sizeof(data);

    ROW("SP-OBJ-039.move")
        CHECK_HR(move_it(w, file, folder), S_OK);
    ROW("SP-OBJ-046.into")
        CHECK(is_listed(w, folder, "f.bin"));
    ROW("SP-OBJ-046.left")
        CHECK(!is_listed(w, work, "f.bin"));
    if (conf_offers(c, READS)) {
        object = AS(IMDSPObject, file);
        ROW("SP-OBJ-049.open") {
            REQUIRE_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
            CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
            CHECK(size == 7 && memcmp(data, "content", 7) == 0);
        }
        SETUP_CALL(IMDSPObject, Close, object);
        RELEASE(object);
    }
    if (conf_offers(c, "PROVIDER.STORAGE4")) {
        four = AS(IMDSPStorage4, file);
        ROW("SP-OBJ-049.parent") {
            REQUIRE_HR(CALL(IMDSPStorage4, GetParent, four, &parent), S_OK);
            CHECK(is_called(w, parent, "to"));
        }
        RELEASE(parent);
        RELEASE(four);
    }
    RELEASE(folder);
    RELEASE(file);
}

CHANGE_CASE(STORAGE_MOVE_BI_01, "PROVIDER.OBJECT.MOVE && " NESTED, "A file takes nothing in",
            CONF_MUST, "Move(BLOCK|INSERTINTO) into a file of another folder; both folders",
            "SP-OBJ-046")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *folder = new_folder(w, work, "to"),
                 *target = wmdm_put(w, folder, "t.bin", "t", 1);
    HRESULT hr;

    ROW("SP-OBJ-046.file") {
        hr = move_it(w, file, target);
        CHECK_FAILS(hr);
    }
    ROW("SP-OBJ-046.kept")
        CHECK(is_listed(w, work, "f.bin") && !is_listed(w, folder, "f.bin"));
    RELEASE(target);
    RELEASE(folder);
    RELEASE(file);
}
