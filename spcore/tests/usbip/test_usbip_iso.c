/* Isochronous replies a server must not send, and requests the client must not. */
#include <limits.h>

#include "spcore/base.h"
#include "spcore/tests/usbip_server.h"

#include <criterion/parameterized.h>

struct iso {
    uint8_t buffer[16 + 8];
    struct usbip_packet packets[2];
    struct usbip_urb urb;
};

/* Two packets of 8 bytes; 8 more bytes behind them are nobody's. */
static void iso_init(struct iso *iso, uint8_t endpoint)
{
    *iso = (struct iso){.packets = {{.offset = 0, .length = 8}, {.offset = 8, .length = 8}}};
    memset(iso->buffer, 'x', sizeof(iso->buffer));
    iso->urb = (struct usbip_urb){.endpoint = endpoint,
                                  .isochronous = true,
                                  .interval = 1,
                                  .data = iso->buffer,
                                  .length = 16,
                                  .packets = iso->packets,
                                  .packet_count = 2};
}

/* A reply to an IN URB of two packets. */
struct reply {
    char what[48];
    uint32_t count, actual;
    struct {
        uint32_t offset, length, actual, status;
    } packets[2];
};

static void put_packets(uint8_t *at, const struct reply *one)
{
    for (unsigned i = 0; i < 2; i++, at += 16) {
        put_be32(at, one->packets[i].offset);
        put_be32(at + 4, one->packets[i].length);
        put_be32(at + 8, one->packets[i].actual);
        put_be32(at + 12, one->packets[i].status);
    }
}

static void reply_as(struct server *server)
{
    const struct reply *one = server->argument;
    uint8_t frame[48 + 16 + 2 * 16] = {0};
    uint32_t data = one->actual < 16 ? one->actual : 16;

    make_reply(frame, RET_SUBMIT, hear(server, 2 * 16), 0, one->actual);
    put_be32(frame + 32, one->count);
    memcpy(frame + 48, "abcdefghijklmnop", data);
    put_packets(frame + 48 + data, one);
    tell(server, frame, 48 + data + 2 * 16);
    listen_only(server);
}

static struct reply refused[] = {
    {.what = "no packets", .count = 0, .actual = 5, .packets = {{.actual = 2}, {.actual = 3}}},
    {.what = "fewer packets", .count = 1, .actual = 5, .packets = {{.actual = 5}, {.actual = 0}}},
    {.what = "one packet more", .count = 3, .actual = 5, .packets = {{.actual = 2}, {.actual = 3}}},
    {.what = "1024 packets", .count = 1024},
    {.what = "1025 packets", .count = 1025},
    {.what = "2^31 - 1 packets", .count = 0x7fffffff},
    {.what = "2^31 packets", .count = 0x80000000},
    {.what = "-1 packets", .count = 0xffffffff},
    {.what = "a sum too small", .count = 2, .actual = 5, .packets = {{.actual = 2}, {.actual = 2}}},
    {.what = "a sum too large", .count = 2, .actual = 5, .packets = {{.actual = 2}, {.actual = 4}}},
    {.what = "a sum that is right modulo 2^32",
     .count = 2,
     .actual = 0,
     .packets = {{.actual = 0x80000000}, {.actual = 0x80000000}}},
    {.what = "a packet beyond its place",
     .count = 2,
     .actual = 9,
     .packets = {{.actual = 9}, {.actual = 0}}},
    {.what = "a negative packet",
     .count = 2,
     .actual = 1,
     .packets = {{.actual = 2}, {.actual = 0xffffffff}}},
    {.what = "more data than the buffer",
     .count = 2,
     .actual = 17,
     .packets = {{.actual = 8}, {.actual = 9}}},
    {.what = "a packet status that is no error number",
     .count = 2,
     .actual = 5,
     .packets = {{.actual = 2, .status = 1}, {.actual = 3}}},
    {.what = "a packet status below all error numbers",
     .count = 2,
     .actual = 5,
     .packets = {{.actual = 2}, {.actual = 3, .status = 0x80000000}}},
};

ParameterizedTestParameters(usbip_iso, reply_that_does_not_add_up_drops_the_import)
{
    return cr_make_param_array(struct reply, refused, ARRAY_SIZE(refused));
}

ParameterizedTest(struct reply *one, usbip_iso, reply_that_does_not_add_up_drops_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso, 0x83);
    start_with(&server, reply_as, one);
    cr_assert_eq(run(&server, &iso.urb), 0, "%s", one->what);
    cr_expect_eq(iso.urb.status, -EPROTO, "%s: %d", one->what, iso.urb.status);
    cr_expect_eq(usbip_error(server.client), -EPROTO, "%s", one->what);
    /* Whoever looks at the packets all the same finds none that came. */
    cr_expect_eq(iso.urb.actual, 0, "%s", one->what);
    for (unsigned i = 0; i < 2; i++)
        cr_expect_eq(iso.packets[i].actual, 0, "%s: packet %u", one->what, i);
    cr_expect_arr_eq(iso.buffer + 16, "xxxxxxxx", 8, "%s", one->what);
    finish(&server);
}

static struct reply right = {
    .count = 2,
    .actual = 5,
    .packets = {{.offset = 0xfffffff0, .length = 0xffff, .actual = 2},
                {.offset = 0, .length = 0, .actual = 3, .status = -(uint32_t)EXDEV}}};

Test(usbip_iso, places_are_the_requests_whatever_the_reply_says)
{
    struct server server;
    struct iso iso;

    iso_init(&iso, 0x83);
    start_with(&server, reply_as, &right);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_expect_eq(iso.urb.status, 0);
    cr_expect_arr_eq(iso.buffer, "ab", 2);
    cr_expect_arr_eq(iso.buffer + 8, "cde", 3);
    cr_expect_eq(iso.packets[0].offset, 0);
    cr_expect_eq(iso.packets[0].length, 8);
    cr_expect_eq(iso.packets[1].offset, 8);
    cr_expect_eq(iso.packets[1].status, -EXDEV);
    finish(&server);
}

static void no_packets(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 0);
    send_five(server);
}

Test(usbip_iso, request_of_no_packets_completes_with_nothing)
{
    struct server server;
    struct iso iso;
    char buffer[16];
    struct usbip_urb next = IN_URB(buffer);

    iso_init(&iso, 0x83);
    iso.urb.packet_count = 0;
    start(&server, no_packets);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_expect_eq(iso.urb.status, 0);
    cr_expect_eq(iso.urb.actual, 0);
    cr_assert_eq(run(&server, &next), 0);
    cr_expect_eq(next.actual, 5);
    finish(&server);
}

/* Linux's own order of an OUT URB: header, data, descriptors; the reply has descriptors only. */
static void check_out(struct server *server)
{
    static const uint8_t descriptors[32] = {0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0};
    struct reply one = {.packets = {{.actual = 8}, {.offset = 8, .actual = 8}}};
    uint8_t rest[16 + 32], frame[48 + 32] = {0};
    uint32_t seqnum = hear(server, 0);
    bool whole = recv(server->ends[1], rest, sizeof(rest), MSG_WAITALL) == sizeof(rest) &&
                 memcmp(rest, "xxxxxxxxxxxxxxxx", 16) == 0 &&
                 memcmp(rest + 16, descriptors, 32) == 0 && get_be32(server->request + 32) == 2;

    make_reply(frame, RET_SUBMIT, seqnum, whole ? 0 : -EIO, 16);
    put_be32(frame + 32, 2);
    put_packets(frame + 48, &one);
    tell(server, frame, sizeof(frame));
    send_five(server);
}

Test(usbip_iso, out_sends_data_then_descriptors_and_gets_descriptors_only)
{
    struct server server;
    struct iso iso;
    char buffer[16];
    struct usbip_urb next = IN_URB(buffer);

    iso_init(&iso, 0x04);
    start(&server, check_out);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_expect_eq(iso.urb.status, 0, "%d", iso.urb.status);
    cr_expect_eq(iso.urb.actual, 16);
    cr_expect_eq(iso.packets[1].actual, 8);
    cr_assert_eq(run(&server, &next), 0);
    cr_expect_eq(next.actual, 5);
    finish(&server);
}

/* ---- what never leaves */

struct request {
    char what[48];
    uint32_t length, count;
    struct {
        uint32_t offset, length;
    } packets[2];
};

static struct request illegal[] = {
    {"packets that overlap", 16, 2, {{0, 8}, {7, 8}}},
    {"packets out of order", 16, 2, {{8, 8}, {0, 8}}},
    {"a packet that begins behind the buffer", 16, 2, {{0, 8}, {17, 0}}},
    {"a packet that ends behind the buffer", 16, 2, {{0, 8}, {9, 8}}},
    {"a packet whose end is 2^32", 16, 2, {{0, 8}, {0xffffffff, 1}}},
    {"a packet longer than the buffer", 16, 2, {{0, 0xffffffff}, {8, 8}}},
    {"a last packet longer than the buffer", 16, 2, {{0, 8}, {8, 0xffffffff}}},
    {"more packets than there may be", 16, USBIP_PACKETS_MAX + 1, {{0, 8}, {8, 8}}},
    {"-1 packets", 16, 0xffffffff, {{0, 8}, {8, 8}}},
    {"a buffer of 2^31 bytes", (uint32_t)INT_MAX + 1, 2, {{0, 8}, {8, 8}}},
    {"a buffer of 2^32 - 1 bytes", 0xffffffff, 2, {{0, 8}, {8, 8}}},
};

ParameterizedTestParameters(usbip_iso, impossible_request_is_refused_before_it_is_sent)
{
    return cr_make_param_array(struct request, illegal, ARRAY_SIZE(illegal));
}

ParameterizedTest(struct request *one, usbip_iso, impossible_request_is_refused_before_it_is_sent)
{
    struct server server;
    struct iso iso;
    char buffer[16];
    struct usbip_urb next = IN_URB(buffer);

    iso_init(&iso, 0x83);
    iso.urb.length = one->length;
    iso.urb.packet_count = one->count;
    for (unsigned i = 0; i < 2; i++) {
        iso.packets[i].offset = one->packets[i].offset;
        iso.packets[i].length = one->packets[i].length;
    }
    start(&server, send_five);
    cr_expect_eq(usbip_submit(server.client, &iso.urb), -EINVAL, "%s", one->what);
    cr_assert_eq(run(&server, &next), 0, "%s", one->what);
    cr_expect_eq(next.status, 0, "%s", one->what);
    finish(&server);
}

/* ---- no answer */

static void right_then_cancel(struct server *server)
{
    uint8_t frame[48 + 5 + 32] = {0};

    make_reply(frame, RET_SUBMIT, hear(server, 2 * 16), 0, 5);
    put_be32(frame + 32, 2);
    memcpy(frame + 48, "abcde", 5);
    put_packets(frame + 48 + 5, &right);
    tell(server, frame, sizeof(frame));
    (void)hear(server, 2 * 16);
    answer(server, RET_UNLINK, hear(server, 0), -ECONNRESET, 0);
    listen_only(server);
}

Test(usbip_iso, packets_of_a_cancelled_request_are_not_those_of_the_last)
{
    struct server server;
    struct iso iso;

    iso_init(&iso, 0x83);
    start(&server, right_then_cancel);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_assert_eq(iso.packets[1].actual, 3);
    cr_assert_eq(usbip_submit(server.client, &iso.urb), 0);
    usbip_settle(server.client, &iso.urb);
    cr_expect_eq(iso.urb.status, -ECONNRESET);
    cr_expect_eq(iso.packets[0].actual, 0);
    cr_expect_eq(iso.packets[1].actual, 0);
    cr_expect_eq(iso.packets[1].status, 0);
    finish(&server);
}
