/* From here on DEFINE_GUID gives values, in each file that includes this: the linker takes one. */
#ifndef CONFORMANCE_HOST_INCLUDE_INITGUID_H
#define CONFORMANCE_HOST_INCLUDE_INITGUID_H

#include "windef.h"

#ifndef INITGUID
#define INITGUID
#endif
#undef DEFINE_GUID
#ifdef __cplusplus
#define DEFINED_HERE extern "C"
#else
#define DEFINED_HERE
#endif
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    EXTERN_C const GUID name;                                                                      \
    DEFINED_HERE const GUID DECLSPEC_SELECTANY name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

#endif
