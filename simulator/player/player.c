/* A player's life: store, functions and what belongs to them, from its file. */
#include "simulator/player/player.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/function/kinds.h"
#include "simulator/player/player_internal.h"

static struct still_image *still_image_of(const struct player *player)
{
    for (size_t i = 0; i < player->function_count; i++) {
        if (player->functions[i].ops == &still_image_ops)
            return player->functions[i].self;
    }
    return NULL;
}

static int make_functions(struct player *player)
{
    const struct function_parts parts = {.config = &player->spec->config,
                                         .store = player->store,
                                         .still_image = &player->policies.still_image,
                                         .responder = &player->policies.mtpr,
                                         .pattern = player->spec->pattern};
    int error = function_new_all(&player->spec->identity, &parts, player->functions,
                                 &player->function_count);

    player->still_image = still_image_of(player);
    if (player->still_image)
        player_own(player);
    return error;
}

/* Once: whoever fills it goes on trying. */
static void memory_full(void *self)
{
    struct player *player = self;

    if (!player->full)
        fprintf(stderr,
                "papsim: %s: its objects have taken the %" PRIu64 " MiB of memory a player may have"
                " (--memory MIB; with --state content lies on disk)\n",
                player_name(player), player->memory >> 20);
    player->full = true;
}

static int make_store(struct player *player, const struct player_options *options, char *error,
                      size_t error_size)
{
    struct store_options store = {.volumes = player->spec->volumes,
                                  .volume_count = player->spec->volume_count,
                                  .state_dir = options->state_dir,
                                  .seed = options->seed,
                                  .clock = {player_clock_now, &player->clock},
                                  .limit = {player->memory, memory_full, player},
                                  .policy = &player->policies.store};
    int result;

    player->full = true; /* said as an error as long as it is on its way up */
    result = store_new(&store, &player->store, error, error_size);
    if (!result && store_was_empty(player->store))
        result = player_preload(player, error, error_size);
    player->full = false;
    return result;
}

int player_new(struct player_spec *spec, const struct player_options *options,
               struct player **ret_player, char *error, size_t error_size)
{
    struct player *player = calloc(1, sizeof(*player));
    int result;

    error[0] = '\0';
    if (!player)
        return -ENOMEM;
    player->spec = spec;
    player->seed = options->seed;
    player->memory = options->memory ? options->memory : PLAYER_MEMORY;
    policies_init(&player->policies, &spec->quirks);
    player_clock_init(&player->clock);
    player->busid = strdup(options->busid ? options->busid : "");
    result = player->busid ? 0 : -ENOMEM;
    if (!result && function_is_used(&spec->identity, FUNCTION_STILL_IMAGE))
        result = make_store(player, options, error, error_size);
    if (!result)
        result = make_functions(player);
    if (result) {
        if (!error[0])
            snprintf(error, error_size, "%s: %s", spec->path,
                     result == -EDQUOT ? "more objects than the memory a player may have "
                                         "(--memory MIB)"
                                       : strerror(-result));
        player->spec = NULL; /* the caller's again */
        player_free(player);
        return result;
    }
    *ret_player = player;
    return 0;
}

void player_free(struct player *player)
{
    if (!player)
        return;
    function_free_all(player->functions, player->function_count);
    for (size_t i = 0; i < player->snapshot_count; i++) {
        store_snapshot_free(player->store, player->snapshots[i].store);
        free(player->snapshots[i].name);
    }
    free(player->snapshots);
    store_free(player->store);
    spec_free(player->spec);
    policies_done(&player->policies);
    free(player->busid);
    free(player);
}

const char *player_name(const struct player *player)
{
    return player->spec->file->name;
}

const struct usb_identity *player_identity(const struct player *player)
{
    return &player->spec->identity;
}

struct policies *player_policies(struct player *player)
{
    return &player->policies;
}

size_t player_functions(const struct player *player, struct usb_function ret_functions[])
{
    memcpy(ret_functions, player->functions, player->function_count * sizeof(*ret_functions));
    return player->function_count;
}

void player_attach(struct player *player, struct usb_device *device)
{
    player->device = device;
}
