/* Playlists as the player shows and plays them: objects with references, and .spl text files. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "simulator/player/player_internal.h"
#include "simulator/player/playlist.h"
#include "simulator/tests/music.h"
#include "spcore/base.h"

static const char *const lines[] = {"SPL PLAYLIST",           "VERSION 1.00", "", "\\Tunes\\b.mp3",
                                    "\\Tunes\\not there.mp3", "\\a.mp3",      "", "END PLAYLIST"};

/* UTF-16 behind a byte order mark, CR LF ends. */
static void spell(struct wr *wr, const char *const *text, size_t count)
{
    wr_u16(wr, 0xfeff);
    for (size_t i = 0; i < count; i++) {
        const char *at;

        for (at = text[i]; *at; at++)
            wr_u16(wr, (uint8_t)*at);
        wr_u16(wr, '\r');
        wr_u16(wr, '\n');
    }
}

static uint32_t send_bytes(struct driver *d, const char *name, const void *bytes, size_t length)
{
    uint32_t handle;

    cr_assert_eq(driver_info(d, name, MTP_FC_UNDEFINED, (uint32_t)length, STORE, 0xffffffff),
                 MTP_RC_OK);
    handle = d->params[2];
    cr_assert_eq(driver_send(d, MTP_OP_SEND_OBJECT, bytes, length, 0), MTP_RC_OK);
    return handle;
}

struct tracks {
    uint32_t a, b;
};

/* a.mp3 at the root, Tunes/b.mp3, and a player with the quirk. */
static struct tracks open_spl(struct driver *d, enum quirk quirk)
{
    struct tracks tracks;
    uint32_t folder;

    open_music(d);
    policies_switch(player_policies(d->player), quirk, true);
    tracks.a = send_tone(d, "a.mp3", MTP_FC_MP3);
    tracks.b = send_tone(d, "b.mp3", MTP_FC_MP3);
    cr_assert_eq(driver_info(d, "Tunes", MTP_FC_ASSOCIATION, 0, STORE, 0xffffffff), MTP_RC_OK);
    folder = d->params[2];
    cr_assert_eq(driver_run(d, MTP_OP_MOVE_OBJECT, 3, tracks.b, STORE, folder), MTP_RC_OK);
    return tracks;
}

/* "name:handle,handle;…" of what the player shows. */
static void shown(struct driver *d, char *text, size_t size)
{
    json_t *answer = ask(d, "playlists", "{}"), *list, *track;
    size_t i, j, used = 0;

    text[0] = '\0';
    json_array_foreach(json_object_get(answer, "playlists"), i, list)
    {
        used += (size_t)snprintf(text + used, size - used,
                                 "%s:", json_string_value(json_object_get(list, "name")));
        json_array_foreach(json_object_get(list, "tracks"), j, track) used += (size_t)snprintf(
            text + used, size - used, "%s%d", j ? "," : "", (int)json_integer_value(track));
        used += (size_t)snprintf(text + used, size - used, ";");
    }
    json_decref(answer);
}

static void expect_shown(struct driver *d, const char *expected)
{
    char text[400];

    shown(d, text, sizeof(text));
    cr_expect_str_eq(text, expected);
}

Test(playlist, a_text_file_of_its_version_is_shown_with_the_tracks_that_are_there)
{
    char expected[60];
    struct wr text = {0};
    struct tracks tracks;
    struct driver d;

    tracks = open_spl(&d, QUIRK_SPL_V1);
    spell(&text, lines, 8);
    send_bytes(&d, "mix.SPL", text.data, text.used);
    snprintf(expected, sizeof(expected), "mix.SPL:%u,%u;", tracks.b, tracks.a);
    expect_shown(&d, expected);
    wr_done(&text);
    driver_close(&d);
}

Test(playlist, a_text_file_is_nothing_to_a_player_of_another_version_or_without_the_quirk)
{
    struct wr text = {0};
    struct driver d;

    open_spl(&d, QUIRK_SPL_V2);
    spell(&text, lines, 8);
    send_bytes(&d, "mix.spl", text.data, text.used);
    expect_shown(&d, "");
    policies_switch(player_policies(d.player), QUIRK_SPL_V2, false);
    expect_shown(&d, "");
    wr_done(&text);
    driver_close(&d);
}

Test(playlist, a_text_file_plays_its_tracks_in_its_order)
{
    struct wr text = {0};
    struct tracks tracks;
    struct driver d;
    uint32_t handle;

    tracks = open_spl(&d, QUIRK_SPL_V1);
    spell(&text, lines, 8);
    handle = send_bytes(&d, "mix.spl", text.data, text.used);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    cr_expect_eq(d.player->playback.track, tracks.b);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_CONTAINER_INDEX, 1), MTP_RC_OK);
    cr_expect_eq(d.player->playback.track, tracks.a);
    cr_expect_neq(set_device_number(&d, MTP_DPC_PLAYBACK_CONTAINER_INDEX, 2), MTP_RC_OK);
    wr_done(&text);
    driver_close(&d);
}

Test(playlist, a_text_cut_anywhere_is_shown_as_far_as_it_goes_or_not_at_all)
{
    uint32_t handle, *handles, count, most = 0;
    struct wr text = {0};
    struct driver d;

    open_spl(&d, QUIRK_SPL_V1);
    spell(&text, lines, 8);
    for (size_t length = 0; length <= text.used; length++) {
        handle = send_bytes(&d, "cut.spl", text.data, length);
        if (!playlist_tracks(d.player, store_find(d.player->store, handle), &handles, &count)) {
            cr_expect(count >= most && count <= 2, "%zu", length);
            most = count;
            free(handles);
        }
        cr_assert_eq(driver_run(&d, MTP_OP_DELETE_OBJECT, 1, handle), MTP_RC_OK);
    }
    cr_expect_eq(most, 2);
    wr_done(&text);
    driver_close(&d);
}

static const struct hostile {
    char what[40];
    uint16_t units[8];
    size_t count, repeated;
} hostile[] = {
    {"lone high surrogates", {0xd800}, 1, 3},
    {"lone low surrogates", {0xdc00, '\\'}, 2, 300},
    {"a line without end", {'\\'}, 1, 100000},
    {"nothing but ends", {'\n'}, 1, 50000},
    {"zeros", {0}, 1, 5000},
    {"a path of separators", {'\\', '\\', '\\', '\n'}, 4, 500},
    {"upwards", {'\\', '.', '.', '\\', '\n'}, 5, 500},
    {"the widest character", {0xdbff, 0xdfff, '\\', '\n'}, 4, 700},
};

ParameterizedTestParameters(playlist, what_is_no_track_is_passed_over)
{
    return cr_make_param_array(struct hostile, (struct hostile *)hostile, ARRAY_SIZE(hostile));
}

ParameterizedTest(struct hostile *one, playlist, what_is_no_track_is_passed_over)
{
    char expected[60];
    struct wr text = {0};
    struct tracks tracks;
    struct driver d;

    tracks = open_spl(&d, QUIRK_SPL_V1);
    spell(&text, lines, 2);
    for (size_t i = 0; i < one->repeated; i++) {
        for (size_t j = 0; j < one->count; j++)
            wr_u16(&text, one->units[j]);
    }
    wr_u16(&text, '\n');
    for (size_t i = 0; i < 6; i++)
        wr_u16(&text, (uint8_t) "\\a.mp3"[i]);
    send_bytes(&d, "odd.spl", text.data, text.used);
    snprintf(expected, sizeof(expected), "odd.spl:%u;", tracks.a);
    expect_shown(&d, expected);
    wr_done(&text);
    driver_close(&d);
}

Test(playlist, playlist_objects_are_shown_with_their_references)
{
    char expected[60];
    struct wr list = {0};
    struct driver d;
    uint32_t track, handle;

    open_music(&d);
    track = send_tone(&d, "a.mp3", MTP_FC_MP3);
    cr_assert_eq(driver_info(&d, "l.pla", MTP_FC_AV_PLAYLIST, 0, STORE, 0xffffffff), MTP_RC_OK);
    handle = d.params[2];
    wr_u32(&list, 1);
    wr_u32(&list, track);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_REFERENCES, list.data, list.used, 1, handle),
                 MTP_RC_OK);
    snprintf(expected, sizeof(expected), "l.pla:%u;", track);
    expect_shown(&d, expected);
    wr_done(&list);
    driver_close(&d);
}
