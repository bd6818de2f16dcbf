/* GetObjectReferences, SetObjectReferences: order and doubles count (MTP 1.1, E.2.9, E.2.10). */
#include <stdlib.h>

#include "simulator/mtp/mtpr_internal.h"

static uint16_t get_references(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    uint32_t count, live = 0;
    bool all = mtpr_deviates(r, DEFECT_REFERENCES_DANGLE);

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

static int by_number(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

static uint32_t sorted_unique(uint32_t *handles, uint32_t count)
{
    uint32_t kept = 0;

    qsort(handles, count, sizeof(*handles), by_number);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || handles[i] != handles[i - 1])
            handles[kept++] = handles[i];
    }
    return kept;
}

static uint16_t set_references(struct mtpr_responder *r, bool whole)
{
    struct store_object *object = store_find(r->store, r->command.params[0]);
    struct rd rd = rd_over(r->in.data, r->in.used);
    bool trusting = mtpr_deviates(r, DEFECT_ARRAY_COUNT_TRUSTED);
    uint32_t count, *handles;
    uint16_t code = MTP_RC_OK;

    (void)whole;
    if (trusting) {
        count = rd_u32(&rd);
        count = count > rd_left(&rd) / 4 ? (uint32_t)(rd_left(&rd) / 4) : count;
    } else {
        count = rd_array(&rd, 4);
    }
    if (!object || rd.failed || (!trusting && rd_left(&rd) != (size_t)count * 4))
        return object ? MTP_RC_INVALID_DATASET : MTP_RC_INVALID_OBJECT_HANDLE;
    handles = malloc((size_t)count * 4 + 4);
    if (!handles)
        return MTP_RC_GENERAL_ERROR;
    for (uint32_t i = 0; i < count && code == MTP_RC_OK; i++) {
        handles[i] = rd_u32(&rd);
        if (!store_find(r->store, handles[i]) && !mtpr_deviates(r, DEFECT_REFERENCES_DANGLE))
            code = MTP_RC_INVALID_OBJECT_REFERENCE;
    }
    if (code == MTP_RC_OK && mtpr_deviates(r, DEFECT_REFERENCES_SORTED))
        count = sorted_unique(handles, count);
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
