/* Protected content that Windows Media Device Manager sends: to the provider a file as any other,
 * and behind it the licence-store file. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_licence.h"

#define PROTECTED_CASE(token, ics_, title_, level_, needs_, steps_, ...)                           \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER | CONF_WRITES | (needs_), .steps = steps_)

static const struct wmdm_licence licence = {.content = 1, .rights = WMDM_RIGHTS_PLAY_ON_PC};

static void holds(struct wmdm *w, IMDSPStorage *storage, const BYTE *data, size_t length)
{
    struct conf *c = wmdm_conf(w);
    size_t seen = 0;
    BYTE *bytes = wmdm_get(w, storage, &seen);

    CHECK_BYTES(bytes, seen, data, length);
    free(bytes);
}

PROTECTED_CASE(PROTECTED_STORE_BV_01, "PROVIDER.OBJECT.READ",
               "A protected file is stored as any other", CONF_MUST, 0,
               "A file with a licence in its header, created, written and read back; the same of a "
               "real scheme",
               "SP-DRM-003")
{
    struct wmdm *w = wmdm_open(c);
    BYTE file[WMDM_PROTECTED_MAX];
    size_t length = wmdm_protected(&licence, file);
    IMDSPStorage *stored = wmdm_put(w, wmdm_work_folder(w), "simulated.wma", file, length), *other;

    ROW("SP-DRM-003.simulated")
        holds(w, stored, file, length);
    length = wmdm_protected_otherwise(file);
    other = wmdm_put(w, wmdm_work_folder(w), "protected.wma", file, length);
    ROW("SP-DRM-003.real")
        holds(w, other, file, length);
    RELEASE(other);
    RELEASE(stored);
}

PROTECTED_CASE(PROTECTED_CLEAR_BV_01, "PROVIDER.OBJECT2 && PROVIDER.OBJECT.READ",
               "A protected file goes over the clear channel, too", CONF_MUST, 0,
               "A file with a licence in its header through WriteOnClearChannel and "
               "ReadOnClearChannel",
               "SP-DRM-012")
{
    struct wmdm *w = wmdm_open(c);
    BYTE file[WMDM_PROTECTED_MAX], seen[WMDM_PROTECTED_MAX] = {0};
    DWORD length = (DWORD)wmdm_protected(&licence, file), size = length, got = length;
    IMDSPStorage *stored =
        wmdm_create(w, wmdm_work_folder(w), "clear.wma", WMDM_FILE_ATTR_FILE, length, NULL);
    IMDSPObject2 *object = AS(IMDSPObject2, stored);

    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_WRITE);
    ROW("SP-DRM-012.written")
        CHECK_HR(CALL(IMDSPObject2, WriteOnClearChannel, object, file, &size), S_OK);
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    SETUP_CALL(IMDSPObject, Open, (IMDSPObject *)object, MDSP_READ);
    ROW("SP-DRM-012.read")
        CHECK_HR(CALL(IMDSPObject2, ReadOnClearChannel, object, seen, &got), S_OK);
    ROW("SP-DRM-012.whole")
        CHECK_BYTES(seen, got, file, length);
    SETUP_CALL(IMDSPObject, Close, (IMDSPObject *)object);
    RELEASE(object);
    RELEASE(stored);
}

/* The licence-store file is Windows Media Device Manager's; the provider finds it, and takes it
 * back (U34). In the root, so on nobody's device. */
static IMDSPStorage *store_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage2 *root = AS(IMDSPStorage2, wmdm_root(w));
    IMDSPStorage *store = NULL;
    HRESULT hr = CALL(IMDSPStorage2, GetStorage, root, u"" WMDM_LICENCE_STORE, &store);

    CHECK_ANSWER(hr == S_OK || hr == S_FALSE, hr, "S_OK or S_FALSE");
    RELEASE(root);
    return store;
}

PROTECTED_CASE(PROTECTED_LICENCE_BV_01, "PROVIDER.OBJECT.READ && PROVIDER.STORAGE.FIND",
               "The licence-store file is found, handed out and taken back", CONF_SHOULD,
               CONF_CONTROL,
               "A protected file, then the licence-store file: found, read, written back with a "
               "record more, and looked at by another instance",
               "SP-DRM-004")
{
    struct wmdm *w = wmdm_open(c), *again;
    const struct wmdm_licence two[] = {licence, {.content = 2, .rights = WMDM_RIGHTS_PLAY_ON_PC}};
    const DWORD kinds[] = {WMDM_RECORD_LICENCE, WMDM_RECORD_LICENCE};
    BYTE file[WMDM_PROTECTED_MAX], store[WMDM_PROTECTED_MAX];
    size_t length = wmdm_protected(&licence, file), size = wmdm_store(two, kinds, 1, store);
    IMDSPStorage *stored, *found = NULL, *seen = NULL;

    stored = wmdm_put(w, wmdm_root(w), WMDM_LICENCE_STORE, store, size);
    RELEASE(stored);
    stored = wmdm_put(w, wmdm_work_folder(w), "simulated.wma", file, length);
    ROW("SP-DRM-004.found") {
        found = store_of(w);
        REQUIRE(found != NULL);
    }
    ROW("SP-DRM-004.read")
        holds(w, found, store, size);
    size = wmdm_store(two, kinds, 2, store);
    wmdm_fill(w, found, store, size);
    ROW("SP-DRM-004.updated") {
        again = wmdm_open(c);
        seen = store_of(again);
        REQUIRE(seen != NULL);
        holds(again, seen, store, size);
    }
    RELEASE(seen);
    wmdm_close(again);
    wmdm_delete(w, found);
    RELEASE(found);
    RELEASE(stored);
}

PROTECTED_CASE(PROTECTED_LICENCE_BI_01, "PROVIDER.OBJECT.READ && PROVIDER.STORAGE.FIND",
               "Without a licence-store file a protected file stays", CONF_MUST, CONF_CONTROL,
               "A protected file, then the licence-store file, of which there is none",
               "SP-DRM-005")
{
    struct wmdm *w = wmdm_open(c);
    BYTE file[WMDM_PROTECTED_MAX];
    size_t length = wmdm_protected(&licence, file);
    IMDSPStorage *stored = wmdm_put(w, wmdm_work_folder(w), "simulated.wma", file, length),
                 *seen = NULL;
    DWORD attributes = 0, now = 0;

    SETUP_CALL(IMDSPStorage, GetAttributes, stored, &attributes, NULL);
    ROW("SP-DRM-005.none")
        CHECK(store_of(w) == NULL);
    ROW("SP-DRM-005.stays") {
        seen = wmdm_child(w, wmdm_work_folder(w), "simulated.wma");
        REQUIRE(seen != NULL);
        holds(w, seen, file, length);
    }
    ROW("SP-DRM-005.plays") {
        CHECK_HR(CALL(IMDSPStorage, GetAttributes, seen, &now, NULL), S_OK);
        CHECK_EQ(now, attributes);
    }
    RELEASE(seen);
    RELEASE(stored);
}
