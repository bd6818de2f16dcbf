/* Text between code pages and UTF-16. There is one page, UTF-8; text with NULs in it goes piece by
 * piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_text.h"
#include "spcore/com/com_utf16.h"

/* What comes out: `room` units, 0 to count alone. */
struct out {
    void *to;
    size_t unit, room, used;
    unsigned replaced; /* characters that stand for what is none */
};

static void append(struct out *out, const void *text, size_t count)
{
    if (out->room && out->used + count <= out->room)
        memcpy((char *)out->to + out->used * out->unit, text, count * out->unit);
    out->used += count;
}

static unsigned wide_replacements(const WCHAR *text, size_t count)
{
    unsigned found = 0;

    for (size_t i = 0; i < count; i++)
        found += text[i] == 0xfffd;
    return found;
}

static unsigned narrow_replacements(const char *text)
{
    unsigned found = 0;

    while ((text = strstr(text, "\xef\xbf\xbd")) != NULL) {
        found++;
        text += 3;
    }
    return found;
}

static bool widen(struct out *out, const char *from, size_t count)
{
    char *piece = strndup(from, count);
    WCHAR *wide = piece ? com_utf16_from_utf8(piece) : NULL;

    if (wide) {
        append(out, wide, com_wcslen(wide));
        out->replaced += wide_replacements(wide, com_wcslen(wide)) - narrow_replacements(piece);
    }
    CoTaskMemFree(wide);
    free(piece);
    return wide != NULL;
}

static bool narrow(struct out *out, const WCHAR *from, size_t count)
{
    WCHAR *piece = calloc(count + 1, sizeof(*piece));
    char *text;

    if (!piece)
        return false;
    memcpy(piece, from, count * sizeof(*piece));
    text = com_utf8_copy(piece);
    if (text) {
        append(out, text, strlen(text));
        out->replaced += narrow_replacements(text) - wide_replacements(piece, count);
    }
    free(text);
    free(piece);
    return text != NULL;
}

static int give(const struct out *out, bool done, bool strict)
{
    if (!done)
        return win_fail(ERROR_NOT_ENOUGH_MEMORY);
    if (strict && out->replaced)
        return win_fail(ERROR_NO_UNICODE_TRANSLATION);
    if (out->room && out->used > out->room)
        return win_fail(ERROR_INSUFFICIENT_BUFFER);
    return (int)out->used;
}

int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCCH from, int size, LPWSTR to,
                               int room)
{
    struct out out = {.to = to, .unit = sizeof(*to), .room = (size_t)room};
    size_t left = from && size > 0 ? (size_t)size : from ? strlen(from) + 1 : 0;
    bool done = true;

    (void)code_page;
    if (!from || !size || size < -1 || room < 0 || (room && !to))
        return win_fail(ERROR_INVALID_PARAMETER);
    while (done && left > 0) {
        const size_t piece = strnlen(from, left);

        done = widen(&out, from, piece);
        if (done && piece < left)
            append(&out, u"", 1);
        from += piece < left ? piece + 1 : left;
        left -= piece < left ? piece + 1 : left;
    }
    return give(&out, done, flags & MB_ERR_INVALID_CHARS);
}

int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWCH from, int size, LPSTR to,
                               int room, LPCCH default_char, LPBOOL ret_used_default)
{
    struct out out = {.to = to, .unit = sizeof(*to), .room = (size_t)room};
    size_t left = from && size > 0 ? (size_t)size : from ? com_wcslen(from) + 1 : 0;
    bool done = true;

    if (!from || !size || size < -1 || room < 0 || (room && !to) ||
        (code_page == CP_UTF8 && (default_char || ret_used_default)))
        return win_fail(ERROR_INVALID_PARAMETER);
    while (done && left > 0) {
        const size_t piece = paphost_wcsnlen(from, left);

        done = narrow(&out, from, piece);
        if (done && piece < left)
            append(&out, "", 1);
        from += piece < left ? piece + 1 : left;
        left -= piece < left ? piece + 1 : left;
    }
    if (ret_used_default)
        *ret_used_default = out.replaced > 0;
    return give(&out, done, flags & WC_ERR_INVALID_CHARS);
}

/* ---- the C library's, of texts with a NUL behind them */
enum { TRUNCATED = 80 /* STRUNCATE of wchar.h */ };

/* How many of `there` units go before the NUL. */
static int fitting(size_t there, size_t room, size_t count, size_t *ret_units)
{
    const bool truncate = count == (size_t)-1;

    *ret_units = there < count ? there : count;
    if (*ret_units < room)
        return 0;
    *ret_units = truncate ? room - 1 : 0;
    return truncate ? TRUNCATED : ERANGE;
}

int paphost_wcstombs_s(size_t *ret_count, char *to, size_t room, const WCHAR *from, size_t count)
{
    char *text = from && !to == !room ? com_utf8_copy(from) : NULL;
    size_t bytes = text ? strlen(text) : 0;
    int error = text ? 0 : EINVAL;

    if (text && to) {
        error = fitting(bytes, room, count, &bytes);
        while (bytes > 0 && (text[bytes] & 0xc0) == 0x80) /* no part of a character */
            bytes--;
        memcpy(to, text, bytes);
    }
    if (to && room)
        to[bytes] = '\0';
    if (ret_count)
        *ret_count = error && error != TRUNCATED ? 0 : bytes + 1;
    free(text);
    return error;
}

int paphost_mbstowcs_s(size_t *ret_count, WCHAR *to, size_t room, const char *from, size_t count)
{
    WCHAR *text = from && !to == !room ? com_utf16_from_utf8(from) : NULL;
    size_t units = text ? com_wcslen(text) : 0;
    int error = text ? 0 : EINVAL;

    if (text && to) {
        error = fitting(units, room, count, &units);
        if (units > 0 && (text[units] & 0xfc00) == 0xdc00) /* no half of a pair */
            units--;
        memcpy(to, text, units * sizeof(*to));
    }
    if (to && room)
        to[units] = 0;
    if (ret_count)
        *ret_count = error && error != TRUNCATED ? 0 : units + 1;
    CoTaskMemFree(text);
    return error;
}
