/* The control verbs of a player: what stands in it, its media, properties and keys, and the table
 * of all. */
#include "simulator/control/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/control/verbs_internal.h"
#include "simulator/function/zero.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/player/player_internal.h"

static struct mtpr_responder *responder(struct player *player)
{
    return still_image_responder(player->still_image);
}

static void raise(struct player *player, uint16_t code, uint32_t parameter, uint32_t second)
{
    mtpr_raise(responder(player), code, parameter, second);
}

static void space_changed(struct player *player, size_t volume)
{
    raise(player, MTP_EC_STORAGE_INFO_CHANGED, store_volume_at(player->store, volume)->id, 0);
}

/* What the host is being sent stays as announced. */
static int settle(struct player *player)
{
    return mtpr_settle(responder(player));
}

/* ---- objects */

static int bag_of(const struct mtpr_config *config, const json_t *request, uint16_t format,
                  struct store_bag **bag)
{
    const json_t *properties = json_object_get(request, "properties"), *value;
    const char *key;
    int error = 0;

    json_object_foreach((json_t *)properties, key, value)
    {
        uint16_t code = (uint16_t)strtoul(key, NULL, 0);
        uint16_t type = mtpr_object_property_type(config, format, code);
        struct wr wr = {0};

        if (!type || !json_string_value(value) ||
            !wr_text_value(&wr, type, json_string_value(value)))
            error = -EINVAL;
        else
            error = store_bag_set(bag, code, wr.data, (uint32_t)wr.used);
        wr_done(&wr);
        if (error)
            break;
    }
    return error;
}

static int content_of(struct player *player, const json_t *request, struct store_draft *draft)
{
    const char *text = verb_text_of(request, "text");
    int64_t size = 0, seed = 1;
    int error;

    (void)verb_number_of(request, "size", &size);
    (void)verb_number_of(request, "seed", &seed);
    draft->size = text ? strlen(text) : (uint64_t)size;
    if (draft->size > store_free_space(player->store, draft->volume))
        return -ENOSPC;
    draft->seeded = !text && !json_is_true(json_object_get(request, "sparse"));
    draft->seed = player->seed ^ (uint64_t)seed;
    if (draft->seeded)
        return 0;
    error = arena_reserve(store_arena(player->store), draft->size, &draft->offset);
    if (error || !text)
        return error;
    return arena_write_fresh(store_arena(player->store), draft->offset, text, (size_t)draft->size);
}

static int add_object(struct player *player, const json_t *request, uint32_t *ret_handle)
{
    const char *path = verb_text_of(request, "path");
    struct store_draft draft = {.volume = verb_storage_of(player, request),
                                .created = store_now(player->store),
                                .modified = store_now(player->store)};
    struct store_bag *bag = NULL;
    struct store_object *object;
    int64_t format = 0;
    int error;

    if (!path || draft.volume == SIZE_MAX)
        return -EINVAL;
    error = player_make_folders(player, draft.volume, path, &draft.parent, &draft.name);
    if (error)
        return error;
    (void)verb_number_of(request, "format", &format);
    draft.format = format ? (uint16_t)format : mtpr_format_of_name(draft.name);
    if (json_is_true(json_object_get(request, "folder")))
        draft.format = MTP_FC_ASSOCIATION;
    draft.association = draft.format == MTP_FC_ASSOCIATION ? MTP_AT_GENERIC_FOLDER : 0;
    error = bag_of(&player->spec->config, request, draft.format, &bag);
    draft.bag = bag;
    if (!error)
        error = content_of(player, request, &draft);
    if (!error)
        error = store_create(player->store, &draft, &object);
    free(bag);
    if (error)
        return error;
    *ret_handle = object->handle;
    player_object_stored(player, object);
    mtpr_note_change(responder(player), object, MTPR_CHANGE_ACQUIRED);
    raise(player, MTP_EC_OBJECT_ADDED, object->handle, 0);
    if (draft.size)
        space_changed(player, draft.volume);
    return 0;
}

static json_t *run_add(struct player *player, const json_t *request)
{
    uint32_t handle;
    int error = settle(player);

    if (!error)
        error = add_object(player, request, &handle);
    if (error == -ENOSPC && verb_storage_of(player, request) != SIZE_MAX)
        raise(player, MTP_EC_STORE_FULL,
              store_volume_at(player->store, verb_storage_of(player, request))->id, 0);
    if (error)
        return verb_outcome(error);
    return json_pack("{s:b,s:I}", "ok", 1, "handle", (json_int_t)handle);
}

static int remove_tree(struct player *player, struct store_object *object)
{
    struct store_object *child;
    uint32_t handle = object->handle;
    int error = mtpr_sends(responder(player), handle) ? -EBUSY : 0;

    while (!error && (child = store_first_child(player->store, object)) != NULL)
        error = remove_tree(player, child);
    if (!error) {
        mtpr_note_change(responder(player), object, MTPR_CHANGE_DELETED);
        error = store_remove(player->store, object);
    }
    if (!error) {
        mtpr_edit_drop_handle(responder(player), handle);
        raise(player, MTP_EC_OBJECT_REMOVED, handle, 0);
    }
    return error;
}

static json_t *run_remove(struct player *player, const json_t *request)
{
    struct store_object *object = verb_object_of(player, request);
    size_t volume = object ? object->volume : 0;
    int error = object ? settle(player) : -ENOENT;

    if (!error)
        error = remove_tree(player, object);
    if (!error)
        space_changed(player, volume);
    return verb_outcome(error);
}

static json_t *run_rename(struct player *player, const json_t *request)
{
    struct store_object *object = verb_object_of(player, request);
    const char *name = verb_text_of(request, "name");
    int error = object ? settle(player) : -ENOENT;

    if (!error && (!name || !store_name_legal(name)))
        error = -EINVAL;
    if (!error)
        error = store_rename(player->store, object, name);
    if (!error) {
        raise(player, MTP_EC_OBJECT_INFO_CHANGED, object->handle, 0);
        raise(player, MTP_EC_OBJECT_PROP_CHANGED, object->handle, MTP_OPC_OBJECT_FILE_NAME);
    }
    return verb_outcome(error);
}

static json_t *run_retag(struct player *player, const json_t *request)
{
    struct store_object *object = verb_object_of(player, request);
    const char *text = verb_text_of(request, "value");
    struct wr wr = {0};
    int64_t code = 0;
    uint16_t type;
    int error = object ? settle(player) : -ENOENT;

    (void)verb_number_of(request, "property", &code);
    type = object ? mtpr_object_property_type(&player->spec->config, object->format, (uint16_t)code)
                  : (uint16_t)0;
    if (!error && (!type || !text || !wr_text_value(&wr, type, text)))
        error = -EINVAL;
    if (!error)
        error = mtpr_set_object_property(responder(player), object, (uint16_t)code, wr.data,
                                         (uint32_t)wr.used);
    wr_done(&wr);
    if (!error && (code == MTP_OPC_RATING || code == MTP_OPC_USE_COUNT || code == MTP_OPC_BUY_FLAG))
        mtpr_note_change(responder(player), object, MTPR_CHANGE_MODIFIED);
    if (!error)
        raise(player, MTP_EC_OBJECT_PROP_CHANGED, object->handle, (uint32_t)code);
    return verb_outcome(error);
}

static json_t *run_references(struct player *player, const json_t *request)
{
    struct store_object *object = verb_object_of(player, request);
    const json_t *list = json_object_get(request, "handles");
    size_t count = json_array_size(list);
    uint32_t *handles = calloc(count + 1, sizeof(*handles));
    int error = object && handles ? settle(player) : -ENOENT;

    for (size_t i = 0; i < count && !error; i++) {
        handles[i] = (uint32_t)json_integer_value(json_array_get(list, i));
        error = store_find(player->store, handles[i]) ? 0 : -ENOENT;
    }
    if (!error)
        error = store_set_references(player->store, object, handles, (uint32_t)count);
    if (!error)
        raise(player, MTP_EC_OBJECT_REFERENCES_CHANGED, object->handle, 0);
    free(handles);
    return verb_outcome(error);
}

/* ---- media */

static json_t *set_medium(struct player *player, const json_t *request, bool present)
{
    size_t volume = verb_storage_of(player, request), i;
    const struct store_volume *it;
    int error;

    /* Without a number: the first slot. */
    if (!json_object_get(request, "storage"))
        for (volume = SIZE_MAX, i = store_volume_count(player->store); i-- > 0;) {
            if (store_volume_at(player->store, i)->removable)
                volume = i;
        }
    if (volume == SIZE_MAX)
        return verb_refuse("no such storage");
    it = store_volume_at(player->store, volume);
    if (!it->removable)
        return verb_refuse("the storage is not removable");
    if (it->present == present)
        return verb_refuse(present ? "the medium is in already" : "the medium is out already");
    /* A transfer does not survive its medium. */
    error = settle(player);
    if (error)
        return verb_outcome(error);
    if (!present && still_image_busy(player->still_image))
        (void)still_image_cancel(player->still_image);
    store_set_present(player->store, volume, present);
    playback_check(player);
    raise(player, present ? MTP_EC_STORE_ADDED : MTP_EC_STORE_REMOVED, it->id, 0);
    return verb_done();
}

static json_t *run_insert(struct player *player, const json_t *request)
{
    return set_medium(player, request, true);
}

static json_t *run_eject(struct player *player, const json_t *request)
{
    return set_medium(player, request, false);
}

/* ---- properties, battery, keys, clock */

static int set_property(struct player *player, uint16_t code, const char *text)
{
    const struct mtpr_device_property *property = mtpr_device_property(responder(player), code);
    struct wr wr = {0};
    int error = property ? 0 : -ENOENT;

    if (!error && (!text || !wr_text_value(&wr, property->type, text)))
        error = -EINVAL;
    if (!error)
        error = mtpr_set_device_property(responder(player), code, wr.data, (uint32_t)wr.used);
    wr_done(&wr);
    return error;
}

static json_t *run_property(struct player *player, const json_t *request)
{
    int64_t code = 0;

    (void)verb_number_of(request, "property", &code);
    return verb_outcome(set_property(player, (uint16_t)code, verb_text_of(request, "value")));
}

static json_t *run_battery(struct player *player, const json_t *request)
{
    char text[24];
    int64_t level = 0;

    (void)verb_number_of(request, "level", &level);
    snprintf(text, sizeof(text), "%lld", (long long)level);
    return verb_outcome(set_property(player, MTP_DPC_BATTERY_LEVEL, text));
}

static int turn_volume(struct player *player, int step)
{
    const struct mtpr_device_property *property =
        mtpr_device_property(responder(player), MTP_DPC_VOLUME);
    uint32_t length;
    const uint8_t *value;
    int64_t volume;
    char text[24];
    int error;

    if (!property)
        return -ENOENT;
    value = store_value(player->store, MTP_DPC_VOLUME, &length);
    volume = mtpr_integer(property->type, value ? value : property->value.data) + step;
    snprintf(text, sizeof(text), "%lld", (long long)volume);
    error = set_property(player, MTP_DPC_VOLUME, text);
    /* At the end of the scale a key does nothing. */
    return error == -ERANGE || error == -EINVAL ? 0 : error;
}

static json_t *run_press(struct player *player, const json_t *request)
{
    const char *key = verb_text_of(request, "key");

    if (strcmp(key, "play") == 0)
        return player_outcome_of_playback(playback_toggle(player));
    if (strcmp(key, "next") == 0 || strcmp(key, "previous") == 0)
        return player_outcome_of_playback(playback_skip(player, key[0] == 'n' ? 1 : -1));
    if (strcmp(key, "stop") != 0)
        return verb_outcome(turn_volume(player, strcmp(key, "volume-up") == 0 ? 1 : -1));
    playback_stop(player);
    return verb_done();
}

static json_t *run_cancel(struct player *player, const json_t *request)
{
    (void)request;
    return still_image_cancel(player->still_image) ? verb_refuse("no transfer is running")
                                                   : verb_done();
}

/* ---- status */

static json_t *storages(struct player *player)
{
    json_t *list = json_array();

    for (size_t i = 0; i < store_volume_count(player->store); i++) {
        const struct store_volume *it = store_volume_at(player->store, i);

        json_array_append_new(list, json_pack("{s:I,s:b,s:I,s:I,s:I}", "id", (json_int_t)it->id,
                                              "present", it->present, "capacity",
                                              (json_int_t)it->capacity, "free",
                                              (json_int_t)store_free_space(player->store, i),
                                              "objects", (json_int_t)it->objects));
    }
    return list;
}

static json_t *run_details(struct player *player, const json_t *request)
{
    (void)request;
    playback_check(player);
    return json_pack("{s:b,s:s,s:s,s:b,s:b,s:I,s:I,s:s,s:o,s:o}", "ok", 1, "name",
                     player_name(player), "busid", player->busid, "session",
                     mtpr_session_open(responder(player)), "busy",
                     still_image_busy(player->still_image), "events",
                     (json_int_t)mtpr_event_count(responder(player)), "clock",
                     (json_int_t)player->clock.now, "playback", playback_state(player), "plays",
                     player_what_plays(player), "storages", storages(player));
}

/* ---- the table */

#define NUMBER(word, low, high)                                                                    \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_NUMBER, .least = low, .most = high                          \
    }
#define NEEDED_NUMBER(word, low, high)                                                             \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_NUMBER, .needed = true, .least = low, .most = high          \
    }
#define TEXT(word)                                                                                 \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_TEXT                                                        \
    }
#define NEEDED_TEXT(word)                                                                          \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_TEXT, .needed = true                                        \
    }
#define FLAG(word)                                                                                 \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_FLAG                                                        \
    }
#define WORD(word, choices)                                                                        \
    {                                                                                              \
        .name = word, .kind = ARGUMENT_WORD, .needed = true, .words = choices                      \
    }
#define STORAGE NUMBER("storage", 0, 31)
/* What names an object: verb_object_of(). */
#define OBJECT NUMBER("handle", 0, UINT32_MAX), TEXT("path"), STORAGE
#define ARGUMENTS(...)                                                                             \
    (const struct verb_argument[])                                                                 \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

/* A thousand years; more is no time a test can mean. */
#define ADVANCE_MOST INT64_C(32000000000)

const struct player_verb player_verbs[] = {
    {"add", "path [storage] [size seed | text | sparse] [format] [folder] [properties]",
     &still_image_ops,
     ARGUMENTS(NEEDED_TEXT("path"), STORAGE, NUMBER("size", 0, INT64_MAX),
               NUMBER("seed", INT64_MIN, INT64_MAX), TEXT("text"), FLAG("sparse"),
               NUMBER("format", 0, 0xffff), FLAG("folder"),
               {.name = "properties", .kind = ARGUMENT_TEXTS}),
     run_add},
    {"battery", "level: 0 to 100", &still_image_ops, ARGUMENTS(NEEDED_NUMBER("level", 0, 100)),
     run_battery},
    {"cancel", "the device gives up the running transfer", &still_image_ops, NULL, run_cancel},
    {"clock", "set YYYYMMDDThhmmss, or advance SECONDS (also 0.25), or nothing", &still_image_ops,
     ARGUMENTS(TEXT("set"), {.name = "advance",
                             .kind = ARGUMENT_SECONDS,
                             .least = -ADVANCE_MOST,
                             .most = ADVANCE_MOST}),
     player_run_clock},
    {"details", "session, storages, events waiting, clock, playback", &still_image_ops, NULL,
     run_details},
    {"eject", "[storage]: takes the medium out", &still_image_ops, ARGUMENTS(STORAGE), run_eject},
    {"event", "code [parameter] [second]: says an event a host does not expect", &still_image_ops,
     ARGUMENTS(NEEDED_NUMBER("code", 0x4000, 0xffff), NUMBER("parameter", 0, UINT32_MAX),
               NUMBER("second", 0, UINT32_MAX)),
     player_run_event},
    {"insert", "[storage]: puts the medium in", &still_image_ops, ARGUMENTS(STORAGE), run_insert},
    {"lock", "a player with the quirk locked-storage shows no storage", &still_image_ops, NULL,
     player_run_lock},
    {"pattern", "pattern: zeroes or mod63, what persona zero sends and expects", &zero_ops,
     ARGUMENTS(WORD("pattern", "zeroes or mod63")), player_run_pattern},
    {"play", "handle or path [index]: a track, playlist or album", &still_image_ops,
     ARGUMENTS(OBJECT, NUMBER("index", 0, UINT32_MAX)), player_run_play},
    {"playlists", "the player's own list of playlists and their tracks", &still_image_ops, NULL,
     player_run_playlists},
    {"press", "key: play, stop, next, previous, volume-up, volume-down", &still_image_ops,
     ARGUMENTS(WORD("key", "play, stop, next, previous, volume-up or volume-down")), run_press},
    {"property", "property CODE, value: sets a device property", &still_image_ops,
     ARGUMENTS(NEEDED_NUMBER("property", 0, 0xffff), NEEDED_TEXT("value")), run_property},
    {"references", "handle or path, handles: what a playlist holds", &still_image_ops,
     ARGUMENTS(OBJECT,
               {.name = "handles", .kind = ARGUMENT_NUMBERS, .needed = true, .most = UINT32_MAX}),
     run_references},
    {"remove", "handle or path: with all below", &still_image_ops, ARGUMENTS(OBJECT), run_remove},
    {"rename", "handle or path, name", &still_image_ops, ARGUMENTS(OBJECT, NEEDED_TEXT("name")),
     run_rename},
    {"restore", "[name]: back to a snapshot", &still_image_ops, ARGUMENTS(TEXT("name")),
     player_run_restore},
    {"retag", "handle or path, property CODE, value", &still_image_ops,
     ARGUMENTS(OBJECT, NEEDED_NUMBER("property", 0, 0xffff), NEEDED_TEXT("value")), run_retag},
    {"seek", "position: milliseconds in the track", &still_image_ops,
     ARGUMENTS(NEEDED_NUMBER("position", 0, INT64_MAX)), player_run_seek},
    {"snapshot", "[name]: remembers objects, properties and clock", &still_image_ops,
     ARGUMENTS(TEXT("name")), player_run_snapshot},
    {"unlock", "a player with the quirk locked-storage shows its storages", &still_image_ops, NULL,
     player_run_unlock},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct player_verb *player_verb_find(const char *name)
{
    for (const struct player_verb *verb = player_verbs; verb->name; verb++) {
        if (strcmp(verb->name, name) == 0)
            return verb;
    }
    return NULL;
}

static json_t *run(const struct player_verb *verb, struct player *player, const json_t *request)
{
    json_t *answer, *taken = arguments_take(verb->name, verb->arguments, request, &answer);
    int64_t storage;

    if (!taken)
        return answer;
    if (verb_number_of(taken, "storage", &storage) && verb_storage_of(player, taken) == SIZE_MAX)
        answer = verb_refuse("storage: %" PRId64 ": expected one of the %zu there are, from 0",
                             storage, store_volume_count(player->store));
    else
        answer = verb->run(player, taken);
    json_decref(taken);
    return answer;
}

json_t *player_verb_run(const struct player_verb *verb, struct player *player,
                        const json_t *request)
{
    for (size_t i = 0; i < player->function_count; i++) {
        if (player->functions[i].ops == verb->of)
            return run(verb, player, request);
    }
    return verb_refuse(verb->of == &zero_ops ? "only persona zero has a pattern"
                                             : "persona zero has no storages and no responder");
}
