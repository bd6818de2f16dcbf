/* What is done once, whoever comes first. */
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
    win_bind(NULL);
    cr_assert_eq(world_free(host.world), 0);
}

TestSuite(win_once, .init = begin, .fini = end);

static unsigned calls;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK slowly(PINIT_ONCE self, PVOID parameter, PVOID *ret_context)
{
    (void)self;
    Sleep(100);
    calls++;
    *ret_context = parameter;
    return TRUE;
}

static DWORD WINAPI comes(LPVOID parameter)
{
    static int context __attribute__((aligned(8)));
    PVOID got = NULL;

    (void)parameter;
    return InitOnceExecuteOnce(&once, slowly, &context, &got) && got == &context;
}

Test(win_once, those_who_come_later_wait_for_the_first)
{
    HANDLE threads[3];
    DWORD code = 0;

    for (unsigned i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, comes, NULL, 0, NULL);
    cr_assert_eq(WaitForMultipleObjects(3, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    cr_assert_eq(calls, 1);
    cr_assert_eq(GetTickCount(), 100);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert(GetExitCodeThread(threads[i], &code));
        cr_assert_eq(code, TRUE);
        cr_assert(CloseHandle(threads[i]));
    }
}

static BOOL CALLBACK fails_at_first(PINIT_ONCE self, PVOID parameter, PVOID *ret_context)
{
    (void)self, (void)ret_context;
    return ++*(unsigned *)parameter > 1;
}

Test(win_once, what_has_failed_is_tried_again)
{
    INIT_ONCE own = INIT_ONCE_STATIC_INIT;
    unsigned tries = 0;

    cr_assert_not(InitOnceExecuteOnce(&own, fails_at_first, &tries, NULL));
    cr_assert(InitOnceExecuteOnce(&own, fails_at_first, &tries, NULL));
    cr_assert(InitOnceExecuteOnce(&own, fails_at_first, &tries, NULL));
    cr_assert_eq(tries, 2);
}

static BOOL CALLBACK again(PINIT_ONCE self, PVOID parameter, PVOID *ret_context)
{
    (void)ret_context;
    *(BOOL *)parameter = InitOnceExecuteOnce(self, again, parameter, NULL);
    return TRUE;
}

static DWORD WINAPI nests(LPVOID parameter)
{
    INIT_ONCE own = INIT_ONCE_STATIC_INIT;

    return InitOnceExecuteOnce(&own, again, parameter, NULL) ? 1 : 0;
}

Test(win_once, one_that_waits_for_itself_is_found)
{
    BOOL inner = TRUE;
    HANDLE thread = CreateThread(NULL, 0, nests, &inner, 0, NULL);

    cr_assert_eq(WaitForSingleObject(thread, 0), WAIT_OBJECT_0);
    cr_assert_not(inner);
    cr_assert_not_null(world_found(host.world, "deadlock"));
    cr_assert(CloseHandle(thread));
}

Test(win_once, the_halves_say_who_is_to_do_it)
{
    INIT_ONCE own = INIT_ONCE_STATIC_INIT;
    BOOL pending = FALSE;
    PVOID context = NULL;

    cr_assert_not(InitOnceBeginInitialize(&own, INIT_ONCE_CHECK_ONLY, &pending, NULL));
    cr_assert_not(InitOnceComplete(&own, 0, NULL));
    cr_assert(InitOnceBeginInitialize(&own, 0, &pending, NULL) && pending);
    cr_assert(InitOnceComplete(&own, 0, &host));
    cr_assert(InitOnceBeginInitialize(&own, INIT_ONCE_CHECK_ONLY, &pending, &context) && !pending);
    cr_assert_eq(context, &host);
}

Test(win_once, of_those_at_once_one_wins)
{
    INIT_ONCE own = INIT_ONCE_STATIC_INIT;
    BOOL pending = FALSE;

    cr_assert(InitOnceBeginInitialize(&own, INIT_ONCE_ASYNC, &pending, NULL) && pending);
    cr_assert(InitOnceBeginInitialize(&own, INIT_ONCE_ASYNC, &pending, NULL) && pending);
    cr_assert(InitOnceComplete(&own, INIT_ONCE_ASYNC, &host));
    cr_assert_not(InitOnceComplete(&own, INIT_ONCE_ASYNC, NULL));
}
