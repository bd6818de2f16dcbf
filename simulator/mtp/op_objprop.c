/* Object properties: what is supported, single values and lists (MTP 1.1, E.2). */
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"

static uint16_t get_supported(struct mtpr_responder *r)
{
    const struct mtpr_object_property *property;
    uint16_t codes[256];
    size_t cursor = 0, count = 0;

    if (r->command.params[0] > 0xffff || !mtpr_format_listed(r, (uint16_t)r->command.params[0]))
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    while ((property = mtpr_property_at(r, (uint16_t)r->command.params[0], &cursor)) != NULL)
        codes[count++] = property->code;
    wr_u16_array(&r->out, codes, count);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* Of an object or a format: exists at all, exists there. */
static uint16_t property_of(const struct mtpr_responder *r, uint32_t code, uint16_t format,
                            const struct mtpr_object_property **ret_property)
{
    const struct mtpr_object_property *property;

    if (code > 0xffff || !mtpr_property_exists(r, (uint16_t)code))
        return MTP_RC_INVALID_OBJECT_PROP_CODE;
    property = mtpr_property_of(r, format, (uint16_t)code);
    if (!property)
        return MTP_RC_OBJECT_PROP_NOT_SUPPORTED;
    *ret_property = property;
    return MTP_RC_OK;
}

static uint16_t get_desc(struct mtpr_responder *r)
{
    const struct mtpr_object_property *property;
    uint32_t format = r->command.params[1];
    uint16_t code;

    if (format > 0xffff || !mtpr_format_listed(r, (uint16_t)format))
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    code = property_of(r, r->command.params[0], (uint16_t)format, &property);
    if (code != MTP_RC_OK)
        return code;
    mtpr_property_desc((uint16_t)format, property, &r->out);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t get_value(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    const struct mtpr_object_property *property;
    uint16_t code;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    code = property_of(r, r->command.params[1], object->format, &property);
    if (code != MTP_RC_OK)
        return code;
    mtpr_property_write(r, object, property, &r->out);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* May this object's property be set at all? */
static uint16_t may_set(struct mtpr_responder *r, uint32_t handle, uint32_t code,
                        struct store_object **ret_object,
                        const struct mtpr_object_property **ret_property)
{
    struct store_object *object = store_find(r->store, handle);
    uint16_t result;

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    result = property_of(r, code, object->format, ret_property);
    if (result == MTP_RC_OK &&
        (!(*ret_property)->settable || mtpr_property_fails(r, (*ret_property)->code)))
        result = MTP_RC_ACCESS_DENIED;
    if (result == MTP_RC_OK)
        result = mtpr_may_change(r, object);
    *ret_object = object;
    return result;
}

static uint16_t set_value_check(struct mtpr_responder *r)
{
    const struct mtpr_object_property *property;
    struct store_object *object;

    return may_set(r, r->command.params[0], r->command.params[1], &object, &property);
}

static uint16_t set_value(struct mtpr_responder *r, bool whole)
{
    const struct mtpr_object_property *property;
    struct store_object *object;
    uint16_t code = may_set(r, r->command.params[0], r->command.params[1], &object, &property);

    (void)whole;
    if (code != MTP_RC_OK)
        return code;
    code = mtpr_property_set(r, object, property, r->in.data, (uint32_t)r->in.used);
    if (code == MTP_RC_OK)
        mtpr_echo(r, MTP_EC_OBJECT_INFO_CHANGED, object->handle);
    return code;
}

/* ---- GetObjectPropList: handle, format, property, group, depth */

static uint16_t list_scope(struct mtpr_responder *r, struct mtpr_scope *ret_scope)
{
    uint32_t handle = r->command.params[0], depth = r->command.params[4];
    struct mtpr_scope scope = {
        .volume = -1, .handle = handle, .depth = depth, .format = (uint16_t)r->command.params[1]};

    if (handle == 0xffffffffu) {
        scope.kind = MTPR_SCOPE_ALL;
        scope.no_folders = r->policy->list_lacks_folders;
    } else {
        if (handle && !store_find(r->store, handle))
            return MTP_RC_INVALID_OBJECT_HANDLE;
        /* The root itself (handle 0, depth 0) has no properties. */
        scope.kind = depth || !handle ? MTPR_SCOPE_BELOW : MTPR_SCOPE_ONE;
    }
    *ret_scope = scope;
    return MTP_RC_OK;
}

static uint16_t get_list(struct mtpr_responder *r)
{
    uint32_t format = r->command.params[1], property = r->command.params[2];
    uint32_t group = r->command.params[3];
    uint16_t code;

    if (property == 0 && group == 0)
        return MTP_RC_PARAMETER_NOT_SUPPORTED;
    if (property == 0 && !mtpr_group_exists(r, group))
        return MTP_RC_GROUP_NOT_SUPPORTED;
    /* A group with a property too: the property would be ignored by some, refused by us. */
    if (property && group)
        return MTP_RC_SPECIFICATION_BY_GROUP_UNSUPPORTED;
    if (format && (format > 0xffff || !mtpr_format_listed(r, (uint16_t)format)))
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    if (property && property != 0xffffffffu &&
        (property > 0xffff || !mtpr_property_exists(r, (uint16_t)property)))
        return MTP_RC_INVALID_OBJECT_PROP_CODE;
    code = list_scope(r, &r->list.scope);
    if (code != MTP_RC_OK)
        return code;
    r->list.property = property == 0xffffffffu ? 0 : (uint16_t)property;
    r->list.group = group;
    return mtpr_list_begin(r) ? MTP_RC_GENERAL_ERROR : MTP_RC_OK;
}

/* ---- SetObjectPropList */

static uint16_t set_one(struct mtpr_responder *r, struct rd *rd)
{
    const struct mtpr_object_property *property;
    struct store_object *object;
    const uint8_t *value;
    uint32_t length, handle = rd_u32(rd);
    uint16_t code = rd_u16(rd), type = rd_u16(rd), result;

    value = rd_value(rd, type, &length);
    if (!value)
        return MTP_RC_INVALID_DATASET;
    object = store_find(r->store, handle);
    if (object && mtpr_format_is_audio(object->format) && r->policy->list_set_ignored)
        return MTP_RC_OK;
    result = may_set(r, handle, code, &object, &property);
    if (result != MTP_RC_OK)
        return result;
    if (type != property->type)
        return MTP_RC_INVALID_OBJECT_PROP_FORMAT;
    return mtpr_property_set(r, object, property, value, length);
}

static uint16_t set_list(struct mtpr_responder *r, bool whole)
{
    struct rd rd = rd_over(r->in.data, r->in.used);
    uint32_t count = rd_array(&rd, 8), i;
    uint16_t code = rd.failed ? MTP_RC_INVALID_DATASET : MTP_RC_OK;
    int error;

    (void)whole;
    store_begin(r->store);
    for (i = 0; i < count && code == MTP_RC_OK; i++)
        code = set_one(r, &rd);
    error = store_commit(r->store);
    if (code != MTP_RC_OK) {
        /* The index of the first property that could not be set. */
        r->reply.params[0] = i ? i - 1 : 0;
        r->reply.count = 1;
    }
    return code == MTP_RC_OK ? mtpr_code_of(error) : code;
}

/* ---- GetInterdependentPropDesc: each combination's descriptions, none where no property depends
 * on another (MTP 1.1, E.2.7) */

enum { COMBINATIONS = 251 }; /* by number */

static void write_combination(const struct mtpr_format *format, unsigned number, struct wr *wr)
{
    for (size_t i = 0; i < format->dependent_count; i++) {
        if (format->dependents[i].combination == number)
            mtpr_property_desc(format->code, format->dependents[i].property, wr);
    }
}

static void write_combinations(const struct mtpr_format *format, struct wr *wr)
{
    uint32_t members[COMBINATIONS] = {0}, count = 0;

    for (size_t i = 0; i < format->dependent_count; i++)
        count += members[format->dependents[i].combination]++ == 0;
    wr_u32(wr, count);
    for (unsigned number = 0; number < COMBINATIONS; number++) {
        if (!members[number])
            continue;
        wr_u32(wr, members[number]);
        write_combination(format, number, wr);
    }
}

static uint16_t get_interdependent(struct mtpr_responder *r)
{
    const struct mtpr_format *format;

    if (r->command.params[0] > 0xffff || !mtpr_format_listed(r, (uint16_t)r->command.params[0]))
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    format = mtpr_format_described(r->config, (uint16_t)r->command.params[0]);
    if (format)
        write_combinations(format, &r->out);
    else
        wr_u32(&r->out, 0);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

const struct mtpr_operation mtpr_object_property_operations[] = {
    {.code = MTP_OP_GET_OBJECT_PROPS_SUPPORTED,
     .params = 1,
     .phase = MTPR_DATA_IN,
     .run = get_supported},
    {.code = MTP_OP_GET_OBJECT_PROP_DESC, .params = 2, .phase = MTPR_DATA_IN, .run = get_desc},
    {.code = MTP_OP_GET_OBJECT_PROP_VALUE, .params = 2, .phase = MTPR_DATA_IN, .run = get_value},
    {.code = MTP_OP_SET_OBJECT_PROP_VALUE,
     .params = 2,
     .phase = MTPR_DATA_OUT,
     .run = set_value_check,
     .finish = set_value},
    {.code = MTP_OP_GET_OBJECT_PROP_LIST, .params = 5, .phase = MTPR_DATA_IN, .run = get_list},
    {.code = MTP_OP_SET_OBJECT_PROP_LIST, .phase = MTPR_DATA_OUT, .finish = set_list},
    {.code = MTP_OP_GET_INTERDEPENDENT_PROP_DESC,
     .params = 1,
     .phase = MTPR_DATA_IN,
     .run = get_interdependent},
    {.code = 0},
};
