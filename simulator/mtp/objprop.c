/* Object properties (MTP 1.1, Annex B): types, forms, and where each value comes from. */
#include <errno.h>

#include "simulator/mtp/groups.h"
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"
#include "spcore/base.h"

#define ALL MTPR_GROUP_ALL
#define AUDIO MTPR_GROUP_AUDIO
#define VIDEO MTPR_GROUP_VIDEO
#define MEDIA (MTPR_GROUP_AUDIO | MTPR_GROUP_VIDEO)
#define IMAGE MTPR_GROUP_IMAGE
#define LIST MTPR_GROUP_LIST
#define ART (AUDIO | VIDEO | IMAGE | LIST)
#define NONE 0 /* only where a player file lists it */

#define GET(code, type, groups)                                                                    \
    {                                                                                              \
        MTP_OPC_##code, MTP_DTC_##type, groups, false, MTP_FORM_NONE, false, 0, 0, NULL            \
    }
#define SET(code, type, groups)                                                                    \
    {                                                                                              \
        MTP_OPC_##code, MTP_DTC_##type, groups, true, MTP_FORM_NONE, false, 0, 0, NULL             \
    }
#define DATE(code, groups, set)                                                                    \
    {                                                                                              \
        MTP_OPC_##code, MTP_DTC_STRING, groups, set, MTP_FORM_DATE_TIME, false, 0, 0, NULL         \
    }
#define RANGE(code, type, groups, set, low, high)                                                  \
    {                                                                                              \
        MTP_OPC_##code, MTP_DTC_##type, groups, set, MTP_FORM_RANGE, false, low, high, NULL        \
    }

/* Sorted by code. */
static const struct mtpr_object_property properties[] = {
    RANGE(BUY_FLAG, UINT8, NONE, true, 0, 1),
    GET(STORAGE_ID, UINT32, ALL),
    GET(OBJECT_FORMAT, UINT16, ALL),
    RANGE(PROTECTION_STATUS, UINT16, ALL, false, 0, 1),
    GET(OBJECT_SIZE, UINT64, ALL),
    GET(ASSOCIATION_TYPE, UINT16, MTPR_GROUP_FOLDER),
    GET(ASSOCIATION_DESC, UINT32, MTPR_GROUP_FOLDER),
    SET(OBJECT_FILE_NAME, STRING, ALL),
    DATE(DATE_CREATED, ALL, true),
    DATE(DATE_MODIFIED, ALL, true),
    SET(KEYWORDS, STRING, NONE),
    GET(PARENT_OBJECT, UINT32, ALL),
    GET(ALLOWED_FOLDER_CONTENTS, ARRAY_UINT16, NONE),
    RANGE(HIDDEN, UINT16, ALL, true, 0, 1),
    RANGE(SYSTEM_OBJECT, UINT16, NONE, false, 0, 1),
    GET(PERSISTENT_UID, UINT128, ALL),
    SET(SYNC_ID, STRING, MEDIA),
    SET(PROPERTY_BAG, ARRAY_UINT16, NONE),
    SET(NAME, STRING, ALL),
    SET(CREATED_BY, STRING, NONE),
    SET(ARTIST, STRING, MEDIA | IMAGE | LIST),
    DATE(DATE_AUTHORED, NONE, true),
    SET(DESCRIPTION, ARRAY_UINT16, NONE),
    SET(URL_REFERENCE, ARRAY_UINT16, NONE),
    SET(LANGUAGE_LOCALE, STRING, NONE),
    SET(COPYRIGHT, ARRAY_UINT16, NONE),
    SET(SOURCE, STRING, NONE),
    SET(ORIGIN_LOCATION, STRING, NONE),
    DATE(DATE_ADDED, ALL, false),
    RANGE(NON_CONSUMABLE, UINT8, ALL, true, 0, 1),
    RANGE(CORRUPT_UNPLAYABLE, UINT8, NONE, true, 0, 1),
    SET(PRODUCER_SERIAL, STRING, NONE),
    SET(REPRESENTATIVE_SAMPLE_FORMAT, UINT16, ART),
    SET(REPRESENTATIVE_SAMPLE_SIZE, UINT32, ART),
    SET(REPRESENTATIVE_SAMPLE_HEIGHT, UINT32, ART),
    SET(REPRESENTATIVE_SAMPLE_WIDTH, UINT32, ART),
    SET(REPRESENTATIVE_SAMPLE_DURATION, UINT32, NONE),
    {MTP_OPC_REPRESENTATIVE_SAMPLE_DATA, MTP_DTC_ARRAY_UINT8, ART, true, MTP_FORM_BYTE_ARRAY, true,
     0, 0x100000, NULL},
    SET(WIDTH, UINT32, VIDEO | IMAGE),
    SET(HEIGHT, UINT32, VIDEO | IMAGE),
    SET(DURATION, UINT32, MEDIA | LIST),
    RANGE(RATING, UINT16, MEDIA | IMAGE | LIST, true, 0, 100),
    SET(TRACK, UINT16, MEDIA),
    SET(GENRE, STRING, MEDIA | LIST),
    SET(CREDITS, ARRAY_UINT16, NONE),
    SET(LYRICS, ARRAY_UINT16, NONE),
    SET(SUBSCRIPTION_CONTENT_ID, STRING, NONE),
    SET(PRODUCED_BY, STRING, NONE),
    SET(USE_COUNT, UINT32, MEDIA),
    SET(SKIP_COUNT, UINT32, MEDIA),
    DATE(LAST_ACCESSED, NONE, true),
    SET(PARENTAL_RATING, STRING, NONE),
    RANGE(META_GENRE, UINT16, MEDIA, true, 0, 0xffff),
    SET(COMPOSER, STRING, MEDIA),
    RANGE(EFFECTIVE_RATING, UINT16, NONE, true, 0, 100),
    SET(SUBTITLE, STRING, NONE),
    DATE(ORIGINAL_RELEASE_DATE, MEDIA | LIST, true),
    SET(ALBUM_NAME, STRING, MEDIA | LIST),
    SET(ALBUM_ARTIST, STRING, MEDIA | LIST),
    SET(MOOD, STRING, NONE),
    SET(DRM_STATUS, UINT16, MEDIA),
    SET(SUB_DESCRIPTION, ARRAY_UINT16, NONE),
    RANGE(IS_CROPPED, UINT16, NONE, true, 0, 1),
    RANGE(IS_COLOUR_CORRECTED, UINT16, NONE, true, 0, 1),
    SET(DISPLAY_NAME, STRING, NONE),
    SET(BODY_TEXT, ARRAY_UINT16, NONE),
    SET(TOTAL_BITRATE, UINT32, VIDEO),
    SET(BITRATE_TYPE, UINT16, MEDIA),
    SET(SAMPLE_RATE, UINT32, MEDIA),
    SET(NUMBER_OF_CHANNELS, UINT16, MEDIA),
    SET(AUDIO_BIT_DEPTH, UINT32, NONE),
    SET(SCAN_TYPE, UINT16, VIDEO),
    SET(AUDIO_WAVE_CODEC, UINT32, MEDIA),
    SET(AUDIO_BITRATE, UINT32, MEDIA),
    SET(VIDEO_FOURCC_CODEC, UINT32, VIDEO),
    SET(VIDEO_BITRATE, UINT32, VIDEO),
    SET(FRAMES_PER_THOUSAND_SECONDS, UINT32, VIDEO),
    SET(KEYFRAME_DISTANCE, UINT32, VIDEO),
    SET(BUFFER_SIZE, UINT32, NONE),
    SET(ENCODING_QUALITY, UINT32, NONE),
    SET(ENCODING_PROFILE, STRING, NONE),
};

#define PROPERTIES (ARRAY_SIZE(properties))

const struct mtpr_object_property *mtpr_usual_property(uint16_t code)
{
    size_t low = 0, high = PROPERTIES;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (properties[middle].code == code)
            return &properties[middle];
        if (properties[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool usual_of(uint16_t format, const struct mtpr_object_property *property)
{
    return (property->groups & (MTPR_GROUP_ALL | mtpr_format_groups(format))) != 0;
}

const struct mtpr_format *mtpr_format_described(const struct mtpr_config *config, uint16_t format)
{
    for (size_t i = 0; config->formats && i < config->format_count; i++) {
        if (config->formats[i].code == format)
            return &config->formats[i];
    }
    return NULL;
}

/* The format with a list of its own; NULL: the usual properties. */
static const struct mtpr_format *own_format(const struct mtpr_config *config, uint16_t format)
{
    const struct mtpr_format *it = mtpr_format_described(config, format);

    return it && it->properties ? it : NULL;
}

static const struct mtpr_object_property *find_in(const struct mtpr_format *own, uint16_t code)
{
    for (size_t i = 0; i < own->property_count; i++) {
        if (own->properties[i].code == code)
            return &own->properties[i];
    }
    return NULL;
}

static const struct mtpr_object_property *find_of(const struct mtpr_config *config, uint16_t format,
                                                  uint16_t code)
{
    const struct mtpr_format *own = own_format(config, format);
    const struct mtpr_object_property *property;

    if (own)
        return find_in(own, code);
    property = mtpr_usual_property(code);
    return property && usual_of(format, property) ? property : NULL;
}

const struct mtpr_object_property *mtpr_property_of(const struct mtpr_responder *r, uint16_t format,
                                                    uint16_t code)
{
    return find_of(r->config, format, code);
}

bool mtpr_property_exists(const struct mtpr_responder *r, uint16_t code)
{
    for (size_t i = 0; r->config->formats && i < r->config->format_count; i++) {
        if (r->config->formats[i].properties && find_in(&r->config->formats[i], code))
            return true;
    }
    return mtpr_usual_property(code) != NULL;
}

uint16_t mtpr_object_property_type(const struct mtpr_config *config, uint16_t format, uint16_t code)
{
    const struct mtpr_object_property *property = find_of(config, format, code);

    if (!property)
        property = mtpr_usual_property(code);
    return property ? property->type : 0;
}

const struct mtpr_object_property *mtpr_property_at(const struct mtpr_responder *r, uint16_t format,
                                                    size_t *cursor)
{
    const struct mtpr_format *own = own_format(r->config, format);
    size_t count = own ? own->property_count : PROPERTIES;

    while (*cursor < count) {
        const struct mtpr_object_property *property =
            (own ? own->properties : properties) + (*cursor)++;

        if (own || usual_of(format, property))
            return property;
    }
    return NULL;
}

/* ---- values */

/* In the type the property is said to have, which may not be the usual one. */
static void put_number(struct wr *wr, uint16_t type, uint64_t number)
{
    if (mtpr_type_width(type) > 0 && !(type & MTP_DTC_ARRAY))
        wr_integer(wr, type, number);
    else
        wr_default(wr, type);
}

static void put_text(struct wr *wr, uint16_t type, const char *text)
{
    if (type == MTP_DTC_STRING)
        wr_string(wr, text);
    else
        wr_default(wr, type);
}

static void put_date(struct wr *wr, uint16_t type, int64_t seconds)
{
    char text[20];

    mtpr_date_print(seconds, text);
    put_text(wr, type, text);
}

static void put_unique_id(const struct mtpr_responder *r, const struct store_object *object,
                          uint16_t type, struct wr *wr)
{
    uint8_t id[16];

    store_unique_id(r->store, object, id);
    if (mtpr_type_width(type) == sizeof(id) && !(type & MTP_DTC_ARRAY)) {
        wr_bytes(wr, id, sizeof(id));
        return;
    }
    put_number(wr, type, get_le64(id));
}

/* What the store knows itself; false: a value of the bag or the default. */
static bool write_own(const struct mtpr_responder *r, const struct store_object *object,
                      const struct mtpr_object_property *property, struct wr *wr)
{
    uint16_t type = property->type;

    switch (property->code) {
    case MTP_OPC_STORAGE_ID:
        put_number(wr, type, mtpr_storage_id(r, object->volume));
        return true;
    case MTP_OPC_OBJECT_FORMAT:
        put_number(wr, type, mtpr_format_said(r, object));
        return true;
    case MTP_OPC_PROTECTION_STATUS:
        put_number(wr, type, object->protection ? 1 : 0);
        return true;
    case MTP_OPC_OBJECT_SIZE:
        put_number(wr, type, mtpr_size_said(r, object));
        return true;
    case MTP_OPC_ASSOCIATION_TYPE:
        put_number(wr, type, object->association);
        return true;
    case MTP_OPC_OBJECT_FILE_NAME:
        put_text(wr, type, object->name);
        return true;
    case MTP_OPC_DATE_CREATED:
        put_date(wr, type, object->created);
        return true;
    case MTP_OPC_DATE_MODIFIED:
        put_date(wr, type, object->modified);
        return true;
    case MTP_OPC_DATE_ADDED:
        put_date(wr, type, object->added);
        return true;
    case MTP_OPC_PARENT_OBJECT:
        put_number(wr, type, object->parent);
        return true;
    case MTP_OPC_PERSISTENT_UID:
        put_unique_id(r, object, type, wr);
        return true;
    default:
        return false;
    }
}

/* Of the store's own values these can be set, and only as the types they usually have. */
static bool may_be_set(const struct mtpr_object_property *property)
{
    static const uint16_t texts[] = {MTP_OPC_OBJECT_FILE_NAME, MTP_OPC_DATE_CREATED,
                                     MTP_OPC_DATE_MODIFIED};
    static const uint16_t fixed[] = {MTP_OPC_STORAGE_ID,        MTP_OPC_OBJECT_FORMAT,
                                     MTP_OPC_PROTECTION_STATUS, MTP_OPC_OBJECT_SIZE,
                                     MTP_OPC_ASSOCIATION_TYPE,  MTP_OPC_DATE_ADDED,
                                     MTP_OPC_PARENT_OBJECT,     MTP_OPC_PERSISTENT_UID};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (property->code == texts[i])
            return property->type == MTP_DTC_STRING;
    }
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
        if (property->code == fixed[i])
            return false;
    }
    return true;
}

void mtpr_property_write(const struct mtpr_responder *r, const struct store_object *object,
                         const struct mtpr_object_property *property, struct wr *wr)
{
    const uint8_t *value;
    uint32_t length;

    if (write_own(r, object, property, wr))
        return;
    value = store_property(object, property->code, &length);
    if (value)
        wr_bytes(wr, value, length);
    else if (property->code == MTP_OPC_NAME && property->type == MTP_DTC_STRING)
        wr_string(wr, object->name);
    else if (property->own && property->own->value.data)
        wr_bytes(wr, property->own->value.data, property->own->value.length);
    else
        wr_default(wr, property->type);
}

/* Whatever its form is said to be. */
static bool is_date(const struct mtpr_object_property *property)
{
    return property->type == MTP_DTC_STRING &&
           (property->form == MTP_FORM_DATE_TIME || property->code == MTP_OPC_DATE_CREATED ||
            property->code == MTP_OPC_DATE_MODIFIED);
}

uint16_t mtpr_property_check(const struct mtpr_object_property *property, const uint8_t *value,
                             uint32_t length)
{
    struct rd rd = rd_over(value, length);
    char text[MTPR_TEXT_MAX];
    uint32_t used;
    int64_t number, date;

    if (!rd_value(&rd, property->type, &used) || used != length)
        return MTP_RC_INVALID_OBJECT_PROP_FORMAT;
    rd = rd_over(value, length);
    if (property->own && !mtpr_in_form(property->type, &property->own->form, value, length))
        return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    if (property->form == MTP_FORM_RANGE && !property->own) {
        number = mtpr_integer(property->type, value);
        if ((uint64_t)number < property->minimum || (uint64_t)number > property->maximum)
            return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    } else if (is_date(property)) {
        rd_string(&rd, text);
        if (!mtpr_date_parse(text, &date))
            return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    } else if (property->form == MTP_FORM_BYTE_ARRAY && !property->own &&
               length - 4 > property->maximum) {
        return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    } else if (property->code == MTP_OPC_OBJECT_FILE_NAME && property->type == MTP_DTC_STRING) {
        rd_string(&rd, text);
        if (!store_name_legal(text))
            return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    }
    return MTP_RC_OK;
}

const uint8_t *mtpr_property_kept(const struct mtpr_object_property *property, const uint8_t *value,
                                  uint32_t *length, struct wr *wr)
{
    struct rd rd = rd_over(value, *length);
    char text[MTPR_TEXT_MAX];

    if (property->form != MTP_FORM_DATE_TIME || property->type != MTP_DTC_STRING)
        return value;
    rd_string(&rd, text);
    mtpr_date_complete(text, wr);
    if (wr->failed)
        return value;
    *length = (uint32_t)wr->used;
    return wr->data;
}

/* What is fixed here but settable in the player file takes what it is. */
static uint16_t set_fixed(const struct mtpr_responder *r, const struct store_object *object,
                          const struct mtpr_object_property *property, const uint8_t *value,
                          uint32_t length)
{
    struct wr is = {0};
    bool same;

    mtpr_property_write(r, object, property, &is);
    same = property->settable && !is.failed && is.used == length &&
           memcmp(is.data, value, length) == 0;
    wr_done(&is);
    return same ? MTP_RC_OK : MTP_RC_ACCESS_DENIED;
}

uint16_t mtpr_property_set(struct mtpr_responder *r, struct store_object *object,
                           const struct mtpr_object_property *property, const uint8_t *value,
                           uint32_t length)
{
    uint16_t code = mtpr_property_check(property, value, length);
    struct rd rd = rd_over(value, length);
    char text[MTPR_TEXT_MAX];
    struct wr wr = {0};
    int64_t date;

    if (r->running && r->policy->sample_size_crashes &&
        (property->code == MTP_OPC_REPRESENTATIVE_SAMPLE_WIDTH ||
         property->code == MTP_OPC_REPRESENTATIVE_SAMPLE_HEIGHT))
        r->crashed = true;
    if (code != MTP_RC_OK)
        return code;
    if (!may_be_set(property))
        return set_fixed(r, object, property, value, length);
    if (property->code == MTP_OPC_OBJECT_FILE_NAME) {
        rd_string(&rd, text);
        code = mtpr_name_refusal(r, text, object);
        return code == MTP_RC_OK ? mtpr_code_of(store_rename(r->store, object, text)) : code;
    }
    if (property->code == MTP_OPC_DATE_CREATED || property->code == MTP_OPC_DATE_MODIFIED) {
        bool created = property->code == MTP_OPC_DATE_CREATED;

        rd_string(&rd, text);
        if (!mtpr_date_parse(text, &date))
            return MTP_RC_INVALID_OBJECT_PROP_VALUE;
        return mtpr_code_of(store_set_dates(r->store, object, created ? date : object->created,
                                            created ? object->modified : date));
    }
    value = mtpr_property_kept(property, value, &length, &wr);
    code = mtpr_code_of(store_set_property(r->store, object, property->code, value, length));
    wr_done(&wr);
    return code;
}

int mtpr_set_object_property(struct mtpr_responder *r, struct store_object *object, uint16_t code,
                             const void *value, uint32_t length)
{
    const struct mtpr_object_property *property = mtpr_property_of(r, object->format, code);
    uint16_t result;

    if (!property)
        return -ENOENT;
    result = mtpr_property_set(r, object, property, value, length);
    if (result == MTP_RC_OK)
        return 0;
    return result == MTP_RC_ACCESS_DENIED ? -EEXIST : -EINVAL;
}

/* ---- groups (MTP 1.1, 5.3.2.3): what ObjectInfo says too, what is said about the content */

enum { GROUP_INFO = 1, GROUP_CONTENT = 2 };
#define GROUP_SLOW 0xffffffffu

uint32_t mtpr_property_group(const struct mtpr_object_property *property)
{
    if (property->own)
        return property->own->group;
    if (property->slow)
        return GROUP_SLOW;
    return property->code < MTP_OPC_NAME ? GROUP_INFO : GROUP_CONTENT;
}

static bool is_usual_group(uint32_t group)
{
    return group == GROUP_INFO || group == GROUP_CONTENT || group == GROUP_SLOW;
}

bool mtpr_group_exists(const struct mtpr_responder *r, uint32_t group)
{
    const struct mtpr_config *config = r->config;

    for (size_t i = 0; config->formats && i < config->format_count; i++) {
        const struct mtpr_format *format = &config->formats[i];

        if (!format->properties && is_usual_group(group))
            return true;
        for (size_t k = 0; k < format->property_count && format->properties; k++) {
            if (mtpr_property_group(&format->properties[k]) == group)
                return true;
        }
    }
    return !config->formats && is_usual_group(group);
}

/* ---- GetObjectPropDesc (MTP 1.1, 5.3.2.3) */

void mtpr_property_desc(uint16_t format, const struct mtpr_object_property *property, struct wr *wr)
{
    wr_u16(wr, property->code);
    wr_u16(wr, property->type);
    wr_u8(wr, property->settable ? 1 : 0);
    if (property->code == MTP_OPC_OBJECT_FORMAT)
        put_number(wr, property->type, format);
    else if (property->own && property->own->value.data)
        wr_bytes(wr, property->own->value.data, property->own->value.length);
    else
        wr_default(wr, property->type);
    /* Slow ones are left out when all properties are asked for. */
    wr_u32(wr, mtpr_property_group(property));
    if (property->own) {
        mtpr_form_write(&property->own->form, wr);
        return;
    }
    wr_u8(wr, property->form);
    if (property->form == MTP_FORM_RANGE) {
        wr_integer(wr, property->type, property->minimum);
        wr_integer(wr, property->type, property->maximum);
        wr_integer(wr, property->type, 1);
    } else if (property->form == MTP_FORM_BYTE_ARRAY) {
        wr_u32(wr, (uint32_t)property->maximum);
    }
}
