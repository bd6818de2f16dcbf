/* The log, and the way in: class object, instance, channel. */
#include "conformance/host/recorder/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/recorder/recorder_private.h"

const CLSID recorder_clsid = {0x1c0ffee1, 0x0001, 0x4000, {0x80, 0, 0, 0, 0, 0, 0, 1}};
const CLSID recorder_other_clsid = {0x1c0ffee1, 0x0002, 0x4000, {0x80, 0, 0, 0, 0, 0, 0, 2}};

/* As of any class object, there is nobody to ask for a context. */
static struct recorder *bound;

void recorder_bind(struct recorder *recorder)
{
    bound = recorder;
}

/* ---- the log */
static void write_down(struct recorder *recorder, const char *word)
{
    size_t length = strlen(recorder->log);

    snprintf(recorder->log + length, sizeof(recorder->log) - length, "%s%s", length ? " " : "",
             word);
}

void recorder_note(struct recorder *recorder, const char *format, ...)
{
    char word[128];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(word, sizeof(word), format, arguments);
    va_end(arguments);
    write_down(recorder, word);
}

void recorder_clear(struct recorder *recorder)
{
    recorder->log[0] = '\0';
}

unsigned recorder_count(const struct recorder *recorder, const char *method)
{
    size_t length = strlen(method);
    unsigned count = 0;

    for (const char *at = recorder->log; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, method, length) == 0 && strchr(" (", at[length]))
            count++;
    }
    return count;
}

HRESULT recorder_asked(struct recorder_channel *channel, const char *method, const char *format,
                       ...)
{
    struct recorder *recorder = channel->recorder;
    char word[128];
    int length = snprintf(word, sizeof(word), "%s", method);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(word + length, sizeof(word) - (size_t)length, format, arguments);
    va_end(arguments);
    write_down(recorder, word);
    if (!sac_is_authenticated(channel->sac))
        return WMDM_E_NOTCERTIFIED;
    if (recorder->fails && strcmp(recorder->fails, method) == 0 &&
        recorder_count(recorder, method) >= recorder->fails_at)
        return recorder->failure;
    return S_OK;
}

/* ---- interfaces */
static bool offers(const struct recorder *recorder, REFIID riid)
{
    const struct {
        const IID *iid;
        bool offered;
    } optional[] = {
        {&IID_IMDServiceProvider2, recorder->version_2 || recorder->version_3},
        {&IID_IMDServiceProvider3, recorder->version_3},
        {&IID_IMDSPDevice3, recorder->device_3},
        {&IID_IMDSPStorage2, recorder->storage_2 || recorder->storage_3 || recorder->storage_4},
        {&IID_IMDSPStorage3, recorder->storage_3 || recorder->storage_4},
        {&IID_IMDSPStorage4, recorder->storage_4},
        {&IID_IMDSPObject2, recorder->object_2},
        {&IID_IMDSPDirectTransfer, recorder->direct},
        {&IID_IWMDMDeviceSession, recorder->session},
    };

    for (size_t i = 0; i < ARRAY_SIZE(optional); i++) {
        if (IsEqualIID(riid, optional[i].iid))
            return optional[i].offered;
    }
    return true;
}

HRESULT recorder_query(struct recorder *recorder, struct com_object *object, REFIID riid,
                       void **ppvObject)
{
    static const struct {
        const IID *iid;
        const char *name;
    } told[] = {{&IID_IMDSPDevice3, "IMDSPDevice3"},
                {&IID_IMDSPStorage4, "IMDSPStorage4"},
                {&IID_IMDSPObject2, "IMDSPObject2"},
                {&IID_IMDSPDirectTransfer, "IMDSPDirectTransfer"}};

    for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
        if (IsEqualIID(riid, told[i].iid))
            recorder_note(recorder, "QueryInterface(%s)", told[i].name);
    }
    if (!offers(recorder, riid)) {
        *ppvObject = NULL;
        return E_NOINTERFACE;
    }
    return com_object_query(object, riid, ppvObject);
}

/* ---- the channel */
static struct recorder_channel *channel_new(struct recorder *recorder)
{
    struct recorder_channel *channel = calloc(1, sizeof(*channel));

    if (!channel)
        return NULL;
    atomic_init(&channel->refs, 1);
    channel->recorder = recorder;
    channel->sac = sac_server_new();
    (void)sac_set_certificate(channel->sac, SAC_CERT_V1, NULL, 0, NULL, 0);
    recorder->instances++;
    return channel;
}

struct recorder_channel *recorder_channel_ref(struct recorder_channel *channel)
{
    atomic_fetch_add(&channel->refs, 1);
    return channel;
}

void recorder_channel_unref(struct recorder_channel *channel)
{
    if (!channel || atomic_fetch_sub(&channel->refs, 1) != 1)
        return;
    channel->recorder->instances--;
    sac_free(channel->sac);
    free(channel);
}

HRESULT recorder_mac(struct recorder_channel *channel, const struct recorder_piece *pieces,
                     size_t count, BYTE *ret_mac)
{
    SAC_HMAC mac;
    HRESULT hr = sac_mac_init(channel->sac, &mac);

    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        if (pieces[i].length)
            hr = sac_mac_update(channel->sac, mac, pieces[i].data, pieces[i].length);
    }
    if (SUCCEEDED(hr))
        hr = sac_mac_final(channel->sac, mac, ret_mac);
    if (SUCCEEDED(hr) && channel->recorder->spoils_mac)
        ret_mac[0] ^= 1;
    return hr;
}

/* ---- the instance */
struct recorder_provider {
    struct com_object com;
    IMDServiceProvider3 IMDServiceProvider3_iface;
    IComponentAuthenticate IComponentAuthenticate_iface;
    struct recorder_channel *channel;
};

RECORDED(recorder_provider, IMDServiceProvider3)
RECORDED(recorder_provider, IComponentAuthenticate)

static HRESULT STDMETHODCALLTYPE provider_GetDeviceCount(IMDServiceProvider3 *This, DWORD *pdwCount)
{
    struct recorder_channel *channel = recorder_provider_from_IMDServiceProvider3(This)->channel;

    *pdwCount = channel->recorder->devices;
    return recorder_asked(channel, "GetDeviceCount", "%s", "");
}

/* What EnumDevices gives: the devices that are there now. */
struct recorder_found {
    struct com_object com;
    IMDSPEnumDevice IMDSPEnumDevice_iface;
    struct recorder_channel *channel;
    unsigned count, position;
};

RECORDED(recorder_found, IMDSPEnumDevice)

static HRESULT STDMETHODCALLTYPE found_Next(IMDSPEnumDevice *This, DWORD celt,
                                            IMDSPDevice **ppDevice, DWORD *pceltFetched)
{
    struct recorder_found *self = recorder_found_from_IMDSPEnumDevice(This);
    HRESULT hr = recorder_asked(self->channel, "IMDSPEnumDevice::Next", "%s", "");
    DWORD fetched = 0;

    while (SUCCEEDED(hr) && fetched < celt && self->position < self->count) {
        self->position++;
        hr = recorder_device_new(self->channel, &ppDevice[fetched++]);
    }
    if (pceltFetched)
        *pceltFetched = fetched;
    return FAILED(hr) ? hr : fetched == celt ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE found_Skip(IMDSPEnumDevice *This, DWORD celt, DWORD *pceltFetched)
{
    (void)This, (void)celt, (void)pceltFetched;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE found_Reset(IMDSPEnumDevice *This)
{
    (void)This;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE found_Clone(IMDSPEnumDevice *This, IMDSPEnumDevice **ppEnumDevice)
{
    (void)This, (void)ppEnumDevice;
    return E_NOTIMPL;
}

static const IMDSPEnumDeviceVtbl found_vtbl = {
    RECORDED_SLOTS(recorder_found, IMDSPEnumDevice),
    .Next = found_Next,
    .Skip = found_Skip,
    .Reset = found_Reset,
    .Clone = found_Clone,
};
static const struct com_interface found_interfaces[] = {
    COM_MAP(recorder_found, IUnknown, IMDSPEnumDevice),
    COM_MAP(recorder_found, IMDSPEnumDevice, IMDSPEnumDevice), COM_MAP_END};

static void found_destroy(struct com_object *object)
{
    struct recorder_found *self = container_of(object, struct recorder_found, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class found_class = {"recorder_found", found_interfaces, found_destroy};

static HRESULT STDMETHODCALLTYPE provider_EnumDevices(IMDServiceProvider3 *This,
                                                      IMDSPEnumDevice **ppEnumDevice)
{
    struct recorder_channel *channel = recorder_provider_from_IMDServiceProvider3(This)->channel;
    HRESULT hr = recorder_asked(channel, "EnumDevices", "%s", "");
    struct recorder_found *found = SUCCEEDED(hr) ? calloc(1, sizeof(*found)) : NULL;

    if (!found)
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    found->IMDSPEnumDevice_iface.lpVtbl = &found_vtbl;
    found->channel = recorder_channel_ref(channel);
    found->count = channel->recorder->devices;
    com_object_init(&found->com, &found_class);
    *ppEnumDevice = &found->IMDSPEnumDevice_iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE provider_CreateDevice(IMDServiceProvider3 *This,
                                                       const WCHAR *pwszDevicePath, DWORD *pdwCount,
                                                       IMDSPDevice ***pppDeviceArray)
{
    struct recorder_channel *channel = recorder_provider_from_IMDServiceProvider3(This)->channel;
    char *path = com_utf8_from_utf16(pwszDevicePath);
    HRESULT hr = recorder_asked(channel, "CreateDevice", "(%s)", path);
    IMDSPDevice **devices;

    CoTaskMemFree(path);
    if (FAILED(hr) || channel->recorder->hands_nothing)
        return hr;
    devices = CoTaskMemAlloc(channel->recorder->devices * sizeof(IMDSPDevice *));
    for (unsigned i = 0; i < channel->recorder->devices; i++)
        (void)recorder_device_new(channel, &devices[i]);
    *pdwCount = channel->recorder->devices;
    *pppDeviceArray = devices;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE provider_SetDeviceEnumPreference(IMDServiceProvider3 *This,
                                                                  DWORD dwEnumPref)
{
    return recorder_asked(recorder_provider_from_IMDServiceProvider3(This)->channel,
                          "SetDeviceEnumPreference", "(%u)", dwEnumPref);
}

static HRESULT STDMETHODCALLTYPE provider_SACAuth(IComponentAuthenticate *This, DWORD dwProtocolID,
                                                  DWORD dwPass, BYTE *pbDataIn, DWORD dwDataInLen,
                                                  BYTE **ppbDataOut, DWORD *pdwDataOutLen)
{
    struct recorder_channel *channel = recorder_provider_from_IComponentAuthenticate(This)->channel;
    DWORD own;
    HRESULT hr;

    recorder_note(channel->recorder, "SACAuth(%u)", dwPass);
    hr = sac_auth(channel->sac, dwProtocolID, dwPass, pbDataIn, dwDataInLen, ppbDataOut,
                  pdwDataOutLen);
    if (SUCCEEDED(hr) && dwPass == 1)
        (void)sac_get_app_sec(channel->sac, &own, &channel->recorder->level);
    return hr;
}

static HRESULT STDMETHODCALLTYPE provider_SACGetProtocols(IComponentAuthenticate *This,
                                                          DWORD **ppdwProtocols,
                                                          DWORD *pdwProtocolCount)
{
    struct recorder_channel *channel = recorder_provider_from_IComponentAuthenticate(This)->channel;

    recorder_note(channel->recorder, "SACGetProtocols");
    return sac_get_protocols(channel->sac, ppdwProtocols, pdwProtocolCount);
}

static const IMDServiceProvider3Vtbl provider_vtbl = {
    RECORDED_SLOTS(recorder_provider, IMDServiceProvider3),
    .GetDeviceCount = provider_GetDeviceCount,
    .EnumDevices = provider_EnumDevices,
    .CreateDevice = provider_CreateDevice,
    .SetDeviceEnumPreference = provider_SetDeviceEnumPreference,
};
static const IComponentAuthenticateVtbl authenticate_vtbl = {
    RECORDED_SLOTS(recorder_provider, IComponentAuthenticate),
    .SACAuth = provider_SACAuth,
    .SACGetProtocols = provider_SACGetProtocols,
};
static const struct com_interface provider_interfaces[] = {
    COM_MAP(recorder_provider, IUnknown, IMDServiceProvider3),
    COM_MAP(recorder_provider, IMDServiceProvider, IMDServiceProvider3),
    COM_MAP(recorder_provider, IMDServiceProvider2, IMDServiceProvider3),
    COM_MAP(recorder_provider, IMDServiceProvider3, IMDServiceProvider3),
    COM_MAP(recorder_provider, IComponentAuthenticate, IComponentAuthenticate),
    COM_MAP_END,
};

static void provider_destroy(struct com_object *object)
{
    struct recorder_provider *self = container_of(object, struct recorder_provider, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class provider_class = {"recorder_provider", provider_interfaces,
                                                provider_destroy};

/* ---- the class object: static, as a module's may be */
static HRESULT STDMETHODCALLTYPE factory_QueryInterface(IClassFactory *This, REFIID riid,
                                                        void **ppvObject)
{
    (void)riid;
    *ppvObject = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE factory_count(IClassFactory *This)
{
    (void)This;
    return 1;
}

static HRESULT create(REFIID riid, void **ppvObject)
{
    struct recorder_provider *self = calloc(1, sizeof(*self));
    HRESULT hr;

    if (!self)
        return E_OUTOFMEMORY;
    self->IMDServiceProvider3_iface.lpVtbl = &provider_vtbl;
    self->IComponentAuthenticate_iface.lpVtbl = &authenticate_vtbl;
    self->channel = channel_new(bound);
    com_object_init(&self->com, &provider_class);
    hr = com_object_query(&self->com, riid, ppvObject);
    com_object_release(&self->com);
    return hr;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance(IClassFactory *This, IUnknown *pUnkOuter,
                                                        REFIID riid, void **ppvObject)
{
    (void)This, (void)pUnkOuter;
    recorder_note(bound, "CreateInstance");
    return create(riid, ppvObject);
}

static HRESULT STDMETHODCALLTYPE other_CreateInstance(IClassFactory *This, IUnknown *pUnkOuter,
                                                      REFIID riid, void **ppvObject)
{
    (void)This, (void)pUnkOuter;
    recorder_note(bound, "CreateInstance(other)");
    return create(riid, ppvObject);
}

static HRESULT STDMETHODCALLTYPE factory_LockServer(IClassFactory *This, BOOL fLock)
{
    (void)This, (void)fLock;
    return S_OK;
}

#define FACTORY(create)                                                                            \
    {                                                                                              \
        factory_QueryInterface, factory_count, factory_count, create, factory_LockServer           \
    }
static const IClassFactoryVtbl factory_vtbl = FACTORY(factory_CreateInstance),
                               other_vtbl = FACTORY(other_CreateInstance);
static IClassFactory factory = {&factory_vtbl}, other = {&other_vtbl};

HRESULT STDMETHODCALLTYPE recorder_get_class_object(REFCLSID rclsid, REFIID riid, void **ppv)
{
    (void)riid;
    *ppv = IsEqualCLSID(rclsid, &recorder_other_clsid) ? &other : &factory;
    return S_OK;
}
