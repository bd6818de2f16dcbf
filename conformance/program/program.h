/* papcheck as a program among others: its version, and where the files of its build lie. */
#ifndef CONFORMANCE_PROGRAM_PROGRAM_H
#define CONFORMANCE_PROGRAM_PROGRAM_H

#include <stddef.h>

#define PROGRAM_VERSION "0.1.0"

/* Path of this program's folder, of `name` in it, or of this program itself, into `path`. 0;
 * -ENAMETOOLONG, or what /proc says when it cannot be read. */
int program_folder(char *path, size_t size);
/* Also -ENOENT when there is no such file that can be read. */
int program_beside(const char *name, char *path, size_t size);
int program_self(char *path, size_t size);

#endif
