/* Switchable defects. Each is declared for the requirement rows it breaks (deviations_*.def); the
 * judge's selftest wants every one of them seen red. Those that real players are known for
 * (quirks.def) a player file can switch on; the clean player has none on. */
#ifndef PAPSIM_PLAYER_DEVIATION_H
#define PAPSIM_PLAYER_DEVIATION_H

#include <stdbool.h>
#include <stdint.h>

enum deviation {
#define QUIRK(token, ...) DEVIATION_##token,
#define DEVIATION(token, ...) DEVIATION_##token,
#include "player/deviations.def"
#undef DEVIATION
#undef QUIRK
    DEVIATION_COUNT
};

struct deviation_set {
    uint64_t bits[(DEVIATION_COUNT + 63) / 64];
};

struct deviation_text {
    const char *name, *text;
    const char *const *rows; /* of the catalogue; NULL-terminated, a quirk has none */
    unsigned quirk;          /* its number in docs/quirks.md; 0: not a quirk */
    const char *flag;        /* libmtp's name of it; NULL: it has none */
};
extern const struct deviation_text deviation_texts[DEVIATION_COUNT];
/* The defect of that name (an enum deviation), or -1. */
int deviation_find(const char *name);

static inline bool deviates(const struct deviation_set *set, enum deviation which)
{
    return (set->bits[(unsigned)which / 64] >> ((unsigned)which % 64)) & 1;
}

static inline void deviation_switch(struct deviation_set *set, enum deviation which, bool on)
{
    uint64_t bit = (uint64_t)1 << ((unsigned)which % 64);
    uint64_t *word = &set->bits[(unsigned)which / 64];

    *word = on ? *word | bit : *word & ~bit;
}

#endif
