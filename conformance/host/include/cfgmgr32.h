/* The configuration manager: lists of device interfaces, devices, and notifications of both. Values
 * and layouts are held against fixtures/abi/service_constants.tsv by test_headers_windows.py. */
#ifndef CONFORMANCE_HOST_INCLUDE_CFGMGR32_H
#define CONFORMANCE_HOST_INCLUDE_CFGMGR32_H

#include "devpropdef.h"
#include "winreg.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef DWORD RETURN_TYPE, CONFIGRET, DEVNODE, DEVINST, *PDEVNODE, *PDEVINST;
#define CM_REMOVE_UI_OK 0x00000000u
#define CM_REMOVE_UI_NOT_OK 0x00000001u
#define CM_REMOVE_NO_RESTART 0x00000002u
#define CM_REMOVE_BITS 0x00000003u
typedef LPWSTR DEVNODEID_W, DEVINSTID_W;
#define MAX_DEVICE_ID_LEN 200
#define MAX_GUID_STRING_LEN 39
#define RegDisposition_OpenAlways 0x00000000u
#define RegDisposition_OpenExisting 0x00000001u
#define CM_REGISTRY_HARDWARE 0x00000000u
#define CM_REGISTRY_SOFTWARE 0x00000001u

#define CM_PROB_NOT_CONFIGURED 1u
#define CM_PROB_DEVLOADER_FAILED 2u
#define CM_PROB_OUT_OF_MEMORY 3u
#define CM_PROB_ENTRY_IS_WRONG_TYPE 4u
#define CM_PROB_LACKED_ARBITRATOR 5u
#define CM_PROB_BOOT_CONFIG_CONFLICT 6u
#define CM_PROB_FAILED_FILTER 7u
#define CM_PROB_DEVLOADER_NOT_FOUND 8u
#define CM_PROB_INVALID_DATA 9u
#define CM_PROB_FAILED_START 0xAu
#define CM_PROB_LIAR 0xBu
#define CM_PROB_NORMAL_CONFLICT 0xCu
#define CM_PROB_NOT_VERIFIED 0xDu
#define CM_PROB_NEED_RESTART 0xEu
#define CM_PROB_REENUMERATION 0xFu
#define CM_PROB_PARTIAL_LOG_CONF 0x10u
#define CM_PROB_UNKNOWN_RESOURCE 0x11u
#define CM_PROB_REINSTALL 0x12u
#define CM_PROB_REGISTRY 0x13u
#define CM_PROB_VXDLDR 0x14u
#define CM_PROB_WILL_BE_REMOVED 0x15u
#define CM_PROB_DISABLED 0x16u
#define CM_PROB_DEVLOADER_NOT_READY 0x17u
#define CM_PROB_DEVICE_NOT_THERE 0x18u
#define CM_PROB_MOVED 0x19u
#define CM_PROB_TOO_EARLY 0x1Au
#define CM_PROB_NO_VALID_LOG_CONF 0x1Bu
#define CM_PROB_FAILED_INSTALL 0x1Cu
#define CM_PROB_HARDWARE_DISABLED 0x1Du
#define CM_PROB_CANT_SHARE_IRQ 0x1Eu
#define CM_PROB_FAILED_ADD 0x1Fu
#define CM_PROB_DISABLED_SERVICE 0x20u
#define CM_PROB_TRANSLATION_FAILED 0x21u
#define CM_PROB_NO_SOFTCONFIG 0x22u
#define CM_PROB_BIOS_TABLE 0x23u
#define CM_PROB_IRQ_TRANSLATION_FAILED 0x24u
#define CM_PROB_FAILED_DRIVER_ENTRY 0x25u
#define CM_PROB_DRIVER_FAILED_PRIOR_UNLOAD 0x26u
#define CM_PROB_DRIVER_FAILED_LOAD 0x27u
#define CM_PROB_DRIVER_SERVICE_KEY_INVALID 0x28u
#define CM_PROB_LEGACY_SERVICE_NO_DEVICES 0x29u
#define CM_PROB_DUPLICATE_DEVICE 0x2Au
#define CM_PROB_FAILED_POST_START 0x2Bu
#define CM_PROB_HALTED 0x2Cu
#define CM_PROB_PHANTOM 0x2Du
#define CM_PROB_SYSTEM_SHUTDOWN 0x2Eu
#define CM_PROB_HELD_FOR_EJECT 0x2Fu
#define CM_PROB_DRIVER_BLOCKED 0x30u
#define CM_PROB_REGISTRY_TOO_LARGE 0x31u
#define CM_PROB_SETPROPERTIES_FAILED 0x32u
#define CM_PROB_WAITING_ON_DEPENDENCY 0x33u
#define CM_PROB_UNSIGNED_DRIVER 0x34u
#define CM_PROB_USED_BY_DEBUGGER 0x35u
#define CM_PROB_DEVICE_RESET 0x36u
#define CM_PROB_CONSOLE_LOCKED 0x37u
#define CM_PROB_NEED_CLASS_CONFIG 0x38u
#define CM_PROB_GUEST_ASSIGNMENT_FAILED 0x39u
#define DN_ROOT_ENUMERATED 1u
#define DN_DRIVER_LOADED 2u
#define DN_ENUM_LOADED 4u
#define DN_STARTED 8u
#define DN_MANUAL 0x10u
#define DN_NEED_TO_ENUM 0x20u
#define DN_NOT_FIRST_TIME 0x40u
#define DN_HARDWARE_ENUM 0x80u
#define DN_LIAR 0x100u
#define DN_HAS_MARK 0x200u
#define DN_HAS_PROBLEM 0x400u
#define DN_FILTERED 0x800u
#define DN_MOVED 0x1000u
#define DN_DISABLEABLE 0x2000u
#define DN_REMOVABLE 0x4000u
#define DN_PRIVATE_PROBLEM 0x8000u
#define DN_MF_PARENT 0x10000u
#define DN_MF_CHILD 0x20000u
#define DN_WILL_BE_REMOVED 0x40000u
#define DN_NOT_FIRST_TIMEE 0x80000u
#define DN_STOP_FREE_RES 0x100000u
#define DN_REBAL_CANDIDATE 0x200000u
#define DN_BAD_PARTIAL 0x400000u
#define DN_NT_ENUMERATOR 0x800000u
#define DN_NT_DRIVER 0x1000000u
#define DN_NEEDS_LOCKING 0x2000000u
#define DN_ARM_WAKEUP 0x4000000u
#define DN_APM_ENUMERATOR 0x8000000u
#define DN_APM_DRIVER 0x10000000u
#define DN_SILENT_INSTALL 0x20000000u
#define DN_NO_SHOW_IN_DM 0x40000000u
#define DN_BOOT_LOG_PROB 0x80000000u
#define DN_NEED_RESTART 0x100u
#define DN_DRIVER_BLOCKED 0x40u
#define DN_LEGACY_DRIVER 0x1000u
#define DN_CHILD_WITH_INVALID_ID 0x200u
#define DN_DEVICE_DISCONNECTED 0x2000000u
#define DN_QUERY_REMOVE_PENDING 0x10000u
#define DN_QUERY_REMOVE_ACTIVE 0x20000u
#define CM_GET_DEVICE_INTERFACE_LIST_PRESENT 0u
#define CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES 1u
#define CM_GET_DEVICE_INTERFACE_LIST_BITS 1u
#define CM_DRP_DEVICEDESC 1u
#define CM_DRP_HARDWAREID 2u
#define CM_DRP_COMPATIBLEIDS 3u
#define CM_DRP_UNUSED0 4u
#define CM_DRP_SERVICE 5u
#define CM_DRP_UNUSED1 6u
#define CM_DRP_UNUSED2 7u
#define CM_DRP_CLASS 8u
#define CM_DRP_CLASSGUID 9u
#define CM_DRP_DRIVER 0xAu
#define CM_DRP_CONFIGFLAGS 0xBu
#define CM_DRP_MFG 0xCu
#define CM_DRP_FRIENDLYNAME 0xDu
#define CM_DRP_LOCATION_INFORMATION 0xEu
#define CM_DRP_PHYSICAL_DEVICE_OBJECT_NAME 0xFu
#define CM_DRP_CAPABILITIES 0x10u
#define CM_DRP_UI_NUMBER 0x11u
#define CM_DRP_UPPERFILTERS 0x12u
#define CM_DRP_LOWERFILTERS 0x13u
#define CM_DRP_BUSTYPEGUID 0x14u
#define CM_DRP_LEGACYBUSTYPE 0x15u
#define CM_DRP_BUSNUMBER 0x16u
#define CM_DRP_ENUMERATOR_NAME 0x17u
#define CM_DRP_SECURITY 0x18u
#define CM_DRP_SECURITY_SDS 0x19u
#define CM_DRP_DEVTYPE 0x1Au
#define CM_DRP_EXCLUSIVE 0x1Bu
#define CM_DRP_CHARACTERISTICS 0x1Cu
#define CM_DRP_ADDRESS 0x1Du
#define CM_DRP_UI_NUMBER_DESC_FORMAT 0x1Eu
#define CM_DRP_DEVICE_POWER_DATA 0x1Fu
#define CM_DRP_REMOVAL_POLICY 0x20u
#define CM_DRP_REMOVAL_POLICY_HW_DEFAULT 0x21u
#define CM_DRP_REMOVAL_POLICY_OVERRIDE 0x22u
#define CM_DRP_INSTALL_STATE 0x23u
#define CM_DRP_LOCATION_PATHS 0x24u
#define CM_DRP_BASE_CONTAINERID 0x25u
#define CM_DRP_MIN 1u
#define CM_DRP_MAX 0x25u
#define CM_LOCATE_DEVNODE_NORMAL 0u
#define CM_LOCATE_DEVNODE_PHANTOM 1u
#define CM_LOCATE_DEVNODE_CANCELREMOVE 2u
#define CM_LOCATE_DEVNODE_NOVALIDATION 4u
#define CM_LOCATE_DEVNODE_BITS 7u
#define CM_REENUMERATE_NORMAL 0u
#define CM_REENUMERATE_SYNCHRONOUS 1u
#define CM_REENUMERATE_RETRY_INSTALLATION 2u
#define CM_REENUMERATE_ASYNCHRONOUS 4u
#define CM_REENUMERATE_BITS 7u
#define CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES 1u
#define CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES 2u
#define CR_SUCCESS 0u
#define CR_DEFAULT 1u
#define CR_OUT_OF_MEMORY 2u
#define CR_INVALID_POINTER 3u
#define CR_INVALID_FLAG 4u
#define CR_INVALID_DEVNODE 5u
#define CR_INVALID_DEVINST 5u
#define CR_INVALID_RES_DES 6u
#define CR_INVALID_LOG_CONF 7u
#define CR_INVALID_ARBITRATOR 8u
#define CR_INVALID_NODELIST 9u
#define CR_DEVNODE_HAS_REQS 0xAu
#define CR_DEVINST_HAS_REQS 0xAu
#define CR_INVALID_RESOURCEID 0xBu
#define CR_DLVXD_NOT_FOUND 0xCu
#define CR_NO_SUCH_DEVNODE 0xDu
#define CR_NO_SUCH_DEVINST 0xDu
#define CR_NO_MORE_LOG_CONF 0xEu
#define CR_NO_MORE_RES_DES 0xFu
#define CR_ALREADY_SUCH_DEVNODE 0x10u
#define CR_ALREADY_SUCH_DEVINST 0x10u
#define CR_INVALID_RANGE_LIST 0x11u
#define CR_INVALID_RANGE 0x12u
#define CR_FAILURE 0x13u
#define CR_NO_SUCH_LOGICAL_DEV 0x14u
#define CR_CREATE_BLOCKED 0x15u
#define CR_NOT_SYSTEM_VM 0x16u
#define CR_REMOVE_VETOED 0x17u
#define CR_APM_VETOED 0x18u
#define CR_INVALID_LOAD_TYPE 0x19u
#define CR_BUFFER_SMALL 0x1Au
#define CR_NO_ARBITRATOR 0x1Bu
#define CR_NO_REGISTRY_HANDLE 0x1Cu
#define CR_REGISTRY_ERROR 0x1Du
#define CR_INVALID_DEVICE_ID 0x1Eu
#define CR_INVALID_DATA 0x1Fu
#define CR_INVALID_API 0x20u
#define CR_DEVLOADER_NOT_READY 0x21u
#define CR_NEED_RESTART 0x22u
#define CR_NO_MORE_HW_PROFILES 0x23u
#define CR_DEVICE_NOT_THERE 0x24u
#define CR_NO_SUCH_VALUE 0x25u
#define CR_WRONG_TYPE 0x26u
#define CR_INVALID_PRIORITY 0x27u
#define CR_NOT_DISABLEABLE 0x28u
#define CR_FREE_RESOURCES 0x29u
#define CR_QUERY_VETOED 0x2Au
#define CR_CANT_SHARE_IRQ 0x2Bu
#define CR_NO_DEPENDENT 0x2Cu
#define CR_SAME_RESOURCES 0x2Du
#define CR_NO_SUCH_REGISTRY_KEY 0x2Eu
#define CR_INVALID_MACHINENAME 0x2Fu
#define CR_REMOTE_COMM_FAILURE 0x30u
#define CR_MACHINE_UNAVAILABLE 0x31u
#define CR_NO_CM_SERVICES 0x32u
#define CR_ACCESS_DENIED 0x33u
#define CR_CALL_NOT_IMPLEMENTED 0x34u
#define CR_INVALID_PROPERTY 0x35u
#define CR_DEVICE_INTERFACE_ACTIVE 0x36u
#define CR_NO_SUCH_DEVICE_INTERFACE 0x37u
#define CR_INVALID_REFERENCE_STRING 0x38u
#define CR_INVALID_CONFLICT_LIST 0x39u
#define CR_INVALID_INDEX 0x3Au
#define CR_INVALID_STRUCTURE_SIZE 0x3Bu

typedef enum _PNP_VETO_TYPE {
    PNP_VetoTypeUnknown = 0,
    PNP_VetoLegacyDevice = 1,
    PNP_VetoPendingClose = 2,
    PNP_VetoWindowsApp = 3,
    PNP_VetoWindowsService = 4,
    PNP_VetoOutstandingOpen = 5,
    PNP_VetoDevice = 6,
    PNP_VetoDriver = 7,
    PNP_VetoIllegalDeviceRequest = 8,
    PNP_VetoInsufficientPower = 9,
    PNP_VetoNonDisableable = 0xA,
    PNP_VetoLegacyDriver = 0xB,
    PNP_VetoInsufficientRights = 0xC,
    PNP_VetoAlreadyRemoved = 0xD
} PNP_VETO_TYPE,
    *PPNP_VETO_TYPE;
typedef enum _CM_NOTIFY_FILTER_TYPE {
    CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE = 0,
    CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE = 1,
    CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE = 2,
    CM_NOTIFY_FILTER_TYPE_MAX = 3
} CM_NOTIFY_FILTER_TYPE,
    *PCM_NOTIFY_FILTER_TYPE;
typedef enum _CM_NOTIFY_ACTION {
    CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL = 0,
    CM_NOTIFY_ACTION_DEVICEINTERFACEREMOVAL = 1,
    CM_NOTIFY_ACTION_DEVICEQUERYREMOVE = 2,
    CM_NOTIFY_ACTION_DEVICEQUERYREMOVEFAILED = 3,
    CM_NOTIFY_ACTION_DEVICEREMOVEPENDING = 4,
    CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE = 5,
    CM_NOTIFY_ACTION_DEVICECUSTOMEVENT = 6,
    CM_NOTIFY_ACTION_DEVICEINSTANCEENUMERATED = 7,
    CM_NOTIFY_ACTION_DEVICEINSTANCESTARTED = 8,
    CM_NOTIFY_ACTION_DEVICEINSTANCEREMOVED = 9,
    CM_NOTIFY_ACTION_MAX = 0xA
} CM_NOTIFY_ACTION,
    *PCM_NOTIFY_ACTION;

/* ---- notifications */
DECLARE_HANDLE(HCMNOTIFICATION);
typedef HCMNOTIFICATION *PHCMNOTIFICATION;

typedef struct _CM_NOTIFY_FILTER {
    DWORD cbSize;
    DWORD Flags;
    CM_NOTIFY_FILTER_TYPE FilterType;
    DWORD Reserved;
    union {
        struct {
            GUID ClassGuid;
        } DeviceInterface;
        struct {
            HANDLE hTarget;
        } DeviceHandle;
        struct {
            WCHAR InstanceId[MAX_DEVICE_ID_LEN];
        } DeviceInstance;
    } u;
} CM_NOTIFY_FILTER, *PCM_NOTIFY_FILTER;

typedef struct _CM_NOTIFY_EVENT_DATA {
    CM_NOTIFY_FILTER_TYPE FilterType;
    DWORD Reserved;
    union {
        struct {
            GUID ClassGuid;
            WCHAR SymbolicLink[1];
        } DeviceInterface;
        struct {
            GUID EventGuid;
            LONG NameOffset;
            DWORD DataSize;
            BYTE Data[1];
        } DeviceHandle;
        struct {
            WCHAR InstanceId[1];
        } DeviceInstance;
    } u;
} CM_NOTIFY_EVENT_DATA, *PCM_NOTIFY_EVENT_DATA;

typedef DWORD(CALLBACK *PCM_NOTIFY_CALLBACK)(HCMNOTIFICATION notify, PVOID context,
                                             CM_NOTIFY_ACTION action,
                                             PCM_NOTIFY_EVENT_DATA event_data, DWORD size);
CONFIGRET WINAPI CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback,
                                          PHCMNOTIFICATION ret_handle);
CONFIGRET WINAPI CM_Unregister_Notification(HCMNOTIFICATION handle);
DWORD WINAPI CM_MapCrToWin32Err(CONFIGRET code, DWORD default_error);

/* ---- interfaces; sizes in characters */
CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeW(PULONG ret_size, LPGUID class_guid,
                                                    DEVINSTID_W instance_id, ULONG flags);
CONFIGRET WINAPI CM_Get_Device_Interface_ListW(LPGUID class_guid, DEVINSTID_W instance_id,
                                               PZZWSTR buffer, ULONG size, ULONG flags);
/* Properties: those that devpkey.h names, and those that have been set. */
CONFIGRET WINAPI CM_Get_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE *ret_type, PBYTE buffer,
                                                   PULONG io_size, ULONG flags);
/* DEVPROP_TYPE_EMPTY takes one away. */
CONFIGRET WINAPI CM_Set_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE type, const BYTE *data, ULONG size,
                                                   ULONG flags);
CONFIGRET WINAPI CM_Open_Device_Interface_KeyW(LPCWSTR link, REGSAM access, ULONG disposition,
                                               PHKEY ret_key, ULONG flags);

/* ---- devices */
CONFIGRET WINAPI CM_Locate_DevNodeW(PDEVINST ret_instance, DEVINSTID_W instance_id, ULONG flags);
CONFIGRET WINAPI CM_Get_Parent(PDEVINST ret_parent, DEVINST instance, ULONG flags);
CONFIGRET WINAPI CM_Get_Device_ID_Size(PULONG ret_size, DEVINST instance, ULONG flags);
CONFIGRET WINAPI CM_Get_Device_IDW(DEVINST instance, LPWSTR buffer, ULONG size, ULONG flags);
CONFIGRET WINAPI CM_Get_DevNode_Status(PULONG ret_status, PULONG ret_problem, DEVINST instance,
                                       ULONG flags);
CONFIGRET WINAPI CM_Get_DevNode_Registry_PropertyW(DEVINST instance, ULONG property,
                                                   PULONG ret_type, PVOID buffer, PULONG io_size,
                                                   ULONG flags);
CONFIGRET WINAPI CM_Get_DevNode_PropertyW(DEVINST instance, const DEVPROPKEY *key,
                                          DEVPROPTYPE *ret_type, PBYTE buffer, PULONG io_size,
                                          ULONG flags);
CONFIGRET WINAPI CM_Set_DevNode_PropertyW(DEVINST instance, const DEVPROPKEY *key, DEVPROPTYPE type,
                                          const BYTE *data, ULONG size, ULONG flags);
/* A device's parameters, or those of its driver (CM_REGISTRY_SOFTWARE). */
CONFIGRET WINAPI CM_Open_DevNode_Key(DEVINST instance, REGSAM access, ULONG profile,
                                     ULONG disposition, PHKEY ret_key, ULONG flags);
CONFIGRET WINAPI CM_Request_Device_EjectW(DEVINST instance, PPNP_VETO_TYPE ret_veto,
                                          LPWSTR veto_name, ULONG size, ULONG flags);
CONFIGRET WINAPI CM_Query_And_Remove_SubTreeW(DEVINST instance, PPNP_VETO_TYPE ret_veto,
                                              LPWSTR veto_name, ULONG size, ULONG flags);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define DEVINSTID DEVINSTID_W
#define CM_Get_Device_Interface_List_Size CM_Get_Device_Interface_List_SizeW
#define CM_Get_Device_Interface_List CM_Get_Device_Interface_ListW
#define CM_Get_Device_Interface_Property CM_Get_Device_Interface_PropertyW
#define CM_Set_Device_Interface_Property CM_Set_Device_Interface_PropertyW
#define CM_Open_Device_Interface_Key CM_Open_Device_Interface_KeyW
#define CM_Locate_DevNode CM_Locate_DevNodeW
#define CM_Get_Device_ID CM_Get_Device_IDW
#define CM_Get_DevNode_Registry_Property CM_Get_DevNode_Registry_PropertyW
#define CM_Get_DevNode_Property CM_Get_DevNode_PropertyW
#define CM_Set_DevNode_Property CM_Set_DevNode_PropertyW
#define CM_Request_Device_Eject CM_Request_Device_EjectW
#define CM_Query_And_Remove_SubTree CM_Query_And_Remove_SubTreeW
#endif

#endif
