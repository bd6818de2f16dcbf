/* Hot-plug call-backs: what a scan has changed is told by whoever handles events. */
#include <stdlib.h>

#include "spcore/libusb/lusb.h"

static bool is_wanted(libusb_context *context)
{
    bool wanted;

    pthread_mutex_lock(&context->lock);
    wanted = context->hotplugs != NULL;
    pthread_mutex_unlock(&context->lock);
    return wanted;
}

static bool matches(const struct lusb_hotplug *hotplug, libusb_device *device,
                    libusb_hotplug_event event)
{
    struct libusb_device_descriptor descriptor;

    libusb_get_device_descriptor(device, &descriptor);
    return !hotplug->removed && (hotplug->events & (int)event) &&
           (hotplug->vendor == LIBUSB_HOTPLUG_MATCH_ANY ||
            hotplug->vendor == descriptor.idVendor) &&
           (hotplug->product == LIBUSB_HOTPLUG_MATCH_ANY ||
            hotplug->product == descriptor.idProduct) &&
           (hotplug->device_class == LIBUSB_HOTPLUG_MATCH_ANY ||
            hotplug->device_class == descriptor.bDeviceClass);
}

/* The next call that is due, with a reference to its device; a call-back that answers 1 is taken
 * off. Lists are walked anew after each, since a call-back may change them. */
static void announce(libusb_context *context, libusb_device *device, libusb_hotplug_event event)
{
    pthread_mutex_lock(&context->lock);
    for (struct lusb_hotplug *hotplug = context->hotplugs; hotplug; hotplug = hotplug->next) {
        bool off;

        if (!matches(hotplug, device, event))
            continue;
        pthread_mutex_unlock(&context->lock);
        off = hotplug->call(context, device, event, hotplug->user_data) == 1;
        pthread_mutex_lock(&context->lock);
        hotplug->removed |= off;
    }
    pthread_mutex_unlock(&context->lock);
}

static void sweep_removed(libusb_context *context)
{
    struct lusb_hotplug **place = &context->hotplugs;

    pthread_mutex_lock(&context->lock);
    while (*place) {
        struct lusb_hotplug *hotplug = *place;

        if (!hotplug->removed || hotplug->busy) {
            place = &hotplug->next;
            continue;
        }
        *place = hotplug->next;
        free(hotplug);
    }
    pthread_mutex_unlock(&context->lock);
}

/* The first device whose presence has not been told yet; gone ones leave the list. */
static libusb_device *changed(libusb_context *context, libusb_hotplug_event *ret_event)
{
    struct libusb_device **place = &context->devices;
    libusb_device *device = NULL;

    pthread_mutex_lock(&context->lock);
    while (*place && (*place)->present == (*place)->announced)
        place = &(*place)->next;
    device = *place;
    if (device && device->present) {
        device->announced = true;
        libusb_ref_device(device);
        *ret_event = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED;
    } else if (device) {
        *place = device->next; /* the list's reference is the caller's now */
        device->announced = false;
        *ret_event = LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
    }
    pthread_mutex_unlock(&context->lock);
    return device;
}

void lusb_hotplug_run(libusb_context *context)
{
    libusb_hotplug_event event;
    libusb_device *device;

    if (!is_wanted(context))
        return;
    while ((device = changed(context, &event))) {
        announce(context, device, event);
        libusb_unref_device(device);
    }
    sweep_removed(context);
}

/* Whoever is there before the first registration counts as known to nobody yet, or as told. */
static void settle_first(libusb_context *context)
{
    lusb_scan(context, LUSB_DEADLINE_MS);
    pthread_mutex_lock(&context->lock);
    for (struct libusb_device *device = context->devices; device; device = device->next)
        device->announced = device->present;
    pthread_mutex_unlock(&context->lock);
}

/* Devices that others were told of; the rest will be announced to all. */
static bool is_told(libusb_context *context, libusb_device *device, struct lusb_hotplug *hotplug)
{
    bool told;

    pthread_mutex_lock(&context->lock);
    told = device->announced && matches(hotplug, device, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED);
    pthread_mutex_unlock(&context->lock);
    return told;
}

static void enumerate(libusb_context *context, struct lusb_hotplug *hotplug)
{
    libusb_device **list;
    ssize_t count = libusb_get_device_list(context, &list);
    bool off = false;

    for (ssize_t i = 0; i < count && !off; i++) {
        if (is_told(context, list[i], hotplug))
            off = hotplug->call(context, list[i], LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED,
                                hotplug->user_data) == 1;
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    pthread_mutex_lock(&context->lock);
    hotplug->removed |= off;
    hotplug->busy--;
    pthread_mutex_unlock(&context->lock);
}

LUSB_API int libusb_hotplug_register_callback(libusb_context *context, int events, int flags,
                                              int vendor, int product, int device_class,
                                              libusb_hotplug_callback_fn call, void *user_data,
                                              libusb_hotplug_callback_handle *ret_id)
{
    bool tell =
        (flags & LIBUSB_HOTPLUG_ENUMERATE) && (events & LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED);
    struct lusb_hotplug *hotplug;

    if (!events ||
        (events & ~(LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT)) ||
        (flags & ~LIBUSB_HOTPLUG_ENUMERATE) || vendor < -1 || vendor > 0xffff || product < -1 ||
        product > 0xffff || device_class < -1 || device_class > 0xff || !call)
        return LIBUSB_ERROR_INVALID_PARAM;
    context = lusb_context(context);
    if (!is_wanted(context))
        settle_first(context);
    if (lusb_scanner_start(context))
        return LIBUSB_ERROR_OTHER;
    hotplug = calloc(1, sizeof(*hotplug));
    if (!hotplug)
        return LIBUSB_ERROR_NO_MEM;
    hotplug->events = events;
    hotplug->vendor = vendor;
    hotplug->product = product;
    hotplug->device_class = device_class;
    hotplug->call = call;
    hotplug->user_data = user_data;
    pthread_mutex_lock(&context->lock);
    hotplug->id = ++context->next_hotplug;
    hotplug->busy = tell;
    if (ret_id)
        *ret_id = hotplug->id;
    hotplug->next = context->hotplugs;
    context->hotplugs = hotplug;
    pthread_mutex_unlock(&context->lock);
    if (tell)
        enumerate(context, hotplug);
    lusb_scanner_hurry(context);
    lusb_wake(context);
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_hotplug_deregister_callback(libusb_context *context,
                                                 libusb_hotplug_callback_handle id)
{
    context = lusb_context(context);
    pthread_mutex_lock(&context->lock);
    for (struct lusb_hotplug *hotplug = context->hotplugs; hotplug; hotplug = hotplug->next)
        hotplug->removed |= hotplug->id == id;
    pthread_mutex_unlock(&context->lock);
    lusb_wake(context); /* it is swept up by the next round */
}

LUSB_API void *libusb_hotplug_get_user_data(libusb_context *context,
                                            libusb_hotplug_callback_handle id)
{
    void *data = NULL;

    context = lusb_context(context);
    pthread_mutex_lock(&context->lock);
    for (struct lusb_hotplug *hotplug = context->hotplugs; hotplug; hotplug = hotplug->next) {
        if (hotplug->id == id)
            data = hotplug->user_data;
    }
    pthread_mutex_unlock(&context->lock);
    return data;
}
