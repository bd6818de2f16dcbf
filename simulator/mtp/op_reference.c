/* GetObjectReferences, SetObjectReferences: order and doubles count (MTP 1.1, E.2.9, E.2.10). */
#include <stdlib.h>

#include "simulator/mtp/mtpr_internal.h"

static uint16_t get_references(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    uint32_t count, live = 0;
    bool all = !r->policy->references_checked;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    count = object->references ? object->references->count : 0;
    /* What lies on a medium that is out is not said, and there again when it is back. */
    for (uint32_t i = 0; i < count; i++)
        live += all || store_find(r->store, object->references->handles[i]);
    wr_u32(&r->out, live);
    for (uint32_t i = 0; i < count; i++) {
        if (all || store_find(r->store, object->references->handles[i]))
            wr_u32(&r->out, object->references->handles[i]);
    }
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t set_references_check(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);

    return object ? mtpr_may_change(r, object) : MTP_RC_INVALID_OBJECT_HANDLE;
}

static uint16_t set_references(struct mtpr_responder *r, bool whole)
{
    struct store_object *object = store_find(r->store, r->command.params[0]);
    struct rd rd = rd_over(r->in.data, r->in.used);
    uint32_t count = rd_array(&rd, 4), *handles;
    uint16_t code = MTP_RC_OK;

    (void)whole;
    if (!object || rd.failed || rd_left(&rd) != (size_t)count * 4)
        return object ? MTP_RC_INVALID_DATASET : MTP_RC_INVALID_OBJECT_HANDLE;
    handles = malloc((size_t)count * 4 + 4);
    if (!handles)
        return MTP_RC_GENERAL_ERROR;
    for (uint32_t i = 0; i < count && code == MTP_RC_OK; i++) {
        handles[i] = rd_u32(&rd);
        if (!store_find(r->store, handles[i]) && r->policy->references_checked)
            code = MTP_RC_INVALID_OBJECT_REFERENCE;
    }
    if (code == MTP_RC_OK)
        code = mtpr_code_of(store_set_references(r->store, object, handles, count));
    if (code == MTP_RC_OK)
        mtpr_echo(r, MTP_EC_OBJECT_REFERENCES_CHANGED, object->handle);
    free(handles);
    return code;
}

const struct mtpr_operation mtpr_reference_operations[] = {
    {.code = MTP_OP_GET_OBJECT_REFERENCES,
     .params = 1,
     .phase = MTPR_DATA_IN,
     .run = get_references},
    {.code = MTP_OP_SET_OBJECT_REFERENCES,
     .params = 1,
     .phase = MTPR_DATA_OUT,
     .run = set_references_check,
     .finish = set_references},
    {.code = 0},
};
