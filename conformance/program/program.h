/* papcheck as a program among others: where it and what comes with it lie, in a checkout as well as
 * installed. */
#ifndef CONFORMANCE_PROGRAM_PROGRAM_H
#define CONFORMANCE_PROGRAM_PROGRAM_H

#include <stddef.h>

/* Path of this program, of its folder, or of what comes with it, into `path`. 0; -ENAMETOOLONG, or
 * what /proc says when it cannot be read. */
int program_self(char *path, size_t size);
int program_folder(char *path, size_t size);
/* A program or library by its name, or the folders catalogue, players, media. Also -ENOENT: none
 * that can be read. */
int program_beside(const char *name, char *path, size_t size);

#endif
