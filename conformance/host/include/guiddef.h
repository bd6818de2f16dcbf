/* GUID and DEFINE_GUID are com.h's. */
#ifndef CONFORMANCE_HOST_INCLUDE_GUIDDEF_H
#define CONFORMANCE_HOST_INCLUDE_GUIDDEF_H

#include "com.h"

#endif
