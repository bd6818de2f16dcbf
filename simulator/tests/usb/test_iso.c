/* Isochronous URBs on a clock the test moves: frames, packets and what an answer says of them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "simulator/usb/device.h"
#include "simulator/usb/usb_internal.h"

/* Interface 0: setting 0 without bandwidth, setting 1 with isochronous 0x81 and 0x02. */
struct iso_rig {
    struct usb_endpoint_identity endpoints[2];
    struct usb_interface_identity interfaces[2];
    struct usb_identity identity;
    struct usb_device *device;
    uint8_t next;        /* first byte of the next packet in */
    size_t in_length[8]; /* of the packets in; then nothing is ready */
    unsigned in_calls, out_calls;
    uint8_t out[64]; /* first byte of each packet out */
    uint64_t now, alarm;
    struct usb_urb *done[8];
    unsigned done_count;
    uint8_t buffer[4096], held[8][4096];
};

static int iso_in(void *self, uint8_t endpoint, size_t room, struct usb_in *ret_in)
{
    struct iso_rig *rig = self;
    static uint8_t bytes[4096];
    size_t length = rig->in_calls < 8 ? rig->in_length[rig->in_calls] : 0;

    (void)endpoint;
    (void)room;
    rig->in_calls++;
    if (!length)
        return -EAGAIN;
    memset(bytes, rig->next++, sizeof(bytes));
    *ret_in = (struct usb_in){
        .chunks = {{.memory = bytes, .length = length}}, .chunk_count = 1, .length = length};
    return 0;
}

static int iso_out(void *self, uint8_t endpoint, const uint8_t *data, size_t length, bool end)
{
    struct iso_rig *rig = self;

    (void)endpoint;
    cr_assert(end);
    cr_assert(length > 0);
    rig->out[rig->out_calls++] = data[0];
    return 0;
}

static void iso_reset(void *self, struct usb_reset reset)
{
    (void)self;
    (void)reset;
}

static const struct usb_function_ops function_ops = {
    .name = "isochronous", .in = iso_in, .out = iso_out, .reset = iso_reset};

static void complete(void *host, struct usb_urb *urb)
{
    struct iso_rig *rig = host;

    if (urb->in.chunk_count)
        memcpy(rig->held[rig->done_count], urb->in.chunks[0].memory, urb->actual);
    rig->done[rig->done_count++] = urb;
}

static void gone(void *host)
{
    (void)host;
}

static bool hold(void *host, struct usb_urb *urb)
{
    urb->data = ((struct iso_rig *)host)->buffer;
    return true;
}

static uint64_t now(void *host)
{
    return ((struct iso_rig *)host)->now;
}

static void alarm_at(void *host, uint64_t due)
{
    ((struct iso_rig *)host)->alarm = due;
}

static const struct usb_front_ops front_ops = {
    .complete = complete, .gone = gone, .hold = hold, .now = now, .alarm = alarm_at};

static void control(struct iso_rig *rig, uint8_t type, uint8_t request, uint16_t value)
{
    struct usb_urb urb = {.endpoint = 0, .setup = {type, request, value, 0, 0}};

    usb_device_submit(rig->device, &urb);
    cr_assert_eq(urb.status, 0);
    rig->done_count = 0;
}

/* High speed, 192-byte packets in every microframe but as `interval` says. */
static void rig_start(struct iso_rig *rig, enum usb_speed speed, uint8_t interval)
{
    struct usb_function function = {&function_ops, rig, 0, 1};

    *rig = (struct iso_rig){.now = 1000000};
    rig->endpoints[0] =
        (struct usb_endpoint_identity){0x81, USB_ENDPOINT_ISOCHRONOUS, 192, interval, 0};
    rig->endpoints[1] =
        (struct usb_endpoint_identity){0x02, USB_ENDPOINT_ISOCHRONOUS, 192, interval, 0};
    rig->interfaces[0] = (struct usb_interface_identity){.class_code = 0xff};
    rig->interfaces[1] = (struct usb_interface_identity){
        .alternate = 1, .class_code = 0xff, .endpoints = rig->endpoints, .endpoint_count = 2};
    rig->identity =
        (struct usb_identity){.speed = speed, .interfaces = rig->interfaces, .interface_count = 2};
    cr_assert_eq(usb_device_new(&rig->identity, &usb_by_the_book, &function, 1, &rig->device), 0);
    cr_assert_eq(usb_device_attach(rig->device, &front_ops, rig), 0);
    control(rig, 0x00, 9, 1);
    control(rig, 0x01, 11, 1);
}

static void iso_urb(struct usb_urb *urb, uint8_t endpoint, struct usb_iso_packet *packets,
                    unsigned count, uint32_t each)
{
    static uint8_t data[4096];

    for (unsigned i = 0; i < count; i++) {
        packets[i] = (struct usb_iso_packet){.offset = i * each, .length = each};
        memset(data + i * each, (int)(i + 1), each);
    }
    *urb = (struct usb_urb){.endpoint = endpoint,
                            .length = count * each,
                            .packets = packets,
                            .packet_count = count,
                            .data = endpoint & 0x80 ? NULL : data};
}

Test(iso, packets_in_are_packed_and_counted)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[4];
    struct usb_urb urb;

    rig_start(&rig, USB_SPEED_HIGH, 1);
    rig.next = 'a';
    rig.in_length[0] = 100;
    rig.in_length[1] = 192;
    rig.in_length[2] = 0; /* nothing in that microframe */
    rig.in_length[3] = 7;
    iso_urb(&urb, 0x81, packets, 4, 192);
    usb_device_submit(rig.device, &urb);
    cr_expect_eq(rig.done_count, 0);
    cr_expect_eq(rig.alarm, 1000000 + 4 * 125);
    rig.now = rig.alarm - 1;
    usb_device_tick(rig.device);
    cr_expect_eq(rig.done_count, 0);
    rig.now++;
    usb_device_tick(rig.device);
    cr_assert_eq(rig.done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 100 + 192 + 7);
    cr_expect_eq(packets[0].actual, 100);
    cr_expect_eq(packets[1].actual, 192);
    cr_expect_eq(packets[2].actual, 0);
    cr_expect_eq(packets[2].status, 0);
    cr_expect_eq(packets[3].actual, 7);
    cr_expect_eq(packets[3].offset, 3 * 192);
    cr_expect_eq(packets[3].length, 192);
    cr_expect_eq(rig.held[0][99], 'a');
    cr_expect_eq(rig.held[0][100], 'b');
    cr_expect_eq(rig.held[0][100 + 192], 'c');
    cr_expect_eq(urb.start_frame, 1000000 / 125);
    usb_device_free(rig.device);
}

Test(iso, packets_out_reach_the_function_one_by_one)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[3];
    struct usb_urb urb;

    rig_start(&rig, USB_SPEED_FULL, 1);
    iso_urb(&urb, 0x02, packets, 3, 192);
    usb_device_submit(rig.device, &urb);
    cr_expect_eq(rig.alarm, 1000000 + 3 * 1000, "a packet a frame");
    rig.now = rig.alarm;
    usb_device_tick(rig.device);
    cr_assert_eq(rig.done_count, 1);
    cr_expect_eq(rig.out_calls, 3);
    cr_expect_arr_eq(rig.out, ((uint8_t[]){1, 2, 3}), 3);
    cr_expect_eq(urb.actual, 3 * 192);
    for (unsigned i = 0; i < 3; i++)
        cr_expect(packets[i].actual == 192 && packets[i].status == 0);
    usb_device_free(rig.device);
}

Test(iso, queued_urbs_follow_without_a_gap)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[3][2];
    struct usb_urb urbs[3];

    rig_start(&rig, USB_SPEED_HIGH, 4); /* every eighth microframe */
    for (unsigned i = 0; i < 3; i++) {
        iso_urb(&urbs[i], 0x81, packets[i], 2, 64);
        usb_device_submit(rig.device, &urbs[i]);
    }
    /* The machine was slow: the first two are both over, the third is not late for that. */
    rig.now = 1000000 + 5000;
    usb_device_tick(rig.device);
    cr_expect_eq(rig.done_count, 2);
    cr_expect_eq(rig.alarm, 1000000 + 6000);
    cr_expect_eq(urbs[1].start_frame, urbs[0].start_frame + 16);
    rig.now = 1000000 + 9000;
    usb_device_tick(rig.device);
    cr_assert_eq(rig.done_count, 3);
    /* An idle endpoint starts in the present. */
    iso_urb(&urbs[0], 0x81, packets[0], 2, 64);
    usb_device_submit(rig.device, &urbs[0]);
    cr_expect_eq(urbs[0].start_frame, (1000000 + 9000) / 125);
    usb_device_free(rig.device);
}

Test(iso, unlinked_before_its_frames_it_moves_nothing)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[2][2];
    struct usb_urb urbs[2];

    rig_start(&rig, USB_SPEED_HIGH, 1);
    for (unsigned i = 0; i < 2; i++) {
        iso_urb(&urbs[i], 0x02, packets[i], 2, 64);
        usb_device_submit(rig.device, &urbs[i]);
    }
    cr_expect(usb_device_unlink(rig.device, &urbs[0]));
    rig.now += 1000;
    usb_device_tick(rig.device);
    cr_expect_eq(rig.out_calls, 2);
    cr_assert_eq(rig.done_count, 1);
    cr_expect_eq(rig.done[0], &urbs[1]);
    cr_expect_not(usb_device_unlink(rig.device, &urbs[1]));
    usb_device_free(rig.device);
}

Test(iso, no_packets_is_a_transfer_of_nothing)
{
    struct iso_rig rig;
    struct usb_urb urb = {.endpoint = 0x81, .length = 64};

    rig_start(&rig, USB_SPEED_HIGH, 1);
    usb_device_submit(rig.device, &urb);
    cr_assert_eq(rig.done_count, 1);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 0);
    cr_expect_eq(rig.in_calls, 0);
    usb_device_free(rig.device);
}

Test(iso, what_does_not_fit_is_told_packet_by_packet)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[2];
    struct usb_urb urb;

    rig_start(&rig, USB_SPEED_HIGH, 1);
    rig.in_length[0] = 192;
    rig.in_length[1] = 32;
    iso_urb(&urb, 0x81, packets, 2, 64);
    usb_device_submit(rig.device, &urb);
    rig.now = rig.alarm;
    usb_device_tick(rig.device);
    cr_expect_eq(packets[0].status, -EOVERFLOW);
    cr_expect_eq(packets[0].actual, 64);
    cr_expect_eq(packets[1].status, 0);
    cr_expect_eq(urb.actual, 96);
    iso_urb(&urb, 0x02, packets, 2, 193);
    usb_device_submit(rig.device, &urb);
    rig.now = rig.alarm;
    usb_device_tick(rig.device);
    cr_expect_eq(packets[0].status, -EMSGSIZE);
    cr_expect_eq(urb.actual, 0);
    cr_expect_eq(rig.out_calls, 0);
    usb_device_free(rig.device);
}

/* notes of Linux's host drivers: what was queued on endpoints that go away is answered. */
Test(iso, another_setting_answers_what_was_queued)
{
    struct iso_rig rig;
    struct usb_iso_packet packets[2];
    struct usb_urb urb, set = {.endpoint = 0, .setup = {0x01, 11, 0, 0, 0}};

    rig_start(&rig, USB_SPEED_HIGH, 1);
    iso_urb(&urb, 0x81, packets, 2, 64);
    usb_device_submit(rig.device, &urb);
    usb_device_submit(rig.device, &set);
    cr_assert_eq(rig.done_count, 2);
    cr_expect_eq(rig.done[0], &urb);
    cr_expect_eq(urb.status, -ESHUTDOWN);
    cr_expect_eq(urb.actual, 0);
    cr_expect_eq(packets[0].status, -EXDEV);
    usb_device_submit(rig.device, &urb);
    cr_expect_eq(urb.status, -ENOENT, "a setting without bandwidth");
    usb_device_free(rig.device);
}
