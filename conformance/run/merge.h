/* Parts of a run as that run: as if all their cases had been run at once. */
#ifndef CONFORMANCE_RUN_MERGE_H
#define CONFORMANCE_RUN_MERGE_H

#include "conformance/run/run.h"

struct merge_part {
    const char *folder; /* as it was named */
    struct results results;
};

struct merge {
    struct run run; /* of which run_conclude() can be asked */
    /* By case: the part it is from, and what it calls its evidence. */
    const struct merge_part **from;
    /* What the run's options point to. */
    const struct conf_case **cases;
    struct texts patterns, defects;
    char lacking[256], *hosts;
};

/* Of at least one part, which *ret shows as long as it is there; their order is no matter for what
 * comes of it. -EINVAL with one line in `error`: they are not parts of one run of this suite, or
 * one says what no run does. Or -ENOMEM. merge_done() is due in any case. */
int merge_parts(const struct catalogue *catalogue, const struct merge_part *parts, size_t count,
                struct merge *ret, char *error, size_t error_size);
/* After run_conclude(): when and where the parts were run. 0 or -ENOMEM. */
int merge_date(struct merge *merge, const struct merge_part *parts, size_t count);
void merge_done(struct merge *merge);

#endif
