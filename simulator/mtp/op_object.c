/* What reads objects: their handles, their info, their content. Nothing here changes the store. */
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"

/* ---- GetNumObjects, GetObjectHandles (MTP 1.1, D.2.6 and D.2.7) */

static uint16_t scope_of_command(struct mtpr_responder *r, struct mtpr_scope *ret_scope)
{
    uint32_t storage = r->command.params[0], format = r->command.params[1];
    uint32_t parent = r->command.params[2];
    struct mtpr_scope scope = {.kind = MTPR_SCOPE_ALL, .volume = -1};
    const struct store_object *above;
    size_t volume;
    uint16_t code;

    if (mtpr_locked(r))
        return MTP_RC_INVALID_STORAGE_ID;
    if (storage != 0xffffffffu) {
        code = mtpr_volume(r, storage, &volume);
        if (code != MTP_RC_OK)
            return code;
        scope.volume = (int)volume;
    }
    if (format > 0xffff)
        return MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED;
    if (format != 0 && !mtpr_format_listed(r, (uint16_t)format))
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    scope.format = (uint16_t)format;
    if (parent != 0) {
        scope.kind = MTPR_SCOPE_BELOW;
        scope.depth = 1;
    }
    if (parent != 0 && parent != 0xffffffffu) {
        above = store_find(r->store, parent);
        if (!above)
            return MTP_RC_INVALID_OBJECT_HANDLE;
        if (above->format != MTP_FC_ASSOCIATION)
            return MTP_RC_INVALID_PARENT_OBJECT;
        scope.handle = parent;
    }
    *ret_scope = scope;
    return MTP_RC_OK;
}

static uint16_t get_num_objects(struct mtpr_responder *r)
{
    struct mtpr_scope scope;
    uint32_t count = 0;
    uint16_t code = scope_of_command(r, &scope);

    if (code != MTP_RC_OK)
        return code;
    while (mtpr_scope_next(r, &scope))
        count++;
    r->reply.params[0] = count;
    r->reply.count = 1;
    return MTP_RC_OK;
}

static uint16_t get_object_handles(struct mtpr_responder *r)
{
    const struct store_object *object;
    struct mtpr_scope scope;
    uint32_t count = 0;
    uint16_t code = scope_of_command(r, &scope);

    if (code != MTP_RC_OK)
        return code;
    wr_u32(&r->out, 0);
    for (; (object = mtpr_scope_next(r, &scope)) != NULL; count++)
        wr_u32(&r->out, object->handle);
    wr_u32_at(&r->out, 0, count);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* ---- GetObjectInfo (MTP 1.1, 5.3.1) */

static void put_date(struct wr *out, int64_t seconds)
{
    char text[20];

    mtpr_date_print(seconds, text);
    wr_string(out, text);
}

static uint32_t thumb_size(const struct store_object *object)
{
    uint32_t length;
    const uint8_t *sample = store_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_DATA, &length);

    return sample && length > 4 ? length - 4 : 0;
}

static uint32_t small_property(const struct store_object *object, uint16_t code, uint16_t type)
{
    uint32_t length;
    const uint8_t *value = store_property(object, code, &length);

    return value ? (uint32_t)mtpr_integer(type, value) : 0;
}

static void put_object_info(struct mtpr_responder *r, const struct store_object *object)
{
    struct wr *out = &r->out;

    wr_u32(out, mtpr_storage_id(r, object->volume));
    wr_u16(out, mtpr_format_said(r, object));
    wr_u16(out, object->protection ? 1 : 0);
    if (r->policy->info_size_wide)
        wr_u64(out, object->size);
    else
        wr_u32(out, object->size < 0xffffffffu ? (uint32_t)object->size : 0xffffffffu);
    wr_u16(out, thumb_size(object) ? MTP_FC_EXIF_JPEG : 0);
    wr_u32(out, thumb_size(object));
    wr_u32(out, small_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_WIDTH, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_HEIGHT, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_WIDTH, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_HEIGHT, MTP_DTC_UINT32));
    wr_u32(out, 0); /* bit depth */
    wr_u32(out, object->parent);
    wr_u16(out, object->association);
    wr_u32(out, 0); /* association description */
    wr_u32(out, 0); /* sequence number */
    wr_string(out, object->name);
    put_date(out, object->created);
    put_date(out, object->modified);
    wr_string(out, ""); /* keywords */
}

static uint16_t get_object_info(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    put_object_info(r, object);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* ---- content */

static const struct store_object *file_of_command(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);

    return object && object->format != MTP_FC_ASSOCIATION ? object : NULL;
}

static uint16_t get_object(struct mtpr_responder *r)
{
    const struct store_object *object = file_of_command(r);

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    mtpr_out_content(r, object, 0, object->size);
    return MTP_RC_OK;
}

/* At the end: OK with 0 bytes; beyond it InvalidParameter (docs/errata.md). */
static uint16_t partial(struct mtpr_responder *r, uint64_t offset, uint32_t maximum)
{
    const struct store_object *object = file_of_command(r);
    uint64_t length;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    if (offset > object->size)
        return MTP_RC_INVALID_PARAMETER;
    length = object->size - offset;
    if (length > maximum)
        length = maximum;
    mtpr_out_content(r, object, offset, length);
    r->reply.params[0] = (uint32_t)length;
    r->reply.count = 1;
    return MTP_RC_OK;
}

static uint16_t get_partial_object(struct mtpr_responder *r)
{
    return partial(r, r->command.params[1], r->command.params[2]);
}

static uint16_t get_partial_object_64(struct mtpr_responder *r)
{
    uint64_t offset = (uint64_t)r->command.params[2] << 32 | r->command.params[1];

    return partial(r, offset, r->command.params[3]);
}

static uint16_t get_thumb(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    const uint8_t *sample;
    uint32_t length;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    if (thumb_size(object) == 0)
        return MTP_RC_NO_THUMBNAIL_PRESENT;
    /* The property is an array of bytes: its count stays behind. */
    sample = store_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_DATA, &length);
    wr_bytes(&r->out, sample + 4, length - 4);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

const struct mtpr_operation mtpr_object_operations[] = {
    {.code = MTP_OP_GET_NUM_OBJECTS, .params = 3, .run = get_num_objects},
    {.code = MTP_OP_GET_OBJECT_HANDLES,
     .params = 3,
     .phase = MTPR_DATA_IN,
     .run = get_object_handles},
    {.code = MTP_OP_GET_OBJECT_INFO, .params = 1, .phase = MTPR_DATA_IN, .run = get_object_info},
    {.code = MTP_OP_GET_OBJECT, .params = 1, .phase = MTPR_DATA_IN, .run = get_object},
    {.code = MTP_OP_GET_THUMB, .params = 1, .phase = MTPR_DATA_IN, .run = get_thumb},
    {.code = MTP_OP_GET_PARTIAL_OBJECT,
     .params = 3,
     .phase = MTPR_DATA_IN,
     .run = get_partial_object},
    {.code = MTP_OP_GET_PARTIAL_OBJECT_64,
     .params = 4,
     .phase = MTPR_DATA_IN,
     .run = get_partial_object_64},
    {.code = 0},
};
