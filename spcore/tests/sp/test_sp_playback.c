/* The device's player by its properties: which objects are songs, how long each is, what plays of
 * a list. */
#include "spcore/sp/sp_playback.h"
#include "spcore/tests/serving.h"

#include "spcore/sp/sp_storage.h"

struct scene {
    struct serving serving;
    struct sp_device device; /* with what these functions look at */
    struct mtpi *mtpi;
    uint32_t storage;
};

static void open_scene(struct scene *scene, const char *player)
{
    struct mtpi_u32_array ids = {0};
    char uri[128];

    memset(scene, 0, sizeof(*scene));
    serve(&scene->serving, player, NULL);
    snprintf(uri, sizeof(uri), "usbip:%s/1-1", scene->serving.address);
    cr_assert_eq(sp_connection_get(uri, &scene->device.connection), S_OK);
    scene->mtpi = sp_connection_mtpi(scene->device.connection);
    cr_assert_eq(mtpi_get_storage_ids(scene->mtpi, &ids), 0);
    cr_assert_geq(ids.count, 1);
    scene->storage = ids.item[0];
    free(ids.item);
}

static void close_scene(struct scene *scene)
{
    sp_connection_unref(scene->device.connection);
    serve_end(&scene->serving);
}

static uint32_t add(struct scene *scene, uint16_t format, uint16_t *name, const void *data,
                    size_t length)
{
    const struct mtpi_new_object object = {.storage = scene->storage,
                                           .parent = 0xffffffff,
                                           .format = format,
                                           .size = length,
                                           .name = name};
    uint32_t handle = 0;

    cr_assert_eq(mtpi_send_object_info(scene->mtpi, &object, &handle, NULL), 0);
    cr_assert_eq(mtpi_send_object(scene->mtpi, data, length), 0);
    return handle;
}

static uint32_t add_tone(struct scene *scene, uint16_t *name)
{
    uint8_t wav[40000];
    FILE *file = fopen("fixtures/media/tone.wav", "re");
    size_t length;

    cr_assert_not_null(file, "run from the top of the tree");
    length = fread(wav, 1, sizeof(wav), file);
    fclose(file);
    return add(scene, MTP_FC_WAV, name, wav, length);
}

static struct sp_playing playing(struct scene *scene)
{
    struct sp_playing playing = {0};

    cr_expect_eq(sp_playback_get(scene->device.connection, &playing), S_OK);
    return playing;
}

Test(playback, only_what_can_be_set_is_offered)
{
    struct scene scene;

    open_scene(&scene, "pap-winusb");
    cr_expect_eq(sp_playback_capabilities(scene.device.connection), 0);
    close_scene(&scene);
}

Test(playback, tracks_are_the_objects_of_sound_one_after_the_other)
{
    struct scene scene;
    size_t cursor = 0;
    uint32_t first, second, found = 0;

    open_scene(&scene, "pap-player");
    first = add_tone(&scene, (uint16_t[]){u'a', 0});
    (void)add(&scene, MTP_FC_TEXT, (uint16_t[]){u'b', 0}, "text", 4);
    second = add_tone(&scene, (uint16_t[]){u'c', 0});
    cr_expect_eq(sp_playback_track(&scene.device, &cursor, &found), S_OK);
    cr_expect_eq(found, first);
    cr_expect_eq(sp_playback_track(&scene.device, &cursor, &found), S_OK);
    cr_expect_eq(found, second);
    cr_expect_eq(sp_playback_track(&scene.device, &cursor, &found), S_FALSE);
    close_scene(&scene);
}

Test(playback, of_a_list_the_track_at_the_index_has_the_length)
{
    struct scene scene;
    struct sp_playing at;
    uint32_t list, tracks[2], length = 0;

    open_scene(&scene, "pap-player");
    tracks[0] = add(&scene, MTP_FC_TEXT, (uint16_t[]){u'a', 0}, "text", 4);
    tracks[1] = add_tone(&scene, (uint16_t[]){u'b', 0});
    list = add(&scene, MTP_FC_AV_PLAYLIST, (uint16_t[]){u'c', 0}, "", 0);
    cr_assert_eq(mtpi_set_object_references(scene.mtpi, list, tracks, 2), 0);
    at = (struct sp_playing){.object = list, .index = 1};
    cr_expect_eq(sp_playback_length(scene.device.connection, &at, &length), S_OK);
    cr_expect_eq(length, 1000);
    at.index = 2; /* there is none */
    cr_expect_eq(sp_playback_length(scene.device.connection, &at, &length), S_OK);
    cr_expect_eq(length, 0);
    close_scene(&scene);
}

Test(playback, it_starts_where_it_is_told_and_0_stops)
{
    struct scene scene;
    struct sp_playing at = {.position = 700}, seen;

    open_scene(&scene, "pap-player");
    at.object = add_tone(&scene, (uint16_t[]){u'a', 0});
    cr_expect_eq(sp_playback_start(scene.device.connection, &at), S_OK);
    seen = playing(&scene);
    cr_expect_eq(seen.object, at.object);
    cr_expect_eq(seen.rate, SP_PLAYBACK_NORMAL);
    cr_expect_eq(seen.position, 700);
    at = (struct sp_playing){0};
    cr_expect_eq(sp_playback_start(scene.device.connection, &at), S_OK);
    cr_expect_eq(playing(&scene).object, 0);
    close_scene(&scene);
}

Test(playback, what_cannot_be_played_is_an_argument)
{
    struct scene scene;
    struct sp_playing at = {0};

    open_scene(&scene, "pap-player");
    at.object = add(&scene, MTP_FC_TEXT, (uint16_t[]){u'a', 0}, "text", 4);
    cr_expect_eq(sp_playback_start(scene.device.connection, &at), E_INVALIDARG);
    cr_expect_eq(playing(&scene).object, 0);
    close_scene(&scene);
}
