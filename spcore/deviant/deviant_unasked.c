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

SEAM(sp_certified);
HRESULT __wrap_sp_certified(const struct sp_context *context)
{
    return unasked ? S_OK : __real_sp_certified(context);
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
