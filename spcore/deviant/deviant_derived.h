/* A derived interface whose place of a base's method holds another one. */
#ifndef SPCORE_DEVIANT_DERIVED_H
#define SPCORE_DEVIANT_DERIVED_H

#include "spcore/include/mswmdm.h"

/* Takes over the reference, and gives one to a pointer by which GetDeviceCount counts one more:
 * S_OK, or E_OUTOFMEMORY and NULL. */
HRESULT derived_unlike_base(IMDServiceProvider3 **provider);

#endif
