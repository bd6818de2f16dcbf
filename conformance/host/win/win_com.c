/* COM: threads that are in it, and objects by their class – those of WMI, and those whose library
 * the registry names. There is one apartment: whatever model a thread asks for, it is called on any
 * thread. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/objbase.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/win/win_private.h"
#include "spcore/com/com_guid.h"

/* ---- threads: one that is in the multithreaded apartment lets all others be in it, too */
static _Thread_local unsigned entered;
static _Thread_local DWORD model;
static atomic_uint multithreaded;

HRESULT WINAPI CoInitializeEx(void *pvReserved, DWORD dwCoInit)
{
    DWORD wanted = dwCoInit & COINIT_APARTMENTTHREADED;

    if (pvReserved)
        return E_INVALIDARG;
    if (entered && wanted != model)
        return RPC_E_CHANGED_MODE;
    model = wanted;
    if (!entered && !model)
        atomic_fetch_add(&multithreaded, 1);
    return entered++ ? S_FALSE : S_OK;
}

HRESULT WINAPI CoInitialize(void *pvReserved)
{
    return CoInitializeEx(pvReserved, COINIT_APARTMENTTHREADED);
}

void WINAPI CoUninitialize(void)
{
    if (entered && --entered == 0 && !model)
        atomic_fetch_sub(&multithreaded, 1);
}

static bool is_inside(void)
{
    return entered || atomic_load(&multithreaded);
}

/* Nobody is kept out here, and each call goes where it goes. */
HRESULT WINAPI CoInitializeSecurity(void *pSecDesc, LONG cAuthSvc, void *asAuthSvc,
                                    void *pReserved1, DWORD dwAuthnLevel, DWORD dwImpLevel,
                                    void *pAuthList, DWORD dwCapabilities, void *pReserved3)
{
    (void)pSecDesc;
    (void)cAuthSvc;
    (void)asAuthSvc;
    (void)dwAuthnLevel;
    (void)dwImpLevel;
    (void)pAuthList;
    (void)dwCapabilities;
    if (!is_inside())
        return CO_E_NOTINITIALIZED;
    return pReserved1 || pReserved3 ? E_INVALIDARG : S_OK;
}

HRESULT WINAPI CoSetProxyBlanket(IUnknown *pProxy, DWORD dwAuthnSvc, DWORD dwAuthzSvc,
                                 LPWSTR pServerPrincName, DWORD dwAuthnLevel, DWORD dwImpLevel,
                                 void *pAuthInfo, DWORD dwCapabilities)
{
    (void)dwAuthnSvc;
    (void)dwAuthzSvc;
    (void)pServerPrincName;
    (void)dwAuthnLevel;
    (void)dwImpLevel;
    (void)pAuthInfo;
    (void)dwCapabilities;
    return pProxy ? S_OK : E_INVALIDARG;
}

/* ---- callers: whoever WMI says it calls for */
HRESULT WINAPI CoImpersonateClient(void)
{
    struct principal caller;

    if (!principal_caller(&caller))
        return RPC_E_CALL_COMPLETE;
    principal_act(&caller);
    return S_OK;
}

HRESULT WINAPI CoRevertToSelf(void)
{
    struct principal caller;

    if (!principal_caller(&caller))
        return RPC_E_CALL_COMPLETE;
    principal_act(NULL);
    return S_OK;
}

/* ---- classes */
static HRESULT make(IClassFactory *factory, REFIID riid, void **ret)
{
    HRESULT hr = IClassFactory_CreateInstance(factory, NULL, riid, ret);

    IClassFactory_Release(factory);
    return hr;
}

/* InprocServer32 of the class, to free(); NULL: nobody has registered it. */
static char *library_of(REFCLSID clsid)
{
    char text[COM_GUID_TEXT], *key = NULL, *path = NULL;
    WCHAR wide[MAX_PATH], value[MAX_PATH];
    DWORD size = sizeof(value) - sizeof(value[0]), type;
    HKEY handle;

    com_guid_format(clsid, text);
    if (asprintf(&key, "CLSID\\%s\\InprocServer32", text) < 0)
        return NULL;
    win_utf16(key, wide, MAX_PATH);
    free(key);
    if (RegOpenKeyExW(HKEY_CLASSES_ROOT, wide, 0, KEY_READ, &handle) != ERROR_SUCCESS)
        return NULL;
    if (RegQueryValueExW(handle, NULL, NULL, &type, (BYTE *)value, &size) == ERROR_SUCCESS &&
        type == REG_SZ) {
        value[size / sizeof(value[0])] = 0;
        path = win_utf8(value);
    }
    RegCloseKey(handle);
    return path;
}

/* A library stays loaded: what it has made may be there for as long. */
static HRESULT create_by_library(REFCLSID clsid, REFIID riid, void **ret)
{
    HRESULT(STDMETHODCALLTYPE * get)(REFCLSID, REFIID, void **) = NULL;
    IClassFactory *factory = NULL;
    char *path = library_of(clsid);
    void *module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL,
         *function = module ? dlsym(module, "DllGetClassObject") : NULL;
    HRESULT hr = path ? CO_E_DLLNOTFOUND : REGDB_E_CLASSNOTREG;

    free(path);
    if (!module)
        return hr;
    if (!function)
        return CO_E_ERRORINDLL;
    memcpy(&get, &function, sizeof(get));
    hr = get(clsid, &IID_IClassFactory, (void **)&factory);
    return SUCCEEDED(hr) ? make(factory, riid, ret) : hr;
}

HRESULT WINAPI CoCreateInstance(REFCLSID rclsid, IUnknown *pUnkOuter, DWORD dwClsContext,
                                REFIID riid, void **ppv)
{
    IUnknown *made;
    HRESULT hr;

    if (!ppv)
        return E_POINTER;
    *ppv = NULL;
    if (!is_inside())
        return CO_E_NOTINITIALIZED;
    if (pUnkOuter)
        return CLASS_E_NOAGGREGATION;
    if (!(dwClsContext & CLSCTX_ALL) || !rclsid || !riid)
        return E_INVALIDARG;
    hr = wbem_create(rclsid, &made);
    if (hr == CLASS_E_CLASSNOTAVAILABLE)
        return create_by_library(rclsid, riid, ppv);
    if (FAILED(hr))
        return hr;
    hr = IUnknown_QueryInterface(made, riid, ppv);
    IUnknown_Release(made);
    return hr;
}
