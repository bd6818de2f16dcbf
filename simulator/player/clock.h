/* A player's own time: it stands still until someone moves it, so runs repeat. */
#ifndef SIMULATOR_PLAYER_CLOCK_H
#define SIMULATOR_PLAYER_CLOCK_H

#include <stdint.h>

/* 2026-01-01T00:00:00Z */
#define PLAYER_EPOCH ((int64_t)1767225600)

struct player_clock {
    int64_t now;           /* seconds since 1970 */
    unsigned milliseconds; /* beyond them */
};

void player_clock_init(struct player_clock *clock);
int64_t player_clock_now(void *clock); /* as store_clock wants it */
void player_clock_set(struct player_clock *clock, int64_t seconds);
/* Milliseconds from then to now. */
int64_t player_clock_since(const struct player_clock *clock, const struct player_clock *then);
void player_clock_advance(struct player_clock *clock, int64_t milliseconds);

#endif
