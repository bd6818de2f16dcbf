/* A player: a YAML file (fixtures/players) brought to life as store, responder and USB function.
 * cli/ asks it for what the device core needs and joins the two with player_attach(). */
#ifndef SIMULATOR_PLAYER_PLAYER_H
#define SIMULATOR_PLAYER_PLAYER_H

#include <stddef.h>
#include <stdint.h>

#include "simulator/defect/policies.h"
#include "simulator/usb/device.h"
#include "simulator/usb/usb_identity.h"

struct player;
struct player_spec; /* one player file as read (spec/spec.h) */

#define PLAYER_MEMORY ((uint64_t)2 << 30)

struct player_options {
    const char *busid;     /* copied */
    const char *state_dir; /* NULL: all in memory; else this player's own directory, created */
    uint64_t memory;       /* bytes its objects and their content may take; 0: PLAYER_MEMORY */
    uint64_t seed;         /* persistent ids and content of preloaded objects */
};

/* Takes over `spec` when it succeeds. */
int player_new(struct player_spec *spec, const struct player_options *options,
               struct player **ret_player, char *error, size_t error_size);
void player_free(struct player *player);

const char *player_name(const struct player *player);
const struct usb_identity *player_identity(const struct player *player);
/* Which defects it has: switched by whoever runs it, pointed into by its layers. */
struct policies *player_policies(struct player *player);
/* What the device core is to run; how many of them are filled in. */
size_t player_functions(const struct player *player, struct usb_function ret_functions[]);
/* The core's device of this player, for what is done to it from outside; NULL takes it away. */
void player_attach(struct player *player, struct usb_device *device);

#endif
