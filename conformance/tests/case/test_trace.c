/* Lines that stand in memory until there are many, and what is left of a process that is gone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/case/trace.h"

static char folder[] = "/tmp/test_trace_XXXXXX";
static struct trace_room room;

static void make(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void path_of(char *path, size_t size)
{
    snprintf(path, size, "%s/" TRACE_FILE, folder);
}

static void forget(void)
{
    char path[64];

    path_of(path, sizeof(path));
    unlink(path);
    rmdir(folder);
}

/* What stands in the file; the caller's. */
static char *stands(void)
{
    char *text = calloc(1, 1 << 20), path[64];
    FILE *file;

    path_of(path, sizeof(path));
    file = fopen(path, "re");
    cr_assert(text && file);
    cr_assert_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return text;
}

#define STANDS(wanted)                                                                             \
    do {                                                                                           \
        char *is = stands();                                                                       \
                                                                                                   \
        cr_expect_str_eq(is, (wanted));                                                            \
        free(is);                                                                                  \
    } while (0)

static void say(struct trace *trace, const char *word)
{
    json_t *event = json_pack("{s:s}", "say", word);

    trace_say(trace, event);
    json_decref(event);
}

Test(trace, lines_are_in_the_file_when_it_is_closed, .init = make, .fini = forget)
{
    struct trace trace;

    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    say(&trace, "one");
    say(&trace, "two");
    STANDS("");
    cr_expect_eq(trace_close(&trace), 0);
    STANDS("{\"say\":\"one\"}\n{\"say\":\"two\"}\n");
}

Test(trace, without_a_room_each_line_goes_out_at_once, .init = make, .fini = forget)
{
    struct trace trace;

    cr_assert_eq(trace_open(&trace, folder, NULL), 0);
    say(&trace, "one");
    STANDS("{\"say\":\"one\"}\n");
    say(&trace, "two");
    STANDS("{\"say\":\"one\"}\n{\"say\":\"two\"}\n");
    cr_expect_eq(trace_close(&trace), 0);
}

Test(trace, who_is_gone_leaves_all_that_was_said, .init = make, .fini = forget)
{
    struct trace trace;

    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    say(&trace, "one");
    close(trace.fd); /* nothing more comes of that process */
    cr_expect_eq(trace_save(&room, folder), 0);
    STANDS("{\"say\":\"one\"}\n");
    cr_expect_eq(trace_save(&room, folder), 0);
    STANDS("{\"say\":\"one\"}\n");
}

/* Between the write and the note that it was made. */
Test(trace, what_was_written_by_one_who_is_gone_is_not_there_twice, .init = make, .fini = forget)
{
    struct trace trace;

    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    say(&trace, "one");
    cr_expect_eq(trace_close(&trace), 0);
    room.written = 0;
    cr_expect_eq(trace_save(&room, folder), 0);
    STANDS("{\"say\":\"one\"}\n");
}

Test(trace, more_than_there_is_room_for_is_all_there_in_order, .init = make, .fini = forget)
{
    struct trace trace;
    char *is, *at;
    char word[24];

    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    for (int i = 0; i < 10000; i++) {
        snprintf(word, sizeof(word), "%05d", i);
        say(&trace, word);
    }
    close(trace.fd);
    cr_expect_eq(trace_save(&room, folder), 0);
    at = is = stands();
    for (int i = 0; i < 10000; i++, at += 16) {
        snprintf(word, sizeof(word), "{\"say\":\"%05d", i);
        cr_assert_eq(strncmp(at, word, 13), 0, "line %d: %.16s", i, at);
    }
    cr_expect_str_eq(at, "");
    free(is);
}

Test(trace, a_line_longer_than_the_room_stands_in_its_place, .init = make, .fini = forget)
{
    size_t size = 2 * TRACE_ROOM;
    char *word = malloc(size + 1), *is;
    struct trace trace;

    cr_assert_not_null(word);
    memset(word, 'a', size);
    word[size] = '\0';
    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    say(&trace, "one");
    say(&trace, word);
    say(&trace, "two");
    cr_expect_eq(trace_close(&trace), 0);
    is = stands();
    cr_expect_eq(strncmp(is, "{\"say\":\"one\"}\n{\"say\":\"aaa", 25), 0);
    cr_expect_str_eq(is + strlen(is) - 17, "\"}\n{\"say\":\"two\"}\n");
    cr_expect_eq(strlen(is), size + 10 + 1 + 28);
    free(is);
    free(word);
}

Test(trace, a_counter_that_is_wrong_writes_no_more_than_the_room, .init = make, .fini = forget)
{
    struct trace trace;
    char *is;

    cr_assert_eq(trace_open(&trace, folder, &room), 0);
    say(&trace, "one");
    close(trace.fd);
    room.said = UINT64_MAX;
    cr_expect_eq(trace_save(&room, folder), 0);
    is = stands();
    cr_expect_eq(strncmp(is, "{\"say\":\"one\"}\n", 14), 0);
    free(is);
    room.said = 0;
    room.written = 5;
    cr_expect_eq(trace_save(&room, folder), 0);
}

Test(trace, a_full_disk_is_said_and_ends_the_trace)
{
    struct trace trace = {.room = &room, .fd = open("/dev/full", O_WRONLY | O_CLOEXEC)};

    say(&trace, "one");
    cr_expect_eq(trace_close(&trace), -ENOSPC);
}
