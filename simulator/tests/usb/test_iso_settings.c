/* Isochronous URBs in the device core: what each packet reports, when a URB is due, which packet
 * lists are refused; and alternate settings, whose endpoints answer only while they are chosen. */
#include "simulator/tests/rig.h"
#include "spcore/base.h"

/* The rig's host with a clock that the test moves. */
static uint64_t clock_now, clock_wake;

static uint64_t read_clock(void *host)
{
    (void)host;
    return clock_now;
}

static void ask_tick(void *host, uint64_t due)
{
    (void)host;
    clock_wake = due;
}

static const struct usb_front_ops paced_host = {.complete = rig_complete,
                                                .gone = rig_gone,
                                                .congested = rig_congested,
                                                .hold = rig_hold,
                                                .now = read_clock,
                                                .alarm = ask_tick};

/* Setting 1 of interface 0: isochronous 0x81 (in setting 0 it is bulk) and 0x02, 100 bytes each
 * 8 microframes. */
static struct usb_endpoint_identity iso_endpoints[] = {
    {.address = 0x81, .type = USB_ENDPOINT_ISOCHRONOUS, .packet_size = 100, .interval = 4},
    {.address = 0x02, .type = USB_ENDPOINT_ISOCHRONOUS, .packet_size = 100, .interval = 4},
};

static struct rig *iso_rig(const struct usb_front_ops *host)
{
    struct rig *rig = rig_unplugged();

    clock_now = 1000000;
    clock_wake = 0;
    rig->interfaces[1].endpoints = iso_endpoints;
    rig->interfaces[1].endpoint_count = 2;
    cr_assert_eq(usb_device_attach(rig->device, host, rig), 0);
    rig_configure(rig);
    cr_assert_eq(rig_ask(rig, 0x01, 11, 1, 0, 0), 0);
    rig->done_count = 0;
    return rig;
}

static void give(struct rig *rig, size_t length)
{
    rig->pieces[rig->piece_count++] = (struct rig_piece){.length = length};
}

static void submit_iso(struct rig *rig, struct usb_urb *urb, uint8_t endpoint,
                       struct usb_iso_packet *packets, uint32_t count, uint32_t length)
{
    urb->packets = packets;
    urb->packet_count = count;
    rig_submit(rig, urb, endpoint, length);
}

Test(packets, in_packets_report_their_own_length_and_data_is_packed)
{
    struct rig *rig = iso_rig(&rig_host);
    struct usb_iso_packet packets[] = {{.offset = 0, .length = 100},
                                       {.offset = 100, .length = 100},
                                       {.offset = 200, .length = 50}};
    struct usb_urb urb = {.flags = USB_URB_ISO_ASAP};

    give(rig, 100);
    give(rig, 3);
    give(rig, 50);
    submit_iso(rig, &urb, 0x81, packets, 3, 250);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 153);
    cr_expect_eq(packets[0].actual, 100);
    cr_expect_eq(packets[1].actual, 3);
    cr_expect_eq(packets[2].actual, 50);
    cr_expect_eq(packets[1].offset, 100, "offsets stay those of the request");
    cr_expect_eq(rig->data[0][99], 1);
    cr_expect_eq(rig->data[0][100], 2, "the second packet follows at once");
    cr_expect_eq(rig->data[0][103], 3, "and the third follows its three bytes");
    cr_expect_eq(rig->data[0][152], 3);
    rig_free(rig);
}

Test(packets, a_frame_without_data_is_an_empty_packet_and_no_error)
{
    struct rig *rig = iso_rig(&rig_host);
    struct usb_iso_packet packets[] = {{.offset = 0, .length = 100}, {.offset = 100, .length = 9}};
    struct usb_urb urb = {0};

    give(rig, 4);
    submit_iso(rig, &urb, 0x81, packets, 2, 109);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 4);
    cr_expect_eq(packets[1].status, 0);
    cr_expect_eq(packets[1].actual, 0);
    rig_free(rig);
}

Test(packets, a_packet_longer_than_asked_overflows_alone)
{
    struct rig *rig = iso_rig(&rig_host);
    struct usb_iso_packet packets[] = {{.offset = 0, .length = 10}, {.offset = 10, .length = 90}};
    struct usb_urb urb = {0};

    give(rig, 100);
    give(rig, 90);
    submit_iso(rig, &urb, 0x81, packets, 2, 100);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(packets[0].status, -EOVERFLOW);
    cr_expect_eq(packets[0].actual, 10);
    cr_expect_eq(packets[1].status, 0);
    cr_expect_eq(packets[1].actual, 90);
    cr_expect_eq(urb.actual, 100);
    rig_free(rig);
}

Test(packets, out_packets_go_one_by_one_and_one_too_large_is_not_sent)
{
    struct rig *rig = iso_rig(&rig_host);
    struct usb_iso_packet packets[] = {{.offset = 0, .length = 100},
                                       {.offset = 100, .length = 101},
                                       {.offset = 210, .length = 0},
                                       {.offset = 210, .length = 40}};
    struct usb_urb urb = {0};

    submit_iso(rig, &urb, 0x02, packets, 4, 250);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_assert_eq(rig->out_count, 3);
    cr_expect_eq(rig->out_lengths[0], 100);
    cr_expect_eq(rig->out_lengths[1], 0);
    cr_expect_eq(rig->out_lengths[2], 40);
    cr_expect_eq(packets[1].status, -EMSGSIZE);
    cr_expect_eq(packets[1].actual, 0);
    cr_expect_eq(urb.actual, 140);
    rig_free(rig);
}

Test(packets, no_packets_complete_with_nothing)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_urb in = {0}, out = {0};

    give(rig, 100);
    submit_iso(rig, &in, 0x81, NULL, 0, 64);
    submit_iso(rig, &out, 0x02, NULL, 0, 64);
    cr_assert_eq(rig->done_count, 2);
    cr_expect_eq(in.status, 0);
    cr_expect_eq(in.actual, 0);
    cr_expect_eq(out.status, 0);
    cr_expect_eq(out.actual, 0);
    cr_expect_eq(rig->piece_next, 0);
    cr_expect_eq(rig->out_count, 0);
    rig_free(rig);
}

Test(packets, packets_outside_the_buffer_or_over_each_other_are_refused)
{
    static const struct {
        uint32_t first[2], second[2], length;
    } bad[] = {
        {{0, 100}, {100, 101}, 200},    /* leaves the buffer */
        {{0, 100}, {201, 0}, 200},      /* begins behind it */
        {{0, 100}, {99, 100}, 200},     /* overlaps */
        {{100, 100}, {0, 100}, 200},    /* goes back */
        {{0, UINT32_MAX}, {0, 0}, 200}, /* larger than all */
        {{UINT32_MAX, 2}, {1, 0}, 200}, /* wraps */
    };
    struct rig *rig = iso_rig(&rig_host);

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct usb_iso_packet packets[] = {
            {.offset = bad[i].first[0], .length = bad[i].first[1]},
            {.offset = bad[i].second[0], .length = bad[i].second[1]}};
        struct usb_urb urb = {0};

        rig->done_count = 0;
        submit_iso(rig, &urb, i & 1 ? 0x81 : 0x02, packets, 2, bad[i].length);
        cr_assert_eq(rig->done_count, 1, "%zu", i);
        cr_expect_eq(urb.status, -EINVAL, "%zu", i);
        cr_expect_eq(urb.actual, 0, "%zu", i);
        cr_expect_eq(packets[1].offset, bad[i].second[0], "%zu", i);
        cr_expect_eq(packets[1].status, -EINVAL, "%zu", i);
    }
    cr_expect_eq(rig->out_count, 0);
    rig_free(rig);
}

/* bInterval 4 at high speed: 8 microframes, 1 ms. Time begins at 1 000 000 us, in microframe 8000.
 */
Test(packets, urbs_are_due_when_their_frames_are_over_and_follow_without_a_gap)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_iso_packet packets[2][2] = {{{.length = 50}, {.offset = 50, .length = 50}},
                                           {{.length = 50}, {.offset = 50, .length = 50}}};
    struct usb_urb urbs[2] = {0};

    submit_iso(rig, &urbs[0], 0x02, packets[0], 2, 100);
    submit_iso(rig, &urbs[1], 0x02, packets[1], 2, 100);
    cr_expect_eq(rig->done_count, 0);
    cr_expect_eq(rig->out_count, 0);
    cr_expect_eq(clock_wake, 1002000);
    clock_now = 1001999;
    usb_device_tick(rig->device);
    cr_expect_eq(rig->done_count, 0);
    clock_now = 1002900; /* late */
    usb_device_tick(rig->device);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(rig->done[0], &urbs[0]);
    cr_expect_eq(urbs[0].start_frame, 8000);
    cr_expect_eq(clock_wake, 1004000, "being late moves nothing");
    clock_now = 1004000;
    usb_device_tick(rig->device);
    cr_assert_eq(rig->done_count, 2);
    cr_expect_eq(urbs[1].start_frame, 8000 + 16);
    rig_free(rig);
}

Test(packets, a_queue_that_ran_dry_starts_anew)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_iso_packet packet = {.length = 50};
    struct usb_urb urb = {0};

    submit_iso(rig, &urb, 0x02, &packet, 1, 50);
    clock_now = 5000000;
    usb_device_tick(rig->device);
    cr_assert_eq(rig->done_count, 1);
    submit_iso(rig, &urb, 0x02, &packet, 1, 50);
    cr_expect_eq(clock_wake, 5001000);
    cr_expect_eq(urb.start_frame, 40000);
    usb_device_tick(rig->device);
    cr_expect_eq(rig->done_count, 1);
    rig_free(rig);
}

Test(packets, an_unlinked_urb_never_completes_and_frees_its_frames)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_iso_packet packet = {.length = 50};
    struct usb_urb urb = {0}, next = {0};

    submit_iso(rig, &urb, 0x02, &packet, 1, 50);
    cr_assert(usb_device_unlink(rig->device, &urb));
    clock_now += 10000;
    usb_device_tick(rig->device);
    cr_expect_eq(rig->done_count, 0);
    cr_expect_eq(rig->out_count, 0);
    cr_expect_not(usb_device_unlink(rig->device, &urb));
    submit_iso(rig, &next, 0x02, &packet, 1, 50);
    cr_expect_eq(clock_wake, 1010000 + 1000);
    rig_free(rig);
}

Test(packets, nothing_is_asked_of_the_clock_while_answers_pile_up)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_iso_packet packet = {.length = 100};
    struct usb_urb urb = {0};

    give(rig, 100);
    submit_iso(rig, &urb, 0x81, &packet, 1, 100);
    rig->congested = true;
    clock_now += 5000;
    clock_wake = 0;
    usb_device_tick(rig->device);
    cr_expect_eq(rig->done_count, 0);
    cr_expect_eq(clock_wake, 0, "a tick at once, and again, would be a busy loop");
    rig->congested = false;
    usb_device_resume(rig->device);
    cr_expect_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 100);
    rig_free(rig);
}

Test(packets, an_isochronous_endpoint_cannot_halt)
{
    struct rig *rig = iso_rig(&rig_host);

    cr_expect_eq(rig_ask(rig, 0x02, 3, 0, 0x81, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x82, 0, 0, 0x81, 2), 2);
    usb_function_halt(rig->device, 0x81);
    cr_expect_not(usb_function_halted(rig->device, 0x81));
    rig_free(rig);
}

/* ---- alternate settings */

Test(settings, choosing_another_answers_what_is_pending_on_the_endpoints_it_takes)
{
    struct rig *rig = iso_rig(&paced_host);
    struct usb_iso_packet packets[2] = {{.length = 50}, {.offset = 50, .length = 50}};
    struct usb_urb urb = {0};

    submit_iso(rig, &urb, 0x81, packets, 2, 100);
    cr_expect_eq(rig->done_count, 0);
    {
        struct usb_urb set = {.setup = {0x01, 11, 0, 0, 0}};

        usb_device_submit(rig->device, &set);
        cr_assert_eq(rig->done_count, 2);
        cr_expect_eq(rig->done[0], &urb, "before SET_INTERFACE itself is answered");
        cr_expect_eq(set.status, 0);
    }
    cr_expect_eq(urb.status, -ESHUTDOWN);
    cr_expect_eq(urb.actual, 0);
    cr_expect_eq(packets[1].actual, 0);
    cr_expect_eq(packets[1].status, -EXDEV);
    cr_expect_eq(rig->reset.cause, USB_RESET_INTERFACE);
    rig_free(rig);
}

Test(settings, endpoints_are_those_of_the_chosen_setting)
{
    struct rig *rig = iso_rig(&rig_host);
    struct usb_urb urb = {0};

    cr_expect_eq(rig_ask(rig, 0x81, 10, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 1, "GET_INTERFACE");
    cr_expect_eq(usb_device_endpoint_type(rig->device, 0x81), USB_ENDPOINT_ISOCHRONOUS);
    cr_expect_eq(usb_device_endpoint_type(rig->device, 0x83), USB_ENDPOINT_INTERRUPT);
    rig->done_count = 0;
    rig_submit(rig, &urb, 0x83, 28);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, -ENOENT, "0x83 is of setting 0");
    cr_expect_eq(rig_ask(rig, 0x02, 1, 0, 0x83, 0), -EPIPE);
    cr_expect_eq(rig_ask(rig, 0x01, 11, 0, 0, 0), 0);
    cr_expect_eq(usb_device_endpoint_type(rig->device, 0x81), USB_ENDPOINT_BULK);
    cr_expect_eq(rig_ask(rig, 0x01, 11, 2, 0, 0), -EPIPE, "there is no setting 2");
    cr_expect_eq(rig_ask(rig, 0x81, 10, 0, 0, 1), 1);
    cr_expect_eq(rig->data[0][0], 0, "and a refused one changes nothing");
    rig_free(rig);
}

Test(settings, choosing_the_same_again_clears_a_halt)
{
    struct rig *rig = rig_new();

    rig_configure(rig);
    cr_expect_eq(rig_ask(rig, 0x02, 3, 0, 0x81, 0), 0);
    cr_expect(usb_function_halted(rig->device, 0x81));
    cr_expect_eq(rig_ask(rig, 0x01, 11, 0, 0, 0), 0);
    cr_expect_not(usb_function_halted(rig->device, 0x81));
    rig_free(rig);
}

Test(control, a_short_answer_with_short_not_ok_is_an_error_that_keeps_its_data)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {.flags = USB_URB_SHORT_NOT_OK,
                          .endpoint = 0x80,
                          .setup = {0x80, 6, 0x0100, 0, 64},
                          .length = 64};

    usb_device_submit(rig->device, &urb);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, -EREMOTEIO);
    cr_expect_eq(urb.actual, 18);
    cr_expect_eq(rig->data[0][0], 18);
    rig_free(rig);
}
