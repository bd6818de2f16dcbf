/* What a row's change makes of a control request: which one it is for, what is done before and
 * after it. */
#include "simulator/defect/changes_usb.h"

#include <errno.h>
#include <string.h>

#include "simulator/usb/usb_internal.h"

static bool is_meant(const struct usb_change *change, const struct usb_device *device,
                     const struct usb_setup *setup)
{
    bool vendor = (change->type & 0x60) == 0x40;

    if (vendor ? (setup->request_type & 0xfe) != (change->type & 0xfe) ||
                     setup->request != device->identity->ms_vendor_code
               : setup->request_type != change->type || setup->request != change->request)
        return false;
    return (change->value == USB_ANY || setup->value == change->value) &&
           (change->index == USB_ANY || setup->index == change->index);
}

bool usb_change_request(const struct usb_change *change, struct usb_device *device,
                        struct usb_setup *setup, int *ret_length)
{
    if (change->kind == USB_WEDGES && device->endpoints[0].halted) {
        *ret_length = -EPIPE;
        return true;
    }
    if (change->kind == USB_UNCHANGED || !is_meant(change, device, setup))
        return false;
    if (change->kind == USB_OVERRUN)
        setup->length = UINT16_MAX;
    if (change->kind == USB_STALLS)
        *ret_length = -EPIPE;
    if (change->kind == USB_IGNORES) {
        *ret_length = setup->request_type & 0x80 ? change->to : 0;
        memset(device->reply, 0, change->to);
    }
    return change->kind == USB_STALLS || change->kind == USB_IGNORES;
}

static void set_byte(const struct usb_change *change, uint8_t *reply, int length)
{
    if (!change->part && change->at < length)
        reply[change->at] = change->to;
    for (int at = 0; change->part && at + 2 <= length && reply[at] >= 2;) {
        int next = at + reply[at];

        if (reply[at + 1] == change->part && at + change->at < length)
            reply[at + change->at] = change->to;
        at = next;
    }
}

static int set_length(uint8_t *reply, int length, int wanted)
{
    if (wanted > length)
        memset(reply + length, 0, (size_t)(wanted - length));
    return wanted;
}

int usb_change_reply(const struct usb_change *change, struct usb_device *device,
                     const struct usb_setup *setup, uint8_t *reply, int length)
{
    if (change->kind == USB_UNCHANGED || !is_meant(change, device, setup))
        return length;
    if (change->kind == USB_WEDGES)
        device->endpoints[0].halted |= length < 0;
    if (length < 0)
        return length;
    if (change->kind == USB_BYTE)
        set_byte(change, reply, length);
    if (change->kind == USB_LENGTH)
        return set_length(reply, length, change->to);
    if (change->kind == USB_PADDED && setup->length > length && setup->length <= USB_CONTROL_ROOM)
        return set_length(reply, length, setup->length);
    return length;
}
