/* Reading ahead on a player of papsim with one folder of tracks. */
#include "spcore/sp/sp_ahead.h"
#include "spcore/tests/serving.h"

#include <stdlib.h>

enum { TRACKS = 40 };

struct scene {
    struct serving serving;
    char player[64];
    struct sp_connection *connection;
    struct mtpi *mtpi;
    struct mtpi_u32_array tracks;
    struct sp_ahead *ahead;
};

static void write_player(char path[64])
{
    FILE *file;
    int fd;

    strcpy(path, "/tmp/papkit-ahead-XXXXXX.yaml");
    fd = mkstemps(path, 5);
    file = fd < 0 ? NULL : fdopen(fd, "w");
    cr_assert_not_null(file);
    fprintf(file,
            "name: ahead\nusb: {persona: pap, vendor: 0x1209, product: 0x7a70, serial: \"0123\"}\n"
            "storages: [{capacity: 1000000000}]\n"
            "objects:\n  - {path: Music, folder: true}\n"
            "  - path: Music/Track {n}.mp3\n    count: %d\n    size: 1000\n    sparse: true\n",
            TRACKS);
    fclose(file);
}

static void open_scene(struct scene *scene)
{
    struct mtpi_u32_array music = {0};
    char uri[128];

    *scene = (struct scene){0};
    write_player(scene->player);
    serve(&scene->serving, scene->player, NULL);
    snprintf(uri, sizeof(uri), "usbip:%s/1-1", scene->serving.address);
    cr_assert_eq(sp_connection_get(uri, &scene->connection), S_OK);
    scene->mtpi = sp_connection_mtpi(scene->connection);
    cr_assert_eq(mtpi_get_object_handles(scene->mtpi, 0xffffffff, 0, 0xffffffff, &music), 0);
    cr_assert_eq(music.count, 1);
    cr_assert_eq(mtpi_get_object_handles(scene->mtpi, 0xffffffff, 0, music.item[0], &scene->tracks),
                 0);
    cr_assert_eq(scene->tracks.count, TRACKS);
    scene->ahead = sp_ahead_new(music.item[0], TRACKS);
    free(music.item);
}

static void close_scene(struct scene *scene)
{
    sp_ahead_unref(scene->ahead);
    free(scene->tracks.item);
    sp_connection_unref(scene->connection);
    serve_end(&scene->serving);
    unlink(scene->player);
}

/* Takes the tracks from `first` to before `end`: how many were there, and the transactions it took.
 */
static unsigned take(struct scene *scene, size_t first, size_t end, unsigned *ret_transactions)
{
    uint32_t before = mtpi_next_transaction(scene->mtpi);
    unsigned found = 0;

    for (size_t i = first; i < end; i++) {
        struct mtpi_property_list list = {0};

        found += sp_ahead_take(scene->ahead, scene->connection, scene->tracks.item[i], &list);
        for (size_t k = 0; k < list.count; k++)
            cr_expect_eq(list.item[k].handle, scene->tracks.item[i]);
        mtpi_property_list_done(&list);
    }
    *ret_transactions = mtpi_next_transaction(scene->mtpi) - before;
    return found;
}

static void rename_track(struct scene *scene, size_t which, uint16_t *name)
{
    struct mtpi_value value = {.type = MTP_DTC_STRING, .string = name};

    cr_assert_eq(
        mtpi_set_object_prop_value(scene->mtpi, scene->tracks.item[which], MTP_OPC_NAME, &value),
        0);
}

Test(sp_ahead, the_first_is_asked_alone_and_the_rest_at_once)
{
    struct scene scene;
    unsigned transactions;

    open_scene(&scene);
    cr_expect_eq(take(&scene, 0, 1, &transactions), 0);
    cr_expect_eq(transactions, 0);
    cr_expect_eq(take(&scene, 1, TRACKS, &transactions), TRACKS - 1);
    cr_expect_eq(transactions, 1);
    close_scene(&scene);
}

Test(sp_ahead, who_asks_again_gets_what_is_true_then)
{
    struct scene scene;
    unsigned transactions;

    open_scene(&scene);
    (void)take(&scene, 0, TRACKS, &transactions);
    cr_expect_eq(take(&scene, 1, TRACKS, &transactions), 0);
    cr_expect_eq(transactions, 0);
    close_scene(&scene);
}

Test(sp_ahead, a_change_by_this_side_makes_it_old)
{
    static uint16_t name[] = u"Renamed";
    struct mtpi_property_list list = {0};
    struct scene scene;
    unsigned transactions;
    bool renamed = false;

    open_scene(&scene);
    cr_expect_eq(take(&scene, 0, TRACKS - 1, &transactions), TRACKS - 2);
    rename_track(&scene, TRACKS - 1, name);
    cr_expect(sp_ahead_take(scene.ahead, scene.connection, scene.tracks.item[TRACKS - 1], &list));
    for (size_t i = 0; i < list.count; i++) {
        if (list.item[i].code == MTP_OPC_NAME)
            renamed = memcmp(list.item[i].value.string, name, sizeof(name)) == 0;
    }
    cr_expect(renamed);
    mtpi_property_list_done(&list);
    close_scene(&scene);
}

/* Who changes each object after looking at it would read all of them for each. */
Test(sp_ahead, what_was_for_nothing_is_not_done_again)
{
    static uint16_t name[] = u"Renamed";
    struct scene scene;
    unsigned transactions;

    open_scene(&scene);
    cr_expect_eq(take(&scene, 0, 3, &transactions), 2);
    rename_track(&scene, 0, name);
    cr_expect_eq(take(&scene, 3, TRACKS, &transactions), 0);
    cr_expect_eq(transactions, 0);
    close_scene(&scene);
}

Test(sp_ahead, an_object_that_is_none_of_the_children_is_not_there)
{
    struct mtpi_property_list list = {0};
    struct scene scene;
    unsigned transactions;

    open_scene(&scene);
    (void)take(&scene, 0, 2, &transactions);
    cr_expect_not(sp_ahead_take(scene.ahead, scene.connection, 0x7fffffff, &list));
    cr_expect_not(sp_ahead_take(NULL, scene.connection, scene.tracks.item[2], &list));
    cr_expect_null(list.item);
    close_scene(&scene);
}
