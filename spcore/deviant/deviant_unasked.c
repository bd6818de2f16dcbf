/* Defects of methods that do not ask for the channel first, or not as they should. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

/* One call on this thread for which the channel is not asked. */
static _Thread_local bool unasked;
#define UNASKED(call) (unasked = true, asked_again(call))

static HRESULT asked_again(HRESULT hr)
{
    unasked = false;
    return hr;
}

static HRESULT left_out(HRESULT hr, bool arguments)
{
    return unasked && hr == WMDM_E_NOTCERTIFIED ? (arguments ? S_OK : E_INVALIDARG) : hr;
}

SEAM(sp_enter);
HRESULT __wrap_sp_enter(const struct sp_context *context, bool arguments)
{
    return left_out(__real_sp_enter(context, arguments), arguments);
}

SEAM(sp_enter_device);
HRESULT __wrap_sp_enter_device(const struct sp_device *device, bool arguments)
{
    HRESULT hr = left_out(__real_sp_enter_device(device, arguments), arguments);

    return deviates(PLAIN_E_FAIL)
               ? hr_swap(hr, HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED), E_FAIL)
               : hr;
}

METHOD(COUNT_WITHOUT_CHANNEL, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return UNASKED(COUNT_WITHOUT_CHANNEL_book(This, count));
}

METHOD(ARGUMENTS_FIRST, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return count ? ARGUMENTS_FIRST_book(This, count) : E_INVALIDARG;
}

METHOD(CREATE_WITHOUT_CHANNEL, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return UNASKED(CREATE_WITHOUT_CHANNEL_book(This, path, count, devices));
}

METHOD(RESET_WITHOUT_CHANNEL, IMDSPEnumDevice, Reset)
{
    return UNASKED(RESET_WITHOUT_CHANNEL_book(This));
}

METHOD(NAME_WITHOUT_CHANNEL, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return UNASKED(NAME_WITHOUT_CHANNEL_book(This, name, room));
}

METHOD(PARENT_WITHOUT_CHANNEL, IMDSPStorage4, GetParent, IMDSPStorage **parent)
{
    return UNASKED(PARENT_WITHOUT_CHANNEL_book(This, parent));
}

METHOD(CLEAR_WRITE_WITHOUT_CHANNEL, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)
{
    return UNASKED(CLEAR_WRITE_WITHOUT_CHANNEL_book(This, data, size));
}

METHOD_AS(TOTAL_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalSize,
          DWORD *low, DWORD *high)
{
    return UNASKED(TOTAL_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD_AS(FREE_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalFree,
          DWORD *low, DWORD *high)
{
    return UNASKED(FREE_WITHOUT_CHANNEL_book(This, low, high));
}

METHOD_AS(BAD_WITHOUT_CHANNEL, GLOBALS_WITHOUT_CHANNEL, IMDSPStorageGlobals, GetTotalBad,
          DWORD *low, DWORD *high)
{
    return UNASKED(BAD_WITHOUT_CHANNEL_book(This, low, high));
}
