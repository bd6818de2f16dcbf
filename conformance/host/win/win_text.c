/* Text of 16-bit characters: the C library's functions of wchar.h, and Windows' lstr…. The names of
 * the former are as wchar.h has the linker see them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/win/win_format.h"
#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_text.h"
#include "spcore/com/com_utf16.h"

static WCHAR folded(WCHAR one)
{
    return one >= 'A' && one <= 'Z' ? (WCHAR)(one + ('a' - 'A')) : one;
}

size_t paphost_wcslen(const WCHAR *text)
{
    return com_wcslen(text);
}

size_t paphost_wcsnlen(const WCHAR *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length])
        length++;
    return length;
}

WCHAR *paphost_wmemcpy(WCHAR *to, const WCHAR *from, size_t count)
{
    return memcpy(to, from, count * sizeof(*to));
}

WCHAR *paphost_wmemmove(WCHAR *to, const WCHAR *from, size_t count)
{
    return memmove(to, from, count * sizeof(*to));
}

WCHAR *paphost_wmemset(WCHAR *to, WCHAR one, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = one;
    return to;
}

int paphost_wmemcmp(const WCHAR *a, const WCHAR *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

WCHAR *paphost_wmemchr(const WCHAR *text, WCHAR one, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text[i] == one)
            return (WCHAR *)(uintptr_t)(text + i);
    }
    return NULL;
}

WCHAR *paphost_wcscpy(WCHAR *to, const WCHAR *from)
{
    return paphost_wmemcpy(to, from, com_wcslen(from) + 1);
}

WCHAR *paphost_wcsncpy(WCHAR *to, const WCHAR *from, size_t most)
{
    const size_t length = paphost_wcsnlen(from, most);

    paphost_wmemcpy(to, from, length);
    paphost_wmemset(to + length, 0, most - length);
    return to;
}

WCHAR *paphost_wcscat(WCHAR *to, const WCHAR *from)
{
    paphost_wcscpy(to + com_wcslen(to), from);
    return to;
}

WCHAR *paphost_wcsncat(WCHAR *to, const WCHAR *from, size_t most)
{
    WCHAR *end = to + com_wcslen(to);
    const size_t length = paphost_wcsnlen(from, most);

    paphost_wmemcpy(end, from, length);
    end[length] = 0;
    return to;
}

static int compare(const WCHAR *a, const WCHAR *b, size_t most, bool fold)
{
    for (size_t i = 0; i < most; i++) {
        const WCHAR x = fold ? folded(a[i]) : a[i];
        const WCHAR y = fold ? folded(b[i]) : b[i];

        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            break;
    }
    return 0;
}

int paphost_wcscmp(const WCHAR *a, const WCHAR *b)
{
    return compare(a, b, SIZE_MAX, false);
}

int paphost_wcsncmp(const WCHAR *a, const WCHAR *b, size_t most)
{
    return compare(a, b, most, false);
}

int paphost_wcsicmp(const WCHAR *a, const WCHAR *b)
{
    return compare(a, b, SIZE_MAX, true);
}

int paphost_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t most)
{
    return compare(a, b, most, true);
}

WCHAR *paphost_wcschr(const WCHAR *text, WCHAR one)
{
    return paphost_wmemchr(text, one, com_wcslen(text) + 1);
}

WCHAR *paphost_wcsrchr(const WCHAR *text, WCHAR one)
{
    for (size_t i = com_wcslen(text) + 1; i > 0; i--) {
        if (text[i - 1] == one)
            return (WCHAR *)(uintptr_t)(text + i - 1);
    }
    return NULL;
}

WCHAR *paphost_wcsstr(const WCHAR *text, const WCHAR *part)
{
    const size_t length = com_wcslen(part);

    for (;; text++) {
        if (compare(text, part, length, false) == 0)
            return (WCHAR *)(uintptr_t)text;
        if (!*text)
            return NULL;
    }
}

/* How many characters from the start on are among `any`, or are not. */
static size_t span(const WCHAR *text, const WCHAR *any, bool among)
{
    size_t length = 0;

    while (text[length] && (paphost_wmemchr(any, text[length], com_wcslen(any)) != NULL) == among)
        length++;
    return length;
}

size_t paphost_wcsspn(const WCHAR *text, const WCHAR *any)
{
    return span(text, any, true);
}

size_t paphost_wcscspn(const WCHAR *text, const WCHAR *any)
{
    return span(text, any, false);
}

WCHAR *paphost_wcspbrk(const WCHAR *text, const WCHAR *any)
{
    const WCHAR *found = text + span(text, any, false);

    return *found ? (WCHAR *)(uintptr_t)found : NULL;
}

/* All that a number is made of is ASCII: `ret_narrow` is what of it the C library may read. */
enum { DIGITS_MAX = 128 };
static void narrow_number(const WCHAR *text, char ret_narrow[DIGITS_MAX])
{
    size_t length = 0;

    for (; length + 1 < DIGITS_MAX && text[length] && text[length] < 0x80; length++)
        ret_narrow[length] = (char)text[length];
    ret_narrow[length] = '\0';
}

/* Windows' long has 32 bits. */
long paphost_wcstol(const WCHAR *text, WCHAR **ret_end, int base)
{
    char narrow[DIGITS_MAX], *end;
    long number;

    narrow_number(text, narrow);
    number = strtol(narrow, &end, base);
    if (ret_end)
        *ret_end = (WCHAR *)(uintptr_t)(text + (end - narrow));
    if (number == (LONG)number)
        return number;
    errno = ERANGE;
    return number < 0 ? INT32_MIN : INT32_MAX;
}

unsigned long paphost_wcstoul(const WCHAR *text, WCHAR **ret_end, int base)
{
    char narrow[DIGITS_MAX], *end;
    unsigned long number;

    narrow_number(text, narrow);
    number = strtoul(narrow, &end, base);
    if (ret_end)
        *ret_end = (WCHAR *)(uintptr_t)(text + (end - narrow));
    if (number <= UINT32_MAX || ((long)number < 0 && (long)number >= INT32_MIN))
        return (DWORD)number;
    errno = ERANGE;
    return UINT32_MAX;
}

/* ---- formats */
int paphost_vswprintf(WCHAR *to, size_t room, const WCHAR *format, va_list arguments)
{
    struct win_sink sink = {.wide = true, .to = to, .room = room};

    return win_format(&sink, format, arguments) && sink.length < room ? (int)sink.length : -1;
}

int paphost_swprintf(WCHAR *to, size_t room, const WCHAR *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = paphost_vswprintf(to, room, format, arguments);
    va_end(arguments);
    return length;
}

WCHAR *paphost_wcsdup(const WCHAR *text)
{
    const size_t size = com_wcslen(text) + 1;
    WCHAR *copy = malloc(size * sizeof(*copy));

    return copy ? paphost_wmemcpy(copy, text, size) : NULL;
}

/* ---- lstr… */
int WINAPI lstrlenW(LPCWSTR text)
{
    return text ? (int)com_wcslen(text) : 0;
}

int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return paphost_wcscmp(a, b);
}

int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return paphost_wcsicmp(a, b);
}

LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from)
{
    return paphost_wcscpy(to, from);
}

LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int room)
{
    (void)StringCchCopyW(to, room > 0 ? (size_t)room : 0, from);
    return to;
}

LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from)
{
    return paphost_wcscat(to, from);
}

/* ---- the same of char */
int WINAPI lstrlenA(LPCSTR text)
{
    return text ? (int)strlen(text) : 0;
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
    return strcmp(a, b);
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return strcasecmp(a, b);
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from)
{
    return strcpy(to, from);
}

LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int room)
{
    (void)StringCchCopyA(to, room > 0 ? (size_t)room : 0, from);
    return to;
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from)
{
    return strcat(to, from);
}

/* ---- by code units */
int WINAPI CompareStringOrdinal(LPCWCH a, int a_size, LPCWCH b, int b_size, BOOL ignore_case)
{
    size_t x = 0, y = 0, i = 0;

    if (!a || !b || a_size < -1 || b_size < -1)
        return win_fail(ERROR_INVALID_PARAMETER);
    x = a_size < 0 ? com_wcslen(a) : (size_t)a_size;
    y = b_size < 0 ? com_wcslen(b) : (size_t)b_size;
    while (i < x && i < y && (ignore_case ? folded(a[i]) == folded(b[i]) : a[i] == b[i]))
        i++;
    if (i == x || i == y)
        return x == y ? CSTR_EQUAL : x < y ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
    return (ignore_case ? folded(a[i]) < folded(b[i]) : a[i] < b[i]) ? CSTR_LESS_THAN
                                                                     : CSTR_GREATER_THAN;
}
