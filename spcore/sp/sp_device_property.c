/* IMDSPDevice3::GetProperty and SetProperty: one row a WMDM property of the device, so that what is
 * listed and what is answered cannot differ. */
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_facts.h"

HRESULT sp_device_display_name(struct sp_device *device, WCHAR **ret_name)
{
    const struct mtpi_device_info *info = &sp_connection_facts(device->connection)->info;
    struct mtpi_value value = {0};
    const WCHAR *text = info->model ? info->model : u"";
    WCHAR *name;
    HRESULT hr = S_OK;

    if (sp_facts_lists_property(sp_connection_facts(device->connection),
                                MTP_DPC_DEVICE_FRIENDLY_NAME)) {
        hr = sp_connection_hr(device->connection,
                              mtpi_get_device_prop_value(sp_connection_mtpi(device->connection),
                                                         MTP_DPC_DEVICE_FRIENDLY_NAME,
                                                         MTP_DTC_STRING, &value));
        if (SUCCEEDED(hr) && value.string && value.string[0])
            text = value.string;
        else if (sp_connection_gone(device->connection))
            return hr;
    }
    name = com_wcsdup(text);
    mtpi_value_done(&value);
    if (!name)
        return E_OUTOFMEMORY;
    for (size_t length = com_wcslen(name); length && name[length - 1] == ' '; length--)
        name[length - 1] = 0;
    *ret_name = name;
    return S_OK;
}

/* The first two numbers of the text; anything else in it does not count. */
DWORD sp_version_number(const WCHAR *text)
{
    uint32_t part[2] = {0, 0};
    unsigned at = 0;
    bool digits = false;

    for (; text && *text && at < 2; text++) {
        if (*text >= '0' && *text <= '9') {
            part[at] = part[at] * 10 + (uint32_t)(*text - '0');
            digits = true;
        } else if (digits) {
            at++;
            digits = false;
        }
    }
    /* Of a date, say, that number alone. */
    return part[0] > 0xffff ? part[0] : part[0] << 16 | (part[1] & 0xffff);
}

static HRESULT put_bstr(const WCHAR *text, PROPVARIANT *ret)
{
    BSTR copy = SysAllocString(text ? text : u"");

    if (!copy)
        return E_OUTOFMEMORY;
    ret->vt = VT_BSTR;
    ret->bstrVal = copy;
    return S_OK;
}

static HRESULT device_string(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    struct mtpi_value value = {0};
    HRESULT hr = sp_connection_hr(device->connection,
                                  mtpi_get_device_prop_value(sp_connection_mtpi(device->connection),
                                                             code, MTP_DTC_STRING, &value));

    if (SUCCEEDED(hr))
        hr = put_bstr(value.string, ret);
    mtpi_value_done(&value);
    return hr;
}

static HRESULT get_string(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    return device_string(device, code, ret);
}

static HRESULT get_formats(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    const struct mtpi_u16_array *formats = &sp_connection_facts(device->connection)->info.formats;
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI4, 0, (ULONG)formats->count);
    uint32_t *items;

    (void)code;
    if (!array)
        return E_OUTOFMEMORY;
    items = array->pvData;
    for (size_t i = 0; i < formats->count; i++)
        items[i] = formats->item[i];
    ret->vt = VT_UI4 | VT_ARRAY;
    ret->parray = array;
    return S_OK;
}

static HRESULT get_ordered(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    struct mtpi_value value = {0};
    HRESULT hr = S_OK;

    if (sp_facts_lists_property(sp_connection_facts(device->connection), code))
        hr = sp_connection_hr(device->connection,
                              mtpi_get_device_prop_value(sp_connection_mtpi(device->connection),
                                                         code, MTP_DTC_UINT8, &value));
    if (FAILED(hr))
        return hr;
    ret->vt = VT_BOOL;
    ret->boolVal = value.integer ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT get_model(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    (void)code;
    return put_bstr(sp_connection_facts(device->connection)->info.model, ret);
}

static HRESULT get_firmware(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    const WCHAR *text = sp_connection_facts(device->connection)->info.version;

    (void)code;
    ret->vt = VT_UI4;
    ret->ulVal = sp_version_number(text);
    return S_OK;
}

static HRESULT get_extension(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    (void)code;
    return put_bstr(sp_connection_facts(device->connection)->info.extension, ret);
}

static HRESULT get_protocol(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    CLSID *protocol = CoTaskMemAlloc(sizeof(*protocol));

    (void)device;
    (void)code;
    if (!protocol)
        return E_OUTOFMEMORY;
    *protocol = WMDM_DEVICE_PROTOCOL_MTP;
    ret->vt = VT_CLSID;
    ret->puuid = protocol;
    return S_OK;
}

static HRESULT get_vendor(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    (void)device;
    (void)code;
    return put_bstr(u"papkit", ret);
}

static HRESULT get_supported(struct sp_device *device, uint16_t code, PROPVARIANT *ret);

static const struct row {
    const WCHAR *name;
    HRESULT (*get)(struct sp_device *device, uint16_t code, PROPVARIANT *ret);
    uint16_t code; /* of the device property behind it; 0: none */
    bool needs;    /* offered only where the device lists that property */
    bool writable;
} rows[] = {
    {g_wszWMDMSupportedDeviceProperties, get_supported, 0, false, false},
    {g_wszWMDMDeviceFriendlyName, get_string, MTP_DPC_DEVICE_FRIENDLY_NAME, true, true},
    {g_wszWMDMFormatsSupported, get_formats, 0, false, false},
    {g_wszWMDMFormatsSupportedAreOrdered, get_ordered, MTP_DPC_SUPPORTED_FORMATS_ORDERED, false,
     false},
    {g_wszWMDMSyncRelationshipID, get_string, MTP_DPC_SYNCHRONIZATION_PARTNER, true, true},
    {g_wszWMDMDeviceModelName, get_model, 0, false, false},
    {g_wszWMDMDeviceFirmwareVersion, get_firmware, 0, false, false},
    {g_wszWMDMDeviceVendorExtension, get_extension, 0, false, false},
    {g_wszWMDMDeviceProtocol, get_protocol, 0, false, false},
    {g_wszWMDMDeviceServiceProviderVendor, get_vendor, 0, false, false},
};
enum { ROWS = ARRAY_SIZE(rows) };

static bool offered(const struct sp_device *device, const struct row *row)
{
    return !row->needs ||
           sp_facts_lists_property(sp_connection_facts(device->connection), row->code);
}

static HRESULT get_supported(struct sp_device *device, uint16_t code, PROPVARIANT *ret)
{
    SAFEARRAY *array;
    BSTR *items;
    ULONG count = 0;

    (void)code;
    for (size_t i = 0; i < ROWS; i++)
        count += offered(device, &rows[i]);
    array = SafeArrayCreateVector(VT_BSTR, 0, count);
    if (!array)
        return E_OUTOFMEMORY;
    items = array->pvData;
    count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (!offered(device, &rows[i]))
            continue;
        items[count] = SysAllocString(rows[i].name);
        if (!items[count++]) {
            SafeArrayDestroy(array);
            return E_OUTOFMEMORY;
        }
    }
    ret->vt = VT_BSTR | VT_ARRAY;
    ret->parray = array;
    return S_OK;
}

static const struct row *row_of(const struct sp_device *device, const WCHAR *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (com_wcscmp(rows[i].name, name) == 0)
            return offered(device, &rows[i]) ? &rows[i] : NULL;
    }
    return NULL;
}

HRESULT sp_device_get_property(struct sp_device *device, const WCHAR *name, PROPVARIANT *ret_value)
{
    const struct row *row = row_of(device, name);
    PROPVARIANT value;
    HRESULT hr;

    PropVariantInit(&value);
    if (!row)
        return WMDM_E_NOTSUPPORTED;
    hr = row->get(device, row->code, &value);
    if (SUCCEEDED(hr))
        *ret_value = value;
    return hr;
}

HRESULT sp_device_set_property(struct sp_device *device, const WCHAR *name,
                               const PROPVARIANT *value)
{
    const struct row *row = row_of(device, name);
    struct mtpi_value text = {.type = MTP_DTC_STRING};

    if (!row)
        return WMDM_E_NOTSUPPORTED;
    if (!row->writable)
        return HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED);
    if (value->vt != VT_BSTR)
        return E_INVALIDARG;
    text.string = value->bstrVal ? value->bstrVal : (WCHAR[]){0}; /* borrowed */
    return sp_connection_hr(
        device->connection,
        mtpi_set_device_prop_value(sp_connection_mtpi(device->connection), row->code, &text));
}
