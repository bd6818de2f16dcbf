/* Players on USB, by libusb's hot-plug: it tells of what udev has told of. Registered first and
 * listed then, so nothing that comes in between is missed, and what is seen twice is one. */
#include <libusb-1.0/libusb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/papd/papd.h"

enum { REFUSED_MOST = 64 };

struct papd_bus {
    const struct papd_models *models; /* borrowed */
    libusb_context *context;
    libusb_hotplug_callback_handle registration;
    pthread_t thread;
    struct service *service; /* who is told */
    int ends;                /* of the thread, as libusb looks at it */
    pthread_mutex_t lock;    /* of these: */
    uint16_t
        refused[REFUSED_MOST]; /* bus and address of what could not be opened, while it is there */
    size_t refused_count;
};

int papd_bus_new(const struct papd_models *models, struct papd_bus **ret_bus)
{
    struct papd_bus *bus = calloc(1, sizeof(*bus));
    int code = bus ? libusb_init(&bus->context) : LIBUSB_ERROR_NO_MEM;

    if (!code && !libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG)) {
        libusb_exit(bus->context);
        code = LIBUSB_ERROR_NOT_SUPPORTED;
    }
    if (code) {
        free(bus);
        return code;
    }
    pthread_mutex_init(&bus->lock, NULL);
    bus->models = models;
    *ret_bus = bus;
    return 0;
}

void papd_bus_free(struct papd_bus *bus)
{
    if (!bus)
        return;
    libusb_exit(bus->context);
    pthread_mutex_destroy(&bus->lock);
    free(bus);
}

/* ---- which devices are players */
static void link_of(libusb_device *device, char ret[16])
{
    snprintf(ret, 16, "%03u-%03u", libusb_get_bus_number(device),
             libusb_get_device_address(device));
}

static uint16_t place_of(libusb_device *device)
{
    return (uint16_t)(libusb_get_bus_number(device) << 8 | libusb_get_device_address(device));
}

/* Of a device that leaves its class as its interfaces', the first one's. */
static void class_of(libusb_device *device, const struct libusb_device_descriptor *descriptor,
                     struct papd_id *ret)
{
    struct libusb_config_descriptor *config = NULL;

    ret->is[PAPD_CLASS] = descriptor->bDeviceClass;
    ret->is[PAPD_SUBCLASS] = descriptor->bDeviceSubClass;
    ret->is[PAPD_PROTOCOL] = descriptor->bDeviceProtocol;
    if (descriptor->bDeviceClass || libusb_get_config_descriptor(device, 0, &config))
        return;
    if (config->bNumInterfaces && config->interface[0].num_altsetting) {
        const struct libusb_interface_descriptor *first = config->interface[0].altsetting;

        ret->is[PAPD_CLASS] = first->bInterfaceClass;
        ret->is[PAPD_SUBCLASS] = first->bInterfaceSubClass;
        ret->is[PAPD_PROTOCOL] = first->bInterfaceProtocol;
    }
    libusb_free_config_descriptor(config);
}

static const struct papd_model *model_of(const struct papd_bus *bus, libusb_device *device)
{
    struct libusb_device_descriptor descriptor;
    struct papd_id id = {.has = {false}};

    if (libusb_get_device_descriptor(device, &descriptor))
        return NULL;
    id.is[PAPD_VENDOR] = descriptor.idVendor;
    id.is[PAPD_PRODUCT] = descriptor.idProduct;
    id.is[PAPD_REVISION] = descriptor.bcdDevice;
    class_of(device, &descriptor, &id);
    return papd_models_find(bus->models, &id);
}

/* Calls `each` with every player, until it answers true: 1; else 0, or libusb's code. */
static int walk(const struct papd_bus *bus,
                bool (*each)(void *context, libusb_device *device, const struct papd_model *model),
                void *context)
{
    libusb_device **list;
    ssize_t count = libusb_get_device_list(bus->context, &list);
    bool found = false;

    for (ssize_t i = 0; i < count && !found; i++) {
        const struct papd_model *model = model_of(bus, list[i]);

        found = model && each(context, list[i], model);
    }
    if (count < 0)
        return (int)count;
    libusb_free_device_list(list, 1);
    return found;
}

/* ---- who could not be opened */
static void refuse(struct papd_bus *bus, libusb_device *device, int code)
{
    char link[16];

    link_of(device, link);
    papd_say("player %s cannot be opened: %s", link, libusb_strerror(code));
    pthread_mutex_lock(&bus->lock);
    if (bus->refused_count < REFUSED_MOST)
        bus->refused[bus->refused_count++] = place_of(device);
    pthread_mutex_unlock(&bus->lock);
}

/* Whoever is there next is another. */
static void forget(struct papd_bus *bus, libusb_device *device)
{
    size_t kept = 0;

    pthread_mutex_lock(&bus->lock);
    for (size_t i = 0; i < bus->refused_count; i++) {
        if (bus->refused[i] != place_of(device))
            bus->refused[kept++] = bus->refused[i];
    }
    bus->refused_count = kept;
    pthread_mutex_unlock(&bus->lock);
}

/* ---- who comes and goes */
static int told(libusb_context *context, libusb_device *device, libusb_hotplug_event event,
                void *self)
{
    struct papd_bus *bus = self;
    char link[16];

    (void)context;
    link_of(device, link);
    forget(bus, device);
    if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT)
        service_removed(bus->service, link);
    else if (model_of(bus, device))
        service_arrived(bus->service, link);
    return 0;
}

static void *listen_to(void *self)
{
    struct papd_bus *bus = self;

    while (!__atomic_load_n(&bus->ends, __ATOMIC_ACQUIRE))
        (void)libusb_handle_events_completed(bus->context, &bus->ends);
    return NULL;
}

static unsigned subscribe(void *self, struct service *service)
{
    struct papd_bus *bus = ((struct papd *)self)->bus;
    const int both = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
    int code;

    bus->service = service;
    code = libusb_hotplug_register_callback(bus->context, both, 0, LIBUSB_HOTPLUG_MATCH_ANY,
                                            LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
                                            told, bus, &bus->registration);
    if (code)
        papd_say("USB cannot be watched: %s", libusb_strerror(code));
    else if (pthread_create(&bus->thread, NULL, listen_to, bus)) {
        libusb_hotplug_deregister_callback(bus->context, bus->registration);
        code = LIBUSB_ERROR_NO_MEM;
    }
    return code ? EXIT_FAILED : 0;
}

static void unsubscribe(void *self)
{
    struct papd_bus *bus = ((struct papd *)self)->bus;

    __atomic_store_n(&bus->ends, 1, __ATOMIC_RELEASE);
    libusb_hotplug_deregister_callback(bus->context, bus->registration);
    libusb_interrupt_event_handler(bus->context);
    pthread_join(bus->thread, NULL);
}

static bool tell_of(void *service, libusb_device *device, const struct papd_model *model)
{
    char link[16];

    (void)model;
    link_of(device, link);
    service_arrived(service, link);
    return false;
}

static unsigned list(void *self, struct service *service)
{
    int code = walk(((struct papd *)self)->bus, tell_of, service);

    if (code)
        papd_say("USB cannot be looked at: %s", libusb_strerror(code));
    return code ? EXIT_FAILED : 0;
}

/* ---- one of them */
struct search {
    const char *link;
    const struct papd_model *model;
    libusb_device *device;
};

static bool is_it(void *context, libusb_device *device, const struct papd_model *model)
{
    struct search *search = context;
    char link[16];

    link_of(device, link);
    if (strcmp(link, search->link) != 0)
        return false;
    search->model = model;
    search->device = libusb_ref_device(device);
    return true;
}

/* A player without a serial number is the first of its kind. libusb's code. */
static int address(libusb_device *device, char *ret, size_t size)
{
    struct libusb_device_descriptor descriptor;
    unsigned char serial[128] = "";
    libusb_device_handle *handle;
    int length = 0, code = libusb_get_device_descriptor(device, &descriptor);

    if (!code)
        code = libusb_open(device, &handle);
    if (code)
        return code;
    if (descriptor.iSerialNumber)
        length = libusb_get_string_descriptor_ascii(handle, descriptor.iSerialNumber, serial,
                                                    sizeof(serial) - 1);
    libusb_close(handle);
    snprintf(ret, size, "usb:%04x:%04x%s%s", descriptor.idVendor, descriptor.idProduct,
             length > 0 ? ":" : "", length > 0 ? (char *)serial : "");
    return length < 0 ? length : 0;
}

static unsigned open_player(void *self, const char *link, void **ret_handle)
{
    struct papd_bus *bus = ((struct papd *)self)->bus;
    struct papd_player *player = calloc(1, sizeof(*player));
    struct search search = {.link = link};
    int code = player ? walk(bus, is_it, &search) : LIBUSB_ERROR_NO_MEM;

    if (!code)
        code = LIBUSB_ERROR_NO_DEVICE; /* gone already, which is nothing to say */
    else if (code > 0)
        code = address(search.device, player->uri, sizeof(player->uri));
    if (code) {
        if (search.device && code != LIBUSB_ERROR_NO_DEVICE)
            refuse(bus, search.device, code);
        else if (!search.device && code != LIBUSB_ERROR_NO_DEVICE)
            papd_say("player %s cannot be looked at: %s", link, libusb_strerror(code));
        free(player);
        player = NULL;
    }
    if (search.device)
        libusb_unref_device(search.device);
    if (player) {
        player->model = search.model;
        *ret_handle = player;
    }
    return code ? EXIT_FAILED : 0;
}

static void close_player(void *self, void *handle)
{
    (void)self;
    papd_say("%s: let go", ((struct papd_player *)handle)->uri);
    free(handle);
}

/* Nobody asks before a device goes, on Linux, and that one has gone libusb tells of the bus. */
static unsigned watch_player(void *self, struct service_device *device, void *handle,
                             void **ret_watch)
{
    (void)self, (void)device, (void)handle;
    *ret_watch = NULL;
    return 0;
}

static void unwatch_player(void *self, void *watch)
{
    (void)self, (void)watch;
}

static bool is_more(void *context, libusb_device *device, const struct papd_model *model)
{
    struct papd_bus *bus = context;
    bool refused = false;

    (void)model;
    pthread_mutex_lock(&bus->lock);
    for (size_t i = 0; i < bus->refused_count && !refused; i++)
        refused = bus->refused[i] == place_of(device);
    pthread_mutex_unlock(&bus->lock);
    return !refused;
}

bool papd_bus_has_more(struct papd_bus *bus)
{
    return walk(bus, is_more, bus) != 0; /* also when nobody knows */
}

const struct service_bus papd_bus = {
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .list = list,
    .open = open_player,
    .close = close_player,
    .watch = watch_player,
    .unwatch = unwatch_player,
};
