/* A file is whole or not there. */
#include "spcore/command/whole.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_whole.XXXXXX";

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    umask(022);
}

static unsigned count(void)
{
    DIR *dir = opendir(".");
    unsigned found = 0;

    cr_assert_not_null(dir);
    for (const struct dirent *one; (one = readdir(dir));)
        found += one->d_name[0] != '.';
    closedir(dir);
    return found;
}

static void leave(void)
{
    static const char *const names[] = {"a", "link", "other"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    cr_assert_eq(count(), 0);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(whole, .init = enter, .fini = leave);

static int put(const char *path, const char *text)
{
    struct whole whole;
    int error = whole_begin(&whole, path);

    if (error)
        return error;
    fputs(text, whole.file);
    return whole_end(&whole);
}

static void holds(const char *path, const char *text)
{
    char read[64] = "";
    FILE *file = fopen(path, "re");

    cr_assert_not_null(file);
    cr_assert_eq(fread(read, 1, sizeof(read) - 1, file), strlen(text));
    cr_assert_str_eq(read, text);
    fclose(file);
}

static unsigned mode_of(const char *path)
{
    struct stat found;

    cr_assert_eq(stat(path, &found), 0);
    return found.st_mode & 0777;
}

Test(whole, a_new_file_has_the_mode_of_new_files_and_a_replaced_one_its_own)
{
    cr_assert_eq(put("a", "one"), 0);
    cr_assert_eq(mode_of("a"), 0644);
    cr_assert_eq(chmod("a", 0600), 0);
    cr_assert_eq(put("a", "two"), 0);
    cr_assert_eq(mode_of("a"), 0600);
    holds("a", "two");
    cr_assert_eq(count(), 1);
}

Test(whole, what_is_dropped_leaves_what_was_there)
{
    struct whole whole;

    cr_assert_eq(put("a", "one"), 0);
    cr_assert_eq(whole_begin(&whole, "a"), 0);
    fputs("half", whole.file);
    fflush(whole.file);
    holds("a", "one");
    whole_drop(&whole);
    holds("a", "one");
    cr_assert_eq(count(), 1);
}

Test(whole, a_link_stays_one_also_to_nothing_yet)
{
    struct stat found;

    cr_assert_eq(symlink("other", "link"), 0);
    cr_assert_eq(put("link", "one"), 0);
    cr_assert_eq(put("link", "two"), 0);
    cr_assert_eq(lstat("link", &found), 0);
    cr_assert(S_ISLNK(found.st_mode));
    holds("other", "two");
}

Test(whole, a_circle_of_links_is_an_error_and_so_is_no_folder)
{
    cr_assert_eq(symlink("link", "link"), 0);
    cr_assert_eq(put("link", "one"), -ELOOP);
    cr_assert_eq(put("none/a", "one"), -ENOENT);
}

Test(whole, what_is_no_file_is_written_where_it_is)
{
    cr_assert_eq(put("/dev/null", "one"), 0);
    cr_assert_eq(put("/dev/full", "one"), -ENOSPC);
    cr_assert_eq(symlink("/dev/full", "link"), 0);
    cr_assert_eq(put("link", "one"), -ENOSPC);
    cr_assert_eq(count(), 1);
}

Test(whole, the_longest_name_of_a_folder_is_one)
{
    char name[NAME_MAX + 2];

    memset(name, 'a', sizeof(name));
    name[NAME_MAX] = '\0';
    cr_assert_eq(put(name, "whole"), 0);
    holds(name, "whole");
    cr_assert_eq(unlink(name), 0);
    name[NAME_MAX] = 'a';
    name[NAME_MAX + 1] = '\0';
    cr_assert_eq(put(name, "whole"), -ENAMETOOLONG);
}
