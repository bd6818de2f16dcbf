/* The ICS each case is chosen by: of a device, of a file, or one of every player our own simulator
 * is to be. */
#ifndef CONFORMANCE_RUN_OBSERVE_H
#define CONFORMANCE_RUN_OBSERVE_H

#include "conformance/run/run.h"

/* Fills run->ics for its cases. -errno where nothing could run without: said on stderr. A player
 * that does not start is left out; its cases will say why on their own. */
int run_observe_all(struct run *run);
/* The same of results of parts of that run, whose texts are borrowed. 0 or -ENOMEM. */
int run_ics_take(struct run *run, const struct results *const *parts, size_t count);
const struct ics *run_ics_of(const struct run *run, const struct conf_case *conf_case);
/* run->ics as results have it, and what is declared held against it as one more result; 0 or
 * -ENOMEM. */
int run_ics_results(struct run *run);
void run_ics_free(struct run_ics *ics);

#endif
