/* Descriptors as libusb's structures, from the raw bytes a device keeps. Everything read here came
 * from a socket: each length is checked against what is left before use (USB 2.0, 9.6). */
#include <libusb.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

enum {
    CONFIG_SIZE = 9,
    INTERFACE_SIZE = 9,
    ENDPOINT_SIZE = 7,
    AUDIO_ENDPOINT_SIZE = 9,
    BOS_SIZE = 5,
    CAPABILITY_SIZE = 3,
};

/* What is left of a descriptor set. */
struct span {
    const uint8_t *at;
    size_t left;
};

/* The descriptor at the front, or NULL when its length does not fit. */
static const uint8_t *span_peek(const struct span *span)
{
    if (span->left < 2 || span->at[0] < 2 || span->at[0] > span->left)
        return NULL;
    return span->at;
}

static void span_next(struct span *span)
{
    uint8_t length = span->at[0];

    span->at += length;
    span->left -= length;
}

static bool is_standard(uint8_t type)
{
    return type == LIBUSB_DT_INTERFACE || type == LIBUSB_DT_ENDPOINT || type == LIBUSB_DT_CONFIG ||
           type == LIBUSB_DT_DEVICE;
}

/* Collects the class- and vendor-specific descriptors that follow a standard one. */
static int take_extra(struct span *span, const unsigned char **ret_extra, int *ret_length)
{
    const uint8_t *start = span->at;
    const uint8_t *next;
    unsigned char *copy;
    size_t length;

    while ((next = span_peek(span)) && !is_standard(next[1]))
        span_next(span);
    length = (size_t)(span->at - start);
    if (!length)
        return 0;
    copy = malloc(length);
    if (!copy)
        return LIBUSB_ERROR_NO_MEM;
    memcpy(copy, start, length);
    *ret_extra = copy;
    *ret_length = (int)length;
    return 0;
}

static int take_endpoint(struct span *span, struct libusb_endpoint_descriptor *endpoint)
{
    const uint8_t *d = span_peek(span);

    if (!d || d[1] != LIBUSB_DT_ENDPOINT || d[0] < ENDPOINT_SIZE)
        return LIBUSB_ERROR_IO;
    endpoint->bLength = d[0];
    endpoint->bDescriptorType = d[1];
    endpoint->bEndpointAddress = d[2];
    endpoint->bmAttributes = d[3];
    endpoint->wMaxPacketSize = get_le16(d + 4);
    endpoint->bInterval = d[6];
    if (d[0] >= AUDIO_ENDPOINT_SIZE) {
        endpoint->bRefresh = d[7];
        endpoint->bSynchAddress = d[8];
    }
    span_next(span);
    return take_extra(span, &endpoint->extra, &endpoint->extra_length);
}

static int take_setting(struct span *span, struct libusb_interface_descriptor *setting)
{
    const uint8_t *d = span_peek(span);
    struct libusb_endpoint_descriptor *endpoints;
    int error;

    setting->bLength = d[0];
    setting->bDescriptorType = d[1];
    setting->bInterfaceNumber = d[2];
    setting->bAlternateSetting = d[3];
    setting->bInterfaceClass = d[5];
    setting->bInterfaceSubClass = d[6];
    setting->bInterfaceProtocol = d[7];
    setting->iInterface = d[8];
    span_next(span);
    error = take_extra(span, &setting->extra, &setting->extra_length);
    if (error || !d[4])
        return error;
    endpoints = calloc(d[4], sizeof(*endpoints));
    if (!endpoints)
        return LIBUSB_ERROR_NO_MEM;
    setting->endpoint = endpoints;
    for (uint8_t i = 0; i < d[4] && !error; i++) {
        error = take_endpoint(span, &endpoints[i]);
        if (error != LIBUSB_ERROR_IO)
            setting->bNumEndpoints = (uint8_t)(i + 1);
    }
    return error == LIBUSB_ERROR_IO ? 0 : error; /* fewer than announced: those there are */
}

/* Settings are collected by interface number, in the order numbers first appear. */
static struct libusb_interface *interface_for(struct libusb_config_descriptor *config,
                                              uint8_t number)
{
    struct libusb_interface *all = (struct libusb_interface *)(uintptr_t)config->interface;

    for (uint8_t i = 0; i < config->bNumInterfaces; i++) {
        if (!all[i].num_altsetting || all[i].altsetting[0].bInterfaceNumber == number)
            return &all[i];
    }
    return NULL;
}

static int take_interface(struct span *span, struct libusb_config_descriptor *config)
{
    const uint8_t *d = span_peek(span);
    struct libusb_interface *interface;
    struct libusb_interface_descriptor *settings;
    size_t count;

    if (!d && span->left >= 2 && span->at[0] < 2)
        return LIBUSB_ERROR_IO;
    interface = d && d[1] == LIBUSB_DT_INTERFACE && d[0] >= INTERFACE_SIZE
                    ? interface_for(config, d[2])
                    : NULL;
    if (!interface) { /* cut short, or more than announced: left out, as libusb does */
        if (d)
            span_next(span);
        else
            span->left = 0;
        return 0;
    }
    count = (size_t)interface->num_altsetting;
    settings = realloc((void *)(uintptr_t)interface->altsetting, (count + 1) * sizeof(*settings));
    if (!settings)
        return LIBUSB_ERROR_NO_MEM;
    memset(&settings[count], 0, sizeof(*settings));
    interface->altsetting = settings;
    interface->num_altsetting++;
    return take_setting(span, &settings[count]);
}

int lusb_parse_config(const uint8_t *raw, size_t length,
                      struct libusb_config_descriptor **ret_config)
{
    struct libusb_config_descriptor *config;
    struct span span = {raw, length};
    int error;

    if (length < CONFIG_SIZE || raw[0] < CONFIG_SIZE || raw[0] > length ||
        raw[1] != LIBUSB_DT_CONFIG)
        return LIBUSB_ERROR_IO;
    config = calloc(1, sizeof(*config));
    if (!config)
        return LIBUSB_ERROR_NO_MEM;
    config->bLength = raw[0];
    config->bDescriptorType = raw[1];
    config->wTotalLength = get_le16(raw + 2);
    config->bNumInterfaces = raw[4];
    config->bConfigurationValue = raw[5];
    config->iConfiguration = raw[6];
    config->bmAttributes = raw[7];
    config->MaxPower = raw[8];
    config->interface = calloc(raw[4] ? raw[4] : 1, sizeof(*config->interface));
    span_next(&span);
    error = config->interface ? take_extra(&span, &config->extra, &config->extra_length)
                              : LIBUSB_ERROR_NO_MEM;
    while (!error && span.left)
        error = take_interface(&span, config);
    if (error) {
        libusb_free_config_descriptor(config);
        return error;
    }
    *ret_config = config;
    return 0;
}

static void free_setting(const struct libusb_interface_descriptor *setting)
{
    for (uint8_t i = 0; i < setting->bNumEndpoints; i++)
        free((void *)(uintptr_t)setting->endpoint[i].extra);
    free((void *)(uintptr_t)setting->endpoint);
    free((void *)(uintptr_t)setting->extra);
}

LUSB_API void libusb_free_config_descriptor(struct libusb_config_descriptor *config)
{
    if (!config)
        return;
    for (uint8_t i = 0; config->interface && i < config->bNumInterfaces; i++) {
        for (int k = 0; k < config->interface[i].num_altsetting; k++)
            free_setting(&config->interface[i].altsetting[k]);
        free((void *)(uintptr_t)config->interface[i].altsetting);
    }
    free((void *)(uintptr_t)config->interface);
    free((void *)(uintptr_t)config->extra);
    free(config);
}

LUSB_API int libusb_get_ss_endpoint_companion_descriptor(
    libusb_context *context, const struct libusb_endpoint_descriptor *endpoint,
    struct libusb_ss_endpoint_companion_descriptor **ret_companion)
{
    struct span span = {endpoint->extra, (size_t)endpoint->extra_length};
    struct libusb_ss_endpoint_companion_descriptor *companion;
    const uint8_t *d;

    (void)context;
    *ret_companion = NULL;
    for (; (d = span_peek(&span)); span_next(&span)) {
        if (d[1] != LIBUSB_DT_SS_ENDPOINT_COMPANION)
            continue;
        if (d[0] < LIBUSB_DT_SS_ENDPOINT_COMPANION_SIZE)
            return LIBUSB_ERROR_IO;
        companion = malloc(sizeof(*companion));
        if (!companion)
            return LIBUSB_ERROR_NO_MEM;
        *companion = (struct libusb_ss_endpoint_companion_descriptor){d[0], d[1], d[2], d[3],
                                                                      get_le16(d + 4)};
        *ret_companion = companion;
        return LIBUSB_SUCCESS;
    }
    return LIBUSB_ERROR_NOT_FOUND;
}

LUSB_API void libusb_free_ss_endpoint_companion_descriptor(
    struct libusb_ss_endpoint_companion_descriptor *companion)
{
    free(companion);
}

/* ---- which interfaces make one function (USB 3.2, 9.6.4) */

static bool is_association(const uint8_t *d)
{
    return d[1] == LIBUSB_DT_INTERFACE_ASSOCIATION && d[0] >= LIBUSB_DT_INTERFACE_ASSOCIATION_SIZE;
}

static int count_associations(const uint8_t *raw, size_t length)
{
    struct span span = {raw, length};
    const uint8_t *d;
    int count = 0;

    for (; (d = span_peek(&span)); span_next(&span))
        count += is_association(d);
    return span.left ? LIBUSB_ERROR_IO : count;
}

int lusb_parse_associations(const uint8_t *raw, size_t length,
                            struct libusb_interface_association_descriptor_array **ret_array)
{
    struct libusb_interface_association_descriptor_array *array;
    struct libusb_interface_association_descriptor *all;
    struct span span = {raw, length};
    int count = count_associations(raw, length);
    const uint8_t *d;

    if (count < 0)
        return count;
    array = calloc(1, sizeof(*array));
    all = count ? calloc((size_t)count, sizeof(*all)) : NULL;
    if (!array || (count && !all)) {
        free(array);
        free(all);
        return LIBUSB_ERROR_NO_MEM;
    }
    array->iad = all;
    array->length = count;
    for (int i = 0; i < count; span_next(&span)) {
        d = span_peek(&span);
        if (is_association(d))
            memcpy(&all[i++], d, LIBUSB_DT_INTERFACE_ASSOCIATION_SIZE); /* bytes, all of them */
    }
    *ret_array = array;
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_free_interface_association_descriptors(
    struct libusb_interface_association_descriptor_array *array)
{
    if (array)
        free((void *)(uintptr_t)array->iad);
    free(array);
}

/* ---- binary object store (USB 3.2, 9.6.2) */

static int take_capability(struct span *span, struct libusb_bos_dev_capability_descriptor **ret)
{
    const uint8_t *d = span_peek(span);
    struct libusb_bos_dev_capability_descriptor *capability;

    if (!d || d[0] < CAPABILITY_SIZE || d[1] != LIBUSB_DT_DEVICE_CAPABILITY)
        return LIBUSB_ERROR_IO;
    capability = malloc(sizeof(*capability) + d[0]);
    if (!capability)
        return LIBUSB_ERROR_NO_MEM;
    capability->bLength = d[0];
    capability->bDescriptorType = d[1];
    capability->bDevCapabilityType = d[2];
    memcpy(capability->dev_capability_data, d + CAPABILITY_SIZE, d[0] - CAPABILITY_SIZE);
    span_next(span);
    *ret = capability;
    return 0;
}

int lusb_parse_bos(const uint8_t *raw, size_t length, struct libusb_bos_descriptor **ret_bos)
{
    struct span span = {raw, length};
    struct libusb_bos_descriptor *bos;
    int error = 0;

    if (length < BOS_SIZE || raw[0] < BOS_SIZE || raw[0] > length || raw[1] != LIBUSB_DT_BOS)
        return LIBUSB_ERROR_IO;
    bos = calloc(1, sizeof(*bos) + raw[4] * sizeof(bos->dev_capability[0]));
    if (!bos)
        return LIBUSB_ERROR_NO_MEM;
    bos->bLength = raw[0];
    bos->bDescriptorType = raw[1];
    bos->wTotalLength = get_le16(raw + 2);
    span_next(&span);
    for (uint8_t i = 0; i < raw[4] && !error; i++) {
        error = take_capability(&span, &bos->dev_capability[i]);
        if (!error)
            bos->bNumDeviceCaps++;
    }
    if (error == LIBUSB_ERROR_NO_MEM) {
        libusb_free_bos_descriptor(bos);
        return error;
    }
    *ret_bos = bos; /* as libusb: capabilities that fit are shown, a broken rest is left out */
    return 0;
}

LUSB_API void libusb_free_bos_descriptor(struct libusb_bos_descriptor *bos)
{
    for (uint8_t i = 0; bos && i < bos->bNumDeviceCaps; i++)
        free(bos->dev_capability[i]);
    free(bos);
}

LUSB_API int
libusb_get_usb_2_0_extension_descriptor(libusb_context *context,
                                        struct libusb_bos_dev_capability_descriptor *capability,
                                        struct libusb_usb_2_0_extension_descriptor **ret_extension)
{
    struct libusb_usb_2_0_extension_descriptor *extension;

    (void)context;
    if (capability->bDevCapabilityType != LIBUSB_BT_USB_2_0_EXTENSION)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (capability->bLength < LIBUSB_BT_USB_2_0_EXTENSION_SIZE)
        return LIBUSB_ERROR_IO;
    extension = malloc(sizeof(*extension));
    if (!extension)
        return LIBUSB_ERROR_NO_MEM;
    *extension = (struct libusb_usb_2_0_extension_descriptor){
        capability->bLength, capability->bDescriptorType, capability->bDevCapabilityType,
        get_le32(capability->dev_capability_data)};
    *ret_extension = extension;
    return LIBUSB_SUCCESS;
}

LUSB_API void
libusb_free_usb_2_0_extension_descriptor(struct libusb_usb_2_0_extension_descriptor *extension)
{
    free(extension);
}

LUSB_API int libusb_get_ss_usb_device_capability_descriptor(
    libusb_context *context, struct libusb_bos_dev_capability_descriptor *capability,
    struct libusb_ss_usb_device_capability_descriptor **ret_capability)
{
    struct libusb_ss_usb_device_capability_descriptor *ss;
    const uint8_t *d = capability->dev_capability_data;

    (void)context;
    if (capability->bDevCapabilityType != LIBUSB_BT_SS_USB_DEVICE_CAPABILITY)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (capability->bLength < LIBUSB_BT_SS_USB_DEVICE_CAPABILITY_SIZE)
        return LIBUSB_ERROR_IO;
    ss = malloc(sizeof(*ss));
    if (!ss)
        return LIBUSB_ERROR_NO_MEM;
    *ss = (struct libusb_ss_usb_device_capability_descriptor){
        .bLength = capability->bLength,
        .bDescriptorType = capability->bDescriptorType,
        .bDevCapabilityType = capability->bDevCapabilityType,
        .bmAttributes = d[0],
        .wSpeedSupported = get_le16(d + 1),
        .bFunctionalitySupport = d[3],
        .bU1DevExitLat = d[4],
        .bU2DevExitLat = get_le16(d + 5),
    };
    *ret_capability = ss;
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_free_ss_usb_device_capability_descriptor(
    struct libusb_ss_usb_device_capability_descriptor *capability)
{
    free(capability);
}

LUSB_API int
libusb_get_container_id_descriptor(libusb_context *context,
                                   struct libusb_bos_dev_capability_descriptor *capability,
                                   struct libusb_container_id_descriptor **ret_container)
{
    struct libusb_container_id_descriptor *container;

    (void)context;
    if (capability->bDevCapabilityType != LIBUSB_BT_CONTAINER_ID)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (capability->bLength < LIBUSB_BT_CONTAINER_ID_SIZE)
        return LIBUSB_ERROR_IO;
    container = malloc(sizeof(*container));
    if (!container)
        return LIBUSB_ERROR_NO_MEM;
    container->bLength = capability->bLength;
    container->bDescriptorType = capability->bDescriptorType;
    container->bDevCapabilityType = capability->bDevCapabilityType;
    container->bReserved = capability->dev_capability_data[0];
    memcpy(container->ContainerID, capability->dev_capability_data + 1,
           sizeof(container->ContainerID));
    *ret_container = container;
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_free_container_id_descriptor(struct libusb_container_id_descriptor *container)
{
    free(container);
}

LUSB_API int libusb_get_platform_descriptor(libusb_context *context,
                                            struct libusb_bos_dev_capability_descriptor *capability,
                                            struct libusb_platform_descriptor **ret_platform)
{
    struct libusb_platform_descriptor *platform;

    (void)context;
    if (capability->bDevCapabilityType != LIBUSB_BT_PLATFORM_DESCRIPTOR)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (capability->bLength < LIBUSB_BT_PLATFORM_DESCRIPTOR_MIN_SIZE)
        return LIBUSB_ERROR_IO;
    platform = malloc(capability->bLength);
    if (!platform)
        return LIBUSB_ERROR_NO_MEM;
    platform->bLength = capability->bLength;
    platform->bDescriptorType = capability->bDescriptorType;
    platform->bDevCapabilityType = capability->bDevCapabilityType;
    memcpy((uint8_t *)platform + CAPABILITY_SIZE, capability->dev_capability_data,
           capability->bLength - CAPABILITY_SIZE); /* it lies as on the bus */
    *ret_platform = platform;
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_free_platform_descriptor(struct libusb_platform_descriptor *platform)
{
    free(platform);
}

/* One bmSublinkSpeedAttr (USB 3.2, 9.6.2.5). */
static struct libusb_ssplus_sublink_attribute sublink(uint32_t bits)
{
    return (struct libusb_ssplus_sublink_attribute){
        .ssid = bits & 0xf,
        .exponent = (enum libusb_superspeedplus_sublink_attribute_exponent)(bits >> 4 & 3),
        .type = (enum libusb_superspeedplus_sublink_attribute_sublink_type)(bits >> 6 & 1),
        .direction =
            (enum libusb_superspeedplus_sublink_attribute_sublink_direction)(bits >> 7 & 1),
        .protocol = (enum libusb_superspeedplus_sublink_attribute_link_protocol)(bits >> 14 & 1),
        .mantissa = (uint16_t)(bits >> 16),
    };
}

LUSB_API int libusb_get_ssplus_usb_device_capability_descriptor(
    libusb_context *context, struct libusb_bos_dev_capability_descriptor *capability,
    struct libusb_ssplus_usb_device_capability_descriptor **ret_capability)
{
    const uint8_t *d = capability->dev_capability_data;
    struct libusb_ssplus_usb_device_capability_descriptor *plus;
    uint8_t count;

    (void)context;
    if (capability->bDevCapabilityType != LIBUSB_BT_SUPERSPEED_PLUS_CAPABILITY)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (capability->bLength < LIBUSB_BT_SSPLUS_USB_DEVICE_CAPABILITY_SIZE)
        return LIBUSB_ERROR_IO;
    count = (uint8_t)((d[1] & 0xf) + 1); /* both counts of the bits that libusb takes for them */
    if (capability->bLength < LIBUSB_BT_SSPLUS_USB_DEVICE_CAPABILITY_SIZE + 4 * count)
        return LIBUSB_ERROR_IO;
    plus = malloc(sizeof(*plus) + count * sizeof(plus->sublinkSpeedAttributes[0]));
    if (!plus)
        return LIBUSB_ERROR_NO_MEM;
    plus->numSublinkSpeedAttributes = count;
    plus->numSublinkSpeedIDs = (uint8_t)((d[1] >> 4) + 1);
    plus->ssid = d[5] & 0xf;
    plus->minRxLaneCount = d[6] & 0xf;
    plus->minTxLaneCount = d[6] >> 4;
    for (uint8_t i = 0; i < count; i++)
        plus->sublinkSpeedAttributes[i] = sublink(get_le32(d + 9 + 4 * i));
    *ret_capability = plus;
    return LIBUSB_SUCCESS;
}

LUSB_API void libusb_free_ssplus_usb_device_capability_descriptor(
    struct libusb_ssplus_usb_device_capability_descriptor *capability)
{
    free(capability);
}
