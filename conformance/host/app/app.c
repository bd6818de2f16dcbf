/* The machine, the application and the way to what it works on. */
#include "conformance/host/app/app.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/mdm_deviant.h"
#include "spcore/base.h"
#include "wmdm_certs.h"

void app_stop(struct app *app)
{
    GONE(app->manager);
    sac_free(app->channel); /* keeps the manager, too */
    app->channel = NULL;
}

static void leave(void *fixture)
{
    struct app *app = fixture;

    app_stop(app);
    mdm_machine_free(app->machine);
    recorder_bind(NULL);
    free(app->recorder);
    free(app);
}

void app_step(struct app *app, const char *what, HRESULT hr)
{
    if (FAILED(hr))
        conf_setup_failed(app->c, "%s: %s", what, value_hr(hr).text);
}

struct app *app_new(struct conf *c)
{
    struct app *app = calloc(1, sizeof(*app));

    if (*conf_host_defect(c) && !mdm_deviate(conf_host_defect(c)))
        conf_setup_failed(c, "%s is no defect of the host", conf_host_defect(c));
    if (app)
        app->recorder = calloc(1, sizeof(*app->recorder));
    if (!app || !app->recorder)
        conf_setup_failed(c, "no memory");
    app->c = c;
    app->machine = mdm_machine_new();
    *app->recorder = (struct recorder){.version_2 = true,
                                       .version_3 = true,
                                       .device_3 = true,
                                       .storage_2 = true,
                                       .storage_3 = true,
                                       .storage_4 = true,
                                       .object_2 = true,
                                       .session = true,
                                       .devices = 1};
    app->parameters = (struct mdm_parameters){.UseExtendedWmdm = 1, .OptimalTransferSize = 400};
    recorder_bind(app->recorder);
    conf_at_end(c, leave, app);
    app_step(app, "the recorder's registration",
             mdm_machine_register_class(app->machine, recorder_get_class_object, &recorder_clsid,
                                        MDM_PLUG_AND_PLAY));
    return app;
}

void app_plug(struct app *app, const char *path)
{
    (void)mdm_machine_plug(app->machine, path, &app->parameters);
}

void app_start(struct app *app)
{
    DWORD count;

    app_step(app, "the device manager", mdm_open(app->machine, &app->manager, &app->channel));
    app_step(app, "GetDeviceCount", IWMDeviceManager3_GetDeviceCount(app->manager, &count));
}

HRESULT app_certify(struct sac_channel *client)
{
    return sac_set_certificate(client, SAC_CERT_V1, application_high_certificate,
                               sizeof(application_high_certificate), application_high_key,
                               sizeof(application_high_key));
}

DWORD app_count(struct app *app)
{
    DWORD count = 0;

    app_step(app, "GetDeviceCount", IWMDeviceManager3_GetDeviceCount(app->manager, &count));
    return count;
}

IWMDMDevice *app_device(struct app *app)
{
    IWMDMEnumDevice *devices = NULL;
    IWMDMDevice *device = NULL;

    app_plug(app, "path");
    if (!app->manager)
        app_start(app);
    app_step(app, "EnumDevices2", IWMDeviceManager3_EnumDevices2(app->manager, &devices));
    if (IWMDMEnumDevice_Next(devices, 1, &device, NULL) != S_OK)
        conf_setup_failed(app->c, "no device is listed");
    GONE(devices);
    return device;
}

IWMDMStorage *app_root(struct app *app)
{
    IWMDMDevice *device = app_device(app);
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage *root = NULL;

    app_step(app, "EnumStorage", IWMDMDevice_EnumStorage(device, &storages));
    if (IWMDMEnumStorage_Next(storages, 1, &root, NULL) != S_OK)
        conf_setup_failed(app->c, "the device has no root");
    GONE(storages);
    GONE(device);
    return root;
}

IWMDMStorage *app_file(struct app *app)
{
    IWMDMStorage *root = app_root(app), *file = NULL;
    IWMDMEnumStorage *storages = NULL;

    app_step(app, "EnumStorage", IWMDMStorage_EnumStorage(root, &storages));
    if (IWMDMEnumStorage_Next(storages, 1, &file, NULL) != S_OK)
        conf_setup_failed(app->c, "the root has no file");
    GONE(storages);
    GONE(root);
    return file;
}

void *app_query(struct app *app, void *object, REFIID iid)
{
    void *result = NULL;

    app_step(app, "QueryInterface", IUnknown_QueryInterface((IUnknown *)object, iid, &result));
    return result;
}

static bool is_among(const char *words, const char *word, size_t length)
{
    for (const char *at = words; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, length) == 0 && (at[length] == ' ' || !at[length]))
            return true;
    }
    return false;
}

bool app_saw(struct app *app, const char *words, const char *expected)
{
    char seen[RECORDER_ROOM] = "";
    size_t length = 0;

    for (const char *at = app->recorder->log; *at;) {
        size_t whole = strcspn(at, " "), name = strcspn(at, " (");

        if (is_among(words, at, name)) {
            if (length)
                seen[length++] = ' ';
            memcpy(seen + length, at, whole);
            length += whole;
        }
        at += whole;
        at += *at == ' ';
    }
    seen[length] = '\0';
    conf_note(app->c, "seen: %s", app->recorder->log);
    return conf_same_text(app->c, seen, expected);
}
