/* Answers as they should be, and as they must not be. */
#include "spcore/tests/usbip_server.h"

/* ---- regular servers */

Test(usbip_client, in_data_arrives_in_the_buffer)
{
    struct server server;
    char buffer[16] = {0};
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, send_five);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 5);
    cr_expect_arr_eq(buffer, "hello\0", 6);
    finish(&server);
}

static void check_submit(struct server *server)
{
    /* usbip_protocol.rst, CMD_SUBMIT: command, seqnum, devid, direction, ep, flags, length,
     * start frame, packets, interval, setup. */
    static const uint8_t expected[48] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 1,    0, 2, 0, 0,
                                         0, 0, 0, 0, 0, 2, 0, 0, 0, 0x40, 0, 0, 0, 3};
    uint8_t payload[3] = {0};

    (void)hear(server, 0);
    (void)!recv(server->ends[1], payload, sizeof(payload), MSG_WAITALL);
    answer(server, RET_SUBMIT, 1,
           memcmp(server->request, expected, 48) == 0 && memcmp(payload, "abc", 3) == 0 ? 0 : -EIO,
           3);
    listen_only(server);
}

Test(usbip_client, out_request_has_the_documented_bytes)
{
    struct server server;
    char data[] = {'a', 'b', 'c'};
    struct usbip_urb urb = {
        .endpoint = 0x02, .flags = USBIP_ZERO_PACKET, .data = data, .length = sizeof(data)};

    start(&server, check_submit);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 3);
    finish(&server);
}

static void send_slowly(struct server *server)
{
    uint8_t reply[48 + 5];

    make_reply(reply, RET_SUBMIT, hear(server, 0), 0, 5);
    memcpy(reply + 48, "hello", 5);
    for (size_t i = 0; i < sizeof(reply); i++)
        tell(server, reply + i, 1);
    listen_only(server);
}

Test(usbip_client, reply_in_single_bytes_is_put_together)
{
    struct server server;
    char buffer[16] = {0};
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, send_slowly);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.actual, 5);
    cr_expect_arr_eq(buffer, "hello", 5);
    finish(&server);
}

static void stall(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), -EPIPE, 0);
    listen_only(server);
}

Test(usbip_client, stall_is_the_devices_answer_and_keeps_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, stall);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, -EPIPE);
    cr_expect_eq(usbip_error(server.client), 0);
    finish(&server);
}

static void garbage_count(struct server *server)
{
    uint8_t reply[48];

    make_reply(reply, RET_SUBMIT, hear(server, 0), 0, 0);
    put_be32(reply + 32, 0x7fffffff);
    tell(server, reply, sizeof(reply));
    listen_only(server);
}

Test(usbip_client, packet_count_of_a_bulk_reply_is_ignored)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, garbage_count);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, 0);
    finish(&server);
}

/* ---- hostile servers */

static void too_long(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 17);
    tell(server, "01234567890123456", 17);
    listen_only(server);
}

Test(usbip_client, more_data_than_asked_for_drops_the_import)
{
    struct server server;
    char buffer[16 + 1];
    struct usbip_urb urb = {.endpoint = 0x81, .data = buffer, .length = 16};

    buffer[16] = 'x';
    start(&server, too_long);
    expect_dropped(&server, &urb);
    cr_expect_eq(buffer[16], 'x');
    finish(&server);
}

static void longest(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 0xffffffff);
    listen_only(server);
}

Test(usbip_client, length_of_four_gigabytes_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, longest);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void unknown_seqnum(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0) + 1, 0, 0);
    listen_only(server);
}

Test(usbip_client, unknown_seqnum_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, unknown_seqnum);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void answer_twice(struct server *server)
{
    uint32_t seqnum = hear(server, 0);

    answer(server, RET_SUBMIT, seqnum, 0, 0);
    answer(server, RET_SUBMIT, seqnum, 0, 0);
    listen_only(server);
}

Test(usbip_client, second_answer_to_one_request_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb first = IN_URB(buffer), second = IN_URB(buffer);

    start(&server, answer_twice);
    cr_assert_eq(run(&server, &first), 0);
    cr_expect_eq(first.status, 0);
    expect_dropped_by_now(&server, &second);
    finish(&server);
}

static void other_direction(struct server *server)
{
    uint8_t reply[48];

    make_reply(reply, RET_SUBMIT, hear(server, 4), 0, 4);
    put_be32(reply + 12, 1);
    tell(server, reply, sizeof(reply));
    tell(server, "data", 4);
    listen_only(server);
}

Test(usbip_client, reply_for_the_other_direction_drops_the_import)
{
    struct server server;
    char data[4] = {0};
    struct usbip_urb urb = {.endpoint = 0x02, .data = data, .length = sizeof(data)};

    start(&server, other_direction);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void payload_after_out(struct server *server)
{
    static const uint8_t echoed[48];

    answer(server, RET_SUBMIT, hear(server, 48), 0, 48);
    tell(server, echoed, sizeof(echoed));
    listen_only(server);
}

Test(usbip_client, payload_behind_an_out_reply_is_no_frame)
{
    struct server server;
    uint8_t data[48] = {0}, buffer[16];
    struct usbip_urb out = {.endpoint = 0x02, .data = data, .length = sizeof(data)};
    struct usbip_urb in = IN_URB(buffer);

    start(&server, payload_after_out);
    cr_assert_eq(run(&server, &out), 0);
    cr_expect_eq(out.status, 0);
    expect_dropped_by_now(&server, &in);
    finish(&server);
}

static void unknown_command(struct server *server)
{
    answer(server, 5, hear(server, 0), 0, 0);
    listen_only(server);
}

Test(usbip_client, unknown_command_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, unknown_command);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void positive_status(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 32, 0);
    listen_only(server);
}

Test(usbip_client, status_that_is_no_error_number_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, positive_status);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void unlink_unasked(struct server *server)
{
    answer(server, RET_UNLINK, hear(server, 0), 0, 0);
    listen_only(server);
}

Test(usbip_client, unlink_answer_that_nobody_asked_for_drops_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, unlink_unasked);
    expect_dropped(&server, &urb);
    finish(&server);
}

static void answer_unread(struct server *server)
{
    (void)hear(server, 0);
    answer(server, RET_SUBMIT, 1, 0, 16 << 20);
    listen_only(server);
}

Test(usbip_client, answer_to_a_request_still_being_sent_drops_the_import)
{
    struct server server;
    struct usbip_urb urb = {.endpoint = 0x02, .length = 16 << 20};

    urb.data = calloc(1, urb.length);
    cr_assert_not_null(urb.data);
    start(&server, answer_unread);
    expect_dropped(&server, &urb);
    finish(&server);
    free(urb.data);
}

static void cut_header(struct server *server)
{
    uint8_t reply[48];

    make_reply(reply, RET_SUBMIT, hear(server, 0), 0, 0);
    tell(server, reply, 47);
    shutdown(server->ends[1], SHUT_RDWR);
}

static void cut_data(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 5);
    tell(server, "hell", 4);
    shutdown(server->ends[1], SHUT_RDWR);
}

Test(usbip_client, connection_that_ends_in_a_header_is_a_device_gone)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, cut_header);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, -ENODEV);
    finish(&server);
}

Test(usbip_client, connection_that_ends_in_the_data_is_a_device_gone)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, cut_data);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, -ENODEV);
    finish(&server);
}

Test(usbip_client, silent_server_costs_the_deadline_and_then_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, listen_only);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_assert_eq(usbip_wait(server.client, &urb, SHORT_MS, usbip_ticket(server.client)),
                 -ETIMEDOUT);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ENODEV);
    cr_expect_eq(usbip_error(server.client), -ENODEV);
    finish(&server);
}

static void half_data(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 16);
    tell(server, "hell", 4);
    listen_only(server);
}

Test(usbip_client, data_that_stops_half_way_costs_the_import)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, half_data);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_assert_eq(usbip_wait(server.client, &urb, SHORT_MS, usbip_ticket(server.client)),
                 -ETIMEDOUT);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ENODEV);
    cr_expect_eq(urb.actual, 0, "not what the header promised: %u", urb.actual);
    finish(&server);
}
