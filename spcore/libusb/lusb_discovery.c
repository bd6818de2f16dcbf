/* Which devices there are: the servers' lists, and each new device's descriptors, read through a
 * short import of its own (a list has no configuration descriptors). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

#define BUSY_TRIES 20

void lusb_device_free(struct libusb_device *device)
{
    for (unsigned i = 0; i < device->config_count; i++)
        free(device->configs[i].raw);
    free(device->bos.raw);
    free(device);
}

/* One control IN on a client nobody else uses. Bytes, or -errno. */
static int read_descriptor(struct usbip_client *client, uint8_t type, uint8_t index, uint8_t *data,
                           uint16_t length, unsigned deadline_ms)
{
    struct usbip_urb urb = {
        .endpoint = 0x80, .setup = {0x80, 6, index, type}, .data = data, .length = length};
    int error;

    put_le16(urb.setup + 6, length);
    error = usbip_submit(client, &urb);
    if (!error)
        error = usbip_wait(client, &urb, deadline_ms, usbip_ticket(client));
    if (error && urb.state != USBIP_OVER)
        usbip_settle(client, &urb);
    if (error || urb.status)
        return error ? error : urb.status;
    return (int)urb.actual;
}

/* A set whose total length stands in its bytes 2 and 3. */
static int read_set(struct usbip_client *client, uint8_t type, uint8_t index, unsigned deadline_ms,
                    struct lusb_set *ret_set)
{
    const uint16_t least = type == LIBUSB_DT_BOS ? LIBUSB_DT_BOS_SIZE : LIBUSB_DT_CONFIG_SIZE;
    uint8_t head[LIBUSB_DT_CONFIG_SIZE];
    int got = read_descriptor(client, type, index, head, least, deadline_ms);
    uint16_t total;
    uint8_t *data;

    if (got < least)
        return got < 0 ? got : -EPROTO;
    total = get_le16(head + 2);
    data = malloc(total ? total : 1);
    if (!data)
        return -ENOMEM;
    got = read_descriptor(client, type, index, data, total, deadline_ms);
    if (got < least) {
        free(data);
        return got < 0 ? got : -EPROTO;
    }
    *ret_set = (struct lusb_set){data, (size_t)got};
    return 0;
}

/* As the kernel does: what cannot be read, and all after it, is not there. */
static int read_configs(struct usbip_client *client, struct libusb_device *device,
                        unsigned deadline_ms)
{
    unsigned count =
        device->descriptor[17] < LUSB_CONFIGS_MAX ? device->descriptor[17] : LUSB_CONFIGS_MAX;
    int error = count ? 0 : -EPROTO;

    while (!error && device->config_count < count) {
        unsigned index = device->config_count;

        error = read_set(client, LIBUSB_DT_CONFIG, (uint8_t)index, deadline_ms,
                         &device->configs[index]);
        device->config_count += !error;
    }
    return device->config_count ? 0 : error;
}

/* A device that somebody else holds for a moment is tried again. */
static int import_briefly(const struct lusb_server *server, const char *busid, unsigned deadline_ms,
                          struct usbip_client **ret_client)
{
    int error = -EBUSY;

    for (int tries = 0; tries < BUSY_TRIES && error == -EBUSY; tries++) {
        if (tries)
            poll(NULL, 0, 10);
        error = usbip_import(server->host, server->port, busid, deadline_ms, ret_client);
    }
    return error;
}

static int read_device(struct libusb_device *device, unsigned deadline_ms)
{
    struct usbip_client *client;
    int error = import_briefly(device->server, device->record.busid, deadline_ms, &client);

    if (error)
        return error;
    error = read_descriptor(client, LIBUSB_DT_DEVICE, 0, device->descriptor,
                            sizeof(device->descriptor), deadline_ms);
    error = error == LIBUSB_DT_DEVICE_SIZE ? 0 : error < 0 ? error : -EPROTO;
    if (!error)
        error = read_configs(client, device, deadline_ms);
    if (!error && (device->descriptor[3] > 2 || device->descriptor[2] > 0))
        read_set(client, LIBUSB_DT_BOS, 0, deadline_ms, &device->bos); /* may have none */
    usbip_free(client);
    return error;
}

static bool same_device(const struct libusb_device *device, const struct lusb_server *server,
                        const struct usbip_device *record)
{
    return device->server == server && strcmp(device->record.busid, record->busid) == 0 &&
           device->record.devnum == record->devnum && device->record.vendor == record->vendor &&
           device->record.product == record->product && device->record.release == record->release;
}

static bool is_taken(const libusb_context *context, uint8_t bus, uint8_t address)
{
    for (const struct libusb_device *other = context->devices; other; other = other->next) {
        if (other->bus == bus && other->address == address)
            return true;
    }
    return false;
}

/* Bus and address are bytes: 127 devices a bus, as on the real one. Servers after the first have
 * buses of their own, and no two devices of a context share a number. The lock is held. */
static void number_locked(libusb_context *context, struct libusb_device *device)
{
    uint32_t index = device->record.devnum ? device->record.devnum - 1 : 0;
    uint32_t base = device->record.busnum + 16 * (uint32_t)(device->server - context->servers);

    for (uint32_t tries = 0; tries < 127 * 255; tries++, index++) {
        device->bus = (uint8_t)((base + index / 127 - 1) % 255 + 1);
        device->address = (uint8_t)(index % 127 + 1);
        if (!is_taken(context, device->bus, device->address))
            break;
    }
}

static void add_device(libusb_context *context, const struct lusb_server *server,
                       const struct usbip_device *record, unsigned deadline_ms)
{
    struct libusb_device *device = calloc(1, sizeof(*device));
    struct libusb_device **place = &context->devices;
    int error;

    if (!device)
        return;
    atomic_init(&device->refs, 1);
    device->context = context;
    device->server = server;
    device->record = *record;
    device->present = device->seen = true;
    error = read_device(device, deadline_ms);
    if (error) {
        lusb_log(context, LIBUSB_LOG_LEVEL_WARNING, "%s: %s", record->busid, strerror(-error));
        lusb_device_free(device);
        return;
    }
    pthread_mutex_lock(&context->lock);
    number_locked(context, device);
    while (*place)
        place = &(*place)->next;
    *place = device;
    pthread_mutex_unlock(&context->lock);
}

static struct libusb_device *known(libusb_context *context, const struct lusb_server *server,
                                   const struct usbip_device *record)
{
    struct libusb_device *device;

    pthread_mutex_lock(&context->lock);
    for (device = context->devices; device; device = device->next) {
        if (!device->gone && same_device(device, server, record)) {
            device->seen = true;
            break;
        }
    }
    pthread_mutex_unlock(&context->lock);
    return device;
}

/* No news of them. */
static void leave_as_they_were(libusb_context *context, const struct lusb_server *server)
{
    pthread_mutex_lock(&context->lock);
    for (struct libusb_device *device = context->devices; device; device = device->next)
        device->seen |= device->server == server && device->present && !device->gone;
    pthread_mutex_unlock(&context->lock);
}

static void scan_server(libusb_context *context, const struct lusb_server *server,
                        unsigned deadline_ms)
{
    struct usbip_device *records;
    size_t count;
    int error = usbip_devlist(server->host, server->port, deadline_ms, &records, &count);

    if (error) {
        lusb_log(context, LIBUSB_LOG_LEVEL_ERROR, "%s:%s: %s", server->host, server->port,
                 strerror(-error));
        if (error == -ETIMEDOUT)
            leave_as_they_were(context, server);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (server->busid[0] && strcmp(server->busid, records[i].busid) != 0)
            continue;
        if (!known(context, server, &records[i]))
            add_device(context, server, &records[i], deadline_ms);
    }
    free(records);
}

/* A device this process has imported is not in the list, and there all the same. */
static void begin_scan(libusb_context *context)
{
    pthread_mutex_lock(&context->lock);
    for (struct libusb_device *device = context->devices; device; device = device->next) {
        device->gone |= device->import && lusb_gone(device->import);
        device->seen = !device->gone && device->import;
    }
    pthread_mutex_unlock(&context->lock);
}

/* A device that was there and is not listed, with a reference. */
static libusb_device *missing(libusb_context *context)
{
    struct libusb_device *device;

    pthread_mutex_lock(&context->lock);
    for (device = context->devices; device; device = device->next) {
        if (device->present && !device->seen && !device->gone)
            break;
    }
    if (device)
        libusb_ref_device(device);
    pthread_mutex_unlock(&context->lock);
    return device;
}

/* Servers list what can be imported, so a device that another program has open is missing: only an
 * import tells it from one that was unplugged. */
static void ask_for(libusb_context *context, libusb_device *device, unsigned deadline_ms)
{
    struct usbip_client *client;
    int error = usbip_import(device->server->host, device->server->port, device->record.busid,
                             deadline_ms, &client);

    if (!error)
        usbip_free(client);
    pthread_mutex_lock(&context->lock);
    device->seen = !error || error == -EBUSY || error == -ETIMEDOUT;
    device->gone = !device->seen;
    pthread_mutex_unlock(&context->lock);
}

/* What left and nobody is to be told of goes from the list. */
static void end_scan(libusb_context *context)
{
    struct libusb_device **place = &context->devices;

    pthread_mutex_lock(&context->lock);
    while (*place) {
        libusb_device *device = *place;

        device->present = device->seen;
        if (device->present || (device->announced && context->hotplugs)) {
            place = &device->next;
            continue;
        }
        *place = device->next;
        libusb_unref_device(device);
    }
    pthread_mutex_unlock(&context->lock);
}

void lusb_scan(libusb_context *context, unsigned deadline_ms)
{
    libusb_device *device;

    if (context->undiscovered)
        return;
    pthread_mutex_lock(&context->scanning);
    begin_scan(context);
    for (size_t i = 0; i < context->server_count; i++)
        scan_server(context, &context->servers[i], deadline_ms);
    while ((device = missing(context))) {
        ask_for(context, device, deadline_ms);
        libusb_unref_device(device);
    }
    end_scan(context);
    pthread_mutex_unlock(&context->scanning);
}
