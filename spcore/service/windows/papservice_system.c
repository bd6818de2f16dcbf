/* The lock and what is awaited under it, of Windows. */
#include "spcore/service/windows/papservice.h"

static void lock(void *self)
{
    AcquireSRWLockExclusive(&((struct papservice *)self)->lock);
}

static void unlock(void *self)
{
    ReleaseSRWLockExclusive(&((struct papservice *)self)->lock);
}

static void wait(void *self, int64_t ms)
{
    struct papservice *service = self;

    (void)SleepConditionVariableSRW(&service->changed, &service->lock,
                                    ms < 0 ? INFINITE : (DWORD)ms, 0);
}

static void wake(void *self)
{
    WakeAllConditionVariable(&((struct papservice *)self)->changed);
}

static int64_t now_ms(void *self)
{
    (void)self;
    return (int64_t)GetTickCount64();
}

const struct service_system papservice_system = {
    .lock = lock, .unlock = unlock, .wait = wait, .wake = wake, .now_ms = now_ms};
