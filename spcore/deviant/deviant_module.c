/* Defects of the module: which classes it offers, when it may be unloaded, and what an object's
 * QueryInterface answers. */
#include "spcore/com/com_object.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

SEAM(IsEqualGUID);
bool __wrap_IsEqualGUID(REFGUID a, REFGUID b)
{
    return (b == &sp_clsid && deviates(ANY_CLASS)) || __real_IsEqualGUID(a, b);
}

SEAM(com_module_busy);
bool __wrap_com_module_busy(void)
{
    return !deviates(UNLOAD_ALWAYS) && __real_com_module_busy();
}

SEAM(com_object_query);
HRESULT __wrap_com_object_query(struct com_object *object, REFIID riid, void **ret_interface)
{
    HRESULT hr = __real_com_object_query(object, riid, ret_interface);

    if (deviates(OLD_DEVICE) && SUCCEEDED(hr) &&
        (IsEqualIID(riid, &IID_IMDSPDevice2) || IsEqualIID(riid, &IID_IMDSPDevice3)))
        hr = take_back(hr, ret_interface, E_NOINTERFACE);
    return hr;
}

METHOD(IDENTITY_PER_INTERFACE, IComponentAuthenticate, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = IDENTITY_PER_INTERFACE_book(This, riid, object);

    if (hr == S_OK && IsEqualIID(riid, &IID_IUnknown))
        *object = This;
    return hr;
}

METHOD_AS(IDENTITY_OF_OBJECT, IDENTITY_PER_INTERFACE, IMDSPObject2, QueryInterface, REFIID riid,
          void **object)
{
    HRESULT hr = IDENTITY_OF_OBJECT_book(This, riid, object);

    if (hr == S_OK && IsEqualIID(riid, &IID_IUnknown))
        *object = This;
    return hr;
}
