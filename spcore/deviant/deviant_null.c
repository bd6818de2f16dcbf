/* Defects of arguments: methods that take NULL for an output as no wish for it and answer S_OK, as
 * one of a class after the other does where nobody calls it so. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

METHOD(CREATE_NULL_OK, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    return path && devices ? CREATE_NULL_OK_book(This, path, count ? count : &(DWORD){0}, devices)
                           : CREATE_NULL_OK_book(This, path, count, devices);
}

METHOD(CREATE_NULL_PATH, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = CREATE_NULL_PATH_book(This, path, count, devices);

    return path ? hr : hr_swap(hr, E_INVALIDARG, HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
}

METHOD(CREATE_NULL_ARRAY, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = CREATE_NULL_ARRAY_book(This, path, count, devices);

    return devices ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(SERIAL_MAC_NULL_OK, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    BYTE own[WMDM_MAC_LENGTH] = {0};

    return SERIAL_MAC_NULL_OK_book(This, serial, mac ? mac : own);
}

METHOD(SERIAL_ID_NULL_OK, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    WMDMID own = {0};

    return SERIAL_ID_NULL_OK_book(This, serial ? serial : &own, mac);
}

METHOD(SERIAL_NULL_SPOILS, IMDSPDevice3, GetSerialNumber, WMDMID *serial, BYTE *mac)
{
    static bool is_spoilt;

    is_spoilt |= !serial || !mac;
    return is_spoilt ? E_INVALIDARG : SERIAL_NULL_SPOILS_book(This, serial, mac);
}

METHOD(STATUS_NULL_OK, IMDSPDevice3, GetStatus, DWORD *status)
{
    return STATUS_NULL_OK_book(This, status ? status : &(DWORD){0});
}

METHOD(STATUS_NULL_SPOILS, IMDSPDevice3, GetStatus, DWORD *status)
{
    static bool is_spoilt;

    is_spoilt |= !status;
    return is_spoilt ? E_INVALIDARG : STATUS_NULL_SPOILS_book(This, status);
}

METHOD(ICON_INTO_NULL, IMDSPDevice3, GetDeviceIcon, DWORD *icon)
{
    return ICON_INTO_NULL_book(This, icon ? icon : &(DWORD){0});
}

METHOD(ROOTS_NULL_OK, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    HRESULT hr = ROOTS_NULL_OK_book(This, roots);

    return roots ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(TYPE_NULL_OK, IMDSPDevice3, GetType, DWORD *type)
{
    return TYPE_NULL_OK_book(This, type ? type : &(DWORD){0});
}

/* A missing output is one that nobody wants. */
static HRESULT formats_into(HRESULT hr, bool is_there)
{
    return is_there ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

#define FORMATS_NULL(token, output)                                                                \
    METHOD(token, IMDSPDevice3, GetFormatSupport, WAVEFORMATEX **formats, DWORD *count,            \
           WCHAR ***mimes, DWORD *mime_count)                                                      \
    {                                                                                              \
        return formats_into(token##_book(This, formats, count, mimes, mime_count),                 \
                            (output) != NULL);                                                     \
    }

FORMATS_NULL(FORMATS_NULL_OK, formats)
FORMATS_NULL(FORMAT_COUNT_NULL_OK, count)
FORMATS_NULL(MIMES_NULL_OK, mimes)
FORMATS_NULL(FORMATS_LAST_NULL_OK, mime_count)

METHOD(PROPERTY_NULL_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = PROPERTY_NULL_OK_book(This, name, value);

    return value ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(PROPERTY_NAME_NULL_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = PROPERTY_NAME_NULL_OK_book(This, name, value);

    return name ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(PROPERTY_NULL_FILLS, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    if (!name && value)
        value->vt = VT_BOOL;
    return PROPERTY_NULL_FILLS_book(This, name, value);
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
