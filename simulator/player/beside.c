/* Finds what comes with papsim: the one place that asks where the program itself is. */
#include "simulator/player/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"

int beside_folder(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length < 0)
        return -errno;
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return 0;
}

int beside_program(const char *const places[], size_t count, char *path, size_t size)
{
    char folder[PATH_MAX];
    int error = beside_folder(folder, sizeof(folder));

    for (size_t i = 0; i < count && !error; i++) {
        if ((size_t)snprintf(path, size, "%s/%s", folder, places[i]) < size &&
            access(path, R_OK) == 0)
            return 0;
    }
    return error ? error : -ENOENT;
}

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
