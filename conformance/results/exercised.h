/* What of its subjects a run has exercised: "operation 1008", "method IMDSPDevice::GetName", and
 * the best that came of each. */
#ifndef CONFORMANCE_RESULTS_EXERCISED_H
#define CONFORMANCE_RESULTS_EXERCISED_H

#include <jansson.h>

/* What comes later outweighs what comes before. */
enum exercised {
    EXERCISED_NOT,    /* nobody asked for it */
    EXERCISED_ASKED,  /* it never succeeded */
    EXERCISED_ABSENT, /* it answered that it is not there */
    EXERCISED_DONE    /* it did once */
};

/* Keeps that in the object, unless better is known of that name. */
void exercised_say(json_t *all, const char *name, enum exercised how);
enum exercised exercised_of(const json_t *all, const char *name);
/* Keeps all that another object, which may come from a file, has. */
void exercised_add(json_t *all, json_t *more);
/* The same in the names' order; the caller's reference. NULL: no memory. */
json_t *exercised_sorted(const json_t *all);

#endif
