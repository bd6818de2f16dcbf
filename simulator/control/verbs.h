/* What one can do to a player from outside: the control socket's verbs that need a player.
 * Request and answer are JSON objects; control_socket.c frames them, and service_verbs.c has the
 * verbs that concern the bus. */
#ifndef SIMULATOR_CONTROL_VERBS_H
#define SIMULATOR_CONTROL_VERBS_H

#include <jansson.h>

#include "simulator/control/arguments.h"

struct player;
struct usb_function_ops;

struct player_verb {
    const char *name;
    const char *help;                      /* one line: arguments and effect */
    const struct usb_function_ops *of;     /* it is for players that have this function */
    const struct verb_argument *arguments; /* NULL: none */
    /* New reference: {"ok":true, …} or {"ok":false,"error":"one line"}; NULL: out of memory. */
    json_t *(*run)(struct player *player, const json_t *request);
};

/* Sorted by name, ended by a NULL name. */
extern const struct player_verb player_verbs[];
/* NULL: there is none. */
const struct player_verb *player_verb_find(const char *name);
/* Its run(), unless the player lacks its function or the request is not as its arguments say. */
json_t *player_verb_run(const struct player_verb *verb, struct player *player,
                        const json_t *request);

#endif
