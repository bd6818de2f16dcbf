/* Device properties (MTP 1.1, Annex C): GetDevicePropDesc, GetDevicePropValue,
 * SetDevicePropValue, ResetDevicePropValue. Their values live in the store beside the objects. */
#include <errno.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

const struct mtpr_device_property *mtpr_device_property(const struct mtpr_responder *r,
                                                        uint16_t code)
{
    for (size_t i = 0; i < r->config->property_count; i++) {
        if (r->config->properties[i].code == code)
            return &r->config->properties[i];
    }
    return NULL;
}

static const struct mtpr_device_property *of_command(const struct mtpr_responder *r)
{
    uint32_t code = r->command.params[0];

    return code <= 0xffff ? mtpr_device_property(r, (uint16_t)code) : NULL;
}

static void write_value(struct mtpr_responder *r, const struct mtpr_device_property *property)
{
    uint32_t length;
    const uint8_t *value = store_value(r->store, property->code, &length);
    char now[20];

    if (r->owner.get && r->owner.get(r->owner.self, property->code, &r->out))
        return;
    if (property->code == MTP_DPC_DATE_TIME) {
        mtpr_date_print(store_now(r->store), now);
        wr_string(&r->out, now);
    } else if (value) {
        wr_bytes(&r->out, value, length);
    } else if (property->current.data) {
        wr_bytes(&r->out, property->current.data, property->current.length);
    } else {
        wr_bytes(&r->out, property->value.data, property->value.length);
    }
}

/* MTP 1.1, 5.1.2.1. */
static uint16_t get_desc(struct mtpr_responder *r)
{
    const struct mtpr_device_property *property = of_command(r);

    if (!property)
        return MTP_RC_DEVICE_PROP_NOT_SUPPORTED;
    wr_u16(&r->out, property->code);
    wr_u16(&r->out, property->type);
    wr_u8(&r->out, property->settable ? 1 : 0);
    wr_bytes(&r->out, property->value.data, property->value.length);
    write_value(r, property);
    mtpr_form_write(&property->form, &r->out);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t get_value(struct mtpr_responder *r)
{
    const struct mtpr_device_property *property = of_command(r);

    if (!property)
        return MTP_RC_DEVICE_PROP_NOT_SUPPORTED;
    write_value(r, property);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* ---- setting */

/* Bytes that are no value of the type: too short or long 0x201b, otherwise 0x201c. */
static uint16_t check_value(const struct mtpr_device_property *property, const uint8_t *value,
                            uint32_t length)
{
    struct rd rd = rd_over(value, length);
    uint32_t used;

    if (property->type == MTP_DTC_STRING) {
        if (length < 1 || length != 1 + 2u * value[0])
            return MTP_RC_INVALID_DEVICE_PROP_FORMAT;
        if (!rd_value(&rd, property->type, &used))
            return MTP_RC_INVALID_DEVICE_PROP_VALUE;
    } else if (!rd_value(&rd, property->type, &used) || used != length) {
        return MTP_RC_INVALID_DEVICE_PROP_FORMAT;
    }
    return mtpr_in_form(property->type, &property->form, value, length)
               ? MTP_RC_OK
               : MTP_RC_INVALID_DEVICE_PROP_VALUE;
}

static uint16_t may_set(const struct mtpr_responder *r)
{
    const struct mtpr_device_property *property = of_command(r);

    if (!property)
        return MTP_RC_DEVICE_PROP_NOT_SUPPORTED;
    return property->settable ? MTP_RC_OK : MTP_RC_ACCESS_DENIED;
}

static uint16_t set_check(struct mtpr_responder *r)
{
    return may_set(r);
}

static uint16_t keep_value(struct mtpr_responder *r, const struct mtpr_device_property *property)
{
    uint16_t code = 0;

    if (r->owner.set)
        code = r->owner.set(r->owner.self, property->code, r->in.data, (uint32_t)r->in.used);
    return code ? code
                : mtpr_code_of(
                      store_set_value(r->store, property->code, r->in.data, (uint32_t)r->in.used));
}

static uint16_t set_value(struct mtpr_responder *r, bool whole)
{
    const struct mtpr_device_property *property = of_command(r);
    uint16_t code = may_set(r);

    (void)whole;
    if (code == MTP_RC_OK)
        code = check_value(property, r->in.data, (uint32_t)r->in.used);
    if (code == MTP_RC_OK)
        code = keep_value(r, property);
    if (code == MTP_RC_OK)
        mtpr_echo(r, MTP_EC_DEVICE_PROP_CHANGED, property->code);
    return code;
}

static uint16_t reset_one(struct mtpr_responder *r, const struct mtpr_device_property *property)
{
    return mtpr_code_of(
        store_set_value(r->store, property->code, property->value.data, property->value.length));
}

/* 0xffffffff: all that can be set (MTP 1.1, D.2.23). */
static uint16_t reset_value(struct mtpr_responder *r)
{
    uint16_t code = MTP_RC_OK;

    if (r->command.params[0] == 0xffffffffu) {
        for (size_t i = 0; i < r->config->property_count && code == MTP_RC_OK; i++) {
            if (r->config->properties[i].settable)
                code = reset_one(r, &r->config->properties[i]);
        }
        return code;
    }
    code = may_set(r);
    return code == MTP_RC_OK ? reset_one(r, of_command(r)) : code;
}

int mtpr_set_device_property(struct mtpr_responder *r, uint16_t code, const void *value,
                             uint32_t length)
{
    const struct mtpr_device_property *property = mtpr_device_property(r, code);
    const uint8_t *old;
    uint32_t old_length = 0;
    uint16_t result;
    int error;

    if (!property)
        return -ENOENT;
    result = check_value(property, value, length);
    if (result != MTP_RC_OK)
        return result == MTP_RC_INVALID_DEVICE_PROP_VALUE ? -ERANGE : -EINVAL;
    old = store_value(r->store, code, &old_length);
    if (old && old_length == length && memcmp(old, value, length) == 0)
        return 0;
    error = store_set_value(r->store, code, value, length);
    if (!error)
        mtpr_raise(r, MTP_EC_DEVICE_PROP_CHANGED, code, 0);
    return error;
}

const struct mtpr_operation mtpr_device_property_operations[] = {
    {.code = MTP_OP_GET_DEVICE_PROP_DESC, .params = 1, .phase = MTPR_DATA_IN, .run = get_desc},
    {.code = MTP_OP_GET_DEVICE_PROP_VALUE, .params = 1, .phase = MTPR_DATA_IN, .run = get_value},
    {.code = MTP_OP_SET_DEVICE_PROP_VALUE,
     .params = 1,
     .phase = MTPR_DATA_OUT,
     .run = set_check,
     .finish = set_value},
    {.code = MTP_OP_RESET_DEVICE_PROP_VALUE, .params = 1, .run = reset_value},
    {.code = 0},
};
