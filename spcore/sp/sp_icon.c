/* The device's icon: the DeviceIcon property (MTP 1.1, C.2.14) is a file of Windows' icon format.
 * Outside of Windows there are no icon handles; what is handed out there is a file descriptor of
 * that file, open for reading from its beginning, which the caller close()s where he would call
 * DestroyIcon. */
#include <errno.h>
#include <stdlib.h>

#include "spcore/com/com_hresult.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Never 0: that is no handle. */
static HRESULT handle_of(const void *bytes, size_t length, DWORD *ret_handle)
{
    int made = memfd_create("device-icon", MFD_CLOEXEC);
    int handle = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, 1);
    HRESULT hr = handle < 0 ? hr_from_errno(-errno) : S_OK;

    if (made >= 0)
        close(made);
    if (SUCCEEDED(hr) && (pwrite(handle, bytes, length, 0) != (ssize_t)length)) {
        hr = HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_MEMORY);
        close(handle);
    }
    if (SUCCEEDED(hr))
        *ret_handle = (DWORD)handle;
    return hr;
}
#else
static HRESULT handle_of(const void *bytes, size_t length, DWORD *ret_handle)
{
    (void)bytes, (void)length, (void)ret_handle;
    return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}
#endif

HRESULT sp_device_icon(struct sp_device *device, DWORD *ret_handle)
{
    struct sp_connection *connection = device->connection;
    struct mtpi_value icon = {0};
    HRESULT hr = HRESULT_FROM_WIN32(ERROR_NOT_FOUND);

    if (!sp_facts_lists_property(sp_connection_facts(connection), MTP_DPC_DEVICE_ICON))
        return hr;
    hr = sp_connection_hr(connection, mtpi_get_device_prop_value(sp_connection_mtpi(connection),
                                                                 MTP_DPC_DEVICE_ICON,
                                                                 MTP_DTC_ARRAY_UINT8, &icon));
    if (SUCCEEDED(hr))
        hr = icon.array.count ? handle_of(icon.array.data, icon.array.count, ret_handle)
                              : HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    mtpi_value_done(&icon);
    return hr;
}
