/* One connection of the USB/IP server over a real socket: its options, its deadline, and frames
 * only an isochronous endpoint makes possible. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/tests/rig.h"
#include "simulator/wire/usbip/server.h"
#include "spcore/base.h"

enum { DEADLINE_MS = 30, DESCRIPTORS = 256 };

/* A server with the rig's device as 1-1, and one client; the loop runs until the client's socket
 * can be read. */
struct wired {
    struct rig *rig;
    struct wire_loop *loop;
    struct wire_bus bus;
    struct wire_server *server;
    struct wire_source client;
};

static void readable(struct wire_source *source, uint32_t events)
{
    struct wired *wired = container_of(source, struct wired, client);

    (void)events;
    wire_loop_stop(wired->loop);
}

static void wired_start(struct wired *wired, uint32_t deadline_ms)
{
    struct wire_server_options options = {.op_deadline_ms = deadline_ms};
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *wired = (struct wired){.rig = rig_unplugged()};
    wired->rig->endpoints[2].type = USB_ENDPOINT_ISOCHRONOUS;
    cr_assert_eq(wire_loop_new(&wired->loop), 0);
    wire_bus_init(&wired->bus);
    cr_assert_eq(wire_server_new(wired->loop, &wired->bus, &options, &wired->server), 0);
    cr_assert_eq(wire_bus_offer(&wired->bus, "1-1", wired->rig->device, &usbip_by_the_book), 0);
    name.sin_port = htons(wire_server_port(wired->server));
    wired->client = (struct wire_source){socket(AF_INET, SOCK_STREAM, 0), readable};
    cr_assert_eq(connect(wired->client.fd, (struct sockaddr *)&name, sizeof(name)), 0);
    cr_assert_eq(wire_loop_add(wired->loop, &wired->client, EPOLLIN), 0);
}

static void wired_end(struct wired *wired)
{
    wire_loop_remove(wired->loop, &wired->client);
    close(wired->client.fd);
    wire_server_free(wired->server);
    wire_bus_done(&wired->bus);
    wire_loop_free(wired->loop);
    rig_free(wired->rig);
}

/* Sends and lets the server work until it says something or closes; the bytes, 0 at the end. */
static ssize_t tell(struct wired *wired, const void *bytes, size_t length, void *reply, size_t room)
{
    if (length)
        cr_assert_eq(send(wired->client.fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
    cr_assert_eq(wire_loop_run(wired->loop), 0);
    return recv(wired->client.fd, reply, room, 0);
}

static void import(struct wired *wired)
{
    static const uint8_t request[40] = {1, 0x11, 0x80, 3, 0, 0, 0, 0, '1', '-', '1'};
    uint8_t reply[512];

    cr_assert_eq(tell(wired, request, sizeof(request), reply, sizeof(reply)), 320);
    cr_assert_eq(reply[7], 0);
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

/* CMD_SUBMIT (usbip_protocol.rst). */
static void put_submit(uint8_t frame[48], uint32_t seqnum, uint32_t direction, uint32_t endpoint,
                       uint32_t length, uint32_t packets)
{
    memset(frame, 0, 48);
    put32(frame, 1);
    put32(frame + 4, seqnum);
    put32(frame + 8, 0x00010002);
    put32(frame + 12, direction);
    put32(frame + 16, endpoint);
    put32(frame + 24, length);
    put32(frame + 32, packets);
}

static void configure(struct wired *wired)
{
    uint8_t frame[48], reply[64];

    put_submit(frame, 1, 0, 0, 0, 0);
    memcpy(frame + 40, "\0\x09\1\0\0\0\0\0", 8);
    cr_assert_eq(tell(wired, frame, sizeof(frame), reply, sizeof(reply)), 48);
    cr_assert_eq(reply[23], 0);
}

/* ---- options */

/* The server's end of the client's connection: they share this process. */
static int other_end(const struct wired *wired)
{
    struct sockaddr_in ours, peer;
    socklen_t size = sizeof(ours);

    cr_assert_eq(getsockname(wired->client.fd, (struct sockaddr *)&ours, &size), 0);
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        size = sizeof(peer);
        if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && size == sizeof(peer) &&
            peer.sin_family == AF_INET && peer.sin_port == ours.sin_port)
            return fd;
    }
    cr_assert_fail("no other end");
    return -1;
}

static int option_of(int fd, int level, int name)
{
    socklen_t size = sizeof(int);
    int value = -1;

    cr_assert_eq(getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

/* A pulled cable sends nothing: only probes and the time-out of what is not acknowledged tell. */
Test(peer, a_dead_importer_is_noticed_by_the_socket)
{
    struct wired wired;
    int fd, probed;

    wired_start(&wired, 0);
    import(&wired);
    fd = other_end(&wired);
    cr_expect_eq(option_of(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    probed = option_of(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
             option_of(fd, IPPROTO_TCP, TCP_KEEPINTVL) * option_of(fd, IPPROTO_TCP, TCP_KEEPCNT);
    cr_expect(probed > 0 && probed <= 60, "%d s", probed);
    cr_expect(option_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) > 0 &&
              option_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) <= 60000);
    cr_expect_eq(option_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    wired_end(&wired);
}

/* ---- the deadline before an import */

Test(peer, half_a_request_is_given_up_at_the_deadline)
{
    struct wired wired;
    uint8_t reply[64];

    wired_start(&wired, DEADLINE_MS);
    cr_expect_eq(tell(&wired, "\1\x11\x80\3\0\0\0\0001-", 10, reply, sizeof(reply)), 0);
    wired_end(&wired);
}

/* Ends a loop that nothing else ends. */
struct bell {
    struct wire_timer timer;
    struct wire_loop *loop;
};

static void ring(struct wire_timer *timer)
{
    wire_loop_stop(((struct bell *)timer)->loop);
}

Test(peer, an_importer_may_be_idle_as_long_as_it_likes)
{
    struct bell bell = {.timer = {.expired = ring}};
    struct wired wired;

    wired_start(&wired, DEADLINE_MS);
    import(&wired);
    bell.loop = wired.loop;
    wire_timer_set(wired.loop, &bell.timer, 3 * DEADLINE_MS);
    cr_assert_eq(wire_loop_run(wired.loop), 0);
    cr_expect_not(bell.timer.armed, "the client was told something");
    configure(&wired);
    wired_end(&wired);
}

/* ---- isochronous frames */

/* Bytes the server answers to an IN URB of 64 bytes, 0 if it closes instead; `reply` holds them. */
static ssize_t ask_packets(uint32_t packets, const uint8_t *descriptors, size_t size,
                           uint8_t reply[256])
{
    static uint8_t frame[48 + 32];
    struct wired wired;
    ssize_t count;

    wired_start(&wired, 0);
    import(&wired);
    configure(&wired);
    put_submit(frame, 2, 1, 3, 64, packets);
    if (size)
        memcpy(frame + 48, descriptors, size);
    count = tell(&wired, frame, 48 + size, reply, 256);
    wired_end(&wired);
    return count < 0 ? 0 : count;
}

Test(peer, more_isochronous_packets_than_there_may_be_end_the_connection)
{
    uint8_t reply[256];

    cr_expect_eq(ask_packets(1025, NULL, 0, reply), 0);
    cr_expect_eq(ask_packets(0x7fffffff, NULL, 0, reply), 0);
    cr_expect_eq(ask_packets(0x80000000, NULL, 0, reply), 0);
    cr_expect_eq(ask_packets(0xffffffff, NULL, 0, reply), 0);
}

/* Offset and length of the first packet; the second has none. -EINVAL is 22. */
static void refused(uint32_t offset, uint32_t length)
{
    uint8_t descriptors[32] = {0}, reply[256] = {0};
    uint8_t status[4];

    put32(descriptors, offset);
    put32(descriptors + 4, length);
    put32(status, (uint32_t)-22);
    cr_expect_eq(ask_packets(2, descriptors, sizeof(descriptors), reply), 48 + 32);
    cr_expect_arr_eq(reply + 20, status, 4);
    cr_expect_arr_eq(reply + 24, "\0\0\0", 4); /* nothing moved */
    cr_expect_arr_eq(reply + 48, descriptors, 8, "the places are the request's");
}

Test(peer, isochronous_packets_outside_their_buffer_are_refused)
{
    refused(65, 0);
    refused(60, 5);
    refused(0, 65);
    refused(0xffffffff, 1);
}

/* ---- an UNLINK that overtakes its SUBMIT: Linux's vhci under full preemption */

/* CMD_UNLINK (usbip_protocol.rst). */
static void put_unlink(uint8_t frame[48], uint32_t seqnum, uint32_t unlink_seqnum)
{
    memset(frame, 0, 48);
    put32(frame, 2);
    put32(frame + 4, seqnum);
    put32(frame + 8, 0x00010002);
    put32(frame + 20, unlink_seqnum);
}

static void expect_reply(const uint8_t *frame, uint32_t command, uint32_t seqnum, int status)
{
    uint8_t expected[24] = {0};

    put32(expected, command);
    put32(expected + 4, seqnum);
    put32(expected + 20, (uint32_t)status);
    cr_expect_arr_eq(frame, expected, sizeof(expected));
}

/* Lets the server work until so much of its answers has come. */
static void whole(struct wired *wired, uint8_t *reply, size_t length)
{
    size_t got = 0;

    while (got < length) {
        ssize_t count = tell(wired, NULL, 0, reply + got, length - got);

        cr_assert_gt(count, 0);
        got += (size_t)count;
    }
}

Test(peer, an_unlink_waits_for_the_submit_it_names)
{
    struct wired wired;
    uint8_t frame[48], payload[2][48 + 8] = {0}, reply[256];

    wired_start(&wired, 60000);
    import(&wired);
    configure(&wired);
    /* 2 is not there yet; 4 names it. Then 2 with its payload, and 5. */
    put_unlink(frame, 4, 2);
    cr_assert_eq(send(wired.client.fd, frame, 48, 0), 48);
    put_submit(payload[0], 2, 0, 2, 8, 0);
    put_submit(payload[1], 5, 0, 2, 8, 0);
    cr_assert_eq(send(wired.client.fd, payload, sizeof(payload), 0), sizeof(payload));
    whole(&wired, reply, 96);
    expect_reply(reply, 4, 4, -ECONNRESET);
    expect_reply(reply + 48, 3, 5, 0);
    cr_expect_eq(wired.rig->out_count, 1, "the unlinked one is never carried out");
    wired_end(&wired);
}

Test(peer, an_unlink_whose_submit_was_never_sent_is_answered)
{
    struct wired wired;
    uint8_t frame[48], payload[48 + 8] = {0}, reply[256];

    wired_start(&wired, 60000);
    import(&wired);
    configure(&wired);
    put_unlink(frame, 3, 2);
    cr_assert_eq(send(wired.client.fd, frame, 48, 0), 48);
    put_submit(payload, 6, 0, 2, 8, 0);
    cr_assert_eq(send(wired.client.fd, payload, sizeof(payload), 0), sizeof(payload));
    whole(&wired, reply, 96);
    expect_reply(reply, 4, 3, 0);
    expect_reply(reply + 48, 3, 6, 0);
    /* With nothing behind it the time decides. */
    put_unlink(frame, 9, 8);
    cr_assert_eq(tell(&wired, frame, sizeof(frame), reply, sizeof(reply)), 48);
    expect_reply(reply, 4, 9, 0);
    wired_end(&wired);
}
