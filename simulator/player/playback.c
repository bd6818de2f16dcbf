/* What the player plays and where it is in it: time goes by when the player's clock does, and a
 * track that is heard to its end counts. */
#include "simulator/player/playback.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/player/player_internal.h"
#include "simulator/player/playlist.h"
#include "spcore/media/media.h"

#define NORMAL 1000

static struct mtpr_responder *responder(struct player *player)
{
    return still_image_responder(player->still_image);
}

/* ---- what there is to play */

/* Milliseconds of sound in an object; 0: it cannot be played, as what a seed makes. */
static uint64_t length_of(struct player *player, const struct store_object *object)
{
    struct media_facts facts;
    uint64_t length;

    if (!mtpr_format_plays(object->format) || object->seeded ||
        media_read(arena_fd(store_arena(player->store)), object->offset, object->size, &facts))
        return 0;
    length = facts.duration;
    media_facts_done(&facts);
    return length;
}

/* Tracks in a list, or 1; the one at an index in `ret_track`, 0: there is none. */
static uint32_t look_at(struct player *player, const struct store_object *object, uint32_t index,
                        uint32_t *ret_track)
{
    uint32_t *handles, count;

    *ret_track = 0;
    if (mtpr_format_plays(object->format)) {
        *ret_track = index == 0 ? object->handle : 0;
        return 1;
    }
    if (playlist_tracks(player, object, &handles, &count))
        return 0;
    if (index < count)
        *ret_track = handles[index];
    free(handles);
    return count;
}

static uint32_t count_of(struct player *player, const struct store_object *object)
{
    uint32_t track;

    return look_at(player, object, 0, &track);
}

static struct store_object *track_at(struct player *player, const struct store_object *object,
                                     uint32_t index)
{
    uint32_t track;

    (void)look_at(player, object, index, &track);
    return store_find(player->store, track);
}

static void tell(struct player *player, uint16_t code)
{
    if (mtpr_device_property(responder(player), code))
        mtpr_raise(responder(player), MTP_EC_DEVICE_PROP_CHANGED, code, 0);
}

static void say_what_plays(struct player *player)
{
    tell(player, MTP_DPC_PLAYBACK_OBJECT);
    tell(player, MTP_DPC_PLAYBACK_CONTAINER_INDEX);
}

/* Starts the track at an index; 0 or -errno, and then all is as before. */
static int start(struct player *player, struct store_object *object, uint32_t index)
{
    struct store_object *track = track_at(player, object, index);
    uint64_t length = track ? length_of(player, track) : 0;

    if (length == 0)
        return -ENOENT;
    if (!mtpr_license_use(responder(player), track))
        return -EACCES;
    player->playback.object = object->handle;
    player->playback.track = track->handle;
    player->playback.index = index;
    player->playback.position = 0;
    player->playback.length = length;
    return 0;
}

/* The next that can be played, from `index` on in steps of `step`. */
static int start_from(struct player *player, struct store_object *object, uint32_t index, int step)
{
    uint32_t count = count_of(player, object);
    int error = -ENOENT;

    for (; index < count; index += (uint32_t)step) { /* below 0 is beyond any count */
        error = start(player, object, index);
        if (error != -ENOENT)
            break;
    }
    return error;
}

int playback_choose(struct player *player, uint32_t handle, uint32_t index)
{
    struct store_object *object;
    int error;

    if (handle == 0) {
        playback_stop(player);
        return 0;
    }
    object = store_find(player->store, handle);
    error = object ? start_from(player, object, index, 1) : -ENOENT;
    if (!error)
        player->playback.rate = NORMAL;
    return error;
}

void playback_stop(struct player *player)
{
    player->playback = (struct playback){0};
}

int playback_seek(struct player *player, uint64_t milliseconds)
{
    if (!player->playback.track || milliseconds > player->playback.length)
        return -ERANGE;
    player->playback.position = milliseconds;
    return 0;
}

int playback_toggle(struct player *player)
{
    struct playback *playback = &player->playback;
    struct store_object *object;
    uint32_t cursor = 0;

    playback_check(player);
    if (playback->track) {
        playback->rate = playback->rate ? 0 : NORMAL;
        tell(player, MTP_DPC_PLAYBACK_RATE);
        return 0;
    }
    while ((object = store_each(player->store, &cursor)) != NULL) {
        if (mtpr_format_plays(object->format) && playback_choose(player, object->handle, 0) == 0) {
            say_what_plays(player);
            return 0;
        }
    }
    return -ENOENT;
}

/* ---- counting */

static void count_up(struct player *player, struct store_object *track, uint16_t code)
{
    uint32_t length, count;
    const uint8_t *value = store_property(track, code, &length);
    struct wr wr = {0};

    count = value && length == 4 ? (uint32_t)mtpr_integer(MTP_DTC_UINT32, value) : 0;
    wr_u32(&wr, count < UINT32_MAX ? count + 1 : count);
    if (!wr.failed && mtpr_note_fact(responder(player), track, code, wr.data, 4) == 0) {
        mtpr_raise(responder(player), MTP_EC_OBJECT_PROP_CHANGED, track->handle, code);
        mtpr_note_change(responder(player), track, MTPR_CHANGE_MODIFIED);
    }
    wr_done(&wr);
}

static void note_access(struct player *player, struct store_object *track)
{
    struct wr wr = {0};
    char date[20];

    mtpr_date_print(player_clock_now(&player->clock), date);
    wr_string(&wr, date);
    if (!wr.failed)
        (void)mtpr_note_fact(responder(player), track, MTP_OPC_LAST_ACCESSED, wr.data,
                             (uint32_t)wr.used);
    wr_done(&wr);
}

/* What is being listed to the host stays as it was announced. */
static struct store_object *to_count(struct player *player)
{
    return mtpr_settle(responder(player)) ? NULL
                                          : store_find(player->store, player->playback.track);
}

int playback_skip(struct player *player, int32_t count)
{
    struct playback *playback = &player->playback;
    struct store_object *object, *skipped;
    int64_t index = (int64_t)playback->index + count;
    uint32_t before = playback->track;
    int error;

    playback_check(player);
    if (!playback->track)
        return -ENOENT;
    object = store_find(player->store, playback->object);
    if (!object || index < 0 || index >= count_of(player, object))
        return -ERANGE;
    skipped = to_count(player);
    error = start_from(player, object, (uint32_t)index, count < 0 ? -1 : 1);
    if (error)
        return error;
    if (skipped && count > 0 && skipped->handle == before)
        count_up(player, skipped, MTP_OPC_SKIP_COUNT);
    return 0;
}

/* ---- time */

/* The track is over: it was played once, and the next follows. */
static void finish_track(struct player *player)
{
    struct playback *playback = &player->playback;
    struct store_object *track = to_count(player), *object;

    if (track) {
        note_access(player, track);
        count_up(player, track, MTP_OPC_USE_COUNT);
    }
    object = store_find(player->store, playback->object);
    if (!object || start_from(player, object, playback->index + 1, 1))
        playback_stop(player);
    say_what_plays(player);
}

/* Milliseconds of the clock until the track ends at this rate, rounded up. */
static uint64_t until_end(const struct playback *playback)
{
    uint64_t rate = (uint64_t)playback->rate;

    return ((playback->length - playback->position) * 1000 + rate - 1) / rate;
}

static void rewind_by(struct player *player, uint64_t milliseconds)
{
    struct playback *playback = &player->playback;
    uint64_t rate = (uint64_t)(-(int64_t)playback->rate);
    bool far = milliseconds > UINT64_MAX / 1000 / rate;
    uint64_t back = far ? UINT64_MAX : milliseconds * rate / 1000;

    if (back < playback->position) {
        playback->position -= back;
        return;
    }
    playback->position = 0;
    playback->rate = 0;
    tell(player, MTP_DPC_PLAYBACK_RATE);
}

void playback_advance(struct player *player, uint64_t milliseconds)
{
    struct playback *playback = &player->playback;

    playback_check(player);
    if (playback->track && playback->rate < 0) {
        rewind_by(player, milliseconds);
        return;
    }
    /* Each turn ends a track of at least 1 ms; the list ends by itself. */
    while (playback->track && playback->rate > 0) {
        uint64_t left = until_end(playback);

        if (milliseconds < left) {
            playback->position += milliseconds * (uint64_t)playback->rate / 1000;
            return;
        }
        milliseconds -= left;
        finish_track(player);
    }
}

void playback_check(struct player *player)
{
    struct playback *playback = &player->playback;

    if (!playback->track ||
        (store_find(player->store, playback->track) && store_find(player->store, playback->object)))
        return;
    playback_stop(player);
    say_what_plays(player);
}

const char *playback_state(const struct player *player)
{
    if (!player->playback.track)
        return "stopped";
    return player->playback.rate ? "playing" : "paused";
}

/* ---- as device properties */

bool playback_get(void *self, uint16_t code, struct wr *wr)
{
    struct player *player = self;
    const struct playback *playback = &player->playback;

    if (code < MTP_DPC_PLAYBACK_RATE || code > MTP_DPC_PLAYBACK_POSITION)
        return false;
    playback_check(player);
    if (code == MTP_DPC_PLAYBACK_RATE)
        wr_u32(wr, (uint32_t)playback->rate);
    else if (code == MTP_DPC_PLAYBACK_OBJECT)
        wr_u32(wr, playback->object);
    else if (code == MTP_DPC_PLAYBACK_CONTAINER_INDEX)
        wr_u32(wr, playback->index);
    else
        wr_u32(wr, (uint32_t)(playback->position < UINT32_MAX ? playback->position : UINT32_MAX));
    return true;
}

static uint16_t code_of(int error)
{
    return error == 0         ? MTP_RC_OK
           : error == -EACCES ? MTP_RC_ACCESS_DENIED
                              : MTP_RC_INVALID_DEVICE_PROP_VALUE;
}

static int set_rate(struct player *player, int32_t rate)
{
    /* Without an object only standing still makes sense. */
    if (!player->playback.track)
        return rate == 0 ? 0 : -ERANGE;
    player->playback.rate = rate;
    return 0;
}

static int set_index(struct player *player, uint32_t index)
{
    struct store_object *object = store_find(player->store, player->playback.object);

    return object ? start(player, object, index) : -ERANGE;
}

uint16_t playback_set(void *self, uint16_t code, const uint8_t *value, uint32_t length)
{
    struct player *player = self;
    uint32_t number;

    if (code < MTP_DPC_PLAYBACK_RATE || code > MTP_DPC_PLAYBACK_POSITION)
        return 0;
    /* A file may give them any type; here they have 32 bits (MTP 1.1, C.2). */
    if (length != 4)
        return MTP_RC_INVALID_DEVICE_PROP_FORMAT;
    number = (uint32_t)mtpr_integer(MTP_DTC_UINT32, value);
    playback_check(player);
    if (code == MTP_DPC_PLAYBACK_RATE)
        return code_of(set_rate(player, (int32_t)number));
    if (code == MTP_DPC_PLAYBACK_OBJECT)
        return code_of(playback_choose(player, number, 0));
    if (code == MTP_DPC_PLAYBACK_CONTAINER_INDEX)
        return code_of(set_index(player, number));
    return code_of(playback_seek(player, number));
}

uint16_t playback_skip_operation(void *self, int32_t count)
{
    int error = count == 0 ? -ERANGE : playback_skip(self, count);

    return error == 0         ? MTP_RC_OK
           : error == -ERANGE ? MTP_RC_INVALID_PARAMETER
           : error == -EACCES ? MTP_RC_ACCESS_DENIED
                              : MTP_RC_GENERAL_ERROR;
}
