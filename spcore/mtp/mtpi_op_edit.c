/* Editing in place: the vendor extension's operations around a write at an offset. */
#include <errno.h>

#include "spcore/mtp/mtpi_private.h"

int mtpi_begin_edit(struct mtpi *mtpi, uint32_t handle)
{
    return mtpi_run(mtpi, MTP_OP_BEGIN_EDIT_OBJECT, MTPI_PARAMS(handle), NULL, NULL);
}

int mtpi_send_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, const void *bytes,
                             uint32_t length, uint32_t *ret_length)
{
    struct mtpi_data data = {.out = bytes, .out_length = length, .has_out = true};
    struct mtpi_response response;
    int result = mtpi_run(mtpi, MTP_OP_SEND_PARTIAL_OBJECT,
                          MTPI_PARAMS(handle, (uint32_t)offset, (uint32_t)(offset >> 32), length),
                          &data, &response);

    if (result == 0 && (response.param_count < 1 || response.param[0] > length))
        result = -EPROTO;
    if (result == 0)
        *ret_length = response.param[0];
    return result;
}

int mtpi_end_edit(struct mtpi *mtpi, uint32_t handle)
{
    return mtpi_run(mtpi, MTP_OP_END_EDIT_OBJECT, MTPI_PARAMS(handle), NULL, NULL);
}
