/* The virtual clock as Windows tells it: ticks, counters, and the time of a day that began when the
 * world did. */
#include <time.h>

#include "conformance/host/win/win_private.h"

enum { SECOND = 10000000 }; /* in 100 ns */
/* Seconds from 1601 to 1970. */
#define UNIX_EPOCH 11644473600ll

static uint64_t now(void)
{
    return WIN_EPOCH + world_now(win_world()) * WIN_TICKS_PER_MS;
}

ULONGLONG WINAPI GetTickCount64(void)
{
    return world_now(win_world());
}

DWORD WINAPI GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *ret_count)
{
    ret_count->QuadPart = (int64_t)GetTickCount64() * WIN_TICKS_PER_MS;
    return TRUE;
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *ret_frequency)
{
    ret_frequency->QuadPart = SECOND;
    return TRUE;
}

static FILETIME file_time(uint64_t ticks)
{
    return (FILETIME){.dwLowDateTime = (DWORD)ticks, .dwHighDateTime = (DWORD)(ticks >> 32)};
}

static uint64_t ticks_of(const FILETIME *time)
{
    return (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

void WINAPI GetSystemTimeAsFileTime(LPFILETIME ret_time)
{
    *ret_time = file_time(now());
}

void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME ret_time)
{
    *ret_time = file_time(now());
}

BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, LPSYSTEMTIME ret_time)
{
    const uint64_t ticks = ticks_of(time);
    const time_t seconds = (time_t)(ticks / SECOND) - UNIX_EPOCH;
    struct tm tm;

    if (ticks > INT64_MAX || !gmtime_r(&seconds, &tm))
        return win_fail(ERROR_INVALID_PARAMETER);
    *ret_time = (SYSTEMTIME){.wYear = (WORD)(tm.tm_year + 1900),
                             .wMonth = (WORD)(tm.tm_mon + 1),
                             .wDayOfWeek = (WORD)tm.tm_wday,
                             .wDay = (WORD)tm.tm_mday,
                             .wHour = (WORD)tm.tm_hour,
                             .wMinute = (WORD)tm.tm_min,
                             .wSecond = (WORD)tm.tm_sec,
                             .wMilliseconds = (WORD)(ticks % SECOND / WIN_TICKS_PER_MS)};
    return TRUE;
}

/* A day that no month has is refused, as timegm() would make another of it. */
BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *time, LPFILETIME ret_time)
{
    struct tm tm = {.tm_year = time->wYear - 1900,
                    .tm_mon = time->wMonth - 1,
                    .tm_mday = time->wDay,
                    .tm_hour = time->wHour,
                    .tm_min = time->wMinute,
                    .tm_sec = time->wSecond};
    const struct tm given = tm;
    const time_t seconds = timegm(&tm);

    if (time->wYear < 1601 || time->wYear > 30827 || time->wMilliseconds > 999 ||
        tm.tm_mon != given.tm_mon || tm.tm_mday != given.tm_mday || tm.tm_hour != given.tm_hour ||
        tm.tm_min != given.tm_min || tm.tm_sec != given.tm_sec)
        return win_fail(ERROR_INVALID_PARAMETER);
    *ret_time = file_time((uint64_t)(seconds + UNIX_EPOCH) * SECOND +
                          (uint64_t)time->wMilliseconds * WIN_TICKS_PER_MS);
    return TRUE;
}

void WINAPI GetSystemTime(LPSYSTEMTIME ret_time)
{
    const FILETIME time = file_time(now());

    (void)FileTimeToSystemTime(&time, ret_time);
}

void WINAPI GetLocalTime(LPSYSTEMTIME ret_time)
{
    GetSystemTime(ret_time); /* the zone is UTC */
}

LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b)
{
    const uint64_t x = ticks_of(a), y = ticks_of(b);

    return x < y ? -1 : x > y;
}
