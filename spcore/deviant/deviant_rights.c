/* Defects of GetRights, and of the serial number that it rests on. */
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_storage.h"

#define RIGHTS(token)                                                                              \
    METHOD(token, IMDSPStorage4, GetRights, WMDMRIGHTS **rights, DWORD *count, BYTE *mac)
#define BOOK(token) token##_book(This, rights, count, mac)
/* With S_OK and a right, that to it. */
#define SPOILT(token, ...)                                                                         \
    RIGHTS(token)                                                                                  \
    {                                                                                              \
        HRESULT hr = BOOK(token);                                                                  \
                                                                                                   \
        if (hr == S_OK && *count) {                                                                \
            WMDMRIGHTS *right = *rights;                                                           \
            const bool is_dated = right->fuFlags & WMDM_RIGHTS_EXPIRATIONDATE;                     \
                                                                                                   \
            (void)is_dated;                                                                        \
            __VA_ARGS__;                                                                           \
        }                                                                                          \
        return hr;                                                                                 \
    }

SPOILT(RIGHTS_OTHER, right->fuRights ^= WMDM_RIGHTS_COPY_TO_CD)
SPOILT(RIGHTS_SIZE_0, right->cbSize = 0)
SPOILT(RIGHTS_ALWAYS_COUNTED, right->fuFlags |= WMDM_RIGHTS_PLAYBACKCOUNT)
SPOILT(RIGHTS_NEVER_COUNTED, right->fuFlags &= ~(DWORD)WMDM_RIGHTS_PLAYBACKCOUNT)
SPOILT(RIGHTS_DATE_0, if (!is_dated) right->ExpirationDate = (WMDMDATETIME){0})
SPOILT(RIGHTS_DATE_YEAR_EARLY, if (is_dated) right->ExpirationDate.wYear--)
SPOILT(RIGHTS_MAC_OF_ARRAY, hr = sp_mac(SELF(sp_storage, IMDSPStorage4)->device->context, *rights,
                                        *count *(DWORD)sizeof(**rights), NULL, 0, mac))

/* What it repeats it vouches for. */
RIGHTS(RIGHTS_REPEATED)
{
    HRESULT hr = BOOK(RIGHTS_REPEATED);

    if (hr != S_OK || *count < 2)
        return hr;
    for (DWORD i = 1; i < *count; i++)
        (*rights)[i] = **rights;
    return sp_mac(SELF(sp_storage, IMDSPStorage4)->device->context, *rights,
                  *count * (DWORD)sizeof(**rights), count, sizeof(*count), mac);
}

/* The block of the first call each time. */
RIGHTS(RIGHTS_ONE_BLOCK)
{
    static WMDMRIGHTS *first;
    HRESULT hr = BOOK(RIGHTS_ONE_BLOCK);

    if (hr == S_OK && *count && !first) {
        first = *rights;
    } else if (hr == S_OK && *count) {
        CoTaskMemFree(*rights);
        *rights = first;
    }
    return hr;
}

/* ---- of what is not protected */
RIGHTS(RIGHTS_PLAIN_E_FAIL)
{
    HRESULT hr = BOOK(RIGHTS_PLAIN_E_FAIL);

    return hr == S_OK && !*count ? E_FAIL : hr;
}

RIGHTS(RIGHTS_PLAIN_NONE)
{
    HRESULT hr = BOOK(RIGHTS_PLAIN_NONE);

    return hr == S_OK && !*count ? WMDM_E_NORIGHTS : hr;
}

RIGHTS(RIGHTS_NULL_COUNTED)
{
    HRESULT hr = BOOK(RIGHTS_NULL_COUNTED);

    if (hr == S_OK && !*count)
        *count = 1;
    return hr;
}

METHOD(PLAIN_READ_OTHERWISE, IMDSPObject2, Open, UINT mode)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);
    HRESULT hr = PLAIN_READ_OTHERWISE_book(This, mode);

    if (hr == S_OK && mode == MDSP_READ && self->size == 5)
        self->size = 4;
    return hr;
}

/* ---- the medium */
METHOD(RIGHTS_WITHOUT_SERIAL, IMDSPStorageGlobals, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    return hr_swap(RIGHTS_WITHOUT_SERIAL_book(This, serial, mac), S_OK, WMDM_E_NOTSUPPORTED);
}

METHOD(RIGHTS_SERIAL_MAC, IMDSPStorageGlobals, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    HRESULT hr = RIGHTS_SERIAL_MAC_book(This, serial, mac);

    if (hr == S_OK)
        mac[7] ^= 1;
    return hr;
}
