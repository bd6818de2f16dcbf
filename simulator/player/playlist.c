/* A .spl file is UTF-16 text, little-endian behind a byte order mark, one track a line:
 *
 *     SPL PLAYLIST
 *     VERSION 1.00
 *
 *     \Music\Song.mp3
 *
 *     END PLAYLIST
 *
 * Version 2 has sound settings below. A player takes the version it knows. */
#include "simulator/player/playlist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mtp_codes.h"
#include "simulator/player/player_internal.h"

#define SPL_SIZE_MAX ((uint64_t)1 << 20)
#define LINE_MAX_BYTES 2048u

/* 0: it has playlist objects. */
static unsigned spl_version(const struct player *player)
{
    if (player->policies.playlists.spl_v1)
        return 1;
    return player->policies.playlists.spl_v2 ? 2 : 0;
}

static bool is_spl(const struct store_object *object)
{
    const char *dot = strrchr(object->name, '.');

    return object->format != MTP_FC_ASSOCIATION && dot && strcasecmp(dot, ".spl") == 0;
}

bool playlist_is_one(const struct player *player, const struct store_object *object)
{
    return spl_version(player) ? is_spl(object) : object->format == MTP_FC_AV_PLAYLIST;
}

/* ---- lists of references */

static int referenced(const struct store_object *object, uint32_t **ret_handles,
                      uint32_t *ret_count)
{
    uint32_t count = object->references ? object->references->count : 0;
    uint32_t *handles = malloc(count * sizeof(*handles) + sizeof(*handles));

    if (!handles)
        return -ENOMEM;
    if (count)
        memcpy(handles, object->references->handles, count * sizeof(*handles));
    *ret_handles = handles;
    *ret_count = count;
    return 0;
}

/* ---- text files */

struct spl {
    struct player *player;
    size_t volume;
    struct rd rd;
    unsigned version; /* as the file says; 0: not yet */
    unsigned line;
    bool ended;
    uint32_t *handles;
    uint32_t count, room;
};

/* A lone surrogate stays what it is: no file has such a name. */
static uint32_t take_point(struct rd *rd)
{
    uint32_t high = rd_u16(rd), low;
    struct rd behind = *rd;

    if ((high & 0xfc00) != 0xd800 || rd_left(&behind) < 2)
        return high;
    low = rd_u16(&behind);
    if ((low & 0xfc00) != 0xdc00)
        return high;
    *rd = behind;
    return 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

/* One line without its end as UTF-8; false at the end. What is too long is cut. */
static bool take_line(struct rd *rd, char ret_line[LINE_MAX_BYTES])
{
    size_t used = 0;
    bool any = false;

    while (rd_left(rd) >= 2) {
        uint32_t point = take_point(rd);

        any = true;
        if (point == '\n')
            break;
        if (point == '\r')
            continue;
        if (used + 5 <= LINE_MAX_BYTES)
            used = (size_t)(mtpr_put_utf8(ret_line + used, point) - ret_line);
    }
    ret_line[used] = '\0';
    return any;
}

static int take_track(struct spl *spl, char *path)
{
    const struct store_object *track;

    for (char *at = path; *at; at++) {
        if (*at == '\\')
            *at = '/';
    }
    track = player_find_path(spl->player, spl->volume, path);
    if (!track || track->format == MTP_FC_ASSOCIATION)
        return 0;
    if (spl->count == spl->room) {
        uint32_t room = spl->room ? spl->room * 2 : 16;
        uint32_t *bigger = realloc(spl->handles, room * sizeof(*bigger));

        if (!bigger)
            return -ENOMEM;
        spl->handles = bigger;
        spl->room = room;
    }
    spl->handles[spl->count++] = track->handle;
    return 0;
}

static int take(struct spl *spl, char *line)
{
    unsigned minor;

    if (spl->line++ == 0)
        return strcmp(line, "SPL PLAYLIST") == 0 ? 0 : -EINVAL;
    if (spl->version == 0 && line[0] == '\0')
        return 0;
    if (spl->version == 0)
        return sscanf(line, "VERSION %u.%u", &spl->version, &minor) == 2 ? 0 : -EINVAL;
    spl->ended = strcmp(line, "END PLAYLIST") == 0;
    return line[0] == '\\' ? take_track(spl, line + 1) : 0;
}

static int parse(struct spl *spl)
{
    char line[LINE_MAX_BYTES];
    int error = rd_u16(&spl->rd) == 0xfeff ? 0 : -EINVAL;

    while (!error && !spl->ended && take_line(&spl->rd, line))
        error = take(spl, line);
    if (!error && spl->version != spl_version(spl->player))
        error = -EINVAL;
    return error;
}

static int spl_tracks(struct player *player, const struct store_object *object,
                      uint32_t **ret_handles, uint32_t *ret_count)
{
    struct spl spl = {.player = player, .volume = object->volume};
    uint8_t *text;
    int error;

    if (object->size > SPL_SIZE_MAX)
        return -EFBIG;
    text = malloc((size_t)object->size + 1);
    if (!text)
        return -ENOMEM;
    error = store_read(player->store, object, 0, text, (size_t)object->size);
    spl.rd = rd_over(text, (size_t)object->size);
    if (!error)
        error = parse(&spl);
    free(text);
    if (error) {
        free(spl.handles);
        return error;
    }
    *ret_handles = spl.handles;
    *ret_count = spl.count;
    return 0;
}

int playlist_tracks(struct player *player, const struct store_object *object,
                    uint32_t **ret_handles, uint32_t *ret_count)
{
    if (spl_version(player) && is_spl(object))
        return spl_tracks(player, object, ret_handles, ret_count);
    return referenced(object, ret_handles, ret_count);
}
