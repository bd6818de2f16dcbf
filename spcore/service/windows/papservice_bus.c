/* Players as the configuration manager tells of them: by the device interface of portable audio
 * players, and each that is open by its handle. */
#include <stdlib.h>

#include "spcore/service/windows/papservice.h"

/* {F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE} */
static GUID players = {
    0xf33fdc04, 0xd1ac, 0x4e8e, {0x9a, 0x30, 0x19, 0xbb, 0xd4, 0xb1, 0x08, 0xae}};

static DWORD error_of(CONFIGRET answer)
{
    return CM_MapCrToWin32Err(answer, ERROR_GEN_FAILURE);
}

/* ---- links: UTF-16 outside, UTF-8 inside. To free(); NULL: no memory. */
static char *narrow(const WCHAR *link)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, link, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;

    if (text)
        (void)WideCharToMultiByte(CP_UTF8, 0, link, -1, text, size, NULL, NULL);
    return text;
}

static WCHAR *widen(const char *link)
{
    int count = MultiByteToWideChar(CP_UTF8, 0, link, -1, NULL, 0);
    WCHAR *text = count > 0 ? malloc((size_t)count * sizeof(*text)) : NULL;

    if (text)
        (void)MultiByteToWideChar(CP_UTF8, 0, link, -1, text, count);
    return text;
}

/* ---- which there are */
/* False: no memory for it. */
static bool tell(struct service *service, const WCHAR *link,
                 void (*what)(struct service *service, const char *link))
{
    char *text = narrow(link);
    bool told = text != NULL;

    if (told)
        what(service, text);
    free(text);
    return told;
}

static DWORD CALLBACK on_interface(HCMNOTIFICATION notification, void *context,
                                   CM_NOTIFY_ACTION action, CM_NOTIFY_EVENT_DATA *data, DWORD size)
{
    struct service *service = context;
    bool told = true;

    (void)notification, (void)size;
    if (action == CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL)
        told = tell(service, data->u.DeviceInterface.SymbolicLink, service_arrived);
    else if (action == CM_NOTIFY_ACTION_DEVICEINTERFACEREMOVAL)
        told = tell(service, data->u.DeviceInterface.SymbolicLink, service_removed);
    if (!told) /* of one that has gone its handle tells, too */
        service_missed(service);
    return ERROR_SUCCESS;
}

static unsigned subscribe(void *self, struct service *service)
{
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter),
                               .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE};
    CONFIGRET answer;

    filter.u.DeviceInterface.ClassGuid = players;
    answer = CM_Register_Notification(&filter, service, on_interface,
                                      &((struct papservice *)self)->interfaces);
    return answer == CR_SUCCESS ? 0 : error_of(answer);
}

static void unsubscribe(void *self)
{
    (void)CM_Unregister_Notification(((struct papservice *)self)->interfaces);
}

/* Links one after another, with an empty one behind. What grows between the question for the size
 * and that for the list is asked for again. */
static CONFIGRET read_list(WCHAR **ret_links)
{
    CONFIGRET answer;

    do {
        WCHAR *links;
        ULONG count;

        answer = CM_Get_Device_Interface_List_SizeW(&count, &players, NULL,
                                                    CM_GET_DEVICE_INTERFACE_LIST_PRESENT);
        if (answer != CR_SUCCESS)
            return answer;
        links = calloc(count + 1, sizeof(*links));
        if (!links)
            return CR_OUT_OF_MEMORY;
        answer = CM_Get_Device_Interface_ListW(&players, NULL, links, count,
                                               CM_GET_DEVICE_INTERFACE_LIST_PRESENT);
        if (answer == CR_SUCCESS)
            *ret_links = links;
        else
            free(links);
    } while (answer == CR_BUFFER_SMALL);
    return answer;
}

static unsigned list(void *self, struct service *service)
{
    WCHAR *links = NULL;
    CONFIGRET answer = read_list(&links);

    (void)self;
    if (answer != CR_SUCCESS)
        return error_of(answer);
    for (const WCHAR *link = links; *link && answer == CR_SUCCESS;) {
        if (!tell(service, link, service_arrived))
            answer = CR_OUT_OF_MEMORY;
        while (*link++) {
        }
    }
    free(links);
    return answer == CR_SUCCESS ? 0 : error_of(answer);
}

/* ---- one of them */
static unsigned open_player(void *self, const char *link, void **ret_handle)
{
    WCHAR *path = widen(link);
    HANDLE handle = INVALID_HANDLE_VALUE;

    (void)self;
    if (path)
        handle = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                             NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    free(path);
    if (handle == INVALID_HANDLE_VALUE)
        return path ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY;
    *ret_handle = handle;
    return 0;
}

static void close_player(void *self, void *handle)
{
    (void)self;
    (void)CloseHandle(handle);
}

static DWORD CALLBACK on_handle(HCMNOTIFICATION notification, void *context,
                                CM_NOTIFY_ACTION action, CM_NOTIFY_EVENT_DATA *data, DWORD size)
{
    struct service_device *device = context;

    (void)notification, (void)data, (void)size;
    switch ((int)action) {
    case CM_NOTIFY_ACTION_DEVICEQUERYREMOVE:
        service_asked(device);
        break;
    case CM_NOTIFY_ACTION_DEVICEQUERYREMOVEFAILED:
        service_refused(device);
        break;
    case CM_NOTIFY_ACTION_DEVICEREMOVEPENDING:
    case CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE:
        service_gone(device);
        break;
    default: /* an event of somebody's own */
        break;
    }
    return ERROR_SUCCESS;
}

static unsigned watch_player(void *self, struct service_device *device, void *handle,
                             void **ret_watch)
{
    CM_NOTIFY_FILTER filter = {.cbSize = sizeof(filter),
                               .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE};
    HCMNOTIFICATION notification = NULL;
    CONFIGRET answer;

    (void)self;
    filter.u.DeviceHandle.hTarget = handle;
    answer = CM_Register_Notification(&filter, device, on_handle, &notification);
    if (answer != CR_SUCCESS)
        return error_of(answer);
    *ret_watch = notification;
    return 0;
}

static void unwatch_player(void *self, void *watch)
{
    (void)self;
    (void)CM_Unregister_Notification(watch);
}

const struct service_bus papservice_bus = {
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .list = list,
    .open = open_player,
    .close = close_player,
    .watch = watch_player,
    .unwatch = unwatch_player,
};
