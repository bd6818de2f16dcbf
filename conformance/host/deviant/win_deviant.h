/* Switchable defects of our own model of the configuration manager: in papcheck alone, for its
 * cases. */
#ifndef CONFORMANCE_HOST_DEVIANT_WIN_DEVIANT_H
#define CONFORMANCE_HOST_DEVIANT_WIN_DEVIANT_H

#include <stdbool.h>

/* False: there is none of that name. */
bool win_deviate(const char *name);

#endif
