/* IMDSPDevice/2/3: what a device object tells about the device. */
#include "conformance/wmdm/wmdm_case.h"
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

/* Room for 0, 1, len and len + 1 characters; NULL. */
static void check_room(struct wmdm *w, text_method method)
{
    struct conf *c = wmdm_conf(w);
    WCHAR text[300];
    DWORD length;

    REQUIRE_HR(method(w, text, 300), S_OK);
    length = (DWORD)com_wcslen(text);
    REQUIRE(length > 1 && length < 298);
    for (unsigned i = 0; i < 3; i++) {
        DWORD room = i == 2 ? length : i;

        memset(text, 0xaa, sizeof(text));
        CHECK_HR(method(w, text, room), WMDM_E_BUFFERTOOSMALL);
        CHECK_EQ(text[room], 0xaaaa);
    }
    CHECK_HR(method(w, text, length + 1), S_OK);
    CHECK_EQ(com_wcslen(text), length);
    CHECK_HR(method(w, NULL, 100), E_INVALIDARG);
}

DEVICE_CASE(DEVICE_NAME_BV_01, "ANY", "Name and manufacturer fit exactly or not at all", CONF_MUST,
            "GetName and GetManufacturer with room 0, 1, len, len + 1; the device's manufacturer",
            "SP-DEV-003", "SP-DEV-007", "SP-DEV-008")
{
    WCHAR *expected = manufacturer_of(c), text[300];
    struct wmdm *w = wmdm_open(c);

    ROW("SP-DEV-007") {
        CHECK_HR(get_manufacturer(w, text, 300), S_OK);
        CHECK(com_wcscmp(text, expected) == 0);
    }
    ROW("SP-DEV-003")
        check_room(w, get_name);
    ROW("SP-DEV-008")
        check_room(w, get_manufacturer);
    CoTaskMemFree(expected);
}

DEVICE_CASE(DEVICE_TYPE_BV_01, "ANY", "Type, version and icon say what is known", CONF_MUST,
            "GetType; GetVersion over two patterns; GetDeviceIcon", "SP-DEV-014", "SP-DEV-006",
            "SP-DEV-009", "SP-DEV-015", "SP-DEV-018", "SP-DEV-030")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    const DWORD player =
        WMDM_DEVICE_TYPE_PLAYBACK | WMDM_DEVICE_TYPE_DECODE | WMDM_DEVICE_TYPE_STORAGE;
    const DWORD sdmi = WMDM_DEVICE_TYPE_SDMI | WMDM_DEVICE_TYPE_NONSDMI;
    DWORD type = 0, one = 0xcccccccc, two = 0x33333333, icon = 0;
    HRESULT hr;

    ROW("SP-DEV-014") {
        REQUIRE_HR(CALL(IMDSPDevice, GetType, device, &type), S_OK);
        CHECK_EQ(type & player, player);
        CHECK_EQ(type & ~0x7ffu, 0);
    }
    ROW("SP-DEV-015")
        CHECK((type & sdmi) && (type & sdmi) != sdmi);
    ROW("SP-DEV-018")
        CHECK(!(type & WMDM_DEVICE_TYPE_VIRTUAL));
    ROW("SP-DEV-009") {
        hr = CALL(IMDSPDevice, GetVersion, device, &one);
        if (SUCCEEDED(hr)) {
            (void)CALL(IMDSPDevice, GetVersion, device, &two);
            CHECK_EQ(one, two);
            CHECK_HR(CALL(IMDSPDevice, GetVersion, device, NULL), E_INVALIDARG);
        } else {
            CHECK_SEEN(hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL, value_hr(hr));
            conf_excused(c, 2, "the device has no version");
        }
    }
    ROW("SP-DEV-006") {
        hr = CALL(IMDSPDevice, GetDeviceIcon, device, &icon);
        CHECK_SEEN(hr != WMDM_E_NOTSUPPORTED && hr != E_NOTIMPL, value_hr(hr));
    }
    ROW("SP-DEV-030")
        CHECK_SEEN(FAILED(hr) || icon != 0, value_hr(hr));
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
            "The serial number's length is that of its bytes", CONF_MUST, "GetSerialNumber",
            "SP-DEV-012")
{
    WCHAR *text = serial_of(c);
    struct wmdm *w = wmdm_open(c);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id;

    memset(&id, 0xaa, sizeof(id));
    ROW("SP-DEV-012") {
        REQUIRE_HR(CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &id, mac), S_OK);
        CHECK_EQ(id.cbSize, sizeof(id));
        REQUIRE(id.SerialNumberLength >= 2 && id.SerialNumberLength <= 128);
        hold_text(c, &id, text);
    }
    CoTaskMemFree(text);
}

DEVICE_CASE(DEVICE_POWER_BV_01, "PROVIDER.DEVICE.POWER", "Power source and capabilities agree",
            CONF_MUST, "GetPowerSource over a pattern", "SP-DEV-026", "SP-DEV-025", "SP-DEV-027")
{
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0xcccccccc, percent = 0xcccccccc;
    bool battery, external;

    ROW("SP-DEV-025") {
        CHECK_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
        REQUIRE(source != 0xcccccccc);
    }
    battery = source & WMDM_POWER_IS_BATTERY;
    external = source & WMDM_POWER_IS_EXTERNAL;
    ROW("SP-DEV-026") {
        CHECK(battery != external);
        CHECK(!battery || (source & WMDM_POWER_CAP_BATTERY));
        CHECK(!external || (source & WMDM_POWER_CAP_EXTERNAL));
    }
    ROW("SP-DEV-027") {
        CHECK_EQ(!!(source & WMDM_POWER_PERCENT_AVAILABLE), battery);
        CHECK(!battery || percent <= 100);
    }
}

static bool unsupported(HRESULT hr)
{
    return hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL;
}

DEVICE_CASE(DEVICE_OPTIONAL_BI_01, "ANY", "What is optional is refused, not pretended", CONF_MAY,
            "an unknown opaque command to device and storage, property pages, an unknown control "
            "code",
            "SP-DEV-032", "SP-DEV-044", "SP-DEV-055", "SP-STG-045")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    OPAQUECOMMAND command = {.guidCommand = {0x01234567, 0x89ab, 0x4cde, {9, 8, 7, 6, 5, 4, 3, 2}}};
    ISpecifyPropertyPages *pages = POISON;
    IUnknown **unknowns = POISON;
    DWORD count = 77, size = 0;
    HRESULT hr;

    ROW("SP-DEV-032") {
        hr = CALL(IMDSPDevice, SendOpaqueCommand, wmdm_device(w), &command);
        CHECK_SEEN(unsupported(hr), value_hr(hr));
    }
    ROW("SP-STG-045") {
        hr = CALL(IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &command);
        CHECK_SEEN(unsupported(hr), value_hr(hr));
    }
    ROW("SP-DEV-044") {
        hr = CALL(IMDSPDevice2, GetSpecifyPropertyPages, device, &pages, &unknowns, &count);
        if (FAILED(hr))
            CHECK_SEEN(unsupported(hr) && !pages && !unknowns && !count, value_hr(hr));
        else
            CHECK(pages != NULL && pages != POISON);
    }
    RELEASE(device);
    if (!conf_offers(c, "PROVIDER.DEVICE3"))
        return;
    ROW("SP-DEV-055") {
        hr = CALL(IMDSPDevice3, DeviceIoControl, wmdm_device3(w), 0xdeadbeef, NULL, 0, NULL, &size);
        CHECK_SEEN(unsupported(hr) || hr == HRESULT_FROM_WIN32(50) || hr == HRESULT_FROM_WIN32(1),
                   value_hr(hr));
    }
}

DEVICE_CASE(DEVICE_PATH_BV_01, "PROVIDER.DEVICE.PATH",
            "The canonical name is the path it was made with", CONF_SHOULD,
            "GetCanonicalName: the path, or the path with $ and a number", "SP-DEV-042")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    const char *uri = conf_device_uri(c);
    WCHAR name[300];
    char *text;

    ROW("SP-DEV-042") {
        REQUIRE_HR(CALL(IMDSPDevice2, GetCanonicalName, device, name, 300), S_OK);
        text = com_utf8_from_utf16(name);
        REQUIRE(text && strncmp(text, uri, strlen(uri)) == 0);
        CHECK(text[strlen(uri)] == 0 || text[strlen(uri)] == '$');
    }
    CoTaskMemFree(text);
    RELEASE(device);
}

CONF_CASE(DEVICE_FIND_BV_01, .title = "GetStorage finds a name in the root, or says S_FALSE",
          .reqs = REQS("SP-DEV-036", "SP-DEV-039"), .ics = "PROVIDER.DEVICE.FIND",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "a folder of ours, or a file; a name nobody has")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    IMDSPStorage *ours = wmdm_work_folder(w), *file = NULL, *out = NULL;
    WCHAR name[300];

    if (ours == wmdm_root(w))
        ours = file = wmdm_put(w, ours, "papcheck-find.bin", "x", 1);
    ROW("SP-DEV-036") {
        REQUIRE_HR(CALL(IMDSPStorage, GetName, ours, name, 300), S_OK);
        CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, name, &out), S_OK);
        CHECK(out != NULL);
    }
    RELEASE(out);
    out = POISON;
    ROW("SP-DEV-039") {
        CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, u"papcheck-none", &out), S_FALSE);
        CHECK(out == NULL);
    }
    RELEASE(file);
    RELEASE(device);
}

DEVICE_CASE(DEVICE_PROPERTY_BV_01, "PROVIDER.DEVICE3",
            "Each listed property is there, with its documented type", CONF_MUST,
            "GetProperty of SupportedDeviceProperties, then of each name in it", "SP-DEV-046",
            "SP-DEV-047", "SP-DEV-048")
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
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT list, value;
    LONG last = -1;
    BSTR *names;

    PropVariantInit(&list);
    PropVariantInit(&value);
    ROW("SP-DEV-047") {
        REQUIRE_HR(
            CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMSupportedDeviceProperties, &list),
            S_OK);
        REQUIRE(list.vt == (VT_BSTR | VT_ARRAY));
        SafeArrayGetUBound(list.parray, 1, &last);
        names = list.parray->pvData;
        for (LONG i = 0; i <= last; i++) {
            CHECK_HR(CALL(IMDSPDevice3, GetProperty, device, names[i], &value), S_OK);
            ROW("SP-DEV-046") {
                for (unsigned k = 0; k < ARRAY_SIZE(types); k++) {
                    if (com_wcscmp(types[k].name, names[i]) == 0)
                        CHECK_EQ(value.vt, types[k].type);
                }
            }
            PropVariantClear(&value);
        }
    }
    ROW("SP-DEV-048") {
        CHECK_FAILS(CALL(IMDSPDevice3, GetProperty, device, u"Papcheck/None", &value));
        CHECK_EQ(value.vt, VT_EMPTY);
    }
    PropVariantClear(&list);
}

CONF_CASE(DEVICE_PROPERTY_BV_02, .title = "The friendly name can be set, with a text only",
          .reqs = REQS("SP-DEV-051", "SP-DEV-052"), .ics = "PROVIDER.DEVICE.NAME",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetProperty with VT_UI4; the firmware version; a new text, read back; put back")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT old, seen, value = {.vt = VT_UI4, .ulVal = 7};

    PropVariantInit(&old);
    PropVariantInit(&seen);
    ROW("SP-DEV-051") {
        CHECK_HR(CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMDeviceFriendlyName, &old), S_OK);
    }
    ROW("SP-DEV-052") {
        CHECK_HR(CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &value),
                 E_INVALIDARG);
        CHECK_FAILS(
            CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFirmwareVersion, &value));
    }
    value = (PROPVARIANT){.vt = VT_BSTR};
    value.bstrVal = SysAllocString(u"papcheck was here");
    ROW("SP-DEV-051") {
        CHECK_HR(CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &value),
                 S_OK);
        CHECK_HR(CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMDeviceFriendlyName, &seen), S_OK);
        CHECK(seen.vt == VT_BSTR && com_wcscmp(seen.bstrVal, u"papcheck was here") == 0);
        (void)CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &old);
    }
    PropVariantClear(&seen);
    PropVariantClear(&value);
    PropVariantClear(&old);
}
