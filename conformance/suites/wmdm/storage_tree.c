/* IMDSPStorage: names, sizes, attributes, creating, enumerating. */
#include "conformance/wmdm/wmdm_case.h"

#define TREE_CASE(token, title_, level_, steps_, ...)                                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define INTO WMDM_STORAGECONTROL_INSERTINTO
#define BEFORE WMDM_STORAGECONTROL_INSERTBEFORE
#define AFTER WMDM_STORAGECONTROL_INSERTAFTER
#define AFILE WMDM_FILE_ATTR_FILE

TREE_CASE(STORAGE_NAME_BV_01, "A name is the last part only and fits exactly", CONF_MUST,
          "GetName with room 0, 1, len and len+1; NULL", "SP-STG-001", "SP-STG-002")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-001");
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "name.bin", "x", 1);
    WCHAR name[16];

    memset(name, 0xaa, sizeof(name));
    CHECK_HR("SP-STG-002", E_INVALIDARG, IMDSPStorage, GetName, file, NULL, 9);
    CHECK_HR("SP-STG-002", WMDM_E_BUFFERTOOSMALL, IMDSPStorage, GetName, file, name, 0);
    CHECK_HR("SP-STG-002", WMDM_E_BUFFERTOOSMALL, IMDSPStorage, GetName, file, name, 1);
    CHECK_HR("SP-STG-002", WMDM_E_BUFFERTOOSMALL, IMDSPStorage, GetName, file, name, 8);
    CHECK_EQ(c, "SP-STG-002", name[8], 0xaaaa);
    CHECK_HR("SP-STG-002", S_OK, IMDSPStorage, GetName, file, name, 9);
    CHECK_HR("SP-STG-001", S_OK, IMDSPStorage, GetName, file, name, 16);
    CHECK(c, "SP-STG-001", memcmp(name, u"name.bin", sizeof(u"name.bin")) == 0);
    RELEASE(file);
    wmdm_close(w);
}

TREE_CASE(STORAGE_NAME_BV_02, "Names beyond the BMP come back unchanged", CONF_MUST,
          "a file named with surrogate pairs", "SP-STG-003")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-003");
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "\xf0\x9f\x8e\xb5\xc3\xa9.bin", "x", 1);
    char *name = wmdm_name(w, file);

    CHECK(c, "SP-STG-003", name && strcmp(name, "\xf0\x9f\x8e\xb5\xc3\xa9.bin") == 0);
    free(name);
    RELEASE(file);
    wmdm_close(w);
}

TREE_CASE(STORAGE_SIZE_BV_01, "Folders have no size, and dates are dates", CONF_MUST,
          "GetSize of a folder with a file in it; GetDate of file and folder", "SP-STG-005",
          "SP-STG-006", "SP-STG-053")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-005");
    IMDSPStorage *folder = wmdm_work_folder(w), *file = wmdm_put(w, folder, "s.bin", "abc", 3);
    WMDMDATETIME date = {0};

    CHECK_EQ(c, "SP-STG-005", pv_size(w, "SP-STG-005", folder), 0);
    CHECK_EQ(c, "SP-STG-005", pv_size(w, "SP-STG-005", file), 3);
    CHECK_HR("SP-STG-053", S_OK, IMDSPStorage, GetDate, folder, &date);
    REQUIRE_HR("SP-STG-006", S_OK, IMDSPStorage, GetDate, file, &date);
    CHECK(c, "SP-STG-006", date.wMonth >= 1 && date.wMonth <= 12);
    CHECK(c, "SP-STG-006", date.wDay >= 1 && date.wDay <= 31 && date.wHour <= 23);
    RELEASE(file);
    wmdm_close(w);
}

TREE_CASE(STORAGE_ATTR_BV_01, "Attributes tell roots, folders and files apart", CONF_MUST,
          "GetAttributes of the root, a folder and two files", "SP-STG-007", "SP-STG-008",
          "SP-STG-011", "SP-STG-012", "SP-STG-016", "SP-ENUM-027")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-007");
    IMDSPStorage *folder = wmdm_work_folder(w), *text = wmdm_put(w, folder, "a.txt", "x", 1);
    DWORD root = pv_attributes(w, "SP-STG-016", wmdm_root(w));
    DWORD file = pv_attributes(w, "SP-STG-016", text);
    const DWORD both = WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER;
    const DWORD medium = WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE;

    CHECK(c, "SP-ENUM-027", root & WMDM_STORAGE_ATTR_FILESYSTEM);
    CHECK(c, "SP-STG-007", !(file & WMDM_STORAGE_ATTR_FILESYSTEM));
    CHECK_EQ(c, "SP-STG-007", file & both, WMDM_FILE_ATTR_FILE);
    CHECK_EQ(c, "SP-STG-007", pv_attributes(w, "SP-STG-007", folder) & both, WMDM_FILE_ATTR_FOLDER);
    CHECK(c, "SP-STG-008", (root & medium) && (root & medium) != medium);
    CHECK_EQ(c, "SP-STG-012", file & (WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_DATA),
             WMDM_FILE_ATTR_DATA);
    /* Without IMDSPDeviceControl nothing can be played. */
    CHECK(c, "SP-STG-011",
          wmdm_has(w, wmdm_device(w), &IID_IMDSPDeviceControl) || !(file & WMDM_FILE_ATTR_CANPLAY));
    RELEASE(text);
    wmdm_close(w);
}

TREE_CASE(STORAGE_ATTR_BV_02, "HAS_FILES and HAS_FOLDERS follow the children", CONF_MUST,
          "an empty folder, then with a file", "SP-STG-009")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-009");
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "has", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    const DWORD has = WMDM_STORAGE_ATTR_HAS_FILES | WMDM_STORAGE_ATTR_HAS_FOLDERS;
    IMDSPStorage *file;

    CHECK_EQ(c, "SP-STG-009", pv_attributes(w, "SP-STG-009", folder) & has, 0);
    file = wmdm_put(w, folder, "f.bin", "x", 1);
    CHECK_EQ(c, "SP-STG-009", pv_attributes(w, "SP-STG-009", folder) & has,
             WMDM_STORAGE_ATTR_HAS_FILES);
    RELEASE(file);
    RELEASE(folder);
    wmdm_close(w);
}

TREE_CASE(STORAGE_ATTR_BV_03, "GetAttributes2 agrees and has nothing to add", CONF_MUST,
          "both methods on a text file, the format structure untouched", "SP-STG-017", "SP-STG-018",
          "SP-STG-019")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-018");
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "a.txt", "x", 1);
    IMDSPStorage2 *two = AS(IMDSPStorage2, file);
    DWORD one = 0, other = 0, extended = 0xeeeeeeee;
    WAVEFORMATEX wave;

    memset(&wave, 0xaa, sizeof(wave));
    REQUIRE_HR("SP-STG-017", S_OK, IMDSPStorage, GetAttributes, file, &one, &wave);
    CHECK_EQ(c, "SP-STG-017", wave.nSamplesPerSec, 0xaaaaaaaa);
    CHECK_HR("SP-STG-018", S_OK, IMDSPStorage2, GetAttributes2, two, &other, &extended, NULL, NULL);
    CHECK_EQ(c, "SP-STG-018", one, other);
    CHECK_EQ(c, "SP-STG-019", extended, 0);
    RELEASE(two);
    RELEASE(file);
    wmdm_close(w);
}

TREE_CASE(STORAGE_CREATE_BV_01, "New objects stand where they were asked for", CONF_MUST,
          "INSERTINTO a folder, INSERTBEFORE a folder, FOLDER together with FILE", "SP-STG-025",
          "SP-STG-028", "SP-STG-030")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-025");
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *folder = wmdm_create(w, work, "in", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *made = NULL, *seen;

    REQUIRE_HR("SP-STG-025", S_OK, IMDSPStorage, CreateStorage, folder, AFILE | INTO, NULL,
               u"a.bin", &made);
    CHECK_EQ(c, "SP-STG-025", pv_size(w, "SP-STG-025", made), 0);
    RELEASE(made);
    seen = wmdm_child(w, folder, "a.bin");
    CHECK(c, "SP-STG-025", seen != NULL);
    RELEASE(seen);
    CHECK_HR("SP-STG-030", S_OK, IMDSPStorage, CreateStorage, folder, AFILE | BEFORE, NULL,
             u"b.bin", &made);
    RELEASE(made);
    seen = wmdm_child(w, work, "b.bin");
    CHECK(c, "SP-STG-030", seen != NULL);
    RELEASE(seen);
    REQUIRE_HR("SP-STG-028", S_OK, IMDSPStorage, CreateStorage, folder,
               WMDM_FILE_ATTR_FOLDER | AFILE | INTO, NULL, u"both", &made);
    CHECK(c, "SP-STG-028", pv_attributes(w, "SP-STG-028", made) & WMDM_FILE_ATTR_FOLDER);
    RELEASE(made);
    RELEASE(folder);
    wmdm_close(w);
}

TREE_CASE(STORAGE_CREATE_BI_01, "Places that make no sense are refused", CONF_MUST,
          "INSERTINTO a file, INSERTBEFORE the root, two or no INSERT flags", "SP-STG-029",
          "SP-STG-031", "SP-STG-033", "SP-LIFE-009")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-029");
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPStorage *made = POISON;

    CHECK_FAILS("SP-STG-029", IMDSPStorage, CreateStorage, file, AFILE | INTO, NULL, u"n", &made);
    CHECK(c, "SP-LIFE-009", made == NULL);
    RELEASE(made);
    CHECK_FAILS("SP-STG-031", IMDSPStorage, CreateStorage, wmdm_root(w), AFILE | BEFORE, NULL,
                u"papcheck-n", &made);
    if (made)
        wmdm_delete(w, made);
    RELEASE(made);
    CHECK_HR("SP-STG-033", E_INVALIDARG, IMDSPStorage, CreateStorage, work, AFILE | BEFORE | AFTER,
             NULL, u"n1", &made);
    if (made)
        wmdm_delete(w, made);
    RELEASE(made);
    CHECK_HR("SP-STG-033", E_INVALIDARG, IMDSPStorage, CreateStorage, work, AFILE, NULL, u"n2",
             &made);
    if (made)
        wmdm_delete(w, made);
    RELEASE(made);
    RELEASE(file);
    wmdm_close(w);
}

TREE_CASE(STORAGE_CREATE_BV_02, "Overwrite replaces, and too much is refused at once", CONF_MUST,
          "create over a 10-byte file with OVERWRITE; announce more than there is room for",
          "SP-STG-034", "SP-STG-041")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-034");
    IMDSPStorage *work = wmdm_work_folder(w), *old = wmdm_put(w, work, "o.bin", "0123456789", 10);
    IMDSPStorage *made = NULL;
    IMDSPStorage2 *two = AS(IMDSPStorage2, work);

    CHECK_HR("SP-STG-034", S_OK, IMDSPStorage, CreateStorage, work,
             AFILE | INTO | WMDM_FILE_CREATE_OVERWRITE, NULL, u"o.bin", &made);
    if (made)
        CHECK_EQ(c, "SP-STG-034", pv_size(w, "SP-STG-034", made), 0);
    RELEASE(made);
    CHECK_HR("SP-STG-041", HRESULT_FROM_WIN32(ERROR_DISK_FULL), IMDSPStorage2, CreateStorage2, two,
             AFILE | INTO, 0, NULL, NULL, u"huge.bin", 1ull << 50, &made);
    RELEASE(made);
    RELEASE(two);
    RELEASE(old);
    wmdm_close(w);
}

TREE_CASE(STORAGE_PARENT_BV_01, "GetParent goes up to the root and stops", CONF_MUST,
          "from a file two folders deep; from the root: S_FALSE and NULL", "SP-STG-046",
          "SP-STG-047")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-046");
    IMDSPStorage *folder =
        wmdm_create(w, wmdm_work_folder(w), "up", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, folder, "p.bin", "x", 1), *parent = NULL;
    IMDSPStorage4 *four = AS(IMDSPStorage4, file), *root = AS(IMDSPStorage4, wmdm_root(w));
    char *name;

    REQUIRE_HR("SP-STG-046", S_OK, IMDSPStorage4, GetParent, four, &parent);
    name = wmdm_name(w, parent);
    CHECK(c, "SP-STG-046", name && strcmp(name, "up") == 0);
    free(name);
    RELEASE(parent);
    parent = POISON;
    CHECK_HR("SP-STG-047", S_FALSE, IMDSPStorage4, GetParent, root, &parent);
    CHECK(c, "SP-STG-047", parent == NULL);
    RELEASE(root);
    RELEASE(four);
    RELEASE(file);
    RELEASE(folder);
    wmdm_close(w);
}

TREE_CASE(STORAGE_FIND_BV_01, "GetStorage takes a name literally and looks in one place", CONF_MUST,
          "an existing child, a pattern, a name of another folder", "SP-STG-043", "SP-DEV-037")
{
    struct wmdm *w = wmdm_open(c, "SP-STG-043");
    IMDSPStorage *work = wmdm_work_folder(w), *file = wmdm_put(w, work, "g.mp3", "x", 1);
    IMDSPStorage *out = POISON;
    IMDSPStorage2 *two = AS(IMDSPStorage2, work);

    CHECK_HR("SP-STG-043", S_OK, IMDSPStorage2, GetStorage, two, u"g.mp3", &out);
    RELEASE(out);
    CHECK_HR("SP-DEV-037", S_FALSE, IMDSPStorage2, GetStorage, two, u"*.mp3", &out);
    RELEASE(out);
    RELEASE(two);
    RELEASE(file);
    wmdm_close(w);
}

/* Seven files in a folder of their own. */
static IMDSPEnumStorage *seven(struct wmdm *w, const char *row)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *children = NULL;
    char name[] = "0.bin";

    for (unsigned i = 0; i < 7; i++) {
        IMDSPStorage *file;

        name[0] = (char)('0' + i);
        file = wmdm_put(w, wmdm_work_folder(w), name, "x", 1);
        RELEASE(file);
    }
    REQUIRE_HR(row, S_OK, IMDSPStorage, EnumStorage, wmdm_work_folder(w), &children);
    return children;
}

static DWORD take(struct wmdm *w, const char *row, IMDSPEnumStorage *children, DWORD count,
                  HRESULT expected)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *items[16] = {NULL};
    DWORD got = 99;

    CHECK_HR(row, expected, IMDSPEnumStorage, Next, children, count, items, &got);
    for (DWORD i = 0; i < 16; i++)
        RELEASE(items[i]);
    return got;
}

TREE_CASE(STORAGE_ENUM_BV_01, "Next, Skip, Reset and Clone count as documented", CONF_MUST,
          "seven children: Next 3, Clone, Next 10; Reset; Skip 3, Skip 10", "SP-ENUM-021",
          "SP-ENUM-022", "SP-ENUM-023", "SP-ENUM-024", "SP-ENUM-025")
{
    struct wmdm *w = wmdm_open(c, "SP-ENUM-022");
    IMDSPEnumStorage *children = seven(w, "SP-ENUM-022"), *clone = NULL;
    DWORD got = 99;
    HRESULT hr;

    CHECK_EQ(c, "SP-ENUM-022", take(w, "SP-ENUM-022", children, 3, S_OK), 3);
    hr = CALL("SP-ENUM-021", IMDSPEnumStorage, Clone, children, &clone);
    REQUIRE_EQ(c, "SP-ENUM-021", (uint32_t)hr, S_OK);
    CHECK_EQ(c, "SP-ENUM-022", take(w, "SP-ENUM-022", children, 10, S_FALSE), 4);
    CHECK_EQ(c, "SP-ENUM-025", take(w, "SP-ENUM-025", clone, 4, S_OK), 4);
    RELEASE(clone);
    CHECK_HR("SP-ENUM-024", S_OK, IMDSPEnumStorage, Reset, children);
    CHECK_EQ(c, "SP-ENUM-024", take(w, "SP-ENUM-024", children, 1, S_OK), 1);
    (void)CALL("SP-ENUM-023", IMDSPEnumStorage, Reset, children);
    CHECK_HR("SP-ENUM-023", S_OK, IMDSPEnumStorage, Skip, children, 3, &got);
    CHECK_EQ(c, "SP-ENUM-023", got, 3);
    CHECK_HR("SP-ENUM-023", S_FALSE, IMDSPEnumStorage, Skip, children, 10, &got);
    CHECK_EQ(c, "SP-ENUM-023", got, 4);
    RELEASE(children);
    wmdm_close(w);
}

TREE_CASE(STORAGE_ENUM_BV_02, "Empty folders and files have no children", CONF_MUST,
          "EnumStorage on an empty folder and on a file", "SP-ENUM-030", "SP-ENUM-031")
{
    struct wmdm *w = wmdm_open(c, "SP-ENUM-030");
    IMDSPStorage *work = wmdm_work_folder(w);
    IMDSPStorage *folder = wmdm_create(w, work, "empty", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *file = wmdm_put(w, work, "f.bin", "x", 1);
    IMDSPEnumStorage *children = NULL;

    REQUIRE_HR("SP-ENUM-030", S_OK, IMDSPStorage, EnumStorage, folder, &children);
    CHECK_EQ(c, "SP-ENUM-030", take(w, "SP-ENUM-030", children, 1, S_FALSE), 0);
    RELEASE(children);
    if (SUCCEEDED(CALL("SP-ENUM-031", IMDSPStorage, EnumStorage, file, &children)))
        CHECK_EQ(c, "SP-ENUM-031", take(w, "SP-ENUM-031", children, 1, S_FALSE), 0);
    RELEASE(children);
    RELEASE(file);
    RELEASE(folder);
    wmdm_close(w);
}
