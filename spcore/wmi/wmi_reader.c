/* Asks a player for what its classes are made of: a few transactions one after another, over the
 * initiator's codec. */
#include "spcore/wmi/wmi_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/mtp/mtpi_container.h"
#include "spcore/mtp/mtpi_dataset.h"

enum { FIRST_ROOM = 4096, DATA_MAX = 1 << 20, SESSION = 1 };

struct reader {
    const struct wmi_pipe *pipe;
    uint32_t next; /* transaction */
    uint8_t *data; /* of the last transaction's data phase; owned */
    size_t length;
};

/* The end of a transfer whose length is a multiple of its packets' may come as nothing at all. */
static int read_some(const struct reader *reader, uint8_t *to, size_t room, size_t *ret_size)
{
    int error = 0;

    *ret_size = 0;
    for (int tries = 0; tries < 2 && !error && *ret_size == 0; tries++)
        error = reader->pipe->read(reader->pipe->self, to, room, ret_size);
    return error ? error : *ret_size ? 0 : -EPROTO;
}

/* The rest of a container of `length` bytes, of which `have` are in `first`. */
static int take_data(struct reader *reader, const uint8_t *first, size_t have, uint32_t length)
{
    uint8_t *data;

    if (length > DATA_MAX || length < have)
        return -EPROTO;
    data = malloc(length);
    if (!data)
        return -ENOMEM;
    memcpy(data, first, have);
    while (have < length) {
        size_t more;
        int error = read_some(reader, data + have, length - have, &more);

        if (error) {
            free(data);
            return error;
        }
        have += more;
    }
    reader->length = length - CONTAINER_HEADER;
    memmove(data, data + CONTAINER_HEADER, reader->length);
    reader->data = data;
    return 0;
}

/* 0 and the response's code. */
static int transact(struct reader *reader, uint16_t code, const uint32_t *params, unsigned count,
                    uint16_t *ret_code)
{
    uint8_t bytes[CONTAINER_MOST], in[FIRST_ROOM];
    const size_t size = container_put_command(bytes, code, reader->next++, params, count);
    struct container container;
    struct mtpi_response response;
    size_t have;
    int error = reader->pipe->write(reader->pipe->self, bytes, size);

    free(reader->data);
    reader->data = NULL;
    if (!error)
        error = read_some(reader, in, sizeof(in), &have);
    if (!error && !container_get(in, have, &container))
        error = -EPROTO;
    if (!error && container.type == MTP_CT_DATA) {
        error = take_data(reader, in, have, container.length);
        if (!error)
            error = read_some(reader, in, sizeof(in), &have);
    }
    if (!error && !container_get_response(in, have, &response))
        error = -EPROTO;
    if (!error)
        *ret_code = response.code;
    return error;
}

/* -EPROTO also when it answers anything but OK with data. */
static int fetch(struct reader *reader, uint16_t code, const uint32_t *params, unsigned count)
{
    uint16_t answer;
    int error = transact(reader, code, params, count, &answer);

    if (error)
        return error;
    return answer == MTP_RC_OK && reader->data ? 0 : -EPROTO;
}

/* ---- what is asked */
/* ASCII of UTF-16: all of it that stands in a class's name. */
static void narrow(const uint16_t *text, char *ret, size_t room)
{
    size_t length = 0;

    while (text[length] && length + 1 < room) {
        ret[length] = (char)(text[length] < 0x80 ? text[length] : '?');
        length++;
    }
    ret[length] = '\0';
}

static int read_info(struct reader *reader, struct wmi_player *player)
{
    struct mtpi_device_info info;
    int error = fetch(reader, MTP_OP_GET_DEVICE_INFO, NULL, 0);

    if (!error)
        error = mtpi_parse_device_info(reader->data, reader->length, &info);
    if (error)
        return error;
    narrow(info.model, player->model, sizeof(player->model));
    for (size_t i = 0; i < info.formats.count && i < WMI_CODES_MAX; i++)
        player->formats[player->format_count++] = info.formats.item[i];
    for (size_t i = 0; i < info.properties.count && i < WMI_CODES_MAX; i++)
        player->properties[player->property_count++] =
            (struct wmi_code){info.properties.item[i], MTP_DTC_STRING};
    mtpi_device_info_done(&info);
    return 0;
}

/* What is no answer ends it; what is refused is left out. */
static bool ends(int error)
{
    return error && error != -EPROTO;
}

static int read_storages(struct reader *reader, struct wmi_player *player)
{
    struct mtpi_u32_array ids;
    int error = fetch(reader, MTP_OP_GET_STORAGE_IDS, NULL, 0);

    if (!error)
        error = mtpi_parse_u32_array(reader->data, reader->length, &ids);
    if (error)
        return ends(error) ? error : 0;
    for (size_t i = 0; i < ids.count && i < WMI_STORAGES_MAX && !ends(error); i++) {
        struct mtpi_storage_info info;

        error = fetch(reader, MTP_OP_GET_STORAGE_INFO, &ids.item[i], 1);
        if (!error)
            error = mtpi_parse_storage_info(reader->data, reader->length, &info);
        if (error)
            continue;
        player->storages[player->storage_count++] = info.storage_type;
        mtpi_storage_info_done(&info);
    }
    free(ids.item);
    return ends(error) ? error : 0;
}

static int read_types(struct reader *reader, struct wmi_player *player)
{
    int error = 0;

    for (size_t i = 0; i < player->property_count && !ends(error); i++) {
        const uint32_t code = player->properties[i].code;
        struct mtpi_rd rd;

        error = fetch(reader, MTP_OP_GET_DEVICE_PROP_DESC, &code, 1);
        if (error)
            continue;
        /* MTP 1.1, 5.1.2: the code, and then its type. */
        rd = mtpi_rd_over(reader->data, reader->length);
        if (mtpi_rd_uint(&rd, 2) == code) {
            uint16_t type = (uint16_t)mtpi_rd_uint(&rd, 2);

            if (!rd.error)
                player->properties[i].type = type;
        }
    }
    return ends(error) ? error : 0;
}

int wmi_read_player(const struct wmi_pipe *pipe, struct wmi_player *ret_player)
{
    static const uint32_t session = SESSION;
    struct reader reader = {.pipe = pipe};
    struct wmi_player *player = calloc(1, sizeof(*player));
    uint16_t code = MTP_RC_OK;
    int error = player ? read_info(&reader, player) : -ENOMEM;

    reader.next = 0; /* of what opens a session */
    if (!error)
        error = transact(&reader, MTP_OP_OPEN_SESSION, &session, 1, &code);
    if (!error && code == MTP_RC_OK) {
        error = read_storages(&reader, player);
        if (!error)
            error = read_types(&reader, player);
        if (!error)
            error = transact(&reader, MTP_OP_CLOSE_SESSION, NULL, 0, &code);
    }
    free(reader.data);
    if (!error)
        *ret_player = *player;
    free(player);
    return error;
}
