/* The USB/IP server: listens, answers lists and imports, and hands an importer's connection to the
 * player's device. Several players, one importer each. */
#ifndef SIMULATOR_WIRE_USBIP_SERVER_H
#define SIMULATOR_WIRE_USBIP_SERVER_H

#include "simulator/usb/device.h"
#include "simulator/wire/capture.h"
#include "simulator/wire/loop.h"

struct wire_server;

struct wire_server_options {
    const char *address;     /* numeric, NULL: 127.0.0.1 */
    uint16_t port;           /* 0: any free one */
    uint32_t op_deadline_ms; /* of the list and import phase; 0: 5000 */
};

int wire_server_new(struct wire_loop *loop, const struct wire_server_options *options,
                    struct wire_server **ret_server);
void wire_server_free(struct wire_server *server);
/* Records URBs from now on; borrowed, NULL ends it. */
void wire_server_capture(struct wire_server *server, struct wire_capture *capture);
uint16_t wire_server_port(const struct wire_server *server);
/* Offers a device under `busid` ("1-1": copied, at most 31 characters). The device stays the
 * caller's; its defects decide for its connection. */
int wire_server_offer(struct wire_server *server, const char *busid, struct usb_device *device,
                      const struct defect_set *defects);

#endif
