/* IMDSPDevice/2/3: what is known about the device, and the way to its storages. A class of thin
 * methods; what takes more than a question stands in the files for properties, formats, the tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_opaque.h"
#include "spcore/sp/sp_playback.h"
#include "spcore/sp/sp_storage.h"

COM_INTERFACE(sp_device, IMDSPDevice3)

static HRESULT STDMETHODCALLTYPE device_GetName(IMDSPDevice3 *This, WCHAR *pwszName,
                                                DWORD nMaxChars)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    WCHAR *name = NULL;
    HRESULT hr = sp_enter_device(self, pwszName != NULL);

    if (FAILED(hr))
        return hr;
    hr = sp_device_display_name(self, &name);
    if (SUCCEEDED(hr))
        hr = nMaxChars ? com_copy_string(name, pwszName, nMaxChars) : WMDM_E_BUFFERTOOSMALL;
    CoTaskMemFree(name);
    return hr;
}

static HRESULT STDMETHODCALLTYPE device_GetManufacturer(IMDSPDevice3 *This, WCHAR *pwszName,
                                                        DWORD nMaxChars)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    const WCHAR *text = sp_connection_facts(self->connection)->info.manufacturer;
    HRESULT hr = sp_enter_device(self, pwszName != NULL);

    if (FAILED(hr))
        return hr;
    return nMaxChars ? com_copy_string(text ? text : u"", pwszName, nMaxChars)
                     : WMDM_E_BUFFERTOOSMALL;
}

static HRESULT STDMETHODCALLTYPE device_GetVersion(IMDSPDevice3 *This, DWORD *pdwVersion)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pdwVersion != NULL);

    if (FAILED(hr))
        return hr;
    *pdwVersion = sp_version_number(sp_connection_facts(self->connection)->info.version);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_GetType(IMDSPDevice3 *This, DWORD *pdwType)
{
    HRESULT hr = sp_enter_device(sp_device_from_IMDSPDevice3(This), pdwType != NULL);

    if (FAILED(hr))
        return hr;
    *pdwType = WMDM_DEVICE_TYPE_PLAYBACK | WMDM_DEVICE_TYPE_DECODE | WMDM_DEVICE_TYPE_STORAGE |
               WMDM_DEVICE_TYPE_NONSDMI;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_GetSerialNumber(IMDSPDevice3 *This, WMDMID *pSerialNumber,
                                                        BYTE *abMac)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pSerialNumber && abMac);

    if (FAILED(hr))
        return hr;
    return sp_serial(self->context, sp_connection_facts(self->connection)->info.serial,
                     pSerialNumber, abMac);
}

/* USB 2.0, 9.4.5: bit 0 of the device's status tells what it draws on right now. */
static HRESULT self_powered(struct sp_device *self, bool *ret_self)
{
    const struct tp_setup setup = {.request_type = 0x80, .length = 2};
    uint8_t status[2] = {0};
    int got =
        tp_control(mtpi_transport(sp_connection_mtpi(self->connection)), &setup, status, 2000);

    if (got < 0)
        return sp_connection_hr(self->connection, got);
    *ret_self = (status[0] & 1) != 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_GetPowerSource(IMDSPDevice3 *This, DWORD *pdwPowerSource,
                                                       DWORD *pdwPercentRemaining)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    struct mtpi_value level = {0};
    bool on_battery = false, battery;
    DWORD source = WMDM_POWER_CAP_EXTERNAL; /* it hangs on a bus that can feed it */
    HRESULT hr = sp_enter_device(self, pdwPowerSource && pdwPercentRemaining);

    if (FAILED(hr))
        return hr;
    battery = sp_facts_lists_property(sp_connection_facts(self->connection), MTP_DPC_BATTERY_LEVEL);
    hr = self_powered(self, &on_battery);
    if (SUCCEEDED(hr) && battery)
        hr = sp_connection_hr(self->connection, mtpi_get_device_prop_value(
                                                    sp_connection_mtpi(self->connection),
                                                    MTP_DPC_BATTERY_LEVEL, MTP_DTC_UINT8, &level));
    if (FAILED(hr))
        return hr;
    on_battery = on_battery && battery;
    if (battery)
        source |= WMDM_POWER_CAP_BATTERY;
    source |=
        on_battery ? WMDM_POWER_IS_BATTERY | WMDM_POWER_PERCENT_AVAILABLE : WMDM_POWER_IS_EXTERNAL;
    *pdwPowerSource = source;
    *pdwPercentRemaining = on_battery ? (DWORD)level.integer : 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_GetStatus(IMDSPDevice3 *This, DWORD *pdwStatus)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter(self->context, pdwStatus != NULL);

    if (FAILED(hr))
        return hr;
    *pdwStatus = sp_activity_status(sp_connection_activity(self->connection), self->storage);
    if (*pdwStatus)
        return S_OK;
    hr = sp_connection_probe(self->connection);
    if (sp_connection_gone(self->connection))
        *pdwStatus = WMDM_STATUS_DEVICE_NOTPRESENT;
    else if (hr == WMDM_E_BUSY)
        *pdwStatus = WMDM_STATUS_BUSY;
    else if (FAILED(hr))
        return hr;
    else
        *pdwStatus = WMDM_STATUS_READY;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_GetDeviceIcon(IMDSPDevice3 *This, DWORD *hIcon)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, hIcon != NULL);

    return FAILED(hr) ? hr : sp_device_icon(self, hIcon);
}

HRESULT sp_device_storages(struct sp_device *device, struct mtpi_u32_array *ret_ids)
{
    struct mtpi_u32_array ids = {0};
    size_t kept = 0;
    HRESULT hr = sp_connection_hr(
        device->connection, mtpi_get_storage_ids(sp_connection_mtpi(device->connection), &ids));

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < ids.count; i++) {
        if ((ids.item[i] & 0xffff) && (!device->storage || device->storage == ids.item[i]))
            ids.item[kept++] = ids.item[i];
    }
    ids.count = kept;
    *ret_ids = ids;
    return S_OK;
}

static HRESULT roots(struct sp_device *self, IMDSPEnumStorage **ret_enumerator)
{
    struct mtpi_u32_array ids = {0};
    struct sp_place *places;
    HRESULT hr = sp_device_storages(self, &ids);

    if (FAILED(hr))
        return hr;
    places = com_zalloc((ids.count + 1) * sizeof(*places));
    if (!places) {
        free(ids.item);
        return E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < ids.count; i++)
        places[i].storage = ids.item[i];
    hr = sp_enum_storage_new(self, places, ids.count, 0, NULL, ret_enumerator);
    free(places);
    free(ids.item);
    return hr;
}

static HRESULT STDMETHODCALLTYPE device_EnumStorage(IMDSPDevice3 *This,
                                                    IMDSPEnumStorage **ppEnumStorage)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, sp_clear(ppEnumStorage));

    return FAILED(hr) ? hr : roots(self, ppEnumStorage);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatSupport(IMDSPDevice3 *This,
                                                         WAVEFORMATEX **pFormatEx,
                                                         DWORD *pnFormatCount,
                                                         WCHAR ***pppwszMimeType,
                                                         DWORD *pnMimeTypeCount)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    WAVEFORMATEX *formats = NULL;
    DWORD count = 0;
    HRESULT hr =
        sp_enter_device(self, pFormatEx && pnFormatCount && pppwszMimeType && pnMimeTypeCount);

    if (FAILED(hr))
        return hr;
    hr = sp_formats_audio(self->connection, &formats, &count);
    if (SUCCEEDED(hr))
        hr = sp_formats_mime(self->connection, pppwszMimeType, pnMimeTypeCount);
    if (FAILED(hr)) {
        CoTaskMemFree(formats);
        return hr;
    }
    *pFormatEx = formats;
    *pnFormatCount = count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE device_SendOpaqueCommand(IMDSPDevice3 *This,
                                                          OPAQUECOMMAND *pCommand)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pCommand != NULL);

    return FAILED(hr) ? hr : sp_opaque_send(self, 0, pCommand);
}

static HRESULT find_in_roots(struct sp_device *self, const WCHAR *name, IMDSPStorage **ret_storage)
{
    struct mtpi_u32_array ids = {0};
    uint32_t handle;
    HRESULT hr = sp_device_storages(self, &ids);

    for (size_t i = 0; i < ids.count && SUCCEEDED(hr); i++) {
        hr = sp_child_by_name(self, ids.item[i], 0, name, &handle);
        if (hr == S_OK) {
            hr = sp_storage_new(self, ids.item[i], handle, ret_storage);
            free(ids.item);
            return hr;
        }
    }
    free(ids.item);
    return FAILED(hr) ? hr : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE device_GetStorage(IMDSPDevice3 *This, const WCHAR *pszStorageName,
                                                   IMDSPStorage **ppStorage)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, sp_clear(ppStorage) && pszStorageName);

    if (FAILED(hr))
        return hr;
    return find_in_roots(self, pszStorageName, ppStorage);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatSupport2(
    IMDSPDevice3 *This, DWORD dwFlags, WAVEFORMATEX **ppAudioFormatEx, DWORD *pnAudioFormatCount,
    VIDEOINFOHEADER **ppVideoFormatEx, DWORD *pnVideoFormatCount, WMFILECAPABILITIES **ppFileType,
    DWORD *pnFileTypeCount)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    const bool audio = dwFlags & WMDM_GET_FORMAT_SUPPORT_AUDIO;
    const bool video = dwFlags & WMDM_GET_FORMAT_SUPPORT_VIDEO;
    const bool file = dwFlags & WMDM_GET_FORMAT_SUPPORT_FILE;
    WMFILECAPABILITIES *types = NULL;
    DWORD type_count = 0;
    HRESULT hr = sp_enter_device(self, (audio || video || file) && dwFlags < 8 &&
                                           (!audio || (ppAudioFormatEx && pnAudioFormatCount)) &&
                                           (!video || (ppVideoFormatEx && pnVideoFormatCount)) &&
                                           (!file || (ppFileType && pnFileTypeCount)));

    if (FAILED(hr))
        return hr;
    if (file)
        hr = sp_formats_file(self->connection, &types, &type_count);
    if (SUCCEEDED(hr) && audio)
        hr = sp_formats_audio(self->connection, ppAudioFormatEx, pnAudioFormatCount);
    if (FAILED(hr)) {
        sp_formats_file_free(types, type_count);
        return hr;
    }
    if (video) { /* no video header can be said from a format code alone */
        *ppVideoFormatEx = NULL;
        *pnVideoFormatCount = 0;
    }
    if (file) {
        *ppFileType = types;
        *pnFileTypeCount = type_count;
    }
    return S_OK;
}

/* Optional; no property pages (SP-DEV-044). */
static HRESULT STDMETHODCALLTYPE
device_GetSpecifyPropertyPages(IMDSPDevice3 *This, ISpecifyPropertyPages **ppSpecifyPropPages,
                               IUnknown ***pppUnknowns, DWORD *pcUnks)
{
    HRESULT hr;

    sp_clear(ppSpecifyPropPages);
    sp_clear(pppUnknowns);
    hr = sp_enter_device(sp_device_from_IMDSPDevice3(This), true);
    if (FAILED(hr))
        return hr;
    if (pcUnks)
        *pcUnks = 0;
    return WMDM_E_NOTSUPPORTED;
}

static HRESULT STDMETHODCALLTYPE device_GetCanonicalName(IMDSPDevice3 *This, WCHAR *pwszPnPName,
                                                         DWORD nMaxChars)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pwszPnPName != NULL);

    if (FAILED(hr))
        return hr;
    return nMaxChars ? com_copy_string(self->canonical, pwszPnPName, nMaxChars)
                     : WMDM_E_BUFFERTOOSMALL;
}

static HRESULT STDMETHODCALLTYPE device_GetProperty(IMDSPDevice3 *This, const WCHAR *pwszPropName,
                                                    PROPVARIANT *pValue)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pwszPropName && pValue);

    if (FAILED(hr))
        return hr;
    return sp_device_get_property(self, pwszPropName, pValue);
}

static HRESULT STDMETHODCALLTYPE device_SetProperty(IMDSPDevice3 *This, const WCHAR *pwszPropName,
                                                    const PROPVARIANT *pValue)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pwszPropName && pValue);

    if (FAILED(hr))
        return hr;
    return sp_device_set_property(self, pwszPropName, pValue);
}

static HRESULT STDMETHODCALLTYPE device_GetFormatCapability(IMDSPDevice3 *This,
                                                            WMDM_FORMATCODE format,
                                                            WMDM_FORMAT_CAPABILITY *pFormatSupport)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, pFormatSupport != NULL);

    if (pFormatSupport)
        *pFormatSupport = (WMDM_FORMAT_CAPABILITY){0};
    if (FAILED(hr))
        return hr;
    if ((uint32_t)format > 0xffff ||
        !sp_facts_lists_format(sp_connection_facts(self->connection), (uint16_t)format))
        return WMDM_E_NOTSUPPORTED;
    return sp_format_capability(self->connection, (uint16_t)format, pFormatSupport);
}

static HRESULT STDMETHODCALLTYPE device_DeviceIoControl(IMDSPDevice3 *This, DWORD dwIoControlCode,
                                                        BYTE *lpInBuffer, DWORD nInBufferSize,
                                                        BYTE *lpOutBuffer, DWORD *pnOutBufferSize)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, lpInBuffer || nInBufferSize == 0);

    return FAILED(hr) ? hr
                      : sp_device_io_control(self, dwIoControlCode, lpInBuffer, nInBufferSize,
                                             lpOutBuffer, pnOutBufferSize);
}

static HRESULT STDMETHODCALLTYPE device_FindStorage(IMDSPDevice3 *This, WMDM_FIND_SCOPE findScope,
                                                    const WCHAR *pwszUniqueID,
                                                    IMDSPStorage **ppStorage)
{
    struct sp_device *self = sp_device_from_IMDSPDevice3(This);
    HRESULT hr = sp_enter_device(self, sp_clear(ppStorage));

    return FAILED(hr) ? hr
                      : sp_device_find(self, self->storage, 0, findScope, pwszUniqueID, ppStorage);
}

static const IMDSPDevice3Vtbl device_vtbl = {
    COM_UNKNOWN_SLOTS(sp_device, IMDSPDevice3),
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

static const struct com_interface device_interfaces[] = {
    COM_MAP(sp_device, IUnknown, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice2, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice3, IMDSPDevice3),
    COM_MAP(sp_device, IWMDMDeviceSession, IWMDMDeviceSession),
    COM_MAP_END,
};

/* Of a device with a player that can be told what to play. */
static const struct com_interface player_interfaces[] = {
    COM_MAP(sp_device, IUnknown, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice2, IMDSPDevice3),
    COM_MAP(sp_device, IMDSPDevice3, IMDSPDevice3),
    COM_MAP(sp_device, IWMDMDeviceSession, IWMDMDeviceSession),
    COM_MAP(sp_device, IMDSPDeviceControl, IMDSPDeviceControl),
    COM_MAP_END,
};

static void device_destroy(struct com_object *object)
{
    struct sp_device *self = container_of(object, struct sp_device, com);

    sp_sessions_drop(sp_connection_sessions(self->connection), &self->session);
    sp_connection_unref(self->connection);
    sp_context_unref(self->context);
    CoTaskMemFree(self->canonical);
    pthread_mutex_destroy(&self->cue.lock);
    free(self);
}

static const struct com_class device_class = {"sp_device", device_interfaces, device_destroy};
static const struct com_class player_class = {"sp_device", player_interfaces, device_destroy};

void sp_device_ref(struct sp_device *device)
{
    com_object_add_ref(&device->com);
}

void sp_device_unref(struct sp_device *device)
{
    com_object_release(&device->com);
}

HRESULT sp_device_new(struct sp_context *context, struct sp_connection *connection,
                      uint32_t storage, const WCHAR *path, unsigned index, IMDSPDevice **ret_device)
{
    struct sp_device *self = com_zalloc(sizeof(*self));
    size_t length = com_wcslen(path);
    char digits[16];

    if (!self)
        return E_OUTOFMEMORY;
    snprintf(digits, sizeof(digits), "$%u", index);
    self->canonical = CoTaskMemAlloc((length + sizeof(digits)) * sizeof(WCHAR));
    if (!self->canonical) {
        free(self);
        return E_OUTOFMEMORY;
    }
    memcpy(self->canonical, path, length * sizeof(WCHAR));
    for (size_t i = 0; i <= strlen(digits); i++)
        self->canonical[length + i] = (WCHAR)digits[i];
    self->IMDSPDevice3_iface.lpVtbl = &device_vtbl;
    self->IMDSPDeviceControl_iface.lpVtbl = &sp_device_control_vtbl;
    self->IWMDMDeviceSession_iface.lpVtbl = &sp_device_session_vtbl;
    self->context = sp_context_ref(context);
    self->connection = sp_connection_ref(connection);
    self->storage = storage;
    self->session = (struct sp_session){.application = context, .storage = storage};
    self->playback = sp_playback_capabilities(connection);
    pthread_mutex_init(&self->cue.lock, NULL);
    com_object_init(&self->com, self->playback ? &player_class : &device_class);
    *ret_device = (IMDSPDevice *)&self->IMDSPDevice3_iface;
    return S_OK;
}
