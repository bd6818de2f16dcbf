/* What comes with papsim is found from where the program stands, in the tree as well as installed.
 */
#ifndef SIMULATOR_PLAYER_BESIDE_H
#define SIMULATOR_PLAYER_BESIDE_H

#include <stddef.h>

/* All: 0, -ENOENT, -ENAMETOOLONG, or what reading /proc/self/exe says. */

/* The program's own folder. */
int beside_folder(char *path, size_t size);
/* The first of `places`, relative to that folder, that can be read. */
int beside_program(const char *const places[], size_t count, char *path, size_t size);
/* The folder of player files: $PAPSIM_PLAYERS, or the one that came with the program. */
int beside_players(char *path, size_t size);
/* The file of a player given by name (NAME.yaml in that folder) or by path. */
int beside_player(const char *name, char *path, size_t size);

#endif
