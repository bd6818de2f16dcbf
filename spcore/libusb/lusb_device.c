/* Devices: the list, reference counts, and what a device says of itself without being opened. */
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

LUSB_API ssize_t libusb_get_device_list(libusb_context *context, libusb_device ***ret_list)
{
    libusb_device **list;
    size_t count = 0;

    context = lusb_context(context);
    if (!context)
        return LIBUSB_ERROR_OTHER;
    if (!lusb_handling(context)) /* a call-back must not wait for servers */
        lusb_scan(context, LUSB_DEADLINE_MS);
    pthread_mutex_lock(&context->lock);
    for (struct libusb_device *device = context->devices; device; device = device->next)
        count += device->present;
    list = calloc(count + 1, sizeof(*list));
    count = 0;
    for (struct libusb_device *device = context->devices; device && list; device = device->next) {
        if (device->present)
            list[count++] = libusb_ref_device(device);
    }
    pthread_mutex_unlock(&context->lock);
    if (!list)
        return LIBUSB_ERROR_NO_MEM;
    *ret_list = list;
    return (ssize_t)count;
}

LUSB_API void libusb_free_device_list(libusb_device **list, int unref)
{
    for (size_t i = 0; list && unref && list[i]; i++)
        libusb_unref_device(list[i]);
    free(list);
}

LUSB_API libusb_device *libusb_ref_device(libusb_device *device)
{
    atomic_fetch_add(&device->refs, 1);
    return device;
}

LUSB_API void libusb_unref_device(libusb_device *device)
{
    if (device && atomic_fetch_sub(&device->refs, 1) == 1)
        lusb_device_free(device);
}

LUSB_API uint8_t libusb_get_bus_number(libusb_device *device)
{
    return device->bus;
}

LUSB_API uint8_t libusb_get_device_address(libusb_device *device)
{
    return device->address;
}

/* As usbfs numbers its devices: bus, then address. */
LUSB_API unsigned long libusb_get_session_data(libusb_device *device)
{
    return (unsigned long)device->bus << 8 | device->address;
}

/* No hubs: every device sits on a port of its own of the root, which has address 1. */
LUSB_API uint8_t libusb_get_port_number(libusb_device *device)
{
    return device->address > 1 ? device->address - 1 : 127;
}

LUSB_API int libusb_get_port_numbers(libusb_device *device, uint8_t *ports, int length)
{
    if (length < 1)
        return length < 0 ? LIBUSB_ERROR_INVALID_PARAM : LIBUSB_ERROR_OVERFLOW;
    ports[0] = libusb_get_port_number(device);
    return 1;
}

LUSB_API int libusb_get_port_path(libusb_context *context, libusb_device *device, uint8_t *ports,
                                  uint8_t length)
{
    (void)context;
    return libusb_get_port_numbers(device, ports, length);
}

LUSB_API libusb_device *libusb_get_parent(libusb_device *device)
{
    (void)device;
    return NULL;
}

LUSB_API int libusb_get_device_speed(libusb_device *device)
{
    /* Linux's codes on the wire, libusb's here: 1, 2 and 3 agree, 5 is SUPER. */
    switch (device->record.speed) {
    case 1:
    case 2:
    case 3:
        return (int)device->record.speed;
    case 5:
        return LIBUSB_SPEED_SUPER;
    case 6:
        return LIBUSB_SPEED_SUPER_PLUS;
    default:
        return LIBUSB_SPEED_UNKNOWN;
    }
}

LUSB_API int libusb_get_device_descriptor(libusb_device *device,
                                          struct libusb_device_descriptor *ret)
{
    const uint8_t *d = device->descriptor;

    *ret = (struct libusb_device_descriptor){
        .bLength = d[0],
        .bDescriptorType = d[1],
        .bcdUSB = get_le16(d + 2),
        .bDeviceClass = d[4],
        .bDeviceSubClass = d[5],
        .bDeviceProtocol = d[6],
        .bMaxPacketSize0 = d[7],
        .idVendor = get_le16(d + 8),
        .idProduct = get_le16(d + 10),
        .bcdDevice = get_le16(d + 12),
        .iManufacturer = d[14],
        .iProduct = d[15],
        .iSerialNumber = d[16],
        .bNumConfigurations = d[17],
    };
    return LIBUSB_SUCCESS;
}

const struct lusb_set *lusb_config(const struct libusb_device *device, int value)
{
    for (unsigned i = 0; i < device->config_count; i++) {
        if (device->configs[i].raw[5] == value)
            return &device->configs[i];
    }
    return NULL;
}

const struct lusb_set *lusb_active_config(const struct libusb_device *device)
{
    int value;

    pthread_mutex_lock(&device->context->lock);
    value = device->import ? device->import->configuration : device->configs[0].raw[5];
    pthread_mutex_unlock(&device->context->lock);
    return value ? lusb_config(device, value) : NULL;
}

static int parse(const struct lusb_set *set, struct libusb_config_descriptor **ret_config)
{
    return set ? lusb_parse_config(set->raw, set->length, ret_config) : LIBUSB_ERROR_NOT_FOUND;
}

LUSB_API int libusb_get_active_config_descriptor(libusb_device *device,
                                                 struct libusb_config_descriptor **ret_config)
{
    return parse(lusb_active_config(device), ret_config);
}

LUSB_API int libusb_get_config_descriptor(libusb_device *device, uint8_t index,
                                          struct libusb_config_descriptor **ret_config)
{
    return parse(index < device->config_count ? &device->configs[index] : NULL, ret_config);
}

LUSB_API int libusb_get_config_descriptor_by_value(libusb_device *device, uint8_t value,
                                                   struct libusb_config_descriptor **ret_config)
{
    return parse(lusb_config(device, value), ret_config);
}

static int associations(const struct lusb_set *set,
                        struct libusb_interface_association_descriptor_array **ret_array)
{
    if (!ret_array)
        return LIBUSB_ERROR_INVALID_PARAM;
    return set ? lusb_parse_associations(set->raw, set->length, ret_array) : LIBUSB_ERROR_NOT_FOUND;
}

LUSB_API int libusb_get_interface_association_descriptors(
    libusb_device *device, uint8_t index,
    struct libusb_interface_association_descriptor_array **ret_array)
{
    return associations(index < device->config_count ? &device->configs[index] : NULL, ret_array);
}

LUSB_API int libusb_get_active_interface_association_descriptors(
    libusb_device *device, struct libusb_interface_association_descriptor_array **ret_array)
{
    return associations(lusb_active_config(device), ret_array);
}

LUSB_API int libusb_get_bos_descriptor(libusb_device_handle *handle,
                                       struct libusb_bos_descriptor **ret_bos)
{
    if (!handle->device->bos.raw)
        return LIBUSB_ERROR_PIPE;
    return lusb_parse_bos(handle->device->bos.raw, handle->device->bos.length, ret_bos);
}

/* Bytes an interval: only periodic endpoints have more than one packet in it (USB 2.0, 9.6.6), and
 * at super speed the companion says how many they are (USB 3.2, 9.6.7). */
static int interval_size(libusb_device *device, const struct libusb_endpoint_descriptor *endpoint)
{
    struct libusb_ss_endpoint_companion_descriptor *companion;
    int size = endpoint->wMaxPacketSize & 0x7ff;

    if (libusb_get_device_speed(device) >= LIBUSB_SPEED_SUPER &&
        !libusb_get_ss_endpoint_companion_descriptor(device->context, endpoint, &companion)) {
        size = companion->wBytesPerInterval;
        libusb_free_ss_endpoint_companion_descriptor(companion);
        return size;
    }
    return endpoint->bmAttributes & 1 ? size * (1 + (endpoint->wMaxPacketSize >> 11 & 3)) : size;
}

/* One endpoint of the configuration in force. */
struct wanted {
    int interface, setting; /* -1: any */
    unsigned char endpoint;
    bool interval; /* its bytes an interval; else as wMaxPacketSize stands */
};

static int size_in(libusb_device *device, const struct libusb_interface_descriptor *setting,
                   const struct wanted *wanted)
{
    if ((wanted->interface >= 0 && wanted->interface != setting->bInterfaceNumber) ||
        (wanted->setting >= 0 && wanted->setting != setting->bAlternateSetting))
        return LIBUSB_ERROR_NOT_FOUND;
    for (int i = 0; i < setting->bNumEndpoints; i++) {
        const struct libusb_endpoint_descriptor *endpoint = &setting->endpoint[i];

        if (endpoint->bEndpointAddress == wanted->endpoint)
            return wanted->interval ? interval_size(device, endpoint) : endpoint->wMaxPacketSize;
    }
    return LIBUSB_ERROR_NOT_FOUND;
}

/* Of the first setting that has it. */
static int packet_size(libusb_device *device, const struct wanted *wanted)
{
    struct libusb_config_descriptor *config;
    int result = parse(lusb_active_config(device), &config);

    if (result)
        return result;
    result = LIBUSB_ERROR_NOT_FOUND;
    for (int i = 0; i < config->bNumInterfaces && result < 0; i++) {
        for (int k = 0; k < config->interface[i].num_altsetting && result < 0; k++)
            result = size_in(device, &config->interface[i].altsetting[k], wanted);
    }
    libusb_free_config_descriptor(config);
    return result;
}

LUSB_API int libusb_get_max_packet_size(libusb_device *device, unsigned char endpoint)
{
    return packet_size(device, &(struct wanted){-1, -1, endpoint, false});
}

LUSB_API int libusb_get_max_iso_packet_size(libusb_device *device, unsigned char endpoint)
{
    return packet_size(device, &(struct wanted){-1, -1, endpoint, true});
}

LUSB_API int libusb_get_max_alt_packet_size(libusb_device *device, int interface, int setting,
                                            unsigned char endpoint)
{
    return packet_size(device, &(struct wanted){interface, setting, endpoint, true});
}
