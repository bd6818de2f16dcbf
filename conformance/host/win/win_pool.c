/* The thread pool: work, and waits that are registered with it. */
#include <errno.h>
#include <stdlib.h>

#include "conformance/host/win/win_private.h"

struct work {
    LPTHREAD_START_ROUTINE call;
    PVOID context;
};

static void run_work(void *self)
{
    const struct work work = *(struct work *)self;

    free(self);
    (void)work.call(work.context);
    principal_act(NULL);
}

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE call, PVOID context, ULONG flags)
{
    struct work *work = malloc(sizeof(*work));

    (void)flags;
    world_trace(win_world(), "QueueUserWorkItem");
    if (work) {
        *work = (struct work){call, context};
        if (world_pool(win_world(), "QueueUserWorkItem", run_work, work) == 0)
            return TRUE;
    }
    free(work);
    return win_fail(ERROR_NOT_ENOUGH_MEMORY);
}

/* ---- registered waits: a thread of the pool each */
struct registered {
    struct win_object *object;
    WAITORTIMERCALLBACK call;
    PVOID context;
    DWORD ms;
    bool once, cancelled, ended;
    unsigned refs;                        /* the handle's, and the thread's */
    struct world_thread *waiter, *caller; /* the same; in the callback */
};

static bool is_due(void *self)
{
    struct registered *wait = self;

    if (wait->cancelled)
        return true;
    if (!win_signalled(wait->object, wait->waiter))
        return false;
    win_satisfy(wait->object, wait->waiter);
    return true;
}

static void let_go(struct registered *wait)
{
    bool last;

    world_lock(win_world());
    last = --wait->refs == 0;
    world_unlock(win_world());
    if (!last)
        return;
    win_object_unref(wait->object);
    free(wait);
}

static void run_wait(void *self)
{
    struct registered *wait = self;
    const struct world_condition condition = {.met = is_due, .self = wait, .what = "an object"};
    struct world *world = win_world();
    bool more = true;

    wait->waiter = world_self();
    while (more) {
        const uint64_t deadline = world_after(world, wait->ms);
        int error;

        world_lock(world);
        error = world_wait(world, &condition, deadline);
        if (wait->cancelled)
            break;
        wait->caller = world_self();
        world_unlock(world);
        wait->call(wait->context, error == -ETIMEDOUT);
        principal_act(NULL);
        world_lock(world);
        wait->caller = NULL;
        more = !wait->once && !wait->cancelled;
        world_changed(world);
        if (!more)
            break;
        world_unlock(world);
    }
    wait->ended = true;
    world_changed(world);
    world_unlock(world);
    let_go(wait);
}

static struct registered *new_wait(HANDLE object, WAITORTIMERCALLBACK call, PVOID context, ULONG ms,
                                   ULONG flags)
{
    struct win_object *one = win_object_of(object, WIN_WAITABLE, "RegisterWaitForSingleObject");
    struct registered *wait = one ? calloc(1, sizeof(*wait)) : NULL;

    if (wait)
        *wait = (struct registered){.object = one,
                                    .call = call,
                                    .context = context,
                                    .ms = ms,
                                    .once = flags & WT_EXECUTEONLYONCE,
                                    .refs = 2};
    else if (one)
        win_object_unref(one);
    return wait;
}

BOOL WINAPI RegisterWaitForSingleObject(PHANDLE ret_wait, HANDLE object, WAITORTIMERCALLBACK call,
                                        PVOID context, ULONG ms, ULONG flags)
{
    struct registered *wait = new_wait(object, call, context, ms, flags);
    struct win_object *handle = NULL;

    if (!wait)
        return FALSE;
    handle = win_object_new(WIN_WAIT, ret_wait, "a registered wait");
    if (!handle) {
        wait->refs = 1;
        let_go(wait);
        return FALSE;
    }
    handle->registered = wait;
    world_trace(win_world(), "RegisterWaitForSingleObject(0x%zx) -> 0x%zx", (size_t)object,
                (size_t)*ret_wait);
    if (world_pool(win_world(), "registered wait", run_wait, wait) == 0)
        return TRUE;
    (void)win_close(*ret_wait, WIN_WAIT, "RegisterWaitForSingleObject");
    wait->refs = 1;
    let_go(wait);
    return win_fail(ERROR_NOT_ENOUGH_MEMORY);
}

static bool has_returned(void *self)
{
    const struct registered *wait = self;

    return !wait->caller;
}

static struct world_thread *caller_of(void *self)
{
    const struct registered *wait = self;

    return wait->caller;
}

/* True: no callback runs. */
static bool cancel(struct registered *wait, bool waits)
{
    const struct world_condition condition = {
        .met = has_returned, .holder = caller_of, .self = wait, .what = "a callback's end"};
    bool runs, circle = false;

    world_lock(win_world());
    wait->cancelled = true;
    world_changed(win_world());
    runs = wait->caller != NULL;
    if (runs && waits)
        circle = world_wait(win_world(), &condition, WORLD_NEVER) != 0;
    world_unlock(win_world());
    if (circle)
        win_found_circle("UnregisterWaitEx", "the wait's own callback");
    return !runs || (waits && !circle);
}

BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE completion)
{
    struct win_object *handle = win_object_of(wait, WIN_WAIT, "UnregisterWait");
    struct registered *registered;
    bool quiet;

    if (!handle)
        return FALSE;
    world_trace(win_world(), "UnregisterWait(0x%zx)", (size_t)wait);
    registered = handle->registered;
    win_object_unref(handle);
    (void)win_close(wait, WIN_WAIT, "UnregisterWait");
    quiet = cancel(registered, completion == INVALID_HANDLE_VALUE);
    if (completion && completion != INVALID_HANDLE_VALUE)
        (void)SetEvent(completion);
    let_go(registered);
    return quiet ? TRUE : win_fail(ERROR_IO_PENDING);
}

BOOL WINAPI UnregisterWait(HANDLE wait)
{
    return UnregisterWaitEx(wait, NULL);
}
