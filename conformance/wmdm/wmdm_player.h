/* A device's own player under a provider's IMDSPDeviceControl: songs for it, and what papsim says
 * of it, which the provider has no part in. */
#ifndef CONFORMANCE_WMDM_WMDM_PLAYER_H
#define CONFORMANCE_WMDM_WMDM_PLAYER_H

#include "conformance/wmdm/wmdm.h"

/* Milliseconds of sound: each song is known by its length. */
enum { WMDM_SONG_ONE = 180000, WMDM_SONG_TWO = 60000, WMDM_SONG_THREE = 120000 };

/* The bytes of a file that plays as long as that; the caller free()s. */
uint8_t *wmdm_song_bytes(struct conf *c, uint32_t milliseconds, size_t *ret_length);
/* A file that plays as long as that; a reference of the caller's. */
IMDSPStorage *wmdm_song(struct wmdm *w, IMDSPStorage *folder, const char *name,
                        uint32_t milliseconds);
/* The three in the work folder, in that order: one.wav, two.wav, three.wav (CONF_WRITES). */
void wmdm_songs(struct wmdm *w);
/* A reference of the caller's; the case is over where there is none. */
IMDSPDeviceControl *wmdm_control(struct wmdm *w);
DWORD wmdm_control_caps(struct wmdm *w, IMDSPDeviceControl *control);

/* ---- the other voice (CONF_CONTROL) */
enum wmdm_play { WMDM_STOPPED, WMDM_PAUSED, WMDM_PLAYING };
struct wmdm_heard {
    enum wmdm_play state;
    uint32_t length, position; /* milliseconds, of the track; 0 while stopped */
};
struct wmdm_heard wmdm_hear(struct conf *c);
/* Time goes by on the device. */
void wmdm_wait(struct conf *c, unsigned milliseconds);
/* As its user does by its keys: a song of the work folder from its beginning, and stop. */
void wmdm_user_plays(struct wmdm *w, const char *name);
void wmdm_user_stops(struct conf *c);

#endif
