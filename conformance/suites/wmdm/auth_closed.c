/* Every method asks for the channel: objects are fetched while it is open, then it is shut by a
 * handshake that fails (reading U6), and every slot behind IUnknown is called. Storage cases work
 * on a file of their own, so that a provider without the check spoils nothing else; formatting is
 * asked for with a mode that means nothing. */
#include "conformance/wmdm/wmdm_case.h"

/* A name that nobody has. */
static const WCHAR anything[] = u"anything";

/* One call on a shut channel. The arguments are good ones wherever that is harmless: a provider
 * that checks them first would be told from one that checks the channel. */
#define SHUT(iface, method, ...) CHECK_HR(CALL(iface, method, __VA_ARGS__), WMDM_E_NOTCERTIFIED)

/* Out parameters of every kind; a refused call leaves nothing in them. */
struct scratch {
    DWORD d[4];
    WCHAR text[64], *texts, **text_array;
    BYTE data[64], mac[20], *bytes;
    WMDMID id;
    WMDMDATETIME date;
    WMDMRIGHTS *rights;
    WAVEFORMATEX *wave, format;
    VIDEOINFOHEADER *video_list, video;
    WMFILECAPABILITIES *files;
    OPAQUECOMMAND command;
    PROPVARIANT value;
    WMDM_FORMAT_CAPABILITY capability;
    WMDM_STORAGE_ENUM_MODE mode;
    ISpecifyPropertyPages *pages;
    IUnknown **unknowns;
    IMDSPStorage *storage, **storages;
    IMDSPStorageGlobals *globals;
    IMDSPEnumStorage *children;
    IMDSPEnumDevice *devices;
    IMDSPDevice *device;
    IWMDMMetaData *metadata;
};

static struct scratch fresh(void)
{
    struct scratch s;

    memset(&s, 0, sizeof(s));
    memset(s.d, 0xee, sizeof(s.d));
    return s;
}

CONF_CASE(AUTH_SHUT_BI_01, .title = "Enumerators refuse on a shut channel",
          .reqs = REQS("SP-AUTH-017"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Next, Skip, Reset and Clone of both enumerators")
{
    struct wmdm *w = wmdm_open(c);
    struct scratch s = fresh();
    IMDSPEnumDevice *devices = NULL;
    IMDSPEnumStorage *storages = NULL;

    ROW("SP-AUTH-017") {
        SETUP_CALL(IMDServiceProvider, EnumDevices, wmdm_provider(w), &devices);
        SETUP_CALL(IMDSPDevice, EnumStorage, wmdm_device(w), &storages);
        wmdm_shut(w);
        SHUT(IMDSPEnumDevice, Next, devices, 1, &s.device, s.d);
        SHUT(IMDSPEnumDevice, Skip, devices, 1, s.d);
        SHUT(IMDSPEnumDevice, Reset, devices);
        SHUT(IMDSPEnumDevice, Clone, devices, &s.devices);
        SHUT(IMDSPEnumStorage, Next, storages, 1, &s.storage, s.d);
        SHUT(IMDSPEnumStorage, Skip, storages, 1, s.d);
        SHUT(IMDSPEnumStorage, Reset, storages);
        SHUT(IMDSPEnumStorage, Clone, storages, &s.children);
    }
    IMDSPEnumDevice_Release(devices);
    IMDSPEnumStorage_Release(storages);
}

static void device_methods(struct conf *c, IMDSPDevice *device)
{
    struct scratch s = fresh();

    SHUT(IMDSPDevice, GetName, device, s.text, 64);
    SHUT(IMDSPDevice, GetManufacturer, device, s.text, 64);
    SHUT(IMDSPDevice, GetVersion, device, s.d);
    SHUT(IMDSPDevice, GetType, device, s.d);
    SHUT(IMDSPDevice, GetSerialNumber, device, &s.id, s.mac);
    SHUT(IMDSPDevice, GetPowerSource, device, s.d, s.d + 1);
    SHUT(IMDSPDevice, GetStatus, device, s.d);
    SHUT(IMDSPDevice, GetDeviceIcon, device, s.d);
    SHUT(IMDSPDevice, EnumStorage, device, &s.children);
    SHUT(IMDSPDevice, GetFormatSupport, device, &s.wave, s.d, &s.text_array, s.d + 1);
    SHUT(IMDSPDevice, SendOpaqueCommand, device, &s.command);
}

static void device2_methods(struct conf *c, IMDSPDevice2 *device)
{
    struct scratch s = fresh();

    SHUT(IMDSPDevice2, GetStorage, device, anything, &s.storage);
    SHUT(IMDSPDevice2, GetFormatSupport2, device, 0, &s.wave, s.d, &s.video_list, s.d + 1, &s.files,
         s.d + 2);
    SHUT(IMDSPDevice2, GetSpecifyPropertyPages, device, &s.pages, &s.unknowns, s.d);
    SHUT(IMDSPDevice2, GetCanonicalName, device, s.text, 64);
}

static void device3_methods(struct conf *c, IMDSPDevice3 *device)
{
    struct scratch s = fresh();

    SHUT(IMDSPDevice3, GetProperty, device, g_wszWMDMDeviceFriendlyName, &s.value);
    SHUT(IMDSPDevice3, SetProperty, device, anything, &s.value);
    SHUT(IMDSPDevice3, GetFormatCapability, device, WMDM_FORMATCODE_MP3, &s.capability);
    SHUT(IMDSPDevice3, DeviceIoControl, device, 0, s.data, 0, s.data, s.d);
    SHUT(IMDSPDevice3, FindStorage, device, WMDM_FIND_SCOPE_GLOBAL, anything, &s.storage);
}

CONF_CASE(AUTH_SHUT_BI_02, .title = "The device refuses on a shut channel",
          .reqs = REQS("SP-AUTH-018"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Every method of IMDSPDevice, IMDSPDevice2 and, where offered, IMDSPDevice3")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    IMDSPDevice2 *two = AS(IMDSPDevice2, device);
    IMDSPDevice3 *three = conf_offers(c, "PROVIDER.DEVICE3") ? AS(IMDSPDevice3, device) : NULL;

    wmdm_shut(w);
    ROW("SP-AUTH-018") {
        device_methods(c, device);
        device2_methods(c, two);
        if (three)
            device3_methods(c, three);
    }
    RELEASE(two);
    RELEASE(three);
}

static void storage_methods(struct conf *c, IMDSPStorage2 *file)
{
    struct scratch s = fresh();

    SHUT(IMDSPStorage2, SetAttributes, file, WMDM_FILE_ATTR_FILE, &s.format);
    SHUT(IMDSPStorage2, GetStorageGlobals, file, &s.globals);
    SHUT(IMDSPStorage2, GetAttributes, file, s.d, &s.format);
    SHUT(IMDSPStorage2, GetName, file, s.text, 64);
    SHUT(IMDSPStorage2, GetDate, file, &s.date);
    SHUT(IMDSPStorage2, GetSize, file, s.d, s.d + 1);
    SHUT(IMDSPStorage2, GetRights, file, &s.rights, s.d, s.mac);
    SHUT(IMDSPStorage2, CreateStorage, file, WMDM_FILE_ATTR_FILE, NULL, anything, &s.storage);
    SHUT(IMDSPStorage2, EnumStorage, file, &s.children);
    SHUT(IMDSPStorage2, SendOpaqueCommand, file, &s.command);
    SHUT(IMDSPStorage2, GetStorage, file, anything, &s.storage);
    SHUT(IMDSPStorage2, CreateStorage2, file, WMDM_FILE_ATTR_FILE, 0, NULL, NULL, anything, 0,
         &s.storage);
    SHUT(IMDSPStorage2, SetAttributes2, file, WMDM_FILE_ATTR_FILE, 0, NULL, NULL);
    SHUT(IMDSPStorage2, GetAttributes2, file, s.d, s.d + 1, &s.format, &s.video);
}

static void storage3_methods(struct conf *c, IMDSPStorage3 *file)
{
    IWMDMMetaData *metadata = wmdm_metadata_new();

    SHUT(IMDSPStorage3, GetMetadata, file, metadata);
    SHUT(IMDSPStorage3, SetMetadata, file, metadata);
    IWMDMMetaData_Release(metadata);
}

static void storage4_methods(struct conf *c, IMDSPStorage4 *file)
{
    struct scratch s = fresh();
    const WCHAR *names[] = {g_wszWMDMFileName};

    s.metadata = wmdm_metadata_new();
    SHUT(IMDSPStorage4, SetReferences, file, 0, NULL);
    SHUT(IMDSPStorage4, GetReferences, file, s.d, &s.storages);
    SHUT(IMDSPStorage4, CreateStorageWithMetadata, file, WMDM_FILE_ATTR_FILE, anything, s.metadata,
         0, &s.storage);
    SHUT(IMDSPStorage4, GetSpecifiedMetadata, file, 1, (WCHAR **)(uintptr_t)names, s.metadata);
    SHUT(IMDSPStorage4, FindStorage, file, WMDM_FIND_SCOPE_GLOBAL, anything, &s.storage);
    SHUT(IMDSPStorage4, GetParent, file, &s.storage);
    IWMDMMetaData_Release(s.metadata);
}

CONF_CASE(AUTH_SHUT_BI_03, .title = "A storage refuses on a shut channel",
          .reqs = REQS("SP-AUTH-019"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method of IMDSPStorage, 2 and, where offered, 3 and 4, on a file")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "shut.bin", "content", 7);
    IMDSPStorage2 *two = AS(IMDSPStorage2, file);
    IMDSPStorage3 *three = conf_offers(c, "PROVIDER.STORAGE3") ? AS(IMDSPStorage3, file) : NULL;
    IMDSPStorage4 *four = conf_offers(c, "PROVIDER.STORAGE4") ? AS(IMDSPStorage4, file) : NULL;

    wmdm_shut(w);
    ROW("SP-AUTH-019") {
        storage_methods(c, two);
        if (three)
            storage3_methods(c, three);
        if (four)
            storage4_methods(c, four);
    }
    RELEASE(four);
    RELEASE(three);
    RELEASE(two);
    RELEASE(file);
    wmdm_step(c, "handshake", "the handshake for tidying up",
              wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
}

CONF_CASE(AUTH_SHUT_BI_04, .title = "Storage globals refuse on a shut channel",
          .reqs = REQS("SP-AUTH-020"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "Every method of IMDSPStorageGlobals")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorageGlobals *globals = wmdm_globals(w);
    struct scratch s = fresh();

    wmdm_shut(w);
    ROW("SP-AUTH-020") {
        SHUT(IMDSPStorageGlobals, GetCapabilities, globals, s.d);
        SHUT(IMDSPStorageGlobals, GetSerialNumber, globals, &s.id, s.mac);
        SHUT(IMDSPStorageGlobals, GetTotalSize, globals, s.d, s.d + 1);
        SHUT(IMDSPStorageGlobals, GetTotalFree, globals, s.d, s.d + 1);
        SHUT(IMDSPStorageGlobals, GetTotalBad, globals, s.d, s.d + 1);
        SHUT(IMDSPStorageGlobals, GetStatus, globals, s.d);
        SHUT(IMDSPStorageGlobals, Initialize, globals, 0, NULL);
        SHUT(IMDSPStorageGlobals, GetDevice, globals, &s.device);
        SHUT(IMDSPStorageGlobals, GetRootStorage, globals, &s.storage);
    }
}

CONF_CASE(AUTH_SHUT_BI_05,
          .title = "An open object refuses on a shut channel and keeps its content",
          .reqs = REQS("SP-AUTH-021", "SP-AUTH-023"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Every method of IMDSPObject and, where offered, IMDSPObject2 on an open file, "
                   "then its content again, or its size")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "shut.bin", "content", 7);
    IMDSPObject *object = AS(IMDSPObject, file);
    IMDSPObject2 *two = conf_offers(c, "PROVIDER.OBJECT2") ? AS(IMDSPObject2, file) : NULL;
    struct scratch s = fresh();
    size_t length = 0;
    BYTE *content;

    ROW("SP-AUTH-021") {
        SETUP_CALL(IMDSPObject, Open, object, MDSP_WRITE);
        s.d[0] = 4;
        wmdm_mac(w, s.data, 4, s.d, 4, s.mac);
        wmdm_shut(w);
        SHUT(IMDSPObject, Write, object, s.data, s.d, s.mac);
        s.d[0] = 4;
        SHUT(IMDSPObject, Read, object, s.data, s.d, s.mac);
        if (two) {
            s.d[0] = 4;
            SHUT(IMDSPObject2, WriteOnClearChannel, two, s.data, s.d);
            s.d[0] = 4;
            SHUT(IMDSPObject2, ReadOnClearChannel, two, s.data, s.d);
        }
        SHUT(IMDSPObject, Seek, object, MDSP_SEEK_BOF, 0);
        SHUT(IMDSPObject, Rename, object, u"renamed.bin", NULL);
        SHUT(IMDSPObject, Move, object, WMDM_MODE_BLOCK, NULL, NULL);
        SHUT(IMDSPObject, Delete, object, WMDM_MODE_BLOCK, NULL);
        SHUT(IMDSPObject, Open, object, MDSP_READ);
        SHUT(IMDSPObject, Close, object);
    }
    RELEASE(two);
    RELEASE(object);
    RELEASE(file);
    wmdm_step(c, "handshake", "the second handshake", wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    file = wmdm_child(w, wmdm_work_folder(w), "shut.bin");
    ROW("SP-AUTH-023") {
        REQUIRE(file != NULL);
        CHECK_EQ(pv_size(w, file), 7);
        if (conf_offers(c, "PROVIDER.OBJECT.READ")) {
            content = wmdm_get(w, file, &length);
            CHECK_BYTES(content, length, "content", 7);
            free(content);
        }
    }
    RELEASE(file);
}

static void info_methods(struct conf *c, IMDSPObjectInfo *info)
{
    struct scratch s = fresh();

    SHUT(IMDSPObjectInfo, GetPlayLength, info, s.d);
    SHUT(IMDSPObjectInfo, SetPlayLength, info, 1);
    SHUT(IMDSPObjectInfo, GetPlayOffset, info, s.d);
    SHUT(IMDSPObjectInfo, SetPlayOffset, info, 1);
    SHUT(IMDSPObjectInfo, GetTotalLength, info, s.d);
    SHUT(IMDSPObjectInfo, GetLastPlayPosition, info, s.d);
    SHUT(IMDSPObjectInfo, GetLongestPlayPosition, info, s.d);
    IMDSPObjectInfo_Release(info);
}

static void control_methods(struct conf *c, IMDSPDeviceControl *control)
{
    struct scratch s = fresh();

    SHUT(IMDSPDeviceControl, GetDCStatus, control, s.d);
    SHUT(IMDSPDeviceControl, GetCapabilities, control, s.d);
    SHUT(IMDSPDeviceControl, Play, control);
    SHUT(IMDSPDeviceControl, Record, control, &s.format);
    SHUT(IMDSPDeviceControl, Pause, control);
    SHUT(IMDSPDeviceControl, Resume, control);
    SHUT(IMDSPDeviceControl, Stop, control);
    SHUT(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, 0);
    IMDSPDeviceControl_Release(control);
}

CONF_CASE(
    AUTH_SHUT_BI_06, .title = "Optional interfaces refuse on a shut channel where offered",
    .reqs = REQS("SP-AUTH-022"),
    .ics = "PROVIDER.OBJECTINFO || PROVIDER.CONTROL || PROVIDER.REVOKED",
    .needs = CONF_PROVIDER | CONF_WRITES,
    .steps = "IMDSPObjectInfo, IMDSPDeviceControl and IMDSPRevoked, each if QueryInterface has it")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "shut.bin", "content", 7);
    IMDSPObjectInfo *info = NULL;
    IMDSPDeviceControl *control = NULL;
    IMDSPRevoked *revoked = NULL;
    WCHAR *url = NULL;
    DWORD length = 0;
    bool any;

    IMDSPStorage_QueryInterface(file, &IID_IMDSPObjectInfo, (void **)&info);
    IMDSPDevice_QueryInterface(wmdm_device(w), &IID_IMDSPDeviceControl, (void **)&control);
    IMDServiceProvider_QueryInterface(wmdm_provider(w), &IID_IMDSPRevoked, (void **)&revoked);
    any = info || control || revoked;
    wmdm_shut(w);
    ROW("SP-AUTH-022") {
        if (info)
            info_methods(c, info);
        if (control)
            control_methods(c, control);
        if (revoked) {
            SHUT(IMDSPRevoked, GetRevocationURL, revoked, &url, &length);
            IMDSPRevoked_Release(revoked);
        }
    }
    wmdm_step(c, "handshake", "the handshake for tidying up",
              wmdm_authenticate(w, WMDM_APPLICATION_HIGH));
    IMDSPStorage_Release(file);
    if (!any)
        conf_inconclusive(c, "the provider offers none of the optional interfaces");
}

CONF_CASE(AUTH_SHUT_BI_07, .title = "A refused call hands out nothing of the device",
          .reqs = REQS("SP-AUTH-023"), .ics = "ANY", .needs = CONF_PROVIDER,
          .steps = "GetSerialNumber, GetName and GetVersion with poisoned outputs")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDevice *device = wmdm_device(w);
    WMDMID serial, id, zero;
    WCHAR name[64] = {0}, shown[64] = {0};
    BYTE mac[WMDM_MAC_LENGTH];

    memset(&serial, 0, sizeof(serial));
    memset(&id, 0, sizeof(id));
    memset(&zero, 0, sizeof(zero));
    ROW("SP-AUTH-023") {
        SETUP_CALL(IMDSPDevice, GetName, device, name, 64);
        if (conf_offers(c, "PROVIDER.DEVICE.SERIAL"))
            SETUP_CALL(IMDSPDevice, GetSerialNumber, device, &serial, mac);
        wmdm_shut(w);
        CALL(IMDSPDevice, GetSerialNumber, device, &id, mac);
        CALL(IMDSPDevice, GetName, device, shown, 64);
        if (conf_offers(c, "PROVIDER.DEVICE.SERIAL"))
            CHECK(memcmp(id.pID, serial.pID, sizeof(id.pID)) != 0);
        CHECK_BYTES(id.pID, sizeof(id.pID), zero.pID, sizeof(zero.pID));
        CHECK(shown[0] == 0);
    }
}
