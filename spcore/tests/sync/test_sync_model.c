/* What a device is to hold of a library. The files are copies of the fixtures, or nothing at all:
 * what cannot be read has no tags. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/sync/sync_model.h"

static char folder[] = "/tmp/sync-model-XXXXXX";
static char said[1024];
static struct sync_library library;

static void run(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

/* With the fixtures at hand as $M. */
static void begin(void)
{
    char media[4096];

    cr_assert(realpath("fixtures/media", media));
    cr_assert_eq(setenv("M", media, 1), 0);
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void end(void)
{
    sync_library_done(&library);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(setenv("F", folder, 1), 0);
    run("rm -rf \"$F\"");
}
TestSuite(sync_model, .init = begin, .fini = end);

static void leave_out(void *context, const char *path, enum sync_failure why)
{
    (void)context;
    sprintf(said + strlen(said), "%s %s|", path, sync_failure_word(why));
}

static const uint32_t mp3_only[] = {WMDM_FORMATCODE_MP3, WMDM_FORMATCODE_AAC};
static const struct sync_medium all = {.playlists = true, .albums = true};

static struct sync_model model_of(const struct sync_medium *medium, const struct sync_row *row)
{
    struct sync_model model;

    cr_assert_eq(sync_library_read(folder, leave_out, NULL, &library), 0);
    cr_assert_eq(sync_model_make(&library, medium, row, row ? 1 : 0, leave_out, NULL, NULL, &model),
                 0);
    return model;
}

static void check(const struct sync_model *model, const char *expected)
{
    char wanted[1024] = "";

    for (size_t i = 0; i < model->wanted_count; i++)
        sprintf(wanted + strlen(wanted), "%s%c|", model->wanted[i].path,
                "/tpa"[model->wanted[i].kind]);
    cr_expect_str_eq(wanted, expected);
}

Test(sync_model, everything_has_its_folders_once)
{
    struct sync_model model;

    run("mkdir -p a/b 'a/b!' && touch a/b/1.mp3 a/b/2.mp3 'a/b!/3.mp3' 4.mp3 && echo 4.mp3 > "
        "l.m3u");
    model = model_of(&all, NULL);
    check(&model, "Music/|Music/4.mp3t|Music/a/|Music/a/b/|Music/a/b!/|Music/a/b!/3.mp3t|"
                  "Music/a/b/1.mp3t|Music/a/b/2.mp3t|Playlists/|Playlists/lp|");
    cr_expect_str_empty(said);
    sync_model_done(&model);
}

Test(sync_model, tags_make_albums_and_covers_are_found)
{
    struct sync_model model;
    const struct sync_list *list;

    run("mkdir x && cp \"$M\"/tone.mp3 x/1.mp3 && cp \"$M\"/tone.ogg 2.ogg && touch x/cover.jpg "
        "3.mp3");
    model = model_of(&all, NULL);
    list = sync_model_list(&model, "Albums/papkit - Fixtures");
    cr_assert(list);
    cr_assert_eq(list->count, 2);
    cr_expect_str_eq(model.track[list->track[0]].file->path, "2.ogg");
    cr_expect_str_eq(list->cover->path, "x/cover.jpg");
    cr_expect_str_eq(sync_model_track(&model, "Music/3.mp3")->album, "");
    cr_expect_str_eq(sync_model_track(&model, "Music/x/1.mp3")->facts.texts[MEDIA_TITLE], "Tone");
    sync_model_done(&model);
}

Test(sync_model, what_a_row_knows_is_not_read_again)
{
    struct sync_row row = {.kind = SYNC_TRACK,
                           .path = (char[]){"Music/1.mp3"},
                           .id = (char[]){"1"},
                           .album = (char[]){"Known"},
                           .has_art = true};
    struct sync_model model;
    struct stat stat_;

    run("cp \"$M\"/tone.mp3 1.mp3");
    cr_assert_eq(stat("1.mp3", &stat_), 0);
    row.size = (uint64_t)stat_.st_size;
    row.changed = (int64_t)stat_.st_mtim.tv_sec * 1000000000 + stat_.st_mtim.tv_nsec;
    model = model_of(&all, &row);
    cr_expect_str_eq(model.track[0].album, "Known");
    cr_expect(model.track[0].has_art && !model.track[0].is_read);
    cr_expect_str_eq(model.list[0].cover->path, "1.mp3");
    sync_model_done(&model);
    sync_library_done(&library);
    row.changed++;
    model = model_of(&all, &row);
    cr_expect_str_eq(model.track[0].album, "papkit - Fixtures");
    cr_expect(model.track[0].is_read);
    sync_model_done(&model);
}

Test(sync_model, what_the_device_does_not_take_is_said)
{
    const struct sync_medium medium = {.formats = mp3_only, .format_count = 2};
    struct sync_model model;

    run("touch 1.mp3 2.ogg 3.m4a && echo 1.mp3 > l.m3u");
    model = model_of(&medium, NULL);
    check(&model, "Music/|Music/1.mp3t|Music/3.m4at|");
    cr_expect_str_eq(said, "2.ogg format|l.m3u format|");
    cr_expect_eq(model.track[1].format, WMDM_FORMATCODE_AAC);
    sync_model_done(&model);
}

Test(sync_model, playlists_lie_side_by_side_and_lack_what_is_not_there)
{
    struct sync_model model;
    const struct sync_list *list;

    run("mkdir r && touch 1.mp3 && printf '../1.mp3\\nno.mp3\\n../1.mp3\\n' > r/l.m3u &&"
        "touch 'r - l.pls'");
    model = model_of(&all, NULL);
    check(&model, "Music/|Music/1.mp3t|Playlists/|Playlists/r - lp|");
    list = sync_model_list(&model, "Playlists/r - l");
    cr_expect_eq(list->count, 0); /* of the one that comes first */
    cr_expect_str_eq(said, "r/l.m3u taken|");
    sync_model_done(&model);
    sync_library_done(&library);
    run("rm 'r - l.pls'");
    said[0] = '\0';
    model = model_of(&all, NULL);
    cr_expect_eq(sync_model_list(&model, "Playlists/r - l")->count, 2);
    cr_expect_str_eq(said, "r/l.m3u entries|");
    sync_model_done(&model);
}

Test(sync_model, a_playlist_too_large_to_be_one_stays_what_it_was)
{
    struct sync_row row = {
        .kind = SYNC_PLAYLIST, .path = (char[]){"Playlists/l"}, .id = (char[]){"1"}};
    struct sync_model model;

    run("truncate -s 5M l.m3u && touch k.m3u m.m3u");
    model = model_of(&all, &row);
    check(&model, "Playlists/|Playlists/kp|Playlists/lp|Playlists/mp|");
    cr_expect(model.wanted[2].stays);
    cr_expect_not(model.wanted[1].stays || model.wanted[3].stays);
    cr_expect_eq(model.list_count, 2);
    cr_expect_null(sync_model_list(&model, "Playlists/l"));
    cr_expect_str_eq(said, "l.m3u size|");
    sync_model_done(&model);
}

Test(sync_model, of_a_playlist_too_large_to_be_one_nothing_is_made)
{
    struct sync_model model;

    run("truncate -s 5M l.m3u && mkdir a && touch 'a/b.m3u' && truncate -s 5M 'a - b.m3u'");
    model = model_of(&all, NULL);
    check(&model, "Playlists/|Playlists/a - bp|"); /* of the one that can be read */
    cr_expect_str_eq(said, "a - b.m3u size|l.m3u size|");
    sync_model_done(&model);
}

Test(sync_model, each_list_is_found_by_its_path)
{
    struct sync_model model;

    run("cp \"$M\"/tone.mp3 1.mp3 && for i in 1 2 3 4 5 6 7 8 9; do touch \"$i.m3u\"; done");
    model = model_of(&all, NULL);
    cr_assert_eq(model.list_count, 10);
    for (size_t i = 0; i < model.list_count; i++)
        cr_expect_eq(sync_model_list(&model, model.list[i].path), &model.list[i]);
    cr_expect_null(sync_model_list(&model, "Playlists/10"));
    sync_model_done(&model);
}
