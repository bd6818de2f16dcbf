/* Object formats: what kind they are, and how applications name them. One row a format. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_storage.h"

static const struct format_row {
    uint16_t code;
    enum sp_kind kind;
    uint16_t wave_tag; /* mmreg.h; 0: none of its own */
    const char *mime;
    const WCHAR *extension;
} formats[] = {
    {MTP_FC_TEXT, SP_KIND_DATA, 0, "text/plain", u"txt"},
    {MTP_FC_AIFF, SP_KIND_AUDIO, 0, "audio/aiff", u"aif"},
    {MTP_FC_WAV, SP_KIND_AUDIO, 0x0001, "audio/wav", u"wav"},
    {MTP_FC_MP3, SP_KIND_AUDIO, 0x0055, "audio/mpeg", u"mp3"},
    {MTP_FC_AVI, SP_KIND_VIDEO, 0, "video/avi", u"avi"},
    {MTP_FC_MPEG, SP_KIND_VIDEO, 0, "video/mpeg", u"mpg"},
    {MTP_FC_ASF, SP_KIND_VIDEO, 0, "video/x-ms-asf", u"asf"},
    {MTP_FC_EXIF_JPEG, SP_KIND_IMAGE, 0, "image/jpeg", u"jpg"},
    {MTP_FC_BMP, SP_KIND_IMAGE, 0, "image/bmp", u"bmp"},
    {MTP_FC_GIF, SP_KIND_IMAGE, 0, "image/gif", u"gif"},
    {MTP_FC_PNG, SP_KIND_IMAGE, 0, "image/png", u"png"},
    {MTP_FC_UNDEFINED_AUDIO, SP_KIND_AUDIO, 0, NULL, NULL},
    {MTP_FC_WMA, SP_KIND_AUDIO, 0x0161, "audio/x-ms-wma", u"wma"},
    {MTP_FC_OGG, SP_KIND_AUDIO, 0x566f, "audio/ogg", u"ogg"},
    {MTP_FC_AAC, SP_KIND_AUDIO, 0x00ff, "audio/aac", u"aac"},
    {MTP_FC_AUDIBLE, SP_KIND_AUDIO, 0, "audio/audible", u"aa"},
    {MTP_FC_FLAC, SP_KIND_AUDIO, 0xf1ac, "audio/flac", u"flac"},
    {MTP_FC_UNDEFINED_VIDEO, SP_KIND_VIDEO, 0, NULL, NULL},
    {MTP_FC_WMV, SP_KIND_VIDEO, 0, "video/x-ms-wmv", u"wmv"},
    {MTP_FC_MP4, SP_KIND_VIDEO, 0, "video/mp4", u"mp4"},
    {MTP_FC_MP4, SP_KIND_VIDEO, 0, "audio/mp4", u"m4a"},
    {MTP_FC_AUDIO_ALBUM, SP_KIND_LIST, 0, NULL, NULL},
    {MTP_FC_AV_PLAYLIST, SP_KIND_LIST, 0, NULL, NULL},
    {MTP_FC_WPL_PLAYLIST, SP_KIND_LIST, 0, NULL, u"wpl"},
    {MTP_FC_M3U_PLAYLIST, SP_KIND_LIST, 0, NULL, u"m3u"},
};
enum { FORMATS = ARRAY_SIZE(formats) };

static const struct format_row *format_of(uint16_t code)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i].code == code)
            return &formats[i];
    }
    return NULL;
}

enum sp_kind sp_format_kind(uint16_t format)
{
    const struct format_row *row = format_of(format);

    if (row)
        return row->kind;
    /* MTP 1.1, 4: whole ranges belong to one kind. */
    if ((format & 0xff80) == 0xb900)
        return SP_KIND_AUDIO;
    if ((format & 0xff80) == 0xb980)
        return SP_KIND_VIDEO;
    if (format >= 0xba00 && format <= 0xba14)
        return SP_KIND_LIST;
    return format >= 0x3800 && format <= 0x3fff ? SP_KIND_IMAGE : SP_KIND_DATA;
}

uint16_t sp_format_by_name(const WCHAR *name)
{
    const WCHAR *dot = NULL;

    for (; *name; name++) {
        if (*name == '.')
            dot = name + 1;
    }
    for (size_t i = 0; dot && i < FORMATS; i++) {
        if (formats[i].extension && com_wcsicmp(formats[i].extension, dot) == 0)
            return formats[i].code;
    }
    return MTP_FC_UNDEFINED;
}

static const char *mime_of(uint16_t format)
{
    const struct format_row *row = format_of(format);

    return row ? row->mime : NULL;
}

HRESULT sp_formats_audio(struct sp_connection *connection, WAVEFORMATEX **ret_formats,
                         DWORD *ret_count)
{
    const struct mtpi_u16_array *listed = &sp_connection_facts(connection)->info.formats;
    WAVEFORMATEX *waves = CoTaskMemAlloc((listed->count + 1) * sizeof(*waves));
    DWORD count = 0;

    if (!waves)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < listed->count; i++) {
        const struct format_row *row = format_of(listed->item[i]);

        if (!row || row->kind != SP_KIND_AUDIO || !row->wave_tag)
            continue;
        waves[count] = (WAVEFORMATEX){
            .wFormatTag = row->wave_tag, .nChannels = 2, .nSamplesPerSec = 44100, .nBlockAlign = 1};
        if (row->wave_tag == 1) {
            waves[count].wBitsPerSample = 16;
            waves[count].nBlockAlign = 4;
            waves[count].nAvgBytesPerSec = 44100 * 4;
        }
        count++;
    }
    *ret_formats = waves;
    *ret_count = count;
    return S_OK;
}

HRESULT sp_formats_mime(struct sp_connection *connection, WCHAR ***ret_types, DWORD *ret_count)
{
    const struct mtpi_device_info *info = &sp_connection_facts(connection)->info;
    WCHAR **types = CoTaskMemAlloc((info->formats.count + 1) * sizeof(WCHAR *));
    DWORD count = 0;

    if (!types)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < info->formats.count; i++) {
        const char *mime = mime_of(info->formats.item[i]);

        if (!mime)
            continue;
        types[count] = com_utf16_from_utf8(mime);
        if (!types[count]) {
            while (count)
                CoTaskMemFree(types[--count]);
            CoTaskMemFree(types);
            return E_OUTOFMEMORY;
        }
        count++;
    }
    *ret_types = types;
    *ret_count = count;
    return S_OK;
}

HRESULT sp_formats_file(struct sp_connection *connection, WMFILECAPABILITIES **ret_types,
                        DWORD *ret_count)
{
    WCHAR **names = NULL;
    WMFILECAPABILITIES *types;
    DWORD count = 0;
    HRESULT hr = sp_formats_mime(connection, &names, &count);

    if (FAILED(hr))
        return hr;
    types = CoTaskMemAlloc((count + 1) * sizeof(*types));
    for (DWORD i = 0; i < count; i++) {
        if (types)
            types[i] = (WMFILECAPABILITIES){.pwszMimeType = names[i]};
        else
            CoTaskMemFree(names[i]);
    }
    CoTaskMemFree(names);
    if (!types)
        return E_OUTOFMEMORY;
    *ret_types = types;
    *ret_count = count;
    return S_OK;
}

void sp_formats_file_free(WMFILECAPABILITIES *types, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
        CoTaskMemFree(types[i].pwszMimeType);
    CoTaskMemFree(types);
}
