/* What super speed adds to the standard requests (USB 3.2, 9.4): link states, exit latencies, the
 * isochronous delay, and suspend by function. USB/IP has no link, so the values are kept for
 * GET_STATUS and mean nothing more. */
#include "simulator/usb/usb_internal.h"

#include <errno.h>
#include <string.h>

enum { U1_ENABLE = 48, U2_ENABLE = 49, FUNCTION_SUSPEND = 0 };
enum { SUSPEND_OPTION_WAKEUP = 0x02 }; /* in the high byte of wIndex */
enum { TO_DEVICE = 0x00, TO_INTERFACE = 0x01 };

static bool is_super(const struct usb_device *device)
{
    return device->identity->speed == USB_SPEED_SUPER;
}

void usb_super_reset(struct usb_device *device)
{
    memset(&device->super, 0, sizeof(device->super));
}

unsigned usb_super_device_status(const struct usb_device *device)
{
    return (device->super.u1 ? 4u : 0) | (device->super.u2 ? 8u : 0);
}

/* Bit 0: can wake the host, bit 1: may. */
unsigned usb_super_interface_status(const struct usb_device *device, uint8_t number)
{
    if (!is_super(device) || !device->identity->remote_wakeup || number >= USB_INTERFACES_MAX)
        return 0;
    return 1u | (device->super.wakeup >> number & 1 ? 2u : 0);
}

static int function_suspend(struct usb_device *device, const struct usb_setup *setup, bool set)
{
    uint8_t number = (uint8_t)setup->index;
    bool wakeup = set && (setup->index >> 8 & SUSPEND_OPTION_WAKEUP);

    if (!device->configuration || number >= USB_INTERFACES_MAX ||
        !usb_has_interface(device, number, 0) || (wakeup && !device->identity->remote_wakeup))
        return -EPIPE;
    device->super.wakeup &= ~((uint32_t)1 << number);
    device->super.wakeup |= (uint32_t)wakeup << number;
    return 0;
}

int usb_super_feature(struct usb_device *device, const struct usb_setup *setup, bool set)
{
    unsigned recipient = setup->request_type & 0x1f;
    bool *state = setup->value == U1_ENABLE   ? &device->super.u1
                  : setup->value == U2_ENABLE ? &device->super.u2
                                              : NULL;

    if (!is_super(device))
        return -EPIPE;
    if (recipient == TO_INTERFACE && setup->value == FUNCTION_SUSPEND)
        return function_suspend(device, setup, set);
    if (recipient != TO_DEVICE || !state || !device->configuration || setup->index)
        return -EPIPE;
    *state = set;
    return 0;
}

int usb_super_set_sel(struct usb_device *device, const struct usb_setup *setup)
{
    return is_super(device) && device->configuration && setup->length == 6 ? 0 : -EPIPE;
}

int usb_super_set_isochronous_delay(struct usb_device *device, const struct usb_setup *setup)
{
    return is_super(device) && !setup->length && !setup->index ? 0 : -EPIPE;
}
