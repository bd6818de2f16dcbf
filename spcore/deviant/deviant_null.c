/* Defects of arguments: methods that take NULL for an output as no wish for it and answer S_OK, as
 * one of a class after the other does where nobody calls it so. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

METHOD(NAME_NULL_OK, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    return name ? NAME_NULL_OK_book(This, name, room) : S_OK;
}

METHOD(COUNT_NULL_OK, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return COUNT_NULL_OK_book(This, count ? count : &(DWORD){0});
}

METHOD(CREATE_NULL_OK, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return path && devices ? CREATE_NULL_OK_book(This, path, count ? count : &(DWORD){0}, devices)
                           : CREATE_NULL_OK_book(This, path, count, devices);
}

METHOD(NEXT_NULL_OK, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices, ULONG *fetched)
{
    HRESULT hr = NEXT_NULL_OK_book(This, wanted, devices, fetched);

    return devices ? hr : hr_swap(hr, E_INVALIDARG, S_FALSE);
}

METHOD(CLONE_NULL_OK, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    HRESULT hr = CLONE_NULL_OK_book(This, clone);

    return clone ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(SERIAL_MAC_NULL_OK, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    BYTE own[WMDM_MAC_LENGTH] = {0};

    return SERIAL_MAC_NULL_OK_book(This, serial, mac ? mac : own);
}

METHOD(TYPE_NULL_OK, IMDSPDevice3, GetType, DWORD *type)
{
    return TYPE_NULL_OK_book(This, type ? type : &(DWORD){0});
}

METHOD(FORMATS_LAST_NULL_OK, IMDSPDevice3, GetFormatSupport, WAVEFORMATEX **formats, DWORD *count,
       WCHAR ***mimes, DWORD *mime_count)
{
    return FORMATS_LAST_NULL_OK_book(This, formats, count, mimes,
                                     mime_count ? mime_count : &(DWORD){0});
}

METHOD(PROPERTY_NULL_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = PROPERTY_NULL_OK_book(This, name, value);

    return value ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(CREATED_NULL_OK, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD more,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **created)
{
    HRESULT hr = CREATED_NULL_OK_book(This, attributes, more, audio, video, name, size, created);

    return created ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(NAMES_NULL_OK, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    HRESULT hr = NAMES_NULL_OK_book(This, count, names, list);

    return names ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(FREE_HIGH_NULL_OK, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    return FREE_HIGH_NULL_OK_book(This, low, high ? high : &(DWORD){0});
}
