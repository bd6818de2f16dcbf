/* The usbredir front of one player: a socket on which virtual machines' emulators find it, or one
 * that looks for them. What is on the bus and under which name is bus.h's. */
#ifndef SIMULATOR_WIRE_USBREDIR_REDIR_PORT_H
#define SIMULATOR_WIRE_USBREDIR_REDIR_PORT_H

#include "simulator/wire/bus.h"
#include "simulator/wire/loop.h"

struct redir_port;

struct redir_place {
    bool connects;        /* to somebody who listens there, again and again; else it listens */
    const char *address;  /* numeric, NULL: 127.0.0.1 */
    uint16_t port;        /* 0: any free one */
    const char *path;     /* a Unix socket instead of these; NULL: none */
    uint32_t deadline_ms; /* of a peer's greeting; 0: 5000 */
    uint32_t stall_ms;    /* within a packet; 0: 30000 */
};

/* Loop and bus stay the caller's and outlive it. Nothing is said to anybody before a player is
 * offered there. -EINVAL: no address, else -errno of a socket. */
int redir_port_new(struct wire_loop *loop, struct wire_bus *bus, const struct redir_place *place,
                   struct redir_port **ret_port);
/* -ENODEV: nobody on the bus has that busid. */
int redir_port_offer(struct redir_port *port, const char *busid);
/* Closes every connection; the player loses its importer. */
void redir_port_free(struct redir_port *port);
/* Where it listens or connects to, "ADDR:PORT" or a path. */
void redir_port_name(const struct redir_port *port, char *text, size_t size);

#endif
