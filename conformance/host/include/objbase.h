/* COM: what com.h has, and what programs for Windows begin with. Whatever is asked for, there is
 * one apartment here, and security is not looked at. */
#ifndef CONFORMANCE_HOST_INCLUDE_OBJBASE_H
#define CONFORMANCE_HOST_INCLUDE_OBJBASE_H

#include "windows.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define RPC_E_CHANGED_MODE ((HRESULT)0x80010106u)
#define RPC_E_DISCONNECTED ((HRESULT)0x80010108u)
#define RPC_E_CALL_COMPLETE ((HRESULT)0x80010117u)
#define RPC_E_TOO_LATE ((HRESULT)0x80010119u)
#define CO_E_NOTINITIALIZED ((HRESULT)0x800401f0u)
#define CO_E_DLLNOTFOUND ((HRESULT)0x800401f8u)
#define CO_E_ERRORINDLL ((HRESULT)0x800401f9u)
#define CO_E_CLASSSTRING ((HRESULT)0x800401f3u)
#define CO_E_IIDSTRING ((HRESULT)0x800401f4u)
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154u)

#define COINIT_MULTITHREADED 0u
#define COINIT_APARTMENTTHREADED 2u
#define COINIT_DISABLE_OLE1DDE 4u
#define COINIT_SPEED_OVER_MEMORY 8u
#define CLSCTX_INPROC_SERVER 1u
#define CLSCTX_INPROC_HANDLER 2u
#define CLSCTX_LOCAL_SERVER 4u
#define CLSCTX_REMOTE_SERVER 16u
#define CLSCTX_ALL 23u
#define RPC_C_AUTHN_WINNT 10u
#define RPC_C_AUTHN_DEFAULT 0xffffffffu
#define RPC_C_AUTHZ_NONE 0u
#define RPC_C_AUTHZ_DEFAULT 0xffffffffu
#define RPC_C_AUTHN_LEVEL_DEFAULT 0u
#define RPC_C_AUTHN_LEVEL_CALL 3u
#define RPC_C_AUTHN_LEVEL_PKT 4u
#define RPC_C_AUTHN_LEVEL_PKT_PRIVACY 6u
#define RPC_C_IMP_LEVEL_IDENTIFY 2u
#define RPC_C_IMP_LEVEL_IMPERSONATE 3u
#define EOAC_NONE 0u
#define COLE_DEFAULT_PRINCIPAL ((LPWSTR)(INT_PTR)-1)
#define COLE_DEFAULT_AUTHINFO ((void *)(INT_PTR)-1)
#define __RPC_FAR
typedef IUnknown *LPUNKNOWN;
typedef WCHAR OLECHAR, *LPOLESTR;
typedef const WCHAR *LPCOLESTR;
#ifdef __cplusplus
#define interface struct
#endif

/* S_FALSE: the thread was in already. RPC_E_CHANGED_MODE: as of another model. */
HRESULT WINAPI CoInitializeEx(void *pvReserved, DWORD dwCoInit);
HRESULT WINAPI CoInitialize(void *pvReserved);
void WINAPI CoUninitialize(void);
HRESULT WINAPI CoInitializeSecurity(void *pSecDesc, LONG cAuthSvc, void *asAuthSvc,
                                    void *pReserved1, DWORD dwAuthnLevel, DWORD dwImpLevel,
                                    void *pAuthList, DWORD dwCapabilities, void *pReserved3);
HRESULT WINAPI CoSetProxyBlanket(IUnknown *pProxy, DWORD dwAuthnSvc, DWORD dwAuthzSvc,
                                 LPWSTR pServerPrincName, DWORD dwAuthnLevel, DWORD dwImpLevel,
                                 void *pAuthInfo, DWORD dwCapabilities);
/* The thread acts as whose call it serves, or as its process does again. RPC_E_CALL_COMPLETE: it
 * serves none. */
HRESULT WINAPI CoImpersonateClient(void);
HRESULT WINAPI CoRevertToSelf(void);
/* CO_E_NOTINITIALIZED, CLASS_E_NOAGGREGATION, REGDB_E_CLASSNOTREG: neither one of WMI's classes nor
 * one whose InprocServer32 the registry names; CO_E_DLLNOTFOUND, CO_E_ERRORINDLL. */
HRESULT WINAPI CoCreateInstance(REFCLSID rclsid, IUnknown *pUnkOuter, DWORD dwClsContext,
                                REFIID riid, void **ppv);

/* {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}: 39 characters with the NUL, 0: no room for them. */
int WINAPI StringFromGUID2(REFGUID rguid, LPOLESTR lpsz, int cchMax);
/* To CoTaskMemFree(). */
HRESULT WINAPI StringFromCLSID(REFCLSID rclsid, LPOLESTR *lplpsz);
HRESULT WINAPI StringFromIID(REFIID rclsid, LPOLESTR *lplpsz);
/* CO_E_CLASSSTRING and CO_E_IIDSTRING: not one in braces, and programs' names of classes (ProgIDs)
 * are none. NULL is the text of GUID_NULL. */
HRESULT WINAPI CLSIDFromString(LPCOLESTR lpsz, LPCLSID pclsid);
HRESULT WINAPI IIDFromString(LPCOLESTR lpsz, LPIID lpiid);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
