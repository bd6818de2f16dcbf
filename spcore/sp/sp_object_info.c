/* IMDSPObjectInfo: how long an object plays, in milliseconds of a song or in tracks of a folder,
 * and how far it was heard. Only of devices with a player that tells its position. */
#include <stdlib.h>

#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_playback.h"
#include "spcore/sp/sp_storage.h"

COM_INTERFACE(sp_storage, IMDSPObjectInfo)

/* What a method knows of the object when it begins. */
struct extent {
    bool is_song;
    uint32_t total, position;
    struct sp_hearing heard;
};

static struct sp_heard *heard_of(const struct sp_storage *self)
{
    return sp_connection_heard(sp_storage_connection(self));
}

static uint64_t place_of(const struct sp_storage *self)
{
    return self->handle ? self->handle : (uint64_t)self->storage << 32;
}

/* The songs right in it. */
static HRESULT count_tracks(struct sp_storage *self, uint32_t *ret_count)
{
    struct mtpi_u32_array handles = {0};
    uint32_t count = 0;
    HRESULT hr = sp_children(self->device, self->storage, self->handle, &handles);

    for (size_t i = 0; i < handles.count && SUCCEEDED(hr); i++) {
        uint16_t format = 0;

        hr = sp_playback_format(sp_storage_connection(self), handles.item[i], &format);
        if (hr == WMDM_E_INTERFACEDEAD) /* went away meanwhile */
            hr = S_OK;
        count += SUCCEEDED(hr) && sp_format_kind(format) == SP_KIND_AUDIO;
    }
    free(handles.item);
    *ret_count = count;
    return hr;
}

static HRESULT song_of(struct sp_storage *self, struct extent *extent)
{
    struct sp_connection *connection = sp_storage_connection(self);
    const struct sp_playing alone = {.object = self->handle};
    uint32_t sounds = 0, position = 0;
    HRESULT hr = sp_playback_length(connection, &alone, &extent->total);

    extent->is_song = true;
    if (SUCCEEDED(hr))
        hr = sp_playback_note(connection, &sounds, &position);
    if (SUCCEEDED(hr) && sounds == self->handle)
        extent->position = position < extent->total ? position : extent->total;
    return hr;
}

/* WMDM_E_INVALIDTYPE: nothing in it plays. */
static HRESULT extent_of(struct sp_storage *self, struct extent *ret_extent)
{
    struct extent extent = {0};
    uint16_t format = MTP_FC_ASSOCIATION;
    HRESULT hr = self->handle
                     ? sp_playback_format(sp_storage_connection(self), self->handle, &format)
                     : S_OK;

    if (SUCCEEDED(hr) && format == MTP_FC_ASSOCIATION)
        hr = count_tracks(self, &extent.total);
    else if (SUCCEEDED(hr) && sp_format_kind(format) == SP_KIND_AUDIO)
        hr = song_of(self, &extent);
    if (FAILED(hr))
        return hr;
    if (!extent.total)
        return WMDM_E_INVALIDTYPE;
    extent.heard = sp_heard_get(heard_of(self), place_of(self));
    *ret_extent = extent;
    return S_OK;
}

static HRESULT enter(struct sp_storage *self, bool arguments, struct extent *ret_extent)
{
    HRESULT hr = sp_enter_device(self->device, arguments);

    return FAILED(hr) ? hr : extent_of(self, ret_extent);
}

static uint32_t least(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

static HRESULT STDMETHODCALLTYPE info_GetPlayLength(IMDSPObjectInfo *This, DWORD *pdwLength)
{
    struct extent extent;
    HRESULT hr = enter(sp_storage_from_IMDSPObjectInfo(This), pdwLength != NULL, &extent);

    if (FAILED(hr))
        return hr;
    *pdwLength = extent.total - extent.position;
    if (extent.heard.is_limited)
        *pdwLength = least(*pdwLength, extent.heard.limit);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE info_SetPlayLength(IMDSPObjectInfo *This, DWORD dwLength)
{
    struct sp_storage *self = sp_storage_from_IMDSPObjectInfo(This);
    struct extent extent;
    HRESULT hr = enter(self, true, &extent);

    return FAILED(hr) ? hr : sp_heard_set_limit(heard_of(self), place_of(self), dwLength);
}

static HRESULT STDMETHODCALLTYPE info_GetPlayOffset(IMDSPObjectInfo *This, DWORD *pdwOffset)
{
    struct extent extent;
    HRESULT hr = enter(sp_storage_from_IMDSPObjectInfo(This), pdwOffset != NULL, &extent);

    if (SUCCEEDED(hr))
        *pdwOffset = least(extent.heard.offset, extent.total - 1);
    return hr;
}

/* What is to be played has to have room behind it: one unit where no length was set. */
static HRESULT STDMETHODCALLTYPE info_SetPlayOffset(IMDSPObjectInfo *This, DWORD dwOffset)
{
    struct sp_storage *self = sp_storage_from_IMDSPObjectInfo(This);
    struct extent extent;
    uint32_t room = 1;
    HRESULT hr = enter(self, true, &extent);

    if (FAILED(hr))
        return hr;
    if (extent.heard.is_limited && extent.heard.limit)
        room = least(extent.heard.limit, extent.total);
    return sp_heard_set_offset(heard_of(self), place_of(self),
                               least(dwOffset, extent.total - room));
}

static HRESULT STDMETHODCALLTYPE info_GetTotalLength(IMDSPObjectInfo *This, DWORD *pdwLength)
{
    struct extent extent;
    HRESULT hr = enter(sp_storage_from_IMDSPObjectInfo(This), pdwLength != NULL, &extent);

    if (SUCCEEDED(hr))
        *pdwLength = extent.total;
    return hr;
}

static HRESULT STDMETHODCALLTYPE info_GetLastPlayPosition(IMDSPObjectInfo *This, DWORD *pdwLastPos)
{
    struct extent extent;
    HRESULT hr = enter(sp_storage_from_IMDSPObjectInfo(This), pdwLastPos != NULL, &extent);

    if (SUCCEEDED(hr) && !extent.is_song)
        hr = WMDM_E_INVALIDTYPE;
    if (SUCCEEDED(hr))
        *pdwLastPos = extent.heard.last;
    return hr;
}

static HRESULT STDMETHODCALLTYPE info_GetLongestPlayPosition(IMDSPObjectInfo *This,
                                                             DWORD *pdwLongestPos)
{
    struct extent extent;
    HRESULT hr = enter(sp_storage_from_IMDSPObjectInfo(This), pdwLongestPos != NULL, &extent);

    if (SUCCEEDED(hr) && !extent.is_song)
        hr = WMDM_E_INVALIDTYPE;
    if (SUCCEEDED(hr))
        *pdwLongestPos = extent.heard.longest;
    return hr;
}

const IMDSPObjectInfoVtbl sp_storage_info_vtbl = {
    COM_UNKNOWN_SLOTS(sp_storage, IMDSPObjectInfo),
    .GetPlayLength = info_GetPlayLength,
    .SetPlayLength = info_SetPlayLength,
    .GetPlayOffset = info_GetPlayOffset,
    .SetPlayOffset = info_SetPlayOffset,
    .GetTotalLength = info_GetTotalLength,
    .GetLastPlayPosition = info_GetLastPlayPosition,
    .GetLongestPlayPosition = info_GetLongestPlayPosition,
};
