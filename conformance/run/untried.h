/* What the run's subjects offer and no case has exercised with success. */
#ifndef CONFORMANCE_RUN_UNTRIED_H
#define CONFORMANCE_RUN_UNTRIED_H

#include "conformance/run/run.h"

#define UNTRIED_CASE "UNTRIED"

/* Of run->results, when it is said what they leave out: which methods of every interface that the
 * provider showed, operations and events that the device lists, and control requests. Of a run that
 * is a part of another nothing is said. What is mandatory is the result of one more case,
 * INCONCLUSIVE, for which there has to be room, unless MUST cases were left out. 0 or -ENOMEM. */
int untried_results(struct run *run);

#endif
