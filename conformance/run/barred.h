/* A subject that refuses what every case needs first: one FAIL, and not one for each case. */
#ifndef CONFORMANCE_RUN_BARRED_H
#define CONFORMANCE_RUN_BARRED_H

#include "conformance/run/run.h"

/* Of the cases that got no further, one fails the row that demands the step, unless a case has
 * failed it by itself; the others say why they were not run. Results of several runs, each settled,
 * are settled anew as those of one. 0 or -ENOMEM. */
int barred_settle(struct run *run);

#endif
