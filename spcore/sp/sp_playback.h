/* The device's own player, as far as its MTP properties let a host work it (MTP 1.1, appendix C:
 * PlaybackRate, PlaybackObject, PlaybackContainerIndex, PlaybackPosition). Keeps nothing: what
 * plays is asked of the device each time, which has keys of its own. */
#ifndef SPCORE_SP_SP_PLAYBACK_H
#define SPCORE_SP_SP_PLAYBACK_H

#include "spcore/sp/sp.h"

#define SP_PLAYBACK_NORMAL 1000 /* thousandths of the rate at which it is heard */

/* WMDM_DEVICECAP_*, by which of the properties the device lists and lets a host set. 0: it has no
 * player that could be told what to play. */
DWORD sp_playback_capabilities(struct sp_connection *connection);

/* What the device does not list is as if it played at its normal rate from the beginning. */
HRESULT sp_playback_get(struct sp_connection *connection, struct sp_playing *ret_playing);
/* Plays that object from that index and position, at the normal rate; 0 stops. E_INVALIDARG: the
 * device has no such object, or none that it can play. */
HRESULT sp_playback_start(struct sp_connection *connection, const struct sp_playing *from);
HRESULT sp_playback_set_rate(struct sp_connection *connection, int32_t rate);
HRESULT sp_playback_set_position(struct sp_connection *connection, uint32_t milliseconds);
/* The first object of sound on the first medium that has one, from `*cursor` on (0: the first), in
 * the order in which the device lists them; S_FALSE: there is no further one. */
HRESULT sp_playback_track(struct sp_device *device, size_t *cursor, uint32_t *ret_handle);
/* Milliseconds of what sounds when that plays; 0: the device does not say. */
HRESULT sp_playback_length(struct sp_connection *connection, const struct sp_playing *playing,
                           uint32_t *ret_length);
/* Where what sounds is now, which is noted (sp_heard.h); *ret_handle 0: nothing does. */
HRESULT sp_playback_note(struct sp_connection *connection, uint32_t *ret_handle,
                         uint32_t *ret_position);
HRESULT sp_playback_format(struct sp_connection *connection, uint32_t handle, uint16_t *ret_format);

#endif
