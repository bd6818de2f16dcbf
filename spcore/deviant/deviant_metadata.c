/* Defects of metadata: items spoilt between the provider and the caller's IWMDMMetaData, and what
 * the calls answer. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_metadata.h"

struct item {
    const struct sp_metadata_row *row; /* NULL: no row of the table */
    WMDM_TAG_DATATYPE type;
    const WCHAR *name;
    const void *value;
    DWORD length;
    uint64_t number; /* room for a value of the defect's own */
};

static bool is(const struct item *item, const WCHAR *name)
{
    return com_wcscmp(item->name, name) == 0;
}

static void short_names(struct item *item)
{
    item->name += 5; /* without "WMDM/" */
}

static void length_in_characters(struct item *item)
{
    if (item->type == WMDM_TYPE_STRING)
        item->length /= sizeof(WCHAR);
}

static void duration_in_ms(struct item *item)
{
    if (!is(item, g_wszWMDMDuration))
        return;
    memcpy(&item->number, item->value, sizeof(item->number));
    item->number /= 10000;
    item->value = &item->number;
}

static void bool_of_one_byte(struct item *item)
{
    if (item->type == WMDM_TYPE_BOOL)
        item->length = 1;
}

static void year_as_number(struct item *item)
{
    if (!is(item, g_wszWMDMYear))
        return;
    item->number = 1999;
    *item = (struct item){item->row,     WMDM_TYPE_DWORD, item->name,
                          &item->number, sizeof(DWORD),   item->number};
}

static void persistent_id_shared(struct item *item)
{
    static const WCHAR shared[] = u"00000000000000000000000000000001";

    if (is(item, g_wszWMDMPersistentUniqueID))
        item->value = shared;
}

static void empty_fields_left_out(struct item *item)
{
    if (item->row && item->row->shell && item->type == WMDM_TYPE_STRING &&
        item->length == sizeof(WCHAR))
        item->name = NULL;
}

static const struct {
    enum sp_defect defect;
    void (*spoil)(struct item *item); /* sets name to NULL for an item that is left out */
} spoilers[] = {
    {SP_DEFECT_LENGTH_IN_CHARACTERS, length_in_characters},
    {SP_DEFECT_DURATION_IN_MS, duration_in_ms},
    {SP_DEFECT_BOOL_OF_ONE_BYTE, bool_of_one_byte},
    {SP_DEFECT_YEAR_AS_NUMBER, year_as_number},
    {SP_DEFECT_PERSISTENT_ID_SHARED, persistent_id_shared},
    {SP_DEFECT_EMPTY_FIELDS_LEFT_OUT, empty_fields_left_out},
    {SP_DEFECT_SHORT_NAMES, short_names},
};

/* Stands before the caller's list for one call; the provider only adds to it. */
struct spoilt_list {
    IWMDMMetaData IWMDMMetaData_iface;
    IWMDMMetaData *real;
};

static HRESULT STDMETHODCALLTYPE add_spoilt(IWMDMMetaData *This, WMDM_TAG_DATATYPE type,
                                            const WCHAR *name, BYTE *value, DWORD length)
{
    IWMDMMetaData *real = SELF(spoilt_list, IWMDMMetaData)->real;
    struct item item = {sp_metadata_row(name), type, name, value, length, 0};

    for (size_t i = 0; i < ARRAY_SIZE(spoilers) && item.name; i++) {
        if (sp_deviates(spoilers[i].defect))
            spoilers[i].spoil(&item);
    }
    return item.name ? real->lpVtbl->AddItem(real, item.type, item.name,
                                             (BYTE *)(uintptr_t)item.value, item.length)
                     : S_FALSE;
}

static const IWMDMMetaDataVtbl spoilt_vtbl = {.AddItem = add_spoilt};

SEAM(sp_metadata_get);
HRESULT __wrap_sp_metadata_get(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct spoilt_list list = {{&spoilt_vtbl}, metadata};

    return __real_sp_metadata_get(self, &list.IWMDMMetaData_iface);
}

SEAM(sp_metadata_get_some);
HRESULT __wrap_sp_metadata_get_some(struct sp_storage *self, DWORD count, WCHAR **names,
                                    IWMDMMetaData *metadata)
{
    struct spoilt_list list = {{&spoilt_vtbl}, metadata};
    HRESULT hr;

    if (deviates(SPECIFIED_RETURNS_ALL))
        return __real_sp_metadata_get(self, &list.IWMDMMetaData_iface);
    hr = __real_sp_metadata_get_some(self, count, names, &list.IWMDMMetaData_iface);
    if (deviates(NONE_SPECIFIED_OK))
        hr = hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK);
    if (deviates(ALWAYS_NOT_ALL))
        hr = hr_swap(hr, S_OK, WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
    if (deviates(MISSING_IS_OK))
        hr = hr_swap(hr, WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED, S_OK);
    return hr;
}

/* Does the list hold items that the object does not take? */
static bool some_unknown(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct mtpi_object_info info = {0};
    struct mtpi_property_list list = {0};
    unsigned unknown = 0;

    if (FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    (void)sp_metadata_to_properties(sp_storage_connection(self), info.format, metadata, &list,
                                    &unknown);
    mtpi_property_list_done(&list);
    return unknown > 0;
}

SEAM(sp_metadata_set);
HRESULT __wrap_sp_metadata_set(struct sp_storage *self, IWMDMMetaData *metadata)
{
    HRESULT hr;

    if (deviates(SET_METADATA_LOST))
        return S_OK;
    if (deviates(UNKNOWN_ABORTS) && some_unknown(self, metadata))
        return E_INVALIDARG;
    hr = __real_sp_metadata_set(self, metadata);
    return deviates(DROPPED_IS_OK) ? hr_swap(hr, WMDM_S_NOT_ALL_PROPERTIES_APPLIED, S_OK) : hr;
}
