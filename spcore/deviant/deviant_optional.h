/* Optional interfaces that only a defect offers. */
#ifndef SPCORE_DEVIANT_OPTIONAL_H
#define SPCORE_DEVIANT_OPTIONAL_H

#include "spcore/com/com_object.h"

/* An interface that the object itself has not: S_OK and a new one where the chosen defect offers
 * it, E_NOINTERFACE, or E_OUTOFMEMORY. */
HRESULT optional_offered(const struct com_object *object, REFIID riid, void **ret_interface);

#endif
