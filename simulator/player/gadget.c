/* Persona zero: one function an interface, as its file says. */
#include <errno.h>
#include <string.h>

#include "simulator/player/player_internal.h"
#include "spcore/base.h"

/* A sink that got wrong bytes on an isochronous endpoint halts its bulk one instead. */
static uint8_t bulk_out_of(const struct file_interface *interface)
{
    for (unsigned i = 0; i < interface->endpoints_count; i++) {
        const struct file_endpoint *endpoint = &interface->endpoints[i];

        if (endpoint->type == USB_ENDPOINT_BULK && !(endpoint->address & 0x80))
            return endpoint->address;
    }
    return 0;
}

static enum zero_pattern pattern_of(const struct player *player)
{
    return player->spec->file->usb.pattern == FILE_PATTERN_MOD63 ? ZERO_PATTERN_MOD63
                                                                 : ZERO_PATTERN_ZEROES;
}

int player_gadget_new(struct player *player)
{
    const struct file_usb *usb = &player->spec->file->usb;

    for (unsigned i = 0; i < usb->interfaces_count; i++) {
        const struct file_interface *interface = &usb->interfaces[i];
        struct zero_options options = {.source_sink =
                                           interface->function == FILE_FUNCTION_SOURCE_SINK,
                                       .pattern = pattern_of(player),
                                       .bulk_out = bulk_out_of(interface)};

        if (interface->alternate)
            continue;
        player->zeros[player->zero_count] = zero_new(&options);
        if (!player->zeros[player->zero_count])
            return -ENOMEM;
        player->zero_count++;
    }
    return 0;
}

void player_gadget_free(struct player *player)
{
    for (size_t i = 0; i < player->zero_count; i++)
        zero_free(player->zeros[i]);
}

void player_gadget_attach(struct player *player, struct usb_device *device)
{
    for (size_t i = 0; i < player->zero_count; i++)
        zero_attach(player->zeros[i], device);
}

/* The pattern of a file holds until someone asks for another one. */
json_t *player_gadget_pattern(struct player *player, const json_t *request)
{
    static const char *const names[] = {
        [ZERO_PATTERN_ZEROES] = "zeroes", [ZERO_PATTERN_MOD63] = "mod63"};
    const char *wanted = json_string_value(json_object_get(request, "pattern"));

    for (size_t pattern = 0; wanted && pattern < ARRAY_SIZE(names); pattern++) {
        if (strcmp(names[pattern], wanted) != 0)
            continue;
        for (size_t i = 0; i < player->zero_count; i++)
            zero_set_pattern(player->zeros[i], (enum zero_pattern)pattern);
        return json_pack("{s:b}", "ok", 1);
    }
    return json_pack("{s:b,s:s}", "ok", 0, "error", "pattern: expected zeroes or mod63");
}
