/* Text that is wide when UNICODE is defined. */
#ifndef CONFORMANCE_HOST_INCLUDE_TCHAR_H
#define CONFORMANCE_HOST_INCLUDE_TCHAR_H

#include "wchar.h"
#include "windef.h"

#define _T(quote) __TEXT(quote)
#define _TEXT(quote) __TEXT(quote)
typedef TCHAR _TCHAR;
#ifdef UNICODE
#define _tmain wmain
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcscat wcscat
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp _wcsicmp
#define _tcsnicmp _wcsnicmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcsdup _wcsdup
#else
#define _tmain main
#define _tcslen strlen
#define _tcscpy strcpy
#define _tcscat strcat
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp _stricmp
#define _tcsnicmp _strnicmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcsdup strdup
#endif

#endif
