/* Connections come from a listener or from connecting, which is tried again every second, since
 * either end may be started first. */
#include "simulator/wire/usbredir/redir_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

/* Half a packet waits as long as a segment that nobody acknowledges (link.c). */
enum { AGAIN_MS = 1000, GREETING_MS = 5000, STALL_MS = 30000 };

static int accepted(struct wire_listener *listener, int fd)
{
    struct redir_port *port = container_of(listener, struct redir_port, listener);

    return port->guest_count < REDIR_GUESTS_MAX ? redir_guest_new(port, fd) : -EBUSY;
}

static int start_listening(struct redir_port *port)
{
    port->listener.accepted = accepted;
    return port->place.path
               ? listener_unix(&port->listener, port->loop, port->place.path)
               : listener_tcp(&port->listener, port->loop, port->place.address, port->place.port);
}

/* ---- connecting */

static void try_again(struct redir_port *port, int error)
{
    char name[128];

    redir_port_name(port, name, sizeof(name));
    if (error && !port->complained)
        fprintf(stderr, "papsim: --usbredir-to %s: %s; it is tried again every second\n", name,
                strerror(-error));
    port->complained = error != 0;
    wire_timer_set(port->loop, &port->again, AGAIN_MS);
}

static void stop_connecting(struct redir_port *port)
{
    if (port->connecting.fd < 0)
        return;
    wire_loop_remove(port->loop, &port->connecting);
    port->connecting.fd = -1;
}

static void set_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK); /* link.c waits in recv() */
}

static void connected(struct redir_port *port, int fd)
{
    int error;

    set_blocking(fd);
    error = redir_guest_new(port, fd);
    if (error)
        close(fd);
    port->complained = false;
    if (error)
        try_again(port, error);
}

static void connect_ready(struct wire_source *source, uint32_t events)
{
    struct redir_port *port = container_of(source, struct redir_port, connecting);
    int fd = source->fd, error = 0;
    socklen_t size = sizeof(error);

    (void)events;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    stop_connecting(port);
    if (!error) {
        connected(port, fd);
        return;
    }
    close(fd);
    try_again(port, -error);
}

/* A socket and the connect() of it that was begun; -errno. */
static int begin(const struct redir_port *port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port->place.port)};
    struct sockaddr_un path = {0};
    bool local = port->place.path != NULL;
    int fd = socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -errno;
    if (local) {
        (void)listener_path(port->place.path, &path); /* it was asked before */
        error = connect(fd, (const struct sockaddr *)&path, sizeof(path));
    } else {
        inet_pton(AF_INET, port->place.address, &name.sin_addr);
        listener_spare_pacing(fd, &name.sin_addr);
        error = connect(fd, (const struct sockaddr *)&name, sizeof(name));
    }
    if (error < 0 && errno != EINPROGRESS) {
        error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

static void connect_now(struct wire_timer *timer)
{
    struct redir_port *port = container_of(timer, struct redir_port, again);
    int fd, error;

    if (port->guest_count) { /* one connection at a time */
        wire_timer_set(port->loop, timer, AGAIN_MS);
        return;
    }
    fd = begin(port);
    if (fd < 0) {
        try_again(port, fd);
        return;
    }
    port->connecting = (struct wire_source){fd, connect_ready};
    error = wire_loop_add(port->loop, &port->connecting, EPOLLOUT);
    if (!error)
        return;
    port->connecting.fd = -1;
    close(fd);
    try_again(port, error);
}

void redir_port_left(struct redir_port *port)
{
    if (port->place.connects)
        wire_timer_set(port->loop, &port->again, AGAIN_MS);
}

/* Whether it can be connected to at all. */
static int check_place(const struct redir_place *place)
{
    struct sockaddr_un path;
    struct in_addr address;

    if (place->path)
        return listener_path(place->path, &path);
    return inet_pton(AF_INET, place->address, &address) == 1 && place->port ? 0 : -EINVAL;
}

/* ---- life */

static void keep_place(struct redir_port *port, const struct redir_place *place)
{
    const char *address = place->address ? place->address : "127.0.0.1";

    port->place = *place;
    snprintf(port->address, sizeof(port->address), "%s", address);
    port->place.address = port->address;
    if (!place->path)
        return;
    snprintf(port->path, sizeof(port->path), "%s", place->path);
    port->place.path = port->path;
}

int redir_port_new(struct wire_loop *loop, struct wire_bus *bus, const struct redir_place *place,
                   struct redir_port **ret_port)
{
    struct redir_port *port;
    struct sockaddr_un path;
    int error;

    if (place->path && listener_path(place->path, &path) < 0)
        return -ENAMETOOLONG;
    port = calloc(1, sizeof(*port));
    if (!port)
        return -ENOMEM;
    port->loop = loop;
    port->bus = bus;
    port->connecting.fd = -1;
    port->again.expired = connect_now;
    keep_place(port, place);
    if (!port->place.deadline_ms)
        port->place.deadline_ms = GREETING_MS;
    if (!port->place.stall_ms)
        port->place.stall_ms = STALL_MS;
    error = place->connects ? check_place(&port->place) : start_listening(port);
    if (error) {
        free(port);
        return error;
    }
    *ret_port = port;
    return 0;
}

int redir_port_offer(struct redir_port *port, const char *busid)
{
    port->offer = wire_bus_find(port->bus, busid);
    if (!port->offer)
        return -ENODEV;
    if (port->place.connects)
        wire_timer_set(port->loop, &port->again, 0);
    return 0;
}

void redir_port_free(struct redir_port *port)
{
    int fd;

    if (!port)
        return;
    while (port->guests)
        redir_guest_free(port->guests);
    fd = port->connecting.fd;
    stop_connecting(port);
    if (fd >= 0)
        close(fd);
    wire_timer_clear(port->loop, &port->again);
    listener_done(&port->listener);
    free(port);
}

void redir_port_name(const struct redir_port *port, char *text, size_t size)
{
    unsigned number = port->listener.port ? port->listener.port : port->place.port;

    if (port->place.path)
        snprintf(text, size, "%s", port->place.path);
    else
        snprintf(text, size, "%s:%u", port->place.address, number);
}
