/* What a player says about itself on the bus: pure data, filled by player/ from a YAML file,
 * turned into descriptors by usb/. Strings are UTF-8; NULL means the descriptor has none. */
#ifndef SIMULATOR_USB_USB_IDENTITY_H
#define SIMULATOR_USB_USB_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux's codes, as USB/IP sends them. */
enum usb_speed { USB_SPEED_LOW = 1, USB_SPEED_FULL = 2, USB_SPEED_HIGH = 3, USB_SPEED_SUPER = 5 };

enum usb_endpoint_type {
    USB_ENDPOINT_CONTROL = 0,
    USB_ENDPOINT_ISOCHRONOUS = 1,
    USB_ENDPOINT_BULK = 2,
    USB_ENDPOINT_INTERRUPT = 3,
};

struct usb_endpoint_identity {
    uint8_t address;      /* bit 7: IN */
    uint8_t type;         /* enum usb_endpoint_type */
    uint16_t packet_size; /* 0: the usual one of type and speed */
    uint8_t interval;     /* bInterval as sent; 0: the usual one */
    uint8_t burst;        /* bMaxBurst of the super-speed companion */
};

/* One alternate setting; settings of one interface number follow each other, 0 first. */
struct usb_interface_identity {
    uint8_t number, alternate;
    uint8_t function; /* enum function_kind (function/kinds.h); said by setting 0 for all */
    uint8_t class_code, subclass, protocol;
    char *name;
    struct usb_endpoint_identity *endpoints;
    size_t endpoint_count;
};

/* A registry property announced by Microsoft OS descriptors (1.0 index 5, 2.0 type 4). */
struct usb_ms_property {
    uint32_t type; /* 1 REG_SZ, 4 REG_DWORD, 7 REG_MULTI_SZ */
    char *name;
    char **text; /* REG_SZ: one; REG_MULTI_SZ: text_count */
    size_t text_count;
    uint32_t number; /* REG_DWORD */
};

struct usb_identity {
    uint16_t vendor_id, product_id, release; /* bcdDevice */
    uint16_t version; /* bcdUSB; 0: the usual one of speed and capabilities */
    /* Of the device; 0: each interface has its own. */
    uint8_t class_code, subclass, protocol;
    char *manufacturer, *product, *serial;
    enum usb_speed speed;
    uint8_t control_packet_size; /* at full speed; 0: 64 */
    uint8_t configuration_value; /* 0: 1 */
    char *configuration_name;
    bool self_powered, remote_wakeup;
    uint16_t max_power_ma;
    struct usb_interface_identity *interfaces;
    size_t interface_count; /* alternate settings counted one by one */
    bool ms_os_10, ms_os_20;
    uint8_t ms_vendor_code;
    char *ms_compatible_id, *ms_sub_compatible_id;
    struct usb_ms_property *ms_properties;
    size_t ms_property_count;
};

/* How many entries are settings of the interface that begins at `first`. */
static inline size_t usb_setting_count(const struct usb_identity *identity, size_t first)
{
    size_t end = first;

    while (end < identity->interface_count &&
           identity->interfaces[end].number == identity->interfaces[first].number)
        end++;
    return end - first;
}

/* bConfigurationValue. */
static inline uint8_t usb_configuration_value(const struct usb_identity *identity)
{
    return identity->configuration_value ? identity->configuration_value : 1;
}

#endif
