/* The USB/IP server, a front of the bus: listens, answers lists and imports, and hands an
 * importer's connection to the player's device. */
#ifndef SIMULATOR_WIRE_USBIP_SERVER_H
#define SIMULATOR_WIRE_USBIP_SERVER_H

#include "simulator/wire/bus.h"
#include "simulator/wire/loop.h"
#include "simulator/wire/usbip/usbip_policy.h"

struct wire_server;

struct wire_server_options {
    const char *address;     /* numeric, NULL: 127.0.0.1 */
    uint16_t port;           /* 0: any free one */
    uint32_t op_deadline_ms; /* of the list and import phase; 0: 5000 */
};

/* Loop and bus stay the caller's and outlive it; players may still be offered later. -EINVAL: no
 * address, else -errno of a socket. */
int wire_server_new(struct wire_loop *loop, struct wire_bus *bus,
                    const struct wire_server_options *options, struct wire_server **ret_server);
/* Closes every connection; the devices lose their importers. */
void wire_server_free(struct wire_server *server);
uint16_t wire_server_port(const struct wire_server *server);

#endif
