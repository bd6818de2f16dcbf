/* Heaps and the virtual clock as a calendar. */
#include <criterion/criterion.h>
#include <string.h>

#include "conformance/host/include/winbase.h"
#include "conformance/host/win/win_host.h"

static struct win_host host;

static void begin(void)
{
    host.world = world_new();
    win_bind(&host);
}

static void end(void)
{
    cr_assert_eq(world_audit(host.world, NULL), 0);
    win_bind(NULL);
    cr_assert_eq(world_free(host.world), 0);
}

TestSuite(win_memory, .init = begin, .fini = end);

Test(win_memory, a_block_grows_with_what_is_in_it)
{
    HANDLE heap = GetProcessHeap();
    char *block = HeapAlloc(heap, 0, 4);

    memcpy(block, "abc", 4);
    block = HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 4096);
    cr_assert_str_eq(block, "abc");
    cr_assert_eq(block[4095], 0);
    cr_assert_eq(HeapSize(heap, 0, block), 4096);
    cr_assert_null(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 8192));
    cr_assert(HeapFree(heap, 0, block));
    cr_assert(HeapFree(heap, 0, NULL));
}

Test(win_memory, another_heaps_block_is_found)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    void *block = HeapAlloc(heap, 0, 8), *local = LocalAlloc(LPTR, 8);

    cr_assert_not(HeapFree(GetProcessHeap(), 0, block));
    cr_assert_not_null(world_found(host.world, "bad-block"));
    cr_assert_eq(LocalFree(block), block);
    cr_assert_eq(LocalSize(local), 8);
    cr_assert_null(LocalFree(local));
    cr_assert(HeapDestroy(heap));
}

Test(win_memory, the_clock_is_a_calendar)
{
    SYSTEMTIME time, back;
    FILETIME ticks;

    GetSystemTime(&time);
    cr_assert(time.wYear == 2026 && time.wMonth == 1 && time.wDay == 1 && time.wDayOfWeek == 4);
    cr_assert(world_advance(host.world, 90061001)); /* a day, an hour, a minute, 1,001 ms */
    GetSystemTime(&time);
    cr_assert(time.wDay == 2 && time.wHour == 1 && time.wMinute == 1 && time.wSecond == 1 &&
              time.wMilliseconds == 1);
    cr_assert(SystemTimeToFileTime(&time, &ticks) && FileTimeToSystemTime(&ticks, &back));
    cr_assert_eq(memcmp(&time, &back, sizeof(time)), 0);
    time.wDay = 32;
    cr_assert_not(SystemTimeToFileTime(&time, &ticks));
}
