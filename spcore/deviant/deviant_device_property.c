/* Defects of the device's properties: IMDSPDevice3::GetProperty and SetProperty. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

METHOD(FIRMWARE_AS_TEXT, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = FIRMWARE_AS_TEXT_book(This, name, value);
    const WCHAR *text =
        sp_connection_facts(SELF(sp_device, IMDSPDevice3)->connection)->info.version;

    if (SUCCEEDED(hr) && com_wcscmp(name, g_wszWMDMDeviceFirmwareVersion) == 0) {
        value->vt = VT_BSTR;
        value->bstrVal = SysAllocString(text ? text : u"");
    }
    return hr;
}

METHOD(LISTS_TOO_MUCH, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = LISTS_TOO_MUCH_book(This, name, value);
    BSTR *first;

    if (SUCCEEDED(hr) && com_wcscmp(name, g_wszWMDMSupportedDeviceProperties) == 0) {
        first = value->parray->pvData;
        SysFreeString(*first);
        *first = SysAllocString(u"WMDM/Bogus");
    }
    return hr;
}

METHOD(UNKNOWN_PROPERTY_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return hr_swap(UNKNOWN_PROPERTY_OK_book(This, name, value), WMDM_E_NOTSUPPORTED, S_OK);
}

METHOD(VARIANT_UNCHECKED, IMDSPDevice3, SetProperty, const WCHAR *name, const PROPVARIANT *value)
{
    HRESULT hr = VARIANT_UNCHECKED_book(This, name, value);

    return name && value ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;
}
