/* Containers of the still image class (Still Image 1.0, 7.1): 12 bytes of header. */
#ifndef SIMULATOR_MTP_CONTAINER_H
#define SIMULATOR_MTP_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MTPR_HEADER 12u
#define MTPR_COMMAND_MAX 32u

struct mtpr_header {
    uint32_t length;
    uint16_t type, code;
    uint32_t transaction;
};

struct mtpr_command {
    uint16_t code;
    uint32_t transaction;
    unsigned count;
    uint32_t params[5];
};

struct mtpr_reply {
    uint16_t code;
    unsigned count;
    uint32_t params[5];
};

struct mtpr_event {
    uint16_t code;
    uint32_t transaction;
    unsigned count;
    uint32_t params[3];
};

bool mtpr_header_parse(const uint8_t *data, size_t length, struct mtpr_header *ret_header);
/* Exactly one command container; parameters left out are 0. */
bool mtpr_command_parse(const uint8_t *data, size_t length, struct mtpr_command *ret_command);
void mtpr_header_print(const struct mtpr_header *header, uint8_t ret_data[MTPR_HEADER]);
/* Returns the container's length. */
size_t mtpr_reply_print(const struct mtpr_reply *reply, uint32_t transaction,
                        uint8_t ret_data[MTPR_COMMAND_MAX]);
size_t mtpr_event_print(const struct mtpr_event *event, uint8_t ret_data[24]);

#endif
