/* IMDServiceProvider/2/3, IComponentAuthenticate and IMDSPRevoked on one identity: the way in, for
 * a device by its path. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp.h"

struct sp_provider {
    struct com_object com;
    IMDServiceProvider3 IMDServiceProvider3_iface;
    IComponentAuthenticate IComponentAuthenticate_iface;
    IMDSPRevoked IMDSPRevoked_iface;
    struct sp_context *context;
};

COM_INTERFACE(sp_provider, IMDServiceProvider3)
COM_INTERFACE(sp_provider, IComponentAuthenticate)
COM_INTERFACE(sp_provider, IMDSPRevoked)

/* Where the user of a revoked component learns what to do. Ours are certificates of a simulation
 * (docs/protected-content.md), and nobody is revoked: a vendor says his own. */
static const WCHAR revocation_url[] = u"https://papkit.example/revoked";

/* The preference is the process's, not the object's (SP-ENUM-038). */
static pthread_mutex_t preference_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    DWORD value;
    bool set, enumerated;
} preference;

/* From now on the preference stands. */
static DWORD enumeration_begins(void)
{
    DWORD value;

    pthread_mutex_lock(&preference_lock);
    preference.enumerated = true;
    value = preference.value;
    pthread_mutex_unlock(&preference_lock);
    return value;
}

static HRESULT set_preference(DWORD value)
{
    HRESULT hr = S_OK;

    if ((value & ~(DWORD)(DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES | ALLOW_OUTOFBAND_NOTIFICATION)))
        return E_INVALIDARG;
    pthread_mutex_lock(&preference_lock);
    if (preference.set && preference.value == value) {
        hr = S_OK;
    } else if (preference.enumerated || preference.set) {
        hr = WMDM_E_CALL_OUT_OF_SEQUENCE;
    } else {
        preference.value = value;
        preference.set = true;
    }
    pthread_mutex_unlock(&preference_lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE provider_GetDeviceCount(IMDServiceProvider3 *This, DWORD *pdwCount)
{
    struct sp_provider *self = sp_provider_from_IMDServiceProvider3(This);
    HRESULT hr = sp_enter(self->context, pdwCount != NULL);

    if (FAILED(hr))
        return hr;
    /* Plug and play devices come by CreateDevice; others we do not serve (SP-ENUM-008). */
    *pdwCount = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE provider_EnumDevices(IMDServiceProvider3 *This,
                                                      IMDSPEnumDevice **ppEnumDevice)
{
    struct sp_provider *self = sp_provider_from_IMDServiceProvider3(This);
    HRESULT hr = sp_enter(self->context, sp_clear(ppEnumDevice));

    if (FAILED(hr))
        return hr;
    enumeration_begins();
    return sp_enum_device_new(self->context, NULL, 0, 0, ppEnumDevice);
}

/* The path less a trailing "$digits" (reading U1). */
static WCHAR *plain_path(const WCHAR *path)
{
    WCHAR *copy = com_wcsdup(path);
    size_t length = copy ? com_wcslen(copy) : 0, end = length;

    while (end > 0 && copy[end - 1] >= '0' && copy[end - 1] <= '9')
        end--;
    if (end > 0 && end < length && copy[end - 1] == '$')
        copy[end - 1] = 0;
    return copy;
}

/* One pseudo-device a storage, or one for all. */
static HRESULT make_devices(struct sp_provider *self, struct sp_connection *connection,
                            const WCHAR *path, const struct mtpi_u32_array *ids, bool whole,
                            IMDSPDevice **devices, DWORD *ret_count)
{
    DWORD count = whole || ids->count == 0 ? 1 : (DWORD)ids->count;
    HRESULT hr = S_OK;
    DWORD i;

    for (i = 0; i < count && SUCCEEDED(hr); i++) {
        uint32_t storage = whole || ids->count == 0 ? 0 : ids->item[i];

        hr = sp_device_new(self->context, connection, storage, path, i, &devices[i]);
    }
    if (FAILED(hr)) {
        for (DWORD k = 0; k + 1 < i; k++)
            devices[k]->lpVtbl->Release(devices[k]);
        return hr;
    }
    *ret_count = count;
    return S_OK;
}

static HRESULT create_on(struct sp_provider *self, struct sp_connection *connection,
                         const WCHAR *path, DWORD *ret_count, IMDSPDevice ***ret_array)
{
    struct mtpi_u32_array ids = {0};
    bool whole = (enumeration_begins() & DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES) != 0;
    IMDSPDevice **devices;
    size_t present = 0;
    HRESULT hr =
        sp_connection_hr(connection, mtpi_get_storage_ids(sp_connection_mtpi(connection), &ids));

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < ids.count; i++) {
        if (ids.item[i] & 0xffff) /* without a medium the low half is 0 */
            ids.item[present++] = ids.item[i];
    }
    ids.count = present;
    devices = CoTaskMemAlloc((present + 1) * sizeof(IMDSPDevice *));
    hr = devices ? make_devices(self, connection, path, &ids, whole, devices, ret_count)
                 : E_OUTOFMEMORY;
    free(ids.item);
    if (FAILED(hr))
        CoTaskMemFree(devices);
    else
        *ret_array = devices;
    return hr;
}

static HRESULT STDMETHODCALLTYPE provider_CreateDevice(IMDServiceProvider3 *This,
                                                       const WCHAR *pwszDevicePath, DWORD *pdwCount,
                                                       IMDSPDevice ***pppDeviceArray)
{
    struct sp_provider *self = sp_provider_from_IMDServiceProvider3(This);
    struct sp_connection *connection = NULL;
    WCHAR *path;
    char *uri;
    HRESULT hr;

    sp_clear(pppDeviceArray);
    if (pdwCount)
        *pdwCount = 0;
    hr = sp_enter(self->context, true);
    if (FAILED(hr))
        return hr;
    if (!pwszDevicePath || !pdwCount || !pppDeviceArray || !pwszDevicePath[0])
        return E_INVALIDARG;
    path = plain_path(pwszDevicePath);
    uri = path ? com_utf8_from_utf16(path) : NULL;
    hr = uri ? sp_connection_get(uri, &connection) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = create_on(self, connection, path, pdwCount, pppDeviceArray);
    sp_connection_unref(connection);
    CoTaskMemFree(uri);
    CoTaskMemFree(path);
    return hr;
}

static HRESULT STDMETHODCALLTYPE provider_SetDeviceEnumPreference(IMDServiceProvider3 *This,
                                                                  DWORD dwEnumPref)
{
    HRESULT hr = sp_enter(sp_provider_from_IMDServiceProvider3(This)->context, true);

    return FAILED(hr) ? hr : set_preference(dwEnumPref);
}

/* ---- the two methods that work without a channel: they make it */
static HRESULT STDMETHODCALLTYPE provider_SACAuth(IComponentAuthenticate *This, DWORD dwProtocolID,
                                                  DWORD dwPass, BYTE *pbDataIn, DWORD dwDataInLen,
                                                  BYTE **ppbDataOut, DWORD *pdwDataOutLen)
{
    struct sp_provider *self = sp_provider_from_IComponentAuthenticate(This);

    if (!self->context->sac)
        return E_FAIL;
    return sac_auth(self->context->sac, dwProtocolID, dwPass, pbDataIn, dwDataInLen, ppbDataOut,
                    pdwDataOutLen);
}

static HRESULT STDMETHODCALLTYPE provider_SACGetProtocols(IComponentAuthenticate *This,
                                                          DWORD **ppdwProtocols,
                                                          DWORD *pdwProtocolCount)
{
    struct sp_provider *self = sp_provider_from_IComponentAuthenticate(This);

    if (!self->context->sac)
        return E_FAIL;
    return sac_get_protocols(self->context->sac, ppdwProtocols, pdwProtocolCount);
}

/* The buffer is the caller's, *pdwBufferLen its characters, and then those that the URL takes. */
static HRESULT STDMETHODCALLTYPE provider_GetRevocationURL(IMDSPRevoked *This,
                                                           WCHAR **ppwszRevocationURL,
                                                           DWORD *pdwBufferLen)
{
    HRESULT hr = sp_enter(sp_provider_from_IMDSPRevoked(This)->context,
                          ppwszRevocationURL && *ppwszRevocationURL && pdwBufferLen);
    DWORD room = SUCCEEDED(hr) ? *pdwBufferLen : 0;

    if (FAILED(hr))
        return hr;
    *pdwBufferLen = ARRAY_SIZE(revocation_url);
    if (room < ARRAY_SIZE(revocation_url))
        return WMDM_E_BUFFERTOOSMALL;
    memcpy(*ppwszRevocationURL, revocation_url, sizeof(revocation_url));
    return S_OK;
}

static const IMDServiceProvider3Vtbl provider_vtbl = {
    COM_UNKNOWN_SLOTS(sp_provider, IMDServiceProvider3),
    .GetDeviceCount = provider_GetDeviceCount,
    .EnumDevices = provider_EnumDevices,
    .CreateDevice = provider_CreateDevice,
    .SetDeviceEnumPreference = provider_SetDeviceEnumPreference,
};

static const IComponentAuthenticateVtbl authenticate_vtbl = {
    COM_UNKNOWN_SLOTS(sp_provider, IComponentAuthenticate),
    .SACAuth = provider_SACAuth,
    .SACGetProtocols = provider_SACGetProtocols,
};

static const IMDSPRevokedVtbl revoked_vtbl = {
    COM_UNKNOWN_SLOTS(sp_provider, IMDSPRevoked),
    .GetRevocationURL = provider_GetRevocationURL,
};

static const struct com_interface provider_interfaces[] = {
    COM_MAP(sp_provider, IUnknown, IMDServiceProvider3),
    COM_MAP(sp_provider, IMDServiceProvider, IMDServiceProvider3),
    COM_MAP(sp_provider, IMDServiceProvider2, IMDServiceProvider3),
    COM_MAP(sp_provider, IMDServiceProvider3, IMDServiceProvider3),
    COM_MAP(sp_provider, IComponentAuthenticate, IComponentAuthenticate),
    COM_MAP(sp_provider, IMDSPRevoked, IMDSPRevoked),
    COM_MAP_END,
};

static void provider_destroy(struct com_object *object)
{
    struct sp_provider *self = container_of(object, struct sp_provider, com);

    sp_context_unref(self->context);
    free(self);
}

static const struct com_class provider_class = {"sp_provider", provider_interfaces,
                                                provider_destroy};

HRESULT sp_provider_new(REFIID riid, void **ret_interface)
{
    struct sp_provider *self = com_zalloc(sizeof(*self));
    HRESULT hr;

    if (!self)
        return E_OUTOFMEMORY;
    self->context = sp_context_new();
    if (!self->context) {
        free(self);
        return E_OUTOFMEMORY;
    }
    self->IMDServiceProvider3_iface.lpVtbl = &provider_vtbl;
    self->IComponentAuthenticate_iface.lpVtbl = &authenticate_vtbl;
    self->IMDSPRevoked_iface.lpVtbl = &revoked_vtbl;
    com_object_init(&self->com, &provider_class);
    hr = com_object_query(&self->com, riid, ret_interface);
    com_object_release(&self->com);
    return hr;
}
