/* The values of every GUID and string constant of the headers, for the module that links this. */
#define INITGUID
#include "spcore/base.h"
#include "spcore/include/mswmdm.h"

#include <string.h>

#include "spcore/com/com_guid.h"

bool IsEqualGUID(REFGUID a, REFGUID b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

void com_guid_format(REFGUID guid, char ret_text[COM_GUID_TEXT])
{
    static const char digits[] = "0123456789ABCDEF";
    /* Byte order of the text against the structure in memory; -1 is a dash. */
    static const int order[] = {3,  2, 1, 0,  -1, 5,  4,  -1, 7,  6,
                                -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
    const uint8_t *bytes = (const uint8_t *)guid;
    char *out = ret_text;

    *out++ = '{';
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        if (order[i] < 0) {
            *out++ = '-';
            continue;
        }
        *out++ = digits[bytes[order[i]] >> 4];
        *out++ = digits[bytes[order[i]] & 15];
    }
    *out++ = '}';
    *out = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool com_guid_parse(const char *text, GUID *ret_guid)
{
    char plain[36];
    GUID guid = {0};
    size_t length = strlen(text);

    if (length != 36 && length != 38)
        return false;
    if (length == 38 && (text[0] != '{' || text[37] != '}'))
        return false;
    memcpy(plain, text + (length == 38), 36);
    uint8_t raw[16];
    size_t at = 0;
    for (size_t i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (plain[i] != '-')
                return false;
            continue;
        }
        int high = digit(plain[i]), low = i + 1 < 36 ? digit(plain[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        raw[at++] = (uint8_t)(high << 4 | low);
        i++;
    }
    guid.Data1 = get_be32(raw);
    guid.Data2 = get_be16(raw + 4);
    guid.Data3 = get_be16(raw + 6);
    memcpy(guid.Data4, raw + 8, 8);
    *ret_guid = guid;
    return true;
}
