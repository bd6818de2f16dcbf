/* The module's entry points, and the factories of its two classes. */
#include <initguid.h>

#include "spcore/wmi/windows/papwmi.h"

const CLSID papwmi_clsid = {
    0x3e0d5c1a, 0x8a57, 0x4f3c, {0xa1, 0x6d, 0x52, 0x0e, 0x9b, 0x6f, 0x27, 0x41}};
const CLSID papwmi_push_clsid = {
    0x3e0d5c1b, 0x8a57, 0x4f3c, {0xa1, 0x6d, 0x52, 0x0e, 0x9b, 0x6f, 0x27, 0x41}};

/* ---- factories: they are there while the module is */
struct factory {
    IClassFactory IClassFactory_iface;
    bool pushes;
};

static HRESULT STDMETHODCALLTYPE factory_query(IClassFactory *This, REFIID riid, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!riid || (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IClassFactory)))
        return riid ? E_NOINTERFACE : E_INVALIDARG;
    (void)IClassFactory_AddRef(This);
    *ret = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE factory_add_ref(IClassFactory *This)
{
    (void)This;
    com_module_add(1);
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_release(IClassFactory *This)
{
    (void)This;
    com_module_add(-1);
    return 1;
}

static HRESULT STDMETHODCALLTYPE create_instance(IClassFactory *This, IUnknown *outer, REFIID riid,
                                                 void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (outer)
        return CLASS_E_NOAGGREGATION;
    return papwmi_provider_new(container_of(This, struct factory, IClassFactory_iface)->pushes,
                               riid, ret);
}

static HRESULT STDMETHODCALLTYPE lock_server(IClassFactory *This, BOOL lock)
{
    (void)This;
    com_module_add(lock ? 1 : -1);
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {
    .QueryInterface = factory_query,
    .AddRef = factory_add_ref,
    .Release = factory_release,
    .CreateInstance = create_instance,
    .LockServer = lock_server,
};
static struct factory pull_factory = {.IClassFactory_iface.lpVtbl = &factory_vtbl};
static struct factory push_factory = {.IClassFactory_iface.lpVtbl = &factory_vtbl, .pushes = true};

/* ---- entry points */
HRESULT STDMETHODCALLTYPE DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv)
{
    if (!ppv)
        return E_POINTER;
    *ppv = NULL;
    if (!rclsid || !riid)
        return E_INVALIDARG;
    if (IsEqualCLSID(rclsid, &papwmi_clsid))
        return IClassFactory_QueryInterface(&pull_factory.IClassFactory_iface, riid, ppv);
    if (IsEqualCLSID(rclsid, &papwmi_push_clsid))
        return IClassFactory_QueryInterface(&push_factory.IClassFactory_iface, riid, ppv);
    return CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT STDMETHODCALLTYPE DllCanUnloadNow(void)
{
    return com_module_busy() ? S_FALSE : S_OK;
}
