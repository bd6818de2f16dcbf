/* Defects of IMDSPDevice: what it says about the device, and the way to its storages. */
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_storage.h"

METHOD(VERSION_UNWRITTEN, IMDSPDevice3, GetVersion, DWORD *version)
{
    DWORD unwritten;

    return VERSION_UNWRITTEN_book(This, version ? &unwritten : NULL);
}

METHOD(VERSION_OFF_BY_ONE, IMDSPDevice3, GetVersion, DWORD *version)
{
    HRESULT hr = VERSION_OFF_BY_ONE_book(This, version);

    if (SUCCEEDED(hr))
        ++*version;
    return hr;
}

METHOD(VERSION_NULL_OK, IMDSPDevice3, GetVersion, DWORD *version)
{
    return VERSION_NULL_OK_book(This, version ? version : &(DWORD){0});
}

METHOD(VERSION_E_FAIL, IMDSPDevice3, GetVersion, DWORD *version)
{
    HRESULT hr = VERSION_E_FAIL_book(This, version);

    return FAILED(hr) ? hr : E_FAIL;
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
        *type |= WMDM_STATUS_STORAGECONTROL_DELETING;
    return hr;
}

METHOD(TYPE_NO_STORAGE, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_NO_STORAGE_book(This, type);

    if (SUCCEEDED(hr))
        *type &= ~(DWORD)WMDM_DEVICE_TYPE_STORAGE;
    return hr;
}

METHOD(TYPE_NO_PLAYBACK, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_NO_PLAYBACK_book(This, type);

    if (SUCCEEDED(hr))
        *type &= ~(DWORD)WMDM_DEVICE_TYPE_PLAYBACK;
    return hr;
}

METHOD(TYPE_NO_SDMI, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_NO_SDMI_book(This, type);

    if (SUCCEEDED(hr))
        *type &= ~(DWORD)(WMDM_DEVICE_TYPE_SDMI | WMDM_DEVICE_TYPE_NONSDMI);
    return hr;
}

/* ---- its serial number */
typedef void serial_change(WMDMID *serial);

/* Changed, with the MAC that belongs to it. */
static HRESULT changed_serial(IMDSPDevice3 *This, HRESULT hr, WMDMID *serial, BYTE *mac,
                              serial_change *change)
{
    if (FAILED(hr))
        return hr;
    change(serial);
    return sp_mac(SELF(sp_device, IMDSPDevice3)->context, serial, sizeof(*serial), NULL, 0, mac);
}

#define SERIAL_METHOD(token, statement)                                                            \
    static void token##_change(WMDMID *serial)                                                     \
    {                                                                                              \
        statement;                                                                                 \
    }                                                                                              \
    METHOD(token, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)                        \
    {                                                                                              \
        return changed_serial(This, token##_book(This, serial, mac), serial, mac, token##_change); \
    }

SERIAL_METHOD(SERIAL_IN_CHARACTERS, serial->SerialNumberLength /= 2)
SERIAL_METHOD(SERIAL_TOO_LONG, serial->SerialNumberLength = sizeof(serial->pID) + 1)
SERIAL_METHOD(SERIAL_SIZE_ZERO, serial->cbSize = 0)
SERIAL_METHOD(SERIAL_OF_NONE, memset(serial->pID, '0', serial->SerialNumberLength))

/* ---- its state */
METHOD(READY_CACHED, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = READY_CACHED_book(This, status);

    if (hr == WMDM_E_NOTCERTIFIED || hr == E_INVALIDARG)
        return hr;
    *status = WMDM_STATUS_READY;
    return S_OK;
}

/* As long as nobody asks twice. */
METHOD(READY_AGAIN, IMDSPDevice3, GetStatus, DWORD *status)
{
    static unsigned gone;
    HRESULT hr = READY_AGAIN_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_DEVICE_NOTPRESENT && ++gone > 2)
        *status = WMDM_STATUS_READY;
    return hr;
}

METHOD(GONE_UNSAID, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = GONE_UNSAID_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_DEVICE_NOTPRESENT)
        *status = 0;
    return hr;
}

METHOD(STATUS_BUSY, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = STATUS_BUSY_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_READY)
        *status |= WMDM_STATUS_BUSY;
    return hr;
}

METHOD(STATUS_BROKEN, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = STATUS_BROKEN_book(This, status);

    if (SUCCEEDED(hr) && *status == WMDM_STATUS_READY)
        *status |= WMDM_STATUS_STORAGE_BROKEN;
    return hr;
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

METHOD(NAME_STUB, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_STUB_book(This, name, room);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(MANUFACTURER_STUB, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    HRESULT hr = MANUFACTURER_STUB_book(This, name, room);

    return FAILED(hr) ? hr : WMDM_E_NOTSUPPORTED;
}

METHOD(STATUS_STUB, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = STATUS_STUB_book(This, status);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(TYPE_STUB, IMDSPDevice3, GetType, DWORD *type)
{
    HRESULT hr = TYPE_STUB_book(This, type);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(ROOTS_STUB, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    return take_back(ROOTS_STUB_book(This, roots), roots, E_NOTIMPL);
}

METHOD(FORMATS_STUB, IMDSPDevice3, GetFormatSupport, WAVEFORMATEX **formats, DWORD *count,
       WCHAR ***mimes, DWORD *mime_count)
{
    (void)This, (void)formats, (void)count, (void)mimes, (void)mime_count;
    return WMDM_E_NOTSUPPORTED;
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

METHOD(PAGES_E_FAIL, IMDSPDevice3, GetSpecifyPropertyPages, ISpecifyPropertyPages **pages,
       IUnknown ***unknowns, DWORD *count)
{
    return hr_swap(PAGES_E_FAIL_book(This, pages, unknowns, count), WMDM_E_NOTSUPPORTED, E_FAIL);
}

METHOD(PAGES_COUNT_KEPT, IMDSPDevice3, GetSpecifyPropertyPages, ISpecifyPropertyPages **pages,
       IUnknown ***unknowns, DWORD *count)
{
    (void)count;
    return PAGES_COUNT_KEPT_book(This, pages, unknowns, NULL);
}

METHOD(PAGES_KEPT, IMDSPDevice3, GetSpecifyPropertyPages, ISpecifyPropertyPages **pages,
       IUnknown ***unknowns, DWORD *count)
{
    (void)pages, (void)unknowns;
    return PAGES_KEPT_book(This, NULL, NULL, count);
}

/* ---- its storages */
/* Is it a folder, or a file? What is missing is neither. */
static bool is_kind(HRESULT hr, IMDSPStorage *storage, DWORD kind)
{
    DWORD attributes = 0;

    return hr == S_OK && SUCCEEDED(storage->lpVtbl->GetAttributes(storage, &attributes, NULL)) &&
           (attributes & kind) != 0;
}

METHOD(ROOT_FOLDERS_UNFOUND, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = ROOT_FOLDERS_UNFOUND_book(This, name, storage);

    return is_kind(hr, hr == S_OK ? *storage : NULL, WMDM_FILE_ATTR_FOLDER)
               ? take_back(hr, storage, S_FALSE)
               : hr;
}

METHOD(ROOT_FILES_UNFOUND, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = ROOT_FILES_UNFOUND_book(This, name, storage);

    return is_kind(hr, hr == S_OK ? *storage : NULL, WMDM_FILE_ATTR_FILE)
               ? take_back(hr, storage, S_FALSE)
               : hr;
}

METHOD(FOUND_IS_ROOT, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    HRESULT hr = FOUND_IS_ROOT_book(This, name, storage);
    IMDSPStorage *found = hr == S_OK ? *storage : NULL;

    if (!found)
        return hr;
    hr = sp_storage_parent(sp_storage_of(found), storage);
    found->lpVtbl->Release(found);
    return hr;
}

METHOD(MISSING_KEEPS_POINTER, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    IMDSPStorage *before = storage ? *storage : NULL;
    HRESULT hr = MISSING_KEEPS_POINTER_book(This, name, storage);

    if (hr == S_FALSE && storage)
        *storage = before;
    return hr;
}

METHOD(MISSING_CHILD_FAILS, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return hr_swap(MISSING_CHILD_FAILS_book(This, name, storage), S_FALSE,
                   HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
}

METHOD(MISSING_CHILD_KEEPS, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    IMDSPStorage *before = storage ? *storage : NULL;
    HRESULT hr = MISSING_CHILD_KEEPS_book(This, name, storage);

    if (hr == S_FALSE && storage)
        *storage = before;
    return hr;
}

METHOD(MISSING_IS_E_FAIL, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return hr_swap(MISSING_IS_E_FAIL_book(This, name, storage), S_FALSE, E_FAIL);
}

/* ---- what is mandatory of other interfaces */
METHOD(SIZE_NOT_ALL, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    return hr_swap(SIZE_NOT_ALL_book(This, low, high), S_OK, WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
}
