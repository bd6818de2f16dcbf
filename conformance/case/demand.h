/* What a case needs of its subject before it can judge, and the row that demands it. */
#ifndef CONFORMANCE_CASE_DEMAND_H
#define CONFORMANCE_CASE_DEMAND_H

#include <stdbool.h>

struct demand {
    const char *step; /* NULL ends the table */
    const char *row;  /* NULL: the documents leave it to the subject */
};
extern const struct demand demands[];

/* Of an operation ("OpenSession"), a method ("IMDSPObject::Open") or another step of the table;
 * NULL: it has none. */
const struct demand *demand_of(const char *step);

#endif
