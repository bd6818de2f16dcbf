/* A USB/IP server for the client's tests that does what the wire allows and what it does not: a
 * thread on the other end of a socket pair whose script runs after a regular import. */
#ifndef SPCORE_TESTS_USBIP_SERVER_H
#define SPCORE_TESTS_USBIP_SERVER_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/usbip/usbip_private.h"

enum { RET_SUBMIT = 3, RET_UNLINK = 4, LONG_MS = 60000, SHORT_MS = 30 };

struct server {
    int ends[2]; /* the client's, the server's */
    pthread_t thread;
    void (*script)(struct server *server);
    const void *argument; /* the script's */
    struct usbip_client *client;
    uint8_t request[48]; /* the last one read */
};

/* ---- the server's side */

static inline void tell(struct server *server, const void *data, size_t length)
{
    (void)!send(server->ends[1], data, length, MSG_NOSIGNAL);
}

/* The next request's header, and `payload` bytes behind it; its seqnum, or 0 at the end. */
static inline uint32_t hear(struct server *server, size_t payload)
{
    uint8_t *rest = malloc(payload + 1);
    uint32_t seqnum = 0;

    if (recv(server->ends[1], server->request, 48, MSG_WAITALL) == 48 &&
        (payload == 0 || recv(server->ends[1], rest, payload, MSG_WAITALL) == (ssize_t)payload))
        seqnum = get_be32(server->request + 4);
    free(rest);
    return seqnum;
}

static inline void make_reply(uint8_t reply[48], uint32_t command, uint32_t seqnum, int32_t status,
                              uint32_t actual)
{
    memset(reply, 0, 48);
    put_be32(reply, command);
    put_be32(reply + 4, seqnum);
    put_be32(reply + 20, (uint32_t)status);
    put_be32(reply + 24, actual);
}

static inline void answer(struct server *server, uint32_t command, uint32_t seqnum, int32_t status,
                          uint32_t actual)
{
    uint8_t reply[48];

    make_reply(reply, command, seqnum, status, actual);
    tell(server, reply, sizeof(reply));
}

static inline void *serve(void *argument)
{
    struct server *server = argument;
    uint8_t request[40], reply[8 + 312] = {0x01, 0x11, 0x00, 0x03};

    memcpy(reply + 8 + 256, "1-1", 3);
    put_be32(reply + 8 + 288, 1);
    put_be32(reply + 8 + 292, 2);
    put_be32(reply + 8 + 296, 3);
    if (recv(server->ends[1], request, sizeof(request), MSG_WAITALL) != sizeof(request))
        return NULL;
    tell(server, reply, sizeof(reply));
    server->script(server);
    return NULL;
}

/* A byte a millisecond, each only once the one before has been read: a reader that was held up does
 * not find them all at once. False when the other end, which lies in this process, has gone. */
static inline bool tell_byte(int fd, int reader, const uint8_t *byte)
{
    struct pollfd gone = {.fd = fd, .events = POLLRDHUP};
    int unread = 1;

    while (unread > 0) {
        if ((poll(&gone, 1, 1) > 0 && (gone.revents & (POLLHUP | POLLRDHUP | POLLERR))) ||
            ioctl(reader, FIONREAD, &unread) != 0)
            return false;
    }
    return send(fd, byte, 1, MSG_NOSIGNAL) == 1;
}

/* Reads until the client closes: for scripts that only stop answering. */
static inline void listen_only(struct server *server)
{
    while (hear(server, 0) != 0)
        ;
}

static inline void begin(struct server *server, void (*script)(struct server *server),
                         const void *argument)
{
    server->script = script;
    server->argument = argument;
    cr_assert_eq(pthread_create(&server->thread, NULL, serve, server), 0);
    cr_assert_eq(usbip_import_on(server->ends[0], "1-1", LONG_MS, &server->client), 0);
}

static inline void start_with(struct server *server, void (*script)(struct server *server),
                              const void *argument)
{
    *server = (struct server){.script = NULL};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, server->ends), 0);
    begin(server, script, argument);
}

static inline void start(struct server *server, void (*script)(struct server *server))
{
    start_with(server, script, NULL);
}

/* The same over TCP, for what a pair of sockets has not: resets, segments, options. */
static inline void start_tcp(struct server *server, void (*script)(struct server *server),
                             const void *argument)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    char port[8];

    *server = (struct server){.script = NULL};
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(listener, 1), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    snprintf(port, sizeof(port), "%u", ntohs(address.sin_port));
    cr_assert_eq(usbip_connect("127.0.0.1", port, usbip_now_ms() + LONG_MS, &server->ends[0]), 0);
    server->ends[1] = accept(listener, NULL, NULL);
    cr_assert(server->ends[1] >= 0);
    close(listener);
    begin(server, script, argument);
}

static inline void finish(struct server *server)
{
    usbip_free(server->client);
    shutdown(server->ends[1], SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->ends[1]);
}

/* ---- the client's side */

/* Submits and waits; the URB is over afterwards. */
static inline int run(struct server *server, struct usbip_urb *urb)
{
    unsigned ticket = usbip_ticket(server->client);
    int error = usbip_submit(server->client, urb);

    cr_assert_eq(error, 0);
    return usbip_wait(server->client, urb, LONG_MS, ticket);
}

static inline void expect_dropped(struct server *server, struct usbip_urb *urb)
{
    cr_assert_eq(run(server, urb), 0);
    cr_expect_eq(urb->status, -EPROTO);
    cr_expect_eq(usbip_error(server->client), -EPROTO);
    cr_expect_eq(usbip_submit(server->client, urb), -ENODEV);
}

/* The offence may have been seen before this URB is submitted, or be seen while it waits. */
static inline void expect_dropped_by_now(struct server *server, struct usbip_urb *urb)
{
    if (usbip_submit(server->client, urb) == 0) {
        cr_assert_eq(usbip_wait(server->client, urb, LONG_MS, usbip_ticket(server->client)), 0);
        cr_expect_eq(urb->status, -EPROTO);
    }
    cr_expect_eq(usbip_error(server->client), -EPROTO);
}

#define IN_URB(buffer)                                                                             \
    ((struct usbip_urb){.endpoint = 0x81, .data = (buffer), .length = sizeof(buffer)})

static inline void send_five(struct server *server)
{
    answer(server, RET_SUBMIT, hear(server, 0), 0, 5);
    tell(server, "hello", 5);
    listen_only(server);
}

#endif
