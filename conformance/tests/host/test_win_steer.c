/* Services installed, asked about and taken away by a program, and what a device's properties and
 * keys say: over a machine with a device of its own. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/include/winsvc.h"
#include "conformance/host/win/win_host.h"
#include "conformance/host/win/win_text.h"

static struct win_host host;
static struct pnp_devnode *devnode;

static uint32_t never_launched(void *self, struct scm_process *process, const char *path)
{
    (void)self, (void)process, (void)path;
    return ERROR_FILE_NOT_FOUND;
}

static const char package[] = "[Version]\r\nSignature=\"$WINDOWS NT$\"\r\nClass=WPD\r\n"
                              "ClassGuid={eec5ad98-8080-425f-922a-dabf3de3f69a}\r\n"
                              "Provider=\"papkit\"\r\nDriverVer=11/30/2026,1.0.0.0\r\n"
                              "CatalogFile=a.cat\r\nPnpLockdown=1\r\n"
                              "[Manufacturer]\r\n\"papkit\"=Models,NTamd64\r\n"
                              "[Models.NTamd64]\r\n\"A device\"=Install,USB\\VID_1209&PID_5041\r\n"
                              "[Install]\r\n[Install.HW]\r\nAddReg=Parameters\r\n"
                              "[Parameters]\r\nHKR,,Answer,0x00010001,42\r\n"
                              "[Install.Services]\r\nAddService=Driver,2,Driver\r\n"
                              "[Driver]\r\nServiceType=1\r\nStartType=3\r\nErrorControl=1\r\n"
                              "ServiceBinary=%13%\\driver.sys\r\n"
                              "[Install.Interfaces]\r\n"
                              "AddInterface={F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE},,Interface\r\n"
                              "[Interface]\r\n";

static void begin(void)
{
    static const struct scm_launcher launcher = {.launch = never_launched};
    static const struct pnp_port port = {0};
    static const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041",
                                           .instance = "1",
                                           .hardware = {"USB\\VID_1209&PID_5041"}};
    char error[512] = "";

    host.world = world_new();
    host.machine = pnp_machine_new(NULL);
    host.scm = scm_new(host.world, host.machine, &launcher);
    win_bind(&host);
    cr_assert_eq(
        pnp_stage(host.machine, "a.inf", package, sizeof(package) - 1, error, sizeof(error)), 0,
        "%s", error);
    cr_assert_eq(pnp_attach_given(host.machine, 1, &given, &port, &devnode), 0);
}

static void end(void)
{
    cr_assert_eq(world_audit(host.world, NULL), 0);
    win_bind(NULL);
    scm_free(host.scm);
    pnp_machine_free(host.machine);
    cr_assert_eq(world_free(host.world), 0);
}

TestSuite(win_steer, .init = begin, .fini = end);

/* ---- services */
static SC_HANDLE manager(DWORD access)
{
    SC_HANDLE handle = OpenSCManagerW(NULL, NULL, access);

    cr_assert_not_null(handle);
    return handle;
}

static SC_HANDLE create(SC_HANDLE scm, const WCHAR *name, DWORD type, DWORD start)
{
    return CreateServiceW(scm, name, u"Shown", SERVICE_ALL_ACCESS, type, start,
                          SERVICE_ERROR_NORMAL, u"C:\\service.exe", NULL, NULL, u"A\0B\0", NULL,
                          NULL);
}

Test(win_steer, a_service_is_what_it_was_installed_as)
{
    SC_HANDLE scm = manager(SC_MANAGER_CREATE_SERVICE);
    SC_HANDLE service = create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START);
    QUERY_SERVICE_CONFIGW config[16];
    SERVICE_STATUS status;
    DWORD needed = 0;

    cr_assert_not_null(service);
    cr_assert_null(create(scm, u"mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_EXISTS);
    cr_assert_not(QueryServiceConfigW(service, NULL, 0, &needed));
    cr_assert_eq(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    cr_assert(needed > sizeof(config[0]) && needed <= sizeof(config));
    cr_assert(QueryServiceConfigW(service, config, needed, &needed));
    cr_assert_eq(config->dwServiceType, SERVICE_WIN32_OWN_PROCESS);
    cr_assert_eq(paphost_wcscmp(config->lpBinaryPathName, u"C:\\service.exe"), 0);
    cr_assert_eq(paphost_wcscmp(config->lpDisplayName, u"Shown"), 0);
    cr_assert_eq(paphost_wcscmp(config->lpServiceStartName, u"LocalSystem"), 0);
    cr_assert_eq(memcmp(config->lpDependencies, u"A\0B\0", 10), 0);
    cr_assert(QueryServiceStatus(service, &status));
    cr_assert_eq(status.dwCurrentState, SERVICE_STOPPED);
    cr_assert(CloseServiceHandle(service) && CloseServiceHandle(scm));
}

Test(win_steer, a_service_is_changed_and_described)
{
    SC_HANDLE scm = manager(SC_MANAGER_CREATE_SERVICE);
    SC_HANDLE service = create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START);
    SERVICE_DESCRIPTIONW description = {u"What it is for"}, said[8];
    SC_ACTION actions[] = {{SC_ACTION_RESTART, 1000}};
    SERVICE_FAILURE_ACTIONSW failure = {.cActions = 1, .lpsaActions = actions};
    DWORD needed = 0, size = 64;
    BYTE data[64];

    cr_assert(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DISABLED, SERVICE_NO_CHANGE,
                                   NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    cr_assert_not(StartServiceW(service, 0, NULL));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_DISABLED);
    cr_assert_not(ChangeServiceConfigW(service, 3, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, NULL, NULL,
                                       NULL, NULL, NULL, NULL, NULL));
    cr_assert_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    cr_assert(ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description));
    cr_assert(QueryServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, (LPBYTE)said, sizeof(said),
                                   &needed));
    cr_assert_eq(paphost_wcscmp(said->lpDescription, u"What it is for"), 0);
    cr_assert(ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure));
    cr_assert_eq(RegGetValueW(HKEY_LOCAL_MACHINE, u"SYSTEM\\CurrentControlSet\\Services\\Mine",
                              u"FailureActions", RRF_RT_REG_BINARY, NULL, data, &size),
                 0);
    cr_assert(size == 28 && data[12] == 1 && data[16] == 20 && data[20] == SC_ACTION_RESTART);
    cr_assert_not(ChangeServiceConfig2W(service, SERVICE_CONFIG_TRIGGER_INFO, &failure));
    cr_assert_eq(GetLastError(), ERROR_INVALID_LEVEL);
    cr_assert(CloseServiceHandle(service) && CloseServiceHandle(scm));
}

Test(win_steer, a_service_goes_with_its_last_handle)
{
    SC_HANDLE scm = manager(SC_MANAGER_ALL_ACCESS);
    SC_HANDLE one = create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START);
    SC_HANDLE other = OpenServiceW(scm, u"MINE", SERVICE_QUERY_STATUS);

    cr_assert_not_null(other);
    cr_assert(DeleteService(one));
    cr_assert_not(DeleteService(one));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_MARKED_FOR_DELETE);
    cr_assert_not(StartServiceW(one, 0, NULL));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_MARKED_FOR_DELETE);
    cr_assert(CloseServiceHandle(one));
    cr_assert_null(create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_MARKED_FOR_DELETE);
    cr_assert(CloseServiceHandle(other));
    cr_assert_null(OpenServiceW(scm, u"Mine", SERVICE_QUERY_STATUS));
    cr_assert_eq(GetLastError(), ERROR_SERVICE_DOES_NOT_EXIST);
    one = create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START);
    cr_assert_not_null(one);
    cr_assert(CloseServiceHandle(one) && CloseServiceHandle(scm));
}

Test(win_steer, a_handle_is_good_for_what_it_was_opened_for)
{
    SC_HANDLE reader = manager(SC_MANAGER_CONNECT), scm = manager(GENERIC_WRITE), service;

    cr_assert_null(create(reader, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START));
    cr_assert_eq(GetLastError(), ERROR_ACCESS_DENIED);
    cr_assert_null(create(scm, u"M/ine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START));
    cr_assert_eq(GetLastError(), ERROR_INVALID_NAME);
    cr_assert_null(create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_BOOT_START));
    cr_assert_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    service = create(scm, u"Mine", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START);
    cr_assert(CloseServiceHandle(service));
    service = OpenServiceW(reader, u"Mine", SERVICE_QUERY_STATUS);
    cr_assert_not(StartServiceW(service, 0, NULL));
    cr_assert_eq(GetLastError(), ERROR_ACCESS_DENIED);
    cr_assert_not(DeleteService(service));
    cr_assert_eq(GetLastError(), ERROR_ACCESS_DENIED);
    cr_assert(CloseServiceHandle(service) && CloseServiceHandle(scm) && CloseServiceHandle(reader));
    cr_assert_not(CloseServiceHandle(service));
    cr_assert_not_null(world_found(host.world, "bad-handle"));
}

/* ---- properties and keys */
static const DEVPROPKEY hardware_ids = {
    {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 3};
static const DEVPROPKEY class_guid = {
    {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 10};
static const DEVPROPKEY instance_id = {
    {0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}}, 256};
static const DEVPROPKEY enabled = {
    {0x026e516e, 0xb814, 0x414b, {0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48, 0x22}}, 3};
static const DEVPROPKEY own = {{1, 2, 3, {4}}, 7};

static DEVINST instance(void)
{
    DEVINST found = 0;

    cr_assert_eq(CM_Locate_DevNodeW(&found, (WCHAR[]){u"USB\\VID_1209&PID_5041\\1"},
                                    CM_LOCATE_DEVNODE_NORMAL),
                 CR_SUCCESS);
    return found;
}

Test(win_steer, a_device_says_what_its_registry_does)
{
    BYTE data[256];
    DEVPROPTYPE type = 0;
    ULONG size = 0, kind = 0;

    cr_assert_eq(CM_Get_DevNode_PropertyW(instance(), &hardware_ids, &type, NULL, &size, 0),
                 CR_BUFFER_SMALL);
    cr_assert_eq(type, DEVPROP_TYPE_STRING_LIST);
    cr_assert_eq(CM_Get_DevNode_PropertyW(instance(), &hardware_ids, &type, data, &size, 0),
                 CR_SUCCESS);
    cr_assert_eq(size, sizeof(u"USB\\VID_1209&PID_5041\0"));
    cr_assert_eq(memcmp(data, u"USB\\VID_1209&PID_5041\0", size), 0);
    size = sizeof(data);
    cr_assert_eq(CM_Get_DevNode_PropertyW(instance(), &class_guid, &type, data, &size, 0),
                 CR_SUCCESS);
    cr_assert(type == DEVPROP_TYPE_GUID && size == sizeof(GUID));
    size = sizeof(data);
    cr_assert_eq(
        CM_Get_DevNode_Registry_PropertyW(instance(), CM_DRP_DEVICEDESC, &kind, data, &size, 0),
        CR_SUCCESS);
    cr_assert(kind == REG_SZ && memcmp(data, u"A device", size) == 0);
    cr_assert_eq(
        CM_Get_DevNode_Registry_PropertyW(instance(), CM_DRP_FRIENDLYNAME, &kind, data, &size, 0),
        CR_NO_SUCH_VALUE);
    cr_assert_eq(CM_Get_DevNode_PropertyW(99, &class_guid, &type, data, &size, 0),
                 CR_INVALID_DEVNODE);
}

Test(win_steer, an_interface_keeps_what_is_set)
{
    WCHAR link[PNP_LINK_MAX + 1];
    BYTE data[128];
    DEVPROPTYPE type = 0;
    ULONG size = sizeof(data);

    cr_assert_eq(
        CM_Get_Device_Interface_ListW(
            &(GUID){0xf33fdc04, 0xd1ac, 0x4e8e, {0x9a, 0x30, 0x19, 0xbb, 0xd4, 0xb1, 8, 0xae}},
            NULL, link, PNP_LINK_MAX, 0),
        CR_SUCCESS);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(link, &instance_id, &type, data, &size, 0),
                 CR_SUCCESS);
    cr_assert(type == DEVPROP_TYPE_STRING && memcmp(data, u"USB\\VID_1209&PID_5041\\1", size) == 0);
    size = sizeof(data);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(link, &enabled, &type, data, &size, 0),
                 CR_SUCCESS);
    cr_assert(type == DEVPROP_TYPE_BOOLEAN && size == 1 && data[0] == 0xff);
    cr_assert_eq(
        CM_Set_Device_Interface_PropertyW(link, &enabled, DEVPROP_TYPE_BOOLEAN, data, 1, 0),
        CR_ACCESS_DENIED);
    size = sizeof(data);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(link, &own, &type, data, &size, 0),
                 CR_NO_SUCH_VALUE);
    cr_assert_eq(CM_Set_Device_Interface_PropertyW(link, &own, DEVPROP_TYPE_UINT32,
                                                   (const BYTE *)"1234", 4, 0),
                 CR_SUCCESS);
    size = sizeof(data);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(link, &own, &type, data, &size, 0), CR_SUCCESS);
    cr_assert(type == DEVPROP_TYPE_UINT32 && size == 4 && memcmp(data, "1234", 4) == 0);
    cr_assert_eq(CM_Set_Device_Interface_PropertyW(link, &own, DEVPROP_TYPE_EMPTY, NULL, 0, 0),
                 CR_SUCCESS);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(link, &own, &type, data, &size, 0),
                 CR_NO_SUCH_VALUE);
    cr_assert_eq(CM_Get_Device_Interface_PropertyW(u"none", &own, &type, data, &size, 0),
                 CR_NO_SUCH_DEVICE_INTERFACE);
}

Test(win_steer, a_devices_parameters_are_what_the_inf_says)
{
    DWORD answer = 0, size = sizeof(answer);
    HKEY key;

    cr_assert_eq(CM_Open_DevNode_Key(instance(), KEY_READ, 0, RegDisposition_OpenExisting, &key,
                                     CM_REGISTRY_HARDWARE),
                 CR_SUCCESS);
    cr_assert_eq(RegQueryValueExW(key, u"Answer", NULL, NULL, (LPBYTE)&answer, &size), 0);
    cr_assert_eq(answer, 42);
    cr_assert_eq(RegCloseKey(key), 0);
    cr_assert_eq(CM_Open_DevNode_Key(instance(), KEY_READ, 0, RegDisposition_OpenExisting, &key,
                                     CM_REGISTRY_SOFTWARE),
                 CR_SUCCESS);
    cr_assert_eq(RegQueryValueExW(key, u"InfPath", NULL, NULL, NULL, NULL), 0);
    cr_assert_eq(RegCloseKey(key), 0);
}
