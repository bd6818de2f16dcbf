/* The steps on the way to what cases judge. A subject that does not take one fails the row that
 * stands here, whatever the case is about; where it may do without, the case cannot tell. Rows that
 * only follow from others are not here: the nearest one that says it outright is. */
#include "conformance/case/demand.h"

#include <stddef.h>
#include <string.h>

const struct demand demands[] = {
    /* ---- a class provider */
    {"class provider's library", "WMI-REG-020"},
    {"mof", "WMI-REG-007"},
    {"pull registration", NULL}, /* who has the one form may do without the other */
    {"push registration", NULL},
    {"DllRegisterServer", "WMI-REG-020"},
    {"class factory", "WMI-INIT-013"},
    {"Initialize", "WMI-INIT-009"},
    {"IWbemServices", "WMI-INIT-013"},
    {"CreateClassEnumAsync", "WMI-SVC-002"},
    {"GetObjectAsync", "WMI-SVC-002"},

    /* ---- a USB/IP server */
    {"device list", "USBIP-OP-003"},
    {"import", "USBIP-OP-005"},
    {"submit", "USBIP-OP-005"}, /* "the connection then carries URBs" */
    {"unlink", "USBIP-URB-012"},
    {"reply", "USBIP-URB-001"},

    /* ---- a USB device */
    {"device descriptor", "USB-CH9-001"},
    {"configuration descriptor", "USB-CH9-002"},
    {"GET_CONFIGURATION", "USB-CH9-011"},
    {"SET_CONFIGURATION", "USB-CH9-009"},
    {"endpoint halt", "USB-CH9-015"},
    {"bulk pipes", "USB-DSC-005"},
    {"inf", "SP-INF-001"}, /* its parameters are to be there, and so is a device that has them */
    {"service", "SVC-LIFE-001"},      /* it runs while a device is there */
    {"service stop", "SVC-LIFE-005"}, /* its handles are closed when it is told to stop */
    {"string 0xEE", "USB-MSOS-001"},
    {"platform capability", "USB-MS20-001"},

    /* ---- MTP */
    {"container", "USB-BLK-001"},
    {"operation", "MTP-DEV-003"}, /* any that does not stand here and is listed */
    {"event", "MTP-EVT-003"},
    {"writable store", NULL},
    {"format", NULL}, /* which ones it takes, and lists */
    {"GetDeviceInfo", "MTP-SES-001"},
    {"OpenSession", "MTP-DEV-004"},
    {"CloseSession", "MTP-SES-007"},
    {"GetStorageIDs", "MTP-STO-001"},
    {"GetStorageInfo", "MTP-STO-002"},
    {"GetNumObjects", "MTP-OBJ-002"},
    {"GetObjectHandles", "MTP-OBJ-001"},
    {"GetObjectInfo", "MTP-OBJ-004"},
    {"GetObject", "MTP-OBJ-006"},
    {"GetPartialObject", "MTP-OBJ-007"},
    {"DeleteObject", "MTP-OBJ-016"},
    {"SendObjectInfo", "MTP-OBJ-008"},
    {"SendObject", "MTP-OBJ-008"},
    {"SetObjectProtection", "MTP-OBJ-018"},
    {"MoveObject", "MTP-OBJ-017"},
    {"CopyObject", "MTP-OBJ-017"},
    {"GetObjectPropsSupported", "MTP-PRP-001"},
    {"GetObjectPropDesc", "MTP-PRP-002"},
    {"GetObjectPropValue", "MTP-PRP-003"},
    {"SetObjectPropValue", "MTP-PRP-004"},
    {"GetObjectPropList", "MTP-PRP-005"},
    {"SendObjectPropList", "MTP-PRP-006"},
    {"GetObjectReferences", "MTP-PRP-010"},
    {"SetObjectReferences", "MTP-PRP-010"},
    {"GetDevicePropDesc", "MTP-PRP-012"},
    {"GetDevicePropValue", "MTP-PRP-012"},
    {"SetDevicePropValue", "MTP-PRP-012"},

    /* ---- a provider */
    {"library", "SP-REG-001"},
    {"DllGetClassObject", "SP-REG-001"},
    {"IClassFactory::CreateInstance", "SP-REG-001"},
    {"IMDServiceProvider::QueryInterface(IComponentAuthenticate)", "SP-AUTH-001"},
    {"handshake", "SP-AUTH-006"},
    {"CSecureChannelServer", "SP-AUTH-026"},
    {"GetSessionKey", "SP-AUTH-034"},
    {"MAC", "SP-MAC-006"},
    {"IMDServiceProvider::EnumDevices", "SP-ENUM-005"},
    {"IMDServiceProvider::QueryInterface(IMDServiceProvider2)", "SP-PNP-004"},
    {"IMDServiceProvider2::CreateDevice", "SP-PNP-007"},
    {"IMDSPEnumDevice::Next", "SP-ENUM-010"},
    {"IMDSPDevice::GetName", "SP-DEV-001"},
    {"IMDSPDevice::GetManufacturer", "SP-DEV-007"},
    {"IMDSPDevice::GetStatus", "SP-DEV-019"},
    {"IMDSPDevice::GetSerialNumber", NULL},
    {"IMDSPDevice::EnumStorage", "SP-DEV-031"},
    {"IMDSPEnumStorage::Next", "SP-ENUM-022"},
    {"IMDSPStorage::EnumStorage", "SP-ENUM-028"},
    {"IMDSPStorage::GetStorageGlobals", "SP-STG-044"},
    {"IMDSPStorage::GetName", "SP-STG-001"},
    {"IMDSPStorage::GetAttributes", "SP-STG-018"},
    {"IMDSPStorage::GetSize", "SP-STG-004"},
    {"IMDSPStorage::GetDate", "SP-STG-006"},
    {"IMDSPStorage::CreateStorage", "SP-STG-025"},
    {"IMDSPStorage2::CreateStorage2", "SP-STG-039"},
    {"IMDSPStorage4::CreateStorageWithMetadata", "SP-STG-049"},
    {"IMDSPStorage4::GetParent", "SP-STG-046"},
    {"IMDSPObject::Open", "SP-OBJ-055"}, /* it can be written and read back */
    {"IMDSPObject::Read", "SP-OBJ-012"},
    {"IMDSPObject::Write", "SP-OBJ-017"},
    {"IMDSPObject::Close", "SP-OBJ-028"},
    {"IMDSPObject::Delete", "SP-OBJ-031"},
    {"QueryInterface", NULL}, /* of one that does not stand here */
    {"QueryInterface(IUnknown)", "SP-AUTH-001"},
    {"QueryInterface(IMDServiceProvider2)", "SP-PNP-004"},
    {"QueryInterface(IMDServiceProvider3)", NULL},
    {"QueryInterface(IMDSPDevice2)", "SP-ERR-008"},
    {"QueryInterface(IMDSPDevice3)", NULL},
    {"QueryInterface(IMDSPStorage2)", "SP-ERR-008"},
    {"QueryInterface(IMDSPStorage3)", NULL},
    {"QueryInterface(IMDSPStorage4)", NULL},
    {"QueryInterface(IMDSPObject)", "SP-STG-052"},
    {"QueryInterface(IMDSPObject2)", NULL},
    {"QueryInterface(IMDSPObjectInfo)", NULL},
    {"QueryInterface(IMDSPDeviceControl)", NULL},
    {NULL, NULL},
};

const struct demand *demand_of(const char *step)
{
    for (const struct demand *one = demands; one->step; one++) {
        if (strcmp(one->step, step) == 0)
            return one;
    }
    return NULL;
}
