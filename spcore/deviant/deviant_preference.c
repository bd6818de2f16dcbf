/* Defects of the enumeration preference, and of the pseudo-devices that it is about. */
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

/* ---- which values */
#define REFUSED(token, value)                                                                      \
    METHOD(token, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)                  \
    {                                                                                              \
        return token##_book(This, preference == (value) ? ~(DWORD)0 : preference);                 \
    }
REFUSED(PREFERENCE_NONE_REFUSED, 0)
REFUSED(PREFERENCE_ONE_REFUSED, 1)
REFUSED(PREFERENCE_TWO_REFUSED, 2)
REFUSED(PREFERENCE_THREE_REFUSED, 3)

METHOD(PREFERENCE_ANY_BIT, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return PREFERENCE_ANY_BIT_book(This, preference & 3);
}

METHOD(PREFERENCE_KNOWN_BIT, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return PREFERENCE_KNOWN_BIT_book(This, preference & 3 ? preference & 3 : preference);
}

METHOD(PREFERENCE_REFUSED_SET, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_REFUSED_SET_book(This, preference);

    if (hr == E_INVALIDARG && preference & 3)
        (void)PREFERENCE_REFUSED_SET_book(This, preference & 3);
    return hr;
}

/* ---- when, and how often */

/* What was done to this process's provider, which the preference is about. */
static bool is_created, is_set, is_refused, is_late;

METHOD(PREFERENCE_LATE, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return hr_swap(PREFERENCE_LATE_book(This, preference), WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
}

METHOD_AS(AFTER_LIST_CREATE, PREFERENCE_AFTER_LIST, IMDServiceProvider3, CreateDevice,
          const WCHAR *path, DWORD *count, IMDSPDevice ***devices)
{
    is_created = true;
    return AFTER_LIST_CREATE_book(This, path, count, devices);
}

METHOD(PREFERENCE_AFTER_LIST, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_AFTER_LIST_book(This, preference);

    return is_created ? hr : hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
}

METHOD(PREFERENCE_ONCE, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_ONCE_book(This, preference);

    if (hr == S_OK && is_set)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    is_set |= hr == S_OK;
    return hr;
}

METHOD(PREFERENCE_CHANGES, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_CHANGES_book(This, preference);

    if (is_set)
        return hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
    is_set = hr == S_OK;
    return hr;
}

METHOD(PREFERENCE_FORGOTTEN, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_FORGOTTEN_book(This, preference);

    is_refused |= hr == WMDM_E_CALL_OUT_OF_SEQUENCE;
    return is_refused ? hr_swap(hr, S_OK, WMDM_E_CALL_OUT_OF_SEQUENCE) : hr;
}

METHOD(PREFERENCE_LATE_SET, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_LATE_SET_book(This, preference);

    is_late |= hr == WMDM_E_CALL_OUT_OF_SEQUENCE &&
               (preference & DO_NOT_VIRTUALIZE_STORAGES_AS_DEVICES) != 0;
    return hr;
}

/* ---- which devices come */

/* Of what CreateDevice made no more than `most`. */
static void keep(DWORD most, DWORD *count, IMDSPDevice **devices)
{
    while (*count > most)
        (void)take_back(S_OK, &devices[--*count], S_OK);
}

static void make_whole(IMDSPDevice *device)
{
    container_of(device, struct sp_device, IMDSPDevice3_iface)->storage = 0;
}

METHOD_AS(LATE_SET_CREATE, PREFERENCE_LATE_SET, IMDServiceProvider3, CreateDevice,
          const WCHAR *path, DWORD *count, IMDSPDevice ***devices)
{
    HRESULT hr = LATE_SET_CREATE_book(This, path, count, devices);

    if (FAILED(hr) || !is_late)
        return hr;
    keep(1, count, *devices);
    make_whole((*devices)[0]);
    return hr;
}

METHOD(VIRTUALIZE_IGNORED, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = VIRTUALIZE_IGNORED_book(This, path, count, devices);

    if (FAILED(hr))
        return hr;
    keep(1, count, *devices);
    make_whole((*devices)[0]);
    return hr;
}

METHOD(LAST_MEDIUM_LOST, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = LAST_MEDIUM_LOST_book(This, path, count, devices);

    if (SUCCEEDED(hr) && *count > 1)
        keep(*count - 1, count, *devices);
    return hr;
}

METHOD(PSEUDO_HAVE_ALL, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = PSEUDO_HAVE_ALL_book(This, path, count, devices);

    for (DWORD i = 0; SUCCEEDED(hr) && i < *count; i++)
        make_whole((*devices)[i]);
    return hr;
}

METHOD(PSEUDO_SAME, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = PSEUDO_SAME_book(This, path, count, devices);

    for (DWORD i = 1; SUCCEEDED(hr) && i < *count; i++)
        container_of((*devices)[i], struct sp_device, IMDSPDevice3_iface)->storage =
            container_of((*devices)[0], struct sp_device, IMDSPDevice3_iface)->storage;
    return hr;
}

/* ---- their names */
SEAM(sp_device_new);
HRESULT __wrap_sp_device_new(struct sp_context *context, struct sp_connection *connection,
                             uint32_t storage, const WCHAR *path, unsigned index,
                             IMDSPDevice **ret_device)
{
    return __real_sp_device_new(context, connection, storage, path,
                                deviates(ONE_CANONICAL_NAME) ? 0 : index, ret_device);
}

METHOD(CANONICAL_STEMS, IMDSPDevice3, GetCanonicalName, WCHAR *name, UINT room)
{
    HRESULT hr = CANONICAL_STEMS_book(This, name, room);

    if (SUCCEEDED(hr))
        name[0] = name[com_wcslen(name) - 1];
    return hr;
}
