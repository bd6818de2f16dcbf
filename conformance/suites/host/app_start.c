/* Start-up, arrival and departure: what Windows Media Device Manager asks its providers for, when,
 * and what applications are told (rows SP-APP about enumeration and authentication). */
#include <string.h>

#include "conformance/host/app/app.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/sac.h"

/* Does it stand in the log? */
static bool says(struct app *app, const char *text)
{
    conf_note(app->c, "seen: %s", app->recorder->log);
    return strstr(app->recorder->log, text) != NULL;
}

/* WMDM/enumerating-devices-service-provider.md. */
CONF_CASE(HOST_APP_BV_01, .title = "Attached devices are created at the start", .level = CONF_MUST,
          .reqs = REQS("SP-APP-001"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Two devices, one of another class; their provider's calls at the start")
{
    static const char words[] = "CreateInstance SACGetProtocols SACAuth CreateDevice";
    struct app *app = app_new(c);

    app_plug(app, "path");
    app_start(app);
    ROW("SP-APP-001.order")
        SAW(words, "CreateInstance SACGetProtocols SACAuth(0) SACAuth(1) CreateDevice(path)");
    app_stop(app);
    recorder_clear(app->recorder);
    app_plug(app, "second");
    app_start(app);
    ROW("SP-APP-001.each")
        SAW("CreateDevice", "CreateDevice(path) CreateDevice(second)");
    (void)mdm_machine_register_class(app->machine, recorder_get_class_object, &recorder_other_clsid,
                                     MDM_PLUG_AND_PLAY);
    com_guid_format(&recorder_other_clsid, app->parameters.WMDMSPCLSID);
    recorder_clear(app->recorder);
    app_plug(app, "third");
    ROW("SP-APP-001.class")
        SAW("CreateInstance CreateDevice", "CreateInstance(other) CreateDevice(third)");
}

CONF_CASE(HOST_APP_BV_02, .title = "Providers that find their devices are asked to, and no others",
          .level = CONF_MUST, .reqs = REQS("SP-APP-002", "SP-APP-006"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "One provider of each kind; the start, a device more, Reinitialize")
{
    static const char words[] = "CreateInstance EnumDevices IMDSPEnumDevice::Next CreateDevice";
    struct app *app = app_new(c);

    app_plug(app, "path");
    app_start(app);
    ROW("SP-APP-002.attached")
        SAW(words, "CreateInstance CreateDevice(path)");
    app_stop(app);
    recorder_clear(app->recorder);
    (void)mdm_machine_register_class(app->machine, recorder_get_class_object, &recorder_other_clsid,
                                     MDM_FINDS_DEVICES);
    app_start(app);
    ROW("SP-APP-002.found")
        SAW(words, "CreateInstance CreateDevice(path) CreateInstance(other) EnumDevices "
                   "IMDSPEnumDevice::Next IMDSPEnumDevice::Next");
    app->recorder->devices = 2;
    recorder_clear(app->recorder);
    ROW("SP-APP-006.still") {
        IWMDMEnumDevice *devices = NULL;

        CHECK_HR(IWMDeviceManager3_EnumDevices2(app->manager, &devices), S_OK);
        CHECK_EQ(app_count(app), 2);
        CHECK(!*app->recorder->log);
        GONE(devices);
    }
    app_step(app, "Reinitialize", IWMDeviceManager3_Reinitialize(app->manager));
    ROW("SP-APP-006.found")
        CHECK_EQ(app_count(app), 4);
    ROW("SP-APP-006.asked")
        SAW("EnumDevices CreateDevice", "CreateDevice(path) EnumDevices");
}

CONF_CASE(HOST_APP_BV_03, .title = "The list of devices is kept", .level = CONF_MUST,
          .reqs = REQS("SP-APP-003", "SP-APP-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Two device objects of one path; EnumDevices2, Next, Clone, GetCanonicalName")
{
    struct app *app = app_new(c);
    IWMDMEnumDevice *devices = NULL, *clone = NULL;
    IWMDMDevice *device[2] = {NULL, NULL};
    DWORD fetched = 0;

    app->recorder->devices = 2;
    app_plug(app, "path");
    app_start(app);
    recorder_clear(app->recorder);
    ROW("SP-APP-003") {
        REQUIRE_HR(IWMDeviceManager3_EnumDevices2(app->manager, &devices), S_OK);
        REQUIRE_HR(IWMDMEnumDevice_Next(devices, 2, device, &fetched), S_OK);
        CHECK_HR(IWMDMEnumDevice_Clone(devices, &clone), S_OK);
        CHECK(!*app->recorder->log);
    }
    for (unsigned i = 0; i < 2; i++) {
        IWMDMDevice2 *second = app_query(app, device[i], &IID_IWMDMDevice2);
        WCHAR name[64] = {0};
        char *text;

        ROW("SP-APP-007") {
            CHECK_HR(IWMDMDevice2_GetCanonicalName(second, name, 64), S_OK);
            text = com_utf8_from_utf16(name);
            CHECK(conf_same_text(c, text, i ? "path$1" : "path$0"));
            CoTaskMemFree(text);
        }
        GONE(second);
        GONE(device[i]);
    }
    GONE(clone);
    GONE(devices);
}

CONF_CASE(HOST_APP_BV_04, .title = "Applications are told of devices that come and go",
          .level = CONF_MUST, .reqs = REQS("SP-APP-004", "SP-APP-005"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "An advised application; plug and unplug, the list within the callback")
{
    struct app *app = app_new(c);
    IUnknown *sink;
    DWORD cookie = 0;

    app_start(app);
    sink = app_advise(app, &cookie);
    recorder_clear(app->recorder);
    app_plug(app, "path");
    ROW("SP-APP-004.told")
        CHECK_EQ(recorder_count(app->recorder, "app:message"), 1);
    ROW("SP-APP-004.type")
        CHECK(says(app, "app:message(0,"));
    ROW("SP-APP-004.name")
        CHECK(says(app, ",path$0,"));
    ROW("SP-APP-004.listed")
        CHECK(says(app, ",1)"));
    recorder_clear(app->recorder);
    app_step(app, "unplug", mdm_machine_unplug(app->machine, "path"));
    ROW("SP-APP-005.told")
        CHECK_EQ(recorder_count(app->recorder, "app:message"), 1);
    ROW("SP-APP-005.type")
        CHECK(says(app, "app:message(1,path$0,"));
    ROW("SP-APP-005.listed")
        CHECK_EQ(app_count(app), 0);
    GONE(sink);
}

/* WMDM/authenticating-the-application.md. */
static HRESULT manager_of(IComponentAuthenticate *component)
{
    IWMDeviceManager *manager = NULL;
    HRESULT hr =
        IComponentAuthenticate_QueryInterface(component, &IID_IWMDeviceManager, (void **)&manager);

    GONE(manager);
    return hr;
}

CONF_CASE(HOST_APP_BI_01, .title = "An application that has not authenticated gets no manager",
          .level = CONF_MUST, .reqs = REQS("SP-APP-008"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "The manager asked for before, after and after a handshake that fails")
{
    struct app *app = app_new(c);
    IComponentAuthenticate *component = NULL;
    BYTE nonsense[] = "no message", *out = NULL;
    DWORD length = 0, revision;

    app_step(app, "the manager",
             mdm_manager_new(app->machine, &IID_IComponentAuthenticate, (void **)&component));
    ROW("SP-APP-008.before")
        CHECK_HR(manager_of(component), WMDM_E_NOTCERTIFIED);
    GONE(component);
    ROW("SP-APP-008.after") {
        REQUIRE_HR(mdm_open(app->machine, &app->manager, &app->channel), S_OK);
        component = app_query(app, app->manager, &IID_IComponentAuthenticate);
        CHECK_HR(manager_of(component), S_OK);
        CHECK_HR(IWMDeviceManager3_GetRevision(app->manager, &revision), S_OK);
    }
    ROW("SP-APP-008.failed") {
        CHECK_FAILS(IComponentAuthenticate_SACAuth(component, SAC_PROTOCOL_V1, 0, nonsense,
                                                   sizeof(nonsense), &out, &length));
        CHECK_HR(manager_of(component), WMDM_E_NOTCERTIFIED);
        CHECK_HR(IWMDeviceManager3_GetRevision(app->manager, &revision), WMDM_E_NOTCERTIFIED);
    }
    GONE(component);
}

CONF_CASE(HOST_APP_BV_05, .title = "Each application has provider instances of its own",
          .level = CONF_MUST, .reqs = REQS("SP-APP-022"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Two managers of one machine")
{
    struct app *app = app_new(c);
    struct sac_channel *first_channel;
    IWMDeviceManager3 *first;

    app_plug(app, "path");
    app_start(app);
    first = app->manager;
    first_channel = app->channel;
    app_start(app);
    ROW("SP-APP-022.instances")
        CHECK_EQ(app->recorder->instances, 2);
    ROW("SP-APP-022.handshakes")
        SAW("CreateInstance SACAuth",
            "CreateInstance SACAuth(0) SACAuth(1) CreateInstance SACAuth(0) SACAuth(1)");
    GONE(first);
    sac_free(first_channel);
}

/* WMDM/device-parameters.md. */
static void use_all(struct app *app)
{
    IWMDMStorage *file = app_file(app);
    IWMDMStorageControl *control = app_query(app, file, &IID_IWMDMStorageControl);
    IWMDMStorage4 *fourth = app_query(app, file, &IID_IWMDMStorage4);
    struct app_operation script = {.app = app};
    IWMDMOperation *operation = app_operation_new(&script);
    IWMDMStorage *parent = NULL;

    (void)IWMDMStorageControl_Read(control, WMDM_MODE_BLOCK | WMDM_CONTENT_OPERATIONINTERFACE, NULL,
                                   NULL, operation);
    (void)IWMDMStorage4_GetParent(fourth, &parent);
    GONE(parent);
    GONE(operation);
    GONE(fourth);
    GONE(control);
    GONE(file);
}

CONF_CASE(HOST_APP_BV_06, .title = "The extended interfaces are used where UseExtendedWmdm is 1",
          .level = CONF_MUST, .reqs = REQS("SP-APP-009"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "List, read and look for a parent with the parameter 0 and 1")
{
    static const char *const names[] = {"QueryInterface(IMDSPDevice3)",
                                        "QueryInterface(IMDSPStorage4)",
                                        "QueryInterface(IMDSPObject2)"};
    struct app *app = app_new(c);

    app->parameters.UseExtendedWmdm = 0;
    use_all(app);
    for (size_t i = 0; i < 3; i++) {
        ROW("SP-APP-009.never")
            CHECK(!says(app, names[i]));
    }
    app_step(app, "unplug", mdm_machine_unplug(app->machine, "path"));
    app->parameters.UseExtendedWmdm = 1;
    use_all(app);
    for (size_t i = 0; i < 3; i++) {
        ROW("SP-APP-009.used")
            CHECK(says(app, names[i]));
    }
}

/* CSecureChannelClient::Authenticate. */
static HRESULT authenticate(struct app *app, bool certified, bool bound, DWORD protocol)
{
    IComponentAuthenticate *component = NULL;
    struct sac_channel *client = sac_client_new();
    HRESULT hr = S_OK;

    app_step(app, "the manager",
             mdm_manager_new(app->machine, &IID_IComponentAuthenticate, (void **)&component));
    if (certified)
        app_step(app, "SetCertificate", app_certify(client));
    if (bound)
        app_step(app, "SetInterface", sac_set_interface(client, component));
    hr = sac_authenticate(client, protocol);
    sac_free(client);
    GONE(component);
    return hr;
}

CONF_CASE(HOST_APP_BI_05, .title = "A handshake wants a certificate, an interface and its protocol",
          .level = CONF_MUST, .reqs = REQS("SP-AUTH-040", "SP-AUTH-041"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Authenticate without SetCertificate, without SetInterface, with both; with "
                   "protocols 1 and 7")
{
    struct app *app = app_new(c);

    ROW("SP-AUTH-040.certificate")
        CHECK_FAILS(authenticate(app, false, true, SAC_PROTOCOL_V1));
    ROW("SP-AUTH-040.interface")
        CHECK_FAILS(authenticate(app, true, false, SAC_PROTOCOL_V1));
    ROW("SP-AUTH-040.both")
        CHECK_HR(authenticate(app, true, true, SAC_PROTOCOL_V1), S_OK);
    ROW("SP-AUTH-041") {
        CHECK_HR(authenticate(app, true, true, SAC_PROTOCOL_WMDM), E_INVALIDARG);
        CHECK_HR(authenticate(app, true, true, 7), E_INVALIDARG);
    }
}
