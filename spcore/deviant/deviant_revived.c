/* Defects of a device that was pulled: transfers that do not say it, and objects that come to life
 * again with it. */
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define GONE HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED)

METHOD_AS(PULLED_CLOSES, PULLED_IS_DONE, IMDSPObject2, Close)
{
    return hr_swap(PULLED_CLOSES_book(This), GONE, S_OK);
}

METHOD(PULLED_IS_DONE, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return hr_swap(PULLED_IS_DONE_book(This, data, size, mac), GONE, S_OK);
}

METHOD(OLD_SIZE_OK, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = OLD_SIZE_OK_book(This, low, high);

    if (hr == GONE)
        *low = 3, *high = 0;
    return hr_swap(hr, GONE, S_OK);
}

METHOD(OLD_DELETE_OK, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    return hr_swap(OLD_DELETE_OK_book(This, mode, progress), GONE, S_OK);
}

/* Fails, and deletes by the way that the device has now. */
METHOD(OLD_REVIVES, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    HRESULT hr = OLD_REVIVES_book(This, mode, progress);
    struct sp_connection *now = NULL;
    WCHAR *path = hr == GONE ? com_wcsdup(self->device->canonical) : NULL;
    char *uri;

    for (WCHAR *at = path; at && *at; at++) {
        if (*at == '$')
            *at = 0;
    }
    uri = path ? com_utf8_from_utf16(path) : NULL;
    if (uri && SUCCEEDED(sp_connection_get(uri, &now)))
        (void)mtpi_delete_object(sp_connection_mtpi(now), self->handle);
    sp_connection_unref(now);
    CoTaskMemFree(uri);
    CoTaskMemFree(path);
    return hr;
}
