/* Finds the players that come with papsim, and a player of the user's own. */
#include "simulator/player/players.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/command/beside.h"

/* Installed as ../share/papkit/players, in the tree as ../fixtures/players (one more level up for
 * builds with other flags). */
int beside_players(char *path, size_t size)
{
    static const char *const places[] = {"../fixtures/players", "../../fixtures/players",
                                         "../share/papkit/players"};
    const char *chosen = getenv("PAPSIM_PLAYERS");

    if (chosen && *chosen)
        return (size_t)snprintf(path, size, "%s", chosen) < size ? 0 : -ENAMETOOLONG;
    return beside_program(places, ARRAY_SIZE(places), path, size);
}

int beside_player(const char *name, char *path, size_t size)
{
    char folder[PATH_MAX];

    if (strchr(name, '/') || access(name, R_OK) == 0)
        return (size_t)snprintf(path, size, "%s", name) < size ? 0 : -ENAMETOOLONG;
    if (beside_players(folder, sizeof(folder)) < 0)
        return -ENOENT;
    if ((size_t)snprintf(path, size, "%s/%s.yaml", folder, name) >= size)
        return -ENAMETOOLONG;
    return access(path, R_OK) == 0 ? 0 : -ENOENT;
}
