/* Playing by device properties: each step is one value that is set or asked for. */
#include "spcore/sp/sp_playback.h"

#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_storage.h"

static const struct {
    uint16_t property;
    DWORD can;
} rows[] = {
    {MTP_DPC_PLAYBACK_OBJECT, WMDM_DEVICECAP_CANPLAY | WMDM_DEVICECAP_CANSTOP},
    {MTP_DPC_PLAYBACK_RATE, WMDM_DEVICECAP_CANPAUSE | WMDM_DEVICECAP_CANRESUME},
    {MTP_DPC_PLAYBACK_POSITION, WMDM_DEVICECAP_CANSEEK},
};

static bool lists(struct sp_connection *connection, uint16_t property)
{
    return sp_facts_lists_property(sp_connection_facts(connection), property);
}

static bool is_settable(struct sp_connection *connection, uint16_t property)
{
    struct mtpi_prop_desc desc = {0};

    return lists(connection, property) &&
           sp_connection_hr(connection, mtpi_get_device_prop_desc(sp_connection_mtpi(connection),
                                                                  property, &desc)) == S_OK &&
           desc.settable;
}

DWORD sp_playback_capabilities(struct sp_connection *connection)
{
    DWORD can = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows) && (i == 0 || can); i++) {
        if (is_settable(connection, rows[i].property))
            can |= rows[i].can;
    }
    return can;
}

/* ---- values */
static HRESULT get(struct sp_connection *connection, uint16_t property, uint16_t type,
                   uint32_t *number)
{
    struct mtpi_value value = {0};
    HRESULT hr;

    if (!lists(connection, property))
        return S_OK;
    hr = sp_connection_hr(connection, mtpi_get_device_prop_value(sp_connection_mtpi(connection),
                                                                 property, type, &value));
    if (SUCCEEDED(hr))
        *number = (uint32_t)value.integer;
    return hr;
}

static HRESULT set(struct sp_connection *connection, uint16_t property, uint16_t type,
                   uint32_t number)
{
    const struct mtpi_value value = {.type = type, .integer = number};

    return sp_connection_hr(
        connection, mtpi_set_device_prop_value(sp_connection_mtpi(connection), property, &value));
}

HRESULT sp_playback_get(struct sp_connection *connection, struct sp_playing *ret_playing)
{
    struct sp_playing playing = {0};
    uint32_t rate = SP_PLAYBACK_NORMAL;
    HRESULT hr = get(connection, MTP_DPC_PLAYBACK_OBJECT, MTP_DTC_UINT32, &playing.object);

    if (SUCCEEDED(hr) && playing.object) {
        hr = get(connection, MTP_DPC_PLAYBACK_RATE, MTP_DTC_INT32, &rate);
        if (SUCCEEDED(hr))
            hr = get(connection, MTP_DPC_PLAYBACK_CONTAINER_INDEX, MTP_DTC_UINT32, &playing.index);
        if (SUCCEEDED(hr))
            hr = get(connection, MTP_DPC_PLAYBACK_POSITION, MTP_DTC_UINT32, &playing.position);
        playing.rate = (int32_t)rate;
    }
    if (SUCCEEDED(hr))
        *ret_playing = playing;
    return hr;
}

HRESULT sp_playback_start(struct sp_connection *connection, const struct sp_playing *from)
{
    HRESULT hr = set(connection, MTP_DPC_PLAYBACK_OBJECT, MTP_DTC_UINT32, from->object);

    if (SUCCEEDED(hr) && from->index)
        hr = set(connection, MTP_DPC_PLAYBACK_CONTAINER_INDEX, MTP_DTC_UINT32, from->index);
    if (SUCCEEDED(hr) && from->position)
        hr = sp_playback_set_position(connection, from->position);
    return hr;
}

HRESULT sp_playback_set_rate(struct sp_connection *connection, int32_t rate)
{
    return set(connection, MTP_DPC_PLAYBACK_RATE, MTP_DTC_INT32, (uint32_t)rate);
}

HRESULT sp_playback_set_position(struct sp_connection *connection, uint32_t milliseconds)
{
    return set(connection, MTP_DPC_PLAYBACK_POSITION, MTP_DTC_UINT32, milliseconds);
}

/* ---- what there is to play */
HRESULT sp_playback_format(struct sp_connection *connection, uint32_t handle, uint16_t *ret_format)
{
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_connection_hr(
        connection, mtpi_get_object_info(sp_connection_mtpi(connection), handle, &info));

    if (SUCCEEDED(hr))
        *ret_format = info.format;
    mtpi_object_info_done(&info);
    return hr;
}

/* From *left on, which goes down for each that is passed over. */
static HRESULT track_on(struct sp_device *device, uint32_t storage, size_t *left, size_t *passed,
                        uint32_t *ret_handle)
{
    struct mtpi_u32_array handles = {0};
    HRESULT hr = sp_connection_hr(
        device->connection,
        mtpi_get_object_handles(sp_connection_mtpi(device->connection), storage, 0, 0, &handles));
    HRESULT found = S_FALSE;

    for (size_t i = 0; i < handles.count && SUCCEEDED(hr) && found == S_FALSE; i++) {
        uint16_t format = 0;

        if (*left) {
            --*left;
            continue;
        }
        ++*passed;
        hr = sp_playback_format(device->connection, handles.item[i], &format);
        if (hr == WMDM_E_INTERFACEDEAD) /* went away meanwhile */
            hr = S_OK;
        if (SUCCEEDED(hr) && sp_format_kind(format) == SP_KIND_AUDIO) {
            *ret_handle = handles.item[i];
            found = S_OK;
        }
    }
    free(handles.item);
    return FAILED(hr) ? hr : found;
}

HRESULT sp_playback_track(struct sp_device *device, size_t *cursor, uint32_t *ret_handle)
{
    struct mtpi_u32_array ids = {0};
    size_t left = *cursor;
    HRESULT hr = sp_device_storages(device, &ids), found = S_FALSE;

    for (size_t i = 0; i < ids.count && SUCCEEDED(hr) && found == S_FALSE; i++) {
        found = track_on(device, ids.item[i], &left, cursor, ret_handle);
        if (FAILED(found))
            hr = found;
    }
    free(ids.item);
    return FAILED(hr) ? hr : found;
}

/* What sounds of it: itself, or what its list names at the index; 0: there is none. */
static HRESULT sounding(struct sp_connection *connection, const struct sp_playing *playing,
                        uint32_t *ret_handle, uint16_t *ret_format)
{
    struct mtpi_u32_array tracks = {0};
    uint32_t handle = playing->object;
    HRESULT hr = sp_playback_format(connection, handle, ret_format);

    if (SUCCEEDED(hr) && sp_format_kind(*ret_format) == SP_KIND_LIST) {
        hr = sp_connection_hr(connection, mtpi_get_object_references(sp_connection_mtpi(connection),
                                                                     handle, &tracks));
        handle = playing->index < tracks.count ? tracks.item[playing->index] : 0;
        free(tracks.item);
        if (SUCCEEDED(hr) && handle)
            hr = sp_playback_format(connection, handle, ret_format);
    }
    *ret_handle = handle;
    return hr;
}

HRESULT sp_playback_length(struct sp_connection *connection, const struct sp_playing *playing,
                           uint32_t *ret_length)
{
    struct mtpi_value value = {0};
    uint32_t handle = 0;
    uint16_t format = 0;
    HRESULT hr = sounding(connection, playing, &handle, &format);

    if (SUCCEEDED(hr) && handle &&
        sp_facts_has_property(sp_connection_facts(connection), format, MTP_OPC_DURATION))
        hr = sp_connection_hr(connection,
                              mtpi_get_object_prop_value(sp_connection_mtpi(connection), handle,
                                                         MTP_OPC_DURATION, MTP_DTC_UINT32, &value));
    if (SUCCEEDED(hr))
        *ret_length = (uint32_t)value.integer;
    return hr;
}

HRESULT sp_playback_note(struct sp_connection *connection, uint32_t *ret_handle,
                         uint32_t *ret_position)
{
    struct sp_playing playing = {0};
    uint32_t handle = 0;
    uint16_t format = 0;
    HRESULT hr = sp_playback_get(connection, &playing);

    if (SUCCEEDED(hr) && playing.object)
        hr = sounding(connection, &playing, &handle, &format);
    if (SUCCEEDED(hr) && handle)
        hr = sp_heard_at(sp_connection_heard(connection), handle, playing.position);
    if (FAILED(hr))
        return hr;
    *ret_handle = handle;
    *ret_position = playing.position;
    return S_OK;
}
