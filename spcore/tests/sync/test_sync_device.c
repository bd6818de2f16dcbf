/* By what path an object of a device is known. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "spcore/sync/sync_device.h"
#include "spcore/sync/sync_library.h"

static void check(const char *folder, const char *called, const char *expected)
{
    char name[32], *path;

    snprintf(name, sizeof(name), "%s", called);
    path = sync_path(folder, name);
    cr_expect_str_eq(path, expected);
    free(path);
}

Test(sync_device, paths_are_of_folders_and_names)
{
    check("", "Music", "Music");
    check("", "MUSIC", "Music");
    check("Music", "MUSIC", "Music/MUSIC");
    check("Music/a", "1.mp3", "Music/a/1.mp3");
}

/* "Music/a" called "b/1.mp3" is not what lies in a folder "b". */
Test(sync_device, a_name_with_slashes_is_no_path)
{
    char name[] = "b/c/1.mp3", *path = sync_path("Music/a", name);

    cr_expect_not(sync_is_utf8(path)); /* as every path of a library is */
    cr_expect_str_eq(path, "Music/a/b\xff"
                           "c\xff"
                           "1.mp3");
    free(path);
}
