/* Windows' registry functions over our registry: what a provider's registration calls. A key is
 * its path, and there when it has a value. */
#include "conformance/host/win_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/winreg.h"
#include "spcore/com/com_utf16.h"

enum { NOT_FOUND = 2, DENIED = 5, BAD_HANDLE = 6, NO_MEMORY = 8, BAD_ARGUMENT = 87 };

struct HKEY__ {
    size_t size;
    char path[]; /* without a backslash at its end */
};

static struct registry *bound;

void win_registry_bind(struct registry *registry)
{
    bound = registry;
}

/* NULL: no handle. */
static const char *path_of(HKEY key)
{
    static const struct {
        HKEY key;
        const char *path;
    } roots[] = {{HKEY_CLASSES_ROOT, WIN_REGISTRY_CLASSES},
                 {HKEY_CURRENT_USER, "HKCU"},
                 {HKEY_LOCAL_MACHINE, "HKLM"}};

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (key == roots[i].key)
            return roots[i].path;
    }
    return (uintptr_t)key > UINT32_MAX ? key->path : NULL;
}

/* A handle of that key below `key`; NULL: no memory. */
static HKEY below(const char *path, const uint16_t *sub_key)
{
    char *sub = com_utf8_from_utf16(sub_key);
    size_t size = sub ? strlen(path) + strlen(sub) + 2 : 0;
    HKEY made = size ? malloc(sizeof(*made) + size) : NULL;

    if (made) {
        made->size = size;
        snprintf(made->path, size, "%s%s%s", path, *sub ? "\\" : "", sub);
    }
    CoTaskMemFree(sub);
    return made;
}

int32_t RegCreateKeyExW(HKEY key, const uint16_t *sub_key, uint32_t reserved, uint16_t *class_name,
                        uint32_t options, uint32_t access, void *security, HKEY *ret_key,
                        uint32_t *ret_disposition)
{
    const char *path = path_of(key);

    (void)reserved, (void)class_name, (void)options, (void)access, (void)security;
    if (!bound || !path)
        return bound ? BAD_HANDLE : DENIED;
    if (!sub_key || !ret_key)
        return BAD_ARGUMENT;
    *ret_key = below(path, sub_key);
    if (ret_disposition)
        *ret_disposition = 1; /* REG_CREATED_NEW_KEY */
    return *ret_key ? 0 : NO_MEMORY;
}

int32_t RegSetValueExW(HKEY key, const uint16_t *name, uint32_t reserved, uint32_t type,
                       const uint8_t *data, uint32_t size)
{
    static const uint16_t none[] = {0};
    const char *path = path_of(key);
    char *text;
    int error;

    (void)reserved;
    if (!bound || !path)
        return bound ? BAD_HANDLE : DENIED;
    if (!data && size)
        return BAD_ARGUMENT;
    text = com_utf8_from_utf16(name ? name : none);
    error = text ? registry_set(bound, path, text, type, data, size) : -1;
    CoTaskMemFree(text);
    return error ? NO_MEMORY : 0;
}

int32_t RegDeleteTreeW(HKEY key, const uint16_t *sub_key)
{
    const char *path = path_of(key);
    HKEY gone;
    bool found;

    if (!bound || !path || !sub_key)
        return !bound ? DENIED : path ? BAD_ARGUMENT : BAD_HANDLE;
    gone = below(path, sub_key);
    if (!gone)
        return NO_MEMORY;
    found = registry_remove(bound, gone->path);
    free(gone);
    return found ? 0 : NOT_FOUND;
}

int32_t RegCloseKey(HKEY key)
{
    if (!path_of(key))
        return BAD_HANDLE;
    if ((uintptr_t)key > UINT32_MAX)
        free(key);
    return 0;
}
