/* Standard requests (USB 2.0, 9.4), and which function gets the others. */
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

#include <errno.h>
#include <string.h>

enum standard_request {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
    SET_SEL = 48,
    SET_ISOCHRONOUS_DELAY = 49,
};

enum recipient { TO_DEVICE = 0, TO_INTERFACE = 1, TO_ENDPOINT = 2 };
enum feature { ENDPOINT_HALT = 0, REMOTE_WAKEUP = 1 };

static bool interface_exists(const struct usb_device *device, uint16_t number)
{
    return device->configuration && number < USB_INTERFACES_MAX &&
           usb_has_interface(device, (uint8_t)number, 0);
}

/* The endpoint a request names, or NULL; endpoint 0 has no entry here. */
static struct usb_endpoint *endpoint_named(struct usb_device *device, uint16_t address)
{
    struct usb_endpoint *endpoint;

    if (address & 0xff70)
        return NULL;
    endpoint = &device->endpoints[usb_index((uint8_t)address)];
    return endpoint->identity ? endpoint : NULL;
}

static bool is_endpoint_zero(uint16_t address)
{
    return (address & 0xff7f) == 0;
}

static int answer16(struct usb_device *device, unsigned value)
{
    put_le16(device->reply, (uint16_t)value);
    return 2;
}

static int get_status(struct usb_device *device, const struct usb_setup *setup)
{
    const struct usb_endpoint *endpoint;

    switch (setup->request_type & 0x1f) {
    case TO_DEVICE:
        return answer16(device, (device->identity->self_powered ? 1u : 0) |
                                    (device->remote_wakeup ? 2u : 0) |
                                    usb_super_device_status(device));
    case TO_INTERFACE:
        if (!interface_exists(device, setup->index))
            return -EPIPE;
        return answer16(device, usb_super_interface_status(device, (uint8_t)setup->index));
    case TO_ENDPOINT:
        if (is_endpoint_zero(setup->index))
            return answer16(device, 0);
        endpoint = endpoint_named(device, setup->index);
        return endpoint ? answer16(device, endpoint->halted) : -EPIPE;
    default:
        return -EPIPE;
    }
}

static int set_halt(struct usb_device *device, uint16_t address, bool halt)
{
    struct usb_endpoint *endpoint = endpoint_named(device, address);

    if (is_endpoint_zero(address) && device->configuration)
        return 0;
    if (!endpoint || usb_is_iso(endpoint)) /* USB 2.0, 9.4.5: bulk and interrupt only */
        return -EPIPE;
    endpoint->halted = halt;
    if (halt) {
        usb_endpoint_flush(device, endpoint, -EPIPE);
        return 0;
    }
    endpoint->function->ops->reset(
        endpoint->function->self,
        (struct usb_reset){.cause = USB_RESET_HALT, .endpoint = (uint8_t)address});
    usb_function_ready(device, (uint8_t)address);
    return 0;
}

static int feature(struct usb_device *device, const struct usb_setup *setup)
{
    bool set = setup->request == SET_FEATURE;
    unsigned recipient = setup->request_type & 0x1f;

    if (recipient == TO_ENDPOINT && setup->value == ENDPOINT_HALT)
        return set_halt(device, setup->index, set);
    if (recipient == TO_DEVICE && setup->value == REMOTE_WAKEUP &&
        device->identity->remote_wakeup) {
        device->remote_wakeup = set;
        return 0;
    }
    return usb_super_feature(device, setup, set);
}

static int set_address(struct usb_device *device, const struct usb_setup *setup)
{
    if (setup->value > 127)
        return -EPIPE;
    device->address = (uint8_t)setup->value;
    return 0;
}

static int get_descriptor(struct usb_device *device, const struct usb_setup *setup)
{
    uint8_t type = (uint8_t)(setup->value >> 8);

    return usb_describe(device, type, (uint8_t)setup->value, device->reply);
}

static int get_configuration(struct usb_device *device, const struct usb_setup *setup)
{
    (void)setup;
    device->reply[0] = device->configuration;
    return 1;
}

static int set_configuration(struct usb_device *device, const struct usb_setup *setup)
{
    uint8_t value = (uint8_t)setup->value;
    bool again = device->configuration && value;

    if (setup->value && setup->value != usb_configuration_value(device->identity))
        return -EPIPE;
    usb_super_reset(device);
    device->configuration = 0; /* everything down first: pending transfers end, halts clear */
    usb_apply_settings(device);
    memset(device->settings, 0, sizeof(device->settings));
    device->configuration = value;
    usb_apply_settings(device);
    usb_reset_functions(device, again ? USB_RESET_AGAIN : USB_RESET_CONFIGURED);
    for (unsigned i = 0; i < USB_ENDPOINTS; i++)
        device->endpoints[i].ready = false;
    return 0;
}

static int get_interface(struct usb_device *device, const struct usb_setup *setup)
{
    if (!interface_exists(device, setup->index))
        return -EPIPE;
    device->reply[0] = device->settings[setup->index];
    return 1;
}

static int set_interface(struct usb_device *device, const struct usb_setup *setup)
{
    const struct usb_function *function;

    if (!interface_exists(device, setup->index))
        return -EPIPE;
    if (setup->value > 0xff ||
        !usb_has_interface(device, (uint8_t)setup->index, (uint8_t)setup->value))
        return -EPIPE;
    for (size_t i = 0; i < device->identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &device->identity->interfaces[i];

        if (interface->number != setup->index ||
            interface->alternate != device->settings[setup->index])
            continue;
        for (size_t k = 0; k < interface->endpoint_count; k++) {
            struct usb_endpoint *endpoint =
                &device->endpoints[usb_index(interface->endpoints[k].address)];

            endpoint->identity =
                NULL; /* apply_settings brings it up anew, without halt or toggle */
        }
    }
    device->settings[setup->index] = (uint8_t)setup->value;
    usb_apply_settings(device);
    function = usb_function_of_interface(device, (uint8_t)setup->index);
    function->ops->reset(function->self, (struct usb_reset){.cause = USB_RESET_INTERFACE,
                                                            .interface = (uint8_t)setup->index,
                                                            .alternate = (uint8_t)setup->value});
    return 0;
}

/* One row a request: its direction, the only recipients it may have, whether it needs a data stage
 * of a fixed length. */
static const struct {
    uint8_t request;
    bool in;
    uint8_t recipients; /* bit per recipient */
    int (*run)(struct usb_device *device, const struct usb_setup *setup);
} standard[] = {
    {GET_STATUS, true, 0x7, get_status},
    {CLEAR_FEATURE, false, 0x7, feature},
    {SET_FEATURE, false, 0x7, feature},
    {SET_ADDRESS, false, 0x1, set_address},
    {GET_DESCRIPTOR, true, 0x1, get_descriptor},
    {GET_CONFIGURATION, true, 0x1, get_configuration},
    {SET_CONFIGURATION, false, 0x1, set_configuration},
    {GET_INTERFACE, true, 0x2, get_interface},
    {SET_INTERFACE, false, 0x2, set_interface},
    {SET_SEL, false, 0x1, usb_super_set_sel},
    {SET_ISOCHRONOUS_DELAY, false, 0x1, usb_super_set_isochronous_delay},
};

static int standard_request(struct usb_device *device, const struct usb_setup *setup)
{
    unsigned recipient = setup->request_type & 0x1f;
    bool in = (setup->request_type & 0x80) != 0;

    for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
        if (standard[i].request != setup->request || standard[i].in != in)
            continue;
        if (recipient > 2 || !(standard[i].recipients >> recipient & 1))
            return -EPIPE;
        return standard[i].run(device, setup);
    }
    return -EPIPE;
}

static int to_function(struct usb_device *device, const struct usb_function *function,
                       const struct usb_setup *setup, const uint8_t *data)
{
    return function->ops->setup(function->self, setup, data, device->reply);
}

static int other_request(struct usb_device *device, const struct usb_setup *setup,
                         const uint8_t *data)
{
    struct usb_endpoint *endpoint;
    int result = -EPIPE;

    if ((setup->request_type & 0x60) == 0x40) {
        result = usb_msos_request(device, setup, device->reply);
        if (result >= 0)
            return result;
    }
    if (!device->configuration)
        return -EPIPE;
    switch (setup->request_type & 0x1f) {
    case TO_INTERFACE:
        if (!interface_exists(device, setup->index & 0xff))
            return -EPIPE;
        return to_function(device, usb_function_of_interface(device, (uint8_t)setup->index), setup,
                           data);
    case TO_ENDPOINT:
        endpoint = endpoint_named(device, setup->index);
        return endpoint ? to_function(device, endpoint->function, setup, data) : -EPIPE;
    default:
        for (size_t i = 0; i < device->function_count && result < 0; i++)
            result = to_function(device, &device->functions[i], setup, data);
        return result;
    }
}

int usb_control(struct usb_device *device, const struct usb_setup *setup, const uint8_t *data)
{
    if (setup->request_type & 0x60)
        return other_request(device, setup, data);
    return standard_request(device, setup);
}
