/* Opened devices: an import each, claims, settings, halts, reset. What Linux's usbfs does for a
 * device it has configured is done here: configuration 1 is selected at import. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "shim/shim.h"

#define CONTROL_MS 5000u
#define BUSY_TRIES 50

static int request(libusb_device_handle *handle, uint8_t type, uint8_t number, uint16_t value,
                   uint16_t index)
{
    int result = libusb_control_transfer(handle, type, number, value, index, NULL, 0, CONTROL_MS);

    return result < 0 ? result : LIBUSB_SUCCESS;
}

/* The short import of a scan elsewhere may be in the way for a moment. */
static int import(libusb_device *device, struct usbip_client **ret_client)
{
    int tries, error = -EBUSY;

    for (tries = 0; tries < BUSY_TRIES && error == -EBUSY; tries++) {
        if (tries)
            poll(NULL, 0, 10);
        error = usbip_import(device->server->host, device->server->port, device->record.busid,
                             SHIM_DEADLINE_MS, ret_client);
    }
    return shim_error(error);
}

static void tell_pollfds(libusb_context *context, struct usbip_client *client, bool added)
{
    struct pollfd fds[2];
    int i;

    usbip_pollfds(client, fds);
    for (i = 0; i < 2; i++) {
        if (added && context->fd_added)
            context->fd_added(fds[i].fd, fds[i].events, context->fd_user_data);
        if (!added && context->fd_removed)
            context->fd_removed(fds[i].fd, context->fd_user_data);
    }
}

static void link_handle(libusb_context *context, libusb_device_handle *handle)
{
    pthread_mutex_lock(&context->lock);
    handle->next = context->handles;
    context->handles = handle;
    handle->device->opened = handle;
    pthread_mutex_unlock(&context->lock);
}

static void unlink_handle(libusb_context *context, libusb_device_handle *handle)
{
    struct libusb_device_handle **place = &context->handles;

    pthread_mutex_lock(&context->lock);
    while (*place != handle)
        place = &(*place)->next;
    *place = handle->next;
    handle->device->opened = NULL;
    pthread_mutex_unlock(&context->lock);
}

SHIM_API int libusb_open(libusb_device *device, libusb_device_handle **ret_handle)
{
    libusb_context *context = device->context;
    libusb_device_handle *handle;
    int error;

    pthread_mutex_lock(&context->lock);
    handle = device->opened; /* opened here already: the import is shared */
    if (handle)
        handle->users++;
    pthread_mutex_unlock(&context->lock);
    if (handle) {
        *ret_handle = handle;
        return LIBUSB_SUCCESS;
    }
    handle = calloc(1, sizeof *handle);
    if (!handle)
        return LIBUSB_ERROR_NO_MEM;
    error = import(device, &handle->client);
    if (error) {
        free(handle);
        return error;
    }
    handle->device = libusb_ref_device(device);
    handle->users = 1;
    shim_events_take(context);
    link_handle(context, handle);
    shim_events_give(context);
    tell_pollfds(context, handle->client, true);
    error = libusb_set_configuration(handle, device->config[5]);
    if (error) {
        libusb_close(handle);
        return error;
    }
    *ret_handle = handle;
    return LIBUSB_SUCCESS;
}

SHIM_API void libusb_close(libusb_device_handle *handle)
{
    libusb_context *context;
    bool last;

    if (!handle)
        return;
    context = handle->device->context;
    pthread_mutex_lock(&context->lock);
    last = --handle->users == 0;
    pthread_mutex_unlock(&context->lock);
    if (!last)
        return;
    if (handle->client)
        tell_pollfds(context, handle->client, false);
    shim_events_take(context); /* nobody pumps this link while it goes */
    unlink_handle(context, handle);
    usbip_free(handle->client);
    shim_events_give(context);
    libusb_unref_device(handle->device);
    free(handle);
}

SHIM_API libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *context,
                                                               uint16_t vendor, uint16_t product)
{
    libusb_device_handle *handle = NULL;
    struct libusb_device_descriptor descriptor;
    libusb_device **list;
    ssize_t count = libusb_get_device_list(context, &list);
    ssize_t i;

    for (i = 0; i < count && !handle; i++) {
        libusb_get_device_descriptor(list[i], &descriptor);
        if (descriptor.idVendor == vendor && descriptor.idProduct == product &&
            libusb_open(list[i], &handle) < 0)
            handle = NULL;
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    return handle;
}

SHIM_API libusb_device *libusb_get_device(libusb_device_handle *handle)
{
    return handle->device;
}

SHIM_API int libusb_get_configuration(libusb_device_handle *handle, int *ret_configuration)
{
    if (shim_gone(handle))
        return LIBUSB_ERROR_NO_DEVICE;
    *ret_configuration = handle->configuration;
    return LIBUSB_SUCCESS;
}

SHIM_API int libusb_set_configuration(libusb_device_handle *handle, int configuration)
{
    int error;

    if (configuration < -1 || configuration > 255)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (configuration == -1)
        configuration = 0;
    if (handle->claimed)
        return LIBUSB_ERROR_BUSY;
    if (configuration && configuration != handle->device->config[5])
        return LIBUSB_ERROR_NOT_FOUND;
    error = request(handle, 0x00, LIBUSB_REQUEST_SET_CONFIGURATION, (uint16_t)configuration, 0);
    if (!error)
        handle->configuration = configuration;
    return error;
}

/* Does the configuration have that interface, and (setting ≥ 0) that setting? */
static bool has_interface(const libusb_device *device, int interface, int setting)
{
    const uint8_t *at = device->config;
    size_t left = device->config_length;

    while (left >= 2 && at[0] >= 2 && at[0] <= left) {
        if (at[1] == LIBUSB_DT_INTERFACE && at[0] >= 4 && at[2] == interface &&
            (setting < 0 || at[3] == setting))
            return true;
        left -= at[0];
        at += at[0];
    }
    return false;
}

SHIM_API int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
    int result = LIBUSB_SUCCESS;

    if (interface < 0 || interface >= SHIM_INTERFACES_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (shim_gone(handle))
        return LIBUSB_ERROR_NO_DEVICE;
    if (!handle->configuration || !has_interface(handle->device, interface, -1))
        return LIBUSB_ERROR_NOT_FOUND;
    pthread_mutex_lock(&handle->device->context->lock);
    handle->claimed |= 1u << interface;
    pthread_mutex_unlock(&handle->device->context->lock);
    return result;
}

static bool claimed(libusb_device_handle *handle, int interface)
{
    bool is;

    pthread_mutex_lock(&handle->device->context->lock);
    is = handle->claimed >> interface & 1;
    pthread_mutex_unlock(&handle->device->context->lock);
    return is;
}

SHIM_API int libusb_release_interface(libusb_device_handle *handle, int interface)
{
    if (interface < 0 || interface >= SHIM_INTERFACES_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (!claimed(handle, interface))
        return LIBUSB_ERROR_NOT_FOUND;
    pthread_mutex_lock(&handle->device->context->lock);
    handle->claimed &= ~(1u << interface);
    pthread_mutex_unlock(&handle->device->context->lock);
    return shim_gone(handle) ? LIBUSB_ERROR_NO_DEVICE : LIBUSB_SUCCESS;
}

SHIM_API int libusb_set_interface_alt_setting(libusb_device_handle *handle, int interface,
                                              int setting)
{
    if (interface < 0 || interface >= SHIM_INTERFACES_MAX || setting < 0 || setting > 255)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (!claimed(handle, interface))
        return LIBUSB_ERROR_NOT_FOUND;
    if (!has_interface(handle->device, interface, setting))
        return LIBUSB_ERROR_NOT_FOUND;
    return request(handle, 0x01, LIBUSB_REQUEST_SET_INTERFACE, (uint16_t)setting,
                   (uint16_t)interface);
}

SHIM_API int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
    int error = request(handle, 0x02, LIBUSB_REQUEST_CLEAR_FEATURE, 0, endpoint);

    return error == LIBUSB_ERROR_PIPE ? LIBUSB_ERROR_NOT_FOUND : error;
}

/* USB/IP has no reset of its own; importing anew is one (the server resets the device), after
 * which configuration and settings are what a reset leaves: configuration 1, setting 0. */
SHIM_API int libusb_reset_device(libusb_device_handle *handle)
{
    libusb_context *context = handle->device->context;
    struct usbip_client *client;
    uint8_t value;
    int error;

    if (shim_gone(handle))
        return LIBUSB_ERROR_NO_DEVICE;
    tell_pollfds(context, handle->client, false);
    shim_events_take(context);
    usbip_free(handle->client);
    error = import(handle->device, &client);
    handle->client = error ? NULL : client; /* NULL: gone for good, libusb_close() remains */
    shim_events_give(context);
    handle->configuration = 0;
    if (error)
        return LIBUSB_ERROR_NOT_FOUND;
    tell_pollfds(context, handle->client, true);
    value = handle->device->config[5];
    if (request(handle, 0x00, LIBUSB_REQUEST_SET_CONFIGURATION, value, 0))
        return LIBUSB_ERROR_NOT_FOUND;
    handle->configuration = value;
    return LIBUSB_SUCCESS;
}

/* ---- kernel drivers: there is no kernel in between ------------------------------------------- */

SHIM_API int libusb_kernel_driver_active(libusb_device_handle *handle, int interface)
{
    (void)interface;
    return shim_gone(handle) ? LIBUSB_ERROR_NO_DEVICE : 0;
}

SHIM_API int libusb_detach_kernel_driver(libusb_device_handle *handle, int interface)
{
    (void)interface;
    return shim_gone(handle) ? LIBUSB_ERROR_NO_DEVICE : LIBUSB_ERROR_NOT_FOUND;
}

SHIM_API int libusb_attach_kernel_driver(libusb_device_handle *handle, int interface)
{
    return libusb_detach_kernel_driver(handle, interface);
}

SHIM_API int libusb_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable)
{
    handle->auto_detach = enable != 0;
    return LIBUSB_SUCCESS;
}

/* ---- what cannot be over USB/IP -----------------------------------------------------------------
 */

SHIM_API int libusb_wrap_sys_device(libusb_context *context, intptr_t device,
                                    libusb_device_handle **ret_handle)
{
    (void)context;
    (void)device;
    (void)ret_handle;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

SHIM_API int libusb_alloc_streams(libusb_device_handle *handle, uint32_t count,
                                  unsigned char *endpoints, int endpoint_count)
{
    (void)handle;
    (void)count;
    (void)endpoints;
    (void)endpoint_count;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

SHIM_API int libusb_free_streams(libusb_device_handle *handle, unsigned char *endpoints,
                                 int endpoint_count)
{
    return libusb_alloc_streams(handle, 0, endpoints, endpoint_count);
}

SHIM_API unsigned char *libusb_dev_mem_alloc(libusb_device_handle *handle, size_t length)
{
    (void)handle;
    (void)length;
    return NULL; /* as libusb where a system has none: the caller uses its own memory */
}

SHIM_API int libusb_dev_mem_free(libusb_device_handle *handle, unsigned char *buffer, size_t length)
{
    (void)handle;
    (void)buffer;
    (void)length;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}
