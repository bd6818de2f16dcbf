/* What libusb's public header has gained since Debian 12's, which is 1.0.26's: types and prototypes
 * as libusb documents them, each group left out where the header at hand has it already. Programs
 * of newer distributions are linked to these names, and would not start without them. */
#ifndef SPCORE_LIBUSB_LUSB_NEWER_H
#define SPCORE_LIBUSB_LUSB_NEWER_H

#include <libusb.h>

#if LIBUSB_API_VERSION < 0x0100010A /* 1.0.27 */
#define LIBUSB_OPTION_LOG_CB ((enum libusb_option)3)
#define LIBUSB_BT_PLATFORM_DESCRIPTOR 0x05
#define LIBUSB_BT_PLATFORM_DESCRIPTOR_MIN_SIZE 20
#define LIBUSB_DT_INTERFACE_ASSOCIATION 0x0b
#define LIBUSB_DT_INTERFACE_ASSOCIATION_SIZE 8

struct libusb_init_option {
    enum libusb_option option;
    union {
        int ival;
        libusb_log_cb log_cbval;
    } value;
};

struct libusb_platform_descriptor {
    uint8_t bLength;
    uint8_t bDescriptorType;
    uint8_t bDevCapabilityType;
    uint8_t bReserved;
    uint8_t PlatformCapabilityUUID[16];
    uint8_t CapabilityData[]; /* bLength - 20 */
};

struct libusb_interface_association_descriptor {
    uint8_t bLength;
    uint8_t bDescriptorType;
    uint8_t bFirstInterface;
    uint8_t bInterfaceCount;
    uint8_t bFunctionClass;
    uint8_t bFunctionSubClass;
    uint8_t bFunctionProtocol;
    uint8_t iFunction;
};

struct libusb_interface_association_descriptor_array {
    const struct libusb_interface_association_descriptor *iad;
    int length;
};

int libusb_init_context(libusb_context **context, const struct libusb_init_option options[],
                        int option_count);
int libusb_get_max_alt_packet_size(libusb_device *device, int interface, int setting,
                                   unsigned char endpoint);
int libusb_get_platform_descriptor(libusb_context *context,
                                   struct libusb_bos_dev_capability_descriptor *capability,
                                   struct libusb_platform_descriptor **ret_platform);
void libusb_free_platform_descriptor(struct libusb_platform_descriptor *platform);
int libusb_get_interface_association_descriptors(
    libusb_device *device, uint8_t index,
    struct libusb_interface_association_descriptor_array **ret_array);
int libusb_get_active_interface_association_descriptors(
    libusb_device *device, struct libusb_interface_association_descriptor_array **ret_array);
void libusb_free_interface_association_descriptors(
    struct libusb_interface_association_descriptor_array *array);
#endif

#if LIBUSB_API_VERSION < 0x0100010B /* 1.0.28; the version was raised with 1.0.29 */
#define LIBUSB_BT_SUPERSPEED_PLUS_CAPABILITY 0x0a
#define LIBUSB_BT_SSPLUS_USB_DEVICE_CAPABILITY_SIZE 12

enum libusb_superspeedplus_sublink_attribute_sublink_type {
    LIBUSB_SSPLUS_ATTR_TYPE_SYM = 0,
    LIBUSB_SSPLUS_ATTR_TYPE_ASYM = 1,
};
enum libusb_superspeedplus_sublink_attribute_sublink_direction {
    LIBUSB_SSPLUS_ATTR_DIR_RX = 0,
    LIBUSB_SSPLUS_ATTR_DIR_TX = 1,
};
enum libusb_superspeedplus_sublink_attribute_exponent {
    LIBUSB_SSPLUS_ATTR_EXP_BPS = 0,
    LIBUSB_SSPLUS_ATTR_EXP_KBS = 1,
    LIBUSB_SSPLUS_ATTR_EXP_MBS = 2,
    LIBUSB_SSPLUS_ATTR_EXP_GBS = 3,
};
enum libusb_superspeedplus_sublink_attribute_link_protocol {
    LIBUSB_SSPLUS_ATTR_PROT_SS = 0,
    LIBUSB_SSPLUS_ATTR_PROT_SSPLUS = 1,
};

struct libusb_ssplus_sublink_attribute {
    uint8_t ssid;
    enum libusb_superspeedplus_sublink_attribute_exponent exponent; /* times three */
    enum libusb_superspeedplus_sublink_attribute_sublink_type type;
    enum libusb_superspeedplus_sublink_attribute_sublink_direction direction;
    enum libusb_superspeedplus_sublink_attribute_link_protocol protocol;
    uint16_t mantissa;
};

struct libusb_ssplus_usb_device_capability_descriptor {
    uint8_t numSublinkSpeedAttributes;
    uint8_t numSublinkSpeedIDs;
    uint8_t ssid;
    uint8_t minRxLaneCount;
    uint8_t minTxLaneCount;
    struct libusb_ssplus_sublink_attribute sublinkSpeedAttributes[];
};

int libusb_get_ssplus_usb_device_capability_descriptor(
    libusb_context *context, struct libusb_bos_dev_capability_descriptor *capability,
    struct libusb_ssplus_usb_device_capability_descriptor **ret_capability);
void libusb_free_ssplus_usb_device_capability_descriptor(
    struct libusb_ssplus_usb_device_capability_descriptor *capability);
#endif

#if LIBUSB_API_VERSION < 0x0100010C /* 1.0.30 */
enum libusb_device_string_type {
    LIBUSB_DEVICE_STRING_MANUFACTURER,
    LIBUSB_DEVICE_STRING_PRODUCT,
    LIBUSB_DEVICE_STRING_SERIAL_NUMBER,
    LIBUSB_DEVICE_STRING_COUNT
};

int libusb_get_device_string(libusb_device *device, enum libusb_device_string_type type, char *data,
                             int length);
unsigned long libusb_get_session_data(libusb_device *device);
int libusb_endpoint_supports_raw_io(libusb_device_handle *handle, uint8_t endpoint);
int libusb_endpoint_set_raw_io(libusb_device_handle *handle, uint8_t endpoint, int enable);
int libusb_get_max_raw_io_transfer_size(libusb_device_handle *handle, uint8_t endpoint);
#endif

#endif
