/* Decodes what Windows' shells write when output goes to a file; the parsers know UTF-8 alone. */
#include "simulator/import/utf16.h"

#include "simulator/mtp/dataset.h"

/* What is left to read, in the mark's order. */
struct units {
    const uint8_t *at, *end;
    bool big;
};

bool utf16_marked(const uint8_t *bytes, size_t size)
{
    return size >= 2 &&
           ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff));
}

static bool take_unit(struct units *units, uint32_t *ret_unit)
{
    if (units->end - units->at < 2)
        return false;
    *ret_unit = (uint32_t)(units->big ? units->at[0] << 8 | units->at[1]
                                      : units->at[1] << 8 | units->at[0]);
    units->at += 2;
    return true;
}

/* RFC 2781, 2.2: a high surrogate, and a low one behind it, are one character. */
static bool take_character(struct units *units, uint32_t *ret_character)
{
    uint32_t high, low;

    if (!take_unit(units, &high) || (high & 0xfc00) == 0xdc00)
        return false;
    if ((high & 0xfc00) == 0xd800) {
        if (!take_unit(units, &low) || (low & 0xfc00) != 0xdc00)
            return false;
        high = 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
    }
    *ret_character = high;
    return true;
}

size_t utf16_decode(const uint8_t *bytes, size_t size, uint8_t *out, bool *ret_whole)
{
    struct units units = {bytes + 2, bytes + size, bytes[0] == 0xfe};
    char *at = (char *)out;
    uint32_t character;
    bool whole = true;

    while (units.at < units.end && (whole = take_character(&units, &character)))
        at = mtpr_put_utf8(at, character);
    *ret_whole = whole;
    return (size_t)(at - (char *)out);
}
