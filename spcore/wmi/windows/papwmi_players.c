/* The players as the device service has them: its bus, its table of devices and its life, with the
 * work of reading what each says of itself. */
#include <stdlib.h>

#include "spcore/service/windows/papservice.h"
#include "spcore/wmi/windows/papwmi.h"
#include "spcore/wmi/wmi_reader.h"

enum { SETTLE_MS = INT32_MAX }; /* it does not end for want of players */

/* A player that is open. */
struct job {
    struct job *next;
    struct watch *watch;
    HANDLE handle, thread;
    struct wmi_player player;
    bool is_read; /* with the watch's lock held */
};

struct watch {
    struct papservice service; /* first: what the service's shell is called with */
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
    HANDLE thread;
    bool listed, failed;
    unsigned reading;
    struct job *jobs;
    struct papwmi_view *view;
};

/* The module's: WMI may make several providers, and a player has one MTP session. */
static struct {
    SRWLOCK lock;
    unsigned users;
    struct watch *watch;
} module = {.lock = SRWLOCK_INIT};

/* ---- views */
static struct papwmi_view *view_of(struct watch *watch)
{
    const struct wmi_player *players[64];
    struct papwmi_view *view = calloc(1, sizeof(*view));
    size_t count = 0;

    for (struct job *job = watch->jobs; job && count < ARRAYSIZE(players); job = job->next) {
        if (job->is_read)
            players[count++] = &job->player;
    }
    if (view && wmi_schema_of(players, count, &view->schema)) {
        free(view);
        view = NULL;
    }
    if (view)
        atomic_init(&view->refs, 1);
    return view;
}

void papwmi_view_release(struct papwmi_view *view)
{
    if (view && atomic_fetch_sub(&view->refs, 1) == 1) {
        wmi_schema_free(view->schema);
        free(view);
    }
}

/* With the lock held. Without memory nothing is seen rather than what is no longer so. */
static void look_again(struct watch *watch)
{
    papwmi_view_release(watch->view);
    watch->view = view_of(watch);
    WakeAllConditionVariable(&watch->changed);
}

/* ---- reading one */
static int write_pipe(void *self, const void *data, size_t size)
{
    DWORD count;

    return WriteFile(self, data, (DWORD)size, &count, NULL) ? 0 : -1;
}

static int read_pipe(void *self, void *data, size_t room, size_t *ret_size)
{
    DWORD count;

    if (!ReadFile(self, data, (DWORD)room, &count, NULL))
        return -1;
    *ret_size = count;
    return 0;
}

static DWORD WINAPI read_player(void *self)
{
    struct job *job = self;
    struct watch *watch = job->watch;
    const struct wmi_pipe pipe = {job->handle, write_pipe, read_pipe};
    struct wmi_player *player = calloc(1, sizeof(*player));
    const bool is_read = player && wmi_read_player(&pipe, player) == 0;

    AcquireSRWLockExclusive(&watch->lock);
    if (is_read) {
        job->player = *player;
        job->is_read = true;
    }
    watch->reading--;
    look_again(watch);
    ReleaseSRWLockExclusive(&watch->lock);
    free(player);
    return 0;
}

static void drop(struct watch *watch, struct job *job)
{
    struct job **at = &watch->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
}

static void *begin_job(void *self, const char *link, void *handle)
{
    struct watch *watch = self;
    struct job *job = calloc(1, sizeof(*job));

    (void)link;
    if (!job)
        return NULL;
    job->watch = watch;
    job->handle = handle;
    AcquireSRWLockExclusive(&watch->lock);
    job->next = watch->jobs;
    watch->jobs = job;
    watch->reading++;
    ReleaseSRWLockExclusive(&watch->lock);
    job->thread = CreateThread(NULL, 0, read_player, job, 0, NULL);
    if (job->thread)
        return job;
    AcquireSRWLockExclusive(&watch->lock);
    drop(watch, job);
    watch->reading--;
    look_again(watch);
    ReleaseSRWLockExclusive(&watch->lock);
    free(job);
    return NULL;
}

/* A player that has gone answers no more: who reads it ends by itself. */
static void cancel_job(void *self, void *job)
{
    (void)self;
    (void)CancelIoEx(((struct job *)job)->handle, NULL);
}

static void end_job(void *self, void *what)
{
    struct watch *watch = self;
    struct job *job = what;

    (void)WaitForSingleObject(job->thread, INFINITE);
    (void)CloseHandle(job->thread);
    AcquireSRWLockExclusive(&watch->lock);
    drop(watch, job);
    look_again(watch);
    ReleaseSRWLockExclusive(&watch->lock);
    free(job);
}

static const struct service_work work = {begin_job, cancel_job, end_job};

/* ---- the watch */
static void report(void *self, const struct service_status *status)
{
    struct watch *watch = self;

    AcquireSRWLockExclusive(&watch->lock);
    watch->listed |= status->state == SERVICE_RUNS;
    watch->failed |= status->state == SERVICE_ENDED && status->code;
    WakeAllConditionVariable(&watch->changed);
    ReleaseSRWLockExclusive(&watch->lock);
}

static const struct service_manager manager = {report};

static DWORD WINAPI run(void *self)
{
    return service_run(((struct watch *)self)->service.service);
}

static void free_watch(struct watch *watch)
{
    service_free(watch->service.service);
    papwmi_view_release(watch->view);
    free(watch);
}

static struct watch *new_watch(void)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    const struct service_shell shell = {.self = watch,
                                        .bus = &papservice_bus,
                                        .work = &work,
                                        .manager = &manager,
                                        .system = &papservice_system,
                                        .settle_ms = SETTLE_MS};

    if (!watch)
        return NULL;
    InitializeSRWLock(&watch->lock);
    InitializeConditionVariable(&watch->changed);
    InitializeSRWLock(&watch->service.lock);
    InitializeConditionVariable(&watch->service.changed);
    watch->view = view_of(watch);
    watch->service.service = service_new(&shell);
    if (watch->view && watch->service.service)
        watch->thread = CreateThread(NULL, 0, run, watch, 0, NULL);
    if (watch->thread)
        return watch;
    free_watch(watch);
    return NULL;
}

bool papwmi_players_open(void)
{
    bool ok;

    AcquireSRWLockExclusive(&module.lock);
    if (!module.watch)
        module.watch = new_watch();
    ok = module.watch != NULL;
    module.users += ok;
    ReleaseSRWLockExclusive(&module.lock);
    return ok;
}

/* Who opens it meanwhile has to wait: a device is not read by two. */
void papwmi_players_close(void)
{
    AcquireSRWLockExclusive(&module.lock);
    if (--module.users == 0) {
        struct watch *watch = module.watch;

        module.watch = NULL;
        service_stop(watch->service.service);
        (void)WaitForSingleObject(watch->thread, INFINITE);
        (void)CloseHandle(watch->thread);
        free_watch(watch);
    }
    ReleaseSRWLockExclusive(&module.lock);
}

/* By who has it open: there is a watch. */
struct papwmi_view *papwmi_players_view(void)
{
    struct papwmi_view *view = NULL;
    struct watch *watch;

    AcquireSRWLockShared(&module.lock);
    watch = module.watch;
    ReleaseSRWLockShared(&module.lock);
    AcquireSRWLockExclusive(&watch->lock);
    while (!watch->failed && (!watch->listed || watch->reading))
        (void)SleepConditionVariableSRW(&watch->changed, &watch->lock, INFINITE, 0);
    if (!watch->failed && watch->view) {
        view = watch->view;
        atomic_fetch_add(&view->refs, 1);
    }
    ReleaseSRWLockExclusive(&watch->lock);
    return view;
}
