/* Strings that are not written past their end. */
#ifndef CONFORMANCE_HOST_INCLUDE_STRSAFE_H
#define CONFORMANCE_HOST_INCLUDE_STRSAFE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "wchar.h"
#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007au)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057u)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026u)

/* What does not fit is cut, and ends in NUL. Cch counts characters, Cb bytes. In a format %s is
 * text of the function's own width, %S of the other one, %ls wide, %hs narrow; I64 and I32 are
 * lengths; %n is nothing. */
HRESULT WINAPI StringCchCopyW(LPWSTR to, size_t room, LPCWSTR from);
HRESULT WINAPI StringCchCopyNW(LPWSTR to, size_t room, LPCWSTR from, size_t most);
HRESULT WINAPI StringCchCatW(LPWSTR to, size_t room, LPCWSTR from);
HRESULT WINAPI StringCchCatNW(LPWSTR to, size_t room, LPCWSTR from, size_t most);
HRESULT WINAPI StringCchLengthW(LPCWSTR text, size_t most, size_t *ret_length);
HRESULT WINAPIV StringCchPrintfW(LPWSTR to, size_t room, LPCWSTR format, ...);
HRESULT WINAPI StringCchVPrintfW(LPWSTR to, size_t room, LPCWSTR format, va_list arguments);
HRESULT WINAPI StringCbCopyW(LPWSTR to, size_t bytes, LPCWSTR from);
HRESULT WINAPI StringCbCopyNW(LPWSTR to, size_t bytes, LPCWSTR from, size_t most);
HRESULT WINAPI StringCbCatW(LPWSTR to, size_t bytes, LPCWSTR from);
HRESULT WINAPI StringCbCatNW(LPWSTR to, size_t bytes, LPCWSTR from, size_t most);
HRESULT WINAPI StringCbLengthW(LPCWSTR text, size_t bytes, size_t *ret_length);
HRESULT WINAPIV StringCbPrintfW(LPWSTR to, size_t bytes, LPCWSTR format, ...);
HRESULT WINAPI StringCbVPrintfW(LPWSTR to, size_t bytes, LPCWSTR format, va_list arguments);
HRESULT WINAPI StringCchCopyA(LPSTR to, size_t room, LPCSTR from);
HRESULT WINAPI StringCchCopyNA(LPSTR to, size_t room, LPCSTR from, size_t most);
HRESULT WINAPI StringCchCatA(LPSTR to, size_t room, LPCSTR from);
HRESULT WINAPI StringCchCatNA(LPSTR to, size_t room, LPCSTR from, size_t most);
HRESULT WINAPI StringCchLengthA(LPCSTR text, size_t most, size_t *ret_length);
HRESULT WINAPIV StringCchPrintfA(LPSTR to, size_t room, LPCSTR format, ...);
HRESULT WINAPI StringCchVPrintfA(LPSTR to, size_t room, LPCSTR format, va_list arguments);
HRESULT WINAPI StringCbCopyA(LPSTR to, size_t bytes, LPCSTR from);
HRESULT WINAPI StringCbCopyNA(LPSTR to, size_t bytes, LPCSTR from, size_t most);
HRESULT WINAPI StringCbCatA(LPSTR to, size_t bytes, LPCSTR from);
HRESULT WINAPI StringCbCatNA(LPSTR to, size_t bytes, LPCSTR from, size_t most);
HRESULT WINAPI StringCbLengthA(LPCSTR text, size_t bytes, size_t *ret_length);
HRESULT WINAPIV StringCbPrintfA(LPSTR to, size_t bytes, LPCSTR format, ...);
HRESULT WINAPI StringCbVPrintfA(LPSTR to, size_t bytes, LPCSTR format, va_list arguments);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define StringCchCopy StringCchCopyW
#define StringCchCopyN StringCchCopyNW
#define StringCchCat StringCchCatW
#define StringCchCatN StringCchCatNW
#define StringCchLength StringCchLengthW
#define StringCchPrintf StringCchPrintfW
#define StringCchVPrintf StringCchVPrintfW
#define StringCbCopy StringCbCopyW
#define StringCbCopyN StringCbCopyNW
#define StringCbCat StringCbCatW
#define StringCbCatN StringCbCatNW
#define StringCbLength StringCbLengthW
#define StringCbPrintf StringCbPrintfW
#define StringCbVPrintf StringCbVPrintfW
#else
#define StringCchCopy StringCchCopyA
#define StringCchCopyN StringCchCopyNA
#define StringCchCat StringCchCatA
#define StringCchCatN StringCchCatNA
#define StringCchLength StringCchLengthA
#define StringCchPrintf StringCchPrintfA
#define StringCchVPrintf StringCchVPrintfA
#define StringCbCopy StringCbCopyA
#define StringCbCopyN StringCbCopyNA
#define StringCbCat StringCbCatA
#define StringCbCatN StringCbCatNA
#define StringCbLength StringCbLengthA
#define StringCbPrintf StringCbPrintfA
#define StringCbVPrintf StringCbVPrintfA
#endif

#endif
