/* What a row's change makes of one control request, and of no other. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "simulator/defect/filters_usb.h"
#include "simulator/usb/usb_internal.h"

static const struct usb_identity identity = {.ms_vendor_code = 0x21};
static struct usb_device device = {.identity = &identity};

static struct usb_setup asked(uint8_t type, uint16_t value, uint16_t length)
{
    return (struct usb_setup){type, GET_DESCRIPTOR, value, 0, length};
}

Test(changes, a_byte_of_one_descriptor_is_another)
{
    struct usb_change change = {USB_BYTE, 0x80, GET_DESCRIPTOR, 0x0100, USB_ANY, 2, 7, 0};
    struct usb_setup meant = asked(0x80, 0x0100, 18), other = asked(0x80, 0x0200, 18);
    uint8_t reply[4] = {4, 1, 0, 0};

    cr_assert_eq(usb_change_reply(&change, &device, &other, reply, 4), 4);
    cr_assert_eq(reply[2], 0);
    cr_assert_eq(usb_change_reply(&change, &device, &meant, reply, 4), 4);
    cr_assert_eq(reply[2], 7);
    cr_assert_eq(usb_change_reply(&change, &device, &meant, reply, -EPIPE), -EPIPE);
}

Test(changes, a_byte_of_each_part_is_another)
{
    struct usb_change change = {USB_BYTE, 0x80, GET_DESCRIPTOR, 0x0200, USB_ANY, 2, 9, DT_ENDPOINT};
    struct usb_setup setup = asked(0x80, 0x0200, 64);
    uint8_t reply[] = {3, DT_INTERFACE, 1, 3, DT_ENDPOINT, 1, 3, DT_ENDPOINT, 1};

    usb_change_reply(&change, &device, &setup, reply, sizeof(reply));
    cr_assert_arr_eq(reply, "\x03\x04\x01\x03\x05\x09\x03\x05\x09", sizeof(reply));
}

Test(changes, a_stall_and_a_needless_answer_do_nothing)
{
    struct usb_change stalls = {USB_STALLS, 0x80, GET_DESCRIPTOR, USB_ANY, USB_ANY, 0, 0, 0};
    struct usb_change ignores = {USB_IGNORES, 0x80, GET_DESCRIPTOR, USB_ANY, USB_ANY, 0, 3, 0};
    struct usb_setup setup = asked(0x80, 0x0f00, 5), other = asked(0x00, 0x0f00, 5);
    int length = 0;

    cr_assert(usb_change_request(&stalls, &device, &setup, &length));
    cr_assert_eq(length, -EPIPE);
    cr_assert(usb_change_request(&ignores, &device, &setup, &length));
    cr_assert_eq(length, 3);
    cr_assert_not(usb_change_request(&ignores, &device, &other, &length));
}

Test(changes, padding_ends_at_the_length_that_was_asked_for)
{
    struct usb_change change = {USB_PADDED, 0x80, GET_DESCRIPTOR, USB_ANY, USB_ANY, 0, 0, 0};
    struct usb_setup more = asked(0x80, 0x0100, 8), less = asked(0x80, 0x0100, 2);
    uint8_t reply[8] = {1, 2, 3, 4, 9, 9, 9, 9};

    cr_assert_eq(usb_change_reply(&change, &device, &less, reply, 4), 4);
    cr_assert_eq(usb_change_reply(&change, &device, &more, reply, 4), 8);
    cr_assert_arr_eq(reply, "\1\2\3\4\0\0\0\0", 8);
}

Test(changes, what_wedges_stalls_all_that_comes_after_a_stall)
{
    struct usb_change change = {USB_WEDGES, 0x80, GET_DESCRIPTOR, 0x0f00, USB_ANY, 0, 0, 0};
    struct usb_setup meant = asked(0x80, 0x0f00, 5), other = asked(0x80, 0x0100, 18);
    int length = 0;

    cr_assert_not(usb_change_request(&change, &device, &other, &length));
    usb_change_reply(&change, &device, &meant, NULL, -EPIPE);
    cr_assert(usb_change_request(&change, &device, &other, &length));
    cr_assert_eq(length, -EPIPE);
}

Test(changes, a_vendor_request_is_that_of_the_device_s_code_from_either_recipient)
{
    struct usb_change change = {USB_BYTE, 0xc0, 0, USB_ANY, 4, 0, 7, 0};
    struct usb_setup mine = {0xc1, 0x21, 0, 4, 40}, other = {0xc0, 0x22, 0, 4, 40};
    uint8_t reply[1] = {0};

    usb_change_reply(&change, &device, &other, reply, 1);
    cr_assert_eq(reply[0], 0);
    usb_change_reply(&change, &device, &mine, reply, 1);
    cr_assert_eq(reply[0], 7);
}
