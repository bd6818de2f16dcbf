/* Defects of IMDSPDeviceControl, but for Seek: what it offers, what its status says, and what
 * Play, Pause, Resume and Stop do. */
#include <stdlib.h>

#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_playback.h"

#define CONTROL(token, method, ...) METHOD(token, IMDSPDeviceControl, method, ##__VA_ARGS__)
/* A method that does what it should and answers something else. */
#define ANSWERS(token, method, from, to)                                                           \
    CONTROL(token, method)                                                                         \
    {                                                                                              \
        return hr_swap(token##_book(This), from, to);                                              \
    }
/* A method that does nothing. */
#define ONLY_ANSWERS(token, method, hr)                                                            \
    CONTROL(token, method)                                                                         \
    {                                                                                              \
        (void)This, (void)token##_book;                                                            \
        return hr;                                                                                 \
    }
#define DEVICE (SELF(sp_device, IMDSPDeviceControl))

/* ---- what there is */
CONTROL(CONTROL_IDENTITY, QueryInterface, REFIID riid, void **object)
{
    if (!riid || !object || !IsEqualIID(riid, &IID_IUnknown))
        return CONTROL_IDENTITY_book(This, riid, object);
    *object = This;
    IMDSPDeviceControl_AddRef(This);
    return S_OK;
}

CONTROL(CONTROL_NO_WAY_BACK, QueryInterface, REFIID riid, void **object)
{
    if (!riid || !object || !IsEqualIID(riid, &IID_IMDSPDevice))
        return CONTROL_NO_WAY_BACK_book(This, riid, object);
    *object = NULL;
    return E_NOINTERFACE;
}

CONTROL(CONTROL_MASK_STRANGE, GetCapabilities, DWORD *mask)
{
    HRESULT hr = CONTROL_MASK_STRANGE_book(This, mask);

    if (hr == S_OK)
        *mask |= 0x00010000u;
    return hr;
}

CONTROL(CONTROL_MASK_NULL_OK, GetCapabilities, DWORD *mask)
{
    return mask ? CONTROL_MASK_NULL_OK_book(This, mask) : S_OK;
}

ONLY_ANSWERS(PLAY_REFUSED, Play, WMDM_E_NOTSUPPORTED)
ONLY_ANSWERS(PAUSE_REFUSED, Pause, WMDM_E_NOTSUPPORTED)
ONLY_ANSWERS(RESUME_REFUSED, Resume, WMDM_E_NOTSUPPORTED)
ONLY_ANSWERS(STOP_REFUSED, Stop, WMDM_E_NOTSUPPORTED)

CONTROL(RECORD_TOLD, GetCapabilities, DWORD *mask)
{
    HRESULT hr = RECORD_TOLD_book(This, mask);

    if (hr == S_OK)
        *mask |= WMDM_DEVICECAP_CANRECORD;
    return hr;
}

ANSWERS(CONTROL_WITHOUT_CHANNEL, Play, WMDM_E_NOTCERTIFIED, S_OK)

/* ---- status */
#define STATUS(token) CONTROL(token, GetDCStatus, DWORD *status)
/* With S_OK, one status for another. */
#define SAYS(token, from, to)                                                                      \
    STATUS(token)                                                                                  \
    {                                                                                              \
        HRESULT hr = token##_book(This, status);                                                   \
                                                                                                   \
        if (hr == S_OK && *status == (from))                                                       \
            *status = (to);                                                                        \
        return hr;                                                                                 \
    }

STATUS(DC_STATUS_S_FALSE)
{
    HRESULT hr = DC_STATUS_S_FALSE_book(This, status);

    return hr == S_OK && *status == WMDM_STATUS_DEVICECONTROL_PAUSED ? S_FALSE : hr;
}

STATUS(DC_STATUS_NULL_OK)
{
    return status ? DC_STATUS_NULL_OK_book(This, status) : S_OK;
}

SAYS(DC_STATUS_OF_STORAGE, WMDM_STATUS_DEVICECONTROL_PLAYING,
     WMDM_STATUS_DEVICECONTROL_PLAYING | WMDM_STATUS_STORAGECONTROL_READING)
SAYS(DC_STATUS_NOT_READY, WMDM_STATUS_READY, 0)
SAYS(PLAYING_UNTOLD, WMDM_STATUS_DEVICECONTROL_PLAYING, WMDM_STATUS_READY)
SAYS(PAUSED_UNTOLD, WMDM_STATUS_DEVICECONTROL_PAUSED, WMDM_STATUS_DEVICECONTROL_PLAYING)
SAYS(BUSY_AND_READY, WMDM_STATUS_BUSY, WMDM_STATUS_BUSY | WMDM_STATUS_READY)

static bool was_paused, was_played, was_stopped;

CONTROL(PAUSED_FOR_GOOD, Pause)
{
    HRESULT hr = PAUSED_FOR_GOOD_book(This);

    was_paused |= hr == S_OK;
    return hr;
}

METHOD_AS(PAUSED_FOR_GOOD_2, PAUSED_FOR_GOOD, IMDSPDeviceControl, GetDCStatus, DWORD *status)
{
    HRESULT hr = PAUSED_FOR_GOOD_2_book(This, status);

    if (hr == S_OK && was_paused && *status == WMDM_STATUS_DEVICECONTROL_PLAYING)
        *status = WMDM_STATUS_DEVICECONTROL_PAUSED;
    return hr;
}

STATUS(DC_STATUS_OF_MEDIA)
{
    struct mtpi_u32_array ids = {0};
    HRESULT hr = DC_STATUS_OF_MEDIA_book(This, status);

    if (hr == S_OK && sp_device_storages(DEVICE, &ids) == S_OK && ids.count < 2)
        *status = WMDM_STATUS_BUSY;
    free(ids.item);
    return hr;
}

STATUS(USER_UNSEEN)
{
    HRESULT hr = USER_UNSEEN_book(This, status);

    if (hr == S_OK && !was_played)
        *status = WMDM_STATUS_READY;
    return hr;
}

METHOD_AS(USER_UNSEEN_2, USER_UNSEEN, IMDSPDeviceControl, Play)
{
    was_played = true;
    return USER_UNSEEN_2_book(This);
}

STATUS(PLAYING_FOR_GOOD)
{
    HRESULT hr = PLAYING_FOR_GOOD_book(This, status);

    if (hr == S_OK && *status == WMDM_STATUS_DEVICECONTROL_PLAYING)
        was_played = true;
    if (hr == S_OK && *status == WMDM_STATUS_READY && was_played)
        *status |= WMDM_STATUS_DEVICECONTROL_PLAYING;
    return hr;
}

STATUS(PLAYING_UNTIL_STOP)
{
    HRESULT hr = PLAYING_UNTIL_STOP_book(This, status);

    if (hr == S_OK && was_played && *status == WMDM_STATUS_READY)
        *status = WMDM_STATUS_DEVICECONTROL_PLAYING;
    return hr;
}

METHOD_AS(PLAYING_UNTIL_STOP_2, PLAYING_UNTIL_STOP, IMDSPDeviceControl, Play)
{
    was_played = true;
    return PLAYING_UNTIL_STOP_2_book(This);
}

METHOD_AS(PLAYING_UNTIL_STOP_3, PLAYING_UNTIL_STOP, IMDSPDeviceControl, Stop)
{
    was_played = false;
    return PLAYING_UNTIL_STOP_3_book(This);
}

CONTROL(STOP_LOST, Stop)
{
    (void)This, (void)STOP_LOST_book;
    was_stopped = true;
    return S_OK;
}

METHOD_AS(STOP_LOST_2, STOP_LOST, IMDSPDeviceControl, GetDCStatus, DWORD *status)
{
    HRESULT hr = STOP_LOST_2_book(This, status);

    if (hr == S_OK && was_stopped)
        *status = WMDM_STATUS_READY;
    return hr;
}

/* ---- busy */
static HRESULT play_anyhow(struct sp_device *device)
{
    struct sp_playing first = {0};
    size_t cursor = 0;
    HRESULT hr = sp_playback_track(device, &cursor, &first.object);

    return hr == S_OK ? sp_playback_start(device->connection, &first) : hr;
}

CONTROL(BUSY_PLAYS, Play)
{
    HRESULT hr = BUSY_PLAYS_book(This);

    return hr == WMDM_E_BUSY ? play_anyhow(DEVICE) : hr;
}

CONTROL(BUSY_STARTED, Play)
{
    HRESULT hr = BUSY_STARTED_book(This);

    if (hr == WMDM_E_BUSY)
        (void)play_anyhow(DEVICE);
    return hr;
}

CONTROL(BUSY_STOPPED, Stop)
{
    static const struct sp_playing nothing = {0};
    HRESULT hr = BUSY_STOPPED_book(This);

    if (hr == WMDM_E_BUSY)
        (void)sp_playback_start(DEVICE->connection, &nothing);
    return hr;
}

ANSWERS(BUSY_PAUSE_OK, Pause, WMDM_E_BUSY, S_OK)
ANSWERS(BUSY_RESUME_OK, Resume, WMDM_E_BUSY, S_FALSE)
ANSWERS(BUSY_PLAY_CODE, Play, WMDM_E_BUSY, WMDM_E_PROCESSFAILED)
ANSWERS(BUSY_STOP_CODE, Stop, WMDM_E_BUSY, WMDM_E_PROCESSFAILED)

CONTROL(BUSY_FOR_GOOD, Play)
{
    static bool was_busy;
    HRESULT hr = was_busy ? WMDM_E_BUSY : BUSY_FOR_GOOD_book(This);

    was_busy |= hr == WMDM_E_BUSY;
    return hr;
}

/* ---- playing */
ANSWERS(PLAY_S_FALSE, Play, S_OK, S_FALSE)
ONLY_ANSWERS(PLAY_LOST, Play, S_OK)

SEAM(sp_playback_track);
/* The last one there is. */
static HRESULT last_track(struct sp_device *device, size_t *cursor, uint32_t *handle)
{
    HRESULT found = S_FALSE, hr = S_OK;

    while (hr == S_OK) {
        hr = __real_sp_playback_track(device, cursor, handle);
        found = hr == S_OK ? S_OK : found;
    }
    return FAILED(hr) ? hr : found;
}

/* As if the device showed no other medium than that. */
static HRESULT track_on_last(struct sp_device *device, size_t *cursor, uint32_t *handle)
{
    struct mtpi_u32_array ids = {0};
    uint32_t shown = device->storage;
    HRESULT hr;

    device->storage = 0;
    hr = sp_device_storages(device, &ids);
    if (hr == S_OK && ids.count)
        device->storage = ids.item[ids.count - 1];
    free(ids.item);
    hr = __real_sp_playback_track(device, cursor, handle);
    device->storage = shown;
    return hr;
}

HRESULT __wrap_sp_playback_track(struct sp_device *device, size_t *cursor, uint32_t *ret_handle)
{
    if (deviates(PLAYS_LAST_TRACK))
        return last_track(device, cursor, ret_handle);
    if (deviates(PLAYS_LAST_MEDIUM))
        return track_on_last(device, cursor, ret_handle);
    return __real_sp_playback_track(device, cursor, ret_handle);
}

SEAM(sp_playback_start);
HRESULT __wrap_sp_playback_start(struct sp_connection *connection, const struct sp_playing *from)
{
    struct sp_playing instead = *from;

    if (deviates(BEGINNING_SKIPPED) && from->object && !from->position)
        instead.position = 1500;
    if (deviates(SEEK_FORGOTTEN))
        instead.position = 0;
    return __real_sp_playback_start(connection, &instead);
}

/* ---- pausing */
ANSWERS(PAUSE_S_FALSE, Pause, S_OK, S_FALSE)
ONLY_ANSWERS(PAUSE_LOST, Pause, S_OK)
ANSWERS(PAUSE_AGAIN_OK, Pause, S_FALSE, S_OK)

CONTROL(PAUSE_TOGGLES, Pause)
{
    HRESULT hr = PAUSE_TOGGLES_book(This);

    if (hr == S_FALSE)
        (void)sp_playback_set_rate(DEVICE->connection, SP_PLAYBACK_NORMAL);
    return hr;
}

ANSWERS(RESUME_S_FALSE, Resume, S_OK, S_FALSE)
ANSWERS(RESUME_AGAIN_OK, Resume, S_FALSE, S_OK)
ANSWERS(STOP_S_FALSE, Stop, S_OK, S_FALSE)

CONTROL(RESUME_RESTARTS, Resume)
{
    HRESULT hr = RESUME_RESTARTS_book(This);

    if (hr == S_OK)
        (void)sp_playback_set_position(DEVICE->connection, 0);
    return hr;
}

CONTROL(RESUME_AGAIN_RESTARTS, Resume)
{
    HRESULT hr = RESUME_AGAIN_RESTARTS_book(This);

    if (hr == S_FALSE)
        (void)sp_playback_set_position(DEVICE->connection, 0);
    return hr;
}

/* Does it stand still in the middle of something? */
static bool is_paused(struct sp_device *device)
{
    struct sp_playing playing = {0};

    return sp_playback_get(device->connection, &playing) == S_OK && playing.object && !playing.rate;
}

CONTROL(STOP_PAUSED_LOST, Stop)
{
    return is_paused(DEVICE) ? S_OK : STOP_PAUSED_LOST_book(This);
}

CONTROL(RESUME_STARTS, Resume)
{
    struct sp_playing playing = {0};
    HRESULT hr = RESUME_STARTS_book(This);

    return hr == S_FALSE && sp_playback_get(DEVICE->connection, &playing) == S_OK && !playing.object
               ? play_anyhow(DEVICE)
               : hr;
}

/* As if it had been a Seek. */
CONTROL(PAUSE_IS_SEEK, Pause)
{
    struct sp_playing playing = {0};
    HRESULT hr = PAUSE_IS_SEEK_book(This);

    if (hr != S_OK || sp_playback_get(DEVICE->connection, &playing) != S_OK)
        return hr;
    pthread_mutex_lock(&DEVICE->cue.lock);
    DEVICE->cue.is_set = true;
    DEVICE->cue.at = playing;
    pthread_mutex_unlock(&DEVICE->cue.lock);
    return hr;
}
