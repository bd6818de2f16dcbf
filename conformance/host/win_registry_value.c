/* Windows' registry functions over our registry: values. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win_registry_private.h"

LSTATUS WINAPI RegSetKeyValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name, DWORD type, LPCVOID data,
                               DWORD size)
{
    struct win_key at;
    LSTATUS result = win_key_enter(key, sub_key, KEY_SET_VALUE, "RegSetValueEx", &at);
    char *text;

    if (result)
        return result;
    if (!data && size)
        return win_key_leave(&at, ERROR_INVALID_PARAMETER);
    text = win_key_name(name);
    result = text ? win_key_error(registry_set(at.registry, at.path, text, type, data, size))
                  : (LSTATUS)ERROR_NOT_ENOUGH_MEMORY;
    free(text);
    return win_key_leave(&at, result);
}

LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD size)
{
    return reserved ? (LSTATUS)ERROR_INVALID_PARAMETER
                    : RegSetKeyValueW(key, NULL, name, type, data, size);
}

LSTATUS WINAPI RegDeleteKeyValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name)
{
    struct win_key at;
    LSTATUS result = win_key_there(key, sub_key, KEY_SET_VALUE, "RegDeleteValue", &at);
    char *text;

    if (result)
        return result;
    text = win_key_name(name);
    result = text ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    if (text && !registry_remove_value(at.registry, at.path, text))
        result = ERROR_FILE_NOT_FOUND;
    free(text);
    return win_key_leave(&at, result);
}

LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR name)
{
    return RegDeleteKeyValueW(key, NULL, name);
}

/* ---- reading */
LSTATUS win_key_put_data(const void *data, size_t size, LPBYTE to, LPDWORD io_size)
{
    const bool fits = !to || *io_size >= size;

    if (to && fits && size)
        memcpy(to, data, size);
    if (io_size)
        *io_size = (DWORD)size;
    return fits ? ERROR_SUCCESS : ERROR_MORE_DATA;
}

/* The value, of a call that has begun; NULL: there is nothing to leave, and *ret_error says why. */
static const struct registry_value *find(HKEY key, LPCWSTR sub_key, LPCWSTR name, const char *call,
                                         struct win_key *at, LSTATUS *ret_error)
{
    const struct registry_value *value;
    char *text;

    *ret_error = win_key_there(key, sub_key, KEY_QUERY_VALUE, call, at);
    if (*ret_error)
        return NULL;
    text = win_key_name(name);
    value = text ? registry_get(at->registry, at->path, text) : NULL;
    if (!value)
        *ret_error = win_key_leave(at, text ? (LSTATUS)ERROR_FILE_NOT_FOUND
                                            : (LSTATUS)ERROR_NOT_ENOUGH_MEMORY);
    free(text);
    return value;
}

LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD ret_type,
                                LPBYTE data, LPDWORD io_size)
{
    const struct registry_value *value;
    struct win_key at;
    LSTATUS result;

    if (reserved || (data && !io_size))
        return ERROR_INVALID_PARAMETER;
    value = find(key, NULL, name, "RegQueryValueEx", &at, &result);
    if (!value)
        return result;
    if (ret_type)
        *ret_type = value->type;
    return win_key_leave(&at, win_key_put_data(value->data, value->size, data, io_size));
}

/* ---- RegGetValue: of the types that are asked for, text with its end */
static bool is_text(DWORD type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* RRF_RT_REG_… of a type; 0: of none that has one. */
static DWORD flag_of(DWORD type)
{
    static const DWORD flags[REG_QWORD + 1] = {
        [REG_NONE] = RRF_RT_REG_NONE,           [REG_SZ] = RRF_RT_REG_SZ,
        [REG_EXPAND_SZ] = RRF_RT_REG_EXPAND_SZ, [REG_BINARY] = RRF_RT_REG_BINARY,
        [REG_DWORD] = RRF_RT_REG_DWORD,         [REG_MULTI_SZ] = RRF_RT_REG_MULTI_SZ,
        [REG_QWORD] = RRF_RT_REG_QWORD};

    return type <= REG_QWORD ? flags[type] : 0;
}

static LSTATUS check_type(const struct registry_value *value, DWORD flags)
{
    const DWORD types = flags & RRF_RT_ANY;
    const size_t number = types == RRF_RT_DWORD ? 4 : types == RRF_RT_QWORD ? 8 : 0;

    if (types != RRF_RT_ANY && !(types & flag_of(value->type)))
        return value->type == REG_EXPAND_SZ && types & RRF_RT_REG_SZ && !(flags & RRF_NOEXPAND)
                   ? ERROR_SUCCESS
                   : ERROR_UNSUPPORTED_TYPE;
    return number && value->type == REG_BINARY && value->size != number ? ERROR_INVALID_DATA
                                                                        : ERROR_SUCCESS;
}

/* The data with as many zeros at its end as its type is to have; *ret_text to free(). */
static LSTATUS ended(const struct registry_value *value, void **ret_text, size_t *ret_size)
{
    const size_t ends = value->type == REG_MULTI_SZ ? 2 : 1;
    size_t units = (value->size + 1) / sizeof(WCHAR), zeros = 0;
    WCHAR *text = calloc(units + ends, sizeof(*text));

    if (!text)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (value->size)
        memcpy(text, value->data, value->size);
    while (zeros < ends && zeros < units && !text[units - 1 - zeros])
        zeros++;
    *ret_text = text;
    *ret_size = (units + ends - zeros) * sizeof(*text);
    return ERROR_SUCCESS;
}

static LSTATUS put_value(const struct registry_value *value, DWORD flags, LPDWORD ret_type,
                         LPBYTE data, LPDWORD io_size)
{
    const bool expands = value->type == REG_EXPAND_SZ && !(flags & RRF_NOEXPAND);
    LSTATUS result = check_type(value, flags);
    void *text = NULL;
    size_t size = value->size;

    if (!result && is_text(value->type))
        result = ended(value, &text, &size);
    if (ret_type && result != ERROR_UNSUPPORTED_TYPE)
        *ret_type = expands ? REG_SZ : value->type;
    if (!result)
        result = win_key_put_data(text ? text : value->data, size, data, io_size);
    free(text);
    return result;
}

LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name, DWORD flags, LPDWORD ret_type,
                            PVOID data, LPDWORD io_size)
{
    const DWORD types = flags & RRF_RT_ANY, room = data && io_size ? *io_size : 0;
    const struct registry_value *value;
    struct win_key at;
    LSTATUS result;

    if ((data && !io_size) ||
        (types & RRF_RT_REG_EXPAND_SZ && types != RRF_RT_ANY && !(flags & RRF_NOEXPAND)))
        return ERROR_INVALID_PARAMETER;
    value = find(key, sub_key, name, "RegGetValue", &at, &result);
    if (value)
        result = win_key_leave(&at, put_value(value, flags, ret_type, data, io_size));
    if (result && room && flags & RRF_ZEROONFAILURE)
        memset(data, 0, room);
    return result;
}
