/* The judge judged: every declared defect must be seen red by a check of the row it is declared
 * for, while the clean subject is green on that row. Coverage is computed from this alone. */
#ifndef CONFORMANCE_SELFTEST_SELFTEST_H
#define CONFORMANCE_SELFTEST_SELFTEST_H

#include "conformance/run/nursery.h"
#include "conformance/run/run.h"
#include "conformance/selftest/defect_list.h"
#include "conformance/selftest/matrix.h"

/* One case to run against one defect; the pairs it may prove share its result. */
struct selftest_task {
    const struct defect_pair *defect;
    const struct conf_case *conf_case;
    struct run_options options;
    const char *defects[2];
    enum kill kill; /* for defect->row */
    bool ran;
    double seconds;
};

struct selftest {
    /* The caller's. */
    const struct catalogue *catalogue;
    const struct defect_list *defects;
    const char *const *patterns; /* shell patterns on a defect or a row; none: all */
    size_t pattern_count;
    struct run_options options;  /* of the clean subjects, ours */
    const char *const *deviants; /* paths of those with defects, a subject each */
    /* The self-test's. */
    struct nursery nursery;
    const struct conf_case **chosen; /* of the clean run */
    struct run clean;
    struct selftest_task *tasks;
    size_t task_count, next, done;
    enum kill *kills; /* by pair */
};

/* The clean run, then each case of a row against the defects of that row. 0 or -errno. */
int selftest_run(struct selftest *self);
/* Is the pair one of those asked for? */
bool selftest_wants(const struct selftest *self, const struct defect_pair *pair);
/* The first pattern that no defect and no row of one matches; NULL: there is none. */
const char *selftest_bad_pattern(const struct selftest *self);
/* Is the row green in that clean result, by a check that was made? */
bool selftest_is_green(const struct result *result, const char *row);
/* Has any defect turned this case red? One that none does proves nothing. */
bool selftest_seen_red(const struct selftest *self, const struct conf_case *conf_case);
/* Prints what is wrong, and the summary as last line; writes selftest.json and timing.json into
 * options.out. 0 all is proven, 1 not, -EIO. */
int selftest_report(const struct selftest *self);
void selftest_done(struct selftest *self);

#endif
