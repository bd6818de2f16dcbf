/* Windows' basic types, beside those of com.h. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINDEF_H
#define CONFORMANCE_HOST_INCLUDE_WINDEF_H

#include <stdarg.h>

#include "com.h"
#include "sal.h"

#ifndef STRICT
#define STRICT 1
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0a000000
#endif

/* ---- how functions are declared: there is one way to call one here */
#define WINAPI
#define APIENTRY
#define CALLBACK
#define NTAPI
#define PASCAL
#define FAR
#define NEAR
#define WINAPIV
#define __cdecl
#define __stdcall
#define __fastcall
#define WINBASEAPI
#define WINADVAPI
#define CMAPI
#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT __attribute__((visibility("default")))
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_NOINLINE __attribute__((noinline))
#define DECLSPEC_ALIGN(bytes) __attribute__((aligned(bytes)))
#define DECLSPEC_SELECTANY __attribute__((weak))
#define DECLSPEC_DEPRECATED
#define __forceinline inline __attribute__((always_inline))
#define FORCEINLINE static inline __attribute__((always_inline))
#define EXTERN_C_START
#define EXTERN_C_END
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#define UNREFERENCED_PARAMETER(one) ((void)(one))
#define DBG_UNREFERENCED_PARAMETER(one) ((void)(one))
#define UNREFERENCED_LOCAL_VARIABLE(one) ((void)(one))
#define C_ASSERT(condition) typedef char compile_time_assertion[(condition) ? 1 : -1]
#define DECLARE_HANDLE(name) typedef struct name##__ *name

/* ---- types */
#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif
#define IN
#define OUT
#define OPTIONAL
typedef void *PVOID, *LPVOID, *HANDLE, **PHANDLE, **LPHANDLE;
typedef const void *LPCVOID, *PCVOID;
typedef char CHAR, CCHAR, *PCHAR, *LPSTR, *PSTR, *PZZSTR;
typedef const char *LPCSTR, *PCSTR, *LPCCH;
typedef unsigned char UCHAR, *PUCHAR;
typedef BYTE BOOLEAN, *PBOOLEAN, *PBYTE, *LPBYTE;
typedef SHORT *PSHORT;
typedef USHORT *PUSHORT;
typedef WORD *PWORD, *LPWORD, ATOM;
typedef DWORD *PDWORD, *LPDWORD, *PULONG, *PUINT, *LPUINT;
typedef LONG *PLONG, *LPLONG, *PINT, *LPINT, *PBOOL, *LPBOOL;
typedef LONG LSTATUS, NTSTATUS;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32, LONG32;
typedef uint32_t UINT32, ULONG32, DWORD32;
typedef int64_t INT64, LONG64, *PINT64, *PLONG64, *PLONGLONG;
typedef uint64_t UINT64, ULONG64, DWORD64, DWORDLONG, *PUINT64, *PULONG64, *PDWORD64, *PULONGLONG;
typedef intptr_t INT_PTR, LONG_PTR, SSIZE_T, LPARAM, LRESULT, *PINT_PTR, *PLONG_PTR, *PSSIZE_T;
typedef uintptr_t UINT_PTR, ULONG_PTR, DWORD_PTR, SIZE_T, WPARAM, KAFFINITY, *PUINT_PTR,
    *PULONG_PTR, *PDWORD_PTR, *PSIZE_T;
typedef WCHAR *PWSTR, *PWCHAR, *PWCH, *LPWCH, *NWPSTR, *PZZWSTR;
typedef const WCHAR *PCWSTR, *PCWCH, *LPCWCH, *PCZZWSTR;
typedef DWORD LCID, ACCESS_MASK, REGSAM, *PACCESS_MASK;
typedef WORD LANGID;
typedef GUID *LPGUID, *LPCLSID, *LPIID;
typedef const GUID *LPCGUID;
typedef LARGE_INTEGER *PLARGE_INTEGER;
typedef ULARGE_INTEGER *PULARGE_INTEGER;
typedef FILETIME *PFILETIME, *LPFILETIME;
typedef INT_PTR (*FARPROC)(void);
typedef INT_PTR (*PROC)(void);
DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HWND);
DECLARE_HANDLE(HRSRC);
typedef HINSTANCE HMODULE;
typedef HANDLE HLOCAL, HGLOBAL, HDEVNOTIFY;

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) L##quote
#else
typedef char TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)

/* ---- parts and limits */
#define MAX_PATH 260
#define MAXDWORD 0xffffffffu
#define MAXWORD 0xffffu
#define MAXLONG 0x7fffffff
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high))) << 8))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | ((DWORD)((WORD)(high))) << 16))
#define LOWORD(value) ((WORD)((DWORD_PTR)(value)&0xffff))
#define HIWORD(value) ((WORD)((((DWORD_PTR)(value)) >> 16) & 0xffff))
#define LOBYTE(value) ((BYTE)((DWORD_PTR)(value)&0xff))
#define HIBYTE(value) ((BYTE)((((DWORD_PTR)(value)) >> 8) & 0xff))
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#define _countof(array) ARRAYSIZE(array)
#define RTL_NUMBER_OF(array) ARRAYSIZE(array)
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define CONTAINING_RECORD(address, type, field) ((type *)((PCHAR)(address)-offsetof(type, field)))
#if !defined(__cplusplus) && !defined(NOMINMAX)
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif

#endif
