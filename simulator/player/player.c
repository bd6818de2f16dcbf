#include "simulator/player/player.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/player/player_internal.h"

/* The interface that carries containers: two bulk pipes and an interrupt pipe. */
static int find_pipes(const struct usb_identity *identity, struct still_image_options *options)
{
    for (size_t i = 0; i < identity->interface_count; i++) {
        const struct usb_interface_identity *interface = &identity->interfaces[i];
        uint8_t in = 0, out = 0, event = 0;

        for (size_t j = 0; j < interface->endpoint_count; j++) {
            const struct usb_endpoint_identity *endpoint = &interface->endpoints[j];
            bool to_host = (endpoint->address & 0x80) != 0;

            if (endpoint->type == USB_ENDPOINT_BULK && to_host)
                in = endpoint->address;
            else if (endpoint->type == USB_ENDPOINT_BULK)
                out = endpoint->address;
            else if (endpoint->type == USB_ENDPOINT_INTERRUPT && to_host)
                event = endpoint->address;
        }
        if (in && out && event) {
            options->interface = interface->number;
            options->in = in;
            options->out = out;
            options->event = event;
            return 0;
        }
    }
    return -ENOENT;
}

static int make_function(struct player *player, char *error, size_t error_size)
{
    struct still_image_options options = {
        .config = &player->spec->config, .store = player->store, .defects = &player->policies.on};
    int result = find_pipes(&player->spec->identity, &options);

    if (result) {
        snprintf(error, error_size,
                 "%s:%u: no interface with a bulk IN, a bulk OUT and an interrupt IN endpoint",
                 player->spec->path, player_spec_line(player->spec, "interfaces:", 0));
        return result;
    }
    result = still_image_new(&options, &player->function);
    if (!result)
        player_own(player);
    return result;
}

int player_new(struct player_spec *spec, const struct player_options *options,
               struct player **ret_player, char *error, size_t error_size)
{
    struct player *player = calloc(1, sizeof(*player));
    struct store_options store = {.volumes = spec->volumes,
                                  .volume_count = spec->volume_count,
                                  .state_dir = options->state_dir,
                                  .seed = options->seed};
    bool zero = spec->file->usb.persona == FILE_PERSONA_ZERO;
    int result = -ENOMEM;

    error[0] = '\0';
    if (!player)
        return -ENOMEM;
    player->spec = spec;
    player->seed = options->seed;
    policies_init(&player->policies, &spec->quirks);
    player_clock_init(&player->clock);
    player->busid = strdup(options->busid ? options->busid : "");
    store.clock = (struct store_clock){player_clock_now, &player->clock};
    store.defects = &player->policies.on;
    if (player->busid && zero)
        result = player_gadget_new(player);
    else if (player->busid)
        result = store_new(&store, &player->store, error, error_size);
    if (!result && !zero && store_was_empty(player->store))
        result = player_preload(player, error, error_size);
    if (!result && !zero)
        result = make_function(player, error, error_size);
    if (result) {
        if (!error[0])
            snprintf(error, error_size, "%s: %s", spec->path, strerror(-result));
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
    still_image_free(player->function);
    player_gadget_free(player);
    for (size_t i = 0; i < player->snapshot_count; i++) {
        store_snapshot_free(player->store, player->snapshots[i].store);
        free(player->snapshots[i].name);
    }
    free(player->snapshots);
    store_free(player->store);
    player_spec_free(player->spec);
    free(player->busid);
    free(player);
}

const char *player_name(const struct player *player)
{
    return player_spec_name(player->spec);
}

const char *player_busid(const struct player *player)
{
    return player->busid;
}

const struct usb_identity *player_identity(const struct player *player)
{
    return &player->spec->identity;
}

struct policies *player_policies(struct player *player)
{
    return &player->policies;
}

static uint8_t interface_numbers(const struct usb_identity *identity)
{
    return (uint8_t)(identity->interfaces[identity->interface_count - 1].number + 1);
}

size_t player_functions(struct player *player, struct usb_function ret_functions[])
{
    if (player->function) {
        ret_functions[0] =
            (struct usb_function){.ops = &still_image_ops,
                                  .self = player->function,
                                  .interface_count = interface_numbers(player_identity(player))};
        return 1;
    }
    for (size_t i = 0; i < player->zero_count; i++)
        ret_functions[i] = (struct usb_function){.ops = &zero_ops,
                                                 .self = player->zeros[i],
                                                 .first_interface = (uint8_t)i,
                                                 .interface_count = 1};
    return player->zero_count;
}

void player_attach(struct player *player, struct usb_device *device)
{
    player->device = device;
    if (player->function)
        still_image_attach(player->function, device);
    player_gadget_attach(player, device);
}
