/* Handles and what is behind them. A handle's value is never given out again, so that one that is
 * used after its end is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"

static struct {
    struct win_object **at; /* NULL: closed */
    size_t count, room;
} table;

void win_forget_objects(void)
{
    free(table.at);
    memset(&table, 0, sizeof(table));
}

static HANDLE handle_of(size_t index)
{
    return (HANDLE)((index + 1) * 4);
}

/* Under the lock. */
static bool put(struct win_object *object, HANDLE *ret_handle)
{
    if (table.count == table.room) {
        const size_t room = table.room ? table.room * 2 : 64;
        struct win_object **at = realloc(table.at, room * sizeof(*at));

        if (!at)
            return false;
        table.at = at;
        table.room = room;
    }
    table.at[table.count] = object;
    *ret_handle = handle_of(table.count++);
    return true;
}

struct win_object *win_object_new(enum win_type type, HANDLE *ret_handle, const char *what)
{
    struct win_object *object = calloc(1, sizeof(*object));
    bool made = false;

    if (object) {
        object->type = type;
        object->refs = 1;
        world_lock(win_world());
        made = put(object, ret_handle);
        world_unlock(win_world());
    }
    if (!made) {
        free(object);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    world_owe(win_world(), &object->asset, "handle", "0x%zx of %s", (size_t)*ret_handle, what);
    return object;
}

/* Under the lock; NULL: none. */
static struct win_object **place_of(HANDLE handle, unsigned types)
{
    const size_t value = (size_t)handle;
    struct win_object **at;

    if (value == 0 || value % 4 || value / 4 > table.count)
        return NULL;
    at = &table.at[value / 4 - 1];
    return *at && (*at)->type & types ? at : NULL;
}

static void found_bad(HANDLE handle, const char *call)
{
    const size_t value = (size_t)handle;
    const bool closed =
        value % 4 == 0 && value / 4 > 0 && value / 4 <= table.count && !table.at[value / 4 - 1];

    world_find(win_world(), WORLD_FAULT, closed ? "closed-handle" : "bad-handle",
               "%s was given 0x%zx, which %s", call, value,
               !value   ? "is none: it may not have been made yet"
               : closed ? "has been closed"
                        : "is none of a kind that it takes");
    SetLastError(ERROR_INVALID_HANDLE);
}

struct win_object *win_object_of(HANDLE handle, unsigned types, const char *call)
{
    struct win_object **at;
    struct win_object *object = NULL;

    world_lock(win_world());
    at = place_of(handle, types);
    if (at) {
        object = *at;
        object->refs++;
    }
    world_unlock(win_world());
    if (!object)
        found_bad(handle, call);
    return object;
}

void win_object_ref(struct win_object *object)
{
    world_lock(win_world());
    object->refs++;
    world_unlock(win_world());
}

void win_object_unref(struct win_object *object)
{
    bool last;

    world_lock(win_world());
    last = --object->refs == 0;
    world_unlock(win_world());
    if (!last)
        return;
    pnp_close(object->file);
    free(object);
}

bool win_close(HANDLE handle, unsigned types, const char *call)
{
    struct win_object **at;
    struct win_object *object = NULL;

    world_lock(win_world());
    at = place_of(handle, types);
    if (at) {
        object = *at;
        *at = NULL;
    }
    world_unlock(win_world());
    if (!object) {
        found_bad(handle, call);
        return false;
    }
    world_paid(win_world(), &object->asset);
    win_object_unref(object);
    return true;
}

BOOL WINAPI CloseHandle(HANDLE object)
{
    world_trace(win_world(), "CloseHandle(0x%zx)", (size_t)object);
    return win_close(object, WIN_CLOSABLE, "CloseHandle");
}

/* ---- what threads wait for */
bool win_signalled(const struct win_object *object, const struct world_thread *waiter)
{
    switch (object->type) {
    case WIN_SEMAPHORE:
        return object->count > 0;
    case WIN_MUTEX:
        return object->count == 0 || object->owner == waiter;
    default:
        return object->set;
    }
}

void win_satisfy(struct win_object *object, struct world_thread *waiter)
{
    if (object->type == WIN_SEMAPHORE)
        object->count--;
    if (object->type == WIN_EVENT && !object->manual)
        object->set = false;
    if (object->type == WIN_MUTEX) {
        object->owner = waiter;
        object->count++;
    }
}

static HANDLE unnamed(const void *name)
{
    if (!name)
        return NULL;
    SetLastError(ERROR_NOT_SUPPORTED);
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state,
                           LPCWSTR name)
{
    struct win_object *object;
    HANDLE handle;

    (void)attributes;
    if (unnamed(name))
        return NULL;
    object = win_object_new(WIN_EVENT, &handle, "an event");
    if (!object)
        return NULL;
    object->manual = manual_reset;
    object->set = initial_state;
    world_trace(win_world(), "CreateEvent -> 0x%zx", (size_t)handle);
    return handle;
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state,
                           LPCSTR name)
{
    return unnamed(name) ? NULL : CreateEventW(attributes, manual_reset, initial_state, NULL);
}

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags,
                             DWORD access)
{
    (void)access;
    return CreateEventW(attributes, (flags & CREATE_EVENT_MANUAL_RESET) != 0,
                        (flags & CREATE_EVENT_INITIAL_SET) != 0, name);
}

static BOOL change(HANDLE event, bool set, const char *call)
{
    struct win_object *object = win_object_of(event, WIN_EVENT, call);

    if (!object)
        return FALSE;
    world_trace(win_world(), "%s(0x%zx)", call, (size_t)event);
    world_lock(win_world());
    object->set = set;
    world_changed(win_world());
    world_unlock(win_world());
    win_object_unref(object);
    return TRUE;
}

BOOL WINAPI SetEvent(HANDLE event)
{
    return change(event, true, "SetEvent");
}

BOOL WINAPI ResetEvent(HANDLE event)
{
    return change(event, false, "ResetEvent");
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial_count,
                               LONG maximum_count, LPCWSTR name)
{
    struct win_object *object;
    HANDLE handle;

    (void)attributes;
    if (unnamed(name))
        return NULL;
    if (maximum_count < 1 || initial_count < 0 || initial_count > maximum_count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    object = win_object_new(WIN_SEMAPHORE, &handle, "a semaphore");
    if (!object)
        return NULL;
    object->count = initial_count;
    object->most = maximum_count;
    return handle;
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG ret_previous)
{
    struct win_object *object = win_object_of(semaphore, WIN_SEMAPHORE, "ReleaseSemaphore");
    bool fits;

    if (!object)
        return FALSE;
    world_lock(win_world());
    fits = count > 0 && count <= object->most - object->count;
    if (fits && ret_previous)
        *ret_previous = object->count;
    if (fits)
        object->count += count;
    world_changed(win_world());
    world_unlock(win_world());
    win_object_unref(object);
    return fits ? TRUE : win_fail(ERROR_TOO_MANY_POSTS);
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL initial_owner, LPCWSTR name)
{
    struct win_object *object;
    HANDLE handle;

    (void)attributes;
    if (unnamed(name))
        return NULL;
    object = win_object_new(WIN_MUTEX, &handle, "a mutex");
    if (!object)
        return NULL;
    object->owner = initial_owner ? world_self() : NULL;
    object->count = initial_owner ? 1 : 0;
    return handle;
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    struct win_object *object = win_object_of(mutex, WIN_MUTEX, "ReleaseMutex");
    bool owned;

    if (!object)
        return FALSE;
    world_lock(win_world());
    owned = object->count > 0 && object->owner == world_self();
    if (owned && --object->count == 0)
        object->owner = NULL;
    world_changed(win_world());
    world_unlock(win_world());
    win_object_unref(object);
    return owned ? TRUE : win_fail(ERROR_NOT_OWNER);
}
