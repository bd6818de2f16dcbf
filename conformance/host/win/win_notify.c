/* CM_Register_Notification and its end: a filter is checked, an event put into Windows' form. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_text.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"

struct HCMNOTIFICATION__ {
    struct HCMNOTIFICATION__ *next;
    struct notify_registration *registration;
    PCM_NOTIFY_CALLBACK callback;
    PVOID context;
    CM_NOTIFY_FILTER_TYPE type;
    const struct pnp_devnode *devnode; /* of a handle's */
};

/* Under the world's lock: those that live, and those that a callback of a circle still has. */
static HCMNOTIFICATION live, kept;

/* ---- what callbacks are given */
static void put_text(WCHAR *to, const char *text, size_t room)
{
    (void)win_utf16(text, to, room);
}

/* NULL: no memory. The data is as long as *ret_size says, and no longer. */
static PCM_NOTIFY_EVENT_DATA event_data(CM_NOTIFY_FILTER_TYPE type,
                                        const struct notify_event *event, size_t *ret_size)
{
    const size_t length = win_utf16(event->text, NULL, 0);
    size_t size = sizeof(CM_NOTIFY_EVENT_DATA);
    PCM_NOTIFY_EVENT_DATA data;

    if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE)
        size =
            offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInterface.SymbolicLink) + length * sizeof(WCHAR);
    else if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE)
        size = offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInstance.InstanceId) + length * sizeof(WCHAR);
    else
        size += event->size;
    data = calloc(1, size);
    if (!data)
        return NULL;
    *ret_size = size;
    data->FilterType = type;
    if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE) {
        (void)com_guid_parse(event->class_guid, &data->u.DeviceInterface.ClassGuid);
        put_text(data->u.DeviceInterface.SymbolicLink, event->text, length);
        for (size_t i = 0; win_host()->shouts && i < length; i++)
            data->u.DeviceInterface.SymbolicLink[i] =
                (WCHAR)toupper(data->u.DeviceInterface.SymbolicLink[i]);
    } else if (type == CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE) {
        put_text(data->u.DeviceInstance.InstanceId, event->text, length);
    } else if (event->action == NOTIFY_CUSTOM) {
        (void)com_guid_parse(event->class_guid, &data->u.DeviceHandle.EventGuid);
        data->u.DeviceHandle.NameOffset = event->name_offset;
        data->u.DeviceHandle.DataSize = (DWORD)event->size;
        if (event->size)
            memcpy(data->u.DeviceHandle.Data, event->data, event->size);
    }
    return data;
}

static uint32_t call(void *self, struct notify_registration *registration,
                     const struct notify_event *event)
{
    HCMNOTIFICATION handle = self;
    size_t size = 0;
    PCM_NOTIFY_EVENT_DATA data = event_data(handle->type, event, &size);
    uint32_t result = NOTIFY_OK;

    (void)registration;
    if (data)
        result = handle->callback(handle, handle->context, (CM_NOTIFY_ACTION)event->action, data,
                                  (DWORD)size);
    free(data);
    return result;
}

/* ---- filters */
static bool is_zero(const void *data, size_t size)
{
    const uint8_t *bytes = data;

    while (size > 0 && bytes[size - 1] == 0)
        size--;
    return size == 0;
}

static CONFIGRET check_filter(const CM_NOTIFY_FILTER *filter)
{
    const bool all_classes = filter->Flags & CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES;
    const bool all_instances = filter->Flags & CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES;

    if (filter->cbSize != sizeof(*filter) || filter->Reserved ||
        filter->FilterType >= CM_NOTIFY_FILTER_TYPE_MAX)
        return CR_INVALID_DATA;
    if (filter->Flags &
        ~(CM_NOTIFY_FILTER_FLAG_ALL_INTERFACE_CLASSES | CM_NOTIFY_FILTER_FLAG_ALL_DEVICE_INSTANCES))
        return CR_INVALID_FLAG;
    if (all_classes &&
        (all_instances || filter->FilterType != CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE ||
         !is_zero(&filter->u.DeviceInterface.ClassGuid, sizeof(GUID))))
        return CR_INVALID_DATA;
    if (all_instances && (filter->FilterType != CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE ||
                          filter->u.DeviceInstance.InstanceId[0]))
        return CR_INVALID_DATA;
    return CR_SUCCESS;
}

static CONFIGRET translate(const CM_NOTIFY_FILTER *filter, struct notify_filter *ret_filter)
{
    char *text;

    *ret_filter = (struct notify_filter){.type = (enum notify_type)filter->FilterType,
                                         .all = filter->Flags != 0};
    if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE) {
        com_guid_format(&filter->u.DeviceInterface.ClassGuid, ret_filter->class_guid);
    } else if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE) {
        struct win_object *file =
            win_object_of(filter->u.DeviceHandle.hTarget, WIN_FILE, "CM_Register_Notification");

        if (!file)
            return CR_INVALID_DATA;
        ret_filter->devnode = pnp_handle_devnode(file->file);
        win_object_unref(file);
    } else if (paphost_wcsnlen(filter->u.DeviceInstance.InstanceId, MAX_DEVICE_ID_LEN) <
               MAX_DEVICE_ID_LEN) {
        text = win_utf8(filter->u.DeviceInstance.InstanceId);
        if (!text)
            return CR_OUT_OF_MEMORY;
        strncpy(ret_filter->instance_id, text, PNP_ID_MAX);
        free(text);
    } else {
        return CR_INVALID_DATA;
    }
    return CR_SUCCESS;
}

/* Takes it out of those that live; false: it is none. */
static bool delist(HCMNOTIFICATION handle)
{
    HCMNOTIFICATION *at = &live;
    bool found;

    world_lock(win_world());
    while (*at && *at != handle)
        at = &(*at)->next;
    found = *at != NULL;
    if (found)
        *at = handle->next;
    world_unlock(win_world());
    return found;
}

static void keep(HCMNOTIFICATION handle)
{
    world_lock(win_world());
    handle->next = kept;
    kept = handle;
    world_unlock(win_world());
}

static CONFIGRET enlist(const struct notify_filter *own, HCMNOTIFICATION handle,
                        PHCMNOTIFICATION ret_handle)
{
    struct win_host *host = win_host();

    handle->devnode = own->devnode;
    *ret_handle = handle;
    world_lock(host->world);
    handle->next = live;
    live = handle;
    world_unlock(host->world);
    if (notify_register(host->notify, own, call, handle, &handle->registration)) {
        (void)delist(handle);
        *ret_handle = NULL;
        return CR_OUT_OF_MEMORY;
    }
    return CR_SUCCESS;
}

static void trace_registration(const CM_NOTIFY_FILTER *filter)
{
    char of[COM_GUID_TEXT] = "";

    if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE)
        com_guid_format(&filter->u.DeviceInterface.ClassGuid, of);
    else if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE)
        snprintf(of, sizeof(of), "0x%zx", (size_t)filter->u.DeviceHandle.hTarget);
    world_trace(win_world(), "CM_Register_Notification(type %u, %s)", filter->FilterType, of);
}

CONFIGRET WINAPI CM_Register_Notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                          PCM_NOTIFY_CALLBACK callback, PHCMNOTIFICATION ret_handle)
{
    struct notify_filter own;
    HCMNOTIFICATION handle;
    CONFIGRET result;

    if (!filter || !callback || !ret_handle)
        return CR_INVALID_POINTER;
    trace_registration(filter);
    result = check_filter(filter);
    if (result != CR_SUCCESS)
        return result;
    if (filter->FilterType == CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE)
        world_reach(win_world(), WORLD_OPENED, "");
    result = translate(filter, &own);
    if (result != CR_SUCCESS)
        return result;
    handle = calloc(1, sizeof(*handle));
    if (!handle)
        return CR_OUT_OF_MEMORY;
    handle->callback = callback;
    handle->context = context;
    handle->type = filter->FilterType;
    result = enlist(&own, handle, ret_handle);
    if (result != CR_SUCCESS) {
        free(handle);
        return result;
    }
    world_reach(win_world(), WORLD_REGISTERED, own.devnode ? own.devnode->instance_id : "");
    return result;
}

/* Its device; NULL: it is no handle's, or none that lives. */
static const struct pnp_devnode *device_of(HCMNOTIFICATION handle)
{
    const struct pnp_devnode *devnode = NULL;

    world_lock(win_world());
    for (HCMNOTIFICATION one = live; one; one = one->next) {
        if (one == handle)
            devnode = one->devnode;
    }
    world_unlock(win_world());
    return devnode;
}

CONFIGRET WINAPI CM_Unregister_Notification(HCMNOTIFICATION handle)
{
    const struct pnp_devnode *devnode = device_of(handle);

    world_trace(win_world(), "CM_Unregister_Notification");
    if (devnode)
        world_reach(win_world(), WORLD_UNREGISTER, devnode->instance_id);
    if (!delist(handle)) {
        world_find(win_world(), WORLD_FAULT, "bad-registration",
                   "CM_Unregister_Notification was given what is no registration, or no more");
        return CR_INVALID_DATA;
    }
    if (notify_unregister(win_host()->notify, handle->registration)) {
        keep(handle);
        return CR_FAILURE;
    }
    free(handle);
    return CR_SUCCESS;
}

DWORD WINAPI CM_MapCrToWin32Err(CONFIGRET code, DWORD default_error)
{
    static const struct {
        CONFIGRET code;
        DWORD error;
    } codes[] = {
        {CR_SUCCESS, ERROR_SUCCESS},
        {CR_OUT_OF_MEMORY, ERROR_NOT_ENOUGH_MEMORY},
        {CR_INVALID_POINTER, ERROR_INVALID_PARAMETER},
        {CR_INVALID_FLAG, ERROR_INVALID_FLAGS},
        {CR_BUFFER_SMALL, ERROR_INSUFFICIENT_BUFFER},
        {CR_NO_SUCH_VALUE, ERROR_NOT_FOUND},
        {CR_NO_SUCH_REGISTRY_KEY, ERROR_FILE_NOT_FOUND},
        {CR_INVALID_DATA, ERROR_INVALID_DATA},
        {CR_ACCESS_DENIED, ERROR_ACCESS_DENIED},
        {CR_CALL_NOT_IMPLEMENTED, ERROR_CALL_NOT_IMPLEMENTED},
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code)
            return codes[i].error;
    }
    return default_error;
}
