/* VARIANT, with the layout of the 64-bit Windows ABI. */
#ifndef CONFORMANCE_HOST_INCLUDE_OAIDL_H
#define CONFORMANCE_HOST_INCLUDE_OAIDL_H

#include "com.h"

#define VT_DISPATCH 9
#define VT_DECIMAL 14
#define VT_RECORD 36
#define VT_TYPEMASK 0xfff

typedef double DATE;
typedef struct IDispatch IDispatch;     /* opaque here, */
typedef struct IRecordInfo IRecordInfo; /* as is this one */
typedef union CY {
    int64_t int64;
} CY;

typedef struct tagVARIANT VARIANT, *LPVARIANT, VARIANTARG;
struct tagVARIANT {
    VARTYPE vt;
    WORD wReserved1, wReserved2, wReserved3;
    union {
        LONGLONG llVal;
        LONG lVal;
        BYTE bVal;
        SHORT iVal;
        float fltVal;
        double dblVal;
        VARIANT_BOOL boolVal;
        SCODE scode;
        CY cyVal;
        DATE date;
        BSTR bstrVal;
        IUnknown *punkVal;
        IDispatch *pdispVal;
        SAFEARRAY *parray;
        int8_t cVal;
        USHORT uiVal;
        ULONG ulVal;
        ULONGLONG ullVal;
        INT intVal;
        UINT uintVal;
        void *byref; /* of VT_BYREF: to what is not the variant's */
        VARIANT *pvarVal;
        struct {
            void *pvRecord;
            IRecordInfo *pRecInfo;
        };
    };
};

#define V_VT(variant) ((variant)->vt)
#define V_ISBYREF(variant) (V_VT(variant) & VT_BYREF)
#define V_ISARRAY(variant) (V_VT(variant) & VT_ARRAY)
#define V_UNION(variant, member) ((variant)->member)
#define V_I1(variant) V_UNION(variant, cVal)
#define V_UI1(variant) V_UNION(variant, bVal)
#define V_I2(variant) V_UNION(variant, iVal)
#define V_UI2(variant) V_UNION(variant, uiVal)
#define V_I4(variant) V_UNION(variant, lVal)
#define V_UI4(variant) V_UNION(variant, ulVal)
#define V_I8(variant) V_UNION(variant, llVal)
#define V_UI8(variant) V_UNION(variant, ullVal)
#define V_R4(variant) V_UNION(variant, fltVal)
#define V_R8(variant) V_UNION(variant, dblVal)
#define V_BOOL(variant) V_UNION(variant, boolVal)
#define V_ERROR(variant) V_UNION(variant, scode)
#define V_BSTR(variant) V_UNION(variant, bstrVal)
#define V_UNKNOWN(variant) V_UNION(variant, punkVal)
#define V_DISPATCH(variant) V_UNION(variant, pdispVal)
#define V_ARRAY(variant) V_UNION(variant, parray)
#define V_BYREF(variant) V_UNION(variant, byref)

#endif
