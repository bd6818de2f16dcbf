/* Endpoint queues (USB 2.0, 5.7.3, 5.8.3, 8.5.3; Linux urb flags). Packets: bulk 512, interrupt 28.
 */
#include "simulator/tests/rig.h"

static void gives(struct rig *rig, size_t length, bool end)
{
    rig->pieces[rig->piece_count++] = (struct rig_piece){.length = length, .end = end};
}

static void ready(struct rig *rig, uint8_t endpoint)
{
    usb_function_ready(rig->device, endpoint);
}

Test(queue, a_short_packet_ends_the_urb)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 100, true);
    rig_submit(rig, &urb, 0x81, 16384);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 100);
    rig_free(rig);
}

Test(queue, short_not_ok_makes_a_short_packet_an_error)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {.flags = USB_URB_SHORT_NOT_OK};

    rig_configure(rig);
    gives(rig, 100, true);
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.status, -EREMOTEIO);
    cr_expect_eq(urb.actual, 100);
    rig_free(rig);
}

Test(queue, a_transfer_that_fills_its_urb_on_a_boundary_owes_a_zero_packet)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[3] = {{0}};

    rig_configure(rig);
    gives(rig, 1024, true);
    gives(rig, 12, true);
    rig_submit(rig, &urbs[0], 0x81, 1024);
    rig_submit(rig, &urbs[1], 0x81, 1024);
    rig_submit(rig, &urbs[2], 0x81, 1024);
    cr_assert_eq(rig->done_count, 3);
    cr_expect_eq(urbs[0].actual, 1024);
    cr_expect_eq(urbs[1].actual, 0);
    cr_expect_eq(urbs[1].status, 0);
    cr_expect_eq(urbs[2].actual, 12);
    rig_free(rig);
}

Test(queue, a_zero_packet_that_fits_the_urb_is_not_owed)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[2] = {{0}};

    rig_configure(rig);
    gives(rig, 1024, true);
    gives(rig, 12, true);
    rig_submit(rig, &urbs[0], 0x81, 2048);
    rig_submit(rig, &urbs[1], 0x81, 2048);
    cr_expect_eq(urbs[0].actual, 1024);
    cr_expect_eq(urbs[1].actual, 12);
    rig_free(rig);
}

Test(queue, without_zero_packet_the_next_transfer_goes_on_in_the_same_urb)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig->pieces[rig->piece_count++] =
        (struct rig_piece){.length = 512, .end = true, .no_zlp = true};
    gives(rig, 12, true);
    rig_submit(rig, &urb, 0x81, 2048);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 524);
    rig_free(rig);
}

Test(queue, a_piece_is_kept_when_the_function_reuses_its_memory)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 512, false);
    gives(rig, 512, false);
    rig_submit(rig, &urb, 0x81, 2048);
    cr_assert_eq(rig->done_count, 0, "the transfer is not over");
    gives(rig, 10, true);
    ready(rig, 0x81);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 1034);
    cr_expect_eq(rig->data[0][0], 1);
    cr_expect_eq(rig->data[0][511], 1);
    cr_expect_eq(rig->data[0][512], 2);
    cr_expect_eq(rig->data[0][1033], 3);
    rig_free(rig);
}

Test(queue, many_pieces_do_not_end_a_urb_early)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    for (int i = 0; i < 9; i++)
        gives(rig, 512, false);
    gives(rig, 1, true);
    rig_submit(rig, &urb, 0x81, 16384);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 9 * 512 + 1);
    rig_free(rig);
}

Test(queue, more_than_the_urb_holds_is_an_overflow)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 512, true);
    rig_submit(rig, &urb, 0x81, 100);
    cr_expect_eq(urb.status, -EOVERFLOW);
    cr_expect_eq(urb.actual, 100);
    rig_free(rig);
}

Test(queue, an_idle_endpoint_keeps_its_urbs_pending)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig_submit(rig, &urb, 0x83, 64);
    cr_assert_eq(rig->done_count, 0);
    gives(rig, 24, true);
    ready(rig, 0x83);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 24);
    rig_free(rig);
}

Test(queue, order_is_kept_within_an_endpoint)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[5] = {{0}};

    rig_configure(rig);
    for (size_t i = 0; i < 5; i++)
        rig_submit(rig, &urbs[i], 0x81, 512);
    for (size_t i = 0; i < 5; i++)
        gives(rig, i + 1, true);
    ready(rig, 0x81);
    cr_assert_eq(rig->done_count, 5);
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(rig->done[i], &urbs[i]);
        cr_expect_eq(urbs[i].actual, i + 1);
    }
    rig_free(rig);
}

Test(queue, an_unlinked_urb_never_completes)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[3] = {{0}};

    rig_configure(rig);
    rig_submit(rig, &urbs[0], 0x81, 512);
    rig_submit(rig, &urbs[1], 0x81, 512);
    rig_submit(rig, &urbs[2], 0x81, 512);
    cr_expect(usb_device_unlink(rig->device, &urbs[1]));
    cr_expect_not(usb_device_unlink(rig->device, &urbs[1]), "twice");
    cr_expect(usb_device_unlink(rig->device, &urbs[2]), "the last");
    gives(rig, 1, true);
    gives(rig, 2, true);
    ready(rig, 0x81);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(rig->done[0], &urbs[0]);
    rig_submit(rig, &urbs[1], 0x81, 512);
    cr_expect_eq(rig->done_count, 2, "the queue's end is found again");
    rig_free(rig);
}

Test(queue, a_finished_urb_is_not_unlinked)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 1, true);
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_not(usb_device_unlink(rig->device, &urb));
    rig_free(rig);
}

Test(queue, data_of_an_unlinked_urb_go_back_to_the_function)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0}, next = {0};

    rig_configure(rig);
    gives(rig, 512, false);
    rig_submit(rig, &urb, 0x81, 2048);
    cr_assert(usb_device_unlink(rig->device, &urb));
    cr_expect_eq(rig->undone, 512);
    /* Sent again, the transfer has 512 bytes, not 1024: it still owes its zero-length packet. */
    gives(rig, 512, true);
    rig_submit(rig, &next, 0x81, 512);
    cr_expect_eq(next.actual, 512);
    rig_submit(rig, &next, 0x81, 512);
    cr_expect_eq(next.actual, 0);
    rig_free(rig);
}

Test(queue, a_dropped_transfer_leaves_nothing_in_the_urb)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 512, false);
    rig_submit(rig, &urb, 0x81, 2048);
    usb_function_drop(rig->device, 0x81);
    gives(rig, 12, true);
    ready(rig, 0x81);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 12);
    cr_expect_eq(rig->data[0][0], 2, "bytes of the second transfer");
    rig_free(rig);
}

Test(queue, a_dropped_transfer_owes_no_zero_packet)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    gives(rig, 512, true);
    rig_submit(rig, &urb, 0x81, 512);
    usb_function_drop(rig->device, 0x81);
    gives(rig, 12, true);
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.actual, 12);
    rig_free(rig);
}

Test(queue, a_halted_endpoint_stalls_until_it_is_cleared)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig->pieces[rig->piece_count++] = (struct rig_piece){.error = -EPIPE};
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.status, -EPIPE);
    cr_expect_eq(urb.actual, 0);
    gives(rig, 5, true);
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.status, -EPIPE, "still");
    cr_expect_eq(rig->piece_next, 1, "the function is not asked");
    cr_expect_eq(rig_ask(rig, 0x02, 1, 0, 0x81, 0), 0);
    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 5);
    rig_free(rig);
}

Test(queue, a_busy_function_is_offered_the_data_again)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig->out_answer = -EAGAIN;
    rig_submit(rig, &urb, 0x02, 700);
    cr_assert_eq(rig->done_count, 0);
    rig->out_answer = 0;
    ready(rig, 0x02);
    cr_assert_eq(rig->done_count, 1);
    cr_expect_eq(urb.actual, 700);
    cr_expect_eq(rig->out_count, 1);
    rig_free(rig);
}

Test(queue, the_end_of_an_out_transfer_is_seen_once)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig_submit(rig, &urb, 0x02, 1024);
    rig_submit(rig, &urb, 0x02, 0);
    urb.flags = USB_URB_ZERO_PACKET;
    rig_submit(rig, &urb, 0x02, 1024);
    urb.flags = 0;
    rig_submit(rig, &urb, 0x02, 1023);
    cr_assert_eq(rig->out_count, 4);
    cr_expect_not(rig->out_ends[0]);
    cr_expect(rig->out_ends[1], "a zero-length URB");
    cr_expect(rig->out_ends[2], "URB_ZERO_PACKET on an exact multiple");
    cr_expect(rig->out_ends[3], "a short packet");
    rig_free(rig);
}

Test(queue, an_absent_endpoint_is_answered)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_submit(rig, &urb, 0x81, 512);
    cr_expect_eq(urb.status, -ENOENT, "not configured");
    rig_configure(rig);
    rig_submit(rig, &urb, 0x01, 512);
    cr_expect_eq(urb.status, -ENOENT, "the other direction");
    rig_submit(rig, &urb, 0xf1, 512);
    cr_expect_eq(urb.status, -ENOENT, "no such number, although it ends in 1");
    rig_free(rig);
}

Test(queue, reconfiguring_answers_what_is_pending)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig_submit(rig, &urb, 0x83, 64);
    (void)rig_control;
    rig->done_count = 0;
    {
        struct usb_urb control = {.setup = {0, 9, 1, 0, 0}};

        usb_device_submit(rig->device, &control);
    }
    cr_assert_eq(rig->done_count, 2);
    cr_expect_eq(rig->done[0], &urb);
    cr_expect_eq(urb.status, -ESHUTDOWN);
    rig_free(rig);
}

Test(queue, a_congested_host_leaves_data_with_the_function)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[2] = {{0}};

    rig_configure(rig);
    gives(rig, 1, true);
    gives(rig, 2, true);
    rig->congested = true;
    rig_submit(rig, &urbs[0], 0x81, 512);
    rig_submit(rig, &urbs[1], 0x81, 512);
    cr_expect_eq(rig->done_count, 0);
    cr_expect_eq(rig->piece_next, 0);
    rig->congested = false;
    usb_device_resume(rig->device);
    cr_expect_eq(rig->done_count, 2);
    rig_free(rig);
}

Test(queue, unplugging_completes_everything_and_says_gone)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[2] = {{0}};

    rig_configure(rig);
    rig_submit(rig, &urbs[0], 0x83, 64);
    rig_submit(rig, &urbs[1], 0x81, 512);
    usb_device_unplug(rig->device);
    cr_expect_eq(rig->done_count, 2);
    cr_expect_eq(urbs[0].status, -ESHUTDOWN);
    cr_expect_eq(urbs[1].status, -ESHUTDOWN);
    cr_expect_eq(rig->gone_count, 1);
    cr_expect_not(usb_device_attached(rig->device));
    cr_expect_eq(usb_device_attach(rig->device, &rig_host, rig), -ENODEV);
    usb_device_plug(rig->device);
    cr_expect_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    rig_free(rig);
}

Test(queue, unplugging_inside_a_callback_waits_for_its_end)
{
    struct rig *rig = rig_new();
    struct usb_urb urbs[2] = {{0}};

    rig_configure(rig);
    rig_submit(rig, &urbs[0], 0x83, 64);
    rig->unplug_in_callback = true;
    gives(rig, 100, true);
    rig_submit(rig, &urbs[1], 0x81, 512);
    cr_assert_eq(rig->done_count, 2);
    cr_expect_eq(urbs[1].status, 0, "the transfer of the callback is whole");
    cr_expect_eq(urbs[0].status, -ESHUTDOWN);
    cr_expect_eq(rig->gone_count, 1);
    rig_free(rig);
}

Test(queue, a_second_importer_is_refused)
{
    struct rig *rig = rig_new();

    cr_expect_eq(usb_device_attach(rig->device, &rig_host, rig), -EBUSY);
    usb_device_detach(rig->device);
    cr_expect_eq(rig->reset.cause, USB_RESET_DISCONNECT);
    cr_expect_eq(usb_device_attach(rig->device, &rig_host, rig), 0);
    cr_expect_eq(rig->reset.cause, USB_RESET_BUS);
    rig_free(rig);
}

Test(queue, detaching_drops_pending_urbs_without_completion)
{
    struct rig *rig = rig_new();
    struct usb_urb urb = {0};

    rig_configure(rig);
    rig_submit(rig, &urb, 0x83, 64);
    usb_device_detach(rig->device);
    cr_expect_eq(rig->done_count, 0);
    cr_expect_eq(usb_device_configuration(rig->device), 0);
    rig_free(rig);
}
