/* How far a run goes: what it leaves out of what its subjects could be judged by, and of the
 * catalogue. */
#ifndef CONFORMANCE_RUN_EXTENT_H
#define CONFORMANCE_RUN_EXTENT_H

#include "conformance/run/run.h"

/* Of run->results, whose cases and rows are there. 0 or -ENOMEM. */
int extent_results(struct run *run);

#endif
