/* The registry for a provider's DllRegisterServer and DllUnregisterServer, with Windows' names, and
 * texts in UTF-16. papcheck has these functions itself: a provider that calls them is linked
 * without them, and they are there when papcheck has loaded it. On Windows the real header takes
 * this file's place. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINREG_H
#define CONFORMANCE_HOST_INCLUDE_WINREG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct HKEY__ *HKEY;

#define HKEY_CLASSES_ROOT ((HKEY)(uintptr_t)0x80000000u)
#define HKEY_CURRENT_USER ((HKEY)(uintptr_t)0x80000001u)
#define HKEY_LOCAL_MACHINE ((HKEY)(uintptr_t)0x80000002u)
#define REG_SZ 1u
#define REG_BINARY 3u
#define REG_DWORD 4u
#define REG_MULTI_SZ 7u
#define KEY_WRITE 0x20006u

/* Each 0 or a Win32 error code: 2 no such key, 6 no handle, 8 no memory, 87 a bad argument. The
 * key is to RegCloseKey(); `disposition` may be NULL; class, options, access and security are not
 * looked at. */
int32_t RegCreateKeyExW(HKEY key, const uint16_t *sub_key, uint32_t reserved, uint16_t *class_name,
                        uint32_t options, uint32_t access, void *security, HKEY *ret_key,
                        uint32_t *ret_disposition);
/* `name` NULL or "": the key's default value. */
int32_t RegSetValueExW(HKEY key, const uint16_t *name, uint32_t reserved, uint32_t type,
                       const uint8_t *data, uint32_t size);
/* The key and all below it. */
int32_t RegDeleteTreeW(HKEY key, const uint16_t *sub_key);
int32_t RegCloseKey(HKEY key);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
