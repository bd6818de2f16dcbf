/* Defects of CreateDevice: the way from a path to the device objects, and what a failure leaves. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

/* ---- what it hands out */
METHOD(NO_DEVICES_CREATED, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = NO_DEVICES_CREATED_book(This, path, count, devices);

    if (FAILED(hr))
        return hr;
    while (*count)
        (void)take_back(hr, &(*devices)[--*count], S_OK);
    CoTaskMemFree(*devices);
    *devices = NULL;
    return hr;
}

METHOD(LAST_DEVICE_NULL, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = LAST_DEVICE_NULL_book(This, path, count, devices);

    return SUCCEEDED(hr) && *count ? take_back(hr, &(*devices)[*count - 1], hr) : hr;
}

METHOD(DEVICE_WITHOUT_BASE, IMDSPDevice3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = DEVICE_WITHOUT_BASE_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDSPDevice) ? take_back(hr, object, E_NOINTERFACE) : hr;
}

METHOD(CREATED_IS_FALSE, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return hr_swap(CREATED_IS_FALSE_book(This, path, count, devices), S_OK, S_FALSE);
}

/* ---- what a failure leaves */
METHOD(COUNT_KEPT, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    const DWORD before = count ? *count : 0;
    HRESULT hr = COUNT_KEPT_book(This, path, count, devices);

    if (FAILED(hr) && count)
        *count = before;
    return hr;
}

METHOD(ARRAY_KEPT, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    IMDSPDevice **before = devices ? *devices : NULL;
    HRESULT hr = ARRAY_KEPT_book(This, path, count, devices);

    if (FAILED(hr) && devices)
        *devices = before;
    return hr;
}

METHOD(NOWHERE_OK, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = NOWHERE_OK_book(This, path, count, devices);

    return FAILED(hr) && path && count && devices ? S_OK : hr;
}

METHOD(EMPTY_PATH_OK, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = EMPTY_PATH_OK_book(This, path, count, devices);

    return path && !*path && count && devices ? S_OK : hr;
}

METHOD(NOWHERE_E_FAIL, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = NOWHERE_E_FAIL_book(This, path, count, devices);

    return FAILED(hr) && path && *path && count && devices ? E_FAIL : hr;
}

/* ---- its path */

/* The book takes one suffix off. */
METHOD(SUFFIX_KEPT, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    static const WCHAR suffix[] = u"$0";
    size_t length = path ? com_wcslen(path) : 0;
    WCHAR *longer = length ? malloc(length * sizeof(WCHAR) + sizeof(suffix)) : NULL;
    HRESULT hr;

    if (longer) {
        memcpy(longer, path, length * sizeof(WCHAR));
        memcpy(longer + length, suffix, sizeof(suffix));
    }
    hr = SUFFIX_KEPT_book(This, longer, count, devices);
    free(longer);
    return hr;
}

METHOD(SUFFIX_NEEDED, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    bool is_bare = path && *path;

    for (const WCHAR *at = path; at && *at; at++)
        is_bare &= *at != '$';
    return SUFFIX_NEEDED_book(This, is_bare ? u"" : path, count, devices);
}

/* ---- the connections that CreateDevice shares */
static struct {
    char *uri;
    struct sp_connection *connection; /* a reference */
} first;

static bool keeps_first(void)
{
    return deviates(FIRST_DEVICE_ALWAYS) || deviates(DEAD_LINK_KEPT) || deviates(MEDIA_FORGOTTEN) ||
           deviates(GONE_FOR_GOOD);
}

/* Which connection a path leads to, once there is a first one. */
static bool leads_to_first(const char *uri)
{
    return deviates(FIRST_DEVICE_ALWAYS) ||
           (deviates(DEAD_LINK_KEPT) && strcmp(first.uri, uri) == 0);
}

SEAM(sp_connection_get);
HRESULT __wrap_sp_connection_get(const char *uri, struct sp_connection **ret_connection)
{
    HRESULT hr;

    if (first.uri && leads_to_first(uri)) {
        *ret_connection = sp_connection_ref(first.connection);
        return S_OK;
    }
    hr = __real_sp_connection_get(uri, ret_connection);
    if (SUCCEEDED(hr) && !first.uri && keeps_first()) {
        first.uri = strdup(uri);
        first.connection = sp_connection_ref(*ret_connection);
    }
    return hr;
}

METHOD(MEDIA_FORGOTTEN, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    HRESULT hr = MEDIA_FORGOTTEN_book(This, roots);
    ULONG skipped = 0;

    if (hr == S_OK && first.connection && sp_connection_gone(first.connection))
        (void)(*roots)->lpVtbl->Skip(*roots, 16, &skipped);
    return hr;
}

METHOD(GONE_FOR_GOOD, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    return first.connection && sp_connection_gone(first.connection)
               ? HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED)
               : GONE_FOR_GOOD_book(This, data, size, mac);
}
