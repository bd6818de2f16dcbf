/* What an application is called back through: an operation, a progress, a notification. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/host/app/app.h"
#include "conformance/host/recorder/recorder_private.h"

/* ---- IWMDMOperation3 */
struct operation {
    struct com_object com;
    IWMDMOperation3 IWMDMOperation3_iface;
    struct app_operation *script;
};
COM_INTERFACE(operation, IWMDMOperation3)

static struct app_operation *told(IWMDMOperation3 *This, const char *method)
{
    struct app_operation *script = operation_from_IWMDMOperation3(This)->script;

    recorder_note(script->app->recorder, "app:%s", method);
    return script;
}

static HRESULT STDMETHODCALLTYPE operation_BeginRead(IWMDMOperation3 *This)
{
    told(This, "BeginRead");
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_BeginWrite(IWMDMOperation3 *This)
{
    told(This, "BeginWrite");
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectName(IWMDMOperation3 *This, WCHAR *pwszName,
                                                         DWORD nMaxChars)
{
    struct app_operation *script = told(This, "GetObjectName");

    return script->name ? com_copy_string(script->name, pwszName, nMaxChars) : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectName(IWMDMOperation3 *This,
                                                         const WCHAR *pwszName, DWORD nMaxChars)
{
    (void)pwszName, (void)nMaxChars;
    told(This, "SetObjectName");
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD *pdwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)pFormat;
    told(This, "GetObjectAttributes");
    *pdwAttributes = WMDM_FILE_ATTR_FILE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD dwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)dwAttributes, (void)pFormat;
    told(This, "SetObjectAttributes");
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectTotalSize(IWMDMOperation3 *This, DWORD *pdwSize,
                                                              DWORD *pdwSizeHigh)
{
    *pdwSize = (DWORD)told(This, "GetObjectTotalSize")->size;
    *pdwSizeHigh = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectTotalSize(IWMDMOperation3 *This, DWORD dwSize,
                                                              DWORD dwSizeHigh)
{
    (void)dwSize, (void)dwSizeHigh;
    told(This, "SetObjectTotalSize");
    return S_OK;
}

/* A read, when there is nothing to write. */
static HRESULT move(struct app_operation *script, BYTE *data, DWORD *size)
{
    if (script->cancels_at && !--script->cancels_at)
        return WMDM_E_USER_CANCELLED;
    if (script->content) {
        DWORD left = (DWORD)(script->size - script->at);

        *size = *size < left ? *size : left;
        memcpy(data, script->content + script->at, *size);
        script->at += *size;
        return script->at < script->size ? S_OK : S_FALSE;
    }
    if (script->got_size + *size > sizeof(script->got))
        return E_FAIL;
    memcpy(script->got + script->got_size, data, *size);
    script->got_size += *size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectDataOnClearChannel(IWMDMOperation3 *This,
                                                                            BYTE *pData,
                                                                            DWORD *pdwSize)
{
    return move(told(This, "TransferObjectDataOnClearChannel"), pData, pdwSize);
}

static HRESULT mac_of(struct app_operation *script, const BYTE *data, const DWORD *size, BYTE *ret)
{
    SAC_HMAC mac;
    HRESULT hr = sac_mac_init(script->app->channel, &mac);

    if (SUCCEEDED(hr) && *size)
        hr = sac_mac_update(script->app->channel, mac, data, *size);
    if (SUCCEEDED(hr))
        hr = sac_mac_update(script->app->channel, mac, size, sizeof(*size));
    return SUCCEEDED(hr) ? sac_mac_final(script->app->channel, mac, ret) : hr;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectData(IWMDMOperation3 *This, BYTE *pData,
                                                              DWORD *pdwSize, BYTE *abMac)
{
    struct app_operation *script = told(This, "TransferObjectData");
    BYTE expected[WMDM_MAC_LENGTH] = {0};
    HRESULT hr;

    if (!script->content) {
        hr = sac_decrypt_param(script->app->channel, pData, *pdwSize);
        if (SUCCEEDED(hr))
            hr = mac_of(script, pData, pdwSize, expected);
        if (SUCCEEDED(hr) && memcmp(expected, abMac, sizeof(expected)) != 0)
            hr = WMDM_E_MAC_CHECK_FAILED;
        return FAILED(hr) ? hr : move(script, pData, pdwSize);
    }
    hr = move(script, pData, pdwSize);
    if (FAILED(hr) || FAILED(mac_of(script, pData, pdwSize, abMac)) ||
        FAILED(sac_encrypt_param(script->app->channel, pData, *pdwSize)))
        return FAILED(hr) ? hr : E_FAIL;
    if (script->spoils_mac)
        abMac[0] ^= 1;
    return hr;
}

static HRESULT STDMETHODCALLTYPE operation_End(IWMDMOperation3 *This, HRESULT *phCompletionCode,
                                               IUnknown *pNewObject)
{
    struct app_operation *script = operation_from_IWMDMOperation3(This)->script;

    recorder_note(script->app->recorder, "app:End(%s)", pNewObject ? "object" : "none");
    script->ended = phCompletionCode ? *phCompletionCode : E_POINTER;
    return S_OK;
}

static const IWMDMOperation3Vtbl operation_vtbl = {
    COM_UNKNOWN_SLOTS(operation, IWMDMOperation3),
    .BeginRead = operation_BeginRead,
    .BeginWrite = operation_BeginWrite,
    .GetObjectName = operation_GetObjectName,
    .SetObjectName = operation_SetObjectName,
    .GetObjectAttributes = operation_GetObjectAttributes,
    .SetObjectAttributes = operation_SetObjectAttributes,
    .GetObjectTotalSize = operation_GetObjectTotalSize,
    .SetObjectTotalSize = operation_SetObjectTotalSize,
    .TransferObjectData = operation_TransferObjectData,
    .End = operation_End,
    .TransferObjectDataOnClearChannel = operation_TransferObjectDataOnClearChannel,
};
#define OPERATION                                                                                  \
    COM_MAP(operation, IUnknown, IWMDMOperation3),                                                 \
        COM_MAP(operation, IWMDMOperation, IWMDMOperation3)
static const struct com_interface plain_interfaces[] = {OPERATION, COM_MAP_END};
static const struct com_interface clear_interfaces[] = {
    OPERATION, COM_MAP(operation, IWMDMOperation3, IWMDMOperation3), COM_MAP_END};

static void operation_destroy(struct com_object *object)
{
    free(object);
}

static const struct com_class plain_class = {"operation", plain_interfaces, operation_destroy},
                              clear_class = {"operation", clear_interfaces, operation_destroy};

IWMDMOperation *app_operation_new(struct app_operation *script)
{
    struct operation *self = calloc(1, sizeof(*self));

    if (!self)
        conf_setup_failed(script->app->c, "no memory");
    self->IWMDMOperation3_iface.lpVtbl = &operation_vtbl;
    self->script = script;
    script->ended = E_PENDING;
    com_object_init(&self->com, script->offers_clear ? &clear_class : &plain_class);
    return (IWMDMOperation *)&self->IWMDMOperation3_iface;
}

/* ---- IWMDMProgress3 */
struct progress {
    struct com_object com;
    IWMDMProgress3 IWMDMProgress3_iface;
    struct app_progress *script;
};
COM_INTERFACE(progress, IWMDMProgress3)

static struct recorder *log_of(IWMDMProgress3 *This)
{
    return progress_from_IWMDMProgress3(This)->script->app->recorder;
}

static HRESULT STDMETHODCALLTYPE progress_Begin(IWMDMProgress3 *This, DWORD dwEstimatedTicks)
{
    recorder_note(log_of(This), "app:Begin(%u)", dwEstimatedTicks);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_Progress(IWMDMProgress3 *This, DWORD dwTranspiredTicks)
{
    struct app_progress *script = progress_from_IWMDMProgress3(This)->script;

    recorder_note(log_of(This), "app:Progress(%u)", dwTranspiredTicks);
    return script->cancels_at == ++script->steps ? WMDM_E_USER_CANCELLED : S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_End(IWMDMProgress3 *This)
{
    recorder_note(log_of(This), "app:End1");
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_End2(IWMDMProgress3 *This, HRESULT hrCompletionCode)
{
    recorder_note(log_of(This), "app:End2(0x%x)", (unsigned)hrCompletionCode);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_Begin3(IWMDMProgress3 *This, GUID EventId,
                                                 DWORD dwEstimatedTicks, OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Begin(This, dwEstimatedTicks);
}

static HRESULT STDMETHODCALLTYPE progress_Progress3(IWMDMProgress3 *This, GUID EventId,
                                                    DWORD dwTranspiredTicks,
                                                    OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    return progress_Progress(This, dwTranspiredTicks);
}

static HRESULT STDMETHODCALLTYPE progress_End3(IWMDMProgress3 *This, GUID EventId,
                                               HRESULT hrCompletionCode, OPAQUECOMMAND *pContext)
{
    (void)EventId, (void)pContext;
    recorder_note(log_of(This), "app:End3(0x%x)", (unsigned)hrCompletionCode);
    return S_OK;
}

static const IWMDMProgress3Vtbl progress_vtbl = {
    COM_UNKNOWN_SLOTS(progress, IWMDMProgress3),
    .Begin = progress_Begin,
    .Progress = progress_Progress,
    .End = progress_End,
    .End2 = progress_End2,
    .Begin3 = progress_Begin3,
    .Progress3 = progress_Progress3,
    .End3 = progress_End3,
};
static const struct com_interface progress_interfaces[] = {
    COM_MAP(progress, IUnknown, IWMDMProgress3), COM_MAP(progress, IWMDMProgress, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress2, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress3, IWMDMProgress3), COM_MAP_END};
static const struct com_interface progress_2_interfaces[] = {
    COM_MAP(progress, IUnknown, IWMDMProgress3), COM_MAP(progress, IWMDMProgress, IWMDMProgress3),
    COM_MAP(progress, IWMDMProgress2, IWMDMProgress3), COM_MAP_END};
static const struct com_interface progress_1_interfaces[] = {
    COM_MAP(progress, IUnknown, IWMDMProgress3), COM_MAP(progress, IWMDMProgress, IWMDMProgress3),
    COM_MAP_END};

static void progress_destroy(struct com_object *object)
{
    struct app_progress *script = container_of(object, struct progress, com)->script;

    recorder_note(script->app->recorder, "app:released");
    free(object);
    script->released = true;
}

static const struct com_class progress_classes[] = {
    {"progress", progress_1_interfaces, progress_destroy},
    {"progress", progress_2_interfaces, progress_destroy},
    {"progress", progress_interfaces, progress_destroy},
};

IWMDMProgress *app_progress_new(struct app_progress *script)
{
    struct progress *self = calloc(1, sizeof(*self));

    if (!self)
        conf_setup_failed(script->app->c, "no memory");
    self->IWMDMProgress3_iface.lpVtbl = &progress_vtbl;
    self->script = script;
    com_object_init(&self->com, &progress_classes[script->version - 1]);
    return (IWMDMProgress *)&self->IWMDMProgress3_iface;
}

/* The watchdog ends a wait for what never comes; most last a block or two. */
void app_wait(struct app_progress *script)
{
    for (unsigned i = 0; i < 3000 && !script->released; i++)
        usleep(1000);
}

/* ---- IWMDMNotification */
struct notification {
    struct com_object com;
    IWMDMNotification IWMDMNotification_iface;
    struct app *app;
};
COM_INTERFACE(notification, IWMDMNotification)

static HRESULT STDMETHODCALLTYPE notification_WMDMMessage(IWMDMNotification *This,
                                                          DWORD dwMessageType,
                                                          const WCHAR *pwszCanonicalName)
{
    struct app *app = notification_from_IWMDMNotification(This)->app;
    char *name = com_utf8_from_utf16(pwszCanonicalName);

    recorder_note(app->recorder, "app:message(%u,%s,%u)", dwMessageType, name, app_count(app));
    CoTaskMemFree(name);
    return S_OK;
}

static const IWMDMNotificationVtbl notification_vtbl = {
    COM_UNKNOWN_SLOTS(notification, IWMDMNotification),
    .WMDMMessage = notification_WMDMMessage,
};
static const struct com_interface notification_interfaces[] = {
    COM_MAP(notification, IUnknown, IWMDMNotification),
    COM_MAP(notification, IWMDMNotification, IWMDMNotification), COM_MAP_END};
static const struct com_class notification_class = {"notification", notification_interfaces,
                                                    operation_destroy};

IUnknown *app_advise(struct app *app, DWORD *ret_cookie)
{
    IConnectionPointContainer *container =
        app_query(app, app->manager, &IID_IConnectionPointContainer);
    struct notification *self = calloc(1, sizeof(*self));
    IConnectionPoint *point = NULL;

    if (!self || FAILED(IConnectionPointContainer_FindConnectionPoint(
                     container, &IID_IWMDMNotification, &point)))
        conf_setup_failed(app->c, "no connection point");
    self->IWMDMNotification_iface.lpVtbl = &notification_vtbl;
    self->app = app;
    com_object_init(&self->com, &notification_class);
    if (FAILED(
            IConnectionPoint_Advise(point, (IUnknown *)&self->IWMDMNotification_iface, ret_cookie)))
        conf_setup_failed(app->c, "Advise");
    GONE(point);
    GONE(container);
    return (IUnknown *)&self->IWMDMNotification_iface;
}
