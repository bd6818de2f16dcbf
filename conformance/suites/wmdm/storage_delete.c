/* IMDSPObject::Delete: what is gone then, what it refuses, and what then stays as it was. */
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"

#define DELETE_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"
#define NESTED "PROVIDER.MEDIUM.NESTED"
#define SHELL "PROVIDER.SHELL"

/* The answer, once the file is no longer busy: what was written may still be on its way. */
static HRESULT settled(struct wmdm *w, IMDSPStorage *file, HRESULT hr)
{
    const struct timespec while_ = {.tv_nsec = 50 * 1000 * 1000};

    for (unsigned i = 0; i < 40 && hr == WMDM_E_BUSY; i++) {
        nanosleep(&while_, NULL);
        hr = pv_delete(w, file, WMDM_MODE_RECURSIVE);
    }
    return hr;
}

DELETE_CASE(STORAGE_DELETE_BV_01, "ANY", "Delete removes a file, whatever the mode", CONF_MUST,
            "Delete(RECURSIVE) and Delete(0), no progress; neither is enumerated", "SP-OBJ-031",
            "SP-OBJ-033", "SP-OBJ-037", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w);
    IMDSPStorage *one = wmdm_put(w, folder, "f.bin", "x", 1), *two;
    HRESULT hr;

    two = wmdm_put(w, folder, "g.bin", "x", 1);
    ROW("SP-OBJ-039.file") {
        hr = pv_delete(w, one, WMDM_MODE_RECURSIVE);
        CHECK_HR(hr, S_OK);
    }
    ROW("SP-OBJ-037") /* it was written just now */
        CHECK_HR(settled(w, one, hr), S_OK);
    ROW("SP-OBJ-033.recursive")
        CHECK_HR(hr, S_OK);
    ROW("SP-OBJ-033.zero") {
        CHECK_HR(pv_delete(w, two, 0), S_OK);
        CHECK(!pv_is_listed(w, folder, "g.bin"));
    }
    ROW("SP-OBJ-031.listed")
        CHECK(!pv_is_listed(w, folder, "f.bin"));
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

DELETE_CASE(STORAGE_DELETE_BV_02, "ANY", "What is deleted takes no space and has no name",
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
        CHECK_HR(pv_delete(w, file, WMDM_MODE_RECURSIVE), S_OK);
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

DELETE_CASE(STORAGE_DELETE_BV_03, "ANY", "What is deleted is kept nowhere", CONF_MUST,
            "all objects of the device before a file is made and deleted, and after", "SP-OBJ-031")
{
    size_t before = objects_of(c), after;
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "f.bin", "x", 1);

    wmdm_setup(c, "IMDSPObject::Delete", pv_delete(w, file, WMDM_MODE_RECURSIVE));
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
    wmdm_setup(c, "IMDSPObject::Delete", pv_delete(w, file, WMDM_MODE_RECURSIVE));
    RELEASE(file);
    again = wmdm_replug(w, &left);
    seen = is_root ? wmdm_root(again) : wmdm_child(again, wmdm_root(again), folder);
    ROW("SP-OBJ-031.replug") {
        REQUIRE(seen != NULL);
        CHECK(!pv_is_listed(again, seen, "f.bin") && pv_is_listed(again, seen, "left.bin"));
    }
    if (!is_root)
        RELEASE(seen);
    wmdm_close(again);
    free(folder);
}

DELETE_CASE(STORAGE_DELETE_BV_05, NESTED, "A folder is deleted with all below, without a progress",
            CONF_MUST,
            "Delete(RECURSIVE) of a folder with folders and files in it, three deep; what each of "
            "them says after it",
            "SP-OBJ-032", "SP-OBJ-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = pv_folder(w, work, "sub");
    IMDSPStorage *inner = pv_folder(w, folder, "inner"), *last = pv_folder(w, inner, "last");
    IMDSPStorage *below[] = {wmdm_put(w, folder, "f.bin", "x", 1), inner,
                             wmdm_put(w, inner, "g.bin", "x", 1), last,
                             wmdm_put(w, last, "h.bin", "x", 1)};
    DWORD low = 0, high = 0;

    ROW("SP-OBJ-039.folder") {
        CHECK_HR(pv_delete(w, folder, WMDM_MODE_RECURSIVE), S_OK);
        CHECK(!pv_is_listed(w, work, "sub"));
    }
    for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
        ROW("SP-OBJ-032")
            CHECK_FAILS(CALL(IMDSPStorage, GetSize, below[i], &low, &high));
        RELEASE(below[i]);
    }
    RELEASE(folder);
}

/* ---- Delete that is watched */
#define MANY 12

struct watched {
    struct wmdm *w;
    IMDSPStorage *folder;
    struct wmdm_progress_record record;
    HRESULT hr;
};

/* Of a folder with that many files in it. */
static struct watched delete_watched(struct conf *c, unsigned cancel_at)
{
    struct watched it = {.w = wmdm_open(c), .record = {.cancel_at = cancel_at}};
    struct wmdm *w = it.w;
    IWMDMProgress3 *progress = wmdm_progress_new(&it.record);

    it.folder = pv_folder(w, wmdm_work_folder(w), "many");
    for (unsigned i = 0; i < MANY; i++) {
        char name[] = "a.bin";
        IMDSPStorage *file;

        name[0] = (char)('a' + i);
        file = wmdm_put(w, it.folder, name, name, 1);
        RELEASE(file);
    }
    it.hr = pv_delete_watched(w, it.folder, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE,
                              (IWMDMProgress *)progress);
    RELEASE(progress);
    return it;
}

DELETE_CASE(STORAGE_DELETE_BV_06, NESTED, "Who watches a deletion sees it begin, go on and end",
            CONF_SHOULD, "Delete(RECURSIVE) of a folder of 12 files, with a progress that counts",
            "SP-OBJ-038", "SP-SHELL-002")
{
    struct watched it = delete_watched(c, 0);

    ROW("SP-OBJ-038.begin")
        CHECK(it.hr == S_OK && it.record.begins == 1);
    ROW("SP-OBJ-038.steps")
        CHECK(it.record.steps > 0 && !it.record.backwards);
    ROW("SP-OBJ-038.end")
        CHECK_EQ(it.record.ends, 1);
    if (conf_offers(c, SHELL)) {
        ROW("SP-SHELL-002.progress")
            CHECK(it.record.begins == 1 && it.record.steps > 0 && it.record.ends == 1);
    }
    RELEASE(it.folder);
}

/* Is each file that is left what it was: of one byte, the first of its name? */
static bool left_whole(struct wmdm *w, IMDSPStorage *folder)
{
    struct wmdm_list list = wmdm_children(w, folder);
    bool whole = true;

    for (size_t i = 0; i < list.count; i++) {
        char *name = wmdm_name(w, list.item[i]), text[2] = {name ? name[0] : '?'};

        whole = whole && (!conf_offers(wmdm_conf(w), READS) || pv_contains(w, list.item[i], text));
        free(name);
    }
    wmdm_release_all(w, &list);
    return whole;
}

DELETE_CASE(STORAGE_DELETE_BV_07, NESTED, "Who cancels a deletion keeps what is left, and is told",
            CONF_SHOULD,
            "Delete(RECURSIVE) of a folder of 12 files, cancelled in the first Progress; its files",
            "SP-OBJ-038", "SP-SHELL-002")
{
    struct watched it = delete_watched(c, 1);
    struct wmdm *w = it.w;

    ROW("SP-OBJ-038.cancelled")
        CHECK_HR(it.hr, WMDM_E_USER_CANCELLED);
    if (conf_offers(c, SHELL)) {
        ROW("SP-SHELL-002.cancelled")
            CHECK_HR(it.hr, WMDM_E_USER_CANCELLED);
    }
    ROW("SP-OBJ-038.kept") {
        REQUIRE(pv_is_listed(w, wmdm_work_folder(w), "many"));
        CHECK(left_whole(w, it.folder));
    }
    RELEASE(it.folder);
}

DELETE_CASE(STORAGE_DELETE_BI_06, NESTED " && PROVIDER.STORAGE.ATTRIBUTES",
            "What is deleted in part is not said to be deleted", CONF_SHOULD,
            "Delete(RECURSIVE) of a folder with a read-only file in it, and once more with a "
            "progress; what is left",
            "SP-OBJ-040")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = pv_folder(w, work, "sub");
    IMDSPStorage *other = wmdm_put(w, folder, "g.bin", "y", 1);
    IMDSPStorage *file = wmdm_put(w, folder, "f.bin", "x", 1);
    struct wmdm_progress_record record = {0};
    IWMDMProgress3 *progress = wmdm_progress_new(&record);
    DWORD before;
    HRESULT hr;

    ROW("SP-OBJ-040.code") {
        before = pv_attributes(w, file);
        (void)CALL(IMDSPStorage, SetAttributes, file, before | WMDM_FILE_ATTR_READONLY, NULL);
        if (!(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY))
            conf_inconclusive(c, "a file cannot be made read-only");
        hr = pv_delete(w, folder, WMDM_MODE_RECURSIVE);
        CHECK_FAILS(hr);
    }
    ROW("SP-OBJ-040.watched") {
        hr = pv_delete_watched(w, folder, WMDM_MODE_RECURSIVE, (IWMDMProgress *)progress);
        CHECK_FAILS(hr);
    }
    RELEASE(progress);
    ROW("SP-OBJ-040.kept")
        REQUIRE(pv_is_listed(w, work, "sub") && pv_is_listed(w, folder, "f.bin"));
    (void)CALL(IMDSPStorage, SetAttributes, file, before, NULL);
    RELEASE(file);
    RELEASE(other);
    RELEASE(folder);
}

DELETE_CASE(STORAGE_DELETE_BI_02, NESTED, "A folder is not deleted without RECURSIVE", CONF_SHOULD,
            "Delete(0) of an empty folder and of one with a file in it", "SP-OBJ-034")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *empty = pv_folder(w, work, "empty");
    IMDSPStorage *full = pv_folder(w, work, "full"), *file = wmdm_put(w, full, "f.bin", "x", 1);

    ROW("SP-OBJ-034.empty")
        CHECK_HR(pv_delete(w, empty, 0), E_INVALIDARG);
    ROW("SP-OBJ-034.full")
        CHECK_HR(pv_delete(w, full, 0), E_INVALIDARG);
    ROW("SP-OBJ-034.nothing") {
        CHECK(pv_is_listed(w, work, "empty"));
        REQUIRE(pv_is_listed(w, work, "full"));
        CHECK(pv_is_listed(w, full, "f.bin"));
    }
    RELEASE(file);
    RELEASE(full);
    RELEASE(empty);
}

DELETE_CASE(
    STORAGE_DELETE_BI_03, "ANY", "What was deleted is not deleted again", CONF_SHOULD,
    "Delete by one pointer, GetSize and Delete by another; a new file of that name, Delete by "
    "the old one",
    "SP-OBJ-035", "SP-LIFE-015")
{
    struct wmdm *w = wmdm_open(c);
    DWORD low = 0, high = 0;
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *same = wmdm_child(w, work, "f.bin"), *other;

    wmdm_setup(c, "IMDSPObject::Delete", pv_delete(w, file, WMDM_MODE_RECURSIVE));
    ROW("SP-LIFE-015.size") {
        REQUIRE(same != NULL);
        CHECK_HR(CALL(IMDSPStorage, GetSize, same, &low, &high), WMDM_E_INTERFACEDEAD);
    }
    ROW("SP-OBJ-035.code") {
        CHECK_HR(pv_delete(w, same, WMDM_MODE_RECURSIVE), WMDM_E_INTERFACEDEAD);
    }
    other = wmdm_put(w, work, "f.bin", "new", 3);
    ROW("SP-OBJ-035.new") {
        (void)pv_delete(w, same, WMDM_MODE_RECURSIVE);
        CHECK(pv_is_listed(w, work, "f.bin"));
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
        hr = pv_delete(w, other, WMDM_MODE_RECURSIVE);
        CHECK_FAILS(hr);
    }
    ROW("SP-OBJ-036.kept")
        CHECK(pv_is_listed(w, f->folder, "f.bin"));
    if (mode == MDSP_READ && conf_offers(c, READS)) {
        ROW("SP-OBJ-036.data")
            CHECK_EQ(pv_next(f), 0);
    }
    f->is_open = false;
    (void)CALL(IMDSPObject, Close, f->object);
    RELEASE(other);
}

DELETE_CASE(STORAGE_DELETE_BI_01, "ANY", "A file that is being read is not deleted", CONF_SHOULD,
            "Delete of a file that is open for reading; what is enumerated, and the file read",
            "SP-OBJ-036")
{
    keeps_open(c, MDSP_READ, "SP-OBJ-036.reader");
}

DELETE_CASE(STORAGE_DELETE_BI_04, "ANY", "A file that is being written is not deleted", CONF_SHOULD,
            "Delete of a file that is open for writing; what is enumerated", "SP-OBJ-036")
{
    keeps_open(c, MDSP_WRITE, "SP-OBJ-036.writer");
}

DELETE_CASE(STORAGE_DELETE_BI_05, "PROVIDER.STORAGE.ATTRIBUTES", "A read-only file is not deleted",
            CONF_SHOULD,
            "SetAttributes READONLY, Delete without and with a progress; what is enumerated",
            "SP-OBJ-036")
{
    struct wmdm_file *f = pv_thousand(c);
    struct wmdm *w = f->w;
    struct wmdm_progress_record record = {0};
    IWMDMProgress3 *progress = wmdm_progress_new(&record);
    DWORD before;

    ROW("SP-OBJ-036.protected") {
        before = pv_attributes(w, f->storage);
        (void)CALL(IMDSPStorage, SetAttributes, f->storage, before | WMDM_FILE_ATTR_READONLY, NULL);
        if (!(pv_attributes(w, f->storage) & WMDM_FILE_ATTR_READONLY))
            conf_inconclusive(c, "a file cannot be made read-only");
        CHECK_FAILS(pv_delete(w, f->storage, WMDM_MODE_RECURSIVE));
        REQUIRE(pv_is_listed(w, f->folder, "f.bin"));
    }
    ROW("SP-OBJ-036.watched") {
        CHECK_FAILS(
            pv_delete_watched(w, f->storage, WMDM_MODE_RECURSIVE, (IWMDMProgress *)progress));
        REQUIRE(pv_is_listed(w, f->folder, "f.bin"));
    }
    RELEASE(progress);
    (void)CALL(IMDSPStorage, SetAttributes, f->storage, before, NULL);
}
