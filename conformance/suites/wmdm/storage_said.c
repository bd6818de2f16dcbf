/* What each kind of object says of itself: a medium, a folder with content, an empty one, a file,
 * a song. */
#include <time.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define SAID_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define NESTED "PROVIDER.MEDIUM.NESTED"

enum { ROOT, FOLDER, EMPTY, AFILE, SONG, KINDS };
struct tree {
    struct wmdm *w;
    IMDSPStorage *of[KINDS]; /* the root is borrowed */
};

static void tree_close(struct tree *tree)
{
    struct conf *c = wmdm_conf(tree->w);

    for (unsigned i = FOLDER; i < KINDS; i++)
        RELEASE(tree->of[i]);
}
#define TREE __attribute__((cleanup(tree_close))) struct tree

static struct tree tree_open(struct conf *c)
{
    struct wmdm *w = wmdm_open(c);
    struct tree tree = {w, {wmdm_root(w)}};

    tree.of[FOLDER] = wmdm_create(w, wmdm_work_folder(w), "full", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    tree.of[EMPTY] = wmdm_create(w, wmdm_work_folder(w), "empty", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    tree.of[AFILE] = wmdm_put(w, tree.of[FOLDER], "said.txt", "1234567", 7);
    tree.of[SONG] = wmdm_put(w, tree.of[FOLDER], "said.mp3", "123", 3);
    return tree;
}

/* ---- names */
SAID_CASE(STORAGE_SAID_BV_01, NESTED, "Folders and files say their own name, and it ends",
          CONF_MUST, "GetName of a folder in a folder and of a file in that", "SP-STG-001")
{
    TREE tree = tree_open(c);
    WCHAR name[32];

    ROW("SP-STG-001.folder") {
        CHECK_HR(CALL(IMDSPStorage, GetName, tree.of[FOLDER], name, 32), S_OK);
        CHECK(memcmp(name, u"full", 4 * sizeof(WCHAR)) == 0);
    }
    ROW("SP-STG-001.file") {
        CHECK_HR(CALL(IMDSPStorage, GetName, tree.of[AFILE], name, 32), S_OK);
        CHECK(memcmp(name, u"said.txt", 8 * sizeof(WCHAR)) == 0);
    }
    ROW("SP-STG-001.ends")
        CHECK_EQ(name[8], 0);
}

SAID_CASE(STORAGE_SAID_BI_01, "ANY", "A name is not cut to the room there is", CONF_MUST,
          "GetName of a file and of a medium: NULL; room 1, one short, exact", "SP-STG-002")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "room.bin", "x", 1);
    WCHAR name[512];
    DWORD length;

    ROW("SP-STG-002.null")
        CHECK_HR(CALL(IMDSPStorage, GetName, file, NULL, 9), E_INVALIDARG);
    ROW("SP-STG-002.short") {
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 1), WMDM_E_BUFFERTOOSMALL);
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 8), WMDM_E_BUFFERTOOSMALL);
    }
    ROW("SP-STG-002.exact")
        CHECK_HR(CALL(IMDSPStorage, GetName, file, name, 9), S_OK);
    ROW("SP-STG-002.medium") {
        REQUIRE_HR(CALL(IMDSPStorage, GetName, wmdm_root(w), name, 512), S_OK);
        name[511] = 0;
        length = (DWORD)com_wcslen(name);
        CHECK_HR(CALL(IMDSPStorage, GetName, wmdm_root(w), name, length), WMDM_E_BUFFERTOOSMALL);
        CHECK_HR(CALL(IMDSPStorage, GetName, wmdm_root(w), name, length + 1), S_OK);
    }
    RELEASE(file);
}

static void keeps_name(struct wmdm *w, const char *text)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), text, "x", 1);
    char *name = wmdm_name(w, file);

    CHECK(conf_same_text(c, name, text));
    free(name);
    RELEASE(file);
}

SAID_CASE(STORAGE_SAID_BV_02, "ANY", "A name comes back as it was given", CONF_MUST,
          "files named beyond ASCII, beyond the BMP, in 200 characters", "SP-STG-003")
{
    struct wmdm *w = wmdm_open(c);
    char text[205];

    ROW("SP-STG-003.bmp")
        keeps_name(w, "\xc3\xa9\xd0\xb6\xe6\xbc\xa2.bin");
    ROW("SP-STG-003.pairs")
        keeps_name(w, "\xf0\x9f\x8e\xb5.bin");
    for (unsigned i = 0; i < 200; i++)
        text[i] = (char)('a' + i % 26);
    memcpy(text + 200, ".bin", 5);
    ROW("SP-STG-003.long")
        keeps_name(w, text);
}

/* ---- sizes */
static void has_no_size(struct wmdm *w, IMDSPStorage *storage)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 77, high = 77;

    CHECK_HR(CALL(IMDSPStorage, GetSize, storage, &low, &high), S_OK);
    CHECK_EQ((uint64_t)high << 32 | low, 0);
}

SAID_CASE(STORAGE_SAID_BV_03, NESTED, "A folder has no size, whatever is in it", CONF_MUST,
          "GetSize of a folder with two files, of an empty one and of a medium", "SP-STG-005")
{
    TREE tree = tree_open(c);

    ROW("SP-STG-005.full")
        has_no_size(tree.w, tree.of[FOLDER]);
    ROW("SP-STG-005.empty")
        has_no_size(tree.w, tree.of[EMPTY]);
    ROW("SP-STG-005.medium")
        has_no_size(tree.w, tree.of[ROOT]);
}

/* ---- dates */
static bool has_none(const WMDMDATETIME *date)
{
    static const WMDMDATETIME none;

    return memcmp(date, &none, sizeof(none)) == 0;
}

static bool is_date(const WMDMDATETIME *date)
{
    return date->wMonth >= 1 && date->wMonth <= 12 && date->wDay >= 1 && date->wDay <= 31 &&
           date->wHour <= 23 && date->wMinute <= 59 && date->wSecond <= 59;
}

static void live_in(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

SAID_CASE(STORAGE_SAID_BV_04, NESTED, "Dates are dates, and none of the host's time zone",
          CONF_MUST, "GetDate of a file and a folder; again where it is 5:30 later", "SP-STG-006")
{
    TREE tree = tree_open(c);
    WMDMDATETIME date = {0}, later = {0};

    ROW("SP-STG-006.folder") {
        CHECK_HR(CALL(IMDSPStorage, GetDate, tree.of[FOLDER], &date), S_OK);
        CHECK(is_date(&date) || has_none(&date));
    }
    ROW("SP-STG-006.range") {
        CHECK_HR(CALL(IMDSPStorage, GetDate, tree.of[AFILE], &date), S_OK);
        if (!has_none(&date) || conf_offers(c, "FIXTURE.CONTROL"))
            CHECK(is_date(&date)); /* a device need not date what it is sent: MTP 1.1, 5.3.1 */
    }
    live_in("PAP-5:30");
    ROW("SP-STG-006.utc") {
        CHECK_HR(CALL(IMDSPStorage, GetDate, tree.of[AFILE], &later), S_OK);
        CHECK(memcmp(&date, &later, sizeof(date)) == 0);
    }
}

/* ---- what no object may leave out */
static HRESULT enumerates(struct conf *c, IMDSPStorage *storage)
{
    IMDSPEnumStorage *children = NULL;
    HRESULT hr = CALL(IMDSPStorage, EnumStorage, storage, &children);

    RELEASE(children);
    return hr;
}

static HRESULT has_attributes(struct conf *c, IMDSPStorage *storage)
{
    return CALL(IMDSPStorage, GetAttributes, storage, &(DWORD){0}, NULL);
}

static HRESULT has_date(struct conf *c, IMDSPStorage *storage)
{
    return CALL(IMDSPStorage, GetDate, storage, &(WMDMDATETIME){0});
}

static HRESULT has_name(struct conf *c, IMDSPStorage *storage)
{
    WCHAR name[512];

    return CALL(IMDSPStorage, GetName, storage, name, 512);
}

static HRESULT has_size(struct conf *c, IMDSPStorage *storage)
{
    return CALL(IMDSPStorage, GetSize, storage, &(DWORD){0}, &(DWORD){0});
}

static HRESULT has_globals(struct conf *c, IMDSPStorage *storage)
{
    IMDSPStorageGlobals *globals = NULL;
    HRESULT hr = CALL(IMDSPStorage, GetStorageGlobals, storage, &globals);

    RELEASE(globals);
    return hr;
}

static const struct {
    const char *clause;
    HRESULT (*call)(struct conf *c, IMDSPStorage *storage);
} mandatory[] = {
    {"SP-STG-053.children", enumerates},
    {"SP-STG-053.date", has_date},
    {"SP-STG-053.attributes", has_attributes},
    {"SP-STG-053.name", has_name},
    {"SP-STG-053.size", has_size},
    {"SP-STG-053.globals", has_globals},
};

SAID_CASE(STORAGE_SAID_BV_05, NESTED, "No object leaves out what each must say", CONF_MUST,
          "EnumStorage, GetAttributes, GetDate, GetName, GetSize, GetStorageGlobals of a medium, a "
          "folder, an empty one, a file and a song",
          "SP-STG-053")
{
    TREE tree = tree_open(c);

    for (unsigned i = 0; i < KINDS * ARRAY_SIZE(mandatory); i++) {
        ROW(mandatory[i / KINDS].clause) {
            HRESULT hr = mandatory[i / KINDS].call(c, tree.of[i % KINDS]);

            CHECK_SEEN(hr != WMDM_E_NOTSUPPORTED && hr != E_NOTIMPL, value_hr(hr));
        }
    }
}

/* ---- attributes: what an object is */
static DWORD seen(struct tree *tree, unsigned kind, DWORD of)
{
    return pv_attributes(tree->w, tree->of[kind]) & of;
}

SAID_CASE(STORAGE_SAID_BV_06, NESTED,
          "An object is a file or a folder, and a root is a file system", CONF_MUST,
          "GetAttributes of a medium, two folders, a file and a song", "SP-STG-007")
{
    const DWORD kind = WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER;
    TREE tree = tree_open(c);

    ROW("SP-STG-007.file") {
        CHECK_EQ(seen(&tree, AFILE, kind), WMDM_FILE_ATTR_FILE);
        CHECK_EQ(seen(&tree, SONG, kind), WMDM_FILE_ATTR_FILE);
    }
    ROW("SP-STG-007.folder") {
        CHECK_EQ(seen(&tree, FOLDER, kind), WMDM_FILE_ATTR_FOLDER);
        CHECK_EQ(seen(&tree, EMPTY, kind), WMDM_FILE_ATTR_FOLDER);
    }
    ROW("SP-STG-007.root")
        CHECK_EQ(seen(&tree, ROOT, WMDM_STORAGE_ATTR_FILESYSTEM), WMDM_STORAGE_ATTR_FILESYSTEM);
    ROW("SP-STG-007.only") {
        for (unsigned i = FOLDER; i < KINDS; i++)
            CHECK_EQ(seen(&tree, i, WMDM_STORAGE_ATTR_FILESYSTEM), 0);
    }
}

SAID_CASE(STORAGE_SAID_BV_07, "ANY", "A medium can be taken out or it cannot", CONF_MUST,
          "GetAttributes of the first medium", "SP-STG-008")
{
    const DWORD either = WMDM_STORAGE_ATTR_REMOVABLE | WMDM_STORAGE_ATTR_NONREMOVABLE;
    struct wmdm *w = wmdm_open(c);
    DWORD root;

    ROW("SP-STG-008.both") {
        root = pv_attributes(w, wmdm_root(w)) & either;
        CHECK(root != either);
    }
    ROW("SP-STG-008.none")
        CHECK(root != 0);
}

SAID_CASE(STORAGE_SAID_BV_08, NESTED, "HAS_FILES and HAS_FOLDERS come and go with the children",
          CONF_MUST, "GetAttributes of a folder: empty, with a folder, with both, a file, neither",
          "SP-STG-009")
{
    const DWORD files = WMDM_STORAGE_ATTR_HAS_FILES, folders = WMDM_STORAGE_ATTR_HAS_FOLDERS;
    TREE tree = tree_open(c);
    struct wmdm *w = tree.w;
    IMDSPStorage *inner, *file;

    ROW("SP-STG-009.empty")
        CHECK_EQ(seen(&tree, EMPTY, files | folders), 0);
    ROW("SP-STG-009.files")
        CHECK_EQ(seen(&tree, FOLDER, files | folders), files);
    inner = wmdm_create(w, tree.of[EMPTY], "inner", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    ROW("SP-STG-009.folders")
        CHECK_EQ(seen(&tree, EMPTY, files | folders), folders);
    file = wmdm_put(w, tree.of[EMPTY], "f.bin", "x", 1);
    ROW("SP-STG-009.files")
        CHECK_EQ(seen(&tree, EMPTY, files | folders), files | folders);
    wmdm_delete(w, inner);
    wmdm_delete(w, file);
    ROW("SP-STG-009.gone")
        CHECK_EQ(seen(&tree, EMPTY, files | folders), 0);
    RELEASE(file);
    RELEASE(inner);
}

SAID_CASE(STORAGE_SAID_BV_09, NESTED, "A song is audio, a text is data", CONF_MUST,
          "GetAttributes of an MP3 and of a text file", "SP-STG-012")
{
    const DWORD content = WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_DATA;
    TREE tree = tree_open(c);

    ROW("SP-STG-012.audio")
        CHECK_EQ(seen(&tree, SONG, content), WMDM_FILE_ATTR_AUDIO);
    ROW("SP-STG-012.data") {
        if (conf_offers(c, "!MTP || MTP.FORMAT.3000"))
            CHECK_EQ(seen(&tree, AFILE, content), WMDM_FILE_ATTR_DATA);
        else
            conf_excused(c, 1, "the device takes songs alone");
    }
}

/* ---- attributes: the two ways to them */
static void agree(struct tree *tree, unsigned kind)
{
    struct wmdm *w = tree->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *two = AS(IMDSPStorage2, tree->of[kind]);
    DWORD one = 0, other = 0, extended = 0;

    CHECK_HR(CALL(IMDSPStorage, GetAttributes, tree->of[kind], &one, NULL), S_OK);
    CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &other, &extended, NULL, NULL), S_OK);
    CHECK_EQ(other, one);
    RELEASE(two);
}

SAID_CASE(STORAGE_SAID_BV_10, NESTED, "Both ways to the attributes say the same of each kind",
          CONF_MUST, "GetAttributes, GetAttributes2 of each kind; again after a child is added",
          "SP-STG-018", "SP-STG-016")
{
    TREE tree = tree_open(c);
    IMDSPStorage *child;

    ROW("SP-STG-016.audio")
        CHECK_HR(has_attributes(c, tree.of[SONG]), S_OK);
    ROW("SP-STG-016.others") {
        CHECK_HR(has_attributes(c, tree.of[AFILE]), S_OK);
        CHECK_HR(has_attributes(c, tree.of[FOLDER]), S_OK);
    }
    ROW("SP-STG-018.file")
        agree(&tree, AFILE);
    ROW("SP-STG-018.song")
        agree(&tree, SONG);
    ROW("SP-STG-018.root")
        agree(&tree, ROOT);
    child = wmdm_put(tree.w, tree.of[EMPTY], "f.bin", "x", 1);
    ROW("SP-STG-018.folder")
        agree(&tree, EMPTY);
    RELEASE(child);
}

/* A flag says that an operation can be done, both ways round. */
SAID_CASE(STORAGE_SAID_BV_11, NESTED, "A file can what its CAN flags say, and nothing else",
          CONF_MUST, "each CAN flag of a file against Read, Rename, Move and Delete of it",
          "SP-STG-011")
{
    TREE tree = tree_open(c);
    struct wmdm *w = tree.w;
    IMDSPObject *object = AS(IMDSPObject, tree.of[AFILE]);
    DWORD can, size = 4;
    BYTE data[4];
    HRESULT hr;

    ROW("SP-STG-011.read") {
        can = pv_attributes(w, tree.of[AFILE]);
        SETUP_CALL(IMDSPObject, Open, object, MDSP_READ); /* that has to be there */
        hr = wmdm_read(w, object, data, &size);
        CHECK_EQ(!!(can & WMDM_FILE_ATTR_CANREAD), SUCCEEDED(hr));
        (void)CALL(IMDSPObject, Close, object);
    }
    ROW("SP-STG-011.rename") {
        hr = CALL(IMDSPObject, Rename, object, u"renamed.txt", NULL);
        CHECK_EQ(!!(can & WMDM_FILE_ATTR_CANRENAME), SUCCEEDED(hr));
    }
    ROW("SP-STG-011.move") {
        hr = CALL(IMDSPObject, Move, object, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO, NULL,
                  tree.of[EMPTY]);
        CHECK_EQ(!!(can & WMDM_FILE_ATTR_CANMOVE), SUCCEEDED(hr));
    }
    ROW("SP-STG-011.delete") {
        hr = CALL(IMDSPObject, Delete, object, 0, NULL);
        CHECK_EQ(!!(can & WMDM_FILE_ATTR_CANDELETE), SUCCEEDED(hr));
    }
    RELEASE(object);
}

SAID_CASE(STORAGE_SAID_BV_12, NESTED " && PROVIDER.STORAGE.ATTRIBUTES",
          "A file that is read-only can be neither deleted nor said to be", CONF_MUST,
          "SetAttributes READONLY; CANDELETE against Delete; back", "SP-STG-011", "SP-STG-022")
{
    TREE tree = tree_open(c);
    struct wmdm *w = tree.w;
    IMDSPStorage *file = tree.of[AFILE];
    IMDSPObject *object = AS(IMDSPObject, file);
    DWORD before;
    HRESULT hr;

    ROW("SP-STG-022.kept") {
        before = pv_attributes(w, file);
        hr = CALL(IMDSPStorage, SetAttributes, file, before | WMDM_FILE_ATTR_READONLY, NULL);
        if (hr == WMDM_E_NOTSUPPORTED && !conf_offers(c, "FIXTURE.CONTROL"))
            conf_inconclusive(c, "no file is protected on this device");
        REQUIRE_HR(hr, S_OK);
        CHECK(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY);
    }
    ROW("SP-STG-011.protected") {
        DWORD can = pv_attributes(w, file);

        hr = CALL(IMDSPObject, Delete, object, 0, NULL);
        CHECK_EQ(!!(can & WMDM_FILE_ATTR_CANDELETE), SUCCEEDED(hr));
    }
    ROW("SP-STG-022.back") {
        CHECK_HR(CALL(IMDSPStorage, SetAttributes, file, before, NULL), S_OK);
        CHECK_EQ(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY, 0);
    }
    ROW("SP-STG-022.folder") {
        (void)CALL(IMDSPStorage, SetAttributes, file, WMDM_FILE_ATTR_FOLDER, NULL);
        CHECK_EQ(pv_attributes(w, file) & (WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_FOLDER),
                 WMDM_FILE_ATTR_FILE);
    }
    ROW("SP-STG-022.filesystem") {
        (void)CALL(IMDSPStorage, SetAttributes, file, before | WMDM_STORAGE_ATTR_FILESYSTEM, NULL);
        CHECK_EQ(pv_attributes(w, file) & WMDM_STORAGE_ATTR_FILESYSTEM, 0);
    }
    RELEASE(object);
}

/* Both with what a text has none of; 1 is no flag that the documents know. */
SAID_CASE(STORAGE_SAID_BV_13, NESTED " && PROVIDER.STORAGE.ATTRIBUTES",
          "SetAttributes2 sets what SetAttributes does, whatever formats stand there", CONF_MUST,
          "SetAttributes2 READONLY without formats; back with both; with dwAttributesEx 1",
          "SP-STG-023", "SP-STG-024")
{
    TREE tree = tree_open(c);
    struct wmdm *w = tree.w;
    IMDSPStorage *file = tree.of[AFILE];
    IMDSPStorage2 *two = AS(IMDSPStorage2, file);
    WAVEFORMATEX audio = {.wFormatTag = 1, .nChannels = 2, .nSamplesPerSec = 44100};
    VIDEOINFOHEADER video = {.dwBitRate = 1000};
    DWORD before, attributes, extended = 7;
    HRESULT hr;

    ROW("SP-STG-023.null") {
        before = pv_attributes(w, file);
        hr = CALL(IMDSPStorage2, SetAttributes2, two, before | WMDM_FILE_ATTR_READONLY, 0, NULL,
                  NULL);
        if (!wmdm_is_offered(hr)) {
            RELEASE(two);
            conf_inconclusive(c, "SetAttributes2 is not offered");
        }
        CHECK_HR(hr, S_OK);
        CHECK(pv_attributes(w, file) & WMDM_FILE_ATTR_READONLY);
    }
    ROW("SP-STG-023.given") {
        CHECK_HR(CALL(IMDSPStorage2, SetAttributes2, two, before, 0, &audio, &video), S_OK);
        CHECK_EQ(pv_attributes(w, file), before);
    }
    ROW("SP-STG-024.answer") {
        hr = CALL(IMDSPStorage2, SetAttributes2, two, before, 1, NULL, NULL);
        CHECK_ANSWER(hr == E_INVALIDARG || hr == S_OK, hr, "E_INVALIDARG, or S_OK without effect");
    }
    ROW("SP-STG-024.effect") {
        CHECK_HR(CALL(IMDSPStorage2, GetAttributes2, two, &attributes, &extended, NULL, NULL),
                 S_OK);
        CHECK_EQ(extended, 0);
        CHECK_EQ(attributes, before);
    }
    RELEASE(two);
}
