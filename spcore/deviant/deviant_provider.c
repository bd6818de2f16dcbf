/* Defects of IMDServiceProvider: counting, listing and creating devices, and the preference. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

METHOD(COUNT_STUB, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = COUNT_STUB_book(This, count);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(COUNT_OFF_BY_ONE, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = COUNT_OFF_BY_ONE_book(This, count);

    if (SUCCEEDED(hr))
        ++*count;
    return hr;
}

METHOD(ENUM_DEVICES_STUB, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return take_back(ENUM_DEVICES_STUB_book(This, enumerator), enumerator, E_NOTIMPL);
}

METHOD(NO_DEVICES_FAIL, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return take_back(NO_DEVICES_FAIL_book(This, enumerator), enumerator, E_FAIL);
}

METHOD(VIRTUALIZE_IGNORED, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = VIRTUALIZE_IGNORED_book(This, path, count, devices);

    if (FAILED(hr))
        return hr;
    while (*count > 1)
        (void)take_back(hr, &(*devices)[--*count], S_OK);
    container_of((*devices)[0], struct sp_device, IMDSPDevice3_iface)->storage = 0;
    return hr;
}

SEAM(sp_device_new);
HRESULT __wrap_sp_device_new(struct sp_context *context, struct sp_connection *connection,
                             uint32_t storage, const WCHAR *path, unsigned index,
                             IMDSPDevice **ret_device)
{
    return __real_sp_device_new(context, connection, storage, path,
                                deviates(ONE_CANONICAL_NAME) ? 0 : index, ret_device);
}

/* ---- the preference */
METHOD(PREFERENCE_ANY_BIT, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return PREFERENCE_ANY_BIT_book(This, preference & 3);
}

/* What the book refuses. */
METHOD(PREFERENCE_THREE_REFUSED, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return PREFERENCE_THREE_REFUSED_book(This, preference == 3 ? ~(DWORD)0 : preference);
}

METHOD(PREFERENCE_LATE, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return hr_swap(PREFERENCE_LATE_book(This, preference), WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
}

METHOD(PREFERENCE_ONCE, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    static bool set;
    HRESULT hr = PREFERENCE_ONCE_book(This, preference);

    if (hr == S_OK && set)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    set |= hr == S_OK;
    return hr;
}
