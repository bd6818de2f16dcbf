/* Switchable defects of our own model of plug and play and of services: in papcheck alone, for its
 * cases. */
#ifndef CONFORMANCE_HOST_DEVIANT_PNP_DEVIANT_H
#define CONFORMANCE_HOST_DEVIANT_PNP_DEVIANT_H

#include <stdbool.h>

/* False: there is none of that name. */
bool pnp_model_deviate(const char *name);

#endif
