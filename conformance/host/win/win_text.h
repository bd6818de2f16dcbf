/* What include/wchar.h has the linker look for. */
#ifndef CONFORMANCE_HOST_WIN_WIN_TEXT_H
#define CONFORMANCE_HOST_WIN_WIN_TEXT_H

#include "conformance/host/include/strsafe.h"
#include "conformance/host/include/winbase.h"

#pragma GCC visibility push(default)
size_t paphost_wcslen(const WCHAR *text);
size_t paphost_wcsnlen(const WCHAR *text, size_t most);
WCHAR *paphost_wcscpy(WCHAR *to, const WCHAR *from);
WCHAR *paphost_wcsncpy(WCHAR *to, const WCHAR *from, size_t most);
WCHAR *paphost_wcscat(WCHAR *to, const WCHAR *from);
WCHAR *paphost_wcsncat(WCHAR *to, const WCHAR *from, size_t most);
int paphost_wcscmp(const WCHAR *a, const WCHAR *b);
int paphost_wcsncmp(const WCHAR *a, const WCHAR *b, size_t most);
int paphost_wcsicmp(const WCHAR *a, const WCHAR *b);
int paphost_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t most);
WCHAR *paphost_wcschr(const WCHAR *text, WCHAR one);
WCHAR *paphost_wcsrchr(const WCHAR *text, WCHAR one);
WCHAR *paphost_wcsstr(const WCHAR *text, const WCHAR *part);
size_t paphost_wcsspn(const WCHAR *text, const WCHAR *any);
size_t paphost_wcscspn(const WCHAR *text, const WCHAR *any);
WCHAR *paphost_wcspbrk(const WCHAR *text, const WCHAR *any);
long paphost_wcstol(const WCHAR *text, WCHAR **ret_end, int base);
unsigned long paphost_wcstoul(const WCHAR *text, WCHAR **ret_end, int base);
int paphost_swprintf(WCHAR *to, size_t room, const WCHAR *format, ...);
int paphost_vswprintf(WCHAR *to, size_t room, const WCHAR *format, va_list arguments);
WCHAR *paphost_wcsdup(const WCHAR *text);
WCHAR *paphost_wmemcpy(WCHAR *to, const WCHAR *from, size_t count);
WCHAR *paphost_wmemmove(WCHAR *to, const WCHAR *from, size_t count);
WCHAR *paphost_wmemset(WCHAR *to, WCHAR one, size_t count);
int paphost_wmemcmp(const WCHAR *a, const WCHAR *b, size_t count);
WCHAR *paphost_wmemchr(const WCHAR *text, WCHAR one, size_t count);
int paphost_wcstombs_s(size_t *ret_count, char *to, size_t room, const WCHAR *from, size_t count);
int paphost_mbstowcs_s(size_t *ret_count, WCHAR *to, size_t room, const char *from, size_t count);
#pragma GCC visibility pop

#endif
