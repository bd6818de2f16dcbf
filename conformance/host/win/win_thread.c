/* Threads, and what each has of its own. */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "conformance/host/include/beginthread.h"
#include "conformance/host/win/win_private.h"

enum { TLS_SLOTS = 1088 }; /* Windows' own number */

static void run(void *self)
{
    struct win_object *object = self;

    object->exit_code = object->start(object->parameter);
    world_lock(win_world());
    object->set = true;
    world_changed(win_world());
    world_unlock(win_world());
    win_object_unref(object);
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size,
                           LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags,
                           LPDWORD ret_id)
{
    struct win_object *object;
    HANDLE handle;

    (void)attributes, (void)stack_size;
    if (flags & CREATE_SUSPENDED || !start) {
        SetLastError(start ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    object = win_object_new(WIN_THREAD, &handle, "a thread");
    if (!object)
        return NULL;
    object->start = start;
    object->parameter = parameter;
    object->exit_code = STILL_ACTIVE;
    win_object_ref(object);
    if (world_start(win_world(), "CreateThread", run, object, &object->owner)) {
        win_object_unref(object);
        (void)win_close(handle, WIN_THREAD, "CreateThread");
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (ret_id)
        *ret_id = world_thread_number(object->owner);
    world_trace(win_world(), "CreateThread -> 0x%zx", (size_t)handle);
    return handle;
}

uintptr_t _beginthreadex(void *attributes, unsigned stack_size, _beginthreadex_proc_type start,
                         void *parameter, unsigned flags, unsigned *ret_id)
{
    HANDLE handle = CreateThread(attributes, stack_size, start, parameter, flags, ret_id);

    if (!handle)
        errno = start ? EAGAIN : EINVAL;
    return (uintptr_t)handle;
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD ret_code)
{
    struct win_object *object = win_object_of(thread, WIN_THREAD, "GetExitCodeThread");

    if (!object)
        return FALSE;
    world_lock(win_world());
    *ret_code = object->set ? object->exit_code : STILL_ACTIVE;
    world_unlock(win_world());
    win_object_unref(object);
    return TRUE;
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
    struct win_object *object = win_object_of(thread, WIN_THREAD, "GetThreadId");
    const DWORD id = object ? world_thread_number(object->owner) : 0;

    if (object)
        win_object_unref(object);
    return id;
}

DWORD WINAPI GetCurrentThreadId(void)
{
    return world_thread_number(world_self());
}

DWORD WINAPI GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

BOOL WINAPI SwitchToThread(void)
{
    return sched_yield() == 0;
}

/* ---- slots */
static _Thread_local void *slots[TLS_SLOTS];
static bool taken[TLS_SLOTS];

DWORD WINAPI TlsAlloc(void)
{
    DWORD index = 0;

    world_lock(win_world());
    while (index < TLS_SLOTS && taken[index])
        index++;
    if (index < TLS_SLOTS)
        taken[index] = true;
    world_unlock(win_world());
    if (index < TLS_SLOTS)
        return index;
    SetLastError(ERROR_NO_MORE_ITEMS);
    return TLS_OUT_OF_INDEXES;
}

static bool is_slot(DWORD index)
{
    bool is;

    world_lock(win_world());
    is = index < TLS_SLOTS && taken[index];
    world_unlock(win_world());
    SetLastError(is ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER);
    return is;
}

LPVOID WINAPI TlsGetValue(DWORD index)
{
    return is_slot(index) ? slots[index] : NULL;
}

BOOL WINAPI TlsSetValue(DWORD index, LPVOID value)
{
    if (!is_slot(index))
        return FALSE;
    slots[index] = value;
    return TRUE;
}

BOOL WINAPI TlsFree(DWORD index)
{
    if (!is_slot(index))
        return FALSE;
    world_lock(win_world());
    taken[index] = false;
    world_unlock(win_world());
    return TRUE;
}
