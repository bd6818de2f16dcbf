/* What counts as seeing a defect: only a check that carries the row and failed. */
#include "conformance/selftest/matrix.h"

const char *const kill_names[KILLS] = {"no case", "killed", "survived", "no proof", "not clean"};

enum kill kill_of(const struct result *result, const char *row)
{
    const struct result_count *count = result_count(result, row);

    if (!count || result->cause == CAUSE_SUBJECT)
        return KILL_NO_PROOF;
    return count->fail ? KILL_KILLED : KILL_SURVIVED;
}

enum kill kill_best(enum kill a, enum kill b)
{
    static const int rank[KILLS] = {
        [KILL_KILLED] = 4, [KILL_SURVIVED] = 3, [KILL_NO_PROOF] = 2, [KILL_NOT_CLEAN] = 1};

    return rank[a] >= rank[b] ? a : b;
}
