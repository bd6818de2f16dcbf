/* Defects of IMDSPRevoked. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

#define URL(token) METHOD(token, IMDSPRevoked, GetRevocationURL, WCHAR **url, DWORD *length)

URL(REVOKED_WITHOUT_CHANNEL)
{
    return hr_swap(REVOKED_WITHOUT_CHANNEL_book(This, url, length), WMDM_E_NOTCERTIFIED, S_OK);
}

URL(REVOKED_STUB)
{
    return hr_swap(REVOKED_STUB_book(This, url, length), S_OK, E_NOTIMPL);
}

URL(REVOKED_UNENDED)
{
    HRESULT hr = REVOKED_UNENDED_book(This, url, length);

    if (hr == S_OK)
        (*url)[com_wcslen(*url)] = '!';
    return hr;
}

URL(REVOKED_IN_BYTES)
{
    HRESULT hr = REVOKED_IN_BYTES_book(This, url, length);

    if (hr == S_OK)
        *length *= 2;
    return hr;
}

URL(REVOKED_MORE_DATA)
{
    return hr_swap(REVOKED_MORE_DATA_book(This, url, length), WMDM_E_BUFFERTOOSMALL,
                   HRESULT_FROM_WIN32(ERROR_MORE_DATA));
}

URL(REVOKED_BEHIND)
{
    DWORD room = length ? *length : 0;
    HRESULT hr = REVOKED_BEHIND_book(This, url, length);

    if (hr == WMDM_E_BUFFERTOOSMALL)
        (*url)[room] = 0;
    return hr;
}

URL(REVOKED_WITHOUT_NUL)
{
    HRESULT hr = REVOKED_WITHOUT_NUL_book(This, url, length);

    if (hr == WMDM_E_BUFFERTOOSMALL)
        --*length;
    return hr;
}

URL(REVOKED_INTO_NULL)
{
    return url ? REVOKED_INTO_NULL_book(This, url, length) : WMDM_E_BUFFERTOOSMALL;
}

URL(REVOKED_NO_LENGTH)
{
    return length ? REVOKED_NO_LENGTH_book(This, url, length)
                  : REVOKED_NO_LENGTH_book(This, url, &(DWORD){1024});
}

URL(REVOKED_ONCE_SPOILT)
{
    static bool is_spoilt;

    is_spoilt |= !url || !length;
    return is_spoilt && url && length ? E_FAIL : REVOKED_ONCE_SPOILT_book(This, url, length);
}
