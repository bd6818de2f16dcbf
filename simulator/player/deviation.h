/* Switchable defects. Each is declared for the requirement rows it breaks (deviations.def); the
 * judge's selftest wants every one of them seen red. The clean player has none on. */
#ifndef PAPSIM_PLAYER_DEVIATION_H
#define PAPSIM_PLAYER_DEVIATION_H

#include <stdbool.h>
#include <stdint.h>

enum deviation {
#define DEVIATION(token, name, text, ...) DEVIATION_##token,
#include "player/deviations.def"
#undef DEVIATION
    DEVIATION_COUNT
};

struct deviation_set {
    uint64_t bits[(DEVIATION_COUNT + 63) / 64];
};

static inline bool deviates(const struct deviation_set *set, enum deviation which)
{
    return (set->bits[(unsigned)which / 64] >> ((unsigned)which % 64)) & 1;
}

#endif
