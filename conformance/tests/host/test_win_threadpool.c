/* Work, waits and timers of the pool, in virtual time. */
#include <criterion/criterion.h>

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
    cr_assert(world_quiesce(host.world));
    cr_assert_eq(world_audit(host.world, NULL), 0);
    win_bind(NULL);
    cr_assert_eq(world_free(host.world), 0);
}

TestSuite(win_threadpool, .init = begin, .fini = end);

struct seen {
    LONG calls, timeouts;
    DWORD ms; /* what a callback takes */
    bool waits;
    PTP_WORK work;
};

static void CALLBACK works(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    struct seen *seen = context;

    cr_assert(CallbackMayRunLong(instance));
    Sleep(seen->ms);
    InterlockedIncrement(&seen->calls);
    if (seen->waits)
        WaitForThreadpoolWorkCallbacks(work, FALSE);
}

Test(win_threadpool, work_is_done_as_often_as_it_is_submitted)
{
    struct seen seen = {.ms = 50};
    PTP_WORK work = CreateThreadpoolWork(works, &seen, NULL);

    for (unsigned i = 0; i < 3; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    cr_assert_eq(seen.calls, 3);
    cr_assert_eq(GetTickCount(), 50); /* at once */
    CloseThreadpoolWork(work);
}

Test(win_threadpool, work_that_is_closed_is_done_all_the_same)
{
    struct seen seen = {.ms = 50};
    PTP_WORK work = CreateThreadpoolWork(works, &seen, NULL);

    SubmitThreadpoolWork(work);
    CloseThreadpoolWork(work);
    cr_assert(world_advance(host.world, 50));
    cr_assert_eq(seen.calls, 1);
    SubmitThreadpoolWork(work);
    cr_assert(world_quiesce(host.world));
    cr_assert_eq(seen.calls, 1);
    cr_assert_not_null(world_found(host.world, "bad-handle"));
}

Test(win_threadpool, a_callback_that_waits_for_itself_is_found)
{
    struct seen seen = {.waits = true};
    PTP_WORK work = CreateThreadpoolWork(works, &seen, NULL);

    SubmitThreadpoolWork(work);
    cr_assert(world_quiesce(host.world));
    cr_assert_not_null(world_found(host.world, "deadlock"));
    CloseThreadpoolWork(work);
}

static void CALLBACK waited(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait,
                            TP_WAIT_RESULT result)
{
    struct seen *seen = context;

    (void)instance, (void)wait;
    InterlockedIncrement(result == WAIT_TIMEOUT ? &seen->timeouts : &seen->calls);
}

static FILETIME in(uint64_t ms)
{
    const uint64_t ticks = 0 - ms * 10000;

    return (FILETIME){.dwLowDateTime = (DWORD)ticks, .dwHighDateTime = (DWORD)(ticks >> 32)};
}

Test(win_threadpool, a_wait_calls_once_each_time_it_is_set)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    struct seen seen = {0};
    PTP_WAIT wait = CreateThreadpoolWait(waited, &seen, NULL);

    SetThreadpoolWait(wait, event, NULL);
    cr_assert(SetEvent(event));
    cr_assert(world_quiesce(host.world));
    cr_assert(SetEvent(event));
    cr_assert(world_quiesce(host.world));
    cr_assert_eq(seen.calls, 1);
    SetThreadpoolWait(wait, event, NULL); /* it has been signalled before */
    cr_assert(world_quiesce(host.world));
    cr_assert_eq(seen.calls, 2);
    CloseThreadpoolWait(wait);
    cr_assert(CloseHandle(event));
}

Test(win_threadpool, a_wait_times_out_and_can_be_taken_back)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    FILETIME second = in(1000);
    struct seen seen = {0};
    PTP_WAIT wait = CreateThreadpoolWait(waited, &seen, NULL);

    SetThreadpoolWait(wait, event, &second);
    cr_assert(world_advance(host.world, 999));
    cr_assert_eq(seen.timeouts, 0);
    cr_assert(world_advance(host.world, 1));
    cr_assert_eq(seen.timeouts, 1);
    SetThreadpoolWait(wait, event, &second);
    SetThreadpoolWait(wait, NULL, NULL);
    cr_assert(SetEvent(event));
    cr_assert(world_advance(host.world, 5000));
    WaitForThreadpoolWaitCallbacks(wait, TRUE);
    cr_assert(seen.calls == 0 && seen.timeouts == 1);
    CloseThreadpoolWait(wait);
    cr_assert(CloseHandle(event));
}

static void CALLBACK ticks(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer)
{
    struct seen *seen = context;

    (void)instance, (void)timer;
    InterlockedIncrement(&seen->calls);
}

Test(win_threadpool, a_timer_calls_until_it_is_taken_back)
{
    FILETIME due = in(100);
    struct seen seen = {0};
    PTP_TIMER timer = CreateThreadpoolTimer(ticks, &seen, NULL);

    SetThreadpoolTimer(timer, &due, 0, 0);
    cr_assert(world_advance(host.world, 1000));
    cr_assert_eq(seen.calls, 1);
    SetThreadpoolTimer(timer, &due, 250, 0);
    cr_assert(world_advance(host.world, 600)); /* at 100, 350, 600 */
    cr_assert_eq(seen.calls, 4);
    SetThreadpoolTimer(timer, NULL, 0, 0);
    cr_assert(world_advance(host.world, 1000));
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    cr_assert_eq(seen.calls, 4);
    CloseThreadpoolTimer(timer);
}

Test(win_threadpool, a_moment_of_the_day_is_met)
{
    FILETIME due;
    ULARGE_INTEGER moment;
    struct seen seen = {0};
    PTP_TIMER timer = CreateThreadpoolTimer(ticks, &seen, NULL);

    GetSystemTimeAsFileTime(&due);
    moment.QuadPart = ((uint64_t)due.dwHighDateTime << 32 | due.dwLowDateTime) + 3000 * 10000;
    due = (FILETIME){(DWORD)moment.QuadPart, (DWORD)(moment.QuadPart >> 32)};
    SetThreadpoolTimer(timer, &due, 0, 0);
    cr_assert(world_advance(host.world, 2999));
    cr_assert_eq(seen.calls, 0);
    cr_assert(world_advance(host.world, 1));
    cr_assert_eq(seen.calls, 1);
    CloseThreadpoolTimer(timer);
}

static void CALLBACK tells(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    SetEventWhenCallbackReturns(instance, context);
    Sleep(10);
}

Test(win_threadpool, an_event_is_set_when_a_callback_has_returned)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    cr_assert(TrySubmitThreadpoolCallback(tells, event, NULL));
    cr_assert_eq(WaitForSingleObject(event, 9), WAIT_TIMEOUT);
    cr_assert_eq(WaitForSingleObject(event, 1), WAIT_OBJECT_0);
    cr_assert(CloseHandle(event));
}
