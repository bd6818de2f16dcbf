/* The declared defects of simulator and provider: one pair a (deviation, row). */
#ifndef CONF_SELFTEST_DEVIATIONS_H
#define CONF_SELFTEST_DEVIATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct deviation_pair {
    char *name, *text, *row;
    bool provider; /* switched in libspcore-deviant.so, else in papsim */
};

struct deviation_list {
    struct deviation_pair *pairs; /* simulator's first, in declared order */
    size_t count;
};

/* Asks `papsim deviations --json` and the deviant provider, both found beside papcheck; what is
 * not there adds nothing. -errno only when memory or an answer is bad. */
int deviations_load(struct deviation_list *ret);
void deviations_done(struct deviation_list *list);

#endif
