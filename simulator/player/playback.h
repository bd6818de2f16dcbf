/* What a player plays (MTP 1.1, Annex C: PlaybackRate, PlaybackObject, PlaybackContainerIndex,
 * PlaybackPosition). Time passes only on the player's own clock; lengths are those of the files. */
#ifndef SIMULATOR_PLAYER_PLAYBACK_H
#define SIMULATOR_PLAYER_PLAYBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "simulator/mtp/dataset.h"

struct player;
struct store_object;

struct playback {
    uint32_t
        object; /* handle the host or the user chose: a track, a playlist or an album; 0: none */
    uint32_t track; /* handle of what sounds: the object, or what its list names at `index` */
    uint32_t index;
    int32_t rate;              /* thousandths: 1000 plays, 0 pauses, below 0 rewinds */
    uint64_t position, length; /* milliseconds */
};

/* From the beginning, playing. 0 stops. -ENOENT: no such object, or nothing in it can be played;
 * -EACCES: its license is used up. What played before goes on. */
int playback_choose(struct player *player, uint32_t handle, uint32_t index);
void playback_stop(struct player *player);
int playback_seek(struct player *player, uint64_t milliseconds); /* -ERANGE: beyond the end */
/* Tracks forward or back within the list. -ERANGE: there is none; -ENOENT: nothing plays. */
int playback_skip(struct player *player, int32_t count);
/* The play key: starts with the first track of all, pauses, goes on. */
int playback_toggle(struct player *player);
/* That much time went by on the clock. */
void playback_advance(struct player *player, uint64_t milliseconds);
/* Objects or media went away: stops if the track did. */
void playback_check(struct player *player);
const char *playback_state(const struct player *player);

/* As device properties; see struct mtpr_owner. */
bool playback_get(void *player, uint16_t code, struct wr *wr);
uint16_t playback_set(void *player, uint16_t code, const uint8_t *value, uint32_t length);
uint16_t playback_skip_operation(void *player, int32_t count);

#endif
