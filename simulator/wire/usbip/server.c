/* The listener: it makes a peer of each connection. What is said on one is op.c's and
 * urb_phase.c's. */
#include "simulator/wire/usbip/server.h"

#include <errno.h>
#include <stdlib.h>

#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

static int accepted(struct wire_listener *listener, int fd)
{
    return wire_peer_new(container_of(listener, struct wire_server, listener), fd);
}

int wire_server_new(struct wire_loop *loop, struct wire_bus *bus,
                    const struct wire_server_options *options, struct wire_server **ret_server)
{
    struct wire_server *server = calloc(1, sizeof(*server));
    int error;

    if (!server)
        return -ENOMEM;
    server->loop = loop;
    server->bus = bus;
    server->op_deadline_ms = options->op_deadline_ms ? options->op_deadline_ms : 5000;
    server->listener.accepted = accepted;
    error = listener_tcp(&server->listener, loop, options->address, options->port);
    if (error) {
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
    listener_done(&server->listener);
    free(server);
}

uint16_t wire_server_port(const struct wire_server *server)
{
    return server->listener.port;
}
