/* Whether results are parts of one run, and of this suite. */
#ifndef CONFORMANCE_RUN_MERGE_SAME_H
#define CONFORMANCE_RUN_MERGE_SAME_H

#include "conformance/run/merge.h"

struct same_error {
    char *text; /* one line, for a person */
    size_t size;
};

/* 0; or -EINVAL, and the line names the two that differ, in what, and how. */
int same_run(const struct catalogue *catalogue, const struct merge_part *parts, size_t count,
             struct same_error *error);
/* -EINVAL after a line: one part, or two of them, say what no run does, or not the same. */
int same_wrong(struct same_error *error, const struct merge_part *part, const char *member,
               const char *saw, const char *expected);
int same_differ(struct same_error *error, const struct merge_part *a, const struct merge_part *b,
                const char *what, const char *in_a, const char *in_b);

#endif
