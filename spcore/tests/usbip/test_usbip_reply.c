/* One reply of any kind: what is no answer to the request ends the import before a byte of it is
 * believed; what is one, however odd, leaves the import in step. */

#include "spcore/base.h"
#include "spcore/tests/usbip_server.h"

#include <criterion/parameterized.h>

enum { ASKED = 16 };

/* A reply to the first request. Numbers not named are 0, as a careful server sends them. */
struct reply {
    char what[48];
    bool out, empty; /* the request: OUT of ASKED bytes, or IN of none; else IN of ASKED bytes */
    uint32_t command, seqnum, devid, direction, endpoint, actual, start_frame, packets, errors;
    int32_t status;
};

static const char payload[] = "0123456789abcdef";

static void reply_as(struct server *server)
{
    const struct reply *one = server->argument;
    uint32_t seqnum = hear(server, one->out ? ASKED : 0);
    uint8_t frame[48];

    make_reply(frame, one->command ? one->command : RET_SUBMIT, seqnum + one->seqnum, one->status,
               one->actual);
    put_be32(frame + 8, one->devid);
    put_be32(frame + 12, one->direction);
    put_be32(frame + 16, one->endpoint);
    put_be32(frame + 28, one->start_frame);
    put_be32(frame + 32, one->packets);
    put_be32(frame + 36, one->errors);
    tell(server, frame, sizeof(frame));
    if (!one->out)
        tell(server, payload, one->actual < ASKED ? one->actual : ASKED);
    send_five(server);
}

static struct usbip_urb urb_for(const struct reply *one, char *buffer)
{
    return (struct usbip_urb){
        .endpoint = one->out ? 0x02 : 0x81, .data = buffer, .length = one->empty ? 0 : ASKED};
}

static struct reply refused[] = {
    {.what = "one byte more than asked", .actual = ASKED + 1},
    {.what = "2^30 bytes", .actual = 1u << 30},
    {.what = "2^31 - 1 bytes", .actual = 0x7fffffff},
    {.what = "2^31 bytes", .actual = 0x80000000},
    {.what = "2^32 - 1 bytes", .actual = 0xffffffff},
    {.what = "data for a request of none", .empty = true, .actual = 1},
    {.what = "more taken than sent", .out = true, .actual = ASKED + 1},
    {.what = "2^32 - 1 bytes taken", .out = true, .actual = 0xffffffff},
    {.what = "a sequence number that is to come", .seqnum = 1},
    {.what = "a sequence number before the first", .seqnum = 0xffffffff},
    {.what = "a sequence number far off", .seqnum = 0x80000000},
    {.what = "command 1", .command = 1},
    {.what = "command 2", .command = 2},
    {.what = "command 5", .command = 5},
    {.what = "command in the wrong byte order", .command = 0x03000000},
    {.what = "no command", .command = 0xffffffff},
    {.what = "an unlink nobody asked for", .command = RET_UNLINK},
    {.what = "the other direction", .out = true, .direction = 1},
    {.what = "a third direction", .direction = 2},
    {.what = "no direction", .direction = 0xffffffff},
    {.what = "a positive status", .status = 32},
    {.what = "a status of 1", .status = 1},
    {.what = "a status below all error numbers", .status = -4096},
    {.what = "the smallest status", .status = INT32_MIN},
};

ParameterizedTestParameters(usbip_reply, that_is_none_drops_the_import)
{
    return cr_make_param_array(struct reply, refused, ARRAY_SIZE(refused));
}

ParameterizedTest(struct reply *one, usbip_reply, that_is_none_drops_the_import)
{
    struct server server;
    char buffer[ASKED + 8];
    struct usbip_urb urb = urb_for(one, buffer);

    memset(buffer, 'x', sizeof(buffer));
    start_with(&server, reply_as, one);
    cr_assert_eq(run(&server, &urb), 0, "%s", one->what);
    cr_expect_eq(urb.status, -EPROTO, "%s: %d", one->what, urb.status);
    cr_expect_eq(urb.actual, 0, "%s", one->what);
    cr_expect_eq(usbip_error(server.client), -EPROTO, "%s", one->what);
    cr_expect_eq(usbip_submit(server.client, &urb), -ENODEV, "%s", one->what);
    for (size_t i = 0; i < sizeof(buffer); i++)
        cr_expect_eq(buffer[i], 'x', "%s", one->what);
    finish(&server);
}

static struct reply taken[] = {
    {.what = "devid, direction and endpoint echoed",
     .devid = 0x10002,
     .direction = 1,
     .endpoint = 1,
     .actual = 5},
    {.what = "another devid and endpoint", .devid = 0xffffffff, .endpoint = 0xdead, .actual = 5},
    {.what = "packets 1", .packets = 1, .actual = 5},
    {.what = "packets 1025", .packets = 1025, .actual = 5},
    {.what = "packets 2^31 - 1", .packets = 0x7fffffff, .actual = 5},
    {.what = "packets 2^31", .packets = 0x80000000, .actual = 5},
    {.what = "packets -1", .packets = 0xffffffff, .actual = 5},
    {.what = "start frame and error count", .start_frame = 77, .errors = 0xffffffff, .actual = 5},
    {.what = "a full buffer", .actual = ASKED},
    {.what = "nothing", .actual = 0},
    {.what = "nothing for a request of none", .empty = true, .actual = 0},
    {.what = "a stall", .status = -EPIPE},
    {.what = "a stall behind data", .status = -EPIPE, .actual = 5},
    {.what = "a short packet that is not wanted", .status = -EREMOTEIO, .actual = 5},
    {.what = "more data than the buffer holds", .status = -EOVERFLOW, .actual = ASKED},
    {.what = "an endpoint that went away", .status = -ESHUTDOWN},
    {.what = "an absent endpoint", .status = -ENOENT},
    {.what = "the bus's protocol error", .status = -EPROTO},
    {.what = "the largest error number", .status = -4095},
    {.what = "OUT taken in part", .out = true, .actual = 3},
    {.what = "OUT not taken", .out = true, .actual = 0},
    {.what = "OUT stalled", .out = true, .status = -EPIPE},
};

ParameterizedTestParameters(usbip_reply, that_is_one_keeps_the_import_in_step)
{
    return cr_make_param_array(struct reply, taken, ARRAY_SIZE(taken));
}

ParameterizedTest(struct reply *one, usbip_reply, that_is_one_keeps_the_import_in_step)
{
    struct server server;
    char buffer[ASKED + 1] = "................";
    struct usbip_urb urb = urb_for(one, buffer), next = urb_for(&(struct reply){0}, buffer);

    start_with(&server, reply_as, one);
    cr_assert_eq(run(&server, &urb), 0, "%s", one->what);
    cr_expect_eq(urb.status, one->status, "%s: %d", one->what, urb.status);
    cr_expect_eq(urb.actual, one->actual, "%s: %u", one->what, urb.actual);
    if (!one->out)
        cr_expect_arr_eq(buffer, payload, one->actual, "%s", one->what);
    cr_expect_eq(buffer[one->out ? 0 : one->actual], one->actual == ASKED ? 0 : '.', "%s",
                 one->what);
    cr_expect_eq(usbip_error(server.client), 0, "%s", one->what);
    /* The next answer is read where it begins. */
    cr_assert_eq(run(&server, &next), 0, "%s", one->what);
    cr_expect_eq(next.status, 0, "%s", one->what);
    cr_expect_arr_eq(buffer, "hello", 5, "%s", one->what);
    finish(&server);
}

/* ---- replies and unlinks */

/* The status of a RET_UNLINK says how far the server was; the URB is over either way. */
static int32_t unlink_statuses[] = {0, -ECONNRESET, -EPIPE, -ENOENT, 7, INT32_MIN};

static void unlink_says(struct server *server)
{
    (void)hear(server, 0);
    answer(server, RET_UNLINK, hear(server, 0), *(const int32_t *)server->argument, 0);
    send_five(server);
}

ParameterizedTestParameters(usbip_unlink, any_answer_ends_the_urb)
{
    return cr_make_param_array(int32_t, unlink_statuses, ARRAY_SIZE(unlink_statuses));
}

ParameterizedTest(int32_t *status, usbip_unlink, any_answer_ends_the_urb)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer), next = IN_URB(buffer);

    start_with(&server, unlink_says, status);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ECONNRESET, "%d: %d", *status, urb.status);
    cr_expect_eq(urb.actual, 0);
    cr_assert_eq(run(&server, &next), 0);
    cr_expect_eq(next.status, 0);
    finish(&server);
}

static void unlink_then_submit(struct server *server)
{
    uint32_t victim = hear(server, 0);

    answer(server, RET_UNLINK, hear(server, 0), -ECONNRESET, 0);
    answer(server, RET_SUBMIT, victim, 0, 0);
    listen_only(server);
}

Test(usbip_unlink, reply_behind_the_unlinks_own_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer), next = IN_URB(buffer);

    start(&server, unlink_then_submit);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ECONNRESET);
    expect_dropped_by_now(&server, &next);
    finish(&server);
}

static void unlink_twice(struct server *server)
{
    uint32_t seqnum;

    (void)hear(server, 0);
    seqnum = hear(server, 0);
    answer(server, RET_UNLINK, seqnum, -ECONNRESET, 0);
    answer(server, RET_UNLINK, seqnum, -ECONNRESET, 0);
    listen_only(server);
}

Test(usbip_unlink, second_answer_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer), next = IN_URB(buffer);

    start(&server, unlink_twice);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    expect_dropped_by_now(&server, &next);
    finish(&server);
}

/* Answers with -EIO unless the frame is the documented one (usbip_protocol.rst, CMD_UNLINK):
 * command, seqnum, devid, direction, ep, the victim's seqnum, and nothing but zeroes. */
static void check_unlink(struct server *server)
{
    static const uint8_t expected[48] = {0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0, 2,
                                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    uint32_t victim = hear(server, 0), seqnum = hear(server, 0);
    bool right = memcmp(server->request, expected, 48) == 0;

    answer(server, RET_SUBMIT, victim, right ? 0 : -EIO, 0);
    answer(server, RET_UNLINK, seqnum, 0, 0);
    /* Were there a second unlink, it would be answered in place of the next request. */
    send_five(server);
}

Test(usbip_unlink, request_has_the_documented_bytes_and_is_sent_once)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer), next = IN_URB(buffer);

    start(&server, check_unlink);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_assert_eq(usbip_unlink(server.client, &urb), 0);
    cr_assert_eq(usbip_unlink(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, 0, "%d", urb.status);
    cr_assert_eq(usbip_unlink(server.client, &urb), 0, "of one that is over: nothing to do");
    cr_assert_eq(run(&server, &next), 0);
    cr_expect_eq(next.status, 0);
    finish(&server);
}

/* The unlink stands behind a request that the server does not read; its number is easy to guess. */
static void answer_unread_unlink(struct server *server)
{
    struct pollfd gone = {.fd = server->ends[1], .events = 0};

    (void)hear(server, 0);
    answer(server, RET_UNLINK, 2, -ECONNRESET, 0);
    (void)poll(&gone, 1, LONG_MS);
}

Test(usbip_unlink, answer_to_one_that_is_still_to_be_sent_drops_the_import)
{
    struct server server;
    struct usbip_urb urb = {.endpoint = 0x02, .length = 16 << 20};

    urb.data = calloc(1, urb.length);
    cr_assert_not_null(urb.data);
    start(&server, answer_unread_unlink);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_assert_eq(usbip_unlink(server.client, &urb), 0);
    cr_assert_eq(usbip_wait(server.client, &urb, LONG_MS, usbip_ticket(server.client)), 0);
    cr_expect_eq(urb.status, -EPROTO, "%d", urb.status);
    cr_expect_eq(usbip_error(server.client), -EPROTO);
    finish(&server);
    free(urb.data);
}
