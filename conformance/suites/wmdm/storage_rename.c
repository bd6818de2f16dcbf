/* IMDSPObject::Rename: what has the new name, what it refuses, and what then stays as it was. */
#include "conformance/wmdm/wmdm_case.h"

#define RENAME_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define READS "PROVIDER.OBJECT.READ"
#define NESTED "PROVIDER.MEDIUM.NESTED"

RENAME_CASE(STORAGE_RENAME_BV_01, "PROVIDER.OBJECT.RENAME",
            "Rename keeps the file and changes its name", CONF_MUST,
            "Rename; name, list, content and persistent id of the file", "SP-OBJ-042", "SP-OBJ-039",
            "SP-OBJ-043")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "content", 7);
    const bool has_id = conf_offers(c, "PROVIDER.STORAGE4");
    char *before = has_id ? pv_id(w, file) : NULL, *after;

    ROW("SP-OBJ-039.rename")
        CHECK_HR(pv_rename(w, file, u"new.bin"), S_OK);
    wmdm_made(w, "new.bin");
    ROW("SP-OBJ-042.file")
        CHECK(pv_is_called(w, file, "new.bin"));
    ROW("SP-OBJ-042.listed")
        CHECK(pv_is_listed(w, work, "new.bin") && !pv_is_listed(w, work, "f.bin"));
    if (conf_offers(c, READS)) {
        ROW("SP-OBJ-042.content")
            CHECK(pv_contains(w, file, "content"));
    }
    if (has_id) {
        ROW("SP-OBJ-042.id") {
            after = pv_id(w, file);
            CHECK(before && after && strcmp(before, after) == 0);
            free(after);
        }
    }
    ROW("SP-OBJ-043.one")
        CHECK_HR(pv_rename(w, file, u"x"), S_OK);
    wmdm_made(w, "x");
    free(before);
    RELEASE(file);
}

RENAME_CASE(STORAGE_RENAME_BV_02, "PROVIDER.OBJECT.RENAME && " NESTED,
            "Rename keeps a folder and what is in it", CONF_MUST,
            "Rename of a folder with a file in it; the names of both", "SP-OBJ-042")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *folder = pv_folder(w, work, "sub");
    IMDSPStorage *file = wmdm_put(w, folder, "f.bin", "x", 1);

    ROW("SP-OBJ-042.folder") {
        CHECK_HR(pv_rename(w, folder, u"renamed"), S_OK);
        CHECK(pv_is_called(w, folder, "renamed"));
    }
    ROW("SP-OBJ-042.children")
        CHECK(pv_is_listed(w, folder, "f.bin"));
    RELEASE(file);
    RELEASE(folder);
}

/* Who renames a file that is being written has not been too busy for it. */
static void rename_busy(struct wmdm *w, IMDSPStorage *file, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    HRESULT hr;

    REQUIRE(file != NULL);
    hr = pv_rename(w, file, u"busy.bin");
    if (hr != S_OK) {
        CHECK_HR(hr, WMDM_E_BUSY);
        return;
    }
    conf_excused(c, 1, "a file that is being written can be renamed");
    wmdm_setup(c, "IMDSPObject::Rename", pv_rename(w, file, name));
}

RENAME_CASE(
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
        CHECK_HR(pv_rename(w, file, NULL), E_INVALIDARG);
    ROW("SP-OBJ-043.empty")
        CHECK_HR(pv_rename(w, file, u""), E_INVALIDARG);
    wmdm_setup(c, "IMDSPObject::Open", CALL(IMDSPObject, Open, object, MDSP_WRITE));
    ROW("SP-OBJ-043.busy")
        rename_busy(w, same, u"f.bin");
    wmdm_setup(c, "IMDSPObject::Close", CALL(IMDSPObject, Close, object));
    ROW("SP-OBJ-043.kept")
        CHECK(pv_is_called(w, file, "f.bin"));
    RELEASE(object);
    wmdm_setup(c, "IMDSPObject::Delete", pv_delete(w, file, WMDM_MODE_RECURSIVE));
    ROW("SP-OBJ-043.dead")
        CHECK_HR(pv_rename(w, same, u"dead.bin"), WMDM_E_INTERFACEDEAD);
    RELEASE(same);
    RELEASE(file);
}

static bool is_taken(HRESULT hr)
{
    return hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS) ||
           hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS);
}

/* Of the folder's children. */
static unsigned called(struct wmdm *w, IMDSPStorage *folder, const char *name)
{
    struct wmdm_list all = wmdm_children(w, folder);
    unsigned count = 0;

    for (size_t i = 0; i < all.count; i++)
        count += pv_is_called(w, all.item[i], name);
    wmdm_release_all(w, &all);
    return count;
}

/* Where a device lets two bear one name, so may a provider (as SP-DIRECT-006 has it). */
RENAME_CASE(STORAGE_RENAME_BI_02, "PROVIDER.OBJECT.RENAME",
            "A name that another one bears is taken, or both bear it", CONF_SHOULD,
            "Rename to the name of a sibling; names and content of both", "SP-OBJ-044")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *one = wmdm_put(w, work, "f.bin", "one", 3);
    IMDSPStorage *two = wmdm_put(w, work, "g.bin", "two", 3);
    unsigned old_names;
    HRESULT hr;

    ROW("SP-OBJ-044.code") {
        hr = pv_rename(w, one, u"g.bin");
        CHECK_ANSWER(is_taken(hr) || hr == S_OK, hr,
                     "ERROR_FILE_EXISTS, ERROR_ALREADY_EXISTS, or S_OK and two of one name");
    }
    old_names = hr == S_OK ? 0 : 1;
    ROW("SP-OBJ-044.names") {
        CHECK_EQ(called(w, work, "f.bin"), old_names);
        CHECK_EQ(called(w, work, "g.bin"), 2 - old_names);
    }
    ROW("SP-OBJ-044.content") {
        if (conf_offers(c, READS))
            CHECK(pv_contains(w, one, "one") && pv_contains(w, two, "two"));
        else
            conf_excused(c, 1, "nothing is read");
    }
    RELEASE(two);
    RELEASE(one);
}
