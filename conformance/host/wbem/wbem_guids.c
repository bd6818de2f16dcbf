/* The values of WMI's GUIDs: com_guid.c has all others. */
#include "spcore/include/com.h"

#define INITGUID
#undef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    extern const GUID name;                                                                        \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

#include "conformance/host/include/wbemprov.h"
