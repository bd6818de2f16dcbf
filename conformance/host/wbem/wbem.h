/* The COM face of CIM objects, for whoever hands them to clients and providers. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_H
#define CONFORMANCE_HOST_WBEM_WBEM_H

#include "conformance/host/cim/cim_object.h"

/* ---- objects: what is written through an interface is the interface's alone */
/* One reference; the object is shared. WBEM_E_OUT_OF_MEMORY. */
HRESULT wbem_object_new(struct cim_object *object, IWbemClassObject **ret);
/* As it is now, to cim_object_unref(); NULL: none of ours. */
struct cim_object *wbem_object_cim(IWbemClassObject *object);

/* An empty one. */
HRESULT wbem_context_new(IWbemContext **ret);
/* Connects to what wbem_bind() says (wbem_local.h). */
HRESULT wbem_locator_new(IWbemLocator **ret);
/* The one for providers, whom the other may deny. */
HRESULT wbem_administrative_locator_new(IWbemLocator **ret);
/* One of WMI's classes; E_OUTOFMEMORY, CLASS_E_CLASSNOTAVAILABLE: it is another's. */
HRESULT wbem_create(REFCLSID clsid, IUnknown **ret);

#endif
