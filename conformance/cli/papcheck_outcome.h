/* What comes of a run, for whoever called: of one that has just been, or of parts put together. */
#ifndef CONFORMANCE_CLI_PAPCHECK_OUTCOME_H
#define CONFORMANCE_CLI_PAPCHECK_OUTCOME_H

#include "conformance/run/run.h"

bool cli_is_red(const struct result *result);
/* Concludes the run, says what failed on stdout, writes its files, and says the summary as the last
 * line: the exit code. `complete`, if it is there, adds to what run_conclude() found and to the
 * folder before reports are made: 0, or -errno of what cannot be written. */
int cli_outcome(struct run *run, int (*complete)(struct run *run, void *context), void *context);

#endif
