/* Waiting for one object, or for several. */
#include <errno.h>
#include <stddef.h>

#include "conformance/host/win/win_private.h"

struct wait {
    struct win_object *objects[MAXIMUM_WAIT_OBJECTS];
    DWORD count, index; /* which one ended it */
    bool all;
    struct world_thread *waiter;
};

static bool is_met(void *self)
{
    struct wait *wait = self;
    DWORD ready = 0;

    for (DWORD i = 0; i < wait->count; i++) {
        if (!win_signalled(wait->objects[i], wait->waiter))
            continue;
        if (!wait->all) {
            wait->index = i;
            win_satisfy(wait->objects[i], wait->waiter);
            return true;
        }
        ready++;
    }
    if (ready < wait->count || !wait->all)
        return false;
    for (DWORD i = 0; i < wait->count; i++)
        win_satisfy(wait->objects[i], wait->waiter);
    return true;
}

/* Of a thread's end or a mutex alone it is known who must go on. */
static struct world_thread *holder_of(void *self)
{
    const struct wait *wait = self;
    const struct win_object *first = wait->objects[0];

    if (wait->count != 1 || !(first->type & (WIN_THREAD | WIN_MUTEX)))
        return NULL;
    return first->owner;
}

static DWORD wait_for(struct wait *wait, DWORD ms)
{
    const struct world_condition condition = {
        .met = is_met, .holder = holder_of, .self = wait, .what = "an object"};
    struct world *world = win_world();
    const uint64_t deadline = world_after(world, ms);
    int error;

    wait->waiter = world_self();
    world_lock(world);
    error = world_wait(world, &condition, deadline);
    world_unlock(world);
    if (error == 0)
        return WAIT_OBJECT_0 + wait->index;
    if (error == -ETIMEDOUT)
        return WAIT_TIMEOUT;
    win_found_circle("WaitForSingleObject", "an object");
    SetLastError(ERROR_POSSIBLE_DEADLOCK);
    return WAIT_FAILED;
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *objects, BOOL all, DWORD ms)
{
    struct wait wait = {.all = all};
    DWORD result = WAIT_FAILED;

    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || !objects) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    world_trace(win_world(), "WaitForMultipleObjects(%u, 0x%zx, %u)", count, (size_t)objects[0],
                ms);
    while (wait.count < count) {
        wait.objects[wait.count] =
            win_object_of(objects[wait.count], WIN_WAITABLE, "WaitForMultipleObjects");
        if (!wait.objects[wait.count])
            break;
        wait.count++;
    }
    if (wait.count == count)
        result = wait_for(&wait, ms);
    for (DWORD i = 0; i < wait.count; i++)
        win_object_unref(wait.objects[i]);
    return result;
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *objects, BOOL all, DWORD ms,
                                      BOOL alertable)
{
    (void)alertable;
    return WaitForMultipleObjects(count, objects, all, ms);
}

DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD ms)
{
    return WaitForMultipleObjects(1, &object, FALSE, ms);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD ms, BOOL alertable)
{
    (void)alertable;
    return WaitForSingleObject(object, ms);
}

static bool never(void *self)
{
    (void)self;
    return false;
}

void WINAPI Sleep(DWORD ms)
{
    const struct world_condition condition = {.met = never, .what = "a moment"};
    struct world *world = win_world();
    const uint64_t deadline = world_after(world, ms);

    world_trace(world, "Sleep(%u)", ms);
    world_lock(world);
    (void)world_wait(world, &condition, deadline);
    world_unlock(world);
}

DWORD WINAPI SleepEx(DWORD ms, BOOL alertable)
{
    (void)alertable;
    Sleep(ms);
    return 0;
}
