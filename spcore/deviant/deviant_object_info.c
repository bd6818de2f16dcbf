/* Defects of IMDSPObjectInfo. */
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_playback.h"
#include "spcore/sp/sp_storage.h"

#define ASKED(token, method) METHOD(token, IMDSPObjectInfo, method, DWORD *number)
#define STORAGE (SELF(sp_storage, IMDSPObjectInfo))

static bool is_folder(const struct sp_storage *self)
{
    uint16_t format = MTP_FC_ASSOCIATION;

    return !self->handle ||
           (sp_playback_format(self->device->connection, self->handle, &format) == S_OK &&
            format == MTP_FC_ASSOCIATION);
}

static struct sp_hearing hearing_of(const struct sp_storage *self)
{
    return sp_heard_get(sp_connection_heard(self->device->connection), self->handle);
}

static bool is_of(const struct sp_storage *self, uint16_t expected)
{
    uint16_t format = 0;

    return self->handle &&
           sp_playback_format(self->device->connection, self->handle, &format) == S_OK &&
           format == expected;
}

/* Where it is heard right now; 0: it is not. */
static uint32_t position_in(const struct sp_storage *self)
{
    uint32_t handle = 0, position = 0;

    return sp_playback_note(self->device->connection, &handle, &position) == S_OK &&
                   handle == self->handle
               ? position
               : 0;
}

/* A number of its own where it says that there is none. */
static HRESULT instead(HRESULT hr, HRESULT from, DWORD *number, DWORD value)
{
    if (hr != from || !number)
        return hr;
    *number = value;
    return S_OK;
}

ASKED(INFO_WITHOUT_CHANNEL, GetPlayLength)
{
    return instead(INFO_WITHOUT_CHANNEL_book(This, number), WMDM_E_NOTCERTIFIED, number, 0);
}

ASKED(INFO_STUB, GetTotalLength)
{
    return instead(INFO_STUB_book(This, number), S_OK, number, 0);
}

ASKED(INFO_OF_FILE, GetPlayOffset)
{
    HRESULT hr = INFO_OF_FILE_book(This, number);

    return is_folder(STORAGE) ? hr : instead(hr, WMDM_E_INVALIDTYPE, number, 0);
}

ASKED(INFO_OF_FOLDER, GetTotalLength)
{
    HRESULT hr = INFO_OF_FOLDER_book(This, number);

    return is_folder(STORAGE) ? instead(hr, WMDM_E_INVALIDTYPE, number, 0) : hr;
}

ASKED(INFO_IN_SECONDS, GetTotalLength)
{
    HRESULT hr = INFO_IN_SECONDS_book(This, number);

    return hr == S_OK && !is_folder(STORAGE) ? instead(hr, S_OK, number, *number / 1000) : hr;
}

ASKED(FIRST_TRACK_UNCOUNTED, GetTotalLength)
{
    HRESULT hr = FIRST_TRACK_UNCOUNTED_book(This, number);

    return hr == S_OK && is_folder(STORAGE) ? instead(hr, S_OK, number, *number - 1) : hr;
}

ASKED(TOTAL_LESS_OFFSET, GetTotalLength)
{
    HRESULT hr = TOTAL_LESS_OFFSET_book(This, number);

    return hr == S_OK ? instead(hr, S_OK, number, *number - hearing_of(STORAGE).offset) : hr;
}

ASKED(TRACKS_TOO_MANY, GetTotalLength)
{
    HRESULT hr = TRACKS_TOO_MANY_book(This, number);

    return hr == S_OK && is_folder(STORAGE) ? instead(hr, S_OK, number, *number + 1) : hr;
}

ASKED(INFO_OF_PICTURE, GetTotalLength)
{
    HRESULT hr = INFO_OF_PICTURE_book(This, number);

    return is_of(STORAGE, MTP_FC_EXIF_JPEG) ? instead(hr, WMDM_E_INVALIDTYPE, number, 1) : hr;
}

ASKED(TOTAL_LESS_POSITION, GetTotalLength)
{
    HRESULT hr = TOTAL_LESS_POSITION_book(This, number);

    return hr == S_OK ? instead(hr, S_OK, number, *number - position_in(STORAGE)) : hr;
}

/* The answer of each object stays its first one. */
ASKED(TRACKS_KEPT, GetTotalLength)
{
    static const struct sp_storage *first;
    static DWORD kept;
    HRESULT hr = TRACKS_KEPT_book(This, number);

    if (hr != S_OK || !is_folder(STORAGE))
        return hr;
    if (!first) {
        first = STORAGE;
        kept = *number;
    }
    return first == STORAGE ? instead(hr, S_OK, number, kept) : hr;
}

/* ---- of a root */
ASKED(INFO_OF_ROOT, GetPlayOffset)
{
    HRESULT hr = INFO_OF_ROOT_book(This, number);

    return STORAGE->handle ? hr : instead(hr, WMDM_E_INVALIDTYPE, number, 0);
}

ASKED(ROOT_UNCOUNTED, GetTotalLength)
{
    HRESULT hr = ROOT_UNCOUNTED_book(This, number);

    return STORAGE->handle ? hr : instead(hr, S_OK, number, 0);
}

ASKED(ROOT_OF_ALL, GetTotalLength)
{
    HRESULT hr = ROOT_OF_ALL_book(This, number);

    return hr == S_OK && !STORAGE->handle ? instead(hr, S_OK, number, *number + 3) : hr;
}

ASKED(LAST_OF_ROOT, GetLastPlayPosition)
{
    HRESULT hr = LAST_OF_ROOT_book(This, number);

    return STORAGE->handle ? hr : instead(hr, WMDM_E_INVALIDTYPE, number, 0);
}

/* ---- what is to be played */
ASKED(PLAY_LENGTH_IS_TOTAL, GetPlayLength)
{
    return hearing_of(STORAGE).is_limited ? PLAY_LENGTH_IS_TOTAL_book(This, number)
                                          : IMDSPObjectInfo_GetTotalLength(This, number);
}

METHOD(PLAY_LENGTH_IGNORED, IMDSPObjectInfo, SetPlayLength, DWORD length)
{
    return length == 10000 ? S_OK : PLAY_LENGTH_IGNORED_book(This, length);
}

ASKED(PLAY_LENGTH_UNBOUND, GetPlayLength)
{
    HRESULT hr = PLAY_LENGTH_UNBOUND_book(This, number);
    struct sp_hearing heard = hearing_of(STORAGE);

    return heard.is_limited ? instead(hr, S_OK, number, heard.limit) : hr;
}

ASKED(PLAY_LENGTH_OVER_REST, GetPlayLength)
{
    struct sp_hearing heard = hearing_of(STORAGE);
    HRESULT hr = PLAY_LENGTH_OVER_REST_book(This, number);
    DWORD total = 0;

    if (hr != S_OK || !heard.is_limited || IMDSPObjectInfo_GetTotalLength(This, &total) != S_OK)
        return hr;
    return instead(hr, S_OK, number, heard.limit < total ? heard.limit : total);
}

/* Who set it last, and to what. */
static struct {
    const struct sp_storage *by;
    DWORD to;
} length_set, offset_set;

METHOD_AS(LENGTH_OF_ALL_SET, LENGTH_OF_ALL, IMDSPObjectInfo, SetPlayLength, DWORD length)
{
    length_set.to = length;
    return LENGTH_OF_ALL_SET_book(This, length);
}

ASKED(LENGTH_OF_ALL, GetPlayLength)
{
    HRESULT hr = LENGTH_OF_ALL_book(This, number);

    return hr == S_OK && length_set.to && length_set.to < *number
               ? instead(hr, S_OK, number, length_set.to)
               : hr;
}

METHOD_AS(LENGTH_OF_OBJECT_SET, LENGTH_OF_OBJECT, IMDSPObjectInfo, SetPlayLength, DWORD length)
{
    length_set.by = STORAGE;
    return LENGTH_OF_OBJECT_SET_book(This, length);
}

ASKED(LENGTH_OF_OBJECT, GetPlayLength)
{
    return length_set.by && length_set.by != STORAGE ? IMDSPObjectInfo_GetTotalLength(This, number)
                                                     : LENGTH_OF_OBJECT_book(This, number);
}

ASKED(TRACKS_UNLIMITED, GetPlayLength)
{
    return is_folder(STORAGE) ? IMDSPObjectInfo_GetTotalLength(This, number)
                              : TRACKS_UNLIMITED_book(This, number);
}

ASKED(POSITION_OF_ALL, GetPlayLength)
{
    uint32_t handle = 0, position = 0;
    HRESULT hr = POSITION_OF_ALL_book(This, number);

    if (hr != S_OK || sp_playback_note(STORAGE->device->connection, &handle, &position) != S_OK ||
        handle == STORAGE->handle)
        return hr;
    return instead(hr, S_OK, number, *number > position ? *number - position : 0);
}

METHOD_AS(OFFSET_OF_ALL_SET, OFFSET_OF_ALL, IMDSPObjectInfo, SetPlayOffset, DWORD offset)
{
    offset_set.to = offset;
    return OFFSET_OF_ALL_SET_book(This, offset);
}

ASKED(OFFSET_OF_ALL, GetPlayOffset)
{
    HRESULT hr = OFFSET_OF_ALL_book(This, number);

    return hr == S_OK && !*number ? instead(hr, S_OK, number, offset_set.to) : hr;
}

METHOD_AS(OFFSET_OF_OBJECT_SET, OFFSET_OF_OBJECT, IMDSPObjectInfo, SetPlayOffset, DWORD offset)
{
    offset_set.by = STORAGE;
    return OFFSET_OF_OBJECT_SET_book(This, offset);
}

ASKED(OFFSET_OF_OBJECT, GetPlayOffset)
{
    HRESULT hr = OFFSET_OF_OBJECT_book(This, number);

    return offset_set.by == STORAGE ? hr : instead(hr, S_OK, number, 0);
}

ASKED(TRACKS_FROM_FIRST, GetPlayOffset)
{
    HRESULT hr = TRACKS_FROM_FIRST_book(This, number);

    return is_folder(STORAGE) ? instead(hr, S_OK, number, 0) : hr;
}

ASKED(OFFSET_FROM_1, GetPlayOffset)
{
    HRESULT hr = OFFSET_FROM_1_book(This, number);

    return hr == S_OK && !*number ? instead(hr, S_OK, number, 1) : hr;
}

METHOD(OFFSET_IGNORED, IMDSPObjectInfo, SetPlayOffset, DWORD offset)
{
    return offset == 1000 ? S_OK : OFFSET_IGNORED_book(This, offset);
}

static bool is_beyond(IMDSPObjectInfo *This, DWORD offset)
{
    DWORD total = 0;

    return IMDSPObjectInfo_GetTotalLength(This, &total) == S_OK && offset >= total;
}

METHOD(OFFSET_BEYOND_REFUSED, IMDSPObjectInfo, SetPlayOffset, DWORD offset)
{
    return is_beyond(This, offset) ? E_INVALIDARG : OFFSET_BEYOND_REFUSED_book(This, offset);
}

METHOD(OFFSET_OVER_LENGTH_REFUSED, IMDSPObjectInfo, SetPlayOffset, DWORD offset)
{
    return hearing_of(STORAGE).is_limited && offset > 150000
               ? E_INVALIDARG
               : OFFSET_OVER_LENGTH_REFUSED_book(This, offset);
}

/* ---- what was heard */
ASKED(OFFSET_FOLLOWS, GetPlayOffset)
{
    HRESULT hr = OFFSET_FOLLOWS_book(This, number);

    return hr == S_OK ? instead(hr, S_OK, number, hearing_of(STORAGE).last) : hr;
}

METHOD(OFFSET_NOT_PLAYED, IMDSPDeviceControl, Play)
{
    HRESULT hr = OFFSET_NOT_PLAYED_book(This);

    if (hr == S_OK)
        (void)sp_playback_set_position(SELF(sp_device, IMDSPDeviceControl)->connection, 0);
    return hr;
}

METHOD(OFFSET_USED_UP, IMDSPDeviceControl, Play)
{
    struct sp_connection *connection = SELF(sp_device, IMDSPDeviceControl)->connection;
    struct sp_playing playing = {0};
    HRESULT hr = OFFSET_USED_UP_book(This);

    if (hr == S_OK && sp_playback_get(connection, &playing) == S_OK)
        (void)sp_heard_set_offset(sp_connection_heard(connection), playing.object, 0);
    return hr;
}

/* Of what was heard of nothing, that of what was asked for before. */
ASKED(LAST_OF_ALL, GetLastPlayPosition)
{
    static DWORD before;
    HRESULT hr = LAST_OF_ALL_book(This, number);

    if (hr == S_OK && *number)
        before = *number;
    return instead(hr, S_OK, number, before);
}

ASKED(LAST_OF_LIST, GetLastPlayPosition)
{
    HRESULT hr = LAST_OF_LIST_book(This, number);

    return is_of(STORAGE, MTP_FC_AV_PLAYLIST) ? instead(hr, WMDM_E_INVALIDTYPE, number, 0) : hr;
}

ASKED(LAST_IS_0, GetLastPlayPosition)
{
    return instead(LAST_IS_0_book(This, number), S_OK, number, 0);
}

ASKED(LAST_IS_LONGEST, GetLastPlayPosition)
{
    HRESULT hr = LAST_IS_LONGEST_book(This, number);

    return instead(hr, S_OK, number, hearing_of(STORAGE).longest);
}

ASKED(LONGEST_IS_0, GetLongestPlayPosition)
{
    return instead(LONGEST_IS_0_book(This, number), S_OK, number, 0);
}

ASKED(LONGEST_IS_LAST, GetLongestPlayPosition)
{
    HRESULT hr = LONGEST_IS_LAST_book(This, number);

    return instead(hr, S_OK, number, hearing_of(STORAGE).last);
}

ASKED(LAST_OF_FOLDER, GetLastPlayPosition)
{
    HRESULT hr = LAST_OF_FOLDER_book(This, number);

    return is_folder(STORAGE) ? instead(hr, WMDM_E_INVALIDTYPE, number, 3) : hr;
}

ASKED(LAST_OF_FILE, GetLastPlayPosition)
{
    HRESULT hr = LAST_OF_FILE_book(This, number);

    return is_folder(STORAGE) ? hr : instead(hr, WMDM_E_INVALIDTYPE, number, 0);
}

ASKED(LONGEST_OF_NONE, GetLongestPlayPosition)
{
    return hr_swap(LONGEST_OF_NONE_book(This, number), S_OK, WMDM_E_INVALIDTYPE);
}

ASKED(INFO_NULL_OK, GetPlayLength)
{
    return number ? INFO_NULL_OK_book(This, number) : S_OK;
}

ASKED(OFFSET_UNSET_FAILS, GetPlayOffset)
{
    HRESULT hr = OFFSET_UNSET_FAILS_book(This, number);

    return hr == S_OK && !*number ? S_FALSE : hr;
}
