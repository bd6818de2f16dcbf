/* DeleteObject, MoveObject, CopyObject, SetObjectProtection: what happens to an object with all
 * that lies below it. */
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

/* ---- deleting */

struct deletion {
    unsigned removed, kept;
    uint16_t reason; /* why the last one stayed */
    uint16_t format; /* 0: any */
};

static void delete_tree(struct mtpr_responder *r, struct store_object *object,
                        struct deletion *deletion)
{
    struct store_object *child = store_first_child(r->store, object), *next;
    unsigned kept = deletion->kept;
    uint16_t code;
    uint32_t handle = object->handle;
    bool emptied = child != NULL;

    for (; child; child = next) {
        next = store_next_sibling(r->store, child);
        delete_tree(r, child, deletion);
    }
    if (deletion->kept != kept)
        return;
    if (deletion->format && object->format != deletion->format)
        return;
    if (store_first_child(r->store, object))
        return;
    if (emptied && !r->policy->folders_deleted)
        return;
    code = mtpr_may_write(r, object->volume, true);
    if (code == MTP_RC_OK && object->protection && r->policy->protection_honoured)
        code = MTP_RC_OBJECT_WRITE_PROTECTED;
    if (code == MTP_RC_OK) {
        mtpr_edit_drop_handle(r, handle);
        code = mtpr_code_of(store_remove(r->store, object));
    }
    if (code == MTP_RC_OK) {
        deletion->removed++;
        mtpr_echo(r, MTP_EC_OBJECT_REMOVED, handle);
    } else {
        deletion->kept++;
        deletion->reason = code;
    }
}

static uint16_t verdict(const struct deletion *deletion)
{
    if (deletion->kept == 0)
        return MTP_RC_OK;
    return deletion->removed ? MTP_RC_PARTIAL_DELETION : deletion->reason;
}

static uint16_t delete_object(struct mtpr_responder *r)
{
    uint32_t handle = r->command.params[0], format = r->command.params[1];
    struct deletion deletion = {0, 0, MTP_RC_OK, 0};
    struct store_object *object, *next;
    int error;

    if (format != 0) {
        if (handle != 0xffffffffu || format > 0xffff)
            return MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED;
        if (!mtpr_format_listed(r, (uint16_t)format))
            return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
        deletion.format = (uint16_t)format;
    }
    store_begin(r->store);
    if (handle == 0xffffffffu) {
        for (object = store_first_child(r->store, NULL); object; object = next) {
            next = store_next_sibling(r->store, object);
            delete_tree(r, object, &deletion);
        }
    } else {
        object = store_find(r->store, handle);
        if (object)
            delete_tree(r, object, &deletion);
        else
            deletion.reason = MTP_RC_INVALID_OBJECT_HANDLE;
    }
    error = store_commit(r->store);
    if (error)
        return mtpr_code_of(error);
    if (handle == 0xffffffffu && r->owner.emptied)
        r->owner.emptied(r->owner.self, deletion.format, deletion.removed, deletion.kept);
    if (deletion.reason == MTP_RC_INVALID_OBJECT_HANDLE)
        return deletion.reason;
    return verdict(&deletion);
}

/* ---- moving and copying (MTP 1.1, D.2.25, D.2.26) */

static uint16_t destination(struct mtpr_responder *r, size_t *ret_volume, uint32_t *ret_parent)
{
    uint32_t parent = r->command.params[2];
    const struct store_object *above;
    uint16_t code = mtpr_volume(r, r->command.params[1], ret_volume);

    if (code == MTP_RC_OK)
        code = mtpr_may_write(r, *ret_volume, false);
    if (code != MTP_RC_OK)
        return code;
    *ret_parent = parent == 0xffffffffu ? 0 : parent;
    if (*ret_parent == 0)
        return MTP_RC_OK;
    above = store_find(r->store, parent);
    if (!above || above->format != MTP_FC_ASSOCIATION || above->volume != *ret_volume)
        return MTP_RC_INVALID_PARENT_OBJECT;
    return MTP_RC_OK;
}

static uint16_t move_object(struct mtpr_responder *r)
{
    struct store_object *object = store_find(r->store, r->command.params[0]);
    size_t volume;
    uint32_t parent;
    uint16_t code;
    int error;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    code = mtpr_may_change(r, object);
    if (code == MTP_RC_OK)
        code = destination(r, &volume, &parent);
    if (code != MTP_RC_OK)
        return code;
    error = store_move(r->store, object, volume, parent);
    if (!error)
        mtpr_echo(r, MTP_EC_OBJECT_INFO_CHANGED, object->handle);
    return mtpr_code_of(error);
}

static uint16_t copy_object(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    struct store_object *copy;
    size_t volume;
    uint32_t parent;
    uint16_t code;
    int error;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    code = destination(r, &volume, &parent);
    if (code != MTP_RC_OK)
        return code;
    error = store_copy(r->store, object, volume, parent, &copy);
    if (error)
        return mtpr_code_of(error);
    r->reply.params[0] = copy->handle;
    r->reply.count = 1;
    mtpr_echo(r, MTP_EC_OBJECT_ADDED, copy->handle);
    return MTP_RC_OK;
}

static uint16_t set_object_protection(struct mtpr_responder *r)
{
    struct store_object *object = store_find(r->store, r->command.params[0]);
    uint32_t protection = r->command.params[1];
    uint16_t code;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    if (protection > 1)
        return MTP_RC_INVALID_PARAMETER;
    code = mtpr_may_write(r, object->volume, false);
    if (code != MTP_RC_OK)
        return code;
    return mtpr_code_of(store_set_protection(r->store, object, protection == 1));
}

const struct mtpr_operation mtpr_tree_operations[] = {
    {.code = MTP_OP_DELETE_OBJECT, .params = 2, .run = delete_object},
    {.code = MTP_OP_SET_OBJECT_PROTECTION, .params = 2, .run = set_object_protection},
    {.code = MTP_OP_MOVE_OBJECT, .params = 3, .run = move_object},
    {.code = MTP_OP_COPY_OBJECT, .params = 3, .run = copy_object},
    {.code = 0},
};
