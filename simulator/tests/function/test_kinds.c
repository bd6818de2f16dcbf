/* Several functions in one device: an interface for MTP, a source and sink, a loopback. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mtp_codes.h"
#include "simulator/function/kinds.h"
#include "simulator/player/player.h"
#include "simulator/spec/spec.h"

#define PIPES                                                                                      \
    "endpoints: [{address: 0x81, type: 2}, {address: 1, type: 2}, {address: 0x82, type: 3}]"

static const char file[] =
    "name: several\n"
    "usb:\n"
    "  vendor: 0x1209\n"
    "  product: 1\n"
    "  pattern: mod63\n"
    "  interfaces:\n"
    "    - {number: 0, class: 6, subclass: 1, protocol: 1, " PIPES "}\n"
    "    - {number: 1, class: 0xff, function: source-sink,\n"
    "       endpoints: [{address: 0x83, type: 2}, {address: 3, type: 2}]}\n"
    "    - {number: 2, class: 0xff, function: loopback,\n"
    "       endpoints: [{address: 0x84, type: 2}, {address: 4, type: 2}]}\n"
    "    - {number: 3, class: 0xfe, endpoints: [{address: 0x85, type: 2}]}\n";

struct several {
    struct player *player;
    struct usb_function functions[USB_FUNCTIONS_MAX];
    size_t function_count;
    struct usb_device *device;
    const struct usb_urb *done; /* completed last, and its data */
    uint8_t data[2048];
    size_t length;
};

static void complete(void *host, struct usb_urb *urb)
{
    struct several *several = host;

    several->done = urb;
    several->length = 0;
    for (unsigned i = 0; i < urb->in.chunk_count; i++) {
        memcpy(several->data + several->length, urb->in.chunks[i].memory, urb->in.chunks[i].length);
        several->length += urb->in.chunks[i].length;
    }
}

static const struct usb_front_ops front = {.complete = complete};

/* Its status; -EINPROGRESS: it waits. */
static int submit(struct several *several, struct usb_urb *urb)
{
    several->done = NULL;
    usb_device_submit(several->device, urb);
    return several->done == urb ? urb->status : -EINPROGRESS;
}

static int control(struct several *several, uint8_t type, uint8_t request, uint16_t value,
                   uint16_t index)
{
    struct usb_urb urb = {.setup = {type, request, value, index, 0}};

    return submit(several, &urb);
}

static int out(struct several *several, uint8_t endpoint, const void *bytes, uint32_t length)
{
    struct usb_urb urb = {
        .endpoint = endpoint, .length = length, .data = (uint8_t *)(uintptr_t)bytes};

    return submit(several, &urb);
}

static int in(struct several *several, uint8_t endpoint, uint32_t length)
{
    static struct usb_urb urb; /* may stay pending */

    urb = (struct usb_urb){.endpoint = endpoint, .length = length};
    return submit(several, &urb);
}

static struct several *several_new(void)
{
    struct several *several = calloc(1, sizeof(*several));
    struct player_options options = {.busid = "1-1", .seed = 1};
    char path[] = "/tmp/papsim-kinds-XXXXXX", error[500] = "";
    int fd = mkstemp(path);
    struct player_spec *spec;

    cr_assert_eq(write(fd, file, sizeof(file) - 1), (ssize_t)(sizeof(file) - 1));
    close(fd);
    cr_assert_eq(spec_load(path, &spec, error, sizeof(error)), 0, "%s", error);
    unlink(path);
    cr_assert_eq(player_new(spec, &options, &several->player, error, sizeof(error)), 0, "%s",
                 error);
    several->function_count = player_functions(several->player, several->functions);
    cr_assert_eq(usb_device_new(player_identity(several->player),
                                &player_policies(several->player)->usb, several->functions,
                                several->function_count, &several->device),
                 0);
    player_attach(several->player, several->device);
    cr_assert_eq(usb_device_attach(several->device, &front, several), 0);
    cr_assert_eq(control(several, 0x00, 9, 1, 0), 0);
    return several;
}

static void several_free(struct several *several)
{
    player_attach(several->player, NULL);
    usb_device_free(several->device);
    player_free(several->player);
    free(several);
}

/* GetDeviceInfo: its data are due afterwards. */
static void ask_for_device_info(struct several *several)
{
    static const uint8_t command[] = {12, 0, 0, 0, 1, 0, 0x01, 0x10, 7, 0, 0, 0};

    cr_assert_eq(out(several, 0x01, command, sizeof(command)), 0);
}

static void expect_device_info(struct several *several)
{
    static const uint8_t ok[] = {12, 0, 0, 0, 3, 0, 0x01, 0x20, 7, 0, 0, 0};

    cr_assert_eq(in(several, 0x81, 2048), 0);
    cr_expect_gt(several->length, 100);
    cr_expect_eq(several->data[4], MTP_CT_DATA);
    cr_assert_eq(in(several, 0x81, 512), 0);
    cr_expect_eq(several->length, sizeof(ok));
    cr_expect_arr_eq(several->data, ok, sizeof(ok));
}

Test(kinds, each_interface_has_a_function_of_its_own)
{
    static const struct {
        const char *name;
        uint8_t interface;
    } wanted[] = {{"still-image", 0}, {"zero", 1}, {"zero", 2}};
    struct several *several = several_new();

    cr_assert_eq(several->function_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(several->functions[i].ops->name, wanted[i].name);
        cr_expect_eq(several->functions[i].first_interface, wanted[i].interface);
        cr_expect_eq(several->functions[i].interface_count, 1);
    }
    cr_expect_neq(several->functions[1].self, several->functions[2].self);
    several_free(several);
}

Test(kinds, they_work_at_the_same_time)
{
    static const uint8_t zeroes[63] = {0};
    struct several *several = several_new();

    ask_for_device_info(several);
    cr_expect_eq(in(several, 0x83, 512), 0, "a source beside MTP's data");
    cr_expect_eq(several->length, 512);
    cr_expect_eq(several->data[64], 1, "in the pattern of the file");
    cr_expect_eq(out(several, 0x04, "loop", 4), 0);
    cr_expect_eq(in(several, 0x84, 512), 0);
    cr_expect_eq(several->length, 4);
    cr_expect_arr_eq(several->data, "loop", 4);
    cr_expect_eq(out(several, 0x03, zeroes, sizeof(zeroes)), -EPIPE, "the sink wants its pattern");
    expect_device_info(several);
    several_free(several);
}

Test(kinds, a_reset_of_one_leaves_the_others_alone)
{
    struct several *several = several_new();

    ask_for_device_info(several);
    cr_expect_eq(out(several, 0x04, "loop", 4), 0);
    cr_expect_eq(control(several, 0x01, 11, 0, 1), 0, "SET_INTERFACE of the source");
    expect_device_info(several);
    cr_expect_eq(control(several, 0x01, 11, 0, 0), 0);
    cr_expect_eq(in(several, 0x84, 512), 0);
    cr_expect_arr_eq(several->data, "loop", 4);
    cr_expect_eq(control(several, 0x01, 11, 0, 2), 0);
    cr_expect_eq(in(several, 0x84, 512), -EINPROGRESS, "nothing is left in the loop");
    several_free(several);
}

Test(kinds, requests_go_to_the_function_of_their_interface)
{
    struct several *several = several_new();

    cr_expect_eq(control(several, 0x21, 0x66, 0, 0), 0, "DeviceReset of the still image class");
    cr_expect_eq(control(several, 0x21, 0x66, 0, 1), -EPIPE);
    cr_expect_eq(control(several, 0x21, 0x66, 0, 3), -EPIPE, "nobody's interface");
    cr_expect_eq(control(several, 0x40, 0x5b, 0, 0), 0, "a vendor request is offered to all");
    cr_expect_eq(in(several, 0x85, 512), -EPIPE);
    several_free(several);
}
