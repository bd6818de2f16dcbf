/* The fields that datasets are made of: integers, strings, arrays and typed values, read from what
 * a device sent without trust in its counts, and written. Whole datasets are in mtpi_parse.c. */
#include "spcore/mtp/mtpi_dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

enum {
    TYPE_INT128 = 0x0009,
    TYPE_UINT128 = 0x000a,
    TYPE_ARRAY = 0x4000,
    TYPE_STRING = 0xffff,
    STRING_UNITS = 255, /* with the terminator */
};

/* ---- reader */

/* What went wrong first is what is said. */
static void fail(int *error, int cause)
{
    if (!*error)
        *error = cause;
}

struct mtpi_rd mtpi_rd_over(const void *data, size_t length)
{
    static const uint8_t nothing[1];
    const uint8_t *start = length > 0 ? data : nothing;

    return (struct mtpi_rd){.at = start, .end = start + length};
}

size_t mtpi_rd_left(const struct mtpi_rd *rd)
{
    return rd->error ? 0 : (size_t)(rd->end - rd->at);
}

const uint8_t *mtpi_rd_bytes(struct mtpi_rd *rd, size_t count)
{
    const uint8_t *bytes = rd->at;

    if (mtpi_rd_left(rd) < count || rd->error) {
        fail(&rd->error, -EPROTO);
        return NULL;
    }
    rd->at += count;
    return bytes;
}

uint64_t mtpi_rd_uint(struct mtpi_rd *rd, unsigned width)
{
    const uint8_t *bytes = mtpi_rd_bytes(rd, width);
    uint8_t whole[8] = {0};

    if (bytes)
        memcpy(whole, bytes, width);
    return get_le64(whole);
}

uint16_t *mtpi_rd_string(struct mtpi_rd *rd)
{
    size_t count = (size_t)mtpi_rd_uint(rd, 1);
    const uint8_t *bytes = mtpi_rd_bytes(rd, 2 * count);
    uint16_t *text;

    if (!bytes)
        return NULL;
    text = calloc(count + 1, sizeof(*text));
    if (!text) {
        fail(&rd->error, -ENOMEM);
        return NULL;
    }
    /* Its own terminator is one of the units; devices that leave it out are understood too. */
    for (size_t i = 0; i < count; i++)
        text[i] = get_le16(bytes + 2 * i);
    return text;
}

size_t mtpi_rd_count(struct mtpi_rd *rd, size_t element)
{
    size_t count = (size_t)mtpi_rd_uint(rd, 4);

    if (count > mtpi_rd_left(rd) / element) {
        fail(&rd->error, -EPROTO);
        return 0;
    }
    return count;
}

void mtpi_rd_u16_array(struct mtpi_rd *rd, struct mtpi_u16_array *ret)
{
    size_t count = mtpi_rd_count(rd, 2);
    uint16_t *item = count ? malloc(count * sizeof(*item)) : NULL;

    if (count && !item) {
        fail(&rd->error, -ENOMEM);
        return;
    }
    for (size_t i = 0; i < count; i++)
        item[i] = (uint16_t)mtpi_rd_uint(rd, 2);
    *ret = (struct mtpi_u16_array){item, count};
}

void mtpi_rd_u32_array(struct mtpi_rd *rd, struct mtpi_u32_array *ret)
{
    size_t count = mtpi_rd_count(rd, 4);
    uint32_t *item = count ? malloc(count * sizeof(*item)) : NULL;

    if (count && !item) {
        fail(&rd->error, -ENOMEM);
        return;
    }
    for (size_t i = 0; i < count; i++)
        item[i] = (uint32_t)mtpi_rd_uint(rd, 4);
    *ret = (struct mtpi_u32_array){item, count};
}

/* Bytes of an integer type (MTP 1.1, 3.2.1), odd ones signed; 0: it is none. */
static unsigned width_of(uint16_t type)
{
    static const unsigned widths[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16};

    return type < ARRAY_SIZE(widths) ? widths[type] : 0;
}

static uint64_t sign_extend(uint64_t value, uint16_t type, unsigned width)
{
    uint64_t sign = width < 8 ? (uint64_t)1 << (8 * width - 1) : 0;

    return type % 2 == 1 && (value & sign) ? value | ~(sign * 2 - 1) : value;
}

static void read_array(struct mtpi_rd *rd, unsigned width, struct mtpi_value *value)
{
    size_t count = mtpi_rd_count(rd, width);
    const uint8_t *bytes = mtpi_rd_bytes(rd, count * width);

    value->array.element = width;
    value->array.count = count;
    if (!bytes || count == 0)
        return;
    value->array.data = malloc(count * width);
    if (value->array.data)
        memcpy(value->array.data, bytes, count * width);
    else
        fail(&rd->error, -ENOMEM);
}

void mtpi_rd_value(struct mtpi_rd *rd, uint16_t type, struct mtpi_value *ret)
{
    struct mtpi_value value = {.type = type};
    unsigned width = width_of(type == TYPE_STRING ? 0 : type & 0x3fff);
    const uint8_t *bytes;

    if (type == TYPE_STRING) {
        value.string = mtpi_rd_string(rd);
    } else if (width == 0 || (type & 0x8000)) {
        fail(&rd->error, -EPROTO); /* of unknown length: nothing behind it can be read either */
    } else if (type & TYPE_ARRAY) {
        read_array(rd, width, &value);
    } else if (width == 16) {
        bytes = mtpi_rd_bytes(rd, 16);
        if (bytes)
            memcpy(value.wide, bytes, 16);
    } else {
        value.integer = sign_extend(mtpi_rd_uint(rd, width), type, width);
    }
    if (rd->error)
        mtpi_value_done(&value);
    else
        *ret = value;
}

void mtpi_value_done(struct mtpi_value *value)
{
    if (value->type == TYPE_STRING)
        free(value->string);
    else if (value->type & TYPE_ARRAY)
        free(value->array.data);
    *value = (struct mtpi_value){0};
}

/* ---- writer */

void mtpi_wr_done(struct mtpi_wr *wr)
{
    free(wr->data);
    *wr = (struct mtpi_wr){0};
}

static void put_bytes(struct mtpi_wr *wr, const void *data, size_t length)
{
    if (wr->error || length == 0)
        return;
    if (length > wr->room - wr->used) {
        size_t room = (wr->used + length) * 2;
        uint8_t *more = realloc(wr->data, room);

        if (!more) {
            fail(&wr->error, -ENOMEM);
            return;
        }
        wr->data = more;
        wr->room = room;
    }
    memcpy(wr->data + wr->used, data, length);
    wr->used += length;
}

void mtpi_wr_uint(struct mtpi_wr *wr, uint64_t value, unsigned width)
{
    uint8_t bytes[8];

    put_le64(bytes, value);
    put_bytes(wr, bytes, width);
}

void mtpi_wr_string(struct mtpi_wr *wr, const uint16_t *text)
{
    size_t count = 0;

    while (text && text[count])
        count++;
    if (count >= STRING_UNITS) {
        fail(&wr->error, -EINVAL);
        return;
    }
    /* The empty string has no terminator (MTP 1.1, 3.2.3). */
    mtpi_wr_uint(wr, count ? count + 1 : 0, 1);
    for (size_t i = 0; count && i <= count; i++)
        mtpi_wr_uint(wr, text[i], 2);
}

void mtpi_wr_value(struct mtpi_wr *wr, const struct mtpi_value *value)
{
    unsigned width = width_of(value->type == TYPE_STRING ? 0 : value->type & 0x3fff);

    if (value->type == TYPE_STRING) {
        mtpi_wr_string(wr, value->string);
    } else if (width == 0 || (value->type & 0x8000)) {
        fail(&wr->error, -EINVAL);
    } else if (value->type & TYPE_ARRAY) {
        mtpi_wr_uint(wr, value->array.count, 4);
        put_bytes(wr, value->array.data, value->array.count * width);
    } else if (width == 16) {
        put_bytes(wr, value->wide, 16);
    } else {
        mtpi_wr_uint(wr, value->integer, width);
    }
}
