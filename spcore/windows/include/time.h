/* What POSIX and Linux have beside the C library's. */
#ifndef SPCORE_WINDOWS_INCLUDE_TIME_H
#define SPCORE_WINDOWS_INCLUDE_TIME_H

#include <pthread_time.h>
#include_next <time.h>

#define CLOCK_MONOTONIC_COARSE CLOCK_MONOTONIC

static inline time_t timegm(struct tm *utc)
{
    return _mkgmtime(utc);
}

static inline struct tm *windows_gmtime(const time_t *when, struct tm *ret)
{
    return _gmtime64_s(ret, when) == 0 ? ret : NULL;
}
#define gmtime_r windows_gmtime

#endif
