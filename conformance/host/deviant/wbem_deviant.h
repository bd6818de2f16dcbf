/* Switchable defects of our own model of WMI: in papcheck alone, for its cases. */
#ifndef CONFORMANCE_HOST_DEVIANT_WBEM_DEVIANT_H
#define CONFORMANCE_HOST_DEVIANT_WBEM_DEVIANT_H

#include <stdbool.h>

/* False: there is none of that name. */
bool wbem_deviate(const char *name);

#endif
