/* Attempts side by side, in one thread: no case waits for another one's end. */
#ifndef CONFORMANCE_RUN_POOL_H
#define CONFORMANCE_RUN_POOL_H

#include "conformance/run/attempt.h"

struct pool {
    unsigned jobs; /* at a time */
    int stop_fd;   /* readable: those that run are ended; 0: none */
    /* Begins the next attempt: 1 it runs, 0 it is over already, -1 there is none left. */
    int (*begin)(void *context, struct attempt *attempt);
    void (*over)(void *context, struct attempt *attempt);
    void *context;
};

/* 0, -ENOMEM, or the -errno of the first folder that could not be written: then those that run are
 * ended, and none begins. */
int pool_run(const struct pool *pool);

#endif
