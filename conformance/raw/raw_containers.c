/* MTP containers by hand: what an initiator of good manners would never send, and what a device
 * sends, kept with its headers. */
#include "conformance/raw/raw_containers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"

enum { HEADER = 12, PIECE = 64 * 1024, MOST = 64 * 1024 * 1024 };

static void put_le(uint8_t *at, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

int ct_attach(struct ct_pipe *pipe, struct tp *tp)
{
    size_t length;
    const uint8_t *config = tp_config_descriptor(tp, &length);
    struct desc_pipes found;

    if (!config || !desc_find_pipes(config, length, &found))
        return -ENOTSUP;
    *pipe = (struct ct_pipe){.tp = tp,
                             .interface_number = found.interface_number,
                             .in = found.bulk_in,
                             .out = found.bulk_out,
                             .interrupt = found.interrupt_in,
                             .packet = tp_packet_size(tp, found.bulk_in),
                             .deadline_ms = 5000};
    return 0;
}

int ct_attach_raw(struct ct_pipe *pipe, struct raw_connection *raw)
{
    uint8_t config[512], string[18];
    struct desc_pipes found;
    int count = raw_control(raw, 0x80, 6, DESC_CONFIG << 8, 0, sizeof(config), config, 2000);

    if (count < 0)
        return count;
    if (count < 9 || !desc_find_pipes(config, (size_t)count, &found))
        return -ENOTSUP;
    count = raw_control(raw, 0x00, 9, config[5], 0, 0, NULL, 2000);
    if (count < 0)
        return count;
    /* A player may say nothing before that (mtpi_read_os_string()). */
    (void)raw_control(raw, 0x80, 6, 0x03ee, 0, sizeof(string), string, 2000);
    *pipe = (struct ct_pipe){.raw = raw,
                             .interface_number = found.interface_number,
                             .in = found.bulk_in,
                             .out = found.bulk_out,
                             .interrupt = found.interrupt_in,
                             .packet = raw->speed == DESC_FULL    ? 64
                                       : raw->speed == DESC_SUPER ? 1024
                                                                  : 512,
                             .deadline_ms = 5000};
    return 0;
}

/* One URB; frames of our own need no splitting. */
static int64_t raw_bulk(struct ct_pipe *pipe, uint8_t address, void *data, size_t length,
                        uint32_t flags)
{
    struct raw_urb urb = {.direction = address & 0x80 ? RAW_IN : RAW_OUT,
                          .endpoint = address & 0x0f,
                          .flags = flags,
                          .length = (uint32_t)length,
                          .packets = 0};
    struct raw_reply reply = {0};
    int error = raw_transfer(pipe->raw, &urb, data, length, pipe->deadline_ms, &reply);

    if (error)
        return error;
    return reply.status ? reply.status : (int64_t)reply.actual;
}

int64_t ct_bulk_out(struct ct_pipe *pipe, const void *data, size_t length, bool end)
{
    if (pipe->tp)
        return tp_bulk_out(pipe->tp, pipe->out, data, length, end,
                           raw_patient_ms(pipe->deadline_ms));
    return raw_bulk(pipe, pipe->out, (void *)(uintptr_t)data, length, end ? RAW_ZERO_PACKET : 0);
}

int64_t ct_bulk_in(struct ct_pipe *pipe, void *data, size_t length)
{
    if (pipe->tp)
        return tp_bulk_in(pipe->tp, pipe->in, data, length, raw_patient_ms(pipe->deadline_ms));
    return raw_bulk(pipe, pipe->in, data, length, 0);
}

int ct_send_as(struct ct_pipe *pipe, uint32_t said_length, uint16_t type, uint16_t code,
               uint32_t id, const void *payload, size_t length, bool end)
{
    uint8_t *frame = malloc(HEADER + length);
    int64_t sent;

    if (!frame)
        return -ENOMEM;
    put_le(frame, said_length, 4);
    put_le(frame + 4, type, 2);
    put_le(frame + 6, code, 2);
    put_le(frame + 8, id, 4);
    if (length > 0)
        memcpy(frame + HEADER, payload, length);
    sent = ct_bulk_out(pipe, frame, HEADER + length, end);
    free(frame);
    if (sent < 0)
        return (int)sent;
    return (size_t)sent == HEADER + length ? 0 : -EIO;
}

int ct_send(struct ct_pipe *pipe, uint16_t type, uint16_t code, uint32_t id, const void *payload,
            size_t length)
{
    return ct_send_as(pipe, (uint32_t)(HEADER + length), type, code, id, payload, length, true);
}

int ct_command(struct ct_pipe *pipe, uint16_t code, uint32_t id, const uint32_t *params,
               unsigned count)
{
    uint8_t payload[5 * 4];

    if (count > 5)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++)
        put_le(payload + 4 * i, params[i], 4);
    return ct_send(pipe, MTP_CT_COMMAND, code, id, payload, 4 * count);
}

/* One transfer into memory of its own. A read that fills its piece has not ended. A piece is one
 * URB: none stands behind the short one, to be taken back, which not every host controller can. */
static int read_transfer(struct ct_pipe *pipe, uint8_t **ret_bytes, size_t *ret_length)
{
    size_t room = PIECE, got = 0;
    uint8_t *bytes = malloc(room);

    while (bytes) {
        int64_t count = ct_bulk_in(pipe, bytes + got, PIECE);
        uint8_t *more;

        if (count < 0) {
            free(bytes);
            return (int)count;
        }
        got += (size_t)count;
        if (count < PIECE) {
            *ret_bytes = bytes;
            *ret_length = got;
            return 0;
        }
        if (got < room)
            continue;
        more = room < MOST ? realloc(bytes, room * 4) : NULL;
        if (!more)
            free(bytes);
        bytes = more;
        room *= 4;
    }
    return -ENOMEM;
}

int ct_read(struct ct_pipe *pipe, struct ct_box *ret)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    struct ct_reader reader;
    struct ct_box box = {0};
    int error = read_transfer(pipe, &bytes, &length);

    if (error)
        return error;
    reader = ct_reader(bytes, length);
    box.length = ct_u32(&reader);
    box.type = ct_u16(&reader);
    box.code = ct_u16(&reader);
    box.id = ct_u32(&reader);
    if (reader.failed) {
        free(bytes);
        return -EPROTO;
    }
    box.size = length - HEADER;
    /* Before the payload moves to the front, over what the reader has yet to read. */
    if (box.type != MTP_CT_DATA) {
        for (; box.params < 5 && box.params < box.size / 4; box.params++)
            box.param[box.params] = ct_u32(&reader);
    }
    memmove(bytes, bytes + HEADER, box.size);
    box.payload = bytes;
    *ret = box;
    return 0;
}

void ct_done(struct ct_box *box)
{
    free(box->payload);
    box->payload = NULL;
}

int ct_collect(struct ct_pipe *pipe, struct ct_answer *ret)
{
    struct ct_answer answer = {0};
    struct ct_box box;
    int error = ct_read(pipe, &box);

    if (!error && box.type == MTP_CT_DATA) {
        answer.has_data = true;
        answer.data_code = box.code;
        answer.data_id = box.id;
        answer.data_length = box.length;
        answer.data = box.payload;
        answer.size = box.size;
        error = ct_read(pipe, &box);
    }
    if (!error && box.type != MTP_CT_RESPONSE) {
        ct_done(&box);
        error = -EPROTO;
    }
    if (error) {
        free(answer.data);
        return error;
    }
    answer.code = box.code;
    answer.id = box.id;
    answer.length = box.length;
    answer.came = box.size;
    answer.params = box.params;
    memcpy(answer.param, box.param, sizeof(answer.param));
    ct_done(&box);
    *ret = answer;
    return 0;
}

int ct_run(struct ct_pipe *pipe, uint16_t code, const uint32_t *params, unsigned count,
           const void *out, size_t out_length, struct ct_answer *ret)
{
    uint32_t id = pipe->next++;
    int error = ct_command(pipe, code, id, params, count);

    if (!error && out)
        error = ct_send(pipe, MTP_CT_DATA, code, id, out, out_length);
    return error ? error : ct_collect(pipe, ret);
}

void ct_forget(struct ct_answer *answer)
{
    free(answer->data);
    *answer = (struct ct_answer){0};
}

/* ---- datasets */
struct ct_reader ct_reader(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;

    return (struct ct_reader){at, at ? at + length : at, false};
}

static uint64_t take(struct ct_reader *reader, unsigned width)
{
    uint64_t value = 0;

    if (reader->failed || (size_t)(reader->end - reader->at) < width) {
        reader->failed = true;
        return 0;
    }
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)reader->at[i] << (8 * i);
    reader->at += width;
    return value;
}

uint8_t ct_u8(struct ct_reader *reader)
{
    return (uint8_t)take(reader, 1);
}

uint16_t ct_u16(struct ct_reader *reader)
{
    return (uint16_t)take(reader, 2);
}

uint32_t ct_u32(struct ct_reader *reader)
{
    return (uint32_t)take(reader, 4);
}

uint64_t ct_u64(struct ct_reader *reader)
{
    return take(reader, 8);
}

size_t ct_string(struct ct_reader *reader, uint16_t units[256])
{
    size_t count = ct_u8(reader);

    units[0] = 0;
    for (size_t i = 0; i < count; i++)
        units[i] = ct_u16(reader);
    if (reader->failed || count == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if ((units[i] == 0) != (i == count - 1))
            reader->failed = true;
    }
    /* A string of nothing but its terminator is not MTP's empty string (MTP 1.1, 3.2.3). */
    if (count == 1)
        reader->failed = true;
    units[count] = 0;
    return count - 1;
}

void ct_text(struct ct_reader *reader, char text[256])
{
    uint16_t units[256];
    size_t count = ct_string(reader, units);

    for (size_t i = 0; i < count; i++)
        text[i] = units[i] >= 0x20 && units[i] < 0x7f ? (char)units[i] : '?';
    text[count] = 0;
}

size_t ct_array16(struct ct_reader *reader, uint16_t *items, size_t room)
{
    size_t count = ct_u32(reader);

    for (size_t i = 0; i < count && !reader->failed; i++) {
        uint16_t item = ct_u16(reader);

        if (i < room)
            items[i] = item;
    }
    return reader->failed ? 0 : count;
}

size_t ct_array32(struct ct_reader *reader, uint32_t *items, size_t room)
{
    size_t count = ct_u32(reader);

    for (size_t i = 0; i < count && !reader->failed; i++) {
        uint32_t item = ct_u32(reader);

        if (i < room)
            items[i] = item;
    }
    return reader->failed ? 0 : count;
}

bool ct_skip_value(struct ct_reader *reader, uint16_t type)
{
    static const uint8_t widths[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16};
    uint16_t units[256];
    uint16_t scalar = type & 0xff;
    size_t count = 1;

    if (type == MTP_DTC_STRING) {
        ct_string(reader, units);
        return !reader->failed;
    }
    if (scalar == 0 || scalar >= sizeof(widths) || (type & 0xbf00) != 0) {
        reader->failed = true;
        return false;
    }
    if (type & MTP_DTC_ARRAY)
        count = ct_u32(reader);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        if (widths[scalar] == 16)
            take(reader, 8);
        take(reader, widths[scalar] == 16 ? 8 : widths[scalar]);
    }
    return !reader->failed;
}

void ct_put_bytes(struct ct_writer *writer, const void *bytes, size_t length)
{
    if (length > sizeof(writer->bytes) - writer->length) {
        writer->failed = true;
        return;
    }
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

static void put(struct ct_writer *writer, uint64_t value, unsigned width)
{
    uint8_t bytes[8];

    put_le(bytes, value, width);
    ct_put_bytes(writer, bytes, width);
}

void ct_put8(struct ct_writer *writer, uint8_t value)
{
    put(writer, value, 1);
}

void ct_put16(struct ct_writer *writer, uint16_t value)
{
    put(writer, value, 2);
}

void ct_put32(struct ct_writer *writer, uint32_t value)
{
    put(writer, value, 4);
}

void ct_put64(struct ct_writer *writer, uint64_t value)
{
    put(writer, value, 8);
}

void ct_put_text(struct ct_writer *writer, const char *ascii)
{
    size_t length = strlen(ascii);

    if (length == 0) {
        ct_put8(writer, 0);
        return;
    }
    if (length > 254) {
        writer->failed = true;
        return;
    }
    ct_put8(writer, (uint8_t)(length + 1));
    for (size_t i = 0; i <= length; i++)
        ct_put16(writer, (uint8_t)ascii[i]);
}

void ct_put_object_info(struct ct_writer *writer, uint16_t format, uint32_t size, const char *name)
{
    ct_put32(writer, 0); /* StorageID and parent come as parameters */
    ct_put16(writer, format);
    ct_put16(writer, 0);
    ct_put32(writer, size);
    ct_put16(writer, 0); /* thumbnail: format, size, width, height */
    ct_put32(writer, 0);
    ct_put32(writer, 0);
    ct_put32(writer, 0);
    ct_put32(writer, 0); /* image: width, height, depth */
    ct_put32(writer, 0);
    ct_put32(writer, 0);
    ct_put32(writer, 0); /* parent */
    ct_put16(writer, format == MTP_FC_ASSOCIATION ? MTP_AT_GENERIC_FOLDER : 0);
    ct_put32(writer, 0);
    ct_put32(writer, 0);
    ct_put_text(writer, name);
    ct_put_text(writer, ""); /* dates and keywords: unknown */
    ct_put_text(writer, "");
    ct_put_text(writer, "");
}
