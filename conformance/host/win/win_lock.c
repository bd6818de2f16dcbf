/* Locks and condition variables, whose memory is all there is of them: who holds one is in it, so
 * that a circle is met instead of waited in. */
#include <errno.h>

#include "conformance/host/win/win_private.h"

/* An SRW lock is 0, its owner and 1, or four times the number of who shares it and 2. */
enum { EXCLUSIVE = 1, SHARED = 2, ONE_MORE = 4 };

struct locking {
    PSRWLOCK lock;
    PCRITICAL_SECTION section;
    struct world_thread *self;
    bool shared;
    PCONDITION_VARIABLE variable; /* woken first, when there is one */
    bool woken;
    struct locking *next; /* who sleeps on a condition variable, in order */
};

static uintptr_t state_of(const SRWLOCK *lock)
{
    return (uintptr_t)lock->Ptr;
}

static bool take_lock(PSRWLOCK lock, bool shared, const struct world_thread *self)
{
    const uintptr_t state = state_of(lock);

    if (state & EXCLUSIVE || (state && !shared))
        return false;
    lock->Ptr = (PVOID)(shared ? (state ? state : SHARED) + ONE_MORE : (uintptr_t)self | EXCLUSIVE);
    return true;
}

static bool take_section(PCRITICAL_SECTION section, struct world_thread *self)
{
    if (section->RecursionCount > 0 && section->OwningThread != self)
        return false;
    section->OwningThread = self;
    section->RecursionCount++;
    return true;
}

static bool is_free(void *self)
{
    struct locking *locking = self;

    if (locking->variable && !locking->woken)
        return false;
    return locking->lock ? take_lock(locking->lock, locking->shared, locking->self)
                         : take_section(locking->section, locking->self);
}

static struct world_thread *holder_of(void *self)
{
    const struct locking *locking = self;

    if (locking->variable && !locking->woken)
        return NULL;
    if (locking->section)
        return locking->section->OwningThread;
    return state_of(locking->lock) & EXCLUSIVE
               ? (struct world_thread *)(state_of(locking->lock) & ~(uintptr_t)EXCLUSIVE)
               : NULL;
}

/* Under the lock, which a report lets go. In a circle it never comes back, as there. */
static void wait_for(struct locking *locking, const char *call)
{
    struct world_condition condition = {
        .met = is_free, .holder = holder_of, .self = locking, .what = "a lock"};

    if (world_wait(win_world(), &condition, WORLD_NEVER) == 0)
        return;
    world_unlock(win_world());
    win_found_circle(call, "a lock");
    world_lock(win_world());
    condition.holder = NULL;
    (void)world_wait(win_world(), &condition, WORLD_NEVER);
}

static void lock_as(PSRWLOCK lock, bool shared, const char *call)
{
    struct locking locking = {.lock = lock, .shared = shared, .self = world_self()};

    world_lock(win_world());
    wait_for(&locking, call);
    world_unlock(win_world());
}

static BOOLEAN try_lock(PSRWLOCK lock, bool shared)
{
    bool taken;

    world_lock(win_world());
    taken = take_lock(lock, shared, world_self());
    world_unlock(win_world());
    return taken;
}

/* Under the lock. */
static bool give_lock(PSRWLOCK lock, bool shared)
{
    const uintptr_t state = state_of(lock);

    if (shared ? !(state & SHARED) : !(state & EXCLUSIVE))
        return false;
    lock->Ptr = (PVOID)(shared && state > SHARED + ONE_MORE ? state - ONE_MORE : 0);
    world_changed(win_world());
    return true;
}

static void unlock(PSRWLOCK lock, bool shared)
{
    bool given;

    world_lock(win_world());
    given = give_lock(lock, shared);
    world_unlock(win_world());
    if (!given)
        world_find(win_world(), WORLD_FAULT, "lock-not-held",
                   "an SRW lock was released that is not held that way");
}

void WINAPI InitializeSRWLock(PSRWLOCK lock)
{
    lock->Ptr = NULL;
}

void WINAPI AcquireSRWLockExclusive(PSRWLOCK lock)
{
    lock_as(lock, false, "AcquireSRWLockExclusive");
}

void WINAPI AcquireSRWLockShared(PSRWLOCK lock)
{
    lock_as(lock, true, "AcquireSRWLockShared");
}

BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    return try_lock(lock, false);
}

BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock)
{
    return try_lock(lock, true);
}

void WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    unlock(lock, false);
}

void WINAPI ReleaseSRWLockShared(PSRWLOCK lock)
{
    unlock(lock, true);
}

/* ---- critical sections */
void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    *section = (CRITICAL_SECTION){.LockCount = -1, .LockSemaphore = section};
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    InitializeCriticalSection(section);
    section->SpinCount = spins;
    return TRUE;
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags)
{
    (void)flags;
    return InitializeCriticalSectionAndSpinCount(section, spins);
}

static void check_section(const CRITICAL_SECTION *section, const char *call)
{
    if (section->LockSemaphore != section)
        world_find(win_world(), WORLD_FAULT, "bad-section",
                   "%s was given a critical section that is not initialised, or deleted", call);
}

void WINAPI EnterCriticalSection(LPCRITICAL_SECTION section)
{
    struct locking locking = {.section = section, .self = world_self()};

    check_section(section, "EnterCriticalSection");
    world_lock(win_world());
    wait_for(&locking, "EnterCriticalSection");
    world_unlock(win_world());
}

BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    bool taken;

    world_lock(win_world());
    taken = take_section(section, world_self());
    world_unlock(win_world());
    return taken;
}

/* Under the lock. */
static void give_section(LPCRITICAL_SECTION section)
{
    if (--section->RecursionCount == 0)
        section->OwningThread = NULL;
    world_changed(win_world());
}

void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    bool held;

    world_lock(win_world());
    held = section->RecursionCount > 0 && section->OwningThread == world_self();
    if (held)
        give_section(section);
    world_unlock(win_world());
    if (!held)
        world_find(win_world(), WORLD_FAULT, "lock-not-held",
                   "a critical section was left that the thread is not in");
}

void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    check_section(section, "DeleteCriticalSection");
    section->LockSemaphore = NULL;
}

/* ---- condition variables */
static struct locking *sleepers;

static void put_to_sleep(struct locking *locking)
{
    struct locking **at = &sleepers;

    while (*at)
        at = &(*at)->next;
    *at = locking;
}

static void take_out(const struct locking *locking)
{
    struct locking **at = &sleepers;

    while (*at && *at != locking)
        at = &(*at)->next;
    if (*at)
        *at = locking->next;
}

static BOOL sleep_on(struct locking *locking, DWORD ms)
{
    const struct world_condition condition = {
        .met = is_free, .holder = holder_of, .self = locking, .what = "a condition variable"};
    const uint64_t deadline = world_after(win_world(), ms);
    bool given = true, has_lock, woken;

    locking->self = world_self();
    world_lock(win_world());
    if (locking->lock)
        given = give_lock(locking->lock, locking->shared);
    else if (locking->section)
        give_section(locking->section);
    put_to_sleep(locking);
    has_lock = given && world_wait(win_world(), &condition, deadline) == 0;
    take_out(locking);
    /* Its time may have come first: who has woken it then has still woken it and no other. */
    woken = has_lock || locking->woken;
    if (!has_lock) {
        locking->woken = true;
        wait_for(locking, "SleepConditionVariable");
    }
    world_unlock(win_world());
    return woken ? TRUE : win_fail(ERROR_TIMEOUT);
}

void WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable)
{
    variable->Ptr = NULL;
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD ms,
                                      ULONG flags)
{
    struct locking locking = {
        .lock = lock, .variable = variable, .shared = flags & CONDITION_VARIABLE_LOCKMODE_SHARED};

    return sleep_on(&locking, ms);
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section,
                                     DWORD ms)
{
    struct locking locking = {.section = section, .variable = variable};

    return sleep_on(&locking, ms);
}

static void wake(const CONDITION_VARIABLE *variable, bool all)
{
    world_lock(win_world());
    for (struct locking *one = sleepers; one; one = one->next) {
        if (one->variable == variable && !one->woken) {
            one->woken = true;
            if (!all)
                break;
        }
    }
    world_changed(win_world());
    world_unlock(win_world());
}

void WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable)
{
    wake(variable, false);
}

void WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable)
{
    wake(variable, true);
}
