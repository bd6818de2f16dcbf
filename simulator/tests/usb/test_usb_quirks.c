/* What the device core does for quirks: lock-ups, waits, silence, another class. */
#include "simulator/tests/rig.h"

#define GET_STATUS_IN 0x82, 0, 0, 0x81, 2

static uint64_t clock_us, alarm_us;

static uint64_t fake_now(void *host)
{
    (void)host;
    return clock_us;
}

static void fake_alarm(void *host, uint64_t due)
{
    (void)host;
    alarm_us = due;
}

static const struct usb_front_ops timed_host = {.complete = rig_complete,
                                                .gone = rig_gone,
                                                .congested = rig_congested,
                                                .hold = rig_hold,
                                                .now = fake_now,
                                                .alarm = fake_alarm};

static struct rig *rig_timed(void)
{
    struct rig *rig = rig_unplugged();

    clock_us = 1000000;
    alarm_us = 0;
    cr_assert_eq(usb_device_attach(rig->device, &timed_host, rig), 0);
    rig_configure(rig);
    rig->pieces[0] = (struct rig_piece){.length = 10, .end = true};
    rig->piece_count = 1;
    return rig;
}

static struct usb_urb control_waits(struct rig *rig, uint8_t type, uint8_t request, uint16_t value,
                                    uint16_t index, uint16_t length)
{
    struct usb_urb urb = {
        .endpoint = type & 0x80, .setup = {type, request, value, index, length}, .length = length};

    rig->done_count = 0;
    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->done_count, 0);
    cr_assert(usb_device_unlink(rig->device, &urb));
    return urb;
}

Test(quirks, get_status_of_an_endpoint_locks_it_up)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig_deviate(rig, QUIRK_NO_RELEASE);
    cr_assert_eq(rig_ask(rig, 0x80, 0, 0, 0, 2), 2); /* of the device: harmless */
    control_waits(rig, GET_STATUS_IN);
    cr_assert(usb_device_frozen(rig->device));
    control_waits(rig, 0x80, 6, 0x0100, 0, 18);
    rig->piece_count = 1;
    rig->pieces[0] = (struct rig_piece){.length = 10, .end = true};
    rig_submit(rig, &urb, 0x81, 512);
    cr_assert_eq(rig->done_count, 0);
    rig_free(rig);
}

Test(quirks, only_a_plug_ends_a_lock_up)
{
    struct rig *rig = rig_new();

    rig_configure(rig);
    usb_function_freeze(rig->device);
    usb_device_detach(rig->device);
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    control_waits(rig, 0x80, 6, 0x0100, 0, 18);
    usb_device_plug(rig->device); /* it never left */
    usb_device_unplug(rig->device);
    usb_device_plug(rig->device);
    cr_assert_eq(rig->reset.cause, USB_RESET_POWER);
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_assert_eq(rig_ask(rig, 0x80, 6, 0x0100, 0, 18), 18);
    rig_free(rig);
}

Test(quirks, unplugging_a_locked_up_device_ends_what_waits)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {.endpoint = 0x80, .setup = {0x80, 6, 0x0100, 0, 18}, .length = 18};

    usb_function_freeze(rig->device);
    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->done_count, 0);
    usb_device_unplug(rig->device);
    cr_assert_eq(rig->done_count, 1);
    cr_assert_eq(urb.status, -ESHUTDOWN);
    cr_assert_eq(rig->gone_count, 1);
    rig_free(rig);
}

Test(quirks, an_answer_waits_for_the_hosts_clock)
{
    struct rig *rig = rig_timed();
    struct usb_urb urb = {0};

    usb_function_delay(rig->device, 0x81, 21000);
    rig_submit(rig, &urb, 0x81, 512);
    cr_assert_eq(rig->done_count, 0);
    cr_assert_eq(alarm_us, 22000000);
    clock_us = 21999999;
    usb_device_tick(rig->device);
    cr_assert_eq(rig->done_count, 0);
    clock_us = 22000000;
    usb_device_tick(rig->device);
    cr_assert_eq(rig->done_count, 1);
    cr_assert_eq(urb.actual, 10);
    rig_free(rig);
}

Test(quirks, the_players_clock_brings_it_sooner)
{
    struct rig *rig = rig_timed();
    struct usb_urb urb = {0};

    usb_function_delay(rig->device, 0x81, 21000);
    rig_submit(rig, &urb, 0x81, 512);
    usb_device_pass(rig->device, 20000);
    cr_assert_eq(rig->done_count, 0);
    cr_assert_eq(alarm_us, 2000000); /* one second of 21 is left */
    usb_device_pass(rig->device, UINT64_MAX);
    cr_assert_eq(rig->done_count, 1);
    rig_free(rig);
}

Test(quirks, a_transfer_given_up_is_no_longer_waited_for)
{
    struct rig *rig = rig_timed();
    struct usb_urb urb = {0};

    usb_function_delay(rig->device, 0x81, 21000);
    usb_function_drop(rig->device, 0x81);
    rig_submit(rig, &urb, 0x81, 512);
    cr_assert_eq(rig->done_count, 1);
    rig_free(rig);
}

Test(quirks, configuring_again_is_told_from_configuring)
{
    struct rig *rig = rig_new();

    rig_configure(rig);
    cr_assert_eq(rig->reset.cause, USB_RESET_CONFIGURED);
    rig_configure(rig);
    cr_assert_eq(rig->reset.cause, USB_RESET_AGAIN);
    cr_assert_eq(rig_ask(rig, 0x00, 9, 0, 0, 0), 0);
    cr_assert_eq(rig->reset.cause, USB_RESET_CONFIGURED);
    rig_free(rig);
}

Test(quirks, the_os_string_resets_at_full_speed_only)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {.endpoint = 0x80, .setup = {0x80, 6, 0x03ee, 0, 18}, .length = 18};

    rig_deviate(rig, QUIRK_STRING_RESET);
    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->gone_count, 0);
    rig->identity.speed = USB_SPEED_FULL;
    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->gone_count, 1);
    cr_assert_eq(urb.status, -ESHUTDOWN);
    cr_assert(usb_device_plugged(rig->device));
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    rig_free(rig);
}

Test(quirks, a_dual_mode_player_has_a_disks_class)
{
    struct rig *rig = rig_new();
    uint8_t triple[3];

    usb_device_interface_class(rig->device, &rig->interfaces[0], triple);
    cr_assert_arr_eq(triple, ((uint8_t[]){6, 1, 1}), 3);
    rig_deviate(rig, QUIRK_UNLOAD_DRIVER);
    usb_device_interface_class(rig->device, &rig->interfaces[0], triple);
    cr_assert_arr_eq(triple, ((uint8_t[]){8, 6, 0x50}), 3);
    usb_device_interface_class(rig->device, &rig->interfaces[1], triple); /* it has no pipes */
    cr_assert_arr_eq(triple, ((uint8_t[]){6, 1, 1}), 3);
    rig_free(rig);
}

Test(quirks, the_vendor_request_switches_until_the_next_plug)
{
    struct rig *rig = rig_new();

    cr_assert_not(usb_function_switched(rig->device));
    rig_ask(rig, 0xc0, 0xaa, 0, 5, 64);
    cr_assert_not(usb_function_switched(rig->device));
    rig_ask(rig, 0xc0, 0xaa, 0, 4, 64);
    cr_assert(usb_function_switched(rig->device));
    usb_device_unplug(rig->device);
    usb_device_plug(rig->device);
    cr_assert_not(usb_function_switched(rig->device));
    rig_free(rig);
}
