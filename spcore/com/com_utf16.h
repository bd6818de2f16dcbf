/* UTF-16 strings in the host's byte order, NUL-terminated, and their way from and to UTF-8. */
#ifndef SPCORE_COM_COM_UTF16_H
#define SPCORE_COM_COM_UTF16_H

#include "spcore/com/com_memory.h"

size_t com_wcslen(const WCHAR *text);
int com_wcscmp(const WCHAR *a, const WCHAR *b);
/* Without regard to the case of ASCII letters. */
int com_wcsicmp(const WCHAR *a, const WCHAR *b);
bool com_wcseq(const WCHAR *a, const WCHAR *b);

/* Copies from the task allocator: the caller frees with CoTaskMemFree. NULL: no memory. */
COM_TASK_MEMORY WCHAR *com_wcsdup(const WCHAR *text);
/* Ill-formed input becomes U+FFFD, one for each byte or unit that does not fit. */
COM_TASK_MEMORY WCHAR *com_utf16_from_utf8(const char *text);
COM_TASK_MEMORY char *com_utf8_from_utf16(const WCHAR *text);
/* The same, but malloc()'s: to free(). */
char *com_utf8_copy(const WCHAR *text);

/* The way every Get…Name method hands out a string: E_INVALIDARG (NULL buffer or no room at all),
 * WMDM_E_BUFFERTOOSMALL (as much as fits is written, with its NUL), S_OK. */
HRESULT com_copy_string(const WCHAR *text, WCHAR *ret_buffer, UINT room);

#endif
