/* USB/IP frames against bytes written by hand from Linux's Documentation/usb/usbip_protocol.rst. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "simulator/wire/usbip/frame.h"

Test(frame, op_header_is_version_code_and_status)
{
    static const uint8_t busy[FRAME_OP_SIZE] = {0x01, 0x11, 0x00, 0x03, 0, 0, 0, 2};
    uint8_t bytes[FRAME_OP_SIZE];
    struct frame_op_header op;

    frame_put_op(bytes, OP_REP_IMPORT, ST_BUSY);
    cr_expect_arr_eq(bytes, busy, sizeof(busy));
    frame_get_op((const uint8_t[]){0x01, 0x11, 0x80, 0x05, 0xde, 0xad, 0xbe, 0xef}, &op);
    cr_expect_eq(op.version, 0x0111);
    cr_expect_eq(op.code, OP_REQ_DEVLIST);
    cr_expect_eq(op.status, 0xdeadbeef);
}

/* Offsets 256 busid, 288 busnum, 292 devnum, 296 speed, 300 ids, 306 class, 309 configuration. */
Test(frame, device_record_has_312_bytes_and_zeroes_behind_its_strings)
{
    static const uint8_t tail[24] = {0,    0,    0,    1,    0,    0,    0,    2, 0, 0, 0, 3,
                                     0x12, 0x09, 0x4d, 0x54, 0x01, 0x02, 0xef, 2, 1, 3, 1, 2};
    struct frame_device device = {.path = "/sys/x",
                                  .busid = "1-1",
                                  .busnum = 1,
                                  .devnum = 2,
                                  .speed = 3,
                                  .vendor_id = 0x1209,
                                  .product_id = 0x4d54,
                                  .release = 0x0102,
                                  .class_triple = {0xef, 2, 1},
                                  .configuration = 3,
                                  .configuration_count = 1,
                                  .interface_count = 2};
    static const uint8_t zeroes[FRAME_PATH_SIZE];
    uint8_t bytes[FRAME_DEVICE_SIZE + 1];

    memset(bytes, 0xa5, sizeof(bytes));
    frame_put_device(bytes, &device);
    cr_expect_str_eq((const char *)bytes, "/sys/x");
    cr_expect_arr_eq(bytes + 6, zeroes, FRAME_PATH_SIZE - 6);
    cr_expect_str_eq((const char *)bytes + 256, "1-1");
    cr_expect_arr_eq(bytes + 259, zeroes, FRAME_BUSID_SIZE - 3);
    cr_expect_arr_eq(bytes + 288, tail, sizeof(tail));
    cr_expect_eq(bytes[FRAME_DEVICE_SIZE], 0xa5);
}

Test(frame, strings_that_fill_their_field_are_terminated)
{
    struct frame_device device = {.speed = 3};
    uint8_t bytes[FRAME_DEVICE_SIZE];

    memset(device.path, 'p', sizeof(device.path));
    memset(device.busid, 'b', sizeof(device.busid));
    frame_put_device(bytes, &device);
    cr_expect_eq(bytes[254], 'p');
    cr_expect_eq(bytes[255], 0);
    cr_expect_eq(bytes[286], 'b');
    cr_expect_eq(bytes[287], 0);
}

/* Words are big-endian, the eight setup bytes little-endian as on the bus: wLength 0x0012. */
Test(frame, submit_is_read_word_by_word)
{
    static const uint8_t bytes[FRAME_URB_SIZE] = {
        0,    0,    0,    1,    0x80, 0, 0, 1, 0,    1, 0, 2, 0, 0, 0,    1,
        0,    0,    0,    0,    0,    0, 2, 0, 0,    0, 1, 0, 0, 0, 0x10, 0x20,
        0xff, 0xff, 0xff, 0xff, 0,    0, 0, 7, 0x80, 6, 0, 1, 9, 4, 0x12, 0};
    struct frame_urb urb;

    frame_get_urb(bytes, &urb);
    cr_expect_eq(urb.command, CMD_SUBMIT);
    cr_expect_eq(urb.seqnum, 0x80000001);
    cr_expect_eq(urb.devid, 0x00010002);
    cr_expect_eq(urb.direction, 1);
    cr_expect_eq(urb.endpoint, 0);
    cr_expect_eq(urb.flags, 0x200);
    cr_expect_eq(urb.length, 256);
    cr_expect_eq(urb.start_frame, 0x1020);
    cr_expect_eq(urb.packet_count, 0xffffffff);
    cr_expect_eq(urb.interval, 7);
    cr_expect_eq(urb.setup.request_type, 0x80);
    cr_expect_eq(urb.setup.request, 6);
    cr_expect_eq(urb.setup.value, 0x0100);
    cr_expect_eq(urb.setup.index, 0x0409);
    cr_expect_eq(urb.setup.length, 18);
}

Test(frame, unlink_names_its_victim_behind_the_base_header)
{
    uint8_t bytes[FRAME_URB_SIZE] = {0, 0, 0, 2, 0, 0, 0, 9};
    struct frame_urb urb;

    memcpy(bytes + 20, (const uint8_t[]){0xde, 0xad, 0xbe, 0xef}, 4);
    frame_get_urb(bytes, &urb);
    cr_expect_eq(urb.command, CMD_UNLINK);
    cr_expect_eq(urb.unlink_seqnum, 0xdeadbeef);
}

/* devid, direction and ep are 0 in answers; -32 is ff ff ff e0. */
Test(frame, answer_of_a_stalled_urb)
{
    static const uint8_t wanted[FRAME_URB_SIZE] = {
        0, 0, 0, 3, 0x80, 0, 0, 1, [20] = 0xff, 0xff, 0xff, 0xe0, [32] = 0, 0, 0, 0};
    struct usb_urb urb = {
        .seqnum = 0x80000001, .endpoint = 0x81, .status = -EPIPE, .start_frame = 77};
    uint8_t bytes[FRAME_URB_SIZE];

    memset(bytes, 0xa5, sizeof(bytes));
    frame_put_ret_submit(bytes, &urb);
    cr_expect_arr_eq(bytes, wanted, sizeof(wanted));
}

Test(frame, answer_of_an_isochronous_urb_repeats_its_packet_count)
{
    struct usb_iso_packet packets[3] = {{0}};
    struct usb_urb urb = {
        .actual = 0x010203, .start_frame = 77, .packets = packets, .packet_count = 3};
    uint8_t bytes[FRAME_URB_SIZE];

    frame_put_ret_submit(bytes, &urb);
    cr_expect_arr_eq(bytes + 24, ((const uint8_t[]){0, 1, 2, 3, 0, 0, 0, 77, 0, 0, 0, 3}), 12);
}

/* -104 is ff ff ff 98. */
Test(frame, answer_of_an_unlink)
{
    static const uint8_t wanted[FRAME_URB_SIZE] = {0, 0, 0,           4,    0,    0,
                                                   0, 9, [20] = 0xff, 0xff, 0xff, 0x98};
    uint8_t bytes[FRAME_URB_SIZE];

    memset(bytes, 0xa5, sizeof(bytes));
    frame_put_ret_unlink(bytes, 9, -ECONNRESET);
    cr_expect_arr_eq(bytes, wanted, sizeof(wanted));
}

Test(frame, isochronous_descriptor_is_four_words)
{
    static const uint8_t in[FRAME_ISO_SIZE] = {0, 0, 1, 0, 0, 0, 0, 192, 9, 9, 9, 9, 8, 8, 8, 8};
    static const uint8_t wanted[FRAME_ISO_SIZE] = {0, 0, 1, 0,   0,    0,    0,    192,
                                                   0, 0, 0, 180, 0xff, 0xff, 0xff, 0xee};
    uint8_t out[FRAME_ISO_SIZE];
    struct usb_iso_packet packet;

    frame_get_iso(in, &packet);
    cr_expect_eq(packet.offset, 256);
    cr_expect_eq(packet.length, 192);
    cr_expect_eq(packet.actual, 0); /* the host's word on these counts nothing */
    cr_expect_eq(packet.status, 0);
    packet.actual = 180;
    packet.status = -18;
    frame_put_iso(out, &packet);
    cr_expect_arr_eq(out, wanted, sizeof(wanted));
}

Test(frame, setup_goes_back_as_it_came)
{
    static const uint8_t wanted[8] = {0x21, 0x64, 0x02, 0x01, 0x04, 0x03, 0x06, 0x05};
    uint8_t bytes[8];

    usb_setup_put(bytes, &(struct usb_setup){0x21, 0x64, 0x0102, 0x0304, 0x0506});
    cr_expect_arr_eq(bytes, wanted, sizeof(wanted));
}
