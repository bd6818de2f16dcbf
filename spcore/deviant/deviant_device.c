/* Defects of IMDSPDevice. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

METHOD(SHORT_NAME_OK, IMDSPDevice3, GetName, WCHAR *name, DWORD room)
{
    HRESULT hr = SHORT_NAME_OK_book(This, name, room);

    return hr == WMDM_E_BUFFERTOOSMALL ? S_OK : hr;
}

METHOD(SHORT_MANUFACTURER_OK, IMDSPDevice3, GetManufacturer, WCHAR *name, DWORD room)
{
    HRESULT hr = SHORT_MANUFACTURER_OK_book(This, name, room);

    return hr == WMDM_E_BUFFERTOOSMALL ? S_OK : hr;
}

METHOD(VERSION_UNWRITTEN, IMDSPDevice3, GetVersion, DWORD *version)
{
    DWORD unwritten;

    return VERSION_UNWRITTEN_book(This, version ? &unwritten : NULL);
}
