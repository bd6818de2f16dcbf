/* IWMDMMetaData: a property list. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_METADATA_H
#define CONFORMANCE_HOST_WMDM_MDM_METADATA_H

#include "spcore/include/mswmdm.h"

/* An empty one. Items keep their order; AddItem of a name that is there replaces its value. Names
 * are compared exactly. */
HRESULT mdm_metadata_new(IWMDMMetaData **ret_metadata);

#endif
