/* The recorder's device. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/recorder/recorder_private.h"

struct recorder_device {
    struct com_object com;
    IMDSPDevice3 IMDSPDevice3_iface;
    IWMDMDeviceSession IWMDMDeviceSession_iface;
    struct recorder_channel *channel;
};

RECORDED(recorder_device, IMDSPDevice3)
RECORDED(recorder_device, IWMDMDeviceSession)

/* A method that is only written down. */
#define ONLY(method, ...)                                                                          \
    static HRESULT STDMETHODCALLTYPE device_##method(IMDSPDevice3 *This, ##__VA_ARGS__)            \
    {                                                                                              \
        return recorder_asked(recorder_device_from_IMDSPDevice3(This)->channel, #method, "%s",     \
                              "");                                                                 \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
ONLY(GetManufacturer, WCHAR *name, DWORD room)
ONLY(GetVersion, DWORD *version)
ONLY(GetType, DWORD *type)
ONLY(GetPowerSource, DWORD *source, DWORD *percent)
ONLY(GetStatus, DWORD *status)
ONLY(GetDeviceIcon, DWORD *icon)
ONLY(GetFormatSupport, WAVEFORMATEX **formats, DWORD *count, WCHAR ***types, DWORD *type_count)
ONLY(GetFormatSupport2, DWORD flags, WAVEFORMATEX **audio, DWORD *audio_count,
     VIDEOINFOHEADER **video, DWORD *video_count, WMFILECAPABILITIES **types, DWORD *type_count)
ONLY(GetSpecifyPropertyPages, ISpecifyPropertyPages **pages, IUnknown ***unknowns, DWORD *count)
ONLY(GetProperty, const WCHAR *name, PROPVARIANT *value)
ONLY(SetProperty, const WCHAR *name, const PROPVARIANT *value)
ONLY(GetFormatCapability, WMDM_FORMATCODE format, WMDM_FORMAT_CAPABILITY *capability)
ONLY(DeviceIoControl, DWORD code, BYTE *in, DWORD in_size, BYTE *out, DWORD *out_size)
#pragma GCC diagnostic pop

static HRESULT STDMETHODCALLTYPE device_GetName(IMDSPDevice3 *This, WCHAR *pwszName,
                                                DWORD nMaxChars)
{
    HRESULT hr =
        recorder_asked(recorder_device_from_IMDSPDevice3(This)->channel, "GetName", "%s", "");

    return FAILED(hr) ? hr : com_copy_string(u"recorder", pwszName, nMaxChars);
}

static HRESULT STDMETHODCALLTYPE device_GetCanonicalName(IMDSPDevice3 *This, WCHAR *pwszPnPName,
                                                         DWORD nMaxChars)
{
    (void)This, (void)pwszPnPName, (void)nMaxChars;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE device_GetSerialNumber(IMDSPDevice3 *This, WMDMID *pSerialNumber,
                                                        BYTE *abMac)
{
    struct recorder_channel *channel = recorder_device_from_IMDSPDevice3(This)->channel;
    const struct recorder_piece id = {pSerialNumber, sizeof(*pSerialNumber)};
    HRESULT hr = recorder_asked(channel, "GetSerialNumber", "%s", "");

    if (FAILED(hr))
        return hr;
    *pSerialNumber = (WMDMID){.cbSize = sizeof(*pSerialNumber), .SerialNumberLength = 4};
    memcpy(pSerialNumber->pID, "1234", 4);
    return recorder_mac(channel, &id, 1, abMac);
}

static HRESULT STDMETHODCALLTYPE device_EnumStorage(IMDSPDevice3 *This,
                                                    IMDSPEnumStorage **ppEnumStorage)
{
    struct recorder_channel *channel = recorder_device_from_IMDSPDevice3(This)->channel;
    HRESULT hr = recorder_asked(channel, "IMDSPDevice::EnumStorage", "%s", "");

    if (FAILED(hr) || channel->recorder->hands_nothing)
        return hr;
    return recorder_enum_new(channel, true, ppEnumStorage);
}

/* Checks the MAC that came, as a provider does, and answers with another text. */
static HRESULT STDMETHODCALLTYPE device_SendOpaqueCommand(IMDSPDevice3 *This,
                                                          OPAQUECOMMAND *pCommand)
{
    struct recorder_channel *channel = recorder_device_from_IMDSPDevice3(This)->channel;
    const bool spoils = channel->recorder->spoils_mac;
    const struct recorder_piece pieces[] = {
        {&pCommand->guidCommand, sizeof(pCommand->guidCommand)},
        {&pCommand->dwDataLen, sizeof(pCommand->dwDataLen)},
        {pCommand->pData, pCommand->dwDataLen},
    };
    BYTE expected[WMDM_MAC_LENGTH] = {0};
    HRESULT hr = recorder_asked(channel, "SendOpaqueCommand", "%s", "");

    channel->recorder->spoils_mac = false;
    if (SUCCEEDED(hr))
        hr = recorder_mac(channel, pieces, ARRAY_SIZE(pieces), expected);
    channel->recorder->spoils_mac = spoils;
    if (SUCCEEDED(hr) && memcmp(expected, pCommand->abMAC, sizeof(expected)) != 0)
        hr = WMDM_E_MAC_CHECK_FAILED;
    if (FAILED(hr))
        return hr;
    pCommand->pData[0] ^= 0xff;
    return recorder_mac(channel, pieces, ARRAY_SIZE(pieces), pCommand->abMAC);
}

static HRESULT STDMETHODCALLTYPE device_GetStorage(IMDSPDevice3 *This, const WCHAR *pszStorageName,
                                                   IMDSPStorage **ppStorage)
{
    struct recorder_channel *channel = recorder_device_from_IMDSPDevice3(This)->channel;
    HRESULT hr = recorder_asked(channel, "IMDSPDevice2::GetStorage", "%s", "");

    (void)pszStorageName;
    return FAILED(hr) ? hr : recorder_storage_new(channel, "", ppStorage);
}

static HRESULT STDMETHODCALLTYPE device_FindStorage(IMDSPDevice3 *This, WMDM_FIND_SCOPE findScope,
                                                    const WCHAR *pwszUniqueID,
                                                    IMDSPStorage **ppStorage)
{
    struct recorder_channel *channel = recorder_device_from_IMDSPDevice3(This)->channel;
    HRESULT hr = recorder_asked(channel, "IMDSPDevice3::FindStorage", "(%d)", (int)findScope);

    (void)pwszUniqueID;
    return FAILED(hr) ? hr : recorder_storage_new(channel, "one", ppStorage);
}

static const IMDSPDevice3Vtbl device_vtbl = {
    RECORDED_SLOTS(recorder_device, IMDSPDevice3),
    .GetName = device_GetName,
    .GetManufacturer = device_GetManufacturer,
    .GetVersion = device_GetVersion,
    .GetType = device_GetType,
    .GetSerialNumber = device_GetSerialNumber,
    .GetPowerSource = device_GetPowerSource,
    .GetStatus = device_GetStatus,
    .GetDeviceIcon = device_GetDeviceIcon,
    .EnumStorage = device_EnumStorage,
    .GetFormatSupport = device_GetFormatSupport,
    .SendOpaqueCommand = device_SendOpaqueCommand,
    .GetStorage = device_GetStorage,
    .GetFormatSupport2 = device_GetFormatSupport2,
    .GetSpecifyPropertyPages = device_GetSpecifyPropertyPages,
    .GetCanonicalName = device_GetCanonicalName,
    .GetProperty = device_GetProperty,
    .SetProperty = device_SetProperty,
    .GetFormatCapability = device_GetFormatCapability,
    .DeviceIoControl = device_DeviceIoControl,
    .FindStorage = device_FindStorage,
};

static HRESULT STDMETHODCALLTYPE session_BeginSession(IWMDMDeviceSession *This,
                                                      WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                      DWORD dwSizeCtx)
{
    (void)pCtx;
    return recorder_asked(recorder_device_from_IWMDMDeviceSession(This)->channel, "BeginSession",
                          "(0x%x,%u)", (unsigned)type, dwSizeCtx);
}

static HRESULT STDMETHODCALLTYPE session_EndSession(IWMDMDeviceSession *This,
                                                    WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                    DWORD dwSizeCtx)
{
    (void)pCtx;
    return recorder_asked(recorder_device_from_IWMDMDeviceSession(This)->channel, "EndSession",
                          "(0x%x,%u)", (unsigned)type, dwSizeCtx);
}

static const IWMDMDeviceSessionVtbl session_vtbl = {
    RECORDED_SLOTS(recorder_device, IWMDMDeviceSession),
    .BeginSession = session_BeginSession,
    .EndSession = session_EndSession,
};

static const struct com_interface device_interfaces[] = {
    COM_MAP(recorder_device, IUnknown, IMDSPDevice3),
    COM_MAP(recorder_device, IMDSPDevice, IMDSPDevice3),
    COM_MAP(recorder_device, IMDSPDevice2, IMDSPDevice3),
    COM_MAP(recorder_device, IMDSPDevice3, IMDSPDevice3),
    COM_MAP(recorder_device, IWMDMDeviceSession, IWMDMDeviceSession),
    COM_MAP_END,
};

static void device_destroy(struct com_object *object)
{
    struct recorder_device *self = container_of(object, struct recorder_device, com);

    recorder_channel_unref(self->channel);
    free(self);
}

static const struct com_class device_class = {"recorder_device", device_interfaces, device_destroy};

HRESULT recorder_device_new(struct recorder_channel *channel, IMDSPDevice **ret_device)
{
    struct recorder_device *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->IMDSPDevice3_iface.lpVtbl = &device_vtbl;
    self->IWMDMDeviceSession_iface.lpVtbl = &session_vtbl;
    self->channel = recorder_channel_ref(channel);
    com_object_init(&self->com, &device_class);
    *ret_device = (IMDSPDevice *)&self->IMDSPDevice3_iface;
    return S_OK;
}
