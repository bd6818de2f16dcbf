/* Containers as bytes. What a device sent is taken for one only when every length in it agrees with
 * what came, so that no reader behind this needs to ask again. */
#include "spcore/mtp/mtpi_container.h"

#include "spcore/base.h"

void container_put(uint8_t ret_bytes[CONTAINER_HEADER], const struct container *container)
{
    put_le32(ret_bytes, container->length);
    put_le16(ret_bytes + 4, container->type);
    put_le16(ret_bytes + 6, container->code);
    put_le32(ret_bytes + 8, container->transaction_id);
}

bool container_get(const uint8_t *bytes, size_t length, struct container *ret_container)
{
    uint32_t said;

    if (length < CONTAINER_HEADER)
        return false;
    said = get_le32(bytes);
    if (said < CONTAINER_HEADER)
        return false;
    *ret_container = (struct container){.length = said,
                                        .type = get_le16(bytes + 4),
                                        .code = get_le16(bytes + 6),
                                        .transaction_id = get_le32(bytes + 8)};
    return true;
}

size_t container_put_command(uint8_t ret_bytes[CONTAINER_MOST], uint16_t code, uint32_t id,
                             const uint32_t *params, unsigned param_count)
{
    struct container container = {CONTAINER_HEADER + 4 * param_count, MTP_CT_COMMAND, code, id};

    container_put(ret_bytes, &container);
    for (unsigned i = 0; i < param_count; i++)
        put_le32(ret_bytes + CONTAINER_HEADER + 4 * i, params[i]);
    return container.length;
}

/* The parameters of a container of `type` that fills the bytes exactly, or -1. */
static int get_params(const uint8_t *bytes, size_t length, uint16_t type, unsigned most,
                      struct container *container, uint32_t *params)
{
    unsigned count;

    if (!container_get(bytes, length, container) || container->type != type ||
        container->length != length || length % 4 != 0 || length > CONTAINER_HEADER + 4u * most)
        return -1;
    count = (unsigned)(length - CONTAINER_HEADER) / 4;
    for (unsigned i = 0; i < count; i++)
        params[i] = get_le32(bytes + CONTAINER_HEADER + 4 * i);
    return (int)count;
}

bool container_get_response(const uint8_t *bytes, size_t length, struct mtpi_response *ret_response)
{
    struct mtpi_response response = {0};
    struct container container;
    int count = get_params(bytes, length, MTP_CT_RESPONSE, 5, &container, response.param);

    if (count < 0)
        return false;
    response.code = container.code;
    response.transaction_id = container.transaction_id;
    response.param_count = (unsigned)count;
    *ret_response = response;
    return true;
}

bool container_get_event(const uint8_t *bytes, size_t length, struct mtpi_event *ret_event)
{
    struct mtpi_event event = {0};
    struct container container;
    int count = get_params(bytes, length, MTP_CT_EVENT, 3, &container, event.param);

    if (count < 0)
        return false;
    event.code = container.code;
    event.transaction_id = container.transaction_id;
    event.param_count = (unsigned)count;
    *ret_event = event;
    return true;
}
