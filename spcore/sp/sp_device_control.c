/* IMDSPDeviceControl of a device that has a player of its own (sp_playback.h). What plays, and
 * where, is the device's; the position for the next Play is kept here. */
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_playback.h"

COM_INTERFACE(sp_device, IMDSPDeviceControl)

static bool is_busy(const struct sp_device *self)
{
    return sp_activity_status(sp_connection_activity(self->connection), 0) != 0;
}

/* How a method that works the player begins and ends; not entered, it is not locked. One at a time:
 * a position is asked for, then set. What is heard until then is noted. */
static HRESULT enter(struct sp_device *self, DWORD needed)
{
    uint32_t handle, position;
    HRESULT hr = sp_enter_device(self, true);

    if (SUCCEEDED(hr) && !(self->playback & needed))
        hr = WMDM_E_NOTSUPPORTED;
    if (SUCCEEDED(hr) && is_busy(self))
        hr = WMDM_E_BUSY;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->cue.lock);
    (void)sp_playback_note(self->connection, &handle, &position);
    return S_OK;
}

static HRESULT leave(struct sp_device *self, HRESULT hr)
{
    pthread_mutex_unlock(&self->cue.lock);
    return hr;
}

/* ---- what it does */
static HRESULT STDMETHODCALLTYPE control_GetDCStatus(IMDSPDeviceControl *This, DWORD *pdwStatus)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    struct sp_playing playing = {0};
    HRESULT hr = sp_enter_device(self, pdwStatus != NULL);

    if (FAILED(hr))
        return hr;
    hr = is_busy(self) ? WMDM_E_BUSY : sp_playback_get(self->connection, &playing);
    if (hr == WMDM_E_BUSY)
        *pdwStatus = WMDM_STATUS_BUSY;
    else if (FAILED(hr))
        return hr;
    else if (!playing.object)
        *pdwStatus = WMDM_STATUS_READY;
    else
        *pdwStatus =
            playing.rate ? WMDM_STATUS_DEVICECONTROL_PLAYING : WMDM_STATUS_DEVICECONTROL_PAUSED;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE control_GetCapabilities(IMDSPDeviceControl *This,
                                                         DWORD *pdwCapabilitiesMask)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = sp_enter_device(self, pdwCapabilitiesMask != NULL);

    if (FAILED(hr))
        return hr;
    *pdwCapabilitiesMask = self->playback;
    return S_OK;
}

/* ---- playing */
/* The first track that the device plays, from its offset: one may be damaged, or of a kind that the
 * device only keeps. */
static HRESULT play_first(struct sp_device *self)
{
    struct sp_heard *heard = sp_connection_heard(self->connection);
    struct sp_playing first = {0};
    size_t cursor = 0;
    HRESULT hr = E_INVALIDARG;

    while (hr == E_INVALIDARG) {
        hr = sp_playback_track(self, &cursor, &first.object);
        if (hr == S_FALSE)
            return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
        if (FAILED(hr))
            return hr;
        first.position = sp_heard_get(heard, first.object).offset;
        hr = sp_playback_start(self->connection, &first);
    }
    return hr;
}

/* A position is good for one Play; the next one without a Seek begins with the first track. */
static HRESULT play_locked(struct sp_device *self)
{
    if (!self->cue.is_set)
        return play_first(self);
    self->cue.is_set = false;
    return sp_playback_start(self->connection, &self->cue.at);
}

static HRESULT STDMETHODCALLTYPE control_Play(IMDSPDeviceControl *This)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = enter(self, WMDM_DEVICECAP_CANPLAY);

    return FAILED(hr) ? hr : leave(self, play_locked(self));
}

/* MTP has no property to record by (SP-CTRL-003). */
static HRESULT STDMETHODCALLTYPE control_Record(IMDSPDeviceControl *This, WAVEFORMATEX *pFormat)
{
    HRESULT hr = sp_enter_device(sp_device_from_IMDSPDeviceControl(This), true);

    (void)pFormat;
    return FAILED(hr) ? hr : WMDM_E_NOTSUPPORTED;
}

/* The device keeps its position while the rate is 0. */
static HRESULT pause_locked(struct sp_device *self)
{
    struct sp_playing playing;
    HRESULT hr = sp_playback_get(self->connection, &playing);

    if (FAILED(hr))
        return hr;
    if (!playing.object)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return playing.rate ? sp_playback_set_rate(self->connection, 0) : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE control_Pause(IMDSPDeviceControl *This)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = enter(self, WMDM_DEVICECAP_CANPAUSE);

    return FAILED(hr) ? hr : leave(self, pause_locked(self));
}

static HRESULT resume_locked(struct sp_device *self)
{
    struct sp_playing playing;
    HRESULT hr = sp_playback_get(self->connection, &playing);

    if (FAILED(hr))
        return hr;
    return playing.object && !playing.rate
               ? sp_playback_set_rate(self->connection, SP_PLAYBACK_NORMAL)
               : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE control_Resume(IMDSPDeviceControl *This)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = enter(self, WMDM_DEVICECAP_CANRESUME);

    return FAILED(hr) ? hr : leave(self, resume_locked(self));
}

static HRESULT STDMETHODCALLTYPE control_Stop(IMDSPDeviceControl *This)
{
    static const struct sp_playing nothing = {0};
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = enter(self, WMDM_DEVICECAP_CANSTOP);

    return FAILED(hr) ? hr : leave(self, sp_playback_start(self->connection, &nothing));
}

/* ---- seeking */
/* Where a Seek starts: in what plays, or else in what the next Play would play. */
static HRESULT place(struct sp_device *self, struct sp_playing *ret_at, bool *ret_plays)
{
    struct sp_playing at = {0};
    size_t cursor = 0;
    HRESULT hr = sp_playback_get(self->connection, &at);

    if (FAILED(hr))
        return hr;
    *ret_plays = at.object != 0;
    if (!at.object && self->cue.is_set)
        at = self->cue.at;
    else if (!at.object)
        hr = sp_playback_track(self, &cursor, &at.object);
    if (SUCCEEDED(hr))
        *ret_at = at;
    return hr == S_FALSE ? HRESULT_FROM_WIN32(ERROR_NOT_FOUND) : hr;
}

/* Backward from the end, as IMDSPObject::Seek has it. */
static int64_t target_of(DWORD mode, LONG offset, uint32_t position, uint32_t length)
{
    if (mode == MDSP_SEEK_BOF)
        return offset;
    return mode == MDSP_SEEK_CUR ? (int64_t)position + offset : (int64_t)length - offset;
}

static HRESULT seek_locked(struct sp_device *self, DWORD mode, LONG offset)
{
    struct sp_playing at;
    bool plays;
    uint32_t length = 0;
    int64_t target;
    HRESULT hr = place(self, &at, &plays);

    if (SUCCEEDED(hr))
        hr = sp_playback_length(self->connection, &at, &length);
    if (FAILED(hr))
        return hr;
    target = target_of(mode, offset, at.position, length);
    if (target < 0 || target > length)
        return E_INVALIDARG;
    at.position = (uint32_t)target;
    if (plays)
        hr = sp_playback_set_position(self->connection, at.position);
    if (SUCCEEDED(hr)) {
        self->cue.is_set = true;
        self->cue.at = at;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE control_Seek(IMDSPDeviceControl *This, DWORD fuMode, LONG nOffset)
{
    struct sp_device *self = sp_device_from_IMDSPDeviceControl(This);
    HRESULT hr = enter(self, WMDM_DEVICECAP_CANSEEK);

    if (FAILED(hr))
        return hr;
    if (fuMode != MDSP_SEEK_BOF && fuMode != MDSP_SEEK_CUR && fuMode != MDSP_SEEK_EOF)
        return leave(self, E_INVALIDARG);
    return leave(self, seek_locked(self, fuMode, nOffset));
}

const IMDSPDeviceControlVtbl sp_device_control_vtbl = {
    COM_UNKNOWN_SLOTS(sp_device, IMDSPDeviceControl),
    .GetDCStatus = control_GetDCStatus,
    .GetCapabilities = control_GetCapabilities,
    .Play = control_Play,
    .Record = control_Record,
    .Pause = control_Pause,
    .Resume = control_Resume,
    .Stop = control_Stop,
    .Seek = control_Seek,
};
