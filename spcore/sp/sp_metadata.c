/* Metadata: one row a WMDM property name, with the MTP object property behind it and the types on
 * both sides. */
#include <stdio.h>
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_ahead.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_metadata.h"

static const struct sp_metadata_row rows[] = {
#define ROW(name, code, mtp, type, conversion, writable, shell)                                    \
    {                                                                                              \
        name, MTP_OPC_##code, MTP_DTC_##mtp, WMDM_TYPE_##type, conversion, writable, shell         \
    }
    ROW(g_wszWMDMFileName, OBJECT_FILE_NAME, STRING, STRING, PLAIN, false, false),
    ROW(g_wszWMDMFormatCode, OBJECT_FORMAT, UINT16, DWORD, PLAIN, false, false),
    ROW(g_wszWMDMFileSize, OBJECT_SIZE, UINT64, QWORD, PLAIN, false, false),
    ROW(g_wszWMDMLastModifiedDate, DATE_MODIFIED, STRING, DATE, DATE, false, false),
    ROW(g_wszWMDMFileCreationDate, DATE_CREATED, STRING, DATE, DATE, false, false),
    ROW(g_wszWMDMPersistentUniqueID, PERSISTENT_UID, UINT128, STRING, UID, false, false),
    ROW(g_wszWMDMIsProtected, DRM_STATUS, UINT16, BOOL, TRUTH, false, false),
    ROW(g_wszWMDMTitle, NAME, STRING, STRING, PLAIN, true, true),
    ROW(g_wszWMDMTrack, TRACK, UINT16, DWORD, PLAIN, true, true),
    ROW(g_wszWMDMAuthor, ARTIST, STRING, STRING, PLAIN, true, true),
    ROW(g_wszWMDMAlbumTitle, ALBUM_NAME, STRING, STRING, PLAIN, true, true),
    ROW(g_wszWMDMYear, ORIGINAL_RELEASE_DATE, STRING, STRING, YEAR, true, true),
    ROW(g_wszWMDMGenre, GENRE, STRING, STRING, PLAIN, true, true),
    ROW(g_wszWMDMAlbumArtist, ALBUM_ARTIST, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMComposer, COMPOSER, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMTrackMood, MOOD, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMSubTitle, SUBTITLE, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMParentalRating, PARENTAL_RATING, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMEncodingProfile, ENCODING_PROFILE, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMSyncID, SYNC_ID, STRING, STRING, PLAIN, true, false),
    ROW(g_wszWMDMDuration, DURATION, UINT32, QWORD, DURATION, true, false),
    ROW(g_wszWMDMPlayCount, USE_COUNT, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMUserRating, RATING, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMUserEffectiveRating, EFFECTIVE_RATING, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMMetaGenre, META_GENRE, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMNonConsumable, NON_CONSUMABLE, UINT8, BOOL, TRUTH, true, false),
    ROW(g_wszWMDMBitrate, AUDIO_BITRATE, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMBitRateType, BITRATE_TYPE, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMSampleRate, SAMPLE_RATE, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMNumChannels, NUMBER_OF_CHANNELS, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszAudioWAVECodec, AUDIO_WAVE_CODEC, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMTotalBitrate, TOTAL_BITRATE, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMVideoBitrate, VIDEO_BITRATE, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszVideoFourCCCodec, VIDEO_FOURCC_CODEC, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMFrameRate, FRAMES_PER_THOUSAND_SECONDS, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMScanType, SCAN_TYPE, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMWidth, WIDTH, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMHeight, HEIGHT, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMAlbumCoverFormat, REPRESENTATIVE_SAMPLE_FORMAT, UINT16, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMAlbumCoverSize, REPRESENTATIVE_SAMPLE_SIZE, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMAlbumCoverHeight, REPRESENTATIVE_SAMPLE_HEIGHT, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMAlbumCoverWidth, REPRESENTATIVE_SAMPLE_WIDTH, UINT32, DWORD, PLAIN, true, false),
    ROW(g_wszWMDMAlbumCoverData, REPRESENTATIVE_SAMPLE_DATA, ARRAY_UINT8, BINARY, BYTES, true,
        false),
#undef ROW
};
enum { ROWS = ARRAY_SIZE(rows) };

const struct sp_metadata_row *sp_metadata_row(const WCHAR *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (com_wcscmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct sp_metadata_row *sp_metadata_next(struct sp_connection *connection, uint16_t format,
                                               size_t *cursor)
{
    while (*cursor < ROWS) {
        const struct sp_metadata_row *row = &rows[(*cursor)++];

        if (sp_facts_has_property(sp_connection_facts(connection), format, row->code))
            return row;
    }
    return NULL;
}

/* ---- from the device */
static HRESULT add(IWMDMMetaData *list, const WCHAR *name, WMDM_TAG_DATATYPE type,
                   const void *value, size_t length)
{
    /* AddItem only reads the value; its parameter is older than const. */
    return list->lpVtbl->AddItem(list, type, name, (BYTE *)(uintptr_t)value, (DWORD)length);
}

static HRESULT add_string(IWMDMMetaData *list, const WCHAR *name, const WCHAR *text)
{
    return add(list, name, WMDM_TYPE_STRING, text, (com_wcslen(text) + 1) * sizeof(WCHAR));
}

void sp_uid_text(const uint8_t wide[16], WCHAR ret_text[33])
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned i = 0; i < 16; i++) {
        ret_text[2 * i] = (WCHAR)digits[wide[15 - i] >> 4];
        ret_text[2 * i + 1] = (WCHAR)digits[wide[15 - i] & 15];
    }
    ret_text[32] = 0;
}

static HRESULT add_number(IWMDMMetaData *list, const struct sp_metadata_row *row, uint64_t number)
{
    DWORD small = (DWORD)number;

    if (row->conversion == DURATION)
        number *= 10000;
    if (row->conversion == TRUTH)
        small = number != 0;
    if (row->type == WMDM_TYPE_QWORD)
        return add(list, row->name, row->type, &number, sizeof(number));
    return add(list, row->name, row->type, &small, sizeof(small));
}

static HRESULT add_text(IWMDMMetaData *list, const struct sp_metadata_row *row,
                        const uint16_t *text)
{
    WMDMDATETIME date;
    WCHAR year[5] = {0};

    if (row->conversion == DATE) /* no date is no item */
        return sp_date_parse(text, &date) ? add(list, row->name, row->type, &date, sizeof(date))
                                          : S_FALSE;
    if (row->conversion == YEAR) {
        for (unsigned i = 0; text && i < 4 && text[i]; i++)
            year[i] = text[i];
        text = year;
    }
    return add_string(list, row->name, text ? text : u"");
}

static HRESULT add_value(IWMDMMetaData *list, const struct sp_metadata_row *row,
                         const struct mtpi_value *value)
{
    WCHAR text[33];

    if (row->conversion == UID) {
        sp_uid_text(value->wide, text);
        return add_string(list, row->name, text);
    }
    if (row->conversion == BYTES)
        return value->array.count
                   ? add(list, row->name, row->type, value->array.data, value->array.count)
                   : S_FALSE;
    if (row->mtp == MTP_DTC_STRING)
        return add_text(list, row, value->string);
    /* A track number of 0 says unknown: the shell wants the empty text (reading U25). */
    if (row->shell && value->integer == 0)
        return add_string(list, row->name, u"");
    return add_number(list, row, value->integer);
}

static const struct mtpi_value *value_of(const struct mtpi_property_list *list, uint16_t code)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->item[i].code == code)
            return &list->item[i].value;
    }
    return NULL;
}

/* What the list lacks and the format has, one by one; long values are for who wants them. */
static HRESULT complete(struct sp_storage *self, uint16_t format, struct mtpi_property_list *list)
{
    struct mtpi_property *more = realloc(list->item, (list->count + ROWS) * sizeof(*more));

    if (!more)
        return E_OUTOFMEMORY;
    list->item = more;
    for (size_t i = 0; i < ROWS; i++) {
        struct mtpi_property *item = &list->item[list->count];
        HRESULT hr;

        if (rows[i].conversion == BYTES || value_of(list, rows[i].code) ||
            !sp_facts_has_property(sp_storage_facts(self), format, rows[i].code))
            continue;
        *item = (struct mtpi_property){.handle = self->handle, .code = rows[i].code};
        hr = sp_storage_hr(self,
                           mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                      rows[i].code, rows[i].mtp, &item->value));
        if (sp_connection_gone(sp_storage_connection(self)))
            return hr;
        list->count += SUCCEEDED(hr);
    }
    return S_OK;
}

/* All properties in one transaction where the device can; there are players that leave out of it
 * what the object is called, and all that is not in its ObjectInfo. On failure *ret is still the
 * caller's. */
static HRESULT fetch(struct sp_storage *self, uint16_t format, struct mtpi_property_list *ret)
{
    HRESULT hr = WMDM_E_NOTSUPPORTED;

    if (sp_facts_lists(sp_storage_facts(self), MTP_OP_GET_OBJECT_PROP_LIST))
        hr = sp_storage_hr(self, mtpi_get_object_prop_list(sp_storage_mtpi(self), self->handle, 0,
                                                           0xffffffffu, 0, 0, ret));
    if (FAILED(hr) && hr != WMDM_E_NOTSUPPORTED)
        return hr;
    return complete(self, format, ret);
}

/* Row of a property that a host sets, or NULL. */
static const struct sp_metadata_row *set_by_hosts(uint16_t code)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].code == code)
            return rows[i].writable ? &rows[i] : NULL;
    }
    return NULL;
}

static bool says_something(const struct sp_metadata_row *row, const struct mtpi_value *value)
{
    if (row->mtp == MTP_DTC_STRING)
        return value->string && value->string[0];
    return row->conversion == BYTES ? value->array.count > 0 : value->integer != 0;
}

HRESULT sp_metadata_kept(struct sp_storage *self, uint16_t format, struct mtpi_property_list *ret)
{
    struct mtpi_property_list list = {0};
    HRESULT hr = fetch(self, format, &list);
    size_t kept = 0;

    if (FAILED(hr)) {
        mtpi_property_list_done(&list);
        return hr;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct sp_metadata_row *row = set_by_hosts(list.item[i].code);

        if (row && row->mtp == list.item[i].value.type && says_something(row, &list.item[i].value))
            list.item[kept++] = list.item[i];
        else
            mtpi_value_done(&list.item[i].value);
    }
    list.count = kept;
    *ret = list;
    return S_OK;
}

/* What every object says, if its format lacks the property or has it in a type of its own. Strings
 * stay the info's. */
static bool value_of_info(const struct mtpi_object_info *info, const struct sp_metadata_row *row,
                          struct mtpi_value *ret)
{
    const struct {
        uint16_t code;
        uint64_t integer;
        uint16_t *string;
    } said[] = {
        {MTP_OPC_OBJECT_FILE_NAME, 0, info->name},
        {MTP_OPC_OBJECT_FORMAT, info->format, NULL},
        {MTP_OPC_OBJECT_SIZE, info->compressed_size, NULL},
        {MTP_OPC_DATE_MODIFIED, 0, info->modified},
        {MTP_OPC_DATE_CREATED, 0, info->created},
    };

    for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
        if (said[i].code != row->code)
            continue;
        *ret = (struct mtpi_value){.type = row->mtp, .integer = said[i].integer};
        if (row->mtp == MTP_DTC_STRING)
            ret->string = said[i].string;
        return row->code != MTP_OPC_OBJECT_SIZE || info->compressed_size != 0xffffffffu;
    }
    return false;
}

/* The one long value is the sample's, and its size is in the list: nothing is not asked for. */
static bool is_without_sample(const struct mtpi_property_list *list)
{
    const struct mtpi_value *size = value_of(list, MTP_OPC_REPRESENTATIVE_SAMPLE_SIZE);

    return size && size->type == MTP_DTC_UINT32 && size->integer == 0;
}

static HRESULT add_row(struct sp_storage *self, const struct sp_metadata_row *row,
                       const struct mtpi_object_info *info, const struct mtpi_property_list *list,
                       IWMDMMetaData *metadata)
{
    const struct mtpi_value *value = value_of(list, row->code);
    struct mtpi_value single = {0};
    enum sp_kind kind = sp_format_kind(info->format);
    HRESULT hr = S_FALSE;

    if (value && value->type == row->mtp)
        return add_value(metadata, row, value);
    if (value_of_info(info, row, &single))
        return add_value(metadata, row, &single);
    if (value)
        return S_FALSE;
    /* Long values are left out of lists. */
    if (row->conversion == BYTES && !is_without_sample(list) &&
        sp_facts_has_property(sp_storage_facts(self), info->format, row->code) &&
        mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle, row->code, row->mtp,
                                   &single) == 0) {
        hr = add_value(metadata, row, &single);
        mtpi_value_done(&single);
    } else if (row->shell && (kind == SP_KIND_AUDIO || kind == SP_KIND_VIDEO)) {
        hr = add_string(metadata, row->name, u"");
    }
    return hr;
}

/* A medium: its name and id. */
static HRESULT root_metadata(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct mtpi_storage_info medium = {0};
    WCHAR *id = NULL;
    HRESULT hr = sp_storage_medium(self, &medium);

    if (FAILED(hr))
        return hr;
    hr = add_string(metadata, g_wszWMDMFileName, medium.description ? medium.description : u"");
    mtpi_storage_info_done(&medium);
    if (SUCCEEDED(hr))
        hr = sp_unique_id(self->device, self->storage, 0, &id);
    if (SUCCEEDED(hr))
        hr = add_string(metadata, g_wszWMDMPersistentUniqueID, id);
    CoTaskMemFree(id);
    return FAILED(hr) ? hr : S_OK;
}

/* The list says all that the info would: there is none but its format. */
static bool says_info(const struct mtpi_property_list *list, struct mtpi_object_info *info)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct mtpi_object_info any = {.compressed_size = 1};
        const struct mtpi_value *value = value_of(list, rows[i].code);
        struct mtpi_value said;

        if (value_of_info(&any, &rows[i], &said) && (!value || value->type != rows[i].mtp))
            return false;
    }
    info->format = (uint16_t)value_of(list, MTP_OPC_OBJECT_FORMAT)->integer;
    return true;
}

/* What the object says of itself, read ahead or asked now. On failure *info and *list are still the
 * caller's. */
static HRESULT look(struct sp_storage *self, struct mtpi_object_info *info,
                    struct mtpi_property_list *list)
{
    bool ahead = sp_ahead_take(self->ahead, sp_storage_connection(self), self->handle, list);
    HRESULT hr = ahead && says_info(list, info) ? S_OK : sp_storage_info(self, info);

    if (FAILED(hr))
        return hr;
    return ahead ? complete(self, info->format, list) : fetch(self, info->format, list);
}

HRESULT sp_metadata_get(struct sp_storage *self, IWMDMMetaData *metadata)
{
    struct mtpi_object_info info = {0};
    struct mtpi_property_list list = {0};
    HRESULT hr;

    if (!self->handle)
        return root_metadata(self, metadata);
    hr = look(self, &info, &list);
    for (size_t i = 0; i < ROWS && SUCCEEDED(hr); i++)
        hr = add_row(self, &rows[i], &info, &list, metadata);
    mtpi_property_list_done(&list);
    mtpi_object_info_done(&info);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT sp_metadata_get_some(struct sp_storage *self, DWORD count, WCHAR **names,
                             IWMDMMetaData *metadata)
{
    struct mtpi_object_info info = {0};
    struct mtpi_property_list list = {0};
    DWORD found = 0;
    HRESULT hr;

    if (!self->handle)
        return WMDM_E_NOTSUPPORTED;
    hr = look(self, &info, &list);
    for (DWORD i = 0; i < count && SUCCEEDED(hr); i++) {
        const struct sp_metadata_row *row = names[i] ? sp_metadata_row(names[i]) : NULL;

        if (!row)
            continue;
        hr = add_row(self, row, &info, &list, metadata);
        found += hr == S_OK;
    }
    mtpi_property_list_done(&list);
    mtpi_object_info_done(&info);
    if (FAILED(hr))
        return hr;
    if (!found)
        return WMDM_E_NOTSUPPORTED;
    return found == count ? S_OK : WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED;
}

HRESULT sp_unique_id(struct sp_device *device, uint32_t storage, uint32_t handle, WCHAR **ret_id)
{
    struct mtpi_value value = {0};
    WCHAR text[33] = {0};
    char medium[24];
    HRESULT hr = S_OK;

    if (handle) {
        hr = sp_connection_hr(device->connection,
                              mtpi_get_object_prop_value(sp_connection_mtpi(device->connection),
                                                         handle, MTP_OPC_PERSISTENT_UID,
                                                         MTP_DTC_UINT128, &value));
        if (FAILED(hr))
            return hr;
        sp_uid_text(value.wide, text);
        *ret_id = com_wcsdup(text);
    } else {
        snprintf(medium, sizeof(medium), "medium-%08x", storage);
        *ret_id = com_utf16_from_utf8(medium);
    }
    return *ret_id ? S_OK : E_OUTOFMEMORY;
}
