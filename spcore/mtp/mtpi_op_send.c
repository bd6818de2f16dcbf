/* Making objects (MTP 1.1, D.2.12, D.2.13, E.2.8). */
#include <errno.h>

#include "spcore/mtp/mtpi_private.h"

enum { TYPE_STRING = 0xffff };

static uint32_t size32(uint64_t size)
{
    return size < 0xffffffff ? (uint32_t)size : 0xffffffffu;
}

static void write_object_info(struct mtpi_wr *wr, const struct mtpi_new_object *object)
{
    mtpi_wr_uint(wr, object->storage, 4);
    mtpi_wr_uint(wr, object->format, 2);
    mtpi_wr_uint(wr, 0, 2);
    mtpi_wr_uint(wr, size32(object->size), 4);
    mtpi_wr_uint(wr, 0, 2); /* thumbnail: format, size, width, height */
    for (int i = 0; i < 3; i++)
        mtpi_wr_uint(wr, 0, 4);
    for (int i = 0; i < 3; i++) /* image: width, height, depth */
        mtpi_wr_uint(wr, 0, 4);
    mtpi_wr_uint(wr, object->parent == 0xffffffff ? 0 : object->parent, 4);
    mtpi_wr_uint(wr, object->association_type, 2);
    mtpi_wr_uint(wr, 0, 4); /* association's description */
    mtpi_wr_uint(wr, 0, 4); /* sequence number */
    mtpi_wr_string(wr, object->name);
    mtpi_wr_string(wr, NULL); /* created, modified: the device's own time */
    mtpi_wr_string(wr, NULL);
    mtpi_wr_string(wr, NULL); /* keywords */
}

/* The name leads; properties of the caller follow. */
static void write_property_list(struct mtpi_wr *wr, const struct mtpi_new_object *object)
{
    mtpi_wr_uint(wr, object->prop_count + 1, 4);
    mtpi_wr_uint(wr, 0, 4);
    mtpi_wr_uint(wr, MTP_OPC_OBJECT_FILE_NAME, 2);
    mtpi_wr_uint(wr, TYPE_STRING, 2);
    mtpi_wr_string(wr, object->name);
    for (size_t i = 0; i < object->prop_count; i++) {
        const struct mtpi_property *property = &object->props[i];

        mtpi_wr_uint(wr, 0, 4);
        mtpi_wr_uint(wr, property->code, 2);
        mtpi_wr_uint(wr, property->value.type, 2);
        mtpi_wr_value(wr, &property->value);
    }
}

int mtpi_send_object_info(struct mtpi *mtpi, const struct mtpi_new_object *object,
                          uint32_t *ret_handle, unsigned *ret_failed_property)
{
    bool with_list = object->props && mtpi_has(mtpi, MTP_OP_SEND_OBJECT_PROP_LIST);
    struct mtpi_response response = {0};
    struct mtpi_wr wr = {0};
    int result;

    if (with_list) {
        write_property_list(&wr, object);
        result =
            mtpi_send_dataset(mtpi, MTP_OP_SEND_OBJECT_PROP_LIST,
                              MTPI_PARAMS(object->storage, object->parent, object->format,
                                          (uint32_t)(object->size >> 32), (uint32_t)object->size),
                              &wr, &response);
        /* Index in the dataset, where the name is the first. */
        if (result > 0 && response.param_count >= 4 && response.param[3] > 0 && ret_failed_property)
            *ret_failed_property = response.param[3] - 1;
    } else {
        write_object_info(&wr, object);
        result = mtpi_send_dataset(mtpi, MTP_OP_SEND_OBJECT_INFO,
                                   MTPI_PARAMS(object->storage, object->parent), &wr, &response);
    }
    if (result == 0 && response.param_count < 3)
        result = -EPROTO;
    if (result == 0)
        *ret_handle = response.param[2];
    return result;
}

int mtpi_send_object(struct mtpi *mtpi, const void *content, uint64_t length)
{
    struct mtpi_data data = {.out = content, .out_length = length, .has_out = true};

    return mtpi_run(mtpi, MTP_OP_SEND_OBJECT, NULL, 0, &data, NULL);
}

int mtpi_send_object_from(struct mtpi *mtpi, uint64_t length, mtpi_source *source, void *context)
{
    struct mtpi_data data = {
        .out_length = length, .source = source, .context = context, .has_out = true};

    return mtpi_run(mtpi, MTP_OP_SEND_OBJECT, NULL, 0, &data, NULL);
}
