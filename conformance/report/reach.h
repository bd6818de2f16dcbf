/* How far a run goes, in sentences for all reports. */
#ifndef CONFORMANCE_REPORT_REACH_H
#define CONFORMANCE_REPORT_REACH_H

#include <stdio.h>

#include "conformance/results/results.h"

#define REACH_MAX 1024 /* of a sentence, with its NUL; the rest is cut */

/* "" when nobody counted; else "329 of 408 rows judged, 1,010 in the catalogue; not at all:
 * provider (--provider LIB)". */
void reach_rows(const struct results *results, char ret[REACH_MAX]);
/* "left out: 64 MUST and 7 other cases: writes to …". */
void reach_left(const struct result_left *left, char ret[REACH_MAX]);
/* Whose list is in a sentence: "untried: request SET_INTERFACE (never with success), …". "": it is
 * empty, and what is left out of it is counted. */
void reach_untried(const struct results *results, char ret[REACH_MAX]);
/* All for a terminal, a line each. */
void reach_print(const struct results *results, FILE *out);

#endif
