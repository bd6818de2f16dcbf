/* What counts as seeing a defect: only a check that carries the row and failed. */
#include "conformance/selftest/matrix.h"

#include <string.h>

#include "conformance/results/clause.h"

const char *const kill_names[KILLS] = {"no case", "killed", "survived", "no proof", "not clean"};

/* Failures of the row that no check of the case saw. */
static unsigned ends(const struct result *result, const char *row)
{
    unsigned count = 0;

    for (size_t i = 0; i < result->check_count; i++)
        count += result->checks[i].is_end && (strcmp(result->checks[i].row, row) == 0 ||
                                              clause_is_of(result->checks[i].row, row));
    return count;
}

enum kill kill_of(const struct result *result, const char *row)
{
    struct result_count count = result_count(result, row);

    if (count.fail > ends(result, row))
        return KILL_KILLED;
    if (result->cause == CAUSE_BARRED && result->barred && strcmp(result->barred, row) == 0)
        return KILL_KILLED;
    return count.pass + count.fail &&
                   (result->cause == CAUSE_CHECKS || result->cause == CAUSE_OFFER)
               ? KILL_SURVIVED
               : KILL_NO_PROOF;
}

enum kill kill_best(enum kill a, enum kill b)
{
    static const int rank[KILLS] = {
        [KILL_KILLED] = 4, [KILL_SURVIVED] = 3, [KILL_NO_PROOF] = 2, [KILL_NOT_CLEAN] = 1};

    return rank[a] >= rank[b] ? a : b;
}
