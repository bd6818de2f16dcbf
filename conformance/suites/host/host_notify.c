/* Our own model of the configuration manager: lists of interfaces, and notifications of what comes
 * and goes (rows SVC-LST and SVC-CMN whose subject is the host), by Windows' own functions. Time is
 * virtual: nothing here sleeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/conf.h"
#include "conformance/host/deviant/win_deviant.h"
#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/include/winbase.h"
#include "conformance/host/win/win_host.h"
#include "spcore/base.h"

static GUID pap = {0xf33fdc04, 0xd1ac, 0x4e8e, {0x9a, 0x30, 0x19, 0xbb, 0xd4, 0xb1, 0x08, 0xae}};
static GUID other = {0x573e8c73, 0x0cb4, 0x4471, {1, 2, 3, 4, 5, 6, 7, 8}};

static const char inf[] =
    "[Version]\nSignature=\"$Windows NT$\"\nClass=X\nCatalogFile=c\n"
    "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
    "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=M,NTamd64\n[M.NTamd64]\n"
    "D=I,USB\\VID_1209&PID_5041\n[I]\n[I.Interfaces]\nAddInterface=" PNP_PAP_CLASS
    "\n[I.Services]\nAddService=d,2,S\n[S]\nServiceType=1\nStartType=3\n"
    "ErrorControl=1\nServiceBinary=%13%\\p.sys\n";

/* ---- the host of a case: two devices can be plugged */
struct here {
    struct conf *c;
    struct win_host host;
    struct pnp_devnode *devnodes[2];
};

static void here_leave(struct here *it)
{
    (void)world_quiesce(it->host.world);
    win_bind(NULL);
    notify_free(it->host.notify);
    pnp_machine_free(it->host.machine);
    (void)world_free(it->host.world);
}
#define HERE __attribute__((cleanup(here_leave))) struct here

static struct here here_new(struct conf *c)
{
    struct here it = {.c = c};
    char error[512] = "";

    it.host.world = world_new();
    it.host.machine = pnp_machine_new(NULL);
    it.host.notify = notify_new(it.host.world, it.host.machine);
    if (*conf_host_defect(c) && !win_deviate(conf_host_defect(c)))
        conf_setup_failed(c, "%s is no defect of the host", conf_host_defect(c));
    if (pnp_stage(it.host.machine, "d.inf", inf, strlen(inf), error, sizeof(error)))
        conf_setup_failed(c, "%s", error);
    return it;
}

static void begin(struct here *it)
{
    win_bind(&it->host);
}

static int open_device(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    static const struct pnp_io io = {0};

    (void)link;
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

static const struct pnp_port port = {.open = open_device};

static void plug(struct here *it, unsigned which)
{
    const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041",
                                    .instance = which ? "SECOND" : "1",
                                    .hardware = {"USB\\VID_1209&PID_5041"}};

    if (pnp_attach_given(it->host.machine, which + 1, &given, &port, &it->devnodes[which]))
        conf_setup_failed(it->c, "the device cannot be plugged");
    (void)world_quiesce(it->host.world);
}

static void pull(struct here *it, unsigned which)
{
    pnp_detach(it->host.machine, it->devnodes[which]);
    (void)world_quiesce(it->host.world);
}

/* The list, and how many links are in it; 99: it does not end as it should. */
static CONFIGRET list(WCHAR *id, ULONG flags, WCHAR buffer[512], unsigned *ret_count)
{
    CONFIGRET result;
    size_t at = 0;

    memset(buffer, 0x55, 512 * sizeof(*buffer));
    *ret_count = 0;
    result = CM_Get_Device_Interface_ListW(&pap, id, buffer, 511, flags);
    if (result != CR_SUCCESS)
        return result;
    while (at < 511 && buffer[at] && buffer[at] != 0x5555) {
        while (at < 511 && buffer[at])
            at++;
        at++;
        ++*ret_count;
    }
    if (at >= 511 || buffer[at])
        *ret_count = 99;
    return result;
}

CONF_CASE(HOST_LIST_BV_01, .title = "Lists of device interfaces", .level = CONF_MUST,
          .reqs = REQS("SVC-LST-001", "SVC-LST-002", "SVC-LST-003", "SVC-LST-004"), .ics = "ANY",
          .needs = CONF_HOST, .steps = "None, one and two devices; sizes, flags, device ids")
{
    static WCHAR none[] = u"", first[] = u"USB\\VID_1209&PID_5041\\1", bogus[] = u"USB\\X\\1";
    HERE it = here_new(c);
    WCHAR buffer[512];
    unsigned count;
    ULONG size = 0, whole = 1;

    begin(&it);
    ROW("SVC-LST-001.empty") {
        CHECK_EQ(CM_Get_Device_Interface_List_SizeW(&size, &pap, NULL, 0), CR_SUCCESS);
        CHECK_EQ(size, 1);
        CHECK_EQ(list(NULL, 0, buffer, &count), CR_SUCCESS);
        CHECK_EQ(buffer[0], 0);
    }
    plug(&it, 0);
    plug(&it, 1);
    for (unsigned i = 0; i < 2; i++)
        whole += (ULONG)strlen(it.devnodes[i]->interfaces->link) + 1;
    ROW("SVC-LST-001.ended") {
        CHECK_EQ(list(NULL, 0, buffer, &count), CR_SUCCESS);
        CHECK_EQ(count, 2);
    }
    ROW("SVC-LST-002.characters") {
        CHECK_EQ(CM_Get_Device_Interface_List_SizeW(&size, &pap, NULL, 0), CR_SUCCESS);
        CHECK_EQ(size, whole);
    }
    ROW("SVC-LST-002.exact")
        CHECK_EQ(CM_Get_Device_Interface_ListW(&pap, NULL, buffer, whole, 0), CR_SUCCESS);
    ROW("SVC-LST-002.small")
        CHECK_EQ(CM_Get_Device_Interface_ListW(&pap, NULL, buffer, whole - 1, 0), CR_BUFFER_SMALL);
    ROW("SVC-LST-004.device") {
        CHECK_EQ(list(first, 0, buffer, &count), CR_SUCCESS);
        CHECK_EQ(count, 1);
    }
    ROW("SVC-LST-004.any") {
        CHECK_EQ(list(none, 0, buffer, &count), CR_SUCCESS);
        CHECK_EQ(count, 2);
    }
    ROW("SVC-LST-004.unknown")
        CHECK(list(bogus, 0, buffer, &count) != CR_SUCCESS);
    pull(&it, 0);
    pull(&it, 1);
    ROW("SVC-LST-003.present") {
        CHECK_EQ(list(NULL, 0, buffer, &count), CR_SUCCESS);
        CHECK_EQ(count, 0);
    }
    ROW("SVC-LST-003.all") {
        CHECK_EQ(list(NULL, CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES, buffer, &count), CR_SUCCESS);
        CHECK_EQ(count, 2);
    }
    ROW("SVC-LST-003.flag")
        CHECK_EQ(list(NULL, 2, buffer, &count), CR_INVALID_FLAG);
}

/* ---- registrations */
struct heard {
    struct here *here;
    char actions[64];                   /* a digit each */
    DWORD result, ms;                   /* what the callback returns, after how long */
    HCMNOTIFICATION handle, unregister; /* the second is unregistered in the callback */
    CM_NOTIFY_FILTER_TYPE type;
    DWORD reserved, size;
    GUID class_guid;
    char link[256];
    bool returned;
};

static DWORD hear(HCMNOTIFICATION handle, PVOID context, CM_NOTIFY_ACTION action,
                  PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    struct heard *heard = context;
    const size_t length = strlen(heard->actions);

    (void)handle;
    if (length + 1 < sizeof(heard->actions))
        heard->actions[length] = (char)('0' + action);
    heard->type = data->FilterType;
    heard->reserved = data->Reserved;
    heard->size = size;
    heard->class_guid = data->u.DeviceInterface.ClassGuid;
    for (size_t i = 0; i < 255 && action == CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL &&
                       data->u.DeviceInterface.SymbolicLink[i];
         i++)
        heard->link[i] = (char)data->u.DeviceInterface.SymbolicLink[i];
    if (heard->ms)
        Sleep(heard->ms);
    if (heard->unregister)
        (void)CM_Unregister_Notification(heard->unregister);
    heard->returned = true;
    return heard->result;
}

static CM_NOTIFY_FILTER filter_of(CM_NOTIFY_FILTER_TYPE type)
{
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter), .FilterType = type};

    if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE)
        filter.u.DeviceInterface.ClassGuid = pap;
    if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE)
        filter.Flags = CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES;
    return filter;
}

static CONFIGRET enlist(CM_NOTIFY_FILTER filter, struct heard *heard)
{
    return CM_Register_Notification(&filter, heard, hear, &heard->handle);
}

static void hears(struct here *it, struct heard *heard, CM_NOTIFY_FILTER_TYPE type)
{
    if (enlist(filter_of(type), heard) != CR_SUCCESS)
        conf_setup_failed(it->c, "the registration was refused");
}

CONF_CASE(HOST_NOTE_BV_01, .title = "Filters of notifications are checked", .level = CONF_MUST,
          .reqs = REQS("SVC-CMN-001", "SVC-CMN-002"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Filters with one member wrong; the flags, alone, together and with others")
{
    HERE it = here_new(c);
    CM_NOTIFY_FILTER good = filter_of(CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE), bad = good;
    struct heard heard = {.here = &it};

    begin(&it);
    bad.cbSize--;
    ROW("SVC-CMN-001.size")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
    bad = good;
    bad.Reserved = 1;
    ROW("SVC-CMN-001.reserved")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
    bad = good;
    bad.FilterType = CM_NOTIFY_FILTER_TYPE_MAX;
    ROW("SVC-CMN-001.type")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
    bad.Flags = 4;
    heard.handle = NULL;
    (void)enlist(bad, &heard);
    ROW("SVC-CMN-001.handle")
        CHECK(heard.handle == NULL);
    bad = good;
    bad.Flags = CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES;
    ROW("SVC-CMN-002.class")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
    bad.u.DeviceInterface.ClassGuid = (GUID){0};
    ROW("SVC-CMN-002.good")
        CHECK_EQ(enlist(bad, &heard), CR_SUCCESS);
    bad.Flags |= CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES;
    ROW("SVC-CMN-002.both")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
    bad = filter_of(CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE);
    ROW("SVC-CMN-002.good")
        CHECK_EQ(enlist(bad, &heard), CR_SUCCESS);
    bad.u.DeviceInstance.InstanceId[0] = 'U';
    ROW("SVC-CMN-002.id")
        CHECK(enlist(bad, &heard) != CR_SUCCESS);
}

CONF_CASE(HOST_NOTE_BV_02, .title = "Who hears of what", .level = CONF_MUST,
          .reqs = REQS("SVC-CMN-003", "SVC-CMN-004", "SVC-CMN-005"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "A registration of each type; a second device comes, the first one goes")
{
    HERE it = here_new(c);
    struct heard interface = {.here = &it}, handle = {.here = &it}, instance = {.here = &it};
    CM_NOTIFY_FILTER filter = filter_of(CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE);
    WCHAR buffer[512];
    unsigned count;

    begin(&it);
    plug(&it, 0);
    hears(&it, &interface, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    (void)world_advance(it.host.world, 5000);
    ROW("SVC-CMN-004")
        CHECK(conf_same_text(c, interface.actions, ""));
    hears(&it, &instance, CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE);
    (void)list(NULL, 0, buffer, &count);
    filter.u.DeviceHandle.hTarget =
        CreateFileW(buffer, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (enlist(filter, &handle) != CR_SUCCESS)
        conf_setup_failed(c, "the registration for a handle was refused");
    interface.actions[0] = '\0';
    plug(&it, 1);
    ROW("SVC-CMN-005.type") {
        CHECK_EQ(interface.type, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
        CHECK_EQ(interface.reserved, 0);
    }
    ROW("SVC-CMN-005.class")
        CHECK(memcmp(&interface.class_guid, &pap, sizeof(pap)) == 0);
    ROW("SVC-CMN-005.link")
        CHECK(conf_same_text(c, interface.link, it.devnodes[1]->interfaces->link));
    ROW("SVC-CMN-005.size")
        CHECK_EQ(interface.size, offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInterface.SymbolicLink) +
                                     2 * (strlen(it.devnodes[1]->interfaces->link) + 1));
    pull(&it, 0);
    ROW("SVC-CMN-003.interface")
        CHECK(conf_same_text(c, interface.actions, "01"));
    ROW("SVC-CMN-003.handle")
        CHECK(strcmp(handle.actions, "5") == 0 || strcmp(handle.actions, "45") == 0);
    ROW("SVC-CMN-003.instance")
        CHECK(conf_same_text(c, instance.actions, "789"));
    (void)CloseHandle(filter.u.DeviceHandle.hTarget);
}

CONF_CASE(HOST_NOTE_BV_03, .title = "What callbacks may do", .level = CONF_MUST,
          .reqs = REQS("SVC-CMN-007", "SVC-CMN-008"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "One returns an error, one takes five seconds; others hear meanwhile")
{
    HERE it = here_new(c);
    struct heard slow = {.here = &it, .ms = 5000, .result = 5}, quick = {.here = &it};

    begin(&it);
    hears(&it, &slow, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    hears(&it, &quick, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    plug(&it, 0);
    ROW("SVC-CMN-008.others")
        CHECK(conf_same_text(c, quick.actions, "0"));
    (void)world_advance(it.host.world, 4000);
    ROW("SVC-CMN-008.found") {
        CHECK(!slow.returned);
        CHECK(world_found(it.host.world, "slow-callback") != NULL);
    }
    (void)world_advance(it.host.world, 4000);
    ROW("SVC-CMN-007.found")
        CHECK(world_found(it.host.world, "callback-result") != NULL);
}

CONF_CASE(HOST_NOTE_BV_04, .title = "Unregistering waits, and ends it", .level = CONF_MUST,
          .reqs = REQS("SVC-CMN-009"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "CM_Unregister_Notification while a callback runs; then another device")
{
    HERE it = here_new(c);
    struct heard slow = {.here = &it, .ms = 500}, gone = {.here = &it};
    bool returned;

    begin(&it);
    hears(&it, &slow, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    hears(&it, &gone, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    plug(&it, 0);
    (void)CM_Unregister_Notification(slow.handle);
    returned = slow.returned;
    (void)CM_Unregister_Notification(gone.handle);
    (void)world_advance(it.host.world, 1000);
    gone.actions[0] = '\0';
    plug(&it, 1);
    ROW("SVC-CMN-009.waits")
        CHECK(returned);
    ROW("SVC-CMN-009.none")
        CHECK(conf_same_text(c, gone.actions, ""));
}

CONF_CASE(
    HOST_NOTE_BV_05, .title = "Unregistering in callbacks is met, not hung", .level = CONF_MUST,
    .reqs = REQS("SVC-CMN-010", "SVC-CMN-011"), .ics = "ANY", .needs = CONF_HOST,
    .steps = "A callback that unregisters itself, one that does another, two that do each other")
{
    HERE it = here_new(c);
    struct heard own = {.here = &it}, crossing = {.here = &it}, idle = {.here = &it};
    struct heard pair[2] = {{.here = &it, .ms = 100}, {.here = &it, .ms = 200}};
    CM_NOTIFY_FILTER elsewhere = filter_of(CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);

    begin(&it);
    elsewhere.u.DeviceInterface.ClassGuid = other;
    hears(&it, &own, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    own.unregister = own.handle;
    plug(&it, 0);
    ROW("SVC-CMN-010") {
        CHECK(own.returned);
        CHECK(world_found(it.host.world, "self-unregister") != NULL);
    }
    if (enlist(elsewhere, &idle) != CR_SUCCESS)
        conf_setup_failed(c, "the registration was refused");
    hears(&it, &crossing, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    crossing.unregister = idle.handle;
    pull(&it, 0);
    crossing.unregister = NULL;
    ROW("SVC-CMN-011.risk")
        CHECK(world_found(it.host.world, "cross-unregister") != NULL);
    for (unsigned i = 0; i < 2; i++)
        hears(&it, &pair[i], CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE);
    for (unsigned i = 0; i < 2; i++)
        pair[i].unregister = pair[1 - i].handle;
    plug(&it, 1);
    (void)world_advance(it.host.world, 1000);
    ROW("SVC-CMN-011.circle") {
        CHECK(pair[0].returned && pair[1].returned);
        CHECK(world_found(it.host.world, "unregister-circle") != NULL);
    }
}
