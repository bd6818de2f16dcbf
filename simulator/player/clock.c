#include "player/clock.h"

void player_clock_init(struct player_clock *clock)
{
    clock->now = PLAYER_EPOCH;
}

int64_t player_clock_now(void *clock)
{
    return ((const struct player_clock *)clock)->now;
}

void player_clock_set(struct player_clock *clock, int64_t seconds)
{
    clock->now = seconds;
}

void player_clock_advance(struct player_clock *clock, int64_t seconds)
{
    clock->now += seconds;
}
