/* Defects of GetPowerSource: what a device runs on, and how much of it is left. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

METHOD(POWER_UNWRITTEN, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    DWORD unwritten[2];

    return POWER_UNWRITTEN_book(This, source ? &unwritten[0] : NULL,
                                percent ? &unwritten[1] : NULL);
}

METHOD(POWER_E_FAIL, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    HRESULT hr = POWER_E_FAIL_book(This, source, percent);

    return FAILED(hr) ? hr : E_FAIL;
}

/* `set` and not `clear`. */
static HRESULT other_source(HRESULT hr, DWORD *source, DWORD set, DWORD clear)
{
    if (SUCCEEDED(hr))
        *source = (*source & ~clear) | set;
    return hr;
}

#define SOURCE_METHOD(token, set, clear)                                                           \
    METHOD(token, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)                     \
    {                                                                                              \
        return other_source(token##_book(This, source, percent), source, (set), (clear));          \
    }

SOURCE_METHOD(BATTERY_WITHOUT_CAP, 0, WMDM_POWER_CAP_BATTERY)
SOURCE_METHOD(EXTERNAL_WITHOUT_CAP, 0, WMDM_POWER_CAP_EXTERNAL)
SOURCE_METHOD(POWER_OF_BOTH, WMDM_POWER_IS_BATTERY | WMDM_POWER_IS_EXTERNAL, 0)
SOURCE_METHOD(POWER_OF_NONE, 0, WMDM_POWER_IS_BATTERY | WMDM_POWER_IS_EXTERNAL)
SOURCE_METHOD(POWER_UNKNOWN_FLAG, 0x100, 0)
SOURCE_METHOD(PERCENT_ALWAYS, WMDM_POWER_PERCENT_AVAILABLE, 0)
SOURCE_METHOD(PERCENT_UNSAID, 0, WMDM_POWER_PERCENT_AVAILABLE)

METHOD(PERCENT_OF_255, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    HRESULT hr = PERCENT_OF_255_book(This, source, percent);

    if (SUCCEEDED(hr))
        *percent = *percent * 255 / 100;
    return hr;
}

METHOD(PERCENT_FULL, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    HRESULT hr = PERCENT_FULL_book(This, source, percent);

    if (SUCCEEDED(hr))
        *percent = 100;
    return hr;
}

METHOD(PERCENT_AS_AT_FIRST, IMDSPDevice3, GetPowerSource, DWORD *source, DWORD *percent)
{
    static DWORD first = UINT32_MAX;
    HRESULT hr = PERCENT_AS_AT_FIRST_book(This, source, percent);

    if (FAILED(hr))
        return hr;
    if (first == UINT32_MAX)
        first = *percent;
    *percent = first;
    return hr;
}
