/* COM for programs in C11 and C++11: the types, codes and few functions the provider's interfaces
 * need, with the layout of the 64-bit Windows ABI. On Windows itself the real headers take this
 * file's place.
 *
 * In C an interface is a structure with a table of functions, in C++ an abstract class that the
 * compiler lays out the same way; a program in C++ that defines CINTERFACE has the tables.
 *
 * The task allocator is plain malloc() and free() underneath, on purpose: what the provider
 * allocates the judge frees, and the other way round, in different shared objects that share
 * nothing but the C library. SysAllocString() and SafeArrayCreate() keep to the same rule with
 * headers of their own, so a BSTR is freed by SysFreeString() only. */
#ifndef SPCORE_COM_H
#define SPCORE_COM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Exported, by libspcore.so as well as by a provider of one's own. */
#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#if defined(__cplusplus) && !defined(CINTERFACE)
#define COM_CLASSES 1
#else
#define COM_CLASSES 0
#endif

/* Another one than the compiler's own, for who calls into Windows' libraries from outside of it. */
#ifndef STDMETHODCALLTYPE
#define STDMETHODCALLTYPE
#endif
#define STDAPI HRESULT STDMETHODCALLTYPE
#if COM_CLASSES /* as declarations of methods are written there */
#define STDMETHOD(method) virtual HRESULT STDMETHODCALLTYPE method
#define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#define STDMETHODIMP HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE
#define PURE = 0
#endif

typedef uint8_t BYTE;
typedef uint16_t WORD, USHORT;
typedef int16_t SHORT, VARIANT_BOOL;
typedef uint32_t DWORD, UINT, ULONG;
typedef int32_t INT, LONG, BOOL, HRESULT, SCODE;
typedef int64_t LONGLONG, REFERENCE_TIME;
typedef uint64_t ULONGLONG;
typedef uint16_t VARTYPE, PROPVAR_PAD;
#if __SIZEOF_WCHAR_T__ == 2 /* -fshort-wchar: what L"" is made of, as on Windows */
typedef wchar_t WCHAR;
#elif defined(__cplusplus)
typedef char16_t WCHAR; /* what u"" is made of there */
#else
typedef uint16_t WCHAR;
#endif
typedef WCHAR *LPWSTR, *BSTR;
typedef const WCHAR *LPCWSTR;

#define TRUE 1
#define FALSE 0
#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)

typedef struct GUID {
    uint32_t Data1;
    uint16_t Data2, Data3;
    uint8_t Data4[8];
} GUID, IID, CLSID;
#if COM_CLASSES
typedef const GUID &REFGUID, &REFIID, &REFCLSID;
#else
typedef const GUID *REFGUID, *REFIID, *REFCLSID;
#endif

/* libspcore.so holds the values; a program without it defines INITGUID in one file. */
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    extern const GUID name;                                                                        \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#define DEFINE_WSTR(name, text)                                                                    \
    extern const WCHAR name[sizeof(text) / sizeof(WCHAR)];                                         \
    const WCHAR name[sizeof(text) / sizeof(WCHAR)] = text
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) extern const GUID name
#define DEFINE_WSTR(name, text) extern const WCHAR name[sizeof(text) / sizeof(WCHAR)]
#endif

DEFINE_GUID(GUID_NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
DEFINE_GUID(IID_IUnknown, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);
DEFINE_GUID(IID_IClassFactory, 1, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);
DEFINE_GUID(IID_IConnectionPointContainer, 0xb196b284, 0xbab4, 0x101a, 0xb6, 0x9c, 0x00, 0xaa, 0x00,
            0x34, 0x1d, 0x07);
DEFINE_GUID(IID_IConnectionPoint, 0xb196b286, 0xbab4, 0x101a, 0xb6, 0x9c, 0x00, 0xaa, 0x00, 0x34,
            0x1d, 0x07);

bool IsEqualGUID(REFGUID a, REFGUID b); /* by pointer in C, by reference in C++, as on Windows */
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

/* ---- result codes */
#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr) ((HRESULT)(hr) < 0)
#define HRESULT_CODE(hr) ((uint32_t)(hr)&0xffffu)
#define HRESULT_FACILITY(hr) (((uint32_t)(hr) >> 16) & 0x1fffu)
#define HRESULT_FROM_WIN32(code)                                                                   \
    ((HRESULT)((code) == 0 ? 0u : ((uint32_t)(code)&0xffffu) | 0x80070000u))

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_UNEXPECTED ((HRESULT)0x8000ffffu)
#define E_NOTIMPL ((HRESULT)0x80004001u)
#define E_NOINTERFACE ((HRESULT)0x80004002u)
#define E_POINTER ((HRESULT)0x80004003u)
#define E_ABORT ((HRESULT)0x80004004u)
#define E_FAIL ((HRESULT)0x80004005u)
#define E_PENDING ((HRESULT)0x8000000au)
#define E_ACCESSDENIED ((HRESULT)0x80070005u)
#define E_HANDLE ((HRESULT)0x80070006u)
#define E_OUTOFMEMORY ((HRESULT)0x8007000eu)
#define E_INVALIDARG ((HRESULT)0x80070057u)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110u)
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111u)
#define CONNECT_E_NOCONNECTION ((HRESULT)0x80040200u)
#define CONNECT_E_CANNOTCONNECT ((HRESULT)0x80040202u)
#define DISP_E_BADINDEX ((HRESULT)0x8002000bu)
#define DISP_E_TYPEMISMATCH ((HRESULT)0x80020005u)

/* Win32 codes that device and storage errors are wrapped from. */
#define ERROR_SUCCESS 0u
#define ERROR_INVALID_FUNCTION 1u
#define ERROR_FILE_NOT_FOUND 2u
#define ERROR_PATH_NOT_FOUND 3u
#define ERROR_TOO_MANY_OPEN_FILES 4u
#define ERROR_ACCESS_DENIED 5u
#define ERROR_INVALID_HANDLE 6u
#define ERROR_NOT_ENOUGH_MEMORY 8u
#define ERROR_INVALID_DATA 13u
#define ERROR_WRITE_PROTECT 19u
#define ERROR_NOT_READY 21u
#define ERROR_CRC 23u
#define ERROR_GEN_FAILURE 31u
#define ERROR_HANDLE_EOF 38u
#define ERROR_NOT_SUPPORTED 50u
#define ERROR_DEV_NOT_EXIST 55u
#define ERROR_FILE_EXISTS 80u
#define ERROR_INVALID_PARAMETER 87u
#define ERROR_DISK_FULL 112u
#define ERROR_SEM_TIMEOUT 121u
#define ERROR_INSUFFICIENT_BUFFER 122u
#define ERROR_INVALID_NAME 123u
#define ERROR_DIR_NOT_EMPTY 145u
#define ERROR_BUSY 170u
#define ERROR_ALREADY_EXISTS 183u
#define ERROR_FILE_TOO_LARGE 223u
#define ERROR_MORE_DATA 234u
#define ERROR_OPERATION_ABORTED 995u
#define ERROR_IO_DEVICE 1117u
#define ERROR_DEVICE_NOT_CONNECTED 1167u
#define ERROR_NOT_FOUND 1168u
#define ERROR_CANCELLED 1223u
#define ERROR_TIMEOUT 1460u

/* ---- IUnknown, IClassFactory */
#if COM_CLASSES
struct IUnknown {
    STDMETHOD(QueryInterface)(REFIID riid, void **ppvObject) PURE;
    STDMETHOD_(ULONG, AddRef)() PURE;
    STDMETHOD_(ULONG, Release)() PURE;
};
struct IClassFactory : public IUnknown {
    STDMETHOD(CreateInstance)(IUnknown *pUnkOuter, REFIID riid, void **ppvObject) PURE;
    STDMETHOD(LockServer)(BOOL fLock) PURE;
};
#else
typedef struct IUnknown IUnknown;
typedef struct IUnknownVtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)(IUnknown *This, REFIID riid, void **ppvObject);
    ULONG(STDMETHODCALLTYPE *AddRef)(IUnknown *This);
    ULONG(STDMETHODCALLTYPE *Release)(IUnknown *This);
} IUnknownVtbl;
struct IUnknown {
    const IUnknownVtbl *lpVtbl;
};
#define IUnknown_QueryInterface(This, riid, out) ((This)->lpVtbl->QueryInterface(This, riid, out))
#define IUnknown_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IUnknown_Release(This) ((This)->lpVtbl->Release(This))

typedef struct IClassFactory IClassFactory;
typedef struct IClassFactoryVtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)(IClassFactory *This, REFIID riid, void **ppvObject);
    ULONG(STDMETHODCALLTYPE *AddRef)(IClassFactory *This);
    ULONG(STDMETHODCALLTYPE *Release)(IClassFactory *This);
    HRESULT(STDMETHODCALLTYPE *CreateInstance)
    (IClassFactory *This, IUnknown *pUnkOuter, REFIID riid, void **ppvObject);
    HRESULT(STDMETHODCALLTYPE *LockServer)(IClassFactory *This, BOOL fLock);
} IClassFactoryVtbl;
struct IClassFactory {
    const IClassFactoryVtbl *lpVtbl;
};
#define IClassFactory_QueryInterface(This, riid, out)                                              \
    ((This)->lpVtbl->QueryInterface(This, riid, out))
#define IClassFactory_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IClassFactory_Release(This) ((This)->lpVtbl->Release(This))
#define IClassFactory_CreateInstance(This, outer, riid, out)                                       \
    ((This)->lpVtbl->CreateInstance(This, outer, riid, out))
#define IClassFactory_LockServer(This, lock) ((This)->lpVtbl->LockServer(This, lock))
#endif

/* ---- how an object that tells others of events is asked to */
typedef struct IEnumConnectionPoints IEnumConnectionPoints; /* opaque here, */
typedef struct IEnumConnections IEnumConnections;           /* as are these two */
typedef struct ISpecifyPropertyPages ISpecifyPropertyPages;
typedef struct IConnectionPoint IConnectionPoint;
typedef struct IConnectionPointContainer IConnectionPointContainer;
#if COM_CLASSES
struct IConnectionPointContainer : public IUnknown {
    STDMETHOD(EnumConnectionPoints)(IEnumConnectionPoints **ppEnum) PURE;
    STDMETHOD(FindConnectionPoint)(REFIID riid, IConnectionPoint **ppCP) PURE;
};
struct IConnectionPoint : public IUnknown {
    STDMETHOD(GetConnectionInterface)(IID *pIID) PURE;
    STDMETHOD(GetConnectionPointContainer)(IConnectionPointContainer **ppCPC) PURE;
    STDMETHOD(Advise)(IUnknown *pUnkSink, DWORD *pdwCookie) PURE;
    STDMETHOD(Unadvise)(DWORD dwCookie) PURE;
    STDMETHOD(EnumConnections)(IEnumConnections **ppEnum) PURE;
};
#else
typedef struct IConnectionPointContainerVtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)
    (IConnectionPointContainer *This, REFIID riid, void **ppvObject);
    ULONG(STDMETHODCALLTYPE *AddRef)(IConnectionPointContainer *This);
    ULONG(STDMETHODCALLTYPE *Release)(IConnectionPointContainer *This);
    HRESULT(STDMETHODCALLTYPE *EnumConnectionPoints)
    (IConnectionPointContainer *This, IEnumConnectionPoints **ppEnum);
    HRESULT(STDMETHODCALLTYPE *FindConnectionPoint)
    (IConnectionPointContainer *This, REFIID riid, IConnectionPoint **ppCP);
} IConnectionPointContainerVtbl;
struct IConnectionPointContainer {
    const IConnectionPointContainerVtbl *lpVtbl;
};
#define IConnectionPointContainer_Release(This) ((This)->lpVtbl->Release(This))
#define IConnectionPointContainer_FindConnectionPoint(This, riid, ppCP)                            \
    ((This)->lpVtbl->FindConnectionPoint(This, riid, ppCP))

typedef struct IConnectionPointVtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)
    (IConnectionPoint *This, REFIID riid, void **ppvObject);
    ULONG(STDMETHODCALLTYPE *AddRef)(IConnectionPoint *This);
    ULONG(STDMETHODCALLTYPE *Release)(IConnectionPoint *This);
    HRESULT(STDMETHODCALLTYPE *GetConnectionInterface)(IConnectionPoint *This, IID *pIID);
    HRESULT(STDMETHODCALLTYPE *GetConnectionPointContainer)
    (IConnectionPoint *This, IConnectionPointContainer **ppCPC);
    HRESULT(STDMETHODCALLTYPE *Advise)
    (IConnectionPoint *This, IUnknown *pUnkSink, DWORD *pdwCookie);
    HRESULT(STDMETHODCALLTYPE *Unadvise)(IConnectionPoint *This, DWORD dwCookie);
    HRESULT(STDMETHODCALLTYPE *EnumConnections)(IConnectionPoint *This, IEnumConnections **ppEnum);
} IConnectionPointVtbl;
struct IConnectionPoint {
    const IConnectionPointVtbl *lpVtbl;
};
#define IConnectionPoint_Release(This) ((This)->lpVtbl->Release(This))
#define IConnectionPoint_Advise(This, sink, cookie) ((This)->lpVtbl->Advise(This, sink, cookie))
#define IConnectionPoint_Unadvise(This, cookie) ((This)->lpVtbl->Unadvise(This, cookie))
#endif

/* ---- memory, strings, arrays */
void *CoTaskMemAlloc(size_t size); /* NULL: no memory */
void *CoTaskMemRealloc(void *block, size_t size);
void CoTaskMemFree(void *block); /* NULL is fine */

BSTR SysAllocString(const WCHAR *text); /* NULL text: NULL */
BSTR SysAllocStringLen(const WCHAR *text, UINT length);
void SysFreeString(BSTR text); /* NULL is fine */
UINT SysStringLen(BSTR text);

typedef struct SAFEARRAYBOUND {
    ULONG cElements;
    LONG lLbound;
} SAFEARRAYBOUND;
typedef struct SAFEARRAY {
    USHORT cDims, fFeatures;
    ULONG cbElements, cLocks;
    void *pvData;
    SAFEARRAYBOUND rgsabound[1];
} SAFEARRAY;
#define FADF_HAVEVARTYPE 0x0080u

/* One dimension only; elements are zero at first. NULL: a type we do not carry, or no memory. */
SAFEARRAY *SafeArrayCreateVector(VARTYPE vt, LONG lower_bound, ULONG elements);
HRESULT SafeArrayDestroy(SAFEARRAY *array); /* NULL is fine */
HRESULT SafeArrayAccessData(SAFEARRAY *array, void **ret_data);
HRESULT SafeArrayUnaccessData(SAFEARRAY *array);
HRESULT SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *ret_vt);
HRESULT SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound);
HRESULT SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *ret_bound);

enum VARENUM {
    VT_EMPTY = 0,
    VT_NULL = 1,
    VT_I2 = 2,
    VT_I4 = 3,
    VT_R4 = 4,
    VT_R8 = 5,
    VT_DATE = 7,
    VT_BSTR = 8,
    VT_ERROR = 10,
    VT_BOOL = 11,
    VT_VARIANT = 12,
    VT_UNKNOWN = 13,
    VT_I1 = 16,
    VT_UI1 = 17,
    VT_UI2 = 18,
    VT_UI4 = 19,
    VT_I8 = 20,
    VT_UI8 = 21,
    VT_INT = 22,
    VT_UINT = 23,
    VT_LPSTR = 30,
    VT_LPWSTR = 31,
    VT_FILETIME = 64,
    VT_BLOB = 65,
    VT_CLSID = 72,
    VT_VECTOR = 0x1000,
    VT_ARRAY = 0x2000,
    VT_BYREF = 0x4000
};

typedef struct FILETIME {
    DWORD dwLowDateTime, dwHighDateTime;
} FILETIME;
typedef struct BLOB {
    ULONG cbSize;
    BYTE *pBlobData;
} BLOB;
typedef union LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    int64_t QuadPart;
} LARGE_INTEGER;
typedef union ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart, HighPart;
    };
    struct {
        DWORD LowPart, HighPart;
    } u;
    uint64_t QuadPart;
} ULARGE_INTEGER;
typedef struct CAUB {
    ULONG cElems;
    BYTE *pElems;
} CAUB;
typedef struct CAUI {
    ULONG cElems;
    USHORT *pElems;
} CAUI;
typedef struct CAUL {
    ULONG cElems;
    ULONG *pElems;
} CAUL;
typedef struct CAUH {
    ULONG cElems;
    ULARGE_INTEGER *pElems;
} CAUH;
typedef struct CACLSID {
    ULONG cElems;
    CLSID *pElems;
} CACLSID;
typedef struct CALPWSTR {
    ULONG cElems;
    LPWSTR *pElems;
} CALPWSTR;

typedef struct PROPVARIANT {
    VARTYPE vt;
    PROPVAR_PAD wReserved1, wReserved2, wReserved3;
    union {
        int8_t cVal;
        uint8_t bVal;
        SHORT iVal;
        USHORT uiVal;
        LONG lVal;
        ULONG ulVal;
        INT intVal;
        UINT uintVal;
        LARGE_INTEGER hVal;
        ULARGE_INTEGER uhVal;
        float fltVal;
        double dblVal, date;
        VARIANT_BOOL boolVal;
        SCODE scode;
        FILETIME filetime;
        CLSID *puuid;
        BLOB blob;
        BSTR bstrVal;
        IUnknown *punkVal;
        char *pszVal;
        LPWSTR pwszVal;
        SAFEARRAY *parray;
        CAUB caub;
        CAUI caui;
        CAUL caul;
        CAUH cauh;
        CACLSID cauuid;
        CALPWSTR calpwstr;
    };
} PROPVARIANT;

static inline void PropVariantInit(PROPVARIANT *value)
{
    memset(value, 0, sizeof(*value)); /* VT_EMPTY */
}
/* Frees what it owns and makes it VT_EMPTY. DISP_E_TYPEMISMATCH: a type not listed above. */
HRESULT PropVariantClear(PROPVARIANT *value);
/* Deep copy; *ret_copy is VT_EMPTY on failure. */
HRESULT PropVariantCopy(PROPVARIANT *ret_copy, const PROPVARIANT *source);

/* ---- media formats */
#pragma pack(push, 1)
typedef struct WAVEFORMATEX {
    WORD wFormatTag, nChannels;
    DWORD nSamplesPerSec, nAvgBytesPerSec;
    WORD nBlockAlign, wBitsPerSample, cbSize;
} WAVEFORMATEX;
#pragma pack(pop)
typedef struct RECT {
    LONG left, top, right, bottom;
} RECT;
typedef struct BITMAPINFOHEADER {
    DWORD biSize;
    LONG biWidth, biHeight;
    WORD biPlanes, biBitCount;
    DWORD biCompression, biSizeImage;
    LONG biXPelsPerMeter, biYPelsPerMeter;
    DWORD biClrUsed, biClrImportant;
} BITMAPINFOHEADER;
typedef struct VIDEOINFOHEADER {
    RECT rcSource, rcTarget;
    DWORD dwBitRate, dwBitErrorRate;
    REFERENCE_TIME AvgTimePerFrame;
    BITMAPINFOHEADER bmiHeader;
} VIDEOINFOHEADER;

/* ---- what a provider module exports */
HRESULT STDMETHODCALLTYPE DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv);
HRESULT STDMETHODCALLTYPE DllCanUnloadNow(void);
HRESULT STDMETHODCALLTYPE DllRegisterServer(void);
HRESULT STDMETHODCALLTYPE DllUnregisterServer(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#if COM_CLASSES
inline bool operator==(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b);
}
inline bool operator!=(REFGUID a, REFGUID b)
{
    return !IsEqualGUID(a, b);
}
#endif

#endif
