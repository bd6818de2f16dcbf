/* Standard requests (USB 2.0, 9.4, and 9.2.7 for request errors). */
#include "simulator/tests/rig.h"

enum {
    GET_STATUS,
    CLEAR_FEATURE,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION,
    GET_INTERFACE,
    SET_INTERFACE
};

Test(chapter9, a_descriptor_is_cut_to_the_length_asked)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, GET_DESCRIPTOR, 0x0100, 0, 8), 8);
    cr_expect_eq(rig_ask(rig, 0x80, GET_DESCRIPTOR, 0x0100, 0, 0), 0);
    cr_expect_eq(rig_ask(rig, 0x80, GET_DESCRIPTOR, 0x0100, 0, 64), 18);
    rig_free(rig);
}

Test(chapter9, an_answer_beyond_the_buffer_is_an_overflow)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {
        .endpoint = 0x80, .setup = {0x80, GET_DESCRIPTOR, 0x0100, 0, 18}, .length = 8};

    usb_device_submit(rig->device, &urb);
    cr_expect_eq(urb.status, -EOVERFLOW);
    cr_expect_eq(urb.actual, 8);
    cr_expect_eq(urb.in.length, 8);
    rig_free(rig);
}

Test(chapter9, a_data_stage_must_fit_its_setup)
{
    struct rig *rig = rig_new();
    uint8_t two[2] = {0x01, 0x40};
    struct usb_urb short_one = {.setup = {0x21, 0x64, 0, 0, 6}, .length = sizeof(two), .data = two};
    struct usb_urb wrong_way = {.endpoint = 0x80, .setup = {0x21, 0x64, 0, 0, 6}, .length = 6};
    struct usb_urb wrong_way_in = {
        .setup = {0x80, GET_DESCRIPTOR, 0x0100, 0, 2}, .length = sizeof(two), .data = two};

    rig_configure(rig);
    usb_device_submit(rig->device, &short_one);
    cr_expect_eq(short_one.status, -EPIPE);
    usb_device_submit(rig->device, &wrong_way);
    cr_expect_eq(wrong_way.status, -EPIPE);
    usb_device_submit(rig->device, &wrong_way_in);
    cr_expect_eq(wrong_way_in.status, -EPIPE);
    cr_expect_eq(rig->setup.request, 0, "the function saw none of them");
    rig_free(rig);
}

Test(chapter9, an_unknown_request_stalls_and_the_next_works)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, 0x55, 0, 0, 2), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x80, GET_STATUS, 0, 0, 2), 2);
    rig_free(rig);
}

Test(chapter9, a_request_in_the_other_direction_stalls)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x00, GET_STATUS, 0, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x80, SET_CONFIGURATION, 1, 0, 0), -EPIPE);
    rig_free(rig);
}

Test(chapter9, configurations)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x80, GET_CONFIGURATION, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 0);
    cr_expect_eq(rig_ask(rig, 0x00, SET_CONFIGURATION, 1, 0, 0), 0);
    cr_expect_eq(rig->reset.cause, USB_RESET_CONFIGURED);
    cr_expect_eq(rig_ask(rig, 0x80, GET_CONFIGURATION, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 1);
    cr_expect_eq(rig_ask(rig, 0x00, SET_CONFIGURATION, 7, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x00, SET_CONFIGURATION, 0x0100, 0, 0), -EPIPE);
    cr_expect_eq(usb_device_configuration(rig->device), 1, "a refused one changes nothing");
    cr_expect_eq(rig_ask(rig, 0x00, SET_CONFIGURATION, 0, 0, 0), 0);
    cr_expect_eq(usb_device_configuration(rig->device), 0);
    rig_free(rig);
}

Test(chapter9, device_status_shows_power_and_wake_up)
{
    struct rig *rig = rig_unplugged();

    rig->identity.self_powered = rig->identity.remote_wakeup = true;
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_eq(rig_ask(rig, 0x80, GET_STATUS, 0, 0, 2), 2);
    cr_expect_eq(rig->data[0][0], 1);
    cr_expect_eq(rig_ask(rig, 0x00, SET_FEATURE, 1, 0, 0), 0);
    rig_ask(rig, 0x80, GET_STATUS, 0, 0, 2);
    cr_expect_eq(rig->data[0][0], 3);
    cr_expect_eq(rig->data[0][1], 0);
    cr_expect_eq(rig_ask(rig, 0x00, CLEAR_FEATURE, 1, 0, 0), 0);
    rig_ask(rig, 0x80, GET_STATUS, 0, 0, 2);
    cr_expect_eq(rig->data[0][0], 1);
    rig_free(rig);
}

Test(chapter9, wake_up_that_is_not_announced_stalls)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x00, SET_FEATURE, 1, 0, 0), -EPIPE);
    rig_ask(rig, 0x80, GET_STATUS, 0, 0, 2);
    cr_expect_eq(rig->data[0][0], 0);
    rig_free(rig);
}

Test(chapter9, interface_status_needs_a_configured_interface)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x81, GET_STATUS, 0, 0, 2), -EPIPE);
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x81, GET_STATUS, 0, 0, 2), 2);
    cr_expect_eq(rig->data[0][0], 0);
    cr_expect_eq(rig_ask(rig, 0x81, GET_STATUS, 0, 9, 2), -EPIPE);
    rig_free(rig);
}

Test(chapter9, a_halt_is_that_of_one_direction)
{
    struct rig *rig = rig_new();

    rig->endpoints[1].address = 0x01; /* 0x81 and 0x01 */
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x02, SET_FEATURE, 0, 0x81, 0), 0);
    rig_ask(rig, 0x82, GET_STATUS, 0, 0x81, 2);
    cr_expect_eq(rig->data[0][0], 1);
    rig_ask(rig, 0x82, GET_STATUS, 0, 0x01, 2);
    cr_expect_eq(rig->data[0][0], 0);
    cr_expect_eq(rig_ask(rig, 0x02, CLEAR_FEATURE, 0, 0x81, 0), 0);
    cr_expect_eq(rig->reset.cause, USB_RESET_HALT);
    rig_ask(rig, 0x82, GET_STATUS, 0, 0x81, 2);
    cr_expect_eq(rig->data[0][0], 0);
    rig_free(rig);
}

Test(chapter9, endpoint_requests_need_the_endpoint)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x82, GET_STATUS, 0, 0x81, 2), -EPIPE, "not configured");
    cr_expect_eq(rig_ask(rig, 0x82, GET_STATUS, 0, 0, 2), 2, "endpoint 0 is always there");
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x82, GET_STATUS, 0, 0x0f, 2), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x82, GET_STATUS, 0, 0x0181, 2), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x02, SET_FEATURE, 0, 0x0f, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x02, CLEAR_FEATURE, 0, 0x81, 0), 0, "nothing to clear is no error");
    rig_free(rig);
}

Test(chapter9, unknown_features_and_recipients_stall)
{
    struct rig *rig = rig_new();

    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x00, SET_FEATURE, 9, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, SET_FEATURE, 9, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x02, CLEAR_FEATURE, 9, 0x81, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x03, SET_FEATURE, 0, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x83, GET_STATUS, 0, 0, 2), -EPIPE);
    rig_free(rig);
}

Test(chapter9, settings)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x81, GET_INTERFACE, 0, 0, 1), -EPIPE, "not configured");
    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x01, SET_INTERFACE, 1, 0, 0), 0);
    cr_expect_eq(rig->reset.cause, USB_RESET_INTERFACE);
    cr_expect_eq(rig_ask(rig, 0x81, GET_INTERFACE, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 1);
    cr_expect_eq(rig_ask(rig, 0x82, GET_STATUS, 0, 0x81, 2), -EPIPE, "setting 1 has no endpoint");
    cr_expect_eq(rig_ask(rig, 0x01, SET_INTERFACE, 2, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, SET_INTERFACE, 0x0100, 0, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, SET_INTERFACE, 0, 4, 0), -EPIPE);
    rig_ask(rig, 0x81, GET_INTERFACE, 0, 0, 1);
    cr_expect_eq(rig->data[0][0], 1, "a refused one changes nothing");
    rig_free(rig);
}

Test(chapter9, configuring_again_starts_afresh)
{
    struct rig *rig = rig_new();

    rig_configure(rig);
    rig_ask(rig, 0x02, SET_FEATURE, 0, 0x02, 0);
    rig_configure(rig);
    rig_ask(rig, 0x82, GET_STATUS, 0, 0x02, 2);
    cr_expect_eq(rig->data[0][0], 0, "the halt is gone");
    rig_ask(rig, 0x01, SET_INTERFACE, 1, 0, 0);
    rig_configure(rig);
    rig_ask(rig, 0x81, GET_INTERFACE, 0, 0, 1);
    cr_expect_eq(rig->data[0][0], 0, "setting 0 is back");
    rig_free(rig);
}

Test(chapter9, addresses_end_at_127)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0x00, SET_ADDRESS, 127, 0, 0), 0);
    cr_expect_eq(rig_ask(rig, 0x00, SET_ADDRESS, 128, 0, 0), -EPIPE);
    rig_free(rig);
}

Test(chapter9, class_requests_go_to_the_function_of_the_interface)
{
    struct rig *rig = rig_new();

    cr_expect_eq(rig_ask(rig, 0xa1, 0x67, 0, 0, 4), -EPIPE, "not configured");
    rig_configure(rig);
    rig->setup_answer = 4;
    cr_expect_eq(rig_ask(rig, 0xa1, 0x67, 0x0102, 0, 64), 4);
    cr_expect_eq(rig->setup.request, 0x67);
    cr_expect_eq(rig->setup.value, 0x0102);
    cr_expect_eq(rig_ask(rig, 0xa1, 0x67, 0, 5, 64), -EPIPE, "no such interface");
    rig->setup_answer = -EPIPE;
    cr_expect_eq(rig_ask(rig, 0x21, 0x66, 0, 0, 0), -EPIPE);
    rig_free(rig);
}

/* Every value of each byte against a device that must answer within the bounds. */
Test(chapter9, every_request_is_answered_within_its_length)
{
    struct rig *rig = rig_new();

    rig->setup_answer = 16;
    for (unsigned type = 0; type < 256; type++) {
        for (unsigned request = 0; request < 256; request++) {
            for (unsigned value = 0; value < 2; value++) {
                uint16_t length = type & 0x80 ? 7 : 0;
                struct usb_urb urb = rig_control(rig, (uint8_t)type, (uint8_t)request,
                                                 (uint16_t)(value * 0x0302), 0, length);

                cr_assert_leq(urb.actual, length);
                cr_assert(urb.status == 0 || urb.status == -EPIPE);
            }
        }
    }
    rig_free(rig);
}
