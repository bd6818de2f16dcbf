/* What real players do that the book does not say, as facts the operations ask for: the policy has
 * the flag, what follows from it stands here. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"

uint16_t mtpr_quirk_refusal(const struct mtpr_responder *r)
{
    const struct mtpr_command *command = &r->command;
    bool fails = (command->code == MTP_OP_SEND_OBJECT_PROP_LIST && r->policy->send_list_fails) ||
                 (command->code == MTP_OP_GET_DEVICE_PROP_VALUE &&
                  command->params[0] == MTP_DPC_BATTERY_LEVEL && r->policy->battery_fails);

    return fails ? MTP_RC_GENERAL_ERROR : MTP_RC_OK;
}

/* ---- formats */

bool mtpr_format_forgotten(const struct mtpr_responder *r, uint16_t format)
{
    return (format == MTP_FC_OGG && r->policy->ogg_unlisted) ||
           (format == MTP_FC_FLAC && r->policy->flac_unlisted);
}

bool mtpr_format_taken(const struct mtpr_responder *r, uint16_t format)
{
    /* Samsung's players list the playlists they do not take. */
    return mtpr_format_listed(r, format) &&
           !(format == MTP_FC_AV_PLAYLIST && r->policy->playlists_refused);
}

uint16_t mtpr_format_said(const struct mtpr_responder *r, const struct store_object *object)
{
    if (object->format == MTP_FC_OGG && r->policy->ogg_said_undefined)
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

    if (r->policy->ascii_names_only) {
        while (*at && (unsigned char)*at < 0x80)
            at++;
        if (*at)
            return MTP_RC_INVALID_DATASET;
    }
    if (r->policy->unique_names && exists_anywhere(r, name, self))
        return MTP_RC_ACCESS_DENIED;
    return MTP_RC_OK;
}

/* ---- object properties */

bool mtpr_property_left_out(const struct mtpr_responder *r, uint16_t code)
{
    /* What ObjectInfo says too comes, what the object is called and all metadata do not. */
    return code >= MTP_OPC_PERSISTENT_UID && r->policy->list_lacks_content;
}

bool mtpr_property_fails(const struct mtpr_responder *r, uint16_t code)
{
    return code == MTP_OPC_DATE_MODIFIED && r->policy->date_modified_fails;
}

uint64_t mtpr_size_said(const struct mtpr_responder *r, const struct store_object *object)
{
    if (object->size > 0xffffffffu && r->policy->size_ends_at_4gb)
        return 0xffffffffu;
    return object->size;
}

/* The name's length stands where a name that is never empty has none with 32 bits. */
bool mtpr_info_is_wide(const uint8_t *info, size_t length)
{
    return length > 56 && info[52] == 0 && info[56] != 0;
}
