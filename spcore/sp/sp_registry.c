/* Outside of Windows the program that loads the module may have Windows' functions of the registry,
 * as papcheck has. They are looked for by name, so that other programs need none. */
#include "spcore/sp/sp_registry.h"

#include <stddef.h>

#include "spcore/com/com_utf16.h"

/* Of winreg.h. */
typedef struct sp_registry_key *key_handle;
enum { KIND_TEXT = 1, KIND_NUMBER = 4, MAY_WRITE = 0x20006, UNSUPPORTED = 50, NO_MEMORY = 8 };

int32_t RegCreateKeyExW(key_handle key, const WCHAR *sub_key, uint32_t reserved, WCHAR *class_name,
                        uint32_t options, uint32_t access, void *security, key_handle *ret_key,
                        uint32_t *ret_disposition) __attribute__((weak));
int32_t RegSetValueExW(key_handle key, const WCHAR *name, uint32_t reserved, uint32_t type,
                       const uint8_t *data, uint32_t size) __attribute__((weak));
int32_t RegDeleteTreeW(key_handle key, const WCHAR *sub_key) __attribute__((weak));
int32_t RegCloseKey(key_handle key) __attribute__((weak));

static key_handle handle_of(enum sp_registry_root root)
{
    return (key_handle)(uintptr_t)(root == SP_REGISTRY_CLASSES ? 0x80000000u : 0x80000002u);
}

static int32_t set(enum sp_registry_root root, const char *key, const char *name, uint32_t type,
                   const void *data, size_t size)
{
    WCHAR *wide_key = com_utf16_from_utf8(key), *wide_name = com_utf16_from_utf8(name);
    int32_t error = wide_key && wide_name && data ? 0 : NO_MEMORY;
    key_handle opened = NULL;

    if (!error)
        error =
            RegCreateKeyExW(handle_of(root), wide_key, 0, NULL, 0, MAY_WRITE, NULL, &opened, NULL);
    if (!error) {
        error = RegSetValueExW(opened, wide_name, 0, type, data, (uint32_t)size);
        RegCloseKey(opened);
    }
    CoTaskMemFree(wide_name);
    CoTaskMemFree(wide_key);
    return error;
}

static int is_there(void)
{
    return RegCreateKeyExW && RegSetValueExW && RegDeleteTreeW && RegCloseKey;
}

int32_t sp_registry_set_text(enum sp_registry_root root, const char *key, const char *name,
                             const char *text)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    int32_t error = UNSUPPORTED;

    if (is_there())
        error = set(root, key, name, KIND_TEXT, wide,
                    wide ? (com_wcslen(wide) + 1) * sizeof(*wide) : 0);
    CoTaskMemFree(wide);
    return error;
}

int32_t sp_registry_set_number(enum sp_registry_root root, const char *key, const char *name,
                               uint32_t number)
{
    return is_there() ? set(root, key, name, KIND_NUMBER, &number, sizeof(number)) : UNSUPPORTED;
}

int32_t sp_registry_remove(enum sp_registry_root root, const char *key)
{
    WCHAR *wide = is_there() ? com_utf16_from_utf8(key) : NULL;
    int32_t error =
        wide ? RegDeleteTreeW(handle_of(root), wide) : (is_there() ? NO_MEMORY : UNSUPPORTED);

    CoTaskMemFree(wide);
    return error;
}
