/* Media beside each other: what is done on the second one is done there and not on the first, and
 * the enumerator of media counts as that of children does. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"

#define SECOND_CASE(token, ics_, title_, level_, needs_, steps_, ...)                              \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | (needs_), .steps = steps_)
#define AFILE (WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO)
#define NAME "papcheck-second.bin"

/* The roots of all that CreateDevice made; references of the caller's. */
struct media {
    struct wmdm_created made;
    IMDSPStorage *root[WMDM_ROOTS];
    DWORD count;
};

static void media_release(struct wmdm *w, struct media *media)
{
    struct conf *c = wmdm_conf(w);

    for (DWORD i = 0; i < media->count; i++)
        RELEASE(media->root[i]);
    wmdm_created_release(w, &media->made);
}

static struct media media_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct media media = {.made = wmdm_created_new(w, conf_device_uri(c))};

    wmdm_setup(c, "IMDServiceProvider2::CreateDevice", media.made.hr);
    for (DWORD i = 0; i < media.made.count && media.count < WMDM_ROOTS; i++) {
        struct wmdm_list roots = wmdm_roots(w, media.made.device[i]);

        for (size_t k = 0; k < roots.count && media.count < WMDM_ROOTS; k++) {
            media.root[media.count++] = roots.item[k];
            roots.item[k] = NULL;
        }
        wmdm_release_all(w, &roots);
    }
    if (media.count < 2) {
        media_release(w, &media);
        conf_inconclusive(c, "the device has one medium");
    }
    return media;
}

static uint64_t free_of(struct wmdm *w, IMDSPStorage *root)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;
    DWORD low = 0, high = 0;

    SETUP_CALL(IMDSPStorage, GetStorageGlobals, root, &globals);
    (void)CALL(IMDSPStorageGlobals, GetTotalFree, globals, &low, &high);
    RELEASE(globals);
    return (uint64_t)high << 32 | low;
}

/* ---- what is done on the second medium */
SECOND_CASE(STORAGE_SECOND_BV_01, "PROVIDER.PNP", "What is made on the second medium is there",
            CONF_MUST, CONF_WRITES,
            "CreateStorage in the second root, 1 MiB; what both list, and their free space",
            "SP-STG-025", "SP-GLOB-006")
{
    struct wmdm *w = wmdm_open(c);
    struct media media = media_of(w);
    const size_t length = 1 << 20;
    BYTE *data = calloc(1, length);
    uint64_t first = free_of(w, media.root[0]), second = free_of(w, media.root[1]);
    IMDSPStorage *file = NULL;

    if (!data)
        conf_setup_failed(c, "no memory");
    ROW("SP-STG-025.medium") {
        REQUIRE_HR(CALL(IMDSPStorage, CreateStorage, media.root[1], AFILE, NULL,
                        u"papcheck-second.bin", &file),
                   S_OK);
        CHECK(pv_is_listed(w, media.root[1], NAME) && !pv_is_listed(w, media.root[0], NAME));
    }
    wmdm_fill(w, file, data, length);
    free(data);
    ROW("SP-GLOB-006.medium") {
        CHECK(free_of(w, media.root[1]) + length <= second);
        CHECK(free_of(w, media.root[0]) + length > first);
    }
    wmdm_delete(w, file);
    RELEASE(file);
    media_release(w, &media);
}

SECOND_CASE(STORAGE_SECOND_BV_02, "PROVIDER.PNP && PROVIDER.MEDIUM.FORMAT",
            "The second medium is formatted, and the first one is as it was", CONF_MUST,
            CONF_WRITES | CONF_FORMATS,
            "a file on each, that of the first open; Initialize(BLOCK) of the second, twice",
            "SP-GLOB-015", "SP-GLOB-022")
{
    struct wmdm *w = wmdm_open(c);
    struct media media = media_of(w);
    IMDSPStorage *other = wmdm_put(w, media.root[1], NAME, "x", 1);
    IMDSPStorage *file = wmdm_put(w, media.root[0], NAME, "held", 4);
    IMDSPObject *object = AS(IMDSPObject, file);
    IMDSPStorageGlobals *globals = NULL;

    SETUP_CALL(IMDSPStorage, GetStorageGlobals, media.root[1], &globals);
    SETUP_CALL(IMDSPObject, Open, object, MDSP_READ);
    ROW("SP-GLOB-022.other")
        CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, globals, WMDM_MODE_BLOCK, NULL), S_OK);
    (void)CALL(IMDSPObject, Close, object);
    ROW("SP-GLOB-015.again")
        CHECK_HR(CALL(IMDSPStorageGlobals, Initialize, globals, WMDM_MODE_BLOCK, NULL), S_OK);
    ROW("SP-GLOB-015.medium")
        CHECK(pv_is_listed(w, media.root[0], NAME) && !pv_is_listed(w, media.root[1], NAME));
    wmdm_delete(w, file);
    RELEASE(globals);
    RELEASE(object);
    RELEASE(file);
    RELEASE(other);
    media_release(w, &media);
}

/* ---- what a device finds that is of several media */
static void finds(struct wmdm *w, IMDSPDevice *device, IMDSPStorage *file)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *found = NULL;
    WCHAR wide[PV_ID_ROOM];
    IMDSPDevice2 *two;
    IMDSPDevice3 *three;
    char *id;

    if (conf_offers(c, "PROVIDER.DEVICE.FIND")) {
        two = AS(IMDSPDevice2, device);
        ROW("SP-DEV-036.media")
            CHECK_HR(CALL(IMDSPDevice2, GetStorage, two, u"papcheck-second.bin", &found), S_OK);
        RELEASE(found);
        RELEASE(two);
    }
    if (!conf_offers(c, "PROVIDER.DEVICE3 && PROVIDER.STORAGE4"))
        return;
    three = AS(IMDSPDevice3, device);
    id = pv_id(w, file);
    ROW("SP-DEV-057.media")
        CHECK_HR(CALL(IMDSPDevice3, FindStorage, three, WMDM_FIND_SCOPE_IMMEDIATE_CHILDREN,
                      pv_wide(w, id, wide), &found),
                 S_OK);
    free(id);
    RELEASE(found);
    RELEASE(three);
}

SECOND_CASE(STORAGE_SECOND_BV_03, "PROVIDER.PNP && PROVIDER.PREFERENCE && PROVIDER.DEVICE.FIND",
            "A device of several media finds what is on any of them", CONF_SHOULD, CONF_WRITES,
            "not virtualised; a file in the second root: GetStorage by its name, FindStorage by "
            "its id",
            "SP-DEV-036", "SP-DEV-057")
{
    struct wmdm *w = wmdm_open(c);
    struct media media;
    IMDSPStorage *file;

    wmdm_prefer_whole(w);
    media = media_of(w);
    if (media.made.count > 1) {
        media_release(w, &media);
        conf_inconclusive(c, "it virtualises all the same");
    }
    file = wmdm_put(w, media.root[1], NAME, "x", 1);
    finds(w, media.made.device[0], file);
    wmdm_delete(w, file);
    RELEASE(file);
    media_release(w, &media);
}

/* ---- the enumerator of media */
struct roots {
    HRESULT hr;
    DWORD got;
    IMDSPStorage *item[WMDM_ROOTS];
};

static struct roots next(struct wmdm *w, IMDSPEnumStorage *all, DWORD wanted)
{
    struct conf *c = wmdm_conf(w);
    struct roots roots = {.got = 99};

    roots.hr = CALL(IMDSPEnumStorage, Next, all, wanted, roots.item, &roots.got);
    for (DWORD i = 0; i < WMDM_ROOTS; i++)
        RELEASE(roots.item[i]);
    return roots;
}

/* What Next(wanted) answers and says. */
static void check_next(struct wmdm *w, IMDSPEnumStorage *all, DWORD wanted, DWORD left)
{
    struct conf *c = wmdm_conf(w);
    struct roots roots = next(w, all, wanted);

    CHECK_HR(roots.hr, wanted <= left ? S_OK : S_FALSE);
    CHECK_EQ(roots.got, wanted < left ? wanted : left);
}

SECOND_CASE(STORAGE_SECOND_BV_04, "ANY", "Media are enumerated as children are", CONF_MUST, 0,
            "EnumStorage of a device: Next of one more than there are, and at the end; Reset, Skip "
            "of one more; Reset, Clone behind the first, Next of both",
            "SP-ENUM-022", "SP-ENUM-023", "SP-ENUM-024", "SP-ENUM-025")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    struct wmdm_list roots = wmdm_roots(w, device);
    const DWORD count = (DWORD)roots.count;
    IMDSPEnumStorage *all = NULL, *clone = NULL;
    DWORD got = 99;

    wmdm_release_all(w, &roots);
    SETUP_CALL(IMDSPDevice, EnumStorage, device, &all);
    ROW("SP-ENUM-022.media") {
        check_next(w, all, count + 1, count);
        check_next(w, all, 1, 0);
    }
    ROW("SP-ENUM-024.media") {
        CHECK_HR(CALL(IMDSPEnumStorage, Reset, all), S_OK);
        check_next(w, all, count, count);
    }
    (void)CALL(IMDSPEnumStorage, Reset, all);
    ROW("SP-ENUM-023.media") {
        CHECK_HR(CALL(IMDSPEnumStorage, Skip, all, count + 1, &got), S_FALSE);
        CHECK_EQ(got, count);
        check_next(w, all, 1, 0);
    }
    (void)CALL(IMDSPEnumStorage, Reset, all);
    (void)next(w, all, 1);
    ROW("SP-ENUM-025.media") {
        REQUIRE_HR(CALL(IMDSPEnumStorage, Clone, all, &clone), S_OK);
        check_next(w, clone, count, count - 1);
        check_next(w, all, count, count - 1);
    }
    RELEASE(clone);
    RELEASE(all);
}
