/* The declared defects of simulator, provider and our own model of a host: one pair a (defect,
 * row). */
#ifndef CONFORMANCE_SELFTEST_DEFECT_LIST_H
#define CONFORMANCE_SELFTEST_DEFECT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/run/subjects.h"

struct defect_pair {
    char *name, *text, *row;
    enum subject_id subject; /* whose cases it turns red */
};

struct defect_list {
    struct defect_pair *pairs; /* simulator's first, in declared order */
    size_t count;
};

/* Simulator's: `papsim deviations --json` is asked; without papsim there are none. -errno only when
 * memory or an answer is bad. */
int defects_load(struct defect_list *ret);
/* Has it the form of a generated one's name, PLACE:FIELD:KIND[@N] (simulator/defect/generated.h)?
 * Who makes it wrong has the last word. */
bool defects_is_generated(const char *name);
/* Is there one of that name, declared or generated? */
bool defects_know(const struct defect_list *list, enum subject_id subject, const char *name);
void defects_done(struct defect_list *list);

#endif
