/* The declared defects of simulator, provider and our own model of a host: one pair a (defect,
 * row). */
#ifndef CONFORMANCE_SELFTEST_DEFECT_LIST_H
#define CONFORMANCE_SELFTEST_DEFECT_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum defect_subject {
    DEFECT_SIMULATOR, /* switched in papsim */
    DEFECT_PROVIDER,  /* in libspcore-deviant.so */
    DEFECT_HOST,      /* in the judge's own host/pnp.h */
    DEFECT_SUBJECTS
};
extern const char *const defect_subject_names[DEFECT_SUBJECTS];

struct defect_pair {
    char *name, *text, *row;
    enum defect_subject subject;
};

struct defect_list {
    struct defect_pair *pairs; /* simulator's first, in declared order */
    size_t count;
};

/* Asks `papsim defects --json` and the deviant provider, both found beside papcheck; what is
 * not there adds nothing. The host's are our own. -errno only when memory or an answer is bad. */
int defects_load(struct defect_list *ret);
void defects_done(struct defect_list *list);

#endif
