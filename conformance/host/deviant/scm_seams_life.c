/* Defects of starts, processes, reports and the clock. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/pnp_seam.h"
#include "conformance/host/scm/scm_private.h"

/* ---- starts */
static void call_main_again(struct scm_service *service)
{
    struct scm_job *job = calloc(1, sizeof(*job)), **at = &service->process->jobs;

    if (!job)
        return;
    job->service = service;
    job->is_left = true;
    job->count = 1;
    job->arguments = scm_words(service->name, 0, NULL);
    while (*at)
        at = &(*at)->next;
    *at = job;
    world_changed(service->scm->world);
}

/* A process of its own, which has nothing to do. */
static void launch_again(struct scm_service *service)
{
    struct scm *scm = service->scm;
    struct scm_process *process = calloc(1, sizeof(*process));

    if (!process)
        return;
    process->scm = scm;
    process->next = scm->processes;
    scm->processes = process;
    world_unlock(scm->world);
    (void)scm->launcher.launch(scm->launcher.self, process, service->image);
    world_lock(scm->world);
}

SEAM(scm_want);
void __wrap_scm_want(struct scm_service *service, const char *argument)
{
    const bool is_pending = service->status.state == SCM_START_PENDING;

    if (pnp_is(SECOND_MAIN) && is_pending)
        call_main_again(service);
    if (pnp_is(SECOND_PROCESS) && is_pending)
        launch_again(service);
    if ((pnp_is(DEATH_FINAL) && service->failures) ||
        (pnp_is(STARTS_DROPPED) && service->scm->is_starting))
        return;
    if (pnp_is(STARTS_PARALLEL))
        service->scm->is_starting = false;
    __real_scm_want(service, pnp_is(WORD_LOST) ? NULL : argument);
}

SEAM(scm_words);
char **__wrap_scm_words(const char *name, size_t count, const char *const *more)
{
    return __real_scm_words(pnp_is(NAMED_BY_PATH) ? "C:\\service.exe" : name, count, more);
}

SEAM(scm_start);
uint32_t __wrap_scm_start(struct scm *scm, const char *name, size_t count,
                          const char *const *arguments)
{
    static const char *const word[] = {"TriggerStarted"};

    if (pnp_is(WORD_ALWAYS))
        return __real_scm_start(scm, name, 1, word);
    return __real_scm_start(scm, name, count, arguments);
}

/* ---- processes */
/* The handler that a service has registered, and what is made of its answers. */
static struct {
    scm_handler handler;
    void *self;
} own;

static uint32_t answer(void *self, uint32_t control)
{
    uint32_t result = own.handler(own.self, control);

    (void)self;
    return control == SCM_TRIGGEREVENT ? SCM_SHUTDOWN_IN_PROGRESS : result;
}

SEAM(scm_register);
uint32_t __wrap_scm_register(struct scm_process *process, const char *name, scm_handler handler,
                             void *self, struct scm_service **ret_service)
{
    own.handler = handler;
    own.self = self;
    return __real_scm_register(process, name, pnp_is(ANSWER_IGNORED) ? answer : handler, self,
                               ret_service);
}

SEAM(scm_dispatch);
uint32_t __wrap_scm_dispatch(struct scm_process *process, const struct scm_entry *entries,
                             size_t count)
{
    struct scm_entry first[2];
    uint32_t result;

    if (!process && pnp_is(CONSOLE_TAKEN))
        return SCM_OK;
    if (process && process->is_connected && pnp_is(DISPATCHES_AGAIN))
        return SCM_OK;
    if (process && !process->is_shared && pnp_is(OWN_BY_NAME) &&
        registry_compare(entries->name, process->scm->services->name) != 0)
        count = 0;
    if (process && process->is_shared && pnp_is(SHARED_FIRST) && count == 2) {
        memcpy(first, entries, sizeof(first));
        first[1].main = first[0].main;
        first[1].self = first[0].self;
        entries = first;
    }
    result = __real_scm_dispatch(process, entries, count);
    return pnp_is(RETURNS_FAILED) && result == SCM_OK ? SCM_TIMEOUT : result;
}

SEAM(scm_exited);
void __wrap_scm_exited(struct scm_process *process, bool crashed)
{
    if (!crashed || !pnp_is(DEATH_UNSEEN))
        __real_scm_exited(process, crashed);
}

SEAM(scm_again);
void __wrap_scm_again(void *service)
{
    if (!pnp_is(ACTION_LOST))
        __real_scm_again(service);
}

SEAM(scm_ended);
struct scm_held *__wrap_scm_ended(struct scm_service *service, uint32_t exit_code,
                                  uint32_t specific)
{
    if (pnp_is(DEATH_NO_ERROR) && exit_code == SCM_PROCESS_ABORTED)
        exit_code = 0;
    return __real_scm_ended(service, exit_code, specific);
}

SEAM(scm_log);
void __wrap_scm_log(struct scm_service *service, enum scm_event event, uint32_t code)
{
    if ((event == SCM_DIED && pnp_is(DEATH_UNSAID)) ||
        (event == SCM_KEPT_RUNNING && pnp_is(KEPT_UNSAID)))
        return;
    __real_scm_log(service, event, code);
}

/* ---- reports */
static void hold_again(struct scm_service *service)
{
    static bool was_held;

    was_held |= service->held != NULL;
    if (was_held && !service->held)
        scm_send(service, SCM_TRIGGEREVENT, "");
}

SEAM(scm_set_status);
uint32_t __wrap_scm_set_status(struct scm *scm, struct scm_service *service,
                               const struct scm_status *status)
{
    struct scm_status seen = *status;

    if (pnp_is(ILLEGAL_REFUSED) && !scm_may_follow(service->status.state, seen.state))
        return SCM_INVALID_DATA;
    if (pnp_is(MASK_STICKS))
        seen.accepted |= service->status.accepted;
    if (pnp_is(DRAINED_EARLY) && service->held)
        seen.accepted |= SCM_ACCEPT_TRIGGEREVENT;
    world_lock(scm->world);
    if (pnp_is(DRAINED_AGAIN))
        hold_again(service);
    if (pnp_is(RETURNS_AT_FIRST) && seen.state == SCM_STOPPED && service->process->running > 1)
        service->process->running = 1;
    if (pnp_is(RETURNS_PENDING) && seen.state == SCM_STOP_PENDING && service->process->running == 1)
        service->process->running = 0;
    if (pnp_is(RETURNS_PENDING) && seen.state == SCM_STOPPED && !service->process->running)
        service->process->running = 1;
    world_unlock(scm->world);
    return __real_scm_set_status(scm, service, &seen);
}

SEAM(scm_query);
uint32_t __wrap_scm_query(struct scm *scm, const char *name, struct scm_status *ret_status)
{
    const unsigned starts = scm_starts(scm, name);
    uint32_t result = __real_scm_query(scm, name, ret_status);

    if (!starts && pnp_is(BEGINS_PENDING))
        ret_status->state = SCM_START_PENDING;
    if (pnp_is(LAUNCH_UNSEEN) && ret_status->state == SCM_START_PENDING)
        ret_status->state = SCM_STOPPED;
    return result;
}

/* ---- what has ended */
SEAM(pnp_find_interface);
const struct pnp_interface *__wrap_pnp_find_interface(struct pnp_machine *machine, const char *link)
{
    static struct pnp_interface there;
    const struct pnp_interface *interface = __real_pnp_find_interface(machine, link);

    if (!interface || !pnp_is(GONE_COUNTS))
        return interface;
    there = *interface;
    there.enabled = true;
    return &there;
}

SEAM(scm_after);
void __wrap_scm_after(struct scm_service *service, struct scm_held *held)
{
    struct scm_held kept = {0};
    const bool keeps = pnp_is(LATCH_KEPT) && held;

    if (keeps)
        kept = *held;
    __real_scm_after(service, held);
    world_lock(service->scm->world);
    if (keeps)
        scm_hold(service, kept.link, true);
    world_unlock(service->scm->world);
}

/* ---- controls */
static bool names(const struct scm_service *other, const char *name)
{
    return other->depends && registry_compare(other->depends, name) == 0;
}

/* *ret_error is what it comes to; false: as ever. */
static bool stop_otherwise(struct scm *scm, const char *name, uint32_t *ret_error)
{
    struct scm_service *other = scm->services;

    while (other && !names(other, name))
        other = other->next;
    if (!other)
        return false;
    *ret_error = SCM_DEPENDENT_RUNNING;
    if (pnp_is(DEPENDENT_IGNORED))
        other->depends[0] = '\0';
    if (pnp_is(DEPENDENT_STOPPED))
        (void)scm_control(scm, other->name, SCM_STOP, NULL);
    if (pnp_is(DEPENDENT_ERROR))
        *ret_error = SCM_CANNOT_ACCEPT;
    return pnp_is(DEPENDENT_REMEMBERED) || pnp_is(DEPENDENT_STOPPED) ||
           (pnp_is(DEPENDENT_ERROR) && other->status.state != SCM_STOPPED);
}

SEAM(scm_control);
uint32_t __wrap_scm_control(struct scm *scm, const char *name, uint32_t control,
                            struct scm_status *ret_status)
{
    const struct scm_service *service = scm_find(scm, name);
    uint32_t error;

    if (pnp_is(HANDLER_TWICE) && control >= SCM_USER_FIRST)
        return service->handler(service->handler_self, control);
    if (control == SCM_STOP && stop_otherwise(scm, name, &error))
        return error;
    return __real_scm_control(scm, name, control, ret_status);
}

/* ---- the clock */
SEAM(world_wait);
int __wrap_world_wait(struct world *world, const struct world_condition *condition,
                      uint64_t deadline)
{
    if (strcmp(condition->what, "a process") == 0 && deadline != WORLD_NEVER) {
        if (pnp_is(HASTY))
            deadline -= 20000;
        if (pnp_is(PATIENT))
            deadline += 30000;
    }
    return __real_world_wait(world, condition, deadline);
}

SEAM(scm_hung);
void __wrap_scm_hung(void *service)
{
    if (!pnp_is(NEVER_HUNG))
        __real_scm_hung(service);
}

SEAM(world_timer_start);
void __wrap_world_timer_start(struct world *world, struct world_timer *timer, uint64_t due)
{
    if (timer->fire == scm_hung && pnp_is(HUNG_EARLY))
        due = world_now(world) + 70000;
    if (timer->fire == scm_hung && pnp_is(HINT_IGNORED))
        due = world_now(world) + SCM_UPDATE_MS;
    __real_world_timer_start(world, timer, due);
}
