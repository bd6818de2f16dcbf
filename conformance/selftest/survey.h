/* The judge judged by defects that nobody wrote down: each field of each answer that passes while
 * the cases run is spoilt in each way there is, and the cases in which it passes are run until one
 * of them fails. What no document forbids stands in allowed.def, with the reason. */
#ifndef CONFORMANCE_SELFTEST_SURVEY_H
#define CONFORMANCE_SELFTEST_SURVEY_H

#include "conformance/run/nursery.h"
#include "conformance/run/run.h"

enum made_outcome {
    MADE_SURVIVED, /* no case that it passes in minds */
    MADE_ERROR,    /* some ended without a verdict that counts, and none failed */
    MADE_WARNED,   /* only rows without weight failed */
    MADE_CAUGHT,
    MADE_OUTCOMES
};
extern const char *const made_names[MADE_OUTCOMES];

/* What no document forbids, or `partly`: some of its values are right, which are drawn by lot. */
struct allowed {
    const char *pattern, *reason;
    bool partly;
    unsigned matched;
};
extern struct allowed allowed_rows[];
extern const size_t allowed_count;

/* One defect. */
struct made {
    char *name;
    enum subject_id subject;
    size_t place; /* what is said there is caught by the same cases */
    uint8_t *in;  /* by case: does it pass there, and was that one begun? */
    size_t left, ran;
    unsigned running, late;
    enum made_outcome outcome;
    struct allowed *allowed; /* NULL: a document forbids it */
    char *why;               /* which case tells, and what it said; NULL: none */
};

struct survey {
    /* The caller's. */
    const struct catalogue *catalogue;
    const char *const *patterns; /* shell patterns on names; none: all */
    size_t pattern_count;
    struct run_options options;  /* of the clean subjects, ours */
    const char *const *deviants; /* paths of those with defects, a subject each */
    uint64_t seed;  /* of the sample, and of what the kinds leave open; 0: bare names */
    size_t sample;  /* how many at most; 0: all */
    unsigned least; /* per cent that are to be caught */
    /* The engine's. */
    struct nursery nursery;
    struct run_class class;         /* of the provider */
    const struct conf_case **cases; /* a device's first */
    size_t case_count;
    unsigned *passing;  /* by case: how many defects pass in it */
    unsigned *warnings; /* by case: of the clean run */
    struct made *made;  /* sorted by name */
    size_t made_count, first, done;
    char **places;
    size_t place_count;
    unsigned *catches; /* by place and case */
    struct made_slot *slots;
    size_t slot_count;
};

/* Lists what passes in a clean run, then runs the cases against each of it. 0 or -errno. */
int survey_run(struct survey *self);
/* Prints each survivor with its reason, and the share as last line; writes generated.json. 0: that
 * share is enough, 1: it is not, or a row of allowed.def is stale; -errno. */
int survey_report(struct survey *self);
void survey_done(struct survey *self);

#endif
