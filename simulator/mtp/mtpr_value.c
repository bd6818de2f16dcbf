/* Values whose type is known at run time only: a property's, as it travels and as a player file
 * writes it. */
#include "simulator/mtp/mtpr_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "spcore/base.h"

size_t mtpr_type_width(uint16_t type)
{
    static const uint8_t widths[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16};
    unsigned base = type & 0x3fffu;

    if ((type & 0x8000u) || base >= sizeof(widths))
        return 0;
    return widths[base];
}

bool mtpr_type_signed(uint16_t type)
{
    return mtpr_type_width(type) > 0 && (type & 1) != 0;
}

const uint8_t *rd_value(struct rd *rd, uint16_t type, uint32_t *ret_length)
{
    const uint8_t *start = rd->at;
    char text[MTPR_TEXT_MAX];

    if (type == MTP_DTC_STRING)
        rd_string(rd, text);
    else if (mtpr_type_width(type) == 0)
        rd->failed = true;
    else if (type & MTP_DTC_ARRAY)
        (void)rd_bytes(rd, rd_array(rd, mtpr_type_width(type)) * mtpr_type_width(type));
    else
        (void)rd_bytes(rd, mtpr_type_width(type));
    if (rd->failed)
        return NULL;
    *ret_length = (uint32_t)(rd->at - start);
    return start;
}

void wr_integer(struct wr *wr, uint16_t type, uint64_t value)
{
    size_t width = mtpr_type_width(type);
    uint8_t bytes[16];

    memset(bytes, mtpr_type_signed(type) && (value >> 63) ? 0xff : 0, sizeof(bytes));
    put_le64(bytes, value);
    wr_bytes(wr, bytes, width);
}

void wr_default(struct wr *wr, uint16_t type)
{
    if (type == MTP_DTC_STRING)
        wr_string(wr, "");
    else if (type & MTP_DTC_ARRAY)
        wr_u32(wr, 0);
    else
        wr_integer(wr, type, 0);
}

int64_t mtpr_integer(uint16_t type, const uint8_t *value)
{
    size_t width = mtpr_type_width(type);
    uint8_t bytes[8] = {0};
    uint64_t number;

    if (width > 8)
        width = 8;
    memcpy(bytes, value, width);
    number = get_le64(bytes);
    if (mtpr_type_signed(type) && width > 0 && width < 8 && (number >> (8 * width - 1)) & 1)
        number |= ~(uint64_t)0 << (8 * width);
    return (int64_t)number;
}

static bool fits(uint16_t type, const char *text, uint64_t number)
{
    size_t bits = mtpr_type_width(type) * 8;
    int64_t half;

    if (bits >= 64)
        return true;
    if (!mtpr_type_signed(type))
        return text[0] != '-' && number >> bits == 0;
    half = (int64_t)1 << (bits - 1);
    return (int64_t)number >= -half && (int64_t)number < half;
}

static bool hex_array(struct wr *wr, uint16_t type, const char *text)
{
    size_t length = strlen(text);
    size_t width = mtpr_type_width(type);

    if (length % (2 * width) != 0)
        return false;
    wr_u32(wr, (uint32_t)(length / 2 / width));
    for (size_t i = 0; i < length; i += 2) {
        char pair[3] = {text[i], text[i + 1], '\0'};
        char *end;
        unsigned long byte = strtoul(pair, &end, 16);

        if (*end)
            return false;
        wr_u8(wr, (uint8_t)byte);
    }
    return true;
}

bool wr_text_value(struct wr *wr, uint16_t type, const char *text)
{
    uint64_t number;
    char *end;

    if (type == MTP_DTC_STRING) {
        wr_string(wr, text);
        return true;
    }
    if (mtpr_type_width(type) == 0)
        return false;
    if (type & MTP_DTC_ARRAY)
        return hex_array(wr, type, text);
    errno = 0;
    number = text[0] == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    if (errno || end == text || *end || !fits(type, text, number))
        return false;
    wr_integer(wr, type, number);
    return true;
}
