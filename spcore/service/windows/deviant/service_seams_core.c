/* Defects of what the service does with what it is told. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spcore/service/service_table.h"
#include "spcore/service/windows/deviant/service_defect.h"

enum { SETTLE_MS = 30000 };
#define FOR_EVER_MS 4000000000

static DWORD WINAPI sleep_on(LPVOID context)
{
    (void)context;
    Sleep(INFINITE);
    return 0;
}

SEAM(service_new);
struct service *__wrap_service_new(const struct service_shell *shell)
{
    struct service_shell own = *shell;

    if (deviates(NEVER_ENDS) || deviates(WAITS_FOR_REMOVAL))
        own.settle_ms = FOR_EVER_MS;
    if (deviates(SETTLES_DEAF) || deviates(REPLUG_MISSED))
        own.settle_ms = SETTLE_MS;
    if (deviates(THREAD_LEFT))
        (void)CloseHandle(CreateThread(NULL, 0, sleep_on, NULL, 0, NULL));
    deviant_service = __real_service_new(&own);
    return deviant_service;
}

static bool settles(const struct service *service)
{
    return deviant_has_opened() && !service->devices;
}

SEAM(service_stop);
void __wrap_service_stop(struct service *service)
{
    deviant_told_stop();
    if (deviates(SETTLES_DEAF) && settles(service))
        return;
    __real_service_stop(service);
    if (deviates(HANDLER_WAITS))
        deviant_await_stopped();
}

/* ---- arrivals */
enum { LINKS = 8 };
static char *told[LINKS]; /* once, or missed */
static bool listed;

static bool is_told(const char *link)
{
    for (int i = 0; i < LINKS && told[i]; i++) {
        if (strcasecmp(told[i], link) == 0)
            return true;
    }
    return false;
}

static void remember(const char *link)
{
    for (int i = 0; i < LINKS; i++) {
        if (!told[i]) {
            told[i] = strdup(link);
            return;
        }
    }
}

SEAM(service_arrived);
void __wrap_service_arrived(struct service *service, const char *link)
{
    const bool again = is_told(link);

    if (deviates(GAP_MISSED)) {
        if (!listed)
            remember(link);
        if (!listed || again)
            return;
    }
    if (deviates(REPLUG_MISSED) && settles(service))
        return;
    if (deviates(WAITS_FOR_REMOVAL))
        service->shell.settle_ms = 0;
    if (deviates(COUNTED_TWICE)) {
        if (again)
            __real_service_arrived(service, DEVIANT_PHANTOM);
        remember(link);
    }
    __real_service_arrived(service, link);
}

SEAM(CM_Get_Device_Interface_ListW);
CONFIGRET __wrap_CM_Get_Device_Interface_ListW(LPGUID class_guid, DEVINSTID_W instance_id,
                                               PZZWSTR buffer, ULONG size, ULONG flags)
{
    CONFIGRET result =
        __real_CM_Get_Device_Interface_ListW(class_guid, instance_id, buffer, size, flags);

    if (result == CR_BUFFER_SMALL && deviates(LIST_GIVES_UP))
        result = CR_FAILURE;
    if (result == CR_BUFFER_SMALL && deviates(LIST_ONCE)) {
        memset(buffer, 0, size * sizeof(*buffer));
        result = CR_SUCCESS;
    }
    listed = true;
    return result;
}

/* How a device is found by its link. */
SEAM(strcasecmp);
int __wrap_strcasecmp(const char *a, const char *b)
{
    if (deviates(TRACKED_TWICE))
        return 1;
    return deviates(LINK_CASE) ? strcmp(a, b) : __real_strcasecmp(a, b);
}

/* ---- removals */
/* What the published sample does whose event is made too late. */
static void set_no_event(void)
{
    (void)SetEvent(NULL);
}

static bool starts(void)
{
    return deviant_state() == SERVICE_START_PENDING;
}

/* The interface's removal with the handle's registration; false: it is to be passed over. */
static bool remove_watched(struct deviant_watch *watch)
{
    if (deviates(CLOSED_BY_INTERFACE) && deviant_is_open(watch->target))
        (void)CloseHandle(watch->target);
    if (deviates(UNREGISTERED_BY_INTERFACE) && watch->complete)
        (void)CM_Unregister_Notification(watch->registration);
    if (deviates(CROSS_UNREGISTER)) {
        (void)CM_Unregister_Notification(watch->registration);
        watch->taken = true;
    }
    return !(deviates(INTERFACE_IGNORED) && deviant_is_open(watch->target));
}

SEAM(service_removed);
void __wrap_service_removed(struct service *service, const char *link)
{
    struct deviant_watch *watch = deviant_watch_of(link);

    deviant_told_removal();
    if (starts() && (deviates(LATE_EVENT) || deviates(EARLY_EVENT)))
        set_no_event();
    if ((starts() && deviates(LATE_EVENT)) || (watch && !remove_watched(watch)))
        return;
    __real_service_removed(service, link);
    if (deviates(ANY_REMOVAL))
        __real_service_stop(service);
}

SEAM(service_gone);
void __wrap_service_gone(struct service_device *device)
{
    if (starts() && deviates(LATE_EVENT))
        return;
    __real_service_gone(device);
}

/* ---- somebody asks */
SEAM(service_asked);
void __wrap_service_asked(struct service_device *device)
{
    if (!deviates(CLOSED_LATER))
        __real_service_asked(device);
}

SEAM(service_refused);
void __wrap_service_refused(struct service_device *device)
{
    if (!deviates(NOT_REOPENED))
        __real_service_refused(device);
}
