/* Control verbs of what a player does by itself: playing, time going by, events. */
#include <errno.h>
#include <stdlib.h>

#include "mtp_codes.h"
#include "simulator/control/verbs_internal.h"
#include "simulator/player/player_internal.h"
#include "simulator/player/playlist.h"

json_t *player_outcome_of_playback(int error)
{
    switch (error) {
    case -ENOENT:
        return verb_refuse("there is nothing that can be played");
    case -ERANGE:
        return verb_refuse("beyond the end");
    case -EACCES:
        return verb_refuse("the license is used up");
    default:
        return verb_outcome(error);
    }
}

json_t *player_run_play(struct player *player, const json_t *request)
{
    const struct store_object *object = verb_object_of(player, request);
    int64_t index = 0;
    int error;

    if (!object)
        return verb_outcome(-ENOENT);
    (void)verb_number_of(request, "index", &index);
    error = playback_choose(player, object->handle, (uint32_t)index);
    if (!error)
        mtpr_raise(still_image_responder(player->still_image), MTP_EC_DEVICE_PROP_CHANGED,
                   MTP_DPC_PLAYBACK_OBJECT, 0);
    return player_outcome_of_playback(error);
}

json_t *player_run_seek(struct player *player, const json_t *request)
{
    int64_t position = 0;

    (void)verb_number_of(request, "position", &position);
    return player_outcome_of_playback(playback_seek(player, (uint64_t)position));
}

json_t *player_what_plays(const struct player *player)
{
    const struct playback *playback = &player->playback;

    if (!playback->track)
        return json_null();
    return json_pack("{s:I,s:I,s:I,s:i,s:I,s:I}", "object", (json_int_t)playback->object, "index",
                     (json_int_t)playback->index, "track", (json_int_t)playback->track, "rate",
                     (int)playback->rate, "position", (json_int_t)playback->position, "length",
                     (json_int_t)playback->length);
}

json_t *player_run_playlists(struct player *player, const json_t *request)
{
    json_t *lists = json_array();
    const struct store_object *object;
    uint32_t cursor = 0;

    (void)request;
    while ((object = store_each(player->store, &cursor)) != NULL) {
        uint32_t *handles, count;
        json_t *tracks;

        /* What is damaged, or of a version the player does not know, is not shown. */
        if (!playlist_is_one(player, object) || playlist_tracks(player, object, &handles, &count))
            continue;
        tracks = json_array();
        for (uint32_t i = 0; i < count; i++)
            json_array_append_new(tracks, json_integer((json_int_t)handles[i]));
        free(handles);
        json_array_append_new(lists,
                              json_pack("{s:I,s:s,s:o}", "handle", (json_int_t)object->handle,
                                        "name", object->name, "tracks", tracks));
    }
    return json_pack("{s:b,s:o}", "ok", 1, "playlists", lists);
}

static void advance(struct player *player, const json_t *request)
{
    double seconds = json_number_value(json_object_get(request, "advance"));
    int64_t milliseconds = (int64_t)(seconds * 1000 + (seconds < 0 ? -0.5 : 0.5));

    player_clock_advance(&player->clock, milliseconds);
    if (milliseconds > 0)
        playback_advance(player, (uint64_t)milliseconds);
}

json_t *player_run_clock(struct player *player, const json_t *request)
{
    const char *set = json_string_value(json_object_get(request, "set"));
    const struct player_clock before = player->clock;
    int64_t passed;
    int64_t seconds;

    if (set) {
        if (!mtpr_date_parse(set, &seconds) || seconds == INT64_MIN)
            return verb_refuse("set: \"%.40s\": expected YYYYMMDDThhmmss", set);
        player_clock_set(&player->clock, seconds);
    } else {
        advance(player, request);
    }
    passed = player_clock_since(&player->clock, &before);
    if (passed > 0 && player->device)
        usb_device_pass(player->device, (uint64_t)passed);
    return json_pack("{s:b,s:I}", "ok", 1, "now", (json_int_t)player_clock_now(&player->clock));
}

json_t *player_run_event(struct player *player, const json_t *request)
{
    struct mtpr_responder *responder = still_image_responder(player->still_image);
    int64_t code = 0, parameter = 0, second = 0;

    (void)verb_number_of(request, "code", &code);
    (void)verb_number_of(request, "parameter", &parameter);
    (void)verb_number_of(request, "second", &second);
    mtpr_raise(responder, (uint16_t)code, (uint32_t)parameter, (uint32_t)second);
    return verb_outcome(0);
}
