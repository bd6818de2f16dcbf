/* Opened devices: claims, settings, halts, reset. All handles of a device share its import, and
 * each has claims of its own, as with Linux's usbfs. What the kernel does for a device it has
 * configured is done here: the first configuration is selected at import. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

#define CONTROL_MS 5000u
#define BUSY_TRIES 50

/* ---- requests that libusb promises to be done when it returns */

/* From a call-back that pumping this very import has called, the answer cannot be waited for. */
struct unheard {
    struct usbip_urb urb;
};

static void free_unheard(struct usbip_urb *urb)
{
    free(urb->context);
}

static int request_unheard(struct usbip_client *client, const struct usbip_urb *urb)
{
    struct unheard *unheard = malloc(sizeof(*unheard));
    int error;

    if (!unheard)
        return LIBUSB_ERROR_NO_MEM;
    unheard->urb = *urb;
    unheard->urb.complete = free_unheard;
    unheard->urb.context = unheard;
    error = usbip_submit(client, &unheard->urb);
    if (error)
        free(unheard);
    return lusb_error(error);
}

static int request_on(struct usbip_client *client, struct usbip_urb *urb)
{
    int error = usbip_submit(client, urb);

    if (error)
        return lusb_error(error);
    error = usbip_wait(client, urb, CONTROL_MS, usbip_ticket(client));
    if (error)
        usbip_settle(client, urb);
    return error ? lusb_error(error) : lusb_error(urb->status);
}

/* Other threads' event handling is kept off meanwhile: waiting pumps, and pumping calls back. */
int lusb_request(libusb_device_handle *handle, struct usbip_urb *urb)
{
    libusb_context *context = handle->device->context;
    const struct lusb_import *import = handle->import;
    struct lusb_turn turn;
    int error;

    if (lusb_gone(import))
        return LIBUSB_ERROR_NO_DEVICE;
    if (lusb_handling(context)) {
        if (context->pumped != import->client)
            return request_on(import->client, urb);
        return urb->data ? LIBUSB_ERROR_BUSY : request_unheard(import->client, urb);
    }
    lusb_events_take(context, &turn);
    error = request_on(import->client, urb);
    lusb_events_give(context, &turn);
    return error;
}

static int request(libusb_device_handle *handle, uint8_t type, uint8_t number, uint16_t value,
                   uint16_t index)
{
    struct usbip_urb urb = {.setup = {type, number}};

    put_le16(urb.setup + 2, value);
    put_le16(urb.setup + 4, index);
    return lusb_request(handle, &urb);
}

/* The short import of a scan elsewhere may be in the way for a moment. */
static int import_device(libusb_device *device, struct usbip_client **ret_client)
{
    int error = -EBUSY;

    for (int tries = 0; tries < BUSY_TRIES && error == -EBUSY; tries++) {
        if (tries)
            poll(NULL, 0, 10);
        error = usbip_import(device->server->host, device->server->port, device->record.busid,
                             LUSB_DEADLINE_MS, ret_client);
    }
    return lusb_error(error);
}

/* As the kernel does with a device it meets; one that refuses stays unconfigured. */
static int configure(struct lusb_import *import, struct usbip_client *client)
{
    uint8_t value = import->device->configs[0].raw[5];
    struct usbip_urb urb = {.setup = {0x00, LIBUSB_REQUEST_SET_CONFIGURATION, value}};
    int error = request_on(client, &urb);

    import->configuration = error ? 0 : value;
    memset(import->settings, 0, sizeof(import->settings));
    return error;
}

void lusb_tell_pollfds(libusb_context *context, struct usbip_client *client, bool added)
{
    struct pollfd fds[2];

    usbip_pollfds(client, fds);
    for (int i = 0; i < 2; i++) {
        if (added && context->fd_added)
            context->fd_added(fds[i].fd, fds[i].events, context->fd_user_data);
        if (!added && context->fd_removed)
            context->fd_removed(fds[i].fd, context->fd_user_data);
    }
}

/* ---- open and close */

/* The import there is already. */
static struct lusb_import *share(libusb_device *device)
{
    struct lusb_import *import;

    pthread_mutex_lock(&device->context->lock);
    import = device->import;
    if (import)
        import->users++;
    pthread_mutex_unlock(&device->context->lock);
    return import;
}

static void add_import(libusb_context *context, struct lusb_import *import)
{
    pthread_mutex_lock(&context->lock);
    import->next = context->imports;
    context->imports = import;
    import->device->import = import;
    pthread_mutex_unlock(&context->lock);
}

static bool is_gone(libusb_device *device)
{
    bool gone;

    pthread_mutex_lock(&device->context->lock);
    gone = device->gone;
    pthread_mutex_unlock(&device->context->lock);
    return gone;
}

/* Only once, though two threads may want it at the same time. */
static int import_new(libusb_device *device, struct lusb_import **ret_import)
{
    struct lusb_import *import = calloc(1, sizeof(*import));
    int error;

    if (!import)
        return LIBUSB_ERROR_NO_MEM;
    error = is_gone(device) ? LIBUSB_ERROR_NO_DEVICE : import_device(device, &import->client);
    if (error) {
        free(import);
        return error;
    }
    import->device = device;
    import->users = 1;
    error = configure(import, import->client);
    if (error)
        lusb_log(device->context, LIBUSB_LOG_LEVEL_WARNING, "%s: no configuration: %s",
                 device->record.busid, libusb_error_name(error));
    add_import(device->context, import);
    lusb_tell_pollfds(device->context, import->client, true);
    lusb_wake(device->context);
    *ret_import = import;
    return LIBUSB_SUCCESS;
}

static int import_of(libusb_device *device, struct lusb_import **ret_import)
{
    struct lusb_import *import = share(device);
    int error = LIBUSB_SUCCESS;

    if (!import) {
        error = import_new(device, &import);
        if (error == LIBUSB_ERROR_BUSY)
            import = share(device); /* another thread was faster */
    }
    if (!import)
        return error;
    *ret_import = import;
    return LIBUSB_SUCCESS;
}

LUSB_API int libusb_open(libusb_device *device, libusb_device_handle **ret_handle)
{
    libusb_device_handle *handle = calloc(1, sizeof(*handle));
    libusb_context *context = device->context;
    int error = handle ? import_of(device, &handle->import) : LIBUSB_ERROR_NO_MEM;

    if (error) {
        free(handle);
        return error;
    }
    handle->device = libusb_ref_device(device);
    pthread_mutex_lock(&context->lock);
    handle->next = context->handles;
    context->handles = handle;
    pthread_mutex_unlock(&context->lock);
    *ret_handle = handle;
    return LIBUSB_SUCCESS;
}

/* The import when this was its last handle, else NULL: the others keep it. */
static struct lusb_import *unlink_handle(libusb_context *context, libusb_device_handle *handle)
{
    struct libusb_device_handle **place = &context->handles;
    struct lusb_import *import = handle->import, **at = &context->imports;

    pthread_mutex_lock(&context->lock);
    while (*place != handle)
        place = &(*place)->next;
    *place = handle->next;
    import->claimed &= ~handle->claimed;
    if (--import->users) {
        import = NULL;
    } else {
        while (*at != import)
            at = &(*at)->next;
        *at = import->next;
        import->device->import = NULL;
        import->device->gone |= lusb_gone(import);
    }
    pthread_mutex_unlock(&context->lock);
    return import;
}

static bool is_shared(const libusb_device_handle *handle)
{
    bool shared;

    pthread_mutex_lock(&handle->device->context->lock);
    shared = handle->import->users > 1;
    pthread_mutex_unlock(&handle->device->context->lock);
    return shared;
}

static void release_all(libusb_device_handle *handle)
{
    for (int i = 0; i < LUSB_INTERFACES_MAX; i++)
        libusb_release_interface(handle, i); /* those that it has claimed */
}

/* Nobody pumps this import meanwhile. Its buffers are the program's when this returns; only a
 * call-back of this very import cannot wait for that while others use it. */
static void close_handle(libusb_context *context, libusb_device_handle *handle)
{
    bool shared = is_shared(handle);
    struct lusb_import *import;

    lusb_orphan(handle, shared);
    if (shared) {
        lusb_settle(handle);
        release_all(handle);
    }
    import = unlink_handle(context, handle);
    if (import) {
        if (import->client && !import->dead)
            lusb_tell_pollfds(context, import->client, false);
        lusb_retire(context, import->client, import);
    }
    libusb_unref_device(handle->device);
    free(handle);
}

LUSB_API void libusb_close(libusb_device_handle *handle)
{
    libusb_context *context;
    struct lusb_turn turn;
    bool inside;

    if (!handle)
        return;
    context = handle->device->context;
    inside = lusb_handling(context);
    if (!inside)
        lusb_events_take(context, &turn);
    close_handle(context, handle);
    if (!inside)
        lusb_events_give(context, &turn);
}

LUSB_API libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *context,
                                                               uint16_t vendor, uint16_t product)
{
    libusb_device_handle *handle = NULL;
    struct libusb_device_descriptor descriptor;
    libusb_device **list;
    ssize_t count = libusb_get_device_list(context, &list);

    for (ssize_t i = 0; i < count && !handle; i++) {
        libusb_get_device_descriptor(list[i], &descriptor);
        if (descriptor.idVendor == vendor && descriptor.idProduct == product &&
            libusb_open(list[i], &handle) < 0)
            handle = NULL;
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    return handle;
}

LUSB_API libusb_device *libusb_get_device(libusb_device_handle *handle)
{
    return handle->device;
}

LUSB_API int libusb_get_configuration(libusb_device_handle *handle, int *ret_configuration)
{
    if (lusb_gone(handle->import))
        return LIBUSB_ERROR_NO_DEVICE;
    *ret_configuration = handle->import->configuration;
    return LIBUSB_SUCCESS;
}

/* Any handle's claim is in the way, as with usbfs. */
static bool is_claimed(libusb_device_handle *handle)
{
    bool is;

    pthread_mutex_lock(&handle->device->context->lock);
    is = handle->import->claimed != 0;
    pthread_mutex_unlock(&handle->device->context->lock);
    return is;
}

LUSB_API int libusb_set_configuration(libusb_device_handle *handle, int configuration)
{
    int error;

    if (configuration < -1 || configuration > 255)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (configuration == -1)
        configuration = 0;
    if (is_claimed(handle))
        return LIBUSB_ERROR_BUSY;
    if (configuration && !lusb_config(handle->device, configuration))
        return LIBUSB_ERROR_NOT_FOUND;
    error = request(handle, 0x00, LIBUSB_REQUEST_SET_CONFIGURATION, (uint16_t)configuration, 0);
    if (!error) {
        handle->import->configuration = configuration;
        memset(handle->import->settings, 0, sizeof(handle->import->settings));
    }
    return error;
}

/* Does the configuration in force have that interface, and (setting ≥ 0) that setting? */
static bool has_interface(const libusb_device *device, int interface, int setting)
{
    const struct lusb_set *config = lusb_active_config(device);
    const uint8_t *at = config ? config->raw : NULL;
    size_t left = config ? config->length : 0;

    while (left >= 2 && at[0] >= 2 && at[0] <= left) {
        if (at[1] == LIBUSB_DT_INTERFACE && at[0] >= 4 && at[2] == interface &&
            (setting < 0 || at[3] == setting))
            return true;
        left -= at[0];
        at += at[0];
    }
    return false;
}

static int claim(libusb_device_handle *handle, uint32_t bit)
{
    int result = LIBUSB_SUCCESS;

    pthread_mutex_lock(&handle->device->context->lock);
    if (handle->import->claimed & ~handle->claimed & bit) {
        result = LIBUSB_ERROR_BUSY;
    } else {
        handle->claimed |= bit;
        handle->import->claimed |= bit;
    }
    pthread_mutex_unlock(&handle->device->context->lock);
    return result;
}

LUSB_API int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
    if (interface < 0 || interface >= LUSB_INTERFACES_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (lusb_gone(handle->import))
        return LIBUSB_ERROR_NO_DEVICE;
    if (!has_interface(handle->device, interface, -1))
        return LIBUSB_ERROR_NOT_FOUND;
    return claim(handle, 1u << interface);
}

static bool claimed(libusb_device_handle *handle, int interface)
{
    bool is;

    pthread_mutex_lock(&handle->device->context->lock);
    is = handle->claimed >> interface & 1;
    pthread_mutex_unlock(&handle->device->context->lock);
    return is;
}

static int set_setting(libusb_device_handle *handle, int interface, int setting)
{
    int error =
        request(handle, 0x01, LIBUSB_REQUEST_SET_INTERFACE, (uint16_t)setting, (uint16_t)interface);

    if (!error)
        handle->import->settings[interface] = (uint8_t)setting;
    return error;
}

/* The interface goes back to its first setting, as libusb documents; Linux asks the device for
 * that only where it is in another. */
LUSB_API int libusb_release_interface(libusb_device_handle *handle, int interface)
{
    uint32_t bit;

    if (interface < 0 || interface >= LUSB_INTERFACES_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (!claimed(handle, interface))
        return LIBUSB_ERROR_NOT_FOUND;
    if (handle->import->settings[interface])
        set_setting(handle, interface, 0);
    bit = 1u << interface;
    pthread_mutex_lock(&handle->device->context->lock);
    handle->claimed &= ~bit;
    handle->import->claimed &= ~bit;
    pthread_mutex_unlock(&handle->device->context->lock);
    return lusb_gone(handle->import) ? LIBUSB_ERROR_NO_DEVICE : LIBUSB_SUCCESS;
}

LUSB_API int libusb_set_interface_alt_setting(libusb_device_handle *handle, int interface,
                                              int setting)
{
    if (interface < 0 || interface >= LUSB_INTERFACES_MAX || setting < 0 || setting > 255)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (!claimed(handle, interface))
        return LIBUSB_ERROR_NOT_FOUND;
    if (!has_interface(handle->device, interface, setting))
        return LIBUSB_ERROR_NOT_FOUND;
    return set_setting(handle, interface, setting);
}

LUSB_API int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
    int error = request(handle, 0x02, LIBUSB_REQUEST_CLEAR_FEATURE, 0, endpoint);

    return error == LIBUSB_ERROR_PIPE ? LIBUSB_ERROR_NOT_FOUND : error;
}

/* USB/IP has no reset of its own. What a device sees of a kernel's port reset is that it is
 * configured again; importing anew is one as well (the server resets the device), after which
 * configuration and settings are what a reset leaves: the first configuration, settings 0. */
static int import_anew(libusb_context *context, struct lusb_import *import)
{
    struct usbip_client *client = NULL;
    int error;

    (void)configure(import, import->client);
    lusb_tell_pollfds(context, import->client, false);
    lusb_retire(context, import->client, NULL);
    error = import_device(import->device, &client);
    if (!error)
        error = configure(import, client);
    pthread_mutex_lock(&context->lock);
    import->client = client; /* NULL: gone for good, libusb_close() remains */
    pthread_mutex_unlock(&context->lock);
    if (client)
        lusb_tell_pollfds(context, client, true);
    return error ? LIBUSB_ERROR_NOT_FOUND : LIBUSB_SUCCESS;
}

LUSB_API int libusb_reset_device(libusb_device_handle *handle)
{
    libusb_context *context = handle->device->context;
    bool inside = lusb_handling(context);
    struct lusb_turn turn;
    int error;

    if (lusb_gone(handle->import))
        return LIBUSB_ERROR_NO_DEVICE;
    if (!inside)
        lusb_events_take(context, &turn);
    error = import_anew(context, handle->import);
    if (!inside)
        lusb_events_give(context, &turn);
    return error;
}

/* ---- kernel drivers: there is no kernel in between */

LUSB_API int libusb_kernel_driver_active(libusb_device_handle *handle, int interface)
{
    (void)interface;
    return lusb_gone(handle->import) ? LIBUSB_ERROR_NO_DEVICE : 0;
}

LUSB_API int libusb_detach_kernel_driver(libusb_device_handle *handle, int interface)
{
    (void)interface;
    return lusb_gone(handle->import) ? LIBUSB_ERROR_NO_DEVICE : LIBUSB_ERROR_NOT_FOUND;
}

LUSB_API int libusb_attach_kernel_driver(libusb_device_handle *handle, int interface)
{
    return libusb_detach_kernel_driver(handle, interface);
}

LUSB_API int libusb_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable)
{
    handle->auto_detach = enable != 0;
    return LIBUSB_SUCCESS;
}

/* ---- what cannot be over USB/IP */

LUSB_API int libusb_wrap_sys_device(libusb_context *context, intptr_t device,
                                    libusb_device_handle **ret_handle)
{
    (void)context;
    (void)device;
    (void)ret_handle;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

LUSB_API int libusb_alloc_streams(libusb_device_handle *handle, uint32_t count,
                                  unsigned char *endpoints, int endpoint_count)
{
    (void)handle;
    (void)count;
    (void)endpoints;
    (void)endpoint_count;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

LUSB_API int libusb_free_streams(libusb_device_handle *handle, unsigned char *endpoints,
                                 int endpoint_count)
{
    return libusb_alloc_streams(handle, 0, endpoints, endpoint_count);
}

LUSB_API unsigned char *libusb_dev_mem_alloc(libusb_device_handle *handle, size_t length)
{
    (void)handle;
    (void)length;
    return NULL; /* as libusb where a system has none: the caller uses its own memory */
}

LUSB_API int libusb_dev_mem_free(libusb_device_handle *handle, unsigned char *buffer, size_t length)
{
    (void)handle;
    (void)buffer;
    (void)length;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

/* Raw I/O is WinUSB's alone. */
LUSB_API int libusb_endpoint_supports_raw_io(libusb_device_handle *handle, uint8_t endpoint)
{
    (void)handle;
    (void)endpoint;
    return 0;
}

LUSB_API int libusb_endpoint_set_raw_io(libusb_device_handle *handle, uint8_t endpoint, int enable)
{
    (void)handle;
    (void)endpoint;
    (void)enable;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

LUSB_API int libusb_get_max_raw_io_transfer_size(libusb_device_handle *handle, uint8_t endpoint)
{
    return libusb_endpoint_set_raw_io(handle, endpoint, 0);
}
