/* GetStorageIDs, GetStorageInfo, FormatStore (MTP 1.1, D.2.4, D.2.5, D.2.15), and what every
 * operation asks of a storage before it reads or writes there. */
#include "simulator/mtp/mtpr_internal.h"

uint32_t mtpr_storage_id(const struct mtpr_responder *r, size_t volume)
{
    const struct store_volume *it = store_volume_at(r->store, volume);

    return it->present ? it->id : it->id & 0xffff0000u;
}

uint16_t mtpr_volume(const struct mtpr_responder *r, uint32_t id, size_t *ret_volume)
{
    int volume = store_volume_find(r->store, id);

    if (mtpr_locked(r))
        return MTP_RC_INVALID_STORAGE_ID;
    if (volume < 0)
        return MTP_RC_INVALID_STORAGE_ID;
    if (!store_volume_at(r->store, (size_t)volume)->present)
        return MTP_RC_STORE_NOT_AVAILABLE;
    *ret_volume = (size_t)volume;
    return MTP_RC_OK;
}

uint16_t mtpr_may_write(const struct mtpr_responder *r, size_t volume, bool deleting)
{
    uint16_t access = store_volume_at(r->store, volume)->access;

    if (access == MTP_AC_READ_WRITE || (deleting && access == MTP_AC_READ_ONLY_WITH_DELETE))
        return MTP_RC_OK;
    return MTP_RC_STORE_READ_ONLY;
}

uint16_t mtpr_may_change(const struct mtpr_responder *r, const struct store_object *object)
{
    uint16_t code = mtpr_may_write(r, object->volume, false);

    if (code != MTP_RC_OK)
        return code;
    if (object->protection && r->policy->protection_honoured)
        return MTP_RC_OBJECT_WRITE_PROTECTED;
    return MTP_RC_OK;
}

/* MTP 1.1, 5.2: physical in the high word, logical in the low; an empty slot has low word 0. */
static uint16_t get_storage_ids(struct mtpr_responder *r)
{
    size_t count = store_volume_count(r->store);

    wr_u32(&r->out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wr_u32(&r->out, mtpr_storage_id(r, i));
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t get_storage_info(struct mtpr_responder *r)
{
    const struct store_volume *it;
    size_t volume;
    uint16_t code = mtpr_volume(r, r->command.params[0], &volume);

    if (code != MTP_RC_OK)
        return code;
    it = store_volume_at(r->store, volume);
    wr_u16(&r->out, it->type);
    wr_u16(&r->out, it->filesystem);
    wr_u16(&r->out, it->access);
    wr_u64(&r->out, it->capacity);
    wr_u64(&r->out, store_free_space(r->store, volume));
    wr_u32(&r->out, store_free_objects(r->store, volume));
    wr_string(&r->out, it->description);
    wr_string(&r->out, it->label);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t format_store(struct mtpr_responder *r)
{
    uint32_t filesystem = r->command.params[1];
    size_t volume;
    uint16_t code = mtpr_volume(r, r->command.params[0], &volume);
    int error;

    if (code == MTP_RC_OK)
        code = mtpr_may_write(r, volume, false);
    if (code != MTP_RC_OK)
        return code;
    if (filesystem != 0 && filesystem != store_volume_at(r->store, volume)->filesystem)
        return MTP_RC_PARAMETER_NOT_SUPPORTED;
    mtpr_pending_drop(r, &r->pending);
    mtpr_edits_drop(r);
    error = store_format(r->store, volume);
    if (!error)
        mtpr_echo(r, MTP_EC_STORAGE_INFO_CHANGED, mtpr_storage_id(r, volume));
    return mtpr_code_of(error);
}

const struct mtpr_operation mtpr_storage_operations[] = {
    {.code = MTP_OP_GET_STORAGE_IDS, .phase = MTPR_DATA_IN, .run = get_storage_ids},
    {.code = MTP_OP_GET_STORAGE_INFO, .params = 1, .phase = MTPR_DATA_IN, .run = get_storage_info},
    {.code = MTP_OP_FORMAT_STORE, .params = 2, .run = format_store},
    {.code = 0},
};
