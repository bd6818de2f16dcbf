/* Containers of the still image class (PTP over USB, 7.1): a header of twelve bytes, all of it
 * little-endian. */
#ifndef SPCORE_MTP_MTPI_CONTAINER_H
#define SPCORE_MTP_MTPI_CONTAINER_H

#include "spcore/mtp/mtpi.h"

enum {
    CONTAINER_HEADER = 12,
    CONTAINER_PARAMS = 5,
    CONTAINER_MOST = CONTAINER_HEADER + 4 * CONTAINER_PARAMS, /* of a command or response */
    CONTAINER_EVENT_MOST = CONTAINER_HEADER + 4 * 3,
};
/* Stands for a length that does not fit; the data runs to the short packet. */
#define CONTAINER_UNBOUNDED 0xffffffffu

struct container {
    uint32_t length;
    uint16_t type, code;
    uint32_t transaction_id;
};

void container_put(uint8_t ret_bytes[CONTAINER_HEADER], const struct container *container);
/* The header of the `length` bytes; false if they cannot hold one or it contradicts itself. */
bool container_get(const uint8_t *bytes, size_t length, struct container *ret_container);
/* Returns the command's length. */
size_t container_put_command(uint8_t ret_bytes[CONTAINER_MOST], uint16_t code, uint32_t id,
                             const uint32_t *params, unsigned param_count);
/* False unless it is exactly one response, or event, of legal length. */
bool container_get_response(const uint8_t *bytes, size_t length,
                            struct mtpi_response *ret_response);
bool container_get_event(const uint8_t *bytes, size_t length, struct mtpi_event *ret_event);

#endif
