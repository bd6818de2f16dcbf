/* What a provider finds by itself: the number of its devices, their enumerator, and what both make
 * of NULL. One whose devices are all plug and play has none of them. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "spcore/base.h"

#define DEVICE_CASE(token, title_, level_, steps_, ...)                                            \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER, .steps = steps_)

static IMDSPEnumDevice *devices_of(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumDevice *devices = NULL;

    SETUP_CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);
    if (!devices)
        conf_refused(c, "IMDServiceProvider::EnumDevices", "EnumDevices handed out no enumerator");
    return devices;
}

/* How many are left, one after the other. */
static DWORD count_left(struct wmdm *w, IMDSPEnumDevice *devices)
{
    struct conf *c = wmdm_conf(w);
    DWORD count = 0, got = 1;

    while (got == 1 && count < 1000) {
        IMDSPDevice *device = NULL;

        if (CALL(IMDSPEnumDevice, Next, devices, 1, &device, &got) != S_OK)
            break;
        RELEASE(device);
        count++;
    }
    return count;
}

/* GetDeviceCount, and what EnumDevices has just then. */
static DWORD check_count(struct wmdm *w, const char *answers, const char *equals)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumDevice *devices;
    DWORD count = 0;
    HRESULT hr;

    ROW(answers) {
        hr = CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    devices = devices_of(w);
    ROW(equals)
        CHECK_EQ(count_left(w, devices), count);
    RELEASE(devices);
    return count;
}

/* With none there is nothing to enumerate, which is no failure. */
static void check_none(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumDevice *devices = NULL;
    IMDSPDevice *item = POISON;
    DWORD got = 77;

    ROW("SP-ENUM-006.code") {
        HRESULT hr = CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);

        REQUIRE(hr == S_OK && devices);
    }
    ROW("SP-ENUM-006.end")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 1, &item, &got), S_FALSE);
    ROW("SP-ENUM-006.fetched")
        CHECK_EQ(got, 0);
    ROW("SP-ENUM-006.null")
        CHECK(item == NULL);
    RELEASE(devices);
}

/* What is handed its devices' paths is not to find them, too. */
static void check_not_twice(struct wmdm *w, DWORD count)
{
    struct conf *c = wmdm_conf(w);

    ROW("SP-ENUM-008.none")
        CHECK_EQ(count, 0);
    ROW("SP-PNP-006.once")
        CHECK_EQ(count, 0);
}

/* IMDServiceProvider3 is there whole, or not at all; before anything is enumerated, as it wants. */
static void check_third(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDServiceProvider3 *third = NULL;
    HRESULT hr;

    ROW("SP-ENUM-033.query") {
        hr = CALL(IMDServiceProvider, QueryInterface, wmdm_provider(w), &IID_IMDServiceProvider3,
                  (void **)&third);
        CHECK_ANSWER(hr == S_OK ? third != NULL : hr == E_NOINTERFACE && !third, hr,
                     "an interface, or E_NOINTERFACE and NULL");
    }
    ROW("SP-ENUM-033.slot") {
        if (third)
            CHECK_HR(CALL(IMDServiceProvider3, SetDeviceEnumPreference, third, 0), S_OK);
        else
            conf_excused(c, 1, "the provider has no IMDServiceProvider3");
    }
    RELEASE(third);
}

DEVICE_CASE(ENUM_COUNT_BV_01, "Count and enumerator of non-plug-and-play devices agree", CONF_MUST,
            "SetDeviceEnumPreference 0, if QueryInterface has it; EnumDevices; GetDeviceCount and "
            "EnumDevices, again when a device is created",
            "SP-ENUM-003", "SP-ENUM-002", "SP-ENUM-005", "SP-ENUM-006", "SP-ENUM-008",
            "SP-ENUM-033", "SP-PNP-006")
{
    static const char *const none[] = {"SP-ENUM-006.code", "SP-ENUM-006.end", "SP-ENUM-006.fetched",
                                       "SP-ENUM-006.null"};
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = NULL;
    DWORD count = 0;
    HRESULT hr;

    check_third(w);
    ROW("SP-ENUM-005.stub") {
        hr = CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-ENUM-005.code")
        CHECK_HR(hr, S_OK);
    ROW("SP-ENUM-005.enumerator")
        CHECK(devices && wmdm_has(w, devices, &IID_IMDSPEnumDevice));
    RELEASE(devices);
    (void)CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count);
    if (!count)
        check_none(w);
    for (size_t i = 0; count && i < ARRAY_SIZE(none); i++) {
        ROW(none[i])
            conf_excused(c, 1, "there are devices");
    }
    (void)check_count(w, "SP-ENUM-002.first", "SP-ENUM-003.first");
    (void)wmdm_device(w);
    count = check_count(w, "SP-ENUM-002.later", "SP-ENUM-003.later");
    if (conf_offers(c, "PROVIDER.PNP"))
        check_not_twice(w, count);
}

DEVICE_CASE(ENUM_NULL_BI_01, "NULL for count and enumerator is refused, and spoils nothing",
            CONF_SHOULD, "GetDeviceCount and EnumDevices of NULL, then with pointers",
            "SP-ENUM-004")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = NULL;
    DWORD count = 0;

    ROW("SP-ENUM-004.count")
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), NULL), E_INVALIDARG);
    ROW("SP-ENUM-004.devices")
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), NULL), E_INVALIDARG);
    ROW("SP-ENUM-004.after") {
        CHECK_HR(CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count), S_OK);
        CHECK_HR(CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices), S_OK);
    }
    RELEASE(devices);
}

/* Of one alone nobody need be told how many came. */
static void check_uncounted(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumDevice *devices = devices_of(w), *again = devices_of(w);
    IMDSPDevice *device[2] = {NULL};
    DWORD got = 77;
    HRESULT hr, counted;

    ROW("SP-ENUM-014.one") {
        hr = CALL(IMDSPEnumDevice, Next, devices, 1, device, NULL);
        RELEASE(device[0]);
        counted = CALL(IMDSPEnumDevice, Next, again, 1, device, &got);
        RELEASE(device[0]);
        CHECK_HR(hr, counted);
    }
    ROW("SP-ENUM-014.two")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 2, device, NULL), E_INVALIDARG);
    RELEASE(again);
    RELEASE(devices);
}

DEVICE_CASE(ENUM_NEXT_BI_01, "Next without an array is refused, and none ends nothing", CONF_SHOULD,
            "Next(1, NULL) and Next(0) of devices; Next(1) and Next(2) without a count; of roots "
            "Next(1, NULL) and Next(0), then Next(1)",
            "SP-ENUM-015", "SP-ENUM-014")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = devices_of(w);
    IMDSPEnumStorage *roots = NULL;
    IMDSPDevice *device = NULL;
    IMDSPStorage *root = NULL;
    DWORD got = 77;

    ROW("SP-ENUM-015.devices")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 1, NULL, &got), E_INVALIDARG);
    got = 77;
    ROW("SP-ENUM-015.none")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 0, &device, &got), S_OK);
    ROW("SP-ENUM-015.fetched")
        CHECK_EQ(got, 0);
    RELEASE(devices);
    check_uncounted(w);
    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &roots);
    ROW("SP-ENUM-015.storages")
        CHECK_HR(CALL(IMDSPEnumStorage, Next, roots, 1, NULL, &got), E_INVALIDARG);
    ROW("SP-ENUM-015.goes-on") {
        (void)CALL(IMDSPEnumStorage, Next, roots, 0, &root, &got);
        CHECK_HR(CALL(IMDSPEnumStorage, Next, roots, 1, &root, &got), S_OK);
    }
    RELEASE(root);
    RELEASE(roots);
}

DEVICE_CASE(ENUM_CLONE_BI_01, "Clone into NULL is refused, and spoils nothing", CONF_SHOULD,
            "Clone(NULL) of a fresh device enumerator and of an exhausted one; Clone",
            "SP-ENUM-020")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = devices_of(w), *clone = NULL;

    ROW("SP-ENUM-020.fresh")
        CHECK_HR(CALL(IMDSPEnumDevice, Clone, devices, NULL), E_INVALIDARG);
    (void)count_left(w, devices);
    ROW("SP-ENUM-020.exhausted")
        CHECK_HR(CALL(IMDSPEnumDevice, Clone, devices, NULL), E_INVALIDARG);
    ROW("SP-ENUM-020.after")
        CHECK_HR(CALL(IMDSPEnumDevice, Clone, devices, &clone), S_OK);
    RELEASE(clone);
    RELEASE(devices);
}

DEVICE_CASE(ENUM_SKIP_BV_01, "Skip of more devices than there are skips those", CONF_MUST,
            "EnumDevices, Skip of two more than GetDeviceCount says, Next(1) twice; Reset",
            "SP-ENUM-017", "SP-ENUM-012", "SP-ENUM-018")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = devices_of(w);
    IMDSPDevice *device = NULL, *item = POISON;
    DWORD count = 0, got = 77;

    SETUP_CALL(IMDServiceProvider, GetDeviceCount, wmdm_provider(w), &count);
    ROW("SP-ENUM-017.code")
        CHECK_HR(CALL(IMDSPEnumDevice, Skip, devices, count + 2, &got), S_FALSE);
    ROW("SP-ENUM-017.count")
        CHECK_EQ(got, count);
    ROW("SP-ENUM-017.end")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 1, &device, &got), S_FALSE);
    RELEASE(device);
    got = 77;
    ROW("SP-ENUM-012.code")
        CHECK_HR(CALL(IMDSPEnumDevice, Next, devices, 1, &item, &got), S_FALSE);
    ROW("SP-ENUM-012.fetched")
        CHECK_EQ(got, 0);
    ROW("SP-ENUM-012.null")
        CHECK(item == NULL);
    ROW("SP-ENUM-018.code")
        CHECK_HR(CALL(IMDSPEnumDevice, Reset, devices), S_OK);
    RELEASE(devices);
}

/* ---- what is mandatory is no stub */

#define MANDATORY(clause, call)                                                                    \
    ROW(clause) {                                                                                  \
        HRESULT hr = call;                                                                         \
                                                                                                   \
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");                                \
    }

DEVICE_CASE(ENUM_STUB_BV_01, "Enumerators have all four methods", CONF_MUST,
            "Clone, Skip, Reset and Next of an enumerator of devices, and of one of storages",
            "SP-ENUM-021")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumDevice *devices = devices_of(w), *device_clone = NULL;
    IMDSPEnumStorage *roots = NULL, *root_clone = NULL;
    IMDSPDevice *device = NULL;
    IMDSPStorage *root = NULL;
    DWORD got = 0;

    MANDATORY("SP-ENUM-021.device-clone", CALL(IMDSPEnumDevice, Clone, devices, &device_clone));
    MANDATORY("SP-ENUM-021.device-skip", CALL(IMDSPEnumDevice, Skip, devices, 1, &got));
    MANDATORY("SP-ENUM-021.device-reset", CALL(IMDSPEnumDevice, Reset, devices));
    MANDATORY("SP-ENUM-021.device-next", CALL(IMDSPEnumDevice, Next, devices, 1, &device, &got));
    RELEASE(device);
    RELEASE(device_clone);
    RELEASE(devices);
    SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &roots);
    MANDATORY("SP-ENUM-021.clone", CALL(IMDSPEnumStorage, Clone, roots, &root_clone));
    MANDATORY("SP-ENUM-021.skip", CALL(IMDSPEnumStorage, Skip, roots, 1, &got));
    MANDATORY("SP-ENUM-021.reset", CALL(IMDSPEnumStorage, Reset, roots));
    MANDATORY("SP-ENUM-021.next", CALL(IMDSPEnumStorage, Next, roots, 1, &root, &got));
    RELEASE(root);
    RELEASE(root_clone);
    RELEASE(roots);
}
