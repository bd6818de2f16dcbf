/* What a provider answers before there is a device object: its class, counting, CreateDevice and
 * what it answers while a device is gone. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "spcore/com/com_guid.h"

#define ENUM_CASE(token, ics_, title_, level_, steps_, ...)                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .needs = CONF_PROVIDER, .steps = steps_)

ENUM_CASE(ENUM_CLASS_BI_01, "ANY", "A class the module does not have is refused", CONF_MUST,
          "DllGetClassObject with a made-up class id, then with the provider's", "SP-REG-001")
{
    wmdm_get_class_object get = wmdm_class_object_entry(c);
    const CLSID other = {0x01234567, 0x89ab, 0x4cde, {0x80, 1, 2, 3, 4, 5, 6, 7}};
    IComponentAuthenticate *component = NULL;
    IClassFactory *factory = NULL;
    IUnknown *object = NULL;
    CLSID own;

    ROW("SP-REG-001.other")
        CHECK_HR(SP_HR("DllGetClassObject", get(&other, &IID_IClassFactory, (void **)&factory)),
                 CLASS_E_CLASSNOTAVAILABLE);
    RELEASE(factory);
    if (!com_guid_parse(conf_provider_class(c), &own))
        conf_setup_failed(c, "%s is no class id", conf_provider_class(c));
    ROW("SP-REG-001.component") {
        REQUIRE_HR(SP_HR("DllGetClassObject", get(&own, &IID_IClassFactory, (void **)&factory)),
                   S_OK);
        REQUIRE_HR(
            SP_HR("IClassFactory::CreateInstance",
                  IClassFactory_CreateInstance(factory, NULL, &IID_IUnknown, (void **)&object)),
            S_OK);
        CHECK_HR(SP_HR("IUnknown::QueryInterface",
                       IUnknown_QueryInterface(object, &IID_IComponentAuthenticate,
                                               (void **)&component)),
                 S_OK);
        CHECK(component != NULL);
    }
    RELEASE(component);
    RELEASE(object);
    RELEASE(factory);
}

ENUM_CASE(ENUM_CLASS_BV_01, "ANY", "The module stays while an object lives", CONF_MUST,
          "DllCanUnloadNow with a provider held, and after the last release", "SP-LIFE-007")
{
    ROW("SP-LIFE-007.unload") {
        wmdm_can_unload_now unload = wmdm_can_unload_entry(c);
        struct wmdm *w = wmdm_open(c);

        (void)wmdm_root(w);
        ROW("SP-LIFE-007.alive")
            CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_FALSE);
        wmdm_close(w);
        CHECK_HR(SP_HR("DllCanUnloadNow", unload()), S_OK);
    }
}

ENUM_CASE(ENUM_PATH_BV_01, "PROVIDER.PNP",
          "CreateDevice opens the device of that path, with or without $n", CONF_MUST,
          "CreateDevice of the path, of path$0, of another path while the first is open",
          "SP-PNP-007", "SP-PNP-004", "SP-PNP-011", "SP-PNP-012")
{
    struct wmdm *w = wmdm_open(c);
    const char *uri = conf_device_uri(c);
    char *other = malloc(strlen(uri) + 8);
    struct wmdm_created first, again;

    if (!other)
        conf_setup_failed(c, "no memory");
    ROW("SP-PNP-004.second")
        REQUIRE(wmdm_has(w, wmdm_provider(w), &IID_IMDServiceProvider2));
    ROW("SP-PNP-012.bare") {
        first = wmdm_created_new(w, uri);
        CHECK_ANSWER(SUCCEEDED(first.hr), first.hr, "a success");
    }
    ROW("SP-PNP-007.code")
        REQUIRE_HR(first.hr, S_OK);
    ROW("SP-PNP-007.count")
        REQUIRE(first.count >= 1);
    for (DWORD i = 0; i < first.count; i++) {
        ROW("SP-PNP-007.pointers")
            REQUIRE(first.device[i] != NULL);
        ROW("SP-PNP-007.interface")
            CHECK(wmdm_has(w, first.device[i], &IID_IMDSPDevice));
    }
    ROW("SP-PNP-012.suffix") {
        sprintf(other, "%s$0", uri);
        again = wmdm_created_new(w, other);
        CHECK_HR(again.hr, S_OK);
    }
    wmdm_created_release(w, &again);
    /* No device of that number is there: to get the open one would be to ignore the path. */
    ROW("SP-PNP-011.other") {
        sprintf(other, "%s99", uri);
        again = wmdm_created_new(w, other);
        CHECK_FAILS(again.hr);
    }
    wmdm_created_release(w, &again);
    wmdm_created_release(w, &first);
    free(other);
}

ENUM_CASE(ENUM_PATH_BI_01, "PROVIDER.PNP", "A path that leads nowhere leaves no outputs", CONF_MUST,
          "CreateDevice of a made-up scheme, a port nobody listens on, the empty path",
          "SP-PNP-008")
{
    static const struct {
        const char *path, *row;
    } paths[] = {{"nowhere:at all", "SP-PNP-008.code"},
                 {"usbip://127.0.0.1:1/1-1", "SP-PNP-008.code"},
                 {"", "SP-PNP-008.empty"}};
    struct wmdm *w = wmdm_open(c);

    for (unsigned i = 0; i < 3; i++) {
        struct wmdm_created made;

        ROW(paths[i].row) {
            made = wmdm_created_new(w, paths[i].path);
            CHECK_FAILS(made.hr);
        }
        ROW("SP-PNP-008.reason")
            CHECK_ANSWER(made.hr != E_FAIL && made.hr != E_UNEXPECTED, made.hr, "a reason");
        ROW("SP-PNP-008.count")
            CHECK_EQ(made.count, 0);
        ROW("SP-PNP-008.array")
            CHECK(made.device == NULL);
    }
}

/* A device that has nothing to do, by itself: its case and others begin so. */
static void check_idle(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    DWORD status = 0;

    ROW("SP-DEV-019.ready") {
        CHECK_HR(CALL(IMDSPDevice, GetStatus, device, &status), S_OK);
        CHECK(status & WMDM_STATUS_READY);
    }
    ROW("SP-DEV-019.busy")
        CHECK(!(status & WMDM_STATUS_BUSY));
    ROW("SP-DEV-019.nothing")
        CHECK_EQ(status & ~(DWORD)(WMDM_STATUS_CONTROL | WMDM_STATUS_READY | WMDM_STATUS_BUSY), 0);
}

/* One that is gone, asked ten times. */
static void check_gone(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);

    for (unsigned i = 0; i < 10; i++) {
        DWORD status = 0;
        HRESULT hr;

        ROW(i ? "SP-DEV-022.again" : "SP-DEV-022.ready") {
            hr = CALL(IMDSPDevice, GetStatus, device, &status);
            CHECK_SEEN(FAILED(hr) || !(status & WMDM_STATUS_READY), value_hr(hr));
        }
        ROW("SP-DEV-022.said")
            CHECK_ANSWER(FAILED(hr) ? hr != E_FAIL && hr != E_UNEXPECTED
                                    : (status & WMDM_STATUS_DEVICE_NOTPRESENT) != 0,
                         hr, "DEVICE_NOTPRESENT, or a reason");
    }
}

/* The first file at or below that has something in it; a reference of the caller's. */
static IMDSPStorage *file_below(struct wmdm *w, IMDSPStorage *parent)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_list list = wmdm_children(w, parent);
    IMDSPStorage *file = NULL;

    for (size_t i = 0; i < list.count && !file; i++) {
        DWORD attributes = 0, low = 0, high = 0;

        (void)CALL(IMDSPStorage, GetAttributes, list.item[i], &attributes, NULL);
        (void)CALL(IMDSPStorage, GetSize, list.item[i], &low, &high);
        if (attributes & WMDM_FILE_ATTR_FOLDER)
            file = file_below(w, list.item[i]);
        else if ((attributes & WMDM_FILE_ATTR_CANREAD) && (low || high)) {
            file = list.item[i];
            list.item[i] = NULL;
        }
    }
    wmdm_release_all(w, &list);
    return file;
}

/* An object with its device there, or a failure that says that it is not. */
static void check_burst(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_created made;
    DWORD status = 0;

    ROW("SP-PNP-020.reason") {
        made = wmdm_created_new(w, conf_device_uri(c));
        CHECK_ANSWER(made.hr == S_OK || (FAILED(made.hr) && made.hr != E_FAIL), made.hr,
                     "S_OK, or a reason");
    }
    ROW("SP-PNP-020.live") {
        if (made.hr == S_OK) {
            CHECK_HR(CALL(IMDSPDevice, GetStatus, made.device[0], &status), S_OK);
            CHECK(status & WMDM_STATUS_READY);
        } else {
            conf_excused(c, 2, "no device was made");
        }
    }
    wmdm_created_release(w, &made);
}

static void unplug_and_plug(struct conf *c)
{
    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    free(conf_control(c, "{\"verb\":\"plug\"}"));
}

/* A file of that device can be read. */
static void check_read(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *root = NULL, *file;
    IMDSPObject *object = NULL;
    DWORD size = 1024;
    BYTE data[1024];
    ULONG fetched = 0;

    REQUIRE_HR(CALL(IMDSPDevice, EnumStorage, device, &roots), S_OK);
    REQUIRE_HR(CALL(IMDSPEnumStorage, Next, roots, 1, &root, &fetched), S_OK);
    file = file_below(w, root);
    if (file && conf_offers(c, "PROVIDER.OBJECT.READ")) {
        object = AS(IMDSPObject, file);
        REQUIRE_HR(CALL(IMDSPObject, Open, object, MDSP_READ), S_OK);
        CHECK_HR(wmdm_read(w, object, data, &size), S_OK);
        CHECK(size > 0);
        (void)CALL(IMDSPObject, Close, object);
    } else {
        conf_excused(c, 3, "there is no file to read");
    }
    RELEASE(object);
    RELEASE(file);
    RELEASE(root);
    RELEASE(roots);
}

ENUM_CASE(ENUM_IDLE_BV_01, "ANY", "A device that has nothing to do is READY", CONF_MUST,
          "GetStatus", "SP-DEV-019")
{
    struct wmdm *w = wmdm_open(c);

    check_idle(w, wmdm_device(w));
}

static WMDMID serial_of(struct wmdm *w, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id = {0};

    if (conf_offers(c, "PROVIDER.DEVICE.SERIAL"))
        SETUP_CALL(IMDSPDevice, GetSerialNumber, device, &id, mac);
    return id;
}

/* `id`: before the device was out. */
static void check_same_serial(struct wmdm *w, const WMDMID *id, IMDSPDevice *device)
{
    struct conf *c = wmdm_conf(w);
    WMDMID now = serial_of(w, device);

    ROW("SP-DEV-011.replug")
        CHECK(now.SerialNumberLength == id->SerialNumberLength &&
              memcmp(now.pID, id->pID, sizeof(now.pID)) == 0);
}

CONF_CASE(ENUM_REPLUG_BV_01, .title = "Removal is told as what it is, and a new device is new",
          .reqs = REQS("SP-DEV-022", "SP-DEV-019", "SP-LIFE-011", "SP-DEV-011", "SP-PNP-013",
                       "SP-PNP-016", "SP-PNP-020"),
          .ics = "PROVIDER.PNP", .needs = CONF_PROVIDER | CONF_CONTROL,
          .steps = "GetStatus; unplug; GetStatus, GetSize and EnumStorage; another instance; plug, "
                   "unplug, plug; CreateDevice and GetStatus; the same; CreateDevice, its serial "
                   "number, a file is "
                   "read; CreateDevice of the other instance")
{
    const HRESULT removed = HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED);
    struct wmdm *w = wmdm_open(c), *early;
    IMDSPDevice *device = wmdm_device(w);
    IMDSPEnumStorage *roots = NULL;
    struct wmdm_created again;
    WMDMID id;
    HRESULT hr;

    (void)wmdm_root(w);
    check_idle(w, device);
    id = serial_of(w, device);
    free(conf_control(c, "{\"verb\":\"unplug\"}"));
    check_gone(w, device);
    ROW("SP-LIFE-011.device") {
        hr = CALL(IMDSPDevice, EnumStorage, device, &roots);
        CHECK_SEEN(hr == removed || hr == HRESULT_FROM_WIN32(ERROR_NOT_READY) ||
                       hr == WMDM_E_INTERFACEDEAD,
                   value_hr(hr));
    }
    RELEASE(roots);
    early = wmdm_open(c);
    free(conf_control(c, "{\"verb\":\"plug\"}"));
    unplug_and_plug(c);
    check_burst(w);
    unplug_and_plug(c);
    ROW("SP-PNP-016.code") {
        again = wmdm_created_new(w, conf_device_uri(c));
        REQUIRE_HR(again.hr, S_OK);
    }
    check_same_serial(w, &id, again.device[0]);
    ROW("SP-PNP-016.media")
        CHECK_EQ(wmdm_created_roots(w, again.device[0], NULL), 1);
    ROW("SP-PNP-016.transfer")
        check_read(w, again.device[0]);
    wmdm_created_release(w, &again);
    ROW("SP-PNP-013.instance") {
        again = wmdm_created_new(early, conf_device_uri(c));
        CHECK_HR(again.hr, S_OK);
    }
    wmdm_created_release(early, &again);
}
