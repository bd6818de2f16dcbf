/* Windows' registry functions over our registry: what is in a key. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win_registry_private.h"
#include "spcore/com/com_utf16.h"

DWORD win_key_units(const char *name)
{
    WCHAR *wide = com_utf16_from_utf8(name);
    const size_t length = wide ? com_wcslen(wide) : 0;

    CoTaskMemFree(wide);
    return (DWORD)length;
}

LSTATUS win_key_put_name(const char *name, LPWSTR to, DWORD room, DWORD *ret_length)
{
    WCHAR *wide = com_utf16_from_utf8(name);
    const size_t length = wide ? com_wcslen(wide) : 0;
    LSTATUS result = ERROR_MORE_DATA;

    if (!wide)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (length < room) {
        memcpy(to, wide, (length + 1) * sizeof(*wide));
        if (ret_length)
            *ret_length = (DWORD)length;
        result = ERROR_SUCCESS;
    }
    CoTaskMemFree(wide);
    return result;
}

/* What our keys have none of. */
static void put_class(LPWSTR class_name, LPDWORD ret_length)
{
    if (class_name && ret_length && *ret_length > 0)
        class_name[0] = 0;
    if (ret_length)
        *ret_length = 0;
}

static void put_written(PFILETIME ret_written)
{
    if (ret_written)
        *ret_written = (FILETIME){0, 0};
}

LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD io_length,
                             LPDWORD reserved, LPWSTR class_name, LPDWORD io_class_length,
                             PFILETIME ret_written)
{
    struct win_key at;
    const char *found;
    LSTATUS result;

    if (!name || !io_length || reserved || (class_name && !io_class_length))
        return ERROR_INVALID_PARAMETER;
    result = win_key_there(key, NULL, KEY_ENUMERATE_SUB_KEYS, "RegEnumKeyEx", &at);
    if (result)
        return result;
    found = registry_key(at.registry, at.path, index);
    result =
        found ? win_key_put_name(found, name, *io_length, io_length) : (LSTATUS)ERROR_NO_MORE_ITEMS;
    if (!result) {
        put_class(class_name, io_class_length);
        put_written(ret_written);
    }
    return win_key_leave(&at, result);
}

LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, LPWSTR name, DWORD room)
{
    return RegEnumKeyExW(key, index, name, &room, NULL, NULL, NULL, NULL);
}

LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD io_length,
                             LPDWORD reserved, LPDWORD ret_type, LPBYTE data, LPDWORD io_size)
{
    const struct registry_value *found;
    struct win_key at;
    LSTATUS result;

    if (!name || !io_length || reserved || (data && !io_size))
        return ERROR_INVALID_PARAMETER;
    result = win_key_there(key, NULL, KEY_QUERY_VALUE, "RegEnumValue", &at);
    if (result)
        return result;
    found = registry_value_at(at.registry, at.path, index);
    result = found ? win_key_put_name(found->name, name, *io_length, io_length)
                   : (LSTATUS)ERROR_NO_MORE_ITEMS;
    if (!result) {
        if (ret_type)
            *ret_type = found->type;
        result = win_key_put_data(found->data, found->size, data, io_size);
    }
    return win_key_leave(&at, result);
}

static void at_least(DWORD *longest, size_t length)
{
    if (length > *longest)
        *longest = (DWORD)length;
}

static void put(LPDWORD to, DWORD value)
{
    if (to)
        *to = value;
}

LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR class_name, LPDWORD io_class_length,
                                LPDWORD reserved, LPDWORD ret_keys, LPDWORD ret_longest_key,
                                LPDWORD ret_longest_class, LPDWORD ret_values,
                                LPDWORD ret_longest_name, LPDWORD ret_longest_data,
                                LPDWORD ret_security, PFILETIME ret_written)
{
    DWORD keys = 0, values = 0, longest_key = 0, longest_name = 0, longest_data = 0;
    const struct registry_value *value;
    const char *name;
    struct win_key at;
    LSTATUS result;

    if (reserved || (class_name && !io_class_length))
        return ERROR_INVALID_PARAMETER;
    result = win_key_there(key, NULL, KEY_QUERY_VALUE, "RegQueryInfoKey", &at);
    if (result)
        return result;
    for (; (name = registry_key(at.registry, at.path, keys)) != NULL; keys++)
        at_least(&longest_key, win_key_units(name));
    for (; (value = registry_value_at(at.registry, at.path, values)) != NULL; values++) {
        at_least(&longest_name, win_key_units(value->name));
        at_least(&longest_data, value->size);
    }
    put(ret_keys, keys);
    put(ret_longest_key, longest_key);
    put(ret_longest_class, 0);
    put(ret_values, values);
    put(ret_longest_name, longest_name);
    put(ret_longest_data, longest_data);
    put(ret_security, 0);
    put_class(class_name, io_class_length);
    put_written(ret_written);
    return win_key_leave(&at, ERROR_SUCCESS);
}
