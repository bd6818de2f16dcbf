/* The names of WMI's results. */
#ifndef CONFORMANCE_HOST_CIM_CIM_STATUS_H
#define CONFORMANCE_HOST_CIM_CIM_STATUS_H

#include "conformance/host/include/wbemcli.h"

/* "WBEM_E_NOT_FOUND"; of any other code its number, in a buffer of the thread's. */
const char *cim_status(HRESULT hr);

#endif
