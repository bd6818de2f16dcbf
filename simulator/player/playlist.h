/* What the player itself shows as playlists: playlist objects and what they refer to, or, on a
 * player with one of the quirks playlist-spl-v1 and -v2, Samsung's .spl text files. */
#ifndef SIMULATOR_PLAYER_PLAYLIST_H
#define SIMULATOR_PLAYER_PLAYLIST_H

#include <stdbool.h>
#include <stdint.h>

struct player;
struct store_object;

bool playlist_is_one(const struct player *player, const struct store_object *object);
/* The tracks of a list in its order, those of a text file as far as they are there; the array is
 * the caller's to free. An album or another list of references has tracks too. */
int playlist_tracks(struct player *player, const struct store_object *object,
                    uint32_t **ret_handles, uint32_t *ret_count);

#endif
