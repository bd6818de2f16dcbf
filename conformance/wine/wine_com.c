/* COM's memory in a process that is one of Windows: what the provider allocates the judge frees, so
 * both have ole32's and oleaut32's functions. Before Wine is up there is no provider, and malloc()
 * does. */
#include <stdlib.h>

#include "conformance/wine/wine.h"

/* The function of Windows that stands behind ours of the same name, found at its first call. */
#define BEHIND(library, result, name, ...)                                                         \
    WINE_FUNCTION(result, behind, __VA_ARGS__);                                                    \
    if (!behind)                                                                                   \
    wine_bind(library, #name, &behind)
#define OLE "ole32.dll"
#define AUTOMATION "oleaut32.dll"

void *CoTaskMemAlloc(size_t size)
{
    if (!wine_is_up())
        return malloc(size ? size : 1);
    BEHIND(OLE, void *, CoTaskMemAlloc, size_t);
    return behind(size);
}

void *CoTaskMemRealloc(void *block, size_t size)
{
    if (!wine_is_up())
        return realloc(block, size ? size : 1);
    BEHIND(OLE, void *, CoTaskMemRealloc, void *, size_t);
    return behind(block, size);
}

void CoTaskMemFree(void *block)
{
    if (!wine_is_up()) {
        free(block);
        return;
    }
    BEHIND(OLE, void, CoTaskMemFree, void *);
    behind(block);
}

/* ---- automation's types, which nobody needs before */
#define FORWARD_1(library, result, name, A)                                                        \
    result name(A a)                                                                               \
    {                                                                                              \
        BEHIND(library, result, name, A);                                                          \
        return behind(a);                                                                          \
    }
#define FORWARD_2(library, result, name, A, B)                                                     \
    result name(A a, B b)                                                                          \
    {                                                                                              \
        BEHIND(library, result, name, A, B);                                                       \
        return behind(a, b);                                                                       \
    }
#define FORWARD_3(library, result, name, A, B, C)                                                  \
    result name(A a, B b, C c)                                                                     \
    {                                                                                              \
        BEHIND(library, result, name, A, B, C);                                                    \
        return behind(a, b, c);                                                                    \
    }
FORWARD_1(AUTOMATION, BSTR, SysAllocString, const WCHAR *)
FORWARD_2(AUTOMATION, BSTR, SysAllocStringLen, const WCHAR *, UINT)
FORWARD_1(AUTOMATION, UINT, SysStringLen, BSTR)
FORWARD_3(AUTOMATION, SAFEARRAY *, SafeArrayCreateVector, VARTYPE, LONG, ULONG)
FORWARD_1(AUTOMATION, HRESULT, SafeArrayDestroy, SAFEARRAY *)
FORWARD_2(AUTOMATION, HRESULT, SafeArrayAccessData, SAFEARRAY *, void **)
FORWARD_1(AUTOMATION, HRESULT, SafeArrayUnaccessData, SAFEARRAY *)
FORWARD_2(AUTOMATION, HRESULT, SafeArrayGetVartype, SAFEARRAY *, VARTYPE *)
FORWARD_3(AUTOMATION, HRESULT, SafeArrayGetLBound, SAFEARRAY *, UINT, LONG *)
FORWARD_3(AUTOMATION, HRESULT, SafeArrayGetUBound, SAFEARRAY *, UINT, LONG *)
FORWARD_1(OLE, HRESULT, PropVariantClear, PROPVARIANT *)
FORWARD_2(OLE, HRESULT, PropVariantCopy, PROPVARIANT *, const PROPVARIANT *)

void SysFreeString(BSTR text)
{
    BEHIND(AUTOMATION, void, SysFreeString, BSTR);
    behind(text);
}
