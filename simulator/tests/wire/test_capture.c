/* A capture byte by byte: pcapng (draft-ietf-opsawg-pcapng, 4.1 to 4.3) with usbmon's 64-byte
 * header (Linux, Documentation/usb/usbmon.rst). */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simulator/wire/capture.h"

static const struct wire_capture_place place = {
    .busnum = 1, .devnum = 2, .type = USB_ENDPOINT_CONTROL};

struct file {
    char path[32];
    struct wire_capture *capture;
    uint8_t bytes[4096];
    size_t length;
};

static struct file file_open(void)
{
    struct file file = {.path = "/tmp/papsim-capture-XXXXXX"};
    int fd = mkstemp(file.path);

    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(wire_capture_open(file.path, &file.capture), 0);
    return file;
}

static void file_read(struct file *file)
{
    int fd = open(file->path, O_RDONLY);
    ssize_t got = read(fd, file->bytes, sizeof(file->bytes));

    cr_assert_geq(got, 0);
    file->length = (size_t)got;
    close(fd);
    unlink(file->path);
    wire_capture_close(file->capture);
}

static uint32_t u32(const struct file *file, size_t at)
{
    uint32_t value;

    cr_assert_leq(at + 4, file->length);
    memcpy(&value, file->bytes + at, 4);
    return value;
}

Test(capture, a_new_file_has_section_and_interface)
{
    struct file file = file_open();

    file_read(&file);
    cr_assert_eq(file.length, 48);
    cr_expect_eq(u32(&file, 0), 0x0a0d0d0a);
    cr_expect_eq(u32(&file, 4), 28);
    cr_expect_eq(u32(&file, 8), 0x1a2b3c4d);
    cr_expect_eq(u32(&file, 12), 1, "1.0");
    cr_expect_eq(u32(&file, 24), 28);
    cr_expect_eq(u32(&file, 28), 1);
    cr_expect_eq(u32(&file, 36), 220, "USB_LINUX_MMAPPED");
    cr_expect_eq(u32(&file, 44), 20);
}

Test(capture, a_control_read_is_two_blocks)
{
    struct file file = file_open();
    struct usb_urb urb = {
        .seqnum = 7, .endpoint = 0x80, .length = 18, .setup = {0x80, 6, 0x0100, 0, 18}};
    size_t first = 48, second;

    wire_capture_submit(file.capture, &place, &urb);
    urb.actual = 5;
    urb.in = (struct usb_in){
        .chunks[0] = {.memory = "hello", .length = 5}, .chunk_count = 1, .length = 5};
    wire_capture_complete(file.capture, &place, &urb);
    file_read(&file);
    cr_assert_eq(u32(&file, first), 6, "enhanced packet");
    cr_assert_eq(u32(&file, first + 4), 28 + 64 + 4);
    cr_expect_eq(u32(&file, first + 20), 64);
    cr_expect_eq(u32(&file, first + 28), 7, "the id's low half");
    cr_expect_eq(file.bytes[first + 28 + 8], 'S');
    cr_expect_eq(file.bytes[first + 28 + 9], 2, "control");
    cr_expect_eq(file.bytes[first + 28 + 10], 0x80);
    cr_expect_eq(file.bytes[first + 28 + 11], 2, "device");
    cr_expect_eq(file.bytes[first + 28 + 12], 1, "bus");
    cr_expect_eq(file.bytes[first + 28 + 14], 0, "a setup packet is there");
    cr_expect_eq(file.bytes[first + 28 + 15], '<', "no data yet");
    cr_expect_eq((int32_t)u32(&file, first + 28 + 28), -EINPROGRESS);
    cr_expect_eq(u32(&file, first + 28 + 32), 18);
    cr_expect_eq(u32(&file, first + 28 + 36), 0);
    cr_expect_arr_eq(file.bytes + first + 28 + 40, "\x80\x06\x00\x01\x00\x00\x12\x00", 8);
    cr_expect_eq(u32(&file, first + 92), 96);
    second = first + 96;
    cr_assert_eq(u32(&file, second + 4), 28 + 64 + 8 + 4, "padded to 4");
    cr_expect_eq(u32(&file, second + 20), 64 + 5);
    cr_expect_eq(file.bytes[second + 28 + 8], 'C');
    cr_expect_eq(file.bytes[second + 28 + 14], '-');
    cr_expect_eq(file.bytes[second + 28 + 15], 0);
    cr_expect_eq(u32(&file, second + 28 + 28), 0);
    cr_expect_eq(u32(&file, second + 28 + 32), 5);
    cr_expect_eq(u32(&file, second + 28 + 36), 5);
    cr_expect_arr_eq(file.bytes + second + 92, "hello\0\0\0", 8);
    cr_expect_eq(file.length, second + 104);
}

/* Documentation/usb/usbmon.rst: struct mon_bin_isodesc; the data come after the list. */
Test(capture, isochronous_packets_are_listed_before_their_data)
{
    struct file file = file_open();
    struct usb_iso_packet packets[] = {{0, 8, 3, 0}, {8, 8, 0, -EXDEV}, {16, 8, 2, 0}};
    static const uint32_t sent[] = {(uint32_t)-EXDEV, 8, 8, 0}, came[] = {0, 3, 2, 0};
    const struct wire_capture_place where = {.type = USB_ENDPOINT_ISOCHRONOUS};
    struct usb_urb urb = {
        .endpoint = 0x82, .length = 24, .packets = packets, .packet_count = 3, .start_frame = 77};
    size_t first = 48 + 28, second = first + 64 + 48 + 4 + 28;

    wire_capture_submit(file.capture, &where, &urb);
    urb.actual = 5;
    urb.in = (struct usb_in){
        .chunks[0] = {.memory = "hello", .length = 5}, .chunk_count = 1, .length = 5};
    wire_capture_complete(file.capture, &where, &urb);
    file_read(&file);
    cr_expect_eq(file.bytes[first + 15], '<');
    cr_expect_eq(u32(&file, first + 36), 48, "the list counts as captured");
    cr_expect_eq(u32(&file, first + 40), 0, "no error yet");
    cr_expect_eq(u32(&file, second + 36), 48 + 5);
    cr_expect_eq(u32(&file, second + 40), 1, "one packet failed");
    cr_expect_eq(u32(&file, second + 44), 3);
    cr_expect_eq(u32(&file, second + 52), 77);
    cr_expect_eq(u32(&file, second + 60), 3);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(u32(&file, first + 64 + 16 + 4 * i), sent[i]);
        cr_expect_eq(u32(&file, second + 64 + 32 + 4 * i), came[i]);
    }
    cr_expect_arr_eq(file.bytes + second + 64 + 48, "hello", 5);
}

Test(capture, types_are_usbmons)
{
    static const uint8_t types[][2] = {{USB_ENDPOINT_ISOCHRONOUS, 0},
                                       {USB_ENDPOINT_INTERRUPT, 1},
                                       {USB_ENDPOINT_CONTROL, 2},
                                       {USB_ENDPOINT_BULK, 3}};
    struct file file = file_open();
    struct usb_urb urb = {.endpoint = 0x83};

    for (size_t i = 0; i < 4; i++)
        wire_capture_submit(file.capture, &(struct wire_capture_place){.type = types[i][0]}, &urb);
    wire_capture_flush(file.capture);
    file_read(&file);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(file.bytes[48 + 96 * i + 28 + 9], types[i][1]);
}

Test(capture, data_of_a_file_are_recorded_too)
{
    struct file file = file_open();
    char path[] = "/tmp/papsim-capture-data-XXXXXX";
    int fd = mkstemp(path);
    struct usb_urb urb = {.endpoint = 0x81, .actual = 4};

    unlink(path);
    cr_assert_eq(write(fd, "0123456789", 10), 10);
    urb.in = (struct usb_in){
        .chunks[0] = {.fd = fd, .offset = 3, .length = 4}, .chunk_count = 1, .length = 4};
    wire_capture_complete(file.capture, &place, &urb);
    close(fd);
    file_read(&file);
    cr_expect_arr_eq(file.bytes + 48 + 92, "3456", 4);
}

Test(capture, an_unwritable_place_is_an_error)
{
    struct wire_capture *capture = NULL;

    cr_expect_eq(wire_capture_open("/nonexistent/file", &capture), -ENOENT);
    cr_expect_eq(wire_capture_open("/dev/full", &capture), -ENOSPC);
    cr_expect_null(capture);
}
