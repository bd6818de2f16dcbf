/* Storages (MTP 1.1, D.2.4, D.2.5, D.2.15). */
#include <stdlib.h>

#include "spcore/mtp/mtpi_private.h"

int mtpi_get_storage_ids(struct mtpi *mtpi, struct mtpi_u32_array *ret)
{
    return mtpi_fetch_u32_array(mtpi, MTP_OP_GET_STORAGE_IDS, NULL, 0, ret);
}

int mtpi_get_storage_info(struct mtpi *mtpi, uint32_t storage, struct mtpi_storage_info *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_STORAGE_INFO, MTPI_PARAMS(storage), &data);

    if (result)
        return result;
    result = mtpi_parse_storage_info(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_format_store(struct mtpi *mtpi, uint32_t storage, uint32_t filesystem)
{
    return mtpi_run(mtpi, MTP_OP_FORMAT_STORE, MTPI_PARAMS(storage, filesystem), NULL, NULL);
}
