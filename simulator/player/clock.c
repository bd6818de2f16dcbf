/* The player's own clock: it stands still until it is moved on, so that every run sees the same
 * times. */
#include "simulator/player/clock.h"

void player_clock_init(struct player_clock *clock)
{
    clock->now = PLAYER_EPOCH;
    clock->milliseconds = 0;
}

int64_t player_clock_now(void *clock)
{
    return ((const struct player_clock *)clock)->now;
}

void player_clock_set(struct player_clock *clock, int64_t seconds)
{
    clock->now = seconds;
    clock->milliseconds = 0;
}

void player_clock_advance(struct player_clock *clock, int64_t milliseconds)
{
    int64_t sum = clock->milliseconds + milliseconds, rest = sum % 1000;

    if (rest < 0)
        rest += 1000;
    clock->now += (sum - rest) / 1000;
    clock->milliseconds = (unsigned)rest;
}

int64_t player_clock_since(const struct player_clock *clock, const struct player_clock *then)
{
    return (clock->now - then->now) * 1000 + (int64_t)clock->milliseconds -
           (int64_t)then->milliseconds;
}
