/* Writing a file of a run's folder: it is whole or it is not there. */
#ifndef CONFORMANCE_RESULTS_WHOLE_H
#define CONFORMANCE_RESULTS_WHOLE_H

#include <jansson.h>
#include <limits.h>
#include <stdio.h>

struct whole {
    FILE *file;                /* what is written goes here */
    char path[PATH_MAX];       /* what it is to be called */
    char beside[PATH_MAX + 8]; /* what it is called as long as it is written; empty: no other */
};

/* Begins FOLDER/NAME: under another name, unless something is there that is no file (a pipe, a
 * device). A symbolic link is followed. 0 or -errno. */
int whole_open(struct whole *whole, const char *folder, const char *name);
/* Gives it its name, or takes it away if anything of it could not be written. 0 or -errno. */
int whole_close(struct whole *whole);
/* All of that for an object, whose reference it takes; NULL is -ENOMEM. */
int whole_json(const char *folder, const char *name, json_t *object);

#endif
