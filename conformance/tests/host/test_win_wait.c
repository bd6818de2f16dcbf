/* Windows' waits and locks over the virtual world. */
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

TestSuite(win_wait, .init = begin, .fini = end);

Test(win_wait, an_event_resets_itself_or_does_not)
{
    HANDLE automatic = CreateEventW(NULL, FALSE, TRUE, NULL);
    HANDLE manual = CreateEventW(NULL, TRUE, TRUE, NULL);
    const HANDLE both[] = {automatic, manual};

    cr_assert_eq(WaitForMultipleObjects(2, both, TRUE, 0), WAIT_OBJECT_0);
    cr_assert_eq(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_OBJECT_0 + 1);
    cr_assert_eq(WaitForSingleObject(automatic, 250), WAIT_TIMEOUT);
    cr_assert_eq(GetTickCount64(), 250);
    cr_assert(ResetEvent(manual));
    cr_assert_eq(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    cr_assert(CloseHandle(automatic) && CloseHandle(manual));
}

Test(win_wait, a_closed_handle_is_known)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    cr_assert(CloseHandle(event));
    cr_assert_not(SetEvent(event));
    cr_assert_eq(GetLastError(), ERROR_INVALID_HANDLE);
    cr_assert_not_null(world_found(host.world, "closed-handle"));
    cr_assert_null(world_found(host.world, "bad-handle"));
    cr_assert_not(SetEvent(NULL));
    cr_assert_not_null(world_found(host.world, "bad-handle"));
}

static DWORD WINAPI seven(LPVOID parameter)
{
    Sleep(100);
    (void)SetEvent(parameter);
    return 7;
}

Test(win_wait, a_thread_ends_with_its_code)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, seven, event, 0, NULL);
    DWORD code = 0;

    cr_assert(GetExitCodeThread(thread, &code));
    cr_assert_eq(code, STILL_ACTIVE);
    cr_assert_eq(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    cr_assert(GetExitCodeThread(thread, &code));
    cr_assert_eq(code, 7);
    cr_assert_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    cr_assert(CloseHandle(event) && CloseHandle(thread));
}

/* ---- locks */
static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static unsigned seen;

static DWORD WINAPI sleeps(LPVOID parameter)
{
    (void)parameter;
    AcquireSRWLockShared(&lock);
    while (!seen) {
        if (!SleepConditionVariableSRW(&changed, &lock, 1000, CONDITION_VARIABLE_LOCKMODE_SHARED))
            break;
    }
    ReleaseSRWLockShared(&lock);
    return seen;
}

Test(win_wait, a_condition_variable_wakes_all_or_ends)
{
    DWORD code[3] = {0};
    HANDLE threads[3];

    seen = 0;
    for (unsigned i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, sleeps, NULL, 0, NULL);
    cr_assert(world_quiesce(host.world));
    AcquireSRWLockExclusive(&lock);
    cr_assert_not(TryAcquireSRWLockShared(&lock));
    seen = 5;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&changed);
    cr_assert_eq(WaitForMultipleObjects(3, threads, TRUE, 0), WAIT_OBJECT_0);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert(GetExitCodeThread(threads[i], &code[i]));
        cr_assert_eq(code[i], 5);
        cr_assert(CloseHandle(threads[i]));
    }
    seen = 0;
    threads[0] = CreateThread(NULL, 0, sleeps, NULL, 0, NULL);
    cr_assert_eq(WaitForSingleObject(threads[0], INFINITE), WAIT_OBJECT_0);
    cr_assert_eq(GetTickCount(), 1000);
    cr_assert(CloseHandle(threads[0]));
}

/* ---- one is woken at the moment at which another's time comes */
static CONDITION_VARIABLE one = CONDITION_VARIABLE_INIT;

static DWORD WINAPI sleeps_on_one(LPVOID ms)
{
    BOOL woken;

    AcquireSRWLockExclusive(&lock);
    woken = SleepConditionVariableSRW(&one, &lock, *(DWORD *)ms, 0);
    ReleaseSRWLockExclusive(&lock);
    return (DWORD)woken;
}

static DWORD WINAPI wakes_one(LPVOID ms)
{
    Sleep(*(DWORD *)ms);
    WakeConditionVariable(&one);
    return 0;
}

Test(win_wait, who_is_woken_as_its_time_comes_has_been_woken)
{
    for (unsigned round = 0; round < 200; round++) {
        DWORD second = 1000, forever = INFINITE, woken[2] = {0};
        HANDLE threads[3];

        threads[0] = CreateThread(NULL, 0, sleeps_on_one, &second, 0, NULL);
        cr_assert(world_quiesce(host.world));
        threads[1] = CreateThread(NULL, 0, sleeps_on_one, &forever, 0, NULL);
        threads[2] = CreateThread(NULL, 0, wakes_one, &second, 0, NULL);
        cr_assert(world_advance(host.world, 1000));
        cr_assert(GetExitCodeThread(threads[0], &woken[0]));
        cr_assert(GetExitCodeThread(threads[1], &woken[1]));
        cr_assert_neq(woken[0] == TRUE, woken[1] == TRUE, "one is woken, in round %u", round);
        WakeAllConditionVariable(&one);
        cr_assert_eq(WaitForMultipleObjects(3, threads, TRUE, 0), WAIT_OBJECT_0);
        for (unsigned i = 0; i < 3; i++)
            cr_assert(CloseHandle(threads[i]));
    }
}

/* ---- the pool */
static HANDLE wait_handle;

static void CALLBACK ended(PVOID parameter, BOOLEAN timed_out)
{
    *(unsigned *)parameter += timed_out ? 10 : 1;
}

Test(win_wait, a_registered_wait_calls_until_it_is_unregistered)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    unsigned calls = 0;

    cr_assert(RegisterWaitForSingleObject(&wait_handle, event, ended, &calls, 1000, 0));
    cr_assert(world_quiesce(host.world));
    cr_assert(SetEvent(event));
    cr_assert(world_quiesce(host.world));
    cr_assert_eq(calls, 1);
    cr_assert(world_advance(host.world, 1500));
    cr_assert_eq(calls, 11);
    cr_assert(UnregisterWaitEx(wait_handle, INVALID_HANDLE_VALUE));
    cr_assert(world_advance(host.world, 5000));
    cr_assert_eq(calls, 11);
    cr_assert(CloseHandle(event));
}
