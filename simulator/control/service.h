/* One running papsim: its loop, server, players and control socket. */
#ifndef SIMULATOR_CONTROL_SERVICE_H
#define SIMULATOR_CONTROL_SERVICE_H

#include <jansson.h>

#include "simulator/player/player.h"
#include "simulator/usb/device.h"
#include "simulator/wire/usbip/server.h"
#include "simulator/wire/usbredir/redir_port.h"

struct service_player {
    struct player *player;     /* owned */
    struct usb_device *device; /* owned */
    char busid[32];
};

#define SERVICE_REDIRS_MAX 64

struct service {
    struct wire_loop *loop;
    struct wire_bus bus;
    struct wire_server *server;
    struct wire_capture *capture;
    struct service_player *players;
    size_t player_count;
    struct control_socket *control;
    struct service_port {
        struct redir_port *port; /* owned */
        char busid[32];
    } ports[SERVICE_REDIRS_MAX];
    size_t port_count;
};

struct spec_shelf;

/* A socket of usbredir's, for one player. */
struct service_redir {
    const char *text; /* as it was asked for */
    char busid[32];   /* empty: the next player that has none of its own */
    char address[64]; /* behind place.address */
    struct redir_place place;
};

/* What may be asked of one; zero but for the address is a good start. */
#define SERVICE_PLAYERS_MAX 4096
struct service_options {
    const char *players[SERVICE_PLAYERS_MAX];
    size_t player_count;
    const char *defects[DEFECT_ROOM];
    size_t defect_count;
    const char *control, *state, *capture;
    char address[64];
    uint16_t port; /* 0: any free one */
    struct service_redir redirs[SERVICE_REDIRS_MAX];
    size_t redir_count;
    uint64_t seed;
    uint64_t memory;          /* bytes a player; 0: the usual */
    struct spec_shelf *shelf; /* of player files that were read before; NULL: of none */
};

/* 0, or -EINVAL with one line about what is wrong in `error`; service_close() is due in both cases.
 */
int service_open(struct service *service, const struct service_options *options, char *error,
                 size_t error_size);
void service_close(struct service *service);

/* One request of the control socket; the answer is a new reference, never NULL unless memory is
 * out. */
json_t *service_request(struct service *service, const json_t *request);

/* What may be asked, one after the other; false behind the last. */
bool service_verb(size_t index, const char **ret_name, const char **ret_help);

/* control_socket.c: listens on a Unix socket; a stale socket file of a dead papsim is replaced. */
int control_socket_new(struct service *service, const char *path, struct control_socket **ret);
void control_socket_free(struct control_socket *control);

#endif
