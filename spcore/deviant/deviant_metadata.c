/* Defects of metadata: items spoilt between the provider and the caller's IWMDMMetaData, and what
 * the calls answer. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_metadata.h"

struct item {
    struct sp_storage *of;             /* the object it is said of */
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

static void set_number(struct item *item, uint64_t number)
{
    item->number = number;
    item->type = WMDM_TYPE_DWORD;
    item->value = &item->number;
    item->length = sizeof(DWORD);
}

static bool is_empty(const struct item *item)
{
    return item->type == WMDM_TYPE_STRING && item->length == sizeof(WCHAR);
}

static void year_as_number(struct item *item)
{
    if (is(item, g_wszWMDMYear) && !is_empty(item))
        set_number(item, 1999);
}

static void no_year_as_number(struct item *item)
{
    if (is(item, g_wszWMDMYear) && is_empty(item))
        set_number(item, 0);
}

static void track_as_text(struct item *item)
{
    static const WCHAR seven[] = u"7";

    if (!is(item, g_wszWMDMTrack) || is_empty(item))
        return;
    item->type = WMDM_TYPE_STRING;
    item->value = seven;
    item->length = sizeof(seven);
}

static void no_track_as_ones(struct item *item)
{
    if (is(item, g_wszWMDMTrack) && is_empty(item))
        set_number(item, UINT32_MAX);
}

static void author_forgotten(struct item *item)
{
    if (is(item, g_wszWMDMAuthor))
        *item = (struct item){item->of, item->row, item->type, item->name, u"", sizeof(WCHAR), 0};
}

static void size_of_32_bits(struct item *item)
{
    if (!is(item, g_wszWMDMFileSize))
        return;
    memcpy(&item->number, item->value, sizeof(item->number));
    item->number &= UINT32_MAX;
    item->value = &item->number;
}

/* As much of a number as a type of fewer bits has room for. */
static void cut_number(struct item *item, const WCHAR *name, uint64_t mask)
{
    if (!is(item, name) || item->length > sizeof(item->number))
        return;
    item->number = 0;
    memcpy(&item->number, item->value, item->length);
    item->number &= mask;
    item->value = &item->number;
}

static void track_of_one_byte(struct item *item)
{
    if (item->type == WMDM_TYPE_DWORD)
        cut_number(item, g_wszWMDMTrack, UINT8_MAX);
}

static void play_count_of_two_bytes(struct item *item)
{
    cut_number(item, g_wszWMDMPlayCount, UINT16_MAX);
}

static void duration_of_four_bytes(struct item *item)
{
    cut_number(item, g_wszWMDMDuration, UINT32_MAX);
}

static void author_in_ascii(struct item *item)
{
    static WCHAR plain[256];

    if (!is(item, g_wszWMDMAuthor) || item->length > sizeof(plain))
        return;
    memcpy(plain, item->value, item->length);
    for (WCHAR *at = plain; *at; at++)
        *at = *at > 0x7f ? u'?' : *at;
    item->value = plain;
}

/* An instance has the title of an object that it read first. */
static void retitled_unseen(struct item *item)
{
    static struct {
        const struct sp_context *by;
        uint32_t handle;
        DWORD length;
        WCHAR title[64];
    } seen[64];
    static unsigned count;
    unsigned i = 0;

    if (!is(item, g_wszWMDMTitle))
        return;
    while (i < count &&
           (seen[i].by != item->of->device->context || seen[i].handle != item->of->handle))
        i++;
    if (i < count) {
        item->value = seen[i].title;
        item->length = seen[i].length;
    } else if (count < ARRAY_SIZE(seen) && item->length <= sizeof(seen[0].title)) {
        seen[count].by = item->of->device->context;
        seen[count].handle = item->of->handle;
        seen[count].length = item->length;
        memcpy(seen[count++].title, item->value, item->length);
    }
}

static void persistent_id_shared(struct item *item)
{
    static const WCHAR shared[] = u"00000000000000000000000000000001";

    if (is(item, g_wszWMDMPersistentUniqueID))
        item->value = shared;
}

static void persistent_id_empty(struct item *item)
{
    if (is(item, g_wszWMDMPersistentUniqueID) && item->of->handle)
        *item = (struct item){item->of, item->row, item->type, item->name, u"", sizeof(WCHAR), 0};
}

static void folder_without_id(struct item *item)
{
    struct mtpi_object_info info = {0};

    if (!is(item, g_wszWMDMPersistentUniqueID) || !item->of->handle ||
        FAILED(sp_storage_info(item->of, &info)))
        return;
    mtpi_object_info_done(&info);
    if (info.format == MTP_FC_ASSOCIATION)
        item->name = NULL;
}

/* The first digit of an id is changed to the hexadecimal digit of `by`. */
static void change_id(struct item *item, unsigned by)
{
    static _Thread_local WCHAR changed[64];

    if (!is(item, g_wszWMDMPersistentUniqueID) || item->length > sizeof(changed))
        return;
    memcpy(changed, item->value, item->length);
    changed[0] = (WCHAR)(by % 26 + 'g');
    item->value = changed;
}

static void persistent_id_of_instance(struct item *item)
{
    static const struct sp_context *first;

    if (!first)
        first = item->of->device->context;
    change_id(item, item->of->device->context != first);
}

/* Its characters, summed, in the place of all of the id. */
static void persistent_id_of_name(struct item *item)
{
    static _Thread_local WCHAR sum[9];
    struct mtpi_object_info info = {0};
    uint32_t hash = 0;

    if (!is(item, g_wszWMDMPersistentUniqueID) || !item->of->handle ||
        FAILED(sp_storage_info(item->of, &info)))
        return;
    for (const WCHAR *at = info.name; at && *at; at++)
        hash = hash * 31 + *at;
    mtpi_object_info_done(&info);
    for (unsigned i = 0; i < 8; i++)
        sum[i] = (WCHAR)('a' + (hash >> 4 * i & 15));
    item->value = sum;
    item->length = sizeof(sum);
}

static void empty_fields_left_out(struct item *item)
{
    if (item->row && item->row->shell && is_empty(item))
        item->name = NULL;
}

static void title_and_track_left_out(struct item *item)
{
    if (is(item, g_wszWMDMTitle) || is(item, g_wszWMDMTrack))
        item->name = NULL;
}

static void title_as_name(struct item *item)
{
    if (is(item, g_wszWMDMTitle))
        item->name = u"WMDM/Name";
}

static void empty_text_of_nothing(struct item *item)
{
    if (is_empty(item))
        item->length = 0;
}

static void dword_of_two_bytes(struct item *item)
{
    if (item->type == WMDM_TYPE_DWORD)
        item->length = 2;
}

static void qword_of_four_bytes(struct item *item)
{
    if (item->type == WMDM_TYPE_QWORD)
        item->length = 4;
}

static void date_of_eight_bytes(struct item *item)
{
    if (item->type == WMDM_TYPE_DATE)
        item->length = 8;
}

static void no_format_code(struct item *item)
{
    if (is(item, g_wszWMDMFormatCode))
        item->name = NULL;
}

static void format_undefined(struct item *item)
{
    if (is(item, g_wszWMDMFormatCode))
        set_number(item, MTP_FC_UNDEFINED);
}

static const void *set_by; /* the storage that SetMetadata was called on, last */

static void seen_by_setter_only(struct item *item)
{
    if (set_by && set_by != &item->of->IMDSPStorage4_iface && is(item, g_wszWMDMTitle))
        item->value = memset(&item->number, 0, item->length = sizeof(WCHAR));
}

static const struct {
    enum sp_defect defect;
    void (*spoil)(struct item *item); /* sets name to NULL for an item that is left out */
} spoilers[] = {
    {SP_DEFECT_LENGTH_IN_CHARACTERS, length_in_characters},
    {SP_DEFECT_DURATION_IN_MS, duration_in_ms},
    {SP_DEFECT_BOOL_OF_ONE_BYTE, bool_of_one_byte},
    {SP_DEFECT_YEAR_AS_NUMBER, year_as_number},
    {SP_DEFECT_AUTHOR_FORGOTTEN, author_forgotten},
    {SP_DEFECT_METADATA_SIZE_32_BIT, size_of_32_bits},
    {SP_DEFECT_PERSISTENT_ID_SHARED, persistent_id_shared},
    {SP_DEFECT_EMPTY_FIELDS_LEFT_OUT, empty_fields_left_out},
    {SP_DEFECT_NO_YEAR_AS_NUMBER, no_year_as_number},
    {SP_DEFECT_TRACK_AS_TEXT, track_as_text},
    {SP_DEFECT_NO_TRACK_AS_ONES, no_track_as_ones},
    {SP_DEFECT_PERSISTENT_ID_EMPTY, persistent_id_empty},
    {SP_DEFECT_FOLDER_WITHOUT_ID, folder_without_id},
    {SP_DEFECT_PERSISTENT_ID_OF_INSTANCE, persistent_id_of_instance},
    {SP_DEFECT_PERSISTENT_ID_OF_NAME, persistent_id_of_name},
    {SP_DEFECT_TITLE_AND_TRACK_LEFT_OUT, title_and_track_left_out},
    {SP_DEFECT_TITLE_AS_NAME, title_as_name},
    {SP_DEFECT_EMPTY_TEXT_OF_NOTHING, empty_text_of_nothing},
    {SP_DEFECT_DWORD_OF_TWO_BYTES, dword_of_two_bytes},
    {SP_DEFECT_QWORD_OF_FOUR_BYTES, qword_of_four_bytes},
    {SP_DEFECT_DATE_OF_EIGHT_BYTES, date_of_eight_bytes},
    {SP_DEFECT_NO_FORMAT_CODE, no_format_code},
    {SP_DEFECT_FORMAT_UNDEFINED, format_undefined},
    {SP_DEFECT_SET_FOR_ONESELF, seen_by_setter_only},
    {SP_DEFECT_SHORT_NAMES, short_names},
    {SP_DEFECT_TRACK_OF_ONE_BYTE, track_of_one_byte},
    {SP_DEFECT_PLAY_COUNT_OF_TWO_BYTES, play_count_of_two_bytes},
    {SP_DEFECT_DURATION_OF_FOUR_BYTES, duration_of_four_bytes},
    {SP_DEFECT_AUTHOR_IN_ASCII, author_in_ascii},
    {SP_DEFECT_RETITLED_UNSEEN, retitled_unseen},
};

/* Stands before the caller's list for one call; the provider only adds to it. */
struct spoilt_list {
    IWMDMMetaData IWMDMMetaData_iface;
    IWMDMMetaData *real;
    struct sp_storage *of;
};

static HRESULT STDMETHODCALLTYPE add_spoilt(IWMDMMetaData *This, WMDM_TAG_DATATYPE type,
                                            const WCHAR *name, BYTE *value, DWORD length)
{
    const struct spoilt_list *self = SELF(spoilt_list, IWMDMMetaData);
    IWMDMMetaData *real = self->real;
    struct item item = {self->of, sp_metadata_row(name), type, name, value, length, 0};

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
    struct spoilt_list list = {{&spoilt_vtbl}, metadata, self};

    return __real_sp_metadata_get(self, &list.IWMDMMetaData_iface);
}

SEAM(sp_metadata_get_some);
static WCHAR file_name[] = u"WMDM/FileName";

HRESULT __wrap_sp_metadata_get_some(struct sp_storage *self, DWORD count, WCHAR **names,
                                    IWMDMMetaData *metadata)
{
    struct spoilt_list list = {{&spoilt_vtbl}, metadata, self};
    HRESULT hr;

    if (deviates(SPECIFIED_RETURNS_ALL))
        return __real_sp_metadata_get(self, &list.IWMDMMetaData_iface);
    if (deviates(SPECIFIED_FIRST_ONLY) && count > 1 && sp_metadata_row(names[1]))
        count = 1;
    if (deviates(SPECIFIED_EIGHT) && count > 8)
        count = 8;
    if (deviates(MISSING_ENDS)) {
        for (DWORD i = 0; i < count; i++)
            count = sp_metadata_row(names[i]) ? count : i;
    }
    hr = __real_sp_metadata_get_some(self, count, names, &list.IWMDMMetaData_iface);
    if (deviates(MISSING_NAMED) && hr != S_OK)
        (void)__real_sp_metadata_get_some(self, 1, &(WCHAR *){file_name}, metadata);
    if (deviates(NONE_SPECIFIED_OK) && count > 1)
        hr = hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK);
    if (deviates(ONE_MISSING_OK) && count == 1)
        hr = hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK);
    if (deviates(ONE_NOT_ALL) && count == 1)
        hr = hr_swap(hr, S_OK, WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED);
    if (deviates(ALWAYS_NOT_ALL) && count > 1)
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

/* Stands before the caller's list for one call of SetMetadata: only its first items are there. */
struct cut_list {
    IWMDMMetaData IWMDMMetaData_iface;
    IWMDMMetaData *real;
    DWORD count;
};

static HRESULT STDMETHODCALLTYPE cut_GetItemCount(IWMDMMetaData *This, DWORD *count)
{
    *count = SELF(cut_list, IWMDMMetaData)->count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE cut_QueryByIndex(IWMDMMetaData *This, DWORD index, WCHAR **name,
                                                  WMDM_TAG_DATATYPE *type, BYTE **value,
                                                  DWORD *length)
{
    IWMDMMetaData *real = SELF(cut_list, IWMDMMetaData)->real;

    return real->lpVtbl->QueryByIndex(real, index, name, type, value, length);
}

static const IWMDMMetaDataVtbl cut_vtbl = {.GetItemCount = cut_GetItemCount,
                                           .QueryByIndex = cut_QueryByIndex};

/* How many items stand before the first unknown one; all: there is none. */
static DWORD known_items(IWMDMMetaData *metadata, DWORD all)
{
    bool is_known = true;
    DWORD i;

    for (i = 0; i < all; i++) {
        WCHAR *name = NULL;
        BYTE *value = NULL;
        WMDM_TAG_DATATYPE type;
        DWORD length;

        if (FAILED(metadata->lpVtbl->QueryByIndex(metadata, i, &name, &type, &value, &length)))
            break;
        is_known = sp_metadata_row(name) != NULL;
        CoTaskMemFree(name);
        CoTaskMemFree(value);
        if (!is_known)
            break;
    }
    return i;
}

SEAM(sp_metadata_set);
static HRESULT set_some(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct cut_list list = {{&cut_vtbl}, metadata, 0};
    DWORD all = 0, known;
    HRESULT hr;

    (void)metadata->lpVtbl->GetItemCount(metadata, &all);
    known = known_items(metadata, all);
    list.count = known;
    if (deviates(FIRST_ITEM_ONLY))
        list.count = all ? 1 : 0;
    else if (deviates(UNKNOWN_DROPS_ALL) && known < all)
        list.count = 0;
    hr = __real_sp_metadata_set(self, &list.IWMDMMetaData_iface);
    return known < all ? hr_swap(hr, S_OK, WMDM_S_NOT_ALL_PROPERTIES_APPLIED) : hr;
}

HRESULT __wrap_sp_metadata_set(struct sp_storage *self, IWMDMMetaData *metadata)
{
    HRESULT hr;

    if (deviates(SET_METADATA_LOST))
        return S_OK;
    if (deviates(UNKNOWN_ABORTS) && some_unknown(self, metadata))
        return E_INVALIDARG;
    if (deviates(FIRST_ITEM_ONLY) || deviates(UNKNOWN_ENDS) || deviates(UNKNOWN_DROPS_ALL))
        return set_some(self, metadata);
    hr = __real_sp_metadata_set(self, metadata);
    if (deviates(TOO_LONG_OK))
        hr = hr_swap(hr, WMDM_E_NOTSUPPORTED, S_OK);
    if (deviates(APPLIED_NOT_ALL))
        hr = hr_swap(hr, S_OK, WMDM_S_NOT_ALL_PROPERTIES_APPLIED);
    return deviates(DROPPED_IS_OK) ? hr_swap(hr, WMDM_S_NOT_ALL_PROPERTIES_APPLIED, S_OK) : hr;
}

/* ---- what GetSpecifiedMetadata takes */
METHOD(NONE_ASKED_OK, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    HRESULT hr = NONE_ASKED_OK_book(This, count, names, list);

    return count ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(LIST_NULL_OK, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    HRESULT hr = LIST_NULL_OK_book(This, count, names, list);

    return list ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(SPECIFIED_SIZE_OTHER, IMDSPStorage4, GetSpecifiedMetadata, DWORD count, WCHAR **names,
       IWMDMMetaData *list)
{
    HRESULT hr = SPECIFIED_SIZE_OTHER_book(This, count, names, list);
    DWORD low = 0, high = 0;
    uint64_t size;

    for (DWORD i = 0; SUCCEEDED(hr) && i < count; i++) {
        if (com_wcscmp(names[i], g_wszWMDMFileSize) != 0 ||
            FAILED(IMDSPStorage4_GetSize(This, &low, &high)))
            continue;
        size = ((uint64_t)high << 32 | low) + 1;
        (void)IWMDMMetaData_AddItem(list, WMDM_TYPE_QWORD, g_wszWMDMFileSize, (BYTE *)&size,
                                    sizeof(size));
    }
    return hr;
}

METHOD(SET_FOR_ONESELF, IMDSPStorage4, SetMetadata, IWMDMMetaData *metadata)
{
    HRESULT hr = SET_FOR_ONESELF_book(This, metadata);

    set_by = SUCCEEDED(hr) ? This : set_by;
    return hr;
}
