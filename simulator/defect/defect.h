/* Switchable defects. Each is declared for the requirement rows it breaks (defects_*.def); the
 * judge's selftest wants every one of them seen red. Those that real players are known for
 * (quirks.def) a player file can switch on; the clean player has none on. */
#ifndef SIMULATOR_DEFECT_DEFECT_H
#define SIMULATOR_DEFECT_DEFECT_H

#include <stdbool.h>
#include <stdint.h>

enum defect {
#define QUIRK(token, ...) QUIRK_##token,
#define DEFECT(token, ...) DEFECT_##token,
#include "simulator/defect/defects.def"
#undef DEFECT
#undef QUIRK
    DEFECT_COUNT
};

struct defect_set {
    uint64_t bits[(DEFECT_COUNT + 63) / 64];
};

struct defect_text {
    const char *name, *text;
    const char *const *rows; /* of the catalogue; NULL-terminated, a quirk has none */
    unsigned quirk;          /* its number in docs/quirks.md; 0: not a quirk */
    const char *flag;        /* libmtp's name of it; NULL: it has none */
};
extern const struct defect_text defect_texts[DEFECT_COUNT];
/* The defect of that name (an enum defect), or -1. */
int defect_find(const char *name);

static inline bool deviates(const struct defect_set *set, enum defect which)
{
    return (set->bits[(unsigned)which / 64] >> ((unsigned)which % 64)) & 1;
}

static inline void defect_switch(struct defect_set *set, enum defect which, bool on)
{
    uint64_t bit = (uint64_t)1 << ((unsigned)which % 64);
    uint64_t *word = &set->bits[(unsigned)which / 64];

    *word = on ? *word | bit : *word & ~bit;
}

#endif
