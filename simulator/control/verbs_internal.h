/* What the files of control verbs share. */
#ifndef SIMULATOR_CONTROL_VERBS_INTERNAL_H
#define SIMULATOR_CONTROL_VERBS_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct player;
struct store_object;

/* ---- verbs_common.c: answers and arguments, which arguments.c has checked; answers are new
 * references */
json_t *verb_done(void);
__attribute__((format(printf, 1, 2))) json_t *verb_refuse(const char *format, ...);
/* Of 0 or -errno. */
json_t *verb_outcome(int error);
const char *verb_text_of(const json_t *request, const char *key);
/* A number, or a text such as "0xdc46". */
bool verb_number_of(const json_t *request, const char *key, int64_t *ret_number);
/* Index of the storage it names, or else the first; SIZE_MAX: there is no such one. */
size_t verb_storage_of(const struct player *player, const json_t *request);
/* What it names by handle or by path; NULL: nothing. */
struct store_object *verb_object_of(struct player *player, const json_t *request);

/* ---- verbs_playback.c */
/* "advance" is in seconds, whole or not. */
json_t *player_run_clock(struct player *player, const json_t *request);
json_t *player_run_event(struct player *player, const json_t *request);
json_t *player_run_play(struct player *player, const json_t *request);
/* What the player shows as playlists, and their tracks. */
json_t *player_run_playlists(struct player *player, const json_t *request);
json_t *player_run_seek(struct player *player, const json_t *request);
json_t *player_outcome_of_playback(int error);
json_t *player_what_plays(const struct player *player);

/* ---- verbs_state.c */
json_t *player_run_lock(struct player *player, const json_t *request);
json_t *player_run_restore(struct player *player, const json_t *request);
json_t *player_run_snapshot(struct player *player, const json_t *request);
json_t *player_run_unlock(struct player *player, const json_t *request);
/* What sources send and sinks expect, until it is asked for another one. */
json_t *player_run_pattern(struct player *player, const json_t *request);

#endif
