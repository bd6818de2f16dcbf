/* The module's entry points: what COM finds in the file by name, before there is any object. */
#include "spcore/sp/sp.h"
#include "spcore/sp/sp_background.h"

const CLSID sp_clsid = {
    0x7a8b6e2c, 0x5c52, 0x4b7e, {0x9c, 0x2e, 0x6b, 0x1c, 0x2a, 0x7d, 0x9e, 0x10}};

HRESULT STDMETHODCALLTYPE DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv)
{
    if (!ppv)
        return E_POINTER;
    *ppv = NULL;
    if (!rclsid || !riid)
        return E_INVALIDARG;
    if (!IsEqualCLSID(rclsid, &sp_clsid))
        return CLASS_E_CLASSNOTAVAILABLE;
    return sp_class_factory_query(riid, ppv);
}

HRESULT STDMETHODCALLTYPE DllCanUnloadNow(void)
{
    return com_module_busy() || sp_background_busy() ? S_FALSE : S_OK;
}
