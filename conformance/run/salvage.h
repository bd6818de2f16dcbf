/* The checks of a case that came to no verdict. */
#ifndef CONFORMANCE_RUN_SALVAGE_H
#define CONFORMANCE_RUN_SALVAGE_H

#include <jansson.h>

/* Members rows and checks as its verdict.json would have them, of the trace in its folder of
 * evidence: of a row as often as checks of it failed, and once when any held. What cannot be read
 * was not checked. The caller's; NULL: no memory. */
json_t *salvage_checks(const char *evidence);

#endif
