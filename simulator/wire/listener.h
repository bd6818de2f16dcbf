/* A listening socket: TCP, or a path. It accepts, and rests while the process has no descriptors
 * left. */
#ifndef SIMULATOR_WIRE_LISTENER_H
#define SIMULATOR_WIRE_LISTENER_H

#include <sys/un.h>

#include "simulator/wire/loop.h"

struct wire_listener {
    struct wire_loop *loop;
    struct wire_source source;
    struct wire_timer rest; /* no descriptors left: accepting pauses */
    /* Takes the socket over unless it answers -errno. */
    int (*accepted)(struct wire_listener *listener, int fd);
    uint16_t port;                                          /* of TCP */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* it goes with the listener */
};

/* With `accepted` set. `address` is numeric, NULL: 127.0.0.1; port 0: any free one. -EINVAL: no
 * address, else -errno of a socket. */
int listener_tcp(struct wire_listener *listener, struct wire_loop *loop, const char *address,
                 uint16_t port);
/* The socket file of somebody who is gone is replaced. */
int listener_unix(struct wire_listener *listener, struct wire_loop *loop, const char *path);
/* Nothing, of one that was never opened. */
void listener_done(struct wire_listener *listener);

/* A path as a socket's address, or -ENAMETOOLONG. */
int listener_path(const char *path, struct sockaddr_un *ret_name);
/* Of a TCP socket that has not begun: within one machine nothing is paced. */
struct in_addr;
void listener_spare_pacing(int fd, const struct in_addr *address);

#endif
