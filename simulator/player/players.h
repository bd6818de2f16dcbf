/* Player files are found by the player's name where papsim has its own, or by path. */
#ifndef SIMULATOR_PLAYER_PLAYERS_H
#define SIMULATOR_PLAYER_PLAYERS_H

#include <stddef.h>

/* Both: 0, -ENOENT, -ENAMETOOLONG, or what reading /proc/self/exe says. */

/* The folder of player files: $PAPSIM_PLAYERS, or the one that came with the program. */
int beside_players(char *path, size_t size);
/* The file of a player given by name (NAME.yaml in that folder) or by path. */
int beside_player(const char *name, char *path, size_t size);

#endif
