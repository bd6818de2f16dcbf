/* Defects of IMDSPDeviceControl::Seek: where it goes, and what it takes. */
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_playback.h"

#define SEEK(token) METHOD(token, IMDSPDeviceControl, Seek, DWORD mode, LONG offset)

static bool is_mode(DWORD mode)
{
    return mode == MDSP_SEEK_BOF || mode == MDSP_SEEK_CUR || mode == MDSP_SEEK_EOF;
}

SEEK(SEEK_REFUSED)
{
    (void)This, (void)mode, (void)offset, (void)SEEK_REFUSED_book;
    return WMDM_E_NOTSUPPORTED;
}

SEEK(SEEK_UNABLE_OK)
{
    return hr_swap(SEEK_UNABLE_OK_book(This, mode, offset), WMDM_E_NOTSUPPORTED, S_OK);
}

/* ---- where it goes */
SEEK(SEEK_TO_BEGIN)
{
    return SEEK_TO_BEGIN_book(This, mode, mode == MDSP_SEEK_BOF && offset == 1000 ? 0 : offset);
}

SEEK(SEEK_FORWARD_FROM_BEGIN)
{
    bool is_forward = mode == MDSP_SEEK_CUR && offset > 0;

    return SEEK_FORWARD_FROM_BEGIN_book(This, is_forward ? MDSP_SEEK_BOF : mode, offset);
}

SEEK(SEEK_BACK_GOES_FORWARD)
{
    bool is_short = mode == MDSP_SEEK_CUR && offset == -1000;

    return SEEK_BACK_GOES_FORWARD_book(This, mode, is_short ? 1000 : offset);
}

SEEK(SEEK_PLAYING_FROM_BEGIN)
{
    struct sp_playing playing = {0};
    bool plays =
        sp_playback_get(SELF(sp_device, IMDSPDeviceControl)->connection, &playing) == S_OK &&
        playing.object;

    return SEEK_PLAYING_FROM_BEGIN_book(
        This, plays && mode == MDSP_SEEK_CUR && offset > 0 ? MDSP_SEEK_BOF : mode, offset);
}

/* What plays, or with `is_paused` what is paused. */
static bool is_in(IMDSPDeviceControl *This, bool is_paused)
{
    struct sp_playing playing = {0};

    return sp_playback_get(SELF(sp_device, IMDSPDeviceControl)->connection, &playing) == S_OK &&
           playing.object && is_paused == !playing.rate;
}

SEEK(SEEK_PLAYING_ADDS)
{
    return SEEK_PLAYING_ADDS_book(
        This, mode == MDSP_SEEK_BOF && is_in(This, false) ? MDSP_SEEK_CUR : mode, offset);
}

SEEK(SEEK_PAUSED_FROM_BEGIN)
{
    return SEEK_PAUSED_FROM_BEGIN_book(
        This, mode == MDSP_SEEK_CUR && is_in(This, true) ? MDSP_SEEK_BOF : mode, offset);
}

SEEK(SEEK_END_FORWARD)
{
    return SEEK_END_FORWARD_book(This, mode, mode == MDSP_SEEK_EOF ? -offset : offset);
}

/* ---- what it takes */
/* To the one end or the other instead of refusing. */
SEEK(SEEK_CLAMPS_BEGIN)
{
    HRESULT hr = SEEK_CLAMPS_BEGIN_book(This, mode, offset);

    return hr == E_INVALIDARG && is_mode(mode) && mode != MDSP_SEEK_EOF && offset < 0
               ? SEEK_CLAMPS_BEGIN_book(This, MDSP_SEEK_BOF, 0)
               : hr;
}

SEEK(SEEK_CLAMPS_END)
{
    HRESULT hr = SEEK_CLAMPS_END_book(This, mode, offset);

    return hr == E_INVALIDARG && is_mode(mode) && mode != MDSP_SEEK_EOF && offset > 0
               ? SEEK_CLAMPS_END_book(This, MDSP_SEEK_EOF, 0)
               : hr;
}

SEEK(SEEK_END_CLAMPS_BEGIN)
{
    HRESULT hr = SEEK_END_CLAMPS_BEGIN_book(This, mode, offset);

    return hr == E_INVALIDARG && mode == MDSP_SEEK_EOF && offset > 0
               ? SEEK_END_CLAMPS_BEGIN_book(This, MDSP_SEEK_BOF, 0)
               : hr;
}

SEEK(SEEK_END_CLAMPS_END)
{
    HRESULT hr = SEEK_END_CLAMPS_END_book(This, mode, offset);

    return hr == E_INVALIDARG && mode == MDSP_SEEK_EOF && offset < 0
               ? SEEK_END_CLAMPS_END_book(This, MDSP_SEEK_EOF, 0)
               : hr;
}

SEEK(SEEK_REFUSED_MOVES)
{
    HRESULT hr = SEEK_REFUSED_MOVES_book(This, mode, offset);

    if (hr == E_INVALIDARG && is_mode(mode))
        (void)SEEK_REFUSED_MOVES_book(This, MDSP_SEEK_BOF, 0);
    return hr;
}

SEEK(SEEK_MODE_0)
{
    return SEEK_MODE_0_book(This, mode ? mode : MDSP_SEEK_BOF, offset);
}

SEEK(SEEK_MODE_MOVES)
{
    HRESULT hr = SEEK_MODE_MOVES_book(This, mode, offset);

    if (hr == E_INVALIDARG && !is_mode(mode))
        (void)SEEK_MODE_MOVES_book(This, MDSP_SEEK_BOF, 0);
    return hr;
}
