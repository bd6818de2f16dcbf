/* A program of a newer distribution: it uses what libusb has gained between 1.0.26, whose header
 * this is built with, and 1.0.30, whose declarations stand here as libusb's documentation gives
 * them, less what no player has. Run with the players mtp and zero. Prints a line for each thing
 * that came true; anything else ends it with status 1. */
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "true_or_end.h"

/* 1.0.27 */
struct init_option {
    enum libusb_option option;
    union {
        int ival;
        libusb_log_cb log_cbval;
    } value;
};
struct platform {
    uint8_t length, type, capability, reserved, uuid[16], data[];
};
struct associations {
    const void *iad;
    int length;
};
enum { LOG_CB = 3, PLATFORM = 5 };
int libusb_init_context(libusb_context **ctx, const struct init_option options[], int num_options);
int libusb_get_max_alt_packet_size(libusb_device *dev, int interface_number, int alternate_setting,
                                   unsigned char endpoint);
int libusb_get_platform_descriptor(libusb_context *ctx,
                                   struct libusb_bos_dev_capability_descriptor *dev_cap,
                                   struct platform **platform_descriptor);
void libusb_free_platform_descriptor(struct platform *platform_descriptor);
int libusb_get_interface_association_descriptors(libusb_device *dev, uint8_t config_index,
                                                 struct associations **iad_array);
int libusb_get_active_interface_association_descriptors(libusb_device *dev,
                                                        struct associations **iad_array);
void libusb_free_interface_association_descriptors(struct associations *iad_array);
/* 1.0.30 */
enum { MANUFACTURER, PRODUCT, SERIAL };
int libusb_get_device_string(libusb_device *dev, int string_type, char *data, int length);
unsigned long libusb_get_session_data(libusb_device *dev);
int libusb_endpoint_supports_raw_io(libusb_device_handle *handle, uint8_t endpoint);
int libusb_endpoint_set_raw_io(libusb_device_handle *handle, uint8_t endpoint, int enable);
int libusb_get_max_raw_io_transfer_size(libusb_device_handle *handle, uint8_t endpoint);

static libusb_context *context;
static libusb_device_handle *player, *zero;
static int messages, arrived;

static void LIBUSB_CALL hear(libusb_context *whose, enum libusb_log_level level, const char *text)
{
    (void)whose;
    (void)level;
    messages += strstr(text, "libusb") != NULL;
}

static ssize_t devices_of(libusb_context *whose)
{
    libusb_device **list;
    ssize_t count = libusb_get_device_list(whose, &list);

    libusb_free_device_list(list, 1);
    return count;
}

static void contexts(void)
{
    const struct init_option blind = {LIBUSB_OPTION_NO_DEVICE_DISCOVERY, {0}};
    const struct init_option heard[] = {{LIBUSB_OPTION_LOG_LEVEL, {LIBUSB_LOG_LEVEL_ERROR}},
                                        {(enum libusb_option)LOG_CB, {.log_cbval = hear}}};
    const struct init_option wrong = {LIBUSB_OPTION_LOG_LEVEL, {99}};
    char *servers = strdup(getenv("PAPKIT_USBIP"));
    libusb_context *other = NULL;

    TRUE_OR_END(libusb_init_context(&other, &wrong, 1) == LIBUSB_ERROR_INVALID_PARAM);
    TRUE_OR_END(!other);
    TRUE_OR_END(libusb_init_context(&other, &blind, 1) == 0);
    TRUE_OR_END(devices_of(other) == 0);
    TRUE_OR_END(!libusb_open_device_with_vid_pid(other, 0x1209, 0x4d54));
    libusb_exit(other);
    TRUE_OR_END(libusb_init_context(&other, NULL, 0) == 0);
    TRUE_OR_END(devices_of(other) == 2);
    libusb_exit(other);
    setenv("PAPKIT_USBIP", "127.0.0.1:1", 1); /* nobody is there, which is worth a message */
    TRUE_OR_END(libusb_init_context(&other, heard, 2) == 0);
    TRUE_OR_END(devices_of(other) == 0 && messages > 0);
    libusb_exit(other);
    setenv("PAPKIT_USBIP", servers, 1);
    free(servers);
    puts("contexts");
}

static void strings(libusb_device *device)
{
    char text[64], all[64];
    int length = libusb_get_device_string(device, PRODUCT, all, sizeof(all));

    TRUE_OR_END(length == (int)strlen(all) + 1 && strcmp(all, "papkit MTP player") == 0);
    TRUE_OR_END(libusb_get_device_string(device, PRODUCT, NULL, 1) == length);
    TRUE_OR_END(libusb_get_device_string(device, PRODUCT, text, 4) == length);
    TRUE_OR_END(strcmp(text, "pap") == 0);
    TRUE_OR_END(libusb_get_device_string(device, MANUFACTURER, text, sizeof(text)) == 7);
    TRUE_OR_END(libusb_get_device_string(device, SERIAL, text, sizeof(text)) == 17);
    TRUE_OR_END(libusb_get_device_string(device, 3, text, sizeof(text)) ==
                LIBUSB_ERROR_INVALID_PARAM);
    TRUE_OR_END(libusb_get_device_string(device, SERIAL, text, 0) == LIBUSB_ERROR_INVALID_PARAM);
    TRUE_OR_END(
        libusb_get_session_data(device) ==
        (unsigned long)(libusb_get_bus_number(device) << 8 | libusb_get_device_address(device)));
    puts("strings");
}

/* A call-back may ask for them, too. */
static int LIBUSB_CALL arrives(libusb_context *whose, libusb_device *device,
                               libusb_hotplug_event event, void *data)
{
    char text[64];

    (void)whose;
    (void)event;
    (void)data;
    arrived += libusb_get_device_string(device, MANUFACTURER, text, sizeof(text)) > 0 &&
               strcmp(text, "papkit") == 0;
    return 0;
}

static void hotplug(void)
{
    TRUE_OR_END(libusb_hotplug_register_callback(
                    context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED, LIBUSB_HOTPLUG_ENUMERATE, 0x1209,
                    0x4d54, LIBUSB_HOTPLUG_MATCH_ANY, arrives, NULL, NULL) == 0);
    TRUE_OR_END(arrived == 1);
    puts("hotplug");
}

static void sizes(libusb_device *device)
{
    TRUE_OR_END(libusb_get_max_alt_packet_size(device, 0, 0, 0x81) == 512);
    TRUE_OR_END(libusb_get_max_alt_packet_size(device, 0, 0, 0x82) == LIBUSB_ERROR_NOT_FOUND);
    TRUE_OR_END(libusb_get_max_alt_packet_size(device, 0, 1, 0x82) == 1024);
    TRUE_OR_END(libusb_get_max_alt_packet_size(device, 9, 1, 0x82) == LIBUSB_ERROR_NOT_FOUND);
    puts("sizes");
}

static void associations(libusb_device *device)
{
    struct associations *array = NULL;

    TRUE_OR_END(libusb_get_interface_association_descriptors(device, 0, &array) == 0);
    TRUE_OR_END(array->length == 0 && !array->iad);
    libusb_free_interface_association_descriptors(array);
    TRUE_OR_END(libusb_get_active_interface_association_descriptors(device, &array) == 0);
    libusb_free_interface_association_descriptors(array);
    TRUE_OR_END(libusb_get_interface_association_descriptors(device, 9, &array) ==
                LIBUSB_ERROR_NOT_FOUND);
    puts("associations");
}

/* Microsoft OS 2.0 descriptors are announced by one: D8DD60DF-4589-4CC7-9CD2-659D9E648A9F. */
static void platform(void)
{
    struct libusb_bos_descriptor *bos;
    struct platform *found = NULL;

    TRUE_OR_END(libusb_get_bos_descriptor(player, &bos) == 0);
    TRUE_OR_END(libusb_get_platform_descriptor(context, bos->dev_capability[0], &found) ==
                LIBUSB_ERROR_INVALID_PARAM);
    TRUE_OR_END(bos->dev_capability[1]->bDevCapabilityType == PLATFORM);
    TRUE_OR_END(libusb_get_platform_descriptor(context, bos->dev_capability[1], &found) == 0);
    TRUE_OR_END(found->length == 28 && found->uuid[0] == 0xdf && found->uuid[15] == 0x9f);
    TRUE_OR_END(found->data[2] == 3 && found->data[3] == 6); /* Windows 8.1 */
    libusb_free_platform_descriptor(found);
    libusb_free_bos_descriptor(bos);
    puts("platform");
}

static void raw_io(void)
{
    TRUE_OR_END(libusb_endpoint_supports_raw_io(player, 0x81) == 0);
    TRUE_OR_END(libusb_endpoint_set_raw_io(player, 0x81, 1) == LIBUSB_ERROR_NOT_SUPPORTED);
    TRUE_OR_END(libusb_get_max_raw_io_transfer_size(player, 0x81) == LIBUSB_ERROR_NOT_SUPPORTED);
    puts("raw");
}

/* Said before any context begins, as programs for 1.0.26 had to. */
static void never_looking(void)
{
    TRUE_OR_END(libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY) == 0);
    TRUE_OR_END(libusb_init(NULL) == 0);
    TRUE_OR_END(devices_of(NULL) == 0);
    libusb_exit(NULL);
    puts("undiscovered");
}

int main(void)
{
    TRUE_OR_END(libusb_init_context(&context, NULL, 0) == 0);
    hotplug();
    player = libusb_open_device_with_vid_pid(context, 0x1209, 0x4d54);
    zero = libusb_open_device_with_vid_pid(context, 0x0525, 0xa4a0);
    TRUE_OR_END(player && zero);
    strings(libusb_get_device(player));
    sizes(libusb_get_device(zero));
    associations(libusb_get_device(zero));
    platform();
    raw_io();
    libusb_close(player);
    libusb_close(zero);
    libusb_exit(context);
    contexts();
    never_looking();
    return 0;
}
