/* Writing a file: it is whole or it is not there. */
#ifndef SPCORE_COMMAND_WHOLE_H
#define SPCORE_COMMAND_WHOLE_H

#include <limits.h>
#include <stdio.h>

struct whole {
    FILE *file;                 /* what is written goes here */
    char path[PATH_MAX];        /* what it is to be called */
    char beside[PATH_MAX + 32]; /* what it is called as long as it is written; empty: no other */
};

/* Begins a file: under another name, unless something is there that is no file (a pipe, a device).
 * Symbolic links are followed, to nothing yet, too; a file that is there leaves its mode. 0 or
 * -errno, of which nothing is left. */
int whole_begin(struct whole *whole, const char *path);
/* Gives it its name, or takes it away if anything of it could not be written. 0 or -errno. */
int whole_end(struct whole *whole);
void whole_drop(struct whole *whole); /* takes it away */

#endif
