/* The registry: what a service reads, and what a provider's DllRegisterServer and
 * DllUnregisterServer call. papcheck has these functions itself: a provider that calls them is
 * linked without them, and they are there when papcheck has loaded it. On Windows the real header
 * takes this file's place.
 *
 * Each 0 or a Win32 error code. A handle is good for what it was opened for; class, options and
 * security are not looked at, there is one view for programs of 32 and of 64 bits, and nothing says
 * when a key was written. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINREG_H
#define CONFORMANCE_HOST_INCLUDE_WINREG_H

#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

DECLARE_HANDLE(HKEY);
typedef HKEY *PHKEY;

#define HKEY_CLASSES_ROOT ((HKEY)(ULONG_PTR)(LONG)0x80000000)
#define HKEY_CURRENT_USER ((HKEY)(ULONG_PTR)(LONG)0x80000001)
#define HKEY_LOCAL_MACHINE ((HKEY)(ULONG_PTR)(LONG)0x80000002)
#define HKEY_USERS ((HKEY)(ULONG_PTR)(LONG)0x80000003)
#define HKEY_CURRENT_CONFIG ((HKEY)(ULONG_PTR)(LONG)0x80000005)
#define REG_NONE 0u
#define REG_SZ 1u
#define REG_EXPAND_SZ 2u
#define REG_BINARY 3u
#define REG_DWORD 4u
#define REG_DWORD_LITTLE_ENDIAN 4u
#define REG_DWORD_BIG_ENDIAN 5u
#define REG_LINK 6u
#define REG_MULTI_SZ 7u
#define REG_QWORD 11u
#define REG_QWORD_LITTLE_ENDIAN 11u
#define REG_OPTION_NON_VOLATILE 0u
#define REG_OPTION_VOLATILE 1u
#define REG_CREATED_NEW_KEY 1u
#define REG_OPENED_EXISTING_KEY 2u
#define KEY_QUERY_VALUE 0x0001u
#define KEY_SET_VALUE 0x0002u
#define KEY_CREATE_SUB_KEY 0x0004u
#define KEY_ENUMERATE_SUB_KEYS 0x0008u
#define KEY_NOTIFY 0x0010u
#define KEY_WOW64_64KEY 0x0100u
#define KEY_WOW64_32KEY 0x0200u
#define KEY_READ 0x20019u
#define KEY_EXECUTE 0x20019u
#define KEY_WRITE 0x20006u
#define KEY_ALL_ACCESS 0xf003fu
#define RRF_RT_REG_NONE 0x00000001u
#define RRF_RT_REG_SZ 0x00000002u
#define RRF_RT_REG_EXPAND_SZ 0x00000004u
#define RRF_RT_REG_BINARY 0x00000008u
#define RRF_RT_REG_DWORD 0x00000010u
#define RRF_RT_REG_MULTI_SZ 0x00000020u
#define RRF_RT_REG_QWORD 0x00000040u
#define RRF_RT_DWORD (RRF_RT_REG_BINARY | RRF_RT_REG_DWORD)
#define RRF_RT_QWORD (RRF_RT_REG_BINARY | RRF_RT_REG_QWORD)
#define RRF_RT_ANY 0x0000ffffu
#define RRF_NOEXPAND 0x10000000u
#define RRF_ZEROONFAILURE 0x20000000u

/* ---- keys; `ret_disposition` may be NULL */
LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR sub_key, DWORD reserved, LPWSTR class_name,
                               DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES security,
                               PHKEY ret_key, LPDWORD ret_disposition);
LSTATUS WINAPI RegCreateKeyW(HKEY key, LPCWSTR sub_key, PHKEY ret_key);
LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR sub_key, DWORD options, REGSAM access,
                             PHKEY ret_key);
LSTATUS WINAPI RegOpenKeyW(HKEY key, LPCWSTR sub_key, PHKEY ret_key);
LSTATUS WINAPI RegCloseKey(HKEY key);
LSTATUS WINAPI RegFlushKey(HKEY key);
/* A key without others in it. */
LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR sub_key);
LSTATUS WINAPI RegDeleteKeyExW(HKEY key, LPCWSTR sub_key, REGSAM access, DWORD reserved);
/* The key and all below it; `sub_key` NULL: what is in `key`. */
LSTATUS WINAPI RegDeleteTreeW(HKEY key, LPCWSTR sub_key);
LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD io_length,
                             LPDWORD reserved, LPWSTR class_name, LPDWORD io_class_length,
                             PFILETIME ret_written);
LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, LPWSTR name, DWORD room);
LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR class_name, LPDWORD io_class_length,
                                LPDWORD reserved, LPDWORD ret_keys, LPDWORD ret_longest_key,
                                LPDWORD ret_longest_class, LPDWORD ret_values,
                                LPDWORD ret_longest_name, LPDWORD ret_longest_data,
                                LPDWORD ret_security, PFILETIME ret_written);

/* ---- values; `name` NULL or "": the key's default value */
LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD size);
LSTATUS WINAPI RegSetKeyValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name, DWORD type, LPCVOID data,
                               DWORD size);
LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD ret_type,
                                LPBYTE data, LPDWORD io_size);
/* Nothing is in the environment here: what is to be expanded stays as it is. */
LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name, DWORD flags, LPDWORD ret_type,
                            PVOID data, LPDWORD io_size);
LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD io_length,
                             LPDWORD reserved, LPDWORD ret_type, LPBYTE data, LPDWORD io_size);
LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR name);
LSTATUS WINAPI RegDeleteKeyValueW(HKEY key, LPCWSTR sub_key, LPCWSTR name);

/* ---- the same with names and texts in the code page, which is UTF-8 */
LSTATUS WINAPI RegCreateKeyExA(HKEY key, LPCSTR sub_key, DWORD reserved, LPSTR class_name,
                               DWORD options, REGSAM access, LPSECURITY_ATTRIBUTES security,
                               PHKEY ret_key, LPDWORD ret_disposition);
LSTATUS WINAPI RegCreateKeyA(HKEY key, LPCSTR sub_key, PHKEY ret_key);
LSTATUS WINAPI RegOpenKeyExA(HKEY key, LPCSTR sub_key, DWORD options, REGSAM access, PHKEY ret_key);
LSTATUS WINAPI RegOpenKeyA(HKEY key, LPCSTR sub_key, PHKEY ret_key);
LSTATUS WINAPI RegDeleteKeyA(HKEY key, LPCSTR sub_key);
LSTATUS WINAPI RegDeleteTreeA(HKEY key, LPCSTR sub_key);
LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD io_length, LPDWORD reserved,
                             LPSTR class_name, LPDWORD io_class_length, PFILETIME ret_written);
LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD size);
LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD ret_type,
                                LPBYTE data, LPDWORD io_size);
LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR name);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define RegCreateKeyEx RegCreateKeyExW
#define RegCreateKey RegCreateKeyW
#define RegOpenKeyEx RegOpenKeyExW
#define RegOpenKey RegOpenKeyW
#define RegDeleteKey RegDeleteKeyW
#define RegDeleteKeyEx RegDeleteKeyExW
#define RegDeleteTree RegDeleteTreeW
#define RegEnumKeyEx RegEnumKeyExW
#define RegEnumKey RegEnumKeyW
#define RegQueryInfoKey RegQueryInfoKeyW
#define RegSetValueEx RegSetValueExW
#define RegSetKeyValue RegSetKeyValueW
#define RegQueryValueEx RegQueryValueExW
#define RegGetValue RegGetValueW
#define RegEnumValue RegEnumValueW
#define RegDeleteValue RegDeleteValueW
#define RegDeleteKeyValue RegDeleteKeyValueW
#else
#define RegCreateKeyEx RegCreateKeyExA
#define RegCreateKey RegCreateKeyA
#define RegOpenKeyEx RegOpenKeyExA
#define RegOpenKey RegOpenKeyA
#define RegDeleteKey RegDeleteKeyA
#define RegDeleteTree RegDeleteTreeA
#define RegEnumKeyEx RegEnumKeyExA
#define RegSetValueEx RegSetValueExA
#define RegQueryValueEx RegQueryValueExA
#define RegDeleteValue RegDeleteValueA
#endif

#endif
