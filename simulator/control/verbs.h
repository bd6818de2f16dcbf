/* What one can do to a player from outside: the control socket's verbs that need a player.
 * Request and answer are JSON objects; cli/ frames them and owns plug, unplug and deviate. */
#ifndef SIMULATOR_CONTROL_VERBS_H
#define SIMULATOR_CONTROL_VERBS_H

#include <jansson.h>
#include <stdbool.h>

struct player;

struct player_verb {
    const char *name;
    const char *help; /* one line: arguments and effect */
    /* New reference: {"ok":true, …} or {"ok":false,"error":"one line"}; NULL: out of memory. */
    bool zero; /* for persona zero; the others are for players with storages */
    json_t *(*run)(struct player *player, const json_t *request);
};

/* Sorted by name, ended by a NULL name. */
/* Its run(), unless that player knows no such verb. */
json_t *player_verb_run(const struct player_verb *verb, struct player *player,
                        const json_t *request);
extern const struct player_verb player_verbs[];
const struct player_verb *player_verb_find(const char *name);

#endif
