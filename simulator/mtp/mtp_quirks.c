/* Defects of real players (defect/quirks.def) as facts the operations ask for. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "spcore/base.h"

/* ---- operations that are listed and fail, always or for one value of their first parameter */

enum { ANY = 0xffffffff };

uint16_t mtpr_quirk_refusal(const struct mtpr_responder *r)
{
    static const struct {
        enum defect quirk;
        uint16_t operation;
        uint32_t parameter;
    } broken[] = {
        {QUIRK_SEND_PROPLIST, MTP_OP_SEND_OBJECT_PROP_LIST, ANY},
        {QUIRK_BATTERY, MTP_OP_GET_DEVICE_PROP_VALUE, MTP_DPC_BATTERY_LEVEL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        if (broken[i].operation == r->command.code && mtpr_deviates(r, broken[i].quirk) &&
            (broken[i].parameter == ANY || broken[i].parameter == r->command.params[0]))
            return MTP_RC_GENERAL_ERROR;
    }
    return MTP_RC_OK;
}

/* ---- formats */

struct quirk_format {
    enum defect quirk;
    uint16_t format;
};

static bool stands_in(const struct mtpr_responder *r, const struct quirk_format *table,
                      size_t count, uint16_t format)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].format == format && mtpr_deviates(r, table[i].quirk))
            return true;
    }
    return false;
}

bool mtpr_format_forgotten(const struct mtpr_responder *r, uint16_t format)
{
    static const struct quirk_format forgotten[] = {
        {QUIRK_OGG_UNKNOWN, MTP_FC_OGG},
        {QUIRK_FLAC_UNKNOWN, MTP_FC_FLAC},
    };

    return stands_in(r, forgotten, ARRAY_SIZE(forgotten), format);
}

bool mtpr_format_taken(const struct mtpr_responder *r, uint16_t format)
{
    /* Samsung's players list the playlists they do not take. */
    static const struct quirk_format refused[] = {
        {QUIRK_SPL_V1, MTP_FC_AV_PLAYLIST},
        {QUIRK_SPL_V2, MTP_FC_AV_PLAYLIST},
    };

    return mtpr_format_listed(r, format) && !stands_in(r, refused, ARRAY_SIZE(refused), format);
}

uint16_t mtpr_format_said(const struct mtpr_responder *r, const struct store_object *object)
{
    if (object->format == MTP_FC_OGG && mtpr_deviates(r, QUIRK_OGG_ALZHEIMER))
        return MTP_FC_UNDEFINED;
    return object->format;
}

/* ---- names */

static bool exists_anywhere(const struct mtpr_responder *r, const char *name,
                            const struct store_object *self)
{
    const struct store_object *object;
    uint32_t cursor = 0;

    while ((object = store_each(r->store, &cursor)) != NULL) {
        if (object != self && strcmp(object->name, name) == 0)
            return true;
    }
    return false;
}

uint16_t mtpr_name_refusal(const struct mtpr_responder *r, const char *name,
                           const struct store_object *self)
{
    const char *at = name;

    if (mtpr_deviates(r, QUIRK_7BIT)) {
        while (*at && (unsigned char)*at < 0x80)
            at++;
        if (*at)
            return MTP_RC_INVALID_DATASET;
    }
    if (mtpr_deviates(r, QUIRK_UNIQUE) && exists_anywhere(r, name, self))
        return MTP_RC_ACCESS_DENIED;
    return MTP_RC_OK;
}

/* ---- object properties */

bool mtpr_property_left_out(const struct mtpr_responder *r, uint16_t code)
{
    /* What ObjectInfo says too comes, what the object is called and all metadata do not. */
    return code >= MTP_OPC_PERSISTENT_UID && mtpr_deviates(r, QUIRK_PROPLIST);
}

bool mtpr_property_fails(const struct mtpr_responder *r, uint16_t code)
{
    return code == MTP_OPC_DATE_MODIFIED && mtpr_deviates(r, QUIRK_DATE_MODIFIED);
}

uint64_t mtpr_size_said(const struct mtpr_responder *r, const struct store_object *object)
{
    if (object->size > 0xffffffffu && mtpr_deviates(r, QUIRK_4GB))
        return 0xffffffffu;
    return object->size;
}

/* The name's length stands where a name that is never empty has none with 32 bits. */
bool mtpr_info_is_wide(const uint8_t *info, size_t length)
{
    return length > 56 && info[52] == 0 && info[56] != 0;
}
