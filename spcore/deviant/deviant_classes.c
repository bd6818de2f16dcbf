/* Defects of what belongs to which class – interfaces that an object lacks or has of another one –
 * and of the codes by which its methods say why they fail. */
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* ---- an interface that is missing */
#define LACKS(token, interface, missing)                                                           \
    METHOD(token, interface, QueryInterface, REFIID riid, void **object)                           \
    {                                                                                              \
        HRESULT hr = token##_book(This, riid, object);                                             \
                                                                                                   \
        return IsEqualIID(riid, &IID_##missing) ? take_back(hr, object, E_NOINTERFACE) : hr;       \
    }

LACKS(DEVICES_WITHOUT_BASE, IMDSPEnumDevice, IMDSPEnumDevice)
LACKS(DEVICE_WITHOUT_SECOND, IMDSPDevice3, IMDSPDevice2)
LACKS(STORAGES_WITHOUT_BASE, IMDSPEnumStorage, IMDSPEnumStorage)
LACKS(STORAGE_WITHOUT_BASE, IMDSPStorage4, IMDSPStorage)
LACKS(STORAGE_WITHOUT_SECOND, IMDSPStorage4, IMDSPStorage2)
LACKS(GLOBALS_WITHOUT_BASE, IMDSPStorageGlobals, IMDSPStorageGlobals)

/* It is there as long as there is no device. */
static bool is_created;

METHOD_AS(WITHOUT_BASE_CREATE, PROVIDER_WITHOUT_BASE, IMDServiceProvider3, CreateDevice,
          const WCHAR *path, DWORD *count, IMDSPDevice ***devices)
{
    HRESULT hr = WITHOUT_BASE_CREATE_book(This, path, count, devices);

    is_created |= SUCCEEDED(hr);
    return hr;
}

METHOD(PROVIDER_WITHOUT_BASE, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = PROVIDER_WITHOUT_BASE_book(This, riid, object);

    return is_created && IsEqualIID(riid, &IID_IMDServiceProvider)
               ? take_back(hr, object, E_NOINTERFACE)
               : hr;
}

METHOD(ROOT_WITHOUT_OBJECT, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = ROOT_WITHOUT_OBJECT_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPObject) && !SELF(sp_storage, IMDSPStorage4)->handle
               ? take_back(hr, object, E_NOINTERFACE)
               : hr;
}

METHOD(FOLDER_WITHOUT_OBJECT, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = FOLDER_WITHOUT_OBJECT_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPObject) && kind_is_folder(SELF(sp_storage, IMDSPStorage4))
               ? take_back(hr, object, E_NOINTERFACE)
               : hr;
}

/* Files that were closed; no more than a test has. */
static const struct sp_storage *closed[64];
static size_t closed_count;

METHOD_AS(OBJECT_OF_OPEN_CLOSE, OBJECT_OF_OPEN, IMDSPObject2, Close)
{
    if (closed_count < ARRAY_SIZE(closed))
        closed[closed_count++] = SELF(sp_storage, IMDSPObject2);
    return OBJECT_OF_OPEN_CLOSE_book(This);
}

METHOD(OBJECT_OF_OPEN, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = OBJECT_OF_OPEN_book(This, riid, object);

    for (size_t i = 0; i < closed_count; i++) {
        if (closed[i] == SELF(sp_storage, IMDSPStorage4) && IsEqualIID(riid, &IID_IMDSPObject))
            return take_back(hr, object, E_NOINTERFACE);
    }
    return hr;
}

/* ---- an interface of another class: all that is handed out in the place of E_NOINTERFACE */
static IMDSPDevice *a_device;

METHOD_AS(DEVICE_OF_PROVIDER_CREATE, PROVIDER_IS_DEVICE, IMDServiceProvider3, CreateDevice,
          const WCHAR *path, DWORD *count, IMDSPDevice ***devices)
{
    HRESULT hr = DEVICE_OF_PROVIDER_CREATE_book(This, path, count, devices);

    if (SUCCEEDED(hr) && !a_device) {
        a_device = (*devices)[0];
        a_device->lpVtbl->AddRef(a_device);
    }
    return hr;
}

METHOD(PROVIDER_IS_DEVICE, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = PROVIDER_IS_DEVICE_book(This, riid, object);

    if (hr != E_NOINTERFACE || !IsEqualIID(riid, &IID_IMDSPDevice) || !a_device)
        return hr;
    a_device->lpVtbl->AddRef(a_device);
    *object = a_device;
    return S_OK;
}

METHOD(DEVICE_IS_STORAGE, IMDSPDevice3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = DEVICE_IS_STORAGE_book(This, riid, object);
    struct sp_device *self = SELF(sp_device, IMDSPDevice3);

    return hr == E_NOINTERFACE && IsEqualIID(riid, &IID_IMDSPStorage)
               ? sp_storage_new(self, self->storage, 0, (IMDSPStorage **)object)
               : hr;
}

METHOD(STORAGE_IS_DEVICE, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = STORAGE_IS_DEVICE_book(This, riid, object);
    struct sp_device *device = SELF(sp_storage, IMDSPStorage4)->device;

    if (hr != E_NOINTERFACE || !IsEqualIID(riid, &IID_IMDSPDevice))
        return hr;
    sp_device_ref(device);
    *object = &device->IMDSPDevice3_iface;
    return S_OK;
}

METHOD(GLOBALS_ARE_ROOT, IMDSPStorageGlobals, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = GLOBALS_ARE_ROOT_book(This, riid, object);

    return hr == E_NOINTERFACE && IsEqualIID(riid, &IID_IMDSPStorage)
               ? This->lpVtbl->GetRootStorage(This, (IMDSPStorage **)object)
               : hr;
}

/* ---- codes */
#define GONE HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED)
#define STATUS_OF_NT ((HRESULT)0xc000009du) /* STATUS_DEVICE_NOT_CONNECTED */
#define BEYOND_HEADER ((HRESULT)0x80045020u)

METHOD(GONE_IS_E_FAIL, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    return hr_swap(GONE_IS_E_FAIL_book(This, low, high), GONE, E_FAIL);
}

METHOD(GONE_IS_NTSTATUS, IMDSPStorage4, GetDate, WMDMDATETIME *date)
{
    return hr_swap(GONE_IS_NTSTATUS_book(This, date), GONE, STATUS_OF_NT);
}

METHOD(GONE_IS_NO_CODE, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    return hr_swap(GONE_IS_NO_CODE_book(This, name, room), GONE, BEYOND_HEADER);
}

METHOD(SHORT_IS_WIN32, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    return hr_swap(SHORT_IS_WIN32_book(This, name, room), WMDM_E_BUFFERTOOSMALL,
                   HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER));
}

METHOD(SHORT_FOR_GOOD, IMDSPDevice3, GetManufacturer, WCHAR *name, UINT room)
{
    static bool was_short;
    HRESULT hr = SHORT_FOR_GOOD_book(This, name, room);

    was_short |= hr == WMDM_E_BUFFERTOOSMALL;
    return was_short ? hr_swap(hr, S_OK, WMDM_E_BUFFERTOOSMALL) : hr;
}

METHOD(FORMAT_BUSY_EVER, IMDSPStorageGlobals, Initialize, DWORD mode, IWMDMProgress *progress)
{
    static bool was_busy;
    HRESULT hr = was_busy ? WMDM_E_BUSY : FORMAT_BUSY_EVER_book(This, mode, progress);

    was_busy |= hr == WMDM_E_BUSY;
    return hr;
}

METHOD(CLOSED_IS_UNEXPECTED, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    return hr_swap(CLOSED_IS_UNEXPECTED_book(This, data, size, mac), WMDM_E_CALL_OUT_OF_SEQUENCE,
                   HRESULT_FROM_WIN32(ERROR_INVALID_DATA));
}

METHOD(LATE_IS_DENIED, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return hr_swap(LATE_IS_DENIED_book(This, preference), WMDM_E_CALL_OUT_OF_SEQUENCE,
                   HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED));
}

METHOD(ABSENT_IS_NOTIMPL, IMDSPStorageGlobals, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    return hr_swap(ABSENT_IS_NOTIMPL_book(This, id, mac), S_OK, E_NOTIMPL);
}

METHOD(FIND_UNSUPPORTED, IMDSPDevice3, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return take_back(FIND_UNSUPPORTED_book(This, name, storage), storage, WMDM_E_NOTSUPPORTED);
}

METHOD(CHILD_FIND_UNSUPPORTED, IMDSPStorage4, GetStorage, const WCHAR *name, IMDSPStorage **storage)
{
    return take_back(CHILD_FIND_UNSUPPORTED_book(This, name, storage), storage,
                     WMDM_E_NOTSUPPORTED);
}

METHOD(DEAD_SIZE_OK, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = DEAD_SIZE_OK_book(This, low, high);

    if (hr == WMDM_E_INTERFACEDEAD)
        *low = 1, *high = 0;
    return hr_swap(hr, WMDM_E_INTERFACEDEAD, S_OK);
}
