/* Containers as bytes: what every phase of a transaction begins with on the pipes. */
#include "simulator/mtp/container.h"

#include "mtp_codes.h"
#include "simulator/mtp/dataset.h"
#include "spcore/base.h"

bool mtpr_header_parse(const uint8_t *data, size_t length, struct mtpr_header *ret_header)
{
    struct rd rd = rd_over(data, length);
    struct mtpr_header header;

    header.length = rd_u32(&rd);
    header.type = rd_u16(&rd);
    header.code = rd_u16(&rd);
    header.transaction = rd_u32(&rd);
    if (rd.failed)
        return false;
    *ret_header = header;
    return true;
}

bool mtpr_command_parse(const uint8_t *data, size_t length, struct mtpr_command *ret_command)
{
    struct mtpr_header header;
    struct mtpr_command command = {0};
    struct rd rd = rd_over(data, length);

    if (!mtpr_header_parse(data, length, &header) || header.type != MTP_CT_COMMAND)
        return false;
    if (header.length != length || length > MTPR_COMMAND_MAX || length % 4 != 0)
        return false;
    (void)rd_bytes(&rd, MTPR_HEADER);
    command.code = header.code;
    command.transaction = header.transaction;
    while (rd_left(&rd) > 0)
        command.params[command.count++] = rd_u32(&rd);
    *ret_command = command;
    return true;
}

void mtpr_header_print(const struct mtpr_header *header, uint8_t ret_data[MTPR_HEADER])
{
    put_le32(ret_data, header->length);
    put_le16(ret_data + 4, header->type);
    put_le16(ret_data + 6, header->code);
    put_le32(ret_data + 8, header->transaction);
}

static size_t print(uint16_t type, uint16_t code, uint32_t transaction, const uint32_t *params,
                    unsigned count, uint8_t *ret_data)
{
    struct mtpr_header header = {MTPR_HEADER + 4 * count, type, code, transaction};

    mtpr_header_print(&header, ret_data);
    for (unsigned i = 0; i < count; i++)
        put_le32(ret_data + MTPR_HEADER + 4 * i, params[i]);
    return header.length;
}

size_t mtpr_reply_print(const struct mtpr_reply *reply, uint32_t transaction,
                        uint8_t ret_data[MTPR_COMMAND_MAX])
{
    return print(MTP_CT_RESPONSE, reply->code, transaction, reply->params, reply->count, ret_data);
}

size_t mtpr_event_print(const struct mtpr_event *event, uint8_t ret_data[24])
{
    return print(MTP_CT_EVENT, event->code, event->transaction, event->params, event->count,
                 ret_data);
}
