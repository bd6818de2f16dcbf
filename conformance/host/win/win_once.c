/* What is done once: the first who comes does it, others wait for it. Free is 0; the thread that is
 * at work and 1; the context and 2 when it is done. */
#include "conformance/host/win/win_private.h"

enum { PENDING = 1, DONE = 2 };

static uintptr_t state_of(const INIT_ONCE *once)
{
    return (uintptr_t)once->Ptr;
}

static bool is_settled(void *self)
{
    return !(state_of(self) & PENDING);
}

static struct world_thread *worker_of(void *self)
{
    return state_of(self) & PENDING ? (struct world_thread *)(state_of(self) & ~(uintptr_t)PENDING)
                                    : NULL;
}

/* Under the lock: until nobody is at work; false: that would never be. */
static bool settle(PINIT_ONCE once)
{
    const struct world_condition condition = {
        .met = is_settled, .holder = worker_of, .self = once, .what = "an initialisation"};

    return world_wait(win_world(), &condition, WORLD_NEVER) == 0;
}

static BOOL complete(PINIT_ONCE once, uintptr_t from, uintptr_t to)
{
    bool was;

    world_lock(win_world());
    was = state_of(once) == from;
    if (was)
        once->Ptr = (PVOID)to;
    world_changed(win_world());
    world_unlock(win_world());
    return was ? TRUE : win_fail(ERROR_GEN_FAILURE);
}

void WINAPI InitOnceInitialize(PINIT_ONCE once)
{
    once->Ptr = NULL;
}

BOOL WINAPI InitOnceBeginInitialize(PINIT_ONCE once, DWORD flags, PBOOL ret_pending,
                                    LPVOID *ret_context)
{
    uintptr_t state;
    bool ends = true;

    if (flags & ~(INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC))
        return win_fail(ERROR_INVALID_PARAMETER);
    world_lock(win_world());
    if (!flags)
        ends = settle(once);
    state = state_of(once);
    if (ends && !flags && !state)
        once->Ptr = (PVOID)((uintptr_t)world_self() | PENDING);
    world_unlock(win_world());
    if (!ends) {
        win_found_circle("InitOnce", "an initialisation");
        return win_fail(ERROR_POSSIBLE_DEADLOCK);
    }
    *ret_pending = !(state & DONE);
    if (state & DONE && ret_context)
        *ret_context = (PVOID)(state & ~(uintptr_t)DONE);
    return flags & INIT_ONCE_CHECK_ONLY && !(state & DONE) ? win_fail(ERROR_GEN_FAILURE) : TRUE;
}

BOOL WINAPI InitOnceComplete(PINIT_ONCE once, DWORD flags, LPVOID context)
{
    const uintptr_t mine = (uintptr_t)world_self() | PENDING;

    if ((uintptr_t)context & (PENDING | DONE) ||
        flags & ~(INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED) ||
        (flags & INIT_ONCE_INIT_FAILED && (context || flags & INIT_ONCE_ASYNC)))
        return win_fail(ERROR_INVALID_PARAMETER);
    if (flags & INIT_ONCE_INIT_FAILED)
        return complete(once, mine, 0);
    return complete(once, flags & INIT_ONCE_ASYNC ? 0 : mine, (uintptr_t)context | DONE);
}

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN call, PVOID parameter,
                                LPVOID *ret_context)
{
    PVOID context = NULL;
    BOOL pending = FALSE, done;

    if (!InitOnceBeginInitialize(once, 0, &pending, ret_context))
        return FALSE;
    if (!pending)
        return TRUE;
    done = call(once, parameter, &context);
    if (!InitOnceComplete(once, done ? 0 : INIT_ONCE_INIT_FAILED, done ? context : NULL))
        return FALSE;
    if (done && ret_context)
        *ret_context = context;
    return done;
}
