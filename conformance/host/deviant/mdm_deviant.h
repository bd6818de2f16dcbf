/* Switchable defects of our own model of Windows Media Device Manager: in papcheck alone, where its
 * cases are to see them; libwmdm has no trace of them. */
#ifndef CONFORMANCE_HOST_DEVIANT_MDM_DEVIANT_H
#define CONFORMANCE_HOST_DEVIANT_MDM_DEVIANT_H

#include <stdbool.h>

/* Every defect of the name; false: none has it. */
bool mdm_deviate(const char *name);

#endif
