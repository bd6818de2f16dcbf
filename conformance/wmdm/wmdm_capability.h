/* What a provider says that a format can be. */
#ifndef CONFORMANCE_WMDM_WMDM_CAPABILITY_H
#define CONFORMANCE_WMDM_WMDM_CAPABILITY_H

#include "spcore/include/mswmdm.h"

/* The documented walk: each value, array, name and description. Always 0, for SP_CALL. */
int wmdm_capability_done(WMDM_FORMAT_CAPABILITY *capability);

#endif
