/* Objects as MOF, which compiles to an equal object. */
#ifndef CONFORMANCE_HOST_CIM_CIM_PRINT_H
#define CONFORMANCE_HOST_CIM_CIM_PRINT_H

#include <stdio.h>

#include "conformance/host/cim/cim_object.h"

/* `flags`: WBEM_FLAG_NO_FLAVORS, or 0. To free(); NULL: no memory. */
char *cim_mof(const struct cim_object *object, LONG flags);
void cim_print_value(FILE *out, const struct cim_value *value);

#endif
