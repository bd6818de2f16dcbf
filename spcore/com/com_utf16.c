/* UTF-16 by hand: WCHAR has 16 bits here as on Windows, so the C library's wide functions, whose
 * characters have 32, are of no use. */
#include "spcore/com/com_utf16.h"

#include <string.h>

#include "spcore/include/mswmdm.h"

#define REPLACEMENT 0xfffdu

size_t com_wcslen(const WCHAR *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

int com_wcscmp(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (int)*a - (int)*b;
}

static WCHAR lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? (WCHAR)(c - 'A' + 'a') : c;
}

int com_wcsicmp(const WCHAR *a, const WCHAR *b)
{
    while (*a && lower(*a) == lower(*b))
        a++, b++;
    return (int)lower(*a) - (int)lower(*b);
}

bool com_wcseq(const WCHAR *a, const WCHAR *b)
{
    return com_wcscmp(a, b) == 0;
}

WCHAR *com_wcsdup(const WCHAR *text)
{
    size_t bytes = (com_wcslen(text) + 1) * sizeof(WCHAR);
    WCHAR *copy = CoTaskMemAlloc(bytes);

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

/* Decodes one character and moves *text behind it; shortest forms only, no surrogates. */
static uint32_t next_utf8(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *p = (const uint8_t *)*text;
    unsigned more = p[0] < 0x80 ? 0 : (p[0] >> 5) == 6 ? 1 : (p[0] >> 4) == 14 ? 2 : 3;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);

    *text += 1;
    if (more == 3 && (p[0] >> 3) != 30)
        return REPLACEMENT;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *text += more;
    return c;
}

WCHAR *com_utf16_from_utf8(const char *text)
{
    /* Never more units than bytes. */
    WCHAR *result = CoTaskMemAlloc((strlen(text) + 1) * sizeof(WCHAR)), *out = result;

    if (!result)
        return NULL;
    while (*text) {
        uint32_t c = next_utf8(&text);
        if (c >= 0x10000) {
            *out++ = (WCHAR)(0xd800 + ((c - 0x10000) >> 10));
            *out++ = (WCHAR)(0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            *out++ = (WCHAR)c;
        }
    }
    *out = 0;
    return result;
}

static uint32_t next_utf16(const WCHAR **text)
{
    uint32_t c = *(*text)++;

    if (c < 0xd800 || c >= 0xe000)
        return c;
    if (c >= 0xdc00 || **text < 0xdc00 || **text >= 0xe000)
        return REPLACEMENT;
    return 0x10000 + ((c & 0x3ff) << 10) + (*(*text)++ & 0x3ffu);
}

char *com_utf8_from_utf16(const WCHAR *text)
{
    char *result = CoTaskMemAlloc(com_wcslen(text) * 3 + 1), *out = result;

    if (!result)
        return NULL;
    while (*text) {
        uint32_t c = next_utf16(&text);
        unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        static const uint8_t mark[] = {0, 0xc0, 0xe0, 0xf0};
        *out++ = (char)(mark[more] | c >> 6 * more);
        for (unsigned i = more; i-- > 0;)
            *out++ = (char)(0x80 | ((c >> 6 * i) & 0x3f));
    }
    *out = '\0';
    return result;
}

char *com_utf8_copy(const WCHAR *text)
{
    char *utf8 = com_utf8_from_utf16(text), *copy = utf8 ? strdup(utf8) : NULL;

    CoTaskMemFree(utf8);
    return copy;
}

HRESULT com_copy_string(const WCHAR *text, WCHAR *ret_buffer, UINT room)
{
    size_t length = com_wcslen(text);
    bool fits = length < room;

    if (!ret_buffer || room == 0)
        return E_INVALIDARG;
    if (!fits)
        length = room - 1;
    memcpy(ret_buffer, text, length * sizeof(WCHAR));
    ret_buffer[length] = 0;
    return fits ? S_OK : WMDM_E_BUFFERTOOSMALL;
}
