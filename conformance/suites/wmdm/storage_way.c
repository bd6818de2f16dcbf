/* The ways from one object to another: up, down by name, by persistent id, to its medium. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/com/com_utf16.h"

#define WAY_CASE(token, ics_, title_, level_, steps_, ...)                                         \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define NESTED "PROVIDER.MEDIUM.NESTED"
#define NESTED4 NESTED " && PROVIDER.STORAGE4"

/* The root, the work folder in it, a folder in that, a file in that. */
enum { ROOT, WORK, FOLDER, AFILE, DEPTHS };
struct way {
    struct wmdm *w;
    IMDSPStorage *of[DEPTHS]; /* the first two are borrowed */
};

static void way_close(struct way *way)
{
    struct conf *c = wmdm_conf(way->w);

    RELEASE(way->of[FOLDER]);
    RELEASE(way->of[AFILE]);
}
#define WAY __attribute__((cleanup(way_close))) struct way

static struct way way_open(struct conf *c)
{
    struct wmdm *w = wmdm_open(c);
    struct way way = {w, {wmdm_root(w), wmdm_work_folder(w)}};

    way.of[FOLDER] = wmdm_create(w, way.of[WORK], "way", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    way.of[AFILE] = wmdm_put(w, way.of[FOLDER], "way.bin", "x", 1);
    return way;
}

static bool is_same(struct wmdm *w, IMDSPStorage *one, IMDSPStorage *other)
{
    char *name = one ? wmdm_name(w, one) : NULL, *wanted = wmdm_name(w, other);
    bool same = name && wanted && strcmp(name, wanted) == 0;

    free(wanted);
    free(name);
    return same;
}

/* ---- up */
static HRESULT above(struct wmdm *w, IMDSPStorage *storage, IMDSPStorage **ret)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, storage);
    HRESULT hr;

    *ret = POISON;
    hr = CALL(IMDSPStorage4, GetParent, four, ret);
    RELEASE(four);
    return hr;
}

static void is_above(struct way *way, unsigned depth)
{
    struct wmdm *w = way->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *parent;

    REQUIRE_HR(above(w, way->of[depth], &parent), S_OK);
    CHECK(is_same(w, parent, way->of[depth - 1]));
    RELEASE(parent);
}

WAY_CASE(STORAGE_WAY_BV_01, NESTED4, "GetParent goes up step by step and ends at the root",
         CONF_MUST, "from a file, its folder, the folder in the root; from the root; the whole way",
         "SP-STG-046", "SP-STG-047")
{
    WAY way = way_open(c);
    struct wmdm *w = way.w;
    IMDSPStorage *parent, *at = way.of[AFILE];
    unsigned steps = 0;

    ROW("SP-STG-046.file")
        is_above(&way, AFILE);
    ROW("SP-STG-046.folder")
        is_above(&way, FOLDER);
    ROW("SP-STG-046.top") {
        is_above(&way, WORK);
        REQUIRE_HR(above(w, way.of[WORK], &parent), S_OK);
        CHECK(pv_attributes(w, parent) & WMDM_STORAGE_ATTR_FILESYSTEM);
        RELEASE(parent);
    }
    ROW("SP-STG-047.code")
        CHECK_HR(above(w, way.of[ROOT], &parent), S_FALSE);
    ROW("SP-STG-047.null")
        CHECK(parent == NULL);
    parent = NULL;
    ROW("SP-STG-047.walk") {
        while (steps < 2 * DEPTHS && above(w, at, &parent) == S_OK && parent) {
            if (steps++)
                RELEASE(at);
            at = parent;
        }
        CHECK_EQ(steps, AFILE);
    }
    if (steps)
        RELEASE(at);
}

/* ---- down by name */
WAY_CASE(STORAGE_WAY_BV_02, NESTED " && PROVIDER.STORAGE.FIND",
         "GetStorage finds a child, and nothing of elsewhere", CONF_MAY,
         "the names of a child, of a file in the folder above, of one in the folder below",
         "SP-STG-043")
{
    WAY way = way_open(c);
    struct wmdm *w = way.w;
    IMDSPStorage *beside = wmdm_put(w, way.of[WORK], "beside.bin", "x", 1), *out = NULL;
    IMDSPStorage2 *folder = AS(IMDSPStorage2, way.of[FOLDER]),
                  *work = AS(IMDSPStorage2, way.of[WORK]);

    ROW("SP-STG-043.child") {
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, folder, u"way.bin", &out), S_OK);
        CHECK(is_same(w, out, way.of[AFILE]));
    }
    RELEASE(out);
    ROW("SP-STG-043.above") {
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, folder, u"beside.bin", &out), S_FALSE);
        CHECK(out == NULL);
    }
    RELEASE(out);
    ROW("SP-STG-043.below") {
        CHECK_HR(CALL(IMDSPStorage2, GetStorage, work, u"way.bin", &out), S_FALSE);
        CHECK(out == NULL);
    }
    RELEASE(out);
    RELEASE(work);
    RELEASE(folder);
    RELEASE(beside);
}

/* ---- to the medium */
static void leads_to_medium(struct way *way, unsigned depth)
{
    struct wmdm *w = way->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;

    CHECK_HR(CALL(IMDSPStorage, GetStorageGlobals, way->of[depth], &globals), S_OK);
    CHECK(globals != NULL);
    RELEASE(globals);
}

WAY_CASE(STORAGE_WAY_BV_03, NESTED, "From everywhere GetStorageGlobals leads to the same medium",
         CONF_MUST, "of the root, a folder and a file: total size and root", "SP-STG-044")
{
    WAY way = way_open(c);
    struct wmdm *w = way.w;
    IMDSPStorageGlobals *of_root = NULL, *of_file = NULL;
    DWORD one[2] = {0}, two[2] = {0};
    IMDSPStorage *root = NULL;

    ROW("SP-STG-044.root")
        leads_to_medium(&way, ROOT);
    ROW("SP-STG-044.folder")
        leads_to_medium(&way, FOLDER);
    ROW("SP-STG-044.file")
        leads_to_medium(&way, AFILE);
    ROW("SP-STG-044.same") {
        REQUIRE_HR(CALL(IMDSPStorage, GetStorageGlobals, way.of[ROOT], &of_root), S_OK);
        REQUIRE_HR(CALL(IMDSPStorage, GetStorageGlobals, way.of[AFILE], &of_file), S_OK);
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalSize, of_root, &one[0], &one[1]), S_OK);
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalSize, of_file, &two[0], &two[1]), S_OK);
        CHECK_EQ((uint64_t)two[1] << 32 | two[0], (uint64_t)one[1] << 32 | one[0]);
        CHECK_HR(CALL(IMDSPStorageGlobals, GetRootStorage, of_file, &root), S_OK);
        CHECK(is_same(w, root, way.of[ROOT]));
    }
    RELEASE(root);
    RELEASE(of_file);
    RELEASE(of_root);
}

/* ---- by persistent id */
static WCHAR *wide_id(struct wmdm *w, IMDSPStorage *storage)
{
    char *id = pv_id(w, storage);
    WCHAR *wide = com_utf16_from_utf8(id ? id : "");

    free(id);
    return wide;
}

static IMDSPStorage *found(struct way *way, unsigned depth, WMDM_FIND_SCOPE scope, const WCHAR *id)
{
    struct wmdm *w = way->w;
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *four = AS(IMDSPStorage4, way->of[depth]);
    IMDSPStorage *hit = NULL;

    (void)CALL(IMDSPStorage4, FindStorage, four, scope, id, &hit);
    RELEASE(four);
    return hit;
}

WAY_CASE(STORAGE_WAY_BV_04, NESTED4, "A storage finds its own children, or anything of the device",
         CONF_MUST, "a file by its id: from its folder, from the folder above, from beside it",
         "SP-STG-051")
{
    WAY way = way_open(c);
    struct wmdm *w = way.w;
    IMDSPStorage *beside = wmdm_put(w, way.of[WORK], "beside.bin", "x", 1), *hit;
    WCHAR *deep = wide_id(w, way.of[AFILE]), *near = wide_id(w, beside);

    ROW("SP-STG-051.global") {
        hit = found(&way, FOLDER, WMDM_FIND_SCOPE_GLOBAL, near);
        CHECK(is_same(w, hit, beside));
    }
    RELEASE(hit);
    ROW("SP-STG-051.child") {
        hit = found(&way, FOLDER, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, deep);
        CHECK(is_same(w, hit, way.of[AFILE]));
    }
    RELEASE(hit);
    ROW("SP-STG-051.above") {
        hit = found(&way, FOLDER, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, near);
        CHECK(hit == NULL);
    }
    RELEASE(hit);
    ROW("SP-STG-051.below") {
        hit = found(&way, WORK, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN, deep);
        CHECK(hit == NULL);
    }
    RELEASE(hit);
    CoTaskMemFree(deep);
    CoTaskMemFree(near);
    RELEASE(beside);
}

/* ---- what an object is made with */
WAY_CASE(STORAGE_WAY_BV_05, NESTED4,
         "What an object is made with is there at once, and nowhere else", CONF_MUST,
         "CreateStorageWithMetadata; the metadata of a fresh pointer and of its folder",
         "SP-STG-049")
{
    static const uint16_t kept_in[] = {MTP_OPC_NAME, MTP_OPC_ARTIST};
    bool has[2], is_listed = snapshot_keeps(c, MTP_FC_MP3, kept_in, 2, has);
    WAY way = way_open(c);
    struct wmdm *w = way.w;
    IWMDMMetaData *tags = wmdm_metadata_new(), *seen = wmdm_metadata_new(),
                  *of_folder = wmdm_metadata_new();
    IMDSPStorage *made, *again;
    IMDSPStorage4 *four, *folder = AS(IMDSPStorage4, way.of[FOLDER]);
    DWORD code = 0;

    wmdm_metadata_add_dword(tags, g_wszWMDMFormatCode, WMDM_FORMATCODE_MP3);
    wmdm_metadata_add_string(tags, g_wszWMDMTitle, "Made Title");
    wmdm_metadata_add_string(tags, g_wszWMDMAuthor, "Made Artist");
    made = wmdm_create(w, way.of[FOLDER], "made", WMDM_FILE_ATTR_FILE, 0, tags);
    again = wmdm_child(w, way.of[FOLDER], "made");
    ROW("SP-STG-049.applied") {
        REQUIRE(again != NULL);
        four = AS(IMDSPStorage4, again);
        REQUIRE_HR(CALL(IMDSPStorage4, GetMetadata, four, seen), S_OK);
        if (is_listed && has[0] && has[1]) {
            CHECK(pv_says(c, seen, g_wszWMDMTitle, "Made Title"));
            CHECK(pv_says(c, seen, g_wszWMDMAuthor, "Made Artist"));
        } else {
            conf_excused(c, 2, "the device's songs cannot be given such a property");
        }
    }
    ROW("SP-STG-049.format")
        CHECK(wmdm_metadata_dword(seen, g_wszWMDMFormatCode, &code) && code == WMDM_FORMATCODE_MP3);
    ROW("SP-STG-049.only") {
        CHECK_HR(CALL(IMDSPStorage4, GetMetadata, folder, of_folder), S_OK);
        CHECK(!pv_says(c, of_folder, g_wszWMDMTitle, "Made Title"));
    }
    RELEASE(folder);
    RELEASE(four);
    RELEASE(again);
    RELEASE(made);
    RELEASE(of_folder);
    RELEASE(seen);
    RELEASE(tags);
}
