/* The defects of win_defects.def, each where a caller meets the configuration manager, or one file
 * of the notifications another. */
#include "conformance/host/deviant/win_deviant.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/notify/notify_private.h"

enum win_defect {
#define DEFECT(token, name, text, ...) WIN_DEFECT_##token,
#include "conformance/host/deviant/win_defects.def"
#undef DEFECT
    WIN_DEFECTS
};
static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/deviant/win_defects.def"
#undef DEFECT
};
static bool chosen[WIN_DEFECTS];

bool win_deviate(const char *name)
{
    bool found = false;

    for (int i = 0; i < WIN_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0)
            found = chosen[i] = true;
    }
    return found;
}

#define deviates(token) chosen[WIN_DEFECT_##token]
#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* ---- lists */
SEAM(CM_Get_Device_Interface_List_SizeW);
CONFIGRET __wrap_CM_Get_Device_Interface_List_SizeW(PULONG ret_size, LPGUID class_guid,
                                                    DEVINSTID_W instance_id, ULONG flags)
{
    const CONFIGRET result =
        __real_CM_Get_Device_Interface_List_SizeW(ret_size, class_guid, instance_id, flags);

    if (result == CR_SUCCESS && *ret_size > 1 && deviates(IN_BYTES))
        *ret_size *= (ULONG)sizeof(WCHAR);
    return result;
}

static CONFIGRET list_after(CONFIGRET result, LPGUID class_guid, PZZWSTR buffer, ULONG size,
                            ULONG flags)
{
    ULONG whole = 0;

    (void)__real_CM_Get_Device_Interface_List_SizeW(&whole, class_guid, NULL, flags & 1);
    if (deviates(NEEDS_MORE) && whole > 1 && size == whole)
        return CR_BUFFER_SMALL;
    if (deviates(CUT) && result == CR_BUFFER_SMALL)
        return CR_SUCCESS;
    if (result == CR_SUCCESS && !buffer[0] && deviates(EMPTY_FAILS))
        return CR_NO_SUCH_VALUE;
    if (result == CR_SUCCESS && whole > 1 && size > whole && deviates(UNENDED))
        buffer[whole - 1] = 'x';
    return result;
}

SEAM(CM_Get_Device_Interface_ListW);
CONFIGRET __wrap_CM_Get_Device_Interface_ListW(LPGUID class_guid, DEVINSTID_W instance_id,
                                               PZZWSTR buffer, ULONG size, ULONG flags)
{
    CONFIGRET result;

    if (deviates(GHOSTS))
        flags |= CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES;
    if (deviates(NO_GHOSTS))
        flags &= ~CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES;
    if (deviates(ANY_FLAG))
        flags &= CM_GET_DEVICE_INTERFACE_LIST_BITS;
    if (deviates(EMPTY_ID) && instance_id && !*instance_id)
        return CR_NO_SUCH_DEVNODE;
    result = __real_CM_Get_Device_Interface_ListW(class_guid, instance_id, buffer, size, flags);
    if (result == CR_SUCCESS && instance_id && deviates(FILTER_IGNORED))
        result = __real_CM_Get_Device_Interface_ListW(class_guid, NULL, buffer, size, flags);
    if (result == CR_NO_SUCH_DEVNODE && deviates(UNKNOWN_ID)) {
        buffer[0] = 0;
        return CR_SUCCESS;
    }
    return instance_id ? result : list_after(result, class_guid, buffer, size, flags);
}

/* ---- filters, and what callbacks are given */
static PCM_NOTIFY_CALLBACK inner;

static DWORD changed(HCMNOTIFICATION handle, PVOID context, CM_NOTIFY_ACTION action,
                     PCM_NOTIFY_EVENT_DATA data, DWORD size)
{
    WCHAR *link = data->u.DeviceInterface.SymbolicLink;

    if (deviates(WRONG_TYPE))
        data->FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE;
    if (deviates(WRONG_CLASS))
        memset(&data->u.DeviceInterface.ClassGuid, 0, sizeof(GUID));
    if (deviates(WRONG_LINK)) {
        while (link[1])
            link++;
        *link = 0;
    }
    return inner(handle, context, action, data,
                 deviates(SIZE_OF_STRUCT) ? (DWORD)sizeof(*data) : size);
}

SEAM(CM_Register_Notification);
CONFIGRET __wrap_CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback, PHCMNOTIFICATION ret_handle)
{
    CM_NOTIFY_FILTER own = *filter;
    const DWORD both =
        CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES | CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES;
    CONFIGRET result;

    if (deviates(ANY_SIZE))
        own.cbSize = sizeof(own);
    if (deviates(ANY_RESERVED))
        own.Reserved = 0;
    if (deviates(ANY_TYPE) && own.FilterType >= CM_NOTIFY_FILTER_TYPE_MAX)
        own.FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE;
    if (deviates(BOTH_FLAGS) && own.Flags == both)
        own.Flags = CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES;
    if ((deviates(ALL_OF_CLASS) && own.Flags == CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES) ||
        (deviates(ALL_OF_ID) && own.Flags == CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES))
        memset(&own.u, 0, sizeof(own.u));
    if (deviates(FLAGS_REFUSED) && own.Flags)
        return CR_INVALID_FLAG;
    if (deviates(WRONG_TYPE) || deviates(WRONG_CLASS) || deviates(WRONG_LINK) ||
        deviates(SIZE_OF_STRUCT)) {
        inner = callback;
        callback = changed;
    }
    result = __real_CM_Register_Notification(&own, context, callback, ret_handle);
    if (result != CR_SUCCESS && deviates(HANDLE_OF_NONE))
        memset(ret_handle, 0x55, sizeof(*ret_handle));
    return result;
}

/* ---- who hears of what, and when */
SEAM(notify_queue);
int __wrap_notify_queue(struct notify_registration *registration, const struct notify_event *event,
                        struct notify_answer *answer)
{
    static const struct {
        enum win_defect defect;
        enum notify_type type;
        enum notify_action action, also;
    } extras[] = {
        {WIN_DEFECT_ALSO_INTERFACES, NOTIFY_INTERFACE, NOTIFY_ARRIVAL, NOTIFY_STARTED},
        {WIN_DEFECT_ALSO_HANDLES, NOTIFY_HANDLE, NOTIFY_REMOVE_COMPLETE, NOTIFY_REMOVAL},
        {WIN_DEFECT_ALSO_INSTANCES, NOTIFY_INSTANCE, NOTIFY_STARTED, NOTIFY_ARRIVAL},
    };
    struct notify_event extra = *event;

    for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
        if (chosen[extras[i].defect] && registration->filter.type == extras[i].type &&
            event->action == extras[i].action) {
            extra.action = extras[i].also;
            (void)__real_notify_queue(registration, &extra, NULL);
        }
    }
    return __real_notify_queue(registration, event, answer);
}

SEAM(notify_register);
int __wrap_notify_register(struct notify *notify, const struct notify_filter *filter,
                           notify_call call, void *self,
                           struct notify_registration **ret_registration)
{
    const int error = __real_notify_register(notify, filter, call, self, ret_registration);
    const struct notify_event event = {.action = NOTIFY_ARRIVAL};

    if (!error && deviates(TELLS_EXISTING)) {
        world_lock(notify->world);
        (void)__real_notify_queue(*ret_registration, &event, NULL);
        world_unlock(notify->world);
        (void)notify_custom(notify, NULL, "", 0, NULL, 0);
    }
    return error;
}

static atomic_uint at_work; /* from when its thread is asked for */

SEAM(notify_work);
void __wrap_notify_work(void *self)
{
    __real_notify_work(self);
    at_work--;
}

SEAM(world_pool);
int __wrap_world_pool(struct world *world, const char *name, void (*run)(void *self), void *self)
{
    const bool works = run == __wrap_notify_work;
    int error;

    if (deviates(ONE_AT_A_TIME) && works && at_work)
        return -ENOMEM;
    at_work += works;
    error = __real_world_pool(world, name, run, self);
    if (error)
        at_work -= works;
    return error;
}

SEAM(notify_unregister);
static void unregister(void *self)
{
    struct notify_registration *registration = self;

    (void)__real_notify_unregister(registration->notify, registration);
}

int __wrap_notify_unregister(struct notify *notify, struct notify_registration *registration)
{
    if (deviates(STILL_TOLD) && !registration->runner)
        return -EBUSY; /* so that the handle stays, through which it hears */
    if (deviates(NOT_AWAITED) && registration->runner && registration->runner != world_self())
        return __real_world_pool(notify->world, "unregister", unregister, registration);
    return __real_notify_unregister(notify, registration);
}

/* ---- what is found */

static bool overlooks(const char *word)
{
    static const struct {
        enum win_defect defect;
        const char *word;
    } words[] = {
        {WIN_DEFECT_RESULT_UNSEEN, "callback-result"},
        {WIN_DEFECT_SLOW_UNSEEN, "slow-callback"},
        {WIN_DEFECT_SELF_UNSEEN, "self-unregister"},
        {WIN_DEFECT_CROSS_UNSEEN, "cross-unregister"},
        {WIN_DEFECT_CIRCLE_UNSEEN, "unregister-circle"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (chosen[words[i].defect] && strcmp(words[i].word, word) == 0)
            return true;
    }
    return false;
}

SEAM(world_found);
const struct world_finding *__wrap_world_found(struct world *world, const char *word)
{
    return overlooks(word) ? NULL : __real_world_found(world, word);
}
