/* One running papsim: its loop, server, players and control socket. */
#ifndef PAPSIM_CLI_SERVICE_H
#define PAPSIM_CLI_SERVICE_H

#include <jansson.h>

#include "player/player.h"
#include "usb/device.h"
#include "wire/server.h"

struct service_player {
    struct player *player;     /* owned */
    struct usb_device *device; /* owned */
    char busid[32];
};

struct service {
    struct wire_loop *loop;
    struct wire_server *server;
    struct wire_capture *capture;
    struct service_player *players;
    size_t player_count;
    struct control_socket *control;
};

/* One request of the control socket; the answer is a new reference, never NULL unless memory is
 * out. */
json_t *service_request(struct service *service, const json_t *request);

/* control_socket.c: listens on a Unix socket; a stale socket file of a dead papsim is replaced. */
int control_socket_new(struct service *service, const char *path, struct control_socket **ret);
void control_socket_free(struct control_socket *control);

#endif
