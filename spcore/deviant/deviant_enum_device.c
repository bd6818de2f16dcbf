/* Defects of what a provider finds by itself: GetDeviceCount, EnumDevices and IMDSPEnumDevice. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

/* ---- GetDeviceCount */
METHOD(COUNT_STUB, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return hr_swap(COUNT_STUB_book(This, count), S_OK, E_NOTIMPL);
}

METHOD(COUNT_UNSUPPORTED, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return hr_swap(COUNT_UNSUPPORTED_book(This, count), S_OK, WMDM_E_NOTSUPPORTED);
}

METHOD(COUNT_OFF_BY_ONE, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = COUNT_OFF_BY_ONE_book(This, count);

    if (SUCCEEDED(hr))
        ++*count;
    return hr;
}

/* How many CreateDevice has handed out. */
static DWORD created;

static HRESULT count_created(HRESULT hr, const DWORD *count)
{
    if (SUCCEEDED(hr))
        created += *count;
    return hr;
}

METHOD_AS(STUB_LATER_CREATE, COUNT_STUB_LATER, IMDServiceProvider3, CreateDevice, const WCHAR *path,
          DWORD *count, IMDSPDevice ***devices)
{
    return count_created(STUB_LATER_CREATE_book(This, path, count, devices), count);
}

METHOD(COUNT_STUB_LATER, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = COUNT_STUB_LATER_book(This, count);

    return created ? hr_swap(hr, S_OK, E_NOTIMPL) : hr;
}

METHOD_AS(OF_CREATED_CREATE, COUNT_OF_CREATED, IMDServiceProvider3, CreateDevice, const WCHAR *path,
          DWORD *count, IMDSPDevice ***devices)
{
    return count_created(OF_CREATED_CREATE_book(This, path, count, devices), count);
}

METHOD(COUNT_OF_CREATED, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = COUNT_OF_CREATED_book(This, count);

    if (SUCCEEDED(hr))
        *count += created;
    return hr;
}

METHOD(COUNT_NULL_OK, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return COUNT_NULL_OK_book(This, count ? count : &(DWORD){0});
}

METHOD(NULL_SPOILS, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    static bool is_spoilt;
    HRESULT hr = NULL_SPOILS_book(This, count);

    is_spoilt |= hr == E_INVALIDARG;
    return is_spoilt ? hr_swap(hr, S_OK, E_FAIL) : hr;
}

/* ---- EnumDevices */
METHOD(ENUM_DEVICES_STUB, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return take_back(ENUM_DEVICES_STUB_book(This, enumerator), enumerator, E_NOTIMPL);
}

METHOD(NO_DEVICES_FAIL, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return take_back(NO_DEVICES_FAIL_book(This, enumerator), enumerator, E_FAIL);
}

METHOD(ENUM_DEVICES_NOTHING, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    return take_back(ENUM_DEVICES_NOTHING_book(This, enumerator), enumerator, S_OK);
}

METHOD(ENUM_NULL_OK, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    HRESULT hr = ENUM_NULL_OK_book(This, enumerator);

    return enumerator ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

/* ---- Next: there is no device, so each is at the end */
METHOD(DEVICES_END_OK, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices, ULONG *fetched)
{
    return hr_swap(DEVICES_END_OK_book(This, wanted, devices, fetched), S_FALSE, S_OK);
}

METHOD(DEVICES_FETCHED_KEPT, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    ULONG own = 0;
    HRESULT hr = DEVICES_FETCHED_KEPT_book(This, wanted, devices, fetched ? &own : NULL);

    if (fetched && (own || !wanted))
        *fetched = own;
    return hr;
}

METHOD(DEVICES_SLOT_KEPT, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    IMDSPDevice *before = devices && wanted ? devices[0] : NULL;
    HRESULT hr = DEVICES_SLOT_KEPT_book(This, wanted, devices, fetched);

    if (hr == S_FALSE && devices && !devices[0])
        devices[0] = before;
    return hr;
}

METHOD(NEXT_NULL_OK, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices, ULONG *fetched)
{
    HRESULT hr = NEXT_NULL_OK_book(This, wanted, devices, fetched);

    return devices ? hr : hr_swap(hr, E_INVALIDARG, S_FALSE);
}

METHOD(NONE_IS_END, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices, ULONG *fetched)
{
    HRESULT hr = NONE_IS_END_book(This, wanted, devices, fetched);

    return wanted ? hr : hr_swap(hr, S_OK, S_FALSE);
}

METHOD(NONE_FETCHED_KEPT, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    return NONE_FETCHED_KEPT_book(This, wanted, devices, wanted ? fetched : NULL);
}

METHOD(DEVICES_NEXT_STUB, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    HRESULT hr = DEVICES_NEXT_STUB_book(This, 0, devices, fetched);

    (void)wanted;
    return hr_swap(hr, S_OK, E_NOTIMPL);
}

/* ---- Skip, Reset and Clone */
METHOD(DEVICES_SKIP_STUB, IMDSPEnumDevice, Skip, ULONG wanted, ULONG *skipped)
{
    HRESULT hr = DEVICES_SKIP_STUB_book(This, wanted, skipped);

    return FAILED(hr) ? hr : E_NOTIMPL;
}

METHOD(DEVICES_SKIP_END_OK, IMDSPEnumDevice, Skip, ULONG wanted, ULONG *skipped)
{
    return hr_swap(DEVICES_SKIP_END_OK_book(This, wanted, skipped), S_FALSE, S_OK);
}

METHOD(DEVICES_SKIP_WANTED, IMDSPEnumDevice, Skip, ULONG wanted, ULONG *skipped)
{
    HRESULT hr = DEVICES_SKIP_WANTED_book(This, wanted, skipped);

    if (SUCCEEDED(hr) && skipped)
        *skipped = wanted;
    return hr;
}

static bool is_skipped;

METHOD_AS(SKIPPED_OK_SKIP, DEVICES_SKIPPED_OK, IMDSPEnumDevice, Skip, ULONG wanted, ULONG *skipped)
{
    HRESULT hr = SKIPPED_OK_SKIP_book(This, wanted, skipped);

    is_skipped |= hr == S_FALSE;
    return hr;
}

METHOD(DEVICES_SKIPPED_OK, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    HRESULT hr = DEVICES_SKIPPED_OK_book(This, wanted, devices, fetched);

    return is_skipped ? hr_swap(hr, S_FALSE, S_OK) : hr;
}

METHOD(DEVICES_RESET_STUB, IMDSPEnumDevice, Reset)
{
    return hr_swap(DEVICES_RESET_STUB_book(This), S_OK, E_NOTIMPL);
}

METHOD(DEVICES_CLONE_STUB, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    return take_back(DEVICES_CLONE_STUB_book(This, clone), clone, WMDM_E_NOTSUPPORTED);
}

METHOD(CLONE_NULL_OK, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    HRESULT hr = CLONE_NULL_OK_book(This, clone);

    return clone ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

static bool is_exhausted;

METHOD_AS(NULL_AT_END_NEXT, CLONE_NULL_AT_END_OK, IMDSPEnumDevice, Next, ULONG wanted,
          IMDSPDevice **devices, ULONG *fetched)
{
    HRESULT hr = NULL_AT_END_NEXT_book(This, wanted, devices, fetched);

    is_exhausted |= hr == S_FALSE;
    return hr;
}

METHOD(CLONE_NULL_AT_END_OK, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    HRESULT hr = CLONE_NULL_AT_END_OK_book(This, clone);

    return clone || !is_exhausted ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(CLONE_NULL_SPOILS, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    static bool is_spoilt;
    HRESULT hr = CLONE_NULL_SPOILS_book(This, clone);

    is_spoilt |= hr == E_INVALIDARG;
    return is_spoilt ? take_back(hr, clone, E_FAIL) : hr;
}
