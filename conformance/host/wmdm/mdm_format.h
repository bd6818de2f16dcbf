/* The format code that every list of a new object carries (SP-APP-020). */
#ifndef CONFORMANCE_HOST_WMDM_MDM_FORMAT_H
#define CONFORMANCE_HOST_WMDM_MDM_FORMAT_H

#include "conformance/host/wmdm/mdm_private.h"

/* The caller's list, with a reference, or, where it has no format code, a copy that has one: that
 * of a folder, or by the name's extension. NULL list: NULL. */
HRESULT mdm_format_complete(IWMDMMetaData *list, const WCHAR *name, bool is_folder,
                            IWMDMMetaData **ret_list);

#endif
