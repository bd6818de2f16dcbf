/* Device properties that the host has; initguid.h before this in one file gives them their values.
 */
#ifndef CONFORMANCE_HOST_INCLUDE_DEVPKEY_H
#define CONFORMANCE_HOST_INCLUDE_DEVPKEY_H

#include "devpropdef.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef INITGUID
#ifndef DEFINED_HERE
#include "initguid.h"
#endif
#define DEFINE_DEVPROPKEY(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8, pid)                    \
    EXTERN_C const DEVPROPKEY name;                                                                \
    DEFINED_HERE const DEVPROPKEY DECLSPEC_SELECTANY name = {                                      \
        {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}, pid}
#else
#define DEFINE_DEVPROPKEY(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8, pid)                    \
    extern const DEVPROPKEY name
#endif

/* Most are of one of two sets. */
#define OF_DEVICE(name, pid)                                                                       \
    DEFINE_DEVPROPKEY(name, 0xa45c254e, 0xdf1c, 0x4efd, 0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50,  \
                      0xe0, pid)
#define OF_INTERFACE(name, pid)                                                                    \
    DEFINE_DEVPROPKEY(name, 0x026e516e, 0xb814, 0x414b, 0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48,  \
                      0x22, pid)

OF_DEVICE(DEVPKEY_Device_DeviceDesc, 2);
OF_DEVICE(DEVPKEY_Device_Class, 9);
OF_DEVICE(DEVPKEY_Device_ClassGuid, 10);
OF_DEVICE(DEVPKEY_Device_Driver, 11);
OF_DEVICE(DEVPKEY_Device_Manufacturer, 13);
OF_DEVICE(DEVPKEY_Device_FriendlyName, 14);
OF_DEVICE(DEVPKEY_Device_EnumeratorName, 24);
OF_DEVICE(DEVPKEY_Device_HardwareIds, 3);
OF_DEVICE(DEVPKEY_Device_CompatibleIds, 4);
OF_DEVICE(DEVPKEY_Device_Service, 6);
DEFINE_DEVPROPKEY(DEVPKEY_Device_InstanceId, 0x78c34fc8, 0x104a, 0x4aca, 0x9e, 0xa4, 0x52, 0x4d,
                  0x52, 0x99, 0x6e, 0x57, 256);
OF_INTERFACE(DEVPKEY_DeviceInterface_FriendlyName, 2);
OF_INTERFACE(DEVPKEY_DeviceInterface_Enabled, 3);
OF_INTERFACE(DEVPKEY_DeviceInterface_ClassGuid, 4);

#undef OF_DEVICE
#undef OF_INTERFACE

#ifdef __cplusplus
}
#endif

#endif
