/* What a walk through a folder finds, and what it says of the rest. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spcore/sync/sync_library.h"

static char folder[] = "/tmp/sync-library-XXXXXX";
static char said[1024];

static void begin(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    said[0] = '\0';
}

static void end(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(sync_library, .init = begin, .fini = end);

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    cr_assert(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

static void leave_out(void *context, const char *path, enum sync_failure why)
{
    (void)context;
    sprintf(said + strlen(said), "%s %s|", path, sync_failure_word(why));
}

static struct sync_library walk(void)
{
    struct sync_library library = {.folder = -1};

    cr_assert_eq(sync_library_read(folder, leave_out, NULL, &library), 0);
    return library;
}

/* The paths that were found, with bars between. */
static void check(const struct sync_library *library, const char *expected)
{
    char found[1024] = "";

    for (size_t i = 0; i < library->count; i++)
        sprintf(found + strlen(found), "%s|", library->file[i].path);
    cr_expect_str_eq(found, expected);
}

Test(sync_library, tracks_playlists_and_covers_in_order_of_their_paths)
{
    struct sync_library library;

    mkdir("b", 0777);
    put("b/1.MP3", "");
    put("b.ogg", "");
    put("a.m3u8", "");
    put("b/Folder.JPG", "");
    put("b/other.jpg", "");
    put("c.txt", "");
    put(".hidden.mp3", "");
    put("mp3", "");
    library = walk();
    check(&library, "a.m3u8|b.ogg|b/1.MP3|b/Folder.JPG|");
    cr_expect_eq(library.file[0].kind, SYNC_FILE_PLAYLIST);
    cr_expect_eq(library.file[1].kind, SYNC_FILE_TRACK);
    cr_expect_eq(library.file[3].kind, SYNC_FILE_COVER);
    cr_expect_eq(sync_library_find(&library, "b.ogg"), &library.file[1]);
    cr_expect_null(sync_library_find(&library, "b"));
    cr_expect(!library.partial);
    cr_expect_str_empty(said);
    sync_library_done(&library);
}

Test(sync_library, names_that_are_no_utf_8_and_links_are_said)
{
    struct sync_library library;

    put("\xe9\x01.mp3", "");
    put("\xc0\xaf.mp3", ""); /* an overlong slash */
    put("a.mp3", "");
    cr_assert_eq(symlink("a.mp3", "b.mp3"), 0);
    cr_assert_eq(symlink(".", "around"), 0);
    cr_assert_eq(mkfifo("c.mp3", 0600), 0);
    library = walk();
    check(&library, "a.mp3|");
    cr_expect(strstr(said, "\\xe9\x01.mp3 name|"), "%s", said);
    cr_expect(strstr(said, "\\xc0\\xaf.mp3 name|"), "%s", said);
    cr_expect(strstr(said, "b.mp3 link|"), "%s", said);
    sync_library_done(&library);
}

Test(sync_library, a_tree_without_end_is_walked_so_deep_and_no_deeper)
{
    struct sync_library library;

    for (unsigned i = 0; i < 40; i++) {
        put("x.mp3", "");
        cr_assert_eq(mkdir("d", 0777), 0);
        cr_assert_eq(chdir("d"), 0);
    }
    library = walk();
    cr_expect_eq(library.count, 33);
    cr_expect(strstr(said, " depth|"), "%s", said);
    cr_assert_eq(chdir("/"), 0);
    sync_library_done(&library);
}

Test(sync_library, what_cannot_be_looked_into_makes_it_partial)
{
    struct sync_library library;
    pid_t child;
    int status;

    mkdir("b", 0777);
    put("b/1.mp3", "");
    put("a.mp3", "");
    cr_assert_eq(chmod("b", 0), 0);
    cr_assert_eq(chmod(".", 0755), 0);
    child = fork();
    if (child == 0) { /* root may look into everything */
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(1);
        library = walk();
        _exit(library.partial && library.count == 1 && strcmp(said, "b unreadable|") == 0 ? 0 : 2);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    chmod("b", 0777);
}

Test(sync_library, a_file_is_opened_as_it_is_now)
{
    struct sync_library library;
    uint64_t size = 0;
    int64_t changed = 0;
    char *bytes = NULL;
    size_t length = 0;
    int fd;

    put("a.mp3", "12345");
    put("b.mp3", "1");
    library = walk();
    put("a.mp3", "123");
    fd = sync_library_open(&library, "a.mp3", &size, &changed);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_expect_eq(size, 3);
    cr_expect_gt(changed, 0);
    cr_expect_eq(sync_library_load(&library, "a.mp3", 2, &bytes, &length), -EFBIG);
    cr_assert_eq(sync_library_load(&library, "a.mp3", 3, &bytes, &length), 0);
    cr_expect_str_eq(bytes, "123");
    free(bytes);
    unlink("b.mp3");
    cr_expect_eq(sync_library_open(&library, "b.mp3", &size, &changed), -ENOENT);
    cr_assert_eq(mkfifo("b.mp3", 0600), 0);
    cr_expect_eq(sync_library_open(&library, "b.mp3", &size, &changed), -EINVAL);
    cr_assert_eq(unlink("b.mp3"), 0);
    cr_assert_eq(symlink("a.mp3", "b.mp3"), 0);
    cr_expect_eq(sync_library_open(&library, "b.mp3", &size, &changed), -ELOOP);
    sync_library_done(&library);
}

Test(sync_library, a_cover_is_that_of_its_own_folder_and_the_best_of_it)
{
    struct sync_library library;

    mkdir("b", 0777);
    mkdir("b/c", 0777);
    put("b/c/cover.jpg", "");
    put("b/folder.jpg", "");
    put("b/cover.png", "");
    put("b/1.mp3", "");
    put("1.mp3", "");
    library = walk();
    cr_expect_str_eq(sync_library_cover(&library, "b/1.mp3")->path, "b/folder.jpg");
    cr_expect_str_eq(sync_library_cover(&library, "b/c/1.mp3")->path, "b/c/cover.jpg");
    cr_expect_null(sync_library_cover(&library, "1.mp3"));
    sync_library_done(&library);
}

Test(sync_library, a_folder_that_is_none_is_an_error)
{
    struct sync_library library;

    put("a.mp3", "");
    cr_expect_eq(sync_library_read("a.mp3", leave_out, NULL, &library), -ENOTDIR);
    cr_expect_eq(sync_library_read("nowhere", leave_out, NULL, &library), -ENOENT);
}

Test(sync_library, utf_8_is_what_the_standard_says)
{
    static const char *const bad[] = {"\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
                                      "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                                      "\xf5",         "\xe2\x82",         "\xff"};
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(!sync_is_utf8(bad[i]), "%zu", i);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(sync_is_utf8(good[i]), "%zu", i);
}
