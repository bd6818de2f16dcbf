/* Windows Management Instrumentation, whole. */
#ifndef CONFORMANCE_HOST_INCLUDE_WBEMIDL_H
#define CONFORMANCE_HOST_INCLUDE_WBEMIDL_H

#include "objbase.h"

#include "wbemcli.h"
#include "wbemprov.h"

#endif
