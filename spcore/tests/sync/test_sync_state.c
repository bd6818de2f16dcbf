/* What was synchronised, kept in a file that survives its program. */
#include <criterion/criterion.h>
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spcore/sync/sync_state.h"

static char folder[] = "/tmp/sync-state-XXXXXX";
static char inner[64];

static void begin(void)
{
    cr_assert(mkdtemp(folder));
    snprintf(inner, sizeof(inner), "%s/a/b", folder);
}

static void end(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(sync_state, .init = begin, .fini = end);

static struct sync_state *opened(bool only_read)
{
    struct sync_state *state = NULL;

    cr_assert_eq(sync_state_open(inner, "device", "/library", only_read, &state), 0);
    return state;
}

static const struct sync_row full = {.kind = SYNC_TRACK,
                                     .path = (char[]){"Music/ä.mp3"},
                                     .id = (char[]){"42"},
                                     .size = UINT64_C(1) << 40,
                                     .changed = -5,
                                     .digest = {1, 2, [31] = 9},
                                     .album = (char[]){"Album"},
                                     .has_art = true,
                                     .rating = 60,
                                     .plays = UINT32_MAX};
static const struct sync_row intent = {.kind = SYNC_FOLDER, .path = (char[]){"Albums"}};

Test(sync_state, rows_come_back_as_they_were_and_in_order)
{
    struct sync_state *state = opened(false);
    struct sync_row *rows = NULL;
    size_t count = 0;

    cr_assert_eq(sync_state_put(state, &full), 0);
    cr_assert_eq(sync_state_put(state, &intent), 0);
    sync_state_close(state);
    state = opened(true);
    cr_assert_eq(sync_state_rows(state, &rows, &count), 0);
    cr_assert_eq(count, 2);
    cr_expect_str_eq(rows[0].path, "Albums");
    cr_expect_null(rows[0].id);
    cr_expect_str_eq(rows[0].album, "");
    cr_expect_eq(rows[1].kind, SYNC_TRACK);
    cr_expect_str_eq(rows[1].path, full.path);
    cr_expect_str_eq(rows[1].id, "42");
    cr_expect_eq(rows[1].size, full.size);
    cr_expect_eq(rows[1].changed, -5);
    cr_expect_arr_eq(rows[1].digest, full.digest, SYNC_DIGEST);
    cr_expect_str_eq(rows[1].album, "Album");
    cr_expect(rows[1].has_art);
    cr_expect_eq(rows[1].rating, 60);
    cr_expect_eq(rows[1].plays, UINT32_MAX);
    sync_state_close(state);
}

Test(sync_state, a_path_has_one_row_until_it_is_dropped)
{
    struct sync_state *state = opened(false);
    struct sync_row later = full, *rows = NULL;
    size_t count = 0;

    later.id = NULL;
    cr_assert_eq(sync_state_put(state, &full), 0);
    cr_assert_eq(sync_state_put(state, &later), 0);
    cr_assert_eq(sync_state_put(state, &intent), 0);
    cr_assert_eq(sync_state_drop(state, intent.path), 0);
    cr_assert_eq(sync_state_rows(state, &rows, &count), 0);
    cr_assert_eq(count, 1);
    cr_expect_null(rows[0].id);
    sync_state_close(state);
}

Test(sync_state, devices_and_libraries_have_a_file_each)
{
    static const char *const others[][2] = {{"other", "/library"}, {"device", "/other"}};
    struct sync_state *state = opened(false), *other = NULL;
    struct sync_row *rows = NULL;
    size_t count = 1;

    cr_assert_eq(sync_state_put(state, &full), 0);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(sync_state_open(inner, others[i][0], others[i][1], false, &other), 0);
        cr_assert_eq(sync_state_rows(other, &rows, &count), 0);
        cr_expect_eq(count, 0);
        sync_state_close(other);
    }
    sync_state_close(state);
}

Test(sync_state, whoever_only_reads_makes_nothing)
{
    struct sync_state *state = opened(true);
    struct sync_row *rows = NULL;
    size_t count = 1;

    cr_assert_eq(sync_state_rows(state, &rows, &count), 0);
    cr_expect_eq(count, 0);
    cr_expect_eq(access(inner, F_OK), -1);
    sync_state_close(state);
}

Test(sync_state, a_second_one_is_told_that_it_is_in_use)
{
    struct sync_state *state = opened(false), *second = NULL;

    cr_expect_eq(sync_state_open(inner, "device", "/library", false, &second), -EBUSY);
    sync_state_close(state);
    sync_state_close(opened(false));
}

Test(sync_state, an_intent_and_what_came_before_it_are_there_after_a_kill)
{
    struct sync_state *state;
    struct sync_row *rows = NULL;
    size_t count = 0;
    int status;
    pid_t child = fork();

    if (child == 0) {
        state = opened(false);
        if (sync_state_put(state, &full) == 0 && sync_state_put(state, &intent) == 0 &&
            sync_state_drop(state, full.path) == 0) /* as if it had not been said yet */
            raise(SIGKILL);
        _exit(1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    state = opened(false);
    cr_assert_eq(sync_state_rows(state, &rows, &count), 0);
    cr_expect_eq(count, 2);
    sync_state_close(state);
}

Test(sync_state, a_file_that_is_none_of_ours_is_an_error)
{
    struct sync_state *state = opened(false);
    char command[256];

    cr_assert_eq(sync_state_put(state, &full), 0);
    sync_state_close(state);
    snprintf(command, sizeof(command),
             "for f in %s/*.sqlite; do printf 'not a database at all %%0900d' 7 > $f; done", inner);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(sync_state_open(inner, "device", "/library", false, &state), -EIO);
}

/* By somebody else, while nobody has it open. */
static void tamper(const char *statements)
{
    char pattern[80];
    glob_t files;
    sqlite3 *file = NULL;

    sync_state_close(opened(false));
    snprintf(pattern, sizeof(pattern), "%s/*.sqlite", inner);
    cr_assert_eq(glob(pattern, 0, NULL, &files), 0);
    cr_assert_eq(sqlite3_open(files.gl_pathv[0], &file), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(file, statements, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(file);
    globfree(&files);
}

Test(sync_state, what_a_file_brings_along_does_not_run)
{
    struct sync_state *state;
    struct sync_row *rows = NULL;
    size_t count = 0;

    tamper("CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM object; END;");
    state = opened(false);
    cr_assert_eq(sync_state_put(state, &full), 0);
    sync_state_close(state);
    state = opened(true);
    cr_assert_eq(sync_state_rows(state, &rows, &count), 0);
    cr_expect_eq(count, 1);
    sync_state_close(state);
}

Test(sync_state, a_view_is_not_taken_for_the_rows)
{
    struct sync_state *state;
    struct sync_row *rows = NULL;
    size_t count = 0;

    tamper("ALTER TABLE object RENAME TO other; CREATE VIEW object AS SELECT * FROM other;");
    state = opened(true);
    cr_expect_eq(sync_state_rows(state, &rows, &count), -EIO);
    sync_state_close(state);
    cr_expect_eq(sync_state_open(inner, "device", "/library", false, &state), -EIO);
}
