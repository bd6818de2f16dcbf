/* Defects of the device's properties: IMDSPDevice3::GetProperty and SetProperty. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/mtp/mtpi.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

static bool is_of(const WCHAR *name, const WCHAR *which)
{
    return name && com_wcscmp(name, which) == 0;
}

/* ---- types */

/* Another type, with a value of it. */
static HRESULT retyped(HRESULT hr, const WCHAR *name, PROPVARIANT *value, const WCHAR *which)
{
    const bool was_text = SUCCEEDED(hr) && value->vt == VT_BSTR;

    if (FAILED(hr) || !is_of(name, which))
        return hr;
    PropVariantClear(value);
    value->vt = was_text ? VT_UI4 : VT_BSTR;
    if (was_text)
        value->ulVal = 1;
    else
        value->bstrVal = SysAllocString(u"1");
    return hr;
}

#define RETYPED(token, which)                                                                      \
    METHOD(token, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)                \
    {                                                                                              \
        return retyped(token##_book(This, name, value), name, value, which);                       \
    }

RETYPED(NAME_AS_NUMBER, g_wszWMDMDeviceFriendlyName)
RETYPED(FORMATS_AS_TEXT, g_wszWMDMFormatsSupported)
RETYPED(ORDER_AS_TEXT, g_wszWMDMFormatsSupportedAreOrdered)
RETYPED(MODEL_AS_NUMBER, g_wszWMDMDeviceModelName)
RETYPED(FIRMWARE_AS_TEXT, g_wszWMDMDeviceFirmwareVersion)
RETYPED(EXTENSION_AS_NUMBER, g_wszWMDMDeviceVendorExtension)
RETYPED(PROTOCOL_AS_TEXT, g_wszWMDMDeviceProtocol)
RETYPED(PARTNER_AS_NUMBER, g_wszWMDMSyncRelationshipID)
RETYPED(PROPERTIES_AS_TEXT, g_wszWMDMSupportedDeviceProperties)

/* ---- values */
static HRESULT other_text(HRESULT hr, const WCHAR *name, PROPVARIANT *value, const WCHAR *which)
{
    if (SUCCEEDED(hr) && is_of(name, which)) {
        PropVariantClear(value);
        value->vt = VT_BSTR;
        value->bstrVal = SysAllocString(u"papkit");
    }
    return hr;
}

METHOD(NAME_IS_BRAND, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return other_text(NAME_IS_BRAND_book(This, name, value), name, value,
                      g_wszWMDMDeviceFriendlyName);
}

METHOD(MODEL_IS_BRAND, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return other_text(MODEL_IS_BRAND_book(This, name, value), name, value,
                      g_wszWMDMDeviceModelName);
}

METHOD(EXTENSION_IS_BRAND, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return other_text(EXTENSION_IS_BRAND_book(This, name, value), name, value,
                      g_wszWMDMDeviceVendorExtension);
}

METHOD(PARTNER_IS_BRAND, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    return other_text(PARTNER_IS_BRAND_book(This, name, value), name, value,
                      g_wszWMDMSyncRelationshipID);
}

METHOD(FIRMWARE_OFF_BY_ONE, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = FIRMWARE_OFF_BY_ONE_book(This, name, value);

    if (SUCCEEDED(hr) && is_of(name, g_wszWMDMDeviceFirmwareVersion))
        value->ulVal++;
    return hr;
}

METHOD(ORDER_TURNED, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = ORDER_TURNED_book(This, name, value);

    if (SUCCEEDED(hr) && is_of(name, g_wszWMDMFormatsSupportedAreOrdered))
        value->boolVal = value->boolVal ? VARIANT_FALSE : VARIANT_TRUE;
    return hr;
}

METHOD(LAST_FORMAT_MISSING, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = LAST_FORMAT_MISSING_book(This, name, value);

    if (SUCCEEDED(hr) && is_of(name, g_wszWMDMFormatsSupported))
        value->parray->rgsabound[0].cElements--;
    return hr;
}

METHOD(STRANGE_FORMAT, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = STRANGE_FORMAT_book(This, name, value);

    if (SUCCEEDED(hr) && is_of(name, g_wszWMDMFormatsSupported))
        *(ULONG *)value->parray->pvData = 0xbfff;
    return hr;
}

/* ---- the list */
METHOD(LISTS_TOO_MUCH, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = LISTS_TOO_MUCH_book(This, name, value);
    BSTR *first;

    if (SUCCEEDED(hr) && is_of(name, g_wszWMDMSupportedDeviceProperties)) {
        first = value->parray->pvData;
        SysFreeString(*first);
        *first = SysAllocString(u"WMDM/Bogus");
    }
    return hr;
}

/* The last is there and not in the list. */
METHOD(LISTS_TOO_LITTLE, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = LISTS_TOO_LITTLE_book(This, name, value);
    BSTR *items;
    ULONG *count;

    if (FAILED(hr) || !is_of(name, g_wszWMDMSupportedDeviceProperties))
        return hr;
    items = value->parray->pvData;
    count = &value->parray->rgsabound[0].cElements;
    for (ULONG i = 0; i < *count; i++) {
        if (is_of(items[i], g_wszWMDMDeviceModelName)) {
            SysFreeString(items[i]);
            items[i] = items[--*count];
        }
    }
    return hr;
}

/* ---- what there is none of */
static bool is_predefined(const WCHAR *name)
{
    return name && memcmp(name, u"WMDM/", 5 * sizeof(WCHAR)) == 0;
}

METHOD(UNKNOWN_PROPERTY_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = UNKNOWN_PROPERTY_OK_book(This, name, value);

    return is_predefined(name) ? hr : hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK);
}

METHOD(UNLISTED_PROPERTY_OK, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = UNLISTED_PROPERTY_OK_book(This, name, value);

    return is_predefined(name) ? hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK) : hr;
}

METHOD(UNKNOWN_FILLS, IMDSPDevice3, GetProperty, const WCHAR *name, PROPVARIANT *value)
{
    HRESULT hr = UNKNOWN_FILLS_book(This, name, value);

    if (hr == WMDM_E_NOTSUPPORTED)
        *value = (PROPVARIANT){.vt = VT_UI4};
    return hr;
}

/* ---- SetProperty */
METHOD(VARIANT_UNCHECKED, IMDSPDevice3, SetProperty, const WCHAR *name, const PROPVARIANT *value)
{
    HRESULT hr = VARIANT_UNCHECKED_book(This, name, value);

    return name && value ? hr_swap(hr, E_INVALIDARG, S_OK) : hr;
}

METHOD(READ_ONLY_SET, IMDSPDevice3, SetProperty, const WCHAR *name, const PROPVARIANT *value)
{
    return hr_swap(READ_ONLY_SET_book(This, name, value), HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED),
                   S_OK);
}

METHOD(UNKNOWN_SET, IMDSPDevice3, SetProperty, const WCHAR *name, const PROPVARIANT *value)
{
    return hr_swap(UNKNOWN_SET_book(This, name, value), WMDM_E_NOTSUPPORTED, S_OK);
}

METHOD(WRONG_TYPE_CLEARS, IMDSPDevice3, SetProperty, const WCHAR *name, const PROPVARIANT *value)
{
    PROPVARIANT nothing = {.vt = VT_BSTR};
    HRESULT hr = WRONG_TYPE_CLEARS_book(This, name, value);

    if (hr == E_INVALIDARG && name && value)
        (void)WRONG_TYPE_CLEARS_book(This, name, &nothing);
    return hr;
}

/* ---- a name that the provider alone keeps, as long as it has the device */
static struct {
    const struct mtpi *of;
    uint16_t text[256];
} kept;

SEAM(mtpi_set_device_prop_value);
int __wrap_mtpi_set_device_prop_value(struct mtpi *mtpi, uint16_t property,
                                      const struct mtpi_value *value)
{
    if ((property == MTP_DPC_DEVICE_FRIENDLY_NAME && deviates(SET_PROPERTY_LOST)) ||
        (property == MTP_DPC_SYNCHRONIZATION_PARTNER && deviates(SYNC_ID_LOST)))
        return 0;
    if (property != MTP_DPC_DEVICE_FRIENDLY_NAME || !deviates(NAME_UNTIL_REPLUG))
        return __real_mtpi_set_device_prop_value(mtpi, property, value);
    memset(kept.text, 0, sizeof(kept.text));
    for (size_t i = 0; i < ARRAY_SIZE(kept.text) - 1 && value->string[i]; i++)
        kept.text[i] = value->string[i];
    kept.of = mtpi;
    return 0;
}

SEAM(mtpi_get_device_prop_value);
int __wrap_mtpi_get_device_prop_value(struct mtpi *mtpi, uint16_t property, uint16_t type,
                                      struct mtpi_value *ret)
{
    int result = __real_mtpi_get_device_prop_value(mtpi, property, type, ret);

    if (result || property != MTP_DPC_DEVICE_FRIENDLY_NAME || kept.of != mtpi ||
        !deviates(NAME_UNTIL_REPLUG))
        return result;
    mtpi_value_done(ret);
    ret->type = type;
    ret->string = malloc(sizeof(kept.text));
    if (ret->string)
        memcpy(ret->string, kept.text, sizeof(kept.text));
    return ret->string ? 0 : -ENOMEM;
}
