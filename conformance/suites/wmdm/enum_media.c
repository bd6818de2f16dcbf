/* Devices and media: how a device of several media is shown, by default and as the enumeration
 * preference asks for. The preference lasts for a process, and each case has its own. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_walk.h"

#define MEDIA_CASE(token, ics_, title_, steps_, ...)                                               \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .needs = CONF_PROVIDER, .steps = steps_)
#define PREFERENCE_CASE(token, title_, steps_, ...)                                                \
    MEDIA_CASE(token, "PROVIDER.PREFERENCE", title_, steps_, __VA_ARGS__)

static DWORD media_of(const struct snapshot *snapshot)
{
    DWORD count = 0;

    for (size_t i = 0; i < snapshot->store_count; i++)
        count += snapshot->stores[i].is_there;
    return count;
}

/* Is there a medium of that root's size that was not seen yet? */
static bool is_another(struct wmdm *w, const struct snapshot *snapshot, bool *is_seen,
                       IMDSPStorage *root)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;
    DWORD low = 0, high = 0;

    SETUP_CALL(IMDSPStorage, GetStorageGlobals, root, &globals);
    (void)CALL(IMDSPStorageGlobals, GetTotalSize, globals, &low, &high);
    RELEASE(globals);
    for (size_t i = 0; i < snapshot->store_count; i++) {
        const struct snapshot_store *store = &snapshot->stores[i];

        if (store->is_there && !is_seen[i] && store->capacity == ((uint64_t)high << 32 | low))
            return is_seen[i] = true;
    }
    return false;
}

/* The roots of one device; how many. */
static DWORD check_roots(struct wmdm *w, const struct snapshot *snapshot, bool *is_seen,
                         IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *roots[WMDM_ROOTS] = {NULL};
    DWORD count = wmdm_created_roots(w, device, roots);

    for (DWORD i = 0; i < count; i++) {
        REQUIRE(roots[i] != NULL);
        ROW("SP-ENUM-027.filesystem")
            CHECK(pv_attributes(w, roots[i]) & WMDM_STORAGE_ATTR_FILESYSTEM);
        if (is_seen && conf_judges(c, "SP-ENUM-039")) {
            ROW("SP-ENUM-039.different")
                CHECK(is_another(w, snapshot, is_seen, roots[i]));
        }
        RELEASE(roots[i]);
    }
    return count;
}

/* Ends with 0 and 1, and is the same before that. */
static void check_names(struct wmdm *w, const struct wmdm_created *made)
{
    struct conf *c = wmdm_conf(w);
    WCHAR name[2][300] = {{0}};
    size_t length;

    ROW("SP-ENUM-041.index") {
        for (unsigned i = 0; i < 2; i++) {
            IMDSPDevice2 *device = AS(IMDSPDevice2, made->device[i]);

            REQUIRE_HR(CALL(IMDSPDevice2, GetCanonicalName, device, name[i], 300), S_OK);
            RELEASE(device);
        }
        length = com_wcslen(name[0]);
        REQUIRE(length > 2 && length == com_wcslen(name[1]));
        CHECK(name[0][length - 2] == '$' && name[0][length - 1] == '0');
        CHECK(name[1][length - 2] == '$' && name[1][length - 1] == '1');
    }
    ROW("SP-ENUM-041.equal")
        CHECK(memcmp(name[0], name[1], (length - 2) * sizeof(WCHAR)) == 0);
}

MEDIA_CASE(ENUM_PSEUDO_BV_01, "PROVIDER.PNP", "Each medium is a pseudo-device of its own",
           "CreateDevice of a device with two media: two objects, one root each, $0 and $1",
           "SP-ENUM-039", "SP-ENUM-041", "SP-ENUM-027", "SP-PNP-010")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    bool is_seen[DUT_STORES] = {false};
    struct wmdm *w = wmdm_open(c);
    struct wmdm_created made = wmdm_created_new(w, conf_device_uri(c));
    DWORD roots = 0;

    wmdm_setup(c, "IMDServiceProvider2::CreateDevice", made.hr);
    ROW("SP-ENUM-039.count")
        CHECK_EQ(made.count, media_of(snapshot));
    ROW("SP-PNP-010.media")
        CHECK(made.count == 1 || made.count == media_of(snapshot));
    ROW("SP-ENUM-039.one") {
        for (DWORD i = 0; i < made.count; i++) {
            DWORD count = check_roots(w, snapshot, is_seen, made.device[i]);

            CHECK_EQ(count, 1);
            roots += count;
        }
    }
    ROW("SP-ENUM-027.media")
        CHECK_EQ(roots, media_of(snapshot));
    if (made.count >= 2 && conf_offers(c, "PROVIDER.DEVICE.PATH"))
        check_names(w, &made);
    wmdm_created_release(w, &made);
}

/* Another instance, when the one that was told is no more. */
static void check_lasts(struct conf *c, DWORD count)
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));
    struct wmdm_created made = wmdm_created_new(w, conf_device_uri(c));

    wmdm_setup(c, "IMDServiceProvider2::CreateDevice", made.hr);
    ROW("SP-ENUM-038.devices")
        CHECK_EQ(made.count, count);
    ROW("SP-ENUM-038.refused")
        CHECK_FAILS(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 0));
    wmdm_created_release(w, &made);
    RELEASE(provider);
}

MEDIA_CASE(ENUM_PSEUDO_BV_02, "PROVIDER.PNP && PROVIDER.PREFERENCE",
           "A device that is not virtualised has a root for each of its media",
           "SetDeviceEnumPreference DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES, CreateDevice, "
           "EnumStorage; CreateDevice and SetDeviceEnumPreference 0 of another instance",
           "SP-ENUM-027", "SP-ENUM-038", "SP-ENUM-040", "SP-PNP-010")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));
    struct wmdm_created made;
    DWORD count;

    (void)CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider,
               DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES);
    RELEASE(provider);
    made = wmdm_created_new(w, conf_device_uri(c));
    wmdm_setup(c, "IMDServiceProvider2::CreateDevice", made.hr);
    count = made.count;
    ROW("SP-ENUM-040.one")
        CHECK_EQ(count, 1);
    ROW("SP-PNP-010.whole")
        CHECK_EQ(count, 1);
    if (count == 1) {
        ROW("SP-ENUM-027.together")
            CHECK_EQ(check_roots(w, snapshot, NULL, made.device[0]), media_of(snapshot));
    } else { /* SP-ENUM-040 is a SHOULD */
        ROW("SP-ENUM-027.together")
            conf_excused(c, 1, "it virtualises all the same");
        ROW("SP-ENUM-027.filesystem")
            conf_excused(c, 1, "it virtualises all the same");
    }
    wmdm_created_release(w, &made);
    wmdm_close(w);
    check_lasts(c, count);
}

/* ---- the preference */

/* The first and only one of its instance. */
static void is_taken(struct conf *c, DWORD preference, const char *clause)
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));

    ROW(clause)
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, preference), S_OK);
    RELEASE(provider);
}

PREFERENCE_CASE(ENUM_PREFERENCE_BV_02, "A preference of 0 is taken", "SetDeviceEnumPreference 0",
                "SP-ENUM-034")
{
    is_taken(c, 0, "SP-ENUM-034.none");
}

PREFERENCE_CASE(ENUM_PREFERENCE_BV_03, "A preference of 1 is taken", "SetDeviceEnumPreference 1",
                "SP-ENUM-034")
{
    is_taken(c, 1, "SP-ENUM-034.virtualize");
}

PREFERENCE_CASE(ENUM_PREFERENCE_BV_04, "A preference of 2 is taken", "SetDeviceEnumPreference 2",
                "SP-ENUM-034")
{
    is_taken(c, 2, "SP-ENUM-034.notification");
}

PREFERENCE_CASE(ENUM_PREFERENCE_BV_01, "Both preferences can be set, again but not otherwise",
                "SetDeviceEnumPreference 3, 3, 1, 3", "SP-ENUM-034", "SP-ENUM-037")
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));

    ROW("SP-ENUM-034.both")
        REQUIRE_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 3), S_OK);
    ROW("SP-ENUM-037.same")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 3), S_OK);
    ROW("SP-ENUM-037.other")
        CHECK_FAILS(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 1));
    ROW("SP-ENUM-037.stays")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 3), S_OK);
    RELEASE(provider);
}

PREFERENCE_CASE(ENUM_PREFERENCE_BI_01, "Unknown preferences are refused",
                "SetDeviceEnumPreference 4, 0x80000000, 5; then 2", "SP-ENUM-035")
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));

    ROW("SP-ENUM-035.next")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 4), E_INVALIDARG);
    ROW("SP-ENUM-035.highest")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 0x80000000),
                 E_INVALIDARG);
    ROW("SP-ENUM-035.together")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 5), E_INVALIDARG);
    ROW("SP-ENUM-035.nothing")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 2), S_OK);
    RELEASE(provider);
}

PREFERENCE_CASE(ENUM_PREFERENCE_BI_02, "After CreateDevice the preference stands",
                "CreateDevice, SetDeviceEnumPreference 1, CreateDevice", "SP-ENUM-036",
                "SP-ERR-006")
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));
    struct wmdm_created before, after;
    HRESULT hr;

    (void)wmdm_device(w);
    before = wmdm_created_new(w, conf_device_uri(c));
    ROW("SP-ENUM-036.created") {
        hr = CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 1);
        CHECK_HR(hr, WMDM_E_CALL_OUT_OF_SEQUENCE);
    }
    ROW("SP-ERR-006.preference")
        CHECK_HR(hr, WMDM_E_CALL_OUT_OF_SEQUENCE);
    after = wmdm_created_new(w, conf_device_uri(c));
    ROW("SP-ENUM-036.kept")
        CHECK_EQ(after.count, before.count);
    wmdm_created_release(w, &before);
    wmdm_created_release(w, &after);
    RELEASE(provider);
}

PREFERENCE_CASE(ENUM_PREFERENCE_BI_03, "After EnumDevices the preference stands",
                "EnumDevices, then SetDeviceEnumPreference 1", "SP-ENUM-036")
{
    struct wmdm *w = wmdm_open(c);
    IMDServiceProvider3 *provider = AS(IMDServiceProvider3, wmdm_provider(w));
    IMDSPEnumDevice *devices = NULL;

    SETUP_CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);
    RELEASE(devices);
    ROW("SP-ENUM-036.enumerated")
        CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, provider, 1),
                 WMDM_E_CALL_OUT_OF_SEQUENCE);
    RELEASE(provider);
}
