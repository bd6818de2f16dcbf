/* What is asked of a device by name: IMDSPDevice2::GetStorage, IMDSPDevice3's properties. */
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

#define NAME_ROOM 300

/* ---- what lies in the root */

/* A reference of the caller's to the first child of the root that is of that kind. */
static IMDSPStorage *first_of(struct wmdm *w, DWORD kind)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_list list = wmdm_children(w, wmdm_root(w));
    IMDSPStorage *first = NULL;

    for (size_t i = 0; i < list.count && !first; i++) {
        DWORD attributes = 0;

        SETUP_CALL(IMDSPStorage, GetAttributes, list.item[i], &attributes, NULL);
        if (attributes & kind) {
            first = list.item[i];
            list.item[i] = NULL;
        }
    }
    wmdm_release_all(w, &list);
    return first;
}

/* By its name it is found; `ret_name` is that. */
static void find_it(struct wmdm *w, IMDSPDevice2 *device, IMDSPStorage *child,
                    WCHAR ret_name[NAME_ROOM])
{
    struct conf *c = wmdm_conf(w);
    WCHAR seen[NAME_ROOM] = {0};
    IMDSPStorage *out = NULL;

    REQUIRE_HR(CALL(IMDSPStorage, GetName, child, ret_name, NAME_ROOM), S_OK);
    CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, ret_name, &out), S_OK);
    REQUIRE(out != NULL);
    ROW("SP-DEV-036.same") {
        CHECK_HR(CALL(IMDSPStorage, GetName, out, seen, NAME_ROOM), S_OK);
        CHECK(com_wcseq(seen, ret_name));
    }
    RELEASE(out);
}

static void find_none(struct wmdm *w, IMDSPDevice2 *device, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *out = NULL;

    CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, name, &out), S_FALSE);
    RELEASE(out);
}

/* The beginning of a name, and patterns that it fits. */
static void find_like(struct wmdm *w, IMDSPDevice2 *device, WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    size_t last = com_wcslen(name) - 1;

    name[last] = '*';
    ROW("SP-DEV-037.device")
        find_none(w, device, name);
    name[last] = '?';
    ROW("SP-DEV-037.device")
        find_none(w, device, name);
    name[last] = 0;
    ROW("SP-DEV-036.exact")
        find_none(w, device, name);
}

CONF_CASE(DEVICE_FIND_BV_01, .title = "GetStorage finds a name in the root, or says S_FALSE",
          .reqs = REQS("SP-DEV-036", "SP-DEV-037", "SP-DEV-039"), .ics = "PROVIDER.DEVICE.FIND",
          .needs = CONF_PROVIDER,
          .steps = "The first file and the first folder of the root; the file's name less its end, "
                   "and with * and ? there; a name nobody has")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice2 *device = AS(IMDSPDevice2, wmdm_device(w));
    IMDSPStorage *file = first_of(w, WMDM_FILE_ATTR_FILE), *out = POISON;
    IMDSPStorage *folder = first_of(w, WMDM_FILE_ATTR_FOLDER);
    WCHAR name[NAME_ROOM] = {0};

    ROW("SP-DEV-036.folder") {
        if (folder)
            find_it(w, device, folder, name);
        else
            conf_excused(c, 3, "there is no folder in the root");
    }
    ROW("SP-DEV-036.file") {
        if (file)
            find_it(w, device, file, name);
        else
            conf_excused(c, 3, "there is no file in the root");
    }
    if (name[0] && name[1])
        find_like(w, device, name);
    ROW("SP-DEV-039.device")
        CHECK_HR(CALL(IMDSPDevice2, GetStorage, device, u"papcheck-none", &out), S_FALSE);
    ROW("SP-DEV-039.null")
        CHECK(out == NULL);
    RELEASE(folder);
    RELEASE(file);
    RELEASE(device);
}

/* ---- properties */

static const struct documented {
    const WCHAR *name;
    VARTYPE type;
    const char *clause; /* of its type; NULL: no row says it */
} properties[] = {
    {g_wszWMDMSupportedDeviceProperties, VT_BSTR | VT_ARRAY, "SP-DEV-047.type"},
    {g_wszWMDMDeviceFriendlyName, VT_BSTR, "SP-DEV-046.name"},
    {g_wszWMDMFormatsSupported, VT_UI4 | VT_ARRAY, "SP-DEV-046.formats"},
    {g_wszWMDMFormatsSupportedAreOrdered, VT_BOOL, "SP-DEV-046.ordered"},
    {g_wszWMDMDeviceModelName, VT_BSTR, "SP-DEV-046.model"},
    {g_wszWMDMDeviceFirmwareVersion, VT_UI4, "SP-DEV-046.firmware"},
    {g_wszWMDMDeviceVendorExtension, VT_BSTR, "SP-DEV-046.extension"},
    {g_wszWMDMDeviceProtocol, VT_CLSID, "SP-DEV-046.protocol"},
    {g_wszWMDMSyncRelationshipID, VT_BSTR, "SP-DEV-046.partner"},
};

static bool is_listed(const PROPVARIANT *list, const WCHAR *name)
{
    LONG last = -1;

    SafeArrayGetUBound(list->parray, 1, &last);
    for (LONG i = 0; i <= last; i++) {
        if (com_wcseq(((BSTR *)list->parray->pvData)[i], name))
            return true;
    }
    return false;
}

/* Of those of the documents: listed ones are of their type, others are not there. */
static void check_documented(struct wmdm *w, const PROPVARIANT *list)
{
    struct conf *c = wmdm_conf(w);
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT value;

    PropVariantInit(&value);
    for (unsigned i = 0; i < ARRAY_SIZE(properties); i++) {
        HRESULT hr = CALL(IMDSPDevice3, GetProperty, device, properties[i].name, &value);

        ROW("SP-DEV-047.whole")
            CHECK_ANSWER(FAILED(hr) || is_listed(list, properties[i].name), hr,
                         "a name that is not listed");
        ROW(properties[i].clause) {
            if (hr == S_OK)
                CHECK_EQ(value.vt, properties[i].type);
            else
                conf_excused(c, 1, "the device has no such property");
        }
        PropVariantClear(&value);
    }
}

/* A string is as long as it says, and what is handed out once more is not the same memory. */
static void check_memory(struct wmdm *w, const PROPVARIANT *list)
{
    struct conf *c = wmdm_conf(w);
    BSTR *names = list->parray->pvData, *again_names;
    PROPVARIANT again;
    LONG last = -1;

    PropVariantInit(&again);
    SafeArrayGetUBound(list->parray, 1, &last);
    ROW("SP-DEV-050.length") {
        for (LONG i = 0; i <= last; i++)
            CHECK_EQ(SysStringLen(names[i]), com_wcslen(names[i]));
    }
    ROW("SP-DEV-050.own") {
        REQUIRE_HR(CALL(IMDSPDevice3, GetProperty, wmdm_device3(w),
                        g_wszWMDMSupportedDeviceProperties, &again),
                   S_OK);
        REQUIRE(again.parray && again.parray != list->parray);
        again_names = again.parray->pvData;
        for (LONG i = 0; i <= last; i++)
            REQUIRE(again_names[i] != names[i]);
    }
    PropVariantClear(&again);
}

CONF_CASE(DEVICE_PROPERTY_BV_01, .title = "What is listed is there, with its documented type",
          .reqs = REQS("SP-DEV-046", "SP-DEV-047", "SP-DEV-048", "SP-DEV-049", "SP-DEV-050"),
          .ics = "PROVIDER.DEVICE3", .needs = CONF_PROVIDER,
          .steps = "GetProperty of SupportedDeviceProperties, of each name in it, of those of the "
                   "documents, of a song's, a made-up one and NULL")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT list, value;
    LONG last = -1;
    BSTR *names;

    PropVariantInit(&list);
    PropVariantInit(&value);
    ROW("SP-DEV-047.type") {
        REQUIRE_HR(
            CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMSupportedDeviceProperties, &list),
            S_OK);
        REQUIRE(list.vt == (VT_BSTR | VT_ARRAY));
    }
    check_memory(w, &list);
    SafeArrayGetUBound(list.parray, 1, &last);
    names = list.parray->pvData;
    for (LONG i = 0; i <= last; i++) {
        ROW("SP-DEV-047.readable")
            CHECK_HR(CALL(IMDSPDevice3, GetProperty, device, names[i], &value), S_OK);
        PropVariantClear(&value);
    }
    check_documented(w, &list);
    ROW("SP-DEV-048.unknown")
        CHECK_FAILS(CALL(IMDSPDevice3, GetProperty, device, u"Papcheck/None", &value));
    ROW("SP-DEV-048.empty")
        CHECK_EQ(value.vt, VT_EMPTY);
    PropVariantClear(&value);
    ROW("SP-DEV-048.unlisted") {
        if (!is_listed(&list, g_wszWMDMTitle))
            CHECK_FAILS(CALL(IMDSPDevice3, GetProperty, device, g_wszWMDMTitle, &value));
        else
            conf_excused(c, 1, "a device has a title");
    }
    PropVariantClear(&value);
    (void)CALL(IMDSPDevice3, GetProperty, device, NULL, &value);
    ROW("SP-DEV-049.empty")
        CHECK_EQ(value.vt, VT_EMPTY);
    PropVariantClear(&value);
    PropVariantClear(&list);
}

/* ---- what can be set */

/* The text that is there now; the caller clears it. */
static PROPVARIANT text_now(struct wmdm *w, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT value;

    PropVariantInit(&value);
    REQUIRE_HR(CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), name, &value), S_OK);
    REQUIRE(value.vt == VT_BSTR);
    return value;
}

static void set_text(struct wmdm *w, const WCHAR *name, const WCHAR *text)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT value = {.vt = VT_BSTR, .bstrVal = SysAllocString(text)};

    CHECK_HR(CALL(IMDSPDevice3, SetProperty, wmdm_device3(w), name, &value), S_OK);
    PropVariantClear(&value);
}

/* However many blanks a device keeps behind it. */
static void check_trimmed(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    WCHAR name[NAME_ROOM] = {0};
    size_t length;

    set_text(w, g_wszWMDMDeviceFriendlyName, u"papcheck was here   ");
    CHECK_HR(CALL(IMDSPDevice, GetName, wmdm_device(w), name, NAME_ROOM), S_OK);
    length = com_wcslen(name);
    CHECK(length && name[length - 1] != ' ');
}

static void check_text(struct wmdm *w, const WCHAR *name, const WCHAR *text)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT now = text_now(w, name);

    CHECK(com_wcseq(now.bstrVal, text));
    PropVariantClear(&now);
}

/* Set, read, put back. */
static void check_set(struct wmdm *w, const WCHAR *name)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT old = text_now(w, name);

    set_text(w, name, u"{papcheck was here}");
    check_text(w, name, u"{papcheck was here}");
    (void)CALL(IMDSPDevice3, SetProperty, wmdm_device3(w), name, &old);
    PropVariantClear(&old);
}

/* A device whose properties nobody can set has a name all the same. */
#define SETS "MTP.OP.1016"

CONF_CASE(DEVICE_PROPERTY_BV_02, .title = "The friendly name can be set, with a text only",
          .reqs = REQS("SP-DEV-051", "SP-DEV-005", "SP-DEV-052"),
          .ics = "PROVIDER.DEVICE.NAME && " SETS, .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetProperty with VT_UI4; the firmware version, a made-up name; a new text, "
                   "read back; one with blanks behind it, GetName; put back")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice3 *device = wmdm_device3(w);
    PROPVARIANT old, value = {.vt = VT_UI4, .ulVal = 7};

    ROW("SP-DEV-051.name")
        old = text_now(w, g_wszWMDMDeviceFriendlyName);
    ROW("SP-DEV-052.type")
        CHECK_HR(CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &value),
                 E_INVALIDARG);
    ROW("SP-DEV-052.kept")
        check_text(w, g_wszWMDMDeviceFriendlyName, old.bstrVal);
    ROW("SP-DEV-052.read-only")
        CHECK_FAILS(
            CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFirmwareVersion, &value));
    ROW("SP-DEV-052.unknown")
        CHECK_FAILS(CALL(IMDSPDevice3, SetProperty, device, u"Papcheck/None", &old));
    ROW("SP-DEV-051.name")
        check_set(w, g_wszWMDMDeviceFriendlyName);
    ROW("SP-DEV-005.trimmed")
        check_trimmed(w);
    (void)CALL(IMDSPDevice3, SetProperty, device, g_wszWMDMDeviceFriendlyName, &old);
    PropVariantClear(&old);
}

CONF_CASE(DEVICE_PROPERTY_BV_03, .title = "The sync relationship id can be set",
          .reqs = REQS("SP-DEV-051"), .ics = "PROVIDER.DEVICE3 && PROVIDER.DEVICE.PARTNER && " SETS,
          .needs = CONF_PROVIDER | CONF_WRITES, .steps = "A new text, read back; put back")
{
    ROW("SP-DEV-051.partner")
        check_set(wmdm_open(c), g_wszWMDMSyncRelationshipID);
}

CONF_CASE(DEVICE_PROPERTY_BV_04, .title = "What is set outlives an unplug",
          .reqs = REQS("SP-DEV-051"), .ics = "PROVIDER.DEVICE.NAME && PROVIDER.PNP && " SETS,
          .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,
          .steps = "A new friendly name; unplug, plug; a new instance reads it; put back")
{
    struct wmdm *w = wmdm_open(c), *again;
    DWORD status = 0;
    PROPVARIANT old;

    ROW("SP-DEV-051.replug") {
        old = text_now(w, g_wszWMDMDeviceFriendlyName);
        set_text(w, g_wszWMDMDeviceFriendlyName, u"papcheck was here");
        free(conf_control(c, "{\"verb\":\"unplug\"}"));
        (void)CALL(IMDSPDevice, GetStatus, wmdm_device(w), &status); /* it sees that it is gone */
        free(conf_control(c, "{\"verb\":\"plug\"}"));
        again = wmdm_open(c);
        check_text(again, g_wszWMDMDeviceFriendlyName, u"papcheck was here");
        (void)CALL(IMDSPDevice3, SetProperty, wmdm_device3(again), g_wszWMDMDeviceFriendlyName,
                   &old);
    }
    wmdm_close(again);
    PropVariantClear(&old);
}
