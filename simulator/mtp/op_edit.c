/* Editing in place (0x95c2 to 0x95c5): a working copy gathers the changes, EndEditObject puts it
 * in the object's place, the loss of the session drops it. An object that was announced and not
 * sent may be written this way too; it appears at EndEditObject. */
#include <errno.h>
#include <stdlib.h>

#include "simulator/mtp/mtpr_internal.h"

static struct mtpr_edit *find(struct mtpr_responder *r, uint32_t handle)
{
    for (size_t i = 0; handle && i < MTPR_EDITS; i++) {
        if (r->edits[i].handle == handle)
            return &r->edits[i];
    }
    return NULL;
}

static struct mtpr_edit *unused(struct mtpr_responder *r)
{
    for (size_t i = 0; i < MTPR_EDITS; i++) {
        if (r->edits[i].handle == 0)
            return &r->edits[i];
    }
    return NULL;
}

static void drop(struct mtpr_responder *r, struct mtpr_edit *edit)
{
    if (edit->handle && edit->room)
        arena_trim(store_arena(r->store), edit->offset, edit->room, 0);
    if (edit->born) {
        mtpr_pending_drop(r, edit->born);
        free(edit->born);
    }
    *edit = (struct mtpr_edit){0};
}

void mtpr_edits_drop(struct mtpr_responder *r)
{
    for (size_t i = 0; i < MTPR_EDITS; i++)
        drop(r, &r->edits[i]);
}

void mtpr_edit_drop_handle(struct mtpr_responder *r, uint32_t handle)
{
    struct mtpr_edit *edit = find(r, handle);

    if (edit)
        drop(r, edit);
}

/* The announced object is written through the edit instead of SendObject. */
static uint16_t begin_new(struct mtpr_responder *r, struct mtpr_edit *edit)
{
    struct mtpr_pending *born = malloc(sizeof(*born));

    if (!born)
        return MTP_RC_GENERAL_ERROR;
    if (r->pending.reserved)
        arena_trim(store_arena(r->store), r->pending.draft.offset, r->pending.reserved, 0);
    *born = r->pending;
    born->reserved = 0;
    r->pending = (struct mtpr_pending){0};
    *edit = (struct mtpr_edit){.handle = born->draft.handle, .born = born};
    return MTP_RC_OK;
}

static uint16_t begin_edit(struct mtpr_responder *r)
{
    uint32_t handle = r->command.params[0];
    const struct store_object *object = store_find(r->store, handle);
    struct mtpr_edit *edit = unused(r), fresh = {.handle = handle};
    uint16_t code;
    int error;

    if (find(r, handle))
        return MTP_RC_ACCESS_DENIED;
    if (!edit)
        return MTP_RC_DEVICE_BUSY;
    if (!object && r->pending.valid && !r->pending.dataless && r->pending.draft.handle == handle)
        return begin_new(r, edit);
    if (!object || object->format == MTP_FC_ASSOCIATION)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    code = mtpr_may_change(r, object);
    if (code != MTP_RC_OK)
        return code;
    fresh.room = fresh.size = object->size;
    error = arena_reserve(store_arena(r->store), fresh.room, &fresh.offset);
    if (!error)
        error = store_copy_content(r->store, object, fresh.offset);
    if (error)
        return mtpr_code_of(error);
    *edit = fresh;
    return MTP_RC_OK;
}

static size_t volume_of(struct mtpr_responder *r, const struct mtpr_edit *edit)
{
    const struct store_object *object = store_find(r->store, edit->handle);

    return edit->born ? edit->born->draft.volume : object ? object->volume : 0;
}

/* Room for `size` bytes: in place if nothing lies behind, else moved with space to grow. */
static int grow(struct mtpr_responder *r, struct mtpr_edit *edit, uint64_t size)
{
    struct arena *arena = store_arena(r->store);
    const struct store_object *object = edit->born ? NULL : store_find(r->store, edit->handle);
    size_t volume = volume_of(r, edit);
    uint64_t limit = store_volume_at(r->store, volume)->max_object_size, room;
    off_t offset;
    int error;

    if (limit && size > limit)
        return -EFBIG;
    if (size > store_free_space(r->store, volume) + (object ? object->size : 0))
        return -ENOSPC;
    if (size <= edit->room)
        return 0;
    if (edit->room && arena_extend(arena, edit->offset, edit->room, size) == 0) {
        edit->room = size;
        return 0;
    }
    room = size < UINT64_MAX / 2 && edit->room ? size * 2 : size;
    error = arena_reserve(arena, room, &offset);
    if (!error)
        error = arena_copy(arena, edit->offset, offset, edit->size);
    if (error)
        return error;
    if (edit->room)
        arena_trim(arena, edit->offset, edit->room, 0);
    edit->offset = offset;
    edit->room = room;
    return 0;
}

/* ---- SendPartialObject: handle, offset low and high, size */

static uint64_t command_offset(const struct mtpr_responder *r)
{
    return (uint64_t)r->command.params[2] << 32 | r->command.params[1];
}

static uint16_t partial_check(struct mtpr_responder *r)
{
    uint64_t offset = command_offset(r), end = offset + r->command.params[3];

    r->edit = find(r, r->command.params[0]);
    if (!r->edit)
        return store_find(r->store, r->command.params[0]) ? MTP_RC_ACCESS_DENIED
                                                          : MTP_RC_INVALID_OBJECT_HANDLE;
    if (end < offset)
        return MTP_RC_INVALID_PARAMETER;
    return mtpr_code_of(grow(r, r->edit, end > r->edit->size ? end : r->edit->size));
}

static uint16_t partial_accept(struct mtpr_responder *r, const uint8_t *data, size_t length)
{
    uint64_t done = r->sink.received - length;

    if (r->sink.received > r->command.params[3])
        return MTP_RC_INCOMPLETE_TRANSFER;
    return mtpr_code_of(arena_write(
        store_arena(r->store), r->edit->offset + (off_t)(command_offset(r) + done), data, length));
}

static uint16_t partial_finish(struct mtpr_responder *r, bool whole)
{
    uint64_t end = command_offset(r) + r->sink.received;

    if (!r->edit || r->sink.refused != MTP_RC_OK)
        return MTP_RC_OK;
    if (end > r->edit->size)
        r->edit->size = end;
    if (!whole || r->sink.received != r->command.params[3])
        return MTP_RC_INCOMPLETE_TRANSFER;
    r->reply.params[0] = (uint32_t)r->sink.received;
    r->reply.count = 1;
    return MTP_RC_OK;
}

static uint16_t truncate_object(struct mtpr_responder *r)
{
    struct mtpr_edit *edit = find(r, r->command.params[0]);
    uint64_t size = command_offset(r);
    struct arena *arena = store_arena(r->store);
    int error;

    if (!edit)
        return store_find(r->store, r->command.params[0]) ? MTP_RC_ACCESS_DENIED
                                                          : MTP_RC_INVALID_OBJECT_HANDLE;
    error = grow(r, edit, size);
    if (error)
        return mtpr_code_of(error);
    /* What is cut off reads as zeros should the object grow again. */
    if (size < edit->size) {
        static const uint8_t zeros[4096];
        uint64_t page = (size + 4095) / 4096 * 4096;
        uint64_t part = (page < edit->size ? page : edit->size) - size;

        error = arena_write(arena, edit->offset + (off_t)size, zeros, (size_t)part);
        if (!error && page < edit->size)
            arena_discard(arena, edit->offset + (off_t)page, edit->size - page);
    }
    if (!error)
        edit->size = size;
    return mtpr_code_of(error);
}

static uint16_t end_new(struct mtpr_responder *r, struct mtpr_edit *edit)
{
    struct mtpr_pending *born = edit->born;
    uint16_t code;

    born->draft.offset = edit->offset;
    born->draft.size = edit->size;
    born->reserved = edit->room;
    edit->room = 0;
    code = mtpr_commit_pending(r, born);
    drop(r, edit);
    return code;
}

static uint16_t end_edit(struct mtpr_responder *r)
{
    struct mtpr_edit *edit = find(r, r->command.params[0]);
    struct store_object *object;
    int error, closed;

    if (!edit)
        return store_find(r->store, r->command.params[0]) ? MTP_RC_ACCESS_DENIED
                                                          : MTP_RC_INVALID_OBJECT_HANDLE;
    if (edit->born)
        return end_new(r, edit);
    object = store_find(r->store, edit->handle);
    if (!object) {
        drop(r, edit);
        return MTP_RC_INVALID_OBJECT_HANDLE;
    }
    arena_trim(store_arena(r->store), edit->offset, edit->room, edit->size);
    store_begin(r->store);
    error = store_set_content(r->store, object, edit->offset, edit->size);
    if (!error)
        error = store_set_dates(r->store, object, object->created, store_now(r->store));
    closed = store_commit(r->store);
    error = error ? error : closed;
    if (!error) {
        *edit = (struct mtpr_edit){0};
        if (r->owner.stored)
            r->owner.stored(r->owner.self, object);
        mtpr_echo(r, MTP_EC_OBJECT_INFO_CHANGED, object->handle);
    }
    return mtpr_code_of(error);
}

const struct mtpr_operation mtpr_edit_operations[] = {
    {.code = MTP_OP_SEND_PARTIAL_OBJECT,
     .params = 4,
     .phase = MTPR_DATA_OUT,
     .run = partial_check,
     .accept = partial_accept,
     .finish = partial_finish},
    {.code = MTP_OP_TRUNCATE_OBJECT, .params = 3, .run = truncate_object},
    {.code = MTP_OP_BEGIN_EDIT_OBJECT, .params = 1, .run = begin_edit},
    {.code = MTP_OP_END_EDIT_OBJECT, .params = 1, .run = end_edit},
    {.code = 0},
};
