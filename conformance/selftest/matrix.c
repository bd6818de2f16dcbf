#include "conformance/selftest/matrix.h"

const char *const kill_names[KILLS] = {"no case", "killed", "survived", "no proof", "not clean"};

enum kill kill_of(const json_t *rows, const char *row, bool ended)
{
    const json_t *entry = json_object_get(rows, row);

    if (!ended)
        return KILL_NO_PROOF;
    if (json_integer_value(json_object_get(entry, "fail")) > 0)
        return KILL_KILLED;
    return entry ? KILL_SURVIVED : KILL_NO_PROOF;
}

enum kill kill_best(enum kill a, enum kill b)
{
    static const int rank[KILLS] = {
        [KILL_KILLED] = 4, [KILL_SURVIVED] = 3, [KILL_NO_PROOF] = 2, [KILL_NOT_CLEAN] = 1};

    return rank[a] >= rank[b] ? a : b;
}
