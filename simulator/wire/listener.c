/* It accepts until nobody waits any more, and hands each socket to whoever listens. */
#include "simulator/wire/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/base.h"

#define BACKLOG 128

enum { REST_MS = 100 };

/* Out of descriptors or memory: the listener stays readable, so asking again at once would only
 * burn time. */
static void rest(struct wire_listener *listener)
{
    wire_loop_change(listener->loop, &listener->source, 0);
    wire_timer_set(listener->loop, &listener->rest, REST_MS);
}

static void rested(struct wire_timer *timer)
{
    struct wire_listener *listener = container_of(timer, struct wire_listener, rest);

    wire_loop_change(listener->loop, &listener->source, EPOLLIN);
}

static void accept_ready(struct wire_source *source, uint32_t events)
{
    struct wire_listener *listener = container_of(source, struct wire_listener, source);
    int fd;

    (void)events;
    while ((fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (listener->accepted(listener, fd) < 0)
            close(fd);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        rest(listener);
}

/* Within one machine no queue can fill up that pacing would spare, and a default that paces (bbr)
 * halves the throughput. It must be chosen here: what is accepted has begun to pace. */
void listener_spare_pacing(int fd, const struct in_addr *address)
{
    static const char unpaced[] = "reno"; /* the one every kernel has and everybody may choose */

    if (ntohl(address->s_addr) >> 24 == IN_LOOPBACKNET)
        setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, unpaced, sizeof(unpaced) - 1);
}

/* A bound socket listens and is watched. It is closed when that fails. */
static int begin(struct wire_listener *listener, struct wire_loop *loop, int fd)
{
    int error = listen(fd, BACKLOG) < 0 ? -errno : 0;

    listener->loop = loop;
    listener->source = (struct wire_source){fd, accept_ready};
    listener->rest.expired = rested;
    if (!error)
        error = wire_loop_add(loop, &listener->source, EPOLLIN);
    if (!error)
        return 0;
    close(fd);
    listener->loop = NULL;
    return error;
}

int listener_tcp(struct wire_listener *listener, struct wire_loop *loop, const char *address,
                 uint16_t port)
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
    listener_spare_pacing(fd, &name.sin_addr);
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
        getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    listener->port = ntohs(name.sin_port);
    return begin(listener, loop, fd);
}

int listener_path(const char *path, struct sockaddr_un *ret_name)
{
    *ret_name = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(ret_name->sun_path))
        return -ENAMETOOLONG;
    memcpy(ret_name->sun_path, path, strlen(path));
    return 0;
}

/* A socket file nobody answers on is left from a process that was killed. Anything else of that
 * name is somebody's, and connecting to it is refused just the same. */
static void remove_stale(const struct sockaddr_un *name)
{
    struct stat found;
    int fd;

    if (lstat(name->sun_path, &found) < 0 || !S_ISSOCK(found.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0 && errno == ECONNREFUSED)
        unlink(name->sun_path);
    close(fd);
}

int listener_unix(struct wire_listener *listener, struct wire_loop *loop, const char *path)
{
    struct sockaddr_un name;
    int error = listener_path(path, &name), fd;

    if (error)
        return error;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    remove_stale(&name);
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
        error = -errno;
        close(fd);
        return error;
    }
    error = begin(listener, loop, fd);
    if (error)
        unlink(path);
    else
        memcpy(listener->path, name.sun_path, sizeof(listener->path));
    return error;
}

void listener_done(struct wire_listener *listener)
{
    if (!listener->loop)
        return;
    wire_timer_clear(listener->loop, &listener->rest);
    wire_loop_remove(listener->loop, &listener->source);
    close(listener->source.fd);
    if (listener->path[0])
        unlink(listener->path);
    listener->loop = NULL;
}
