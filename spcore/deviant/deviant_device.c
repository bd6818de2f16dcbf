/* Defects of IMDSPDevice: what it says about the device, and the way to its storages. */
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

METHOD(SHORT_NAME_OK, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return hr_swap(SHORT_NAME_OK_book(This, name, room), WMDM_E_BUFFERTOOSMALL, S_OK);
}

METHOD(MANUFACTURER_IS_MODEL, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    HRESULT hr = MANUFACTURER_IS_MODEL_book(This, name, room);
    const WCHAR *model = sp_connection_facts(SELF(sp_device, IMDSPDevice3)->connection)->info.model;

    return SUCCEEDED(hr) ? com_copy_string(model ? model : u"", name, room) : hr;
}

METHOD(SHORT_MANUFACTURER_OK, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    return hr_swap(SHORT_MANUFACTURER_OK_book(This, name, room), WMDM_E_BUFFERTOOSMALL, S_OK);
}

METHOD(CANONICAL_IS_FRIENDLY, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    return This->lpVtbl->GetName(This, name, room);
}

METHOD(SHORT_CANONICAL_OK, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    return hr_swap(SHORT_CANONICAL_OK_book(This, name, room), WMDM_E_BUFFERTOOSMALL, S_OK);
}

METHOD(VERSION_UNWRITTEN, IMDSPDevice3, GetVersion, DWORD *version)
{
    DWORD unwritten;

    return VERSION_UNWRITTEN_book(This, version ? &unwritten : NULL);
}

SEAM(sp_connected);
HRESULT __wrap_sp_connected(const struct sp_device *device)
{
    HRESULT hr = __real_sp_connected(device);

    return FAILED(hr) && deviates(PLAIN_E_FAIL) ? E_FAIL : hr;
}

/* ---- its type */
METHOD(TYPE_BOTH_SDMI, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_BOTH_SDMI_book(This, type);

    if (SUCCEEDED(hr))
        *type |= WMDM_DEVICE_TYPE_SDMI;
    return hr;
}

METHOD(TYPE_VIRTUAL, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_VIRTUAL_book(This, type);

    if (SUCCEEDED(hr))
        *type |= WMDM_DEVICE_TYPE_VIRTUAL;
    return hr;
}

METHOD(TYPE_IS_STATUS, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_IS_STATUS_book(This, type);

    if (SUCCEEDED(hr))
        *type = WMDM_STATUS_STORAGE_UNFORMATTED | WMDM_DEVICE_TYPE_NONSDMI;
    return hr;
}

/* ---- its serial number */
METHOD(SERIAL_LENGTH_WRONG, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    HRESULT hr = SERIAL_LENGTH_WRONG_book(This, serial, mac);

    if (SUCCEEDED(hr))
        serial->SerialNumberLength *= 8;
    return hr;
}

/* ---- its power and its state */
METHOD(BATTERY_WITHOUT_CAP, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    HRESULT hr = BATTERY_WITHOUT_CAP_book(This, source, percent);

    if (SUCCEEDED(hr))
        *source = (*source & ~(DWORD)(WMDM_POWER_CAP_BATTERY | WMDM_POWER_IS_EXTERNAL)) |
                  WMDM_POWER_IS_BATTERY;
    return hr;
}

METHOD(PERCENT_ALWAYS, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    HRESULT hr = PERCENT_ALWAYS_book(This, source, percent);

    if (SUCCEEDED(hr))
        *source |= WMDM_POWER_PERCENT_AVAILABLE;
    return hr;
}

METHOD(POWER_UNWRITTEN, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    DWORD unwritten[2];

    return POWER_UNWRITTEN_book(This, source ? &unwritten[0] : NULL,
                                percent ? &unwritten[1] : NULL);
}

METHOD(READY_CACHED, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = READY_CACHED_book(This, status);

    if (hr == WMDM_E_NOTCERTIFIED || hr == E_INVALIDARG)
        return hr;
    *status = WMDM_STATUS_READY;
    return S_OK;
}

METHOD(STATUS_ZERO, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = STATUS_ZERO_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_READY)
        *status = 0;
    return hr;
}

/* ---- what is optional */
METHOD(ICON_STUB, IMDSPDevice3, GetDeviceIcon, DWORD *icon)
{
    return hr_swap(ICON_STUB_book(This, icon), HRESULT_FROM_WIN32(ERROR_NOT_FOUND), E_NOTIMPL);
}

METHOD(ICON_NULL_OK, IMDSPDevice3, GetDeviceIcon, DWORD *icon)
{
    HRESULT hr = ICON_NULL_OK_book(This, icon);

    if (hr != HRESULT_FROM_WIN32(ERROR_NOT_FOUND))
        return hr;
    *icon = 0;
    return S_OK;
}

METHOD(OPAQUE_OK, IMDSPDevice3, SendOpaqueCommand, OPAQUECOMMAND *command)
{
    return hr_swap(OPAQUE_OK_book(This, command), WMDM_E_NOTSUPPORTED, S_OK);
}

METHOD(PAGES_OK, IMDSPDevice3, GetSpecifyPropertyPages, ISpecifyPropertyPages **pages,
       IUnknown ***unknowns, DWORD *count)
{
    return hr_swap(PAGES_OK_book(This, pages, unknowns, count), WMDM_E_NOTSUPPORTED, S_OK);
}

METHOD(IOCTL_OK, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size, BYTE *out,
       DWORD *out_size)
{
    return hr_swap(IOCTL_OK_book(This, code, in, in_size, out, out_size), WMDM_E_NOTSUPPORTED,
                   S_OK);
}

/* ---- its storages */
METHOD(GET_STORAGE_UNSUPPORTED, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return take_back(GET_STORAGE_UNSUPPORTED_book(This, name, storage), storage,
                     WMDM_E_NOTSUPPORTED);
}

METHOD(MISSING_IS_E_FAIL, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return hr_swap(MISSING_IS_E_FAIL_book(This, name, storage), S_FALSE, E_FAIL);
}
