/* IMDSPDevice/2/3: what a device object tells about the device. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/mtp/mtpi.h"

#define DEVICE_CASE(token, title_, level_, steps_, ...)                                            \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = "ANY",    \
              .needs = CONF_PROVIDER, .steps = steps_)

/* What the device itself says, read before the provider has it; free with CoTaskMemFree. */
static WCHAR *manufacturer_of(struct conf *c)
{
    struct mtpi_device_info info = {0};
    WCHAR *text;

    if (mtpi_get_device_info(conf_mtp(c), &info) != 0)
        conf_setup_failed(c, "GetDeviceInfo");
    text = com_wcsdup(info.manufacturer ? info.manufacturer : u"");
    mtpi_device_info_done(&info);
    conf_transport_drop(c);
    return text;
}

typedef HRESULT (*text_method)(struct wmdm *w, const char *row, WCHAR *text, DWORD room);

static HRESULT get_name(struct wmdm *w, const char *row, WCHAR *text, DWORD room)
{
    struct conf *c = wmdm_conf(w);

    return CALL(row, IMDSPDevice, GetName, wmdm_device(w), text, room);
}

static HRESULT get_manufacturer(struct wmdm *w, const char *row, WCHAR *text, DWORD room)
{
    struct conf *c = wmdm_conf(w);

    return CALL(row, IMDSPDevice, GetManufacturer, wmdm_device(w), text, room);
}

/* Room for 0, 1, len and len + 1 characters; NULL. */
static void check_room(struct wmdm *w, const char *row, text_method method)
{
    struct conf *c = wmdm_conf(w);
    WCHAR text[300];
    DWORD length;

    REQUIRE_EQ(c, row, (uint32_t)method(w, row, text, 300), S_OK);
    length = (DWORD)com_wcslen(text);
    REQUIRE(c, row, length > 1 && length < 298);
    for (unsigned i = 0; i < 3; i++) {
        DWORD room = i == 2 ? length : i;

        memset(text, 0xaa, sizeof(text));
        CHECK_EQ(c, row, (uint32_t)method(w, row, text, room), (uint32_t)WMDM_E_BUFFERTOOSMALL);
        CHECK_EQ(c, row, text[room], 0xaaaa);
    }
    CHECK_EQ(c, row, (uint32_t)method(w, row, text, length + 1), S_OK);
    CHECK_EQ(c, row, com_wcslen(text), length);
    CHECK_EQ(c, row, (uint32_t)method(w, row, NULL, 100), (uint32_t)E_INVALIDARG);
}

DEVICE_CASE(DEVICE_NAME_BV_01, "Name and manufacturer fit exactly or not at all", CONF_MUST,
            "GetName and GetManufacturer with room 0, 1, len, len + 1; the device's manufacturer",
            "SP-DEV-003", "SP-DEV-007", "SP-DEV-008")
{
    WCHAR *expected = manufacturer_of(c), text[300];
    struct wmdm *w = wmdm_open(c, "SP-DEV-003");

    CHECK_EQ(c, "SP-DEV-007", (uint32_t)get_manufacturer(w, "SP-DEV-007", text, 300), S_OK);
    CHECK(c, "SP-DEV-007", com_wcscmp(text, expected) == 0);
    check_room(w, "SP-DEV-003", get_name);
    check_room(w, "SP-DEV-008", get_manufacturer);
    CoTaskMemFree(expected);
    wmdm_close(w);
}

DEVICE_CASE(DEVICE_TYPE_BV_01, "Type, version and icon say what is known", CONF_MUST,
            "GetType; GetVersion over two patterns; GetDeviceIcon", "SP-DEV-006", "SP-DEV-009",
            "SP-DEV-014", "SP-DEV-015", "SP-DEV-018", "SP-DEV-030")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-014");
    IMDSPDevice *device = wmdm_device(w);
    const DWORD player =
        WMDM_DEVICE_TYPE_PLAYBACK | WMDM_DEVICE_TYPE_DECODE | WMDM_DEVICE_TYPE_STORAGE;
    const DWORD sdmi = WMDM_DEVICE_TYPE_SDMI | WMDM_DEVICE_TYPE_NONSDMI;
    DWORD type = 0, one = 0xcccccccc, two = 0x33333333;
    DWORD icon = 0;
    HRESULT hr;

    REQUIRE_HR("SP-DEV-014", S_OK, IMDSPDevice, GetType, device, &type);
    CHECK_EQ(c, "SP-DEV-014", type & player, player);
    CHECK_EQ(c, "SP-DEV-014", type & ~0x7ffu, 0);
    CHECK(c, "SP-DEV-015", (type & sdmi) && (type & sdmi) != sdmi);
    CHECK(c, "SP-DEV-018", !(type & WMDM_DEVICE_TYPE_VIRTUAL));
    hr = CALL("SP-DEV-009", IMDSPDevice, GetVersion, device, &one);
    if (SUCCEEDED(hr)) {
        (void)CALL("SP-DEV-009", IMDSPDevice, GetVersion, device, &two);
        CHECK_EQ(c, "SP-DEV-009", one, two);
        CHECK_HR("SP-DEV-009", E_INVALIDARG, IMDSPDevice, GetVersion, device, NULL);
    } else {
        CHECK(c, "SP-DEV-009", hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL);
    }
    hr = CALL("SP-DEV-006", IMDSPDevice, GetDeviceIcon, device, &icon);
    CHECK(c, "SP-DEV-006", hr != WMDM_E_NOTSUPPORTED && hr != E_NOTIMPL);
    CHECK(c, "SP-DEV-030", FAILED(hr) || icon != 0);
    wmdm_close(w);
}

DEVICE_CASE(DEVICE_SERIAL_BV_01, "The serial number's length is that of its bytes", CONF_MUST,
            "GetSerialNumber", "SP-DEV-012")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-012");
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id;

    memset(&id, 0xaa, sizeof(id));
    REQUIRE_HR("SP-DEV-012", S_OK, IMDSPDevice, GetSerialNumber, wmdm_device(w), &id, mac);
    CHECK_EQ(c, "SP-DEV-012", id.cbSize, sizeof(id));
    REQUIRE(c, "SP-DEV-012", id.SerialNumberLength >= 2 && id.SerialNumberLength <= 128);
    /* The text's bytes, one or two a character: none of it is filling. */
    CHECK(c, "SP-DEV-012",
          id.pID[id.SerialNumberLength - 1] != 0 || id.pID[id.SerialNumberLength - 2] != 0);
    wmdm_close(w);
}

DEVICE_CASE(DEVICE_POWER_BV_01, "Power source and capabilities agree", CONF_MUST,
            "GetPowerSource over a pattern", "SP-DEV-025", "SP-DEV-026", "SP-DEV-027")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-026");
    DWORD source = 0xcccccccc, percent = 0xcccccccc;
    HRESULT hr = CALL("SP-DEV-025", IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent);
    bool battery, external;

    if (hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL)
        conf_inconclusive(c, "GetPowerSource is not offered");
    CHECK_EQ(c, "SP-DEV-025", (uint32_t)hr, S_OK);
    REQUIRE(c, "SP-DEV-025", source != 0xcccccccc);
    battery = source & WMDM_POWER_IS_BATTERY;
    external = source & WMDM_POWER_IS_EXTERNAL;
    CHECK(c, "SP-DEV-026", battery != external);
    CHECK(c, "SP-DEV-026", !battery || (source & WMDM_POWER_CAP_BATTERY));
    CHECK(c, "SP-DEV-026", !external || (source & WMDM_POWER_CAP_EXTERNAL));
    CHECK_EQ(c, "SP-DEV-027", !!(source & WMDM_POWER_PERCENT_AVAILABLE), battery);
    CHECK(c, "SP-DEV-027", !battery || percent <= 100);
    wmdm_close(w);
}

static bool unsupported(HRESULT hr)
{
    return hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL;
}

DEVICE_CASE(DEVICE_OPTIONAL_BI_01, "What is optional is refused, not pretended", CONF_MAY,
            "an unknown opaque command to device and storage, property pages, an unknown control "
            "code",
            "SP-DEV-032", "SP-DEV-044", "SP-DEV-055", "SP-STG-045")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-032");
    IMDSPDevice3 *device = wmdm_device3(w);
    OPAQUECOMMAND command = {.guidCommand = {0x01234567, 0x89ab, 0x4cde, {9, 8, 7, 6, 5, 4, 3, 2}}};
    ISpecifyPropertyPages *pages = POISON;
    IUnknown **unknowns = POISON;
    DWORD count = 77, size = 0;
    HRESULT hr;

    CHECK(c, "SP-DEV-032",
          unsupported(CALL("SP-DEV-032", IMDSPDevice3, SendOpaqueCommand, device, &command)));
    CHECK(c, "SP-STG-045",
          unsupported(CALL("SP-STG-045", IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &command)));
    hr = CALL("SP-DEV-044", IMDSPDevice3, GetSpecifyPropertyPages, device, &pages, &unknowns,
              &count);
    if (FAILED(hr))
        CHECK(c, "SP-DEV-044", unsupported(hr) && !pages && !unknowns && !count);
    else
        CHECK(c, "SP-DEV-044", pages != NULL && pages != POISON);
    hr =
        CALL("SP-DEV-055", IMDSPDevice3, DeviceIoControl, device, 0xdeadbeef, NULL, 0, NULL, &size);
    CHECK(c, "SP-DEV-055",
          unsupported(hr) || hr == HRESULT_FROM_WIN32(50) || hr == HRESULT_FROM_WIN32(1));
    wmdm_close(w);
}

DEVICE_CASE(DEVICE_PATH_BV_01, "The canonical name is the path it was made with", CONF_SHOULD,
            "GetCanonicalName: the path, or the path with $ and a number", "SP-DEV-042")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-042");
    const char *uri = conf_device_uri(c);
    WCHAR name[300];
    char *text;

    REQUIRE_HR("SP-DEV-042", S_OK, IMDSPDevice3, GetCanonicalName, wmdm_device3(w), name, 300);
    text = com_utf8_from_utf16(name);
    REQUIRE(c, "SP-DEV-042", text && strncmp(text, uri, strlen(uri)) == 0);
    CHECK(c, "SP-DEV-042", text[strlen(uri)] == 0 || text[strlen(uri)] == '$');
    CoTaskMemFree(text);
    wmdm_close(w);
}

CONF_CASE(DEVICE_FIND_BV_01, .title = "GetStorage finds a name in the root, or says S_FALSE",
          .reqs = REQS("SP-DEV-036", "SP-DEV-039"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES, .steps = "a folder of ours; a name nobody has")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-036");
    WCHAR name[300];
    IMDSPStorage *out = NULL;

    REQUIRE_HR("SP-DEV-036", S_OK, IMDSPStorage, GetName, wmdm_work_folder(w), name, 300);
    CHECK_HR("SP-DEV-036", S_OK, IMDSPDevice3, GetStorage, wmdm_device3(w), name, &out);
    CHECK(c, "SP-DEV-036", out != NULL);
    RELEASE(out);
    out = POISON;
    CHECK_HR("SP-DEV-039", S_FALSE, IMDSPDevice3, GetStorage, wmdm_device3(w), u"papcheck-none",
             &out);
    CHECK(c, "SP-DEV-039", out == NULL);
    wmdm_close(w);
}

DEVICE_CASE(DEVICE_PROPERTY_BV_01, "Each listed property is there, with its documented type",
            CONF_MUST, "GetProperty of SupportedDeviceProperties, then of each name in it",
            "SP-DEV-046", "SP-DEV-047", "SP-DEV-048")
{
    static const struct {
        const WCHAR *name;
        VARTYPE type;
    } types[] = {
        {g_wszWMDMDeviceFriendlyName, VT_BSTR},
        {g_wszWMDMFormatsSupported, VT_UI4 | VT_ARRAY},
        {g_wszWMDMFormatsSupportedAreOrdered, VT_BOOL},
        {g_wszWMDMDeviceModelName, VT_BSTR},
        {g_wszWMDMDeviceFirmwareVersion, VT_UI4},
        {g_wszWMDMDeviceVendorExtension, VT_BSTR},
        {g_wszWMDMDeviceProtocol, VT_CLSID},
        {g_wszWMDMSyncRelationshipID, VT_BSTR},
    };
    struct wmdm *w = wmdm_open(c, "SP-DEV-046");
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT list, value;
    LONG last = -1;
    BSTR *names;

    PropVariantInit(&list);
    PropVariantInit(&value);
    REQUIRE_HR("SP-DEV-047", S_OK, IMDSPDevice3, GetProperty, device,
               g_wszWMDMSupportedDeviceProperties, &list);
    REQUIRE(c, "SP-DEV-047", list.vt == (VT_BSTR | VT_ARRAY));
    SafeArrayGetUBound(list.parray, 1, &last);
    names = list.parray->pvData;
    for (LONG i = 0; i <= last; i++) {
        CHECK_HR("SP-DEV-047", S_OK, IMDSPDevice3, GetProperty, device, names[i], &value);
        for (unsigned k = 0; k < ARRAY_SIZE(types); k++) {
            if (com_wcscmp(types[k].name, names[i]) == 0)
                CHECK_EQ(c, "SP-DEV-046", value.vt, types[k].type);
        }
        PropVariantClear(&value);
    }
    CHECK_FAILS("SP-DEV-048", IMDSPDevice3, GetProperty, device, u"Papcheck/None", &value);
    CHECK_EQ(c, "SP-DEV-048", value.vt, VT_EMPTY);
    PropVariantClear(&list);
    wmdm_close(w);
}

CONF_CASE(DEVICE_PROPERTY_BV_02, .title = "The friendly name can be set, with a text only",
          .reqs = REQS("SP-DEV-051", "SP-DEV-052"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetProperty with VT_UI4; the firmware version; a new text, read back; put back")
{
    struct wmdm *w = wmdm_open(c, "SP-DEV-051");
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT old, seen, value = {.vt = VT_UI4, .ulVal = 7};

    PropVariantInit(&old);
    PropVariantInit(&seen);
    if (FAILED(CALL("SP-DEV-051", IMDSPDevice3, GetProperty, device, g_wszWMDMDeviceFriendlyName,
                    &old)))
        conf_inconclusive(c, "the device has no friendly name");
    CHECK_HR("SP-DEV-052", E_INVALIDARG, IMDSPDevice3, SetProperty, device,
             g_wszWMDMDeviceFriendlyName, &value);
    CHECK_FAILS("SP-DEV-052", IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFirmwareVersion,
                &value);
    value = (PROPVARIANT){.vt = VT_BSTR};
    value.bstrVal = SysAllocString(u"papcheck was here");
    CHECK_HR("SP-DEV-051", S_OK, IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName,
             &value);
    CHECK_HR("SP-DEV-051", S_OK, IMDSPDevice3, GetProperty, device, g_wszWMDMDeviceFriendlyName,
             &seen);
    CHECK(c, "SP-DEV-051",
          seen.vt == VT_BSTR && com_wcscmp(seen.bstrVal, u"papcheck was here") == 0);
    (void)CALL("SP-DEV-051", IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &old);
    PropVariantClear(&seen);
    PropVariantClear(&value);
    PropVariantClear(&old);
    wmdm_close(w);
}
