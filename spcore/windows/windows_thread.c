/* A wait until a moment of the monotonic clock, by the clock of the day that MinGW's conditions
 * have: the same time from now on. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "spcore/base.h"

#undef pthread_cond_timedwait

int windows_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *lock,
                           const struct timespec *monotonic)
{
    int64_t left = (int64_t)monotonic->tv_sec * 1000 + monotonic->tv_nsec / 1000000 - base_now_ms();
    struct timespec until;

    if (left <= 0)
        return ETIMEDOUT;
    clock_gettime(CLOCK_REALTIME, &until);
    left += (int64_t)until.tv_sec * 1000 + until.tv_nsec / 1000000;
    until = (struct timespec){.tv_sec = left / 1000, .tv_nsec = (long)(left % 1000) * 1000000};
    return pthread_cond_timedwait(condition, lock, &until) == 0 ? 0 : ETIMEDOUT;
}
