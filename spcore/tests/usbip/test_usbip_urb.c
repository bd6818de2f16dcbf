/* Isochronous URBs, unlinks, several threads, callbacks. */
#include "spcore/tests/usbip_server.h"

#include <limits.h>
#include <sched.h>

/* ---- isochronous */

/* Answers an IN URB of two packets: header with `count`, data, then two descriptors. */
static void answer_packets(struct server *server, uint32_t count, uint32_t first, uint32_t second,
                           uint32_t actual)
{
    uint32_t lengths[2] = {first, second};
    uint8_t frame[48 + 8 + 2 * 16] = {0};

    make_reply(frame, RET_SUBMIT, hear(server, 2 * 16), 0, actual);
    put_be32(frame + 32, count);
    memcpy(frame + 48, "abcdefgh", actual);
    for (unsigned i = 0; i < 2; i++)
        put_be32(frame + 48 + actual + 16 * i + 8, lengths[i]);
    tell(server, frame, 48 + actual + 2 * 16);
    listen_only(server);
}

static void packets_right(struct server *server)
{
    answer_packets(server, 2, 2, 3, 5);
}

static void packets_too_many(struct server *server)
{
    answer_packets(server, 3, 2, 3, 5);
}

static void packets_sum_wrong(struct server *server)
{
    answer_packets(server, 2, 2, 2, 5);
}

static void packet_too_long(struct server *server)
{
    answer_packets(server, 2, 5, 0, 5);
}

static void packets_too_few(struct server *server)
{
    answer_packets(server, 1, 5, 0, 5);
}

/* 2^32 - 1 and 6 are 5 to who adds in 32 bits. */
static void packets_sum_wraps(struct server *server)
{
    answer_packets(server, 2, UINT32_MAX, 6, 5);
}

/* As packets_right(), with offsets and lengths that lead out of the buffer. */
static void packets_elsewhere(struct server *server)
{
    uint8_t frame[48 + 5 + 2 * 16] = {0};

    make_reply(frame, RET_SUBMIT, hear(server, 2 * 16), 0, 5);
    put_be32(frame + 32, 2);
    memcpy(frame + 48, "abcde", 5);
    for (unsigned i = 0; i < 2; i++) {
        put_be32(frame + 53 + 16 * i, 0xfffffff0);
        put_be32(frame + 53 + 16 * i + 4, 0x7fffffff);
        put_be32(frame + 53 + 16 * i + 8, 2 + i);
    }
    tell(server, frame, sizeof(frame));
    listen_only(server);
}

/* More was taken than was sent. */
static void packets_out_grown(struct server *server)
{
    uint8_t frame[48 + 2 * 16] = {0};

    make_reply(frame, RET_SUBMIT, hear(server, 8 + 2 * 16), 0, 8);
    put_be32(frame + 32, 2);
    put_be32(frame + 48 + 8, 4);
    put_be32(frame + 48 + 16 + 8, 5);
    tell(server, frame, sizeof(frame));
    listen_only(server);
}

struct iso {
    uint8_t buffer[8];
    struct usbip_packet packets[2];
    struct usbip_urb urb;
};

static void iso_init(struct iso *iso)
{
    *iso = (struct iso){.packets = {{.offset = 0, .length = 4}, {.offset = 4, .length = 4}}};
    iso->urb = (struct usbip_urb){.endpoint = 0x83,
                                  .isochronous = true,
                                  .interval = 1,
                                  .data = iso->buffer,
                                  .length = sizeof(iso->buffer),
                                  .packets = iso->packets,
                                  .packet_count = 2};
}

Test(usbip_client, packed_packets_go_to_their_own_places)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_right);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_expect_eq(iso.urb.status, 0);
    cr_expect_eq(iso.packets[0].actual, 2);
    cr_expect_eq(iso.packets[1].actual, 3);
    cr_expect_arr_eq(iso.buffer, "ab", 2);
    cr_expect_arr_eq(iso.buffer + 4, "cde", 3);
    finish(&server);
}

Test(usbip_client, more_packets_than_asked_for_drop_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_too_many);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

Test(usbip_client, packets_that_do_not_add_up_drop_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_sum_wrong);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

Test(usbip_client, packet_longer_than_asked_for_drops_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packet_too_long);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

Test(usbip_client, fewer_packets_than_asked_for_drop_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_too_few);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

Test(usbip_client, packets_whose_sum_wraps_drop_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_sum_wraps);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

Test(usbip_client, offsets_and_lengths_of_packets_are_the_clients_own)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    start(&server, packets_elsewhere);
    cr_assert_eq(run(&server, &iso.urb), 0);
    cr_expect_eq(iso.urb.status, 0);
    cr_expect_eq(iso.packets[1].offset, 4);
    cr_expect_eq(iso.packets[1].length, 4);
    cr_expect_arr_eq(iso.buffer, "ab", 2);
    cr_expect_arr_eq(iso.buffer + 4, "cde", 3);
    finish(&server);
}

Test(usbip_client, packet_out_of_which_more_was_taken_drops_the_import)
{
    struct server server;
    struct iso iso;

    iso_init(&iso);
    iso.urb.endpoint = 0x03;
    start(&server, packets_out_grown);
    expect_dropped(&server, &iso.urb);
    finish(&server);
}

/* ---- unlink and cancel */

static void cancel_it(struct server *server)
{
    (void)hear(server, 0);
    answer(server, RET_UNLINK, hear(server, 0), -ECONNRESET, 0);
    listen_only(server);
}

Test(usbip_client, unlinked_urb_is_over_and_the_import_stays)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, cancel_it);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ECONNRESET);
    cr_expect_eq(usbip_error(server.client), 0);
    finish(&server);
}

static void read_nothing(struct server *server)
{
    struct pollfd end = {.fd = server->ends[1], .events = POLLRDHUP};

    (void)poll(&end, 1, -1);
}

struct pumped {
    struct usbip_client *client;
    int count;
};

static void *pump_thread(void *argument)
{
    struct pumped *pumped = argument;

    pumped->count = usbip_pump(pumped->client, USBIP_FOREVER);
    return NULL;
}

/* It has looked for what is to be completed, and waits or is about to. */
static void await_pumping(struct usbip_client *client)
{
    bool pumping = false;

    while (!pumping) {
        sched_yield();
        pthread_mutex_lock(&client->lock);
        pumping = client->pumping;
        pthread_mutex_unlock(&client->lock);
    }
}

/* Nothing else wakes who pumps again: that is lost on who polls the client's files by itself. */
Test(usbip_client, urb_that_never_left_is_completed_by_who_is_woken_for_it)
{
    static char bytes[8 << 20];
    struct usbip_urb half = {.endpoint = 0x01, .data = bytes, .length = sizeof(bytes)};
    struct usbip_urb unsent = half;
    struct server server;
    struct pumped pumped;
    pthread_t thread;

    start(&server, read_nothing);
    pumped.client = server.client;
    cr_assert_eq(usbip_submit(server.client, &half), 0);
    cr_assert_eq(usbip_submit(server.client, &unsent), 0);
    cr_assert_eq(pthread_create(&thread, NULL, pump_thread, &pumped), 0);
    await_pumping(server.client);
    cr_assert_eq(usbip_unlink(server.client, &unsent), 0);
    pthread_join(thread, NULL);
    cr_expect_eq(pumped.count, 1);
    cr_expect_eq(unsent.status, -ECONNRESET);
    finish(&server);
}

static void too_late(struct server *server)
{
    uint32_t victim = hear(server, 0), seqnum = hear(server, 0);

    answer(server, RET_SUBMIT, victim, 0, 5);
    tell(server, "hello", 5);
    answer(server, RET_UNLINK, seqnum, 0, 0);
    send_five(server);
}

Test(usbip_client, urb_that_ended_before_its_unlink_keeps_its_data)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, too_late);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, 0);
    cr_expect_eq(urb.actual, 5);
    /* The unlink's answer is still to come and belongs to no URB. */
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, 0);
    finish(&server);
}

struct waiter {
    struct server *server;
    struct usbip_urb urb;
    char buffer[16];
    int result;
};

static void *wait_thread(void *argument)
{
    struct waiter *waiter = argument;

    waiter->result = run(waiter->server, &waiter->urb);
    return NULL;
}

/* Answers the URB of endpoint 1 once that of endpoint 2 has been answered 100 times. */
static void serve_two(struct server *server)
{
    uint32_t waiting = 0, seqnum;
    unsigned done = 0;

    while ((seqnum = hear(server, 0)) != 0) {
        if (server->request[19] == 1) {
            waiting = seqnum;
        } else {
            done++;
            answer(server, RET_SUBMIT, seqnum, 0, 2);
            tell(server, "ok", 2);
        }
        if (done >= 100 && waiting) {
            answer(server, RET_SUBMIT, waiting, 0, 5);
            tell(server, "event", 5);
            waiting = 0;
        }
    }
}

Test(usbip_client, one_thread_waits_while_another_transfers)
{
    struct server server;
    struct waiter waiter = {.server = &server};
    pthread_t thread;

    start(&server, serve_two);
    waiter.urb = IN_URB(waiter.buffer);
    cr_assert_eq(pthread_create(&thread, NULL, wait_thread, &waiter), 0);
    for (int i = 0; i < 100; i++) {
        char buffer[8];
        struct usbip_urb urb = {.endpoint = 0x82, .data = buffer, .length = sizeof(buffer)};

        cr_assert_eq(run(&server, &urb), 0);
        cr_assert_eq(urb.status, 0);
        cr_assert_eq(urb.actual, 2);
    }
    pthread_join(thread, NULL);
    cr_expect_eq(waiter.result, 0);
    cr_expect_arr_eq(waiter.buffer, "event", 5);
    finish(&server);
}

static void *interrupt_thread(void *argument)
{
    usbip_interrupt(argument);
    return NULL;
}

Test(usbip_client, interruption_ends_a_wait_even_if_it_came_before)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);
    pthread_t thread;
    unsigned ticket;

    start(&server, cancel_it);
    ticket = usbip_ticket(server.client);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_assert_eq(pthread_create(&thread, NULL, interrupt_thread, server.client), 0);
    cr_expect_eq(usbip_wait(server.client, &urb, LONG_MS, ticket), -EINTR);
    pthread_join(thread, NULL);
    usbip_settle(server.client, &urb);
    cr_expect_eq(urb.status, -ECONNRESET);
    finish(&server);
}

/* ---- callbacks */

struct chain {
    struct usbip_client *client;
    unsigned left;
    int last_status;
};

static void chain_on(struct usbip_urb *urb)
{
    struct chain *chain = urb->context;

    chain->last_status = urb->status;
    if (urb->status == 0 && --chain->left > 0)
        (void)usbip_submit(chain->client, urb);
}

static void answer_all(struct server *server)
{
    uint32_t seqnum;

    while ((seqnum = hear(server, 0)) != 0) {
        answer(server, RET_SUBMIT, seqnum, 0, 2);
        tell(server, "ok", 2);
    }
}

Test(usbip_client, callback_may_submit_again)
{
    struct server server;
    struct chain chain = {.left = 50, .last_status = 1};
    char buffer[8];
    struct usbip_urb urb = IN_URB(buffer);

    urb.complete = chain_on;
    urb.context = &chain;
    start(&server, answer_all);
    chain.client = server.client;
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    while (chain.left > 0)
        cr_assert_geq(usbip_pump(server.client, LONG_MS), 0);
    cr_expect_eq(chain.last_status, 0);
    finish(&server);
}

Test(usbip_client, free_completes_what_is_in_flight)
{
    struct server server;
    struct chain chain = {.left = 1, .last_status = 1};
    char buffer[8];
    struct usbip_urb urb = IN_URB(buffer);

    urb.complete = chain_on;
    urb.context = &chain;
    start(&server, listen_only);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    finish(&server);
    cr_expect_eq(chain.last_status, -ENODEV);
}

Test(usbip_client, urb_in_flight_is_not_taken_twice)
{
    struct server server;
    char buffer[8];
    struct usbip_urb urb = IN_URB(buffer);

    start(&server, cancel_it);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_expect_eq(usbip_submit(server.client, &urb), -EBUSY);
    usbip_settle(server.client, &urb);
    finish(&server);
}
