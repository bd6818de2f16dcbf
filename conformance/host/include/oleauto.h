/* BSTR, VARIANT and SAFEARRAY: the functions of Windows' oleaut32. Those of com.h are among them.
 */
#ifndef CONFORMANCE_HOST_INCLUDE_OLEAUTO_H
#define CONFORMANCE_HOST_INCLUDE_OLEAUTO_H

#include "oaidl.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define DISP_E_OVERFLOW ((HRESULT)0x8002000au)
#define DISP_E_BADVARTYPE ((HRESULT)0x80020008u)
#define DISP_E_ARRAYISLOCKED ((HRESULT)0x8002000du)
#define VARIANT_NOVALUEPROP ((USHORT)0x01)
#define VARIANT_ALPHABOOL ((USHORT)0x02)
#define FADF_AUTO ((USHORT)0x0001)
#define FADF_STATIC ((USHORT)0x0002)
#define FADF_FIXEDSIZE ((USHORT)0x0010)
#define FADF_BSTR ((USHORT)0x0100)
#define FADF_UNKNOWN ((USHORT)0x0200)
#define FADF_VARIANT ((USHORT)0x0800)

/* ---- strings */
UINT SysStringByteLen(BSTR text);
INT SysReAllocString(BSTR *text, const WCHAR *value);
INT SysReAllocStringLen(BSTR *text, const WCHAR *value, UINT length);

/* ---- variants */
void VariantInit(VARIANT *variant);
/* Frees what it owns and makes it VT_EMPTY; DISP_E_BADVARTYPE and DISP_E_ARRAYISLOCKED leave it. */
HRESULT VariantClear(VARIANT *variant);
/* Clears *dest first; the copy owns what it has. */
HRESULT VariantCopy(VARIANT *dest, const VARIANT *source);
/* In place when both are the same. DISP_E_TYPEMISMATCH, DISP_E_OVERFLOW leave *dest. */
HRESULT VariantChangeType(VARIANT *dest, const VARIANT *source, USHORT flags, VARTYPE vt);

/* ---- arrays: of one dimension, and of what SafeArrayCreateVector() carries. NULL of any other. */
SAFEARRAY *SafeArrayCreate(VARTYPE vt, UINT dimensions, SAFEARRAYBOUND *bounds);
HRESULT SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **ret_copy);
UINT SafeArrayGetDim(SAFEARRAY *array);
UINT SafeArrayGetElemsize(SAFEARRAY *array);
HRESULT SafeArrayLock(SAFEARRAY *array);
HRESULT SafeArrayUnlock(SAFEARRAY *array);
HRESULT SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **ret_element);
/* Of a string a copy, of an object another reference; DISP_E_BADINDEX. Put takes a string or an
 * object itself, any other by its address. */
HRESULT SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *ret_element);
HRESULT SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *element);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
