/* The class factory: one object for the module's life that counts no references. */
#include "spcore/sp/sp.h"

static HRESULT STDMETHODCALLTYPE factory_QueryInterface(IClassFactory *This, REFIID riid,
                                                        void **ppvObject)
{
    if (!ppvObject)
        return E_POINTER;
    *ppvObject = NULL;
    if (!riid)
        return E_INVALIDARG;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *ppvObject = This;
    com_module_add(1);
    return S_OK;
}

/* References keep the module loaded; there is nothing else for them to hold. */
static ULONG STDMETHODCALLTYPE factory_AddRef(IClassFactory *This)
{
    (void)This;
    com_module_add(1);
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release(IClassFactory *This)
{
    (void)This;
    com_module_add(-1);
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance(IClassFactory *This, IUnknown *pUnkOuter,
                                                        REFIID riid, void **ppvObject)
{
    (void)This;
    if (!ppvObject)
        return E_POINTER;
    *ppvObject = NULL;
    if (pUnkOuter)
        return CLASS_E_NOAGGREGATION;
    if (!riid)
        return E_INVALIDARG;
    return sp_provider_new(riid, ppvObject);
}

static HRESULT STDMETHODCALLTYPE factory_LockServer(IClassFactory *This, BOOL fLock)
{
    (void)This;
    com_module_add(fLock ? 1 : -1);
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {
    .QueryInterface = factory_QueryInterface,
    .AddRef = factory_AddRef,
    .Release = factory_Release,
    .CreateInstance = factory_CreateInstance,
    .LockServer = factory_LockServer,
};

HRESULT sp_class_factory_query(REFIID riid, void **ret_interface)
{
    static IClassFactory factory = {&factory_vtbl};

    return factory_QueryInterface(&factory, riid, ret_interface);
}
