/* System properties: what an object says of itself ("WMI System Properties"). */
#ifndef CONFORMANCE_HOST_CIM_CIM_SYSTEM_H
#define CONFORMANCE_HOST_CIM_CIM_SYSTEM_H

#include "conformance/host/cim/cim_object.h"

/* In the order they are enumerated; NULL behind the last. */
const char *cim_system_name(size_t index);
/* WBEM_E_NOT_FOUND: no such property. What an object has not is null. */
HRESULT cim_system_value(const struct cim_object *object, const char *name, struct cim_value *ret);

#endif
