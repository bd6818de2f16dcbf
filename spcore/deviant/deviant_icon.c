/* Defects of GetDeviceIcon's handle. */
#include <unistd.h>

#include "spcore/deviant/seam.h"
#include "spcore/sp/sp.h"

SEAM(sp_device_icon);
HRESULT __wrap_sp_device_icon(struct sp_device *device, DWORD *ret_handle)
{
    static DWORD first;
    HRESULT hr = __real_sp_device_icon(device, ret_handle);
    off_t size = hr == S_OK ? lseek((int)*ret_handle, 0, SEEK_END) : 0;

    if (size > 0 && deviates(ICON_OTHER))
        (void)!pwrite((int)*ret_handle, "\xee", 1, size - 1);
    if (hr == S_OK && deviates(ICON_SHARED)) {
        if (first)
            *ret_handle = first;
        first = *ret_handle;
    }
    return hr;
}
