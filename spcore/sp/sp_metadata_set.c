/* Metadata on the way to the device, for SetMetadata and for creating: what a caller's item must be
 * to become an MTP property, and which are dropped. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_metadata.h"

struct item {
    const WCHAR *name;
    WMDM_TAG_DATATYPE type;
    const BYTE *data;
    DWORD length;
};

static uint16_t *text_copy(const struct item *item)
{
    uint16_t *copy = malloc(item->length);

    if (copy)
        memcpy(copy, item->data, item->length);
    return copy;
}

/* NUL-terminated UTF-16 and nothing behind it; MTP 1.1, 3.2.3 carries 255 characters at most. */
static bool is_text(const struct item *item)
{
    WCHAR unit;

    if (item->type != WMDM_TYPE_STRING || item->length < 2 || item->length % 2 ||
        item->length / 2 > 255)
        return false;
    for (DWORD at = 0; at < item->length; at += 2) {
        memcpy(&unit, item->data + at, sizeof(unit));
        if ((unit == 0) != (at + 2 == item->length))
            return false;
    }
    return true;
}

static uint16_t *ascii(const char *text)
{
    uint16_t *wide = malloc((strlen(text) + 1) * sizeof(*wide));

    for (size_t i = 0; wide && i <= strlen(text); i++)
        wide[i] = (uint16_t)(unsigned char)text[i];
    return wide;
}

static uint16_t *year_text(const struct item *item)
{
    char text[24] = "";
    WCHAR unit;

    for (unsigned i = 0; i < 4 && i < item->length / 2 - 1; i++) {
        memcpy(&unit, item->data + 2 * i, sizeof(unit));
        if (unit < '0' || unit > '9')
            return NULL;
        text[i] = (char)unit;
    }
    if (text[0] && strlen(text) != 4)
        return NULL;
    if (text[0])
        strcat(text, "0101T000000");
    return ascii(text);
}

static bool take_text(const struct sp_metadata_row *row, const struct item *item,
                      struct mtpi_value *ret)
{
    if (!is_text(item))
        return false;
    ret->string = row->conversion == YEAR ? year_text(item) : text_copy(item);
    return ret->string != NULL;
}

static bool take_number(const struct sp_metadata_row *row, const struct item *item,
                        struct mtpi_value *ret)
{
    uint64_t number = 0;
    DWORD length = row->type == WMDM_TYPE_QWORD ? 8 : 4;

    /* The empty text for an unknown track (reading U25). */
    if (row->shell && is_text(item) && item->length == 2) {
        ret->integer = 0;
        return true;
    }
    if (item->type != row->type || item->length != length)
        return false;
    memcpy(&number, item->data, length);
    if (row->conversion == DURATION)
        number /= 10000;
    if (row->conversion == TRUTH)
        number = number != 0;
    if (row->mtp == MTP_DTC_UINT16 && number > 0xffff)
        return false;
    ret->integer = number;
    return true;
}

static bool take_bytes(const struct item *item, struct mtpi_value *ret)
{
    if (item->type != WMDM_TYPE_BINARY || !item->length)
        return false;
    ret->array.data = malloc(item->length);
    if (!ret->array.data)
        return false;
    memcpy(ret->array.data, item->data, item->length);
    ret->array.count = item->length;
    ret->array.element = 1;
    return true;
}

/* False: not a property that can be set, or not a value of its type. */
static bool take(struct sp_connection *connection, uint16_t format, const struct item *item,
                 struct mtpi_property *ret)
{
    const struct sp_metadata_row *row = sp_metadata_row(item->name);
    struct mtpi_value value = {0};
    bool ok;

    if (!row || !row->writable ||
        !sp_facts_has_property(sp_connection_facts(connection), format, row->code))
        return false;
    value.type = row->mtp;
    if (row->conversion == BYTES)
        ok = take_bytes(item, &value);
    else if (row->mtp == MTP_DTC_STRING)
        ok = take_text(row, item, &value);
    else
        ok = take_number(row, item, &value);
    if (ok)
        *ret = (struct mtpi_property){.code = row->code, .value = value};
    return ok;
}

/* FormatCode goes to the object itself and is no dropped item. */
static bool is_creation_only(const WCHAR *name)
{
    return com_wcscmp(name, g_wszWMDMFormatCode) == 0 || com_wcscmp(name, g_wszWMDMFileName) == 0;
}

HRESULT sp_metadata_to_properties(struct sp_connection *connection, uint16_t format,
                                  IWMDMMetaData *metadata, struct mtpi_property_list *ret_list,
                                  unsigned *ret_dropped)
{
    struct mtpi_property_list list = {0};
    unsigned dropped = 0;
    DWORD count = 0;
    HRESULT hr = metadata->lpVtbl->GetItemCount(metadata, &count);

    if (FAILED(hr) || !count)
        return hr;
    list.item = calloc(count, sizeof(*list.item));
    if (!list.item)
        return E_OUTOFMEMORY;
    for (DWORD i = 0; i < count && SUCCEEDED(hr); i++) {
        WCHAR *name = NULL;
        BYTE *data = NULL;
        struct item item = {0};

        hr = metadata->lpVtbl->QueryByIndex(metadata, i, &name, &item.type, &data, &item.length);
        if (FAILED(hr))
            break;
        item.name = name;
        item.data = data;
        if (name && data && take(connection, format, &item, &list.item[list.count]))
            list.count++;
        else if (!name || !is_creation_only(name))
            dropped++;
        CoTaskMemFree(name); /* both are ours now (SP-META-019) */
        CoTaskMemFree(data);
    }
    if (FAILED(hr)) {
        mtpi_property_list_done(&list);
        return hr;
    }
    *ret_list = list;
    *ret_dropped = dropped;
    return S_OK;
}

uint16_t sp_metadata_format(IWMDMMetaData *metadata)
{
    WMDM_TAG_DATATYPE type = WMDM_TYPE_BINARY;
    BYTE *data = NULL;
    DWORD length = 0, format = 0;

    if (FAILED(metadata->lpVtbl->QueryByName(metadata, g_wszWMDMFormatCode, &type, &data, &length)))
        return 0;
    if (type == WMDM_TYPE_DWORD && length == sizeof(format) && data)
        memcpy(&format, data, sizeof(format));
    CoTaskMemFree(data);
    return format <= 0xffff ? (uint16_t)format : 0;
}

HRESULT sp_metadata_set(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct mtpi_object_info info = {0};
    struct mtpi_property_list list = {0};
    unsigned dropped = 0, applied = 0;
    HRESULT hr, one;

    if (!self->handle || !sp_facts_lists(sp_storage_facts(self), MTP_OP_SET_OBJECT_PROP_VALUE))
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    hr = sp_metadata_to_properties(sp_storage_connection(self), info.format, metadata, &list,
                                   &dropped);
    for (size_t i = 0; i < list.count && SUCCEEDED(hr); i++) {
        one =
            sp_storage_hr(self, mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                           list.item[i].code, &list.item[i].value));
        if (sp_connection_gone(sp_storage_connection(self)) || one == WMDM_E_INTERFACEDEAD)
            hr = one;
        else if (FAILED(one))
            dropped++;
        else
            applied++;
    }
    mtpi_property_list_done(&list);
    if (FAILED(hr) || !dropped)
        return hr;
    return applied ? WMDM_S_NOT_ALL_PROPERTIES_APPLIED : WMDM_E_NOTSUPPORTED;
}
