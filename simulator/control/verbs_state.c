/* The control verbs that put a player into a state as a whole: snapshots, its lock, and what its
 * sources send. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/control/verbs_internal.h"
#include "simulator/function/zero.h"
#include "simulator/player/player_internal.h"
#include "spcore/base.h"

/* ---- snapshots */

static struct player_snapshot *find_snapshot(struct player *player, const char *name)
{
    for (size_t i = 0; i < player->snapshot_count; i++) {
        if (strcmp(player->snapshots[i].name, name) == 0)
            return &player->snapshots[i];
    }
    return NULL;
}

static const char *snapshot_name(const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "name"));

    return name ? name : "default";
}

static int keep_snapshot(struct player *player, const char *name, struct store_snapshot *taken)
{
    struct player_snapshot *mine = find_snapshot(player, name), *grown;

    if (!mine) {
        char *copy = strdup(name);

        grown = realloc(player->snapshots, (player->snapshot_count + 1) * sizeof(*grown));
        if (grown)
            player->snapshots = grown;
        if (!copy || !grown) {
            free(copy);
            return -ENOMEM;
        }
        mine = &grown[player->snapshot_count++];
        *mine = (struct player_snapshot){.name = copy};
    }
    store_snapshot_free(player->store, mine->store);
    mine->store = taken;
    mine->clock = player->clock;
    return 0;
}

json_t *player_run_snapshot(struct player *player, const json_t *request)
{
    struct store_snapshot *taken;
    int error = store_snapshot_take(player->store, &taken);

    if (!error) {
        error = keep_snapshot(player, snapshot_name(request), taken);
        if (error)
            store_snapshot_free(player->store, taken);
    }
    return verb_outcome(error);
}

json_t *player_run_restore(struct player *player, const json_t *request)
{
    const struct player_snapshot *snapshot = find_snapshot(player, snapshot_name(request));
    int error;

    if (!snapshot)
        return verb_refuse("no such snapshot");
    if (still_image_busy(player->still_image))
        (void)still_image_cancel(player->still_image);
    error = store_snapshot_restore(player->store, snapshot->store);
    if (!error) {
        player->clock = snapshot->clock;
        playback_stop(player);
        /* Too much changed to be told one by one. */
        mtpr_raise(still_image_responder(player->still_image), MTP_EC_UNREPORTED_STATUS, 0, 0);
    }
    return verb_outcome(error);
}

/* ---- the lock of players that have one */

static json_t *turn_lock(struct player *player, bool locked)
{
    struct mtpr_responder *responder = still_image_responder(player->still_image);

    if (!player->policies.mtpr.locked)
        return verb_refuse("the player has no lock (its quirks do not name locked-storage)");
    if (mtpr_locked(responder) == locked)
        return verb_refuse(locked ? "it is locked already" : "it is unlocked already");
    mtpr_lock(responder, locked);
    for (size_t i = 0; i < store_volume_count(player->store); i++)
        mtpr_raise(responder, locked ? MTP_EC_STORE_REMOVED : MTP_EC_STORE_ADDED,
                   store_volume_at(player->store, i)->id, 0);
    return verb_outcome(0);
}

json_t *player_run_lock(struct player *player, const json_t *request)
{
    (void)request;
    return turn_lock(player, true);
}

json_t *player_run_unlock(struct player *player, const json_t *request)
{
    (void)request;
    return turn_lock(player, false);
}

/* ---- sources and sinks */

json_t *player_run_pattern(struct player *player, const json_t *request)
{
    static const char *const names[] = {
        [ZERO_PATTERN_ZEROES] = "zeroes", [ZERO_PATTERN_MOD63] = "mod63"};
    const char *wanted = verb_text_of(request, "pattern");

    size_t pattern = 0;

    while (pattern + 1 < ARRAY_SIZE(names) && strcmp(names[pattern], wanted) != 0)
        pattern++;
    for (size_t i = 0; i < player->function_count; i++) {
        if (player->functions[i].ops == &zero_ops)
            zero_set_pattern(player->functions[i].self, (enum zero_pattern)pattern);
    }
    return verb_done();
}
