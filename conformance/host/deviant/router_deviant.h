/* Switchable defects of our own host of class providers: in papcheck alone, for its cases. */
#ifndef CONFORMANCE_HOST_DEVIANT_ROUTER_DEVIANT_H
#define CONFORMANCE_HOST_DEVIANT_ROUTER_DEVIANT_H

#include <stdbool.h>

/* False: there is none of that name. */
bool router_deviate(const char *name);

#endif
