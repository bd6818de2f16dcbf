/* Finding, reading, moving and deleting objects (MTP 1.1, D.2.6 to D.2.11, D.2.25 to D.2.27). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/mtp/mtpi_private.h"

#define ROOT 0xffffffffu /* as a parent in listings and new objects */

int mtpi_get_object_handles(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                            struct mtpi_u32_array *ret)
{
    return mtpi_fetch_u32_array(mtpi, MTP_OP_GET_OBJECT_HANDLES,
                                MTPI_PARAMS(storage, format, parent), ret);
}

int mtpi_get_num_objects(struct mtpi *mtpi, uint32_t storage, uint16_t format, uint32_t parent,
                         uint32_t *ret)
{
    struct mtpi_response response;
    int result = mtpi_run(mtpi, MTP_OP_GET_NUM_OBJECTS, MTPI_PARAMS(storage, format, parent), NULL,
                          &response);

    if (result == 0 && response.param_count < 1)
        result = -EPROTO;
    if (result == 0)
        *ret = response.param[0];
    return result;
}

int mtpi_get_object_info(struct mtpi *mtpi, uint32_t handle, struct mtpi_object_info *ret)
{
    struct mtpi_data data;
    int result = mtpi_fetch(mtpi, MTP_OP_GET_OBJECT_INFO, MTPI_PARAMS(handle), &data);

    if (result)
        return result;
    result = mtpi_parse_object_info(data.in, data.in_length, ret);
    free(data.in);
    return result;
}

int mtpi_get_object(struct mtpi *mtpi, uint32_t handle, mtpi_sink *sink, void *context)
{
    struct mtpi_data data = {.sink = sink, .context = context, .has_in = true};

    return mtpi_run(mtpi, MTP_OP_GET_OBJECT, MTPI_PARAMS(handle), &data, NULL);
}

/* ---- parts of objects */

struct window {
    uint8_t *at;
    size_t room, used;
};

static int put(void *context, const void *bytes, size_t length)
{
    struct window *window = context;

    if (length > window->room - window->used)
        return -EPROTO;
    memcpy(window->at + window->used, bytes, length);
    window->used += length;
    return 0;
}

int mtpi_get_partial_object(struct mtpi *mtpi, uint32_t handle, uint64_t offset, uint32_t length,
                            void *buffer, uint32_t *ret_length)
{
    struct window window = {.at = buffer, .room = length};
    struct mtpi_data data = {.sink = put, .context = &window, .has_in = true};
    uint32_t low = (uint32_t)offset, high = (uint32_t)(offset >> 32);
    struct mtpi_response response;
    int result;

    if (high != 0 || !mtpi_has(mtpi, MTP_OP_GET_PARTIAL_OBJECT))
        result = mtpi_run(mtpi, MTP_OP_GET_PARTIAL_OBJECT_64,
                          MTPI_PARAMS(handle, low, high, length), &data, &response);
    else
        result = mtpi_run(mtpi, MTP_OP_GET_PARTIAL_OBJECT, MTPI_PARAMS(handle, low, length), &data,
                          &response);
    /* The response repeats the count; the bytes that came are the fact. */
    if (result == 0)
        *ret_length = (uint32_t)window.used;
    return result;
}

/* ---- the tree */

int mtpi_delete_object(struct mtpi *mtpi, uint32_t handle)
{
    return mtpi_run(mtpi, MTP_OP_DELETE_OBJECT, MTPI_PARAMS(handle, 0), NULL, NULL);
}

int mtpi_move_object(struct mtpi *mtpi, uint32_t handle, uint32_t storage, uint32_t parent)
{
    /* Here the root is 0 (MTP 1.1, D.2.25), unlike in new objects. */
    return mtpi_run(mtpi, MTP_OP_MOVE_OBJECT,
                    MTPI_PARAMS(handle, storage, parent == ROOT ? 0 : parent), NULL, NULL);
}

/* ---- references */

int mtpi_get_object_references(struct mtpi *mtpi, uint32_t handle, struct mtpi_u32_array *ret)
{
    return mtpi_fetch_u32_array(mtpi, MTP_OP_GET_OBJECT_REFERENCES, MTPI_PARAMS(handle), ret);
}

int mtpi_set_object_references(struct mtpi *mtpi, uint32_t handle, const uint32_t *handles,
                               size_t count)
{
    struct mtpi_wr wr = {0};

    mtpi_wr_uint(&wr, count, 4);
    for (size_t i = 0; i < count; i++)
        mtpi_wr_uint(&wr, handles[i], 4);
    return mtpi_send_dataset(mtpi, MTP_OP_SET_OBJECT_REFERENCES, MTPI_PARAMS(handle), &wr, NULL);
}
