/* Event handling in libusb's documented forms. One thread holds `events` and pumps every import;
 * the others wait until it lets go, or until an event was handled. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "spcore/libusb/lusb.h"

#define FOREVER_MS 60000
/* Just over the client's slice of blocking reception (usbip_private.h). */
#define SLICE_MS 11
#define SETTLE_MS 1000

void lusb_wake(libusb_context *context)
{
    uint64_t one = 1;

    if (write(context->wake, &one, sizeof(one)) < 0)
        return; /* full: it is awake already */
}

/* Which contexts' events this thread handles, so that a call-back is told from other callers. */
static _Thread_local struct lusb_turn *turns;

bool lusb_handling(libusb_context *context)
{
    const struct lusb_turn *turn = turns;

    while (turn && turn->context != context)
        turn = turn->outer;
    return turn != NULL;
}

/* ---- the event lock */

LUSB_API int libusb_try_lock_events(libusb_context *context)
{
    context = lusb_context(context);
    if (atomic_load(&context->closing) || pthread_mutex_trylock(&context->events))
        return 1;
    atomic_store(&context->handling, 1);
    return 0;
}

LUSB_API void libusb_lock_events(libusb_context *context)
{
    context = lusb_context(context);
    pthread_mutex_lock(&context->events);
    atomic_store(&context->handling, 1);
}

LUSB_API void libusb_unlock_events(libusb_context *context)
{
    context = lusb_context(context);
    atomic_store(&context->handling, 0);
    pthread_mutex_unlock(&context->events);
    pthread_mutex_lock(&context->waiters);
    pthread_cond_broadcast(&context->waiters_woken);
    pthread_mutex_unlock(&context->waiters);
}

static void begin_turn(libusb_context *context, struct lusb_turn *turn)
{
    *turn = (struct lusb_turn){turns, context};
    turns = turn;
}

static void end_turn(libusb_context *context, struct lusb_turn *turn)
{
    while (context->retired) {
        struct lusb_retired *retired = context->retired;

        context->retired = retired->next;
        usbip_free(retired->client);
        free(retired->import);
        free(retired);
    }
    turns = turn->outer;
}

void lusb_events_take(libusb_context *context, struct lusb_turn *turn)
{
    atomic_fetch_add(&context->closing, 1);
    lusb_wake(context);
    libusb_lock_events(context);
    begin_turn(context, turn);
}

void lusb_events_give(libusb_context *context, struct lusb_turn *turn)
{
    end_turn(context, turn);
    atomic_fetch_sub(&context->closing, 1);
    libusb_unlock_events(context);
}

LUSB_API int libusb_event_handling_ok(libusb_context *context)
{
    return !atomic_load(&lusb_context(context)->closing);
}

LUSB_API int libusb_event_handler_active(libusb_context *context)
{
    context = lusb_context(context);
    return atomic_load(&context->closing) || atomic_load(&context->handling);
}

LUSB_API void libusb_interrupt_event_handler(libusb_context *context)
{
    lusb_wake(lusb_context(context));
}

LUSB_API void libusb_lock_event_waiters(libusb_context *context)
{
    pthread_mutex_lock(&lusb_context(context)->waiters);
}

LUSB_API void libusb_unlock_event_waiters(libusb_context *context)
{
    pthread_mutex_unlock(&lusb_context(context)->waiters);
}

LUSB_API int libusb_wait_for_event(libusb_context *context, struct timeval *timeout)
{
    struct timespec until;

    context = lusb_context(context);
    if (!timeout) {
        pthread_cond_wait(&context->waiters_woken, &context->waiters);
        return 0;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout->tv_sec + (until.tv_nsec / 1000 + timeout->tv_usec) / 1000000;
    until.tv_nsec = (until.tv_nsec / 1000 + timeout->tv_usec) % 1000000 * 1000;
    return pthread_cond_timedwait(&context->waiters_woken, &context->waiters, &until) == ETIMEDOUT;
}

/* ---- one round */

/* Room for every import there is; the lock is held. */
static bool has_room(libusb_context *context, size_t imports)
{
    struct pollfd *fds;
    struct usbip_client **clients;

    if (imports <= context->room && context->fds)
        return true;
    fds = realloc(context->fds, (1 + 2 * (imports + 8)) * sizeof(*fds));
    if (fds)
        context->fds = fds;
    clients = realloc(context->polled, (imports + 8) * sizeof(*clients));
    if (clients)
        context->polled = clients;
    if (!fds || !clients)
        return false;
    context->room = imports + 8;
    return true;
}

static size_t count_imports(const libusb_context *context)
{
    size_t count = 0;

    for (const struct lusb_import *import = context->imports; import; import = import->next)
        count += import->client && !import->dead;
    return count;
}

static size_t fill_fds(libusb_context *context, struct pollfd *fds, struct usbip_client **clients)
{
    size_t count = 0;

    fds[0] = (struct pollfd){.fd = context->wake, .events = POLLIN};
    for (struct lusb_import *import = context->imports; import; import = import->next) {
        if (!import->client || import->dead)
            continue;
        if (clients)
            clients[count] = import->client;
        usbip_pollfds(import->client, &fds[1 + 2 * count]);
        count++;
    }
    return count;
}

/* The imports as they are now; they go only while `events` is held, or after the round. */
static int collect(libusb_context *context, size_t *ret_count)
{
    int error = LIBUSB_ERROR_NO_MEM;

    pthread_mutex_lock(&context->lock);
    if (has_room(context, count_imports(context))) {
        *ret_count = fill_fds(context, context->fds, context->polled);
        error = 0;
    }
    pthread_mutex_unlock(&context->lock);
    return error;
}

static int wait_ms(libusb_context *context, const struct timeval *timeout)
{
    int64_t least =
        timeout ? (int64_t)timeout->tv_sec * 1000 + (timeout->tv_usec + 999) / 1000 : FOREVER_MS;
    int64_t due = lusb_next_due(context);

    if (due && due - lusb_now() < least)
        least = due - lusb_now();
    if (least > FOREVER_MS)
        least = FOREVER_MS;
    return least < 0 ? 0 : (int)least;
}

static void drain(libusb_context *context)
{
    uint64_t count;

    while (read(context->wake, &count, sizeof(count)) > 0)
        continue;
}

/* A import that is gone and has nothing left to complete would be ready for ever. */
static void lay_to_rest(libusb_context *context, struct usbip_client *client)
{
    struct lusb_import *import;

    pthread_mutex_lock(&context->lock);
    for (import = context->imports; import && import->client != client; import = import->next)
        continue;
    if (import)
        import->dead = true;
    pthread_mutex_unlock(&context->lock);
    if (import)
        lusb_tell_pollfds(context, client, false);
    lusb_scanner_hurry(context); /* whoever waits for hot-plug hears of it at once */
}

static int pump(libusb_context *context, struct usbip_client *client, unsigned deadline_ms)
{
    int done;

    context->pumped = client;
    done = usbip_pump(client, deadline_ms);
    context->pumped = NULL;
    if (done < 0 && done != -EBUSY)
        lay_to_rest(context, client);
    return done;
}

void lusb_settle(libusb_device_handle *handle)
{
    libusb_context *context = handle->device->context;
    struct usbip_client *client = handle->import->client;
    int64_t until = lusb_now() + SETTLE_MS;

    while (client && client != context->pumped && lusb_in_flight(handle)) {
        int64_t left = until - lusb_now();

        if (left <= 0)
            usbip_drop(client, -ENODEV); /* a server that does not unlink is no server */
        if (pump(context, client, left > 0 ? (unsigned)left : 0) < 0)
            break;
    }
}

void lusb_retire(libusb_context *context, struct usbip_client *client, struct lusb_import *import)
{
    struct lusb_retired *retired = malloc(sizeof(*retired));

    if (client)
        usbip_drop(client, -ENODEV);
    if (!retired)
        return; /* lost rather than freed under its user */
    *retired = (struct lusb_retired){context->retired, client, import};
    context->retired = retired;
}

static int handle_ready(libusb_context *context, size_t count)
{
    struct lusb_turn turn;
    const struct pollfd *fds = context->fds;

    begin_turn(context, &turn);
    lusb_expire(context);
    for (size_t i = 0; i < count; i++) {
        if (fds[1 + 2 * i].revents || fds[2 + 2 * i].revents)
            pump(context, context->polled[i], 0);
    }
    lusb_hotplug_run(context);
    end_turn(context, &turn);
    return LIBUSB_SUCCESS;
}

/* With one import an answer that comes at once needs no poll(): the common case of a blocking call.
 * Who wants to wake this thread waits for a slice at most. */
static bool may_answer_at_once(libusb_context *context, size_t count, int wait)
{
    return count == 1 && wait > SLICE_MS && !atomic_load(&context->closing);
}

static bool answered_at_once(libusb_context *context)
{
    struct lusb_turn turn;
    int done;

    begin_turn(context, &turn);
    done = pump(context, context->polled[0], SLICE_MS);
    end_turn(context, &turn);
    return done != 0;
}

static void wake_waiters(libusb_context *context)
{
    pthread_mutex_lock(&context->waiters);
    pthread_cond_broadcast(&context->waiters_woken);
    pthread_mutex_unlock(&context->waiters);
}

static int round_of(libusb_context *context, const struct timeval *timeout)
{
    size_t count;
    int error, wait;

    if (lusb_handling(context))
        return LIBUSB_ERROR_BUSY; /* from a call-back */
    error = collect(context, &count);
    if (error)
        return error;
    wait = wait_ms(context, timeout);
    if (may_answer_at_once(context, count, wait)) {
        if (answered_at_once(context)) {
            wake_waiters(context);
            return LIBUSB_SUCCESS;
        }
        wait -= SLICE_MS;
    }
    if (poll(context->fds, 1 + 2 * count, wait) < 0)
        return errno == EINTR ? LIBUSB_ERROR_INTERRUPTED : LIBUSB_ERROR_IO;
    if (context->fds[0].revents)
        drain(context);
    error = handle_ready(context, count);
    wake_waiters(context);
    return error;
}

/* ---- the public forms */

LUSB_API int libusb_handle_events_locked(libusb_context *context, struct timeval *timeout)
{
    return round_of(lusb_context(context), timeout);
}

/* Written by a call-back in whichever thread handles events. */
static bool is_set(const int *completed)
{
    return completed && __atomic_load_n(completed, __ATOMIC_ACQUIRE);
}

/* Somebody else handles events: wait for the end of its turn, or for what we wait for. */
static int wait_turn(libusb_context *context, struct timeval *timeout, int *completed)
{
    int over = 0;

    libusb_lock_event_waiters(context);
    if (!is_set(completed) && libusb_event_handler_active(context))
        over = libusb_wait_for_event(context, timeout);
    libusb_unlock_event_waiters(context);
    return over;
}

LUSB_API int libusb_handle_events_timeout_completed(libusb_context *context,
                                                    struct timeval *timeout, int *completed)
{
    int result;

    context = lusb_context(context);
    if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
        return LIBUSB_ERROR_INVALID_PARAM;
    if (lusb_handling(context))
        return LIBUSB_ERROR_BUSY;
    while (libusb_try_lock_events(context)) {
        struct timeval turn = {0, 100000}; /* a turn may have ended between look and wait */

        if (is_set(completed))
            return LIBUSB_SUCCESS;
        if (wait_turn(context, timeout ? timeout : &turn, completed) && timeout)
            return LIBUSB_SUCCESS;
        if (timeout || is_set(completed))
            return LIBUSB_SUCCESS;
    }
    result = is_set(completed) ? LIBUSB_SUCCESS : round_of(context, timeout);
    libusb_unlock_events(context);
    return result;
}

LUSB_API int libusb_handle_events_timeout(libusb_context *context, struct timeval *timeout)
{
    return libusb_handle_events_timeout_completed(context, timeout, NULL);
}

LUSB_API int libusb_handle_events_completed(libusb_context *context, int *completed)
{
    struct timeval minute = {60, 0};

    return libusb_handle_events_timeout_completed(context, &minute, completed);
}

LUSB_API int libusb_handle_events(libusb_context *context)
{
    return libusb_handle_events_completed(context, NULL);
}

/* ---- for programs with a loop of their own */

LUSB_API const struct libusb_pollfd **libusb_get_pollfds(libusb_context *context)
{
    const struct libusb_pollfd **list = NULL;
    struct libusb_pollfd *entries;
    struct pollfd *fds;
    size_t count;

    context = lusb_context(context);
    pthread_mutex_lock(&context->lock);
    count = 1 + 2 * count_imports(context);
    fds = calloc(count, sizeof(*fds));
    if (fds)
        fill_fds(context, fds, NULL);
    pthread_mutex_unlock(&context->lock);
    if (fds)
        list = malloc((count + 1) * sizeof(*list) + count * sizeof(*entries));
    if (list) {
        entries = (struct libusb_pollfd *)(void *)(list + count + 1);
        for (size_t i = 0; i < count; i++) {
            entries[i] = (struct libusb_pollfd){.fd = fds[i].fd, .events = fds[i].events};
            list[i] = &entries[i];
        }
        list[count] = NULL;
    }
    free(fds);
    return list;
}

LUSB_API void libusb_free_pollfds(const struct libusb_pollfd **pollfds)
{
    free((void *)(uintptr_t)pollfds);
}

/* Time-outs have no descriptor of their own: the caller asks libusb_get_next_timeout(). */
LUSB_API int libusb_pollfds_handle_timeouts(libusb_context *context)
{
    (void)context;
    return 0;
}

LUSB_API int libusb_get_next_timeout(libusb_context *context, struct timeval *ret_timeout)
{
    int64_t due = lusb_next_due(lusb_context(context)), left;

    if (!due)
        return 0;
    left = due - lusb_now();
    left = left < 0 ? 0 : left;
    *ret_timeout = (struct timeval){left / 1000, left % 1000 * 1000};
    return 1;
}

LUSB_API void libusb_set_pollfd_notifiers(libusb_context *context, libusb_pollfd_added_cb added,
                                          libusb_pollfd_removed_cb removed, void *user_data)
{
    context = lusb_context(context);
    context->fd_added = added;
    context->fd_removed = removed;
    context->fd_user_data = user_data;
}
