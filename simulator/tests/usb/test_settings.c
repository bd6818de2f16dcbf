/* What a front may ask about the chosen settings, its port reset, and who is told that a device is
 * free. */
#include "simulator/tests/rig.h"

static struct rig *rig;

static void start(void)
{
    rig = rig_new();
    cr_assert_eq(rig_control(rig, 0x00, 9, 1, 0, 0).status, 0);
    rig->done_count = 0;
}

static void end(void)
{
    rig_free(rig);
}

Test(settings, endpoints_are_those_of_the_setting, .init = start, .fini = end)
{
    struct usb_endpoint_facts facts;

    cr_assert(usb_device_endpoint(rig->device, 0x81, &facts));
    cr_expect_eq(facts.type, USB_ENDPOINT_BULK);
    cr_expect_eq(facts.room, 512);
    cr_assert(usb_device_endpoint(rig->device, 0x83, &facts));
    cr_expect_eq(facts.room, 28);
    cr_expect_eq(facts.interval, 6, "4 ms in microframes");
    cr_expect_not(usb_device_endpoint(rig->device, 0x82, &facts));
    cr_assert_eq(rig_control(rig, 0x01, 11, 1, 0, 0).status, 0);
    cr_expect_eq(usb_device_setting(rig->device, 0), 1);
    cr_expect_not(usb_device_endpoint(rig->device, 0x81, &facts));
    cr_expect_eq(usb_device_setting(rig->device, 200), 0);
}

Test(settings, a_port_reset_answers_what_waits_and_unconfigures, .init = start, .fini = end)
{
    struct usb_urb in = {.endpoint = 0x81, .length = 512};
    size_t resets = rig->resets;

    usb_device_submit(rig->device, &in);
    usb_device_reset(rig->device);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(rig->done[0]->status, -ESHUTDOWN);
    cr_expect_eq(usb_device_configuration(rig->device), 0);
    cr_expect_eq(rig->resets, resets + 1);
    cr_expect_eq(rig->reset.cause, USB_RESET_BUS);
    cr_expect(usb_device_attached(rig->device));
}

static unsigned told;

static void freed(struct usb_watch *watch)
{
    (void)watch;
    told++;
}

Test(settings, who_waits_for_a_device_is_told, .init = start, .fini = end)
{
    struct usb_watch watch = {.freed = freed}, other = {.freed = freed};

    usb_device_watch(rig->device, &watch);
    usb_device_watch(rig->device, &other);
    usb_device_unwatch(rig->device, &watch);
    usb_device_detach(rig->device);
    cr_expect_eq(told, 1);
    usb_device_unplug(rig->device);
    usb_device_plug(rig->device);
    cr_expect_eq(told, 2);
    usb_device_unwatch(rig->device, &other);
}
