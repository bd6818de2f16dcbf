/* Names and types are those of the documents' table of metadata constants. */
#include "spcore/sync/sync_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

static HRESULT add(IWMDMMetaData *list, const WCHAR *name, WMDM_TAG_DATATYPE type,
                   const void *value, size_t length)
{
    /* AddItem only reads the value; its parameter is older than const. */
    return list->lpVtbl->AddItem(list, type, name, (BYTE *)(uintptr_t)value, (DWORD)length);
}

HRESULT sync_metadata_add_text(IWMDMMetaData *list, const WCHAR *name, const char *text)
{
    WCHAR *wide;
    HRESULT hr;

    if (!text || !sync_is_utf8(text))
        return S_FALSE;
    wide = com_utf16_from_utf8(text);
    if (!wide)
        return E_OUTOFMEMORY;
    hr = add(list, name, WMDM_TYPE_STRING, wide, (com_wcslen(wide) + 1) * sizeof(*wide));
    CoTaskMemFree(wide);
    return hr;
}

HRESULT sync_metadata_add_number(IWMDMMetaData *list, const WCHAR *name, uint32_t number)
{
    return add(list, name, WMDM_TYPE_DWORD, &number, sizeof(number));
}

char *sync_metadata_text(IWMDMMetaData *list, const WCHAR *name)
{
    WMDM_TAG_DATATYPE type = WMDM_TYPE_BINARY;
    BYTE *value = NULL;
    DWORD length = 0;
    char *text = NULL;

    if (FAILED(list->lpVtbl->QueryByName(list, name, &type, &value, &length)))
        return NULL;
    if (type == WMDM_TYPE_STRING && value && length >= 2 && length % 2 == 0) {
        WCHAR *wide = malloc(length + sizeof(WCHAR));

        if (wide) {
            memcpy(wide, value, length);
            wide[length / 2] = 0;
            text = com_utf8_copy(wide);
            free(wide);
        }
    }
    CoTaskMemFree(value);
    return text;
}

bool sync_metadata_number(IWMDMMetaData *list, const WCHAR *name, uint64_t *ret_number)
{
    static const DWORD lengths[] = {
        [WMDM_TYPE_DWORD] = 4, [WMDM_TYPE_QWORD] = 8, [WMDM_TYPE_WORD] = 2};
    WMDM_TAG_DATATYPE type = WMDM_TYPE_BINARY;
    BYTE *value = NULL;
    DWORD length = 0;
    uint64_t number = 0;
    bool is_number;

    if (FAILED(list->lpVtbl->QueryByName(list, name, &type, &value, &length)))
        return false;
    is_number = value && (size_t)type < ARRAY_SIZE(lengths) && length && lengths[type] == length;
    if (is_number) {
        memcpy(&number, value, length); /* little-endian, as everything of Windows */
        *ret_number = le64toh(number);
    }
    CoTaskMemFree(value);
    return is_number;
}

/* ---- a track */
static HRESULT add_year(IWMDMMetaData *list, const char *date)
{
    char year[5] = "";

    if (!date || strspn(date, "0123456789") < 4)
        return S_FALSE;
    memcpy(year, date, 4);
    return sync_metadata_add_text(list, g_wszWMDMYear, year);
}

/* "3" and "3/12" are track 3. */
static HRESULT add_position(IWMDMMetaData *list, const char *text)
{
    unsigned long number = text ? strtoul(text, NULL, 10) : 0;

    return number > 0 && number <= UINT16_MAX
               ? sync_metadata_add_number(list, g_wszWMDMTrack, (uint32_t)number)
               : S_FALSE;
}

static HRESULT add_given(IWMDMMetaData *list, const struct sync_row *row)
{
    HRESULT hr = S_OK;

    if (row && row->rating)
        hr = sync_metadata_add_number(list, g_wszWMDMUserRating, row->rating);
    if (SUCCEEDED(hr) && row && row->plays)
        hr = sync_metadata_add_number(list, g_wszWMDMPlayCount, row->plays);
    return hr;
}

HRESULT sync_metadata_add_track(IWMDMMetaData *list, const struct sync_track *track,
                                const struct sync_row *row)
{
    const struct {
        const WCHAR *name;
        enum media_text text;
    } texts[] = {
        {g_wszWMDMTitle, MEDIA_TITLE},      {g_wszWMDMAuthor, MEDIA_ARTIST},
        {g_wszWMDMAlbumTitle, MEDIA_ALBUM}, {g_wszWMDMAlbumArtist, MEDIA_ALBUM_ARTIST},
        {g_wszWMDMGenre, MEDIA_GENRE},      {g_wszWMDMComposer, MEDIA_COMPOSER},
    };
    const struct media_facts *facts = &track->facts;
    uint64_t duration = facts->duration * 10000; /* 100 ns */
    HRESULT hr = sync_metadata_add_number(list, g_wszWMDMFormatCode, track->format);

    for (size_t i = 0; i < ARRAY_SIZE(texts) && SUCCEEDED(hr); i++)
        hr = sync_metadata_add_text(list, texts[i].name, facts->texts[texts[i].text]);
    if (SUCCEEDED(hr))
        hr = add_year(list, facts->texts[MEDIA_DATE]);
    if (SUCCEEDED(hr))
        hr = add_position(list, facts->texts[MEDIA_TRACK]);
    if (SUCCEEDED(hr) && duration)
        hr = add(list, g_wszWMDMDuration, WMDM_TYPE_QWORD, &duration, sizeof(duration));
    return SUCCEEDED(hr) ? add_given(list, row) : hr;
}

HRESULT sync_metadata_add_cover(IWMDMMetaData *list, const struct sync_picture *picture)
{
    const struct {
        const WCHAR *name;
        uint32_t number;
    } measures[] = {
        {g_wszWMDMAlbumCoverFormat, picture->format},
        {g_wszWMDMAlbumCoverSize, (uint32_t)picture->length},
        {g_wszWMDMAlbumCoverWidth, picture->width},
        {g_wszWMDMAlbumCoverHeight, picture->height},
    };
    HRESULT hr =
        add(list, g_wszWMDMAlbumCoverData, WMDM_TYPE_BINARY, picture->bytes, picture->length);

    for (size_t i = 0; i < ARRAY_SIZE(measures) && SUCCEEDED(hr); i++) {
        if (measures[i].number)
            hr = sync_metadata_add_number(list, measures[i].name, measures[i].number);
    }
    return hr;
}
