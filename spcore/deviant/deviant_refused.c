/* Defects of calls that are refused: what they did before they asked for the channel; and of calls
 * that ask it once too often. */
#include "spcore/deviant/deviant_unasked.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sac/sac_private.h"
#include "spcore/sp/sp.h"

/* The result by the book; where that refuses, the call is made all the same. */
#define DONE_FIRST(hr, call)                                                                       \
    do {                                                                                           \
        if ((hr) == WMDM_E_NOTCERTIFIED)                                                           \
            (void)UNASKED(call);                                                                   \
    } while (0)

METHOD(CREATE_OPENS_FIRST, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = CREATE_OPENS_FIRST_book(This, path, count, devices);
    IMDSPDevice **made = NULL;
    DWORD number = 0;

    DONE_FIRST(hr, CREATE_OPENS_FIRST_book(This, path, &number, &made));
    while (number)
        (void)take_back(S_OK, &made[--number], S_OK);
    CoTaskMemFree(made);
    return hr;
}

METHOD(NAME_FILLED_FIRST, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = NAME_FILLED_FIRST_book(This, name, room);

    DONE_FIRST(hr, NAME_FILLED_FIRST_book(This, name, room));
    return hr;
}

METHOD(CLEAR_WRITE_FIRST, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)
{
    HRESULT hr = CLEAR_WRITE_FIRST_book(This, data, size);

    DONE_FIRST(hr, CLEAR_WRITE_FIRST_book(This, data, size));
    return hr;
}

METHOD(DELETE_FIRST, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    HRESULT hr = DELETE_FIRST_book(This, mode, progress);

    DONE_FIRST(hr, DELETE_FIRST_book(This, mode, progress));
    return hr;
}

METHOD(RENAME_FIRST, IMDSPObject2, Rename, const WCHAR *name, IWMDMProgress *progress)
{
    HRESULT hr = RENAME_FIRST_book(This, name, progress);

    DONE_FIRST(hr, RENAME_FIRST_book(This, name, progress));
    return hr;
}

METHOD(MAKE_FIRST, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = MAKE_FIRST_book(This, attributes, format, name, created);
    IMDSPStorage *made = NULL;

    DONE_FIRST(hr, MAKE_FIRST_book(This, attributes, format, name, &made));
    (void)take_back(S_OK, &made, S_OK);
    return hr;
}

METHOD(SET_METADATA_FIRST, IMDSPStorage4, SetMetadata, IWMDMMetaData *list)
{
    HRESULT hr = SET_METADATA_FIRST_book(This, list);

    DONE_FIRST(hr, SET_METADATA_FIRST_book(This, list));
    return hr;
}

METHOD(SET_ATTRIBUTES_FIRST, IMDSPStorage4, SetAttributes, DWORD attributes, WAVEFORMATEX *format)
{
    HRESULT hr = SET_ATTRIBUTES_FIRST_book(This, attributes, format);

    DONE_FIRST(hr, SET_ATTRIBUTES_FIRST_book(This, attributes, format));
    return hr;
}

METHOD(MOVE_FIRST, IMDSPObject2, Move, UINT mode, IWMDMProgress *progress, IMDSPStorage *target)
{
    HRESULT hr = MOVE_FIRST_book(This, mode, progress, target);

    DONE_FIRST(hr, MOVE_FIRST_book(This, mode, progress, target));
    return hr;
}

METHOD(PLAY_FIRST, IMDSPDeviceControl, Play)
{
    HRESULT hr = PLAY_FIRST_book(This);

    DONE_FIRST(hr, PLAY_FIRST_book(This));
    return hr;
}

/* ---- once too often */
METHOD(COUNT_ASKS_AGAIN, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    static unsigned calls;

    return calls++ < 200 ? COUNT_ASKS_AGAIN_book(This, count) : WMDM_E_NOTCERTIFIED;
}

METHOD(TYPE_ASKS_AGAIN, IMDSPDevice3, GetType, DWORD *type)
{
    static unsigned calls;

    return calls++ < 200 ? TYPE_ASKS_AGAIN_book(This, type) : WMDM_E_NOTCERTIFIED;
}

METHOD(DEVICE_OF_ONE_HANDSHAKE, IMDSPDevice3, GetStatus, DWORD *status)
{
    static struct sac_keys *first; /* a reference, so that no others come to stand there */
    struct sac_keys *keys = sac_channel_keys(SELF(sp_device, IMDSPDevice3)->context->sac);
    bool is_first = !first || first == keys;

    if (!first)
        first = keys;
    else
        sac_keys_unref(keys);
    return is_first ? DEVICE_OF_ONE_HANDSHAKE_book(This, status) : WMDM_E_NOTCERTIFIED;
}
