/* What the player's files share. */
#ifndef SIMULATOR_PLAYER_PLAYER_INTERNAL_H
#define SIMULATOR_PLAYER_PLAYER_INTERNAL_H

#include <jansson.h>

#include "simulator/function/still_image/still_image.h"
#include "simulator/player/clock.h"
#include "simulator/player/playback.h"
#include "simulator/player/player.h"
#include "simulator/spec/spec.h"
#include "simulator/store/store.h"

struct player_snapshot {
    char *name;                   /* owned */
    struct store_snapshot *store; /* owned */
    struct player_clock clock;
};

struct player {
    struct player_spec *spec; /* owned */
    char *busid;              /* owned */
    struct policies policies;
    struct player_clock clock;
    struct usb_function functions[USB_FUNCTIONS_MAX]; /* owned */
    size_t function_count;
    struct still_image *still_image; /* of the functions, the one with the responder */
    struct store *store;             /* owned; both NULL: it has none */
    uint64_t seed;
    uint64_t memory; /* bytes it may take */
    bool full;       /* and it was said */
    struct playback playback;
    struct usb_device *device;         /* NULL: none yet */
    struct player_snapshot *snapshots; /* owned */
    size_t snapshot_count;
};

/* Reads what the content says of itself, where the host did not say it. */
void player_object_stored(void *player, struct store_object *object);
/* What the responder asks the player (mtpr_set_owner). */
void player_own(struct player *player);

int player_preload(struct player *player, char *error, size_t error_size);
/* Path of folders and a name below the root of a volume; makes missing folders. The last part is
 * returned in `ret_name`, its parent's handle in `ret_parent`. */
int player_make_folders(struct player *player, size_t volume, const char *path,
                        uint32_t *ret_parent, const char **ret_name);
struct store_object *player_find_path(struct player *player, size_t volume, const char *path);

#endif
