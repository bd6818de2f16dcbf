/* What comes with a program is found from where the program stands, in the tree as well as
 * installed. */
#ifndef SPCORE_COMMAND_BESIDE_H
#define SPCORE_COMMAND_BESIDE_H

#include <stddef.h>

/* Both: 0, -ENOENT, -ENAMETOOLONG, or what reading /proc/self/exe says. */

/* The program's own folder. */
int beside_folder(char *path, size_t size);
/* The first of `places`, relative to that folder, that can be read. */
int beside_program(const char *const places[], size_t count, char *path, size_t size);

#endif
