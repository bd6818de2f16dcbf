/* Object formats (MTP 1.1, Annex A): which exist here, and what kind of object each is. */
#include <string.h>
#include <strings.h>

#include "simulator/mtp/groups.h"
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"
#include "spcore/base.h"

static const struct {
    uint16_t code;
    uint8_t groups;
    const char *extension;
} formats[] = {
    {MTP_FC_UNDEFINED, 0, NULL},
    {MTP_FC_ASSOCIATION, MTPR_GROUP_FOLDER, NULL},
    {MTP_FC_TEXT, 0, "txt"},
    {MTP_FC_HTML, 0, "html"},
    {MTP_FC_WAV, MTPR_GROUP_AUDIO, "wav"},
    {MTP_FC_MP3, MTPR_GROUP_AUDIO, "mp3"},
    {MTP_FC_AVI, MTPR_GROUP_VIDEO, "avi"},
    {MTP_FC_MPEG, MTPR_GROUP_VIDEO, "mpg"},
    {MTP_FC_ASF, MTPR_GROUP_VIDEO, "asf"},
    {MTP_FC_EXIF_JPEG, MTPR_GROUP_IMAGE, "jpg"},
    {MTP_FC_BMP, MTPR_GROUP_IMAGE, "bmp"},
    {MTP_FC_GIF, MTPR_GROUP_IMAGE, "gif"},
    {MTP_FC_PNG, MTPR_GROUP_IMAGE, "png"},
    {MTP_FC_UNDEFINED_FIRMWARE, 0, NULL},
    {MTP_FC_UNDEFINED_AUDIO, MTPR_GROUP_AUDIO, NULL},
    {MTP_FC_WMA, MTPR_GROUP_AUDIO, "wma"},
    {MTP_FC_OGG, MTPR_GROUP_AUDIO, "ogg"},
    {MTP_FC_AAC, MTPR_GROUP_AUDIO, "aac"},
    {MTP_FC_AUDIBLE, MTPR_GROUP_AUDIO, "aa"},
    {MTP_FC_FLAC, MTPR_GROUP_AUDIO, "flac"},
    {MTP_FC_WMV, MTPR_GROUP_VIDEO, "wmv"},
    {MTP_FC_MP4, MTPR_GROUP_VIDEO | MTPR_GROUP_AUDIO, "mp4"},
    {MTP_FC_AUDIO_ALBUM, MTPR_GROUP_LIST, "alb"},
    {MTP_FC_AV_PLAYLIST, MTPR_GROUP_LIST, "pla"},
    {MTP_FC_M3U_PLAYLIST, 0, "m3u"},
    {MTP_FC_XML_DOCUMENT, 0, "xml"},
};

#define FORMATS (ARRAY_SIZE(formats))

uint8_t mtpr_format_groups(uint16_t format)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (formats[i].code == format)
            return formats[i].groups;
    }
    /* Formats only a player file names: by the range they lie in (MTP 1.1, A.1). */
    if ((format & 0xff80) == 0xb900)
        return MTPR_GROUP_AUDIO;
    if ((format & 0xff80) == 0xb980)
        return MTPR_GROUP_VIDEO;
    if ((format & 0xff00) == 0x3800)
        return MTPR_GROUP_IMAGE;
    return mtpr_format_is_abstract(format) ? MTPR_GROUP_LIST : 0;
}

bool mtpr_format_is_abstract(uint16_t format)
{
    /* Collections and albums without a file of their own: BA00 to BA0F. */
    return (format & 0xfff0) == 0xba00;
}

bool mtpr_format_is_audio(uint16_t format)
{
    return (mtpr_format_groups(format) & MTPR_GROUP_AUDIO) != 0;
}

bool mtpr_format_plays(uint16_t format)
{
    /* ASF is a video here, and music as often. */
    return mtpr_format_is_audio(format) || format == MTP_FC_ASF;
}

static uint16_t any_at(const struct mtpr_responder *r, size_t index)
{
    return r->config->formats ? r->config->formats[index].code : formats[index].code;
}

size_t mtpr_format_count(const struct mtpr_responder *r)
{
    size_t all = r->config->formats ? r->config->format_count : FORMATS, count = 0;

    for (size_t i = 0; i < all; i++)
        count += !mtpr_format_forgotten(r, any_at(r, i));
    return count;
}

uint16_t mtpr_format_at(const struct mtpr_responder *r, size_t index)
{
    size_t i = 0;

    while (mtpr_format_forgotten(r, any_at(r, i)) || index-- > 0)
        i++;
    return any_at(r, i);
}

bool mtpr_format_listed(const struct mtpr_responder *r, uint16_t format)
{
    size_t all = r->config->formats ? r->config->format_count : FORMATS;

    for (size_t i = 0; i < all; i++) {
        if (any_at(r, i) == format)
            return !mtpr_format_forgotten(r, format);
    }
    return false;
}

uint16_t mtpr_format_of_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < FORMATS; i++) {
        if (formats[i].extension && strcasecmp(dot + 1, formats[i].extension) == 0)
            return formats[i].code;
    }
    return MTP_FC_UNDEFINED;
}
