/* Handles, object info and content: what reads. */
#include "simulator/mtp/mtpr_internal.h"

/* ---- GetNumObjects, GetObjectHandles (MTP 1.1, D.2.6 and D.2.7) */

static uint16_t scope_of_command(struct mtpr_responder *r, struct mtpr_scope *ret_scope,
                                 bool *ret_empty)
{
    uint32_t storage = r->command.params[0], format = r->command.params[1];
    uint32_t parent = r->command.params[2];
    struct mtpr_scope scope = {.kind = MTPR_SCOPE_ALL, .volume = -1};
    const struct store_object *above;
    size_t volume;
    uint16_t code;

    *ret_empty = false;
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
    if (!mtpr_deviates(r, DEFECT_FORMAT_FILTER_IGNORED)) {
        if (format != 0 && !mtpr_format_listed(r, (uint16_t)format))
            return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
        scope.format = (uint16_t)format;
    }
    if (parent == 0xffffffffu || (parent == 0 && mtpr_deviates(r, DEFECT_PARENT_ZERO_IS_ROOT))) {
        scope.kind = MTPR_SCOPE_BELOW;
        scope.depth = 1;
    } else if (parent != 0) {
        above = store_find(r->store, parent);
        if (!above || above->format != MTP_FC_ASSOCIATION) {
            *ret_empty = mtpr_deviates(r, DEFECT_BAD_PARENT_EMPTY);
            if (!*ret_empty)
                return above ? MTP_RC_INVALID_PARENT_OBJECT : MTP_RC_INVALID_OBJECT_HANDLE;
        }
        scope.kind = MTPR_SCOPE_BELOW;
        scope.handle = parent;
        scope.depth = *ret_empty ? 0 : 1;
    }
    *ret_scope = scope;
    return MTP_RC_OK;
}

static uint16_t get_num_objects(struct mtpr_responder *r)
{
    bool folders = !mtpr_deviates(r, DEFECT_COUNT_WITHOUT_FOLDERS), empty;
    const struct store_object *object;
    struct mtpr_scope scope;
    uint32_t count = 0;
    uint16_t code = scope_of_command(r, &scope, &empty);

    if (code != MTP_RC_OK)
        return code;
    while ((object = mtpr_scope_next(r, &scope)) != NULL)
        count += folders || object->format != MTP_FC_ASSOCIATION;
    r->reply.params[0] = count;
    r->reply.count = 1;
    return MTP_RC_OK;
}

static uint16_t get_object_handles(struct mtpr_responder *r)
{
    const struct store_object *object;
    struct mtpr_scope scope;
    uint32_t count = 0;
    bool empty;
    uint16_t code = scope_of_command(r, &scope, &empty);

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

uint32_t mtpr_parent_said(const struct mtpr_responder *r, const struct store_object *object)
{
    if (object->parent == 0 && mtpr_deviates(r, DEFECT_ROOT_PARENT_ALL_ONES))
        return 0xffffffffu;
    if (r->cycle_handle && object->handle == r->cycle_handle)
        return r->cycle_parent;
    return object->parent;
}

static void put_date(struct mtpr_responder *r, int64_t seconds)
{
    char text[20];

    mtpr_date_print(seconds, text);
    if (text[0] && mtpr_deviates(r, DEFECT_DATES_LOCALISED)) {
        char local[] = "dd.mm.yyyy hh:mm";

        local[0] = text[6];
        local[1] = text[7];
        local[3] = text[4];
        local[4] = text[5];
        for (int i = 0; i < 4; i++)
            local[6 + i] = text[i];
        local[11] = text[9];
        local[12] = text[10];
        local[14] = text[11];
        local[15] = text[12];
        wr_string(&r->out, local);
        return;
    }
    wr_string(&r->out, text);
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
    wr_u32(out, object->size < 0xffffffffu || mtpr_deviates(r, DEFECT_LARGE_SIZE_WRAPS) ||
                        mtpr_deviates(r, QUIRK_WIDE_SIZE)
                    ? (uint32_t)object->size
                    : 0xffffffffu);
    if (mtpr_deviates(r, QUIRK_WIDE_SIZE))
        wr_u32(out, (uint32_t)(object->size >> 32));
    wr_u16(out, thumb_size(object) ? MTP_FC_EXIF_JPEG : 0);
    wr_u32(out, thumb_size(object));
    wr_u32(out, small_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_WIDTH, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_REPRESENTATIVE_SAMPLE_HEIGHT, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_WIDTH, MTP_DTC_UINT32));
    wr_u32(out, small_property(object, MTP_OPC_HEIGHT, MTP_DTC_UINT32));
    wr_u32(out, 0); /* bit depth */
    wr_u32(out, mtpr_parent_said(r, object));
    wr_u16(out, object->association);
    wr_u32(out, 0); /* association description */
    wr_u32(out, 0); /* sequence number */
    wr_string(out, object->name);
    put_date(r, object->created);
    put_date(r, object->modified);
    wr_string(out, ""); /* keywords */
}

static uint16_t get_object_info(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);

    if (object && object->handle == r->unreadable) {
        r->unreadable = 0;
        return MTP_RC_INVALID_OBJECT_HANDLE;
    }
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
    r->hangs = object->size == 0 && mtpr_deviates(r, DEFECT_EMPTY_OBJECT_HANGS);
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
    if (!mtpr_deviates(r, DEFECT_PARTIAL_WITHOUT_COUNT)) {
        r->reply.params[0] = (uint32_t)length;
        r->reply.count = 1;
    }
    return MTP_RC_OK;
}

static uint16_t get_partial_object(struct mtpr_responder *r)
{
    return partial(r, r->command.params[1], r->command.params[2]);
}

static uint16_t get_partial_object_64(struct mtpr_responder *r)
{
    uint64_t offset = (uint64_t)r->command.params[2] << 32 | r->command.params[1];

    if (mtpr_deviates(r, DEFECT_PARTIAL_64_WRAPS))
        offset = r->command.params[1];
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
    if (mtpr_deviates(r, DEFECT_THUMB_WITH_COUNT))
        wr_bytes(&r->out, sample, 4);
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
