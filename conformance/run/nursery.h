/* A papsim that has been loaded once and becomes a player at a fork's cost, again and again. */
#ifndef CONFORMANCE_RUN_NURSERY_H
#define CONFORMANCE_RUN_NURSERY_H

#include "conformance/run/process.h"

struct nursery {
    struct process process;
    int socket; /* -1: there is none, and each player is a start of its own */
};

/* Starts `papsim nursery`; where it cannot be had, ret->socket is -1. */
void nursery_open(const char *papsim, struct nursery *ret);
/* Like process_start() with a piped stdout, for argv[0] and the words of `papsim serve` after it.
 */
int nursery_start(struct nursery *nursery, const char *const argv[], const char *log,
                  struct process *ret);
void nursery_close(struct nursery *nursery);

#endif
