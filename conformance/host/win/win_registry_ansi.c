/* The registry in the code page, which is UTF-8: names and texts are made wide on their way in and
 * narrow on their way out, all other data is passed on. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/winbase.h"
#include "conformance/host/win_registry_private.h"
#include "spcore/com/com_utf16.h"

enum { NAME_UNITS = 256 /* of a key, with its NUL */ };

static bool is_text(DWORD type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* NULL stays NULL. To CoTaskMemFree(). */
static LSTATUS widen(LPCSTR text, WCHAR **ret)
{
    *ret = text ? com_utf16_from_utf8(text) : NULL;
    return text && !*ret ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

/* Texts with NULs between and behind them, as they stand. To free(); NULL: no memory. */
static WCHAR *widen_data(const BYTE *data, DWORD size, DWORD *ret_size)
{
    const int room = (int)size; /* no character has more units than bytes */
    WCHAR *wide = size <= INT_MAX ? calloc((size_t)size + 1, sizeof(*wide)) : NULL;
    const int units =
        wide && size ? MultiByteToWideChar(CP_UTF8, 0, (LPCCH)data, room, wide, room) : 0;

    *ret_size = (DWORD)units * sizeof(*wide);
    return wide;
}

static char *narrow_data(const WCHAR *data, size_t units, size_t *ret_size)
{
    const size_t room = 3 * units; /* no unit has more bytes */
    char *text = malloc(room + 1);
    const int bytes = text && units ? WideCharToMultiByte(CP_UTF8, 0, data, (int)units, text,
                                                          (int)room, NULL, NULL)
                                    : 0;

    *ret_size = (size_t)bytes;
    return text;
}

/* ---- keys */
LSTATUS WINAPI RegCreateKeyExA(HKEY key, LPCSTR sub_key, DWORD reserved, LPSTR class_name,
                               DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES security,
                               PHKEY ret_key, LPDWORD ret_disposition)
{
    WCHAR *wide;
    LSTATUS result = widen(sub_key, &wide);

    (void)class_name;
    if (!result)
        result = RegCreateKeyExW(key, wide, reserved, NULL, options, access, security, ret_key,
                                 ret_disposition);
    CoTaskMemFree(wide);
    return result;
}

LSTATUS WINAPI RegCreateKeyA(HKEY key, LPCSTR sub_key, PHKEY ret_key)
{
    return RegCreateKeyExA(key, sub_key ? sub_key : "", 0, NULL, 0, MAXIMUM_ALLOWED, NULL, ret_key,
                           NULL);
}

LSTATUS WINAPI RegOpenKeyExA(HKEY key, LPCSTR sub_key, DWORD options, REGSAM access, PHKEY ret_key)
{
    WCHAR *wide;
    LSTATUS result = widen(sub_key, &wide);

    if (!result)
        result = RegOpenKeyExW(key, wide, options, access, ret_key);
    CoTaskMemFree(wide);
    return result;
}

LSTATUS WINAPI RegOpenKeyA(HKEY key, LPCSTR sub_key, PHKEY ret_key)
{
    return RegOpenKeyExA(key, sub_key, 0, MAXIMUM_ALLOWED, ret_key);
}

/* What only has a key and a name. */
static LSTATUS by_name(HKEY key, LPCSTR name, LSTATUS (*call)(HKEY key, LPCWSTR name))
{
    WCHAR *wide;
    LSTATUS result = widen(name, &wide);

    if (!result)
        result = call(key, wide);
    CoTaskMemFree(wide);
    return result;
}

LSTATUS WINAPI RegDeleteKeyA(HKEY key, LPCSTR sub_key)
{
    return by_name(key, sub_key, RegDeleteKeyW);
}

LSTATUS WINAPI RegDeleteTreeA(HKEY key, LPCSTR sub_key)
{
    return by_name(key, sub_key, RegDeleteTreeW);
}

LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD io_length, LPDWORD reserved,
                             LPSTR class_name, LPDWORD io_class_length, PFILETIME ret_written)
{
    WCHAR wide[NAME_UNITS];
    DWORD units = NAME_UNITS;
    char *text;
    LSTATUS result;

    if (!name || !io_length)
        return ERROR_INVALID_PARAMETER;
    result = RegEnumKeyExW(key, index, wide, &units, reserved, NULL, NULL, ret_written);
    if (result)
        return result;
    text = com_utf8_copy(wide);
    if (!text)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (strlen(text) >= *io_length) {
        result = ERROR_MORE_DATA;
    } else {
        strcpy(name, text);
        *io_length = (DWORD)strlen(text);
    }
    free(text);
    if (!result && class_name && io_class_length && *io_class_length)
        *class_name = '\0';
    if (!result && io_class_length)
        *io_class_length = 0;
    return result;
}

/* ---- values */
LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD size)
{
    WCHAR *wide, *wide_data = NULL;
    LSTATUS result = widen(name, &wide);

    if (!result && data && is_text(type)) {
        wide_data = widen_data(data, size, &size);
        result = wide_data ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!result)
        result = RegSetValueExW(key, wide, reserved, type,
                                wide_data ? (const BYTE *)wide_data : data, size);
    free(wide_data);
    CoTaskMemFree(wide);
    return result;
}

/* As RegQueryValueExW() found it. */
static LSTATUS hand_out(DWORD type, const BYTE *found, DWORD size, LPBYTE data, LPDWORD io_size)
{
    size_t bytes;
    char *text;
    LSTATUS result = ERROR_NOT_ENOUGH_MEMORY;

    if (!is_text(type))
        return win_key_put_data(found, size, data, io_size);
    text = narrow_data((const WCHAR *)found, size / sizeof(WCHAR), &bytes);
    if (text)
        result = win_key_put_data(text, bytes, data, io_size);
    free(text);
    return result;
}

LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD ret_type,
                                LPBYTE data, LPDWORD io_size)
{
    DWORD type = REG_NONE, size = 0;
    BYTE *found = NULL;
    WCHAR *wide;
    LSTATUS result = widen(name, &wide);

    if (!result && data && !io_size)
        result = ERROR_INVALID_PARAMETER;
    if (!result)
        result = RegQueryValueExW(key, wide, reserved, &type, NULL, &size);
    if (!result) {
        found = malloc((size_t)size + 1);
        result = ERROR_NOT_ENOUGH_MEMORY;
        if (found)
            result = RegQueryValueExW(key, wide, reserved, &type, found, &size);
    }
    if (!result && ret_type)
        *ret_type = type;
    if (!result)
        result = hand_out(type, found, size, data, io_size);
    free(found);
    CoTaskMemFree(wide);
    return result;
}

LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR name)
{
    return by_name(key, name, RegDeleteValueW);
}
