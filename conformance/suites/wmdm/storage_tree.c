/* IMDSPStorage: names, sizes, attributes, creating. */
#include "conformance/wmdm/wmdm_case.h"

#define TREE_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define INTO WMDM_STORAGECONTROL_INSERTINTO
#define BEFORE WMDM_STORAGECONTROL_INSERTBEFORE
#define AFTER WMDM_STORAGECONTROL_INSERTAFTER
#define AFILE WMDM_FILE_ATTR_FILE

TREE_CASE(STORAGE_NAME_BV_01, "ANY", "A name is the last part only and fits exactly", CONF_MUST,
          "GetName with room 0, 1, len and len+1; NULL", "SP-STG-001", "SP-STG-002")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "name.bin", "x", 1);
    WCHAR name[16];

    memset(name, 0xaa, sizeof(name));
    ROW("SP-STG-002.null")
        CHECK_HR(CALL(IMDSPStorage, GetName, file, NULL, 9), E_INVALIDARG);
    ROW("SP-STG-002.short") {
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 0), WMDM_E_BUFFERTOOSMALL);
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 1), WMDM_E_BUFFERTOOSMALL);
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 8), WMDM_E_BUFFERTOOSMALL);
        CHECK_EQ(name[8], 0xaaaa);
    }
    ROW("SP-STG-002.exact")
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 9), S_OK);
    ROW("SP-STG-001.file") {
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 16), S_OK);
        CHECK(memcmp(name, u"name.bin", sizeof(u"name.bin")) == 0);
    }
    RELEASE(file);
}

TREE_CASE(STORAGE_NAME_BV_02, "ANY", "Names beyond the BMP come back unchanged", CONF_MUST,
          "a file named with surrogate pairs", "SP-STG-003")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "\xf0\x9f\x8e\xb5\xc3\xa9.bin", "x", 1);
    char *name = wmdm_name(w, file);

    ROW("SP-STG-003.pairs")
        CHECK(conf_same_text(c, name, "\xf0\x9f\x8e\xb5\xc3\xa9.bin"));
    free(name);
    RELEASE(file);
}

TREE_CASE(STORAGE_SIZE_BV_01, "ANY", "Folders have no size, and dates are dates", CONF_MUST,
          "GetSize of a folder with a file in it; GetDate of file and folder", "SP-STG-005",
          "SP-STG-006", "SP-STG-053")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w), *file = wmdm_put(w, folder, "s.bin", "abc", 3);
    WMDMDATETIME date = {0}, none = {0};
    bool undated;

    ROW("SP-STG-005.full") {
        CHECK_EQ(pv_size(w, folder), 0); /* the root is one, too */
        CHECK_EQ(pv_size(w, file), 3);
    }
    ROW("SP-STG-053.date")
        CHECK_HR(CALL(IMDSPStorage, GetDate, folder, &date), S_OK);
    ROW("SP-STG-006.range") {
        REQUIRE_HR(CALL(IMDSPStorage, GetDate, file, &date), S_OK);
        undated = memcmp(&date, &none, sizeof(none)) == 0;
        /* A device need not date what it is sent (MTP 1.1, 5.3.1). */
        if (!undated || conf_offers(c, "FIXTURE.CONTROL")) {
            CHECK(date.wMonth >= 1 && date.wMonth <= 12);
            CHECK(date.wDay >= 1 && date.wDay <= 31 && date.wHour <= 23);
        }
    }
    RELEASE(file);
}

TREE_CASE(STORAGE_ATTR_BV_01, "ANY", "Attributes tell roots, folders and files apart", CONF_MUST,
          "GetAttributes of the root, a folder and two files", "SP-STG-007", "SP-STG-008",
          "SP-STG-011", "SP-STG-012", "SP-STG-016", "SP-ENUM-027")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder = wmdm_work_folder(w), *text = wmdm_put(w, folder, "a.txt", "x", 1);
    const DWORD both = WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER;
    const DWORD medium = WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE;
    DWORD root, file;

    ROW("SP-STG-016.others") {
        root = pv_attributes(w, wmdm_root(w));
        file = pv_attributes(w, text);
    }
    ROW("SP-ENUM-027.filesystem")
        CHECK(root & WMDM_STORAGE_ATTR_FILESYSTEM);
    ROW("SP-STG-007.only")
        CHECK(!(file & WMDM_STORAGE_ATTR_FILESYSTEM));
    ROW("SP-STG-007.file")
        CHECK_EQ(file & both, WMDM_FILE_ATTR_FILE);
    ROW("SP-STG-007.folder") {
        if (folder != wmdm_root(w))
            CHECK_EQ(pv_attributes(w, folder) & both, WMDM_FILE_ATTR_FOLDER);
    }
    ROW("SP-STG-008.both")
        CHECK((root & medium) && (root & medium) != medium);
    ROW("SP-STG-012.data") {
        if (conf_offers(c, "!MTP || MTP.FORMAT.3000"))
            CHECK_EQ(file & (WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_DATA), WMDM_FILE_ATTR_DATA);
        else
            conf_excused(c, 1, "the device takes songs alone");
    }
    /* Without IMDSPDeviceControl nothing can be played. */
    ROW("SP-STG-011.play")
        CHECK(wmdm_has(w, wmdm_device(w), &IID_IMDSPDeviceControl) ||
              !(file & WMDM_FILE_ATTR_CANPLAY));
    RELEASE(text);
}

TREE_CASE(STORAGE_ATTR_BV_02, "PROVIDER.MEDIUM.NESTED",
          "HAS_FILES and HAS_FOLDERS follow the children", CONF_MUST,
          "an empty folder, then with a file", "SP-STG-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "has", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    const DWORD has = WMDM_STORAGE_ATTR_HAS_FILES | WMDM_STORAGE_ATTR_HAS_FOLDERS;
    IMDSPStorage *file;

    ROW("SP-STG-009.empty") {
        CHECK_EQ(pv_attributes(w, folder) & has, 0);
        file = wmdm_put(w, folder, "f.bin", "x", 1);
        ROW("SP-STG-009.files")
            CHECK_EQ(pv_attributes(w, folder) & has, WMDM_STORAGE_ATTR_HAS_FILES);
    }
    RELEASE(file);
    RELEASE(folder);
}

TREE_CASE(STORAGE_ATTR_BV_03, "ANY", "GetAttributes2 agrees and has nothing to add", CONF_MUST,
          "both methods on a text file, the format structure untouched", "SP-STG-018", "SP-STG-017",
          "SP-STG-019")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "a.txt", "x", 1);
    IMDSPStorage2 *two = AS(IMDSPStorage2, file);
    DWORD one = 0, other = 0, extended = 0xeeeeeeee;
    WAVEFORMATEX wave;

    memset(&wave, 0xaa, sizeof(wave));
    ROW("SP-STG-017") {
        REQUIRE_HR(CALL(IMDSPStorage, GetAttributes, file, &one, &wave), S_OK);
        if (conf_offers(c, "!MTP || MTP.FORMAT.3000"))
            CHECK_EQ(wave.nSamplesPerSec, 0xaaaaaaaa);
        else
            conf_excused(c, 1, "the device takes songs alone");
    }
    ROW("SP-STG-018.file") {
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &other, &extended, NULL, NULL), S_OK);
        CHECK_EQ(one, other);
    }
    ROW("SP-STG-019")
        CHECK_EQ(extended, 0);
    RELEASE(two);
    RELEASE(file);
}

TREE_CASE(STORAGE_CREATE_BV_01, "PROVIDER.MEDIUM.NESTED && (!MTP || MTP.FORMAT.3000)",
          "New objects stand where they were asked for", CONF_MUST,
          "INSERTINTO a folder, INSERTBEFORE a folder, FOLDER together with FILE", "SP-STG-025",
          "SP-STG-028", "SP-STG-030")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *folder = wmdm_create(w, work, "in", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *made = NULL, *seen;

    ROW("SP-STG-025.place") {
        REQUIRE_HR(CALL(IMDSPStorage, CreateStorage, folder, AFILE | INTO, NULL, u"a.bin", &made),
                   S_OK);
        CHECK_EQ(pv_size(w, made), 0);
        RELEASE(made);
        seen = wmdm_child(w, folder, "a.bin");
        CHECK(seen != NULL);
    }
    RELEASE(seen);
    ROW("SP-STG-030.before") {
        CHECK_HR(CALL(IMDSPStorage, CreateStorage, folder, AFILE | BEFORE, NULL, u"b.bin", &made),
                 S_OK);
        RELEASE(made);
        seen = wmdm_child(w, work, "b.bin");
        CHECK(seen != NULL);
    }
    RELEASE(seen);
    ROW("SP-STG-028.plain") {
        REQUIRE_HR(CALL(IMDSPStorage, CreateStorage, folder, WMDM_FILE_ATTR_FOLDER | AFILE | INTO,
                        NULL, u"both", &made),
                   S_OK);
        CHECK(pv_attributes(w, made) & WMDM_FILE_ATTR_FOLDER);
    }
    RELEASE(made);
    RELEASE(folder);
}

/* A creation that is to fail; what it makes all the same goes again. */
static HRESULT misplace(struct wmdm *w, IMDSPStorage *where, DWORD attributes, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *made = NULL;
    HRESULT hr = CALL(IMDSPStorage, CreateStorage, where, attributes, NULL, name, &made);

    if (SUCCEEDED(hr) && made) {
        wmdm_delete(w, made);
        RELEASE(made);
    }
    return hr;
}

TREE_CASE(STORAGE_CREATE_BI_01, "ANY", "Places that make no sense are refused", CONF_MUST,
          "INSERTINTO a file, INSERTBEFORE the root, two or no INSERT flags", "SP-STG-029",
          "SP-STG-031", "SP-STG-033", "SP-LIFE-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *made = POISON;
    HRESULT hr;

    ROW("SP-STG-029.plain") {
        hr = CALL(IMDSPStorage, CreateStorage, file, AFILE | INTO, NULL, u"n", &made);
        CHECK_FAILS(hr);
    }
    ROW("SP-LIFE-009.others")
        CHECK(made == NULL);
    if (FAILED(hr))
        made = NULL;
    RELEASE(made);
    ROW("SP-STG-031.before")
        CHECK_FAILS(misplace(w, wmdm_root(w), AFILE | BEFORE, u"papcheck-n"));
    ROW("SP-STG-033.several")
        CHECK_HR(misplace(w, work, AFILE | BEFORE | AFTER, u"n1"), E_INVALIDARG);
    ROW("SP-STG-033.none")
        CHECK_HR(misplace(w, work, AFILE, u"n2"), E_INVALIDARG);
    RELEASE(file);
}

TREE_CASE(STORAGE_CREATE_BV_02, "ANY", "Overwrite replaces, and too much is refused at once",
          CONF_MUST,
          "create over a 10-byte file with OVERWRITE; announce more than there is room for",
          "SP-STG-034", "SP-STG-041")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *old = wmdm_put(w, work, "o.bin", "0123456789", 10);
    IMDSPStorage *made = NULL;
    IMDSPStorage2 *two = AS(IMDSPStorage2, work);

    ROW("SP-STG-034.empty") {
        CHECK_HR(CALL(IMDSPStorage, CreateStorage, work, AFILE | INTO | WMDM_FILE_CREATE_OVERWRITE,
                      NULL, u"o.bin", &made),
                 S_OK);
        if (made)
            CHECK_EQ(pv_size(w, made), 0);
    }
    RELEASE(made);
    ROW("SP-STG-041.two")
        CHECK_HR(CALL(IMDSPStorage2, CreateStorage2, two, AFILE | INTO, 0, NULL, NULL, u"huge.bin",
                      1ull << 50, &made),
                 HRESULT_FROM_WIN32(ERROR_DISK_FULL));
    RELEASE(made);
    RELEASE(two);
    RELEASE(old);
}

TREE_CASE(STORAGE_PARENT_BV_01, "PROVIDER.STORAGE4 && PROVIDER.MEDIUM.NESTED",
          "GetParent goes up to the root and stops", CONF_MUST,
          "from a file two folders deep; from the root: S_FALSE and NULL", "SP-STG-046",
          "SP-STG-047")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "up", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, folder, "p.bin", "x", 1), *parent = NULL;
    IMDSPStorage4 *four = AS(IMDSPStorage4, file), *root = AS(IMDSPStorage4, wmdm_root(w));
    char *name;

    ROW("SP-STG-046.file") {
        REQUIRE_HR(CALL(IMDSPStorage4, GetParent, four, &parent), S_OK);
        name = wmdm_name(w, parent);
        CHECK(conf_same_text(c, name, "up"));
    }
    free(name);
    RELEASE(parent);
    parent = POISON;
    ROW("SP-STG-047.code") {
        CHECK_HR(CALL(IMDSPStorage4, GetParent, root, &parent), S_FALSE);
        ROW("SP-STG-047.null")
            CHECK(parent == NULL);
    }
    RELEASE(root);
    RELEASE(four);
    RELEASE(file);
    RELEASE(folder);
}

/* What is in a folder of the root is not found from the root, nor from the device. */
static void check_deep(struct wmdm *w, IMDSPStorage *work)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *deep = wmdm_put(w, work, "papcheck-deep.bin", "x", 1), *out = NULL;
    IMDSPStorage2 *root = AS(IMDSPStorage2, wmdm_root(w));
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    const bool is_deep = work != wmdm_root(w);

    ROW("SP-DEV-038.storage") {
        if (is_deep)
            CHECK_HR(CALL(IMDSPStorage2, GetStorage, root, u"papcheck-deep.bin", &out), S_FALSE);
        else
            conf_excused(c, 1, "the medium has no folders");
    }
    RELEASE(out);
    ROW("SP-DEV-038.device") {
        if (is_deep && conf_offers(c, "PROVIDER.DEVICE.FIND"))
            CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, u"papcheck-deep.bin", &out), S_FALSE);
        else
            conf_excused(c, 1, "the device does not find names, or has no folders");
    }
    RELEASE(out);
    RELEASE(device);
    RELEASE(root);
    RELEASE(deep);
}

TREE_CASE(
    STORAGE_FIND_BV_01, "PROVIDER.STORAGE.FIND",
    "GetStorage takes a name literally and looks in one place", CONF_MUST,
    "an existing child, patterns, a name that nothing has; from root and device a name that is "
    "in a folder",
    "SP-STG-043", "SP-DEV-037", "SP-DEV-038", "SP-DEV-039")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "g.mp3", "x", 1);
    IMDSPStorage *out = POISON;
    IMDSPStorage2 *two = AS(IMDSPStorage2, work);

    check_deep(w, work);
    ROW("SP-STG-043.child")
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, two, u"g.mp3", &out), S_OK);
    RELEASE(out);
    ROW("SP-DEV-037.star")
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, two, u"*.mp3", &out), S_FALSE);
    RELEASE(out);
    ROW("SP-DEV-037.question")
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, two, u"?.mp3", &out), S_FALSE);
    RELEASE(out);
    out = POISON;
    ROW("SP-DEV-039.storage")
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, two, u"g.mp", &out), S_FALSE);
    ROW("SP-DEV-039.nothing")
        CHECK(out == NULL);
    RELEASE(two);
    RELEASE(file);
}
