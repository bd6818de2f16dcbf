/* The declared defects of simulator, provider and our own model of a host: one pair a (deviation,
 * row). */
#ifndef CONF_SELFTEST_DEVIATIONS_H
#define CONF_SELFTEST_DEVIATIONS_H

#include <stdbool.h>
#include <stddef.h>

enum deviation_subject {
    DEVIATION_SIMULATOR, /* switched in papsim */
    DEVIATION_PROVIDER,  /* in libspcore-deviant.so */
    DEVIATION_HOST,      /* in the judge's own host/pnp.h */
    DEVIATION_SUBJECTS
};
extern const char *const deviation_subject_names[DEVIATION_SUBJECTS];

struct deviation_pair {
    char *name, *text, *row;
    enum deviation_subject subject;
};

struct deviation_list {
    struct deviation_pair *pairs; /* simulator's first, in declared order */
    size_t count;
};

/* Asks `papsim deviations --json` and the deviant provider, both found beside papcheck; what is
 * not there adds nothing. The host's are our own. -errno only when memory or an answer is bad. */
int deviations_load(struct deviation_list *ret);
void deviations_done(struct deviation_list *list);

#endif
