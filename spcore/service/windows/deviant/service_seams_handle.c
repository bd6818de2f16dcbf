/* Defects of how devices are opened, registered for and closed: between the service and Windows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "spcore/service/windows/deviant/service_defect.h"

enum { WATCHES = 32, CLOSED_LATE = 8 };

/* ---- handles of devices */
static struct {
    HANDLE handle;
    char link[512];
} open_devices[WATCHES];
static bool has_opened;
static HANDLE late[CLOSED_LATE];

bool deviant_has_opened(void)
{
    return has_opened;
}

static int index_of(HANDLE handle)
{
    for (int i = 0; i < WATCHES; i++) {
        if (handle && open_devices[i].handle == handle)
            return i;
    }
    return -1;
}

bool deviant_is_open(HANDLE handle)
{
    return index_of(handle) >= 0;
}

static void narrow(const WCHAR *from, char to[512])
{
    int i = 0;

    for (; i < 511 && from[i]; i++)
        to[i] = (char)from[i];
    to[i] = '\0';
}

static void remember(HANDLE handle, const WCHAR *link)
{
    for (int i = 0; i < WATCHES; i++) {
        if (open_devices[i].handle)
            continue;
        open_devices[i].handle = handle;
        narrow(link, open_devices[i].link);
        return;
    }
}

static bool registers_again;

static DWORD CALLBACK hear_nothing(HCMNOTIFICATION notification, PVOID context,
                                   CM_NOTIFY_ACTION action, PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    (void)notification, (void)context, (void)action, (void)data, (void)size;
    return ERROR_SUCCESS;
}

SEAM(CM_Register_Notification);
SEAM(CM_Unregister_Notification);

static HCMNOTIFICATION register_deaf(HANDLE target)
{
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter),
                               .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE};
    HCMNOTIFICATION registration = NULL;

    filter.u.DeviceHandle.hTarget = target;
    (void)__real_CM_Register_Notification(&filter, NULL, hear_nothing, &registration);
    return registration;
}

SEAM(CreateFileW);
HANDLE __wrap_CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
                          DWORD disposition, DWORD flags, HANDLE template_file)
{
    char link[512];
    HANDLE handle;

    narrow(name, link);
    if (strcmp(link, DEVIANT_PHANTOM) == 0)
        return deviant_phantom();
    handle = __real_CreateFileW(name, access, share, attributes, disposition, flags, template_file);
    if (handle == INVALID_HANDLE_VALUE) {
        if (deviates(OPEN_FAILURE_ENDS))
            service_stop(deviant_service);
        if (deviates(INVALID_KEPT))
            service_arrived(deviant_service, DEVIANT_PHANTOM);
        return handle;
    }
    has_opened = true;
    remember(handle, name);
    if (registers_again)
        (void)register_deaf(handle);
    registers_again = false;
    return handle;
}

/* In the midst of a stop: all but the first stay open, or all until it is over. */
static bool keeps(HANDLE handle)
{
    static bool closed_one;
    int i = 0;

    if (deviant_state() != SERVICE_STOP_PENDING)
        return false;
    if (deviates(FIRST_ALONE) && closed_one)
        return true;
    closed_one = true;
    if (!deviates(STOPPED_EARLY))
        return false;
    while (i < CLOSED_LATE - 1 && late[i])
        i++;
    late[i] = handle;
    return true;
}

SEAM(CloseHandle);
void deviant_closed(HANDLE handle)
{
    (void)handle;
    for (int i = 0; i < CLOSED_LATE && late[i]; i++)
        (void)__real_CloseHandle(late[i]);
}

BOOL __wrap_CloseHandle(HANDLE object)
{
    const int at = index_of(object);
    char byte;
    DWORD count;

    if (at < 0)
        return __real_CloseHandle(object);
    while (deviates(WAITS_FOR_SUCCESS) && !ReadFile(object, &byte, 1, &count, NULL))
        Sleep(1000);
    if (keeps(object))
        return TRUE;
    if (!deviates(CLOSED_BY_INTERFACE))
        open_devices[at].handle = NULL;
    return __real_CloseHandle(object);
}

/* ---- registrations for them; a page each, so that one that is freed is seen to be */
static struct deviant_watch *watches[WATCHES];
static CM_NOTIFY_FILTER interface_filter; /* of a registration that is made late */
static PCM_NOTIFY_CALLBACK interface_callback;
static PVOID interface_context;
static PHCMNOTIFICATION interface_handle;

struct deviant_watch *deviant_watch_of(const char *link)
{
    struct deviant_watch *found = NULL;

    for (int i = 0; i < WATCHES && !deviates(CONTEXT_FREED); i++) {
        if (watches[i] && strcasecmp(watches[i]->link, link) == 0)
            found = watches[i];
    }
    return found;
}

static void open_again(const struct deviant_watch *watch)
{
    WCHAR link[512];
    size_t i = 0;

    for (; watch->link[i]; i++)
        link[i] = (WCHAR)watch->link[i];
    link[i] = 0;
    (void)__real_CreateFileW(link, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static bool is_removal(CM_NOTIFY_ACTION action)
{
    return action == CM_NOTIFY_ACTION_DEVICEREMOVEPENDING ||
           action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE;
}

/* Is it kept from the service? */
static bool swallows(struct deviant_watch *watch, CM_NOTIFY_ACTION action)
{
    const bool pending = action == CM_NOTIFY_ACTION_DEVICEREMOVEPENDING;
    const bool complete = action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE;

    return (pending && deviates(PENDING_IGNORED)) ||
           (complete && deviates(COMPLETE_IGNORED) && !watch->pending) ||
           (action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVE && watch->failed &&
            deviates(DEAF_AFTER_FAILURE));
}

static void note(struct deviant_watch *watch, CM_NOTIFY_ACTION action)
{
    if (action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVEFAILED && !watch->asked &&
        deviates(OPENED_AGAIN))
        open_again(watch);
    watch->early |= !watch->returned;
    watch->asked |= action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVE;
    watch->failed |= action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVEFAILED;
    watch->complete |= action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE;
    registers_again |=
        action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVEFAILED && deviates(REGISTERED_AGAIN);
}

static void after(struct deviant_watch *watch, CM_NOTIFY_ACTION action)
{
    watch->pending |= action == CM_NOTIFY_ACTION_DEVICEREMOVEPENDING;
    if (action == CM_NOTIFY_ACTION_DEVICEREMOVEPENDING && deviates(CLOSED_AGAIN))
        (void)__real_CloseHandle(watch->target);
    if (is_removal(action) && deviates(CONTEXT_FREED))
        (void)munmap(watch, sizeof(*watch));
}

static DWORD CALLBACK hear(HCMNOTIFICATION notification, PVOID context, CM_NOTIFY_ACTION action,
                           PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    struct deviant_watch *watch = context;
    const bool is_custom = action == CM_NOTIFY_ACTION_DEVICECUSTOMEVENT;
    DWORD result = ERROR_SUCCESS;

    note(watch, action);
    if (action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE && deviates(SELF_UNREGISTER)) {
        watch->taken = true;
        (void)__real_CM_Unregister_Notification(notification);
        return ERROR_SUCCESS; /* the service frees what nobody waits for any more */
    }
    if (is_custom && deviates(CUSTOM_IS_REMOVAL))
        action = CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE;
    if (!swallows(watch, action))
        result = watch->callback(notification, watch->context, action, data, size);
    after(watch, action);
    if (action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVE && deviates(ASKED_DENIED))
        return ERROR_ACCESS_DENIED;
    return is_custom && deviates(CUSTOM_FAILS) ? ERROR_INVALID_FUNCTION : result;
}

static struct deviant_watch *new_watch(HANDLE target)
{
    struct deviant_watch *watch =
        mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int at = index_of(target);
    int i = 0;

    if (watch == MAP_FAILED)
        abort();
    while (i < WATCHES - 1 && watches[i])
        i++;
    watches[i] = watch;
    watch->target = target;
    if (at >= 0)
        memcpy(watch->link, open_devices[at].link, sizeof(watch->link));
    return watch;
}

static CONFIGRET register_handle(const CM_NOTIFY_FILTER *filter, PVOID context,
                                 PCM_NOTIFY_CALLBACK callback, PHCMNOTIFICATION ret_handle)
{
    CM_NOTIFY_FILTER own = *filter;
    HANDLE target = own.u.DeviceHandle.hTarget;
    struct deviant_watch *watch = new_watch(target);
    DWORD count;
    CONFIGRET result;

    if (target == deviant_phantom() || deviates(NOT_REGISTERED)) {
        *ret_handle = (HCMNOTIFICATION)watch;
        return CR_SUCCESS;
    }
    if (deviates(ASKS_FIRST))
        (void)DeviceIoControl(target, 0, NULL, 0, NULL, 0, &count, NULL);
    watch->callback = callback;
    watch->context = context;
    result = __real_CM_Register_Notification(&own, watch, hear, &watch->registration);
    if (!deviates(CONTEXT_FREED))
        watch->returned = true;
    *ret_handle = watch->registration;
    if (deviates(REGISTERED_TWICE))
        watch->second = register_deaf(target);
    return result;
}

CONFIGRET __wrap_CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback, PHCMNOTIFICATION ret_handle)
{
    if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE)
        return register_handle(filter, context, callback, ret_handle);
    interface_handle = ret_handle;
    interface_filter = *filter;
    if (!deviates(LISTS_FIRST))
        return __real_CM_Register_Notification(filter, context, callback, ret_handle);
    interface_callback = callback;
    interface_context = context;
    return CR_SUCCESS;
}

SEAM(CM_Get_Device_Interface_List_SizeW);
CONFIGRET __wrap_CM_Get_Device_Interface_List_SizeW(PULONG ret_size, LPGUID class_guid,
                                                    DEVINSTID_W instance_id, ULONG flags)
{
    const CONFIGRET result =
        __real_CM_Get_Device_Interface_List_SizeW(ret_size, class_guid, instance_id, flags);

    if (interface_callback)
        (void)__real_CM_Register_Notification(&interface_filter, interface_context,
                                              interface_callback, interface_handle);
    interface_callback = NULL;
    return result;
}

/* The service's own way to the end of a registration. */
static CONFIGRET unregister_watch(struct deviant_watch *watch, HCMNOTIFICATION handle)
{
    if (!watch->registration || watch->taken)
        return CR_SUCCESS;
    if (watch->early && deviates(OWN_VARIABLE))
        handle = NULL;
    if (watch->second)
        (void)__real_CM_Unregister_Notification(watch->second);
    if (deviates(UNREGISTERED_TWICE))
        (void)__real_CM_Unregister_Notification(handle);
    return __real_CM_Unregister_Notification(handle);
}

/* One that stays, and is called with nothing that the service lets go of. */
static CONFIGRET leave_one(HCMNOTIFICATION handle)
{
    HCMNOTIFICATION left = NULL;
    CONFIGRET result = __real_CM_Unregister_Notification(handle);

    (void)__real_CM_Register_Notification(&interface_filter, NULL, hear_nothing, &left);
    return result;
}

CONFIGRET __wrap_CM_Unregister_Notification(HCMNOTIFICATION handle)
{
    if (interface_handle && *interface_handle == handle)
        return deviates(REGISTRATION_LEFT) ? leave_one(handle)
                                           : __real_CM_Unregister_Notification(handle);
    for (int i = 0; i < WATCHES && !deviates(CONTEXT_FREED); i++) {
        if (watches[i] && (watches[i]->registration == handle || (void *)watches[i] == handle))
            return unregister_watch(watches[i], handle);
    }
    return __real_CM_Unregister_Notification(handle);
}
