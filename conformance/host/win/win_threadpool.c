/* The thread pool's objects: work that is submitted, waits that are set, timers. Each callback runs
 * on a thread of the pool; a wait or a timer that is set has one that waits for its moment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"

enum kind { KIND_WORK, KIND_WAIT, KIND_TIMER };
static const char *const kinds[] = {"work", "wait", "timer"};

/* One callback that runs; on its thread's stack. */
struct _TP_CALLBACK_INSTANCE {
    struct _TP_CALLBACK_INSTANCE *next; /* of its object */
    struct world_thread *thread;
    HANDLE event;               /* to be set when it has returned */
    PCRITICAL_SECTION to_leave; /* likewise left */
};

/* Behind PTP_WORK, PTP_WAIT and PTP_TIMER alike. */
struct object {
    struct object *next; /* of all that are open */
    enum kind kind;
    struct world_asset asset;
    union {
        PTP_SIMPLE_CALLBACK simple;
        PTP_WORK_CALLBACK work;
        PTP_WAIT_CALLBACK wait;
        PTP_TIMER_CALLBACK timer;
    } call;
    PVOID context;
    unsigned refs;             /* the program's, and of threads on their way */
    unsigned pending, cancels; /* callbacks that have not begun; how often such were dropped */
    unsigned setting;          /* which setting counts */
    struct _TP_CALLBACK_INSTANCE *running;
};
static struct object *open_objects; /* under the world's lock */

/* A thread's errand. */
struct errand {
    struct object *object;
    unsigned cancels, setting;
    struct win_object *awaited; /* of a wait */
    uint64_t deadline;
    DWORD period; /* 0: once */
    bool taken;   /* a callback is pending */
    struct world_thread *waiter;
};

/* ---- objects */
void win_forget_pool(void)
{
    open_objects = NULL;
}

/* Under the lock. */
static struct object **place_of(const void *object)
{
    struct object **at = &open_objects;

    while (*at && *at != object)
        at = &(*at)->next;
    return at;
}

static struct object *object_new(enum kind kind, PVOID context)
{
    struct object *object = calloc(1, sizeof(*object));

    if (!object) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    object->kind = kind;
    object->context = context;
    object->refs = 1;
    world_lock(win_world());
    object->next = open_objects;
    open_objects = object;
    world_unlock(win_world());
    world_owe(win_world(), &object->asset, "pool object", "of %s", kinds[kind]);
    world_trace(win_world(), "CreateThreadpool%s", kinds[kind]);
    return object;
}

/* Under the lock. */
static void unref(struct object *object)
{
    if (--object->refs == 0)
        free(object);
}

/* With the lock; false: it is none that is open, and the lock is not held. */
static bool enter(const void *object, enum kind kind, const char *call)
{
    bool open;

    world_lock(win_world());
    open = *place_of(object) && ((const struct object *)object)->kind == kind;
    if (open)
        return true;
    world_unlock(win_world());
    world_find(win_world(), WORLD_FAULT, "bad-handle",
               "%s was given what is no %s of the pool, or one that is closed", call, kinds[kind]);
    return false;
}

/* ---- callbacks */
static void call_back(struct object *object, struct _TP_CALLBACK_INSTANCE *instance, bool timed_out)
{
    if (object->kind == KIND_WORK)
        object->call.work(instance, object->context, (PTP_WORK)object);
    else if (object->kind == KIND_WAIT)
        object->call.wait(instance, object->context, (PTP_WAIT)object,
                          timed_out ? WAIT_TIMEOUT : WAIT_OBJECT_0);
    else
        object->call.timer(instance, object->context, (PTP_TIMER)object);
}

/* Whoever the callback acted as, the next one on this thread does not. */
static void after(const struct _TP_CALLBACK_INSTANCE *instance)
{
    principal_act(NULL);
    if (instance->to_leave)
        LeaveCriticalSection(instance->to_leave);
    if (instance->event)
        (void)SetEvent(instance->event);
}

/* With the lock, which is let go for the call; not when it has been dropped meanwhile. */
static void run_callback(const struct errand *errand, bool timed_out)
{
    struct object *object = errand->object;
    struct _TP_CALLBACK_INSTANCE instance = {.next = object->running, .thread = world_self()};
    struct _TP_CALLBACK_INSTANCE **at = &object->running;

    if (errand->cancels != object->cancels)
        return;
    object->pending--;
    object->running = &instance;
    world_unlock(win_world());
    call_back(object, &instance, timed_out);
    after(&instance);
    world_lock(win_world());
    while (*at != &instance)
        at = &(*at)->next;
    *at = instance.next;
    world_changed(win_world());
}

static void run_work(void *self)
{
    const struct errand errand = *(struct errand *)self;

    free(self);
    world_lock(win_world());
    run_callback(&errand, false);
    unref(errand.object);
    world_unlock(win_world());
}

/* Under the lock, *made of an object that is entered: on a thread of the pool. */
static bool send(const struct errand *made, const char *name, void (*run)(void *self))
{
    struct errand *errand = malloc(sizeof(*errand));

    if (errand)
        *errand = *made;
    made->object->refs++;
    world_unlock(win_world());
    if (errand && world_pool(win_world(), name, run, errand) == 0)
        return true;
    world_lock(win_world());
    made->object->pending -= made->taken;
    unref(made->object);
    world_unlock(win_world());
    free(errand);
    return false;
}

/* ---- until no callback is left */
struct quiet {
    struct object *object;
    struct world_thread *waiter;
};

static bool is_quiet(void *self)
{
    const struct object *object = ((struct quiet *)self)->object;

    return !object->pending && !object->running;
}

/* The waiter first, if it is among them. */
static struct world_thread *runner_of(void *self)
{
    const struct quiet *quiet = self;
    const struct _TP_CALLBACK_INSTANCE *one = quiet->object->running;

    while (one && one->next && one->thread != quiet->waiter)
        one = one->next;
    return one ? one->thread : NULL;
}

static void wait_for(void *self, enum kind kind, BOOL cancel_pending, const char *call)
{
    struct object *object = self;
    struct quiet quiet = {object, world_self()};
    const struct world_condition condition = {
        .met = is_quiet, .holder = runner_of, .self = &quiet, .what = "a callback's end"};
    bool circle;

    if (!enter(self, kind, call))
        return;
    if (cancel_pending) {
        object->pending = 0;
        object->cancels++;
    }
    object->refs++;
    circle = world_wait(win_world(), &condition, WORLD_NEVER) != 0;
    unref(object);
    world_unlock(win_world());
    if (circle)
        win_found_circle(call, "its own callback's end");
}

/* What has begun, and of work what was submitted, goes on; nothing else begins. */
static void close_object(void *self, enum kind kind, const char *call)
{
    struct object *object = self;

    if (!enter(self, kind, call))
        return;
    *place_of(object) = object->next;
    object->setting++;
    world_changed(win_world());
    world_unlock(win_world());
    world_paid(win_world(), &object->asset);
    world_lock(win_world());
    unref(object);
    world_unlock(win_world());
}

/* ---- work */
PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK call, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment)
{
    struct object *object = object_new(KIND_WORK, context);

    (void)environment;
    if (object)
        object->call.work = call;
    return (PTP_WORK)object;
}

void WINAPI SubmitThreadpoolWork(PTP_WORK work)
{
    struct object *object = (struct object *)work;

    world_trace(win_world(), "SubmitThreadpoolWork");
    if (!enter(work, KIND_WORK, "SubmitThreadpoolWork"))
        return;
    object->pending++;
    (void)send(&(struct errand){.object = object, .cancels = object->cancels, .taken = true},
               "work", run_work);
}

void WINAPI WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel_pending)
{
    wait_for(work, KIND_WORK, cancel_pending, "WaitForThreadpoolWorkCallbacks");
}

void WINAPI CloseThreadpoolWork(PTP_WORK work)
{
    close_object(work, KIND_WORK, "CloseThreadpoolWork");
}

struct simple {
    PTP_SIMPLE_CALLBACK call;
    PVOID context;
};

static void run_simple(void *self)
{
    const struct simple simple = *(struct simple *)self;
    struct _TP_CALLBACK_INSTANCE instance = {.thread = world_self()};

    free(self);
    simple.call(&instance, simple.context);
    after(&instance);
}

BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK call, PVOID context,
                                        PTP_CALLBACK_ENVIRON environment)
{
    struct simple *simple = malloc(sizeof(*simple));

    (void)environment;
    world_trace(win_world(), "TrySubmitThreadpoolCallback");
    if (simple) {
        *simple = (struct simple){call, context};
        if (world_pool(win_world(), "TrySubmitThreadpoolCallback", run_simple, simple) == 0)
            return TRUE;
    }
    free(simple);
    return win_fail(ERROR_NOT_ENOUGH_MEMORY);
}

/* ---- waits and timers: what is set, until it is set again */
static void take(struct errand *errand)
{
    errand->taken = true;
    errand->cancels = errand->object->cancels;
    errand->object->pending++;
}

static bool is_due(void *self)
{
    struct errand *errand = self;

    if (errand->setting != errand->object->setting)
        return true;
    if (!errand->awaited || !win_signalled(errand->awaited, errand->waiter))
        return false;
    win_satisfy(errand->awaited, errand->waiter);
    take(errand);
    return true;
}

static void run_set(void *self)
{
    struct errand *errand = self;
    const struct world_condition condition = {
        .met = is_due, .self = errand, .what = "what a wait or a timer is set to"};
    struct object *object = errand->object;
    bool again;

    errand->waiter = world_self();
    world_lock(win_world());
    do {
        const int error = world_wait(win_world(), &condition, errand->deadline);

        if (error == -ETIMEDOUT && errand->setting == object->setting)
            take(errand);
        again = errand->taken && errand->period;
        if (errand->taken)
            run_callback(errand, error == -ETIMEDOUT);
        errand->taken = false;
        errand->deadline += errand->period;
    } while (again);
    unref(object);
    world_unlock(win_world());
    if (errand->awaited)
        win_object_unref(errand->awaited);
    free(errand);
}

/* The moment of a FILETIME, in the world's time. */
static uint64_t moment(const FILETIME *time)
{
    const uint64_t bits = (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
    const int64_t ticks = (int64_t)bits;
    const uint64_t now = world_now(win_world());

    if (ticks < 0)
        return now + (0 - bits + WIN_TICKS_PER_MS - 1) / WIN_TICKS_PER_MS;
    if (bits < WIN_EPOCH)
        return now;
    return (bits - WIN_EPOCH) / WIN_TICKS_PER_MS > now ? (bits - WIN_EPOCH) / WIN_TICKS_PER_MS
                                                       : now;
}

/* With the lock, which it lets go. */
static void set(struct object *object, struct errand *errand)
{
    object->setting++;
    world_changed(win_world());
    if (!errand) {
        world_unlock(win_world());
        return;
    }
    errand->object = object;
    errand->setting = object->setting;
    if (!send(errand, kinds[object->kind], run_set) && errand->awaited)
        win_object_unref(errand->awaited);
}

PTP_WAIT WINAPI CreateThreadpoolWait(PTP_WAIT_CALLBACK call, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment)
{
    struct object *object = object_new(KIND_WAIT, context);

    (void)environment;
    if (object)
        object->call.wait = call;
    return (PTP_WAIT)object;
}

void WINAPI SetThreadpoolWait(PTP_WAIT wait, HANDLE awaited, PFILETIME timeout)
{
    struct object *object = (struct object *)wait;
    struct errand errand = {.deadline = timeout ? moment(timeout) : WORLD_NEVER};

    world_trace(win_world(), "SetThreadpoolWait(0x%zx)", (size_t)awaited);
    if (awaited)
        errand.awaited = win_object_of(awaited, WIN_WAITABLE, "SetThreadpoolWait");
    if (!enter(wait, KIND_WAIT, "SetThreadpoolWait")) {
        if (errand.awaited)
            win_object_unref(errand.awaited);
        return;
    }
    set(object, errand.awaited ? &errand : NULL);
}

void WINAPI WaitForThreadpoolWaitCallbacks(PTP_WAIT wait, BOOL cancel_pending)
{
    wait_for(wait, KIND_WAIT, cancel_pending, "WaitForThreadpoolWaitCallbacks");
}

void WINAPI CloseThreadpoolWait(PTP_WAIT wait)
{
    close_object(wait, KIND_WAIT, "CloseThreadpoolWait");
}

PTP_TIMER WINAPI CreateThreadpoolTimer(PTP_TIMER_CALLBACK call, PVOID context,
                                       PTP_CALLBACK_ENVIRON environment)
{
    struct object *object = object_new(KIND_TIMER, context);

    (void)environment;
    if (object)
        object->call.timer = call;
    return (PTP_TIMER)object;
}

void WINAPI SetThreadpoolTimer(PTP_TIMER timer, PFILETIME due, DWORD period_ms, DWORD window_ms)
{
    struct object *object = (struct object *)timer;
    struct errand errand = {.deadline = due ? moment(due) : 0, .period = period_ms};

    (void)window_ms;
    world_trace(win_world(), "SetThreadpoolTimer(%s, every %u ms)", due ? "set" : "none",
                period_ms);
    if (enter(timer, KIND_TIMER, "SetThreadpoolTimer"))
        set(object, due ? &errand : NULL);
}

void WINAPI WaitForThreadpoolTimerCallbacks(PTP_TIMER timer, BOOL cancel_pending)
{
    wait_for(timer, KIND_TIMER, cancel_pending, "WaitForThreadpoolTimerCallbacks");
}

void WINAPI CloseThreadpoolTimer(PTP_TIMER timer)
{
    close_object(timer, KIND_TIMER, "CloseThreadpoolTimer");
}

/* ---- what a callback asks of its instance */
BOOL WINAPI CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
    (void)instance;
    return TRUE; /* the pool has as many threads as are wanted */
}

void WINAPI SetEventWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE event)
{
    instance->event = event;
}

void WINAPI LeaveCriticalSectionWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                    PCRITICAL_SECTION section)
{
    instance->to_leave = section;
}
