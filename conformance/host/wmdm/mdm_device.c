/* IWMDMDevice/2/3 before the provider's device, with the control and the session of the same
 * device. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_device {
    struct com_object com;
    IWMDMDevice3 IWMDMDevice3_iface;
    IWMDMDeviceControl IWMDMDeviceControl_iface;
    IWMDMDeviceSession IWMDMDeviceSession_iface;
    struct mdm_way *way;
    IMDSPDevice *device; /* the provider's; the ones below NULL where it has none */
    IMDSPDevice2 *second;
    IMDSPDevice3 *third;
    IMDSPDeviceControl *control;
    WCHAR *canonical;
    pthread_mutex_t lock;
    WMDM_SESSION_TYPE session; /* NONE: none is open */
};

COM_INTERFACE(mdm_device, IWMDMDevice3)
COM_INTERFACE(mdm_device, IWMDMDeviceControl)
COM_INTERFACE(mdm_device, IWMDMDeviceSession)

/* Certified, arguments, and the interface that it needs. */
static HRESULT enter(const struct mdm_device *self, bool arguments, const void *interface)
{
    HRESULT hr = mdm_enter(self->way, arguments);

    return FAILED(hr) || interface ? hr : WMDM_E_NOTSUPPORTED;
}

/* ---- IWMDMDevice */
static HRESULT STDMETHODCALLTYPE device_GetName(IWMDMDevice3 *This, WCHAR *pwszName,
                                                DWORD nMaxChars)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pwszName != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetName(self->device, pwszName, nMaxChars);
}

static HRESULT STDMETHODCALLTYPE device_GetManufacturer(IWMDMDevice3 *This, WCHAR *pwszName,
                                                        DWORD nMaxChars)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pwszName != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetManufacturer(self->device, pwszName, nMaxChars);
}

static HRESULT STDMETHODCALLTYPE device_GetVersion(IWMDMDevice3 *This, DWORD *pdwVersion)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pdwVersion != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetVersion(self->device, pdwVersion);
}

static HRESULT STDMETHODCALLTYPE device_GetType(IWMDMDevice3 *This, DWORD *pdwType)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pdwType != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetType(self->device, pdwType);
}

static HRESULT STDMETHODCALLTYPE device_GetSerialNumber(IWMDMDevice3 *This, WMDMID *pSerialNumber,
                                                        BYTE *abMac)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    struct mdm_piece id = {pSerialNumber, sizeof(*pSerialNumber)};
    HRESULT hr = mdm_enter(self->way, pSerialNumber && abMac);

    if (FAILED(hr))
        return hr;
    hr = IMDSPDevice_GetSerialNumber(self->device, pSerialNumber, abMac);
    if (SUCCEEDED(hr))
        hr = mdm_hand_on(self->way->provider->channel, self->way->application->channel, &id, 1,
                         abMac);
    if (FAILED(hr))
        memset(pSerialNumber, 0, sizeof(*pSerialNumber));
    return hr;
}

static HRESULT STDMETHODCALLTYPE device_GetPowerSource(IWMDMDevice3 *This, DWORD *pdwPowerSource,
                                                       DWORD *pdwPercentRemaining)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pdwPowerSource && pdwPercentRemaining);

    return FAILED(hr)
               ? hr
               : IMDSPDevice_GetPowerSource(self->device, pdwPowerSource, pdwPercentRemaining);
}

static HRESULT STDMETHODCALLTYPE device_GetStatus(IWMDMDevice3 *This, DWORD *pdwStatus)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pdwStatus != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetStatus(self->device, pdwStatus);
}

static HRESULT STDMETHODCALLTYPE device_GetDeviceIcon(IWMDMDevice3 *This, DWORD *hIcon)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, hIcon != NULL);

    return FAILED(hr) ? hr : IMDSPDevice_GetDeviceIcon(self->device, hIcon);
}

static HRESULT STDMETHODCALLTYPE device_EnumStorage(IWMDMDevice3 *This,
                                                    IWMDMEnumStorage **ppEnumStorage)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    IMDSPEnumStorage *storages = NULL;
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppEnumStorage));

    if (SUCCEEDED(hr))
        hr = IMDSPDevice_EnumStorage(self->device, &storages);
    return FAILED(hr) ? hr : mdm_enum_storage_take(self->way, storages, ppEnumStorage);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatSupport(IWMDMDevice3 *This,
                                                         WAVEFORMATEX **ppFormatEx,
                                                         DWORD *pnFormatCount,
                                                         WCHAR ***pppwszMimeType,
                                                         DWORD *pnMimeTypeCount)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr =
        mdm_enter(self->way, ppFormatEx && pnFormatCount && pppwszMimeType && pnMimeTypeCount);

    return FAILED(hr) ? hr
                      : IMDSPDevice_GetFormatSupport(self->device, ppFormatEx, pnFormatCount,
                                                     pppwszMimeType, pnMimeTypeCount);
}

static HRESULT STDMETHODCALLTYPE device_SendOpaqueCommand(IWMDMDevice3 *This,
                                                          OPAQUECOMMAND *pCommand)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pCommand != NULL);

    if (SUCCEEDED(hr))
        hr = mdm_opaque_out(self->way, pCommand);
    if (SUCCEEDED(hr))
        hr = IMDSPDevice_SendOpaqueCommand(self->device, pCommand);
    return FAILED(hr) ? hr : mdm_opaque_in(self->way, pCommand);
}

/* ---- IWMDMDevice2 */
static HRESULT find_storage(struct mdm_device *self, const WCHAR *name, IMDSPStorage **ret_storage)
{
    IMDSPEnumStorage *storages = NULL;
    HRESULT hr =
        self->second ? IMDSPDevice2_GetStorage(self->second, name, ret_storage) : E_NOTIMPL;

    if (!mdm_leaves_to_us(hr))
        return hr;
    hr = IMDSPDevice_EnumStorage(self->device, &storages);
    return FAILED(hr) ? hr : mdm_find_by_name(storages, name, ret_storage);
}

static HRESULT STDMETHODCALLTYPE device_GetStorage(IWMDMDevice3 *This, const WCHAR *pszStorageName,
                                                   IWMDMStorage **ppStorage)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    IMDSPStorage *storage = NULL;
    HRESULT hr = mdm_enter(self->way, mdm_clear(ppStorage) && pszStorageName);

    if (SUCCEEDED(hr))
        hr = find_storage(self, pszStorageName, &storage);
    return hr != S_OK ? hr : mdm_storage_take(self->way, storage, ppStorage);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatSupport2(
    IWMDMDevice3 *This, DWORD dwFlags, WAVEFORMATEX **ppAudioFormatEx, DWORD *pnAudioFormatCount,
    VIDEOINFOHEADER **ppVideoFormatEx, DWORD *pnVideoFormatCount, WMFILECAPABILITIES **ppFileType,
    DWORD *pnFileTypeCount)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, true, self->second);

    return FAILED(hr)
               ? hr
               : IMDSPDevice2_GetFormatSupport2(self->second, dwFlags, ppAudioFormatEx,
                                                pnAudioFormatCount, ppVideoFormatEx,
                                                pnVideoFormatCount, ppFileType, pnFileTypeCount);
}

static HRESULT STDMETHODCALLTYPE
device_GetSpecifyPropertyPages(IWMDMDevice3 *This, ISpecifyPropertyPages **ppSpecifyPropPages,
                               IUnknown ***pppUnknowns, DWORD *pcUnks)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, mdm_clear(ppSpecifyPropPages) && mdm_clear(pppUnknowns) && pcUnks,
                       self->second);

    return FAILED(hr) ? hr
                      : IMDSPDevice2_GetSpecifyPropertyPages(self->second, ppSpecifyPropPages,
                                                             pppUnknowns, pcUnks);
}

static HRESULT STDMETHODCALLTYPE device_GetCanonicalName(IWMDMDevice3 *This, WCHAR *pwszPnPName,
                                                         DWORD nMaxChars)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = mdm_enter(self->way, pwszPnPName != NULL);

    if (FAILED(hr))
        return hr;
    return nMaxChars ? com_copy_string(self->canonical, pwszPnPName, nMaxChars)
                     : WMDM_E_BUFFERTOOSMALL;
}

/* ---- IWMDMDevice3 */
static HRESULT STDMETHODCALLTYPE device_GetProperty(IWMDMDevice3 *This, const WCHAR *pwszPropName,
                                                    PROPVARIANT *pValue)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, pwszPropName && pValue, self->third);

    return FAILED(hr) ? hr : IMDSPDevice3_GetProperty(self->third, pwszPropName, pValue);
}

static HRESULT STDMETHODCALLTYPE device_SetProperty(IWMDMDevice3 *This, const WCHAR *pwszPropName,
                                                    const PROPVARIANT *pValue)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, pwszPropName && pValue, self->third);

    return FAILED(hr) ? hr : IMDSPDevice3_SetProperty(self->third, pwszPropName, pValue);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatCapability(IWMDMDevice3 *This,
                                                            WMDM_FORMATCODE format,
                                                            WMDM_FORMAT_CAPABILITY *pFormatSupport)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, pFormatSupport != NULL, self->third);

    return FAILED(hr) ? hr : IMDSPDevice3_GetFormatCapability(self->third, format, pFormatSupport);
}

static HRESULT STDMETHODCALLTYPE device_DeviceIoControl(IWMDMDevice3 *This, DWORD dwIoControlCode,
                                                        BYTE *lpInBuffer, DWORD nInBufferSize,
                                                        BYTE *lpOutBuffer, DWORD *pnOutBufferSize)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    HRESULT hr = enter(self, true, self->third);

    return FAILED(hr) ? hr
                      : IMDSPDevice3_DeviceIoControl(self->third, dwIoControlCode, lpInBuffer,
                                                     nInBufferSize, lpOutBuffer, pnOutBufferSize);
}

static HRESULT STDMETHODCALLTYPE device_FindStorage(IWMDMDevice3 *This, WMDM_FIND_SCOPE findScope,
                                                    const WCHAR *pwszUniqueID,
                                                    IWMDMStorage **ppStorage)
{
    struct mdm_device *self = mdm_device_from_IWMDMDevice3(This);
    IMDSPStorage *storage = NULL;
    HRESULT hr = enter(self, mdm_clear(ppStorage) && pwszUniqueID, self->third);

    if (SUCCEEDED(hr))
        hr = IMDSPDevice3_FindStorage(self->third, findScope, pwszUniqueID, &storage);
    return hr != S_OK ? hr : mdm_storage_take(self->way, storage, ppStorage);
}

static const IWMDMDevice3Vtbl device_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_device, IWMDMDevice3),
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

/* ---- IWMDMDeviceControl */
#define CONTROL(name, method, parameters, arguments, condition)                                    \
    static HRESULT STDMETHODCALLTYPE control_##name parameters                                     \
    {                                                                                              \
        struct mdm_device *self = mdm_device_from_IWMDMDeviceControl(This);                        \
        HRESULT hr = enter(self, condition, self->control);                                        \
                                                                                                   \
        return FAILED(hr) ? hr : self->control->lpVtbl->method arguments;                          \
    }

CONTROL(GetStatus, GetDCStatus, (IWMDMDeviceControl * This, DWORD *pdwStatus),
        (self->control, pdwStatus), pdwStatus != NULL)
CONTROL(GetCapabilities, GetCapabilities, (IWMDMDeviceControl * This, DWORD *pdwCapabilitiesMask),
        (self->control, pdwCapabilitiesMask), pdwCapabilitiesMask != NULL)
CONTROL(Play, Play, (IWMDMDeviceControl * This), (self->control), true)
CONTROL(Record, Record, (IWMDMDeviceControl * This, WAVEFORMATEX *pFormat),
        (self->control, pFormat), true) /* NULL: its default format (SP-CTRL-015) */
CONTROL(Pause, Pause, (IWMDMDeviceControl * This), (self->control), true)
CONTROL(Resume, Resume, (IWMDMDeviceControl * This), (self->control), true)
CONTROL(Stop, Stop, (IWMDMDeviceControl * This), (self->control), true)
CONTROL(Seek, Seek, (IWMDMDeviceControl * This, DWORD fuMode, INT nOffset),
        (self->control, fuMode, nOffset), true)

static const IWMDMDeviceControlVtbl control_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_device, IWMDMDeviceControl),
    .GetStatus = control_GetStatus,
    .GetCapabilities = control_GetCapabilities,
    .Play = control_Play,
    .Record = control_Record,
    .Pause = control_Pause,
    .Resume = control_Resume,
    .Stop = control_Stop,
    .Seek = control_Seek,
};

/* ---- IWMDMDeviceSession: a provider that has it is told, of the others we keep the bracket
 * ourselves (reading U29) */
static HRESULT bracket(struct mdm_device *self, bool begin, WMDM_SESSION_TYPE type, BYTE *context,
                       DWORD size)
{
    IWMDMDeviceSession *theirs = NULL;
    HRESULT hr = mdm_query(self->way, self->device, &IID_IWMDMDeviceSession, &theirs);

    if (hr == WMDM_E_NOTSUPPORTED)
        return S_OK;
    if (SUCCEEDED(hr))
        hr = begin ? IWMDMDeviceSession_BeginSession(theirs, type, context, size)
                   : IWMDMDeviceSession_EndSession(theirs, type, context, size);
    LET_GO(theirs);
    return hr;
}

static HRESULT STDMETHODCALLTYPE session_BeginSession(IWMDMDeviceSession *This,
                                                      WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                      DWORD dwSizeCtx)
{
    struct mdm_device *self = mdm_device_from_IWMDMDeviceSession(This);
    HRESULT hr = mdm_enter(self->way, type != WMDM_SESSION_NONE && (pCtx || !dwSizeCtx));

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->lock);
    hr = self->session ? WMDM_E_CALL_OUT_OF_SEQUENCE : bracket(self, true, type, pCtx, dwSizeCtx);
    if (SUCCEEDED(hr))
        self->session = type;
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE session_EndSession(IWMDMDeviceSession *This,
                                                    WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                    DWORD dwSizeCtx)
{
    struct mdm_device *self = mdm_device_from_IWMDMDeviceSession(This);
    HRESULT hr = mdm_enter(self->way, type != WMDM_SESSION_NONE && (pCtx || !dwSizeCtx));

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->lock);
    if (!self->session)
        hr = WMDM_E_CALL_OUT_OF_SEQUENCE;
    else if (self->session != type)
        hr = E_INVALIDARG;
    else
        hr = bracket(self, false, type, pCtx, dwSizeCtx);
    if (SUCCEEDED(hr))
        self->session = WMDM_SESSION_NONE;
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static const IWMDMDeviceSessionVtbl session_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_device, IWMDMDeviceSession),
    .BeginSession = session_BeginSession,
    .EndSession = session_EndSession,
};

/* ---- the class */
#define OF_ANY                                                                                     \
    COM_MAP(mdm_device, IUnknown, IWMDMDevice3), COM_MAP(mdm_device, IWMDMDevice, IWMDMDevice3),   \
        COM_MAP(mdm_device, IWMDMDevice2, IWMDMDevice3),                                           \
        COM_MAP(mdm_device, IWMDMDevice3, IWMDMDevice3),                                           \
        COM_MAP(mdm_device, IWMDMDeviceSession, IWMDMDeviceSession)
static const struct com_interface device_interfaces[] = {OF_ANY, COM_MAP_END};
static const struct com_interface player_interfaces[] = {
    OF_ANY, COM_MAP(mdm_device, IWMDMDeviceControl, IWMDMDeviceControl), COM_MAP_END};

static void device_destroy(struct com_object *object)
{
    struct mdm_device *self = container_of(object, struct mdm_device, com);

    LET_GO(self->control);
    LET_GO(self->third);
    LET_GO(self->second);
    LET_GO(self->device);
    mdm_way_unref(self->way);
    CoTaskMemFree(self->canonical);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct com_class device_class = {"mdm_device", device_interfaces, device_destroy};
static const struct com_class player_class = {"mdm_device", player_interfaces, device_destroy};

const WCHAR *mdm_device_canonical(IWMDMDevice *device)
{
    return mdm_device_from_IWMDMDevice3((IWMDMDevice3 *)device)->canonical;
}

bool mdm_device_provides(IWMDMDevice *device, REFIID iid)
{
    return mdm_answers(mdm_device_from_IWMDMDevice3((IWMDMDevice3 *)device)->device, iid);
}

HRESULT mdm_device_new(struct mdm_way *way, IMDSPDevice *device, const WCHAR *canonical,
                       IWMDMDevice **ret_device)
{
    struct mdm_device *self = calloc(1, sizeof(*self));

    if (!self)
        return E_OUTOFMEMORY;
    self->canonical = com_wcsdup(canonical);
    if (!self->canonical) {
        free(self);
        return E_OUTOFMEMORY;
    }
    self->IWMDMDevice3_iface.lpVtbl = &device_vtbl;
    self->IWMDMDeviceControl_iface.lpVtbl = &control_vtbl;
    self->IWMDMDeviceSession_iface.lpVtbl = &session_vtbl;
    self->way = mdm_way_ref(way);
    self->device = device;
    IMDSPDevice_AddRef(device);
    (void)mdm_query(way, device, &IID_IMDSPDevice2, &self->second);
    (void)mdm_query(way, device, &IID_IMDSPDevice3, &self->third);
    (void)mdm_query(way, device, &IID_IMDSPDeviceControl, &self->control);
    pthread_mutex_init(&self->lock, NULL);
    com_object_init(&self->com, self->control ? &player_class : &device_class);
    *ret_device = (IWMDMDevice *)&self->IWMDMDevice3_iface;
    return S_OK;
}
