/* What Windows Media Device Manager makes of a provider's answers, and of threads (rows SP-APP). */
#include <string.h>

#include "conformance/host/app/app.h"
#include "spcore/base.h"
#include "spcore/include/sac.h"

/* IMDSPDevice2::GetStorage. */
static HRESULT of_device(struct app *app)
{
    IWMDMDevice *device = app_device(app);
    IWMDMDevice2 *second = app_query(app, device, &IID_IWMDMDevice2);
    IWMDMStorage *found = NULL;
    HRESULT hr;

    recorder_clear(app->recorder);
    hr = IWMDMDevice2_GetStorage(second, u"", &found);
    GONE(found);
    GONE(second);
    GONE(device);
    return hr;
}

static HRESULT of_storage(struct app *app)
{
    IWMDMStorage *root = app_root(app), *found = NULL;
    IWMDMStorage2 *second = app_query(app, root, &IID_IWMDMStorage2);
    HRESULT hr;

    recorder_clear(app->recorder);
    hr = IWMDMStorage2_GetStorage(second, u"two", &found);
    GONE(found);
    GONE(second);
    GONE(root);
    return hr;
}

CONF_CASE(HOST_APP_BV_14, .title = "GetStorage that is not implemented is made up for",
          .level = CONF_MUST, .reqs = REQS("SP-APP-016"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "GetStorage of device and storage that answers E_NOTIMPL, then NOTSUPPORTED")
{
    struct app *app = app_new(c);

    app->recorder->fails = "IMDSPDevice2::GetStorage";
    app->recorder->failure = E_NOTIMPL;
    ROW("SP-APP-016.device") {
        CHECK_HR(of_device(app), S_OK);
        CHECK_EQ(recorder_count(app->recorder, "IMDSPDevice::EnumStorage"), 1);
    }
    app->recorder->fails = "IMDSPStorage2::GetStorage";
    ROW("SP-APP-016.storage") {
        CHECK_HR(of_storage(app), S_OK);
        CHECK_EQ(recorder_count(app->recorder, "IMDSPStorage::EnumStorage"), 1);
    }
    app->recorder->failure = WMDM_E_NOTSUPPORTED;
    ROW("SP-APP-016.other") {
        CHECK_HR(of_storage(app), WMDM_E_NOTSUPPORTED);
        CHECK_EQ(recorder_count(app->recorder, "IMDSPStorage::EnumStorage"), 0);
    }
}

/* ---- IWMDMProgress3::End3 and threads */
static void insert_in_thread(struct app *app, struct app_progress *script)
{
    static const char content[] = "a few bytes";
    struct app_operation source = {
        .app = app, .content = content, .size = sizeof(content), .offers_clear = true};
    IWMDMStorage *root = app_root(app);
    IWMDMStorageControl2 *control = app_query(app, root, &IID_IWMDMStorageControl2);
    IWMDMOperation *operation = app_operation_new(&source);
    IWMDMProgress *progress = app_progress_new(script);

    script->app = app;
    recorder_clear(app->recorder);
    (void)IWMDMStorageControl2_Insert2(control,
                                       WMDM_MODE_THREAD | WMDM_STORAGECONTROL_INSERTINTO |
                                           WMDM_CONTENT_FILE | WMDM_CONTENT_OPERATIONINTERFACE,
                                       NULL, u"new", operation, progress, NULL, NULL);
    GONE(progress);
    app_wait(script);
    GONE(operation);
    GONE(control);
    GONE(root);
}

CONF_CASE(HOST_APP_BV_15, .title = "A thread's end is told with its code", .level = CONF_MUST,
          .reqs = REQS("SP-APP-018"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Insert in a thread with progress objects of each version, and one that fails")
{
    static const char words[] = "app:End1 app:End2 app:End3 app:released";
    struct app *app = app_new(c);
    struct app_progress script = {.app = app, .version = 3};

    insert_in_thread(app, &script);
    ROW("SP-APP-018.kept")
        SAW("app:Begin app:End3 app:released", "app:Begin(12) app:End3(0x0) app:released");
    script = (struct app_progress){.app = app, .version = 2};
    insert_in_thread(app, &script);
    ROW("SP-APP-018.good")
        SAW(words, "app:End2(0x0) app:released");
    app->recorder->fails = "WriteOnClearChannel";
    app->recorder->failure = WMDM_E_INTERFACEDEAD;
    script = (struct app_progress){.app = app, .version = 3};
    insert_in_thread(app, &script);
    ROW("SP-APP-018.failed")
        SAW(words, "app:End3(0x80045001) app:released");
}

/* ---- WMDM/message-authentication.md */
static HRESULT opaque(struct app *app, IWMDMDevice *device)
{
    BYTE data[4] = {1, 2, 3, 4};
    OPAQUECOMMAND command = {.dwDataLen = sizeof(data), .pData = data};
    SAC_HMAC mac;

    (void)sac_mac_init(app->channel, &mac);
    (void)sac_mac_update(app->channel, mac, &command.guidCommand, sizeof(command.guidCommand));
    (void)sac_mac_update(app->channel, mac, &command.dwDataLen, sizeof(command.dwDataLen));
    (void)sac_mac_update(app->channel, mac, data, sizeof(data));
    (void)sac_mac_final(app->channel, mac, command.abMAC);
    return IWMDMDevice_SendOpaqueCommand(device, &command);
}

static HRESULT read_closed(struct app *app, IWMDMStorage *file)
{
    IWMDMStorageControl *control = app_query(app, file, &IID_IWMDMStorageControl);
    struct app_operation script = {.app = app};
    IWMDMOperation *operation = app_operation_new(&script);
    HRESULT hr;

    app->recorder->length = 10;
    hr = IWMDMStorageControl_Read(control, WMDM_MODE_BLOCK | WMDM_CONTENT_OPERATIONINTERFACE, NULL,
                                  NULL, operation);
    GONE(operation);
    GONE(control);
    return hr;
}

/* The MAC is of the application's channel. */
static bool is_ours(struct app *app, const WMDMID *id, const BYTE *mac)
{
    BYTE expected[WMDM_MAC_LENGTH] = {0};
    SAC_HMAC one;

    (void)sac_mac_init(app->channel, &one);
    (void)sac_mac_update(app->channel, one, id, sizeof(*id));
    (void)sac_mac_final(app->channel, one, expected);
    return memcmp(expected, mac, sizeof(expected)) == 0;
}

CONF_CASE(HOST_APP_BI_03, .title = "A wrong MAC is refused, a right one handed on",
          .level = CONF_MUST, .reqs = REQS("SP-APP-019"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Serial numbers, rights, an opaque answer and data with MACs right and wrong")
{
    struct app *app = app_new(c);
    IWMDMDevice *device = app_device(app);
    IWMDMStorage *file = app_file(app);
    IWMDMStorageGlobals *globals = NULL;
    WMDMRIGHTS *rights = NULL;
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    DWORD count = 0;
    WMDMID id;

    app_step(app, "GetStorageGlobals", IWMDMStorage_GetStorageGlobals(file, &globals));
    app->recorder->object_2 = false;
    ROW("SP-APP-019.handed") {
        CHECK_HR(IWMDMDevice_GetSerialNumber(device, &id, mac), S_OK);
        CHECK(is_ours(app, &id, mac));
        CHECK_HR(IWMDMStorage_GetRights(file, &rights, &count, mac), S_OK);
        CHECK_HR(opaque(app, device), S_OK);
        CHECK_HR(read_closed(app, file), S_OK);
    }
    CoTaskMemFree(rights);
    app->recorder->spoils_mac = true;
    ROW("SP-APP-019.serial") {
        CHECK_HR(IWMDMDevice_GetSerialNumber(device, &id, mac), WMDM_E_MAC_CHECK_FAILED);
        CHECK_HR(IWMDMStorageGlobals_GetSerialNumber(globals, &id, mac), WMDM_E_MAC_CHECK_FAILED);
    }
    ROW("SP-APP-019.rights")
        CHECK_HR(IWMDMStorage_GetRights(file, &rights, &count, mac), WMDM_E_MAC_CHECK_FAILED);
    ROW("SP-APP-019.opaque")
        CHECK_HR(opaque(app, device), WMDM_E_MAC_CHECK_FAILED);
    ROW("SP-APP-019.data")
        CHECK_HR(read_closed(app, file), WMDM_E_MAC_CHECK_FAILED);
    GONE(globals);
    GONE(file);
    GONE(device);
}

/* IWMDMDeviceSession::BeginSession. */
CONF_CASE(HOST_APP_BV_16, .title = "A session begins and ends at the provider, too",
          .level = CONF_SHOULD, .reqs = REQS("SP-APP-021"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "BeginSession, a Delete that fails, EndSession with the same flags")
{
    const WMDM_SESSION_TYPE both = WMDM_SESSION_TRANSFER_TO_DEVICE | WMDM_SESSION_DELETE;
    struct app *app = app_new(c);
    IWMDMDevice *device = app_device(app);
    IWMDMDeviceSession *session = app_query(app, device, &IID_IWMDMDeviceSession);
    IWMDMStorage *file = app_file(app);
    IWMDMStorageControl *control = app_query(app, file, &IID_IWMDMStorageControl);

    app->recorder->fails = "Delete";
    app->recorder->failure = WMDM_E_INTERFACEDEAD;
    ROW("SP-APP-021") {
        CHECK_HR(IWMDMDeviceSession_BeginSession(session, both, NULL, 0), S_OK);
        CHECK_HR(IWMDMStorageControl_Delete(control, WMDM_MODE_BLOCK, NULL), WMDM_E_INTERFACEDEAD);
        CHECK_HR(IWMDMDeviceSession_EndSession(session, both, NULL, 0), S_OK);
        SAW("BeginSession Delete EndSession",
            "BeginSession(0x101,0) Delete(0x1001) EndSession(0x101,0)");
    }
    GONE(control);
    GONE(file);
    GONE(session);
    GONE(device);
}

/* WMDM/creating-a-windows-media-device-manager-application.md # A note of caution. */
CONF_CASE(HOST_APP_BI_04, .title = "A provider that hands out nothing is not believed",
          .level = CONF_SHOULD, .reqs = REQS("SP-APP-024"), .ics = "ANY", .needs = CONF_HOST,
          .steps =
              "Next, EnumStorage, GetStorageGlobals, GetParent and FindStorage of a provider that "
              "answers S_OK and hands out nothing")
{
    struct app *app = app_new(c);
    IWMDMDevice *device = app_device(app);
    IWMDMStorage *root = app_root(app), *found = NULL;
    IWMDMStorage4 *fourth = app_query(app, root, &IID_IWMDMStorage4);
    IWMDMEnumStorage *storages = NULL, *none = NULL;
    IWMDMStorageGlobals *globals = NULL;
    DWORD fetched;

    app_step(app, "EnumStorage", IWMDMStorage_EnumStorage(root, &storages));
    app->recorder->hands_nothing = true;
    ROW("SP-APP-024") {
        CHECK_FAILS(IWMDMEnumStorage_Next(storages, 1, &found, &fetched));
        CHECK_FAILS(IWMDMStorage_EnumStorage(root, &none));
        CHECK_FAILS(IWMDMDevice_EnumStorage(device, &none));
        CHECK_FAILS(IWMDMStorage_GetStorageGlobals(root, &globals));
        CHECK_FAILS(IWMDMStorage4_GetParent(fourth, &found));
        CHECK_FAILS(IWMDMStorage4_FindStorage(fourth, WMDM_FIND_SCOPE_GLOBAL, u"x", &found));
    }
    GONE(storages);
    GONE(fourth);
    GONE(root);
    GONE(device);
}
