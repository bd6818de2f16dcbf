/* Where results come from: what a reader needs to tell this run from another one. */
#ifndef CONFORMANCE_RUN_ORIGIN_H
#define CONFORMANCE_RUN_ORIGIN_H

#include "conformance/run/run.h"

/* When and where: at the run's beginning. */
void origin_begin(struct run *run);
/* Of all that its rows and items say; "": it cannot be had. */
void origin_catalogue(const struct catalogue *catalogue, char ret[ORIGIN_HASH_ROOM]);
/* The suite's and the provider's identity, what was asked for and what there was to ask; the files'
 * hashes only where they are not known yet. 0 or -ENOMEM. */
int origin_results(struct run *run);

#endif
