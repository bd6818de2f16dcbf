/* The seam itself (usb/function.h): what the core calls when, and what it does where no function
 * is. */
#include "simulator/tests/rig.h"

/* A device of its own over the rig's identity, whose function serves interface 0. */
static struct usb_device *device_with(struct rig *rig, const struct usb_function_ops *ops)
{
    const struct usb_function function = {ops, rig, 0, 1};
    struct usb_device *device;

    cr_assert_eq(usb_device_new(&rig->identity, &usb_by_the_book, &function, 1, &device), 0);
    return device;
}

Test(function, is_attached_as_long_as_the_device_lives)
{
    struct rig *rig = rig_new();
    struct usb_device *device = device_with(rig, &rig_ops);

    cr_expect_eq(rig->attached, device);
    usb_device_free(device);
    cr_expect_null(rig->attached);
    rig_free(rig);
}

Test(function, hears_which_setting_of_which_interface_holds)
{
    struct rig *rig = rig_new();

    rig->interfaces[0].number = rig->interfaces[1].number = 0;
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x01, 11, 1, 0, 0), 0);
    cr_expect_eq(rig->reset.cause, USB_RESET_INTERFACE);
    cr_expect_eq(rig->reset.interface, 0);
    cr_expect_eq(rig->reset.alternate, 1);
    cr_expect_eq(rig_ask(rig, 0x01, 11, 0, 0, 0), 0);
    cr_expect_eq(rig->reset.alternate, 0);
    rig_free(rig);
}

/* A functional descriptor behind the interface, another behind its first endpoint. */
static size_t describe(void *self, const struct usb_interface_identity *interface, uint8_t endpoint,
                       uint8_t *at, size_t room)
{
    const uint8_t bytes[] = {4, endpoint ? 0x25 : 0x24, interface->alternate, endpoint};

    (void)self;
    if (endpoint > 0x81 || endpoint == 0x02 || room < sizeof(bytes))
        return 0;
    memcpy(at, bytes, sizeof(bytes));
    return sizeof(bytes);
}

Test(function, adds_class_descriptors_where_they_belong)
{
    static const uint8_t start[] = {4, 0x24, 0, 0, 7, 5, 0x81, 2, 0, 2, 0, 4, 0x25, 0, 0x81, 7};
    static const uint8_t second[] = {4, 0x24, 1, 0};
    struct usb_function_ops ops = rig_ops;
    struct rig *rig = rig_new();
    uint8_t bytes[USB_CONTROL_ROOM];
    struct usb_device *device;

    ops.describe = describe;
    device = device_with(rig, &ops);
    cr_assert_eq(usb_describe(device, 2, 0, bytes), 9 + 9 + 3 * 7 + 9 + 3 * 4);
    cr_expect_eq(bytes[2], 60, "wTotalLength");
    cr_expect_arr_eq(bytes + 18, start, sizeof(start));
    cr_expect_arr_eq(bytes + 56, second, sizeof(second));
    usb_device_free(device);
    rig_free(rig);
}

Test(function, an_interface_that_no_function_serves_stalls_and_its_endpoints_halt)
{
    struct rig *rig = rig_unplugged();
    const struct usb_function elsewhere = {&rig_ops, rig, 7, 1};
    struct usb_urb in = {0}, out = {0};

    usb_device_free(rig->device);
    cr_assert_eq(usb_device_new(&rig->identity, &usb_by_the_book, &elsewhere, 1, &rig->device), 0);
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x21, 0x66, 0, 0, 0), -EPIPE);
    rig->done_count = 0;
    rig_submit(rig, &in, 0x81, 512);
    rig_submit(rig, &out, 0x02, 512);
    cr_assert_eq(rig->done_count, 2);
    cr_expect_eq(in.status, -EPIPE);
    cr_expect_eq(out.status, -EPIPE);
    cr_expect(usb_function_halted(rig->device, 0x81));
    cr_expect_eq(rig_ask(rig, 0x02, 1, 0, 0x81, 0), 0);
    cr_expect_not(usb_function_halted(rig->device, 0x81));
    cr_expect_eq(rig_ask(rig, 0x01, 11, 1, 0, 0), 0);
    rig_free(rig);
}
