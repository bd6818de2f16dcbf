/* Switchable defects, by number and by name. Each is declared for the requirement rows it breaks
 * (defects_*.def); the judge's selftest wants every one of them seen red. Those that real players
 * are known for, the quirks, a player file can switch on; the clean player has none on. Nothing
 * here changes when a defect is added. */
#ifndef SIMULATOR_DEFECT_DEFECT_H
#define SIMULATOR_DEFECT_DEFECT_H

#include <stdbool.h>
#include <stdint.h>

/* Of all there will be. */
#define DEFECT_ROOM 1024u

/* The first of them are the quirks; the numbers of others are nobody's business but defect/'s. */
enum quirk {
#define QUIRK(token, ...) QUIRK_##token,
#include "simulator/defect/quirks.def"
#undef QUIRK
    QUIRK_COUNT
};

struct defect_set {
    uint64_t bits[DEFECT_ROOM / 64];
};

struct defect_text {
    const char *name, *text;
    const char *const *rows; /* of the catalogue; NULL-terminated, a quirk has none */
    unsigned quirk;          /* its number in docs/quirks.md; 0: not a quirk */
    const char *flag;        /* libmtp's name of it; NULL: it has none */
};

extern const unsigned defect_count;
extern const struct defect_text defect_texts[];
/* The number of the defect of that name, or -1. */
int defect_find(const char *name);
/* The `nth` of a list for people: quirks come last. */
const struct defect_text *defect_listed(unsigned nth);

static inline bool deviates(const struct defect_set *set, unsigned which)
{
    return (set->bits[which / 64] >> (which % 64)) & 1;
}

static inline void defect_switch(struct defect_set *set, unsigned which, bool on)
{
    uint64_t bit = (uint64_t)1 << (which % 64);
    uint64_t *word = &set->bits[which / 64];

    *word = on ? *word | bit : *word & ~bit;
}

#endif
