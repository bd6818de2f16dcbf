/* Where new objects stand: the three methods that create, each with what it is to do, refuse and
 * replace. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define INTO WMDM_STORAGECONTROL_INSERTINTO
#define BEFORE WMDM_STORAGECONTROL_INSERTBEFORE
#define AFTER WMDM_STORAGECONTROL_INSERTAFTER
#define AFILE WMDM_FILE_ATTR_FILE

enum method { CREATE, CREATE_2, WITH_METADATA, METHODS };

/* Clauses of what each of them does. */
enum demand {
    BOTH,
    IN_FILE,
    IS_BEFORE,
    IS_AFTER,
    ROOT_BEFORE,
    ROOT_AFTER,
    SEVERAL,
    NONE,
    REPLACED
};
static const char *const clauses[METHODS][REPLACED + 1] = {
    [CREATE] = {"SP-STG-028.plain", "SP-STG-029.plain", "SP-STG-030.before", "SP-STG-030.after",
                "SP-STG-031.before", "SP-STG-031.after", "SP-STG-033.several", "SP-STG-033.none",
                "SP-STG-034.empty"},
    [CREATE_2] = {"SP-STG-028.two", "SP-STG-029.two", "SP-STG-030.two", "SP-STG-030.two",
                  "SP-STG-031.two", "SP-STG-031.two", "SP-STG-033.two", "SP-STG-033.two",
                  "SP-STG-034.two"},
    [WITH_METADATA] = {"SP-STG-028.metadata", "SP-STG-029.metadata", "SP-STG-030.metadata",
                       "SP-STG-030.metadata", "SP-STG-031.metadata", "SP-STG-031.metadata",
                       "SP-STG-033.metadata", "SP-STG-033.metadata", "SP-STG-034.metadata"},
};

struct place {
    struct wmdm *w;
    enum method method;
    IMDSPStorage *folder, *inner, *file; /* below the work folder; in the folder: the other two */
};

static HRESULT make(struct place *at, IMDSPStorage *where, DWORD attributes, const WCHAR *name,
                    uint64_t size, IMDSPStorage **ret)
{
    struct wmdm *w = at->w;
    struct conf *c = wmdm_conf(w);
    IWMDMMetaData *tags;
    IMDSPStorage4 *four;
    IMDSPStorage2 *two;
    HRESULT hr;

    *ret = NULL;
    if (at->method == CREATE)
        return CALL(IMDSPStorage, CreateStorage, where, attributes, NULL, name, ret);
    if (at->method == CREATE_2) {
        two = AS(IMDSPStorage2, where);
        hr = CALL(IMDSPStorage2, CreateStorage2, two, attributes, 0, NULL, NULL, name, size, ret);
        RELEASE(two);
        return hr;
    }
    four = AS(IMDSPStorage4, where);
    tags = wmdm_metadata_new();
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Made");
    hr = CALL(IMDSPStorage4, CreateStorageWithMetadata, four, attributes, name, tags, size, ret);
    RELEASE(tags);
    RELEASE(four);
    return hr;
}

/* What is to fail; what it makes all the same goes again. */
static HRESULT misplace(struct place *at, IMDSPStorage *where, DWORD attributes, const WCHAR *name)
{
    struct wmdm *w = at->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *made;
    HRESULT hr = make(at, where, attributes, name, 0, &made);

    if (SUCCEEDED(hr) && made) {
        wmdm_delete(w, made);
        RELEASE(made);
    }
    return hr;
}

static size_t count(struct wmdm *w, IMDSPStorage *parent, const char *name)
{
    struct wmdm_list list = wmdm_children(w, parent);
    size_t same = 0;

    for (size_t i = 0; i < list.count; i++) {
        char *other = name ? wmdm_name(w, list.item[i]) : NULL;

        same += !name || (other && strcmp(other, name) == 0);
        free(other);
    }
    wmdm_release_all(w, &list);
    return same;
}

static void place_close(struct place *at)
{
    struct conf *c = wmdm_conf(at->w);

    RELEASE(at->file);
    RELEASE(at->inner);
    RELEASE(at->folder);
}
#define PLACE __attribute__((cleanup(place_close))) struct place

static struct place place_open(struct conf *c, enum method method)
{
    struct place at = {.w = wmdm_open(c), .method = method};
    struct wmdm *w = at.w;

    at.folder = wmdm_create(w, wmdm_work_folder(w), "place", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    at.inner = wmdm_create(w, at.folder, "inner", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    at.file = wmdm_put(w, at.folder, "old.mp3", "0123456789", 10);
    return at;
}

/* Beside a folder and beside a file: both stand in `at->folder`. */
static void stands_beside(struct place *at, DWORD insert, const char *name, const WCHAR *wide)
{
    struct conf *c = wmdm_conf(at->w);
    IMDSPStorage *const places[] = {at->inner, at->file};

    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        IMDSPStorage *made, *seen;

        CHECK_HR(make(at, places[i], AFILE | insert, wide, 0, &made), S_OK);
        RELEASE(made);
        seen = wmdm_child(at->w, at->folder, name);
        if (CHECK(seen != NULL))
            wmdm_delete(at->w, seen);
        RELEASE(seen);
    }
}

static void does(struct place *at)
{
    struct wmdm *w = at->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *made = NULL;

    ROW(clauses[at->method][BOTH]) {
        REQUIRE_HR(make(at, at->folder, WMDM_FILE_ATTR_FOLDER | AFILE | INTO, u"both", 0, &made),
                   S_OK);
        CHECK_EQ(pv_attributes(w, made) & (WMDM_FILE_ATTR_FOLDER | AFILE), WMDM_FILE_ATTR_FOLDER);
    }
    RELEASE(made);
    ROW(clauses[at->method][IS_BEFORE])
        stands_beside(at, BEFORE, "b.mp3", u"b.mp3");
    ROW(clauses[at->method][IS_AFTER])
        stands_beside(at, AFTER, "a.mp3", u"a.mp3");
    ROW(clauses[at->method][REPLACED]) {
        REQUIRE_HR(
            make(at, at->folder, AFILE | INTO | WMDM_FILE_CREATE_OVERWRITE, u"old.mp3", 0, &made),
            S_OK);
        CHECK_EQ(pv_size(w, made), 0);
    }
    ROW("SP-STG-034.one")
        CHECK_EQ(count(w, at->folder, "old.mp3"), 1);
    RELEASE(made);
    ROW("SP-STG-034.absent")
        CHECK_HR(make(at, at->folder, AFILE | INTO | WMDM_FILE_CREATE_OVERWRITE, u"absent.mp3", 0,
                      &made),
                 S_OK);
    RELEASE(made);
}

static void refuses(struct place *at)
{
    static const DWORD several[] = {BEFORE | AFTER, INTO | BEFORE, INTO | AFTER,
                                    INTO | BEFORE | AFTER};
    struct wmdm *w = at->w;
    struct conf *c = wmdm_conf(w);
    size_t before = count(w, at->folder, NULL);

    ROW(clauses[at->method][IN_FILE])
        CHECK_FAILS(misplace(at, at->file, AFILE | INTO, u"n"));
    ROW("SP-STG-029.nothing")
        CHECK_EQ(count(w, at->folder, NULL), before);
    ROW(clauses[at->method][ROOT_BEFORE])
        CHECK_FAILS(misplace(at, wmdm_root(w), AFILE | BEFORE, u"papcheck-b"));
    ROW(clauses[at->method][ROOT_AFTER])
        CHECK_FAILS(misplace(at, wmdm_root(w), AFILE | AFTER, u"papcheck-a"));
    ROW(clauses[at->method][SEVERAL]) {
        for (unsigned i = 0; i < ARRAY_SIZE(several); i++)
            CHECK_HR(misplace(at, at->inner, AFILE | several[i], u"n1"), E_INVALIDARG);
    }
    ROW(clauses[at->method][NONE])
        CHECK_HR(misplace(at, at->inner, AFILE, u"n2"), E_INVALIDARG);
    ROW("SP-STG-033.nothing") {
        CHECK_EQ(count(w, at->folder, NULL), before);
        CHECK_EQ(count(w, at->inner, NULL), 0);
    }
}

#define PLACE_CASE(token, ics_, level_, title_, steps_, ...)                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.MEDIUM.NESTED" ics_, .needs = CONF_PROVIDER | CONF_WRITES,          \
              .steps = steps_)
#define STORAGE4 " && PROVIDER.STORAGE4"
#define DOES " puts objects where they are asked for"
#define REFUSES " refuses places that make no sense"
#define DOES_STEPS "FOLDER with FILE; before and after a folder and a file; over a file"
#define REFUSES_STEPS "into a file, beside a root, two, three and no INSERT flags; nothing is made"

PLACE_CASE(STORAGE_PLACE_BV_01, "", CONF_MUST, "CreateStorage" DOES, DOES_STEPS, "SP-STG-028",
           "SP-STG-030", "SP-STG-034")
{
    PLACE at = place_open(c, CREATE);

    does(&at);
}

PLACE_CASE(STORAGE_PLACE_BV_02, "", CONF_MUST, "CreateStorage2" DOES, DOES_STEPS, "SP-STG-028",
           "SP-STG-030", "SP-STG-034")
{
    PLACE at = place_open(c, CREATE_2);

    does(&at);
}

PLACE_CASE(STORAGE_PLACE_BV_03, STORAGE4, CONF_MUST, "CreateStorageWithMetadata" DOES, DOES_STEPS,
           "SP-STG-028", "SP-STG-030", "SP-STG-034")
{
    PLACE at = place_open(c, WITH_METADATA);

    does(&at);
}

PLACE_CASE(STORAGE_PLACE_BI_01, "", CONF_MUST, "CreateStorage" REFUSES, REFUSES_STEPS, "SP-STG-029",
           "SP-STG-031", "SP-STG-033")
{
    PLACE at = place_open(c, CREATE);

    refuses(&at);
}

PLACE_CASE(STORAGE_PLACE_BI_02, "", CONF_MUST, "CreateStorage2" REFUSES, REFUSES_STEPS,
           "SP-STG-029", "SP-STG-031", "SP-STG-033")
{
    PLACE at = place_open(c, CREATE_2);

    refuses(&at);
}

PLACE_CASE(STORAGE_PLACE_BI_03, STORAGE4, CONF_MUST, "CreateStorageWithMetadata" REFUSES,
           REFUSES_STEPS, "SP-STG-029", "SP-STG-031", "SP-STG-033")
{
    PLACE at = place_open(c, WITH_METADATA);

    refuses(&at);
}

PLACE_CASE(STORAGE_PLACE_BV_04, "", CONF_MUST, "A new file is empty and where it was asked for",
           "CreateStorage FILE|INSERTINTO a folder: what it returns, what the folder lists",
           "SP-STG-025")
{
    PLACE at = place_open(c, CREATE);
    struct wmdm *w = at.w;
    IMDSPStorage *made = NULL, *seen = NULL;
    char *name;

    ROW("SP-STG-025.place") {
        REQUIRE_HR(make(&at, at.inner, AFILE | INTO, u"new.mp3", 0, &made), S_OK);
        seen = wmdm_child(w, at.inner, "new.mp3");
        CHECK(seen != NULL);
    }
    ROW("SP-STG-025.empty")
        CHECK_EQ(pv_size(w, made), 0);
    ROW("SP-STG-025.returned") {
        name = wmdm_name(w, made);
        CHECK(conf_same_text(c, name, "new.mp3"));
    }
    free(name);
    RELEASE(seen);
    RELEASE(made);
}

PLACE_CASE(STORAGE_PLACE_BI_04, STORAGE4, CONF_SHOULD,
           "No object without a name, and none too large",
           "an empty name; a size of one byte more than is free; in each method that takes it",
           "SP-STG-036", "SP-STG-041")
{
    PLACE at = place_open(c, CREATE);
    struct wmdm *w = at.w;
    DWORD low = 0, high = 0;
    uint64_t room;
    size_t before = count(w, at.folder, NULL);

    ROW("SP-STG-036.empty") {
        for (at.method = CREATE; at.method < METHODS; at.method++)
            CHECK_HR(misplace(&at, at.folder, AFILE | INTO, u""), E_INVALIDARG);
        CHECK_EQ(count(w, at.folder, NULL), before);
    }
    SETUP_CALL(IMDSPStorageGlobals, GetTotalFree, wmdm_globals(w), &low, &high);
    room = (uint64_t)high << 32 | low;
    for (at.method = CREATE_2; at.method < METHODS; at.method++) {
        ROW(at.method == CREATE_2 ? "SP-STG-041.two" : "SP-STG-041.metadata") {
            IMDSPStorage *made = NULL;

            CHECK_HR(make(&at, at.folder, AFILE | INTO, u"huge.mp3", room + 1, &made),
                     HRESULT_FROM_WIN32(ERROR_DISK_FULL));
            RELEASE(made);
        }
    }
    ROW("SP-STG-041.nothing")
        CHECK_EQ(count(w, at.folder, NULL), before);
}
