/* A player reads the files it is given: what the host did not say about a track is taken from the
 * track itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/mtp/mtpr_value.h"
#include "simulator/player/player_internal.h"
#include "spcore/media/media.h"

struct note {
    struct player *player;
    struct store_object *object;
};

/* Only where the host did not say. */
static bool is_open(const struct note *note, uint16_t code)
{
    uint32_t length;

    return store_property(note->object, code, &length) == NULL;
}

static void keep(const struct note *note, uint16_t code, const struct wr *wr)
{
    if (!wr->failed)
        (void)mtpr_note_fact(still_image_responder(note->player->still_image), note->object, code,
                             wr->data, (uint32_t)wr->used);
}

static void note_number(const struct note *note, uint16_t code, uint16_t type, uint64_t number)
{
    struct wr wr = {0};

    if (number == 0 || !is_open(note, code))
        return;
    wr_integer(&wr, type, number);
    keep(note, code, &wr);
    wr_done(&wr);
}

/* Tags hold any text; what is no MTP string (too long, not UTF-8) is refused by the check. */
static void note_text(const struct note *note, uint16_t code, const char *text)
{
    struct wr wr = {0};

    if (!text || !is_open(note, code))
        return;
    wr_string(&wr, text);
    keep(note, code, &wr);
    wr_done(&wr);
}

/* "3" and "3/12" are track 3. */
static void note_track(const struct note *note, const char *text)
{
    unsigned long track = text ? strtoul(text, NULL, 10) : 0;

    if (track > 0 && track <= UINT16_MAX)
        note_number(note, MTP_OPC_TRACK, MTP_DTC_UINT16, track);
}

/* "1999", "1999-05-06": a date without a time is midnight. */
static void note_date(const struct note *note, const char *text)
{
    char date[] = "YYYY0101T000000";

    if (!text || strspn(text, "0123456789") < 4)
        return;
    memcpy(date, text, 4);
    if (text[4] == '-' && strspn(text + 5, "0123456789") == 2 && text[7] == '-' &&
        strspn(text + 8, "0123456789") >= 2) {
        memcpy(date + 4, text + 5, 2);
        memcpy(date + 6, text + 8, 2);
    }
    note_text(note, MTP_OPC_ORIGINAL_RELEASE_DATE, date);
}

static void note_art(const struct note *note, const struct media_facts *facts)
{
    struct wr wr = {0};

    if (!facts->art || !is_open(note, MTP_OPC_REPRESENTATIVE_SAMPLE_DATA))
        return;
    wr_u32(&wr, (uint32_t)facts->art_length);
    wr_bytes(&wr, facts->art, facts->art_length);
    keep(note, MTP_OPC_REPRESENTATIVE_SAMPLE_DATA, &wr);
    wr_done(&wr);
    note_number(note, MTP_OPC_REPRESENTATIVE_SAMPLE_FORMAT, MTP_DTC_UINT16, facts->art_format);
    note_number(note, MTP_OPC_REPRESENTATIVE_SAMPLE_SIZE, MTP_DTC_UINT32, facts->art_length);
    note_number(note, MTP_OPC_REPRESENTATIVE_SAMPLE_WIDTH, MTP_DTC_UINT32, facts->art_width);
    note_number(note, MTP_OPC_REPRESENTATIVE_SAMPLE_HEIGHT, MTP_DTC_UINT32, facts->art_height);
}

static void note_all(const struct note *note, const struct media_facts *facts)
{
    static const uint16_t texts[MEDIA_TEXTS] = {
        [MEDIA_TITLE] = MTP_OPC_NAME,       [MEDIA_ARTIST] = MTP_OPC_ARTIST,
        [MEDIA_ALBUM] = MTP_OPC_ALBUM_NAME, [MEDIA_ALBUM_ARTIST] = MTP_OPC_ALBUM_ARTIST,
        [MEDIA_GENRE] = MTP_OPC_GENRE,      [MEDIA_COMPOSER] = MTP_OPC_COMPOSER};

    note_number(note, MTP_OPC_DURATION, MTP_DTC_UINT32,
                facts->duration <= UINT32_MAX ? facts->duration : 0);
    note_number(note, MTP_OPC_AUDIO_BITRATE, MTP_DTC_UINT32, facts->bitrate);
    note_number(note, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32, facts->sample_rate);
    note_number(note, MTP_OPC_NUMBER_OF_CHANNELS, MTP_DTC_UINT16, facts->channels);
    note_number(note, MTP_OPC_AUDIO_WAVE_CODEC, MTP_DTC_UINT32, facts->wave_codec);
    for (size_t i = 0; i < MEDIA_TEXTS; i++) {
        if (texts[i])
            note_text(note, texts[i], facts->texts[i]);
    }
    note_track(note, facts->texts[MEDIA_TRACK]);
    note_date(note, facts->texts[MEDIA_DATE]);
    note_art(note, facts);
}

/* What a seed makes is no sound. */
void player_object_stored(void *self, struct store_object *object)
{
    struct player *player = self;
    struct note note = {player, object};
    struct media_facts facts;

    if (player->spec->file->ignores_content || !mtpr_format_plays(object->format) ||
        object->seeded ||
        media_read(arena_fd(store_arena(player->store)), object->offset, object->size, &facts))
        return;
    store_begin(player->store);
    note_all(&note, &facts);
    (void)store_commit(player->store);
    media_facts_done(&facts);
}

/* Easily meant for one object by a client with a bug: who looks for his files is told. */
static void player_emptied(void *self, uint16_t format, unsigned removed, unsigned kept)
{
    const struct player *player = self;
    char which[24] = "";

    if (format)
        snprintf(which, sizeof(which), " of format 0x%04x", format);
    fprintf(stderr,
            "papsim: %s: the client deleted every object%s (DeleteObject, handle 0xffffffff): "
            "%u deleted, %u kept\n",
            player->busid, which, removed, kept);
}

void player_own(struct player *player)
{
    const struct mtpr_owner owner = {.self = player,
                                     .stored = player_object_stored,
                                     .emptied = player_emptied,
                                     .get = playback_get,
                                     .set = playback_set,
                                     .skip = playback_skip_operation};

    mtpr_set_owner(still_image_responder(player->still_image), &owner);
}
