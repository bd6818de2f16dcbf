/* Sessions, DeviceInfo and device properties (MTP 1.1, D.2.1 to D.2.3, D.2.20 to D.2.23). */
#include <stdlib.h>
#include <string.h>

#include "spcore/mtp/mtpi_private.h"

int mtpi_open_session(struct mtpi *mtpi, uint32_t session_id)
{
    return mtpi_run(mtpi, MTP_OP_OPEN_SESSION, MTPI_PARAMS(session_id), NULL, NULL);
}

int mtpi_close_session(struct mtpi *mtpi)
{
    return mtpi_run(mtpi, MTP_OP_CLOSE_SESSION, NULL, 0, NULL, NULL);
}

bool mtpi_lists(const struct mtpi_device_info *info, uint16_t operation)
{
    for (size_t i = 0; i < info->operations.count; i++) {
        if (info->operations.item[i] == operation)
            return true;
    }
    return false;
}

/* Keeps the operations for mtpi_has(); without memory the next one asks again. */
static void remember(struct mtpi *mtpi, const struct mtpi_u16_array *operations)
{
    uint16_t *copy = malloc((operations->count + 1) * sizeof(*copy));

    if (!copy)
        return;
    if (operations->count > 0)
        memcpy(copy, operations->item, operations->count * sizeof(*copy));
    pthread_mutex_lock(&mtpi->state);
    free(mtpi->operations.item);
    mtpi->operations = (struct mtpi_u16_array){copy, operations->count};
    pthread_mutex_unlock(&mtpi->state);
}

int mtpi_get_device_info(struct mtpi *mtpi, struct mtpi_device_info *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_DEVICE_INFO, NULL, 0, &data);

    if (result)
        return result;
    result = mtpi_parse_device_info(data.in, data.in_length, ret);
    free(data.in);
    if (result == 0)
        remember(mtpi, &ret->operations);
    return result;
}

static bool find_remembered(struct mtpi *mtpi, uint16_t operation, bool *ret_known)
{
    bool listed = false;

    pthread_mutex_lock(&mtpi->state);
    *ret_known = mtpi->operations.item != NULL;
    for (size_t i = 0; *ret_known && i < mtpi->operations.count; i++)
        listed = listed || mtpi->operations.item[i] == operation;
    pthread_mutex_unlock(&mtpi->state);
    return listed;
}

bool mtpi_has(struct mtpi *mtpi, uint16_t operation)
{
    struct mtpi_device_info info;
    bool known, listed = find_remembered(mtpi, operation, &known);

    if (known || mtpi_get_device_info(mtpi, &info) != 0)
        return listed;
    listed = mtpi_lists(&info, operation);
    mtpi_device_info_done(&info);
    return listed;
}

/* ---- device properties */

int mtpi_get_device_prop_desc(struct mtpi *mtpi, uint16_t property, struct mtpi_prop_desc *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_DEVICE_PROP_DESC, MTPI_PARAMS(property), &data);

    if (result)
        return result;
    result = mtpi_parse_prop_desc(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_device_prop_value(struct mtpi *mtpi, uint16_t property, uint16_t type,
                               struct mtpi_value *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_DEVICE_PROP_VALUE, MTPI_PARAMS(property), &data);

    if (result)
        return result;
    result = mtpi_parse_value(data.in, data.in_length, type, ret);
    free(data.in);
    return result;
}

int mtpi_set_device_prop_value(struct mtpi *mtpi, uint16_t property, const struct mtpi_value *value)
{
    return mtpi_send_value(mtpi, MTP_OP_SET_DEVICE_PROP_VALUE, MTPI_PARAMS(property), value);
}
