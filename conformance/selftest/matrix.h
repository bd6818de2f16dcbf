/* The kill matrix: what became of each (defect, row) pair, and which rows that covers. */
#ifndef CONFORMANCE_SELFTEST_MATRIX_H
#define CONFORMANCE_SELFTEST_MATRIX_H

#include "conformance/results/results.h"

enum kill {
    KILL_NO_CASE,   /* no case names the row */
    KILL_KILLED,    /* a check that carries the row failed */
    KILL_SURVIVED,  /* cases ran to their end and no such check failed */
    KILL_NO_PROOF,  /* crash, disconnect, failed set-up: it was not judged to the end */
    KILL_NOT_CLEAN, /* the clean subject is not green on the row */
    KILLS
};
extern const char *const kill_names[KILLS];

/* Of one row in one case's result against the deviant subject. A crash inside it is a verdict, but
 * no proof that the check sees the defect; a step that it refuses is, of the row that demands it.
 */
enum kill kill_of(const struct result *result, const char *row);
/* The better of two: killed, survived, no proof, not clean, no case. */
enum kill kill_best(enum kill a, enum kill b);

#endif
