/* The classes of WMI that CoCreateInstance makes. */
#include <stdlib.h>

#include "conformance/host/include/wbemprov.h"
#include "conformance/host/wbem/wbem.h"
#include "spcore/base.h"

static HRESULT make_locator(IUnknown **ret)
{
    return wbem_locator_new((IWbemLocator **)ret);
}

static HRESULT make_administrative_locator(IUnknown **ret)
{
    return wbem_administrative_locator_new((IWbemLocator **)ret);
}

static HRESULT make_context(IUnknown **ret)
{
    return wbem_context_new((IWbemContext **)ret);
}

/* A class that has no name yet. */
static HRESULT make_object(IUnknown **ret)
{
    struct cim_object *object;
    HRESULT hr = cim_class_new(NULL, &object);

    if (FAILED(hr))
        return hr;
    hr = wbem_object_new(object, (IWbemClassObject **)ret);
    cim_object_unref(object);
    return hr;
}

static const struct {
    const CLSID *clsid;
    HRESULT (*make)(IUnknown **ret);
} classes[] = {
    {&CLSID_WbemLocator, make_locator},
    {&CLSID_WbemAdministrativeLocator, make_administrative_locator},
    {&CLSID_WbemContext, make_context},
    {&CLSID_WbemClassObject, make_object},
};

HRESULT wbem_create(REFCLSID clsid, IUnknown **ret)
{
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        if (IsEqualCLSID(classes[i].clsid, clsid))
            return FAILED(classes[i].make(ret)) ? E_OUTOFMEMORY : S_OK;
    }
    return CLASS_E_CLASSNOTAVAILABLE;
}
