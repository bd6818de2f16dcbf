/* The lock and what is awaited under it, by POSIX threads. */
#include <time.h>

#include "spcore/base.h"
#include "spcore/papd/papd.h"

static void lock(void *self)
{
    pthread_mutex_lock(&((struct papd *)self)->lock);
}

static void unlock(void *self)
{
    pthread_mutex_unlock(&((struct papd *)self)->lock);
}

static void wait_(void *self, int64_t ms)
{
    struct papd *papd = self;
    struct timespec until;

    if (ms < 0) {
        pthread_cond_wait(&papd->changed, &papd->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_clockwait(&papd->changed, &papd->lock, CLOCK_MONOTONIC, &until);
}

static void wake(void *self)
{
    pthread_cond_broadcast(&((struct papd *)self)->changed);
}

static int64_t now_ms(void *self)
{
    (void)self;
    return base_now_ms();
}

const struct service_system papd_system = {lock, unlock, wait_, wake, now_ms};
