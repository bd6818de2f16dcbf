/* Ranges of the content that are mapped: which ones, and that it stays what it is. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "simulator/store/arena.h"

static struct arena *arena;
static off_t extent;
enum { EXTENT = 6 << 20 };

/* An extent whose every byte is written. */
static void start(void)
{
    static uint8_t bytes[1 << 20];

    cr_assert_eq(arena_open(NULL, &arena), 0);
    cr_assert_eq(arena_reserve(arena, EXTENT, &extent), 0);
    for (off_t at = 0; at < EXTENT; at += (off_t)sizeof(bytes)) {
        memset(bytes, (int)(1 + at / (off_t)sizeof(bytes)), sizeof(bytes));
        cr_assert_eq(arena_write(arena, extent + at, bytes, sizeof(bytes)), 0);
    }
}

static void end(void)
{
    arena_close(arena);
}

static blkcnt_t taken(void)
{
    struct stat status;

    cr_assert_eq(fstat(arena_fd(arena), &status), 0);
    return status.st_blocks;
}

Test(arena, what_was_written_is_mapped, .init = start, .fini = end)
{
    const uint8_t *bytes = arena_map(arena, extent + 5, 65536);

    cr_assert_not_null(bytes);
    cr_expect_eq(bytes[0], 1);
    bytes = arena_map(arena, extent + EXTENT - 65536, 65536);
    cr_assert_not_null(bytes, "another window");
    cr_expect_eq(bytes[65535], 6);
    bytes = arena_map(arena, extent + (4 << 20) - 100, 200);
    cr_assert_not_null(bytes, "across where one ended");
    cr_expect_eq(bytes[99], 4);
    cr_expect_eq(bytes[100], 5);
}

Test(arena, what_is_written_is_seen_where_it_is_mapped, .init = start, .fini = end)
{
    const uint8_t *bytes = arena_map(arena, extent, 4096);

    cr_assert_eq(arena_write(arena, extent + 7, "x", 1), 0);
    cr_assert_not_null(bytes);
    cr_expect_eq(bytes[7], 'x');
}

Test(arena, holes_are_not_mapped_and_stay_holes, .init = start, .fini = end)
{
    blkcnt_t before;
    off_t sparse;

    cr_assert_not_null(arena_map(arena, extent, 4096));
    arena_discard(arena, extent, 1 << 20);
    before = taken();
    cr_expect_null(arena_map(arena, extent, 4096));
    cr_expect_null(arena_map(arena, extent + (1 << 20) - 10, 20));
    cr_expect_not_null(arena_map(arena, extent + (1 << 20), 20));
    cr_assert_eq(arena_reserve(arena, 1 << 20, &sparse), 0);
    cr_expect_null(arena_map(arena, sparse, 65536));
    cr_expect_eq(taken(), before);
}

Test(arena, too_long_a_range_is_not_mapped, .init = start, .fini = end)
{
    cr_expect_null(arena_map(arena, extent, EXTENT));
}
