/* IMDSPDevice/2/3: what a device object tells about the device. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_class.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_opaque.h"
#include "conformance/wmdm/wmdm_thread.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/mtp/mtpi.h"

#define DEVICE_CASE(token, ics_, title_, level_, steps_, ...)                                      \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER, .steps = steps_)

/* What the device itself says, read before the provider has it; free with CoTaskMemFree. */
static WCHAR *info_text(struct conf *c, size_t member)
{
    struct mtpi_device_info info = {0};
    const WCHAR *text;
    WCHAR *copy;
    int error = mtpi_get_device_info(conf_mtp(c), &info);

    if (error)
        conf_refused_op(c, MTP_OP_GET_DEVICE_INFO, error);
    memcpy(&text, (const char *)&info + member, sizeof(text));
    copy = com_wcsdup(text ? text : u"");
    mtpi_device_info_done(&info);
    conf_transport_drop(c);
    return copy;
}

static WCHAR *manufacturer_of(struct conf *c)
{
    return info_text(c, offsetof(struct mtpi_device_info, manufacturer));
}

static WCHAR *serial_of(struct conf *c)
{
    return info_text(c, offsetof(struct mtpi_device_info, serial));
}

typedef HRESULT (*text_method)(struct wmdm *w, WCHAR *text, DWORD room);

static HRESULT get_name(struct wmdm *w, WCHAR *text, DWORD room)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IMDSPDevice, GetName, wmdm_device(w), text, room);
}

static HRESULT get_manufacturer(struct wmdm *w, WCHAR *text, DWORD room)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IMDSPDevice, GetManufacturer, wmdm_device(w), text, room);
}

/* The clauses that a text's length has: no room, too little, just enough; NULL. */
struct room_rows {
    const char *none, *room, *exact, *null;
};

static void check_room(struct wmdm *w, text_method method, const struct room_rows *rows)
{
    struct conf *c = wmdm_conf(w);
    WCHAR text[300];
    DWORD length;

    ROW(rows->exact) {
        REQUIRE_HR(method(w, text, 300), S_OK);
        length = (DWORD)com_wcslen(text);
        REQUIRE(length > 1 && length < 298);
        CHECK_HR(method(w, text, length + 1), S_OK);
        CHECK_EQ(com_wcslen(text), length);
    }
    ROW(rows->none)
        CHECK_HR(method(w, text, 0), WMDM_E_BUFFERTOOSMALL);
    ROW(rows->room) {
        CHECK_HR(method(w, text, 1), WMDM_E_BUFFERTOOSMALL);
        CHECK_HR(method(w, text, length), WMDM_E_BUFFERTOOSMALL);
    }
    ROW(rows->null)
        CHECK_HR(method(w, NULL, 100), E_INVALIDARG);
}

DEVICE_CASE(DEVICE_NAME_BV_01, "ANY", "Name and manufacturer fit exactly or not at all", CONF_MUST,
            "GetName and GetManufacturer with room 0, 1, len, len + 1; the device's manufacturer",
            "SP-DEV-002", "SP-DEV-003", "SP-DEV-004", "SP-DEV-007", "SP-DEV-008")
{
    static const struct room_rows name = {"SP-DEV-003.none", "SP-DEV-003.short", "SP-DEV-002.exact",
                                          "SP-DEV-004.code"};
    static const struct room_rows maker = {"SP-DEV-008.none", "SP-DEV-008.short",
                                           "SP-DEV-007.exact", "SP-DEV-008.null"};
    WCHAR *expected = manufacturer_of(c), text[300];
    struct wmdm *w = wmdm_open(c);

    ROW("SP-DEV-007.device") {
        CHECK_HR(get_manufacturer(w, text, 300), S_OK);
        CHECK(com_wcscmp(text, expected) == 0);
    }
    check_room(w, get_name, &name);
    ROW("SP-DEV-004.none")
        CHECK_FAILS(get_name(w, NULL, 0));
    ROW("SP-DEV-004.after")
        CHECK_HR(get_name(w, text, 300), S_OK);
    check_room(w, get_manufacturer, &maker);
    CoTaskMemFree(expected);
}

static void check_root(struct wmdm *w, IMDSPEnumStorage *roots)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *root = NULL;
    WCHAR text[300] = {0};
    DWORD got = 0;

    ROW("SP-DEV-031.root") {
        REQUIRE(roots != NULL);
        REQUIRE_HR(CALL(IMDSPEnumStorage, Next, roots, 1, &root, &got), S_OK);
        CHECK(pv_attributes(w, root) & WMDM_STORAGE_ATTR_FILESYSTEM);
    }
    ROW("SP-DEV-031.name") {
        CHECK_HR(CALL(IMDSPStorage, GetName, root, text, 300), S_OK);
        CHECK(text[0] != 0);
    }
    RELEASE(root);
}

DEVICE_CASE(
    DEVICE_HERE_BV_01, "ANY", "What is mandatory of a device is there", CONF_MUST,
    "GetName, GetManufacturer, GetStatus, GetType, GetDeviceIcon, GetFormatSupport and "
    "EnumStorage, each with arguments that make sense; the first root's attributes and name",
    "SP-DEV-006", "SP-DEV-031")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    IMDSPEnumStorage *roots = NULL;
    WAVEFORMATEX *formats = NULL;
    WCHAR text[300], **types = NULL;
    DWORD number = 0, count = 0, type_count = 0;
    HRESULT hr;

    ROW("SP-DEV-006.name") {
        hr = get_name(w, text, 300);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.manufacturer") {
        hr = get_manufacturer(w, text, 300);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.status") {
        hr = CALL(IMDSPDevice, GetStatus, device, &number);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.type") {
        hr = CALL(IMDSPDevice, GetType, device, &number);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.icon") {
        hr = CALL(IMDSPDevice, GetDeviceIcon, device, &number);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.formats") {
        hr = CALL(IMDSPDevice, GetFormatSupport, device, &formats, &count, &types, &type_count);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    ROW("SP-DEV-006.storages") {
        hr = CALL(IMDSPDevice, EnumStorage, device, &roots);
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what is mandatory");
    }
    check_root(w, roots);
    for (DWORD i = 0; types && i < type_count; i++)
        CoTaskMemFree(types[i]);
    CoTaskMemFree(types);
    CoTaskMemFree(formats);
    RELEASE(roots);
}

/* A number of something, or that it has none. */
static void check_number(struct conf *c, HRESULT hr, const WMDMID *id)
{
    BYTE all = 0;

    ROW("SP-DEV-010.code")
        CHECK_ANSWER(hr == S_OK || !wmdm_is_offered(hr), hr, "S_OK, or that there is no number");
    for (size_t i = 0; i < sizeof(id->pID); i++)
        all |= id->pID[i];
    ROW("SP-DEV-010.some")
        CHECK(hr != S_OK || (id->SerialNumberLength && all));
}

/* What the device says of itself for Windows to keep. */
static void check_views(struct conf *c, DWORD type, bool is_said, uint32_t views)
{
    ROW("SP-DEV-017.agrees") {
        if (is_said)
            CHECK_EQ(!!(type & WMDM_DEVICE_TYPE_VIEW_PREF_METADATAVIEW), views != 0);
        else
            conf_excused(c, 1, "the device has no parameter UseMetadataViews");
    }
}

DEVICE_CASE(
    DEVICE_TYPE_BV_01, "ANY", "Type, version and icon say what is known", CONF_MUST,
    "The device's UseMetadataViews; GetType; GetVersion, twice and of NULL; GetSerialNumber; "
    "GetDeviceIcon",
    "SP-DEV-014", "SP-DEV-009", "SP-DEV-010", "SP-DEV-015", "SP-DEV-017", "SP-DEV-018",
    "SP-DEV-030")
{
    uint32_t views = 0;
    const bool has_views = wmdm_device_parameter(c, "UseMetadataViews", &views);
    struct wmdm *w = (conf_transport_drop(c), wmdm_open(c));
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id = {0};
    IMDSPDevice *device = wmdm_device(w);
    const DWORD player =
        WMDM_DEVICE_TYPE_PLAYBACK | WMDM_DEVICE_TYPE_DECODE | WMDM_DEVICE_TYPE_STORAGE;
    const DWORD sdmi = WMDM_DEVICE_TYPE_SDMI | WMDM_DEVICE_TYPE_NONSDMI;
    DWORD type = 0, version = 0, again = 0, icon = 0;
    HRESULT hr;

    ROW("SP-DEV-014.player") {
        REQUIRE_HR(CALL(IMDSPDevice, GetType, device, &type), S_OK);
        CHECK_EQ(type & player, player);
    }
    ROW("SP-DEV-014.known")
        CHECK_EQ(type & ~0x7ffu, 0);
    ROW("SP-DEV-015.both")
        CHECK((type & sdmi) != sdmi);
    ROW("SP-DEV-015.neither")
        CHECK(type & sdmi);
    ROW("SP-DEV-018")
        CHECK(!(type & WMDM_DEVICE_TYPE_VIRTUAL));
    check_views(c, type, has_views, views);
    hr = CALL(IMDSPDevice, GetSerialNumber, device, &id, mac);
    check_number(c, hr, &id);
    /* What is not written is what the memory held, another number in each call. */
    ROW("SP-DEV-009.written") {
        hr = CALL(IMDSPDevice, GetVersion, device, &version);
        (void)CALL(IMDSPDevice, GetVersion, device, &again);
        CHECK(hr != S_OK || version == again);
    }
    ROW("SP-DEV-009.code")
        CHECK_ANSWER(hr == S_OK || !wmdm_is_offered(hr), hr, "S_OK, or that there is no version");
    ROW("SP-DEV-009.null") {
        if (hr == S_OK)
            CHECK_HR(CALL(IMDSPDevice, GetVersion, device, NULL), E_INVALIDARG);
        else
            conf_excused(c, 1, "the device has no version");
    }
    ROW("SP-DEV-030") {
        hr = CALL(IMDSPDevice, GetDeviceIcon, device, &icon);
        CHECK_SEEN(FAILED(hr) || icon != 0, value_hr(hr));
    }
}

/* A number that is the device's own text, in bytes or characters, is as long as that, with or
 * without its end. One in binary is whatever it is, and may end in zeros. */
static void hold_text(struct conf *c, const WMDMID *id, const WCHAR *text)
{
    size_t length = com_wcslen(text);
    DWORD said = id->SerialNumberLength;
    bool narrow = length > 0;

    for (size_t i = 0; i < length && narrow; i++)
        narrow = i < sizeof(id->pID) && id->pID[i] == text[i];
    if (narrow)
        CHECK(said == length || said == length + 1);
    else if (length && 2 * length <= sizeof(id->pID) && memcmp(id->pID, text, 2 * length) == 0)
        CHECK(said == 2 * length || said == 2 * length + 2);
    else
        conf_excused(c, 1, "the number is not the device's text");
}

DEVICE_CASE(DEVICE_SERIAL_BV_01, "PROVIDER.DEVICE.SERIAL",
            "The serial number's length is that of its bytes", CONF_MUST, "GetSerialNumber, twice",
            "SP-DEV-012")
{
    WCHAR *text = serial_of(c);
    struct wmdm *w = wmdm_open(c);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id, again;

    ROW("SP-DEV-012.size") {
        REQUIRE_HR(CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &id, mac), S_OK);
        CHECK_EQ(id.cbSize, sizeof(id));
    }
    ROW("SP-DEV-012.most")
        REQUIRE(id.SerialNumberLength <= sizeof(id.pID));
    ROW("SP-DEV-012.length") {
        CHECK(id.SerialNumberLength >= 2);
        hold_text(c, &id, text);
    }
    /* The memory it is written to holds something else each time. */
    ROW("SP-DEV-012.vendor") {
        REQUIRE_HR(CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &again, mac), S_OK);
        CHECK_EQ(again.dwVendorID, id.dwVendorID);
    }
    CoTaskMemFree(text);
}

/* What it can run on and what it runs on, by the flags alone. */
static void power_agrees(struct conf *c, DWORD source, DWORD percent)
{
    bool battery = source & WMDM_POWER_IS_BATTERY, external = source & WMDM_POWER_IS_EXTERNAL;

    ROW("SP-DEV-026.both")
        CHECK(!battery || !external);
    ROW("SP-DEV-026.neither")
        CHECK(battery || external);
    ROW("SP-DEV-026.battery")
        CHECK(!battery || (source & WMDM_POWER_CAP_BATTERY));
    ROW("SP-DEV-026.external")
        CHECK(!external || (source & WMDM_POWER_CAP_EXTERNAL));
    ROW("SP-DEV-027.on")
        CHECK(!battery || (source & WMDM_POWER_PERCENT_AVAILABLE));
    ROW("SP-DEV-027.off")
        CHECK(battery || !(source & WMDM_POWER_PERCENT_AVAILABLE));
    ROW("SP-DEV-027.range")
        CHECK(!battery || percent <= 100);
}

DEVICE_CASE(DEVICE_POWER_BV_01, "PROVIDER.DEVICE.POWER", "Power source and capabilities agree",
            CONF_MUST, "GetPowerSource, twice", "SP-DEV-026", "SP-DEV-025", "SP-DEV-027")
{
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0, again = 0, percent = 0;
    HRESULT hr;

    ROW("SP-DEV-025.written") {
        hr = CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent);
        (void)CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &again, &percent);
        CHECK(hr != S_OK || source == again);
    }
    ROW("SP-DEV-025.code")
        REQUIRE_HR(hr, S_OK);
    power_agrees(c, source, percent);
}

CONF_CASE(DEVICE_POWER_BV_02, .title = "So they do of a device that runs on its battery",
          .reqs = REQS("SP-DEV-026", "SP-DEV-027"), .ics = "PROVIDER.DEVICE.POWER",
          .player = "pap-voice", .needs = CONF_PROVIDER, .steps = "GetPowerSource")
{
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0, percent = 0;

    ROW("SP-DEV-027.range")
        REQUIRE_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
    power_agrees(c, source, percent);
}

#define SOON_MS 2000 /* by the event that the device sends, at the latest */

CONF_CASE(DEVICE_POWER_BV_03, .title = "What is left in the battery goes down as the device's does",
          .reqs = REQS("SP-DEV-027"), .ics = "PROVIDER.DEVICE.POWER", .player = "pap-voice",
          .needs = CONF_PROVIDER | CONF_CONTROL,
          .steps = "GetPowerSource; the battery falls to 23 %; GetPowerSource until it says so")
{
    const int64_t until = wmdm_now_ms() + SOON_MS * conf_timeout_scale(c);
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0, percent = 0;

    ROW("SP-DEV-027.later") {
        REQUIRE_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
        free(conf_control(c, "{\"verb\":\"battery\",\"level\":23}"));
        do {
            REQUIRE_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
        } while (percent != 23 && wmdm_now_ms() < until);
        CHECK_EQ(percent, 23);
    }
}

static bool unsupported(HRESULT hr)
{
    return hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL;
}

DEVICE_CASE(DEVICE_OPTIONAL_BI_01, "ANY", "What is optional is refused, not pretended", CONF_MAY,
            "an unknown opaque command to device and storage, property pages, the canonical name, "
            "an unknown control code",
            "SP-DEV-032", "SP-DEV-041", "SP-DEV-044", "SP-DEV-055", "SP-STG-045")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    OPAQUECOMMAND command = {.guidCommand = {0x01234567, 0x89ab, 0x4cde, {9, 8, 7, 6, 5, 4, 3, 2}}};
    ISpecifyPropertyPages *pages = POISON;
    IUnknown **unknowns = POISON;
    WCHAR name[260] = {0};
    DWORD count = 77, size = 0;
    HRESULT hr;

    wmdm_opaque_mac(w, &command, command.abMAC);
    ROW("SP-DEV-032") {
        hr = CALL(IMDSPDevice, SendOpaqueCommand, wmdm_device(w), &command);
        CHECK_SEEN(unsupported(hr), value_hr(hr));
    }
    wmdm_opaque_mac(w, &command, command.abMAC);
    ROW("SP-STG-045") {
        hr = CALL(IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &command);
        CHECK_SEEN(unsupported(hr), value_hr(hr));
    }
    ROW("SP-DEV-044.some") {
        hr = CALL(IMDSPDevice2, GetSpecifyPropertyPages, device, &pages, &unknowns, &count);
        CHECK(FAILED(hr) || (pages && pages != POISON));
    }
    ROW("SP-DEV-044.code")
        CHECK_ANSWER(hr == S_OK || unsupported(hr), hr, "S_OK, or that there are none");
    ROW("SP-DEV-044.null")
        CHECK(SUCCEEDED(hr) || (!pages && !unknowns));
    ROW("SP-DEV-044.count")
        CHECK_EQ(SUCCEEDED(hr) ? 0 : count, 0);
    if (SUCCEEDED(hr) && pages && pages != POISON)
        IUnknown_Release((IUnknown *)pages);
    ROW("SP-DEV-041.code") {
        hr = CALL(IMDSPDevice2, GetCanonicalName, device, name, ARRAY_SIZE(name));
        CHECK_ANSWER(hr == S_OK || unsupported(hr), hr, "S_OK, or that there is none");
    }
    ROW("SP-DEV-041.text")
        CHECK(hr != S_OK || name[0]);
    RELEASE(device);
    if (!conf_offers(c, "PROVIDER.DEVICE3"))
        return;
    ROW("SP-DEV-055.code") {
        hr = CALL(IMDSPDevice3, DeviceIoControl, wmdm_device3(w), 0xdeadbeef, NULL, 0, NULL, &size);
        CHECK_SEEN(unsupported(hr) || hr == HRESULT_FROM_WIN32(50) || hr == HRESULT_FROM_WIN32(1),
                   value_hr(hr));
    }
}

static HRESULT get_canonical(struct wmdm *w, WCHAR *text, DWORD room)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    HRESULT hr = CALL(IMDSPDevice2, GetCanonicalName, device, text, room);

    RELEASE(device);
    return hr;
}

/* Nothing, or $ and a number. */
static bool is_suffix(const char *text)
{
    return !*text || (*text == '$' && text[1] && !text[1 + strspn(text + 1, "0123456789")]);
}

DEVICE_CASE(DEVICE_PATH_BV_01, "PROVIDER.DEVICE.PATH",
            "The canonical name is the path it was made with", CONF_SHOULD,
            "GetCanonicalName: the path, or the path with $ and a number; with room 0, 1, len, len "
            "+ 1",
            "SP-DEV-042", "SP-DEV-043")
{
    static const struct room_rows rows = {"SP-DEV-043.none", "SP-DEV-043.short", "SP-DEV-043.exact",
                                          "SP-DEV-043.null"};
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    const char *uri = conf_device_uri(c);
    WCHAR name[300];
    char *text;

    ROW("SP-DEV-042.path") {
        REQUIRE_HR(CALL(IMDSPDevice2, GetCanonicalName, device, name, 300), S_OK);
        text = com_utf8_from_utf16(name);
        REQUIRE(text && strncmp(text, uri, strlen(uri)) == 0);
    }
    ROW("SP-DEV-042.suffix")
        CHECK(is_suffix(text + strlen(uri)));
    check_room(w, get_canonical, &rows);
    CoTaskMemFree(text);
    RELEASE(device);
}
