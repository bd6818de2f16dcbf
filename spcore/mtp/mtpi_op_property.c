/* Object properties (MTP 1.1, E.2.1 to E.2.5), and what several operations share. */
#include <errno.h>
#include <stdlib.h>

#include "spcore/mtp/mtpi_private.h"

int mtpi_fetch_u32_array(struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                         unsigned param_count, struct mtpi_u32_array *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, code, params, param_count, &data);

    if (result)
        return result;
    result = mtpi_parse_u32_array(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_send_dataset(struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                      unsigned param_count, struct mtpi_wr *dataset, struct mtpi_response *ret)
{
    struct mtpi_data data = {.out = dataset->data, .out_length = dataset->used, .has_out = true};
    int result =
        dataset->error ? dataset->error : mtpi_run(mtpi, code, params, param_count, &data, ret);

    mtpi_wr_done(dataset);
    return result;
}

int mtpi_send_value(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
                    const struct mtpi_value *value)
{
    struct mtpi_wr wr = {0};

    mtpi_wr_value(&wr, value);
    return mtpi_send_dataset(mtpi, code, params, param_count, &wr, NULL);
}

int mtpi_get_object_props_supported(struct mtpi *mtpi, uint16_t format, struct mtpi_u16_array *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, MTPI_PARAMS(format), &data);

    if (result)
        return result;
    result = mtpi_parse_u16_array(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_object_prop_desc(struct mtpi *mtpi, uint16_t property, uint16_t format,
                              struct mtpi_prop_desc *ret)
{
    struct mtpi_data data;
    int result =
        mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_PROP_DESC, MTPI_PARAMS(property, format), &data);

    if (result)
        return result;
    result = mtpi_parse_prop_desc(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_object_prop_values(struct mtpi *mtpi, uint16_t property, uint16_t format,
                                struct mtpi_prop_values *ret)
{
    struct mtpi_data data;
    int result =
        mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_PROP_DESC, MTPI_PARAMS(property, format), &data);

    if (result)
        return result;
    result = mtpi_parse_prop_values(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_interdependent_props(struct mtpi *mtpi, uint16_t format,
                                  struct mtpi_prop_combinations *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_INTERDEPENDENT_PROP_DESC, MTPI_PARAMS(format), &data);

    if (result)
        return result;
    result = mtpi_parse_prop_combinations(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property, uint16_t type,
                               struct mtpi_value *ret)
{
    struct mtpi_data data;
    int result =
        mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_PROP_VALUE, MTPI_PARAMS(handle, property), &data);

    if (result)
        return result;
    result = mtpi_parse_value(data.in, data.in_length, type, ret);
    free(data.in);
    return result;
}

int mtpi_set_object_prop_value(struct mtpi *mtpi, uint32_t handle, uint16_t property,
                               const struct mtpi_value *value)
{
    return mtpi_send_value(mtpi, MTP_OP_SET_OBJECT_PROP_VALUE, MTPI_PARAMS(handle, property),
                           value);
}

int mtpi_get_object_prop_list(struct mtpi *mtpi, uint32_t handle, uint16_t format,
                              uint32_t property, uint32_t group, uint32_t depth,
                              struct mtpi_property_list *ret)
{
    struct mtpi_data data;
    /* "All of them" is 32 bits wide here. */
    uint32_t wanted = property == 0xffff ? 0xffffffffu : property;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_PROP_LIST,
                            MTPI_PARAMS(handle, format, wanted, group, depth), &data);

    if (result)
        return result;
    result = mtpi_parse_property_list(data.in, data.in_length, ret);
    free(data.in);
    return result;
}
