/* How connections end, how long a server may keep the client waiting, and how much it may have
 * under way. */
#include "spcore/base.h"
#include "spcore/tests/usbip_server.h"

#include <criterion/parameterized.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/tcp.h>

/* ---- cut short */

enum { REPLY = 48 + 5 };

struct cut {
    unsigned after; /* bytes of a reply of REPLY bytes */
    bool reset;     /* RST instead of FIN */
};

static struct cut cuts[] = {
    {0, false}, {1, false}, {20, false}, {47, false}, {48, false}, {52, false},
    {0, true},  {1, true},  {20, true},  {47, true},  {48, true},  {52, true},
};

static void hang_up(struct server *server, bool reset)
{
    static const struct linger at_once = {.l_onoff = 1};

    if (reset)
        setsockopt(server->ends[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    /* Not closed, so that the number is not given to another file before finish(). */
    dup2(open("/dev/null", O_RDWR), server->ends[1]);
}

static void cut_off(struct server *server)
{
    const struct cut *cut = server->argument;
    uint8_t reply[REPLY];

    make_reply(reply, RET_SUBMIT, hear(server, 0), 0, 5);
    memcpy(reply + 48, "hello", 5);
    tell(server, reply, cut->after);
    hang_up(server, cut->reset);
}

ParameterizedTestParameters(usbip_end, anywhere_in_a_reply_is_a_device_gone)
{
    return cr_make_param_array(struct cut, cuts, ARRAY_SIZE(cuts));
}

ParameterizedTest(struct cut *cut, usbip_end, anywhere_in_a_reply_is_a_device_gone)
{
    struct server server;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer), idle = IN_URB(buffer);

    start_tcp(&server, cut_off, cut);
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.status, -ENODEV, "%u, %d: %d", cut->after, cut->reset, urb.status);
    cr_expect_eq(urb.actual, 0, "%u, %d: %u", cut->after, cut->reset, urb.actual);
    cr_expect_eq(usbip_submit(server.client, &idle), -ENODEV);
    finish(&server);
}

static void half_close(struct server *server)
{
    (void)hear(server, 0);
    shutdown(server->ends[1], SHUT_WR);
    listen_only(server);
}

Test(usbip_end, server_that_only_listens_on_is_gone)
{
    struct server server;
    char buffer[2][16];
    struct usbip_urb first = IN_URB(buffer[0]), second = IN_URB(buffer[1]);

    start_tcp(&server, half_close, NULL);
    cr_assert_eq(usbip_submit(server.client, &second), 0);
    cr_assert_eq(run(&server, &first), 0);
    cr_expect_eq(first.status, -ENODEV);
    cr_expect_eq(second.status, -ENODEV, "every URB ends, not the awaited one alone");
    finish(&server);
}

static void await_end(struct server *server)
{
    bool *ended = (bool *)(uintptr_t)server->argument;

    listen_only(server);
    *ended = true;
}

Test(usbip_end, free_unplugs_at_the_server)
{
    struct server server;
    bool ended = false;

    start_tcp(&server, await_end, &ended);
    usbip_free(server.client);
    pthread_join(server.thread, NULL);
    cr_expect(ended);
    close(server.ends[1]);
}

/* Fine tuning of a peer whose cable was pulled: nothing else ends such a connection. */
Test(usbip_end, dead_server_is_noticed_by_the_socket)
{
    static const struct {
        int level, name, least, most;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 1, 30},
        {IPPROTO_TCP, TCP_KEEPINTVL, 1, 10},
        {IPPROTO_TCP, TCP_KEEPCNT, 1, 5},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, 1000, 30000},
        {IPPROTO_TCP, TCP_NODELAY, 1, 1},
    };
    struct server server;

    start_tcp(&server, listen_only, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        int value = 0;
        socklen_t size = sizeof(value);

        cr_assert_eq(getsockopt(server.ends[0], options[i].level, options[i].name, &value, &size),
                     0);
        cr_expect(value >= options[i].least && value <= options[i].most, "option %zu: %d", i,
                  value);
    }
    finish(&server);
}

static uint32_t segments_in(int socket)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_data_segs_in;
}

static void count_segments(struct server *server)
{
    uint32_t *segments = (uint32_t *)(uintptr_t)server->argument;
    uint32_t seqnum = hear(server, 64);

    *segments = segments_in(server->ends[1]);
    answer(server, RET_SUBMIT, seqnum, 0, 64);
    listen_only(server);
}

Test(usbip_end, request_and_its_data_leave_in_one_segment)
{
    struct server server;
    uint32_t after = 0, before;
    uint8_t data[64] = {0};
    struct usbip_urb urb = {.endpoint = 0x02, .data = data, .length = sizeof(data)};

    start_tcp(&server, count_segments, &after);
    before = segments_in(server.ends[1]); /* here, where nothing is under way */
    cr_assert_eq(run(&server, &urb), 0);
    cr_expect_eq(urb.actual, 64);
    cr_expect_eq(after - before, 1, "%u, %u", before, after);
    finish(&server);
}

/* ---- slow, silent and deaf servers */

static void dribble(struct server *server)
{
    uint8_t reply[48 + 4096] = {0};

    make_reply(reply, RET_SUBMIT, hear(server, 0), 0, 4096);
    for (size_t i = 0; i < sizeof(reply); i++) {
        if (!tell_byte(server->ends[1], server->ends[0], reply + i))
            return;
    }
    listen_only(server);
}

Test(usbip_end, single_bytes_do_not_stretch_the_deadline)
{
    struct server server;
    static uint8_t buffer[4096];
    struct usbip_urb urb = IN_URB(buffer);

    start_tcp(&server, dribble, NULL);
    cr_assert_eq(usbip_submit(server.client, &urb), 0);
    cr_expect_eq(usbip_wait(server.client, &urb, SHORT_MS, usbip_ticket(server.client)),
                 -ETIMEDOUT);
    usbip_drop(server.client, -ENODEV);
    cr_expect_eq(usbip_wait(server.client, &urb, LONG_MS, usbip_ticket(server.client)), 0);
    cr_expect_eq(urb.actual, 0);
    finish(&server);
}

enum { BUSY_ANSWERS = 20000 };

/* Answers endpoint 1 as often as it asks, endpoint 2 never. */
static void answer_the_other(struct server *server)
{
    uint32_t *done = (uint32_t *)(uintptr_t)server->argument, seqnum;

    while ((seqnum = hear(server, 0)) != 0) {
        if (server->request[19] != 1 || *done == BUSY_ANSWERS)
            continue;
        __atomic_add_fetch(done, 1, __ATOMIC_RELAXED);
        answer(server, RET_SUBMIT, seqnum, 0, 0);
    }
}

/* Goes on only when the next answer is there: whoever waits always finds one. */
static void ask_again(struct usbip_urb *urb)
{
    struct usbip_client *client = urb->context;
    struct pollfd next = {.fd = client->fd, .events = POLLIN};

    if (urb->status == 0 && usbip_submit(client, urb) == 0)
        (void)poll(&next, 1, SHORT_MS);
}

Test(usbip_end, answers_to_others_do_not_stretch_the_deadline)
{
    struct server server;
    uint32_t done = 0;
    char buffer[2][8];
    struct usbip_urb busy = IN_URB(buffer[0]);
    struct usbip_urb awaited = {.endpoint = 0x82, .data = buffer[1], .length = 8};

    start_with(&server, answer_the_other, &done);
    busy.complete = ask_again;
    busy.context = server.client;
    cr_assert_eq(usbip_submit(server.client, &busy), 0);
    cr_assert_eq(usbip_submit(server.client, &awaited), 0);
    cr_expect_eq(usbip_wait(server.client, &awaited, SHORT_MS, usbip_ticket(server.client)),
                 -ETIMEDOUT);
    cr_expect_lt(__atomic_load_n(&done, __ATOMIC_RELAXED), BUSY_ANSWERS,
                 "it waited until the server had enough");
    finish(&server);
}

static void deaf(struct server *server)
{
    struct pollfd gone = {.fd = server->ends[1], .events = 0};

    (void)poll(&gone, 1, LONG_MS);
}

Test(usbip_end, server_that_never_reads_costs_the_deadline_and_then_the_import)
{
    struct server server;
    struct usbip_urb large = {.endpoint = 0x02, .length = 16 << 20}, small[3];
    char buffer[16];

    large.data = calloc(1, large.length);
    cr_assert_not_null(large.data);
    start(&server, deaf);
    cr_assert_eq(usbip_submit(server.client, &large), 0);
    for (unsigned i = 0; i < 3; i++) {
        small[i] = IN_URB(buffer);
        cr_assert_eq(usbip_submit(server.client, &small[i]), 0, "submitting never blocks");
    }
    cr_expect_eq(usbip_wait(server.client, &large, SHORT_MS, usbip_ticket(server.client)),
                 -ETIMEDOUT);
    /* What has not begun to leave needs no answer to be taken back. */
    usbip_settle(server.client, &small[1]);
    cr_expect_eq(small[1].status, -ECONNRESET);
    cr_expect_eq(usbip_error(server.client), 0);
    usbip_settle(server.client, &large);
    cr_expect_eq(large.status, -ENODEV);
    cr_expect_eq(small[0].status, -ENODEV);
    cr_expect_eq(small[2].status, -ENODEV);
    finish(&server);
    free(large.data);
}

/* ---- several threads at once */

struct waiter {
    struct server *server;
    pthread_t thread;
    struct usbip_urb urb;
    char buffer[16];
    int result;
};

static void *wait_thread(void *argument)
{
    struct waiter *waiter = argument;
    unsigned ticket = usbip_ticket(waiter->server->client);

    waiter->result = usbip_submit(waiter->server->client, &waiter->urb);
    if (waiter->result == 0)
        waiter->result = usbip_wait(waiter->server->client, &waiter->urb, LONG_MS, ticket);
    return NULL;
}

static void hear_all_then_leave(struct server *server)
{
    for (unsigned i = 0; i < 4; i++)
        (void)hear(server, 0);
    shutdown(server->ends[1], SHUT_RDWR);
}

static void wait_in_four_threads(struct server *server, bool drop)
{
    struct waiter waiters[4];

    for (unsigned i = 0; i < 4; i++) {
        waiters[i] = (struct waiter){.server = server};
        waiters[i].urb = (struct usbip_urb){
            .endpoint = (uint8_t)(0x81 + i), .data = waiters[i].buffer, .length = 16};
        cr_assert_eq(pthread_create(&waiters[i].thread, NULL, wait_thread, &waiters[i]), 0);
    }
    if (drop)
        usbip_drop(server->client, -ENODEV);
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(waiters[i].thread, NULL);
        /* Dropped before this one's submit, or after it. */
        cr_expect(waiters[i].result == -ENODEV || waiters[i].urb.status == -ENODEV, "%u: %d, %d", i,
                  waiters[i].result, waiters[i].urb.status);
    }
}

Test(usbip_end, drop_ends_the_waits_of_all_threads)
{
    struct server server;

    start(&server, listen_only);
    wait_in_four_threads(&server, true);
    finish(&server);
}

Test(usbip_end, server_that_leaves_ends_the_waits_of_all_threads)
{
    struct server server;

    start(&server, hear_all_then_leave);
    wait_in_four_threads(&server, false);
    finish(&server);
}

/* ---- how many */

enum { MANY = 20000 };

static void answer_in_reverse(struct server *server)
{
    uint32_t *seqnums = calloc(MANY, sizeof(*seqnums));

    for (unsigned i = 0; i < MANY; i++)
        seqnums[i] = hear(server, 0);
    for (unsigned i = MANY; i-- > 0;)
        answer(server, RET_SUBMIT, seqnums[i], 0, 0);
    free(seqnums);
    listen_only(server);
}

static void count_down(struct usbip_urb *urb)
{
    unsigned *left = urb->context;

    *left -= urb->status == 0;
}

Test(usbip_many, twenty_thousand_in_flight_are_told_apart)
{
    struct server server;
    struct usbip_urb *urbs = calloc(MANY, sizeof(*urbs));
    unsigned left = MANY;
    char buffer[8];

    cr_assert_not_null(urbs);
    start(&server, answer_in_reverse);
    for (unsigned i = 0; i < MANY; i++) {
        urbs[i] = IN_URB(buffer);
        urbs[i].complete = count_down;
        urbs[i].context = &left;
        cr_assert_eq(usbip_submit(server.client, &urbs[i]), 0);
    }
    while (left > 0)
        cr_assert_gt(usbip_pump(server.client, LONG_MS), -1);
    finish(&server);
    free(urbs);
}

/* Keeps the first request waiting and answers the others by their number. */
static void echo_numbers(struct server *server)
{
    uint32_t first = hear(server, 0), seqnum;

    while ((seqnum = hear(server, 0)) != 0) {
        uint8_t number[4];

        put_be32(number, seqnum);
        answer(server, RET_SUBMIT, seqnum, 0, 4);
        tell(server, number, 4);
        if (seqnum == first)
            break;
    }
}

Test(usbip_many, numbers_wrap_around_zero_and_those_in_flight)
{
    static const uint32_t expected[] = {0xffffffff, 2, 3};
    struct server server;
    uint8_t buffer[8] = {0};
    struct usbip_urb waiting = IN_URB(buffer), urb = IN_URB(buffer);

    start(&server, echo_numbers);
    cr_assert_eq(usbip_submit(server.client, &waiting), 0);
    cr_assert_eq(waiting.seqnum, 1);
    server.client->next_seqnum = 0xffffffff; /* as after four thousand million requests */
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(run(&server, &urb), 0);
        cr_expect_eq(urb.status, 0);
        cr_expect_eq(get_be32(buffer), expected[i], "%u: %u", i, get_be32(buffer));
    }
    finish(&server);
}

static unsigned open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    cr_assert_not_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void leave_at_once(struct server *server)
{
    (void)hear(server, 0);
    shutdown(server->ends[1], SHUT_RDWR);
}

Test(usbip_many, two_hundred_lost_imports_leave_no_file_open)
{
    unsigned before = open_files();

    for (unsigned i = 0; i < 200; i++) {
        struct server server;
        char buffer[16];
        struct usbip_urb urb = IN_URB(buffer);

        start(&server, i % 2 ? leave_at_once : listen_only);
        cr_assert_eq(usbip_submit(server.client, &urb), 0);
        if (i % 2)
            (void)usbip_wait(server.client, &urb, LONG_MS, usbip_ticket(server.client));
        finish(&server);
        cr_assert_eq(urb.status, -ENODEV, "%u: %d", i, urb.status);
    }
    cr_expect_eq(open_files(), before);
}

/* ---- noise */

static uint32_t dice(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Good replies, replies with one byte spoilt, and plain noise, until the client has had enough. */
static void make_noise(struct server *server)
{
    uint32_t state = *(const uint32_t *)server->argument;

    for (unsigned i = 0; i < 20; i++) {
        uint8_t frame[48 + 16] = {0};
        uint32_t actual = dice(&state) % 17;

        make_reply(frame, RET_SUBMIT + dice(&state) % 8 / 7, 1 + dice(&state) % 6, 0, actual);
        memset(frame + 48, 'n', 16);
        for (unsigned spoilt = dice(&state) % 3; spoilt-- > 0;)
            frame[dice(&state) % 48] = (uint8_t)dice(&state);
        if (dice(&state) % 4 == 0)
            for (unsigned k = 0; k < sizeof(frame); k++)
                frame[k] = (uint8_t)dice(&state);
        tell(server, frame, 48 + actual);
    }
    shutdown(server->ends[1], SHUT_WR);
    listen_only(server);
}

static void count_up(struct usbip_urb *urb)
{
    ++*(unsigned *)urb->context;
}

Test(usbip_many, noise_ends_every_request_once_and_inside_its_buffer)
{
    for (uint32_t seed = 0; seed < 200; seed++) {
        struct server server;
        struct usbip_urb urbs[5];
        char buffers[5][16 + 8];
        unsigned over[5] = {0};

        memset(buffers, 'x', sizeof(buffers));
        start_with(&server, make_noise, &seed);
        for (unsigned i = 0; i < 5; i++) {
            urbs[i] = (struct usbip_urb){.endpoint = (uint8_t)(i == 4 ? 0x02 : 0x81 + i),
                                         .data = buffers[i],
                                         .length = 16,
                                         .complete = count_up,
                                         .context = &over[i]};
            if (usbip_submit(server.client, &urbs[i]) != 0)
                over[i]++; /* the import was lost before */
        }
        (void)usbip_unlink(server.client, &urbs[seed % 5]);
        while (usbip_pump(server.client, LONG_MS) >= 0)
            ;
        for (unsigned i = 0; i < 5; i++) {
            cr_assert_eq(over[i], 1, "seed %u: URB %u ended %u times", seed, i, over[i]);
            cr_assert_leq(urbs[i].actual, 16);
            cr_assert_arr_eq(buffers[i] + 16, "xxxxxxxx", 8, "seed %u", seed);
        }
        finish(&server);
    }
}
