/* What a store promises beyond single calls; all of it may change while the store is open. */
#ifndef SIMULATOR_STORE_STORE_POLICY_H
#define SIMULATOR_STORE_STORE_POLICY_H

#include <stdbool.h>

/* By the book all are true. */
struct store_policy {
    bool handles_unique;   /* none is given out twice */
    bool references_clean; /* a deleted object leaves the lists it stood in */
};

extern const struct store_policy store_by_the_book;

#endif
