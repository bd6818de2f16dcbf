/* The listener: it accepts, makes a peer of each connection, and rests while the process has no
 * descriptors left. What is said on a connection is op.c's and urb_phase.c's. */
#include "simulator/wire/usbip/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

#define BACKLOG 128

enum { REST_MS = 100 };

/* Out of descriptors or memory: the listener stays readable, so asking again at once would only
 * burn time. */
static void rest(struct wire_server *server)
{
    wire_loop_change(server->loop, &server->listener, 0);
    wire_timer_set(server->loop, &server->rest, REST_MS);
}

static void rested(struct wire_timer *timer)
{
    struct wire_server *server = container_of(timer, struct wire_server, rest);

    wire_loop_change(server->loop, &server->listener, EPOLLIN);
}

static void accept_ready(struct wire_source *source, uint32_t events)
{
    struct wire_server *server = container_of(source, struct wire_server, listener);
    int fd;

    (void)events;
    while ((fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (wire_peer_new(server, fd) < 0)
            close(fd);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        rest(server);
}

/* Within one machine no queue can fill up that pacing would spare, and a default that paces (bbr)
 * halves the throughput. It must be chosen here: what is accepted has begun to pace. */
static void spare_pacing(int fd, const struct in_addr *address)
{
    static const char unpaced[] = "reno"; /* the one every kernel has and everybody may choose */

    if (ntohl(address->s_addr) >> 24 == IN_LOOPBACKNET)
        setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, unpaced, sizeof(unpaced) - 1);
}

static int listen_on(const char *address, uint16_t port, uint16_t *ret_port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof(name);
    int fd, one = 1;

    if (inet_pton(AF_INET, address ? address : "127.0.0.1", &name.sin_addr) != 1)
        return -EINVAL;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    spare_pacing(fd, &name.sin_addr);
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    *ret_port = ntohs(name.sin_port);
    return fd;
}

int wire_server_new(struct wire_loop *loop, const struct wire_bus *bus,
                    const struct wire_server_options *options, struct wire_server **ret_server)
{
    struct wire_server *server = calloc(1, sizeof(*server));
    int fd, error;

    if (!server)
        return -ENOMEM;
    fd = listen_on(options->address, options->port, &server->port);
    if (fd < 0) {
        free(server);
        return fd;
    }
    server->loop = loop;
    server->bus = bus;
    server->op_deadline_ms = options->op_deadline_ms ? options->op_deadline_ms : 5000;
    server->listener = (struct wire_source){fd, accept_ready};
    server->rest.expired = rested;
    error = wire_loop_add(loop, &server->listener, EPOLLIN);
    if (error) {
        close(fd);
        free(server);
        return error;
    }
    *ret_server = server;
    return 0;
}

void wire_server_free(struct wire_server *server)
{
    if (!server)
        return;
    while (server->peers)
        wire_peer_free(server->peers);
    wire_timer_clear(server->loop, &server->rest);
    wire_loop_remove(server->loop, &server->listener);
    close(server->listener.fd);
    free(server);
}

uint16_t wire_server_port(const struct wire_server *server)
{
    return server->port;
}
