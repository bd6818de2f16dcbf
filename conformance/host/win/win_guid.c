/* GUIDs as text, in braces and in capitals. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/objbase.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"

int WINAPI StringFromGUID2(REFGUID rguid, LPOLESTR lpsz, int cchMax)
{
    char text[COM_GUID_TEXT];

    if (!lpsz || cchMax < COM_GUID_TEXT)
        return 0;
    com_guid_format(rguid, text);
    for (size_t i = 0; i < COM_GUID_TEXT; i++)
        lpsz[i] = (WCHAR)text[i];
    return COM_GUID_TEXT;
}

HRESULT WINAPI StringFromCLSID(REFCLSID rclsid, LPOLESTR *lplpsz)
{
    if (!lplpsz)
        return E_INVALIDARG;
    *lplpsz = CoTaskMemAlloc(COM_GUID_TEXT * sizeof(WCHAR));
    return *lplpsz && StringFromGUID2(rclsid, *lplpsz, COM_GUID_TEXT) ? S_OK : E_OUTOFMEMORY;
}

HRESULT WINAPI StringFromIID(REFIID rclsid, LPOLESTR *lplpsz)
{
    return StringFromCLSID(rclsid, lplpsz);
}

HRESULT WINAPI CLSIDFromString(LPCOLESTR lpsz, LPCLSID pclsid)
{
    char *text;
    bool is_one;

    if (!pclsid)
        return E_INVALIDARG;
    memset(pclsid, 0, sizeof(*pclsid));
    if (!lpsz)
        return S_OK; /* CLSID_NULL */
    text = com_utf8_copy(lpsz);
    if (!text)
        return E_OUTOFMEMORY;
    is_one = text[0] == '{' && com_guid_parse(text, pclsid);
    free(text);
    return is_one ? S_OK : CO_E_CLASSSTRING;
}

HRESULT WINAPI IIDFromString(LPCOLESTR lpsz, LPIID lpiid)
{
    const HRESULT hr = CLSIDFromString(lpsz, lpiid);

    return hr == CO_E_CLASSSTRING ? CO_E_IIDSTRING : hr;
}
