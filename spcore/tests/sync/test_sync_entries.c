/* What playlists name. */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sync/sync_entries.h"

static struct sync_names read_text(const char *path, const char *text)
{
    struct sync_names names = {0};

    cr_assert_eq(sync_playlist_read(text, strlen(text), path, "/music", &names), 0);
    return names;
}

/* `expected` has its names with bars between. */
static void check(const char *path, const char *text, const char *expected, size_t outside)
{
    struct sync_names names = read_text(path, text);
    char said[1024] = "";

    for (size_t i = 0; i < names.count; i++) {
        strcat(said, i ? "|" : "");
        strcat(said, names.name[i]);
    }
    cr_expect_str_eq(said, expected);
    cr_expect_eq(names.outside, outside, "%zu outside", names.outside);
    sync_names_done(&names);
}

Test(sync_entries, entries_lie_beside_the_list)
{
    check("mix.m3u", "a.mp3\nB/c.mp3\n", "a.mp3|B/c.mp3", 0);
    check("B/mix.m3u", "a.mp3\n../d.mp3\n./e//f.mp3", "B/a.mp3|d.mp3|B/e/f.mp3", 0);
}

/* Where the text of another entry stood before. */
Test(sync_entries, entries_do_not_run_into_each_other)
{
    check("mix.m3u", "A/One/a long name.mp3\nA/One/2.mp3\nB\\x.ogg\nx.mp3\n",
          "A/One/a long name.mp3|A/One/2.mp3|B/x.ogg|x.mp3", 0);
}

Test(sync_entries, comments_blanks_and_a_mark_are_no_entries)
{
    check("mix.m3u8", "\xef\xbb\xbf#EXTM3U\r\n#EXTINF:3,x\r\n\r\n  a b.mp3 \t\r\n\r\n", "a b.mp3",
          0);
}

Test(sync_entries, backslashes_separate_where_no_slash_does)
{
    check("mix.m3u", "B\\c.mp3\nB/c\\d.mp3\n", "B/c.mp3|B/c\\d.mp3", 0);
}

Test(sync_entries, whole_paths_and_addresses_count_below_the_library)
{
    check("mix.m3u", "/music/a.mp3\nfile:///music/b%20c%2fd.mp3\n/musical/a.mp3\n",
          "a.mp3|b c/d.mp3", 1);
}

Test(sync_entries, what_lies_elsewhere_is_counted)
{
    check("mix.m3u", "../x.mp3\nhttp://example.org/a.mp3\nB/../../x.mp3\n/etc/passwd\n.\n", "", 5);
}

Test(sync_entries, latin_1_becomes_utf_8)
{
    check("mix.m3u", "caf\xe9.mp3\ncaf\xc3\xa9.mp3\n", "café.mp3|café.mp3", 0);
}

Test(sync_entries, pls_has_its_entries_by_name)
{
    check("mix.pls", "[playlist]\nFile1=a.mp3\nTitle1=File2=x\nfile2=B/c=d.mp3\nFile=e\nFile3=\n",
          "a.mp3|B/c=d.mp3", 0);
}

Test(sync_entries, an_entry_longer_than_any_path_is_none)
{
    char *text = calloc(1, 3 * PATH_MAX);

    memset(text, 'a', 2 * PATH_MAX);
    check("mix.m3u", text, "", 1);
    memset(text, 0xe9, PATH_MAX - 1); /* twice as long in UTF-8 */
    text[PATH_MAX - 1] = '\0';
    check("mix.m3u", text, "", 1);
    free(text);
}
