/* Wide text. The C library's own functions have characters of 32 bits: where wchar_t has 16 of
 * them, as on Windows, they are those of libpaphost, and what is not among those is missed by the
 * linker. */
#pragma GCC system_header
#if __SIZEOF_WCHAR_T__ != 2
#include_next <wchar.h>
#else
#if !defined CONFORMANCE_HOST_INCLUDE_WCHAR_H && !defined __need_mbstate_t && !defined __need_wint_t
#define CONFORMANCE_HOST_INCLUDE_WCHAR_H

#define wcslen libc_wcslen
#define wcsnlen libc_wcsnlen
#define wcscpy libc_wcscpy
#define wcsncpy libc_wcsncpy
#define wcscat libc_wcscat
#define wcsncat libc_wcsncat
#define wcscmp libc_wcscmp
#define wcsncmp libc_wcsncmp
#define wcschr libc_wcschr
#define wcsrchr libc_wcsrchr
#define wcsstr libc_wcsstr
#define wcsspn libc_wcsspn
#define wcscspn libc_wcscspn
#define wcspbrk libc_wcspbrk
#define wcstol libc_wcstol
#define wcstoul libc_wcstoul
#define wcscasecmp libc_wcscasecmp
#define wcsncasecmp libc_wcsncasecmp
#define wcsdup libc_wcsdup
#define wmemcpy libc_wmemcpy
#define wmemmove libc_wmemmove
#define wmemset libc_wmemset
#define wmemcmp libc_wmemcmp
#define wmemchr libc_wmemchr
#define swprintf libc_swprintf
#define vswprintf libc_vswprintf
#include_next <wchar.h>
#undef wcslen
#undef wcsnlen
#undef wcscpy
#undef wcsncpy
#undef wcscat
#undef wcsncat
#undef wcscmp
#undef wcsncmp
#undef wcschr
#undef wcsrchr
#undef wcsstr
#undef wcsspn
#undef wcscspn
#undef wcspbrk
#undef wcstol
#undef wcstoul
#undef wcscasecmp
#undef wcsncasecmp
#undef wcsdup
#undef wmemcpy
#undef wmemmove
#undef wmemset
#undef wmemcmp
#undef wmemchr
#undef swprintf
#undef vswprintf

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PAPHOST(name) __asm__("paphost_" #name)
size_t wcslen(const wchar_t *text) PAPHOST(wcslen);
size_t wcsnlen(const wchar_t *text, size_t most) PAPHOST(wcsnlen);
wchar_t *wcscpy(wchar_t *to, const wchar_t *from) PAPHOST(wcscpy);
wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t most) PAPHOST(wcsncpy);
wchar_t *wcscat(wchar_t *to, const wchar_t *from) PAPHOST(wcscat);
wchar_t *wcsncat(wchar_t *to, const wchar_t *from, size_t most) PAPHOST(wcsncat);
int wcscmp(const wchar_t *a, const wchar_t *b) PAPHOST(wcscmp);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t most) PAPHOST(wcsncmp);
int wcscasecmp(const wchar_t *a, const wchar_t *b) PAPHOST(wcsicmp);
int wcsncasecmp(const wchar_t *a, const wchar_t *b, size_t most) PAPHOST(wcsnicmp);
int _wcsicmp(const wchar_t *a, const wchar_t *b) PAPHOST(wcsicmp);
int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t most) PAPHOST(wcsnicmp);
wchar_t *wcschr(const wchar_t *text, wchar_t one) PAPHOST(wcschr);
wchar_t *wcsrchr(const wchar_t *text, wchar_t one) PAPHOST(wcsrchr);
wchar_t *wcsstr(const wchar_t *text, const wchar_t *part) PAPHOST(wcsstr);
wchar_t *wcspbrk(const wchar_t *text, const wchar_t *any) PAPHOST(wcspbrk);
size_t wcsspn(const wchar_t *text, const wchar_t *any) PAPHOST(wcsspn);
size_t wcscspn(const wchar_t *text, const wchar_t *any) PAPHOST(wcscspn);
long wcstol(const wchar_t *text, wchar_t **ret_end, int base) PAPHOST(wcstol);
unsigned long wcstoul(const wchar_t *text, wchar_t **ret_end, int base) PAPHOST(wcstoul);
wchar_t *wcsdup(const wchar_t *text) PAPHOST(wcsdup);
wchar_t *_wcsdup(const wchar_t *text) PAPHOST(wcsdup);
wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count) PAPHOST(wmemcpy);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count) PAPHOST(wmemmove);
wchar_t *wmemset(wchar_t *to, wchar_t one, size_t count) PAPHOST(wmemset);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count) PAPHOST(wmemcmp);
wchar_t *wmemchr(const wchar_t *text, wchar_t one, size_t count) PAPHOST(wmemchr);
/* Formats as strsafe.h has them; -1: it does not fit. */
int swprintf(wchar_t *to, size_t room, const wchar_t *format, ...) PAPHOST(swprintf);
int vswprintf(wchar_t *to, size_t room, const wchar_t *format, va_list arguments)
    PAPHOST(vswprintf);
/* At most `count` bytes or characters are written before the NUL; _TRUNCATE: as many as there is
 * room for, STRUNCATE when that was not all. Else 0; ERANGE: no room, "" is written; EINVAL.
 * *ret_count: with the NUL; may be NULL. Without `to` that is all that is asked for. */
#define _TRUNCATE ((size_t)-1)
#define STRUNCATE 80
int wcstombs_s(size_t *ret_count, char *to, size_t room, const wchar_t *from, size_t count)
    PAPHOST(wcstombs_s);
int mbstowcs_s(size_t *ret_count, wchar_t *to, size_t room, const char *from, size_t count)
    PAPHOST(mbstowcs_s);
#define swprintf_s swprintf
#define vswprintf_s vswprintf
#define _snwprintf swprintf
#undef PAPHOST

#ifdef __cplusplus
}

template <size_t room>
inline int wcstombs_s(size_t *ret_count, char (&to)[room], const wchar_t *from, size_t count)
{
    return wcstombs_s(ret_count, to, room, from, count);
}
template <size_t room>
inline int mbstowcs_s(size_t *ret_count, wchar_t (&to)[room], const char *from, size_t count)
{
    return mbstowcs_s(ret_count, to, room, from, count);
}
#endif

#else
#include_next <wchar.h>
#endif
#endif
