/* Controls to a service, its reports, and how it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/scm/scm_private.h"
#include "spcore/base.h"

/* ---- controls */
bool scm_has_dependents(struct scm_service *service)
{
    for (struct scm_service *other = service->scm->services; other; other = other->next) {
        if (other->status.state == SCM_STOPPED)
            continue;
        for (const char *name = other->depends; name && *name; name += strlen(name) + 1) {
            if (registry_compare(name, service->name) == 0)
                return true;
        }
    }
    return false;
}

static void put(struct scm_service *service, struct scm_job *job)
{
    struct scm_job **at = &service->process->jobs;

    while (*at)
        at = &(*at)->next;
    *at = job;
    if (job->control == SCM_STOP)
        service->stop_sent = true;
    world_changed(service->scm->world);
}

void scm_send(struct scm_service *service, uint32_t control, const char *link)
{
    struct scm_job *job = calloc(1, sizeof(*job));

    if (!job)
        return;
    job->service = service;
    job->control = control;
    job->is_left = true;
    memcpy(job->link, link, strnlen(link, PNP_LINK_MAX));
    put(service, job);
}

static bool is_done(void *self)
{
    const struct scm_job *job = self;

    return job->is_done;
}

/* Whoever does it frees it when nobody waits any more. */
static uint32_t send_and_wait(struct scm_service *service, uint32_t control, uint64_t deadline)
{
    struct scm_job *job = calloc(1, sizeof(*job));
    const struct world_condition done = {.met = is_done, .self = job, .what = "a handler"};
    uint32_t result = SCM_TIMEOUT;

    if (!job)
        return SCM_NO_MEMORY;
    job->service = service;
    job->control = control;
    service->asked_to_stop |= control == SCM_STOP;
    put(service, job);
    if (world_wait(service->scm->world, &done, deadline) != 0 && !job->is_done) {
        job->is_left = true;
        return result;
    }
    result = job->result;
    scm_job_free(job);
    return result;
}

uint32_t scm_control(struct scm *scm, const char *name, uint32_t control,
                     struct scm_status *ret_status)
{
    const uint64_t deadline = world_after(scm->world, SCM_HANDLER_MS);
    struct scm_service *service;
    uint32_t error;

    world_lock(scm->world);
    service = scm_find(scm, name);
    error = !service ? SCM_DOES_NOT_EXIST
            : control == SCM_TRIGGEREVENT
                ? SCM_INVALID_PARAMETER /* the manager's own */
                : scm_may_send(&service->status, control, service->stop_sent);
    if (!error && control == SCM_STOP && scm_has_dependents(service))
        error = SCM_DEPENDENT_RUNNING;
    if (!error)
        error = send_and_wait(service, control, deadline);
    if (service && ret_status)
        *ret_status = service->status;
    world_unlock(scm->world);
    return error;
}

/* ---- reports */
static void record(struct scm_service *service, const struct scm_status *status, uint64_t now)
{
    const struct scm_process *process = service->process;
    const unsigned thread = world_thread_number(world_self());
    struct scm_report *grown = service->reports;

    if (service->report_count == service->report_room) {
        size_t room = service->report_room ? 2 * service->report_room : 16;

        grown = realloc(grown, room * sizeof(*grown));
        if (!grown)
            return;
        service->reports = grown;
        service->report_room = room;
    }
    service->reports[service->report_count++] = (struct scm_report){
        .time = now,
        .thread = thread,
        .control = process && process->in_handler == service && process->handler_thread == thread
                       ? process->control
                       : 0,
        .status = *status};
}

/* ---- trigger events that could not be told yet */
void scm_hold(struct scm_service *service, const char *link, bool latched)
{
    struct scm_held *held = calloc(1, sizeof(*held)), **at = &service->held;

    if (!held)
        return;
    held->latched = latched;
    snprintf(held->link, sizeof(held->link), "%s", link);
    while (*at)
        at = &(*at)->next;
    *at = held;
}

/* They are told, one control each. */
static void drain(struct scm_service *service)
{
    while (service->held && service->status.state == SCM_RUNNING &&
           service->status.accepted & SCM_ACCEPT_TRIGGEREVENT) {
        struct scm_held *held = service->held;

        service->held = held->next;
        scm_send(service, SCM_TRIGGEREVENT, held->link);
        free(held);
    }
}

/* Under the lock. */
static uint32_t take(struct scm_service *service, const struct scm_status *status, uint64_t now,
                     struct scm_held **ret_held, bool *ret_allowed)
{
    const uint32_t from = service->status.state;

    if (!service->handler)
        return SCM_INVALID_HANDLE;
    if (status->state == 0 || status->state >= SCM_STATES)
        return SCM_INVALID_DATA;
    record(service, status, now);
    *ret_allowed = scm_may_follow(from, status->state);
    if (from == SCM_STOPPED)
        return SCM_OK;
    service->status = *status;
    if (status->state == SCM_STOPPED)
        *ret_held = scm_ended(service, status->exit_code, status->specific);
    drain(service);
    return SCM_OK;
}

static void watch(struct scm_service *service, const struct scm_status *status, uint64_t now)
{
    if (status->state == SCM_START_PENDING)
        world_timer_start(service->scm->world, &service->patience,
                          now + SCM_UPDATE_MS + status->wait_hint);
    else
        world_timer_stop(service->scm->world, &service->patience);
}

static bool is_service(const struct scm *scm, const struct scm_service *service)
{
    const struct scm_service *one = scm->services;

    while (one && one != service)
        one = one->next;
    return one != NULL;
}

uint32_t scm_set_status(struct scm *scm, struct scm_service *service,
                        const struct scm_status *status)
{
    struct scm_held *held = NULL;
    struct scm_status is;
    bool allowed = true, stops;
    uint32_t error;
    uint64_t now;

    world_lock(scm->world);
    if (!is_service(scm, service)) {
        world_unlock(scm->world);
        return SCM_INVALID_HANDLE;
    }
    stops = service->handler && status->state == SCM_STOPPED;
    world_unlock(scm->world);
    if (stops)
        world_reach(scm->world, WORLD_STOPPING, service->name);
    now = world_now(scm->world);
    world_lock(scm->world);
    error = take(service, status, now, &held, &allowed);
    is = service->status;
    world_changed(scm->world);
    world_unlock(scm->world);
    if (error)
        return error;
    world_trace(scm->world, "%s reports %s", service->name, scm_state_name(status->state));
    if (!allowed)
        world_find(scm->world, WORLD_FAULT, "status-transition", "%s reports %s: %s", service->name,
                   scm_state_name(status->state), scm_flaw_text(SCM_TRANSITION));
    watch(service, &is, now);
    scm_after(service, held);
    if (status->state == SCM_START_PENDING)
        world_reach(scm->world, WORLD_STARTING, service->name);
    if (status->state == SCM_STOP_PENDING)
        world_reach(scm->world, WORLD_STOP_PENDING, service->name);
    return SCM_OK;
}

/* ---- the end of a life */
struct scm_held *scm_ended(struct scm_service *service, uint32_t exit_code, uint32_t specific)
{
    struct scm_held *held = service->held;

    service->held = NULL;
    service->status =
        (struct scm_status){.type = service->type,
                            .state = SCM_STOPPED,
                            .exit_code = exit_code,
                            .specific = exit_code == SCM_SPECIFIC_ERROR ? specific : 0};
    service->stop_sent = false;
    if (service->process)
        service->process->running--;
    if (exit_code == SCM_SPECIFIC_ERROR)
        scm_log(service, SCM_FAILED_SPECIFIC, specific);
    else if (exit_code && exit_code != SCM_PROCESS_ABORTED)
        scm_log(service, SCM_FAILED, exit_code);
    world_changed(service->scm->world);
    return held;
}

void scm_hung(void *self)
{
    struct scm_service *service = self;
    struct scm *scm = service->scm;
    struct scm_held *held = NULL;

    world_lock(scm->world);
    if (service->status.state == SCM_START_PENDING) {
        service->process->is_given_up = true;
        scm_log(service, SCM_HUNG, SCM_TIMEOUT);
        held = scm_ended(service, SCM_TIMEOUT, 0);
    }
    world_unlock(scm->world);
    scm_after(service, held);
}

/* ---- failure actions: of SERVICE_FAILURE_ACTIONS as the registry has it */
enum { ACTIONS_HEAD = 20, ACTION = 8, ACTION_RESTART = 1 };

static void restart(void *self)
{
    struct scm_service *service = self;

    world_lock(service->scm->world);
    if (service->status.state == SCM_STOPPED)
        scm_want(service, NULL);
    world_unlock(service->scm->world);
}

/* Its process has died: what is to be done about that for the n-th time. */
void scm_again(void *self)
{
    struct scm_service *service = self;
    const uint8_t *at = service->failure_actions;
    const uint32_t count = service->failure_size >= ACTIONS_HEAD ? get_le32(at + 12) : 0;
    const uint32_t index = service->failures < count ? service->failures - 1 : count - 1;

    if (!count || !service->failures ||
        service->failure_size < ACTIONS_HEAD + (uint64_t)ACTION * count ||
        get_le32(at + ACTIONS_HEAD + ACTION * index) != ACTION_RESTART)
        return;
    service->again.fire = restart;
    world_timer_start(
        service->scm->world, &service->again,
        world_after(service->scm->world, get_le32(at + ACTIONS_HEAD + ACTION * index + 4)));
}
